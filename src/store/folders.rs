//! Folders of files that mails are taken from: how they were looked at last, and which of their files were taken.

use super::Result;
use crate::domain::mail::{Fingerprint, FolderLook};
use rusqlite::{Connection, OptionalExtension as _, params};

/// How a folder was looked at last.
///
/// # Errors
/// What SQLite says.
pub fn look(connection: &Connection, mailbox: &str, folder: &str) -> Result<Option<FolderLook>> {
    Ok(connection
        .prepare_cached("SELECT uid_validity, last_uid, state FROM mail_folder WHERE mailbox = ?1 AND folder = ?2")?
        .query_row([mailbox, folder], |row| {
            Ok(FolderLook { validity: row.get(0)?, last: row.get(1)?, state: row.get(2)? })
        })
        .optional()?)
}

/// Notes how a folder was looked at.
///
/// # Errors
/// What SQLite says.
pub fn set_look(connection: &Connection, mailbox: &str, folder: &str, look: FolderLook) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO mail_folder (mailbox, folder, uid_validity, last_uid, state) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (mailbox, folder) DO UPDATE SET uid_validity = ?3, last_uid = ?4, state = ?5",
        )?
        .execute(params![mailbox, folder, look.validity, look.last, look.state])?;
    Ok(())
}

/// Which of these files are remembered, in their order.
///
/// # Errors
/// What SQLite says.
pub fn known(connection: &Connection, mailbox: &str, folder: &str, files: &[Fingerprint]) -> Result<Vec<bool>> {
    let mut statement = connection
        .prepare_cached("SELECT 1 FROM folder_file WHERE mailbox = ?1 AND folder = ?2 AND fingerprint = ?3")?;
    let known = files.iter().map(|file| statement.exists(params![mailbox, folder, file]));
    Ok(known.collect::<rusqlite::Result<_>>()?)
}

/// Remembers files, each with when it changed last, in seconds since 1970.
///
/// # Errors
/// What SQLite says.
pub fn remember(connection: &Connection, mailbox: &str, folder: &str, files: &[(Fingerprint, i64)]) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO folder_file (mailbox, folder, fingerprint, changed_at) VALUES (?1, ?2, ?3, ?4) \
         ON CONFLICT (mailbox, folder, fingerprint) DO UPDATE SET changed_at = ?4",
    )?;
    for (file, changed) in files {
        statement.execute(params![mailbox, folder, file, changed])?;
    }
    Ok(())
}

/// Forgets the files that changed before a time in seconds since 1970.
///
/// # Errors
/// What SQLite says.
pub fn forget_before(connection: &Connection, mailbox: &str, folder: &str, since: i64) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM folder_file WHERE mailbox = ?1 AND folder = ?2 AND changed_at < ?3")?
        .execute(params![mailbox, folder, since])?;
    Ok(())
}
