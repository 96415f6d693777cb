//! Mail that no person wrote: ours, at most one a day to an address, and which of what came in is such.

use super::Result;
use crate::domain::id::MailId;
use rusqlite::{Connection, params};

/// How long the next one waits, in milliseconds.
const DAY: i64 = 24 * 60 * 60 * 1_000;

/// Whether an automatic mail may go to an address now; it counts as sent then. One that was sent more than a day from now was
/// sent by a clock that was wrong. Times are milliseconds since 1970.
///
/// # Errors
/// What SQLite says.
pub fn take_turn(connection: &Connection, address: &str, now: i64) -> Result<bool> {
    let taken = connection
        .prepare_cached(
            "INSERT INTO automatic_mail (address, at) VALUES (?1, ?2) \
             ON CONFLICT (address) DO UPDATE SET at = ?2 WHERE abs(?2 - at) >= ?3",
        )?
        .execute(params![address.to_lowercase(), now, DAY])?;
    Ok(taken > 0)
}

/// The automatic mail that an address was allowed is tried once more, and the day begins anew. Times are milliseconds since
/// 1970.
///
/// # Errors
/// What SQLite says.
pub fn renew_turn(connection: &Connection, address: &str, now: i64) -> Result<()> {
    connection
        .prepare_cached("UPDATE automatic_mail SET at = ?2 WHERE address = ?1")?
        .execute(params![address.to_lowercase(), now])?;
    Ok(())
}

/// Notes of a mail that could not be read at first whether no person wrote it.
///
/// # Errors
/// What SQLite says.
pub fn note(connection: &Connection, id: MailId, automatic: bool) -> Result<()> {
    connection.prepare_cached("UPDATE mail SET automatic = ?2 WHERE id = ?1")?.execute(params![id.0, automatic])?;
    Ok(())
}
