//! Unsent texts, per agent and place, reply and note apart.

use super::Result;
use crate::domain::id::{AgentId, ConversationId};
use rusqlite::{Connection, params};

/// Keeps a draft; an empty text takes it away.
///
/// # Errors
/// What SQLite says.
pub fn save(connection: &Connection, agent: AgentId, place: &str, mode: &str, text: &str, now: i64) -> Result<()> {
    if text.is_empty() {
        connection
            .prepare_cached("DELETE FROM draft WHERE agent_id = ?1 AND place = ?2 AND mode = ?3")?
            .execute(params![agent.0, place, mode])?;
    } else {
        connection
            .prepare_cached(
                "INSERT INTO draft (agent_id, place, mode, text, at) VALUES (?1, ?2, ?3, ?4, ?5) \
                 ON CONFLICT (agent_id, place, mode) DO UPDATE SET text = ?4, at = ?5",
            )?
            .execute(params![agent.0, place, mode, text, now])?;
    }
    Ok(())
}

/// An agent's drafts at a place, as (mode, text).
///
/// # Errors
/// What SQLite says.
pub fn at(connection: &Connection, agent: AgentId, place: &str) -> Result<Vec<(String, String)>> {
    let mut statement =
        connection.prepare_cached("SELECT mode, text FROM draft WHERE agent_id = ?1 AND place = ?2 ORDER BY mode")?;
    let rows = statement.query_map(params![agent.0, place], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The place of a conversation's drafts.
pub fn place_of(conversation: ConversationId) -> String {
    format!("conversation {conversation}")
}

/// Carries drafts from one place to another, all of them or only these (agent and mode); one that would be written over
/// there stays where it is. Those that were carried.
///
/// # Errors
/// What SQLite says.
pub fn carry(
    connection: &Connection,
    from: &str,
    to: &str,
    only: Option<&[(i64, String)]>,
) -> Result<Vec<(i64, String)>> {
    let mut statement = connection.prepare_cached(
        // A draft is a text, or files, or both; one begun there in any of these ways stays as it is, and so does this one.
        "WITH place (agent_id, mode, place) AS (SELECT agent_id, mode, place FROM draft WHERE place IN (?1, ?2) \
         UNION SELECT agent_id, mode, place FROM draft_file WHERE place IN (?1, ?2)) \
         SELECT agent_id, mode FROM place d WHERE place = ?1 AND NOT EXISTS \
         (SELECT 1 FROM place t WHERE t.place = ?2 AND t.agent_id = d.agent_id AND t.mode = d.mode) ORDER BY agent_id, mode",
    )?;
    let rows = statement.query_map([from, to], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut carried: Vec<(i64, String)> = rows.collect::<rusqlite::Result<_>>()?;
    carried.retain(|one| only.is_none_or(|only| only.contains(one)));
    for (agent, mode) in &carried {
        connection
            .prepare_cached("UPDATE draft SET place = ?3 WHERE agent_id = ?1 AND place = ?2 AND mode = ?4")?
            .execute(params![agent, from, to, mode])?;
        connection
            .prepare_cached("UPDATE draft_file SET place = ?3 WHERE agent_id = ?1 AND place = ?2 AND mode = ?4")?
            .execute(params![agent, from, to, mode])?;
    }
    Ok(carried)
}

/// Keeps which files are to go with a draft, in order: where each is, and its size.
///
/// # Errors
/// What SQLite says.
pub fn save_files(
    connection: &Connection,
    agent: AgentId,
    place: &str,
    mode: &str,
    files: &[(String, u64)],
) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM draft_file WHERE agent_id = ?1 AND place = ?2 AND mode = ?3")?
        .execute(params![agent.0, place, mode])?;
    for (number, (path, size)) in files.iter().enumerate() {
        connection
            .prepare_cached(
                "INSERT INTO draft_file (agent_id, place, mode, number, path, size) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                agent.0,
                place,
                mode,
                i64::try_from(number).unwrap_or(i64::MAX),
                path,
                i64::try_from(*size).unwrap_or(i64::MAX)
            ])?;
    }
    Ok(())
}

/// The files of an agent's drafts at a place, in order, as (mode, where it is, size).
///
/// # Errors
/// What SQLite says.
pub fn files_at(connection: &Connection, agent: AgentId, place: &str) -> Result<Vec<(String, String, u64)>> {
    let mut statement = connection.prepare_cached(
        "SELECT mode, path, size FROM draft_file WHERE agent_id = ?1 AND place = ?2 ORDER BY mode, number",
    )?;
    let rows = statement.query_map(params![agent.0, place], |row| {
        let size: i64 = row.get(2)?;
        Ok((row.get(0)?, row.get(1)?, u64::try_from(size).unwrap_or(0)))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
