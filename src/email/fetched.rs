//! What was fetched, on its way to the desk, and what whoever takes it promises.

use super::Trouble;
use crate::domain::mail::{Fingerprint, FolderLook, Place};
use std::time::Duration;

/// Mails of a batch, which is taken in one transaction …
pub const MAILS: usize = 200;
/// … and its bytes; a single mail may have more.
pub const BYTES: u64 = 4 * 1024 * 1024;
/// Bytes of the header of a mail that is not taken whole.
pub const HEADER: usize = 1024 * 1024;
/// The most bytes of a mail that is taken whole.
pub const LARGEST: u32 = 25 * 1024 * 1024;

/// A mail, fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Where it lies; `None` for what lies in no IMAP folder.
    pub place: Option<Place>,
    /// Whether somebody of the team sent it from elsewhere.
    pub sent: bool,
    /// When it came to lie there, in seconds since 1970, as whoever keeps it says, never the mail itself; `None` where nobody
    /// says it.
    pub arrived: Option<i64>,
    /// Its bytes; of one that is too large the header, of one that the server does not give nothing.
    pub raw: Vec<u8>,
    /// Why `raw` is not all of it, as a sentence; such a mail goes to quarantine.
    pub incomplete: Option<String>,
}

/// Who takes what was fetched. All of it survives a crash of the machine once `take` has returned: only then the mail counts
/// as seen where it came from.
pub trait Taker {
    /// How far a folder was taken: its UIDVALIDITY then, and the last UID.
    ///
    /// # Errors
    /// The desk cannot be read.
    fn cursor(&mut self, folder: &str) -> Result<Option<(u32, u32)>, Trouble>;

    /// Takes mails, all of them or none. One that was taken before is taken as said, and does nothing.
    ///
    /// # Errors
    /// Nothing was taken.
    fn take(&mut self, mails: Vec<Fetched>) -> Result<(), Trouble>;

    /// A folder is taken up to this UID. A mail beyond it that was taken already is no harm.
    ///
    /// # Errors
    /// The desk cannot be written.
    fn advance(&mut self, folder: &str, uid_validity: u32, uid: u32) -> Result<(), Trouble>;
}

/// Who takes what lies in files. It remembers what it was given, so that nothing is read again; forgetting costs reading.
pub trait FileTaker: Taker {
    /// How a folder was looked at last.
    ///
    /// # Errors
    /// The desk cannot be read.
    fn look(&mut self, folder: &str) -> Result<Option<FolderLook>, Trouble>;

    /// Which of these files of a folder are remembered, in their order.
    ///
    /// # Errors
    /// The desk cannot be read.
    fn known(&mut self, folder: &str, files: &[Fingerprint]) -> Result<Vec<bool>, Trouble>;

    /// Remembers files that were taken, each with when it changed last, in seconds since 1970.
    ///
    /// # Errors
    /// The desk cannot be written.
    fn remember(&mut self, folder: &str, files: &[(Fingerprint, i64)]) -> Result<(), Trouble>;

    /// A folder was looked at, and everything in it is taken. Files that changed before `since` (seconds since 1970) need
    /// not be remembered any longer.
    ///
    /// # Errors
    /// The desk cannot be written.
    fn looked(&mut self, folder: &str, look: FolderLook, since: i64) -> Result<(), Trouble>;
}

/// How far it came, told along the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Mails that are done.
    pub done: u64,
    /// Mails there are to do, as far as known.
    pub total: u64,
}

/// What is told while a mailbox is watched.
#[derive(Debug)]
pub enum Told<'a> {
    /// All that was there is taken.
    Works,
    /// What arrives is taken, but not what was sent from elsewhere; that is tried again after so long.
    Partly(&'a Trouble, Duration),
    /// It does not work, or not all of it; it is tried again after so long.
    Trouble(&'a Trouble, Duration),
    /// So far it came.
    Progress(Progress),
}

/// Why a mail is not taken whole that is too large.
pub fn too_large(bytes: u64) -> String {
    format!("This mail has {} MiB and was not read: mails of up to {} MiB are.", bytes.div_ceil(1 << 20), LARGEST >> 20)
}
