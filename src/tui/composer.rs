//! What the composer holds: a text, its mode and where it goes.

use super::editor::Editor;
use crate::{
    desk::page::{DraftPlace, Mode, Moment, Readers},
    domain::id::{ConversationId, EntrySeq},
};

/// Which part of the composer has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The text.
    Text,
    /// `[ Send Message ]`.
    Send,
}

/// A message being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composer {
    /// Where it goes.
    pub place: DraftPlace,
    /// Reply, note or internal (R1.5).
    pub mode: Mode,
    /// The text.
    pub editor: Editor,
    /// Which part has the keys.
    pub part: Part,
    /// When the text was changed first since it was kept.
    pub changed: Option<Moment>,
    /// The newest entry that the writer agreed to have seen by sending in spite of it (R7.6).
    pub agreed: Option<EntrySeq>,
    /// The message's own id, kept until it is written (R1.8).
    pub client_id: String,
    /// On its way to the desk.
    pub sending: bool,
    /// Whether what was kept was put in already; it comes with the first page that has the conversation.
    pub loaded: bool,
    /// The picked row of the mention list; `None` while it is closed or was dismissed.
    pub mention: Option<usize>,
}

impl Composer {
    /// An empty composer; what was kept is put in when it is known.
    pub fn new(place: DraftPlace, mode: Mode, client_id: String) -> Self {
        Self {
            place,
            mode,
            editor: Editor::default(),
            part: Part::Text,
            changed: None,
            agreed: None,
            client_id,
            sending: false,
            loaded: false,
            mention: None,
        }
    }

    /// Whether it starts a conversation on an item.
    pub const fn on_item(&self) -> bool {
        match self.place {
            DraftPlace::NewOnItem(_) => true,
            DraftPlace::Conversation(_)
            | DraftPlace::NewWithCustomer
            | DraftPlace::NewWithAgents
            | DraftPlace::Forwarding(_) => false,
        }
    }

    /// The conversation it writes in, if it is one that exists.
    pub const fn conversation(&self) -> Option<ConversationId> {
        match self.place {
            DraftPlace::Conversation(id) => Some(id),
            DraftPlace::NewOnItem(_)
            | DraftPlace::NewWithCustomer
            | DraftPlace::NewWithAgents
            | DraftPlace::Forwarding(_) => None,
        }
    }

    /// The handle being typed behind an `@` that begins a word, with the place of the `@`.
    pub fn mention_typed(&self) -> Option<(usize, &str)> {
        let before = &self.editor.text()[..self.editor.cursor()];
        let at = before.rfind('@')?;
        let begins = before[..at].chars().next_back().is_none_or(|letter| !letter.is_alphanumeric());
        let typed = &before[at + 1..];
        let handle =
            typed.len() <= 32 && typed.chars().all(|letter| letter.is_alphanumeric() || "-_.".contains(letter));
        (begins && handle).then_some((at, typed))
    }
}

/// The word for a mode (R1.5).
pub const fn mode_word(mode: Mode) -> &'static str {
    match mode {
        Mode::Reply => "Reply",
        Mode::Note => "Note",
        Mode::Internal => "Internal",
    }
}

/// Who will receive a message, without the names: "2 customers, 3 agents" (R1.5).
pub fn readers_counted(readers: &Readers) -> String {
    let agents = match readers.agents {
        1 => "1 agent".to_owned(),
        count => format!("{count} agents"),
    };
    match readers.customers.len() {
        0 => agents,
        1 => format!("1 customer, {agents}"),
        count => format!("{count} customers, {agents}"),
    }
}

/// Who will receive a message, customers by name: "Mara Lindt, 2 agents", by mail "Mara Lindt, Cc Jo Park, 2 agents" (R1.5).
/// Each of them is sent a mail of their own.
pub fn readers_named(readers: &Readers) -> String {
    let agents = readers_counted(&Readers { agents: readers.agents, ..Readers::default() });
    let customers = match (readers.customers.as_slice(), readers.by_mail) {
        ([], _) => return agents,
        ([first, others @ ..], true) if !others.is_empty() => format!("{first}, Cc {}", others.join(", ")),
        (all, _) => all.join(", "),
    };
    if readers.agents == 0 { customers } else { format!("{customers}, {agents}") }
}
