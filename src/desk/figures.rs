//! The desk in figures, for whoever keeps it running.

use super::{Desk, Outcome};
use crate::{
    domain::mail::MailboxHealth,
    store::{figures, mailboxes, undelivered},
};
use chrono::Duration;

/// Numbers of everything, words of nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Open customer conversations that nobody is assigned to.
    pub unassigned: u64,
    /// Open conversations that wait for the owner or an admin (R6.8).
    pub needs_reassignment: u64,
    /// Messages on their way to customers.
    pub queued: u64,
    /// Replies that were given up, or reported as not delivered, within the last day.
    pub undelivered: u64,
    /// The version of the file's schema.
    pub schema: u32,
    /// Bytes that the desk takes on the disk, with what was written last and lies beside the file.
    pub bytes: u64,
}

impl Desk {
    /// Counts. Asks for no viewer: this is for who can read the file, and for administrators by the door that they use.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn figures(&self) -> Outcome<Figures> {
        let reader = self.inner.store.reader()?;
        let figures::Figures { unassigned, needs_reassignment, queued, schema } = figures::figures(&reader)?;
        let undelivered = undelivered::count_since(&reader, (self.now() - Duration::days(1)).timestamp_millis())?;
        let size = |suffix: &str| {
            let mut name = self.file().as_os_str().to_owned();
            name.push(suffix);
            std::fs::metadata(name).map_or(0, |about| about.len())
        };
        Ok(Figures { unassigned, needs_reassignment, queued, undelivered, schema, bytes: size("") + size("-wal") })
    }

    /// The mailboxes in trouble. Asks for no viewer, as [`Desk::figures`].
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn troubled_mailboxes(&self) -> Outcome<Vec<MailboxHealth>> {
        let mut mailboxes = mailboxes::health(&*self.inner.store.reader()?)?;
        mailboxes.retain(|mailbox| mailbox.trouble.is_some());
        Ok(mailboxes)
    }
}
