//! The queue of writers across processes: an exclusive lock on `<desk>.lock` around each write transaction.
//!
//! SQLite's own busy handler polls and so is unfair: a busy importer starves agents. The kernel's file lock queues.

use super::{Result, StoreError};
use std::{
    fs::File,
    path::Path,
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

/// One process's place in the queue.
#[derive(Debug)]
pub struct Queue {
    file: Arc<File>,
    patience: Duration,
    /// A wait that outlasted its patience and still stands in the kernel's queue.
    standing: Option<Receiver<std::io::Result<()>>>,
}

impl Queue {
    /// Opens the lock file, made with mode 0600 if there is none.
    ///
    /// # Errors
    /// What the file system says.
    pub fn open(path: &Path, patience: Duration) -> Result<Self> {
        Ok(Self { file: Arc::new(super::file::open_private(path)?), patience, standing: None })
    }

    /// Waits for this process's turn; `leave` ends it.
    ///
    /// # Errors
    /// A sentence when another process has held the desk for longer than the patience: it may have been stopped.
    pub fn enter(&mut self) -> Result<()> {
        if self.standing.is_none() {
            match self.file.try_lock() {
                Ok(()) => return Ok(()),
                Err(std::fs::TryLockError::WouldBlock) => {}
                Err(std::fs::TryLockError::Error(error)) => return Err(error.into()),
            }
        }
        let standing = self.standing.take().unwrap_or_else(|| {
            let (tell, told) = channel();
            let file = Arc::clone(&self.file);
            thread::spawn(move || {
                // Nobody is left to hear of it only where the whole process ends.
                let _ = tell.send(file.lock());
            });
            told
        });
        match standing.recv_timeout(self.patience) {
            Ok(outcome) => Ok(outcome?),
            Err(RecvTimeoutError::Timeout) => {
                self.standing = Some(standing);
                Err(StoreError::Sentence(format!(
                    "Another program has kept the desk busy for {} seconds; nothing was written. Try again, or end that program if it hangs.",
                    self.patience.as_secs()
                )))
            }
            Err(RecvTimeoutError::Disconnected) => Err(StoreError::Sentence(
                "The wait for the desk was broken off; nothing was written. Try again.".into(),
            )),
        }
    }

    /// Lets the next one write.
    ///
    /// # Errors
    /// What the file system says.
    pub fn leave(&mut self) -> Result<()> {
        Ok(self.file.unlock()?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_stopped_process_hangs_nobody_for_ever_and_the_turn_comes_later() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("desk.lock");
        let mut first = Queue::open(&path, Duration::from_millis(20)).unwrap();
        let mut second = Queue::open(&path, Duration::from_millis(20)).unwrap();
        first.enter().unwrap();
        assert!(second.enter().unwrap_err().to_string().contains("Try again"));
        first.leave().unwrap();
        second.patience = Duration::from_secs(10);
        second.enter().unwrap();
        second.leave().unwrap();
        first.enter().unwrap();
    }
}
