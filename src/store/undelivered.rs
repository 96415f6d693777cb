//! Replies that did not reach whom they were for.

use super::{Result, people::word};
use crate::domain::{
    id::{AgentId, ConversationId, EntrySeq, OutboxId},
    mail::DeliveryState,
};
use rusqlite::{Connection, OptionalExtension as _, params};

/// A reply on its way to one customer, or given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToOne {
    /// Where the reply is now.
    pub conversation: ConversationId,
    /// Its entry there.
    pub seq: EntrySeq,
    /// The agent who wrote it.
    pub writer: Option<AgentId>,
    /// The customer's name; the address where there is none.
    pub customer: String,
    /// How far it is.
    pub state: DeliveryState,
}

/// A reply to one customer by its row of the outbox; `None` for what is no reply.
///
/// # Errors
/// What SQLite says.
pub fn reply(connection: &Connection, id: OutboxId) -> Result<Option<ToOne>> {
    Ok(connection
        .prepare_cached(
            "SELECT m.conversation_id, m.seq, m.agent_id, coalesce(nullif(customer.name, ''), customer.address), o.state \
             FROM outbox o CROSS JOIN message m ON m.id = o.message_id \
             CROSS JOIN customer ON customer.id = o.customer_id WHERE o.id = ?1 AND o.kind = 'reply'",
        )?
        .query_row([id.0], |row| {
            Ok(ToOne {
                conversation: ConversationId(row.get(0)?),
                seq: EntrySeq(row.get(1)?),
                writer: row.get::<_, Option<i64>>(2)?.map(AgentId),
                customer: row.get(3)?,
                state: word(row, 4)?,
            })
        })
        .optional()?)
}

/// Notes when a row was given up, in milliseconds since 1970.
///
/// # Errors
/// What SQLite says.
pub fn note(connection: &Connection, id: OutboxId, now: i64) -> Result<()> {
    connection.prepare_cached("UPDATE outbox SET failed_at = ?2 WHERE id = ?1")?.execute([id.0, now])?;
    Ok(())
}

/// A row is on its way again: it is not given up any more, and the notices that said so are settled.
///
/// # Errors
/// What SQLite says.
pub fn forget(connection: &Connection, id: OutboxId) -> Result<()> {
    connection.prepare_cached("UPDATE outbox SET failed_at = NULL WHERE id = ?1")?.execute([id.0])?;
    connection
        .prepare_cached("UPDATE notice SET cleared = 1 WHERE outbox_id = ?1 AND outbox_id > 0 AND cleared = 0")?
        .execute([id.0])?;
    Ok(())
}

/// How many replies were given up after a moment (milliseconds since 1970).
///
/// # Errors
/// What SQLite says.
pub fn count_since(connection: &Connection, since: i64) -> Result<u64> {
    let counted: i64 = connection
        .prepare_cached("SELECT count(DISTINCT message_id) FROM outbox WHERE failed_at > ?1")?
        .query_row(params![since], |row| row.get(0))?;
    Ok(counted.unsigned_abs())
}

/// What became of the newest answer of a conversation `c`, in SQL: the state of a row that was given up, and nothing where it
/// is on its way or arrived. Most conversations have no such row, and cost one look into an index.
pub(super) const OF_NEWEST_ANSWER: &str = "(SELECT o.state FROM outbox o INDEXED BY outbox_undelivered \
     CROSS JOIN message m ON m.id = o.message_id WHERE o.conversation_id = c.id AND o.failed_at IS NOT NULL \
     AND NOT EXISTS (SELECT 1 FROM message newer WHERE newer.conversation_id = c.id AND newer.seq > m.seq \
     AND newer.kind = 'reply' AND newer.customer_id IS NULL) LIMIT 1)";
