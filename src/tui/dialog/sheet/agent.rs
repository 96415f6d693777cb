//! Adding an agent, and changing one.

use super::{
    super::{
        Field,
        chooser::{Chooser, Source},
        form::{Choice, Control, Form},
    },
    needed,
};
use crate::{
    desk::page::AgentRow,
    domain::people::{Agent, AgentChange, FromCustomers, Role},
    tui::ask::Ask,
};

const ROLES: &[&str] = &["owner", "admin", "agent"];
const SCOPES: &[&str] = &["off", "all", "projects", "followed"];

pub(super) fn add_controls() -> Vec<Control> {
    vec![
        Control::Line(Field::new("Handle")),
        Control::Line(Field::new("Name")),
        Choice::of("Role", ROLES, place(Role::ALL, Role::Agent)),
        Control::Chooser(Chooser::many("Groups", Source::Groups)),
        Control::Button("Add"),
    ]
}

pub(super) fn add(form: &Form) -> Result<Vec<Ask>, String> {
    let handle = needed(form.line(0), "The handle")?;
    let name = form.line(1).unwrap_or_else(|| handle.clone());
    Ok(vec![Ask::AddAgent { handle, name, role: Role::ALL[form.value(2)], groups: form.chosen(3) }])
}

pub(super) fn change_controls(row: &AgentRow) -> Vec<Control> {
    let agent = &row.agent;
    vec![
        Control::Line(Field::with("Name", &agent.name)),
        Control::Line(Field::with("Public name", agent.public_name.as_deref().unwrap_or_default())),
        Choice::of("Role", ROLES, place(Role::ALL, agent.role)),
        Choice::switch("Active", agent.active),
        Choice::switch("Ready", agent.ready),
        Choice::switch("Reply to customers", agent.reply_to_customers),
        Choice::of("From Customers", SCOPES, place(FromCustomers::ALL, agent.from_customers)),
        Control::Chooser(Chooser::many("Groups", Source::Groups).with(row.groups.iter().cloned())),
        Control::Line(Field::with("Mail address", agent.address.as_deref().unwrap_or_default())),
        Control::Button("Save"),
    ]
}

pub(super) fn change(row: &AgentRow, form: &Form) -> Vec<Ask> {
    let agent = &row.agent;
    let changed = |at: usize, before: bool| Some(form.is_on(at)).filter(|now| *now != before);
    let change = AgentChange {
        name: form.line(0).filter(|name| *name != agent.name),
        public_name: Some(form.line(1).unwrap_or_default())
            .filter(|name| *name != agent.public_name.clone().unwrap_or_default()),
        role: Some(Role::ALL[form.value(2)]).filter(|role| *role != agent.role),
        active: changed(3, agent.active),
        ready: changed(4, agent.ready),
        reply_to_customers: changed(5, agent.reply_to_customers),
        from_customers: Some(FromCustomers::ALL[form.value(6)]).filter(|scope| *scope != agent.from_customers),
        address: address(agent, form, 8),
        ..AgentChange::default()
    };
    let groups = form.chosen(7);
    let mut asks = Vec::new();
    if change != AgentChange::default() {
        asks.push(Ask::SetAgent(agent.handle.clone(), change));
    }
    let joined = groups.iter().filter(|group| !row.groups.contains(group));
    asks.extend(joined.map(|group| Ask::JoinGroup(group.clone(), agent.handle.clone())));
    let left = row.groups.iter().filter(|group| !groups.contains(group));
    asks.extend(left.map(|group| Ask::LeaveGroup(group.clone(), agent.handle.clone())));
    asks
}

/// The mail address that is to be, where it is another one.
pub(super) fn address(agent: &Agent, form: &Form, at: usize) -> Option<String> {
    Some(form.line(at).unwrap_or_default()).filter(|now| *now != agent.address.clone().unwrap_or_default())
}

/// The place of a value among all of its kind.
pub(super) fn place<T: PartialEq + Copy>(all: &[T], value: T) -> usize {
    all.iter().position(|one| *one == value).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_choices_are_those_of_the_values() {
        assert_eq!(ROLES, Role::ALL.iter().map(|role| role.word()).collect::<Vec<_>>());
        assert_eq!(SCOPES, FromCustomers::ALL.iter().map(|scope| scope.word()).collect::<Vec<_>>());
    }
}
