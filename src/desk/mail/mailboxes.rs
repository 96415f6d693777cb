//! What the workers at the mailboxes tell the desk and ask of it: how far they read, and how they do.

use crate::{
    desk::{
        Desk, News, Outcome,
        page::{Denied, Viewer},
    },
    domain::mail::{Fingerprint, FolderLook, MailboxHealth},
    policy::rights,
    store::{conversations::moment, folders, mailboxes},
};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

/// What arrived so many days before a mailbox was connected is new: somebody may still wait for an answer.
const STILL_NEW: Days = Days::new(7);

impl Desk {
    /// How far a folder was read: its UIDVALIDITY and the last number taken in; `None` where it never was.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn folder_cursor(&self, mailbox: &str, folder: &str) -> Outcome<Option<(u32, u32)>> {
        Ok(mailboxes::cursor(&*self.inner.store.reader()?, mailbox, folder)?)
    }

    /// Notes how far a folder was read. Losing it costs time and nothing else: every mail is taken in once. So the disk is
    /// not waited for.
    ///
    /// # Errors
    /// A failing disk.
    pub fn set_folder_cursor(&self, mailbox: &str, folder: &str, uid_validity: u32, last_uid: u32) -> Outcome<()> {
        Ok(self
            .inner
            .store
            .write_lightly(|writing| mailboxes::set_cursor(writing, mailbox, folder, uid_validity, last_uid))?)
    }

    /// How a folder of files was looked at last; `None` where it never was.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn folder_look(&self, mailbox: &str, folder: &str) -> Outcome<Option<FolderLook>> {
        Ok(folders::look(&*self.inner.store.reader()?, mailbox, folder)?)
    }

    /// Which of these files of a folder are remembered as taken, in their order.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn known_files(&self, mailbox: &str, folder: &str, files: &[Fingerprint]) -> Outcome<Vec<bool>> {
        Ok(folders::known(&*self.inner.store.reader()?, mailbox, folder, files)?)
    }

    /// Remembers files that were taken, each with when it changed last, in seconds since 1970. Losing it costs reading them
    /// again and nothing else.
    ///
    /// # Errors
    /// A failing disk.
    pub fn remember_files(&self, mailbox: &str, folder: &str, files: &[(Fingerprint, i64)]) -> Outcome<()> {
        Ok(self.inner.store.write_lightly(|writing| folders::remember(writing, mailbox, folder, files))?)
    }

    /// Notes how a folder was looked at, and forgets its files that changed before `since`, in seconds since 1970.
    ///
    /// # Errors
    /// A failing disk.
    pub fn set_folder_look(&self, mailbox: &str, folder: &str, look: FolderLook, since: i64) -> Outcome<()> {
        Ok(self.inner.store.write_lightly(|writing| {
            folders::forget_before(writing, mailbox, folder, since)?;
            folders::set_look(writing, mailbox, folder, look)
        })?)
    }

    /// Before which moment a mail has to have arrived in a mailbox to come in as history (R1.7): the beginning of the day that
    /// is named, else of the one a week before the mailbox was looked at for the first time, which is noted here.
    ///
    /// # Errors
    /// A day that has not begun, or a failing disk.
    pub fn history_before(&self, mailbox: &str, named: Option<NaiveDate>) -> Outcome<DateTime<Utc>> {
        if mailboxes::connected(&*self.inner.store.reader()?, mailbox)?.is_none() {
            let now = self.now().timestamp_millis();
            self.inner.store.write(|writing| mailboxes::connect(writing, mailbox, now))?;
        }
        let day = self.history_day(mailbox, named)?;
        Ok(day.and_time(NaiveTime::MIN).and_utc().min(self.now()))
    }

    /// The same day, and nothing noted.
    ///
    /// # Errors
    /// A day that has not begun, or a file that cannot be read.
    pub fn history_day(&self, mailbox: &str, named: Option<NaiveDate>) -> Outcome<NaiveDate> {
        let connected = mailboxes::connected(&*self.inner.store.reader()?, mailbox)?;
        let Some(day) = named else {
            let day = connected.map_or_else(|| self.now(), moment).date_naive();
            return Ok(day.checked_sub_days(STILL_NEW).unwrap_or(day));
        };
        // Somewhere a day has begun when it has not in UTC.
        if day > (self.now() + TimeDelta::hours(14)).date_naive() {
            return Err(Denied::Invalid(format!(
                "history-before = \"{day}\" of the mailbox {mailbox} lies in the future: nobody would be told of what arrives until then. Name a day that has begun."
            )));
        }
        Ok(day)
    }

    /// Whether a mailbox was looked at before.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn is_connected(&self, mailbox: &str) -> Outcome<bool> {
        Ok(mailboxes::connected(&*self.inner.store.reader()?, mailbox)?.is_some())
    }

    /// Notes how a mailbox does: what is wrong, as a sentence, with when it is tried next, or that all is well. The bell rings
    /// only where that is news.
    ///
    /// # Errors
    /// A failing disk.
    pub fn mailbox_health(
        &self,
        name: &str,
        address: &str,
        trouble: Option<&str>,
        next: Option<DateTime<Utc>>,
    ) -> Outcome<()> {
        let now = self.now().timestamp_millis();
        let next = next.filter(|_| trouble.is_some()).map(|at| at.timestamp_millis());
        let is_news = self
            .inner
            .store
            .write_lightly(|writing| mailboxes::set_health(writing, (name, address), trouble, next, now))?;
        if is_news {
            self.inner.bell.ring(News::EVERYTHING);
        }
        Ok(())
    }

    /// Asks whoever serves these mailboxes, in whatever process, to look again at once at what does not work.
    ///
    /// # Errors
    /// A failing disk.
    pub fn nudge_mailboxes(&self, names: &[&str]) -> Outcome<()> {
        self.write(|writing| Ok(names.iter().try_for_each(|name| mailboxes::nudge(writing, name))?))?;
        self.inner.bell.ring(News::EVERYTHING);
        Ok(())
    }

    /// How often that was asked of a mailbox, or of all together; only that it changed says something.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn mailbox_nudges(&self, name: Option<&str>) -> Outcome<i64> {
        Ok(mailboxes::nudges(&*self.inner.store.reader()?, name)?)
    }

    /// Keeps the health of these mailboxes only: the others are in the configuration no more.
    ///
    /// # Errors
    /// A failing disk.
    pub fn only_mailboxes(&self, names: &[&str]) -> Outcome<()> {
        let mut gone = mailboxes::health(&*self.inner.store.reader()?)?;
        gone.retain(|health| !names.contains(&health.name.as_str()));
        if gone.is_empty() {
            return Ok(());
        }
        self.write(|writing| Ok(gone.iter().try_for_each(|health| mailboxes::forget(writing, &health.name))?))
    }

    /// How the mailboxes do.
    ///
    /// # Errors
    /// Not for this agent (R5.6), or a file that cannot be read.
    pub fn mailboxes(&self, who: &Viewer) -> Outcome<Vec<MailboxHealth>> {
        let reader = self.inner.store.reader()?;
        rights::administer(&Desk::me(&reader, who)?)?;
        Ok(mailboxes::health(&reader)?)
    }
}
