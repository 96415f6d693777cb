//! deskline's own export: one conversation a line.

use super::{
    Found, ImportError, Place, Position, Progress,
    files::SourceFile,
    lines::{Lines, without_ending},
};
use crate::domain::history::{PastAuthor, PastConversation, PastKind, PastMessage};
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::{BufReader, ErrorKind},
    path::Path,
};

/// The version of the export that this program writes and reads.
pub const VERSION: u32 = 1;

/// The longest line that is read, in bytes: a conversation of that size is no conversation.
const LONGEST_LINE: u64 = 256 * 1024 * 1024;

#[derive(Serialize)]
struct Written<'a> {
    deskline: u32,
    conversation: &'a PastConversation,
}

#[derive(Deserialize)]
struct Line {
    deskline: u32,
    conversation: PastConversation,
}

/// The version alone, of a line that could not be read whole.
#[derive(Deserialize)]
struct Version {
    deskline: Option<serde_json::Value>,
}

/// One line of an export, without its line end. Control and invisible characters stand in it as they are, except those that
/// JSON itself escapes; whoever prints it escapes the rest.
pub fn to_line(conversation: &PastConversation) -> String {
    // Only maps with keys that are no strings, and numbers that are none, cannot be written; there are neither.
    serde_json::to_string(&Written { deskline: VERSION, conversation }).unwrap_or_default()
}

/// Why a line could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineError {
    /// It was written by another version, given as it stands there.
    Version(String),
    /// It is no line of an export; a sentence says why.
    Broken(String),
}

/// Reads one line of an export.
///
/// # Errors
/// [`LineError`]: another version, or no line of an export.
pub fn from_line(line: &[u8]) -> Result<PastConversation, LineError> {
    let error = match serde_json::from_slice(line) {
        Ok(Line { deskline: VERSION, conversation }) => {
            return checked(conversation).map_err(|reason| LineError::Broken(reason.to_owned()));
        }
        Ok(Line { deskline, .. }) => return Err(LineError::Version(deskline.to_string())),
        Err(error) => error,
    };
    // Another version may hold other things, so what is missing says less than the number does.
    let version: Version = serde_json::from_slice(line).map_err(|error| LineError::Broken(in_words(&error)))?;
    match version.deskline {
        None => Err(LineError::Broken("it is no line of a deskline export: \"deskline\" is missing".to_owned())),
        Some(version) if version.as_u64() == Some(u64::from(VERSION)) => Err(LineError::Broken(in_words(&error))),
        Some(version) => Err(LineError::Version(version.to_string())),
    }
}

/// Refuses what no export holds and the rules forbid: a customer in an internal conversation (R1.6), a customer's note (R1.4).
fn checked(conversation: PastConversation) -> Result<PastConversation, &'static str> {
    let by_customer = |message: &PastMessage| matches!(message.author, PastAuthor::Customer(_));
    let notes = |message: &PastMessage| message.kind == PastKind::Note;
    let messages = &conversation.messages;
    if conversation.key.is_empty() || messages.iter().any(|message| message.key.is_empty()) {
        return Err("something in it has an empty key");
    }
    if messages.is_empty() {
        return Err("it has no messages");
    }
    if conversation.internal {
        let customers = conversation.requester.is_some() || !conversation.customers.is_empty();
        if customers || messages.iter().any(by_customer) {
            return Err("it is internal and has a customer");
        }
    } else if conversation.requester.is_none() {
        return Err("it is a customer conversation without a customer");
    }
    if messages.iter().any(|message| notes(message) && by_customer(message)) {
        return Err("it has a note by a customer");
    }
    Ok(conversation)
}

/// What JSON says, without its "line 1", which would point at the wrong line of the file.
fn in_words(error: &serde_json::Error) -> String {
    let whole = error.to_string();
    let cut = whole.rfind(" at line ").unwrap_or(whole.len());
    format!("it is broken at column {}: {}", error.column(), &whole[..cut])
}

/// An export in files, read line by line.
#[derive(Debug)]
pub(super) struct Export {
    files: std::vec::IntoIter<SourceFile>,
    open: Option<(SourceFile, Lines<BufReader<File>>)>,
    line: Vec<u8>,
    before: u64,
    progress: Progress,
}

impl Export {
    /// Looks at the first line of every file, so that another version stops the import before it has begun.
    ///
    /// # Errors
    /// [`ImportError::Version`], and [`ImportError::WrongFormat`] where the first line is none of an export.
    pub(super) fn new(files: Vec<SourceFile>) -> Result<Self, ImportError> {
        for file in &files {
            first_line(&file.path)?;
        }
        let total = files.iter().map(|file| file.size).sum();
        Ok(Self {
            files: files.into_iter(),
            open: None,
            line: Vec::new(),
            before: 0,
            progress: Progress { done: 0, total },
        })
    }

    pub(super) fn progress(&self) -> Progress {
        self.progress
    }

