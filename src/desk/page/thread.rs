//! One opened conversation.

use super::{ConversationRow, Draft, Moment, NoticeKind, Person};
use crate::domain::{
    command::EntryOf,
    conversation::EntryKind,
    id::{ConversationId, EntrySeq},
    letter::{Correspondent, Fold},
    mail::{Addressed, Likeness, MailHead},
    outgoing::Delivery,
    words::words,
};

/// What opening a conversation gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// The conversation.
    Thread(Box<Thread>),
    /// The restricted access screen: the viewer was told of it and cannot see it any more (R6.6).
    Restricted(ConversationId),
    /// As for a number that never was (R6.6).
    NotFound(ConversationId),
}

/// A window of a conversation, and what the viewer may do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// The conversation as its row shows it.
    pub row: ConversationRow,
    /// The entries, oldest first.
    pub entries: Vec<Entry>,
    /// Whether there are entries before these.
    pub earlier: bool,
    /// Whether there are entries after these.
    pub later: bool,
    /// The newest entry of the conversation, whether in the window or not.
    pub last_seq: EntrySeq,
    /// Up to where the viewer has read; 0 for nothing.
    pub read_up_to: EntrySeq,
    /// Everybody who takes part or follows.
    pub followers: Vec<Follower>,
    /// What the viewer may do, and why not.
    pub may: May,
    /// The notice that stands and tells the viewer of a mail of it, if any: it is settled once it was seen here.
    pub rings: Option<NoticeKind>,
    /// Who else is there now; who writes comes first (R7.5).
    pub present: Vec<Present>,
    /// Who will receive a reply.
    pub reply_to: Readers,
    /// Who will receive a note.
    pub note_to: Readers,
    /// The viewer's kept drafts.
    pub drafts: Vec<Draft>,
    /// Whether the viewer follows it.
    pub following: bool,
    /// Whom its mails named besides those who take part: to be added by name, or not at all. Empty where the viewer may not.
    pub suggested: Vec<Correspondent>,
    /// The conversations that it looks like, as far as the viewer may see them too.
    pub likenesses: Vec<Likeness>,
    /// Number of replies and notes, for "n messages and m notes".
    pub replies: u32,
    /// See `replies`.
    pub notes: u32,
}

/// Somebody else who is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// The agent's name.
    pub name: String,
    /// Whether the agent writes; looks otherwise.
    pub writing: bool,
}

/// What a session does with the conversation that it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doing {
    /// Nobody looks there as far as is known: it is told who else is there, and counts for nobody.
    Away,
    /// It is looked at.
    Looking,
    /// A message is being written in it.
    Writing,
}

/// One entry of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its place: 1, 2, 3 …
    pub seq: EntrySeq,
    /// Reply, note or system line.
    pub kind: EntryKind,
    /// Who wrote it.
    pub from: From,
    /// When.
    pub at: Moment,
    /// The text, exactly as written.
    pub text: String,
    /// How it came, if from outside.
    pub channel: Option<String>,
    /// What was attached.
    pub attachments: Vec<Attachment>,
    /// How far it is on its way by mail, to each customer it goes to.
    pub delivery: Vec<Delivery>,
    /// What of the text is quoted history or a signature, to be folded away; in order, in bytes of it.
    pub folds: Vec<Fold>,
    /// Whether it came by mail, so that the mail as it came may be looked at ([`Original`]).
    pub by_mail: bool,
    /// Whom that mail names, where the viewer may know it: of what an agent wrote by mail, only that agent does.
    pub addressed: Option<Box<Addressed>>,
}

impl Entry {
    /// The message as it is shown here.
    pub const fn shown(&self) -> EntryOf {
        EntryOf { seq: self.seq, at: Some(self.at) }
    }

    /// Whether no person wrote the mail behind it: an absence note, another help desk.
    pub fn is_automatic(&self) -> bool {
        self.addressed.as_ref().is_some_and(|mail| mail.automatic)
    }
}

/// The mail behind a message, or one that is held, as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Original {
    /// Whom it names and what its server says of it.
    pub head: Option<MailHead>,
    /// Why it went where it went, in sentences.
    pub why: Vec<String>,
    /// What it says, where that was read for this; empty otherwise.
    pub words: String,
    /// Its first bytes as text; what is no UTF-8 is replaced.
    pub raw: String,
    /// How many bytes it has.
    pub size: usize,
}

impl Original {
    /// Bytes of a mail that are shown.
    pub const SHOWN: usize = 256 * 1024;

