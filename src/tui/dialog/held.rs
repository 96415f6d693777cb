//! A message that waits because something was added that its writer has not been shown (R7.6).

use super::{Dialog, DialogKey, Outcome, PickList};
use crate::{
    desk::page::Entry,
    domain::id::{ConversationId, EntrySeq},
    tui::{keymap::Action, model::Model},
};

/// What was added, and what to do with the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Which conversation.
    pub conversation: ConversationId,
    /// What was added, oldest first.
    pub unseen: Vec<Entry>,
    /// The picked choice of [`Held::CHOICES`].
    pub choices: PickList,
}

impl Held {
    /// What can be done; editing comes first, so that nothing is sent by a key pressed too often.
    pub const CHOICES: [&'static str; 3] = ["Edit the message", "Send it as it is", "Keep the draft and read"];

    /// A held message.
    pub fn new(conversation: ConversationId, unseen: Vec<Entry>) -> Self {
        Self { conversation, unseen, choices: PickList::default() }
    }
}

impl Dialog for Held {
    fn press(&mut self, key: DialogKey, _model: &Model) -> Outcome {
        if self.choices.key_or_letter(key, Self::CHOICES.len()) {
            return Outcome::Stay;
        }
        match key {
            DialogKey::Back => Outcome::Close,
            DialogKey::Choose => match self.choices.picked(Self::CHOICES.len()) {
                Some(1) => Outcome::SendAnyway(self.unseen.iter().map(|entry| entry.seq).max().unwrap_or(EntrySeq(0))),
                Some(2) => Outcome::Act(Action::LeaveComposer),
                Some(_) | None => Outcome::Close,
            },
            DialogKey::Next
            | DialogKey::Previous
            | DialogKey::Up
            | DialogKey::Down
            | DialogKey::PageUp
            | DialogKey::PageDown
            | DialogKey::Save
            | DialogKey::Yes
            | DialogKey::Other(_) => Outcome::Stay,
        }
    }

    fn about(&self) -> Option<ConversationId> {
        Some(self.conversation)
    }
}
