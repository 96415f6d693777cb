//! Conversations that were merged into others.

use super::{Result, drafts};
use crate::domain::id::{AgentId, ConversationId, EntrySeq};
use rusqlite::{Connection, OptionalExtension as _, params};

/// A chain of merges longer than this is followed no further; a circle cannot be, and would end here.
const LONGEST_CHAIN: usize = 10_000;

/// Where what was in a conversation is now: the conversation itself where it was not merged into another.
///
/// # Errors
/// What SQLite says.
pub fn resolve(connection: &Connection, id: ConversationId) -> Result<ConversationId> {
    let mut at = id;
    for _ in 0..LONGEST_CHAIN {
        let into = connection
            .prepare_cached("SELECT into_id FROM merge WHERE from_id = ?1 AND undone = 0")?
            .query_row([at.0], |row| row.get(0).map(ConversationId))
            .optional()?;
        match into {
            Some(into) => at = into,
            None => break,
        }
    }
    Ok(at)
}

/// What a merge took along, so that undoing puts exactly that back.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Moved {
    /// Messages: row, old place, old number as customers count.
    pub messages: Vec<(i64, i64, Option<i64>)>,
    /// Rows of the outbox.
    pub outbox: Vec<i64>,
    /// Rows of header ids.
    pub header_ids: Vec<i64>,
    /// Mails.
    pub mails: Vec<i64>,
    /// Drafts: agent and mode.
    #[serde(default)]
    pub drafts: Vec<(i64, String)>,
}

/// A merge that stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Its row.
    pub id: i64,
    /// Where everything is now.
    pub into: ConversationId,
    /// What was kept for undoing.
    pub kept: String,
}

/// The merge of a conversation into another, while it stands.
///
/// # Errors
/// What SQLite says.
pub fn standing(connection: &Connection, from: ConversationId) -> Result<Option<Standing>> {
    Ok(connection
        .prepare_cached("SELECT id, into_id, kept FROM merge WHERE from_id = ?1 AND undone = 0")?
        .query_row([from.0], |row| {
            Ok(Standing { id: row.get(0)?, into: ConversationId(row.get(1)?), kept: row.get(2)? })
        })
        .optional()?)
}

/// Remembers a merge.
///
/// # Errors
/// What SQLite says.
pub fn remember(
    connection: &Connection,
    (from, into): (ConversationId, ConversationId),
    agent: AgentId,
    at: i64,
    kept: &str,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO merge (from_id, into_id, agent_id, at, kept, undone) VALUES (?1, ?2, ?3, ?4, ?5, 0)",
        )?
        .execute(params![from.0, into.0, agent.0, at, kept])?;
    Ok(())
}

/// A merge stands no more.
///
/// # Errors
/// What SQLite says.
pub fn end(connection: &Connection, id: i64) -> Result<()> {
    connection.prepare_cached("UPDATE merge SET undone = 1 WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// Moves all entries of a conversation behind those of another, in their order, and what belongs to them. `entries`: how
/// many the other has; `numbers`: up to which number its customers count.
///
/// # Errors
/// What SQLite says.
pub fn take_along(
    connection: &Connection,
    (from, into): (ConversationId, ConversationId),
    entries: EntrySeq,
    numbers: i64,
) -> Result<Moved> {
    let mut moved = Moved::default();
    {
        let mut statement = connection
            .prepare_cached("SELECT id, seq, customer_number FROM message WHERE conversation_id = ?1 ORDER BY seq")?;
        let rows = statement.query_map([from.0], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        moved.messages = rows.collect::<rusqlite::Result<_>>()?;
    }
    for (id, seq, number) in &moved.messages {
        place(connection, *id, into, entries.0 + seq, number.map(|number| numbers + number))?;
    }
    for (table, ids) in
        [("outbox", &mut moved.outbox), ("header_id", &mut moved.header_ids), ("mail", &mut moved.mails)]
    {
        let mut statement = connection.prepare_cached(&format!("SELECT id FROM {table} WHERE conversation_id = ?1"))?;
        *ids = statement.query_map([from.0], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        move_rows(connection, table, ids, into)?;
    }
    // What was not wanted there is not suggested here either.
    connection
        .prepare_cached(
            "INSERT INTO dismissed (conversation_id, address) SELECT ?2, address FROM dismissed WHERE conversation_id = ?1 \
             ON CONFLICT DO NOTHING",
        )?
        .execute([from.0, into.0])?;
    moved.drafts = drafts::carry(connection, &drafts::place_of(from), &drafts::place_of(into), None)?;
    Ok(moved)
}

/// Moves back what a merge took along.
///
/// # Errors
/// What SQLite says.
pub fn bring_back(
    connection: &Connection,
    (from, into): (ConversationId, ConversationId),
    moved: &Moved,
) -> Result<()> {
    for (id, seq, number) in &moved.messages {
        place(connection, *id, from, *seq, *number)?;
        // And what was written down about it since: the mails that left, and the reports on them.
        for table in ["outbox", "header_id", "mail"] {
            connection
                .prepare_cached(&format!("UPDATE {table} SET conversation_id = ?2 WHERE message_id = ?1"))?
                .execute([*id, from.0])?;
        }
    }
    for (table, ids) in [("outbox", &moved.outbox), ("header_id", &moved.header_ids), ("mail", &moved.mails)] {
        move_rows(connection, table, ids, from)?;
    }
    drafts::carry(connection, &drafts::place_of(into), &drafts::place_of(from), Some(&moved.drafts))?;
    Ok(())
}

fn place(connection: &Connection, message: i64, to: ConversationId, seq: i64, number: Option<i64>) -> Result<()> {
    connection
        .prepare_cached("UPDATE message SET conversation_id = ?2, seq = ?3, customer_number = ?4 WHERE id = ?1")?
        .execute(params![message, to.0, seq, number])?;
    Ok(())
}

fn move_rows(connection: &Connection, table: &str, ids: &[i64], to: ConversationId) -> Result<()> {
    let mut statement = connection.prepare_cached(&format!("UPDATE {table} SET conversation_id = ?2 WHERE id = ?1"))?;
    for id in ids {
        statement.execute([*id, to.0])?;
    }
    Ok(())
}

/// Takes away the desk's own lines behind an entry.
///
/// # Errors
/// What SQLite says.
pub fn drop_lines(connection: &Connection, conversation: ConversationId, behind: EntrySeq) -> Result<()> {
    connection
        .prepare_cached("DELETE FROM message WHERE conversation_id = ?1 AND seq > ?2 AND kind = 'system'")?
        .execute([conversation.0, behind.0])?;
    Ok(())
}
