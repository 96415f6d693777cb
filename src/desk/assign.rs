//! Assigning, releasing, forwarding, changing privacy.

use super::{
    Outcome,
    act::Act,
    page::{Denied, NoticeKind},
    tell,
};
use crate::{
    domain::{
        conversation::{Facts, Privacy, State},
        event::EventKind,
        people::Agent,
        refusal::{Refusal, RefusalKind},
    },
    policy::{access::Access, rights},
    store::{messages, people},
};

impl Act<'_> {
    /// Makes an agent responsible (R5.4).
    pub fn assign(&mut self, handle: &str) -> Outcome<()> {
        let other = self.agent(handle)?;
        rights::assign_to(&self.me, &self.facts, &other, &self.around())?;
        if self.facts.assignee == Some(other.id) {
            return Ok(());
        }
        self.facts.set_assignee(Some(&other));
        let text = if other.id == self.me.id {
            format!("{} took this conversation.", self.me.name)
        } else {
            format!("{} assigned this conversation to {}.", self.me.name, other.name)
        };
        self.line(EventKind::Assigned, &text, &other.handle)?;
        if other.id != self.me.id {
            tell::one(self.writing, &other, &self.facts, NoticeKind::Assigned, self.millis())?;
        }
        Ok(())
    }

    /// Makes nobody responsible (R5.4).
    pub fn release(&mut self, confirmed: bool) -> Outcome<()> {
        rights::assign(&self.me, &self.facts, &self.around())?;
        if self.facts.assignee.is_none() {
            return Ok(());
        }
        let mut after = self.facts.clone();
        after.assignee = None;
        self.confirm_readers(&after, confirmed, "R5.4", |readers| {
            format!(
                "Released, this private conversation becomes readable by {readers} of its group. Confirm to release it."
            )
        })?;
        self.hand_back();
        let text = format!("{} released this conversation.", self.me.name);
        self.line(EventKind::Released, &text, "")
    }

    /// Hands it to another group, unassigned there (R5.4).
    pub fn forward(&mut self, name: &str, confirmed: bool) -> Outcome<()> {
        rights::assign(&self.me, &self.facts, &self.around())?;
        let group = people::group_by_name(self.writing, name)?.ok_or_else(|| no_group(name))?;
        if self.facts.group == Some(group.id) && self.facts.assignee.is_none() {
            return Ok(());
        }
        let mut after = self.facts.clone();
        (after.group, after.assignee) = (Some(group.id), None);
        self.confirm_readers(&after, confirmed, "R5.4", |readers| {
            format!(
                "Forwarded to {}, this private conversation becomes readable by {readers}. Confirm to forward it.",
                group.name
            )
        })?;
        self.hand_back();
        self.facts.group = Some(group.id);
        let text = format!("{} forwarded this conversation to {}.", self.me.name, group.name);
        self.line(EventKind::Forwarded, &text, &group.name)
    }

    /// Makes nobody responsible on purpose: routing brings it straight back neither to who had it nor to who decided that.
    fn hand_back(&mut self) {
        self.handed_back = self.facts.assignee.into_iter().chain([self.me.id]).collect();
        self.facts.set_assignee(None);
    }

    /// Makes it private or public (R6.5).
    pub fn set_privacy(&mut self, privacy: Privacy, confirmed: bool) -> Outcome<()> {
        rights::set_privacy(&self.me, &self.facts, privacy, &self.around())?;
        if self.facts.privacy == privacy {
            return Ok(());
        }
        let mut after = self.facts.clone();
        after.privacy = privacy;
        let (replies, notes) = messages::count(self.writing, self.facts.id)?;
        self.confirm_readers(&after, confirmed, "R6.5", |readers| {
            format!(
                "{} and {} become readable by {readers}. Confirm to make it public.",
                plural(replies, "message"),
                plural(notes, "note")
            )
        })?;
        self.facts.privacy = privacy;
        let orphaned = self.facts.assignee.is_some() && !self.facts.assignee_active;
        match privacy {
            Privacy::Private => {
                self.facts.needs_reassignment |= orphaned;
                self.line(EventKind::MadePrivate, &format!("{} made this conversation private.", self.me.name), "")
            }
            Privacy::Public => {
                self.facts.needs_reassignment = false;
                if orphaned && self.facts.state == State::Open {
                    self.facts.set_assignee(None);
                }
                self.line(EventKind::MadePublic, &format!("{} made this conversation public.", self.me.name), "")
            }
        }
    }

    /// An agent by handle.
    pub fn agent(&self, handle: &str) -> Outcome<Agent> {
        people::agent_by_handle(self.writing, handle)?.ok_or_else(|| no_agent(handle))
    }

    /// Refuses, naming them, where agents who cannot read it now could read it then, unless that was confirmed (R5.4).
    pub fn confirm_readers(
        &self,
        after: &Facts,
        confirmed: bool,
        rule: &'static str,
        sentence: impl FnOnce(&str) -> String,
    ) -> Outcome<()> {
        if confirmed {
            return Ok(());
        }
        let gains = |agent: &Agent| {
            let access = Access::of(agent);
            agent.active && agent.id != self.me.id && access.holds(after) && !access.holds(&self.before.facts)
        };
        let readers: Vec<String> =
            people::agents(self.writing)?.into_iter().filter(gains).map(|agent| agent.handle).collect();
        if readers.is_empty() && rule != "R6.5" {
            return Ok(());
        }
        if rule == "R6.5" && after.privacy == Privacy::Private {
            return Ok(());
        }
        let count = i64::try_from(readers.len()).unwrap_or(i64::MAX);
        let mut refusal = Refusal::new(RefusalKind::Confirm, rule, sentence(&plural(count, "more agent")));
        refusal.readers = readers;
        Err(refusal.into())
    }
}

/// "1 message", "3 messages".
pub(super) fn plural(count: i64, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// The words for a handle that nobody has.
pub(super) fn no_agent(handle: &str) -> Denied {
    Denied::NotFound(format!("There is no agent @{}. See “deskline agent list”.", handle.trim_start_matches('@')))
}

/// The words for a group that is not there.
pub(super) fn no_group(name: &str) -> Denied {
    Denied::NotFound(format!("There is no group “{name}”. See “deskline group list”."))
}
