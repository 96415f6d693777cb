//! What reports say about mail that went out.

use super::{Result, threads::WentOut};
use crate::domain::id::{ConversationId, CustomerId};
use rusqlite::{Connection, OptionalExtension as _, params};

/// The last mail of a conversation that left for a customer.
///
/// # Errors
/// What SQLite says.
pub fn last_to(connection: &Connection, conversation: ConversationId, customer: CustomerId) -> Result<Option<WentOut>> {
    Ok(connection
        .prepare_cached(
            "SELECT id, message_id FROM outbox WHERE conversation_id = ?1 AND customer_id = ?2 \
             AND state IN ('sending', 'sent', 'unknown', 'failed') ORDER BY id DESC LIMIT 1",
        )?
        .query_row([conversation.0, customer.0], |row| {
            Ok(WentOut { outbox: row.get(0)?, conversation, message: row.get(1)? })
        })
        .optional()?)
}

/// To which customer a mail went; `None` where it went to nobody who is one.
///
/// # Errors
/// What SQLite says.
pub fn recipient(connection: &Connection, outbox: i64) -> Result<Option<CustomerId>> {
    Ok(connection
        .prepare_cached("SELECT customer_id FROM outbox WHERE id = ?1")?
        .query_row([outbox], |row| row.get::<_, Option<i64>>(0))
        .optional()?
        .flatten()
        .map(CustomerId))
}

/// Marks a mail that left as not delivered, in the server's words, and the notices that went along in it; whether that is new.
/// The report of a server next door can be here before the worker has written down that the mail is gone: its lease ends with
/// it.
///
/// # Errors
/// What SQLite says.
pub fn bounced(connection: &Connection, outbox: i64, words: &str) -> Result<bool> {
    let marked = |which: &str| -> Result<bool> {
        let sql = format!(
            "UPDATE outbox SET state = 'failed', due = NULL, leased_by = NULL, words = ?2 \
             WHERE {which} = ?1 AND state IN ('sending', 'sent', 'unknown')"
        );
        Ok(connection.prepare_cached(&sql)?.execute(params![outbox, words])? > 0)
    };
    marked("digest")?;
    marked("id")
}

/// Marks a mail that is on its way as delayed; whether that is new.
///
/// # Errors
/// What SQLite says.
pub fn delayed(connection: &Connection, outbox: i64) -> Result<bool> {
    Ok(connection
        .prepare_cached(
            "UPDATE outbox SET delayed = 1 WHERE id = ?1 AND delayed = 0 AND state IN ('sending', 'sent', 'unknown')",
        )?
        .execute([outbox])?
        > 0)
}

/// Marks a mail as one that its recipient did not want; whether that is new.
///
/// # Errors
/// What SQLite says.
pub fn complained(connection: &Connection, outbox: i64) -> Result<bool> {
    Ok(connection
        .prepare_cached("UPDATE outbox SET complained = 1 WHERE id = ?1 AND complained = 0")?
        .execute([outbox])?
        > 0)
}
