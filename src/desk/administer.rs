//! Administration (R5.6) and what agents set for themselves.

use super::{
    Desk, Outcome,
    assign::{no_agent, no_group},
    directory,
    groups::refresh_group,
    items::change_one,
    new_agent,
    page::{AgentRow, AuditRow, Denied, Viewer},
    route,
};
use crate::{
    domain::{
        conversation::{Facts, Privacy},
        event::EventKind,
        id::{AgentId, ConversationId, GroupId},
        people::{Agent, AgentChange, Role, check_address, check_handle, check_name},
        refusal::Refusal,
        setting::{SettingKey, Settings},
    },
    policy::rights,
    store::{Writing, conversations, events, people, tally},
};
use chrono::{DateTime, Utc};

/// An agent to add.
#[derive(Debug, Clone)]
pub struct NewAgent {
    /// Short unique name.
    pub handle: String,
    /// Full name.
    pub name: String,
    /// What the agent may administer.
    pub role: Role,
    /// Groups by name.
    pub groups: Vec<String>,
}

/// What becomes of an agent by a change.
fn apply(change: &AgentChange, agent: &mut Agent) -> Outcome<()> {
    if let Some(name) = &change.name {
        agent.name = check_name(name).map_err(Denied::Invalid)?;
    }
    if let Some(name) = &change.public_name {
        agent.public_name =
            if name.trim().is_empty() { None } else { Some(check_name(name).map_err(Denied::Invalid)?) };
    }
    agent.role = change.role.unwrap_or(agent.role);
    agent.active = change.active.unwrap_or(agent.active);
    agent.ready = change.ready.unwrap_or(agent.ready);
    agent.reply_to_customers = change.reply_to_customers.unwrap_or(agent.reply_to_customers);
    agent.from_customers = change.from_customers.unwrap_or(agent.from_customers);
    agent.notify_customers = change.notify_customers.unwrap_or(agent.notify_customers);
    agent.notify_internal = change.notify_internal.unwrap_or(agent.notify_internal);
    agent.bell = change.bell.unwrap_or(agent.bell);
    if let Some(address) = &change.address {
        let none = address.trim().is_empty();
        agent.address = if none { None } else { Some(check_address(address).map_err(Denied::Invalid)?) };
    }
    agent.mail = change.mail.unwrap_or(agent.mail);
    Ok(())
}

impl Desk {
    /// Adds an agent; everything that is there counts as read for it (R3.6).
    ///
    /// # Errors
    /// Not for this agent, a handle that is taken or unusable, an unknown group; owners are made by owners (R5.6).
    pub fn add_agent(&self, who: &Viewer, new: &NewAgent) -> Outcome<AgentRow> {
        let handle = check_handle(&new.handle).map_err(Denied::Invalid)?;
        let name = check_name(&new.name).map_err(Denied::Invalid)?;
        self.write_and_drain(|writing| {
            let me = Self::administrator(writing, who)?;
            if new.role == Role::Owner {
                only_owners(&me)?;
            }
            if people::agent_by_handle(writing, &handle)?.is_some() {
                return Err(Denied::Invalid(format!("There is an agent @{handle} already. Choose another handle.")));
            }
            let agent = new_agent(handle.clone(), name, new.role);
            let baseline = events::newest(writing)?;
            let id = people::save_agent(writing, &agent, self.now().timestamp_millis(), baseline)?;
            tally::welcome(writing, id)?;
            self.log(writing, EventKind::AgentAdded, who, None, &handle)?;
            for group in &new.groups {
                let group = people::group_by_name(writing, group)?.ok_or_else(|| no_group(group))?;
                people::set_group_member(writing, group.id, id, true)?;
                refresh_group(writing, group.id)?;
            }
            let groups = people::agent_by_id(writing, id)?.map(|agent| agent.groups).unwrap_or_default();
            Ok((directory::agent_row(writing, &handle)?, self.drain(writing, groups)?))
        })
    }

    /// Changes an agent. Switching one off gives its open public conversations back to Unassigned; its private ones stay
    /// private and need reassignment (R6.8).
    ///
    /// # Errors
    /// Not for this agent (R5.6), no such agent, unusable values; the last active owner stays one.
    pub fn set_agent(&self, who: &Viewer, handle: &str, change: &AgentChange) -> Outcome<AgentRow> {
        self.write_and_drain(|writing| {
            let me = Desk::me(writing, who)?;
            let own = me.handle.eq_ignore_ascii_case(handle.trim_start_matches('@'));
            if !(own && change.is_own()) {
                rights::administer(&me)?;
            }
            let old = people::agent_by_handle(writing, handle)?.ok_or_else(|| no_agent(handle))?;
            let mut new = old.clone();
            apply(change, &mut new)?;
            if (old.role == Role::Owner) != (new.role == Role::Owner)
                || (old.role == Role::Owner && old.active != new.active)
            {
                only_owners(&me)?;
            }
            let leads = |agent: &Agent| agent.role == Role::Owner && agent.active;
            if leads(&old) && !leads(&new) && people::agents(writing)?.iter().filter(|agent| leads(agent)).count() == 1
            {
                return Err(Refusal::denied(
                    "R5.6",
                    "The last active owner can be neither demoted nor switched off. Make somebody else owner first.",
                )
                .into());
            }
            if old == new {
                return Ok((directory::agent_row(writing, &new.handle)?, Vec::new()));
            }
            people::save_agent(writing, &new, 0, crate::domain::id::Seq(0))?;
            if old.address != new.address {
                let taken = people::agents(writing)?.into_iter().any(|it| it.id != new.id && it.address == new.address);
                if taken && new.address.is_some() {
                    return Err(Denied::Invalid("Another agent has that address. Give each one of their own.".into()));
                }
                people::set_address(writing, new.id, new.address.as_deref())?;
            }
            if old.active != new.active {
                set_active(writing, self.now(), new.id, new.active)?;
            }
            let waiting = route::agent_changed(writing, &old, &new)?;
            let detail = if change.is_own() { format!("{} (own settings)", new.handle) } else { described(&old, &new) };
            self.log(writing, EventKind::AgentChanged, who, None, &detail)?;
            let waiting = self.drain(writing, waiting)?;
            Ok((directory::agent_row(writing, &new.handle)?, waiting))
        })
    }

