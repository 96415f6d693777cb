//! What a screen has on it already, so that only what was touched is read again.

use super::page::{ConversationRow, ListPage, Listed, OfferRow};
use crate::domain::id::ConversationId;
use std::collections::BTreeSet;

/// What a screen has on it already, and which conversations were touched since: the rows of all others stand. Which rows
/// a list has, and in which order, is always read.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The list as it was read for the same viewer.
    pub list: Option<&'a ListPage>,
    /// What was on offer to the same viewer.
    pub offers: &'a [OfferRow],
    /// What was touched since; see [`super::News`].
    pub touched: &'a BTreeSet<ConversationId>,
}

impl Known<'_> {
    /// What was on offer, where it was not touched.
    pub(super) fn offer(&self, id: ConversationId) -> Option<ConversationRow> {
        let untouched = self.offers.iter().filter(|_| !self.touched.contains(&id));
        untouched.map(|offer| &offer.conversation).find(|row| row.id == id).cloned()
    }

    /// A row of the list that was not touched.
    pub(super) fn row(&self, id: ConversationId) -> Option<ConversationRow> {
        match self.list.filter(|_| !self.touched.contains(&id)).map(|list| &list.rows) {
            Some(Listed::Conversations(rows)) => rows.iter().find(|row| row.id == id).cloned(),
            Some(Listed::Items(_)) | None => None,
        }
    }
}
