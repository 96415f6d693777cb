//! Every action by its name, and jumps by number.

use super::{Dialog, DialogKey, Filtered, Outcome, Place, allowed, filtered::Pressed};
use crate::{
    domain::{id::ConversationId, item::ItemKey},
    tui::{footer::section_of, keymap::Action, model::Model},
};

/// The palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Palette {
    /// What is typed, and the picked row.
    pub filtered: Filtered,
}

/// What a row of the palette does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doing {
    /// Goes to a conversation or an item by its number.
    Go(Place),
    /// Does an action.
    Act(Action),
}

/// A row of the palette.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it does.
    pub doing: Doing,
    /// What it is called.
    pub label: String,
    /// The key that does the same; may be empty.
    pub key: String,
    /// Why it cannot be done now.
    pub why: Option<String>,
}

impl Palette {
    /// Everything there is.
    pub fn new() -> Self {
        Self { filtered: Filtered::new("Do or go to") }
    }

    /// What is left by what is typed; a jump by number first, then what begins with what is typed.
    pub fn entries(&self, model: &Model) -> Vec<Entry> {
        let typed = self.filtered.field.text().trim();
        let mut entries: Vec<Entry> = jump(typed).into_iter().collect();
        let rows = model.keymap.rows().iter().filter(|row| row.palette && offered(row.action, model));
        let mut found: Vec<Entry> = rows
            .filter(|row| self.filtered.fits(&format!("{} {}", row.label, row.does)))
            .map(|row| Entry {
                doing: Doing::Act(row.action),
                label: row.label.clone(),
                key: model.keymap.keys_for(row.action),
                why: allowed::why_not(row.action, model),
            })
            .collect();
        let typed = typed.to_lowercase();
        found.sort_by_key(|entry| {
            (!entry.label.to_lowercase().starts_with(&typed), !super::filtered::fits(&typed, &entry.label))
        });
        entries.extend(found);
        entries
    }
}

impl Default for Palette {
    fn default() -> Self {
        Self::new()
    }
}

/// Sections that this viewer has not are not offered (R3.5).
fn offered(action: Action, model: &Model) -> bool {
    if action == Action::GoToHeld {
        return model.page.me.role.administers();
    }
    let section = section_of(action);
    section.is_none_or(|section| model.page.sections.iter().any(|row| row.section == section))
}

fn jump(typed: &str) -> Option<Entry> {
    let (place, label) = if let Ok(id) = typed.parse::<ConversationId>() {
        (Place::Conversation(id, None), format!("Open conversation #{id}"))
    } else if let Ok(key) = typed.parse::<ItemKey>() {
        (Place::Item(key), format!("Open {key}"))
    } else {
        return None;
    };
    Some(Entry { doing: Doing::Go(place), label, key: String::new(), why: None })
}

impl Dialog for Palette {
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        let entries = self.entries(model);
        match self.filtered.press(key, entries.len()) {
            Pressed::Back => Outcome::Close,
            Pressed::Take(at) => match at.and_then(|at| entries.into_iter().nth(at)) {
                Some(Entry { why: Some(_), .. }) | None => Outcome::Stay,
                Some(Entry { doing: Doing::Go(place), .. }) => Outcome::Go(place),
                Some(Entry { doing: Doing::Act(action), .. }) => Outcome::Act(action),
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