    /// Assigns what waits for dictators in these groups; gives those that are not through yet.
    pub(super) fn drain(&self, writing: &Writing<'_>, groups: Vec<GroupId>) -> Outcome<Vec<GroupId>> {
        let now = self.now();
        let mut left = Vec::new();
        for group in groups {
            if route::drain(writing, now, group)? {
                left.push(group);
            }
        }
        Ok(left)
    }

    /// One write transaction, and as many more as dictators need for what waits in the groups that it gives.
    pub(super) fn write_and_drain<T>(
        &self,
        work: impl FnOnce(&Writing<'_>) -> Outcome<(T, Vec<GroupId>)>,
    ) -> Outcome<T> {
        let (value, mut waiting) = self.write(work)?;
        while !waiting.is_empty() {
            waiting = self.write(|writing| self.drain(writing, waiting))?;
        }
        Ok(value)
    }

    /// Saves settings, all or none; they affect the future only (R6.1).
    ///
    /// # Errors
    /// Not for this agent (R5.6), or a value that cannot be used.
    pub fn save_settings(&self, who: &Viewer, changes: &[(SettingKey, String)]) -> Outcome<Settings> {
        self.write(|writing| {
            Self::administrator(writing, who)?;
            let mut settings = people::settings(writing)?;
            for (key, value) in changes {
                let old = settings.get(*key);
                settings.set(*key, value).map_err(Denied::Invalid)?;
                if settings.get(*key) != old {
                    people::save_setting(writing, *key, &settings.get(*key))?;
                    self.log(writing, EventKind::SettingChanged, who, None, &format!("{key} {}", settings.get(*key)))?;
                }
            }
            Ok(settings)
        })
    }

    /// The settings.
    ///
    /// # Errors
    /// Not for this agent (R5.6).
    pub fn settings(&self, who: &Viewer) -> Outcome<Settings> {
        let reader = self.inner.store.reader()?;
        rights::administer(&Desk::me(&reader, who)?)?;
        Ok(people::settings(&reader)?)
    }

    /// The audit log, newest first.
    ///
    /// # Errors
    /// Not for this agent (R5.6).
    pub fn audit(&self, who: &Viewer, conversation: Option<ConversationId>, limit: usize) -> Outcome<Vec<AuditRow>> {
        let reader = self.inner.store.reader()?;
        rights::administer(&Desk::me(&reader, who)?)?;
        directory::audit(&reader, conversation, limit)
    }

    /// Who acts, if owner or admin.
    pub(super) fn administrator(writing: &Writing<'_>, who: &Viewer) -> Outcome<Agent> {
        let me = Desk::me(writing, who)?;
        rights::administer(&me)?;
        Ok(me)
    }
}

fn only_owners(me: &Agent) -> Outcome<()> {
    match me.role {
        Role::Owner => Ok(()),
        Role::Admin | Role::Agent => {
            Err(Refusal::denied("R5.6", "Making and changing owners is for owners. Ask one of them.").into())
        }
    }
}

/// What follows from switching an agent off or on again (R6.8).
fn set_active(writing: &Writing<'_>, now: DateTime<Utc>, agent: AgentId, active: bool) -> Outcome<()> {
    for id in conversations::assigned_to(writing, agent)? {
        let changed = change_one(writing, id, &mut |facts: &mut Facts| {
            facts.assignee_active = active;
            match facts.privacy {
                Privacy::Private => facts.needs_reassignment = !active,
                Privacy::Public if !active && !facts.shut() => facts.set_assignee(None),
                Privacy::Public => {}
            }
        })?;
        if let Some((before, after)) = changed {
            route::settle(writing, now, Some(&before), &after, &[])?;
        }
    }
    Ok(())
}

fn described(old: &Agent, new: &Agent) -> String {
    let mut detail = new.handle.clone();
    let mut say = |word: &str, value: &str| {
        detail.push(' ');
        detail.push_str(word);
        detail.push('=');
        detail.push_str(value);
    };
    let switch = |on: bool| if on { "on" } else { "off" };
    if old.role != new.role {
        say("role", new.role.word());
    }
    if old.active != new.active {
        say("active", switch(new.active));
    }
    if old.ready != new.ready {
        say("ready", switch(new.ready));
    }
    if old.reply_to_customers != new.reply_to_customers {
        say("reply-to-customers", switch(new.reply_to_customers));
    }
    if old.from_customers != new.from_customers {
        say("from-customers", new.from_customers.word());
    }
    if old.address != new.address {
        say("address", new.address.as_deref().unwrap_or("none"));
    }
    detail
}
