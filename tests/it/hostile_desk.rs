//! Hostile text written to a real desk and typed into its screens: what the session writes to the terminal is its own alone.

use crate::{
    desks::{TestDesk, inbound, link, make, note, reply},
    painted::Painted,
};
use deskline::{
    desk::{AgentChange, CustomerChange, NewItem, page::DraftPlace, page::Mode},
    domain::{
        command::Command,
        conversation::Privacy,
        envelope::Inbound,
        history::{PastAttachment, PastPerson, PastState},
        id::ConversationId,
        item::ItemKind,
        people::Routing,
        setting::SettingKey,
    },
};

/// Each begins with a word of its own, which every screen has to go on showing.
const HOSTILE: &[&str] = &[
    "sgr\u{1b}[31mred\u{1b}[0m\u{1b}[8mhidden\u{1b}[28m",
    "osc\u{1b}]0;title\u{7}\u{1b}]52;c;cm0gLXJmIC8=\u{1b}\\\u{1b}]8;;https://example.net/\u{1b}\\link\u{1b}]8;;\u{1b}\\",
    "screen\u{1b}[?1049l\u{1b}[2J\u{1b}[H\u{1b}c\u{1b}[?2026l\u{1b}[?25l\u{1b}[6n",
    "c1\u{9b}2J\u{90}x\u{9c}\u{9d}0;t\u{9c}\u{85}\u{84}",
    "open\u{1b}",
    "device\u{1b}P0;1|17/ab\u{9c}\u{1b}_apc\u{1b}\\\u{1b}^pm\u{1b}\\\u{1b}[>c",
    "c0\u{0}\u{7}\u{8}\u{8}\u{b}\u{c}\u{e}\u{f}\u{7f}",
    "lines\r\nfake · 09:00\rover\u{2028}and\u{2029}under\ttab",
    "bidi\u{202e}txt.exe\u{202c}\u{2066}a\u{2069}\u{200e}\u{200f}\u{61c}",
    "gone\u{200b}\u{feff}\u{ad}\u{34f}\u{115f}\u{1160}\u{180e}\u{2060}\u{206f}\u{3164}\u{ffa0}\u{fff9}\u{1d173}",
    "tags\u{e0041}\u{e0042}\u{e007f}\u{1f3f4}\u{e0067}\u{e0001}",
    "joined\u{200d}a\u{200c}b\u{fe0f}c\u{e0101}",
    "zalgo\u{315}\u{315}\u{315}\u{315}\u{315}\u{315}\u{315}\u{315}\u{315}\u{315}\u{315}\u{315}",
    "wide退出退出ｱﾞ😀👩\u{200d}👩\u{200d}👧",
    "long",
];

/// Hostile texts, with one that is long and one that only begins to be something.
fn small() -> Vec<String> {
    let long = "x\u{1b}[1m\u{202e}".repeat(400);
    HOSTILE.iter().map(|text| if *text == "long" { format!("long{long}") } else { (*text).to_owned() }).collect()
}

/// Whether a character is never to be written, whatever stands beside it. Written apart from the code under test.
fn forbidden(letter: char) -> bool {
    letter.is_control()
        || matches!(
            u32::from(letter),
            0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180E | 0x200B | 0x200E | 0x200F
            | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFDD0..=0xFDEF | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB
            | 0x1D173..=0x1D17A | 0xE0000..=0xE001F | 0xE0080..=0xE00FF | 0xE01F0..=0xE0FFF
        )
}

/// Whether a character is spelling only behind another that is no plain letter.
fn leans(letter: char) -> bool {
    matches!(u32::from(letter), 0x200C | 0x200D | 0x180B..=0x180F | 0xFE00..=0xFE0F | 0xE0020..=0xE007F | 0xE0100..=0xE01EF)
}

