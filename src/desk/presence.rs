//! Who is looking at a conversation and who is writing in it: in this process's memory only, and over with the session (R7.5).

use super::{
    Desk, News,
    page::{Doing, Moment, Present, Viewer},
};
use crate::{
    domain::{
        conversation::Facts,
        id::{AgentId, ConversationId},
        people::Agent,
    },
    policy::access::Access,
};
use chrono::TimeDelta;
use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// A session that says it writes is believed for so long, in seconds; one that goes on says so again. It takes its word back
/// by itself, so that this is only for one that hangs.
const BELIEVED: i64 = 15;

/// What one session shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    agent: AgentId,
    conversation: ConversationId,
    doing: Doing,
    said: Moment,
}

impl Place {
    fn doing_at(&self, now: Moment) -> Doing {
        match self.doing {
            Doing::Writing if now - self.said >= TimeDelta::seconds(BELIEVED) => Doing::Looking,
            doing @ (Doing::Away | Doing::Looking | Doing::Writing) => doing,
        }
    }
}

/// What every session of this process shows.
#[derive(Debug, Default)]
pub(super) struct Presence {
    places: Mutex<HashMap<u64, Place>>,
    sessions: AtomicU64,
}

impl Presence {
    /// Notes what a session shows now; gives the agents whose screens can look different for it, with the conversation.
    fn put(&self, session: u64, place: Option<Place>, now: Moment) -> Vec<(AgentId, ConversationId)> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let before = places.get(&session).copied();
        let touched: Vec<(AgentId, ConversationId)> =
            [before, place].into_iter().flatten().map(|place| (place.agent, place.conversation)).collect();
        let seen = |places: &HashMap<u64, Place>| -> Vec<Option<Doing>> {
            let shown = |(agent, conversation): &(AgentId, ConversationId)| {
                doing(places, *agent, *conversation, now).filter(|doing| *doing != Doing::Away)
            };
            touched.iter().map(shown).collect()
        };
        let was = seen(&places);
        match place {
            Some(place) => places.insert(session, place),
            None => places.remove(&session),
        };
        let is = seen(&places);
        let differs = touched.iter().zip(was.iter().zip(&is)).filter(|(_, (was, is))| was != is);
        let told: BTreeSet<(AgentId, ConversationId)> = differs
            .flat_map(|((agent, conversation), _)| {
                let others = places.values().filter(|other| other.conversation == *conversation);
                others.filter(|other| other.agent != *agent).map(|other| (other.agent, *conversation))
            })
            .collect();
        told.into_iter().collect()
    }

    /// Everybody who is there, each once, whether or not they may.
    fn at(&self, conversation: ConversationId, now: Moment) -> Vec<(AgentId, Doing)> {
        let places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let there: BTreeSet<AgentId> =
            places.values().filter(|place| place.conversation == conversation).map(|place| place.agent).collect();
        there.into_iter().filter_map(|agent| Some((agent, doing(&places, agent, conversation, now)?))).collect()
    }

    /// Who else is there, for an agent who may read the conversation: only who may read it too, who writes first. An
    /// administrator's audited look into a direct conversation of others is neither shown nor shows anybody (R6.11).
    pub fn others(&self, me: AgentId, access: &Access, facts: &Facts, agents: &[Agent], now: Moment) -> Vec<Present> {
        if access.withheld(facts) {
            return Vec::new();
        }
        let there = self.at(facts.id, now);
        let shown = |agent: &&Agent| {
            let access = Access::of(agent);
            agent.id != me && access.holds(facts) && !access.withheld(facts)
        };
        let mut others: Vec<Present> = agents
            .iter()
            .filter_map(|agent| there.iter().find(|(id, _)| *id == agent.id).map(|(_, doing)| (agent, *doing)))
            .filter(|(agent, _)| shown(agent))
            .filter_map(|(agent, doing)| match doing {
                Doing::Away => None,
                Doing::Looking => Some(Present { name: agent.name.clone(), writing: false }),
                Doing::Writing => Some(Present { name: agent.name.clone(), writing: true }),
            })
            .collect();
        others.sort_by_key(|present| !present.writing);
        others
    }
}

/// What an agent does in a conversation, over all of its sessions.
fn doing(places: &HashMap<u64, Place>, agent: AgentId, conversation: ConversationId, now: Moment) -> Option<Doing> {
    let here = places.values().filter(|place| place.agent == agent && place.conversation == conversation);
    here.map(|place| place.doing_at(now)).max()
}

/// A session's place among those who are there; given up when it is dropped, on a panic too.
pub struct Attendance {
    desk: Desk,
    agent: AgentId,
    session: u64,
    last: Option<(ConversationId, Doing)>,
}

impl Attendance {
    /// Says which conversation the session shows and what is done there; `None`: none. To be called as often as one likes:
    /// only a difference is told, and only to those who show the same conversation.
    pub fn says(&mut self, doing: Option<(ConversationId, Doing)>) {
        let writing = matches!(doing, Some((_, Doing::Writing)));
        if doing == self.last && !writing {
            return;
        }
        self.last = doing;
        let now = self.desk.now();
        let place = doing.map(|(conversation, doing)| Place { agent: self.agent, conversation, doing, said: now });
        for (agent, conversation) in self.desk.inner.presence.put(self.session, place, now) {
            self.desk.inner.bell.ring(News::presence(conversation).only_for(agent));
        }
    }
}

impl Drop for Attendance {
    fn drop(&mut self) {
        self.says(None);
    }
}

impl Desk {
    /// A place for a session of an agent among those who are there (R7.5).
    pub fn attend(&self, who: &Viewer) -> Attendance {
        let session = self.inner.presence.sessions.fetch_add(1, Ordering::Relaxed);
        Attendance { desk: self.clone(), agent: who.id, session, last: None }
    }
}
