//! One agent at work on one conversation, inside one write transaction: the facts before, the facts after, and one save.

use super::{Desk, Outcome, route, rows};
use crate::{
    domain::{
        conversation::{Author, EntryKind, Facts},
        event::EventKind,
        id::{AgentId, ConversationId, EntrySeq, ItemId, Seq},
        people::Agent,
        refusal::Refusal,
        setting::Settings,
    },
    policy::{access::Access, rights::Circumstances},
    store::{
        Connection, Writing, conversations,
        conversations::Loaded,
        events, merges,
        messages::{self, NewEntry},
        notices, people,
        reading::Readings,
    },
};
use chrono::{DateTime, Utc};

use super::page::{Denied, Done, ItemRef, Viewer};

/// One agent's act.
pub(super) struct Act<'a> {
    pub writing: &'a Writing<'a>,
    pub me: Agent,
    pub settings: Settings,
    pub now: DateTime<Utc>,
    pub before: Loaded,
    pub facts: Facts,
    pub readings: Readings,
    pub message: Option<EntrySeq>,
    /// The row of the message that was written; 0 for none.
    pub written: i64,
    pub not_notified: Vec<String>,
    pub item: Option<ItemRef>,
    /// An item that this act answers (R3.3).
    pub answered: Option<ItemId>,
    /// How the actor's words came, if not by the messenger or the command line.
    pub channel: Option<&'static str>,
    /// Who handed it back, or had it until then: routing does not bring it straight back to them.
    pub handed_back: Vec<AgentId>,
    /// A reply waits for the administrators before it leaves.
    pub held: bool,
    lock_reason: String,
    merged_away: bool,
}

/// A conversation for a viewer, or what the viewer is told instead (R6.6): restricted for who was told of it, else as for a
/// number that never was.
pub(super) fn accessible(connection: &Connection, access: &Access, id: ConversationId) -> Outcome<Facts> {
    match conversations::load_facts(connection, id)? {
        Some(facts) if access.holds(&facts) => Ok(facts),
        Some(_) if notices::was_told(connection, access.agent(), id)? => Err(Refusal::restricted().into()),
        Some(_) | None => Err(not_found(id)),
    }
}

/// As for a number that never was.
pub(super) fn not_found(id: ConversationId) -> Denied {
    Denied::NotFound(format!("There is no conversation #{id}. Look it up with the search."))
}

/// "Locked by Ana on 3 May. Unlock to reply." (R2.4); empty where it is not locked.
pub(super) fn lock_reason(connection: &Connection, facts: &Facts) -> Outcome<String> {
    let Some((by, at)) = facts.locked else { return Ok(String::new()) };
    let name = people::agent_by_id(connection, by)?.map_or_else(|| "somebody".to_owned(), |agent| agent.name);
    Ok(format!("Locked by {name} on {}. Unlock to reply.", at.format("%-d %b")))
}

impl<'a> Act<'a> {
    /// Begins an act: who, in which conversation, with access asked first.
    pub fn begin(desk: &Desk, writing: &'a Writing<'a>, who: &'a Viewer, id: ConversationId) -> Outcome<Self> {
        let me = Desk::me(writing, who)?;
        let facts = accessible(writing, &Access::of(&me), id)?;
        let readings = crate::store::reading::load(writing, id)?;
        Ok(Self {
            lock_reason: lock_reason(writing, &facts)?,
            merged_away: merges::resolve(writing, id)? != id,
            settings: people::settings(writing)?,
            before: Loaded { facts: facts.clone(), readings: readings.clone() },
            now: desk.now(),
            writing,
            me,
            facts,
            readings,
            message: None,
            written: 0,
            not_notified: Vec::new(),
            item: None,
            answered: None,
            handed_back: Vec::new(),
            channel: None,
            held: false,
        })
    }

    /// What stands around the conversation, for rights.
    pub fn around(&self) -> Circumstances<'_> {
        Circumstances {
            lock_reason: &self.lock_reason,
            private_conversations: self.settings.private_conversations,
            merged_away: self.merged_away,
        }
    }

    /// The time as stored.
    pub const fn millis(&self) -> i64 {
        self.now.timestamp_millis()
    }

    /// Whether the actor has something unread here.
    pub fn unread(&self) -> Outcome<bool> {
        let baseline = people::baseline(self.writing, self.me.id)?;
        Ok(self.readings.unread(self.me.id, baseline, self.facts.news))
    }

    /// Writes an event of this conversation.
    pub fn event(&self, kind: EventKind, detail: &str) -> Outcome<Seq> {
        let event = events::NewEvent {
            at: self.millis(),
            kind,
            agent: Some(self.me.id),
            customer: None,
            conversation: Some(self.facts.id),
            detail,
        };
        Ok(events::write(self.writing, &event)?)
    }

    /// Adds a system line by the actor, and the event behind it.
    pub fn line(&mut self, kind: EventKind, text: &str, detail: &str) -> Outcome<()> {
        self.event(kind, detail)?;
        let entry = NewEntry {
            kind: EntryKind::System,
            author: Author::Agent(self.me.id),
            name: &self.me.name,
            at: self.now,
            text,
            channel: None,
            attachments: &[],
        };
        let read = self.readings.0.iter().find(|reading| reading.agent == self.me.id).copied();
        messages::append(self.writing, &mut self.facts, &entry)?;
        // Who adds a line has seen it, if everything before it.
        if let Some(reading) = read.filter(|reading| !reading.unread && reading.up_to.0 + 1 == self.facts.last_seq.0) {
            self.readings.set(self.me.id, self.facts.last_seq, reading.unread);
        }
        Ok(())
    }

    /// The agent's full name with the handle where that helps: "Ben Okafor".
    pub fn name(&self) -> String {
        self.me.name.clone()
    }

    /// Saves what became of the conversation and says what was done.
    pub fn finish(mut self) -> Outcome<Done> {
        self.facts.members.retain(|member| !member.is_empty());
        let after = Loaded { facts: self.facts.clone(), readings: self.readings.clone() };
        let changed = after != self.before || self.item.is_some();
        conversations::save(self.writing, &self.before, &after)?;
        self.refresh_items()?;
        let routed = route::settle(self.writing, self.now, Some(&self.before.facts), &after.facts, &self.handed_back)?;
        let access = Access::of(&self.me);
        let row = if access.holds(&routed) { rows::row(self.writing, &access, routed.id)? } else { None };
        Ok(Done {
            conversation: after.facts.id,
            message: self.message,
            row,
            not_notified: self.not_notified,
            changed,
            item: self.item,
        })
    }
}
