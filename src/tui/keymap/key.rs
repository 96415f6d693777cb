//! A key press and how it is written.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

use crate::domain::text::{SafeText, width};

/// The key, without what is held down with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KeyCode {
    /// A letter, digit, sign or the space.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tab; with Shift where a terminal says "back tab".
    Tab,
    /// Deletes to the left.
    Backspace,
    /// Deletes to the right.
    Delete,
    /// Insert.
    Insert,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A function key, by its number.
    Function(u8),
}

/// What is held down with a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Modifiers {
    /// Ctrl.
    pub control: bool,
    /// Alt or Meta.
    pub alt: bool,
    /// Shift, where the character does not show it already.
    pub shift: bool,
}

/// One key pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPress {
    /// The key.
    pub code: KeyCode,
    /// What is held down with it.
    pub modifiers: Modifiers,
}

impl KeyPress {
    /// The key with nothing held down.
    pub fn plain(code: KeyCode) -> KeyPress {
        KeyPress { code, modifiers: Modifiers::default() }
    }

    /// Ctrl with a character.
    pub fn control(character: char) -> KeyPress {
        KeyPress { code: KeyCode::Char(character), modifiers: Modifiers { control: true, ..Modifiers::default() } }
    }

    /// One form for what terminals report in several: Shift is in the letter ("G"), Ctrl takes no notice of it.
    #[must_use]
    pub fn normalized(self) -> KeyPress {
        let KeyPress { code: KeyCode::Char(character), mut modifiers } = self else {
            return self;
        };
        let mut character = character;
        if modifiers.control {
            character = character.to_ascii_lowercase();
        } else if modifiers.shift {
            let mut upper = character.to_uppercase();
            if let (Some(only), None) = (upper.next(), upper.next()) {
                character = only;
            }
        }
        modifiers.shift = false;
        KeyPress { code: KeyCode::Char(character), modifiers }
    }

    /// The key after `Esc`, where Alt was held down: outside text, Alt with a key is `Esc` and then the key.
    pub fn after_escape(self) -> Option<KeyPress> {
        self.modifiers.alt.then_some(KeyPress { modifiers: Modifiers { alt: false, ..self.modifiers }, ..self })
    }

    /// Whether the key writes a character in a text field.
    pub fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && !self.modifiers.control && !self.modifiers.alt
    }
}

/// Why a key cannot be used in a keymap.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not the name of a key.
    #[error("there is no such key; write a character, or Ctrl-D, Shift-Tab, Enter, Esc, Space, Up, PageDown, F2")]
    Unknown,
    /// Alt, which reaches the keymap as Esc and the key.
    #[error("a terminal sends Alt with a key as Esc and then the key")]
    Alt,
    /// Ctrl-A, Ctrl-B, Ctrl-H and Ctrl-Z.
    #[error("it belongs to the terminal (screen and tmux, backspace, suspend)")]
    Terminals,
    /// Ctrl with a character that terminals send for another key.
    #[error("a terminal sends {0} for it")]
    SameAs(&'static str),
}

const NAMES: [(&str, KeyCode); 17] = [
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Space", KeyCode::Char(' ')),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PageUp", KeyCode::PageUp),
    ("PageDown", KeyCode::PageDown),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
];

/// Reads "j", "G", "Ctrl-D", "Shift-Tab", "F2", "Space"; the result is normalized.
impl FromStr for KeyPress {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<KeyPress, KeyError> {
        let mut modifiers = Modifiers::default();
        let mut rest = text;
        loop {
            if let Some(after) = rest.strip_prefix("Ctrl-") {
                modifiers.control = true;
                rest = after;
            } else if let Some(after) = rest.strip_prefix("Shift-") {
                modifiers.shift = true;
                rest = after;
            } else if rest.starts_with("Alt-") {
                return Err(KeyError::Alt);
            } else {
                break;
            }
        }
        let press = KeyPress { code: code(rest)?, modifiers }.normalized();
        if let (KeyCode::Char(character), true) = (press.code, press.modifiers.control) {
            match character {
                'a' | 'b' | 'h' | 'z' => return Err(KeyError::Terminals),
                'i' => return Err(KeyError::SameAs("Tab")),
                'j' | 'm' => return Err(KeyError::SameAs("Enter")),
                '[' => return Err(KeyError::SameAs("Esc")),
                _ => {}
            }
        }
        Ok(press)
    }
}

fn code(text: &str) -> Result<KeyCode, KeyError> {
    let mut characters = text.chars();
    if let (Some(only), None) = (characters.next(), characters.next()) {
        // A key that cannot be seen in the help is no key.
        let seen = SafeText::line(text).as_str() == text && width(text) > 0 && !only.is_whitespace();
        return if seen { Ok(KeyCode::Char(only)) } else { Err(KeyError::Unknown) };
    }
    if let Some((_, code)) = NAMES.iter().find(|(name, _)| *name == text) {
        return Ok(*code);
    }
    match text.strip_prefix('F').and_then(|number| number.parse().ok()) {
        Some(number @ 1..=24) => Ok(KeyCode::Function(number)),
        _ => Err(KeyError::Unknown),
    }
}

