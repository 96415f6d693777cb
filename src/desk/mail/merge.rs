//! Merging a conversation into another: same audience only, the stricter privacy wins, locked refused, and whoever could
//! read more afterwards is named beforehand (R5.4).

use super::undo::answers;
use crate::{
    desk::{
        Desk, Outcome,
        act::{accessible, lock_reason},
        assign::plural,
        page::{Denied, Done, Viewer},
        people::described,
        route, rows,
    },
    domain::{
        conversation::{Audience, Author, EntryKind, Facts, Member, Participant, Privacy, State, Tail},
        decide::reopen_consequences,
        event::EventKind,
        id::{AgentId, ConversationId, EntrySeq, Seq},
        people::Agent,
        refusal::{Refusal, RefusalKind},
    },
    policy::{
        access::Access,
        rights::{self, Circumstances},
    },
    store::{
        Writing,
        conversations::{self, Loaded},
        events, items,
        merges::{self, Moved},
        messages::{self, NewEntry},
        people,
        reading::{Reading, Readings},
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a merge leaves behind for undoing it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    pub from: Loaded,
    pub into: Loaded,
    pub from_after: Facts,
    pub into_after: Facts,
    pub moved: Moved,
}

impl Desk {
    /// Merges `from` into `into`: its entries stand behind those that are there, its customers join, and whatever comes for
    /// it from now on goes there. `confirmed`: who can read more afterwards was shown and agreed to.
    ///
    /// # Errors
    /// Not found or restricted, not somebody who may reply in both, locked, of two audiences, of two privacies and not owner
    /// or admin (R6.5), merged already, or to be confirmed.
    pub fn merge(&self, who: &Viewer, from: ConversationId, into: ConversationId, confirmed: bool) -> Outcome<Done> {
        self.write(|writing| {
            let merging = Merging { writing, me: Desk::me(writing, who)?, now: self.now() };
            let (from, into) = (merging.load(from)?, merging.load(into)?);
            merging.check(&from.facts, &into.facts)?;
            merging.run(&from, &into, confirmed)
        })
    }
}

pub(super) struct Merging<'a> {
    pub writing: &'a Writing<'a>,
    pub me: Agent,
    pub now: DateTime<Utc>,
}

