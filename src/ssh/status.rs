//! What a running server tells of itself, in a file beside the desk that only its owner can read.
//!
//! A lock says whether a server runs, whatever became of it; the file says the rest, whole at any moment.

use super::registry::Guest;
use crate::desk::page::Moment;
use serde::{Deserialize, Serialize};
use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

/// How long a server waits for its lock: who asks whether one runs holds it for a moment.
const PATIENCE: Duration = Duration::from_secs(2);

/// A running server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its process.
    pub pid: u32,
    /// Since when.
    pub since: Moment,
    /// Where it listens for SSH.
    pub addresses: Vec<SocketAddr>,
    /// Its host key, "SHA256:…".
    pub fingerprint: String,
    /// Connections that have not logged in.
    pub strangers: usize,
    /// Who is here, the oldest session first.
    pub sessions: Vec<Session>,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The agent's handle; `None` for newcomers and visitors.
    pub agent: Option<String>,
    /// "messenger", "command", "joining" or "visiting".
    pub kind: String,
    /// Since when.
    pub since: Moment,
    /// Where from.
    pub address: SocketAddr,
}

impl From<&Guest> for Session {
    fn from(guest: &Guest) -> Self {
        Self {
            agent: guest.agent.as_ref().map(|(_, handle)| handle.clone()),
            kind: guest.kind.word().to_owned(),
            since: guest.since,
            address: guest.address,
        }
    }
}

/// The place where a running server tells of itself; nothing is left of it when it is dropped.
#[derive(Debug)]
pub struct Post {
    file: PathBuf,
    written: Option<Status>,
    /// Held for as long as the server runs; the system gives it back however the process ends.
    lock: File,
}

/// `desk.db` with something behind it.
fn beside(desk: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = desk.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn open(file: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(file)
}

impl Post {
    /// Takes the place; `None` where another server serves the desk.
    ///
    /// # Errors
    /// What the system says.
    pub fn take(desk: &Path) -> io::Result<Option<Self>> {
        let lock = open(&beside(desk, ".serve"))?;
        let until = Instant::now() + PATIENCE;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Some(Self { file: beside(desk, ".status"), written: None, lock })),
                Err(TryLockError::WouldBlock) if Instant::now() >= until => return Ok(None),
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(20)),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
    }

    /// Tells how things stand, where that is news: a whole file in the place of the one before.
    ///
    /// # Errors
    /// What the system says; the one before stands then.
    pub fn tell(&mut self, status: Status) -> io::Result<()> {
        if self.written.as_ref() == Some(&status) {
            return Ok(());
        }
        let text = serde_json::to_string(&status).map_err(io::Error::other)?;
        let draft = beside(&self.file, ".new");
        let mut file = open(&draft)?;
        file.set_len(0)?;
        file.write_all(text.as_bytes())?;
        fs::rename(&draft, &self.file)?;
        self.written = Some(status);
        Ok(())
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        // Without it the lock still says that nobody serves.
        let _ = fs::remove_file(&self.file);
        let _ = self.lock.unlock();
    }
}

/// What the server of a desk tells; `None` where none runs.
///
/// # Errors
/// The file cannot be read, or is of another version of the program.
pub fn read(desk: &Path) -> io::Result<Option<Status>> {
    let lock = match File::open(beside(desk, ".serve")) {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match lock.try_lock_shared() {
        Ok(()) => return Ok(None),
        Err(TryLockError::WouldBlock) => {}
        Err(TryLockError::Error(error)) => return Err(error),
    }
    match fs::read_to_string(beside(desk, ".status")) {
        Ok(text) => serde_json::from_str(&text).map(Some).map_err(io::Error::other),
        // One is about to begin, or to end.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::used_underscore_binding)]
    use super::*;
    use crate::ssh::registry::Kind;
    use chrono::{TimeZone as _, Utc};
    use std::os::unix::fs::MetadataExt as _;

    fn status(strangers: usize) -> Status {
        let since = Utc.with_ymd_and_hms(2026, 5, 3, 9, 0, 0).unwrap();
        let guest = Guest { agent: None, key: None, address: ([10, 0, 0, 1], 4).into(), kind: Kind::Joining, since };
        Status {
            pid: 7,
            since,
            addresses: vec![([127, 0, 0, 1], 22).into()],
            fingerprint: "SHA256:x".into(),
            strangers,
            sessions: vec![Session::from(&guest)],
        }
    }

    #[test]
    fn it_is_read_for_as_long_as_the_server_runs() {
        let folder = tempfile::tempdir().unwrap();
        let desk = folder.path().join("desk.db");
        assert_eq!(read(&desk).unwrap(), None);
        let mut post = Post::take(&desk).unwrap().unwrap();
        for strangers in [1, 2, 2] {
            post.tell(status(strangers)).unwrap();
            assert_eq!(read(&desk).unwrap(), Some(status(strangers)));
        }
        let file = folder.path().join("desk.db.status");
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
        drop(post);
        assert!(!file.exists());
        assert_eq!(read(&desk).unwrap(), None);
    }

    #[test]
    fn what_a_killed_server_left_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let desk = folder.path().join("desk.db");
        let mut post = Post::take(&desk).unwrap().unwrap();
        post.tell(status(1)).unwrap();
        // As the system does where a process is killed: the lock goes, the file stays.
        post.lock.unlock().unwrap();
        assert_eq!(read(&desk).unwrap(), None);
        assert!(Post::take(&desk).unwrap().is_some());
    }
}
