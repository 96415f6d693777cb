//! What screens ask of mails: how much waits.

use super::Result;
use rusqlite::Connection;

/// How many mails wait for an administrator, to so many.
///
/// # Errors
/// What SQLite says.
pub fn count_mails(connection: &Connection, most: u32) -> Result<u32> {
    Ok(connection
        .prepare_cached("SELECT count(*) FROM (SELECT 1 FROM mail WHERE verdict IN ('held', 'quarantined') LIMIT ?1)")?
        .query_row([most], |row| row.get(0))?)
}

/// How many messages wait for an administrator, to so many.
///
/// # Errors
/// What SQLite says.
pub fn count_replies(connection: &Connection, most: u32) -> Result<u32> {
    Ok(connection
        .prepare_cached("SELECT count(*) FROM (SELECT DISTINCT message_id FROM outbox WHERE state = 'held' LIMIT ?1)")?
        .query_row([most], |row| row.get(0))?)
}
