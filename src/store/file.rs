//! The file itself: opening, one writer, readers, backup, check.

use super::{
    Result, StoreError,
    backup::copy_database,
    migrate,
    queue::Queue,
    reader::{Reader, Readers},
};
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior, config::DbConfig};
use std::{
    fs::{File, OpenOptions},
    ops::Deref,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError, TryLockError},
    time::Duration,
};

/// Older versions can corrupt a write-ahead log that several processes write.
const OLDEST_SQLITE: i32 = 3_051_003;

/// Memory for pages per connection, in KiB below zero, as SQLite wants it.
const USUAL_CACHE: i64 = -4_000;

/// The same for the writer while it works in bulk.
const BULK_CACHE: i64 = -64_000;

/// Pages in the log after which a commit writes them into the file itself. Usually [`Store::tidy`] was there before.
const PAGES_IN_LOG: i64 = 4_000;

/// After fewer commits the log is not worth tidying.
const FEW_COMMITS: u32 = 50;

/// How long a write waits for another process before it gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// A desk's file: one writer per process, a few readers, all of them short.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    writer: Mutex<Writer>,
    readers: Readers,
}

#[derive(Debug)]
struct Writer {
    connection: Connection,
    queue: Queue,
    /// Changes with every commit of another connection than this one, and only then.
    version: i64,
    /// Another process committed since that was last asked for.
    elsewhere: bool,
    /// How often this process committed since the log was tidied.
    commits: u32,
    /// Nothing waits for the disk, see [`Store::in_bulk`].
    in_bulk: bool,
}

impl Writer {
    /// Looks whether other processes committed; about a microsecond.
    fn look_elsewhere(&mut self) -> Result<()> {
        let version = data_version(&self.connection)?;
        self.elsewhere |= std::mem::replace(&mut self.version, version) != version;
        Ok(())
    }
}

/// A write transaction; what is not committed is rolled back.
pub struct Writing<'a> {
    transaction: Transaction<'a>,
}

impl<'a> Deref for Writing<'a> {
    type Target = Transaction<'a>;

    fn deref(&self) -> &Self::Target {
        &self.transaction
    }
}

