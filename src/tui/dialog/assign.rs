//! Making an agent responsible for a conversation.

use super::{Dialog, DialogKey, Filtered, Outcome};
use crate::{
    desk::page::{AgentRow, ConversationRow, Wants},
    domain::{command::Command, id::ConversationId},
    tui::model::Model,
};

/// The agents to whom the viewer can assign: the group's members first, everybody for owner and admins (R5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assign {
    /// Which conversation.
    pub conversation: ConversationId,
    /// The group whose queue it is in.
    pub group: Option<String>,
    /// The handle of who has it now.
    pub assignee: Option<String>,
    /// What is typed, and the picked agent.
    pub filtered: Filtered,
}

/// The agents to choose from.
#[derive(Debug, Clone, Default)]
pub struct Choice<'a> {
    /// Members of the group.
    pub members: Vec<&'a AgentRow>,
    /// Everybody else; only for owner and admins.
    pub others: Vec<&'a AgentRow>,
}

impl Assign {
    /// For a conversation as its row shows it.
    pub fn new(row: &ConversationRow) -> Self {
        Self {
            conversation: row.id,
            group: row.group.clone(),
            assignee: row.assignee.as_ref().map(|person| person.address.clone()),
            filtered: Filtered::new("Agent"),
        }
    }

    /// The agents that are left by what is typed.
    pub fn choice<'a>(&self, model: &'a Model) -> Choice<'a> {
        let administers = model.page.me.role.administers();
        let mut choice = Choice::default();
        for row in model.page.agents.as_deref().unwrap_or_default() {
            let fits = self.filtered.fits(&format!("@{} {}", row.agent.handle, row.agent.name));
            if !row.agent.active || !fits || self.assignee.as_ref() == Some(&row.agent.handle) {
                continue;
            }
            let member = self.group.as_ref().is_some_and(|group| row.groups.contains(group));
            match (member, administers) {
                (true, _) => choice.members.push(row),
                (false, true) => choice.others.push(row),
                (false, false) => {}
            }
        }
        choice
    }
}

impl Choice<'_> {
    fn agent(&self, place: usize) -> Option<&AgentRow> {
        self.members.iter().chain(&self.others).nth(place).copied()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.members.len() + self.others.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Dialog for Assign {
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        let choice = self.choice(model);
        self.filtered.run(key, choice.len(), self.conversation, |place| {
            choice.agent(place).map(|row| Command::Assign(row.agent.handle.clone()))
        })
    }

    fn about(&self) -> Option<ConversationId> {
        Some(self.conversation)
    }

    fn paste(&mut self, text: &str) {
        self.filtered.paste(text);
    }

    fn wants(&self, wants: &mut Wants) {
        wants.team = true;
    }
}
