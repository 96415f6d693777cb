//! One's own notifications, name and readiness.

use super::{
    super::{
        Field,
        form::{Choice, Control, Form},
    },
    agent::{address, place},
};
use crate::{
    domain::{
        outgoing::MailPreference,
        people::{Agent, AgentChange, Notify},
    },
    tui::ask::Ask,
};

const NOTIFY: &[&str] = &["all", "mine", "none"];

const MAIL: &[&str] = &["off", "missed"];

pub(super) fn controls(agent: &Agent) -> Vec<Control> {
    let mut controls = vec![
        Choice::of("Customer messages", NOTIFY, place(Notify::ALL, agent.notify_customers)),
        Choice::of("Internal messages", NOTIFY, place(Notify::ALL, agent.notify_internal)),
        Choice::switch("Bell", agent.bell),
        Choice::switch("Ready", agent.ready),
        Control::Line(Field::with("Name", &agent.name)),
        Choice::of("Mail what I missed", MAIL, place(MailPreference::ALL, agent.mail)),
    ];
    // Whoever has an address may be written to, and by: it is given, not taken.
    if agent.role.administers() {
        controls.push(Control::Line(Field::with("Mail address", agent.address.as_deref().unwrap_or_default())));
    }
    controls.push(Control::Button("Save"));
    controls
}

pub(super) fn note(agent: &Agent) -> String {
    let mine = "“mine”: where you take part, follow or are assigned; new in your groups.";
    match &agent.address {
        _ if agent.role.administers() => mine.to_owned(),
        Some(address) => format!("{mine} Mail goes to {address}."),
        None => format!("{mine} Mail needs an address of yours: ask an administrator to enter it."),
    }
}

pub(super) fn change(agent: &Agent, form: &Form) -> Vec<Ask> {
    let change = AgentChange {
        notify_customers: Some(Notify::ALL[form.value(0)]).filter(|now| *now != agent.notify_customers),
        notify_internal: Some(Notify::ALL[form.value(1)]).filter(|now| *now != agent.notify_internal),
        bell: Some(form.is_on(2)).filter(|now| *now != agent.bell),
        ready: Some(form.is_on(3)).filter(|now| *now != agent.ready),
        name: form.line(4).filter(|name| *name != agent.name),
        mail: Some(MailPreference::ALL[form.value(5)]).filter(|now| *now != agent.mail),
        address: Some(6).filter(|_| agent.role.administers()).and_then(|at| address(agent, form, at)),
        ..AgentChange::default()
    };
    if change == AgentChange::default() { Vec::new() } else { vec![Ask::SetAgent(agent.handle.clone(), change)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_choices_are_those_of_the_values() {
        assert_eq!(NOTIFY, Notify::ALL.iter().map(|notify| notify.word()).collect::<Vec<_>>());
        assert_eq!(MAIL, MailPreference::ALL.iter().map(|mail| mail.word()).collect::<Vec<_>>());
    }
}
