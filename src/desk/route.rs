//! How a group's conversations find an agent (R8.1): whatever changes a conversation, an agent or a group settles it here,
//! in its own transaction.
//!
//! A conversation *arrives* in a group's line whenever it becomes open and unassigned there: received, started, re-opened,
//! released, forwarded, given back because its assignee was switched off. It waits until somebody takes it, or until it is
//! closed or forwarded. A dictator chooses on arrival, or as soon as somebody may be chosen; a polite group's offers are
//! not written down but worked out from who waits (`desk::offer`).

use super::{Outcome, page::NoticeKind, tell};
use crate::{
    domain::{
        conversation::{Author, EntryKind, Facts},
        event::EventKind,
        id::{AgentId, ConversationId, GroupId},
        people::{Agent, Routing},
    },
    policy::routing::{self, Candidate},
    store::{
        Writing, conversations, events,
        messages::{self, NewEntry},
        notices, offers, people,
    },
};
use chrono::{DateTime, Utc};

/// How many conversations one transaction assigns from a line at most, so that nobody waits long to write.
const AT_ONCE: usize = 200;

/// How much of a line is read at a time.
const STRETCH: usize = 64;

/// Settles what a conversation's change means for its group's line, and gives the conversation as it stands then.
/// `handed_back`: who is not to get it straight back, because they gave it away or it was taken from them on purpose.
pub(super) fn settle(
    writing: &Writing<'_>,
    now: DateTime<Utc>,
    before: Option<&Facts>,
    after: &Facts,
    handed_back: &[AgentId],
) -> Outcome<Facts> {
    if let Some(agent) = after.assignee.filter(|agent| before.and_then(|before| before.assignee) != Some(*agent)) {
        offers::note_assigned(writing, agent, events::newest(writing)?)?;
    }
    let (waited, line) = (offers::waits_in(writing, after.id)?, routing::line_of(after));
    if waited == line {
        return Ok(after.clone());
    }
    if let Some(group) = waited {
        leave_line(writing, group, after)?;
    }
    let Some(group) = line.filter(|_| waited.is_some() || arrived(before, after)) else { return Ok(after.clone()) };
    offers::begin_to_wait(writing, after.id, group, now.timestamp_millis())?;
    for agent in handed_back {
        offers::reject(writing, after.id, *agent)?;
    }
    match people::routing(writing, group)? {
        Some(Routing::Dictator) => choose(writing, now, after.id).map(|chosen| chosen.unwrap_or_else(|| after.clone())),
        Some(Routing::Polite | Routing::Democracy) | None => Ok(after.clone()),
    }
}

/// Whether it came to stand in the line now; what was imported stands in none until something happens in it (R1.7).
fn arrived(before: Option<&Facts>, after: &Facts) -> bool {
    before.is_none_or(|before| routing::line_of(before) != routing::line_of(after) || before.news != after.news)
}

/// It waits no longer: whoever had it on offer and was told of it in no other way is remembered as told (R6.6).
fn leave_line(writing: &Writing<'_>, group: GroupId, after: &Facts) -> Outcome<()> {
    if people::routing(writing, group)? == Some(Routing::Polite) {
        for agent in people::agents(writing)? {
            let offered = routing::is_available(&agent)
                && agent.groups.contains(&group)
                && after.assignee != Some(agent.id)
                && !offers::rejected(writing, after.id, agent.id)?;
            if offered && !notices::was_told(writing, agent.id, after.id)? {
                offers::lose(writing, after.id, agent.id)?;
            }
        }
    }
    Ok(offers::end_waiting(writing, after.id)?)
}

