//! A list narrowed by a typed text.

use super::{DialogKey, Field, Outcome, PickList};
use crate::{
    domain::{command::Command, id::ConversationId},
    tui::ask::{Ask, Effect},
};

/// A field above a list; what is typed narrows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filtered {
    /// What is typed.
    pub field: Field,
    /// The picked row of those that are left.
    pub list: PickList,
}

/// What a key came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    /// One level back.
    Back,
    /// This row, counted among those that are left, is taken; `None` where none is left.
    Take(Option<usize>),
    /// Another row is picked, or other rows are left.
    Moved,
    /// The key is none of these.
    Other,
}

impl Filtered {
    /// An empty field with a label of our own words.
    pub fn new(label: &'static str) -> Self {
        Self { field: Field::new(label), list: PickList::default() }
    }

    /// A key, while so many rows are left.
    pub fn press(&mut self, key: DialogKey, rows: usize) -> Pressed {
        match key {
            DialogKey::Back => Pressed::Back,
            DialogKey::Choose => Pressed::Take(self.list.picked(rows)),
            _ if self.list.key(key, rows) => Pressed::Moved,
            _ if self.field.key(key) => {
                self.list = PickList::default();
                Pressed::Moved
            }
            _ => Pressed::Other,
        }
    }

    /// A key of a dialog that does one thing with a conversation and the taken row: `command` says what, by the row's place
    /// among those that are left.
    pub fn run(
        &mut self,
        key: DialogKey,
        rows: usize,
        conversation: ConversationId,
        command: impl FnOnce(usize) -> Option<Command>,
    ) -> Outcome {
        match self.press(key, rows) {
            Pressed::Back => Outcome::Close,
            Pressed::Take(place) => match place.and_then(command) {
                Some(command) => Outcome::CloseAnd(vec![Effect::Ask(Ask::Run { conversation, command })]),
                None => Outcome::Stay,
            },
            Pressed::Moved | Pressed::Other => Outcome::Stay,
        }
    }

    /// A block of text put in at once.
    pub fn paste(&mut self, text: &str) {
        self.field.paste(text);
        self.list = PickList::default();
    }

    /// Whether every word typed is in these words, whatever the case.
    pub fn fits(&self, words: &str) -> bool {
        fits(self.field.text(), words)
    }
}

/// Whether every word of a typed text is in these words, whatever the case.
pub fn fits(typed: &str, words: &str) -> bool {
    let words = words.to_lowercase();
    typed.to_lowercase().split_whitespace().all(|part| words.contains(part))
}
