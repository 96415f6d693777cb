//! The conversations of the demo desk with their whole past, as plain data.

use serde::Deserialize;

use crate::domain::{
    conversation::{Audience, Privacy, State},
    envelope::Channel,
    history::PastAttachment,
};

/// One conversation with its whole past.
///
/// `state`, `privacy`, `group` and `assignee` are what holds in the end; the entries tell how it came about, and
/// [`Script::check`](super::script::Script::check) plays them through to see that both agree. A conversation that an agent starts with a customer
/// is assigned to its starter (R5.7), an agent's reply takes an unassigned one (R5.3), a reply opens a closed one
/// (R2.3): none of these stands among the entries. Everything begins public and open, except follow-ups of private
/// conversations, which begin private with the assignee of the one they follow (R2.7).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScriptedConversation {
    /// Short name, by which everything else refers to the conversation; not shown anywhere.
    pub name: String,
    /// Subject line.
    pub subject: String,
    /// Customer replies or internal messages (R1.1); `customer` where nothing is said.
    #[serde(default = "customer")]
    pub audience: Audience,
    /// Which agents may see it in the end; `public` where nothing is said.
    #[serde(default = "public")]
    pub privacy: Privacy,
    /// State in the end; `open` where nothing is said.
    #[serde(default = "open")]
    pub state: State,
    /// The group it is in at the end; none for internal conversations.
    #[serde(default)]
    pub group: Option<String>,
    /// The group it arrived in, where a [`Kind::Forward`] moved it later.
    #[serde(default)]
    pub arrived_in: Option<String>,
    /// The agent it is assigned to at the end, by handle.
    #[serde(default)]
    pub assignee: Option<String>,
    /// The customer whom it is about, by id; none for internal conversations.
    #[serde(default)]
    pub requester: Option<String>,
    /// The item it has been linked to from the beginning, by name.
    #[serde(default)]
    pub item: Option<String>,
    /// The locked conversation that it follows up (R2.7), by name; that one stands earlier in the script.
    #[serde(default)]
    pub follow_up_to: Option<String>,
    /// The channel by which its customers write: `email`, `chat` or `portal`; `chat` where nothing is said.
    #[serde(default = "chat")]
    pub channel: Channel,
    /// Agents and customers added by name by somebody who may reply, from the first entry on (R5.2). Of an internal
    /// conversation these and the starter are the named participants.
    #[serde(default)]
    pub added: Vec<Who>,
    /// Agents who follow by their own choice: reading, not replying (R5.2).
    #[serde(default)]
    pub followers: Vec<Who>,
    /// Handles of agents who have read all of it; for the others see [`ScriptedConversation::read_by`].
    #[serde(default)]
    pub seen_by: Vec<String>,
    /// The entries, oldest first; never empty. The first one starts the conversation.
    #[serde(rename = "message")]
    pub messages: Vec<ScriptedMessage>,
}

/// One entry of a thread: something written, or something done that leaves a system line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScriptedMessage {
    /// Who wrote or did it.
    pub from: Who,
    /// What it is; `reply` where nothing is said.
    #[serde(default)]
    pub kind: Kind,
    /// When, in minutes relative to now.
    pub at: i64,
    /// What was written; empty for everything but replies and notes.
    #[serde(default)]
    pub text: String,
    /// The handle for [`Kind::Assign`], the group for [`Kind::Forward`], none otherwise.
    #[serde(default)]
    pub to: Option<String>,
    /// Handles mentioned in the text as `@handle` (R7.3).
    #[serde(default)]
    pub mentions: Vec<String>,
    /// Descriptions of attached files; there is no content behind them.
    #[serde(default)]
    pub attachments: Vec<PastAttachment>,
}

/// What an entry of a thread is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Seen by everybody in the conversation.
    #[default]
    Reply,
    /// For agents only (R1.4).
    Note,
    /// Closed.
    Close,
    /// Opened again without a reply.
    Reopen,
    /// Locked.
    Lock,
    /// Unlocked, which leaves it closed.
    Unlock,
    /// Assigned to [`ScriptedMessage::to`].
    Assign,
    /// Released by its assignee, an owner or an admin.
    Release,
    /// Forwarded to the group [`ScriptedMessage::to`], unassigned there.
    Forward,
    /// Made private by an owner or admin.
    Private,
    /// Made public by an owner or admin.
    Public,
}

/// Somebody named in a script: `customer` (the requester), `customer:ID` or `agent:HANDLE`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Who {
    /// The requester of the conversation at hand.
    #[default]
    Requester,
    /// A customer, by id.
    Customer(String),
    /// An agent, by handle.
    Agent(String),
}

impl ScriptedConversation {
    /// How many entries, from the oldest on, an agent has read: all where `seen_by` says so, else all up to the last
    /// one at or before `read_before` or written by the agent, whichever is later.
    pub fn read_by(&self, handle: &str, read_before: i64) -> usize {
        if self.seen_by.iter().any(|seen| seen == handle) {
            return self.messages.len();
        }
        self.messages
            .iter()
            .rposition(|message| message.at <= read_before || message.from.is_agent(handle))
            .map_or(0, |last| last + 1)
    }
}

impl Who {
    /// Whether it is the agent with this handle.
    pub fn is_agent(&self, handle: &str) -> bool {
        match self {
            Self::Agent(own) => own == handle,
            Self::Requester | Self::Customer(_) => false,
        }
    }
}

impl TryFrom<String> for Who {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text == "customer" {
            return Ok(Self::Requester);
        }
        match text.split_once(':') {
            Some(("customer", id)) if !id.is_empty() => Ok(Self::Customer(id.to_owned())),
            Some(("agent", handle)) if !handle.is_empty() => Ok(Self::Agent(handle.to_owned())),
            _ => Err(format!("`{text}` is neither `customer`, `customer:ID` nor `agent:HANDLE`")),
        }
    }
}

const fn customer() -> Audience {
    Audience::Customer
}

const fn public() -> Privacy {
    Privacy::Public
}

const fn open() -> State {
    State::Open
}

const fn chat() -> Channel {
    Channel::Chat
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn conversation() -> ScriptedConversation {
        toml::from_str(
            r#"
            name = "tea"
            subject = "Tea"
            requester = "mara"
            seen-by = ["cleo"]
            message = [
                { from = "customer", at = -90, text = "a" },
                { from = "agent:ana", at = -60, text = "b" },
                { from = "customer", at = -30, text = "c" },
            ]"#,
        )
        .unwrap()
    }

    #[test]
    fn reading_goes_as_far_as_ones_own_words() {
        let conversation = conversation();
        assert_eq!(conversation.read_by("ana", -1000), 2);
        assert_eq!(conversation.read_by("ben", -1000), 0);
    }

    #[test]
    fn reading_goes_as_far_as_everybody_has_read() {
        let conversation = conversation();
        assert_eq!(conversation.read_by("ben", -90), 1);
        assert_eq!(conversation.read_by("ana", -10), 3);
    }

    #[test]
    fn who_has_seen_it_has_read_all() {
        assert_eq!(conversation().read_by("cleo", -1000), 3);
    }

    #[test]
    fn names_are_read_in_three_ways_only() {
        let who = |text: &str| Who::try_from(text.to_owned());
        assert_eq!(who("customer").unwrap(), Who::Requester);
        assert_eq!(who("customer:pia").unwrap(), Who::Customer("pia".to_owned()));
        assert_eq!(who("agent:ana").unwrap(), Who::Agent("ana".to_owned()));
        for wrong in ["", "ana", "agent:", "customer:", "group:Support"] {
            assert!(who(wrong).is_err(), "{wrong}");
        }
    }
}
