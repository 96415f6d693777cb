//! The log: who came and went, what was refused and what failed; no message, no customer, nothing that was typed.

use chrono::{NaiveDate, Utc};
use std::{
    ffi::OsStr,
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    panic,
    path::{Path, PathBuf},
};
use tracing_appender::non_blocking::{NonBlocking, WorkerGuard};

/// Days that are kept.
const DAYS: usize = 14;

/// Writes what is still held back when it is dropped.
pub struct Log {
    _guard: WorkerGuard,
}

/// Begins to log, as a JSON object a line: into a file a day in this folder, the last fortnight of them kept, or to standard
/// error. Whoever does not read that fast enough misses lines; nothing waits for it.
///
/// # Errors
/// The folder cannot be made or written.
pub fn start(folder: Option<&Path>) -> io::Result<Log> {
    let (writer, guard) = match folder {
        None => NonBlocking::new(io::stderr()),
        Some(folder) => {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
            NonBlocking::new(Daily::begin(folder, || Utc::now().date_naive())?)
        }
    };
    let lines = tracing_subscriber::fmt().json().flatten_event(true).with_target(false).with_writer(writer);
    // Another log of this process, as in tests, goes on.
    let _ = lines.with_max_level(tracing::Level::INFO).try_init();
    panic::set_hook(Box::new(|panicked| {
        // Where, not what: the words of a panic may repeat a message.
        let at = panicked.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current();
        tracing::error!(at, thread = thread.name().unwrap_or_default(), "panicked");
    }));
    Ok(Log { _guard: guard })
}

/// A file a day, `deskline.2026-05-04.log`, which only its owner can read: addresses and fingerprints stand in it, and
/// tracing-appender's own files have the mode that the umask gives them.
struct Daily<Today> {
    folder: PathBuf,
    today: Today,
    day: NaiveDate,
    file: File,
}

impl<Today: Fn() -> NaiveDate> Daily<Today> {
    fn begin(folder: &Path, today: Today) -> io::Result<Self> {
        let day = today();
        let file = open(folder, day)?;
        forget(folder);
        Ok(Self { folder: folder.to_owned(), today, day, file })
    }
}

impl<Today: Fn() -> NaiveDate> Write for Daily<Today> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let today = (self.today)();
        // Where there is no room for a new file the one of the day before goes on.
        if today != self.day
            && let Ok(file) = open(&self.folder, today)
        {
            (self.day, self.file) = (today, file);
            forget(&self.folder);
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn open(folder: &Path, day: NaiveDate) -> io::Result<File> {
    let file =
        OpenOptions::new().append(true).create(true).mode(0o600).open(folder.join(format!("deskline.{day}.log")))?;
    // It may be there from before, with another mode.
    file.set_permissions(Permissions::from_mode(0o600))?;
    Ok(file)
}

/// The day of a file of ours; other files in the folder are nobody's business.
fn day_of(name: &OsStr) -> Option<NaiveDate> {
    name.to_str()?.strip_prefix("deskline.")?.strip_suffix(".log")?.parse().ok()
}

/// Removes the oldest files. What cannot be removed stays, and is tried again the next day.
fn forget(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut files: Vec<(NaiveDate, PathBuf)> =
        entries.flatten().filter_map(|entry| Some((day_of(&entry.file_name())?, entry.path()))).collect();
    files.sort_unstable();
    for (_, file) in files.iter().rev().skip(DAYS) {
        let _ = fs::remove_file(file);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use chrono::Days;
    use std::cell::Cell;

    #[test]
    fn nobody_else_reads_a_file_whatever_its_day_and_a_fortnight_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in ["deskline.2026-05-04.log", "deskline.log", "deskline.x.log", "notes.2026-01-01.log"] {
            fs::write(at(name), "before\n").unwrap();
            fs::set_permissions(at(name), Permissions::from_mode(0o644)).unwrap();
        }
        let first: NaiveDate = "2026-05-04".parse().unwrap();
        let today = Cell::new(first);
        let mut log = Daily::begin(folder.path(), || today.get()).unwrap();
        for day in 0..20 {
            today.set(first + Days::new(day));
            writeln!(log, "line {day}").unwrap();
            let file = at(&format!("deskline.{}.log", today.get()));
            assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{day}");
            let before = if day == 0 { "before\n" } else { "" };
            assert_eq!(fs::read_to_string(&file).unwrap(), format!("{before}line {day}\n"));
        }
        let left = |day: u64| at(&format!("deskline.{}.log", first + Days::new(day))).exists();
        assert_eq!((0..20).filter(|day| left(*day)).collect::<Vec<_>>(), (6..20).collect::<Vec<_>>());
        assert!(["deskline.log", "deskline.x.log", "notes.2026-01-01.log"].into_iter().all(|name| at(name).exists()));
    }
}
