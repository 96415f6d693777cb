//! Replies that wait for the administrators, since they repeat what their senders may not read.

use super::{
    Result,
    outbox::{OUTGOING, Outgoing, outgoing},
};
use crate::domain::id::ConversationId;
use rusqlite::Connection;

/// What is held, oldest first: conversation, message and the recipient's address.
///
/// # Errors
/// What SQLite says.
pub fn all(connection: &Connection) -> Result<Vec<(ConversationId, i64, String)>> {
    let mut statement = connection.prepare_cached(
        "SELECT outbox.conversation_id, outbox.message_id, customer.address FROM outbox \
         JOIN customer ON customer.id = outbox.customer_id WHERE outbox.state = 'held' ORDER BY outbox.id",
    )?;
    let rows = statement.query_map([], |row| Ok((ConversationId(row.get(0)?), row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What is held of one message, by whatever door it would leave.
///
/// # Errors
/// What SQLite says.
pub fn of_message(connection: &Connection, message: i64) -> Result<Vec<Outgoing>> {
    let mut statement =
        connection.prepare_cached(&format!("{OUTGOING} WHERE message_id = ?1 AND state = 'held' ORDER BY id"))?;
    let rows = statement.query_map([message], outgoing)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What is held since before a moment (milliseconds since 1970) and would have been given up by now if it were not: at most
/// `limit`.
///
/// # Errors
/// What SQLite says.
pub fn since(connection: &Connection, since: i64, limit: usize) -> Result<Vec<Outgoing>> {
    let mut statement = connection.prepare_cached(&format!(
        "{OUTGOING} WHERE state = 'held' AND door = 'mail' AND failed_at IS NULL AND since <= ?1 ORDER BY id LIMIT ?2"
    ))?;
    let rows = statement.query_map([since, i64::try_from(limit).unwrap_or(i64::MAX)], outgoing)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
