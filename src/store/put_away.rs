//! Mails that administrators threw away, or have to decide about, known by their bytes whatever mailbox brings them.

use super::Result;
use rusqlite::{Connection, OptionalExtension as _};

/// A mail that is on nobody's desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutAway {
    /// Whether it was thrown away; else it waits.
    pub discarded: bool,
    /// The mailbox that it came by.
    pub mailbox: String,
}

/// What became of the same bytes before, where they were thrown away or wait for an administrator.
///
/// # Errors
/// What SQLite says.
pub fn by_hash(connection: &Connection, hash: &[u8; 32]) -> Result<Option<PutAway>> {
    Ok(connection
        .prepare_cached(
            "SELECT verdict = 'discarded', mailbox FROM mail WHERE hash = ?1 \
             AND verdict IN ('held', 'quarantined', 'discarded') ORDER BY verdict = 'discarded' DESC, id LIMIT 1",
        )?
        .query_row([hash.as_slice()], |row| Ok(PutAway { discarded: row.get(0)?, mailbox: row.get(1)? }))
        .optional()?)
}
