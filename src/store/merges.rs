//! Conversations that were merged into others.

use super::Result;
use crate::domain::id::ConversationId;
use rusqlite::{Connection, OptionalExtension as _};

/// A chain of merges longer than this is followed no further.
const LONGEST_CHAIN: usize = 50;

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