/// A dictator's choice for a conversation that waits, if there is anybody to choose; gives the conversation then.
fn choose(writing: &Writing<'_>, now: DateTime<Utc>, id: ConversationId) -> Outcome<Option<Facts>> {
    let Some(before) = conversations::load(writing, id)? else { return Ok(None) };
    let mut agents = Vec::new();
    let mut candidates = Vec::new();
    for agent in people::agents(writing)? {
        if routing::may_choose(&agent, &before.facts) && !offers::rejected(writing, id, agent.id)? {
            let load = offers::load(writing, agent.id)?;
            candidates.push(Candidate { agent: agent.id, live: load.live, last_assigned: load.last_assigned });
            agents.push(agent);
        }
    }
    let chosen = routing::chosen(&candidates);
    let Some(agent) = agents.into_iter().find(|agent| Some(agent.id) == chosen) else { return Ok(None) };
    let mut after = before.clone();
    after.facts.set_assignee(Some(&agent));
    let text = format!("Assigned to {} by routing.", agent.name);
    line(writing, now, &mut after.facts, EventKind::Assigned, &text, &agent.handle)?;
    conversations::save(writing, &before, &after)?;
    offers::end_waiting(writing, id)?;
    offers::note_assigned(writing, agent.id, events::newest(writing)?)?;
    tell::one(writing, &agent, &after.facts, NoticeKind::Assigned, now.timestamp_millis())?;
    Ok(Some(after.facts))
}

/// A system line by the desk itself, and the event behind it.
pub(super) fn line(
    writing: &Writing<'_>,
    now: DateTime<Utc>,
    facts: &mut Facts,
    kind: EventKind,
    text: &str,
    detail: &str,
) -> Outcome<()> {
    let event = events::NewEvent {
        at: now.timestamp_millis(),
        kind,
        agent: None,
        customer: None,
        conversation: Some(facts.id),
        detail,
    };
    events::write(writing, &event)?;
    let entry = NewEntry {
        kind: EntryKind::System,
        author: Author::System,
        name: "",
        at: now,
        text,
        channel: None,
        attachments: &[],
    };
    messages::append(writing, facts, &entry)?;
    Ok(())
}

/// Settles what a change of an agent's record means: one who can be chosen no longer loses every offer. Gives the groups
/// whose lines wait for one who can be chosen now; see [`drain`].
pub(super) fn agent_changed(writing: &Writing<'_>, old: &Agent, new: &Agent) -> Outcome<Vec<GroupId>> {
    match (routing::is_available(old), routing::is_available(new)) {
        (true, false) => {
            lose_offers(writing, new, &old.groups)?;
            Ok(Vec::new())
        }
        (false, true) => Ok(new.groups.clone()),
        (true, true) | (false, false) => Ok(Vec::new()),
    }
}

/// An agent has offers of these groups no more.
pub(super) fn lose_offers(writing: &Writing<'_>, agent: &Agent, groups: &[GroupId]) -> Outcome<()> {
    for group in groups {
        if people::routing(writing, *group)? == Some(Routing::Polite) {
            offers::lose_all(writing, *group, agent.id)?;
        }
    }
    Ok(())
}

/// A group is not polite any more: nothing of it is on offer.
pub(super) fn stops_offering(writing: &Writing<'_>, group: GroupId) -> Outcome<()> {
    for agent in people::agents(writing)? {
        if routing::is_available(&agent) && agent.groups.contains(&group) {
            offers::lose_all(writing, group, agent.id)?;
        }
    }
    Ok(())
}

/// Assigns what waits in a dictator's line, those who have waited longest first, each by a choice of its own; whether
/// some of it is left to assign in another transaction.
pub(super) fn drain(writing: &Writing<'_>, now: DateTime<Utc>, group: GroupId) -> Outcome<bool> {
    match people::routing(writing, group)? {
        Some(Routing::Dictator) => {}
        Some(Routing::Polite | Routing::Democracy) | None => return Ok(false),
    }
    let available = |agent: &Agent| routing::is_available(agent) && agent.groups.contains(&group);
    if !people::agents(writing)?.iter().any(available) {
        return Ok(false);
    }
    let (mut assigned, mut behind) = (0, None);
    loop {
        let places = offers::line(writing, group, behind, STRETCH)?;
        for place in &places {
            if assigned == AT_ONCE {
                return Ok(true);
            }
            assigned += usize::from(choose(writing, now, place.conversation)?.is_some());
        }
        behind = places.last().copied();
        if places.len() < STRETCH {
            return Ok(false);
        }
    }
}
