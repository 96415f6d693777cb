//! One mail: from the bytes of a file to its headers, its words and what is attached.

mod conversation;
mod mailbox;
mod mbox;
mod thread;

pub(super) use mailbox::{Holding, Mailbox};
pub(super) use mbox::looks_like_mbox;

use super::fingerprint::Fingerprint;
use crate::domain::history::{PastAttachment, PastPerson};
use crate::domain::letter::Correspondent;
use crate::mail::{self, body_at};

/// Reads mails; making one costs more than using it.
#[derive(Debug, Default)]
pub struct MailReader {
    reader: mail::Reader,
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

impl MailReader {
    /// A reader.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads the header alone.
    ///
    /// # Errors
    /// A sentence: there is no mail header, it has too many fields, or the parser gave up.
    pub fn head(&self, mail: &[u8]) -> Result<Head, String> {
        let head = self.reader.head(mail)?;
        let from = head.from.iter().chain(&head.sender).chain(&head.reply_to).next().map(person);
        let returned = || head.return_path.as_ref().filter(|address| address.contains('@'));
        Ok(Head {
            from: from.or_else(|| {
                returned().map(|address| PastPerson { address: address.to_lowercase(), name: String::new() })
            }),
            id: head.message_id,
            before: before(head.references, head.in_reply_to),
            to: head.to.iter().chain(&head.cc).map(person).collect(),
            at: head.date,
            subject: head.subject,
            form: head.form,
        })
    }

    /// Reads the whole mail.
    ///
    /// # Errors
    /// A sentence: too long, too many parts or too deep, no mail header, nothing in it, or the parser gave up.
    pub fn letter(&self, mail: &[u8]) -> Result<Letter, String> {
        let head = self.head(mail)?;
        let letter = self.reader.letter(mail)?;
        let attachments: Vec<_> = letter
            .attachments
            .into_iter()
            .map(|it| PastAttachment { name: it.name, media_type: it.media_type, size: it.content.len() as u64 })
            .collect();
        let mut text = letter.text;
        if text.is_empty() && attachments.is_empty() {
            if head.subject.is_empty() {
                return Err("it has neither text nor subject nor attachment".to_owned());
            }
            text.clone_from(&head.subject);
        }
        Ok(Letter { head, text, attachments })
    }
}

/// The most mails before it that a mail is tied to.
const MOST_BEFORE: usize = 200;

/// The mails before a mail; what cannot be a Message-ID ties nothing together.
fn before(references: Vec<String>, in_reply_to: Vec<String>) -> Vec<String> {
    let mut before = references;
    before.extend(in_reply_to);
    before.retain(|id| id.contains('@'));
    // The first names the thread, the last ones tie the mail to it; a header of a million names none better.
    if before.len() > MOST_BEFORE {
        before.drain(1..=before.len() - MOST_BEFORE);
    }
    before
}

fn person(it: &Correspondent) -> PastPerson {
    PastPerson { address: it.address.to_lowercase(), name: it.name.clone() }
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
            assert!(MailReader::new().letter(text.as_bytes()).is_err(), "{text:?}");
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
}
