//! The schema's versions: numbered files, one transaction each, a backup before.

use super::{Result, StoreError};
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// "dskl": marks a file as a desk, so that a foreign one is refused untouched.
pub const APPLICATION_ID: i64 = 0x6473_6b6c;

const MIGRATIONS: &[&str] = &[include_str!("migrations/0001-desk.sql")];

/// The version that this program writes.
pub fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Looks at a file's first bytes without opening it as a database, so that a foreign one is not touched even by SQLite.
///
/// # Errors
/// A foreign file, or one that cannot be read.
pub fn look_at_header(file: &Path) -> Result<()> {
    let mut header = [0_u8; 100];
    let mut opened = std::fs::File::open(file)?;
    let whole = std::io::Read::read_exact(&mut opened, &mut header).is_ok();
    let application = i64::from(u32::from_be_bytes([header[68], header[69], header[70], header[71]]));
    // A desk whose first transaction is still in the log has no mark in its header yet.
    let unmarked = application == 0 && file.with_extension("db-wal").exists();
    if whole && header.starts_with(b"SQLite format 3\0") && (application == APPLICATION_ID || unmarked) {
        Ok(())
    } else {
        Err(foreign(file))
    }
}

fn foreign(file: &Path) -> StoreError {
    StoreError::Sentence(format!(
        "{} is not a desk of deskline; it was left untouched. Name another file with --desk.",
        file.display()
    ))
}

/// Whether a file is a desk of a version that this program knows.
///
/// # Errors
/// A foreign file, a newer desk, or one that cannot be read; nothing is written in any of these.
pub fn inspect(connection: &Connection, file: &Path) -> Result<i64> {
    let unreadable = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => foreign(file),
        _ => StoreError::Database(error),
    };
    let application: i64 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(unreadable)?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(unreadable)?;
    if application != APPLICATION_ID {
        return Err(foreign(file));
    }
    if version > newest() {
        return Err(StoreError::Sentence(format!(
            "{} was written by a newer deskline (version {version} of the desk; this program knows {}). It was left untouched. Update deskline.",
            file.display(),
            newest()
        )));
    }
    Ok(version)
}

/// Brings a desk to the newest version. A backup is written beside the file before the first step.
///
/// # Errors
/// What SQLite or the file system says; the desk stays at the last version that was reached whole.
pub fn migrate(connection: &mut Connection, file: &Path, from: i64) -> Result<()> {
    migrate_with(connection, file, from, MIGRATIONS)
}

fn migrate_with(connection: &mut Connection, file: &Path, from: i64, migrations: &[&str]) -> Result<()> {
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    if from >= known {
        return Ok(());
    }
    if from > 0 {
        let copy = backup_path(file, from);
        super::file::copy_database(connection, &copy, &mut |_, _| true)?;
    }
    for (version, sql) in (1..).zip(migrations).skip(usize::try_from(from).unwrap_or(0)) {
        let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive)?;
        let current: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if current >= version {
            continue;
        }
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Where the copy goes that is written before a migration: "desk.db.before-2".
pub fn backup_path(file: &Path, from: i64) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".before-{}", from + 1));
    file.with_file_name(name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_migration_writes_a_backup_before_and_a_failing_one_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("desk.db");
        let mut connection = Connection::open(&file).unwrap();
        let first = "CREATE TABLE kept (word TEXT) STRICT; INSERT INTO kept (word) VALUES ('here');";
        migrate_with(&mut connection, &file, 0, &[first]).unwrap();
        assert!(!backup_path(&file, 0).exists(), "an empty desk needs no copy");
        let broken = "CREATE TABLE half (word TEXT) STRICT; INSERT INTO missing (word) VALUES ('x');";
        assert!(migrate_with(&mut connection, &file, 1, &[first, broken]).is_err());
        let halves: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'half'", [], |row| row.get(0))
            .unwrap();
        assert_eq!(halves, 0);
        let copy = Connection::open(backup_path(&file, 1)).unwrap();
        let word: String = copy.query_row("SELECT word FROM kept", [], |row| row.get(0)).unwrap();
        assert_eq!(word, "here");
    }
}
