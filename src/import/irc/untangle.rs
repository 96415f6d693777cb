//! Telling apart the conversations that run through one another in a chat log.
//!
//! A conversation is one customer's burst: from the customer's first line until nobody has added to it for
//! [`BURST_GAP`]. Every line is placed by looking back only, so a log that has grown gives the same conversations again,
//! under the same keys, with the new lines at their ends. These are the rules, in their order:
//!
//! 1. An agent's line that names a customer (`nick: …`, `nick, …`, `@nick …`, `nick …`, or the nick anywhere in the line)
//!    belongs to that customer's burst, even a late one: a burst that no agent has answered waits for [`LATE_ANSWER`].
//! 2. An agent's line that names nobody goes on where the agent is: where the agent spoke last or where a customer spoke to
//!    the agent or to nobody in particular, whichever is newer, within [`AGENT_WINDOW`].
//! 3. What an agent says to another agent (`nick: …`), or to nobody while no customer is there, is team talk: an internal
//!    conversation of its own burst, read by agents only.
//! 4. A customer's line belongs to the customer's own burst, and starts one where there is none.
//! 5. Except: a line that addresses another customer (`nick: …`) who has a burst helps there, and its writer takes part in it;
//!    so do the lines that follow within [`HELPER_WINDOW`] and address nobody. An answer to such a helper stays in the
//!    burst of the one who is being helped.

use super::{
    line::Said,
    names::{People, Who, bare_name},
    talk::{Beginning, Talk},
};
use crate::domain::history::{PastConversation, PastState};
use crate::import::Team;
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use std::collections::{BTreeMap, HashMap, VecDeque};

/// Silence after which the next line of a customer starts a new conversation.
pub const BURST_GAP: TimeDelta = TimeDelta::minutes(60);
/// How long a customer's burst waits for its first answer by an agent.
pub const LATE_ANSWER: TimeDelta = TimeDelta::hours(12);
/// How long an agent's line without a name goes on where the agent, or somebody speaking to the agent, was before.
pub const AGENT_WINDOW: TimeDelta = TimeDelta::minutes(15);
/// How long a customer who helped another one is taken to go on with that.
pub const HELPER_WINDOW: TimeDelta = TimeDelta::minutes(3);
/// How often conversations that have ended are looked for. Nothing depends on finding them earlier.
const SWEEP: TimeDelta = TimeDelta::minutes(10);

/// Takes the lines of one log in order and gives back conversations as they end.
#[derive(Debug)]
pub(super) struct Untangler {
    channel: String,
    state: PastState,
    now: DateTime<Utc>,
    swept: DateTime<Utc>,
    begun: u64,
    talks: BTreeMap<u64, Talk>,
    own: HashMap<String, u64>,
    team_talk: Option<u64>,
    /// The newest lines of customers, newest last, as far back as an agent without a name may answer them.
    asked: VecDeque<Turn>,
    spoke: HashMap<String, Turn>,
    people: People,
}

/// Where somebody spoke last.
#[derive(Debug, Clone, Copy)]
struct Turn {
    talk: u64,
    at: DateTime<Utc>,
}

impl Untangler {
    /// For one log; the channel is part of every key.
    pub(super) fn new(team: Team, channel: String, state: PastState) -> Self {
        Self {
            channel,
            state,
            now: DateTime::UNIX_EPOCH,
            swept: DateTime::UNIX_EPOCH,
            begun: 0,
            talks: BTreeMap::new(),
            own: HashMap::new(),
            team_talk: None,
            asked: VecDeque::new(),
            spoke: HashMap::new(),
            people: People::new(team),
        }
    }

    /// Places one line; gives back the conversations that had ended before it.
    pub(super) fn take(&mut self, said: Said<'_>) -> Vec<PastConversation> {
        match said {
            Said::Words { channel, at, nick, text } => {
                if let Some(channel) = channel
                    && self.channel != channel
                {
                    channel.clone_into(&mut self.channel);
                }
                let ended = self.advance(at);
                self.place(at, nick, text);
                ended
            }
            Said::Renamed { from, to } => {
                self.people.rename(from, to);
                Vec::new()
            }
            Said::Nothing | Said::Unknown => Vec::new(),
        }
    }

    /// The conversations that the end of the log ends.
    pub(super) fn finish(self) -> Vec<PastConversation> {
        self.talks.into_values().map(|talk| ended(talk.past)).collect()
    }

    /// Moves the clock on. A jump backwards of more than a burst means another log glued on: everything before it has ended.
    fn advance(&mut self, at: NaiveDateTime) -> Vec<PastConversation> {
        let at = at.and_utc();
        if self.now - at > BURST_GAP {
            self.now = at;
            self.own.clear();
            self.swept = at;
            self.spoke.clear();
            self.asked.clear();
            self.people.forget();
            self.team_talk = None;
            return std::mem::take(&mut self.talks).into_values().map(|talk| ended(talk.past)).collect();
        }
        self.now = self.now.max(at);
        let now = self.now;
        while self.asked.front().is_some_and(|turn| now - turn.at > AGENT_WINDOW) {
            self.asked.pop_front();
        }
        if now - self.swept < SWEEP {
            return Vec::new();
        }
        self.swept = now;
        let over: Vec<u64> = self.talks.iter().filter(|(_, talk)| !talk.open(now)).map(|(number, _)| *number).collect();
        over.into_iter().filter_map(|number| self.talks.remove(&number)).map(|talk| ended(talk.past)).collect()
    }