/// What was written without the screen's own sequences: places, pens, its two switches, the title, the clipboard.
fn without_our_own(written: &str) -> String {
    let mut text = String::new();
    let mut rest = written;
    while let Some(at) = rest.find('\u{1b}') {
        text.push_str(&rest[..at]);
        let sequence = &rest[at + 1..];
        let end = if let Some(parameters) = sequence.strip_prefix('[') {
            let end =
                parameters.find(|letter: char| !letter.is_ascii_digit() && letter != ';' && letter != '?').unwrap();
            let whole = &parameters[..=end];
            let place = whole.trim_end_matches(['H', 'C', 'm']);
            let ours = place.len() < whole.len() && place.bytes().all(|byte| byte.is_ascii_digit() || byte == b';')
                || matches!(whole, "?2026h" | "?2026l" | "?25h" | "?25l" | "2J" | "2K");
            assert!(ours, "a sequence that is not ours: {whole:?}");
            1 + end + 1
        } else if let Some(title) = sequence.strip_prefix("]0;") {
            let end = title.find('\u{7}').unwrap();
            text.push_str(&title[..end]);
            3 + end + 1
        } else if let Some(copied) = sequence.strip_prefix("]52;c;") {
            let end = copied.find('\u{7}').unwrap();
            let base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
            assert!(copied[..end].bytes().all(base64), "{:?}", &copied[..end]);
            6 + end + 1
        } else {
            panic!("a sequence that is not ours: {:?}", &sequence.chars().take(20).collect::<String>());
        };
        rest = &sequence[end..];
    }
    text.push_str(rest);
    text
}

/// Nothing that acts or hides was written.
fn harmless(written: &str, where_: &str, text: &str) {
    let plain = without_our_own(written);
    let mut before = ' ';
    for letter in plain.chars() {
        let bad = forbidden(letter) || leans(letter) && before.is_ascii() && letter != '\u{fe0f}';
        assert!(!bad, "{where_} wrote U+{:04X} behind {before:?} for {}", u32::from(letter), text.escape_unicode());
        before = letter;
    }
}

/// A desk on which the text stands wherever the desk takes it; refusals are the desk's own matter.
fn written_with(text: &str) -> (TestDesk, ConversationId) {
    let desk = TestDesk::with_privacy();
    let olga = desk.agent("olga");
    let name = |name: &str| AgentChange {
        name: Some(name.to_owned()),
        public_name: Some(name.to_owned()),
        ..AgentChange::default()
    };
    for handle in ["ana", "ben"] {
        let _ = desk.desk.set_agent(&olga, handle, &name(text));
    }
    let _ = desk.desk.save_settings(&olga, &[(SettingKey::TeamName, text.to_owned())]);
    if desk.desk.add_group(&olga, text, Routing::Democracy).is_ok() {
        let _ = desk.desk.join_group(&olga, text, "ana");
        let _ = desk.desk.join_group(&olga, text, "ben");
    }
    let project = NewItem {
        kind: ItemKind::Project,
        title: text.to_owned(),
        requester: None,
        project: None,
        description: text.to_owned(),
    };
    let project = desk.desk.add_item(&olga, &project).ok().map(|row| row.item.key);
    // An address is whatever the desk takes for one.
    let first = Inbound { name: Some(text.to_owned()), subject: Some(text.to_owned()), ..inbound(text, None, text) };
    let _ = desk.desk.receive(&first);
    let id = desk
        .desk
        .receive(&Inbound {
            name: Some(text.to_owned()),
            subject: Some(text.to_owned()),
            ..inbound("mara@example.com", None, text)
        })
        .map_or_else(|_| desk.arrival(), |received| received.conversation);
    let change = CustomerChange { name: Some(text.to_owned()), organization: Some(text.to_owned()), blocked: None };
    let _ = desk.desk.set_customer(&olga, "mara@example.com", &change);
    let _ = desk.run("ana", id, reply(text));
    let _ = desk.run("ben", id, note(text));
    let ticket = NewItem {
        kind: ItemKind::Ticket,
        title: text.to_owned(),
        requester: Some("mara@example.com".to_owned()),
        project,
        description: text.to_owned(),
    };
    if let Ok(row) = desk.desk.add_item(&olga, &ticket) {
        let _ = desk.run("olga", id, link(row.item.key));
    }
    let _ = desk.desk.save_draft(&olga, &DraftPlace::Conversation(id), Mode::Reply, text);
    let _ = desk.desk.save_draft(&olga, &DraftPlace::Conversation(id), Mode::Note, text);
    desk.import("hostile", |past| {
        past.subject = text.to_owned();
        past.state = PastState::Open;
        past.channel = text.to_owned();
        past.requester = Some(PastPerson { address: "kim@example.net".into(), name: text.to_owned() });
        past.agents = vec![PastPerson { address: text.to_owned(), name: text.to_owned() }];
        for message in &mut past.messages {
            message.text = text.to_owned();
            message.attachments =
                vec![PastAttachment { name: text.to_owned(), media_type: text.to_owned(), size: 2_000_000 }];
        }
    });
    (desk, id)
}

