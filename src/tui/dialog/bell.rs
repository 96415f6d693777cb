//! The notices, newest first.

use super::{Dialog, DialogKey, Outcome, PickList, Place};
use crate::{
    desk::page::{Denied, NoticeRow, Wants},
    domain::id::ConversationId,
    tui::{
        ask::{Answer, Ask, Effect},
        keymap::Action,
        model::Model,
    },
};

/// The bell's list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bell {
    /// The picked notice.
    pub list: PickList,
    /// Why it was not cleared.
    pub problem: Option<String>,
    /// Whether it is being cleared.
    pub clearing: bool,
}

/// Notices that are read.
const NOTICES: usize = 200;

impl Bell {
    /// The notices, once they were read.
    pub fn notices<'a>(&self, model: &'a Model) -> &'a [NoticeRow] {
        model.page.notices.as_deref().unwrap_or_default()
    }
}

impl Dialog for Bell {
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        let notices = self.notices(model);
        if self.list.key_or_letter(key, notices.len()) {
            return Outcome::Stay;
        }
        let picked = self.list.picked(notices.len()).and_then(|at| notices.get(at));
        match (key, picked) {
            (DialogKey::Back, _) => Outcome::Close,
            // What is restricted by now is opened too, and its screen says so (R6.6).
            (DialogKey::Choose, Some(notice)) => match notice.conversation {
                Some(conversation) => Outcome::Go(Place::Conversation(conversation, notice.seq)),
                None => Outcome::Act(Action::GoToHeld),
            },
            (_, Some(_)) if key.letter() == Some('c') => {
                self.clearing = true;
                self.problem = None;
                Outcome::Do(vec![Effect::Ask(Ask::ClearNotices)])
            }
            (_, Some(_) | None) => Outcome::Stay,
        }
    }

    fn about(&self) -> Option<ConversationId> {
        None
    }

    fn answered(&mut self, _ask: &Ask, answer: &Result<Answer, Denied>) -> Outcome {
        self.clearing = false;
        self.problem = answer.as_ref().err().map(ToString::to_string);
        Outcome::Stay
    }

    fn wants(&self, wants: &mut Wants) {
        wants.notices = Some(NOTICES);
    }

    fn waits_for(&self, ask: &Ask) -> bool {
        self.clearing && *ask == Ask::ClearNotices
    }
}
