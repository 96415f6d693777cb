//! Fetching from a folder that a mail server delivers into (Maildir): what is new in it, and what others moved on already.
//!
//! A file is moved from `new` to `cur` only when the desk has it. What others put into `cur` is found by time: the folder's
//! own says whether anything happened in it since the last look, and a file's last change whether it can have come since.
//! Of the files that changed lately, the desk remembers those that it has; every other one is read, and its bytes say
//! whether it was taken all the same.

mod files;
mod visit;

use super::{
    Backoff, FileTaker, Progress, Stop, Told, Trouble, TroubleKind,
    check::{Finding, coming_as_history, read_for, unusable, works},
    imap::written,
};
use crate::config::{MailAccount, MailSource, SentFolder};
use chrono::{NaiveDate, NaiveTime};
use files::listed;
use std::{
    fs::{self, File},
    path::{Component, Path, PathBuf},
    time::{Duration, SystemTime},
};
use visit::{Hands, Visit};

/// A folder to take mails from.
#[derive(Debug, Clone)]
pub struct Maildir {
    /// Where `new` and `cur` are.
    pub folder: PathBuf,
    /// Which of its folders has what the team sent from elsewhere.
    pub sent: SentFolder,
    /// Says what time it is.
    pub clock: fn() -> SystemTime,
}

/// Takes what is new, once.
///
/// # Errors
/// There is no such folder, the desk takes nothing, or somebody asked to stop; what was taken stays taken. Also where some
/// files cannot be read: all others are taken then.
pub fn sync(
    maildir: &Maildir,
    stop: &Stop,
    taker: &mut dyn FileTaker,
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
    taker: &mut dyn FileTaker,
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
                match (visit.only_sent(), visit.complaint()) {
                    (Some(trouble), _) => tell(Told::Partly(trouble, every)),
                    (None, Ok(())) => tell(Told::Works),
                    (None, Err(trouble)) => tell(Told::Trouble(&trouble, every)),
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
        stop.rest(wait);
    }
}

/// Looks at the folders without taking anything; what was found, a sentence each. `history`: the day before which what arrived
/// will come in as history, where that is to be said.
///
/// # Errors
/// What does not work.
pub fn look(maildir: &Maildir, history: Option<NaiveDate>) -> Result<Vec<Finding>, Trouble> {
    let mut found = Vec::new();
    for (folder, sent) in maildir.folders() {
        let new_since = history.map_or(i64::MIN, |day| day.and_time(NaiveTime::MIN).and_utc().timestamp());
        let (mails, old) = match lying_in(&folder, new_since) {
            Err(trouble) if sent => {
                found.push(unusable(&trouble, Some(&maildir.sent)));
                continue;
            }
            counted => counted?,
        };
        let name = folder.display().to_string();
        found.push(works(read_for(&name, sent, mails as u64)));
        found.extend(history.and_then(|day| coming_as_history(&name, old as u64, day)).map(works));
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

/// How many mails lie in a folder, and how many of them were there before this moment, in seconds since 1970.
fn lying_in(folder: &Path, new_since: i64) -> Result<(usize, usize), Trouble> {
    let (mut mails, mut old) = (0, 0);
    for part in ["new", "cur"] {
        let (lying, _) = listed(&folder.join(part), i64::MIN)?;
        mails += lying.len();
        old += lying.iter().filter(|lying| lying.written.0 < new_since).count();
    }
    Ok((mails, old))
}

impl Maildir {
    /// The folder of this account; `None` where its mail comes from elsewhere.
    pub fn of(account: &MailAccount) -> Option<Self> {
        match &account.source {
            MailSource::Maildir(folder) => {
                Some(Self { folder: folder.clone(), sent: account.sent.clone(), clock: SystemTime::now })
            }
            MailSource::Imap(_) | MailSource::Pipe => None,
        }
    }

    /// The folders with whether they have sent mail: by the names of Maildir++, or folders in folders as Dovecot has them too
    /// (LAYOUT=fs).
    fn folders(&self) -> Vec<(PathBuf, bool)> {
        let is_there = |folder: &PathBuf| folder.join("cur").is_dir();
        let in_folders = |name: &str| {
            let below = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
            below.then(|| self.folder.join(name))
        };
        let dotted = |name: &str| self.folder.join(format!(".{}", name.replace('/', ".")));
        let sent = match &self.sent {
            SentFolder::Unread => None,
            SentFolder::Named(name) => {
                let (usual, encoded) = (dotted(name), written(name));
                let other = [Some(dotted(&encoded)), in_folders(name), in_folders(&encoded)];
                let there = [Some(usual.clone())].into_iter().chain(other).flatten().find(is_there);
                Some(there.unwrap_or(usual))
            }
            SentFolder::Found => [".Sent", "Sent"].map(|name| self.folder.join(name)).into_iter().find(is_there),
        };
        [(self.folder.clone(), false)].into_iter().chain(sent.map(|folder| (folder, true))).collect()
    }
}
