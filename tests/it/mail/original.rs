//! A mail as it came, looked at: all of it can be reached, however long its lines are, and what the thread cuts is here.

use super::letters::{letter, mail, person, taken};
use crate::{desks::TestDesk, seat::Seat};
use deskline::{
    domain::{
        letter::Letter,
        mail::{InMail, Verdict},
    },
    tui::ask::Msg,
    tui::session::Event,
};

fn desk_with(text: &str, raw: String) -> TestDesk {
    let desk = TestDesk::new();
    let letter = Letter { from: vec![person("Mara", "mara@example.com")], ..letter("mara@example.com", "Log", text) };
    taken(&desk, &InMail { raw: raw.into_bytes(), ..mail(letter) });
    desk
}

fn numbered(lines: usize) -> String {
    (1..=lines).map(|line| format!("Line {line} of the log\n")).collect()
}

#[test]
fn the_last_page_is_a_whole_page_and_every_page_follows_the_one_before() {
    let desk = desk_with("Hello", format!("Subject: Log\r\n\r\n{}", numbered(300)));
    for size in [(80, 24), (120, 40), (60, 20), (200, 50)] {
        let mut ana = Seat::sized(&desk, "ana", size);
        ana.keys("Enter v");
        let mut seen = ana.shown();
        for _ in 0..40 {
            seen.push_str(&ana.keys("PageDown").shown());
        }
        for line in 1..=300 {
            assert!(seen.contains(&format!("Line {line} of the log")), "{size:?}: line {line} is on no page");
        }
        let at_the_end = ana.shown();
        assert_eq!(at_the_end, ana.keys("G").shown(), "{size:?}: beyond the last page there is none");
        assert!(at_the_end.contains("Line 299 of the log") && at_the_end.contains("Line 300 of the log"));
        assert!(at_the_end.contains("Line 290 of the log"), "a whole page: {at_the_end}");
        assert!(!at_the_end.contains("more lines"), "{at_the_end}");
        assert!(ana.keys("g").shown().contains("more lines"), "{}", ana.shown());
        assert!(ana.foot().contains("PageDown page down") && ana.foot().contains("Tab next part") || size.0 < 80);
    }
}

/// A line of a hundred thousand letters is no wall.
#[test]
fn a_line_without_end_is_read_to_its_end() {
    let long: String = (0..12_000).map(|word| format!("w{word} ")).collect();
    let desk = desk_with("Hello", format!("Subject: Log\r\n\r\n{long}END\r\nafter it\r\n"));
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    ana.keys("Enter v G");
    assert!(ana.shown().contains("after it") && ana.shown().contains("END"), "{}", ana.shown());
    ana.keys("g Tab PageDown");
    assert!(ana.shown().contains(" w300 "), "{}", ana.shown());
}

#[test]
fn what_the_thread_cuts_is_shown_in_words_and_tab_leads_to_the_bytes() {
    let text = numbered(5_000);
    let encoded = "TGluZSAxIG9mIHRoZSBsb2cK\r\n".repeat(2_000);
    let desk = desk_with(&text, format!("Subject: Log\r\nContent-Transfer-Encoding: base64\r\n\r\n{encoded}"));
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    ana.keys("Enter End");
    assert!(ana.shown().contains("⋯ 4801 more lines: v shows them"), "{}", ana.shown());
    ana.keys("v");
    assert!(ana.shown().contains("── What it says ─"), "{}", ana.shown());
    ana.keys("Tab");
    assert!(ana.shown().contains("Line 1 of the log"), "{}", ana.shown());
    ana.keys("Tab");
    assert!(ana.shown().contains("As it came:") && ana.shown().contains("TGluZSAx"), "{}", ana.shown());
    ana.keys("Shift-Tab PageUp PageDown");
    assert!(ana.shown().contains("Line 10 of the log"), "{}", ana.shown());
    ana.keys("Tab k k k");
    assert!(ana.shown().contains("Line 5000 of the log"), "{}", ana.shown());
}

#[test]
fn a_terminal_that_changes_its_size_shows_all_of_it() {
    let words = "a word and another word of a rather long line that is wrapped on every screen but the widest one";
    let desk = desk_with("Hello", format!("Subject: Log\r\n\r\n{words} and its end\r\n"));
    let mut ana = Seat::sized(&desk, "ana", (200, 50));
    ana.keys("Enter v");
    assert!(ana.shown().contains(&format!("{words} and its end")), "{}", ana.shown());
    ana.take(Event::Input(Msg::Resize(60, 20)));
    assert!(!ana.shown().contains(words), "{}", ana.shown());
    ana.keys("G");
    assert!(ana.shown().contains("and its end"), "{}", ana.shown());
}

/// Held mail is looked at in the same way, with what can be done about it said.
#[test]
fn a_held_mail_can_be_read_to_its_end() {
    let desk = TestDesk::new();
    desk.desk.read_mail_with(deskline::email::reader::letter);
    let raw = format!("From: support@acme.example\r\nSubject: Ours\r\n\r\n{}", numbered(200));
    let own = letter(super::letters::SUPPORT, "Ours", "x");
    let held = taken(&desk, &InMail { raw: raw.into_bytes(), ..mail(own) });
    assert!(matches!(held.verdict, Verdict::Held(_)));
    let mut olga = Seat::sized(&desk, "olga", (80, 24));
    olga.keys("g h Enter Tab");
    assert!(olga.shown().contains("Line 1 of the log"), "{}", olga.shown());
    olga.keys("G");
    assert!(olga.shown().contains("Line 200 of the log"), "{}", olga.shown());
    assert!(olga.shown().contains("r lets it go its way, d throws it away."), "{}", olga.shown());
}