/// Puts the text where the desk would have refused it, as another program could that writes to the file.
fn force(desk: &TestDesk, text: &str) {
    let file = rusqlite::Connection::open(desk.file()).unwrap();
    for sql in [
        "UPDATE agent SET name = ?1, public_name = ?1 WHERE handle IN ('ana', 'ben')",
        "UPDATE customer SET name = ?1, organization = ?1",
        "UPDATE customer SET address = ?1 WHERE address = 'kim@example.net'",
        "UPDATE team_group SET name = ?1 || '.' WHERE name = 'Billing'",
        "UPDATE item SET title = ?1, description = ?1",
        "UPDATE conversation SET subject = ?1",
    ] {
        let changed = file.execute(sql, [text]).unwrap_or_else(|error| panic!("{sql}: {error}"));
        assert!(changed > 0, "{sql} changes nothing");
    }
}

/// Keys that lead to every screen; `…` stands for the text, pasted.
const WALK: &[&str] = &[
    "Enter",
    "v",
    "v",
    "PageUp",
    "Home",
    "End",
    "i",
    "Tab",
    "Tab",
    "Enter",
    "Esc",
    "Esc",
    "i",
    "p",
    "+ …",
    "Esc",
    "Esc",
    "a …",
    "Esc",
    "a",
    "Esc",
    "f …",
    "Esc",
    "f",
    "Esc",
    "m",
    "Esc",
    "# …",
    "Esc",
    "#",
    "Esc",
    "c t …",
    "Esc",
    "y",
    "y",
    ": …",
    "Esc",
    "? …",
    "Esc",
    "/ …",
    "Down",
    "Enter",
    "Esc",
    "b",
    "Down",
    "Enter",
    "Esc",
    "+ c … Tab … Tab …",
    "Ctrl-S",
    "Esc",
    "Esc",
    "+ u … Tab …",
    "Esc",
    "Esc",
    "+ t …",
    "Esc",
    "+ p …",
    "Esc",
    "A …",
    "Esc",
    "A 1 Enter …",
    "Esc",
    "Esc",
    "A 2 Enter",
    "Down",
    "Enter",
    "Esc",
    "Esc",
    "A 2 Enter + … Tab … Tab … Tab … Ctrl-S",
    "Esc",
    "Esc",
    "Esc",
    "A 3 Enter",
    "Enter",
    "Esc",
    "Esc",
    "A 3 Enter + … Tab … Ctrl-S",
    "Esc",
    "Esc",
    "Esc",
    "A 4 Enter",
    "Enter",
    "Esc",
    "Esc",
    "A 4 Enter + … Tab … Ctrl-S",
    "Esc",
    "Esc",
    "Esc",
    "A 5 Enter",
    "Esc",
    "Esc",
    ", …",
    "Esc",
    "g u",
    "g A",
    "j",
    "j",
    "g c",
    "g i",
    "Enter",
    "r …",
    "Esc",
    "Esc",
    "g o",
    "x",
    "j",
    "x",
    "e",
    "Esc",
    "g c",
    "j",
    "Enter",
    "g r",
    "g n",
    "1",
    "2",
    "3",
    "Shift-Tab",
    "Tab",
];

fn walk(text: &str, size: (u16, u16)) {
    let (desk, id) = written_with(text);
    force(&desk, text);
    let mut olga = Painted::sized(&desk, "olga", size);
    harmless(&olga.written(), "the first screen", text);
    for step in WALK {
        for key in step.split_whitespace() {
            if key == "…" {
                olga.paste(text);
            } else {
                olga.keys(key);
            }
        }
        harmless(&olga.written(), step, text);
    }
    // Held back by what somebody else writes meanwhile; confirmed; and everything painted anew.
    olga.keys("Esc Esc Esc g A Home Enter r").paste(text).keys("@");
    let _ = desk.run("ben", id, reply(text));
    let _ = desk.desk.receive(&inbound("mara@example.com", Some(id), text));
    olga.keys("Ctrl-S");
    harmless(&olga.written(), "a held reply", text);
    olga.keys("Esc Esc");
    let _ = desk.run("olga", id, make(Privacy::Private, true));
    let _ = desk.run("olga", id, Command::Assign("ana".into()));
    olga.keys("Esc Esc g o Enter P");
    olga.shown();
    harmless(&olga.written(), "a question", text);
    olga.keys("y");
    harmless(&olga.written(), "an answer", text);
    harmless(&olga.whole(), "the whole screen", text);
    // Somebody else, whose own name it is.
    let mut ben = Painted::sized(&desk, "ben", size);
    ben.keys("b Esc Enter p Esc");
    harmless(&ben.written(), "ben's screen", text);
}

