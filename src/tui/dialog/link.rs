//! Linking a conversation to an item.

use super::{Dialog, DialogKey, Filtered, Outcome};
use crate::{
    desk::page::{ConversationRow, ItemRef, ItemRow, Wants},
    domain::{command::Command, id::ConversationId, item::ItemKind},
    tui::model::Model,
};

/// The items to which a conversation can be linked, found by number or title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Which conversation.
    pub conversation: ConversationId,
    /// The item it is linked to now; the new link replaces this one (R4.5).
    pub linked: Option<ItemRef>,
    /// What is typed, and the picked item.
    pub filtered: Filtered,
}

impl Link {
    /// For a conversation as its row shows it.
    pub fn new(row: &ConversationRow) -> Self {
        Self { conversation: row.id, linked: row.item.clone(), filtered: Filtered::new("Item") }
    }

    /// The items found, without projects, which are linked by starting there (R4.3), and without the linked one.
    pub fn items<'a>(&self, model: &'a Model) -> Vec<&'a ItemRow> {
        let linked = self.linked.as_ref().map(|item| item.key);
        let rows = model.page.items.as_deref().unwrap_or_default().iter();
        rows.filter(|row| row.item.key.kind != ItemKind::Project && Some(row.item.key) != linked).collect()
    }

    /// The linked item, where what is typed means it: it is found, but there is nothing to do with it.
    pub fn linked_found(&self, model: &Model) -> Option<&ItemRef> {
        let linked = self.linked.as_ref()?;
        let found = model.page.items.as_deref().unwrap_or_default().iter().any(|row| row.item.key == linked.key);
        let typed = !self.filtered.field.text().trim().is_empty();
        (found && typed).then_some(linked)
    }
}

impl Dialog for Link {
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        let items = self.items(model);
        self.filtered.run(key, items.len(), self.conversation, |place| {
            items.get(place).map(|row| Command::Link { item: row.item.key, confirmed: false })
        })
    }

    fn about(&self) -> Option<ConversationId> {
        Some(self.conversation)
    }

    fn paste(&mut self, text: &str) {
        self.filtered.paste(text);
    }

    fn wants(&self, wants: &mut Wants) {
        wants.items = Some(self.filtered.field.text().trim().to_owned());
    }
}
