//! The list of what is held, where much is, and how mailboxes in trouble are told of at every width.

use super::letters::{SUPPORT, letter, mail, person};
use crate::{desks::TestDesk, seat::Seat};
use deskline::domain::{letter::Letter, mail::InMail};

/// A desk where so many mails are held, from people of every script.
fn holding(count: usize) -> TestDesk {
    let desk = TestDesk::new();
    desk.desk.read_mail_with(deskline::email::reader::letter);
    let names = ["Jo Park", "田中太郎", "محمد علي", "👩‍👩‍👧 Family", "Evil\u{1b}[2J\u{202e}name, owner", ""];
    let mails: Vec<InMail> = (0..count)
        .map(|at| {
            let from = vec![person(names[at % names.len()], SUPPORT)];
            let raw = format!("From: support@acme.example\r\nSubject: Mail {at}\r\n\r\nWords of {at}\r\n").into_bytes();
            InMail { raw, ..mail(Letter { from, ..letter(SUPPORT, &format!("Mail {at}"), "x") }) }
        })
        .collect();
    desk.desk.receive_mails(&mails).unwrap();
    desk
}

fn troubled(desk: &TestDesk, names: &[&str]) {
    for name in names {
        let trouble = format!(
            "The server mail.{name}.example refused the password. Change it in the file that the configuration names."
        );
        desk.desk.mailbox_health(name, &format!("{name}@acme.example"), Some(&trouble), None).unwrap();
    }
}

#[test]
fn the_mailboxes_in_trouble_stand_above_what_is_held_however_much_that_is() {
    let desk = holding(30);
    troubled(&desk, &["billing", "sales", "support"]);
    desk.desk.mailbox_health("shop", "shop@acme.example", None, None).unwrap();
    for size in [(60, 20), (80, 24), (120, 40), (200, 50)] {
        let mut olga = Seat::sized(&desk, "olga", size);
        let header = olga.shown().lines().next().unwrap().to_owned();
        assert!(header.contains("! 3 mailboxes"), "{size:?} {header}");
        olga.keys("g h");
        for name in ["billing", "sales", "support", "▸6 Mail", "Held: 30"] {
            assert!(olga.shown().contains(name), "{size:?} {name}\n{}", olga.shown());
        }
        insta::assert_snapshot!(format!("mail_held_troubled_{}x{}", size.0, size.1), olga.shown());
        assert!(olga.foot().contains("Enter look at it"), "{}", olga.foot());
        olga.keys("G Enter");
        assert!(olga.shown().contains("Words of 0"), "{}", olga.shown());
    }
}

#[test]
fn five_hundred_are_listed_and_of_more_it_is_said_how_many() {
    let desk = holding(520);
    let mut olga = Seat::sized(&desk, "olga", (80, 24));
    let sidebar = olga.keys("Shift-Tab").shown();
    assert!(sidebar.lines().any(|line| line.contains("   Held  g h") && line.contains(" 520 ")), "{sidebar}");
    olga.keys("g h");
    assert!(olga.shown().contains("Held: the newest 500 of 520"), "{}", olga.shown());
    assert!(olga.shown().contains("Mail 519"), "{}", olga.shown());
    olga.keys("G");
    assert!(olga.shown().contains("Mail 20") && !olga.shown().contains("Mail 19 "), "{}", olga.shown());
    olga.keys("Enter d y g");
    assert!(olga.shown().contains("of 519"), "{}", olga.shown());
}

