//! A key as a dialog takes it.

use crate::tui::keymap::{KeyCode, KeyPress};

/// What a key means inside a dialog; the same everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialogKey {
    /// One level back: Esc, Ctrl-C.
    Back,
    /// To the next field or control: Tab.
    Next,
    /// To the field or control before: Shift-Tab.
    Previous,
    /// A line up: Up, Ctrl-P.
    Up,
    /// A line down: Down, Ctrl-N.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// Take what is selected: Enter.
    Choose,
    /// Send or save the form: Ctrl-S, Ctrl-Enter.
    Send,
    /// Anything else: text for a field, or a letter of the dialog's own.
    Other(KeyPress),
}

impl DialogKey {
    /// What a key means inside a dialog.
    pub fn of(press: KeyPress) -> Self {
        if press.modifiers.alt {
            return Self::Other(press);
        }
        match (press.code, press.modifiers.control) {
            (KeyCode::Esc, _) | (KeyCode::Char('c'), true) => Self::Back,
            (KeyCode::Tab, false) if press.modifiers.shift => Self::Previous,
            (KeyCode::Tab, false) => Self::Next,
            (KeyCode::Up, false) | (KeyCode::Char('p'), true) => Self::Up,
            (KeyCode::Down, false) | (KeyCode::Char('n'), true) => Self::Down,
            (KeyCode::PageUp, _) => Self::PageUp,
            (KeyCode::PageDown, _) => Self::PageDown,
            (KeyCode::Char('s') | KeyCode::Enter, true) => Self::Send,
            (KeyCode::Enter, false) => Self::Choose,
            _ => Self::Other(press),
        }
    }

    /// The letter, where it is one without Ctrl; for dialogs that hold no text.
    pub const fn letter(self) -> Option<char> {
        match self {
            Self::Other(press) => match press.code {
                KeyCode::Char(letter) if !press.modifiers.control && !press.modifiers.alt => Some(letter),
                _ => None,
            },
            Self::Back
            | Self::Next
            | Self::Previous
            | Self::Up
            | Self::Down
            | Self::PageUp
            | Self::PageDown
            | Self::Choose
            | Self::Send => None,
        }
    }

    /// The way a choice between values is moved: -1 for Left, 1 for Right or the space.
    pub const fn sideways(self) -> Option<isize> {
        match self {
            Self::Other(KeyPress { code: KeyCode::Left, .. }) => Some(-1),
            Self::Other(KeyPress { code: KeyCode::Right | KeyCode::Char(' '), .. }) => Some(1),
            _ => None,
        }
    }

    /// Whether it is Backspace, which in an empty field takes the last chosen back.
    pub const fn is_backspace(self) -> bool {
        matches!(self, Self::Other(KeyPress { code: KeyCode::Backspace, .. }))
    }

    /// Whether it takes a row out of a list: Delete.
    pub const fn is_delete(self) -> bool {
        matches!(self, Self::Other(KeyPress { code: KeyCode::Delete, .. }))
    }
}
