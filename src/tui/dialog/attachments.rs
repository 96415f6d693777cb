//! What is attached to a message, to be saved.

use super::{Dialog, DialogKey, Outcome, PickList};
use crate::{
    desk::page::{Attachment, Entry},
    domain::{
        conversation::EntryKind,
        id::{ConversationId, EntrySeq},
    },
    tui::{keymap::Action, model::Model},
};

/// The files of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachments {
    /// Which conversation.
    pub conversation: ConversationId,
    /// Which message.
    pub seq: EntrySeq,
    /// Its files, in order.
    pub files: Vec<Attachment>,
    /// The picked one; behind the last stands all of them.
    pub list: PickList,
}

impl Attachments {
    /// Those of the message under the cursor; where none is, of the newest message that has any.
    ///
    /// # Errors
    /// Why there are none, in a sentence.
    pub fn shown(model: &Model) -> Result<Self, &'static str> {
        let open = "Open the conversation first.";
        let thread = model.opened().filter(|thread| model.target() == Some(thread.row.id)).ok_or(open)?;
        let has = |entry: &&Entry| !entry.attachments.is_empty();
        let cursor = model.thread.as_ref().and_then(|view| view.cursor);
        let above = |entry: &&Entry| cursor.is_none_or(|cursor| entry.seq <= cursor);
        let entry = match cursor {
            // The desk's own lines follow what they are about.
            Some(_) => thread.entries.iter().filter(above).rfind(|entry| entry.kind != EntryKind::System).filter(has),
            None => thread.entries.iter().rfind(has),
        };
        let entry = entry.ok_or("Nothing is attached to this message. Go to one that has files with j and k.")?;
        let (conversation, seq) = (thread.row.id, entry.seq);
        Ok(Self { conversation, seq, files: entry.attachments.clone(), list: PickList::default() })
    }

    /// The file at a place with its number, or all.
    pub fn at(&self, place: usize) -> Vec<(usize, String)> {
        let numbered = self.files.iter().enumerate().map(|(at, file)| (at + 1, file.name.clone()));
        if place < self.files.len() { numbered.skip(place).take(1).collect() } else { numbered.collect() }
    }

    /// How many rows there are: with several files one for all of them.
    pub const fn rows(&self) -> usize {
        self.files.len() + if self.files.len() > 1 { 1 } else { 0 }
    }
}

impl Dialog for Attachments {
    fn press(&mut self, key: DialogKey, _: &Model) -> Outcome {
        if self.list.key_or_letter(key, self.rows()) {
            return Outcome::Stay;
        }
        match key {
            DialogKey::Back => Outcome::Close,
            DialogKey::Choose => {
                let files = self.at(self.list.picked(self.rows()).unwrap_or(0));
                Outcome::SaveAttached(self.conversation, self.seq, files)
            }
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

    fn word(&self, action: Action) -> Option<&'static str> {
        (action == Action::Choose).then_some("save")
    }
}
