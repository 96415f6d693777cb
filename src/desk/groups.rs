//! Groups: who shares a queue, how it finds an agent, and what stands under its mails (R5.6).

use super::{
    Desk, Outcome,
    assign::{no_agent, no_group},
    directory,
    items::change_one,
    page::{Denied, GroupRow, Viewer},
    people::set_via_group,
    route,
};
use crate::{
    domain::{
        conversation::Facts,
        event::EventKind,
        id::GroupId,
        people::{Group, Routing, check_name},
    },
    policy::routing,
    store::{Writing, conversations, people},
};

impl Desk {
    /// Adds a group.
    ///
    /// # Errors
    /// Not for this agent (R5.6), or the name is taken or unusable.
    pub fn add_group(&self, who: &Viewer, name: &str, routing: Routing) -> Outcome<GroupRow> {
        let name = check_name(name).map_err(Denied::Invalid)?;
        self.write(|writing| {
            Self::administrator(writing, who)?;
            if people::group_by_name(writing, &name)?.is_some() {
                return Err(Denied::Invalid(format!("There is a group “{name}” already. Choose another name.")));
            }
            people::save_group(
                writing,
                &Group { id: GroupId(0), name: name.clone(), routing, signature: String::new() },
            )?;
            self.log(writing, EventKind::GroupAdded, who, None, &name)?;
            directory::group_row(writing, &name)
        })
    }

    /// Changes how a group's new conversations find an agent.
    ///
    /// # Errors
    /// Not for this agent (R5.6), or no such group.
    pub fn set_group(&self, who: &Viewer, name: &str, routing: Routing) -> Outcome<GroupRow> {
        self.write_and_drain(|writing| {
            Self::administrator(writing, who)?;
            let group = people::group_by_name(writing, name)?.ok_or_else(|| no_group(name))?;
            let id = group.id;
            if group.routing == Routing::Polite && routing != Routing::Polite {
                route::stops_offering(writing, id)?;
            }
            people::save_group(writing, &Group { routing, ..group })?;
            self.log(writing, EventKind::GroupChanged, who, None, &format!("{name} {routing}"))?;
            let waiting = self.drain(writing, vec![id])?;
            Ok((directory::group_row(writing, name)?, waiting))
        })
    }

    /// Changes what stands under a group's mails to customers; empty for nothing.
    ///
    /// # Errors
    /// Not for this agent (R5.6), no such group, or too long a text.
    pub fn set_signature(&self, who: &Viewer, name: &str, text: &str) -> Outcome<GroupRow> {
        let text = check_signature(text)?;
        self.write(|writing| {
            Self::administrator(writing, who)?;
            let group = people::group_by_name(writing, name)?.ok_or_else(|| no_group(name))?;
            people::save_group(writing, &Group { signature: text.to_owned(), ..group })?;
            self.log(writing, EventKind::GroupChanged, who, None, &format!("{name} signature"))?;
            directory::group_row(writing, name)
        })
    }

    /// Lets an agent join a group.
    ///
    /// # Errors
    /// Not for this agent (R5.6), or no such group or agent.
    pub fn join_group(&self, who: &Viewer, group: &str, handle: &str) -> Outcome<GroupRow> {
        self.set_group_member(who, group, handle, true)
    }

    /// Lets an agent leave a group.
    ///
    /// # Errors
    /// Not for this agent (R5.6), or no such group or agent.
    pub fn leave_group(&self, who: &Viewer, group: &str, handle: &str) -> Outcome<GroupRow> {
        self.set_group_member(who, group, handle, false)
    }

    fn set_group_member(&self, who: &Viewer, name: &str, handle: &str, joins: bool) -> Outcome<GroupRow> {
        self.write_and_drain(|writing| {
            Self::administrator(writing, who)?;
            let group = people::group_by_name(writing, name)?.ok_or_else(|| no_group(name))?;
            let agent = people::agent_by_handle(writing, handle)?.ok_or_else(|| no_agent(handle))?;
            let mut waiting = Vec::new();
            if people::set_group_member(writing, group.id, agent.id, joins)? {
                refresh_group(writing, group.id)?;
                if joins {
                    waiting = self.drain(writing, vec![group.id])?;
                } else if routing::is_available(&agent) {
                    route::lose_offers(writing, &agent, &[group.id])?;
                }
                let kind = if joins { EventKind::GroupJoined } else { EventKind::GroupLeft };
                self.log(writing, kind, who, None, &format!("{} {}", group.name, agent.handle))?;
            }
            Ok((directory::group_row(writing, name)?, waiting))
        })
    }
}

/// Works out afresh who follows through a group, in every conversation that it follows.
pub(super) fn refresh_group(writing: &Writing<'_>, group: GroupId) -> Outcome<()> {
    for id in conversations::followed_by_group(writing, group)? {
        let mut through = Vec::new();
        for (group, _) in conversations::following_groups(writing, id)? {
            through.extend(super::people::members_of(writing, group)?);
        }
        change_one(writing, id, &mut |facts: &mut Facts| set_via_group(facts, &through))?;
    }
    Ok(())
}

fn check_signature(text: &str) -> Outcome<&str> {
    let text = text.trim_end();
    if text.chars().count() > 2_000 || text.contains('\0') {
        return Err(Denied::Invalid(
            "The signature is longer than 2,000 characters, or holds a NUL. Give a shorter one.".into(),
        ));
    }
    Ok(text)
}
