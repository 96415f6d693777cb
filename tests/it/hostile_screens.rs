//! Hostile text on every screen: nothing of it acts on the terminal or hides there, and languages read right.

use crate::{
    pages::{self, entry, person},
    screen::Screen,
};
use deskline::{
    desk::page::{
        Attachment, AuditRow, CustomerRow, Denied, Draft, DraftPlace, From, GroupRow, HeldReply, Hit, ItemPage,
        ItemRef, Mode, NoticeKind, NoticeRow, Opened, Original, Page, Readers, SearchPage,
    },
    domain::{
        conversation::EntryKind,
        id::{ConversationId, EntrySeq, MailId, NoticeId},
        letter::{Correspondent, Fold, FoldKind},
        mail::{Addressed, DeliveryState, HeldMail, HeldWhy, Likeness, LikenessWhy, MailboxHealth},
        outgoing::Delivery,
        people::{Role, Routing},
        refusal::{Refusal, RefusalKind},
        setting::Settings,
    },
    tui::{ansi::Ansi, ask::Msg, draw::draw},
};
use ratatui::Terminal;
use std::collections::HashMap;

const HOSTILE: &[&str] = &[
    "\u{1b}[31mred\u{1b}]0;title\u{7}\u{9b}2J\u{90}x\u{9c}\u{202e}txt.exe\u{202c}\u{200b}",
    "\u{2066}a\u{2069}\u{e0041}\u{feff}\r\nfake\t\u{8}\u{7f}退\u{200e}\u{200f}\u{61c}",
    "\u{1b}[?1049l\u{1b}[2J\u{1b}c\u{1b}]52;c;aGk=\u{1b}\\",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "\u{ad}\u{34f}\u{115f}\u{1160}\u{17b4}\u{180e}\u{2028}\u{2029}\u{2060}\u{2061}\u{206f}\u{fff9}\u{1d173}",
];

/// Whether a character could act on a terminal or hide in it. Joiners and variation selectors are looked at by their
/// neighbours where safe text is made; here they may stand.
fn acts(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}' | '\u{2028}' | '\u{2029}')
}

/// The bytes of a frame without what the screen itself says to the terminal: its places and its pens.
fn without_our_own(frame: &str) -> String {
    let mut rest = frame;
    let mut text = String::new();
    while let Some(at) = rest.find("\x1b[") {
        text.push_str(&rest[..at]);
        let sequence = &rest[at + 2..];
        let end = sequence.find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, ';' | '?')).unwrap();
        let last = sequence[end..].chars().next().unwrap();
        assert!(
            matches!(last, 'H' | 'C' | 'm' | 'h' | 'l' | 'J' | 'K'),
            "a sequence that is not ours: {:?}",
            &sequence[..=end]
        );
        let ours = matches!(last, 'H' | 'C' | 'm')
            || matches!(&sequence[..=end], "?2026h" | "?2026l" | "?25h" | "?25l" | "2J" | "2K");
        assert!(ours, "a sequence that is not ours: {:?}", &sequence[..=end]);
        rest = &sequence[end + 1..];
    }
    text.push_str(rest);
    text
}

fn harmless(screen: &Screen, place: &str) {
    let model = &screen.model;
    let mut terminal = Terminal::new(Ansi::new(model.size.0, model.size.1)).unwrap();
    terminal.draw(|frame| draw(model, frame)).unwrap();
    let frame = terminal.backend_mut().take().unwrap();
    let text = without_our_own(&frame);
    if let Some(letter) = text.chars().find(|letter| acts(*letter)) {
        panic!("{place} painted U+{:04X}: {}", letter as u32, text.escape_debug());
    }
}

/// Foreign texts, one after another, round and round.
struct Words<'a> {
    texts: &'a [String],
    next: usize,
}

impl Words<'_> {
    fn take(&mut self) -> String {
        self.next += 1;
        self.texts[(self.next - 1) % self.texts.len()].clone()
    }
}

