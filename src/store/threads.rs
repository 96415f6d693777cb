//! What ties mails to conversations: header ids of what came in and went out, and what looks like what.

use super::{Result, people::word};
use crate::domain::{
    id::{AgentId, ConversationId, CustomerId, OutboxId},
    mail::LikenessWhy,
};
use rusqlite::{Connection, OptionalExtension as _, params};

/// So many messages are looked at for one header id, the newest and as many of the oldest: senders can repeat one as often
/// as they like, and that must neither cost time nor bury whoever had it first.
const MOST_BY_ID: i64 = 100;

/// Remembers the Message-ID of a message that came in or, with its row of the outbox, went out.
///
/// # Errors
/// What SQLite says.
pub fn note_header_id(
    connection: &Connection,
    header_id: &str,
    conversation: ConversationId,
    message: Option<i64>,
    outbox: Option<i64>,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO header_id (header_id, conversation_id, message_id, outbox_id) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![header_id, conversation.0, message, outbox])?;
    Ok(())
}

/// The conversations that have a message with this id, the newest entry first, each once.
///
/// # Errors
/// What SQLite says.
pub fn conversations_by_header(connection: &Connection, header_id: &str) -> Result<Vec<ConversationId>> {
    let mut statement = connection.prepare_cached(
        "SELECT conversation_id FROM ( \
           SELECT * FROM (SELECT id, conversation_id FROM header_id WHERE header_id = ?1 ORDER BY id DESC LIMIT ?2) \
           UNION SELECT * FROM (SELECT id, conversation_id FROM header_id WHERE header_id = ?1 ORDER BY id LIMIT ?2)) \
         GROUP BY conversation_id ORDER BY max(id) DESC",
    )?;
    let rows = statement.query_map(params![header_id, MOST_BY_ID], |row| row.get(0).map(ConversationId))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A mail that went out under a header id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WentOut {
    /// Its row in the outbox.
    pub outbox: i64,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The message that it carried, if any.
    pub message: Option<i64>,
}

/// The mail that this desk sent under a header id.
///
/// # Errors
/// What SQLite says.
pub fn went_out(connection: &Connection, header_id: &str) -> Result<Option<WentOut>> {
    Ok(connection
        .prepare_cached(
            "SELECT outbox_id, conversation_id, message_id FROM header_id WHERE header_id = ?1 AND outbox_id IS NOT NULL \
             ORDER BY id DESC LIMIT 1",
        )?
        .query_row([header_id], |row| {
            Ok(WentOut { outbox: row.get(0)?, conversation: ConversationId(row.get(1)?), message: row.get(2)? })
        })
        .optional()?)
}

/// The notice to an agent that this desk sent under a header id, by its row, and that agent.
///
/// # Errors
/// What SQLite says.
pub fn notice(connection: &Connection, header_id: &str) -> Result<Option<(OutboxId, AgentId)>> {
    Ok(connection
        .prepare_cached(
            "SELECT o.id, o.agent_id FROM header_id h CROSS JOIN outbox o ON o.id = h.outbox_id \
             WHERE h.header_id = ?1 AND o.kind = 'notice' ORDER BY h.id DESC LIMIT 1",
        )?
        .query_row([header_id], |row| Ok((OutboxId(row.get(0)?), AgentId(row.get(1)?))))
        .optional()?)
}

/// Every header id of a conversation, in the order in which they came and went.
///
/// # Errors
/// What SQLite says.
pub fn header_ids(connection: &Connection, conversation: ConversationId) -> Result<Vec<(String, Option<i64>)>> {
    let mut statement = connection
        .prepare_cached("SELECT header_id, message_id FROM header_id WHERE conversation_id = ?1 ORDER BY id")?;
    let rows = statement.query_map([conversation.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A customer's conversations with their subjects, newest first, at most `limit`.
///
/// # Errors
/// What SQLite says.
pub fn subjects(connection: &Connection, customer: CustomerId, limit: usize) -> Result<Vec<(ConversationId, String)>> {
    let mut statement = connection.prepare_cached(
        "SELECT c.id, c.subject FROM participant p CROSS JOIN conversation c ON c.id = p.conversation_id \
         WHERE p.customer_id = ?1 ORDER BY p.conversation_id DESC LIMIT ?2",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![customer.0, limit], |row| Ok((ConversationId(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Remembers that a conversation looks like another.
///
/// # Errors
/// What SQLite says.
pub fn note_likeness(
    connection: &Connection,
    conversation: ConversationId,
    like: ConversationId,
    because: LikenessWhy,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO likeness (conversation_id, like_id, because) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
        )?
        .execute(params![conversation.0, like.0, because.word()])?;
    Ok(())
}

/// What a conversation looks like, newest first. Each is shown through access only.
///
/// # Errors
/// What SQLite says.
pub fn likenesses(connection: &Connection, conversation: ConversationId) -> Result<Vec<(ConversationId, LikenessWhy)>> {
    let mut statement = connection
        .prepare_cached("SELECT like_id, because FROM likeness WHERE conversation_id = ?1 ORDER BY like_id DESC")?;
    let rows = statement.query_map([conversation.0], |row| Ok((ConversationId(row.get(0)?), word(row, 1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The address that an agent gave as its own, in lower case.
///
/// # Errors
/// What SQLite says.
pub fn agent_address(connection: &Connection, agent: AgentId) -> Result<Option<String>> {
    Ok(connection
        .prepare_cached("SELECT lower(address) FROM agent_address WHERE agent_id = ?1")?
        .query_row([agent.0], |row| row.get(0))
        .optional()?)
}
