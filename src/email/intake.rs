//! Handing what was fetched to the desk: read, and taken in one transaction a batch.

use super::{
    Fetched, FileTaker, Taker, Trouble, TroubleKind,
    fetched::{LARGEST, too_large},
};
use crate::{
    config::{HistoryBefore, MailAccount},
    desk::{Desk, page::Denied},
    domain::mail::{Claims, Fingerprint, FolderLook, InMail, KEPT_HERE, MailTaken, Verdict},
    mail::Reader,
};
use chrono::DateTime;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What became of mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taken {
    /// Mails that were new; without those that the team sent from elsewhere and that answer nothing here.
    pub new: u64,
    /// Mails that had been taken before.
    pub again: u64,
    /// Of the new ones those that wait for an administrator.
    pub held: u64,
    /// Of the new ones those that came in as history.
    pub history: u64,
}

/// One mailbox's way to the desk.
pub struct Intake {
    desk: Desk,
    mailbox: String,
    addresses: Vec<String>,
    group: Option<String>,
    reader: Reader,
    taken: Taken,
    history: HistoryBefore,
    /// What arrived before this, in seconds since 1970, is history; unknown before the first look.
    new_since: Option<i64>,
}

/// Why a mail is in quarantine whose reading ended the program's patience.
const MISTAKE: &str =
    "deskline made a mistake at this mail: nothing of it was taken but its bytes. Please report that.";

impl Intake {
    /// The way of this mailbox; `all` are all mailboxes of the desk, whose addresses are its own.
    pub fn new(desk: Desk, account: &MailAccount, all: &[MailAccount]) -> Self {
        Self {
            desk,
            mailbox: account.name.clone(),
            addresses: all.iter().map(|account| account.address.to_lowercase()).collect(),
            group: account.group.clone(),
            reader: Reader::new(),
            taken: Taken::default(),
            history: account.history,
            new_since: None,
        }
    }

    /// What became of all that was handed over.
    pub const fn taken(&self) -> Taken {
        self.taken
    }

    /// Takes one mail that a mail server of this machine handed over, with its envelope.
    ///
    /// # Errors
    /// Nothing was taken: a failing disk, or a desk that somebody else holds.
    pub fn receive(
        &mut self,
        mail: Fetched,
        envelope_from: Option<String>,
        envelope_to: Vec<String>,
    ) -> Result<MailTaken, Denied> {
        let mut mail = self.read(mail);
        mail.envelope_from = envelope_from;
        mail.envelope_to = envelope_to;
        let taken = self.one(mail)?;
        self.count(&taken, false, false);
        Ok(taken)
    }

    /// The first look at a mailbox says for good which of its mails are history.
    fn begin(&mut self) -> Result<(), Denied> {
        if self.new_since.is_none() {
            let named = match self.history {
                HistoryBefore::Connected | HistoryBefore::Never => None,
                HistoryBefore::Day(day) => Some(day),
            };
            let before = self.desk.history_before(&self.mailbox, named)?.timestamp();
            self.new_since = Some(if self.history == HistoryBefore::Never { i64::MIN } else { before });
        }
        Ok(())
    }

    fn read(&self, mail: Fetched) -> InMail {
        let Fetched { place, sent, arrived, raw, incomplete } = mail;
        let new_since = self.new_since.unwrap_or(i64::MIN);
        let history = arrived.filter(|arrived| *arrived < new_since);
        let letter = match incomplete {
            None if raw.len() as u64 > u64::from(LARGEST) => Err(too_large(raw.len() as u64) + KEPT_HERE),
            None => self.reader.letter(&raw),
            Some(sentence) => Err(sentence),
        };
        let claims = letter.as_ref().err().and_then(|_| self.reader.head(&raw).ok());
        let claims = claims.map(|head| Claims { from: head.from.into_iter().next(), subject: head.subject });
        // Something has to stand there, or two such mails would pass for one.
        let raw = match &letter {
            Err(sentence) if raw.is_empty() => format!("{sentence}\n").into_bytes(),
            Ok(_) | Err(_) => raw,
        };
        InMail {
            mailbox: self.mailbox.clone(),
            addresses: self.addresses.clone(),
            group: self.group.clone(),
            place,
            envelope_from: None,
            envelope_to: Vec::new(),
            sent,
            history: history.and_then(|arrived| DateTime::from_timestamp(arrived, 0)),
            raw,
            letter,
            claims,
        }
    }

