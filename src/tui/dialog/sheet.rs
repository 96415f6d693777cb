//! A form that asks the desk for something and goes away when it was done.

mod agent;
mod customer;
mod group;
mod item;
mod notifications;

pub use customer::words as customer_words;

use super::{
    Dialog, DialogKey, Outcome, Place,
    form::{self, Event, Form, Settled},
};
use crate::{
    desk::page::{AgentRow, ConversationRow, CustomerRow, Denied, GroupRow, Wants},
    domain::{id::ConversationId, item::ItemKind, people::Agent},
    tui::{
        ask::{Answer, Ask},
        keymap::{Action, Context},
        model::Model,
    },
};
use std::borrow::Cow;

/// A form with what it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// What it is for.
    pub purpose: Purpose,
    /// Its controls.
    pub form: Form,
}

/// What a form is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// Adding a work item.
    AddItem(ItemKind),
    /// Making an item from a conversation.
    CreateItem(ItemKind, Box<ConversationRow>),
    /// One's own notifications, name and readiness.
    MyNotifications(Box<Agent>),
    /// Adding an agent.
    AddAgent,
    /// Changing an agent.
    ChangeAgent(Box<AgentRow>),
    /// Adding a group.
    AddGroup,
    /// Changing a group.
    ChangeGroup(GroupRow),
    /// Adding a customer by hand.
    AddCustomer,
    /// Changing a customer.
    ChangeCustomer(CustomerRow),
}

impl Sheet {
    /// A form for a purpose, filled with what there is.
    pub fn new(purpose: Purpose) -> Self {
        let controls = match &purpose {
            Purpose::AddItem(kind) => item::add_controls(*kind),
            Purpose::CreateItem(_, row) => item::create_controls(row),
            Purpose::MyNotifications(agent) => notifications::controls(agent),
            Purpose::AddAgent => agent::add_controls(),
            Purpose::ChangeAgent(row) => agent::change_controls(row),
            Purpose::AddGroup => group::add_controls(),
            Purpose::ChangeGroup(row) => group::change_controls(row),
            Purpose::AddCustomer => customer::add_controls(),
            Purpose::ChangeCustomer(row) => customer::change_controls(row),
        };
        Self { purpose, form: Form::new(controls) }
    }

    /// The title; may hold foreign text.
    pub fn title(&self) -> String {
        match &self.purpose {
            Purpose::AddItem(kind) => format!("New {kind}"),
            Purpose::CreateItem(kind, row) => format!("Create {kind} from #{}", row.id),
            Purpose::MyNotifications(_) => "My notifications".to_owned(),
            Purpose::AddAgent => "Add an agent".to_owned(),
            Purpose::ChangeAgent(row) => format!("Agent @{}", row.agent.handle),
            Purpose::AddGroup => "Add a group".to_owned(),
            Purpose::ChangeGroup(row) => format!("Group {}", row.name),
            Purpose::AddCustomer => "Add a customer".to_owned(),
            Purpose::ChangeCustomer(row) => format!("Customer {}", row.person.address),
        }
    }

    /// What to know before filling it in; empty where there is nothing.
    pub fn note(&self) -> Cow<'static, str> {
        Cow::Borrowed(match &self.purpose {
            Purpose::CreateItem(_, row) => item::create_note(row),
            Purpose::AddItem(_) => "Every agent sees every item: its title, status, requester and assignee.",
            Purpose::AddAgent | Purpose::ChangeAgent(_) => {
                "From Customers narrows what the agent's lists show; it takes no access away."
            }
            Purpose::MyNotifications(agent) => return Cow::Owned(notifications::note(agent)),
            Purpose::AddGroup | Purpose::ChangeGroup(_) => {
                "democracy: new conversations wait in Unassigned until a member takes one."
            }
            Purpose::AddCustomer | Purpose::ChangeCustomer(_) => "",
        })
    }

    /// What to ask the desk for.
    fn asks(&self) -> Result<Vec<Ask>, String> {
        let form = &self.form;
        match &self.purpose {
            Purpose::AddItem(kind) => item::add(*kind, form),
            Purpose::CreateItem(kind, row) => Ok(vec![item::create(*kind, row, form)]),
            Purpose::MyNotifications(agent) => Ok(notifications::change(agent, form)),
            Purpose::AddAgent => agent::add(form),
            Purpose::ChangeAgent(row) => Ok(agent::change(row, form)),
            Purpose::AddGroup => group::add(form),
            Purpose::ChangeGroup(row) => Ok(group::change(row, form)),
            Purpose::AddCustomer => customer::add(form),
            Purpose::ChangeCustomer(row) => Ok(customer::change(row, form)),
        }
    }

    fn submit(&mut self) -> Outcome {
        match self.asks() {
            Ok(asks) if asks.is_empty() => Outcome::Close,
            Ok(asks) => Outcome::Do(self.form.ask(asks)),
            Err(problem) => {
                self.form.problem = Some(problem);
                Outcome::Stay
            }
        }
    }
}

/// The word where a needed field is empty.
fn needed(value: Option<String>, what: &str) -> Result<String, String> {
    value.ok_or_else(|| format!("{what} is empty. Type one."))
}

impl Dialog for Sheet {
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        // With a single text to fill in, Enter does it.
        let alone = matches!(self.purpose, Purpose::CreateItem(..)) && self.form.focus == 0;
        let key = if alone && key == DialogKey::Choose { DialogKey::Save } else { key };
        match self.form.press(key, &model.page, form::text_columns(model.size.0)) {
            Event::Nothing | Event::Changed => Outcome::Stay,
            Event::Submit => self.submit(),
            Event::Leave => Outcome::Close,
        }
    }

    fn about(&self) -> Option<ConversationId> {
        match &self.purpose {
            Purpose::CreateItem(_, row) => Some(row.id),
            Purpose::AddItem(_)
            | Purpose::MyNotifications(_)
            | Purpose::AddAgent
            | Purpose::ChangeAgent(_)
            | Purpose::AddGroup
            | Purpose::ChangeGroup(_)
            | Purpose::AddCustomer
            | Purpose::ChangeCustomer(_) => None,
        }
    }

    fn administers(&self) -> bool {
        match &self.purpose {
            Purpose::AddAgent
            | Purpose::ChangeAgent(_)
            | Purpose::AddGroup
            | Purpose::ChangeGroup(_)
            | Purpose::AddCustomer
            | Purpose::ChangeCustomer(_) => true,
            Purpose::AddItem(_) | Purpose::CreateItem(..) | Purpose::MyNotifications(_) => false,
        }
    }

    fn paste(&mut self, text: &str) {
        self.form.paste(text);
    }

    fn answered(&mut self, ask: &Ask, answer: &Result<Answer, Denied>) -> Outcome {
        match self.form.answered(ask, answer) {
            Settled::Not | Settled::Badly => Outcome::Stay,
            Settled::Well => match (&self.purpose, answer) {
                (Purpose::AddItem(_), Ok(Answer::Item(key))) => Outcome::Go(Place::Item(*key)),
                _ => Outcome::Close,
            },
        }
    }

    fn wants(&self, wants: &mut Wants) {
        self.form.wants(wants);
    }

    fn waits_for(&self, ask: &Ask) -> bool {
        self.form.waits_for(ask)
    }

    fn context(&self) -> Context {
        self.form.context()
    }

    fn hints(&self) -> &'static [Action] {
        self.form.hints()
    }

    fn word(&self, action: Action) -> Option<&'static str> {
        self.form.word(action)
    }
}
