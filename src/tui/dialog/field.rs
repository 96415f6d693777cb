//! A field of one line.

use super::DialogKey;
use crate::tui::editor::{Edited, Editor};

/// A labelled text of one line, edited with readline's keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    /// What stands before it; our own words.
    pub label: &'static str,
    /// The text and the cursor.
    pub editor: Editor,
}

impl Field {
    /// An empty field.
    pub fn new(label: &'static str) -> Self {
        Self { label, editor: Editor::default() }
    }

    /// A field that holds a text, the cursor behind it.
    pub fn with(label: &'static str, text: &str) -> Self {
        Self { label, editor: Editor::new(text) }
    }

    /// The text as it stands.
    pub fn text(&self) -> &str {
        self.editor.text()
    }

    /// The text without blanks around it; `None` where nothing is left.
    pub fn filled(&self) -> Option<String> {
        let text = self.editor.text().trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// A key; true where the text changed.
    pub fn key(&mut self, key: DialogKey) -> bool {
        match key {
            DialogKey::Other(press) => self.editor.press(press) == Edited::Text,
            DialogKey::Back
            | DialogKey::Next
            | DialogKey::Previous
            | DialogKey::Up
            | DialogKey::Down
            | DialogKey::PageUp
            | DialogKey::PageDown
            | DialogKey::Choose
            | DialogKey::Save
            | DialogKey::Yes => false,
        }
    }

    /// A block of text put in at once.
    pub fn paste(&mut self, text: &str) {
        self.editor.insert_in_line(text);
    }
}