/// A page where everything that can be foreign is.
fn hostile_screen(words: &mut Words, columns: u16, lines: u16) -> Screen {
    let mut rows = pages::rows();
    for row in &mut rows {
        row.subject = words.take();
        row.group = Some(words.take());
        row.channel = Some(words.take());
        row.requester = Some(person(&words.take(), &words.take()));
        row.participants = vec![person(&words.take(), &words.take())];
        row.assignee = Some(person(&words.take(), &words.take()));
        row.item = Some(ItemRef { title: words.take(), ..pages::ticket(102, "") });
        if let Some(last) = &mut row.last {
            last.from = words.take();
            last.text = words.take();
        }
    }
    let mut thread = pages::thread(rows[0].clone(), Vec::new());
    thread.entries = (1..=12)
        .map(|seq| {
            let by = person(&words.take(), &words.take());
            let (kind, from) = match seq % 4 {
                0 => (EntryKind::Note, From::Agent(by)),
                1 => (EntryKind::Reply, From::Customer(by)),
                2 => (EntryKind::Reply, From::Agent(by)),
                _ => (EntryKind::System, From::System),
            };
            let mut entry = entry(seq, kind, from, 100 - seq, &words.take());
            entry.channel = Some(words.take());
            entry.attachments = vec![Attachment { name: words.take(), media_type: words.take(), size: 7 }];
            entry.by_mail = seq % 4 == 1;
            let mut named = || vec![Correspondent { name: words.take(), address: words.take() }];
            entry.addressed = entry.by_mail.then(|| {
                let (from, reply_to, to, cc) = (named(), named(), named(), named());
                let authentication = format!("{}; dmarc=fail {}", from[0].name, to[0].name);
                Box::new(Addressed { from, reply_to, to, cc, authentication, ..Addressed::default() })
            });
            let failed = |to: String, words: String| Delivery { to, state: DeliveryState::Failed, words, until: None };
            entry.delivery = vec![failed(words.take(), words.take()), failed(words.take(), words.take())];
            entry.folds = vec![Fold { from: 1, to: entry.text.len(), kind: FoldKind::Quoted }];
            entry
        })
        .collect();
    thread.last_seq = thread.entries.last().unwrap().seq;
    thread.reply_to = Readers {
        customers: vec![words.take(), words.take()],
        addresses: vec![words.take(), words.take()],
        agents: 1,
        by_mail: true,
    };
    thread.suggested = vec![Correspondent { name: words.take(), address: words.take() }];
    let because = LikenessWhy::Subject;
    thread.likenesses = vec![Likeness { conversation: ConversationId(7), subject: words.take(), because }];
    thread.may.lock = pages::no(&words.take(), "R2.2");
    for follower in &mut thread.followers {
        follower.person = person(&words.take(), &words.take());
    }
    let place = DraftPlace::Conversation(ConversationId(4821));
    thread.drafts = vec![Draft { place, mode: Mode::Reply, text: words.take(), files: Vec::new() }];
    let hits = thread.entries[..4]
        .iter()
        .map(|entry| Hit { conversation: rows[0].clone(), entry: entry.clone(), cursor: rows[0].cursor.clone() })
        .collect();
    let mut team = pages::team();
    for row in &mut team {
        row.agent.name = words.take();
        row.agent.public_name = Some(words.take());
        row.groups = vec![words.take()];
    }
    let mut item_row = pages::item_row(102, &words.take(), Some(&words.take()));
    item_row.assignee = Some(person(&words.take(), &words.take()));
    item_row.project = Some(ItemRef { title: words.take(), ..pages::ticket(9, "") });
    let notice = |number, text: String| NoticeRow {
        id: NoticeId(number),
        kind: NoticeKind::Mention,
        conversation: Some(ConversationId(4821)),
        seq: None,
        text: Some(text),
        at: Some(pages::now()),
        read: false,
    };
    let mut keys = pages::keys();
    for (key, row) in keys.iter_mut().zip(&team) {
        key.handle.clone_from(&row.agent.handle);
        key.algorithm = words.take();
        key.comment = words.take();
    }
    let mut me = pages::agent(1, "olga", &words.take(), Role::Owner);
    me.public_name = Some(words.take());
    let page = Page {
        me,
        my_groups: vec![words.take()],
        team: words.take(),
        item: Some(ItemPage {
            row: item_row.clone(),
            description: words.take(),
            followers: vec![words.take()],
            conversations: rows.clone(),
            ..pages::item()
        }),
        search: Some(SearchPage { hits, older: None, problem: Some(words.take()) }),
        notices: Some(vec![notice(1, words.take()), notice(2, words.take())]),
        agents: Some(team),
        groups: Some(vec![GroupRow {
            name: words.take(),
            routing: Routing::Democracy,
            members: vec![words.take()],
            signature: words.take(),
        }]),
        customers: Some(vec![CustomerRow {
            person: person(&words.take(), &words.take()),
            organization: Some(words.take()),
            blocked: false,
        }]),
        items: Some(vec![item_row]),
        keys: Some(keys),
        settings: Some(Settings { team_name: words.take(), ..Settings::default() }),
        audit: Some(vec![AuditRow {
            at: pages::now(),
            agent: Some(words.take()),
            action: words.take(),
            conversation: None,
            detail: words.take(),
        }]),
        held: 2,
        mailboxes: vec![MailboxHealth {
            name: words.take(),
            address: words.take(),
            trouble: Some(words.take()),
            since: pages::now(),
            at: pages::now(),
            next: Some(pages::now()),
        }],
        held_mails: Some(vec![HeldMail {
            mail: MailId(1),
            mailbox: words.take(),
            at: pages::now(),
            name: words.take(),
            from: words.take(),
            subject: words.take(),
            quarantined: false,
            why: HeldWhy::OwnAddress,
            reasons: vec![words.take()],
            conversation: None,
        }]),
        held_replies: Some(vec![HeldReply {
            conversation: ConversationId(4821),
            seq: EntrySeq(2),
            from: words.take(),
            at: pages::now(),
            text: words.take(),
            attachments: vec![Attachment { name: words.take(), media_type: words.take(), size: 3 }],
            to: vec![words.take()],
        }]),
        original: Some(Original::of(None, vec![words.take()], words.take(), words.take().as_bytes())),
        ..pages::page()
    };
    let opened = HashMap::from([(4821, Opened::Thread(Box::new(thread)))]);
    Screen::over(page, rows, opened, columns, lines)
}

