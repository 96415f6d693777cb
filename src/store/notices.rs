//! Notices: kind and conversation, never words (R6.7).

use super::{Result, lists::Reader, predicate};
use crate::domain::{
    id::{AgentId, ConversationId, NoticeId},
    people::FromCustomers,
};
use rusqlite::{Connection, OptionalExtension as _, params};

/// Counting stops here: 1000 means more than 999.
const CAP: i64 = 1_000;

/// A notice as stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// 1, 2, 3 … for each agent, so that it tells nothing of the bells of others.
    pub id: NoticeId,
    /// Its kind's word.
    pub kind: String,
    /// The conversation; `None` for the one that something is held.
    pub conversation: Option<ConversationId>,
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
            "INSERT INTO notice (agent_id, id, kind, conversation_id, at, cleared) \
             VALUES (?1, (SELECT coalesce(max(id), 0) + 1 FROM notice WHERE agent_id = ?1), ?2, ?3, ?4, 0) \
             ON CONFLICT (agent_id, conversation_id, kind) WHERE cleared = 0 DO UPDATE SET at = ?4, id = excluded.id",
        )?
        .execute(params![agent.0, kind, conversation.0, now])?;
    Ok(())
}

/// Whether a conversation `c` is in the scope of the messenger for who reads (R3.5).
fn in_scope(reader: &Reader<'_>) -> String {
    let (everything, projects) = match reader.agent.from_customers {
        FromCustomers::All => (true, None),
        FromCustomers::Projects => (false, Some(reader.projects)),
        FromCustomers::Off | FromCustomers::Followed => (false, None),
    };
    predicate::in_scope(reader.access, everything || reader.access.everything(), projects)
}

/// An agent's notices, newest first. Those about what its messenger does not list are left out (R3.5); those about what it
/// may not read any more stay, unreadable (R6.3).
///
/// # Errors
/// What SQLite says.
pub fn list(connection: &Connection, reader: &Reader<'_>, limit: usize) -> Result<Vec<Stored>> {
    let readable = predicate::openly_readable(reader.access);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT n.id, n.kind, n.conversation_id, n.at, n.cleared, {readable} FROM notice n \
         CROSS JOIN conversation c ON c.id = n.conversation_id \
         WHERE n.agent_id = ?1 AND (NOT {readable} OR {}) ORDER BY n.id DESC LIMIT ?2",
        in_scope(reader)
    ))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![reader.access.agent().0, limit], |row| {
        Ok(Stored {
            id: NoticeId(row.get(0)?),
            kind: row.get(1)?,
            conversation: Some(ConversationId(row.get(2)?)),
            at: row.get(3)?,
            cleared: row.get(4)?,
            readable: row.get(5)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The kind of the notice that something is held.
pub const HELD: &str = "held";

/// Rings an administrator's bell because something is held. One that stands is enough, however much comes; it is renewed only
/// where it was about what is decided by now (`first`).
///
/// # Errors
/// What SQLite says.
pub fn ring_held(connection: &Connection, agent: AgentId, first: bool, now: i64) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO notice (agent_id, id, kind, conversation_id, at, cleared) \
             VALUES (?1, (SELECT coalesce(max(id), 0) + 1 FROM notice WHERE agent_id = ?1), ?2, NULL, ?3, 0) \
             ON CONFLICT (agent_id) WHERE cleared = 0 AND conversation_id IS NULL \
             DO UPDATE SET at = ?3, id = excluded.id WHERE ?4",
        )?
        .execute(params![agent.0, HELD, now, first])?;
    Ok(())
}

/// An agent's newest notice that something is held.
///
/// # Errors
/// What SQLite says.
pub fn held(connection: &Connection, agent: AgentId) -> Result<Option<Stored>> {
    Ok(connection
        .prepare_cached(
            "SELECT id, kind, at, cleared FROM notice WHERE agent_id = ?1 AND conversation_id IS NULL ORDER BY id DESC LIMIT 1",
        )?
        .query_row([agent.0], |row| {
            Ok(Stored {
                id: NoticeId(row.get(0)?),
                kind: row.get(1)?,
                conversation: None,
                at: row.get(2)?,
                cleared: row.get(3)?,
                readable: true,
            })
        })
        .optional()?)
}

/// Whether a notice of a kind stands that tells an agent of a conversation.
///
/// # Errors
/// What SQLite says.
pub fn stands(connection: &Connection, agent: AgentId, conversation: ConversationId, kind: &str) -> Result<bool> {
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM notice WHERE agent_id = ?1 AND conversation_id = ?2 AND kind = ?3 AND cleared = 0)",
        )?
        .query_row(params![agent.0, conversation.0, kind], |row| row.get(0))?)
}

/// Clears the notice of a kind about a conversation: one agent's, or everybody's.
///
/// # Errors
/// What SQLite says.
pub fn clear_kind(
    connection: &Connection,
    agent: Option<AgentId>,
    conversation: ConversationId,
    kind: &str,
) -> Result<usize> {
    let sql = match agent {
        Some(_) => {
            "UPDATE notice SET cleared = 1 WHERE conversation_id = ?1 AND kind = ?2 AND cleared = 0 AND agent_id = ?3"
        }
        None => "UPDATE notice SET cleared = 1 WHERE conversation_id = ?1 AND kind = ?2 AND cleared = 0 AND ?3 IS NULL",
    };
    Ok(connection.prepare_cached(sql)?.execute(params![conversation.0, kind, agent.map(|agent| agent.0)])?)
}

/// An agent has seen what is held.
///
/// # Errors
/// What SQLite says.
pub fn clear_held(connection: &Connection, agent: AgentId) -> Result<usize> {
    Ok(connection
        .prepare_cached(
            "UPDATE notice SET cleared = 1 WHERE agent_id = ?1 AND conversation_id IS NULL AND cleared = 0",
        )?
        .execute([agent.0])?)
}

/// How many standing notices an agent may read (R6.3, R3.5); at most 1000.
///
/// # Errors
/// What SQLite says.
pub fn count(connection: &Connection, reader: &Reader<'_>) -> Result<i64> {
    Ok(connection
        .prepare_cached(&format!(
            "SELECT count(*) FROM (SELECT 1 FROM notice n INDEXED BY notice_standing CROSS JOIN conversation c ON c.id = n.conversation_id \
             WHERE n.agent_id = ?1 AND n.cleared = 0 AND {} AND {} LIMIT {CAP})",
            predicate::openly_readable(reader.access),
            in_scope(reader)
        ))?
        .query_row([reader.access.agent().0], |row| row.get(0))?)
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

/// Whether an agent was ever told of a conversation (R6.6): by a notice, an offer, by having read it, done something in it or been
/// assigned. A place in it alone tells nothing: who follows its item or is in a following group has one without knowing.
///
/// # Errors
/// What SQLite says.
pub fn was_told(connection: &Connection, agent: AgentId, conversation: ConversationId) -> Result<bool> {
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM notice WHERE conversation_id = ?2 AND agent_id = ?1) \
             OR EXISTS (SELECT 1 FROM reading WHERE conversation_id = ?2 AND agent_id = ?1) \
             OR EXISTS (SELECT 1 FROM past_offer WHERE conversation_id = ?2 AND agent_id = ?1) \
             OR EXISTS (SELECT 1 FROM event WHERE conversation_id = ?2 AND (agent_id = ?1 OR (kind = 'assigned' \
             AND detail = (SELECT handle FROM agent WHERE id = ?1))))",
        )?
        .query_row([agent.0, conversation.0], |row| row.get(0))?)
}
