//! Mailboxes: how far their folders were read, and how they do.

use super::{Result, conversations::moment};
use crate::domain::mail::MailboxHealth;
use rusqlite::{Connection, OptionalExtension as _, params};

/// How far a folder was read: its UIDVALIDITY and the last number taken.
///
/// # Errors
/// What SQLite says.
pub fn cursor(connection: &Connection, mailbox: &str, folder: &str) -> Result<Option<(u32, u32)>> {
    Ok(connection
        .prepare_cached("SELECT uid_validity, last_uid FROM mail_folder WHERE mailbox = ?1 AND folder = ?2")?
        .query_row([mailbox, folder], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// Notes how far a folder was read.
///
/// # Errors
/// What SQLite says.
pub fn set_cursor(
    connection: &Connection,
    mailbox: &str,
    folder: &str,
    uid_validity: u32,
    last_uid: u32,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO mail_folder (mailbox, folder, uid_validity, last_uid) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT (mailbox, folder) DO UPDATE SET uid_validity = ?3, last_uid = ?4",
        )?
        .execute(params![mailbox, folder, uid_validity, last_uid])?;
    Ok(())
}

/// When a mailbox was looked at for the first time, in milliseconds since 1970.
///
/// # Errors
/// What SQLite says.
pub fn connected(connection: &Connection, mailbox: &str) -> Result<Option<i64>> {
    Ok(connection
        .prepare_cached("SELECT at FROM mailbox_connected WHERE mailbox = ?1")?
        .query_row([mailbox], |row| row.get(0))
        .optional()?)
}

/// Notes when a mailbox was looked at for the first time; an earlier first time stays.
///
/// # Errors
/// What SQLite says.
pub fn connect(connection: &Connection, mailbox: &str, at: i64) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO mailbox_connected (mailbox, at) VALUES (?1, ?2) ON CONFLICT (mailbox) DO NOTHING")?
        .execute(params![mailbox, at])?;
    Ok(())
}

/// Notes how a mailbox does, and when it is tried next where it does not work (milliseconds since 1970); whether that is news.
///
/// # Errors
/// What SQLite says.
pub fn set_health(
    connection: &Connection,
    (name, address): (&str, &str),
    trouble: Option<&str>,
    next: Option<i64>,
    now: i64,
) -> Result<bool> {
    let before: Option<(String, Option<String>, Option<i64>)> = connection
        .prepare_cached("SELECT address, trouble, next FROM mailbox WHERE name = ?1")?
        .query_row([name], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let same = before.is_some_and(|(before, was, then)| before == address && was.as_deref() == trouble && then == next);
    connection
        .prepare_cached(
            "INSERT INTO mailbox (name, address, trouble, since, at, next) VALUES (?1, ?2, ?3, ?4, ?4, ?5) \
             ON CONFLICT (name) DO UPDATE SET address = ?2, trouble = ?3, since = CASE WHEN trouble IS ?3 THEN since ELSE ?4 END, at = ?4, next = ?5",
        )?
        .execute(params![name, address, trouble, now, next])?;
    Ok(!same)
}

/// How the mailboxes do, by name.
///
/// # Errors
/// What SQLite says.
pub fn health(connection: &Connection) -> Result<Vec<MailboxHealth>> {
    let mut statement =
        connection.prepare_cached("SELECT name, address, trouble, since, at, next FROM mailbox ORDER BY name")?;
    let rows = statement.query_map([], |row| {
        Ok(MailboxHealth {
            name: row.get(0)?,
            address: row.get(1)?,
            trouble: row.get(2)?,
            since: moment(row.get(3)?),
            at: moment(row.get(4)?),
            next: row.get::<_, Option<i64>>(5)?.map(moment),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Asks whoever serves a mailbox to look at it at once.
///
/// # Errors
/// What SQLite says.
pub fn nudge(connection: &Connection, name: &str) -> Result<()> {
    connection.prepare_cached("UPDATE mailbox SET nudges = nudges + 1 WHERE name = ?1")?.execute([name])?;
    Ok(())
}

/// How often that was asked; of all mailboxes together where none is named.
///
/// # Errors
/// What SQLite says.
pub fn nudges(connection: &Connection, name: Option<&str>) -> Result<i64> {
    Ok(connection
        .prepare_cached("SELECT coalesce(sum(nudges), 0) FROM mailbox WHERE ?1 IS NULL OR name = ?1")?
        .query_row([name], |row| row.get(0))?)
}

/// Forgets a mailbox that is in the configuration no more; what came by it stays.
///
/// # Errors
/// What SQLite says.
pub fn forget(connection: &Connection, name: &str) -> Result<()> {
    connection.prepare_cached("DELETE FROM mailbox WHERE name = ?1")?.execute([name])?;
    Ok(())
}
