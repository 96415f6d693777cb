//! The keymap: one table for keys, help, footer, palette and documentation.

mod action;
mod context;
mod key;

pub use action::Action;
pub use context::Context;
pub use key::{KeyCode, KeyError, KeyPress, KeySequence, Modifiers};

use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

use crate::domain::text::SafeText;

const BUILT_IN: &str = include_str!("../../assets/keymap.toml");

/// Which key does what, and where. Every action has exactly one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    rows: Vec<Row>,
}

/// One action of the keymap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What the keys do; [`Action::JumpToSection`] with 1 stands for all sections.
    pub action: Action,
    /// Where they do it.
    pub context: Context,
    /// Each alone does it; empty for what is only in menus and the palette.
    pub keys: Vec<KeySequence>,
    /// The word beside the key in the footer, and the name in menus and the palette: "close / re-open".
    pub label: String,
    /// The sentence of the help, without a full stop.
    pub does: String,
    /// Whether the palette offers it.
    pub palette: bool,
    /// Whether the keys are text that a text field handles; [`Keymap::find`] does not find them.
    pub typed: bool,
    /// Whether it works in text fields too.
    pub while_typing: bool,
}

impl Row {
    /// Every key, as the help shows them: "j or Down"; "1–9" for a row of digits; empty where there is none.
    pub fn keys_text(&self) -> String {
        let texts: Vec<String> = self.keys.iter().map(KeySequence::to_string).collect();
        let ascending = |pair: &[String]| match (pair[0].parse::<u8>(), pair[1].parse::<u8>()) {
            (Ok(one), Ok(next)) => one < 9 && next == one + 1,
            _ => false,
        };
        match texts.as_slice() {
            [first, .., last] if texts.len() > 2 && texts.windows(2).all(ascending) => {
                format!("{first}–{last}")
            }
            several => several.join(" or "),
        }
    }

    /// Whether the row's keys work while `focus` has the focus.
    pub fn works_in(&self, focus: Context) -> bool {
        focus.falls_back_to().contains(&self.context) || self.while_typing && focus.is_text()
    }
}

/// What the keys pressed so far mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// They do this.
    Action(Action),
    /// More keys are awaited.
    Prefix,
    /// Nothing; in a text field the key is the field's.
    Nothing,
}

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
    #[error(
        "keymap, line {line}: a row takes action, keys, label, does and palette; \"{field}\" stays as it is"
    )]
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
    #[error(
        "keymap, line {line}: \"{key}\" of {action} is in the way of \"{other_key}\" of {other}"
    )]
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

impl Keymap {
    /// The keymap of `assets/keymap.toml`.
    ///
    /// # Panics
    ///
    /// Where that table, which is part of the program, breaks its own rules; a test reads it.
    pub fn built_in() -> Keymap {
        Keymap::read_built_in(BUILT_IN).expect("the built-in keymap follows its own rules")
    }

    /// The built-in keymap, changed by the text of a keymap file: rows with an action and what is to change.
    ///
    /// # Errors
    ///
    /// Names the line of an unknown action, an impossible key, a conflict or anything else that is wrong.
    pub fn with_user_file(text: &str) -> Result<Keymap, KeymapError> {
        let mut keymap = Keymap::built_in();
        let mut lines = vec![0; keymap.rows.len()];
        for raw in raw_rows(text)? {
            let (action, line) = raw.action(text)?;
            for (field, set) in [
                ("context", raw.context.is_some()),
                ("typed", raw.typed.is_some()),
                ("while-typing", raw.while_typing.is_some()),
            ] {
                if set {
                    return Err(KeymapError::Fixed { line, field });
                }
            }
            for (row, changed) in keymap.rows.iter_mut().zip(&mut lines) {
                if !row.action.same_row(action) {
                    continue;
                }
                if *changed > 0 {
                    return Err(KeymapError::SecondRow {
                        line,
                        action: action.name(),
                    });
                }
                *changed = line;
                raw.change(row, text)?;
            }
        }
        keymap.check(&lines)?;
        Ok(keymap)
    }

    fn read_built_in(text: &str) -> Result<Keymap, KeymapError> {
        let mut rows: Vec<Row> = Vec::new();
        let mut lines = Vec::new();
        for raw in raw_rows(text)? {
            let (action, line) = raw.action(text)?;
            if rows.iter().any(|row| row.action.same_row(action)) {
                return Err(KeymapError::SecondRow {
                    line,
                    action: action.name(),
                });
            }
            let context = raw.context.as_deref().and_then(Context::named);
            let mut row = Row {
                action,
                context: context.ok_or(KeymapError::Fixed {
                    line,
                    field: "context",
                })?,
                keys: Vec::new(),
                label: String::new(),
                does: String::new(),
                palette: true,
                typed: raw.typed.unwrap_or(false),
                while_typing: raw.while_typing.unwrap_or(false),
            };
            raw.change(&mut row, text)?;
            rows.push(row);
            lines.push(line);
        }
        let keymap = Keymap { rows };
        keymap.check(&lines)?;
        Ok(keymap)
    }

