//! The mapping of `import json`: where in somebody's JSON the conversations are, and what is what in them.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;

/// A mapping file.
///
/// Places are [JSON Pointers](https://www.rfc-editor.org/rfc/rfc6901) (`/messages/0/text`; empty: the whole). Values are
/// [`Template`]s.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    /// A short name of the source; part of every key, so that two sources never meet.
    pub source: String,
    /// The channel that the conversations came by.
    #[serde(default = "chat")]
    pub channel: String,
    /// Where the object or array of conversations is.
    #[serde(default)]
    pub conversations: Pointer,
    /// What is what in a conversation.
    pub conversation: ConversationMap,
    /// What is what in a message.
    pub message: MessageMap,
    /// What the values of `message.role` mean; without it, members of the team are agents and all others customers.
    #[serde(default)]
    pub roles: HashMap<String, Role>,
    /// What the values of `conversation.state` mean.
    #[serde(default)]
    pub states: HashMap<String, crate::domain::history::PastState>,
    /// The times of messages that have none.
    pub times: Times,
}

/// What is what in a conversation.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConversationMap {
    /// What names it in the source, for ever: its own id, or `{key}`, its name in the object that holds it.
    pub key: Template,
    /// Its subject; without one, the first words of its customer.
    pub subject: Option<Template>,
    /// The address of its customer.
    pub requester: Option<Template>,
    /// The name of its customer.
    pub requester_name: Option<Template>,
    /// The handle of its agent, for messages that do not name their own.
    pub agent: Option<Template>,
    /// The name of its agent.
    pub agent_name: Option<Template>,
    /// Its group.
    pub group: Option<Template>,
    /// Its state, told by `[states]`; without one, what `--state` says.
    pub state: Option<Template>,
    /// Where the array of its messages is.
    pub messages: Pointer,
}

/// What is what in a message.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MessageMap {
    /// What names it within its conversation; without one, its position.
    pub key: Option<Template>,
    /// Who wrote it, told by `[roles]`.
    pub role: Option<Template>,
    /// The address of the customer or the handle of the agent who wrote it.
    pub author: Option<Template>,
    /// The name of whoever wrote it.
    pub author_name: Option<Template>,
    /// Its words.
    pub text: Template,
    /// Whether the words are HTML.
    #[serde(default)]
    pub html: bool,
    /// When it was written: seconds or milliseconds since 1970, RFC 3339, or `2019-09-05 13:32:20` in UTC.
    pub time: Option<Template>,
}

/// What a role means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// A customer's reply.
    Customer,
    /// An agent's reply.
    Agent,
    /// An agent's note, for agents only (R1.4).
    Note,
    /// A line of the source system.
    System,
    /// Left out.
    Skip,
}

/// Times for messages that have none, always the same for the same place in the source.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// When the first message of the first conversation was written.
    pub base: DateTime<Utc>,
    /// Seconds from the start of one conversation to the start of the next.
    #[serde(default = "quarter_of_an_hour")]
    pub between_conversations: u32,
    /// Seconds from one message to the next.
    #[serde(default = "half_a_minute")]
    pub between_messages: u32,
}

fn chat() -> String {
    "chat".to_owned()
}

fn quarter_of_an_hour() -> u32 {
    900
}

fn half_a_minute() -> u32 {
    30
}

/// A JSON Pointer: empty, or beginning with `/`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Pointer(String);

impl TryFrom<String> for Pointer {
    type Error = String;

    fn try_from(written: String) -> Result<Self, String> {
        if written.is_empty() || written.starts_with('/') {
            Ok(Self(written))
        } else {
            Err(format!("{written:?} is no JSON Pointer: it has to be empty or begin with a slash, like \"/messages\""))
        }
    }
}

impl Pointer {
    /// The value there.
    pub fn find<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        value.pointer(&self.0)
    }

    /// The names on the way there.
    pub fn segments(&self) -> impl Iterator<Item = String> {
        self.0.split('/').skip(1).map(|name| name.replace("~1", "/").replace("~0", "~"))
    }
}

/// Text with values of the source in it: `guide-{/sys-usr/0}@example.com`.
///
/// `{/pointer}` is a value of the message (of the conversation, in its part), `{^/pointer}` one of the message's conversation,
/// `{key}` the name or position of the conversation in what holds it, `{{` a brace. A template with a value that is absent,
/// null, or no plain value is itself absent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Key,
    Here(Pointer),
    Conversation(Pointer),
}

/// Where a template takes its values from.
#[derive(Debug, Clone, Copy)]
pub struct Values<'a> {
    /// The name or position of the conversation.
    pub key: &'a str,
    /// The conversation.
    pub conversation: &'a Value,
    /// The message; the conversation, while that is read.
    pub here: &'a Value,
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(written: String) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut rest = written.as_str();
        while let Some(open) = rest.find('{') {
            text.push_str(&rest[..open]);
            rest = &rest[open + 1..];
            if let Some(after) = rest.strip_prefix('{') {
                text.push('{');
                rest = after;
                continue;
            }
            let (inside, after) =
                rest.split_once('}').ok_or_else(|| format!("{written:?} opens a brace and does not close it"))?;
            rest = after;
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
            }
            pieces.push(match inside.strip_prefix('^') {
                Some(pointer) => Piece::Conversation(Pointer::try_from(pointer.to_owned())?),
                None if inside == "key" => Piece::Key,
                None => Piece::Here(Pointer::try_from(inside.to_owned())?),
            });
        }
        text.push_str(rest);
        if !text.is_empty() {
            pieces.push(Piece::Text(text));
        }
        Ok(Self(pieces))
    }
}

impl Template {
    /// The text with its values; `None` where one is absent.
    pub fn fill(&self, values: Values<'_>) -> Option<String> {
        let mut filled = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Key => filled.push_str(values.key),
                Piece::Here(pointer) => filled.push_str(&plain(pointer.find(values.here)?)?),
                Piece::Conversation(pointer) => {
                    filled.push_str(&plain(pointer.find(values.conversation)?)?);
                }
            }
        }
        Some(filled)
    }
}

/// A plain value as text.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

impl Map {
    /// Reads a mapping.
    ///
    /// # Errors
    /// A sentence with the line where it is wrong.
    pub fn new(text: &str) -> Result<Self, String> {
        let map: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| text.get(..span.start).unwrap_or_default().matches('\n').count() + 1);
            let place = line.map(|line| format!("line {line}: ")).unwrap_or_default();
            format!("{place}{}", error.message().trim_end().replace('\n', " "))
        })?;
        if map.source.is_empty() {
            return Err("`source` is empty; give the source a short name".to_owned());
        }
        if map.message.role.is_some() && map.roles.is_empty() {
            return Err("`message.role` is given and [roles] does not say what its values mean".to_owned());
        }
        let agents = map.roles.values().any(|role| matches!(role, Role::Agent | Role::Note));
        if agents && map.conversation.agent.is_none() && map.message.author.is_none() {
            return Err("[roles] has agents, and neither `conversation.agent` nor `message.author` says who they are"
                .to_owned());
        }
        if map.conversation.requester.is_none() && map.message.author.is_none() {
            return Err("neither `conversation.requester` nor `message.author` says who the customers are".to_owned());
        }
        Ok(map)
    }
}
