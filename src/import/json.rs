//! Conversations in the JSON of another system, read by a mapping.

mod map;
mod source;

pub use map::{ConversationMap, Map, MessageMap, Pointer, Role, Template, Times, Values};
pub(super) use source::JsonFiles;

use super::Team;
use crate::domain::history::{PastAuthor, PastConversation, PastKind, PastMessage, PastPerson, PastState};
use crate::domain::text::first_words;
use crate::mail::text_of_html;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde_json::Value;

/// A conversation, and what of it could not be read: a sentence for each message.
#[derive(Debug)]
pub struct Mapped {
    /// The conversation; `None` where nothing of it could be read.
    pub conversation: Option<PastConversation>,
    /// What could not be read, and why.
    pub unread: Vec<String>,
}

/// Reads one conversation.
///
/// `key` is its name in the object that holds it, or its position in the array; `number` its position, from which times are
/// made where there are none.
pub fn conversation(map: &Map, team: &Team, state: PastState, key: &str, number: u64, value: &Value) -> Mapped {
    let mut reading = Reading { map, team, key, value, unread: Vec::new() };
    let conversation = reading.conversation(state, number);
    Mapped { conversation, unread: reading.unread }
}

struct Reading<'a> {
    map: &'a Map,
    team: &'a Team,
    key: &'a str,
    value: &'a Value,
    unread: Vec<String>,
}

impl Reading<'_> {
    fn fill(&self, template: Option<&Template>, here: &Value) -> Option<String> {
        let text = template?.fill(Values { key: self.key, conversation: self.value, here })?;
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn conversation(&mut self, state: PastState, number: u64) -> Option<PastConversation> {
        let of = &self.map.conversation;
        let Some(key) = self.fill(Some(&of.key), self.value) else {
            self.unread.push("nothing names it: `conversation.key` is absent".to_owned());
            return None;
        };
        let Some(Value::Array(all)) = of.messages.find(self.value) else {
            self.unread.push("there is no array where `conversation.messages` points".to_owned());
            return None;
        };
        let begun = self.synthetic(number);
        let mut messages: Vec<PastMessage> = Vec::with_capacity(all.len());
        for (place, message) in all.iter().enumerate() {
            let apart = TimeDelta::seconds(i64::from(self.map.times.between_messages));
            let next = messages.last().map_or(begun, |before| before.at + apart);
            match self.message(message, place, next) {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => {}
                Err(reason) => self.unread.push(format!("message {}: {reason}", place + 1)),
            }
        }
        messages.sort_by_key(|message| message.at);
        let mut customers = customers(&messages);
        let requester = match self.person(of.requester.as_ref(), of.requester_name.as_ref(), self.value) {
            Some(requester) => {
                customers.retain(|it| it.address != requester.address);
                requester
            }
            None if customers.is_empty() => {
                self.unread.push("it has no customer".to_owned());
                return None;
            }
            None => customers.remove(0),
        };
        if messages.is_empty() {
            self.unread.push("it has no messages".to_owned());
            return None;
        }
        let words = || {
            let spoken = messages.iter().find(|message| matches!(message.author, PastAuthor::Customer(_)));
            first_words(&spoken.or(messages.first()).map(|message| message.text.clone()).unwrap_or_default())
        };
        let told = self.fill(of.state.as_ref(), self.value).and_then(|state| self.map.states.get(&state).copied());
        Some(PastConversation {
            key: format!("json:{}:{key}", self.map.source),
            subject: self.fill(of.subject.as_ref(), self.value).unwrap_or_else(words),
            internal: false,
            private: false,
            state: told.unwrap_or(state),
            requester: Some(requester),
            customers,
            agents: Vec::new(),
            assignee: last_agent(&messages),
            group: self.fill(of.group.as_ref(), self.value),
            item: None,
            channel: self.map.channel.clone(),
            messages,
        })
    }

    /// Reads one message; `None` where the mapping leaves it out.
    fn message(&self, message: &Value, place: usize, next: DateTime<Utc>) -> Result<Option<PastMessage>, String> {
        let of = &self.map.message;
        let named = self.fill(of.author.as_ref(), message);
        let role = match &of.role {
            None => {
                let agent = named.as_ref().is_some_and(|author| self.team.by_address(author).is_some());
                if agent { Role::Agent } else { Role::Customer }
            }
            Some(template) => {
                let value = self.fill(Some(template), message).ok_or("`message.role` is absent")?;
                *self.map.roles.get(&value).ok_or_else(|| format!("[roles] does not say what {value:?} is"))?
            }
        };
        let (author, kind) = match role {
            Role::Skip => return Ok(None),
            Role::System => (PastAuthor::System, PastKind::System),
            Role::Customer => (
                PastAuthor::Customer(self.customer(message).ok_or("nothing says which customer wrote it")?),
                PastKind::Reply,
            ),
            Role::Agent | Role::Note => {
                let agent = self.agent(message).ok_or("nothing says which agent wrote it")?;
                (PastAuthor::Agent(agent), if role == Role::Note { PastKind::Note } else { PastKind::Reply })
            }
        };
        let text = of.text.fill(Values { key: self.key, conversation: self.value, here: message }).unwrap_or_default();
        let text = if of.html { text_of_html(&text) } else { text };
        if text.trim().is_empty() {
            return Err("it has no text".to_owned());
        }
        let key = self.fill(of.key.as_ref(), message).unwrap_or_else(|| (place + 1).to_string());
        let at = self.fill(of.time.as_ref(), message).and_then(|time| moment(&time)).unwrap_or(next);
        Ok(Some(PastMessage { key, kind, author, at, text, attachments: Vec::new() }))
    }

    fn customer(&self, message: &Value) -> Option<PastPerson> {
        self.person(self.map.message.author.as_ref(), self.map.message.author_name.as_ref(), message).or_else(|| {
            self.person(
                self.map.conversation.requester.as_ref(),
                self.map.conversation.requester_name.as_ref(),
                self.value,
            )
        })
    }

    /// An agent; an address stands for the handle that the team has it under, else for its local part.
    fn agent(&self, message: &Value) -> Option<PastPerson> {
        let of = self.map;
        let own = self.person(of.message.author.as_ref(), of.message.author_name.as_ref(), message);
        let mut person = own
            .or_else(|| self.person(of.conversation.agent.as_ref(), of.conversation.agent_name.as_ref(), self.value))?;
        let handle = self.team.by_address(&person.address).map(str::to_owned);
        let local = || person.address.split('@').next().unwrap_or_default().to_owned();
        person.address = handle.unwrap_or_else(local);
        (!person.address.is_empty()).then_some(person)
    }

    fn person(&self, address: Option<&Template>, name: Option<&Template>, here: &Value) -> Option<PastPerson> {
        let address = self.fill(address, here)?.to_lowercase();
        Some(PastPerson { address, name: self.fill(name, here).unwrap_or_default() })
    }

    /// When a conversation without times began.
    fn synthetic(&self, number: u64) -> DateTime<Utc> {
        let times = self.map.times;
        let seconds = number.saturating_mul(u64::from(times.between_conversations));
        let apart = i64::try_from(seconds).ok().and_then(TimeDelta::try_seconds);
        apart.and_then(|apart| times.base.checked_add_signed(apart)).unwrap_or(times.base)
    }
}

