//! Handing a conversation to another group.

use super::{Dialog, DialogKey, Filtered, Outcome};
use crate::{
    desk::page::{ConversationRow, GroupRow, Wants},
    domain::{command::Command, id::ConversationId},
    tui::model::Model,
};

/// The groups to which a conversation can be handed, unassigned there (R5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forward {
    /// Which conversation.
    pub conversation: ConversationId,
    /// The group whose queue it is in.
    pub from: Option<String>,
    /// What is typed, and the picked group.
    pub filtered: Filtered,
}

impl Forward {
    /// For a conversation as its row shows it.
    pub fn new(row: &ConversationRow) -> Self {
        Self { conversation: row.id, from: row.group.clone(), filtered: Filtered::new("Group") }
    }

    /// The groups that are left by what is typed.
    pub fn groups<'a>(&self, model: &'a Model) -> Vec<&'a GroupRow> {
        let rows = model.page.groups.as_deref().unwrap_or_default().iter();
        rows.filter(|row| self.from.as_ref() != Some(&row.name) && self.filtered.fits(&row.name)).collect()
    }
}

impl Dialog for Forward {
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        let groups = self.groups(model);
        self.filtered.run(key, groups.len(), self.conversation, |place| {
            groups.get(place).map(|row| Command::Forward { group: row.name.clone(), confirmed: false })
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
