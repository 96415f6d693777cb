//! What somebody asks for.

use super::{
    conversation::{Audience, Privacy},
    id::{ConversationId, EntrySeq},
    item::{ItemKey, ItemKind},
    letter::Attached,
    people::Party,
};
use chrono::{DateTime, Utc};

/// What an agent asks for in one conversation. `confirmed` stands where the change can let more people read (R5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Write to everybody in the conversation.
    Reply(Writing),
    /// Write for agents only (R1.4).
    Note(Writing),
    /// Put it away; forbids nothing (R2.1).
    Close,
    /// Take it up again.
    Reopen,
    /// Let nobody reply (R2.2).
    Lock,
    /// Let people reply again.
    Unlock,
    /// Make an agent, by handle, responsible.
    Assign(String),
    /// Make nobody responsible.
    Release {
        /// The agents who can read it afterwards were shown and agreed to.
        confirmed: bool,
    },
    /// Hand it to another group, unassigned there.
    Forward {
        /// The group's name.
        group: String,
        /// The agents who can read it afterwards were shown and agreed to.
        confirmed: bool,
    },
    /// Be sent what is written.
    Follow,
    /// Be sent nothing more.
    Unfollow,
    /// Let somebody take part.
    Add {
        /// Whom.
        party: Party,
        /// Who can read it afterwards was shown and agreed to.
        confirmed: bool,
    },
    /// Let somebody take part no more.
    Remove(Party),
    /// Link to an item; a linked one replaces its link.
    Link {
        /// The item.
        item: ItemKey,
        /// Who joins through the item was shown and agreed to.
        confirmed: bool,
    },
    /// Undo the link.
    Unlink,
    /// Make a ticket, task or article from it and link it.
    CreateItem {
        /// What to make; projects are linked by starting there.
        kind: ItemKind,
        /// The title; the subject of a public conversation where absent (R4.6).
        title: Option<String>,
    },
    /// Make private or public (R6.5).
    SetPrivacy {
        /// Which.
        privacy: Privacy,
        /// What becomes readable, and by how many, was shown and agreed to.
        confirmed: bool,
    },
    /// What was shown, up to this entry (all where absent), is read (R3.7).
    MarkRead(Option<EntrySeq>),
    /// Count it as unread again.
    MarkUnread,
}

/// A text on its way into a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Writing {
    /// The text; never empty.
    pub text: String,
    /// The newest entry the sender was shown; held where something was added since (R7.6).
    pub seen: Option<EntrySeq>,
    /// The client's own id: the same write with the same id is the same write (R1.8).
    pub client_id: Option<String>,
    /// That it repeats what is for agents only was shown and agreed to (R1.4).
    pub confirmed: bool,
    /// What goes with it, in order.
    pub files: Vec<Attached>,
}

/// A conversation that an agent starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// With whom, or on what.
    pub with: StartWith,
    /// The subject; may be empty.
    pub subject: String,
    /// The group by name (R5.7); customer conversations only.
    pub group: Option<String>,
    /// The first message.
    pub text: String,
    /// The client's own id (R1.8).
    pub client_id: Option<String>,
    /// That it repeats what is for agents only was shown and agreed to (R1.4).
    pub confirmed: bool,
    /// What goes with it, in order.
    pub files: Vec<Attached>,
}

/// A file of a message, as somebody was shown it. Numbers of messages change when conversations are merged and parted:
/// name and size tell that it is still the same file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOf {
    /// Which message of the conversation.
    pub seq: EntrySeq,
    /// Its place among the message's files: 1, 2, 3 …
    pub number: usize,
    /// What it is called there.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

/// A message of a conversation, as somebody was shown it. Its number changes when history comes in before it, and when
/// conversations are merged and parted: the time tells that it is still the same message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryOf {
    /// Which message of the conversation.
    pub seq: EntrySeq,
    /// When it was written; `None` where it is meant by its number alone.
    pub at: Option<DateTime<Utc>>,
}

impl From<EntrySeq> for EntryOf {
    fn from(seq: EntrySeq) -> Self {
        Self { seq, at: None }
    }
}

/// With whom, or on what, a conversation is started (R4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartWith {
    /// Customers by address: an independent customer conversation; the first is the requester.
    Customers(Vec<String>),
    /// Agents by handle: a direct internal conversation (R6.11).
    Agents(Vec<String>),
    /// One address outside, which is shown what stands in a customer conversation: a conversation of its own with that
    /// address alone, as private as the one it comes from (R5.4).
    Forward {
        /// The conversation that is quoted.
        from: ConversationId,
        /// To whom.
        address: String,
        /// Which files of its messages go with it, in order.
        files: Vec<FileOf>,
    },
    /// On an item, linked to it.
    Item {
        /// The item.
        item: ItemKey,
        /// The audience; the setting's where absent (R4.7).
        audience: Option<Audience>,
        /// Further customers by address, for an item without a requester.
        customers: Vec<String>,
        /// Agents by handle to add by name.
        agents: Vec<String>,
    },
}
