//! What keeps a hostile or broken mail from stopping a run: limits, and a fence around the parser.

use mail_parser::{Message, MessageParser, PartType};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The longest mail that is read, in bytes.
pub const LONGEST_MAIL: u64 = 25 * 1024 * 1024;
/// The deepest nesting of parts that is read.
pub const DEEPEST_NESTING: usize = 20;
/// The most parts that are read.
pub const MOST_PARTS: usize = 200;
/// The most header fields that are read.
pub const MOST_HEADERS: usize = 1_000;
/// The most bytes that text and attachments may have once decoded.
pub const MOST_DECODED: usize = 40 * 1024 * 1024;

/// Why a mail of this many bytes is not read.
pub fn too_long(bytes: u64) -> String {
    format!("it has {} MiB, and {} MiB are read at most", bytes.div_ceil(1024 * 1024), LONGEST_MAIL / 1024 / 1024)
}

/// Bytes that looking for boundaries may pass over. The parser searches the rest of the mail for every boundary it is told
/// of, so a mail of nothing but boundaries would take hours; this much takes a few seconds at worst (`benches/reading.rs`), well
/// below the ten that are promised for a mail, and lets 60 multiparts pass in the longest mail.
const MOST_SEARCHING: u64 = 1_500_000_000;
/// Numbered parameters (`name*0=`, `name*1=`) of one mail; the parser compares each with every other one. Binary text in a
/// mail (uuencode) looks like a few thousand of them.
const MOST_NUMBERED: usize = 20_000;

/// The types of embedded messages, with the letter that stands for the last one of each while a mail is being parsed.
const EMBEDDED: [(&[u8], u8); 3] = [(b"rfc822", 0x05), (b"global", 0x01), (b"digest", 0x03)];

/// A mail whose embedded messages are disarmed, so that the parser takes them for plain attachments.
///
/// The parser would parse them as well, each inside the other, to any depth, and a mail of 25 MiB can nest a million:
/// dropping or copying such a tree overflows the stack, which no fence catches. An attachment's type and size are all
/// that is wanted of them. Only the last letter of `/rfc822`, `/global` and `/digest` is changed;
/// [`rearmed`] puts it back in what is shown.
pub(super) struct Disarmed {
    bytes: Vec<u8>,
    /// Whether anything was changed at all.
    pub(super) changed: bool,
    boundaries: usize,
    numbered: usize,
}

impl Disarmed {
    /// Takes a whole mail. Looks at every byte once, since that is most of what reading a mail costs.
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        let mut mail = Self { bytes, changed: false, boundaries: 0, numbered: 0 };
        let mut from = 0;
        while let Some(next) = mail.bytes[from..].iter().position(|byte| MARKS[usize::from(*byte)]) {
            from += next + 1;
            match mail.bytes[from - 1] {
                b'*' => mail.numbered += usize::from(numbered(&mail.bytes[from..])),
                b'/' | b')' => mail.disarm(from),
                _ => {
                    let rest = mail.bytes.get(from..from + 7).unwrap_or_default();
                    mail.boundaries += usize::from(rest.eq_ignore_ascii_case(b"oundary"));
                }
            }
        }
        mail
    }

    /// Disarms the type that may stand here: behind a slash, or behind the comment that follows it ("message/(oh) rfc822").
    fn disarm(&mut self, from: usize) {
        let skipped = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\\');
        let word = from + self.bytes[from..].iter().take_while(skipped).count();
        for (name, mark) in EMBEDDED {
            if let Some(found) = self.bytes.get_mut(word..word + name.len())
                && found.eq_ignore_ascii_case(name)
            {
                let last = name.len() - 1;
                found[last] = if found[last].is_ascii_uppercase() { mark + 1 } else { mark };
                self.changed = true;
            }
        }
    }

    /// Parses the mail.
    ///
    /// # Errors
    /// A sentence: over a limit, no mail, or the parser gave up.
    pub(super) fn parse(&self, parser: &MessageParser) -> Result<Message<'_>, String> {
        let searching = self.boundaries.saturating_mul(self.bytes.len());
        if searching as u64 > MOST_SEARCHING || self.numbered > MOST_NUMBERED {
            return Err("it names so many parts that reading it would take too long".to_owned());
        }
        let message = fenced(|| parser.parse(&self.bytes))?.ok_or("it has no mail header")?;
        let (parts, depth) = extent(&message);
        if parts > MOST_PARTS {
            return Err(format!("it has {parts} parts, and {MOST_PARTS} are read at most"));
        }
        if depth > DEEPEST_NESTING {
            return Err(format!("its parts are nested {depth} deep, and {DEEPEST_NESTING} levels are read at most"));
        }
        Ok(message)
    }
}

/// The bytes at which something of interest may begin.
const MARKS: [bool; 256] = {
    let mut marks = [false; 256];
    marks[b'/' as usize] = true;
    marks[b')' as usize] = true;
    marks[b'*' as usize] = true;
    marks[b'b' as usize] = true;
    marks[b'B' as usize] = true;
    marks
};

/// Text from a disarmed mail as it was written.
pub(super) fn rearmed(text: &str) -> String {
    let mut whole = text.to_owned();
    for (name, mark) in EMBEDDED {
        let (head, last) = name.split_at(name.len() - 1);
        for (mark, last) in [(mark, last[0]), (mark + 1, last[0].to_ascii_uppercase())] {
            if !whole.contains(char::from(mark)) {
                continue;
            }
            let mut kept = String::with_capacity(whole.len());
            for letter in whole.chars() {
                let ours = letter == char::from(mark)
                    && kept.len() >= head.len()
                    && kept.as_bytes()[kept.len() - head.len()..].eq_ignore_ascii_case(head);
                kept.push(if ours { char::from(last) } else { letter });
            }
            whole = kept;
        }
    }
    whole
}

