//! From the bytes of a mail to a letter.

use super::{
    Head, attached,
    automatic::{self, Sender},
    fields::Fields,
    guard::{Disarmed, LONGEST_MAIL, fenced, rearmed, too_long},
    head::{HeadReader, readable},
    quote::{self, Known},
    report::{self, Evidence},
    words::{Parsed, Part, Words},
};
use crate::domain::letter::{Letter, Nature};
use mail_parser::MessageParser;
use std::borrow::Cow;

/// Reads mails; making one costs more than using it.
#[derive(Debug)]
pub struct Reader {
    heads: HeadReader,
    whole: MessageParser,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// A reader.
    pub fn new() -> Self {
        Self { heads: HeadReader::new(), whole: MessageParser::new().default_header_ignore().with_mime_headers() }
    }

    /// Reads the header alone.
    ///
    /// # Errors
    /// A sentence: there is no mail header, it has more than [`super::MOST_HEADERS`] fields, or the parser gave up.
    pub fn head(&self, mail: &[u8]) -> Result<Head, String> {
        let mail = with_line_ends(mail);
        self.heads.read(&readable(&mail[..body_at(&mail)])).map(|(head, _)| head)
    }

    /// Reads the whole mail: whatever its bytes are, an answer within ten seconds and no panic.
    ///
    /// # Errors
    /// A sentence: longer than [`LONGEST_MAIL`], more parts, deeper nested, longer once decoded or with more header fields
    /// than is read, no mail header, or the parser gave up.
    pub fn letter(&self, mail: &[u8]) -> Result<Letter, String> {
        if mail.len() as u64 > LONGEST_MAIL {
            return Err(too_long(mail.len() as u64));
        }
        let mail = with_line_ends(mail);
        let (head, fields) = self.heads.read(&readable(&mail[..body_at(&mail)]))?;
        let disarmed = Disarmed::new(mail.to_vec());
        let message = disarmed.parse(&self.whole)?;
        let parsed = Parsed { message: &message, raw: &mail };
        let (words, parts) = fenced(|| {
            let words = parsed.words()?;
            let parts = parsed.attachments(words.text.len())?;
            Ok::<_, String>((words, parts))
        })??;
        fenced(|| letter_of(head, &fields, words, parts, &mail[body_at(&mail)..]))
    }
}

/// Where the body begins: behind the first empty line.
pub fn body_at(mail: &[u8]) -> usize {
    let mut from = 0;
    while let Some(end) = mail[from..].iter().position(|byte| *byte == b'\n') {
        from += end + 1;
        match (mail.get(from), mail.get(from + 1)) {
            (Some(b'\n'), _) => return from + 1,
            (Some(b'\r'), Some(b'\n')) => return from + 2,
            (Some(_), _) => {}
            (None, _) => break,
        }
    }
    mail.len()
}

/// A mail without the line that mailbox files and mail servers' pipes put above it ("From mara@example.org Mon May 3 …").
fn without_envelope(mail: &[u8]) -> &[u8] {
    if !mail.starts_with(b"From ") && !mail.starts_with(b">From ") {
        return mail;
    }
    let end = mail.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(mail.len());
    let rest = mail.get(end..).unwrap_or_default();
    rest.strip_prefix(b"\r\n").or_else(|| rest.get(1..)).unwrap_or_default()
}

/// A mail whose lines end as lines do: a few old programs write carriage returns alone.
fn with_line_ends(mail: &[u8]) -> Cow<'_, [u8]> {
    let mail = without_envelope(mail);
    if mail.contains(&b'\n') || !mail.contains(&b'\r') {
        return Cow::Borrowed(mail);
    }
    Cow::Owned(mail.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect())
}

fn letter_of(head: Head, fields: &Fields, words: Words, parts: Vec<Part>, body: &[u8]) -> Letter {
    let mut words = words;
    if words.text.contains(char::is_control) {
        words.text = rearmed(&words.text);
    }
    let evidence = Evidence {
        fields,
        form: &head.form,
        from: head.from.first(),
        return_path: head.return_path.as_deref(),
        subject: &head.subject,
        text: &words.text,
        parts: &parts,
        body,
    };
    let report = report::found(&evidence);
    let sender =
        Sender { fields, from: head.from.first(), return_path: head.return_path.as_deref(), subject: &head.subject };
    let nature = match report {
        Some(report) => Nature::Report(report),
        None if automatic::is_automatic(&sender) => Nature::Automatic,
        None => Nature::Person,
    };
    let folds = match nature {
        Nature::Person | Nature::Automatic => {
            let writer = head.from.first().map_or("", |from| from.name.as_str());
            let passed_on = quote::passes_on_by_subject(&head.subject);
            quote::folds(&words.text, Known { writer, passed_on, quoted_from: &words.quoted_from })
        }
        // What a report quotes is what it is about.
        Nature::Report(_) => Vec::new(),
    };
    let answer_automatically = nature == Nature::Person && automatic::may_be_answered(&sender);
    Letter {
        message_id: head.message_id,
        in_reply_to: head.in_reply_to,
        references: head.references,
        return_path: head.return_path,
        from: head.from,
        sender: head.sender,
        reply_to: head.reply_to,
        to: head.to,
        cc: head.cc,
        delivered_to: head.delivered_to,
        date: head.date,
        subject: head.subject,
        answer_automatically,
        text: words.text,
        folds,
        attachments: parts.into_iter().map(attached::attached).collect(),
        nature,
        authentication: head.authentication,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_line_of_an_envelope_is_no_part_of_the_mail() {
        for end in ["\n", "\r\n", "\r"] {
            let mail =
                ["From a@example.org Mon May  3 12:30:00 2021", "From: b@example.org", "", "From here"].join(end);
            let letter = Reader::new().letter(mail.as_bytes()).unwrap();
            assert_eq!((letter.from[0].address.as_str(), letter.text.as_str()), ("b@example.org", "From here"));
        }
        assert!(Reader::new().letter(b"From a").is_err());
    }
}