/// Writes it as [`KeyPress::from_str`] reads it, letters after Ctrl in capitals.
impl Display for KeyPress {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Modifiers { control, alt, shift } = self.modifiers;
        for (held, name) in [(control, "Ctrl-"), (alt, "Alt-"), (shift, "Shift-")] {
            if held {
                formatter.write_str(name)?;
            }
        }
        if let Some((name, _)) = NAMES.iter().find(|(_, code)| *code == self.code) {
            return formatter.write_str(name);
        }
        if let KeyCode::Function(number) = self.code {
            return write!(formatter, "F{number}");
        }
        if let KeyCode::Char(character) = self.code {
            return write!(formatter, "{}", if control { character.to_ascii_uppercase() } else { character });
        }
        Ok(())
    }
}

/// Keys pressed one after another: "g u"; most have one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeySequence(Vec<KeyPress>);

impl KeySequence {
    /// The keys, in order; at least one.
    pub fn presses(&self) -> &[KeyPress] {
        &self.0
    }
}

impl FromStr for KeySequence {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<KeySequence, KeyError> {
        let presses = text.split_whitespace().map(KeyPress::from_str).collect::<Result<Vec<_>, _>>()?;
        if presses.is_empty() { Err(KeyError::Unknown) } else { Ok(KeySequence(presses)) }
    }
}

impl Display for KeySequence {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        for (position, press) in self.0.iter().enumerate() {
            if position > 0 {
                formatter.write_str(" ")?;
            }
            write!(formatter, "{press}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn keys_read_as_they_are_written() {
        for text in [
            "j",
            "G",
            "?",
            "+",
            "-",
            "#",
            "é",
            "Ctrl-D",
            "Ctrl--",
            "Ctrl-Enter",
            "Ctrl-Space",
            "Shift-Tab",
            "Enter",
            "Esc",
            "Space",
            "PageDown",
            "F2",
            "F12",
            "Ctrl-Shift-Up",
            "F",
        ] {
            assert_eq!(text.parse::<KeyPress>().unwrap().to_string(), text);
        }
        assert_eq!("g u".parse::<KeySequence>().unwrap().to_string(), "g u");
        assert_eq!("Shift-g".parse::<KeyPress>().unwrap().to_string(), "G");
        assert_eq!("PgDn".parse::<KeyPress>().unwrap().to_string(), "PageDown");
    }

    #[test]
    fn what_no_terminal_can_send_is_refused() {
        for (text, error) in [
            ("", KeyError::Unknown),
            ("Ctrl-", KeyError::Unknown),
            ("F0", KeyError::Unknown),
            ("F99", KeyError::Unknown),
            ("enter", KeyError::Unknown),
            ("jj", KeyError::Unknown),
            ("\u{202E}", KeyError::Unknown),
            ("\u{301}", KeyError::Unknown),
            ("\u{7}", KeyError::Unknown),
            ("Alt-x", KeyError::Alt),
            ("Ctrl-Alt-x", KeyError::Alt),
            ("Ctrl-B", KeyError::Terminals),
            ("Ctrl-a", KeyError::Terminals),
            ("Ctrl-I", KeyError::SameAs("Tab")),
            ("Ctrl-M", KeyError::SameAs("Enter")),
            ("Ctrl-[", KeyError::SameAs("Esc")),
        ] {
            assert_eq!(text.parse::<KeyPress>(), Err(error), "{text:?}");
        }
    }

    #[test]
    fn shift_and_control_are_normalized_as_terminals_differ_in_them() {
        let shift = Modifiers { shift: true, ..Modifiers::default() };
        let reported = KeyPress { code: KeyCode::Char('g'), modifiers: shift };
        assert_eq!(reported.normalized(), KeyPress::plain(KeyCode::Char('G')));
        let reported = KeyPress { code: KeyCode::Char('D'), modifiers: Modifiers { control: true, ..shift } };
        assert_eq!(reported.normalized(), KeyPress::control('d'));
        let reported = KeyPress { code: KeyCode::Tab, modifiers: shift };
        assert_eq!(reported.normalized(), reported);
    }

    #[test]
    fn alt_with_a_key_is_escape_and_the_key() {
        let alt = Modifiers { alt: true, ..Modifiers::default() };
        let pressed = KeyPress { code: KeyCode::Char('j'), modifiers: alt };
        assert_eq!(pressed.after_escape(), Some(KeyPress::plain(KeyCode::Char('j'))));
        assert_eq!(KeyPress::plain(KeyCode::Esc).after_escape(), None);
    }
}
