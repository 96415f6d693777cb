//! Fetching from a folder that a mail server delivers into (Maildir): what is new in it, and what others moved on already.
//!
//! A file is moved from `new` to `cur` only when the desk has it. What was in `cur` already is looked at once: the time of
//! its last change says whether it came after the last look, and its bytes whether it was taken all the same.

mod files;

use super::{Backoff, Progress, Stop, Taker, Told, Trouble, TroubleKind};
use crate::config::{MailAccount, MailSource, SentFolder};
use files::{Lying, batch, listed, mail, real_folder, seen, unique};
use std::{
    collections::HashSet,
    ffi::{OsStr, OsString},
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The numbers of a folder's files mean times here, and always the same.
const VALIDITY: u32 = 1;
/// Files changed so many seconds before the last look are looked at again: clocks are set back.
const MARGIN: u32 = 3600;
/// How coarse the times of files may be.
const TICK: i64 = 2;
/// Names of files that are remembered as taken; forgetting one costs reading it again.
const REMEMBERED: usize = 200_000;

/// A folder to take mails from.
#[derive(Debug, Clone)]
pub struct Maildir {
    /// Where `new` and `cur` are.
    pub folder: PathBuf,
    /// Which of its folders has what the team sent from elsewhere.
    pub sent: SentFolder,
}

/// Takes what is new, once.
///
/// # Errors
/// There is no such folder, the desk takes nothing, or somebody asked to stop; what was taken stays taken. Also where some
/// files cannot be read: all others are taken then.
pub fn sync(
    maildir: &Maildir,
    stop: &Stop,
    taker: &mut dyn Taker,
    tell: &mut dyn FnMut(Progress),
) -> Result<Progress, Trouble> {
    let mut visit = Visit::new(maildir);
    let outcome = visit.round(&mut Hands { stop, taker, tell });
    outcome.and(visit.complaint()).map(|()| visit.progress)
}

/// Watches until somebody asks to stop, looking every so often. `random` gives any numbers.
pub fn watch(
    maildir: &Maildir,
    stop: &Stop,
    every: Duration,
    taker: &mut dyn Taker,
    random: &mut dyn FnMut() -> u64,
    tell: &mut dyn FnMut(Told<'_>),
) {
    let mut visit = Visit::new(maildir);
    let mut backoff = Backoff::default();
    while !stop.asked() {
        let mut tell_progress = |progress| tell(Told::Progress(progress));
        let outcome = visit.round(&mut Hands { stop, taker: &mut *taker, tell: &mut tell_progress });
        let wait = match outcome {
            Ok(()) => {
                backoff.worked();
                match visit.complaint() {
                    Ok(()) => tell(Told::Works),
                    Err(trouble) => tell(Told::Trouble(&trouble, every)),
                }
                every
            }
            Err(trouble) if trouble.kind == TroubleKind::Stopped => return,
            Err(trouble) => {
                let wait = backoff.failed(trouble.kind, random());
                tell(Told::Trouble(&trouble, wait));
                wait
            }
        };
        stop.wait(wait);
    }
}

/// Looks at the folders without taking anything; what was found, a sentence each.
///
/// # Errors
/// What does not work.
pub fn look(maildir: &Maildir) -> Result<Vec<String>, Trouble> {
    let mut found = Vec::new();
    for (folder, sent) in maildir.folders() {
        let mut mails = 0;
        for part in ["new", "cur"] {
            mails += listed(&folder.join(part))?.len();
        }
        let what = if sent { "what was sent from elsewhere" } else { "what arrives" };
        found.push(format!("The folder {} is read for {what}; it has {mails} mails now.", folder.display()));
    }
    // Moved there and nowhere: only this shows whether files can be moved at all.
    let probe = maildir.folder.join("cur").join(format!(".deskline-{}", std::process::id()));
    File::create_new(&probe).and_then(|_| fs::remove_file(&probe)).map_err(|error| {
        Trouble::new(
            TroubleKind::Folder,
            format!(
                "Mails cannot be moved to {}: {error}. Let deskline write there.",
                maildir.folder.join("cur").display()
            ),
        )
    })?;
    Ok(found)
}

impl Maildir {
    /// The folder of this account; `None` where its mail comes from elsewhere.
    pub fn of(account: &MailAccount) -> Option<Self> {
        match &account.source {
            MailSource::Maildir(folder) => Some(Self { folder: folder.clone(), sent: account.sent.clone() }),
            MailSource::Imap(_) | MailSource::Pipe => None,
        }
    }

    /// The folders with whether they have sent mail, by the names of Maildir++.
    fn folders(&self) -> Vec<(PathBuf, bool)> {
        let sent = match &self.sent {
            SentFolder::Unread => None,
            SentFolder::Named(name) => Some(self.folder.join(format!(".{}", name.replace('/', ".")))),
            SentFolder::Found => Some(self.folder.join(".Sent")).filter(|folder| folder.join("cur").is_dir()),
        };
        [(self.folder.clone(), false)].into_iter().chain(sent.map(|folder| (folder, true))).collect()
    }
}

/// Who ends it, who takes the mails, and who is told how far it came.
struct Hands<'a> {
    stop: &'a Stop,
    taker: &'a mut dyn Taker,
    tell: &'a mut dyn FnMut(Progress),
}

/// `new` or `cur` of a folder.
struct Part<'a> {
    folder: &'a Path,
    name: &'static str,
    sent: bool,
}

