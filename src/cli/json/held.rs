//! What is known of mails, as JSON and as rows: those that wait, and what looks like what.

use crate::{
    cli::{
        output::Row,
        table::{Column, column},
        zone::{CLOCK, Zone},
    },
    desk::page::Moment,
    domain::{
        id::{ConversationId, EntrySeq, MailId},
        mail::{HeldMail, Likeness, MailTaken},
    },
};
use serde::Serialize;

/// A mail that waits.
#[derive(Debug, Serialize)]
pub struct HeldJson<'a> {
    mail: MailId,
    mailbox: &'a str,
    at: Moment,
    name: &'a str,
    from: &'a str,
    subject: &'a str,
    quarantined: bool,
    why: &'static str,
    reasons: &'a [String],
    conversation: Option<ConversationId>,
}

impl<'a> From<&'a HeldMail> for HeldJson<'a> {
    fn from(mail: &'a HeldMail) -> Self {
        Self {
            mail: mail.mail,
            mailbox: &mail.mailbox,
            at: mail.at,
            name: &mail.name,
            from: &mail.from,
            subject: &mail.subject,
            quarantined: mail.quarantined,
            why: mail.why.word(),
            reasons: &mail.reasons,
            conversation: mail.conversation,
        }
    }
}

impl Row for HeldJson<'_> {
    const COLUMNS: &'static [Column] = &[
        column("MAIL", 10),
        column("AT", CLOCK),
        column("WHY", 16),
        column("MAILBOX", 20),
        column("FROM", 40),
        column("SUBJECT", 60),
    ];

    fn cells(&self, zone: Zone) -> Vec<String> {
        vec![
            self.mail.to_string(),
            zone.clock(self.at),
            self.why.to_owned(),
            self.mailbox.to_owned(),
            self.from.to_owned(),
            self.subject.to_owned(),
        ]
    }
}

/// What became of a mail.
#[derive(Debug, Serialize)]
pub struct TakenJson {
    mail: MailId,
    verdict: &'static str,
    conversation: Option<ConversationId>,
    message: Option<EntrySeq>,
    again: bool,
}

impl From<&MailTaken> for TakenJson {
    fn from(taken: &MailTaken) -> Self {
        Self {
            mail: taken.mail,
            verdict: taken.verdict.word(),
            conversation: taken.conversation,
            message: taken.message,
            again: taken.again,
        }
    }
}

impl TakenJson {
    /// The same for people.
    pub fn sentence(&self) -> String {
        let place = match (self.conversation, self.message) {
            (Some(conversation), Some(message)) => format!("  #{conversation}  message {message}"),
            (Some(conversation), None) => format!("  #{conversation}"),
            (None, _) => String::new(),
        };
        format!("mail {}  {}{place}", self.mail, self.verdict)
    }
}

/// A conversation that another looks like.
#[derive(Debug, Serialize)]
pub struct LikenessJson<'a> {
    conversation: ConversationId,
    because: &'static str,
    subject: &'a str,
}

impl<'a> From<&'a Likeness> for LikenessJson<'a> {
    fn from(likeness: &'a Likeness) -> Self {
        Self { conversation: likeness.conversation, because: likeness.because.word(), subject: &likeness.subject }
    }
}

impl Row for LikenessJson<'_> {
    const COLUMNS: &'static [Column] = &[column("ID", 10), column("BECAUSE", 8), column("SUBJECT", 80)];

    fn cells(&self, _: Zone) -> Vec<String> {
        vec![format!("#{}", self.conversation), self.because.to_owned(), self.subject.to_owned()]
    }
}
