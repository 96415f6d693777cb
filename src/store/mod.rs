//! Where a desk is kept: the only SQL, the only SQLite.

/// A part of a transaction that can be taken back alone.
mod attempt;
/// Mail that no person wrote.
pub mod automatic;
/// Copying a whole database into a new file.
mod backup;
/// Looking a file over.
pub mod check;
/// Conversations with everybody's place in them: read, written, and kept in their lists.
pub mod conversations;
/// Whom mails name.
pub mod correspondents;
/// Unsent texts.
pub mod drafts;
/// The event log.
pub mod events;
/// A desk in figures.
pub mod figures;
/// The file itself: opening, one writer, readers, backup, check.
pub mod file;
/// Folders of files that mails are taken from.
pub mod folders;
/// Message-IDs of mails.
pub mod headers;
/// Replies that wait for the administrators.
pub mod held;
/// What was imported, so that importing again adds only what is new.
pub mod history;
/// What is for agents only, and what customers were told.
pub mod internal;
/// Work items and who follows them.
pub mod items;
/// Keys that let agents in, and invites.
pub mod keys;
/// Entries that come in later than they were written.
pub mod late;
/// The lists of the sections.
pub mod lists;
/// Mailboxes: how far they were read, and how they do.
pub mod mailboxes;
/// Mails that came in.
pub mod mails;
/// Agents' places in conversations.
pub mod members;
/// Conversations that were merged into others.
pub mod merges;
/// Entries of conversations.
pub mod messages;
/// The schema's versions.
pub mod migrate;
/// Notices: kind and conversation, never words.
pub mod notices;
/// Sidebar numbers.
pub mod numbers;
/// Who waits in which group, and what became of offers.
pub mod offers;
/// What is on its way to customers.
pub mod outbox;
/// What belongs to a message besides its words.
pub mod parts;
/// Agents, customers, groups and settings.
pub mod people;
/// The access predicate as SQL.
pub mod predicate;
/// Mails that administrators threw away, or have to decide about.
pub mod put_away;
/// The queue of writers across processes.
pub mod queue;
/// The connections that only read.
pub mod reader;
/// Who has read what.
pub mod reading;
/// What reports say about mail that went out.
pub mod reports;
/// Conversations as list rows show them.
pub mod rows;
/// Finding messages.
pub mod search;
/// Keys that the desk made for itself.
pub mod secrets;
/// How far one attempt to hand a mail over came.
pub mod sending;
/// Counters of the lists, kept by the transaction that changes them.
pub mod tally;
/// What ties mails to conversations.
pub mod threads;
/// Replies that did not arrive.
pub mod undelivered;
/// Mail that nobody sends.
pub mod unsent;
/// Which server checks what comes, and for whom it vouched.
pub mod vouching;
/// What screens ask of mails.
pub mod windows;

pub use file::{Store, Writing};
/// A connection, for handing on; its SQL stays on this floor.
pub use rusqlite::Connection;

use thiserror::Error;

/// What went wrong below the desk.
#[derive(Debug, Error)]
pub enum StoreError {
    /// SQLite's own words.
    #[error("the desk file could not be read or written: {0}")]
    Database(#[from] rusqlite::Error),
    /// The file system's own words.
    #[error("{0}")]
    File(#[from] std::io::Error),
    /// A sentence that is ready for the person who reads it.
    #[error("{0}")]
    Sentence(String),
}

impl StoreError {
    /// Whether there is no room left.
    pub fn no_room(&self) -> bool {
        match self {
            Self::Database(error) => error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull),
            Self::File(error) => error.kind() == std::io::ErrorKind::StorageFull,
            Self::Sentence(_) => false,
        }
    }

    /// Whether the disk, or a limit on the size of files, refused what was asked of it.
    pub fn disk_refused(&self) -> bool {
        match self {
            Self::Database(error) => error.sqlite_error_code() == Some(rusqlite::ErrorCode::SystemIoFailure),
            Self::File(error) => error.kind() == std::io::ErrorKind::FileTooLarge,
            Self::Sentence(_) => false,
        }
    }
}

/// What a store call gives.
pub type Result<T> = std::result::Result<T, StoreError>;