    fn place(&mut self, at: NaiveDateTime, nick: &str, text: String) {
        let speaker = self.people.who(nick);
        let named = self.people.addressee(&speaker, &text, self.now);
        let talk = match &speaker {
            Who::Agent(handle) => self.for_agent(handle, named.as_ref()),
            Who::Customer(id) => self.for_customer(id, named.as_ref()),
        };
        let number = talk.unwrap_or_else(|| self.begin(&speaker, named.as_ref(), at, nick, &text));
        self.write(number, &speaker, named.as_ref(), at, nick, text);
    }

    /// Rules 1 to 3: where an agent's line belongs; `None` where it has to start something.
    fn for_agent(&self, handle: &str, named: Option<&Who>) -> Option<u64> {
        let team_talk = || {
            let talk = self.team_talk?;
            (self.now - self.talks.get(&talk)?.last <= BURST_GAP).then_some(talk)
        };
        match named {
            Some(Who::Customer(customer)) => return self.own_talk(customer, LATE_ANSWER),
            Some(Who::Agent(_)) => return team_talk(),
            None => {}
        }
        let recent = |at: DateTime<Utc>| self.now - at <= AGENT_WINDOW;
        let before = self.spoke.get(handle).filter(|turn| recent(turn.at) && self.talks.contains_key(&turn.talk));
        let asked = self.asked.iter().rev().copied().find(|turn| {
            let Some((at, to)) = self.talks.get(&turn.talk).and_then(|talk| talk.waiting.as_ref()) else {
                return false;
            };
            let agent = to.as_ref().or_else(|| self.talks[&turn.talk].agent.as_ref());
            *at == turn.at && agent.is_none_or(|agent| agent == handle)
        });
        let newest = match (before, asked) {
            (Some(before), Some(asked)) if asked.at > before.at => Some(asked.talk),
            (Some(before), _) => Some(before.talk),
            (None, asked) => asked.map(|turn| turn.talk),
        };
        newest.or_else(team_talk)
    }

    /// Rules 4 and 5: where a customer's line belongs; `None` where it starts a burst.
    fn for_customer(&self, id: &str, named: Option<&Who>) -> Option<u64> {
        let own = self.own_talk(id, BURST_GAP);
        match named {
            Some(Who::Agent(_)) => own,
            Some(Who::Customer(other)) => {
                let helped_here = own.is_some() && self.spoke.get(other).map(|turn| turn.talk) == own;
                if helped_here { own } else { self.own_talk(other, BURST_GAP).or(own) }
            }
            None => {
                let helping = self.spoke.get(id).filter(|turn| {
                    Some(turn.talk) != own && self.now - turn.at <= HELPER_WINDOW && self.talks.contains_key(&turn.talk)
                });
                helping.map(|turn| turn.talk).or(own)
            }
        }
    }

    /// The burst of a customer, if it is not older than that.
    fn own_talk(&self, customer: &str, patience: TimeDelta) -> Option<u64> {
        let number = *self.own.get(customer)?;
        let talk = self.talks.get(&number)?;
        (talk.open(self.now) && self.now - talk.last <= patience).then_some(number)
    }

    /// Starts a conversation: a customer's burst, or team talk where an agent speaks to no customer.
    fn begin(&mut self, speaker: &Who, named: Option<&Who>, at: NaiveDateTime, nick: &str, text: &str) -> u64 {
        let number = self.begun;
        self.begun += 1;
        let customer = match (speaker, named) {
            (Who::Customer(id), _) => Some((id.as_str(), nick)),
            (Who::Agent(_), Some(Who::Customer(id))) => Some((id.as_str(), id.as_str())),
            (Who::Agent(_), Some(Who::Agent(_)) | None) => None,
        };
        match customer {
            Some((id, _)) => {
                self.own.insert(id.to_owned(), number);
            }
            None => self.team_talk = Some(number),
        }
        // A subject does not begin with the one it is said to.
        let (first, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let to = named.is_some_and(|named| self.people.who(bare_name(first)) == *named);
        let words = if to && !rest.trim().is_empty() { rest } else { text };
        let begun = Beginning { channel: &self.channel, at, text, words };
        self.talks.insert(number, Talk::new(begun, customer, self.state, self.now));
        number
    }

    fn write(&mut self, number: u64, speaker: &Who, named: Option<&Who>, at: NaiveDateTime, nick: &str, text: String) {
        let now = self.now;
        self.people.saw(speaker, now);
        self.spoke.insert(speaker.id().to_owned(), Turn { talk: number, at: now });
        let Some(talk) = self.talks.get_mut(&number) else {
            return;
        };
        if matches!(speaker, Who::Customer(_)) {
            self.asked.push_back(Turn { talk: number, at: now });
        }
        talk.add(speaker, named, at, now, nick, text);
    }
}

/// A conversation as it is handed on: memory given back that only growing needed.
fn ended(mut past: PastConversation) -> PastConversation {
    past.messages.shrink_to_fit();
    past
}
