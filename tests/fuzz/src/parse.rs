//! The target `parse`: bytes as a mail.

use crate::promises::{check, check_folds};
use deskline::mail::{Known, Reader, body_at, folds, text_of_html};
use std::sync::LazyLock;

static READER: LazyLock<Reader> = LazyLock::new(Reader::new);

/// Reads the bytes as a mail, as its header alone, as HTML and as text with quotes in it: what comes out keeps its
/// promises, and is the same every time.
pub fn parse(bytes: &[u8]) {
    let letter = READER.letter(bytes);
    assert_eq!(letter, READER.letter(bytes), "the same bytes, another letter");
    let head = READER.head(bytes);
    match &letter {
        Ok(letter) => {
            check(letter);
            let head = head.expect("what can be read has a header that can be read");
            assert_eq!((&head.from, &head.subject), (&letter.from, &letter.subject));
            assert_eq!((&head.message_id, &head.references), (&letter.message_id, &letter.references));
            assert_eq!((&head.to, &head.authentication), (&letter.to, &letter.authentication));
            below_an_envelope(bytes);
        }
        Err(sentence) => assert!(!sentence.is_empty() && !sentence.contains('\n'), "{sentence:?}"),
    }
    assert!(body_at(bytes) <= bytes.len());
    let text = String::from_utf8_lossy(bytes);
    let shown = text_of_html(&text);
    assert!(!shown.contains(['\0', '\r']), "{shown:?}");
    let quoted_from = [0, text.len() / 2, text.len()];
    for passed_on in [false, true] {
        check_folds(&text, &folds(&text, Known { writer: "Mara Lindt", passed_on, quoted_from: &quoted_from }));
    }
}

/// The line that mailbox files put above a mail is no part of it.
fn below_an_envelope(bytes: &[u8]) {
    if !bytes.len().is_multiple_of(4) || bytes.starts_with(b"From ") || bytes.starts_with(b">From ") {
        return;
    }
    let below = [b"From mara@example.org Mon May  3 12:30:00 2021\n", bytes].concat();
    assert_eq!(READER.letter(&below), READER.letter(bytes), "the envelope's line is no part of a mail");
}
