//! Message-IDs: which mails a recipient wrote or was sent, and which went out.

use super::Result;
use crate::domain::id::{ConversationId, CustomerId, EntrySeq, OutboxId};
use rusqlite::{Connection, OptionalExtension as _, params};

/// How many Message-IDs of a thread are looked at, the newest.
const LOOKED_AT: usize = 200;

/// Remembers the Message-ID of a mail that goes out, once.
///
/// # Errors
/// What SQLite says.
pub fn remember(
    connection: &Connection,
    header_id: &str,
    conversation: ConversationId,
    message: Option<i64>,
    outbox: OutboxId,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO header_id (header_id, conversation_id, message_id, outbox_id) SELECT ?1, ?2, ?3, ?4 \
             WHERE NOT EXISTS (SELECT 1 FROM header_id WHERE header_id = ?1 AND outbox_id = ?4)",
        )?
        .execute(params![header_id, conversation.0, message, outbox.0])?;
    Ok(())
}

/// The Message-IDs before an entry of the mails that a customer wrote or was sent in a conversation, oldest first.
///
/// # Errors
/// What SQLite says.
pub fn references(
    connection: &Connection,
    conversation: ConversationId,
    customer: CustomerId,
    before: EntrySeq,
) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT h.header_id FROM header_id h LEFT JOIN outbox o ON o.id = h.outbox_id \
         LEFT JOIN message m ON m.id = h.message_id WHERE h.conversation_id = ?1 AND coalesce(m.seq, 0) < ?3 \
         AND (CASE WHEN h.outbox_id IS NULL THEN m.customer_id ELSE o.customer_id END) = ?2 \
         ORDER BY h.id DESC LIMIT {LOOKED_AT}"
    ))?;
    let rows = statement.query_map([conversation.0, customer.0, before.0], |row| row.get(0))?;
    let mut ids: Vec<String> = rows.collect::<rusqlite::Result<_>>()?;
    ids.reverse();
    Ok(ids)
}

/// Whether a message was held or taken back before it left for a customer, who has not seen it then.
///
/// # Errors
/// What SQLite says.
pub fn kept_back(connection: &Connection, message: i64, customer: CustomerId) -> Result<bool> {
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM outbox WHERE message_id = ?1 AND customer_id = ?2 AND state IN ('held', 'cancelled'))",
        )?
        .query_row([message, customer.0], |row| row.get(0))?)
}

/// Whether a message was held or taken back before it left for any customer at all.
///
/// # Errors
/// What SQLite says.
pub fn withheld(connection: &Connection, message: i64) -> Result<bool> {
    Ok(connection
        .prepare_cached(
            "SELECT coalesce(min(state IN ('held', 'cancelled')), 0) FROM outbox WHERE message_id = ?1 AND kind = 'reply'",
        )?
        .query_row([message], |row| row.get(0))?)
}

/// The mailbox that the newest mail of a conversation came by, by its name in the configuration.
///
/// # Errors
/// What SQLite says.
pub fn came_by(connection: &Connection, conversation: ConversationId) -> Result<Option<String>> {
    Ok(connection
        .prepare_cached(
            "SELECT mailbox FROM mail WHERE conversation_id = ?1 AND verdict = 'message' ORDER BY received_at DESC LIMIT 1",
        )?
        .query_row([conversation.0], |row| row.get(0))
        .optional()?)
}