impl Merging<'_> {
    /// A conversation in which the actor may change who takes part.
    pub fn load(&self, id: ConversationId) -> Outcome<Loaded> {
        let facts = accessible(self.writing, &Access::of(&self.me), id)?;
        let reason = lock_reason(self.writing, &facts)?;
        let private_conversations = people::settings(self.writing)?.private_conversations;
        let around = Circumstances { lock_reason: &reason, private_conversations, merged_away: false };
        rights::people(&self.me, &facts, &around)?;
        Ok(Loaded { facts, readings: crate::store::reading::load(self.writing, id)? })
    }

    fn check(&self, from: &Facts, into: &Facts) -> Outcome<()> {
        if from.id == into.id {
            return Err(Denied::Invalid("A conversation cannot be merged into itself. Name another one.".into()));
        }
        if from.audience != into.audience {
            let text =
                "One is for customers and the other for agents only; they cannot be merged. Audiences are fixed.";
            return Err(Refusal::denied("R1.1", text).into());
        }
        for facts in [from, into] {
            if merges::standing(self.writing, facts.id)?.is_some() {
                let text = format!("#{} was merged into another conversation already. Merge that one.", facts.id);
                return Err(Denied::Invalid(text));
            }
        }
        self.may_change_privacy(from, into)
    }

    /// With one of them private, merging makes the other private too, and that is for owner and admins (R6.5).
    pub fn may_change_privacy(&self, from: &Facts, into: &Facts) -> Outcome<()> {
        if is_strict(from) != is_strict(into) && !self.me.role.administers() {
            let text =
                "One of them is private, and only the owner and admins change who can read the other. Ask one of them.";
            return Err(Refusal::denied("R6.5", text).into());
        }
        Ok(())
    }

    fn run(&self, from: &Loaded, into: &Loaded, confirmed: bool) -> Outcome<Done> {
        let mut into_after = self.joined(from, into)?;
        if !confirmed {
            self.ask(&from.facts, &into.facts, &into_after.facts)?;
        }
        let pair = (from.facts.id, into.facts.id);
        let moved = merges::take_along(self.writing, pair, into.facts.last_seq, into.facts.tail.customer_count)?;
        let by = &self.me.name;
        if into.facts.state == State::Closed && from.facts.state == State::Open {
            let facts = &mut into_after.facts;
            let consequences = reopen_consequences(facts);
            facts.state = State::Open;
            if consequences.releases {
                facts.set_assignee(None);
            }
            facts.needs_reassignment |= consequences.needs_reassignment;
        }
        let text = format!("{by} merged #{} into this conversation.", from.facts.id);
        self.line(&mut into_after.facts, EventKind::Merged, &text, &format!("#{} into #{}", pair.0, pair.1))?;
        let mut from_after = emptied(from, into_after.facts.privacy);
        let text = format!("{by} merged this conversation into #{}.", into.facts.id);
        self.line(&mut from_after.facts, EventKind::Merged, &text, &format!("#{} into #{}", pair.0, pair.1))?;
        self.save(from, &from_after)?;
        let routed = self.save(into, &into_after)?;
        let kept = Kept {
            from: from.clone(),
            into: into.clone(),
            from_after: conversations::load_facts(self.writing, pair.0)?.unwrap_or(from_after.facts),
            into_after: routed,
            moved,
        };
        let kept = serde_json::to_string(&kept).map_err(|error| Denied::Failed(error.to_string()))?;
        merges::remember(self.writing, pair, self.me.id, self.now.timestamp_millis(), &kept)?;
        // Only now is it known where its answer stands (R3.3).
        answers(self.writing, from.facts.item)?;
        self.done(pair.1)
    }

    /// What happened, with the row of the conversation that is left.
    pub fn done(&self, id: ConversationId) -> Outcome<Done> {
        Ok(Done {
            conversation: id,
            message: None,
            row: rows::row(self.writing, &Access::of(&self.me), id)?,
            not_notified: Vec::new(),
            changed: true,
            item: None,
        })
    }

    /// Saves a conversation and what follows from its change; gives it as routing left it.
    pub fn save(&self, before: &Loaded, after: &Loaded) -> Outcome<Facts> {
        conversations::save(self.writing, before, after)?;
        if let Some(item) = after.facts.item {
            items::refresh_waiting(self.writing, item)?;
        }
        route::settle(self.writing, self.now, Some(&before.facts), &after.facts, &[])
    }

    fn line(&self, facts: &mut Facts, kind: EventKind, text: &str, detail: &str) -> Outcome<()> {
        self.event(kind, facts.id, detail)?;
        let entry = NewEntry {
            kind: EntryKind::System,
            author: Author::Agent(self.me.id),
            name: &self.me.name,
            at: self.now,
            text,
            channel: None,
            attachments: &[],
        };
        messages::append(self.writing, facts, &entry)?;
        Ok(())
    }

    pub fn event(&self, kind: EventKind, conversation: ConversationId, detail: &str) -> Outcome<()> {
        let event = events::NewEvent {
            at: self.now.timestamp_millis(),
            kind,
            agent: Some(self.me.id),
            customer: None,
            conversation: Some(conversation),
            detail,
        };
        events::write(self.writing, &event)?;
        Ok(())
    }

    /// The one that is left, with everything that comes over counted in.
    fn joined(&self, from: &Loaded, into: &Loaded) -> Outcome<Loaded> {
        let mut after = into.clone();
        let (old, facts) = (&from.facts, &mut after.facts);
        for place in &old.customers {
            // Who joined the other one later reads what came after that here too.
            let since = EntrySeq(facts.last_seq.0 + place.since.0);
            if !facts.customers.iter().any(|known| known.customer == place.customer) {
                facts.customers.push(Participant { requester: false, added: true, via_item: false, since, ..*place });
            }
        }
        for member in &old.members {
            let joins = joins(old, member);
            if member.posted || member.chosen || joins {
                let place = facts.member_mut(member.agent);
                (place.posted, place.chosen) = (place.posted || member.posted, place.chosen || member.chosen);
                place.added |= joins && !place.starter;
            }
        }
        // As linking a direct one does (R4.5).
        if old.privacy == Privacy::Private || (old.direct() && !facts.direct()) {
            facts.privacy = Privacy::Private;
            facts.needs_reassignment |= facts.assignee.is_some() && !facts.assignee_active;
        }
        let newest = if old.at > facts.at { &old.tail } else { &facts.tail };
        facts.tail = Tail {
            from: newest.from.clone(),
            text: newest.text.clone(),
            agent_replies: facts.tail.agent_replies + old.tail.agent_replies,
            customer_at: facts.tail.customer_at.max(old.tail.customer_at),
            customer_count: facts.tail.customer_count + old.tail.customer_count,
        };
        facts.at = facts.at.max(old.at);
        facts.last_seq = EntrySeq(facts.last_seq.0 + old.last_seq.0);
        facts.news = facts.news.max(old.news);
        for agent in readers(&from.readings, &into.readings) {
            let baseline = people::baseline(self.writing, agent)?;
            let unread = into.readings.unread(agent, baseline, into.facts.news)
                || from.readings.unread(agent, baseline, old.news);
            after.readings.set(agent, EntrySeq(0), unread);
        }
        Ok(after)
    }

    /// Names who could read or be sent more afterwards, on both sides.
    fn ask(&self, from: &Facts, into: &Facts, after: &Facts) -> Outcome<()> {
        let reads = |agent: &Agent, facts: &Facts| {
            let access = Access::of(agent);
            agent.active && access.holds(facts) && !access.withheld(facts)
        };
        let agents = people::agents(self.writing)?;
        let others = || agents.iter().filter(|agent| agent.id != self.me.id && reads(agent, after));
        let gains = |before: &Facts| -> Vec<String> {
            others().filter(|agent| !reads(agent, before)).map(|agent| agent.handle.clone()).collect()
        };
        // In internal conversations the participants of either read the other.
        let of_each = [(from, gains(from)), (into, gains(into))];
        let in_order = others().map(|agent| agent.handle.clone());
        let readers: Vec<String> =
            in_order.filter(|handle| of_each.iter().any(|(_, it)| it.contains(handle))).collect();
        let mut adds = Vec::new();
        for place in &after.customers {
            let joined = |facts: &Facts| facts.customers.iter().find(|known| known.customer == place.customer).copied();
            // Who joined `from` late reads what was there before, too: in `into` all of it comes after joining.
            if joined(into).is_some() && joined(from).is_some_and(|place| place.requester || place.since == EntrySeq(0))
            {
                continue;
            }
            if let Some(customer) = people::customer_by_id(self.writing, place.customer)? {
                adds.push(described(&customer));
            }
        }
        adds.extend(self.colleagues(from, after)?);
        if readers.is_empty() && adds.is_empty() {
            return Ok(());
        }
        let mut words = Vec::new();
        for (facts, readers) in of_each.iter().filter(|(_, readers)| !readers.is_empty()) {
            let count = i64::try_from(readers.len()).unwrap_or(i64::MAX);
            words.push(format!("{} can read what stands in #{}.", plural(count, "more agent"), facts.id));
        }
        if !adds.is_empty() {
            words.push(format!(
                "{} will read what either of the two gets from now on, and what is in #{} now.",
                in_words(&adds),
                from.id
            ));
        }
        let text = format!("Once they are merged: {} Confirm to merge them.", words.join(" "));
        let mut refusal = Refusal::new(RefusalKind::Confirm, "R5.4", text);
        (refusal.readers, refusal.adds) = (readers, adds);
        Err(refusal.into())
    }
}

