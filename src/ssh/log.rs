//! The log: who came and went, what was refused and what failed; no message, no customer, nothing that was typed.

use std::{fs::DirBuilder, io, os::unix::fs::DirBuilderExt as _, panic, path::Path};
use tracing_appender::{
    non_blocking::{NonBlocking, WorkerGuard},
    rolling::{RollingFileAppender, Rotation},
};

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
            let files = RollingFileAppender::builder()
                .rotation(Rotation::DAILY)
                .filename_prefix("deskline")
                .filename_suffix("log")
                .max_log_files(DAYS)
                .build(folder)
                .map_err(io::Error::other)?;
            NonBlocking::new(files)
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