    /// What the keys pressed since the last action mean while `focus` has the focus.
    pub fn find(&self, focus: Context, presses: &[KeyPress]) -> Found {
        let presses: Vec<KeyPress> = presses.iter().map(|press| press.normalized()).collect();
        let mut prefix = false;
        for row in self
            .rows
            .iter()
            .filter(|row| row.works_in(focus) && !row.typed)
        {
            for (position, sequence) in row.keys.iter().enumerate() {
                if sequence.presses() == presses {
                    return Found::Action(row.action.of_key(position));
                }
                prefix |= !presses.is_empty() && sequence.presses().starts_with(&presses);
            }
        }
        if prefix {
            Found::Prefix
        } else {
            Found::Nothing
        }
    }

    /// Every row, in the order of the help.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The row of an action; of every section jumped to, the same.
    ///
    /// # Panics
    ///
    /// Never: every action has a row, which a test holds.
    pub fn row(&self, action: Action) -> &Row {
        self.rows
            .iter()
            .find(|row| row.action.same_row(action))
            .expect("every action has a row")
    }

    /// The first key of an action, for the footer: "e", "Ctrl-S", "1–9"; empty where it has none.
    pub fn keys_for(&self, action: Action) -> String {
        let row = self.row(action);
        match (row.action, row.keys.first()) {
            (Action::JumpToSection(_), _) => row.keys_text(),
            (_, first) => first.map(KeySequence::to_string).unwrap_or_default(),
        }
    }

    /// Finds letters bound in text fields, and keys that get in each other's way wherever both work.
    ///
    /// `lines` are those of the rows in the text at fault; 0 for a row that is not in it.
    fn check(&self, lines: &[usize]) -> Result<(), KeymapError> {
        for (row, &line) in self.rows.iter().zip(lines) {
            let in_text = row.while_typing || row.context.is_text();
            let taken = row
                .keys
                .iter()
                .find(|sequence| sequence.presses()[0].is_text());
            if let (true, false, Some(key)) = (in_text, row.typed, taken) {
                return Err(KeymapError::TakesText {
                    line,
                    key: key.to_string(),
                });
            }
        }
        for &focus in Context::ALL {
            let mut keys: Vec<(&KeySequence, usize)> = Vec::new();
            for (index, row) in self
                .rows
                .iter()
                .enumerate()
                .filter(|(_, row)| row.works_in(focus))
            {
                keys.extend(row.keys.iter().map(|sequence| (sequence, index)));
            }
            // Sorted, whatever begins with a sequence stands right behind it.
            keys.sort();
            for pair in keys.windows(2) {
                if pair[1].0.presses().starts_with(pair[0].0.presses()) {
                    let mut pair = [pair[0], pair[1]];
                    pair.sort_by_key(|(_, index)| std::cmp::Reverse(lines[*index]));
                    let [(key, index), (other_key, other)] = pair;
                    return Err(KeymapError::Conflict {
                        line: lines[index],
                        key: key.to_string(),
                        action: self.rows[index].action.name(),
                        other_key: other_key.to_string(),
                        other: self.rows[other].action.name(),
                    });
                }
            }
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    row: Vec<RawRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawRow {
    action: Spanned<String>,
    context: Option<String>,
    keys: Option<Vec<Spanned<String>>>,
    label: Option<String>,
    does: Option<String>,
    palette: Option<bool>,
    typed: Option<bool>,
    while_typing: Option<bool>,
}

impl RawRow {
    /// The action, and the line that names it.
    fn action(&self, text: &str) -> Result<(Action, usize), KeymapError> {
        let line = line_of(text, &self.action.span());
        let name = self.action.as_ref();
        let action = Action::named(name);
        let unknown = || KeymapError::UnknownAction {
            line,
            action: SafeText::line(name).into_string(),
        };
        Ok((action.ok_or_else(unknown)?, line))
    }

    fn change(&self, row: &mut Row, text: &str) -> Result<(), KeymapError> {
        if let Some(keys) = &self.keys {
            let read = |key: &Spanned<String>| {
                key.as_ref().parse().map_err(|reason| KeymapError::BadKey {
                    line: line_of(text, &key.span()),
                    key: SafeText::line(key.as_ref()).into_string(),
                    reason,
                })
            };
            row.keys = keys.iter().map(read).collect::<Result<_, _>>()?;
        }
        for (words, place) in [(&self.label, &mut row.label), (&self.does, &mut row.does)] {
            if let Some(words) = words {
                *place = SafeText::line(words).into_string();
            }
        }
        row.palette = self.palette.unwrap_or(row.palette);
        Ok(())
    }
}

fn raw_rows(text: &str) -> Result<Vec<RawRow>, KeymapError> {
    toml::from_str(text)
        .map(|file: RawFile| file.row)
        .map_err(|error| KeymapError::Form {
            line: error.span().map_or(1, |span| line_of(text, &span)),
            reason: SafeText::line(error.message()).into_string(),
        })
}

fn line_of(text: &str, span: &Range<usize>) -> usize {
    1 + text
        .bytes()
        .take(span.start)
        .filter(|byte| *byte == b'\n')
        .count()
}
