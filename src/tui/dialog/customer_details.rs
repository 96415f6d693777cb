//! The record of the customer whom a conversation is about.

use super::{
    Dialog, DialogKey, Layer, Outcome,
    sheet::{Purpose, Sheet},
};
use crate::{
    desk::page::{CustomerRow, Page, Person, Wants},
    domain::id::ConversationId,
    tui::model::Model,
};

/// A customer's record, as far as the viewer may see it (R4.8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomerDetails {
    /// Which conversation.
    pub conversation: ConversationId,
    /// Name and address, as the conversation shows them.
    pub person: Person,
}

impl CustomerDetails {
    /// The record, once it was read.
    pub fn row<'a>(&self, page: &'a Page) -> Option<&'a CustomerRow> {
        page.customers.as_deref()?.iter().find(|row| row.person.address == self.person.address)
    }
}

impl Dialog for CustomerDetails {
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        let administers = model.page.me.role.administers();
        match (key, self.row(&model.page)) {
            (DialogKey::Back | DialogKey::Choose, _) => Outcome::Close,
            (_, Some(row)) if administers && key.letter() == Some('c') => {
                Outcome::Replace(Box::new(Layer::Sheet(Sheet::new(Purpose::ChangeCustomer(row.clone())))))
            }
            (_, Some(_) | None) => Outcome::Stay,
        }
    }

    fn about(&self) -> Option<ConversationId> {
        Some(self.conversation)
    }

    fn wants(&self, wants: &mut Wants) {
        wants.customers = Some(self.person.address.clone());
    }
}
