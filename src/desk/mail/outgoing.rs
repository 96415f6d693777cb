//! A mail on its way out, as plain data: built from what its recipient may read, and from nothing else.

pub use super::enclosed::CustomerFile;
use super::{enclosed, recheck::Ready};
use crate::{
    desk::{Outcome, token},
    domain::{
        conversation::{Author, EntryKind, Facts},
        id::{ConversationId, CustomerId, EntrySeq, OutboxId},
        letter::Correspondent,
    },
    store::{
        Connection, headers,
        messages::{self, StoredEntry, Window},
        people,
    },
};
use chrono::DateTime;

/// Text that a customer may read. Only this file makes one: from a message with a number that customers count by, or from
/// numbers alone. Text for agents has no way into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerText(String);

impl CustomerText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same with a line about what is not in its mail.
    fn with_line(self, line: Option<&str>) -> Self {
        match line {
            Some(line) => Self(format!("{}\n\n{line}", self.0)),
            None => self,
        }
    }

    fn of(entry: &StoredEntry) -> Option<Self> {
        let theirs = entry.kind == EntryKind::Reply && entry.customer_number.is_some();
        theirs.then(|| Self(entry.text.clone()))
    }

    /// What the writer is told once whose message started a follow-up (R2.7).
    fn follow_up(locked: ConversationId, follow_up: ConversationId) -> Self {
        Self(format!(
            "Conversation #{locked} takes no more messages. Yours was received and began conversation #{follow_up}; there is nothing more for you to do."
        ))
    }
}

/// Text for agents: never in a mail to a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamText(pub(super) String);

impl TeamText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Words {
    /// To a customer.
    Customer {
        /// What was written.
        text: CustomerText,
        /// Who wrote what it answers, and when ("On 3 May 2026 at 09:00 UTC, Mara wrote:"), and that; from the customer's
        /// own view.
        quoted: Option<(String, CustomerText)>,
        /// What goes with it, in order.
        files: Vec<CustomerFile>,
    },
    /// To an agent.
    Team(TeamText),
}

/// A mail on its way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutMail {
    /// Its row.
    pub id: OutboxId,
    /// Which attempt this is: 1, 2, 3 …
    pub attempt: u32,
    /// Its Message-ID without angle brackets; the same at every attempt.
    pub message_id: String,
    /// The mailbox it leaves by, by its name in the configuration.
    pub mailbox: String,
    /// Who writes: an agent's public name, a customer's name or the team's.
    pub from_name: String,
    /// To whom: exactly one.
    pub to: Correspondent,
    /// What goes into the Reply-To behind the mailbox's name; none where there is nothing to answer.
    pub reply_token: Option<String>,
    /// The subject; may be empty.
    pub subject: String,
    /// What it answers.
    pub in_reply_to: Option<String>,
    /// The mails of its thread that its recipient wrote or was sent, oldest first.
    pub references: Vec<String>,
    /// What it says.
    pub words: Words,
    /// The signature; may be empty.
    pub signature: String,
    /// Whether no person wrote it to this recipient: it is marked so, and nobody is told where it cannot be delivered.
    pub automatic: bool,
    /// What it is dated, in seconds since 1970; the same at every attempt.
    pub date: i64,
}

impl OutMail {
    /// How many bytes its files take in it together, whether they are read yet or not.
    pub(super) fn file_bytes(&self) -> u64 {
        match &self.words {
            Words::Customer { files, .. } => files.iter().map(CustomerFile::in_a_mail).sum(),
            Words::Team(_) => 0,
        }
    }

    /// Reads the contents of its files.
    pub(super) fn read_files(&mut self, connection: &Connection) -> Outcome<()> {
        match &mut self.words {
            Words::Customer { files, .. } => enclosed::read(connection, files),
            Words::Team(_) => Ok(()),
        }
    }
}

/// The most references that a mail holds: the first one, and the newest others.
const REFERENCES: usize = 20;

/// How much of what is answered is quoted, in bytes, on a line boundary.
const QUOTED: usize = 16_000;

