//! One mail: from the bytes of a file to its headers, its words and what is attached.

mod conversation;
mod guard;
mod html;
mod mailbox;
mod mbox;
mod thread;
mod words;

pub use guard::{DEEPEST_NESTING, LONGEST_MAIL, MOST_PARTS};
pub use html::text_of_html;
pub(super) use mailbox::{Holding, Mailbox};
pub(super) use mbox::looks_like_mbox;
pub(super) use words::windows_1252;

use super::fingerprint::Fingerprint;
use crate::domain::history::{PastAttachment, PastPerson};
use guard::{Disarmed, fenced, rearmed};
use mail_parser::{Address, HeaderName, HeaderValue, Message, MessageParser};
use words::{attachments_of, text_of};

/// Reads mails; making one costs more than using it.
#[derive(Debug)]
pub struct MailReader {
    heads: MessageParser,
    dates: MessageParser,
    whole: MessageParser,
}

/// What the header of a mail says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// The Message-ID, without its angle brackets.
    pub id: Option<String>,
    /// The mails before it in its thread, from the first to the one it answers: References, then In-Reply-To.
    pub before: Vec<String>,
    /// Who wrote it; `None` where no header says so.
    pub from: Option<PastPerson>,
    /// Whom it went to: To, then Cc.
    pub to: Vec<PastPerson>,
    /// When it was written, in seconds since 1970: Date, else the oldest Received.
    pub at: Option<i64>,
    /// The subject, decoded; may be empty.
    pub subject: String,
    /// How its body is to be read, as Content-Type says it, without spaces.
    pub form: String,
}

/// A whole mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letter {
    /// What its header says.
    pub head: Head,
    /// Its words; where it has none but a subject, that; empty only where something is attached.
    pub text: String,
    /// What is attached, without the content.
    pub attachments: Vec<PastAttachment>,
}

impl Default for MailReader {
    fn default() -> Self {
        Self::new()
    }
}

impl MailReader {
    /// A reader that looks only at the headers that matter here.
    pub fn new() -> Self {
        let heads = MessageParser::new()
            .default_header_ignore()
            .header_text(HeaderName::Subject)
            .header_address(HeaderName::From)
            .header_address(HeaderName::Sender)
            .header_address(HeaderName::ReplyTo)
            .header_address(HeaderName::To)
            .header_address(HeaderName::Cc)
            .header_id(HeaderName::ReturnPath)
            .header_id(HeaderName::MessageId)
            .header_id(HeaderName::InReplyTo)
            .header_id(HeaderName::References)
            .header_date(HeaderName::Date);
        let dates = MessageParser::new().default_header_ignore().header_received(HeaderName::Received);
        let whole = MessageParser::new().default_header_ignore().with_mime_headers();
        Self { heads, dates, whole }
    }

    /// Reads the header alone.
    ///
    /// # Errors
    /// A sentence: there is no mail header, or the parser gave up.
    pub fn head(&self, mail: &[u8]) -> Result<Head, String> {
        let end = body_at(mail);
        let header = closed(&mail[..end]);
        let message = fenced(|| self.heads.parse_headers(&header))?.ok_or(NO_HEADER)?;
        let mut head = fenced(|| head_of(&message, &header))??;
        if head.at.is_none() {
            head.at = self.received(&header);
        }
        Ok(head)
    }

    /// Reads the whole mail.
    ///
    /// # Errors
    /// A sentence: too long, too many parts or too deep, no mail header, nothing in it, or the parser gave up.
    pub fn letter(&self, mail: Vec<u8>) -> Result<Letter, String> {
        if mail.len() as u64 > LONGEST_MAIL {
            return Err(too_long(mail.len() as u64));
        }
        let mut head = self.head(&mail)?;
        let disarmed = Disarmed::new(mail);
        let message = disarmed.parse(&self.whole)?;
        let (mut text, mut attachments) = fenced(|| (text_of(&message), attachments_of(&message)))?;
        if disarmed.changed {
            text = rearmed(&text);
            head.subject = rearmed(&head.subject);
            for attachment in &mut attachments {
                attachment.name = rearmed(&attachment.name);
                attachment.media_type = rearmed(&attachment.media_type);
            }
        }
        if text.is_empty() && attachments.is_empty() {
            if head.subject.is_empty() {
                return Err("it has neither text nor subject nor attachment".to_owned());
            }
            text.clone_from(&head.subject);
        }
        Ok(Letter { head, text, attachments })
    }