impl Store {
    /// Makes a new desk file with mode 0600.
    ///
    /// # Errors
    /// There is a file already, or the folder cannot be written.
    pub fn create(path: &Path) -> Result<Self> {
        if path.exists() {
            return Err(StoreError::Sentence(format!(
                "{} is there already; it was left untouched. Name another file with --desk.",
                path.display()
            )));
        }
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)?;
        }
        drop(open_private(path)?);
        let made = Self::mark(path).and_then(|()| Self::prepare(path, Some(0)));
        if made.is_err() {
            Self::discard(path);
        }
        made
    }

    /// Writes into the header of a new file what it is, before anything goes through the log.
    fn mark(path: &Path) -> Result<()> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.pragma_update(None, "application_id", migrate::APPLICATION_ID)?;
        connection.close().map_err(|(_, error)| StoreError::from(error))
    }

    /// Takes a desk away that was made a moment ago and could not be finished: nothing else is ever removed.
    pub fn discard(path: &Path) {
        for suffix in ["", "-wal", "-shm", "-journal", ".lock"] {
            let _ = std::fs::remove_file(beside(path, suffix));
        }
    }

    /// Opens a desk file.
    ///
    /// # Errors
    /// No file, a foreign one, a newer desk; each left untouched.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.is_file() {
            return Err(StoreError::Sentence(format!(
                "There is no desk at {}. Make one with “deskline init --name TEAM --owner HANDLE”, or try “deskline demo”.",
                path.display()
            )));
        }
        migrate::look_at_header(path)?;
        Self::prepare(path, None)
    }

    fn prepare(path: &Path, version: Option<i64>) -> Result<Self> {
        if rusqlite::version_number() < OLDEST_SQLITE {
            return Err(StoreError::Sentence(format!(
                "This program was built with SQLite {}, which can damage a desk that several programs write. Build it with 3.51.3 or newer.",
                rusqlite::version()
            )));
        }
        let mut connection =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(PATIENCE)?;
        // Whoever is refused here leaves the file as it was: the log is written out by desks that are let in.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        let version = version.map_or_else(|| migrate::inspect(&connection, path), Ok)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        set_habits(&connection)?;
        // Answers with the new value, which pragma_update does not expect.
        connection.query_row(&format!("PRAGMA wal_autocheckpoint = {PAGES_IN_LOG}"), [], |_| Ok(()))?;
        let mut queue = Queue::open(&lock_path(path), PATIENCE)?;
        if version < migrate::newest() {
            queue.enter()?;
            let migrated = migrate::migrate(&mut connection, path, version);
            queue.leave()?;
            migrated?;
            // The header tells what the file is even to somebody who does not read the log.
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
        let version = data_version(&connection)?;
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(Writer { connection, queue, version, elsewhere: false, commits: 0, in_bulk: false }),
            readers: Readers::default(),
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs one write transaction: alone in this process and among all, all of it or nothing. It is on the disk when this
    /// returns.
    ///
    /// # Errors
    /// What `work` returns (nothing is kept then), or that the transaction could not be begun or committed.
    pub fn write<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Writing<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        Self::write_through(&mut self.lock_writer(), work)
    }

    /// The same without waiting for the disk: a power cut can undo it, with nothing else lost, as long as no other write
    /// came after it. For what is no loss; a killed process loses nothing.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub fn write_lightly<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Writing<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let mut writer = self.lock_writer();
        if writer.in_bulk {
            return Self::write_through(&mut writer, work);
        }
        writer.connection.pragma_update(None, "synchronous", "NORMAL").map_err(StoreError::from)?;
        let outcome = catch_unwind(AssertUnwindSafe(|| Self::write_through(&mut writer, work)));
        writer.connection.pragma_update(None, "synchronous", "FULL").map_err(StoreError::from)?;
        outcome.unwrap_or_else(|panic| resume_unwind(panic))
    }

    fn write_through<T, E: From<StoreError>>(
        writer: &mut Writer,
        work: impl FnOnce(&Writing<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        writer.queue.enter()?;
        // A panic ends one session, and must not leave everybody else waiting for this process's turn to be over.
        let outcome = catch_unwind(AssertUnwindSafe(|| -> std::result::Result<T, E> {
            // Here too: a busy writer is seldom free when somebody asks.
            writer.look_elsewhere()?;
            let Writer { connection, commits, .. } = &mut *writer;
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(StoreError::from)?;
            let writing = Writing { transaction };
            let value = work(&writing)?;
            writing.transaction.commit().map_err(StoreError::from)?;
            *commits = commits.saturating_add(1);
            Ok(value)
        }));
        let left = writer.queue.leave();
        let value = outcome.unwrap_or_else(|panic| resume_unwind(panic))?;
        left?;
        Ok(value)
    }

    /// Runs work of many transactions without waiting for the disk at each; all of it is on the disk when this returns.
    /// Killing the process inside harms nothing, a power cut inside can damage the file: for what can be made again.
    ///
    /// # Errors
    /// What `work` returns (what it had committed is kept then), or what SQLite says.
    pub fn in_bulk<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce() -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        self.set_pace(true, "OFF", BULK_CACHE, 16_000)?;
        let outcome = work();
        self.set_pace(false, "FULL", USUAL_CACHE, PAGES_IN_LOG)?;
        // Under FULL this waits for the log and then for the file.
        self.lock_writer()
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .map_err(StoreError::from)?;
        outcome
    }

    /// From now on this process lets the file grow to so many bytes only; beyond, writing is refused as on a full disk.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn limit_size(&self, bytes: u64) -> Result<()> {
        let writer = self.lock_writer();
        let page: u32 = writer.connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
        // Answers with the new value, which pragma_update does not expect.
        let limit = format!("PRAGMA max_page_count = {}", bytes / u64::from(page));
        Ok(writer.connection.query_row(&limit, [], |_| Ok(()))?)
    }

    fn set_pace(&self, in_bulk: bool, synchronous: &str, cache: i64, pages_in_log: i64) -> Result<()> {
        let mut writer = self.lock_writer();
        writer.in_bulk = in_bulk;
        writer.connection.pragma_update(None, "synchronous", synchronous)?;
        writer.connection.pragma_update(None, "cache_size", cache)?;
        // Answers with the new value, which pragma_update does not expect.
        writer.connection.query_row(&format!("PRAGMA wal_autocheckpoint = {pages_in_log}"), [], |_| Ok(()))?;
        Ok(())
    }

    fn lock_writer(&self) -> MutexGuard<'_, Writer> {
        // A panic inside a write dropped its transaction, which rolled it back: the connection is sound.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection that only reads.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn reader(&self) -> Result<Reader<'_>> {
        self.readers.take(|| self.open_reader())
    }

    fn open_reader(&self) -> Result<Connection> {
        let connection = Connection::open_with_flags(
            &self.path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        connection.busy_timeout(PATIENCE)?;
        set_habits(&connection)?;
        connection.pragma_update(None, "query_only", true)?;
        Ok(connection)
    }

    /// A connection of its own for looking the file over. Checking a full-text index counts as writing to SQLite, so this one
    /// is not `query_only`.
    pub(crate) fn checker(&self) -> Result<Connection> {
        let connection = self.open_reader()?;
        connection.pragma_update(None, "query_only", false)?;
        Ok(connection)
    }

    /// Writes what is in the log into the file itself, as far as nobody reads it, where it has grown: a commit that has to
    /// do it makes everybody wait who writes. For a thread that nobody waits for, now and then.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn tidy(&self) -> Result<()> {
        {
            let mut writer = self.lock_writer();
            if writer.commits < FEW_COMMITS {
                return Ok(());
            }
            writer.commits = 0;
        }
        let tidier = self.checker()?;
        Ok(tidier.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?)
    }

    /// Whether another process committed since this was last asked. Says no while somebody writes: the next time will tell.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn changed_elsewhere(&self) -> Result<bool> {
        let mut writer = match self.writer.try_lock() {
            Ok(writer) => writer,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return Ok(false),
        };
        writer.look_elsewhere()?;
        Ok(std::mem::take(&mut writer.elsewhere))
    }

    /// Copies the desk, as it is at one moment, into a new file with mode 0600.
    ///
    /// # Errors
    /// The target exists, cannot be written, or `progress` (pages done, pages in all) returned false: it is taken away again.
    pub fn backup(&self, to: &Path, progress: &mut dyn FnMut(usize, usize) -> bool) -> Result<()> {
        let reader = self.reader()?;
        // Inside one snapshot: without it the copy would begin anew whenever somebody writes.
        let snapshot = reader.snapshot()?;
        snapshot.query_row("SELECT count(*) FROM setting", [], |_| Ok(()))?;
        copy_database(&snapshot, to, progress)
    }
}