    fn count(&mut self, taken: &MailTaken, sent: bool, history: bool) {
        // What the team sent from elsewhere, and answers nothing here, is no news.
        if sent && taken.verdict == Verdict::Ignored {
            return;
        }
        if taken.again {
            self.taken.again += 1;
            return;
        }
        self.taken.new += 1;
        self.taken.history += u64::from(history);
        if let Some(why) = taken.verdict.held() {
            self.taken.held += 1;
            let (mailbox, mail, why) = (&*self.mailbox, taken.mail.0, why.word());
            tracing::info!(mailbox, mail, why, "a mail waits for an administrator");
        }
    }

    fn all(&self, mails: Vec<InMail>) -> Result<Vec<MailTaken>, Denied> {
        match caught(|| self.desk.receive_mails(&mails)) {
            Some(outcome) => outcome,
            // One of them is the one: they go on one by one.
            None => mails.into_iter().map(|mail| self.one(mail)).collect(),
        }
    }

    fn one(&self, mut mail: InMail) -> Result<MailTaken, Denied> {
        if let Some(outcome) = caught(|| self.desk.receive_mail(&mail)) {
            return outcome;
        }
        mail.letter = Err(MISTAKE.to_owned());
        self.desk.receive_mail(&mail)
    }
}

/// A mail that makes the program fail is held back alone; the mails behind it go on.
fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn refused(denied: &Denied) -> Trouble {
    Trouble::new(TroubleKind::Desk, format!("The desk took nothing: {denied}"))
}

impl Taker for Intake {
    fn cursor(&mut self, folder: &str) -> Result<Option<(u32, u32)>, Trouble> {
        let cursor = self.begin().and_then(|()| self.desk.folder_cursor(&self.mailbox, folder));
        cursor.map_err(|denied| refused(&denied))
    }

    fn take(&mut self, mails: Vec<Fetched>) -> Result<(), Trouble> {
        self.begin().map_err(|denied| refused(&denied))?;
        let mails: Vec<InMail> = mails.into_iter().map(|mail| self.read(mail)).collect();
        let kinds: Vec<(bool, bool)> = mails.iter().map(|mail| (mail.sent, mail.history.is_some())).collect();
        for (taken, (sent, history)) in self.all(mails).map_err(|denied| refused(&denied))?.iter().zip(kinds) {
            self.count(taken, sent, history);
        }
        Ok(())
    }

    fn advance(&mut self, folder: &str, uid_validity: u32, uid: u32) -> Result<(), Trouble> {
        self.desk.set_folder_cursor(&self.mailbox, folder, uid_validity, uid).map_err(|denied| refused(&denied))
    }
}

impl FileTaker for Intake {
    fn look(&mut self, folder: &str) -> Result<Option<FolderLook>, Trouble> {
        let look = self.begin().and_then(|()| self.desk.folder_look(&self.mailbox, folder));
        look.map_err(|denied| refused(&denied))
    }

    fn known(&mut self, folder: &str, files: &[Fingerprint]) -> Result<Vec<bool>, Trouble> {
        self.desk.known_files(&self.mailbox, folder, files).map_err(|denied| refused(&denied))
    }

    fn remember(&mut self, folder: &str, files: &[(Fingerprint, i64)]) -> Result<(), Trouble> {
        self.desk.remember_files(&self.mailbox, folder, files).map_err(|denied| refused(&denied))
    }

    fn looked(&mut self, folder: &str, look: FolderLook, since: i64) -> Result<(), Trouble> {
        self.desk.set_folder_look(&self.mailbox, folder, look, since).map_err(|denied| refused(&denied))
    }
}

/// The mailbox that a mail is for by its own words, where its envelope says nothing: where it was delivered to, then to
/// whom it is addressed.
pub fn addressed<'a>(raw: &[u8], accounts: &'a [MailAccount]) -> Option<&'a MailAccount> {
    let head = Reader::new().head(raw).ok()?;
    let named = head.to.iter().chain(&head.cc).map(|correspondent| correspondent.address.as_str());
    let mut addresses = head.delivered_to.iter().map(String::as_str).chain(named);
    addresses.find_map(|address| accounts.iter().find(|account| account.takes(address)))
}
