//! What belongs to a message besides its words: what of them is folded away, and the contents of what was attached.

use super::{Result, people::word};
use crate::domain::{
    id::{ConversationId, EntrySeq},
    letter::{Attached, AttachedNote, Fold},
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// Keeps what belongs to a message that came by mail: its folds, and the contents of its attachments, which are described
/// in the same order already.
///
/// # Errors
/// What SQLite says.
pub fn keep(connection: &Connection, message: i64, folds: &[Fold], attached: &[(&Attached, [u8; 32])]) -> Result<()> {
    for fold in folds {
        connection
            .prepare_cached("INSERT INTO fold (message_id, start, stop, kind) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![
                message,
                i64::try_from(fold.from).unwrap_or(i64::MAX),
                i64::try_from(fold.to).unwrap_or(i64::MAX),
                fold.kind.word()
            ])?;
    }
    let mut rows = connection.prepare_cached("SELECT id FROM attachment WHERE message_id = ?1 ORDER BY id")?;
    let rows: Vec<i64> = rows.query_map([message], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    for (row, (attached, hash)) in rows.iter().zip(attached) {
        connection
            .prepare_cached("INSERT INTO attached_content (hash, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
            .execute(params![hash.as_slice(), attached.content])?;
        connection.prepare_cached("UPDATE attachment SET hash = ?2, special = ?3 WHERE id = ?1")?.execute(params![
            row,
            hash.as_slice(),
            attached.note.map(AttachedNote::word)
        ])?;
    }
    Ok(())
}

/// The folds of a window's messages, in order, with the message's row.
///
/// # Errors
/// What SQLite says.
pub fn window_folds(
    connection: &Connection,
    conversation: ConversationId,
    (first, last): (EntrySeq, EntrySeq),
) -> Result<Vec<(i64, Fold)>> {
    let mut statement = connection.prepare_cached(
        "SELECT start, stop, kind, message_id FROM fold \
         WHERE message_id IN (SELECT id FROM message WHERE conversation_id = ?1 AND seq BETWEEN ?2 AND ?3) \
         ORDER BY message_id, start",
    )?;
    let rows = statement.query_map([conversation.0, first.0, last.0], |row| Ok((row.get(3)?, fold(row)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn fold(row: &Row<'_>) -> rusqlite::Result<Fold> {
    let (start, stop): (i64, i64) = (row.get(0)?, row.get(1)?);
    let byte = |number: i64| usize::try_from(number).unwrap_or(0);
    Ok(Fold { from: byte(start), to: byte(stop), kind: word(row, 2)? })
}

/// The folds of a message, in order.
///
/// # Errors
/// What SQLite says.
pub fn folds(connection: &Connection, message: i64) -> Result<Vec<Fold>> {
    let mut statement =
        connection.prepare_cached("SELECT start, stop, kind FROM fold WHERE message_id = ?1 ORDER BY start")?;
    let rows = statement.query_map([message], fold)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The content of a message's attachment by its place, 1, 2, 3 …; `None` where there is none or only a description.
///
/// # Errors
/// What SQLite says.
pub fn content(connection: &Connection, message: i64, number: usize) -> Result<Option<Vec<u8>>> {
    let Some(before) = number.checked_sub(1).and_then(|before| i64::try_from(before).ok()) else { return Ok(None) };
    Ok(connection
        .prepare_cached(
            "SELECT c.bytes FROM attachment a LEFT JOIN attached_content c ON c.hash = a.hash \
             WHERE a.message_id = ?1 ORDER BY a.id LIMIT 1 OFFSET ?2",
        )?
        .query_row(params![message, before], |row| row.get(0))
        .optional()?
        .flatten())
}

/// A file of a message that customers may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFile {
    /// Its row.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its type, as its sender claims it.
    pub media_type: String,
    /// Its size in bytes.
    pub size: u64,
    /// Whether its content is here, and not only its description.
    pub kept: bool,
    /// What is special about it.
    pub note: Option<AttachedNote>,
}

/// What customers may have of an attachment: that of a reply with a number that they count by.
const OPEN: &str = "FROM attachment a JOIN message m ON m.id = a.message_id \
     AND m.kind = 'reply' AND m.customer_number IS NOT NULL";

/// The files of a message, in order; none where customers may not read it.
///
/// # Errors
/// What SQLite says.
pub fn open_files(connection: &Connection, message: i64) -> Result<Vec<OpenFile>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT a.id, a.name, a.media_type, a.size, a.hash IS NOT NULL, a.special {OPEN} WHERE a.message_id = ?1 ORDER BY a.id"
    ))?;
    let rows = statement.query_map([message], |row| {
        let size: i64 = row.get(3)?;
        Ok(OpenFile {
            id: row.get(0)?,
            name: row.get(1)?,
            media_type: row.get(2)?,
            size: u64::try_from(size).unwrap_or(0),
            kept: row.get(4)?,
            note: row.get::<_, Option<String>>(5)?.map(|_| word(row, 5)).transpose()?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The content of such a file by its row; `None` where customers may not have it, or it is not here.
///
/// # Errors
/// What SQLite says.
pub fn open_content(connection: &Connection, file: i64) -> Result<Option<Vec<u8>>> {
    Ok(connection
        .prepare_cached(&format!("SELECT c.bytes {OPEN} JOIN attached_content c ON c.hash = a.hash WHERE a.id = ?1"))?
        .query_row([file], |row| row.get(0))
        .optional()?)
}

/// Remembers who wrote a message that neither an agent nor a customer of this desk wrote.
///
/// # Errors
/// What SQLite says.
pub fn write_as(connection: &Connection, message: i64, name: &str) -> Result<()> {
    connection.prepare_cached("UPDATE message SET written_as = ?2 WHERE id = ?1")?.execute(params![message, name])?;
    Ok(())
}
