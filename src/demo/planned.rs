//! What a planned desk is made of, as plain data.

use super::thread::Kind;
use crate::domain::{
    conversation::{Audience, Privacy, State},
    item::{ItemKind, ItemStatus},
    people::Role,
};

/// A member of the team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedAgent {
    /// Handle.
    pub handle: String,
    /// Display name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Places of the agent's groups.
    pub groups: Vec<u32>,
    /// Whether From Customers is `off` (R3.5); otherwise `all`.
    pub from_customers_off: bool,
}

/// Somebody who writes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedCustomer {
    /// Display name.
    pub name: String,
    /// Mail address under `example.com`, unique.
    pub address: String,
    /// Place of the organization, if any.
    pub organization: Option<u32>,
}

/// A work item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedItem {
    /// Ticket, task, article or project.
    pub kind: ItemKind,
    /// Title.
    pub title: String,
    /// Open or done.
    pub status: ItemStatus,
    /// Place of the customer whom it is about; tickets have one.
    pub requester: Option<u32>,
    /// Place of the agent who works on it.
    pub assignee: Option<u32>,
    /// Place of the project it belongs to, which is lower than its own.
    pub project: Option<u32>,
    /// When it was made.
    pub at: i64,
}

/// A conversation with everything written in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedConversation {
    /// Customer replies or internal messages.
    pub audience: Audience,
    /// Which agents may see it. Internal ones are planned public; a direct one is for its participants all the same.
    pub privacy: Privacy,
    /// Open, closed or locked.
    pub state: State,
    /// Subject line.
    pub subject: String,
    /// The channel by which the customer writes: `email`, `chat` or `portal`.
    pub channel: &'static str,
    /// Place of the group; none for internal ones and some private ones, which need reassignment (R6.8).
    pub group: Option<u32>,
    /// Place of the assignee; a member of the group.
    pub assignee: Option<u32>,
    /// Place of the requester; none for internal ones.
    pub requester: Option<u32>,
    /// Place of the linked item.
    pub item: Option<u32>,
    /// Places of the agents added by name to an internal one; its starter wrote the first message.
    pub added: Vec<u32>,
    /// Who closed it and when, for closed and locked ones; locked at the same moment by the same agent.
    pub closed: Option<PlannedClose>,
    /// The messages, oldest first; never empty.
    pub messages: Vec<PlannedMessage>,
}

/// The end of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedClose {
    /// Place of the agent who closed it.
    pub by: u32,
    /// When; after the last message.
    pub at: i64,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedMessage {
    /// Who wrote it.
    pub author: PlannedAuthor,
    /// [`Kind::Reply`] or [`Kind::Note`].
    pub kind: Kind,
    /// When.
    pub at: i64,
    /// What was written.
    pub text: String,
}

/// Who wrote a planned message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlannedAuthor {
    /// Place of an agent.
    Agent(u32),
    /// Place of a customer.
    Customer(u32),
}