    pub(super) fn next(&mut self) -> Option<Found> {
        loop {
            let Some((file, lines)) = &mut self.open else {
                let Some(file) = self.files.next() else {
                    self.progress.done = self.progress.total;
                    return None;
                };
                match File::open(&file.path) {
                    Ok(opened) => {
                        self.open = Some((file, Lines::new(BufReader::new(opened), LONGEST_LINE)));
                    }
                    Err(error) => {
                        self.before += file.size;
                        return Some(unread(&file.path, Position::Whole, error.to_string()));
                    }
                }
                continue;
            };
            let read = lines.next(&mut self.line);
            self.progress.done = self.before + lines.position();
            let at = match read {
                Ok(Some(at)) => at,
                Ok(None) => {
                    self.before += file.size;
                    self.open = None;
                    continue;
                }
                Err(error) => {
                    let found = unread(&file.path, Position::Byte(lines.position()), error.to_string());
                    self.before += file.size;
                    self.open = None;
                    return Some(found);
                }
            };
            let line = without_ending(&self.line);
            if line.trim_ascii().is_empty() {
                continue;
            }
            return Some(match from_line(line) {
                Ok(conversation) => Found::Conversation(conversation),
                Err(LineError::Version(found)) => unread(
                    &file.path,
                    Position::Line(at.number),
                    format!("it has version {found}, and version {VERSION} is read"),
                ),
                Err(LineError::Broken(reason)) => unread(&file.path, Position::Line(at.number), reason),
            });
        }
    }
}

fn unread(path: &Path, position: Position, reason: String) -> Found {
    Found::Unread { place: Place { file: path.to_owned(), position }, reason }
}

/// Checks the first line that is not empty; a broken one is listed later like any other, if the file is an export at all.
fn first_line(path: &Path) -> Result<(), ImportError> {
    let file = File::open(path).map_err(|error| super::files::unreadable(path, &error))?;
    let mut lines = Lines::new(BufReader::new(file), LONGEST_LINE);
    let mut line = Vec::new();
    loop {
        let at = match lines.next(&mut line) {
            Ok(Some(at)) => at,
            Ok(None) => return Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(super::files::unreadable(path, &error));
            }
            Err(error) => {
                return Err(ImportError::Unreadable { path: path.to_owned(), reason: error.to_string() });
            }
        };
        let bytes = without_ending(&line).trim_ascii();
        if bytes.is_empty() {
            continue;
        }
        return match from_line(bytes) {
            Err(LineError::Version(found)) => {
                Err(ImportError::Version { path: path.to_owned(), line: at.number, found, known: VERSION })
            }
            Err(LineError::Broken(_)) if !bytes.starts_with(b"{\"deskline\"") => Err(ImportError::WrongFormat {
                path: path.to_owned(),
                expected: "a deskline export",
                reason: "its first line does not begin with {\"deskline\":".to_owned(),
                advice: "For JSON of another system use `import json` with --map FILE.".to_owned(),
            }),
            Ok(_) | Err(LineError::Broken(_)) => Ok(()),
        };
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::history::{PastPerson, PastState};

    fn conversation() -> PastConversation {
        let person = |address: &str| PastPerson { address: address.to_owned(), name: String::new() };
        PastConversation {
            key: "mail:1".to_owned(),
            subject: "Card \u{202e}declined\n\u{0}".to_owned(),
            internal: false,
            private: true,
            state: PastState::Locked,
            requester: Some(person("mara@example.org")),
            customers: vec![person("kim@example.org")],
            agents: vec![person("ben")],
            assignee: Some("ana".to_owned()),
            group: Some("Support".to_owned()),
            item: None,
            channel: "email".to_owned(),
            messages: vec![PastMessage {
                key: "1".to_owned(),
                kind: PastKind::Reply,
                author: PastAuthor::Customer(person("mara@example.org")),
                at: chrono::DateTime::UNIX_EPOCH,
                text: "line\u{2028}line\r\n".to_owned(),
                attachments: Vec::new(),
            }],
        }
    }

    #[test]
    fn what_is_written_is_read_back_to_the_letter_and_is_one_line() {
        let line = to_line(&conversation());
        assert!(line.starts_with("{\"deskline\":1,\"conversation\":{\"key\":\"mail:1\","));
        assert!(!line.contains(['\n', '\r']));
        assert_eq!(from_line(line.as_bytes()), Ok(conversation()));
    }

    #[test]
    fn r1_6_no_customer_comes_into_an_internal_conversation() {
        let refused = |change: fn(&mut PastConversation)| {
            let mut changed = conversation();
            change(&mut changed);
            match from_line(to_line(&changed).as_bytes()) {
                Err(LineError::Broken(reason)) => reason,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(refused(|it| it.internal = true), "it is internal and has a customer");
        let reason = refused(|it| {
            it.internal = true;
            it.requester = None;
            it.customers.clear();
        });
        assert_eq!(reason, "it is internal and has a customer");
        assert_eq!(refused(|it| it.requester = None), "it is a customer conversation without a customer");
        assert_eq!(refused(|it| it.messages[0].kind = PastKind::Note), "it has a note by a customer");
        assert_eq!(refused(|it| it.messages.clear()), "it has no messages");
        assert_eq!(refused(|it| it.key.clear()), "something in it has an empty key");
    }

    #[test]
    fn another_version_is_told_from_a_broken_line() {
        let version = |line: &str| from_line(line.as_bytes()).unwrap_err();
        assert_eq!(version("{\"deskline\":2,\"conversation\":{}}"), LineError::Version("2".to_owned()));
        assert_eq!(version("{\"deskline\":\"1b\"}"), LineError::Version("\"1b\"".to_owned()));
        assert!(
            matches!(version("{\"conversation\":{}}"), LineError::Broken(it) if it.contains("\"deskline\" is missing"))
        );
        assert!(
            matches!(version("{\"deskline\":1,\"conversation\":{}}"), LineError::Broken(it) if it.contains("column"))
        );
        assert!(matches!(version("[[["), LineError::Broken(_)));
    }
}
