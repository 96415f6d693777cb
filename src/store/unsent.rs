//! Mail that waits for somebody to send it, and when somebody last did.

use super::{
    Result,
    outbox::{OUTGOING, Outgoing, outgoing},
};
use rusqlite::{Connection, OptionalExtension as _};

/// When somebody looked last for mail that is to leave, in milliseconds since 1970; `None` where nobody ever did.
///
/// # Errors
/// What SQLite says.
pub fn looked(connection: &Connection) -> Result<Option<i64>> {
    Ok(connection
        .prepare_cached("SELECT at FROM mail_leaving WHERE id = 1")?
        .query_row([], |row| row.get(0))
        .optional()?)
}

/// Notes that somebody looks now.
///
/// # Errors
/// What SQLite says.
pub fn note_look(connection: &Connection, now: i64) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO mail_leaving (id, at) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET at = ?1")?
        .execute([now])?;
    Ok(())
}

/// Nobody looks any more.
///
/// # Errors
/// What SQLite says.
pub fn forget_look(connection: &Connection) -> Result<()> {
    connection.prepare_cached("DELETE FROM mail_leaving WHERE id = 1")?.execute([])?;
    Ok(())
}

/// What was due long ago and is tried since a moment that is past (both milliseconds since 1970): at most `limit`, the longest
/// due first.
///
/// # Errors
/// What SQLite says.
pub fn waited(connection: &Connection, since: i64, now: i64, limit: usize) -> Result<Vec<Outgoing>> {
    let mut statement = connection.prepare_cached(&format!(
        "{OUTGOING} WHERE due IS NOT NULL AND due <= ?1 AND since <= ?2 ORDER BY due, id LIMIT ?3"
    ))?;
    let rows = statement.query_map([now, since, i64::try_from(limit).unwrap_or(i64::MAX)], outgoing)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