/// Keys that lead to every screen there is.
const PLACES: &[&str] = &[
    "",
    "g h",
    "g h Enter",
    "g h j Enter",
    "Enter Home Enter",
    "Enter Home v",
    "Enter",
    "Enter v",
    "r",
    "n @",
    "i",
    "i r",
    "+",
    "+ u",
    "+ c",
    "+ t",
    "m",
    "?",
    ":",
    "/ x",
    "/ x Down",
    "b",
    "A",
    "A 1 Enter",
    "A 2 Enter",
    "A 2 Enter Enter",
    "A 2 s",
    "A 2 s i",
    "A 2 s x",
    "A 3 Enter",
    "A 3 Enter Enter",
    "A 4 Enter",
    "A 4 Enter Enter",
    "A 5 Enter",
    ",",
    "p",
    "p +",
    "a",
    "f",
    "c",
    "c t",
    "#",
    "g i",
    "g A",
    "Shift-Tab",
    "y",
];

fn everywhere(texts: &[String]) {
    for (columns, rows) in [(60, 20), (120, 40), (200, 50)] {
        let mut words = Words { texts, next: 0 };
        for place in PLACES {
            let mut screen = hostile_screen(&mut words, columns, rows);
            screen.keys(place);
            harmless(&screen, place);
        }
        for denied in [
            Denied::Invalid(words.take()),
            Denied::Stale { unseen: vec![entry(13, EntryKind::Reply, From::System, 1, &words.take())] },
            Denied::Refused(Refusal {
                readers: vec![words.take()],
                adds: vec![words.take()],
                ..Refusal::new(RefusalKind::Confirm, "R6.5", words.take())
            }),
        ] {
            let mut screen = hostile_screen(&mut words, columns, rows);
            let said = format!("{denied:?}");
            screen.answers.push_back(denied);
            screen.keys("P");
            harmless(&screen, &said);
        }
        let mut screen = hostile_screen(&mut words, columns, rows);
        screen.keys("r");
        screen.take(Msg::Paste(words.take()));
        harmless(&screen, "pasted");
        screen.take(Msg::Trouble(words.take()));
        harmless(&screen, "trouble");
        screen.take(Msg::Shut(words.take()));
        harmless(&screen, "shut");
    }
}

