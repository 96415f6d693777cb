//! People, items, notices and the rest of what surrounds conversations.

use super::{ConversationRow, Cursor, ItemRef, Moment, Person};
use crate::domain::{
    id::{ConversationId, EntrySeq, NoticeId},
    item::ItemStatus,
    people::{Agent, Routing},
    section::Section,
    words::words,
};

/// One line of the sidebar (R3.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SectionRow {
    /// Which section.
    pub section: Section,
    /// Unread conversations in it (for unanswered items: the items); 1000 means more than 999.
    pub unread: u32,
    /// How many it lists; 1000 means more than 999.
    pub total: u32,
}

/// An agent in the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentRow {
    /// The record.
    pub agent: Agent,
    /// The names of the agent's groups.
    pub groups: Vec<String>,
}

/// A group in the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRow {
    /// Unique name.
    pub name: String,
    /// How new conversations find an agent.
    pub routing: Routing,
    /// The handles of its members.
    pub members: Vec<String>,
    /// What stands under its mails to customers; may be empty.
    pub signature: String,
}

/// A customer's record (R4.8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerRow {
    /// Name and address.
    pub person: Person,
    /// The organization, if any.
    pub organization: Option<String>,
    /// Whether messages from the address are refused.
    pub blocked: bool,
}

/// An item in a list (R4.8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRow {
    /// Number, kind and title.
    pub item: ItemRef,
    /// Whether it is done.
    pub status: ItemStatus,
    /// The customer it is about.
    pub requester: Option<Person>,
    /// The agent who works on it.
    pub assignee: Option<Person>,
    /// The project it belongs to.
    pub project: Option<ItemRef>,
    /// Its place in the list it was read from.
    pub cursor: Cursor,
}

/// An item with its Conversations tab (R4.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemPage {
    /// The item.
    pub row: ItemRow,
    /// Longer text; may be empty.
    pub description: String,
    /// Whether the viewer follows it.
    pub following: bool,
    /// The names of those who follow it: agents, customers this viewer may see, groups.
    pub followers: Vec<String>,
    /// Its conversations that the viewer may access, newest first; the first 100.
    pub conversations: Vec<ConversationRow>,
    /// How many there are of those; 1000 means more than 999.
    pub total: u32,
    /// The audience that a new conversation on it begins with (R4.7).
    pub default_audience: crate::domain::conversation::Audience,
}

words! {
    /// What a notice tells; its words are made when it is shown (R6.7).
    NoticeKind {
        /// A customer started a conversation (R7.4).
        NewConversation = "new-conversation",
        /// A customer wrote.
        CustomerMessage = "customer-message",
        /// A colleague replied to a customer.
        AgentReply = "agent-reply",
        /// A colleague wrote a note.
        Note = "note",
        /// A colleague wrote internally.
        InternalMessage = "internal-message",
        /// Somebody mentioned the agent (R7.3).
        Mention = "mention",
        /// It was assigned to the agent.
        Assigned = "assigned",
        /// The agent was added by name.
        Added = "added",
        /// A reply did not reach whom it was for.
        Undelivered = "undelivered",
        /// Something waits in Queue › Held, for owner and admins.
        Held = "held",
    }
}

/// A notice in the bell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// Identity.
    pub id: NoticeId,
    /// What it tells.
    pub kind: NoticeKind,
    /// The conversation it is about; `None` for what is held, which is in Queue › Held.
    pub conversation: Option<ConversationId>,
    /// The message in it, of what is about one; `None` where restricted.
    pub seq: Option<EntrySeq>,
    /// Made now, through access; `None` where restricted (R6.7).
    pub text: Option<String>,
    /// When.
    pub at: Option<Moment>,
    /// Whether it was cleared or read.
    pub read: bool,
}

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// When.
    pub at: Moment,
    /// Who, by handle; `None` for the desk and for customers.
    pub agent: Option<String>,
    /// What: the event's name.
    pub action: String,
    /// Where.
    pub conversation: Option<ConversationId>,
    /// More about it; never words of a conversation.
    pub detail: String,
}
