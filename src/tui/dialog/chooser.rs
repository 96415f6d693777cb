//! A control that chooses people or things by typing.

use super::{
    DialogKey, PickList,
    candidates::{self, Candidate},
};
use crate::{
    desk::page::{Page, Wants},
    domain::people::check_address,
    tui::{
        editor::{Edited, Editor},
        keymap::KeyCode,
    },
};

/// What is chosen from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Active agents, by handle.
    Agents,
    /// Customers, by address; an address that is not known yet can be typed.
    Customers,
    /// Groups, by name.
    Groups,
    /// Projects, by number.
    Projects,
}

/// What was chosen, and what is typed to choose more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chooser {
    /// What stands before it.
    pub label: &'static str,
    /// What is chosen from.
    pub source: Source,
    /// Whether several can be chosen.
    pub many: bool,
    /// The value that is not offered: the viewer's own handle.
    pub without: Option<String>,
    /// What was chosen, in order.
    pub chosen: Vec<Candidate>,
    /// What is typed.
    pub typed: Editor,
    /// The picked candidate.
    pub list: PickList,
    /// Whether a candidate was picked by hand.
    pub moved: bool,
}

/// What a key came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pressed {
    /// Something was typed, chosen or taken back.
    Changed,
    /// Nothing changed.
    Kept,
    /// To the next control.
    Onward,
    /// What is typed cannot be taken, in a sentence.
    Wrong(String),
}

/// Candidates that are shown at once.
pub const SHOWN: usize = 6;

impl Chooser {
    /// One that chooses several.
    pub fn many(label: &'static str, source: Source) -> Self {
        Self {
            label,
            source,
            many: true,
            without: None,
            chosen: Vec::new(),
            typed: Editor::default(),
            list: PickList::default(),
            moved: false,
        }
    }

    /// One that chooses at most one.
    pub fn one(label: &'static str, source: Source) -> Self {
        Self { many: false, ..Self::many(label, source) }
    }

    /// With these values chosen already.
    #[must_use]
    pub fn with(mut self, values: impl IntoIterator<Item = String>) -> Self {
        self.chosen = values.into_iter().map(Candidate::plain).collect();
        self
    }

    /// What can be taken now, from the page.
    pub fn candidates(&self, page: &Page) -> Vec<Candidate> {
        let typed = self.typed.text().trim();
        let found = match self.source {
            Source::Agents => candidates::agents(page, typed),
            Source::Customers => candidates::customers(page, typed),
            Source::Groups => candidates::groups(page, typed),
            Source::Projects => candidates::projects(page, typed),
        };
        let chosen = |candidate: &Candidate| self.chosen.iter().any(|chosen| chosen.value == candidate.value);
        found
            .into_iter()
            .filter(|candidate| !chosen(candidate) && self.without.as_ref() != Some(&candidate.value))
            .collect()
    }

    /// A key.
    pub fn press(&mut self, key: DialogKey, page: &Page) -> Pressed {
        let candidates = self.candidates(page);
        match key {
            DialogKey::Down if !self.moved && self.typed.is_blank() => self.moved = true,
            DialogKey::Up | DialogKey::Down | DialogKey::PageUp | DialogKey::PageDown => {
                self.list.key(key, candidates.len());
                self.moved = true;
            }
            DialogKey::Choose => return self.choose(candidates),
            DialogKey::Other(_) if key.is(KeyCode::Backspace) && self.typed.text().is_empty() => {
                return if self.chosen.pop().is_some() { Pressed::Changed } else { Pressed::Kept };
            }
            DialogKey::Other(press) => {
                let before = self.typed.text().len();
                if self.typed.press(press) == Edited::Text || self.typed.text().len() != before {
                    self.list = PickList::default();
                    self.moved = false;
                    return Pressed::Changed;
                }
            }
            DialogKey::Back | DialogKey::Next | DialogKey::Previous | DialogKey::Save | DialogKey::Yes => {}
        }
        Pressed::Kept
    }

    fn choose(&mut self, candidates: Vec<Candidate>) -> Pressed {
        if self.typed.is_blank() && !self.moved {
            return Pressed::Onward;
        }
        let picked = self.list.picked(candidates.len());
        match picked.and_then(|at| candidates.into_iter().nth(at)) {
            Some(candidate) => {
                self.take(candidate);
                Pressed::Changed
            }
            None if self.source == Source::Customers => match check_address(self.typed.text()) {
                Ok(address) => {
                    self.take(Candidate::plain(address));
                    Pressed::Changed
                }
                Err(words) => Pressed::Wrong(words),
            },
            None => Pressed::Wrong(format!("{} is not there. Type less, or take it out.", self.typed.text().trim())),
        }
    }

    fn take(&mut self, candidate: Candidate) {
        if !self.many {
            self.chosen.clear();
        }
        if !self.chosen.iter().any(|chosen| chosen.value == candidate.value) {
            self.chosen.push(candidate);
        }
        self.typed = Editor::default();
        self.list = PickList::default();
        self.moved = false;
    }

    /// Takes what is typed where it is clear what it means: a value in full, or an address. True where that was so.
    pub fn settle(&mut self, page: &Page) -> bool {
        let typed = self.typed.text().trim().trim_start_matches('@').to_lowercase();
        if typed.is_empty() {
            return false;
        }
        let known = self.candidates(page).into_iter().find(|candidate| candidate.value.to_lowercase() == typed);
        let free = (self.source == Source::Customers).then(|| check_address(&typed).ok()).flatten();
        match known.or(free.map(Candidate::plain)) {
            Some(candidate) => {
                self.take(candidate);
                true
            }
            None => false,
        }
    }

    /// What it needs from the desk while it has the keys.
    pub fn wants(&self, wants: &mut Wants) {
        let typed = self.typed.text().trim().to_owned();
        match self.source {
            Source::Agents | Source::Groups => wants.team = true,
            Source::Customers => wants.customers = Some(typed),
            Source::Projects => wants.items = Some(typed),
        }
    }
}
