//! A key as a dialog takes it.

use crate::tui::keymap::{Key, KeyPress};

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
        if press.alt {
            return Self::Other(press);
        }
        match (press.key, press.control) {
            (Key::Esc, _) | (Key::Char('c'), true) => Self::Back,
            (Key::Tab, false) if press.shift => Self::Previous,
            (Key::Tab, false) => Self::Next,
            (Key::BackTab, _) => Self::Previous,
            (Key::Up, false) | (Key::Char('p'), true) => Self::Up,
            (Key::Down, false) | (Key::Char('n'), true) => Self::Down,
            (Key::PageUp, _) => Self::PageUp,
            (Key::PageDown, _) => Self::PageDown,
            (Key::Char('s') | Key::Enter, true) => Self::Send,
            (Key::Enter, false) => Self::Choose,
            _ => Self::Other(press),
        }
    }

    /// The letter, where it is one without Ctrl; for dialogs that hold no text.
    pub const fn letter(self) -> Option<char> {
        match self {
            Self::Other(KeyPress { key: Key::Char(letter), control: false, alt: false, .. }) => Some(letter),
            Self::Other(_)
            | Self::Back
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
}
