//! What somebody began to write, and what is to go with it.

use super::Mode;
use crate::domain::{
    file::cleaned_name,
    id::{ConversationId, EntrySeq, ItemId},
};

/// Where a draft belongs.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DraftPlace {
    /// A conversation.
    Conversation(ConversationId),
    /// A conversation with a customer that is not started yet.
    NewWithCustomer,
    /// A conversation with agents that is not started yet.
    NewWithAgents,
    /// A conversation on an item that is not started yet.
    NewOnItem(ItemId),
    /// What is to be forwarded from a conversation to an address outside.
    Forwarding(ConversationId),
}

/// A kept draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Where it belongs.
    pub place: DraftPlace,
    /// Reply and note are kept apart.
    pub mode: Mode,
    /// The text; may be empty where there are files.
    pub text: String,
    /// What is to go with it, in order.
    pub files: Vec<DraftFile>,
}

impl Draft {
    /// Whether anything is kept in it.
    pub fn has_something(&self) -> bool {
        !self.text.is_empty() || !self.files.is_empty()
    }
}

/// A file that is to go with a draft; it is read when the draft is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftFile {
    /// Where it is.
    pub from: FileFrom,
    /// Its size in bytes when it was chosen.
    pub size: u64,
}

/// Where a file is that is to go with a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFrom {
    /// On the machine that the draft is written on, at this path from its root.
    Disk(String),
    /// At a message of the conversation that is forwarded.
    Message {
        /// Which message.
        seq: EntrySeq,
        /// Its place among the message's files: 1, 2, 3 …
        number: usize,
        /// What it is called there.
        name: String,
    },
}

impl DraftFile {
    /// What it is called where it goes.
    pub fn name(&self) -> String {
        match &self.from {
            FileFrom::Disk(path) => cleaned_name(path),
            FileFrom::Message { name, .. } => {
                Some(cleaned_name(name)).filter(|name| !name.is_empty()).unwrap_or_else(|| "file".to_owned())
            }
        }
    }
}

/// What a file of a message begins with where it is kept. A path from the root begins otherwise.
const MESSAGE: &str = "message ";

impl FileFrom {
    /// As it is kept: a path, or `message 3 2 bill.pdf`.
    pub fn kept(&self) -> String {
        match self {
            Self::Disk(path) => path.clone(),
            Self::Message { seq, number, name } => format!("{MESSAGE}{} {number} {name}", seq.0),
        }
    }

    /// Out of what was kept.
    pub fn of(kept: String) -> Self {
        let of_message = || {
            let mut parts = kept.strip_prefix(MESSAGE)?.splitn(3, ' ');
            let (seq, number) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            Some(Self::Message { seq: EntrySeq(seq), number, name: parts.next()?.to_owned() })
        };
        of_message().unwrap_or(Self::Disk(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_file_is_comes_back_as_it_was_kept() {
        let message = |name: &str| FileFrom::Message { seq: EntrySeq(3), number: 2, name: name.to_owned() };
        for from in [FileFrom::Disk("/home/ana/message 3 2 x".into()), message("my bill.pdf"), message("")] {
            assert_eq!(FileFrom::of(from.kept()), from);
        }
        assert_eq!(message("my bill.pdf").kept(), "message 3 2 my bill.pdf");
        let nameless = DraftFile { from: message("../"), size: 1 };
        assert_eq!(nameless.name(), "file");
    }
}
