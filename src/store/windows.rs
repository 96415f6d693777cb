//! What screens ask of mails: which messages of a window came by mail, and how much waits.

use super::Result;
use crate::domain::id::{ConversationId, EntrySeq};
use rusqlite::Connection;

/// Which messages of a window came by mail, by their rows.
///
/// # Errors
/// What SQLite says.
pub fn came_by_mail(
    connection: &Connection,
    conversation: ConversationId,
    (first, last): (EntrySeq, EntrySeq),
) -> Result<Vec<i64>> {
    let mut statement = connection.prepare_cached(
        "SELECT DISTINCT message_id FROM mail \
         WHERE message_id IN (SELECT id FROM message WHERE conversation_id = ?1 AND seq BETWEEN ?2 AND ?3) \
         AND verdict IN ('message', 'sent-outside')",
    )?;
    let rows = statement.query_map([conversation.0, first.0, last.0], |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

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
