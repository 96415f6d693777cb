//! Who is at work in this process, and what becomes of what those have who went away (`away-after`, `hand-back`).

use super::{Desk, Outcome, page::Viewer, route};
use crate::{
    domain::{
        conversation::Privacy,
        event::EventKind,
        id::{AgentId, ConversationId, Seq},
        people::Agent,
        setting::Settings,
    },
    store::{Writing, conversations, events, keys, messages, offers, people},
};
use chrono::{DateTime, Duration, Utc};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Who left is gone after this: a lost connection is often back within it, and its agent should find everything as it was.
const RETURN: Duration = Duration::minutes(1);

/// When the agents whom this process knows were last at work. In memory only: a stopped process takes nothing from
/// anybody, and one that starts expects back those who could have been there ([`Desk::expect_back`]).
#[derive(Default)]
pub(super) struct Activity(Mutex<HashMap<AgentId, Last>>);

/// One agent's last sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Last {
    acted: DateTime<Utc>,
    left: Option<DateTime<Utc>>,
    /// Counted as away already; until the agent acts again.
    away: bool,
}

impl Last {
    /// Whether the team's settings say that this agent is away now.
    fn is_away(&self, settings: &Settings, now: DateTime<Utc>) -> bool {
        let idle = settings.away_after.is_some_and(|minutes| self.acted + Duration::minutes(minutes.into()) <= now);
        let gone = settings.hand_back && self.left.is_some_and(|left| left + RETURN <= now);
        idle || gone
    }
}

impl Desk {
    /// An agent pressed a key, or gave a command. Costs no reading and no writing.
    pub fn agent_acted(&self, who: &Viewer) {
        let last = Last { acted: self.now(), left: None, away: false };
        self.known().insert(who.id, last);
    }

    /// The last of an agent's sessions ended. With `hand-back` on, the agent counts as away a minute later, unless back
    /// by then; without, only after `away-after`.
    pub fn left(&self, who: &Viewer) {
        let now = self.now();
        let mut known = self.known();
        known.entry(who.id).or_insert(Last { acted: now, left: None, away: false }).left = Some(now);
    }

    /// This process begins to let agents in: whoever was let in by a key before may have been cut off when the last one
    /// stopped, and counts as having left now. An agent who never came by a key works elsewhere, and is not judged.
    ///
    /// # Errors
    /// A failing disk; nobody is expected then.
    pub fn expect_back(&self) -> Outcome<()> {
        let now = self.now();
        let keys = keys::list(&*self.inner.store.reader()?, None)?;
        let mut known = self.known();
        for key in keys.iter().filter(|key| key.revoked.is_none() && key.used.is_some()) {
            known.entry(key.agent).or_insert(Last { acted: now, left: Some(now), away: false });
        }
        Ok(())
    }

    /// Whether this process found an agent away, who has not acted since.
    pub fn was_away(&self, who: &Viewer) -> bool {
        self.known().get(&who.id).is_some_and(|last| last.away)
    }

    /// Settles who is away by now: not ready any more (R8.2), so that their offers are gone, with a mark of the desk in
    /// the audit log; and with `hand-back` on, what waits for their answer is given back. How many agents that changed
    /// something for. To be called now and then, every few seconds, by a process with sessions.
    ///
    /// # Errors
    /// A failing disk; who was not settled is so the next time.
    pub fn retire_idle(&self, now: DateTime<Utc>) -> Outcome<usize> {
        let known: Vec<(AgentId, Last)> = {
            let known = self.known();
            known.iter().filter(|(_, last)| !last.away).map(|(agent, last)| (*agent, *last)).collect()
        };
        if known.is_empty() {
            return Ok(0);
        }
        let settings = people::settings(&*self.inner.store.reader()?)?;
        let mut retired = 0;
        for (agent, last) in known.into_iter().filter(|(_, last)| last.is_away(&settings, now)) {
            retired += usize::from(self.write(|writing| self.retire(writing, agent, last, &settings, now))?);
            if let Some(still) = self.known().get_mut(&agent).filter(|still| **still == last) {
                still.away = true;
            }
        }
        Ok(retired)
    }

    fn known(&self) -> MutexGuard<'_, HashMap<AgentId, Last>> {
        self.inner.activity.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn retire(
        &self,
        writing: &Writing<'_>,
        agent: AgentId,
        last: Last,
        settings: &Settings,
        now: DateTime<Utc>,
    ) -> Outcome<bool> {
        // Who acted while this waited for its turn to write is not away.
        if self.known().get(&agent) != Some(&last) {
            return Ok(false);
        }
        let Some(agent) = people::agent_by_id(writing, agent)?.filter(|agent| agent.active) else {
            return Ok(false);
        };
        let mut changed = agent.ready;
        if agent.ready {
            let away = Agent { ready: false, ..agent.clone() };
            people::save_agent(writing, &away, 0, Seq(0))?;
            let event = events::NewEvent {
                at: now.timestamp_millis(),
                kind: EventKind::AgentChanged,
                agent: None,
                customer: None,
                conversation: None,
                detail: &format!("{} ready=off (away)", agent.handle),
            };
            events::write(writing, &event)?;
            route::agent_changed(writing, &agent, &away)?;
        }
        if settings.hand_back {
            for id in offers::live_of(writing, agent.id)? {
                changed |= hand_back(writing, now, &agent, id)?;
            }
        }
        Ok(changed)
    }
}

/// Gives one conversation of somebody who is away back to its group, if the customer is who waits. What is private stays:
/// unassigned, its group could read it (R5.4).
fn hand_back(writing: &Writing<'_>, now: DateTime<Utc>, agent: &Agent, id: ConversationId) -> Outcome<bool> {
    let Some(before) = conversations::load(writing, id)? else { return Ok(false) };
    let facts = &before.facts;
    if facts.privacy == Privacy::Private || facts.group.is_none() || !messages::customer_spoke_last(writing, id)? {
        return Ok(false);
    }
    let mut after = before.clone();
    after.facts.set_assignee(None);
    let text = format!("Given back to the group: {} is away.", agent.name);
    route::line(writing, now, &mut after.facts, EventKind::Released, &text, &agent.handle)?;
    conversations::save(writing, &before, &after)?;
    route::settle(writing, now, Some(&before.facts), &after.facts, &[])?;
    Ok(true)
}
