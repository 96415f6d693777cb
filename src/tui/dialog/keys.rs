//! The keys that let an agent in, and an invite for one more.

use super::{Confirm, Dialog, DialogKey, Layer, Outcome, PickList};
use crate::{
    desk::page::{Denied, Invite, KeyRow, Page, Wants},
    domain::id::ConversationId,
    tui::{
        ask::{Answer, Ask, Effect},
        keymap::KeyCode,
        model::Model,
    },
};

/// One agent's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// Whose.
    pub handle: String,
    /// The picked key.
    pub list: PickList,
    /// The invite that was made here; its code is shown until the layer goes, and nowhere else.
    pub invite: Option<Invite>,
    /// Why the last thing was not done.
    pub problem: Option<String>,
    /// What the desk was asked last.
    pub asked: Option<Ask>,
}

impl Keys {
    /// Of an agent.
    pub fn new(handle: impl Into<String>) -> Self {
        Self { handle: handle.into(), list: PickList::default(), invite: None, problem: None, asked: None }
    }

    /// The agent's keys, as far as the page holds any; `None` before it does.
    pub fn rows<'a>(&self, page: &'a Page) -> Option<Vec<&'a KeyRow>> {
        Some(page.keys.as_ref()?.iter().filter(|row| row.handle == self.handle).collect())
    }

    /// The picked key.
    pub fn picked<'a>(&self, page: &'a Page) -> Option<&'a KeyRow> {
        let rows = self.rows(page)?;
        rows.get(self.list.picked(rows.len())?).copied()
    }

    fn ask(&mut self, ask: Ask) -> Effect {
        self.problem = None;
        self.asked = Some(ask.clone());
        Effect::Ask(ask)
    }

    fn revoke(&mut self, page: &Page) -> Outcome {
        let Some(key) = self.picked(page).filter(|key| key.revoked.is_none()) else { return Outcome::Stay };
        let question = format!("Revoke this key of @{}? Whoever is here with it is shut out at once.", self.handle);
        let details = vec![key.fingerprint.clone(), key.comment.clone()];
        let effects = vec![self.ask(Ask::RevokeKey(key.fingerprint.clone()))];
        let confirm = Confirm { details, ..Confirm::new(question, "revoke it", effects) };
        Outcome::Open(Box::new(Layer::Confirm(confirm)))
    }
}

impl Dialog for Keys {
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        let rows = self.rows(&model.page).map_or(0, |rows| rows.len());
        if self.list.key_or_letter(key, rows) {
            return Outcome::Stay;
        }
        match key.letter() {
            Some('i') => Outcome::Do(vec![self.ask(Ask::Invite(self.handle.clone()))]),
            Some('x') => self.revoke(&model.page),
            Some('y') => match &self.invite {
                Some(invite) => Outcome::Do(vec![Effect::Copy(invite.code.clone())]),
                None => Outcome::Stay,
            },
            Some(_) | None if key == DialogKey::Back => Outcome::Close,
            Some(_) | None if key.is(KeyCode::Delete) => self.revoke(&model.page),
            Some(_) | None => Outcome::Stay,
        }
    }

    fn about(&self) -> Option<ConversationId> {
        None
    }

    fn answered(&mut self, _ask: &Ask, answer: &Result<Answer, Denied>) -> Outcome {
        self.asked = None;
        match answer {
            Ok(Answer::Invited(invite)) => self.invite = Some(invite.clone()),
            Ok(
                Answer::Done(_)
                | Answer::Item(_)
                | Answer::File(_)
                | Answer::Completed(..)
                | Answer::Saved(_)
                | Answer::Kept,
            ) => {}
            Err(denied) => self.problem = Some(denied.to_string()),
        }
        Outcome::Stay
    }

    fn wants(&self, wants: &mut Wants) {
        wants.keys = true;
    }

    fn waits_for(&self, ask: &Ask) -> bool {
        self.asked.as_ref() == Some(ask)
    }
}