/// Everybody who wrote as a customer, in the order of their first words.
fn customers(messages: &[PastMessage]) -> Vec<PastPerson> {
    let mut all: Vec<PastPerson> = Vec::new();
    for message in messages {
        match &message.author {
            PastAuthor::Customer(person) if !all.iter().any(|it| it.address == person.address) => {
                all.push(person.clone());
            }
            PastAuthor::Customer(_) | PastAuthor::Agent(_) | PastAuthor::System => {}
        }
    }
    all
}

/// The handle of the agent who replied last.
fn last_agent(messages: &[PastMessage]) -> Option<String> {
    messages.iter().rev().find_map(|message| match (&message.author, message.kind) {
        (PastAuthor::Agent(person), PastKind::Reply) => Some(person.address.clone()),
        (PastAuthor::Agent(_) | PastAuthor::Customer(_) | PastAuthor::System, _) => None,
    })
}

/// A time as other systems write it.
fn moment(time: &str) -> Option<DateTime<Utc>> {
    // Seconds reach this only in the year 5138; until then a number this large counts milliseconds.
    const MILLISECONDS: i64 = 100_000_000_000;
    if let Ok(number) = time.parse::<i64>() {
        return if number.abs() >= MILLISECONDS {
            DateTime::from_timestamp_millis(number)
        } else {
            DateTime::from_timestamp(number, 0)
        };
    }
    if let Ok(at) = DateTime::parse_from_rfc3339(time) {
        return Some(at.to_utc());
    }
    ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(time, form).ok())
        .map(|at| at.and_utc())
}
