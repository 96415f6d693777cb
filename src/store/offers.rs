//! Who waits in which group, and what became of offers (R8.1). An offer itself is worked out from these.

use super::Result;
use crate::domain::id::{AgentId, ConversationId, GroupId, Seq};
use rusqlite::{Connection, OptionalExtension as _, params};

/// A place in the line of a group: those who have waited longest come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// When it came to wait there, in milliseconds since 1970.
    pub since: i64,
    /// The conversation.
    pub conversation: ConversationId,
}

/// How busy an agent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// How many open conversations are assigned to the agent.
    pub live: i64,
    /// The event with which one became the agent's last; 0 for none yet.
    pub last_assigned: Seq,
}

/// The group in which a conversation waits, if it does.
///
/// # Errors
/// What SQLite says.
pub fn waits_in(connection: &Connection, conversation: ConversationId) -> Result<Option<GroupId>> {
    Ok(connection
        .prepare_cached("SELECT group_id FROM waiting WHERE conversation_id = ?1")?
        .query_row([conversation.0], |row| row.get(0).map(GroupId))
        .optional()?)
}

/// Lets a conversation wait in a group from now on.
///
/// # Errors
/// What SQLite says; it waits already.
pub fn begin_to_wait(connection: &Connection, conversation: ConversationId, group: GroupId, now: i64) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO waiting (conversation_id, group_id, since) VALUES (?1, ?2, ?3)")?
        .execute([conversation.0, group.0, now])?;
    Ok(())
}

/// Lets a conversation wait no longer; who rejected it is forgotten with that.
///
/// # Errors
/// What SQLite says.
pub fn end_waiting(connection: &Connection, conversation: ConversationId) -> Result<()> {
    connection.prepare_cached("DELETE FROM waiting WHERE conversation_id = ?1")?.execute([conversation.0])?;
    connection
        .prepare_cached("DELETE FROM past_offer WHERE conversation_id = ?1 AND outcome = 'rejected'")?
        .execute([conversation.0])?;
    Ok(())
}

/// The next places of a group's line, behind one of them where given.
///
/// # Errors
/// What SQLite says.
pub fn line(connection: &Connection, group: GroupId, behind: Option<Place>, limit: usize) -> Result<Vec<Place>> {
    let edge = behind.unwrap_or(Place { since: i64::MIN, conversation: ConversationId(0) });
    let mut statement = connection.prepare_cached(
        "SELECT since, conversation_id FROM waiting INDEXED BY waiting_by_group \
         WHERE group_id = ?1 AND (since, conversation_id) > (?2, ?3) ORDER BY since, conversation_id LIMIT ?4",
    )?;
    places(&mut statement, params![group.0, edge.since, edge.conversation.0, signed(limit)])
}

/// What waits in a group and was not rejected by an agent, those who have waited longest first.
///
/// # Errors
/// What SQLite says.
pub fn offered(connection: &Connection, group: GroupId, agent: AgentId, limit: usize) -> Result<Vec<Place>> {
    let mut statement = connection.prepare_cached(
        "SELECT since, conversation_id FROM waiting INDEXED BY waiting_by_group WHERE group_id = ?1 \
         AND NOT EXISTS (SELECT 1 FROM past_offer WHERE past_offer.conversation_id = waiting.conversation_id \
         AND past_offer.agent_id = ?2 AND outcome = 'rejected') ORDER BY since, conversation_id LIMIT ?3",
    )?;
    places(&mut statement, params![group.0, agent.0, signed(limit)])
}

fn places(statement: &mut rusqlite::Statement<'_>, values: impl rusqlite::Params) -> Result<Vec<Place>> {
    let rows = statement
        .query_map(values, |row| Ok(Place { since: row.get(0)?, conversation: ConversationId(row.get(1)?) }))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn signed(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Notes that an agent rejects a conversation for as long as it waits.
///
/// # Errors
/// What SQLite says.
pub fn reject(connection: &Connection, conversation: ConversationId, agent: AgentId) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO past_offer (conversation_id, agent_id, outcome) VALUES (?1, ?2, 'rejected') \
             ON CONFLICT (conversation_id, agent_id) DO UPDATE SET outcome = 'rejected'",
        )?
        .execute([conversation.0, agent.0])?;
    Ok(())
}

/// Whether an agent rejected a conversation that waits.
///
/// # Errors
/// What SQLite says.
pub fn rejected(connection: &Connection, conversation: ConversationId, agent: AgentId) -> Result<bool> {
    has(connection, conversation, agent, "rejected")
}

/// Whether an agent had a conversation on offer, and nothing else tells of it.
///
/// # Errors
/// What SQLite says.
pub fn lost(connection: &Connection, conversation: ConversationId, agent: AgentId) -> Result<bool> {
    has(connection, conversation, agent, "lost")
}

fn has(connection: &Connection, conversation: ConversationId, agent: AgentId, outcome: &str) -> Result<bool> {
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM past_offer WHERE conversation_id = ?1 AND agent_id = ?2 AND outcome = ?3)",
        )?
        .query_row(params![conversation.0, agent.0, outcome], |row| row.get(0))?)
}

/// Remembers that an agent loses the offer of one conversation.
///
/// # Errors
/// What SQLite says.
pub fn lose(connection: &Connection, conversation: ConversationId, agent: AgentId) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO past_offer (conversation_id, agent_id, outcome) VALUES (?1, ?2, 'lost') ON CONFLICT DO NOTHING",
        )?
        .execute([conversation.0, agent.0])?;
    Ok(())
}

/// Remembers that an agent loses every offer of a group, as far as no notice tells of it already.
///
/// # Errors
/// What SQLite says.
pub fn lose_all(connection: &Connection, group: GroupId, agent: AgentId) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO past_offer (conversation_id, agent_id, outcome) \
             SELECT conversation_id, ?2, 'lost' FROM waiting WHERE group_id = ?1 \
             AND NOT EXISTS (SELECT 1 FROM notice WHERE notice.conversation_id = waiting.conversation_id AND notice.agent_id = ?2) \
             ON CONFLICT DO NOTHING",
        )?
        .execute([group.0, agent.0])?;
    Ok(())
}

/// How busy an agent is.
///
/// # Errors
/// What SQLite says.
pub fn load(connection: &Connection, agent: AgentId) -> Result<Load> {
    Ok(connection
        .prepare_cached(
            "SELECT (SELECT count(*) FROM member WHERE agent_id = ?1 AND live = 1), \
             (SELECT last_assigned FROM agent WHERE id = ?1)",
        )?
        .query_row([agent.0], |row| Ok(Load { live: row.get(0)?, last_assigned: Seq(row.get(1)?) }))?)
}

/// The open conversations that are assigned to an agent.
///
/// # Errors
/// What SQLite says.
pub fn live_of(connection: &Connection, agent: AgentId) -> Result<Vec<ConversationId>> {
    let mut statement = connection.prepare_cached(
        "SELECT conversation_id FROM member WHERE agent_id = ?1 AND live = 1 ORDER BY at, conversation_id",
    )?;
    let ids = statement.query_map([agent.0], |row| row.get(0).map(ConversationId))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// Notes with which event a conversation became an agent's.
///
/// # Errors
/// What SQLite says.
pub fn note_assigned(connection: &Connection, agent: AgentId, event: Seq) -> Result<()> {
    connection.prepare_cached("UPDATE agent SET last_assigned = ?2 WHERE id = ?1")?.execute([agent.0, event.0])?;
    Ok(())
}