#[test]
fn nothing_that_acts_or_hides_is_written_wherever_it_was_put() {
    for (at, text) in small().iter().enumerate() {
        walk(text, [(120, 40), (60, 20), (200, 50), (80, 24)][at % 4]);
    }
}

/// What the words of a text look like in the whole thread, without blanks.
fn read_on_screen(text: &str) -> String {
    let desk = TestDesk::new();
    let id = desk.write_in("mara@example.com", None, text).conversation;
    let mut ana = Painted::sized(&desk, "ana", (60, 150));
    ana.keys("Enter");
    assert_eq!(ana.opened(), id);
    let written = ana.whole();
    harmless(&written, "a thread", text);
    bare(&without_our_own(&written))
}

/// Without blanks, without what stands between words unseen or turns them, and without the mark of the picked message.
fn bare(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace() && *letter != '▌' && !forbidden(*letter)).collect()
}

#[test]
fn a_message_reads_as_it_was_written() {
    for text in [
        "Grüße aus München, naïve café: 5 €",
        "می‌خواهم کارت را عوض کنم",
        "ක්‍රියාකාරකම් ශ්‍රී ලංකා",
        "നമസ്കാരം, എന്റെ കാർഡ്",
        "ภาษา\u{200b}ไทย ตัวอักษร",
        "ཡོངས་ཁྱབ་གསལ་བསྒྲགས།",
        "ދިވެހި ލިޔުން",
        "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪 1️⃣ ❤️",
    ] {
        let read = read_on_screen(text);
        assert!(read.contains(&bare(text)), "{text}:\n{read}");
    }
}

/// A terminal that says its size again, as one does when it is attached to, has not lost what it shows: rows with letters
/// of several characters are written whole from what is remembered of them.
#[test]
fn rows_of_any_script_stand_whole_after_the_size_was_said_again() {
    let (desk, _) = written_with("¡Eres un sol! ☀️ अर्जुन मेहता");
    let mut ana = Painted::new(&desk, "ana");
    ana.resize(120, 40);
    ana.keys("g o j k Tab Tab Tab");
    desk.write_in("jo@example.com", None, "☀️ नमस्ते, मैं पुणे में");
    let rows = |screen: String| screen.lines().map(|row| row.trim_end().to_owned()).collect::<Vec<_>>();
    let before = ana.shown();
    assert_eq!(rows(before.clone()), rows(ana.repainted()));
    assert!(before.contains("FROM CUSTOMERS         │"), "{before}");
}

/// The corpora of hostile and of merely foreign text.
#[cfg(feature = "corpora")]
mod corpora {
    use super::{bare, read_on_screen, walk};
    use crate::corpora::{corpus, hostile_texts};
    use std::fs;

    #[test]
    fn naughty_strings_and_terminal_escapes_on_a_real_desk() {
        let mut texts = hostile_texts();
        // Plain letters are nothing to test with; several of the others make one text.
        texts.retain(|text| !text.chars().all(|letter| letter.is_ascii() && !letter.is_ascii_control()));
        assert!(texts.len() > 150, "{} texts", texts.len());
        for (at, texts) in texts.chunks(4).enumerate() {
            walk(&texts.join(" "), [(120, 40), (60, 20)][at % 2]);
        }
    }

    #[test]
    fn every_language_reads_as_it_was_written() {
        let mut languages = 0;
        for file in fs::read_dir(corpus("udhr-languages")).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "txt") || !path.to_string_lossy().contains("udhr_")
            {
                continue;
            }
            let whole = fs::read_to_string(&path).unwrap();
            let words = whole.split("-----").nth(1).unwrap_or(&whole);
            let lines: Vec<&str> = words.lines().map(str::trim).filter(|line| !line.is_empty()).take(8).collect();
            let read = read_on_screen(&lines.join("\n"));
            for line in lines {
                assert!(read.contains(&bare(line)), "{}: {line}\n{read}", path.display());
            }
            languages += 1;
        }
        assert!(languages > 50, "{languages} languages");
    }
}
