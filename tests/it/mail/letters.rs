//! Letters for tests, written by hand, as a mailbox hands them in.

use crate::desks::TestDesk;
use deskline::domain::{
    letter::{Correspondent, Letter},
    mail::{InMail, MailTaken, Place},
};
use std::sync::atomic::{AtomicU64, Ordering};

/// The support addresses of the test desk.
pub const SUPPORT: &str = "support@acme.example";
pub const BILLING: &str = "billing@acme.example";

/// Every raw mail is another one unless a test says otherwise.
static RAW: AtomicU64 = AtomicU64::new(1);

pub fn person(name: &str, address: &str) -> Correspondent {
    Correspondent { name: name.into(), address: address.into() }
}

/// A letter of somebody to the support address, with an id of its own.
pub fn letter(from: &str, subject: &str, text: &str) -> Letter {
    let number = RAW.fetch_add(1, Ordering::Relaxed);
    Letter {
        message_id: Some(format!("{number}@mail.example")),
        from: vec![person("", from)],
        to: vec![person("", SUPPORT)],
        date: Some(1_777_800_000),
        subject: subject.into(),
        text: text.into(),
        answer_automatically: true,
        ..Letter::default()
    }
}

/// The letter as the support mailbox hands it in, under bytes of its own.
pub fn mail(letter: Letter) -> InMail {
    let number = RAW.fetch_add(1, Ordering::Relaxed);
    InMail {
        mailbox: "support".into(),
        addresses: vec![SUPPORT.into(), BILLING.into()],
        group: Some("Support".into()),
        place: None,
        envelope_from: None,
        envelope_to: Vec::new(),
        sent: false,
        raw: format!("raw {number}").into_bytes(),
        letter: Ok(letter),
    }
}

pub fn place(uid: u32) -> Place {
    Place { folder: "INBOX".into(), uid_validity: 7, uid }
}

/// Hands a letter in; a minute passes first.
pub fn arrives(desk: &TestDesk, letter: Letter) -> MailTaken {
    taken(desk, &mail(letter))
}

/// Hands a mail in; a minute passes first.
pub fn taken(desk: &TestDesk, mail: &InMail) -> MailTaken {
    desk.later(1);
    desk.desk.receive_mail(mail).expect("taken in")
}
