//! Keys that the desk made for itself; they leave its file only with a backup.

use super::Result;
use rusqlite::{Connection, OptionalExtension as _, params};

/// A key by name, if it was made yet.
///
/// # Errors
/// What SQLite says.
pub fn get(connection: &Connection, name: &str) -> Result<Option<Vec<u8>>> {
    Ok(connection
        .prepare_cached("SELECT bytes FROM secret WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?)
}

/// Keeps a key under a name that has none yet.
///
/// # Errors
/// What SQLite says; there is one already.
pub fn set(connection: &Connection, name: &str, bytes: &[u8; 32]) -> Result<()> {
    connection.prepare_cached("INSERT INTO secret (name, bytes) VALUES (?1, ?2)")?.execute(params![name, bytes])?;
    Ok(())
}
