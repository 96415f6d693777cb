//! Looks at the folders of a Maildir, one after the other: what of it is new to the desk is taken.

use super::{
    Maildir,
    files::{Lying, batch, listed, mail, real_folder, seen, state, validity},
};
use crate::{
    domain::mail::FolderLook,
    email::{FileTaker, Progress, Stop, Trouble, TroubleKind, check::unusable},
};
use std::{
    ffi::OsStr,
    fs::{self, Metadata},
    io,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

/// Files changed so many seconds before the last look are looked at again: clocks are set back.
const MARGIN: i64 = 3600;
/// How coarse a folder's time may be where it is in whole seconds …
const COARSE: Duration = Duration::from_secs(2);
/// … and where it is not: a kernel's clock ticks every ten milliseconds at the slowest.
const FINE: Duration = Duration::from_millis(20);

/// Who ends it, who takes the mails, and who is told how far it came.
pub struct Hands<'a> {
    /// Who ends it.
    pub stop: &'a Stop,
    /// Who takes the mails.
    pub taker: &'a mut dyn FileTaker,
    /// Who is told.
    pub tell: &'a mut dyn FnMut(Progress),
}

/// `new` or `cur` of a folder.
struct Part<'a> {
    folder: &'a Path,
    name: &'static str,
    /// What the desk knows it by.
    key: &'static str,
    sent: bool,
}

impl Part<'_> {
    fn place(&self) -> PathBuf {
        self.folder.join(self.name)
    }

    /// Whether its mails are moved on when they are taken.
    fn arrives(&self) -> bool {
        !self.sent && self.name == "new"
    }
}

/// One look after the other at the same Maildir. Whatever has to outlast a look is with the desk.
pub struct Visit<'a> {
    maildir: &'a Maildir,
    /// How far it came.
    pub progress: Progress,
    /// What could not be read or moved.
    complaints: Vec<String>,
    /// What is wrong with the folder of sent mail.
    sent: Option<Trouble>,
}

impl<'a> Visit<'a> {
    /// Before the first look.
    pub fn new(maildir: &'a Maildir) -> Self {
        Self { maildir, progress: Progress::default(), complaints: Vec::new(), sent: None }
    }

    /// What could not be read or moved in the last round.
    ///
    /// # Errors
    /// That, as a sentence.
    pub fn complaint(&self) -> Result<(), Trouble> {
        match self.complaints.as_slice() {
            [] => self.sent.clone().map_or(Ok(()), Err),
            [only] => Err(Trouble::new(TroubleKind::Folder, only.clone())),
            [first, rest @ ..] => {
                Err(Trouble::new(TroubleKind::Folder, format!("{first} And {} more mails like that.", rest.len())))
            }
        }
    }

    /// What is wrong with the folder of sent mail alone, where all that arrives is read.
    pub fn only_sent(&self) -> Option<&Trouble> {
        self.sent.as_ref().filter(|_| self.complaints.is_empty())
    }

    /// Looks at every folder once.
    ///
    /// # Errors
    /// The folder that mail arrives in is none, the desk takes nothing, or somebody asked to stop.
    pub fn round(&mut self, hands: &mut Hands<'_>) -> Result<(), Trouble> {
        self.complaints.clear();
        self.sent = None;
        for (folder, sent) in self.maildir.folders() {
            let part = |name, key| Part { folder: &folder, name, key, sent };
            if sent {
                let looked = self.look_at(&part("new", "sent/new"), hands);
                match looked.and_then(|()| self.look_at(&part("cur", "sent/cur"), hands)) {
                    Err(trouble) if trouble.kind == TroubleKind::Folder => {
                        let sentence = unusable(&trouble, Some(&self.maildir.sent)).sentence;
                        self.sent = Some(Trouble::new(trouble.kind, sentence));
                    }
                    looked => looked?,
                }
            } else {
                // What was moved on is remembered under where it lies then.
                self.arriving(&part("new", "cur"), hands)?;
                self.look_at(&part("cur", "cur"), hands)?;
            }
        }
        Ok(())
    }

    /// Takes and moves on what mail servers put there.
    fn arriving(&mut self, part: &Part<'_>, hands: &mut Hands<'_>) -> Result<(), Trouble> {
        let (lying, _) = listed(&part.place(), i64::MIN)?;
        let (unknown, known) = sorted(part, lying, hands)?;
        for lying in known {
            self.move_on(part, &lying.name);
        }
        self.take(part, &unknown, hands).map(|_| ())
    }

