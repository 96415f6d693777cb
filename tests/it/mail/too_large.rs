//! Mails that are too large to be read: who wrote them and about what is known all the same, and where they lie.

use super::{
    handing_over::over,
    letters::{SUPPORT, arrives, letter},
};
use crate::{desks::TestDesk, leaks::everything, seat::Seat};
use deskline::{
    config::{HistoryBefore, MailAccount, MailSource},
    desk::Desk,
    domain::mail::{HeldMail, HeldWhy, Verdict},
    email::{Fetched, Intake, Stop, maildir},
};
use std::fs;

const HEAD: &str = "From: =?utf-8?q?Mara_L=C3=ADndt?= <Mara@Example.com>\r\nTo: support@acme.example\r\nSubject: The film of my card\r\nMessage-ID: <1@example.com>\r\n\r\n";

/// The support mailbox, with mail in this folder.
fn support(source: MailSource) -> MailAccount {
    MailAccount { name: "support".into(), address: SUPPORT.into(), source, history: HistoryBefore::Never, ..over(25) }
}

fn intake(desk: &Desk, account: &MailAccount) -> Intake {
    Intake::new(desk.clone(), account, std::slice::from_ref(account))
}

/// Its header, as a mail server gives it of one that is too large.
fn by_header(head: &str) -> Fetched {
    let sentence = "The mail has 26 MiB. The whole mail still lies on the mail server, in the folder INBOX.";
    Fetched { place: None, sent: false, arrived: None, raw: head.into(), incomplete: Some(sentence.into()) }
}

fn comes(desk: &TestDesk, mail: Fetched) -> Verdict {
    desk.later(1);
    intake(&desk.desk, &support(MailSource::Pipe)).receive(mail, None, Vec::new()).expect("taken").verdict
}

fn held(desk: &TestDesk) -> Vec<HeldMail> {
    desk.desk.held(&desk.agent("olga")).unwrap()
}

#[test]
fn a_large_mail_in_a_folder_is_held_by_its_sender_and_subject_and_says_where_it_lies() {
    let desk = TestDesk::new();
    let folder = tempfile::tempdir().unwrap();
    for part in ["new", "cur", "tmp"] {
        fs::create_dir(folder.path().join(part)).unwrap();
    }
    fs::write(folder.path().join("new/1.film"), HEAD.to_owned() + &"x".repeat(26 << 20)).unwrap();
    let account = support(MailSource::Maildir(folder.path().to_owned()));
    let mut intake = intake(&desk.desk, &account);
    maildir::sync(&maildir::Maildir::of(&account).unwrap(), &Stop::default(), &mut intake, &mut |_| {}).unwrap();
    let [mail] = held(&desk).try_into().unwrap();
    assert_eq!((mail.name.as_str(), mail.from.as_str()), ("Mara Líndt", "mara@example.com"));
    assert_eq!((mail.subject.as_str(), mail.why), ("The film of my card", HeldWhy::Unreadable));
    let where_it_lies = format!("The whole mail still lies in {}", folder.path().display());
    assert!(mail.reasons.iter().any(|reason| reason.contains(&where_it_lies)), "{:?}", mail.reasons);
}

#[test]
fn the_screen_says_who_and_what_and_where() {
    for size in [(80, 24), (120, 40)] {
        let desk = TestDesk::new();
        desk.desk.read_mail_with(deskline::email::reader::letter);
        assert_eq!(comes(&desk, by_header(HEAD)), Verdict::Quarantined(HeldWhy::Unreadable));
        let mut olga = Seat::sized(&desk, "olga", size);
        olga.keys("g h");
        let shown = olga.shown();
        assert!(shown.contains("Mara Líndt") && shown.contains("The film of my card"), "{shown}");
        olga.keys("Enter");
        let shown = olga.shown().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains("still lies on the mail server, in the folder INBOX."), "{shown}");
    }
}

#[test]
fn what_comes_by_a_pipe_is_kept_here_whole() {
    let desk = TestDesk::new();
    let raw = (HEAD.to_owned() + &"x".repeat(26 << 20)).into_bytes();
    comes(&desk, Fetched { incomplete: None, raw: raw.clone(), ..by_header("") });
    let [mail] = held(&desk).try_into().unwrap();
    assert_eq!((mail.from.as_str(), mail.subject.as_str()), ("mara@example.com", "The film of my card"));
    assert!(mail.reasons.iter().any(|reason| reason.ends_with("All of it is kept here.")), "{:?}", mail.reasons);
    assert_eq!(desk.desk.held_mail(&desk.agent("olga"), mail.mail).unwrap().1.len(), raw.len());
}