#[test]
fn several_are_selected_and_decided_about_together() {
    let desk = TestDesk::new();
    let mails: Vec<InMail> = (0..6)
        .map(|at| InMail {
            letter: Err("An older program could not read it.".into()),
            raw: format!("From: c{at}@example.com\r\nSubject: Mail {at}\r\n\r\nWords of {at}\r\n").into_bytes(),
            ..mail(Letter::default())
        })
        .collect();
    desk.desk.receive_mails(&mails).unwrap();
    desk.desk.read_mail_with(deskline::email::reader::letter);
    let held = || desk.desk.held(&desk.agent("olga")).unwrap();
    let mut olga = Seat::sized(&desk, "olga", (80, 24));
    olga.keys("g h x x");
    assert!(olga.shown().contains("Held: 6 · 2 selected"), "{}", olga.shown());
    assert_eq!(olga.shown().matches("✓ quarantine").count(), 2, "{}", olga.shown());
    assert!(olga.shown().contains("r lets what is selected go its way, d discards it."), "{}", olga.shown());
    insta::assert_snapshot!("mail_held_selected_80x24", olga.shown());
    olga.keys("k x");
    assert!(olga.shown().contains("· 1 selected"), "x takes it out again: {}", olga.shown());
    olga.keys("Esc");
    assert!(olga.shown().contains("Held: 6") && !olga.shown().contains("selected"), "{}", olga.shown());
    olga.keys("r d");
    assert_eq!(held().len(), 6, "nothing is selected");

    // Mail 5 and Mail 4 come in, the earlier one first.
    olga.keys("g x x r");
    assert!(olga.shown().contains("Held: 4") && !olga.shown().contains("✓"), "{}", olga.shown());
    assert!(olga.foot().contains("2 mails went their way."), "{}", olga.foot());
    let mut listed = desk.rows("olga", deskline::domain::section::Section::All);
    listed.sort_by_key(|row| row.id);
    assert_eq!(listed.iter().map(|row| row.subject.as_str()).collect::<Vec<_>>(), ["Mail 4", "Mail 5"]);

    let rest: Vec<_> = held().iter().skip(2).map(|mail| mail.mail).collect();
    olga.keys("g x x d");
    assert!(olga.shown().contains("Throw these 2 mails away?"), "{}", olga.shown());
    olga.keys("Esc");
    assert!(olga.shown().contains("Held: 4 · 2 selected"), "{}", olga.shown());
    // Somebody else is faster with one of them.
    desk.desk.discard_held(&desk.agent("adam"), held()[0].mail).unwrap();
    olga.keys("d y");
    assert_eq!(held().iter().map(|mail| mail.mail).collect::<Vec<_>>(), rest);
    assert!(olga.shown().contains("Held: 2") && !olga.shown().contains("selected"), "{}", olga.shown());
}

#[test]
fn what_cannot_be_let_in_stays_selected_and_says_why() {
    let desk = TestDesk::new();
    let mails = [0, 1].map(|at| InMail {
        letter: Err("It cannot be read.".into()),
        raw: format!("\0 {at}").into_bytes(),
        ..mail(Letter::default())
    });
    desk.desk.receive_mails(&mails).unwrap();
    desk.desk.read_mail_with(|_| Err("It still cannot be read.".to_owned()));
    let mut olga = Seat::sized(&desk, "olga", (80, 24));
    olga.keys("g h x x r");
    assert!(
        olga.shown().contains("It still cannot be read.") && olga.shown().contains("2 selected"),
        "{}",
        olga.shown()
    );
    assert!(olga.said().contains("None went its way; 2 could not be let in: "), "{}", olga.said());
    assert!(olga.said().ends_with("Its bytes are kept until it is discarded."), "{}", olga.said());
    olga.keys("d y");
    assert!(olga.shown().contains("Nothing is held."), "{}", olga.shown());
    assert!(olga.foot().contains("2 were discarded."), "{}", olga.foot());
}

#[test]
fn how_many_were_let_in_and_why_others_were_not_is_said_together() {
    let desk = TestDesk::new();
    let mails = [0, 1, 2].map(|at| InMail {
        letter: Err("It cannot be read.".into()),
        raw: format!("From: c{at}@example.com\r\nSubject: Mail {at}\r\n\r\nWords of {at}\r\n").into_bytes(),
        ..mail(Letter::default())
    });
    desk.desk.receive_mails(&mails).unwrap();
    desk.desk.read_mail_with(|raw| {
        let first = raw.windows(6).any(|word| word == b"Mail 0");
        if first { Err("It still cannot be read.".to_owned()) } else { deskline::email::reader::letter(raw) }
    });
    let mut olga = Seat::sized(&desk, "olga", (120, 40));
    olga.keys("g h x x x r");
    let foot = olga.said();
    assert!(foot.contains("2 mails went their way; 1 could not be let in: "), "{foot}");
    assert!(foot.contains("It still cannot be read."), "{foot}");
    assert!(olga.shown().contains("1 selected"), "{}", olga.shown());
}
