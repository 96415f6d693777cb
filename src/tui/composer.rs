//! What the composer holds: a text, its mode and where it goes.

use super::{ask::Ask, editor::Editor, model::Model};
use crate::{
    desk::page::{DraftFile, DraftPlace, Mode, Moment, Readers},
    domain::{
        command::Command,
        file::size,
        id::{ConversationId, EntrySeq},
        text::SafeText,
    },
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
    /// What goes with it, in order.
    pub files: Vec<DraftFile>,
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
            files: Vec::new(),
        }
    }

    /// Whether there is nothing to keep.
    pub fn is_blank(&self) -> bool {
        self.editor.is_blank() && self.files.is_empty()
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

/// The files that go with what is asked: those of the composer that it was written in.
pub fn going_with<'a>(model: &'a Model, ask: &Ask) -> &'a [DraftFile] {
    let client_id = match ask {
        Ask::Run { command: Command::Reply(writing) | Command::Note(writing), .. } => &writing.client_id,
        Ask::Start(start) => &start.client_id,
        _ => return &[],
    };
    let composer = model.composer.as_ref().filter(|composer| client_id.as_ref() == Some(&composer.client_id));
    composer.map_or(&[], |composer| &composer.files)
}

/// "2 files, 340 KB".
pub fn files_counted(files: &[DraftFile]) -> String {
    let sizes = size(files.iter().fold(0, |all: u64, file| all.saturating_add(file.size)));
    if files.len() == 1 { format!("1 file, {sizes}") } else { format!("{} files, {sizes}", files.len()) }
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
    let customers = match readers.customers.len() {
        0 => return agents,
        1 => "1 customer".to_owned(),
        count => format!("{count} customers"),
    };
    if readers.agents == 0 { customers } else { format!("{customers}, {agents}") }
}

/// Who will receive a message, customers by name: "Mara Lindt, 2 agents", by mail "Mara Lindt, Cc Jo Park, 2 agents" (R1.5).
/// Each of them is sent a mail of their own.
pub fn readers_named(readers: &Readers) -> String {
    of_all(&readers.customers, readers.by_mail, readers.agents)
}

/// The first customer by name: "Mara Lindt, Cc 2 more, 2 agents".
pub fn first_named(readers: &Readers) -> String {
    let first = readers.customers.iter().take(1).cloned();
    let more = match readers.customers.len() {
        0 | 1 => None,
        count => Some(format!("{} more", count - 1)),
    };
    of_all(&first.chain(more).collect::<Vec<_>>(), readers.by_mail, readers.agents)
}

fn of_all(customers: &[String], by_mail: bool, agents: u32) -> String {
    let counted = readers_counted(&Readers { agents, ..Readers::default() });
    let customers = match customers {
        [] => return counted,
        [first, others @ ..] if by_mail && !others.is_empty() => format!("{first}, Cc {}", others.join(", ")),
        all => all.join(", "),
    };
    if agents == 0 { customers } else { format!("{customers}, {counted}") }
}

/// The addresses that are written to: in one line, or To in one and as many of Cc as fit in another.
pub fn addresses(readers: &Readers, columns: usize) -> Vec<String> {
    let Some((first, others)) = readers.addresses.split_first() else { return Vec::new() };
    let fits = |words: &String| SafeText::line(words).width() <= columns;
    let to = format!("To {first}");
    let all = if others.is_empty() { to.clone() } else { format!("{to}, Cc {}", others.join(", ")) };
    if others.is_empty() || fits(&all) {
        return vec![all];
    }
    let some = |count: usize| {
        let more = match others.len() - count {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("Cc {}{more}", others[..count].join(", "))
    };
    let fewer = (1..=others.len()).rev().map(some).find(fits);
    vec![to, fewer.unwrap_or_else(|| some(1))]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readers(customers: usize, agents: u32) -> Readers {
        let customers: Vec<String> = (1..=customers).map(|at| format!("Person {at}")).collect();
        let addresses = (1..=customers.len()).map(|at| format!("p{at}@b.example")).collect();
        Readers { customers, addresses, agents, by_mail: true }
    }

    #[test]
    fn who_receives_it_is_said_in_as_many_words_as_there_is_room_for() {
        let three = readers(3, 2);
        assert_eq!(readers_named(&three), "Person 1, Cc Person 2, Person 3, 2 agents");
        assert_eq!(first_named(&three), "Person 1, Cc 2 more, 2 agents");
        assert_eq!(readers_counted(&three), "3 customers, 2 agents");
        assert_eq!(
            (first_named(&readers(1, 0)), readers_counted(&readers(2, 0))),
            ("Person 1".into(), "2 customers".into())
        );
        assert_eq!(readers_counted(&readers(0, 0)), "0 agents");
    }

    #[test]
    fn addresses_are_said_as_far_as_they_fit_and_the_others_counted() {
        let three = readers(3, 2);
        assert_eq!(addresses(&three, 80), ["To p1@b.example, Cc p2@b.example, p3@b.example"]);
        assert_eq!(addresses(&three, 45), ["To p1@b.example", "Cc p2@b.example, p3@b.example"]);
        assert_eq!(addresses(&three, 26), ["To p1@b.example", "Cc p2@b.example and 1 more"]);
        assert_eq!(addresses(&three, 5), ["To p1@b.example", "Cc p2@b.example and 1 more"]);
        assert_eq!(addresses(&readers(1, 0), 80), ["To p1@b.example"]);
        assert_eq!(addresses(&readers(0, 2), 80), Vec::<String>::new());
    }
}