    /// A mail by its bytes.
    pub fn of(head: Option<MailHead>, why: Vec<String>, words: String, bytes: &[u8]) -> Self {
        let raw = String::from_utf8_lossy(&bytes[..bytes.len().min(Self::SHOWN)]).into_owned();
        Self { head, why, words, raw, size: bytes.len() }
    }
}

/// A reply that waits for an administrator, since it repeats what its sender may not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldReply {
    /// The conversation.
    pub conversation: ConversationId,
    /// The entry.
    pub seq: EntrySeq,
    /// The writer's name.
    pub from: String,
    /// When it was written.
    pub at: Moment,
    /// What it says.
    pub text: String,
    /// What would go with it.
    pub attachments: Vec<Attachment>,
    /// The addresses it would go to.
    pub to: Vec<String>,
}

impl HeldReply {
    /// The message as it is shown here.
    pub const fn shown(&self) -> EntryOf {
        EntryOf { seq: self.seq, at: Some(self.at) }
    }
}

/// Who wrote an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// An agent; the address is the handle.
    Agent(Person),
    /// A customer.
    Customer(Person),
    /// Somebody of the team, by mail and outside the desk: the name is what the mail says, and there is no address.
    Outside(Person),
    /// The desk.
    System,
}

/// What was attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// File name; may be empty.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// Bytes.
    pub size: u64,
}

/// Somebody who takes part in a conversation or follows it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks of a person")]
pub struct Follower {
    /// Who.
    pub person: Person,
    /// Whether it is a customer, an agent or a group.
    pub kind: FollowerKind,
    /// The customer whom it is about; never removed (R5.2).
    pub requester: bool,
    /// Was added by name and so may reply, or read an internal one.
    pub added: bool,
    /// Only through the linked item.
    pub via_item: bool,
    /// Follows, but cannot see it: is sent nothing (R6.3).
    pub dormant: bool,
}

words! {
    /// What a follower is.
    FollowerKind {
        /// A member of the team.
        Agent = "agent",
        /// A customer.
        Customer = "customer",
        /// All members of a group.
        Group = "group",
    }
}

/// Who will receive what is written (R1.5).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Readers {
    /// Customers by name; empty for notes and internal messages.
    pub customers: Vec<String>,
    /// Their addresses, in the same order.
    pub addresses: Vec<String>,
    /// How many agents who follow and can see it, without the writer.
    pub agents: u32,
    /// Whether it goes to the customers by mail.
    pub by_mail: bool,
}

/// Whether something is allowed; what is greyed out and what is refused come from the same verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it is.
    pub allowed: bool,
    /// Why not, in a sentence with what would help.
    pub why: Option<String>,
    /// The rule behind a refusal, "R2.4".
    pub rule: Option<&'static str>,
}

/// What the viewer may do with a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct May {
    /// Reply, or write internally.
    pub reply: Verdict,
    /// Write a note; refused in internal conversations, which have none.
    pub note: Verdict,
    /// Close it.
    pub close: Verdict,
    /// Re-open it.
    pub reopen: Verdict,
    /// Lock it.
    pub lock: Verdict,
    /// Unlock it.
    pub unlock: Verdict,
    /// Assign it to somebody.
    pub assign: Verdict,
    /// Assign it to oneself.
    pub take: Verdict,
    /// Release it.
    pub release: Verdict,
    /// Hand it to another group.
    pub forward: Verdict,
    /// Make it private or public.
    pub set_privacy: Verdict,
    /// Link it to an item or unlink it.
    pub link: Verdict,
    /// Make an item from it.
    pub create_item: Verdict,
    /// Add and remove people.
    pub people: Verdict,
    /// Follow or unfollow it.
    pub follow: Verdict,
}

words! {
    /// What the composer writes (R1.5).
    Mode {
        /// To everybody in a customer conversation.
        Reply = "reply",
        /// For agents, in a customer conversation.
        Note = "note",
        /// In an internal conversation.
        Internal = "internal",
    }
}

impl Verdict {
    /// Allowed.
    pub const fn yes() -> Self {
        Self { allowed: true, why: None, rule: None }
    }
}

impl std::convert::From<&Result<(), crate::domain::refusal::Refusal>> for Verdict {
    fn from(outcome: &Result<(), crate::domain::refusal::Refusal>) -> Self {
        match outcome {
            Ok(()) => Self::yes(),
            Err(refusal) => Self { allowed: false, why: Some(refusal.text.clone()), rule: Some(refusal.rule) },
        }
    }
}
