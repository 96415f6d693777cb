//! What can be wrong with a keymap file.

use super::key::KeyError;

/// Why a keymap cannot be used; every reason names the line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeymapError {
    /// Not TOML of the right form.
    #[error("keymap, line {line}: {reason}")]
    Form {
        /// Counted from 1.
        line: usize,
        /// What the reader of the file says.
        reason: String,
    },
    /// A row for something that deskline cannot do.
    #[error("keymap, line {line}: there is no action \"{action}\"; `deskline keys` lists them")]
    UnknownAction {
        /// Counted from 1.
        line: usize,
        /// The name, cleaned.
        action: String,
    },
    /// An action with two rows.
    #[error("keymap, line {line}: \"{action}\" has a row already")]
    SecondRow {
        /// Counted from 1.
        line: usize,
        /// The action's name.
        action: &'static str,
    },
    /// Something other than keys, label, sentence and palette in a keymap of one's own, or missing in the built-in one.
    #[error("keymap, line {line}: a row takes action, keys, label, does and palette; \"{field}\" stays as it is")]
    Fixed {
        /// Counted from 1.
        line: usize,
        /// The field's name.
        field: &'static str,
    },
    /// A key that cannot be.
    #[error("keymap, line {line}: \"{key}\" cannot be a key: {reason}")]
    BadKey {
        /// Counted from 1.
        line: usize,
        /// As written, cleaned.
        key: String,
        /// Why not.
        reason: KeyError,
    },
    /// A letter bound where letters are text.
    #[error("keymap, line {line}: \"{key}\" would take a letter from the text that is typed there")]
    TakesText {
        /// Counted from 1.
        line: usize,
        /// The key.
        key: String,
    },
    /// Two actions on one key, or one key on the way to another.
    #[error("keymap, line {line}: \"{key}\" of {action} is in the way of \"{other_key}\" of {other}")]
    Conflict {
        /// Of the later of the two rows, counted from 1.
        line: usize,
        /// The key of the row at the line.
        key: String,
        /// The action of the row at the line.
        action: &'static str,
        /// The same key, or one that begins with it or with which it begins.
        other_key: String,
        /// The action that has it.
        other: &'static str,
    },
}
