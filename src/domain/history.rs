//! What an importer hands in: conversations that happened elsewhere (R1.7).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// One conversation from another system, complete or grown since the last import.
///
/// Importing the same source again must produce the same `key`s, so that the desk adds only what is new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastConversation {
    /// Identity in the source; unique over all formats ("irc:…", "mail:MESSAGE-ID", "json:…").
    pub key: String,
    /// The subject as the source has it; may be empty.
    pub subject: String,
    /// Internal messages are between agents only; everything else is customer replies.
    pub internal: bool,
    /// Whether the source says that it was private.
    pub private: bool,
    /// The state to bring it in with.
    pub state: PastState,
    /// The customer it is about; `None` for internal ones.
    pub requester: Option<PastPerson>,
    /// Further customers who took part.
    pub customers: Vec<PastPerson>,
    /// Agents who took part or follow, without those who wrote.
    pub agents: Vec<PastPerson>,
    /// The handle of the agent it is assigned to.
    pub assignee: Option<String>,
    /// The group it belongs to, by name; `None`: the importer's `--group`, if any.
    pub group: Option<String>,
    /// The work item it is linked to.
    pub item: Option<PastItem>,
    /// The channel it came by ("email", "chat", "irc", "portal").
    pub channel: String,
    /// The entries, oldest first.
    pub messages: Vec<PastMessage>,
}

/// The state a conversation is imported with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PastState {
    /// Somebody is still working on it.
    Open,
    /// Done with; what an importer assumes.
    #[default]
    Closed,
    /// Closed, and nobody may reply.
    Locked,
}

/// Somebody named by a source: a customer by address, an agent by handle.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PastPerson {
    /// Mail address of a customer, or another unique name ("nick@irc.invalid" where the source has no address); handle of an agent.
    pub address: String,
    /// Display name; may be empty.
    pub name: String,
}

/// A work item that a source links a conversation to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastItem {
    /// Identity in the source.
    pub key: String,
    /// `ticket`, `task`, `article` or `project`.
    pub kind: String,
    /// Title; never empty.
    pub title: String,
    /// Whether it is done.
    pub done: bool,
}

/// Who wrote an imported message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PastAuthor {
    /// A member of the team, by handle; unknown ones become inactive agents (R1.7).
    Agent(PastPerson),
    /// A customer.
    Customer(PastPerson),
    /// The source system itself.
    System,
}

/// Which kind of entry an imported message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PastKind {
    /// Seen by everybody in the conversation.
    Reply,
    /// For agents only (R1.4).
    Note,
    /// Written by the system.
    System,
}

/// One entry of an imported conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastMessage {
    /// Identity in the source, unique within the conversation's source.
    pub key: String,
    /// Reply, note or system line.
    pub kind: PastKind,
    /// Who wrote it.
    pub author: PastAuthor,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// The text, exactly as decoded; cleaned only when shown.
    pub text: String,
    /// What was attached; the content is not brought in, its description is.
    pub attachments: Vec<PastAttachment>,
}

/// The description of an attachment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastAttachment {
    /// File name as the source has it; may be empty.
    pub name: String,
    /// Media type, e.g. `image/png`.
    pub media_type: String,
    /// Size in bytes, decoded.
    pub size: u64,
}
