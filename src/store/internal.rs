//! What is for agents only, and what customers were told, as texts to compare.

use super::{Result, people::word};
use crate::domain::{
    conversation::EntryKind,
    id::{AgentId, ConversationId, EntrySeq},
};
use rusqlite::{Connection, params};

/// Words that are for agents only, and where they stand.
#[derive(Debug, Clone)]
pub struct Secret {
    /// The conversation.
    pub conversation: ConversationId,
    /// The entry.
    pub seq: EntrySeq,
    /// A note, or a message of an internal conversation.
    pub kind: EntryKind,
    /// Who wrote it, by name.
    pub name: String,
    /// The text.
    pub text: String,
}

/// The notes of a conversation, the newest first, as long as fewer than `left` characters were read in all.
///
/// # Errors
/// What SQLite says.
pub fn notes(connection: &Connection, conversation: ConversationId, left: &mut usize) -> Result<Vec<Secret>> {
    words(connection, conversation, "m.kind = 'note'", left)
}

/// The replies and notes of a conversation, the newest first, as long as fewer than `left` characters were read in all.
///
/// # Errors
/// What SQLite says.
pub fn all_words(connection: &Connection, conversation: ConversationId, left: &mut usize) -> Result<Vec<Secret>> {
    words(connection, conversation, "m.kind <> 'system'", left)
}

fn words(
    connection: &Connection,
    conversation: ConversationId,
    condition: &str,
    left: &mut usize,
) -> Result<Vec<Secret>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT m.conversation_id, m.seq, m.kind, coalesce(agent.name, customer.name, ''), m.text FROM message m \
         LEFT JOIN agent ON agent.id = m.agent_id LEFT JOIN customer ON customer.id = m.customer_id \
         WHERE m.conversation_id = ?1 AND {condition} ORDER BY m.seq DESC"
    ))?;
    let mut rows = statement.query([conversation.0])?;
    let mut found = Vec::new();
    while *left > 0 {
        let Some(row) = rows.next()? else { break };
        let text: String = row.get(4)?;
        *left = left.saturating_sub(text.len() + 1);
        found.push(Secret {
            conversation: ConversationId(row.get(0)?),
            seq: EntrySeq(row.get(1)?),
            kind: word(row, 2)?,
            name: row.get(3)?,
            text,
        });
    }
    Ok(found)
}

/// What the customers of a conversation wrote or were sent, the newest first, up to so many characters: nothing that was taken
/// back, and what is held only where that is asked for.
///
/// # Errors
/// What SQLite says.
pub fn said_to_customers(
    connection: &Connection,
    conversation: ConversationId,
    with_held: bool,
    most: usize,
) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached(
        "SELECT m.text FROM message m WHERE m.conversation_id = ?1 AND m.customer_number IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM outbox o WHERE o.message_id = m.id AND (o.state = 'cancelled' OR o.state = 'held' AND NOT ?2)) ORDER BY m.seq DESC",
    )?;
    let mut rows = statement.query(params![conversation.0, with_held])?;
    let (mut said, mut left) = (Vec::new(), most);
    while left > 0 {
        let Some(row) = rows.next()? else { break };
        let text: String = row.get(0)?;
        left = left.saturating_sub(text.len() + 1);
        said.push(text);
    }
    Ok(said)
}

/// What an agent was sent by mail about other conversations than this one, the newest first, up to so many characters.
///
/// # Errors
/// What SQLite says.
pub fn mailed_of_others(
    connection: &Connection,
    agent: AgentId,
    conversation: ConversationId,
    most: usize,
) -> Result<Vec<String>> {
    let mut statement = connection.prepare_cached(
        "SELECT m.text FROM outbox o CROSS JOIN message m ON m.id = o.message_id WHERE o.agent_id = ?1 \
         AND o.kind = 'notice' AND o.conversation_id <> ?2 AND o.state NOT IN ('queued', 'cancelled') ORDER BY o.id DESC",
    )?;
    let mut rows = statement.query([agent.0, conversation.0])?;
    let (mut mailed, mut left) = (Vec::new(), most);
    while left > 0 {
        let Some(row) = rows.next()? else { break };
        let text: String = row.get(0)?;
        left = left.saturating_sub(text.len() + 1);
        mailed.push(text);
    }
    Ok(mailed)
}

/// A file that is for agents only, and where it stands.
#[derive(Debug, Clone)]
pub struct SecretFile {
    /// The entry.
    pub seq: EntrySeq,
    /// A note, or a message of an internal conversation.
    pub kind: EntryKind,
    /// Who wrote it, by name.
    pub name: String,
    /// The hash of its content.
    pub hash: [u8; 32],
}

/// The files of a conversation that are for agents only, as far as their contents are here.
///
/// # Errors
/// What SQLite says.
pub fn files(connection: &Connection, conversation: ConversationId, notes_only: bool) -> Result<Vec<SecretFile>> {
    let mut statement = connection.prepare_cached(
        "SELECT m.seq, m.kind, coalesce(agent.name, customer.name, ''), a.hash FROM message m \
         JOIN attachment a ON a.message_id = m.id LEFT JOIN agent ON agent.id = m.agent_id \
         LEFT JOIN customer ON customer.id = m.customer_id \
         WHERE m.conversation_id = ?1 AND m.attachments > 0 AND a.hash IS NOT NULL AND (m.kind = 'note' OR NOT ?2)",
    )?;
    let rows = statement.query_map(params![conversation.0, notes_only], |row| {
        Ok(SecretFile { seq: EntrySeq(row.get(0)?), kind: word(row, 1)?, name: row.get(2)?, hash: row.get(3)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether the customers of a conversation sent or were sent a content there already, or will be where what is held is let go.
///
/// # Errors
/// What SQLite says.
pub fn customers_have(
    connection: &Connection,
    conversation: ConversationId,
    with_held: bool,
    hash: &[u8; 32],
) -> Result<bool> {
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM message m JOIN attachment a ON a.message_id = m.id \
             WHERE m.conversation_id = ?1 AND m.customer_number IS NOT NULL AND m.attachments > 0 AND a.hash = ?2 \
             AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.message_id = m.id \
             AND (o.state = 'cancelled' OR o.state = 'held' AND NOT ?3)))",
        )?
        .query_row(params![conversation.0, hash.as_slice(), with_held], |row| row.get(0))?)
}
