//! The event log.

use super::Result;
use crate::domain::{
    event::EventKind,
    id::{AgentId, ConversationId, CustomerId, Seq},
};
use rusqlite::{Connection, params};

/// One event on its way into the log.
#[derive(Debug, Clone, Copy)]
pub struct NewEvent<'a> {
    /// Milliseconds since 1970.
    pub at: i64,
    /// What happened.
    pub kind: EventKind,
    /// The agent who did it.
    pub agent: Option<AgentId>,
    /// The customer who did it.
    pub customer: Option<CustomerId>,
    /// Where.
    pub conversation: Option<ConversationId>,
    /// More about it; never words of a conversation.
    pub detail: &'a str,
}

/// One event as the audit log shows it.
#[derive(Debug, Clone)]
pub struct Logged {
    /// Milliseconds since 1970.
    pub at: i64,
    /// What happened.
    pub kind: String,
    /// The handle of the agent who did it.
    pub agent: Option<String>,
    /// Where.
    pub conversation: Option<ConversationId>,
    /// More about it.
    pub detail: String,
}

/// Writes an event and gives its number.
///
/// # Errors
/// What SQLite says.
pub fn write(connection: &Connection, event: &NewEvent<'_>) -> Result<Seq> {
    connection
        .prepare_cached(
            "INSERT INTO event (at, kind, agent_id, customer_id, conversation_id, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            event.at,
            event.kind.word(),
            event.agent.map(|id| id.0),
            event.customer.map(|id| id.0),
            event.conversation.map(|id| id.0),
            event.detail
        ])?;
    Ok(Seq(connection.last_insert_rowid()))
}

/// Says in which conversation an event was, once that has its number.
///
/// # Errors
/// What SQLite says.
pub fn place(connection: &Connection, event: Seq, conversation: ConversationId) -> Result<()> {
    connection
        .prepare_cached("UPDATE event SET conversation_id = ?2 WHERE seq = ?1")?
        .execute([event.0, conversation.0])?;
    Ok(())
}

/// The newest event's number; 0 on a new desk.
///
/// # Errors
/// What SQLite says.
pub fn newest(connection: &Connection) -> Result<Seq> {
    Ok(connection
        .prepare_cached("SELECT coalesce(max(seq), 0) FROM event")?
        .query_row([], |row| row.get(0).map(Seq))?)
}

/// The newest events first, of one conversation or of all.
///
/// # Errors
/// What SQLite says.
pub fn list(connection: &Connection, conversation: Option<ConversationId>, limit: usize) -> Result<Vec<Logged>> {
    let narrowed = if conversation.is_some() { "WHERE event.conversation_id = ?1" } else { "WHERE ?1 IS NULL" };
    let mut statement = connection.prepare_cached(&format!(
        "SELECT event.at, event.kind, agent.handle, event.conversation_id, event.detail \
         FROM event LEFT JOIN agent ON agent.id = event.agent_id {narrowed} ORDER BY event.seq DESC LIMIT ?2"
    ))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![conversation.map(|id| id.0), limit], |row| {
        Ok(Logged {
            at: row.get(0)?,
            kind: row.get(1)?,
            agent: row.get(2)?,
            conversation: row.get::<_, Option<i64>>(3)?.map(ConversationId),
            detail: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
