//! What keeps a hostile or broken mail from stopping a run: limits, and a fence around the parser.

use mail_parser::{Message, MessageParser, PartType};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The longest mail that is read, in bytes.
pub const LONGEST_MAIL: u64 = 25 * 1024 * 1024;
/// The deepest nesting of parts that is read.
pub const DEEPEST_NESTING: usize = 20;
/// The most parts that are read.
pub const MOST_PARTS: usize = 200;

/// Bytes that looking for boundaries may pass over. The parser searches the rest of the mail for every boundary it is told
/// of, so a mail of nothing but boundaries would take hours; this much takes a few seconds.
const MOST_SEARCHING: u64 = 8_000_000_000;
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
}

impl Disarmed {
    /// Takes a whole mail.
    pub(super) fn new(mut bytes: Vec<u8>) -> Self {
        let mut changed = false;
        let mut from = 0;
        // A subtype stands behind a slash, or behind the comment that follows it: "message/(oh) rfc822".
        while let Some(before) = bytes[from..].iter().position(|byte| matches!(byte, b'/' | b')')) {
            from += before + 1;
            let skipped =
                bytes[from..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\\'));
            let word = from + skipped.count();
            for (name, mark) in EMBEDDED {
                if let Some(found) = bytes.get_mut(word..word + name.len())
                    && found.eq_ignore_ascii_case(name)
                {
                    let last = name.len() - 1;
                    found[last] = if found[last].is_ascii_uppercase() { mark + 1 } else { mark };
                    changed = true;
                }
            }
        }
        Self { bytes, changed }
    }

    /// Parses the mail.
    ///
    /// # Errors
    /// A sentence: over a limit, no mail, or the parser gave up.
    pub(super) fn parse(&self, parser: &MessageParser) -> Result<Message<'_>, String> {
        let searching = count(&self.bytes, b"boundary").saturating_mul(self.bytes.len());
        if searching as u64 > MOST_SEARCHING || numbered(&self.bytes) > MOST_NUMBERED {
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
                    && kept.as_bytes().len() >= head.len()
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

/// How often a word occurs, in any case.
fn count(bytes: &[u8], word: &[u8]) -> usize {
    let first = word[0];
    let mut found = 0;
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| byte.eq_ignore_ascii_case(&first)) {
        if rest.get(at..at + word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word)) {
            found += 1;
        }
        rest = &rest[at + 1..];
    }
    found
}

/// How many numbered or encoded parameters there seem to be.
fn numbered(bytes: &[u8]) -> usize {
    let mut found = 0;
    let mut rest = bytes;
    while let Some(star) = rest.iter().position(|byte| *byte == b'*') {
        rest = &rest[star + 1..];
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        match rest.get(digits) {
            Some(b'=') => found += 1,
            Some(b'*') if digits > 0 => found += 1,
            Some(_) | None => {}
        }
    }
    found
}