/// What is remembered from one look to the next.
struct Visit<'a> {
    maildir: &'a Maildir,
    /// Names, without their marks, of what was taken.
    taken: HashSet<OsString>,
    /// When the folders `cur` had changed that are known by now.
    known: Vec<(PathBuf, (i64, i64))>,
    progress: Progress,
    /// What could not be read or moved.
    complaints: Vec<String>,
}

impl<'a> Visit<'a> {
    fn new(maildir: &'a Maildir) -> Self {
        Self {
            maildir,
            taken: HashSet::new(),
            known: Vec::new(),
            progress: Progress::default(),
            complaints: Vec::new(),
        }
    }

    fn complaint(&self) -> Result<(), Trouble> {
        match self.complaints.as_slice() {
            [] => Ok(()),
            [only] => Err(Trouble::new(TroubleKind::Folder, only.clone())),
            [first, rest @ ..] => {
                Err(Trouble::new(TroubleKind::Folder, format!("{first} And {} more mails like that.", rest.len())))
            }
        }
    }

    fn round(&mut self, hands: &mut Hands<'_>) -> Result<(), Trouble> {
        self.complaints.clear();
        for (folder, sent) in self.maildir.folders() {
            let new = folder.join("new");
            let fresh = self.untaken(listed(&new)?);
            self.take(&Part { folder: &folder, name: "new", sent }, &fresh, hands)?;
            let current = folder.join("cur");
            let looked = now();
            let Some(changed) = self.unknown(&current)? else { continue };
            let key = if sent { "sent/cur" } else { "cur" };
            let last =
                hands.taker.cursor(key)?.filter(|(validity, _)| *validity == VALIDITY).map_or(0, |(_, last)| last);
            let since = i64::from(last.saturating_sub(MARGIN));
            let mut old = self.untaken(listed(&current)?);
            old.retain(|lying| lying.changed >= since);
            let newest = old.iter().map(|lying| lying.changed).max().unwrap_or(0).min(now());
            self.take(&Part { folder: &folder, name: "cur", sent }, &old, hands)?;
            let newest = u32::try_from(newest).unwrap_or(0);
            if newest > last {
                hands.taker.advance(key, VALIDITY, newest)?;
            }
            // A change within the same tick of the clock could look like this one.
            if changed.0 < looked - TICK && self.complaints.is_empty() {
                self.known.retain(|(known, _)| *known != current);
                self.known.push((current, changed));
            }
        }
        Ok(())
    }

    /// When the folder changed, where that is not known yet.
    fn unknown(&self, folder: &Path) -> Result<Option<(i64, i64)>, Trouble> {
        let metadata = real_folder(folder)?;
        let changed = (metadata.mtime(), metadata.mtime_nsec());
        Ok((!self.known.iter().any(|(known, when)| known == folder && *when == changed)).then_some(changed))
    }

    fn untaken(&self, mut lying: Vec<Lying>) -> Vec<Lying> {
        lying.retain(|lying| !self.taken.contains(unique(&lying.name)));
        lying
    }

    fn take(&mut self, part: &Part<'_>, lying: &[Lying], hands: &mut Hands<'_>) -> Result<(), Trouble> {
        if lying.is_empty() {
            return Ok(());
        }
        let place = part.folder.join(part.name);
        self.progress.total += lying.len() as u64;
        (hands.tell)(self.progress);
        let mut rest = lying;
        while !rest.is_empty() {
            if hands.stop.asked() {
                return Err(Trouble::stopped());
            }
            let (batch, after) = rest.split_at(batch(rest));
            rest = after;
            let mut mails = Vec::new();
            let mut read = Vec::new();
            for lying in batch {
                match mail(&place.join(&lying.name), lying, part.sent) {
                    Ok(Some(mail)) => {
                        mails.push(mail);
                        read.push(lying);
                    }
                    // Somebody moved it on; it is met again where it is now.
                    Ok(None) => {}
                    Err(error) => self
                        .complaints
                        .push(format!("A mail in {} cannot be read: {error}. Let deskline read it.", place.display())),
                }
            }
            if !mails.is_empty() {
                hands.taker.take(mails)?;
            }
            for lying in read {
                self.remember(&lying.name);
                if !part.sent && part.name == "new" {
                    self.move_on(part.folder, &place, &lying.name);
                }
            }
            self.progress.done += batch.len() as u64;
            (hands.tell)(self.progress);
        }
        Ok(())
    }

    fn remember(&mut self, name: &OsStr) {
        if self.taken.len() >= REMEMBERED {
            self.taken.clear();
        }
        self.taken.insert(unique(name).to_owned());
    }

    fn move_on(&mut self, folder: &Path, new: &Path, name: &OsStr) {
        let target = folder.join("cur").join(seen(name));
        // A rename would replace what is there.
        let moved = if target.symlink_metadata().is_ok() {
            Err(io::Error::from(io::ErrorKind::AlreadyExists))
        } else {
            fs::rename(new.join(name), &target)
        };
        match moved {
            Err(error) if error.kind() != io::ErrorKind::NotFound => self.complaints.push(format!(
                "A mail that the desk has cannot be moved to {}: {error}. Let deskline write there.",
                folder.join("cur").display()
            )),
            Ok(()) | Err(_) => {}
        }
    }
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
