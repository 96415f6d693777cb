//! Notices: kind and conversation, never words (R6.7).

use super::{Result, predicate};
use crate::{
    domain::id::{AgentId, ConversationId, NoticeId},
    policy::access::Access,
};
use rusqlite::{Connection, params};

/// Counting stops here: 1000 means more than 999.
const CAP: i64 = 1_000;

/// A notice as stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Identity.
    pub id: NoticeId,
    /// Its kind's word.
    pub kind: String,
    /// The conversation.
    pub conversation: ConversationId,
    /// Milliseconds since 1970.
    pub at: i64,
    /// Whether it was cleared.
    pub cleared: bool,
    /// Whether the agent may read the conversation now.
    pub readable: bool,
}

/// Rings an agent's bell; a standing notice of the same kind about the same conversation is renewed instead.
///
/// # Errors
/// What SQLite says.
pub fn ring(connection: &Connection, agent: AgentId, kind: &str, conversation: ConversationId, now: i64) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO notice (agent_id, kind, conversation_id, at, cleared) VALUES (?1, ?2, ?3, ?4, 0) \
             ON CONFLICT (agent_id, conversation_id, kind) WHERE cleared = 0 DO UPDATE SET at = ?4",
        )?
        .execute(params![agent.0, kind, conversation.0, now])?;
    Ok(())
}

/// An agent's notices, newest first.
///
/// # Errors
/// What SQLite says.
pub fn list(connection: &Connection, access: &Access, limit: usize) -> Result<Vec<Stored>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT n.id, n.kind, n.conversation_id, n.at, n.cleared, {} FROM notice n CROSS JOIN conversation c ON c.id = n.conversation_id \
         WHERE n.agent_id = ?1 ORDER BY n.id DESC LIMIT ?2",
        predicate::readable(access)
    ))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![access.agent().0, limit], |row| {
        Ok(Stored {
            id: NoticeId(row.get(0)?),
            kind: row.get(1)?,
            conversation: ConversationId(row.get(2)?),
            at: row.get(3)?,
            cleared: row.get(4)?,
            readable: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many standing notices an agent may read (R6.3); at most 1000.
///
/// # Errors
/// What SQLite says.
pub fn count(connection: &Connection, access: &Access) -> Result<i64> {
    Ok(connection
        .prepare_cached(&format!(
            "SELECT count(*) FROM (SELECT 1 FROM notice n INDEXED BY notice_standing CROSS JOIN conversation c ON c.id = n.conversation_id \
             WHERE n.agent_id = ?1 AND n.cleared = 0 AND {} LIMIT {CAP})",
            predicate::readable(access)
        ))?
        .query_row([access.agent().0], |row| row.get(0))?)
}

/// Clears an agent's standing notices, all or those about one conversation; how many there were.
///
/// # Errors
/// What SQLite says.
pub fn clear(connection: &Connection, agent: AgentId, conversation: Option<ConversationId>) -> Result<usize> {
    Ok(connection
        .prepare_cached(
            "UPDATE notice SET cleared = 1 WHERE agent_id = ?1 AND cleared = 0 AND (?2 IS NULL OR conversation_id = ?2)",
        )?
        .execute(params![agent.0, conversation.map(|id| id.0)])?)
}

/// Whether an agent was ever told of a conversation: by a notice, or by a place in it (R6.6).
///
/// # Errors
/// What SQLite says.
pub fn was_told(connection: &Connection, agent: AgentId, conversation: ConversationId) -> Result<bool> {
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM notice WHERE conversation_id = ?2 AND agent_id = ?1) \
             OR EXISTS (SELECT 1 FROM member WHERE conversation_id = ?2 AND agent_id = ?1) \
             OR EXISTS (SELECT 1 FROM reading WHERE conversation_id = ?2 AND agent_id = ?1)",
        )?
        .query_row([agent.0, conversation.0], |row| row.get(0))?)
}
