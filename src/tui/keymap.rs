//! The keymap: one table for keys, help, footer, palette and documentation.

mod action;
mod context;
mod error;
mod key;

pub use action::Action;
pub use context::Context;
pub use error::KeymapError;
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
                    return Err(KeymapError::SecondRow { line, action: action.name() });
                }
                if row.typed && raw.keys.is_some() {
                    return Err(KeymapError::Fixed { line, field: "keys" });
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
                return Err(KeymapError::SecondRow { line, action: action.name() });
            }
            let context = raw.context.as_deref().and_then(Context::named);
            let mut row = Row {
                action,
                context: context.ok_or(KeymapError::Fixed { line, field: "context" })?,
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
        for row in self.rows.iter().filter(|row| row.works_in(focus) && !row.typed) {
            for (position, sequence) in row.keys.iter().enumerate() {
                if sequence.presses() == presses {
                    return Found::Action(row.action.of_key(position));
                }
                prefix |= !presses.is_empty() && sequence.presses().starts_with(&presses);
            }
        }
        if prefix { Found::Prefix } else { Found::Nothing }
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
        self.rows.iter().find(|row| row.action.same_row(action)).expect("every action has a row")
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
            let taken = row.keys.iter().find(|sequence| sequence.presses()[0].is_text());
            if let (true, false, Some(key)) = (in_text, row.typed, taken) {
                return Err(KeymapError::TakesText { line, key: key.to_string() });
            }
        }
        for &focus in Context::ALL {
            let mut keys: Vec<(&KeySequence, usize)> = Vec::new();
            for (index, row) in self.rows.iter().enumerate().filter(|(_, row)| row.works_in(focus)) {
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
        let unknown = || KeymapError::UnknownAction { line, action: SafeText::line(name).into_string() };
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
    toml::from_str(text).map(|file: RawFile| file.row).map_err(|error| KeymapError::Form {
        line: error.span().map_or(1, |span| line_of(text, &span)),
        reason: SafeText::line(error.message()).into_string(),
    })
}

fn line_of(text: &str, span: &Range<usize>) -> usize {
    1 + text.bytes().take(span.start).filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn presses(keys: &str) -> Vec<KeyPress> {
        keys.parse::<KeySequence>().unwrap().presses().to_vec()
    }

    fn found(focus: Context, keys: &str) -> Found {
        Keymap::built_in().find(focus, &presses(keys))
    }

    fn refused(text: &str) -> String {
        Keymap::with_user_file(text).unwrap_err().to_string()
    }

    /// Every key that a keymap could name, alone.
    fn every_press() -> Vec<KeyPress> {
        let named = [
            KeyCode::Enter,
            KeyCode::Esc,
            KeyCode::Tab,
            KeyCode::Backspace,
            KeyCode::Delete,
            KeyCode::Insert,
            KeyCode::Up,
            KeyCode::Down,
            KeyCode::Left,
            KeyCode::Right,
            KeyCode::Home,
            KeyCode::End,
            KeyCode::PageUp,
            KeyCode::PageDown,
        ];
        let codes = named.into_iter().chain((1..=24).map(KeyCode::Function)).chain((' '..='~').map(KeyCode::Char));
        let mut all = Vec::new();
        for code in codes {
            for bits in 0..8_u8 {
                let modifiers = Modifiers { control: bits & 1 > 0, alt: bits & 2 > 0, shift: bits & 4 > 0 };
                all.push(KeyPress { code, modifiers });
            }
        }
        all
    }

    #[test]
    fn every_action_has_one_row_and_every_row_an_action() {
        let keymap = Keymap::built_in();
        assert_eq!(keymap.rows().len(), Action::ALL.len());
        for &action in Action::ALL {
            let row = keymap.row(action);
            assert_eq!(row.action, action);
            assert_eq!(Action::named(action.name()), Some(action));
            assert!(!row.does.is_empty() && !row.does.ends_with('.'), "{}", action.name());
            assert!(!row.label.is_empty() && row.label.len() <= 28, "{}", action.name());
            assert!(row.palette || !row.keys.is_empty(), "{} cannot be reached", action.name());
        }
    }

    /// The tables of keys as promised, context by context.
    #[test]
    fn the_promised_keys_do_what_they_promise() {
        use Action::*;
        use Context::{Composer, Conversation, Lists, SendButton, Thread};
        let everywhere: &[(&str, Action)] = &[
            ("?", AllKeys),
            ("Ctrl-K", Palette),
            (":", Palette),
            ("/", Search),
            ("Esc", Back),
            ("Tab", NextArea),
            ("Shift-Tab", PreviousArea),
            ("1", JumpToSection(1)),
            ("5", JumpToSection(5)),
            ("9", JumpToSection(9)),
            ("+", Add),
            ("b", Bell),
            ("A", Administration),
            (",", MyNotifications),
            ("R", ToggleReady),
            ("Ctrl-L", Repaint),
            ("M", ToggleMouse),
            ("F2", ToggleMouse),
            ("q", Quit),
            ("Ctrl-C", Quit),
            ("PgUp", ThreadPageUp),
            ("PgDn", ThreadPageDown),
            ("Home", ThreadStart),
            ("End", ThreadEnd),
        ];
        let lists: &[(&str, Action)] = &[
            ("j", NextRow),
            ("Down", NextRow),
            ("k", PreviousRow),
            ("Up", PreviousRow),
            ("Ctrl-D", HalfPageDown),
            ("Ctrl-U", HalfPageUp),
            ("g g", FirstRow),
            ("G", LastRow),
            ("J", NextSection),
            ("K", PreviousSection),
            ("]", NextUnread),
            ("Enter", Open),
            ("x", SelectSeveral),
        ];
        let thread: &[(&str, Action)] =
            &[("j", NextMessage), ("Down", NextMessage), ("k", PreviousMessage), ("Up", PreviousMessage)];
        let go_to: &[(&str, Action)] = &[
            ("g u", GoToUnassigned),
            ("g l", GoToLive),
            ("g o", GoToOpen),
            ("g i", GoToUnanswered),
            ("g c", GoToClosed),
            ("g r", GoToCustomerReplies),
            ("g n", GoToInternalInbox),
            ("g s", GoToInternalSent),
            ("g a", GoToAllClosed),
            ("g x", GoToNeedsReassignment),
            ("g A", GoToAll),
        ];
        let conversation: &[(&str, Action)] = &[
            ("r", Reply),
            ("n", Note),
            ("a", Assign),
            ("t", Take),
            ("f", Forward),
            ("e", CloseOrReopen),
            ("L", LockOrUnlock),
            ("P", PrivateOrPublic),
            ("w", FollowOrUnfollow),
            ("c", CreateItem),
            ("#", Link),
            ("i", ItemPanel),
            ("p", People),
            ("u", MarkUnread),
            ("y", CopyNumber),
            ("z", Undo),
            ("m", ConversationMenu),
            ("v", RawText),
        ];
        let composer: &[(&str, Action)] = &[
            ("Ctrl-S", Send),
            ("Ctrl-Enter", Send),
            ("Ctrl-O", OpenEditor),
            ("Tab", FocusSend),
            ("Esc", LeaveComposer),
            ("Ctrl-C", LeaveComposer),
            ("Ctrl-L", Repaint),
        ];
        for (focus, tables) in [
            (Context::Everywhere, &[everywhere][..]),
            (Lists, &[everywhere, lists, go_to, conversation]),
            (Thread, &[everywhere, thread, go_to, conversation]),
            (Conversation, &[everywhere, go_to, conversation]),
            (Composer, &[composer]),
            (SendButton, &[everywhere, &[("Enter", PressSend)]]),
        ] {
            for (keys, action) in tables.iter().copied().flatten() {
                assert_eq!(found(focus, keys), Found::Action(*action), "{keys} in {}", focus.name());
            }
        }
        for (keys, focus) in [("g", Lists), ("g", Thread), ("g", Conversation)] {
            assert_eq!(found(focus, keys), Found::Prefix);
        }
        for (keys, focus) in [
            ("g z", Lists),
            ("g", Context::Everywhere),
            ("0", Lists),
            ("j", Conversation),
            ("@", Composer),
            ("Enter", Composer),
        ] {
            assert_eq!(found(focus, keys), Found::Nothing, "{keys} in {}", focus.name());
        }
        assert_eq!(Keymap::built_in().find(Lists, &[]), Found::Nothing);
    }

    #[test]
    fn while_writing_only_six_keys_are_ours() {
        let keymap = Keymap::built_in();
        let mut ours: Vec<String> = every_press()
            .into_iter()
            .filter(|press| keymap.find(Context::Composer, &[*press]) != Found::Nothing)
            .map(|press| press.normalized().to_string())
            .collect();
        ours.sort();
        ours.dedup();
        assert_eq!(ours, ["Ctrl-C", "Ctrl-Enter", "Ctrl-L", "Ctrl-O", "Ctrl-S", "Esc", "Tab"]);
        for focus in [Context::Composer, Context::Dialog] {
            for press in every_press().into_iter().filter(|press| press.is_text()) {
                assert_eq!(keymap.find(focus, &[press]), Found::Nothing, "{press} in {}", focus.name());
            }
        }
    }

    #[test]
    fn no_action_needs_what_some_terminals_lack() {
        let keymap = Keymap::built_in();
        let lacking = |press: &KeyPress| {
            press.modifiers.alt
                || matches!(press.code, KeyCode::Function(_))
                || press.code == KeyCode::Enter && press.modifiers.control
        };
        for row in keymap.rows().iter().filter(|row| !row.keys.is_empty()) {
            let everywhere = |sequence: &KeySequence| !sequence.presses().iter().any(lacking);
            assert!(row.keys.iter().any(everywhere), "{}", row.action.name());
        }
        for press in every_press() {
            let press = press.normalized();
            let belongs_to_the_terminal =
                press.modifiers.control && matches!(press.code, KeyCode::Char('a' | 'b' | 'h' | 'z'));
            for &focus in Context::ALL.iter().filter(|_| belongs_to_the_terminal || press.modifiers.alt) {
                assert_eq!(keymap.find(focus, &[press]), Found::Nothing, "{press}");
            }
        }
    }

    #[test]
    fn the_table_shows_its_keys() {
        let keymap = Keymap::built_in();
        assert_eq!(keymap.row(Action::JumpToSection(3)).keys_text(), "1–9");
        assert_eq!(keymap.row(Action::NextRow).keys_text(), "j or Down");
        assert_eq!(keymap.row(Action::AddTicket).keys_text(), "");
        assert_eq!(keymap.keys_for(Action::JumpToSection(3)), "1–9");
        assert_eq!(keymap.keys_for(Action::Send), "Ctrl-S");
        assert_eq!(keymap.keys_for(Action::FirstRow), "g g");
        assert_eq!(keymap.keys_for(Action::AddTicket), "");
    }

    #[test]
    fn the_palette_offers_what_is_in_the_menus_and_no_movement() {
        let keymap = Keymap::built_in();
        for action in [
            Action::StartWithAgent,
            Action::StartWithCustomer,
            Action::AddTicket,
            Action::AddTask,
            Action::AddArticle,
            Action::AddProject,
            Action::CreateTicket,
            Action::CreateTask,
            Action::CreateArticle,
            Action::Link,
            Action::ItemDetails,
            Action::CustomerDetails,
            Action::Assign,
            Action::Forward,
            Action::FollowOrUnfollow,
            Action::People,
            Action::CloseOrReopen,
            Action::LockOrUnlock,
            Action::PrivateOrPublic,
        ] {
            assert!(keymap.row(action).palette, "{}", action.name());
        }
        for action in
            [Action::NextRow, Action::ThreadPageUp, Action::NextArea, Action::JumpToSection(1), Action::Choose]
        {
            assert!(!keymap.row(action).palette, "{}", action.name());
        }
    }

    #[test]
    fn a_file_of_ones_own_changes_any_row() {
        let text = "
            [[row]]
            action = \"close-or-reopen\"
            keys = [\"X\", \"g e\"]
            label = \"shut\"

            [[row]]
            action = \"reply\"
            keys = []
            palette = false
            does = \"Answers\\u202E\"
        ";
        let keymap = Keymap::with_user_file(text).unwrap();
        for keys in ["X", "g e"] {
            assert_eq!(keymap.find(Context::Lists, &presses(keys)), Found::Action(Action::CloseOrReopen));
        }
        assert_eq!(keymap.find(Context::Lists, &presses("e")), Found::Nothing);
        assert_eq!(keymap.find(Context::Lists, &presses("r")), Found::Nothing);
        assert_eq!(keymap.row(Action::CloseOrReopen).label, "shut");
        let reply = keymap.row(Action::Reply);
        assert_eq!((reply.palette, reply.does.as_str(), reply.label.as_str()), (false, "Answers", "reply"));
        assert_eq!(Keymap::with_user_file("").unwrap(), Keymap::built_in());
    }

    #[test]
    fn keys_can_be_swapped() {
        let text = "[[row]]\naction = \"reply\"\nkeys = [\"n\"]\n[[row]]\naction = \"note\"\nkeys = [\"r\"]\n";
        let keymap = Keymap::with_user_file(text).unwrap();
        assert_eq!(keymap.find(Context::Thread, &presses("n")), Found::Action(Action::Reply));
        assert_eq!(keymap.find(Context::Thread, &presses("r")), Found::Action(Action::Note));
    }

    #[test]
    fn what_is_wrong_in_a_file_is_named_with_its_line() {
        let row = |action: &str, rest: &str| format!("# mine\n[[row]]\naction = \"{action}\"\n{rest}\n");
        for (text, sentence) in [
            (row("clse", ""), "keymap, line 3: there is no action \"clse\"; `deskline keys` lists them"),
            (
                row("reply", "keys = [\n\"r\",\n\"Hyper-x\"]"),
                "keymap, line 6: \"Hyper-x\" cannot be a key: there is no such key; write a character, or Ctrl-D, Shift-Tab, Enter, Esc, Space, Up, PageDown, F2",
            ),
            (
                row("reply", "keys = [\"Alt-r\"]"),
                "keymap, line 4: \"Alt-r\" cannot be a key: a terminal sends Alt with a key as Esc and then the key",
            ),
            (
                row("reply", "keys = [\"Ctrl-B\"]"),
                "keymap, line 4: \"Ctrl-B\" cannot be a key: it belongs to the terminal (screen and tmux, backspace, suspend)",
            ),
            (row("reply", "keys = [\"n\"]"), "keymap, line 3: \"n\" of reply is in the way of \"n\" of note"),
            (row("reply", "keys = [\"g\"]"), "keymap, line 3: \"g\" of reply is in the way of \"g A\" of go-to-all"),
            (row("reply", "keys = [\"n x\"]"), "keymap, line 3: \"n x\" of reply is in the way of \"n\" of note"),
            (row("reply", "keys = [\"R\"]"), "keymap, line 3: \"R\" of reply is in the way of \"R\" of toggle-ready"),
            (
                row("send", "keys = [\"s\"]"),
                "keymap, line 3: \"s\" would take a letter from the text that is typed there",
            ),
            (
                row("repaint", "keys = [\"l\"]"),
                "keymap, line 3: \"l\" would take a letter from the text that is typed there",
            ),
            (
                row("send", "keys = [\"Ctrl-L\"]"),
                "keymap, line 3: \"Ctrl-L\" of send is in the way of \"Ctrl-L\" of repaint",
            ),
            (
                row("new-line", "keys = [\"F5\"]"),
                "keymap, line 3: a row takes action, keys, label, does and palette; \"keys\" stays as it is",
            ),
            (
                row("reply", "context = \"lists\""),
                "keymap, line 3: a row takes action, keys, label, does and palette; \"context\" stays as it is",
            ),
            (row("reply", "") + &row("reply", ""), "keymap, line 7: \"reply\" has a row already"),
            (row("\\u001B[31m", ""), "keymap, line 3: there is no action \"␛\"; `deskline keys` lists them"),
        ] {
            assert_eq!(refused(&text), sentence);
        }
        assert!(
            refused("[[row]]\naction = 3\n").starts_with("keymap, line 2: "),
            "{}",
            refused("[[row]]\naction = 3\n")
        );
        assert!(refused("a = 1\n[[row]\n").starts_with("keymap, line 2: "), "{}", refused("a = 1\n[[row]\n"));
        assert!(refused("[[row]]\naction = \"reply\"\nkey = []\n").contains("line 3: unknown field"));
    }

    #[test]
    fn keys_in_contexts_that_never_meet_do_not_conflict() {
        let text = "[[row]]\naction = \"select-several\"\nkeys = [\"s\"]\n[[row]]\naction = \"next-message\"\nkeys = [\"s\"]\n";
        let keymap = Keymap::with_user_file(text).unwrap();
        assert_eq!(keymap.find(Context::Lists, &presses("s")), Found::Action(Action::SelectSeveral));
        assert_eq!(keymap.find(Context::Thread, &presses("s")), Found::Action(Action::NextMessage));
    }
}