/// Runs the parser so that its panics are an answer, not an end.
///
/// # Errors
/// A sentence, where it panicked.
pub(super) fn fenced<T>(parse: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(parse))
        .map_err(|_| "it is broken in a way that the mail parser cannot read".to_owned())
}

/// How many parts there are and how deep they are nested.
fn extent(message: &Message<'_>) -> (usize, usize) {
    let mut depths = vec![1usize; message.parts.len()];
    // A part stands after the one it is in, so one pass in order reaches everything.
    for (at, part) in message.parts.iter().enumerate() {
        if let PartType::Multipart(inside) = &part.body {
            let depth = depths[at] + 1;
            for child in inside {
                if let Some(child) = depths.get_mut(*child as usize) {
                    *child = depth.max(*child);
                }
            }
        }
    }
    (message.parts.len(), depths.into_iter().max().unwrap_or(0))
}

/// Whether what follows a star makes it a numbered or encoded parameter.
fn numbered(rest: &[u8]) -> bool {
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    match rest.get(digits) {
        Some(b'=') => true,
        Some(b'*') => digits > 0,
        Some(_) | None => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{domain::letter::Letter, mail::Reader};

    fn letter(mail: &str) -> Result<Letter, String> {
        Reader::new().letter(mail.as_bytes())
    }

    /// A multipart in a multipart in a multipart.
    fn nested(levels: usize) -> String {
        let mut mail = "Subject: nested\n".to_owned();
        for level in 0..levels {
            let boundary = format!("b{level}x");
            mail.push_str("Content-Type: multipart/mixed; boundary=");
            mail.push_str(&boundary);
            mail.push_str("\n\n--");
            mail.push_str(&boundary);
            mail.push('\n');
        }
        mail + "\ninnermost\n"
    }

    #[test]
    fn messages_inside_one_another_are_one_attachment() {
        let deep = format!(
            "Subject: deep\nContent-Type: message/rfc822\n\n{}innermost\n",
            "Content-Type: Message/RFC822\n\n".repeat(200_000)
        );
        let letter = letter(&deep).unwrap();
        assert_eq!(letter.attachments.len(), 1);
        assert_eq!(letter.attachments[0].media_type, "message/rfc822");
        assert_eq!(letter.text, "");
    }

    #[test]
    fn encoded_messages_inside_one_another_are_one_attachment() {
        // Decoded, this is a hundred thousand times "Content-Type: message/rfc822" and an empty line.
        let line = "Q29udGVudC1UeXBlOiBtZXNzYWdlL3JmYzgyMgoKQ29udGVudC1UeXBlOiBtZXNzYWdlL3JmYzgyMgoK\n";
        let deep = format!(
            "Subject: deep\nContent-Transfer-Encoding: base64\nContent-Type: message/(oh) rfc822\n\n{}",
            line.repeat(50_000)
        );
        let letter = letter(&deep).unwrap();
        assert_eq!(letter.attachments.len(), 1);
        assert_eq!(letter.attachments[0].content.len(), 60 * 50_000);
    }

    #[test]
    fn limits_are_told_and_not_crossed() {
        assert!(letter(&nested(DEEPEST_NESTING - 1)).is_ok());
        let reason = letter(&nested(DEEPEST_NESTING + 20)).unwrap_err();
        assert!(reason.contains("nested"), "{reason}");
        assert!(letter(&nested(100_000)).is_err());
        let parts = |count: usize| {
            format!(
                "Subject: many\nContent-Type: multipart/mixed; boundary=b\n\n{}--b--\n",
                "--b\n\npart\n".repeat(count)
            )
        };
        assert!(letter(&parts(MOST_PARTS - 1)).is_ok());
        let reason = letter(&parts(MOST_PARTS + 1)).unwrap_err();
        assert!(reason.contains("200"), "{reason}");
        let long = format!("Subject: long\n\n{}", "x".repeat(25 * 1024 * 1024));
        assert_eq!(letter(&long).unwrap_err(), "it has 26 MiB, and 25 MiB are read at most");
    }

    #[test]
    fn mails_that_would_take_hours_are_not_read() {
        let boundaries = format!(
            "Content-Type: multipart/mixed; boundary=b\n\n{}",
            "--b\nContent-Type: multipart/mixed; boundary=never\n\n".repeat(60_000)
        );
        assert!(letter(&boundaries).unwrap_err().contains("too long"));
        let mut numbered = String::new();
        for number in 0..300_000 {
            numbered.push_str(" n");
            numbered.push_str(&number.to_string());
            numbered.push_str("*1=x;\n");
        }
        assert!(letter(&format!("Content-Type: text/plain;\n{numbered}\nx\n")).unwrap_err().contains("too long"));
    }

    #[test]
    fn what_was_disarmed_reads_as_it_was_written() {
        let text = "See /rfc822, /RFC822, (x)Global, /global/GLOBAL and\n/digest: message/rfc822 and digest.";
        let letter = letter(&format!("Subject: a/global plan\n\n{text}\n")).unwrap();
        assert_eq!(letter.text, text);
        assert_eq!(letter.subject, "a/global plan");
        assert_eq!(rearmed("a \u{5} b\u{1}"), "a \u{5} b\u{1}", "marks that are not ours stay");
    }

    #[test]
    fn a_panic_behind_the_fence_is_an_answer() {
        let reason = fenced(|| Vec::<u8>::new()[std::hint::black_box(3)]).unwrap_err();
        assert_eq!(reason, "it is broken in a way that the mail parser cannot read");
    }
}
