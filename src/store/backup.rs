//! Copying a whole database into a new file.

use super::{Result, StoreError, file::open_private};
use rusqlite::{Connection, backup::Backup};
use std::path::Path;

/// Copies a whole database with SQLite's backup API.
pub(crate) fn copy_database(
    from: &Connection,
    to: &Path,
    progress: &mut dyn FnMut(usize, usize) -> bool,
) -> Result<()> {
    if to.exists() {
        return Err(StoreError::Sentence(format!(
            "{} is there already; it was left untouched. Name another file.",
            to.display()
        )));
    }
    drop(open_private(to)?);
    let outcome = copy_pages(from, to, progress);
    if outcome.is_err() {
        let _ = std::fs::remove_file(to);
    }
    outcome
}

fn copy_pages(from: &Connection, to: &Path, progress: &mut dyn FnMut(usize, usize) -> bool) -> Result<()> {
    let mut target = Connection::open(to)?;
    {
        let backup = Backup::new(from, &mut target)?;
        loop {
            let step = backup.step(2_000)?;
            let state = backup.progress();
            let all = usize::try_from(state.pagecount).unwrap_or(0);
            let left = usize::try_from(state.remaining).unwrap_or(0);
            if !progress(all.saturating_sub(left), all) {
                return Err(StoreError::Sentence("Interrupted; the half-written copy was taken away.".into()));
            }
            match step {
                rusqlite::backup::StepResult::Done => break,
                rusqlite::backup::StepResult::More => {}
                _ => std::thread::yield_now(),
            }
        }
    }
    // A copy is one file: without this its header would ask for a log beside it.
    target.pragma_update(None, "journal_mode", "DELETE")?;
    target.close().map_err(|(_, error)| StoreError::from(error))
}
