//! Fetching from a folder that a mail server delivers into (Maildir): what is new in it, and what others moved on already.
//!
//! A file is moved from `new` to `cur` only when the desk has it. What was in `cur` already is looked at once: the time of
//! its last change says whether it came after the last look, and its bytes whether it was taken all the same.

use super::{
    Backoff, Fetched, Progress, Stop, Taker, Told, Trouble, TroubleKind,
    fetched::{BYTES, HEADER, LARGEST, MAILS, too_large},
};
use crate::config::{MailAccount, MailSource, SentFolder};
use std::{
    collections::HashSet,
    ffi::{OsStr, OsString},
    fs::{self, File, Metadata},
    io::{self, Read as _},
    os::unix::{ffi::OsStrExt as _, fs::MetadataExt as _},
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
    let outcome = visit.round(stop, taker, tell);
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
        let outcome = visit.round(stop, taker, &mut |progress| tell(Told::Progress(progress)));
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

/// A file with a mail, before anything of it was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Lying {
    /// When it was written, for the order of what is taken.
    written: (i64, i64),
    name: OsString,
    bytes: u64,
    /// When it was moved or marked last, in seconds since 1970.
    changed: i64,
    identity: (u64, u64),
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

    fn round(&mut self, stop: &Stop, taker: &mut dyn Taker, tell: &mut dyn FnMut(Progress)) -> Result<(), Trouble> {
        self.complaints.clear();
        for (folder, sent) in self.maildir.folders() {
            let new = folder.join("new");
            let fresh = self.untaken(listed(&new)?);
            self.take(&folder, &new, fresh, sent, stop, taker, tell)?;
            let current = folder.join("cur");
            let looked = now();
            let Some(changed) = self.unknown(&current)? else { continue };
            let key = if sent { "sent/cur" } else { "cur" };
            let last = taker.cursor(key)?.filter(|(validity, _)| *validity == VALIDITY).map_or(0, |(_, last)| last);
            let since = i64::from(last.saturating_sub(MARGIN));
            let mut old = self.untaken(listed(&current)?);
            old.retain(|lying| lying.changed >= since);
            let newest = old.iter().map(|lying| lying.changed).max().unwrap_or(0).min(now());
            self.take(&folder, &current, old, sent, stop, taker, tell)?;
            let newest = u32::try_from(newest).unwrap_or(0);
            if newest > last {
                taker.advance(key, VALIDITY, newest)?;
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

    fn take(
        &mut self,
        folder: &Path,
        part: &Path,
        lying: Vec<Lying>,
        sent: bool,
        stop: &Stop,
        taker: &mut dyn Taker,
        tell: &mut dyn FnMut(Progress),
    ) -> Result<(), Trouble> {
        if lying.is_empty() {
            return Ok(());
        }
        self.progress.total += lying.len() as u64;
        tell(self.progress);
        let mut rest = lying.as_slice();
        while !rest.is_empty() {
            if stop.asked() {
                return Err(Trouble::stopped());
            }
            let (batch, after) = rest.split_at(batch(rest));
            rest = after;
            let mut mails = Vec::new();
            let mut read = Vec::new();
            for lying in batch {
                match mail(&part.join(&lying.name), lying, sent) {
                    Ok(Some(mail)) => {
                        mails.push(mail);
                        read.push(lying);
                    }
                    // Somebody moved it on; it is met again where it is now.
                    Ok(None) => {}
                    Err(error) => self
                        .complaints
                        .push(format!("A mail in {} cannot be read: {error}. Let deskline read it.", part.display())),
                }
            }
            if !mails.is_empty() {
                taker.take(mails)?;
            }
            for lying in read {
                self.remember(&lying.name);
                if !sent && part.ends_with("new") {
                    self.move_on(folder, part, &lying.name);
                }
            }
            self.progress.done += batch.len() as u64;
            tell(self.progress);
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

/// The name without its marks, which stand behind a colon.
fn unique(name: &OsStr) -> &OsStr {
    let bytes = name.as_bytes();
    let end = bytes.iter().position(|byte| *byte == b':').unwrap_or(bytes.len());
    OsStr::from_bytes(bytes.get(..end).unwrap_or(bytes))
}

/// The name with the mark of what was seen; marks stand in the order of the alphabet.
fn seen(name: &OsStr) -> OsString {
    let marks = name.as_bytes().get(unique(name).len()..).unwrap_or_default();
    let mut marks: Vec<u8> = marks.strip_prefix(b":2,").unwrap_or_default().to_vec();
    marks.push(b'S');
    marks.retain(u8::is_ascii_alphabetic);
    marks.sort_unstable();
    marks.dedup();
    OsString::from(OsStr::from_bytes(&[unique(name).as_bytes(), b":2,", &marks].concat()))
}

fn batch(lying: &[Lying]) -> usize {
    let mut bytes = 0;
    let fits = |lying: &&Lying| {
        bytes += lying.bytes;
        bytes <= BYTES
    };
    lying.iter().take(MAILS).take_while(fits).count().max(1)
}

/// A folder that is one itself: a link to one could lead anywhere.
fn real_folder(folder: &Path) -> Result<Metadata, Trouble> {
    let wrong = |reason: String| {
        Trouble::new(TroubleKind::Folder, format!("The folder {} cannot be read: {reason}.", folder.display()))
    };
    let metadata = fs::symlink_metadata(folder).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => wrong("it is not there, so this is no Maildir".to_owned()),
        _ => wrong(error.to_string()),
    })?;
    if metadata.is_dir() { Ok(metadata) } else { Err(wrong("it is no folder".to_owned())) }
}

/// The files of a folder, oldest first; links and whatever is no file are left out.
fn listed(folder: &Path) -> Result<Vec<Lying>, Trouble> {
    real_folder(folder)?;
    let unreadable = |error: io::Error| {
        Trouble::new(TroubleKind::Folder, format!("The folder {} cannot be read: {error}.", folder.display()))
    };
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        if name.as_bytes().first() == Some(&b'.') {
            continue;
        }
        // Not of what a link leads to.
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_file() {
            found.push(Lying {
                written: (metadata.mtime(), metadata.mtime_nsec()),
                name,
                bytes: metadata.len(),
                changed: metadata.ctime(),
                identity: (metadata.dev(), metadata.ino()),
            });
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// The mail of a file; `None` where that is gone.
fn mail(path: &Path, lying: &Lying, sent: bool) -> io::Result<Option<Fetched>> {
    let opened = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let metadata = opened.metadata()?;
    // Something else was put in its place.
    if (metadata.dev(), metadata.ino()) != lying.identity {
        return Ok(None);
    }
    let too_much = metadata.len() > u64::from(LARGEST);
    let mut raw = Vec::new();
    let most = if too_much { HEADER as u64 } else { u64::from(LARGEST) };
    opened.take(most).read_to_end(&mut raw)?;
    let mut incomplete = None;
    if too_much {
        raw.truncate(crate::mail::body_at(&raw));
        // In which of its folders, others may change.
        incomplete = Some(format!(
            "{} The whole mail lies in {}, in a file whose name begins with {}.",
            too_large(metadata.len()),
            path.parent().and_then(Path::parent).unwrap_or(path).display(),
            unique(&lying.name).display()
        ));
    }
    Ok(Some(Fetched { place: None, sent, raw, incomplete }))
}
