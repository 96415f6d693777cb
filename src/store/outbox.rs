//! What is on its way to customers; written in the transaction of what it carries.

use super::Result;
use crate::domain::id::{ConversationId, CustomerId};
use rusqlite::{Connection, params};

/// Queues a reply for a customer.
///
/// # Errors
/// What SQLite says.
pub fn queue_reply(
    connection: &Connection,
    conversation: ConversationId,
    message: i64,
    customer: CustomerId,
    now: i64,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO outbox (kind, conversation_id, message_id, customer_id, state, at) VALUES ('reply', ?1, ?2, ?3, 'queued', ?4)",
        )?
        .execute(params![conversation.0, message, customer.0, now])?;
    Ok(())
}

/// Queues the line that tells a writer, once, that a locked conversation got a follow-up (R2.7).
///
/// # Errors
/// What SQLite says.
pub fn queue_told(
    connection: &Connection,
    follow_up: ConversationId,
    locked: ConversationId,
    customer: CustomerId,
    now: i64,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO outbox (kind, conversation_id, message_id, customer_id, state, at, about) \
             VALUES ('told', ?1, NULL, ?2, 'queued', ?3, ?4) ON CONFLICT DO NOTHING",
        )?
        .execute(params![follow_up.0, customer.0, now, locked.0])?;
    Ok(())
}

/// What is queued, oldest first, as (kind, conversation, customer): for whoever delivers, and for tests of who is sent what.
///
/// # Errors
/// What SQLite says.
pub fn queued(connection: &Connection) -> Result<Vec<(String, ConversationId, CustomerId)>> {
    let mut statement = connection
        .prepare_cached("SELECT kind, conversation_id, customer_id FROM outbox WHERE state = 'queued' ORDER BY id")?;
    let rows =
        statement.query_map([], |row| Ok((row.get(0)?, ConversationId(row.get(1)?), CustomerId(row.get(2)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