/// A customer's reply as its recipient may see it.
pub(super) fn reply(connection: &Connection, ready: Ready<'_>, customer: CustomerId) -> Outcome<Option<OutMail>> {
    let Ready { facts: Some(facts), entry: Some(entry), .. } = &ready else { return Ok(None) };
    let Some(text) = CustomerText::of(entry) else { return Ok(None) };
    let since = facts.customers.iter().find(|place| place.customer == customer).map_or(0, |place| place.since.0);
    let quoted = answered(connection, entry, customer, since)?;
    let references = capped(headers::references(connection, facts.id, customer, entry.seq)?);
    let from_name = writer(connection, entry)?;
    let signature = match (entry.author, facts.group) {
        (Author::Agent(_), Some(group)) => people::signature(connection, group)?,
        (Author::Agent(_) | Author::Customer(_) | Author::System, _) => String::new(),
    };
    let first = references.is_empty() && quoted.is_none();
    let history = quoted.as_ref().map_or(0, |(head, text)| head.len() + text.as_str().len());
    let enclosed = enclosed::of(connection, entry, text.as_str().len() + history + signature.len())?;
    let text = text.with_line(enclosed.left_out.as_deref());
    Ok(Some(OutMail {
        reply_token: Some(token::write(&ready.key, facts.id, token::Bearer::Customer(customer))),
        subject: subject(&facts.subject, !first),
        in_reply_to: references.last().cloned(),
        words: Words::Customer { text, quoted, files: enclosed.files },
        date: entry.at.div_euclid(1_000),
        automatic: false,
        from_name,
        references,
        signature,
        ..blank(ready)
    }))
}

/// The line about a follow-up, for its writer.
pub(super) fn told(connection: &Connection, ready: Ready<'_>, customer: CustomerId) -> Outcome<Option<OutMail>> {
    let (Some(facts), Some(locked)) = (&ready.facts, ready.row.about) else { return Ok(None) };
    // It answers the newest of them: that which began the follow-up.
    let behind = EntrySeq(facts.last_seq.0 + 1);
    let mut references = capped(headers::references(connection, facts.id, customer, behind)?);
    references.retain(|id| Some(id) != ready.row.header_id.as_ref());
    Ok(Some(OutMail {
        reply_token: Some(token::write(&ready.key, facts.id, token::Bearer::Customer(customer))),
        subject: subject(&facts.subject, true),
        in_reply_to: references.last().cloned(),
        references,
        words: Words::Customer { text: CustomerText::follow_up(locked, facts.id), quoted: None, files: Vec::new() },
        ..blank(ready)
    }))
}

/// What an agent is told whose mail was not taken: without a word of any conversation.
pub(super) fn refusal(ready: Ready<'_>) -> OutMail {
    let text =
        "Your mail was not taken: you cannot write there by mail. Open the messenger to see what you may answer.";
    OutMail { subject: "Your mail was not taken".into(), words: Words::Team(TeamText(text.into())), ..blank(ready) }
}

/// An automatic mail with nothing in it yet.
pub(super) fn blank(ready: Ready<'_>) -> OutMail {
    OutMail {
        id: ready.row.id,
        attempt: ready.row.attempts,
        message_id: ready.row.header_id.clone().unwrap_or_default(),
        mailbox: ready.row.mailbox.clone().unwrap_or_default(),
        from_name: ready.team,
        to: ready.to,
        reply_token: None,
        subject: String::new(),
        in_reply_to: None,
        references: Vec::new(),
        words: Words::Team(TeamText(String::new())),
        signature: String::new(),
        automatic: true,
        date: ready.row.at.div_euclid(1_000),
    }
}

/// Who wrote an entry, as customers see the name.
fn writer(connection: &Connection, entry: &StoredEntry) -> Outcome<String> {
    let public = match entry.author {
        Author::Agent(agent) => people::agent_by_id(connection, agent)?.and_then(|agent| agent.public_name),
        Author::Customer(_) | Author::System => None,
    };
    Ok(public.unwrap_or_else(|| entry.name.clone()))
}

