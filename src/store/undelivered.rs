//! Replies that did not reach whom they were for.

use super::{Result, people::word};
use crate::domain::{
    id::{AgentId, ConversationId, EntrySeq, OutboxId},
    mail::DeliveryState,
};
use rusqlite::{Connection, OptionalExtension as _, params};

/// A reply that was given up, or reported as not delivered, to one of those it was for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenUp {
    /// Its entry in the conversation.
    pub seq: EntrySeq,
    /// The agent who wrote it.
    pub writer: Option<AgentId>,
    /// The customer's name; the address where there is none.
    pub customer: String,
    /// What became of it.
    pub state: DeliveryState,
}

/// Where a reply lies now, and which agent wrote it, by its row of the outbox; `None` for what is no reply.
///
/// # Errors
/// What SQLite says.
pub fn reply(connection: &Connection, id: OutboxId) -> Result<Option<(ConversationId, Option<AgentId>)>> {
    Ok(connection
        .prepare_cached(
            "SELECT m.conversation_id, m.agent_id FROM outbox o CROSS JOIN message m ON m.id = o.message_id \
             WHERE o.id = ?1 AND o.kind = 'reply'",
        )?
        .query_row([id.0], |row| Ok((ConversationId(row.get(0)?), row.get::<_, Option<i64>>(1)?.map(AgentId))))
        .optional()?)
}

/// What is held and was given up as if it were not has failed here, as it has for its sender.
///
/// What was given up in a conversation up to a moment (milliseconds since 1970), of the newest reply that was: one for each
/// customer it was for, in the order in which they were to be sent it.
///
/// # Errors
/// What SQLite says.
pub fn newest(connection: &Connection, conversation: ConversationId, until: i64) -> Result<Vec<GivenUp>> {
    let mut statement = connection.prepare_cached(
        "SELECT m.seq, m.agent_id, coalesce(nullif(customer.name, ''), customer.address), \
         CASE o.state WHEN 'held' THEN 'failed' ELSE o.state END \
         FROM outbox o INDEXED BY outbox_undelivered CROSS JOIN message m ON m.id = o.message_id \
         CROSS JOIN customer ON customer.id = o.customer_id \
         WHERE o.conversation_id = ?1 AND o.failed_at <= ?2 ORDER BY o.message_id DESC, o.id DESC",
    )?;
    let mut rows = statement.query(params![conversation.0, until])?;
    let mut found: Vec<GivenUp> = Vec::new();
    while let Some(row) = rows.next()? {
        let seq = EntrySeq(row.get(0)?);
        if found.first().is_some_and(|first| first.seq != seq) {
            break;
        }
        let writer = row.get::<_, Option<i64>>(1)?.map(AgentId);
        found.push(GivenUp { seq, writer, customer: row.get(2)?, state: word(row, 3)? });
    }
    found.reverse();
    Ok(found)
}

/// Whether anything is given up in a conversation.
///
/// # Errors
/// What SQLite says.
pub fn any(connection: &Connection, conversation: ConversationId) -> Result<bool> {
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM outbox INDEXED BY outbox_undelivered \
             WHERE conversation_id = ?1 AND failed_at IS NOT NULL)",
        )?
        .query_row([conversation.0], |row| row.get(0))?)
}

/// Notes when a row was given up, in milliseconds since 1970.
///
/// # Errors
/// What SQLite says.
pub fn note(connection: &Connection, id: OutboxId, now: i64) -> Result<()> {
    connection.prepare_cached("UPDATE outbox SET failed_at = ?2 WHERE id = ?1")?.execute([id.0, now])?;
    Ok(())
}

/// A row is on its way again: it is not given up any more.
///
/// # Errors
/// What SQLite says.
pub fn forget(connection: &Connection, id: OutboxId) -> Result<()> {
    connection.prepare_cached("UPDATE outbox SET failed_at = NULL WHERE id = ?1")?.execute([id.0])?;
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
pub(super) const OF_NEWEST_ANSWER: &str = "(SELECT min(CASE o.state WHEN 'held' THEN 'failed' ELSE o.state END) FROM outbox o INDEXED BY outbox_undelivered \
     CROSS JOIN message m ON m.id = o.message_id WHERE o.conversation_id = c.id AND o.failed_at IS NOT NULL \
     AND NOT EXISTS (SELECT 1 FROM message newer WHERE newer.conversation_id = c.id AND newer.seq > m.seq \
     AND newer.kind = 'reply' AND newer.customer_id IS NULL))";
