//! What was imported, so that importing again adds only what is new (R1.7).

use super::Result;
use crate::domain::id::ConversationId;
use rusqlite::{Connection, OptionalExtension as _, params};
use std::collections::HashMap;

/// The conversation that a source's conversation or message went to.
///
/// # Errors
/// What SQLite says.
pub fn find(connection: &Connection, key: &str) -> Result<Option<ConversationId>> {
    Ok(connection
        .prepare_cached("SELECT conversation_id FROM import_key WHERE key = ?1")?
        .query_row([key], |row| row.get(0).map(ConversationId))
        .optional()?)
}

/// Remembers where something went.
///
/// # Errors
/// What SQLite says.
pub fn remember(connection: &Connection, key: &str, conversation: ConversationId, message: Option<i64>) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO import_key (key, conversation_id, message_id) VALUES (?1, ?2, ?3) ON CONFLICT (key) DO NOTHING")?
        .execute(params![key, conversation.0, message])?;
    Ok(())
}

/// The key that a conversation was imported under, if it was.
///
/// # Errors
/// What SQLite says.
pub fn key_of(connection: &Connection, conversation: ConversationId) -> Result<Option<String>> {
    Ok(connection
        .prepare_cached("SELECT key FROM import_key WHERE conversation_id = ?1 AND message_id IS NULL LIMIT 1")?
        .query_row([conversation.0], |row| row.get(0))
        .optional()?)
}

/// The keys of a conversation's messages in the source that it was imported from under `key`, by message; what was written
/// here since has none.
///
/// # Errors
/// What SQLite says.
pub fn message_keys(connection: &Connection, conversation: ConversationId, key: &str) -> Result<HashMap<i64, String>> {
    // A message's key is the conversation's, a blank and its own; "!" comes right behind the blank.
    let mut statement = connection.prepare_cached(
        "SELECT message_id, substr(key, ?4) FROM import_key \
         WHERE key >= ?1 AND key < ?2 AND conversation_id = ?3 AND message_id IS NOT NULL",
    )?;
    let own = i64::try_from(key.chars().count() + 2).unwrap_or(i64::MAX);
    let range = (format!("{key} "), format!("{key}!"));
    let rows =
        statement.query_map(params![range.0, range.1, conversation.0, own], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