/// What an entry answers: the newest before it that this customer wrote or was really sent.
fn answered(
    connection: &Connection,
    entry: &StoredEntry,
    customer: CustomerId,
    since: i64,
) -> Outcome<Option<(String, CustomerText)>> {
    let mut before = entry.seq;
    loop {
        let window = messages::window(connection, entry.conversation, Window::Before(before), 20)?;
        let Some(oldest) = window.first().map(|entry| entry.seq) else { return Ok(None) };
        for earlier in window.iter().rev().filter(|earlier| earlier.seq.0 > since) {
            let own = earlier.author == Author::Customer(customer);
            if let Some(text) = CustomerText::of(earlier)
                && (own
                    || !headers::kept_back(connection, earlier.id, customer)?
                        // Whom merging brought together were not all to be sent it.
                        && !headers::withheld(connection, earlier.id)?)
            {
                let when = DateTime::from_timestamp_millis(earlier.at).unwrap_or_default();
                let head =
                    format!("On {}, {} wrote:", when.format("%-d %b %Y at %H:%M UTC"), writer(connection, earlier)?);
                return Ok(Some((head, CustomerText(cut(text.as_str())))));
            }
        }
        if oldest.0 <= since + 1 {
            return Ok(None);
        }
        before = oldest;
    }
}

/// The beginning of a text, whole lines where there are any.
fn cut(text: &str) -> String {
    if text.len() <= QUOTED {
        return text.to_owned();
    }
    let end = (0..=QUOTED).rev().find(|place| text.is_char_boundary(*place)).unwrap_or(0);
    let end = text[..end].rfind('\n').unwrap_or(end);
    format!("{}\n[…]", &text[..end])
}

/// The first and the newest, those that could not stand in a header left out.
fn capped(mut all: Vec<String>) -> Vec<String> {
    all.retain(|id| id.len() <= 250 && id.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>".contains(&byte)));
    let mut seen = std::collections::HashSet::new();
    all.retain(|id| seen.insert(id.clone()));
    if all.len() > REFERENCES {
        all.drain(1..=all.len() - REFERENCES);
    }
    all
}

/// The subject as it is, with one "Re: " in front where it answers something.
fn subject(subject: &str, answers: bool) -> String {
    let mut bare = subject.trim();
    while bare.get(..3).is_some_and(|mark| mark.eq_ignore_ascii_case("re:")) {
        bare = bare[3..].trim_start();
    }
    if answers { format!("Re: {bare}") } else { subject.trim().to_owned() }
}

/// The words of a conversation's subject in front of a notice.
pub(super) fn notice_subject(facts: &Facts) -> String {
    format!("[#{}] {}", facts.id, facts.subject)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_re_stands_in_front_of_what_answers() {
        for from in ["Card declined", "Re: Card declined", "RE: re:Card declined", " Re:  Card declined "] {
            assert_eq!(subject(from, true), "Re: Card declined", "{from}");
        }
        assert_eq!(subject("Card declined", false), "Card declined");
        assert_eq!(subject("Rée: x", true), "Re: Rée: x");
        assert_eq!(subject("", true), "Re: ");
    }

    #[test]
    fn the_first_and_the_newest_references_stay() {
        let all: Vec<String> = (0..50).map(|number| format!("{number}@x.example")).collect();
        let kept = capped(all.clone());
        assert_eq!(kept.len(), REFERENCES);
        assert_eq!((&kept[0], &kept[1], &kept[19]), (&all[0], &all[31], &all[49]));
        assert_eq!(capped(vec!["a@b".into(), "a b@c".into(), "é@x".into(), "a@b".into(), "<x>@y".into()]), ["a@b"]);
        assert_eq!(capped(vec!["x".repeat(251)]), Vec::<String>::new());
    }

    #[test]
    fn what_is_quoted_ends_with_a_whole_line() {
        assert_eq!(cut("short\n"), "short\n");
        let long = "a line of é\n".repeat(3_000);
        let cut = cut(&long);
        assert!(cut.len() <= QUOTED + 10 && cut.ends_with("a line of é\n[…]"), "{}", &cut[cut.len() - 30..]);
    }
}
