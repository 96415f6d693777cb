//! A desk in figures, for whoever keeps it running: numbers of everything, words of nothing.

use super::Result;
use rusqlite::Connection;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Open customer conversations that nobody is assigned to.
    pub unassigned: u64,
    /// Open conversations that wait for the owner or an admin (R6.8).
    pub needs_reassignment: u64,
    /// Messages on their way to customers.
    pub queued: u64,
    /// The version of the schema.
    pub schema: u32,
}

/// Counts; each number by an index that holds what it counts and nothing else.
///
/// # Errors
/// What SQLite says.
pub fn figures(connection: &Connection) -> Result<Figures> {
    let count = |sql: &str| -> Result<u64> {
        let counted: i64 = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok(counted.unsigned_abs())
    };
    Ok(Figures {
        unassigned: count(
            "SELECT count(*) FROM conversation WHERE audience = 'customer' AND shut = 0 AND assignee_id IS NULL",
        )?,
        needs_reassignment: count("SELECT count(*) FROM conversation WHERE needs_reassignment = 1 AND shut = 0")?,
        // What is held counts as well: the number would tell its sender.
        queued: count("SELECT count(*) FROM outbox WHERE state = 'queued' AND customer_id IS NOT NULL")?
            + count("SELECT count(*) FROM outbox WHERE state = 'held' AND failed_at IS NULL")?,
        schema: connection.pragma_query_value(None, "user_version", |row| row.get(0))?,
    })
}
