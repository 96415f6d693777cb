//! Mails of every kind read into letters, with made-up ones.

use deskline::{domain::letter::Letter, mail::Reader};

pub fn letter(mail: &[u8]) -> Letter {
    Reader::new().letter(mail).unwrap()
}

#[test]
fn x() {
    assert!(letter(b"From: a@example.org\n\nx").text == "x");
}
