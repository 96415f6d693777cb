//! Keys that let agents in, and invites.

use super::Result;
use crate::domain::{
    id::{AgentId, KeyId},
    key::PublicKey,
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// A key as it is kept; times are milliseconds since 1970.
#[derive(Debug, Clone)]
pub struct StoredKey {
    /// Identity.
    pub id: KeyId,
    /// Whose.
    pub agent: AgentId,
    /// Its agent's handle.
    pub handle: String,
    /// OpenSSH's name of the algorithm.
    pub algorithm: String,
    /// "SHA256:" and 43 letters.
    pub fingerprint: String,
    /// What its owner wrote beside it.
    pub comment: String,
    /// When it was added.
    pub added: i64,
    /// When it was revoked, if it was.
    pub revoked: Option<i64>,
    /// When it last let the agent in.
    pub used: Option<i64>,
}

const KEY: &str = "SELECT agent_key.id, agent_key.agent_id, agent.handle, agent_key.algorithm, agent_key.fingerprint, \
     agent_key.comment, agent_key.added_at, agent_key.revoked_at, agent_key.used_at \
     FROM agent_key JOIN agent ON agent.id = agent_key.agent_id";

fn key(row: &Row<'_>) -> rusqlite::Result<StoredKey> {
    Ok(StoredKey {
        id: KeyId(row.get(0)?),
        agent: AgentId(row.get(1)?),
        handle: row.get(2)?,
        algorithm: row.get(3)?,
        fingerprint: row.get(4)?,
        comment: row.get(5)?,
        added: row.get(6)?,
        revoked: row.get(7)?,
        used: row.get(8)?,
    })
}

/// Whether a key lets this agent in.
///
/// # Errors
/// What SQLite says.
pub fn is_live(connection: &Connection, id: KeyId, agent: AgentId) -> Result<bool> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM agent_key WHERE id = ?1 AND agent_id = ?2 AND revoked_at IS NULL")?
        .exists([id.0, agent.0])?)
}

/// One key.
///
/// # Errors
/// What SQLite says.
pub fn by_id(connection: &Connection, id: KeyId) -> Result<Option<StoredKey>> {
    Ok(connection.prepare_cached(&format!("{KEY} WHERE agent_key.id = ?1"))?.query_row([id.0], key).optional()?)
}

/// The key of a fingerprint that was not revoked.
///
/// # Errors
/// What SQLite says.
pub fn live(connection: &Connection, fingerprint: &str) -> Result<Option<StoredKey>> {
    Ok(connection
        .prepare_cached(&format!("{KEY} WHERE agent_key.fingerprint = ?1 AND agent_key.revoked_at IS NULL"))?
        .query_row([fingerprint], key)
        .optional()?)
}

/// Whether a key of this fingerprint was ever revoked.
///
/// # Errors
/// What SQLite says.
pub fn was_revoked(connection: &Connection, fingerprint: &str) -> Result<bool> {
    Ok(connection
        .prepare_cached("SELECT 1 FROM agent_key WHERE fingerprint = ?1 AND revoked_at IS NOT NULL")?
        .exists([fingerprint])?)
}

/// The keys of one agent or of all, by handle; those that let somebody in first, then the newest first.
///
/// # Errors
/// What SQLite says.
pub fn list(connection: &Connection, agent: Option<AgentId>) -> Result<Vec<StoredKey>> {
    let narrowed = if agent.is_some() { "WHERE agent_key.agent_id = ?1" } else { "WHERE ?1 IS NULL" };
    let mut statement = connection.prepare_cached(&format!(
        "{KEY} {narrowed} ORDER BY agent.handle, agent_key.revoked_at IS NOT NULL, agent_key.id DESC"
    ))?;
    Ok(statement.query_map([agent.map(|id| id.0)], key)?.collect::<rusqlite::Result<_>>()?)
}

/// Adds a key.
///
/// # Errors
/// What SQLite says, also where a key of that fingerprint is there and was not revoked.
pub fn add(connection: &Connection, agent: AgentId, key: &PublicKey, now: i64) -> Result<KeyId> {
    connection
        .prepare_cached(
            "INSERT INTO agent_key (agent_id, algorithm, blob, fingerprint, comment, added_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![agent.0, key.algorithm, key.blob, key.fingerprint, key.comment, now])?;
    Ok(KeyId(connection.last_insert_rowid()))
}

/// Lets a key in no more.
///
/// # Errors
/// What SQLite says.
pub fn revoke(connection: &Connection, id: KeyId, now: i64) -> Result<()> {
    connection
        .prepare_cached("UPDATE agent_key SET revoked_at = ?2 WHERE id = ?1 AND revoked_at IS NULL")?
        .execute([id.0, now])?;
    Ok(())
}

/// Keeps when a key let its agent in.
///
/// # Errors
/// What SQLite says.
pub fn mark_used(connection: &Connection, id: KeyId, now: i64) -> Result<()> {
    connection.prepare_cached("UPDATE agent_key SET used_at = ?2 WHERE id = ?1")?.execute([id.0, now])?;
    Ok(())
}

/// An invite that can still be used.
#[derive(Debug, Clone, Copy)]
pub struct OpenInvite {
    /// Who is invited.
    pub agent: AgentId,
    /// Who made it.
    pub made_by: AgentId,
}

/// Keeps an invite in place of the agent's last one.
///
/// # Errors
/// What SQLite says.
pub fn save_invite(connection: &Connection, invite: OpenInvite, code_hash: &str, now: i64, expires: i64) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO invite (agent_id, code_hash, made_by, made_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT (agent_id) DO UPDATE SET code_hash = ?2, made_by = ?3, made_at = ?4, expires_at = ?5, used_at = NULL",
        )?
        .execute(params![invite.agent.0, code_hash, invite.made_by.0, now, expires])?;
    Ok(())
}

/// The invite of a code, if it was neither used nor has expired.
///
/// # Errors
/// What SQLite says.
pub fn open_invite(connection: &Connection, code_hash: &str, now: i64) -> Result<Option<OpenInvite>> {
    Ok(connection
        .prepare_cached(
            "SELECT agent_id, made_by FROM invite WHERE code_hash = ?1 AND used_at IS NULL AND expires_at > ?2",
        )?
        .query_row(params![code_hash, now], |row| {
            Ok(OpenInvite { agent: AgentId(row.get(0)?), made_by: AgentId(row.get(1)?) })
        })
        .optional()?)
}

/// Uses an agent's invite up.
///
/// # Errors
/// What SQLite says.
pub fn use_invite(connection: &Connection, agent: AgentId, now: i64) -> Result<()> {
    connection.prepare_cached("UPDATE invite SET used_at = ?2 WHERE agent_id = ?1")?.execute([agent.0, now])?;
    Ok(())
}