#[test]
fn where_it_lies_is_known_when_it_was_let_go() {
    let desk = TestDesk::new();
    comes(&desk, by_header(HEAD));
    let [mail] = held(&desk).try_into().unwrap();
    let released =
        desk.desk.release_held(&desk.agent("olga"), mail.mail, &deskline::email::reader::letter, false).unwrap();
    let (conversation, seq) = (released.conversation.unwrap(), released.message.unwrap());
    let why = desk.desk.why(&desk.agent("ana"), conversation, seq).unwrap();
    assert!(why.iter().any(|reason| reason.contains("in the folder INBOX")), "{why:?}");
}

/// An empty message would have the agent tell the customer that their mail was empty. What is sent back to them as a quotation
/// does not name the places of this house.
#[test]
fn what_was_let_go_says_that_it_was_not_read() {
    let why = "This mail has 30 MiB and was not read: mails of up to 25 MiB are.";
    for place in ["on the mail server, in the folder INBOX.", "in /srv/mail/new, in a file whose name begins with 1."] {
        let desk = TestDesk::new();
        let sentence = format!("{why} The whole mail still lies {place}");
        comes(&desk, Fetched { incomplete: Some(sentence.clone()), ..by_header(HEAD) });
        let mut olga = Seat::sized(&desk, "olga", (160, 40));
        olga.keys("g h");
        assert!(olga.shown().contains(&sentence), "{}", olga.shown());
        let [mail] = held(&desk).try_into().unwrap();
        let read = &deskline::email::reader::letter;
        let released = desk.desk.release_held(&desk.agent("olga"), mail.mail, read, false).unwrap();
        let entries = desk.thread("ana", released.conversation.unwrap()).entries;
        let entry = entries.iter().find(|entry| Some(entry.seq) == released.message).unwrap();
        assert_eq!(entry.text, format!("({why} The whole mail still lies on the mail server.)"));
    }
}

/// What there is of its words stands there.
#[test]
fn what_was_let_go_and_has_words_keeps_them() {
    let desk = TestDesk::new();
    comes(&desk, by_header(&format!("{HEAD}See the film.")));
    let [mail] = held(&desk).try_into().unwrap();
    let read = &deskline::email::reader::letter;
    let released = desk.desk.release_held(&desk.agent("olga"), mail.mail, read, false).unwrap();
    let entries = desk.thread("ana", released.conversation.unwrap()).entries;
    assert!(entries.iter().any(|entry| entry.text == "See the film."), "{entries:?}");
}

#[test]
fn a_header_that_says_nothing_usable_is_held_as_before() {
    for head in ["", "\0\u{1b}", "Subject: only\r\n\r\n", "From: nobody\r\n\r\n", "From: \"\" <@>, <>\r\n\r\n"] {
        let desk = TestDesk::new();
        assert_eq!(comes(&desk, by_header(head)), Verdict::Quarantined(HeldWhy::Unreadable), "{head:?}");
        let [mail] = held(&desk).try_into().unwrap();
        assert_eq!(mail.from, "", "{head:?}");
        assert_eq!(mail.subject, if head.contains("only") { "only" } else { "" });
    }
}

/// What is claimed counts for nothing: neither as a sender who was vouched for, nor as one who writes too much.
#[test]
fn claims_of_what_was_not_read_change_nothing_for_who_is_named() {
    let desk = TestDesk::new();
    for number in 0..100 {
        let head = HEAD.replace("<1@", &format!("<{number}@"));
        comes(&desk, by_header(&format!("Authentication-Results: mx.acme.example; dmarc=pass\r\n{head}")));
    }
    assert_eq!(desk.count("SELECT count(*) FROM mail WHERE vouched = 1"), 0);
    let mail = arrives(&desk, letter("mara@example.com", "Card", "Did you get the film?"));
    assert_eq!(mail.verdict, Verdict::Message);
}

/// R5.6: who does not administer learns nothing of what is held.
#[test]
fn agents_learn_nothing_of_it() {
    let seen = |head: Option<&str>| {
        let desk = TestDesk::with_privacy();
        desk.private_of("ben");
        desk.later(1);
        if let Some(head) = head {
            comes(&desk, by_header(head));
        } else {
            desk.later(1);
        }
        assert!(desk.desk.held(&desk.agent("ana")).is_err());
        ["ana", "dev"].map(|handle| everything(&desk, handle))
    };
    assert_eq!(seen(Some(HEAD)), seen(None));
}
