//! The schema's versions: numbered files, one transaction each, a backup before.

use super::{Result, StoreError, file::beside};
use rusqlite::Connection;
use std::path::{Path, PathBuf};

/// "dskl": marks a file as a desk, so that a foreign one is refused untouched.
pub const APPLICATION_ID: i64 = 0x6473_6b6c;

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001-desk.sql"),
    include_str!("migrations/0002-keys.sql"),
    include_str!("migrations/0003-routing.sql"),
    include_str!("migrations/0004-mail.sql"),
    include_str!("migrations/0005-outbox.sql"),
    include_str!("migrations/0006-folders.sql"),
    include_str!("migrations/0007-connected.sql"),
    include_str!("migrations/0008-outbox-begun.sql"),
    include_str!("migrations/0009-mail-marks.sql"),
    include_str!("migrations/0010-draft-files.sql"),
    include_str!("migrations/0011-undelivered.sql"),
    include_str!("migrations/0012-mailbox-next.sql"),
    include_str!("migrations/0013-put-away.sql"),
];

/// The version that this program writes.
pub fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Looks at a file's first bytes without opening it as a database, so that a file that is refused is not touched even by
/// SQLite, which would write out the log that lies beside it.
///
/// # Errors
/// A foreign file, a newer desk, one that was cut off, or one that cannot be read.
pub fn look_at_header(file: &Path) -> Result<()> {
    let mut header = [0_u8; 100];
    let mut opened = std::fs::File::open(file)?;
    let length = opened.metadata()?.len();
    let whole = std::io::Read::read_exact(&mut opened, &mut header).is_ok();
    let number =
        |place: usize| u32::from_be_bytes([header[place], header[place + 1], header[place + 2], header[place + 3]]);
    if !whole || !header.starts_with(b"SQLite format 3\0") || i64::from(number(68)) != APPLICATION_ID {
        return Err(foreign(file));
    }
    let version = i64::from(number(60));
    if version > newest() {
        return Err(newer(file, version));
    }
    // The page size is 65,536 where it says 1. The number of pages holds while the two change counters agree, and says nothing
    // of the file's length while a log is waiting to be written out.
    let page = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let promised = page * u64::from(number(28));
    let log_waits = std::fs::metadata(beside(file, "-wal")).is_ok_and(|log| log.len() > 0);
    if number(24) == number(92) && length < promised && !log_waits {
        return Err(StoreError::Sentence(format!(
            "{} was cut off: it has {length} of {promised} bytes. It was left untouched. Bring it back from a backup.",
            file.display()
        )));
    }
    Ok(())
}

