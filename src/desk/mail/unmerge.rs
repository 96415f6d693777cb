//! Undoing a merge, while nothing was added since: everything goes back to where it was.

use super::merge::{Kept, Merging, joins, readers};
use crate::{
    desk::{
        Desk, Outcome,
        page::{Denied, Done, Viewer},
    },
    domain::{
        conversation::Facts,
        event::EventKind,
        id::{ConversationId, EntrySeq},
        refusal::Refusal,
    },
    store::{
        conversations::Loaded,
        merges, people,
        reading::{Reading, Readings},
    },
};

impl Desk {
    /// Undoes the merging of `from` into another conversation.
    ///
    /// # Errors
    /// Not found or restricted, not somebody who may reply in both, locked, it was not merged, or something was added or
    /// changed since.
    pub fn undo_merge(&self, who: &Viewer, from: ConversationId) -> Outcome<Done> {
        self.write(|writing| {
            let merging = Merging { writing, me: Desk::me(writing, who)?, now: self.now() };
            let from_now = merging.load(from)?;
            let standing = merges::standing(writing, from)?;
            let standing = standing
                .ok_or_else(|| Denied::Invalid(format!("#{from} was not merged into another conversation.")))?;
            let into_now = merging.load(standing.into)?;
            let kept: Kept = serde_json::from_str(&standing.kept).map_err(|error| Denied::Failed(error.to_string()))?;
            merging.may_change_privacy(&kept.from.facts, &kept.into.facts)?;
            if changed(&from_now.facts, &kept.from_after) || changed(&into_now.facts, &kept.into_after) {
                let text = "Something was added or changed since they were merged, so it cannot be undone any more.";
                return Err(Refusal::denied("R5.4", text).into());
            }
            // Nothing but the desk's own lines stands behind what was there and what came over.
            let there = kept.into.facts.last_seq.0 + kept.from.facts.last_seq.0;
            merges::drop_lines(writing, standing.into, EntrySeq(there))?;
            merges::drop_lines(writing, from, EntrySeq(0))?;
            merges::bring_back(writing, (from, standing.into), &kept.moved)?;
            merges::end(writing, standing.id)?;
            let detail = format!("#{from} out of #{}", standing.into);
            merging.event(EventKind::Unmerged, from, &detail)?;
            merging.event(EventKind::Unmerged, standing.into, &detail)?;
            let (from_after, into_after) = merging.as_before(&kept, &from_now, &into_now)?;
            merging.save(&from_now, &from_after)?;
            merging.save(&into_now, &into_after)?;
            merging.done(from)
        })
    }
}

/// Whether anything but who follows is different.
fn changed(now: &Facts, then: &Facts) -> bool {
    Facts { members: Vec::new(), ..now.clone() } != Facts { members: Vec::new(), ..then.clone() }
}

impl Merging<'_> {
    /// Both as they were, with who follows as it is now, and read by whoever has read what came over.
    fn as_before(&self, kept: &Kept, from_now: &Loaded, into_now: &Loaded) -> Outcome<(Loaded, Loaded)> {
        let mut from = Loaded { facts: kept.from.facts.clone(), readings: Readings::default() };
        from.facts.members.clone_from(&from_now.facts.members);
        // Emptied it may have been somebody else's.
        from.facts.members.iter_mut().for_each(|member| member.assigned = false);
        for then in kept.from.facts.members.iter().filter(|then| then.assigned) {
            from.facts.member_mut(then.agent).assigned = true;
        }
        from.facts.members.retain(|member| !member.is_empty());
        let mut into = Loaded { facts: kept.into.facts.clone(), readings: Readings::default() };
        into.facts.members.clone_from(&into_now.facts.members);
        for came in &kept.from.facts.members {
            let old = kept.into.facts.member(came.agent);
            let place = into.facts.member_mut(came.agent);
            place.posted &= !came.posted || old.is_some_and(|old| old.posted);
            place.chosen &= !came.chosen || old.is_some_and(|old| old.chosen);
            place.added &= !joins(&kept.from.facts, came) || old.is_some_and(|old| old.added);
        }
        into.facts.members.retain(|member| !member.is_empty());
        for (after, then, now) in [(&mut from, &kept.from, from_now), (&mut into, &kept.into, into_now)] {
            for agent in readers(&then.readings, &now.readings) {
                let baseline = people::baseline(self.writing, agent)?;
                let still = into_now.readings.unread(agent, baseline, into_now.facts.news);
                let unread = still && then.readings.unread(agent, baseline, then.facts.news);
                let up_to = then.readings.0.iter().find(|it| it.agent == agent).map_or(EntrySeq(0), |it| it.up_to);
                let up_to = if unread { up_to } else { then.facts.last_seq };
                after.readings.0.push(Reading { agent, up_to, unread });
            }
        }
        Ok((from, into))
    }
}
