//! What a channel hands in.

use super::id::{ConversationId, EntrySeq};
use super::words::words;

words! {
    /// How a customer's message came.
    Channel {
        /// Web chat.
        Chat = "chat",
        /// E-mail.
        Email = "email",
        /// The customers' portal.
        Portal = "portal",
    }
}

/// One message of a customer, as a channel hands it in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbound {
    /// The sender's address.
    pub from: String,
    /// The sender's name, where the channel knows it.
    pub name: Option<String>,
    /// The group whose queue a new conversation goes to, by name.
    pub group: Option<String>,
    /// The conversation that the message names; without it a new one is started (R2.9).
    pub conversation: Option<ConversationId>,
    /// How it came.
    pub channel: Channel,
    /// The channel's own id of the message; the same one from the same sender is the same message (R1.8).
    pub message_id: Option<String>,
    /// The subject, for a new conversation.
    pub subject: Option<String>,
    /// The text; never empty.
    pub text: String,
}

/// Where a customer's message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// The conversation that holds it.
    pub conversation: ConversationId,
    /// Its place there.
    pub message: EntrySeq,
    /// The locked conversation that the new one follows up (R2.7).
    pub follow_up_to: Option<ConversationId>,
}