fn newer(file: &Path, version: i64) -> StoreError {
    StoreError::Sentence(format!(
        "{} was written by a newer deskline (version {version} of the desk; this program knows {}). It was left untouched. Update deskline.",
        file.display(),
        newest()
    ))
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
        return Err(newer(file, version));
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
    // Another process may have done it while this one waited for its turn.
    let from = from.max(connection.pragma_query_value(None, "user_version", |row| row.get(0))?);
    if from >= known {
        return Ok(());
    }
    if from > 0 {
        back_up(connection, file, from)?;
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

/// Copies the desk as it is. A copy that an earlier try left whole is kept: the new one takes the next free name. One that
/// was broken off is taken away.
fn back_up(connection: &Connection, file: &Path, from: i64) -> Result<()> {
    let target = backup_path(file, from);
    let part = beside(&target, ".part");
    if part.exists() {
        std::fs::remove_file(&part)?;
    }
    super::backup::copy_database(connection, &part, &mut |_, _| true)?;
    let mut name = target.clone();
    let mut number = 2;
    while name.exists() {
        name = beside(&target, &format!(".{number}"));
        number += 1;
    }
    Ok(std::fs::rename(part, name)?)
}

/// Where the copy goes that is written before a migration: "desk.db.before-2".
pub fn backup_path(file: &Path, from: i64) -> PathBuf {
    beside(file, &format!(".before-{}", from + 1))
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
    #[test]
    fn a_migration_that_was_broken_off_can_be_tried_again_and_the_first_copy_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("desk.db");
        let mut connection = Connection::open(&file).unwrap();
        let first = "CREATE TABLE kept (word TEXT) STRICT; INSERT INTO kept (word) VALUES ('here');";
        migrate_with(&mut connection, &file, 0, &[first]).unwrap();
        assert!(migrate_with(&mut connection, &file, 1, &[first, "nonsense"]).is_err());
        std::fs::write(beside(&backup_path(&file, 1), ".part"), "half a copy").unwrap();
        connection.execute("UPDATE kept SET word = 'there'", []).unwrap();
        let second = "CREATE TABLE more (word TEXT) STRICT;";
        migrate_with(&mut connection, &file, 1, &[first, second]).unwrap();
        let word = |copy: PathBuf| -> String {
            Connection::open(copy).unwrap().query_row("SELECT word FROM kept", [], |row| row.get(0)).unwrap()
        };
        assert_eq!(word(backup_path(&file, 1)), "here");
        assert_eq!(word(beside(&backup_path(&file, 1), ".2")), "there");
        // Who waited while another process did it has nothing to do.
        migrate_with(&mut connection, &file, 1, &[first, second]).unwrap();
        let names = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names, 3, "the desk and two copies");
    }

    /// Whoever has been waiting since before routing waits in line now; what was imported waits for nobody (R1.7).
    #[test]
    fn what_waited_before_routing_stands_in_line_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("desk.db");
        let mut connection = Connection::open(&file).unwrap();
        let (first, routing) = (include_str!("migrations/0001-desk.sql"), include_str!("migrations/0003-routing.sql"));
        migrate_with(&mut connection, &file, 0, &[first]).unwrap();
        connection
            .execute_batch(
                "INSERT INTO team_group (id, name, routing) VALUES (1, 'Support', 'polite');
                 INSERT INTO agent (id, handle, name, role, active, ready, reply_to_customers, from_customers, notify_customers,
                     notify_internal, bell, baseline, created_at)
                 SELECT column1, 'agent' || column1, 'x', 'agent', 1, 1, 1, 'all', 'mine', 'mine', 1, 0, 0 FROM (VALUES (1), (2));
                 INSERT INTO event (seq, at, kind, detail) VALUES (4, 0, 'assigned', 'agent1'), (7, 0, 'assigned', 'agent1');
                 INSERT INTO conversation (id, audience, privacy, state, subject, assignee_id, group_id, needs_reassignment,
                     created_at, at, last_seq, last_from, last_text, news, agent_replies, customer_at, customer_count, reach, shut)
                 SELECT column1, 'customer', 'public', column2, '', column3, column4, 0, 100 + column1, 900, 1, '', '', column5,
                     0, 0, 1, 1, column2 <> 'open'
                 FROM (VALUES (1, 'open', NULL, 1, 5), (2, 'open', 1, 1, 5), (3, 'closed', NULL, 1, 5), (4, 'open', NULL, NULL, 5),
                     (5, 'open', NULL, 1, 0), (6, 'open', NULL, 1, 9));",
            )
            .unwrap();
        migrate_with(&mut connection, &file, 1, &[first, routing]).unwrap();
        let waiting: String = connection
            .query_row(
                "SELECT group_concat(conversation_id || ' ' || group_id || ' ' || since, ', ') FROM waiting",
                [],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(waiting, "1 1 101, 6 1 106");
        let idle: String =
            connection.query_row("SELECT group_concat(last_assigned, ', ') FROM agent", [], |row| row.get(0)).unwrap();
        assert_eq!(idle, "7, 0");
    }

    /// Notices stand as they stood, and what servers said of mails that came before is heard from now on.
    #[test]
    fn notices_and_words_of_servers_outlive_the_marks_of_mail() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("desk.db");
        let mut connection = Connection::open(&file).unwrap();
        migrate_with(&mut connection, &file, 0, &MIGRATIONS[..5]).unwrap();
        connection
            .execute_batch(
                "INSERT INTO agent (id, handle, name, role, active, ready, reply_to_customers, from_customers, notify_customers,
                     notify_internal, bell, baseline, created_at)
                 VALUES (1, 'ana', 'x', 'agent', 1, 1, 1, 'all', 'mine', 'mine', 1, 0, 0);
                 INSERT INTO conversation (id, audience, privacy, state, subject, needs_reassignment, created_at, at, last_seq,
                     last_from, last_text, news, agent_replies, customer_at, customer_count, reach, shut)
                 VALUES (7, 'customer', 'public', 'open', '', 0, 0, 0, 0, '', '', 0, 0, 0, 0, 1, 0);
                 INSERT INTO notice (agent_id, id, kind, conversation_id, at, cleared) VALUES (1, 1, 'note', 7, 5, 1), (1, 2, 'note', 7, 6, 0);
                 INSERT INTO mail (id, mailbox, own_addresses, hash, received_at, envelope_to, sent, sender, sender_name, subject,
                     authentication, verdict, reasons)
                 SELECT column1, 'support' || column1, '', zeroblob(32), 0, '', 0, 'm@x', '', '', column2, 'ignored', ''
                 FROM (VALUES (1, 'MX.acme.example 1; spf=pass; DMARC = pass header.from=x'), (2, 'mx.acme.example; dmarc=fail'),
                     (3, ''), (4, 'spf=pass (x); dmarc=pass'));",
            )
            .unwrap();
        migrate_with(&mut connection, &file, 5, MIGRATIONS).unwrap();
        let all = |sql: &str| -> String { connection.query_row(sql, [], |row| row.get(0)).unwrap() };
        assert_eq!(
            all("SELECT group_concat(id || ' ' || conversation_id || ' ' || at || ' ' || cleared, ', ') FROM notice"),
            "1 7 5 1, 2 7 6 0"
        );
        assert_eq!(
            all(
                "SELECT group_concat(id || ' ' || checked_by || ' ' || vouched, ', ') FROM (SELECT * FROM mail ORDER BY id)"
            ),
            "1 mx.acme.example 1, 2 mx.acme.example 0, 3  0, 4 unnamed 1"
        );
    }
}
