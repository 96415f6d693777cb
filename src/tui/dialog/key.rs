//! A key as a dialog takes it.

use crate::tui::keymap::{Action, Context, Found, KeyCode, KeyPress, Keymap};

/// What a key means inside a dialog; the same everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DialogKey {
    /// One level back, nothing changed.
    Back,
    /// To the next field or control.
    Next,
    /// To the field or control before.
    Previous,
    /// A choice up.
    Up,
    /// A choice down.
    Down,
    /// A page of choices up.
    PageUp,
    /// A page of choices down.
    PageDown,
    /// Take the choice, or press the button.
    Choose,
    /// Save or send the form.
    Save,
    /// Yes, to a question; only there.
    Yes,
    /// Anything else: text for a field, or a letter of the dialog's own.
    Other(KeyPress),
}

/// What the keymap's rows mean here.
const ROWS: [(Action, DialogKey); 11] = [
    (Action::Cancel, DialogKey::Back),
    (Action::NextField, DialogKey::Next),
    (Action::PreviousField, DialogKey::Previous),
    (Action::PreviousChoice, DialogKey::Up),
    (Action::NextChoice, DialogKey::Down),
    (Action::ChoicesPageUp, DialogKey::PageUp),
    (Action::ChoicesPageDown, DialogKey::PageDown),
    (Action::Choose, DialogKey::Choose),
    (Action::Save, DialogKey::Save),
    (Action::AnswerYes, DialogKey::Yes),
    (Action::AnswerNo, DialogKey::Back),
];

impl DialogKey {
    /// What a key means in a layer of this context, [`Context::Dialog`] or [`Context::Question`].
    pub fn of(keymap: &Keymap, context: Context, press: KeyPress) -> Self {
        match keymap.find(context, &[press]) {
            Found::Action(action) => {
                ROWS.iter().find(|(row, _)| *row == action).map_or(Self::Other(press), |(_, key)| *key)
            }
            Found::Prefix | Found::Nothing => Self::Other(press),
        }
    }

    /// The letter, where it is one without Ctrl; for dialogs that hold no text.
    pub fn letter(self) -> Option<char> {
        let Self::Other(press) = self else { return None };
        match press.normalized() {
            KeyPress { code: KeyCode::Char(letter), .. } if press.is_text() => Some(letter),
            KeyPress { .. } => None,
        }
    }

    /// The way a choice between values is moved: -1 for Left, 1 for Right or the space.
    pub fn sideways(self) -> Option<isize> {
        let Self::Other(press) = self else { return None };
        if press.modifiers.control || press.modifiers.alt {
            return None;
        }
        match press.code {
            KeyCode::Left => Some(-1),
            KeyCode::Right | KeyCode::Char(' ') => Some(1),
            _ => None,
        }
    }

    /// Whether it is this key with nothing held down: Backspace, Delete.
    pub fn is(self, code: KeyCode) -> bool {
        self == Self::Other(KeyPress::plain(code))
    }
}
