//! What goes to an address outside: the messages that were selected, or the one under the cursor, quoted.

use crate::{
    desk::page::{Attachment, DraftFile, Entry, FileFrom, From, Thread},
    domain::{
        command::FileOf,
        conversation::{Audience, EntryKind},
    },
    tui::{
        model::{Area, Model},
        time,
    },
};

/// Why something stays inside.
pub const INSIDE: &str = "Only what customers may read goes outside. Put the cursor on a reply.";
const OPEN: &str = "Open the conversation and put the cursor on a message first.";

/// Whether customers may read a message, so that it may be quoted to somebody outside.
pub fn may_leave(thread: &Thread, entry: &Entry) -> bool {
    entry.kind == EntryKind::Reply && thread.row.audience == Audience::Customer
}

/// The messages that are meant, in their order, with their conversation.
///
/// # Errors
/// Why none may go outside, in a sentence.
pub fn meant(model: &Model) -> Result<(&Thread, Vec<&Entry>), &'static str> {
    let thread = model.opened().filter(|thread| model.target() == Some(thread.row.id)).ok_or(OPEN)?;
    let view = model.thread.as_ref().ok_or(OPEN)?;
    let chosen: Vec<&Entry> = thread.entries.iter().filter(|entry| view.chosen.contains(&entry.seq)).collect();
    if chosen.len() < view.chosen.len() {
        return Err("The selected messages are too far apart to be read at once. Forward some of them first.");
    }
    let entries = if chosen.is_empty() {
        let cursor = view.cursor.ok_or(OPEN)?;
        let at = thread.entries.iter().position(|entry| entry.seq == cursor).ok_or(OPEN)?;
        let before = || thread.entries[..at].iter().rfind(|entry| may_leave(thread, entry));
        match thread.entries[at].kind {
            // Nobody forwards a line of the desk: what is meant is the reply before it.
            EntryKind::System => vec![before().ok_or(INSIDE)?],
            EntryKind::Reply | EntryKind::Note => vec![&thread.entries[at]],
        }
    } else {
        chosen
    };
    let inside = entries.iter().any(|entry| !may_leave(thread, entry));
    if inside { Err(INSIDE) } else { Ok((thread, entries)) }
}

/// They as they are quoted: who wrote when, and every line behind a mark. Of the team the name of no agent goes out.
pub fn quote(model: &Model, entries: &[&Entry]) -> String {
    let one = |entry: &&Entry| {
        let name = match &entry.from {
            From::Customer(person) if !person.name.is_empty() => person.name.as_str(),
            From::Customer(person) => person.address.as_str(),
            From::Agent(_) | From::Outside(_) | From::System => model.page.team.as_str(),
        };
        let lines: Vec<String> = entry.text.trim_end().lines().map(|line| format!("> {line}")).collect();
        format!("{name} wrote on {}:\n{}\n", time::stamp(entry.at, model.zone), lines.join("\n"))
    };
    entries.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// What is attached to them, in order.
pub fn files(entries: &[&Entry]) -> Vec<DraftFile> {
    let of = |entry: &&Entry| {
        let seq = entry.seq;
        let file = move |(at, file): (usize, &Attachment)| DraftFile {
            from: FileFrom::Message { seq, number: at + 1, name: file.name.clone() },
            size: file.size,
        };
        entry.attachments.iter().enumerate().map(file).collect::<Vec<_>>()
    };
    entries.iter().flat_map(of).collect()
}

/// A file as the desk is asked for it; `None` where it lies elsewhere than at a message.
pub fn file_of(file: &DraftFile) -> Option<FileOf> {
    match &file.from {
        FileFrom::Message { seq, number, name } => {
            Some(FileOf { seq: *seq, number: *number, name: name.clone(), size: file.size })
        }
        FileFrom::Disk(_) => None,
    }
}

/// The message that a key selects, where the conversation has the keys.
///
/// # Errors
/// Why it cannot be selected, in a sentence.
pub fn to_choose(model: &Model) -> Result<&Entry, &'static str> {
    let thread = model.opened().filter(|_| model.area == Area::Thread).ok_or(OPEN)?;
    let cursor = model.thread.as_ref().and_then(|view| view.cursor).ok_or(OPEN)?;
    let entry = thread.entries.iter().find(|entry| entry.seq == cursor).ok_or(OPEN)?;
    if may_leave(thread, entry) { Ok(entry) } else { Err(INSIDE) }
}
