//! What the script says of the time while one watches, as plain data: bells, drafts, answers and arrivals.

use serde::Deserialize;

use super::thread::{Kind, Who};
use crate::domain::envelope::Channel;

/// A notice on somebody's bell: kind and conversation, no text (R6.7).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScriptedNotice {
    /// Handle of the agent who was told.
    pub agent: String,
    /// The conversation, by name; the agent may have lost access since (R6.6).
    pub conversation: String,
    /// What was told.
    pub kind: NoticeKind,
    /// When, in minutes relative to now.
    pub at: i64,
}

/// A text begun and not sent; kept even where the conversation is locked by now (R2.4).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScriptedDraft {
    /// Handle of the agent whose draft it is.
    pub agent: String,
    /// The conversation, by name.
    pub conversation: String,
    /// [`Kind::Reply`] or [`Kind::Note`].
    pub kind: Kind,
    /// What has been typed so far.
    pub text: String,
}

/// What a customer writes back after something an agent did.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScriptedAnswer {
    /// The conversation, by name; a customer conversation that is not locked.
    pub conversation: String,
    /// What it answers.
    pub when: When,
    /// Who answers; the requester where nothing is said.
    #[serde(default)]
    pub from: Who,
    /// Seconds after what it answers.
    pub delay: u32,
    /// What is written. After a close it opens the conversation again (R2.3).
    pub text: String,
}

/// Something that a customer writes by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScriptedArrival {
    /// Seconds after the start.
    pub after: u32,
    /// The customer, by id; none for somebody new, who then has `name` and `address`.
    #[serde(default)]
    pub customer: Option<String>,
    /// Display name of somebody new.
    #[serde(default)]
    pub name: Option<String>,
    /// Mail address of somebody new.
    #[serde(default)]
    pub address: Option<String>,
    /// Language tag of somebody new, the key into [`Script::thanks`](super::script::Script::thanks).
    #[serde(default)]
    pub language: Option<String>,
    /// The channel.
    pub channel: Channel,
    /// The group it arrives in.
    pub group: String,
    /// The conversation that it names, if any: a closed one opens again (R2.3), a locked one gets a follow-up (R2.7).
    #[serde(default)]
    pub conversation: Option<String>,
    /// Subject line.
    pub subject: String,
    /// What is written.
    pub text: String,
}

/// What a customer without an answer of their own writes back after an agent's reply.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScriptedThanks {
    /// Language tag.
    pub language: String,
    /// Seconds after the reply.
    pub delay: u32,
    /// What is written.
    pub text: String,
}

/// What a notice tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NoticeKind {
    /// A new customer conversation in one's group (R7.4).
    Arrived,
    /// Something written in a conversation that one follows.
    Replied,
    /// One's name in a text (R7.3).
    Mentioned,
    /// A conversation assigned to one.
    Assigned,
}

/// What a scripted answer answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// An agent's reply.
    Reply,
    /// An agent's close.
    Close,
}