    /// When the oldest Received header was written.
    fn received(&self, header: &[u8]) -> Option<i64> {
        fenced(|| {
            let message = self.dates.parse_headers(header)?;
            let dates: Vec<_> = message.received_all().filter_map(|received| received.date).collect();
            dates.into_iter().rev().find(mail_parser::DateTime::is_valid).map(|date| date.to_timestamp())
        })
        .ok()?
    }
}

/// The most mails before it that a mail is tied to.
const MOST_BEFORE: usize = 200;

const NO_HEADER: &str = "it has no mail header";

/// Why a mail of this many bytes is not read.
fn too_long(bytes: u64) -> String {
    format!("it has {} MiB, and {} MiB are read at most", bytes.div_ceil(1024 * 1024), LONGEST_MAIL / 1024 / 1024)
}

/// Where the body begins: behind the first empty line.
fn body_at(mail: &[u8]) -> usize {
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

/// A header that ends as headers have to; the parser drops a last field without a line end.
fn closed(header: &[u8]) -> Vec<u8> {
    let mut header = header.to_vec();
    header.extend_from_slice(b"\n\n");
    header
}

/// What tells two mails apart and holds for all copies of one: from whom, to whom, when, about what, and every byte of the
/// body; not the marks that mailboxes and relays add, not how lines end.
fn print_of(head: &Head, mail: &[u8]) -> u128 {
    let mut print = Fingerprint::new();
    print.field(head.id.as_deref().unwrap_or_default().as_bytes());
    print.field(head.from.as_ref().map_or("", |from| from.address.as_str()).as_bytes());
    print.field(&head.at.unwrap_or_default().to_le_bytes());
    print.field(head.subject.as_bytes());
    print.field(head.form.as_bytes());
    for person in &head.to {
        print.field(person.address.as_bytes());
    }
    let body = mail[body_at(mail)..].trim_ascii_end();
    if body.contains(&b'\r') {
        for line in body.split(|byte| *byte == b'\n') {
            print.add(line.strip_suffix(b"\r").unwrap_or(line));
            print.add(b"\n");
        }
    } else {
        print.add(body);
        print.add(b"\n");
    }
    print.finish()
}

fn head_of(message: &Message<'_>, raw: &[u8]) -> Result<Head, String> {
    let known = [
        HeaderName::From,
        HeaderName::To,
        HeaderName::Subject,
        HeaderName::Date,
        HeaderName::MessageId,
        HeaderName::Received,
        HeaderName::ReturnPath,
        HeaderName::Sender,
        HeaderName::Cc,
        HeaderName::ReplyTo,
        HeaderName::ContentType,
        HeaderName::MimeVersion,
    ];
    if !message.headers().iter().any(|header| known.contains(&header.name)) {
        return Err(NO_HEADER.to_owned());
    }
    let mut before = ids(message.references());
    before.extend(ids(message.in_reply_to()));
    before.retain(|id| id.contains('@') && !id.contains(char::is_whitespace));
    // The first names the thread, the last ones tie the mail to it; a header of a million names none better.
    if before.len() > MOST_BEFORE {
        before.drain(1..=before.len() - MOST_BEFORE);
    }
    let from = [message.from(), message.sender(), message.reply_to()]
        .into_iter()
        .flatten()
        .find_map(|it| people(it).into_iter().next());
    let returned = || ids(message.return_path()).into_iter().find(|it| it.contains('@'));
    Ok(Head {
        id: ids(message.header(HeaderName::MessageId).unwrap_or(&HeaderValue::Empty)).into_iter().next(),
        before,
        from: from
            .or_else(|| returned().map(|address| PastPerson { address: address.to_lowercase(), name: String::new() })),
        to: message.all_to().chain(message.all_cc()).flat_map(people).collect(),
        at: message.date().filter(|date| date.is_valid()).map(mail_parser::DateTime::to_timestamp),
        subject: subject_of(message, raw),
        form: {
            let form = raw_header(message, &HeaderName::ContentType, raw);
            let form = form.iter().filter(|byte| !byte.is_ascii_whitespace());
            String::from_utf8_lossy(&form.copied().collect::<Vec<u8>>()).into_owned()
        },
    })
}

/// The subject; one with raw bytes of an unnamed charset is read as Windows-1252.
fn subject_of(message: &Message<'_>, raw: &[u8]) -> String {
    let subject = message.subject().unwrap_or_default();
    if !subject.contains('\u{fffd}') {
        return subject.trim().to_owned();
    }
    let bytes = raw_header(message, &HeaderName::Subject, raw);
    if std::str::from_utf8(bytes).is_ok() { subject.trim().to_owned() } else { windows_1252(bytes).trim().to_owned() }
}

/// The bytes of a header, or of the last one where there are several.
fn raw_header<'a>(message: &Message<'_>, name: &HeaderName<'_>, raw: &'a [u8]) -> &'a [u8] {
    let header = message.headers().iter().rev().find(|header| header.name == *name);
    header.and_then(|it| raw.get(it.offset_start as usize..it.offset_end as usize)).unwrap_or_default()
}

fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    value.as_text_list().unwrap_or_default().iter().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect()
}

/// The people of an address header who have an address.
fn people(address: &Address<'_>) -> Vec<PastPerson> {
    address
        .iter()
        .filter_map(|it| {
            let written = it.address.as_deref()?;
            let address: String =
                written.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect();
            let name = it.name.as_deref().unwrap_or_default().trim();
            (!address.is_empty()).then(|| PastPerson { address: address.to_lowercase(), name: name.to_owned() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn head(mail: &str) -> Head {
        MailReader::new().head(mail.as_bytes()).unwrap()
    }

    #[test]
    fn without_a_date_the_oldest_relay_tells_the_time() {
        let mail = "Received: from b by c; Fri, 5 Mar 2021 08:00:09 +0000\nReceived: from a by b; Fri, 5 Mar 2021 09:00:04 +0100\n\
                    From: mara@example.org\n\nx";
        assert_eq!(head(mail).at, Some(1_614_931_204));
        assert_eq!(head("Date: 31 Feb\nFrom: mara@example.org\n\nx").at, None);
        assert_eq!(head("Date: Fri, 5 Mar 2021 08:00:00 -0030\nFrom: a@example.org\n\nx").at, Some(1_614_933_000));
    }

    #[test]
    fn only_what_can_be_a_message_id_ties_mails_together() {
        let mail = "Message-ID: <c@example.org>\nIn-Reply-To: Your message of \"Fri, 5 Mar\" <b@example.org>\n\
                    References: <a@example.org>\n <12> <b@example.org>\n\nx";
        let answer = head(mail);
        assert_eq!(answer.id.as_deref(), Some("c@example.org"));
        assert_eq!(answer.before, ["a@example.org", "b@example.org", "b@example.org"]);
        let mut many = String::new();
        for number in 0..50_000 {
            many.push_str(" <");
            many.push_str(&number.to_string());
            many.push_str("@example.org>");
        }
        let before = head(&format!("From: a@example.org\nReferences:{many}\n\nx")).before;
        assert_eq!(
            (before.len(), before[0].as_str(), before[199].as_str()),
            (200, "0@example.org", "49999@example.org")
        );
    }

    #[test]
    fn the_writer_is_from_else_sender_else_reply_to_else_return_path() {
        let from = |mail: &str| head(mail).from.map(|it| it.address);
        assert_eq!(from("Sender: s@example.org\nFrom: F <F@Example.org>\n\nx").as_deref(), Some("f@example.org"));
        assert_eq!(
            from("Reply-To: r@example.org\nSender: s@example.org\nFrom:\n\nx").as_deref(),
            Some("s@example.org")
        );
        assert_eq!(from("Return-Path: <p@example.org>\nSubject: a\n\nx").as_deref(), Some("p@example.org"));
        assert_eq!(from("Return-Path: <>\nSubject: a\n\nx"), None);
    }

    #[test]
    fn a_text_without_a_mail_header_is_no_mail() {
        for text in ["", "\n\n", "Dear Sir,\n\nhello", "Note: this\n\nis no mail", "{\"From\": 1}"] {
            assert!(MailReader::new().letter(text.as_bytes().to_vec()).is_err(), "{text:?}");
        }
        assert_eq!(head("Subject: the header is all there is").subject, "the header is all there is");
    }

    #[test]
    fn copies_have_one_print_and_different_mails_two() {
        let print = |mail: &str| print_of(&head(mail), mail.as_bytes());
        let mail = "Message-ID: <a@example.org>\nFrom: a@example.org\nSubject: b\n\nline\nline\n";
        assert_eq!(print(mail), print(&format!("Status: RO\nReceived: by x; y\n{mail}\n\n")));
        assert_eq!(print(mail), print(&mail.replace('\n', "\r\n")));
        for (from, to) in [
            ("line\nline", "line\nlime"),
            ("<a@", "<b@"),
            (": b", ": c"),
            ("From: a", "From: c"),
            ("Subject", "To: x@example.org\nSubject"),
        ] {
            assert_ne!(print(mail), print(&mail.replace(from, to)), "{to}");
        }
    }

    #[test]
    fn a_panic_behind_the_fence_is_an_answer() {
        let reason = fenced(|| Vec::<u8>::new()[std::hint::black_box(3)]).unwrap_err();
        assert_eq!(reason, "it is broken in a way that the mail parser cannot read");
    }
}
