//! All keys, from the keymap.

use super::{Dialog, DialogKey, Filtered, Outcome, filtered::Pressed};
use crate::{
    domain::id::ConversationId,
    tui::{
        keymap::{Action, Context, Row},
        model::Model,
    },
};

/// The keymap as a list; what is typed narrows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Help {
    /// What is typed, and the picked row.
    pub filtered: Filtered,
}

impl Help {
    /// All rows.
    pub fn new() -> Self {
        Self { filtered: Filtered::new("Filter") }
    }

    /// The rows that are left by what is typed; in each context those without a key, which are in menus only, come last.
    pub fn rows<'a>(&self, model: &'a Model) -> Vec<&'a Row> {
        let fits = |row: &&Row| {
            self.filtered.fits(&format!(
                "{} {} {} {}",
                row.keys_text(),
                row.label,
                row.does,
                where_it_works(row.context)
            ))
        };
        let mut rows: Vec<&Row> = model.keymap.rows().iter().filter(fits).collect();
        for context in rows.chunk_by_mut(|row, next| row.context == next.context) {
            context.sort_by_key(|row| row.keys.is_empty());
        }
        rows
    }
}

impl Default for Help {
    fn default() -> Self {
        Self::new()
    }
}

/// Where the keys of a context work, as a heading.
pub const fn where_it_works(context: Context) -> &'static str {
    match context {
        Context::Everywhere => "Everywhere",
        Context::Lists => "Lists",
        Context::GoTo => "Go to",
        Context::Thread => "Thread",
        Context::Conversation => "Conversation",
        Context::Composer => "While writing",
        Context::SendButton => "On [ Send Message ]",
        Context::Dialog => "Dialogs",
        Context::Question => "Questions",
        Context::Offer => "Offers",
    }
}

/// Whether an action can be done from a list of actions; the others only mean something where one types or answers.
fn can_be_done_here(row: &Row) -> bool {
    let shown_already = [Action::AllKeys, Action::Palette].contains(&row.action);
    match row.context {
        Context::Everywhere | Context::Lists | Context::GoTo | Context::Thread | Context::Conversation => {
            !shown_already
        }
        Context::Composer | Context::SendButton | Context::Dialog | Context::Question | Context::Offer => false,
    }
}

impl Dialog for Help {
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        let rows = self.rows(model);
        match self.filtered.press(key, rows.len()) {
            Pressed::Back => Outcome::Close,
            Pressed::Take(at) => match at.and_then(|at| rows.get(at)) {
                Some(row) if can_be_done_here(row) => Outcome::Act(row.action),
                Some(row) => {
                    Outcome::Say(format!("That key works elsewhere: {}.", where_it_works(row.context).to_lowercase()))
                }
                None => Outcome::Stay,
            },
            Pressed::Moved | Pressed::Other => Outcome::Stay,
        }
    }

    fn about(&self) -> Option<ConversationId> {
        None
    }

    fn paste(&mut self, text: &str) {
        self.filtered.paste(text);
    }
}
