//! What the workers at the mailboxes tell the desk and ask of it: how far they read, and how they do.

use crate::{
    desk::{Desk, News, Outcome, page::Viewer},
    domain::mail::MailboxHealth,
    policy::rights,
    store::mailboxes,
};

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

    /// Notes how a mailbox does: what is wrong, as a sentence, or that all is well. The bell rings only where that is news.
    ///
    /// # Errors
    /// A failing disk.
    pub fn mailbox_health(&self, name: &str, address: &str, trouble: Option<&str>) -> Outcome<()> {
        let now = self.now().timestamp_millis();
        let is_news =
            self.inner.store.write_lightly(|writing| mailboxes::set_health(writing, name, address, trouble, now))?;
        if is_news {
            self.inner.bell.ring(News::EVERYTHING);
        }
        Ok(())
    }

    /// Keeps the health of these mailboxes only: the others are in the configuration no more.
    ///
    /// # Errors
    /// A failing disk.
    pub fn only_mailboxes(&self, names: &[&str]) -> Outcome<()> {
        self.write(|writing| {
            for health in mailboxes::health(writing)? {
                if !names.contains(&health.name.as_str()) {
                    mailboxes::forget(writing, &health.name)?;
                }
            }
            Ok(())
        })
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