fn data_version(connection: &Connection) -> Result<i64> {
    Ok(connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?)
}

/// The pragmas of every connection.
fn set_habits(connection: &Connection) -> Result<()> {
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "cache_size", USUAL_CACHE)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // Otherwise SQLite plans a statement anew at every call whose values differ from the last ones.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(())
}

/// Opens a file that only its owner can read, whatever the umask; made if there is none.
pub(crate) fn open_private(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let file = options.open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let wanted = std::fs::Permissions::from_mode(0o600);
        if file.metadata()?.permissions().mode() & 0o777 != 0o600 {
            file.set_permissions(wanted)?;
        }
    }
    Ok(file)
}

/// The lock file of a desk: "desk.db.lock".
pub fn lock_path(path: &Path) -> PathBuf {
    beside(path, ".lock")
}

/// A file beside another, by what is added to its name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(suffix);
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn synchronous(store: &Store) -> i64 {
        store.lock_writer().connection.query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_light_write_is_there_and_the_next_one_waits_for_the_disk_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(&folder.path().join("desk.db")).unwrap();
        let inside = store.write_lightly(|writing| -> Result<i64> {
            writing.execute("INSERT INTO setting (key, value) VALUES ('light', 'on')", [])?;
            Ok(writing.query_row("PRAGMA synchronous", [], |row| row.get(0))?)
        });
        assert_eq!((inside.unwrap(), synchronous(&store)), (1, 2));
        let failed: Result<()> = store.write_lightly(|_| Err(StoreError::Sentence("failed".into())));
        assert!(failed.is_err());
        assert_eq!(synchronous(&store), 2);
        let kept: String = store
            .reader()
            .unwrap()
            .query_row("SELECT value FROM setting WHERE key = 'light'", [], |row| row.get(0))
            .unwrap();
        assert_eq!(kept, "on");
    }

    #[test]
    fn tidying_writes_the_log_into_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.db");
        let store = Store::create(&path).unwrap();
        let before = std::fs::metadata(&path).unwrap().len();
        let long = "x".repeat(20_000);
        for number in 0..FEW_COMMITS {
            store
                .write(|writing| -> Result<()> {
                    let key = format!("k{number}");
                    writing.execute("INSERT INTO setting (key, value) VALUES (?1, ?2)", [&key, &long])?;
                    Ok(())
                })
                .unwrap();
        }
        assert_eq!(std::fs::metadata(&path).unwrap().len(), before, "commits leave it alone");
        store.tidy().unwrap();
        assert!(std::fs::metadata(&path).unwrap().len() > before + 1_000_000);
    }

    #[test]
    fn after_bulk_work_every_commit_waits_for_the_disk_again() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(&folder.path().join("desk.db")).unwrap();
        let full = synchronous(&store);
        assert_eq!(full, 2);
        let inside = store.in_bulk(|| Ok::<_, StoreError>(synchronous(&store))).unwrap();
        assert_eq!(inside, 0);
        assert_eq!(synchronous(&store), full);
        store.in_bulk(|| -> Result<()> { Err(StoreError::Sentence("failed".into())) }).unwrap_err();
        assert_eq!(synchronous(&store), full);
    }

    #[test]
    fn a_panic_in_a_write_keeps_nobody_from_writing_and_nothing_from_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.db");
        let store = Store::create(&path).unwrap();
        let other = Store::open(&path).unwrap();
        for lightly in [false, true] {
            let broken = catch_unwind(AssertUnwindSafe(|| -> Result<()> {
                let work = |_: &Writing<'_>| -> Result<()> { panic!("in the middle of it") };
                if lightly { store.write_lightly(work) } else { store.write(work) }
            }));
            assert!(broken.is_err());
            other.write(|_| Ok::<_, StoreError>(())).unwrap();
            assert_eq!(synchronous(&store), 2);
            store.write(|_| Ok::<_, StoreError>(())).unwrap();
        }
    }
}