    /// Takes what came since the last look into a folder where everything stays.
    fn look_at(&mut self, part: &Part<'_>, hands: &mut Hands<'_>) -> Result<(), Trouble> {
        let place = part.place();
        let before = hands.taker.look(part.key)?;
        let mut folder = real_folder(&place)?;
        if before.is_some_and(|before| before.state == Some(state(&folder))) {
            return Ok(());
        }
        if self.age(&folder).is_some_and(|age| age < FINE) && tick(&folder) == FINE {
            hands.stop.wait(FINE);
            folder = real_folder(&place)?;
        }
        // A change within the same tick of the clock would look like this one.
        let settled = self.age(&folder).is_some_and(|age| age >= tick(&folder));
        let began = self.seconds();
        let validity = validity(&folder);
        let last = before.filter(|before| before.validity == validity).map_or(0, |before| i64::from(before.last));
        let (lying, newest) = listed(&place, last.min(began) - MARGIN)?;
        let (unknown, _) = sorted(part, lying, hands)?;
        let unread = self.take(part, &unknown, hands)?;
        // What could not be read is met again.
        let last = newest.max(last).min(began).min(unread.map_or(i64::MAX, |changed| changed + MARGIN));
        let after = FolderLook {
            validity,
            last: u32::try_from(last).unwrap_or(0),
            state: (settled && unread.is_none()).then(|| state(&folder)),
        };
        if before != Some(after) {
            hands.taker.looked(part.key, after, i64::from(after.last) - MARGIN)?;
        }
        Ok(())
    }

    /// How long ago a folder changed; `None` where its clock is ahead.
    fn age(&self, folder: &Metadata) -> Option<Duration> {
        let seconds = u64::try_from(folder.mtime()).ok()?;
        let nanoseconds = u32::try_from(folder.mtime_nsec()).ok()?;
        let now = (self.maildir.clock)().duration_since(UNIX_EPOCH).ok()?;
        now.checked_sub(Duration::new(seconds, nanoseconds))
    }

    fn seconds(&self) -> i64 {
        let since = (self.maildir.clock)().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    }

    /// Takes these; gives the oldest change of what could not be read.
    fn take(&mut self, part: &Part<'_>, lying: &[Lying], hands: &mut Hands<'_>) -> Result<Option<i64>, Trouble> {
        if lying.is_empty() {
            return Ok(None);
        }
        let place = part.place();
        self.progress.total += lying.len() as u64;
        (hands.tell)(self.progress);
        let (mut rest, mut unread) = (lying, None);
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
                    Err(error) => {
                        unread = Some(unread.map_or(lying.changed, |oldest: i64| oldest.min(lying.changed)));
                        self.complaints.push(format!(
                            "A mail in {} cannot be read: {error}. Let deskline read it.",
                            place.display()
                        ));
                    }
                }
            }
            if !mails.is_empty() {
                hands.taker.take(mails)?;
                // Moving changes a file.
                let changed = |lying: &Lying| if part.arrives() { self.seconds() } else { lying.changed };
                let files: Vec<_> = read.iter().map(|lying| (lying.fingerprint(), changed(lying))).collect();
                hands.taker.remember(part.key, &files)?;
            }
            for lying in read.iter().filter(|_| part.arrives()) {
                self.move_on(part, &lying.name);
            }
            self.progress.done += batch.len() as u64;
            (hands.tell)(self.progress);
        }
        Ok(unread)
    }

    fn move_on(&mut self, part: &Part<'_>, name: &OsStr) {
        let target = part.folder.join("cur").join(seen(name));
        // A rename would replace what is there.
        let moved = if target.symlink_metadata().is_ok() {
            Err(io::Error::from(io::ErrorKind::AlreadyExists))
        } else {
            fs::rename(part.place().join(name), &target)
        };
        match moved {
            Err(error) if error.kind() != io::ErrorKind::NotFound => self.complaints.push(format!(
                "A mail that the desk has cannot be moved to {}: {error}. Let deskline write there.",
                part.folder.join("cur").display()
            )),
            Ok(()) | Err(_) => {}
        }
    }
}

/// How coarse the folder's time may be.
fn tick(folder: &Metadata) -> Duration {
    if folder.mtime_nsec() == 0 { COARSE } else { FINE }
}

/// The files that the desk does not remember to have taken, and those that it does.
fn sorted(part: &Part<'_>, lying: Vec<Lying>, hands: &mut Hands<'_>) -> Result<(Vec<Lying>, Vec<Lying>), Trouble> {
    if lying.is_empty() {
        return Ok((lying, Vec::new()));
    }
    let files: Vec<_> = lying.iter().map(Lying::fingerprint).collect();
    let known = hands.taker.known(part.key, &files)?;
    let mut known = known.into_iter();
    Ok(lying.into_iter().partition(|_| !known.next().unwrap_or(false)))
}
