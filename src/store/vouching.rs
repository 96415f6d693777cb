//! Which server checks what comes to a mailbox, and for whom it vouched.

use super::Result;
use rusqlite::{Connection, OptionalExtension as _, params};

/// So many mails are looked at, the newest of all mailboxes …
const LOOKED_AT: i64 = 200;

/// … and where fewer of one mailbox are among them, nothing is known of its server.
const FEWEST: i64 = 5;

/// The server that checks what comes to a mailbox: the one whose word stands on top of nine mails out of ten that came
/// last. One mail alone, and a few, can say what their senders please.
///
/// # Errors
/// What SQLite says.
pub fn server(connection: &Connection, mailbox: &str) -> Result<Option<String>> {
    let found = connection
        .prepare_cached(
            "WITH newest AS (SELECT mailbox, checked_by, sent FROM mail ORDER BY id DESC LIMIT ?2), \
             came AS (SELECT checked_by FROM newest WHERE mailbox = ?1 AND sent = 0) \
             SELECT checked_by, count(*), (SELECT count(*) FROM came) FROM came GROUP BY checked_by \
             ORDER BY count(*) DESC, checked_by LIMIT 1",
        )?
        .query_row(params![mailbox, LOOKED_AT], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
        })
        .optional()?;
    Ok(found.filter(|(by, its, all)| !by.is_empty() && *all >= FEWEST && its * 10 >= all * 9).map(|(by, ..)| by))
}

/// Whether a server, this one or any, vouched for a sender at a mailbox since a moment (milliseconds since 1970).
///
/// # Errors
/// What SQLite says.
pub fn vouched(connection: &Connection, mailbox: &str, by: Option<&str>, sender: &str, since: i64) -> Result<bool> {
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM mail INDEXED BY mail_vouched WHERE vouched = 1 AND sender = ?3 AND mailbox = ?1 \
             AND received_at > ?4 AND (?2 IS NULL OR checked_by = ?2))",
        )?
        .query_row(params![mailbox, by, sender, since], |row| row.get(0))?)
}