/// "Mara Lindt, Kim and Tim".
fn in_words(names: &[String]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        names => names.concat(),
    }
}

impl Merging<'_> {
    /// The organization whose people read all that is merged, and did not read all of `from` before (§9).
    fn colleagues(&self, from: &Facts, after: &Facts) -> Outcome<Option<String>> {
        if !people::settings(self.writing)?.organization_sharing || after.privacy == Privacy::Private {
            return Ok(None);
        }
        let of = |facts: &Facts| -> Outcome<Option<String>> {
            let Some(requester) = facts.requester else { return Ok(None) };
            Ok(people::customer_by_id(self.writing, requester)?.and_then(|customer| customer.organization))
        };
        let Some(organization) = of(after)? else { return Ok(None) };
        let read = of(from)?.is_some_and(|it| it.to_lowercase() == organization.to_lowercase());
        Ok((!read).then(|| format!("everybody of {organization}")))
    }
}

/// Whether an agent who takes part in a conversation takes part in what it is merged into: whoever is named in an internal one
/// would lose their own words otherwise.
pub(super) fn joins(from: &Facts, member: &Member) -> bool {
    from.audience == Audience::Internal && member.named()
}

/// Whether fewer than the whole team may see it: private, or a direct one among its participants (R6.11).
const fn is_strict(facts: &Facts) -> bool {
    matches!(facts.privacy, Privacy::Private) || facts.direct()
}

/// Everybody who has read one of the two.
pub(super) fn readers(one: &Readings, other: &Readings) -> Vec<AgentId> {
    let mut agents: Vec<AgentId> = one.0.iter().chain(&other.0).map(|reading| reading.agent).collect();
    agents.sort_unstable();
    agents.dedup();
    agents
}

/// What is left of a conversation whose entries went elsewhere: closed, empty, read.
fn emptied(from: &Loaded, privacy: Privacy) -> Loaded {
    let mut after = from.clone();
    let facts = &mut after.facts;
    (facts.state, facts.privacy, facts.needs_reassignment) = (State::Closed, privacy, false);
    (facts.last_seq, facts.news) = (EntrySeq(0), Seq(0));
    let tail = &mut facts.tail;
    *tail = Tail {
        from: String::new(),
        text: String::new(),
        // Its item was answered, wherever the answer stands now (R3.3).
        agent_replies: tail.agent_replies,
        customer_at: tail.customer_at,
        customer_count: 0,
    };
    after.readings =
        Readings(after.readings.0.iter().map(|it| Reading { up_to: EntrySeq(1), unread: false, ..*it }).collect());
    after
}
