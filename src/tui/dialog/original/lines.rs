//! What is to be read of a mail, or of a reply that is held, as lines: its head, why it waits, its words, its bytes.

use super::What;
use crate::{
    desk::page::{self, HeldReply, Moment},
    domain::{letter::Correspondent, mail::MailHead, text::SafeText},
    tui::{
        delivery::named,
        flow::{file_words, spelled_out},
        time,
    },
};

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// A field of the head, behind its name in so many columns.
    Field,
    /// A heading.
    Heading,
    /// Words.
    Text,
}

/// Bytes of a mail's words that are shown.
const WORDS: usize = 1024 * 1024;

/// Columns of the names of fields.
pub const NAMES: usize = 14;

fn field(name: &str, value: &str) -> (LineKind, String) {
    (LineKind::Field, format!("{name:<NAMES$}{}", SafeText::line(value).into_string()))
}

fn of_head(head: &MailHead, zone: time::Zone) -> Vec<(LineKind, String)> {
    let mut lines = vec![field("From", &named(&head.from))];
    let others = [
        ("Sent by", named(&head.sender)),
        ("Reply-To", named(&head.reply_to)),
        ("To", named(&head.to)),
        ("Cc", named(&head.cc)),
        ("Subject", head.subject.clone()),
    ];
    lines.extend(others.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| field(name, value)));
    lines.push(field("Came by", &came_by(&head.mailbox, head.at, zone)));
    let checked = if head.authentication.is_empty() { "nothing was said" } else { &head.authentication };
    lines.extend(checked.lines().map(|value| field("Checked", value)));
    lines
}

fn came_by(mailbox: &str, at: Moment, zone: time::Zone) -> String {
    format!("{mailbox}, {}", time::stamp(at, zone))
}

/// A mail. `words`: those of its message, where its conversation shows not all of them.
pub fn of_mail(
    what: &What,
    original: &page::Original,
    words: Option<&str>,
    zone: time::Zone,
) -> Vec<(LineKind, String)> {
    let mut lines = match (what, &original.head) {
        (_, Some(head)) => of_head(head, zone),
        (What::Mail(mail), None) => {
            let from = Correspondent { name: mail.name.clone(), address: mail.from.clone() };
            let mut lines = vec![
                field("From", &named(&[from])),
                field("Subject", &mail.subject),
                field("Came by", &came_by(&mail.mailbox, mail.at, zone)),
                field("It waits", mail.why.sentence()),
            ];
            lines.extend(mail.conversation.map(|id| field("Would go to", &format!("#{id}"))));
            lines
        }
        (What::Message(..) | What::Reply(_), None) => Vec::new(),
    };
    let said = |sentence: &&String| !matches!(what, What::Mail(mail) if mail.why.sentence() == sentence.as_str());
    for (at, sentence) in original.why.iter().filter(said).enumerate() {
        lines.push(field(if at == 0 { "Why" } else { "" }, sentence));
    }
    said_in(&mut lines, words.unwrap_or(&original.words));
    lines.push((LineKind::Heading, format!("As it came: {} bytes", original.size)));
    let raw = original.raw.replace("\r\n", "\n");
    lines.extend(SafeText::block(&spelled_out(&raw)).as_str().lines().map(|line| (LineKind::Text, line.to_owned())));
    if original.size > page::Original::SHOWN {
        lines.push((LineKind::Heading, format!("The first {} bytes are shown.", page::Original::SHOWN)));
    }
    lines
}

/// A reply that is held.
pub fn of_reply(reply: &HeldReply, zone: time::Zone) -> Vec<(LineKind, String)> {
    let mut lines = vec![
        field("From", &reply.from),
        field("To", &reply.to.join(", ")),
        field("Written", &time::stamp(reply.at, zone)),
    ];
    for (at, attached) in reply.attachments.iter().enumerate() {
        lines.push(field(if at == 0 { "With it" } else { "" }, &file_words(attached)));
    }
    said_in(&mut lines, &reply.text);
    lines
}

fn said_in(lines: &mut Vec<(LineKind, String)>, words: &str) {
    let words = words.trim_end();
    if words.is_empty() {
        return;
    }
    let cut = (0..=WORDS.min(words.len())).rev().find(|at| words.is_char_boundary(*at)).unwrap_or(0);
    lines.push((LineKind::Heading, "What it says".to_owned()));
    lines.extend(SafeText::block(&words[..cut]).as_str().lines().map(|line| (LineKind::Text, line.to_owned())));
    if cut < words.len() {
        lines.push((LineKind::Heading, format!("The first {cut} bytes of {} are shown.", words.len())));
    }
}

/// Lines as they stand on a screen of so many columns: whatever is longer goes on below.
pub fn laid(lines: &[(LineKind, String)], columns: usize) -> Vec<(LineKind, String)> {
    let mut laid = Vec::with_capacity(lines.len());
    for (kind, line) in lines {
        match kind {
            LineKind::Heading => laid.push((*kind, line.clone())),
            LineKind::Field => {
                let (name, value) = line.split_at(NAMES.min(line.len()));
                for (at, piece) in SafeText::line(value).wrap(columns - NAMES.min(columns)).into_iter().enumerate() {
                    let name = if at == 0 { name } else { "" };
                    laid.push((*kind, format!("{name:<NAMES$}{piece}")));
                }
            }
            LineKind::Text => {
                laid.extend(SafeText::line(line).wrap(columns).into_iter().map(|piece| (*kind, piece)));
            }
        }
    }
    laid
}
