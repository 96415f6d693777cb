//! Searching everything the viewer may read.

use super::{Dialog, DialogKey, Filtered, Outcome, PickList, Place, filtered::Pressed};
use crate::{
    desk::page::{Cursor, Hit, SearchPage, SearchWants, Wants},
    domain::id::ConversationId,
    tui::model::Model,
};

/// A query and the messages found, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// The query, and the picked hit; the row behind the last hit goes on with older ones.
    pub filtered: Filtered,
    /// Where the windows of hits begin that were gone through; empty for the newest.
    pub afters: Vec<Cursor>,
}

/// Hits in a window.
const HITS: usize = 50;

impl Search {
    /// An empty query.
    pub fn new() -> Self {
        Self { filtered: Filtered::new("Search"), afters: Vec::new() }
    }

    /// What was found, once something was asked for.
    pub fn found<'a>(&self, model: &'a Model) -> Option<&'a SearchPage> {
        model.page.search.as_ref().filter(|_| !self.is_empty())
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.filtered.field.filled().is_none()
    }

    fn older(&mut self, cursor: &Cursor) {
        self.afters.push(cursor.clone());
        self.filtered.list = PickList::default();
    }

    fn newer(&mut self) {
        self.afters.pop();
        // The last row of the window before; its place is known once it was read.
        self.filtered.list.at = HITS;
    }

    fn opened(hit: &Hit) -> Outcome {
        Outcome::Go(Place::Conversation(hit.conversation.id, Some(hit.entry.seq)))
    }
}

impl Default for Search {
    fn default() -> Self {
        Self::new()
    }
}

impl Dialog for Search {
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        let none = SearchPage::default();
        let found = self.found(model).unwrap_or(&none);
        let rows = found.hits.len() + usize::from(found.older.is_some());
        let at = self.filtered.list.picked(rows);
        match (key, &found.older) {
            (DialogKey::Down | DialogKey::PageDown, Some(cursor)) if at == Some(found.hits.len()) => {
                self.older(cursor);
                return Outcome::Stay;
            }
            (DialogKey::Up | DialogKey::PageUp, _) if at.unwrap_or(0) == 0 && !self.afters.is_empty() => {
                self.newer();
                return Outcome::Stay;
            }
            _ => {}
        }
        let before = self.filtered.field.text().to_owned();
        let pressed = self.filtered.press(key, rows);
        if self.filtered.field.text() != before {
            self.afters.clear();
        }
        match pressed {
            Pressed::Back => Outcome::Close,
            Pressed::Take(Some(at)) => match (found.hits.get(at), &found.older) {
                (Some(hit), _) => Self::opened(hit),
                (None, Some(cursor)) => {
                    self.older(cursor);
                    Outcome::Stay
                }
                (None, None) => Outcome::Stay,
            },
            Pressed::Take(None) | Pressed::Moved | Pressed::Other => Outcome::Stay,
        }
    }

    fn about(&self) -> Option<ConversationId> {
        None
    }

    fn paste(&mut self, text: &str) {
        self.filtered.paste(text);
        self.afters.clear();
    }

    fn wants(&self, wants: &mut Wants) {
        if let Some(query) = self.filtered.field.filled() {
            wants.search = Some(SearchWants { query, after: self.afters.last().cloned(), hits: HITS });
        }
    }
}