#[test]
fn nothing_hostile_reaches_the_terminal_from_any_screen() {
    let texts: Vec<String> = HOSTILE.iter().map(ToString::to_string).collect();
    everywhere(&texts);
    for text in HOSTILE {
        everywhere(&[(*text).to_owned()]);
    }
}

#[test]
fn languages_read_right() {
    reads(
        &[
            "All human beings are born free and equal in dignity and rights.",
            "人人生而自由,在尊严和权利上一律平等。",
            "すべての人間は、生まれながらにして自由であり、",
            "모든 인간은 태어날 때부터 자유로우며",
            "يولد جميع الناس أحرارًا متساوين في الكرامة والحقوق",
            "כל בני האדם נולדו בני חורין",
            "सभी मनुष्यों को गौरव और अधिकारों के मामले में",
            "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกัน",
            "تمام افراد بشر آزاد به دنیا می‌آیند",
            "👩‍👩‍👧 👍🏽 🇸🇪 ❤️ 1️⃣",
        ]
        .map(str::to_owned),
    );
}

/// Every text, shown as a message, stands on the screen letter by letter, wherever it is broken.
fn reads(texts: &[String]) {
    let bare = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
    for text in texts {
        let row = pages::rows().remove(0);
        let from = From::Customer(person("Mara Lindt", "mara@acme.example"));
        let thread = pages::thread(row.clone(), vec![entry(1, EntryKind::Reply, from, 1, text)]);
        let opened = HashMap::from([(4821, Opened::Thread(Box::new(thread)))]);
        let mut screen = Screen::over(pages::picture(), vec![row], opened, 60, 50);
        screen.keys("Enter");
        let shown: String = screen.shown().lines().skip(5).map(|line| line.trim_start_matches(['▌', ' '])).collect();
        assert!(bare(&shown).contains(&bare(text)), "{text}\n{}", screen.shown());
    }
}

/// The corpora of hostile and of merely foreign text.
#[cfg(feature = "corpora")]
mod corpora {
    use super::{everywhere, reads};
    use crate::corpora::{corpus, hostile_texts};
    use deskline::domain::text::SafeText;
    use std::fs;

    #[test]
    fn naughty_strings_and_terminal_escapes_on_every_screen() {
        let texts = hostile_texts();
        assert!(texts.len() > 500, "{} texts", texts.len());
        everywhere(&texts);
    }

    #[test]
    fn every_language_reads_right() {
        let mut read = 0;
        for file in fs::read_dir(corpus("udhr-languages")).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "txt") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let lines: Vec<String> =
                text.lines().map(str::trim).filter(|line| !line.is_empty()).take(25).map(str::to_owned).collect();
            everywhere(&lines);
            // What is dropped is said beside the text; all else reads letter by letter.
            let whole: Vec<String> = lines.into_iter().filter(|line| SafeText::line(line).as_str() == line).collect();
            read += whole.len();
            reads(&whole);
        }
        assert!(read > 800, "{read} lines read");
    }
}
