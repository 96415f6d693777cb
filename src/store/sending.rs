//! How far one attempt to hand a mail over came: whether the server may have it, and of what the mail tells.

use super::{Result, outbox::Outgoing};
use crate::domain::id::{ConversationId, OutboxId};
use rusqlite::{Connection, params};

impl Outgoing {
    /// Whether the last step of the newest attempt began: from then on the server may have the mail.
    pub fn may_have_left(&self) -> bool {
        self.attempts > 0 && self.begun == i64::from(self.attempts)
    }

    /// Whether nothing of it can have left, in any attempt.
    pub const fn never_left(&self) -> bool {
        self.begun == 0
    }
}

/// The last step of an attempt begins, and the lease holds until `until` (milliseconds since 1970); false where the lease is
/// somebody else's by now.
///
/// # Errors
/// What SQLite says.
pub fn begin(connection: &Connection, id: OutboxId, worker: &str, attempt: u32, until: i64) -> Result<bool> {
    Ok(connection
        .prepare_cached(
            "UPDATE outbox SET begun = attempts, due = ?4 \
             WHERE id = ?1 AND state = 'sending' AND leased_by = ?2 AND attempts = ?3",
        )?
        .execute(params![id.0, worker, attempt, until])?
        > 0)
}

/// The newest attempt failed for certain: what is not in doubt from before cannot have left.
///
/// # Errors
/// What SQLite says.
pub fn did_not_leave(connection: &Connection, id: OutboxId) -> Result<()> {
    connection
        .prepare_cached("UPDATE outbox SET begun = CASE WHEN doubts > 0 OR begun < 0 THEN -1 ELSE 0 END WHERE id = ?1")?
        .execute([id.0])?;
    Ok(())
}

/// Lets everything leave at once that waits to be tried again; gives how many. What may not leave before `at + undo`, what was
/// never tried and waits for more, and what a worker has, stay as they are. Times in milliseconds (since 1970).
///
/// # Errors
/// What SQLite says.
pub fn hurry(connection: &Connection, now: i64, undo: i64) -> Result<usize> {
    Ok(connection
        .prepare_cached(
            "UPDATE outbox SET due = ?1 WHERE due > ?1 AND state IN ('queued', 'unknown') \
             AND (attempts > 0 OR kind <> 'notice') AND (kind <> 'reply' OR attempts > 0 OR at + ?2 <= ?1)",
        )?
        .execute([now, undo])?)
}

/// When a mail that was tried by this mailbox is tried again, in milliseconds since 1970; `None` where none is.
///
/// # Errors
/// What SQLite says.
pub fn next_by(connection: &Connection, mailbox: &str) -> Result<Option<i64>> {
    Ok(connection
        .prepare_cached("SELECT min(due) FROM outbox WHERE due IS NOT NULL AND mailbox = ?1 AND state <> 'sending'")?
        .query_row([mailbox], |row| row.get(0))?)
}

/// What is put off beyond `farthest` is looked at now; times are milliseconds since 1970.
///
/// # Errors
/// What SQLite says.
pub fn bring_near(connection: &Connection, now: i64, farthest: i64) -> Result<()> {
    connection.prepare_cached("UPDATE outbox SET due = ?1 WHERE due > ?2")?.execute([now, farthest])?;
    Ok(())
}

/// The conversations that the mail of a notice tells of, with those of the notices that go along in it.
///
/// # Errors
/// What SQLite says.
pub fn told_of(connection: &Connection, id: OutboxId) -> Result<Vec<ConversationId>> {
    let mut statement = connection.prepare_cached(
        "SELECT conversation_id FROM outbox WHERE id = ?1 UNION SELECT conversation_id FROM outbox WHERE digest = ?1",
    )?;
    let rows = statement.query_map([id.0], |row| row.get(0).map(ConversationId))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Lets a notice go along in no mail any more.
///
/// # Errors
/// What SQLite says.
pub fn stay_behind(connection: &Connection, id: OutboxId) -> Result<()> {
    connection.prepare_cached("UPDATE outbox SET digest = NULL WHERE id = ?1")?.execute([id.0])?;
    Ok(())
}
