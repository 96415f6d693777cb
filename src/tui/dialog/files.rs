//! The files that go with what is being written.

use super::{Dialog, DialogKey, Field, Outcome, PickList};
use crate::{
    desk::page::{Denied, DraftFile},
    domain::id::ConversationId,
    tui::{
        ask::{Answer, Ask, Effect},
        keymap::{Action, KeyCode},
        model::Model,
    },
};

/// A path to type, and the files that were chosen already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// The conversation that is written in, if it is there already.
    pub conversation: Option<ConversationId>,
    /// The path.
    pub field: Field,
    /// The names that the path could go on with.
    pub more: Vec<String>,
    /// The picked file.
    pub list: PickList,
    /// Whether the list has the keys, not the path.
    pub listing: bool,
    /// Why the last thing was not done.
    pub problem: Option<String>,
}

/// What becomes of the files that go with what is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileChange {
    /// One more.
    Add(DraftFile),
    /// One goes, by its place.
    TakeOff(usize),
}

impl Files {
    /// Without anything typed.
    pub fn new(conversation: Option<ConversationId>) -> Self {
        let (field, list) = (Field::new("Path"), PickList::default());
        Self { conversation, field, more: Vec::new(), list, listing: false, problem: None }
    }

    fn press_list(&mut self, key: DialogKey, files: usize) -> Outcome {
        let at = self.list.picked(files);
        if files == 0 || (at == Some(0) && (key == DialogKey::Up || key.letter() == Some('k'))) {
            self.listing = false;
            return Outcome::Stay;
        }
        if self.list.key_or_letter(key, files) {
            return Outcome::Stay;
        }
        if key.is(KeyCode::Delete) || key.letter() == Some('x') {
            self.listing = files > 1;
            return at.map_or(Outcome::Stay, |at| Outcome::Files(FileChange::TakeOff(at)));
        }
        if matches!(key, DialogKey::Back | DialogKey::Next | DialogKey::Previous | DialogKey::Choose) {
            self.listing = false;
        }
        Outcome::Stay
    }

    fn press_path(&mut self, key: DialogKey, files: usize) -> Outcome {
        let typed = self.field.text();
        match key {
            DialogKey::Back => Outcome::Close,
            DialogKey::Choose if typed.trim().is_empty() => Outcome::Close,
            DialogKey::Choose => Outcome::Do(vec![Effect::Ask(Ask::Attach(typed.to_owned()))]),
            DialogKey::Next => Outcome::Do(vec![Effect::Ask(Ask::CompletePath(typed.to_owned()))]),
            DialogKey::Down | DialogKey::Previous => {
                self.listing = files > 0;
                self.forget();
                Outcome::Stay
            }
            DialogKey::Up
            | DialogKey::PageUp
            | DialogKey::PageDown
            | DialogKey::Save
            | DialogKey::Yes
            | DialogKey::Other(_) => {
                if self.field.key(key) {
                    self.forget();
                }
                Outcome::Stay
            }
        }
    }

    fn forget(&mut self) {
        self.problem = None;
        self.more.clear();
    }
}

impl Dialog for Files {
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        let files = model.composer.as_ref().map_or(0, |composer| composer.files.len());
        if self.listing { self.press_list(key, files) } else { self.press_path(key, files) }
    }

    fn about(&self) -> Option<ConversationId> {
        self.conversation
    }

    fn paste(&mut self, text: &str) {
        if !self.listing {
            self.field.paste(text);
            self.forget();
        }
    }

    fn answered(&mut self, _: &Ask, answer: &Result<Answer, Denied>) -> Outcome {
        self.forget();
        match answer {
            Ok(Answer::File(file)) => {
                self.field = Field::new("Path");
                Outcome::Files(FileChange::Add(file.clone()))
            }
            Ok(Answer::Completed(path, more)) => {
                self.field = Field::with("Path", path);
                self.more.clone_from(more);
                Outcome::Stay
            }
            Ok(Answer::Done(_) | Answer::Item(_) | Answer::Invited(_) | Answer::Saved(_) | Answer::Kept) => {
                Outcome::Stay
            }
            Err(denied) => {
                self.problem = Some(denied.to_string());
                Outcome::Stay
            }
        }
    }

    fn waits_for(&self, ask: &Ask) -> bool {
        matches!(ask, Ask::Attach(_) | Ask::CompletePath(_))
    }

    fn hints(&self) -> &'static [Action] {
        if self.listing {
            &[Action::NextChoice, Action::Cancel]
        } else {
            &[Action::Choose, Action::NextField, Action::Cancel]
        }
    }

    fn word(&self, action: Action) -> Option<&'static str> {
        let words = [(Action::Choose, "attach"), (Action::NextField, "complete"), (Action::Cancel, "done")];
        words.into_iter().find(|(named, _)| *named == action).map(|(_, word)| word)
    }
}
