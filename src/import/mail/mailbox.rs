//! Mailboxes of any size: first every header, then thread by thread the texts.

use super::{
    Letter, MailReader,
    conversation::conversation,
    mbox::{Extent, Mails, Raw, as_sent, looks_like_mbox},
    print_of,
    thread::{Entry, Thread, Threads},
};
use crate::domain::history::PastState;
use crate::import::{Found, Place, Position, Progress, Team, files::SourceFile};
use crate::mail::{LONGEST_MAIL, too_long};
use std::{
    collections::VecDeque,
    fs::File,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
};

/// Bytes of headers read before the caller is given a moment to draw its progress bar or to stop.
const BREATH: u64 = 4 * 1024 * 1024;

/// How the files of a mailbox hold their mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Holding {
    /// Many in one file.
    Mbox,
    /// One in each file; a file that turns out to be an mbox is read as one.
    Single,
}

/// Mails in files, as conversations.
#[derive(Debug)]
pub(in crate::import) struct Mailbox {
    files: Vec<SourceFile>,
    holding: Holding,
    team: Team,
    state: PastState,
    reader: MailReader,
    threads: Threads,
    progress: Progress,
    unread: VecDeque<Found>,
    stage: Stage,
    file: usize,
    last_at: i64,
    copies: u64,
    opened: Option<(u32, File)>,
}

#[derive(Debug)]
enum Stage {
    /// Reading headers: between files, or inside an mbox.
    Heads(Option<Mails<BufReader<File>>>),
    /// Reading texts.
    Texts(std::vec::IntoIter<Thread>),
}

impl Mailbox {
    /// The mails of these files.
    pub(in crate::import) fn new(files: Vec<SourceFile>, holding: Holding, team: Team, state: PastState) -> Self {
        // Everything is read twice: once for its header, once for its text.
        let total = files.iter().map(|file| file.size).sum::<u64>() * 2;
        Self {
            files,
            holding,
            team,
            state,
            reader: MailReader::new(),
            threads: Threads::default(),
            progress: Progress { done: 0, total },
            unread: VecDeque::new(),
            stage: Stage::Heads(None),
            file: 0,
            last_at: 0,
            copies: 0,
            opened: None,
        }
    }

    /// How far reading has come, in bytes.
    pub(in crate::import) fn progress(&self) -> Progress {
        self.progress
    }

    /// Mails that were there more than once, so far.
    pub(in crate::import) fn copies(&self) -> u64 {
        self.copies
    }

    /// The next thing found; `None` at the end.
    pub(in crate::import) fn next(&mut self) -> Option<Found> {
        loop {
            if let Some(unread) = self.unread.pop_front() {
                return Some(unread);
            }
            match &mut self.stage {
                Stage::Heads(_) => {
                    if self.read_heads() {
                        return Some(self.unread.pop_front().unwrap_or(Found::Working));
                    }
                    self.progress.done = self.progress.total / 2;
                    self.stage = Stage::Texts(self.threads.threads().into_iter());
                }
                Stage::Texts(threads) => {
                    let Some(thread) = threads.next() else {
                        self.progress.done = self.progress.total;
                        return None;
                    };
                    if let Some(found) = self.read_texts(&thread) {
                        return Some(found);
                    }
                }
            }
        }
    }

    /// Reads headers for a while; false once all are read.
    fn read_heads(&mut self) -> bool {
        let until = self.progress.done + BREATH;
        let mut raw = Raw::new();
        while self.progress.done < until {
            let inside = match &mut self.stage {
                Stage::Heads(inside) => inside.take(),
                Stage::Texts(_) => None,
            };
            if let Some(mails) = inside {
                self.read_box(mails, &mut raw, until);
            } else if self.file < self.files.len() {
                if let Err(error) = self.read_file() {
                    self.spoilt(Position::Whole, error.to_string());
                    self.file += 1;
                }
            } else {
                return false;
            }
        }
        true
    }

    /// Reads on in an mbox; the stage holds it again where it has more.
    fn read_box(&mut self, mut mails: Mails<BufReader<File>>, raw: &mut Raw, until: u64) {
        let before = self.progress.done - mails.position().min(self.progress.done);
        loop {
            match mails.next(raw) {
                Ok(Some(extent)) => {
                    self.remember(std::mem::take(raw), extent, true);
                    self.progress.done = before + mails.position();
                    if self.progress.done >= until {
                        self.stage = Stage::Heads(Some(mails));
                        return;
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    self.spoilt(Position::Byte(mails.position()), error.to_string());
                    break;
                }
            }
        }
        self.progress.done = before + self.files[self.file].size;
        self.file += 1;
    }

    /// Begins the next file: an mbox is read on by [`Self::read_box`], a single mail at once.
    fn read_file(&mut self) -> io::Result<()> {
        let mut reader = BufReader::with_capacity(1 << 16, File::open(&self.files[self.file].path)?);
        let start = reader.fill_buf()?;
        let mbox = looks_like_mbox(start);
        if self.holding == Holding::Mbox && !mbox && !start.trim_ascii().is_empty() {
            self.spoilt(Position::Whole, "it is no mbox: its first line does not begin with \"From \"".to_owned());
            self.progress.done += self.files[self.file].size;
            self.file += 1;
            return Ok(());
        }
        if mbox || self.holding == Holding::Mbox {
            self.stage = Stage::Heads(Some(Mails::new(reader)));
            return Ok(());
        }
        let mut raw = Raw::new();
        let length = reader.take(LONGEST_MAIL + 1).read_to_end(&mut raw)? as u64;
        let bare_carriage_returns = raw.contains(&b'\r') && !raw.contains(&b'\n');
        let size = self.files[self.file].size.max(length);
        if length > LONGEST_MAIL {
            raw.clear();
        }
        self.remember(raw, Extent { position: 0, length: size, bare_carriage_returns, ..Extent::default() }, false);
        self.progress.done += size;
        self.file += 1;
        Ok(())
    }

    /// Remembers a mail by its header.
    fn remember(&mut self, raw: Raw, extent: Extent, from_mbox: bool) {
        let place = if from_mbox { Position::Byte(extent.position) } else { Position::Whole };
        if extent.length > LONGEST_MAIL {
            self.spoilt(place, too_long(extent.length));
            return;
        }
        if raw.trim_ascii().is_empty() {
            self.spoilt(place, "it is empty".to_owned());
            return;
        }
        let mail = as_sent(raw, extent);
        match self.reader.head(&mail) {
            Ok(head) => {
                let at = head.at.or(extent.delivered).unwrap_or(self.last_at);
                self.last_at = at;
                let file = u32::try_from(self.file).unwrap_or(u32::MAX);
                let print = print_of(&head, &mail);
                let new = self.threads.add(&head, print, at, file, extent);
                self.copies += u64::from(!new);
            }
            Err(reason) => self.spoilt(place, reason),
        }
    }

    /// Reads the texts of a thread.
    fn read_texts(&mut self, thread: &Thread) -> Option<Found> {
        let mut letters: Vec<(u32, Entry, Letter)> = Vec::with_capacity(thread.mails.len());
        for number in &thread.mails {
            let entry = self.threads.mail(*number);
            let read = self.raw(entry).map_err(|error| error.to_string());
            match read.and_then(|mail| self.reader.letter(&mail)) {
                Ok(letter) => letters.push((*number, entry, letter)),
                Err(reason) => {
                    let file = &self.files[entry.file as usize];
                    let whole = entry.extent.length == file.size;
                    let position = if whole { Position::Whole } else { Position::Byte(entry.extent.position) };
                    let place = Place { file: file.path.clone(), position };
                    self.unread.push_back(Found::Unread { place, reason });
                }
            }
            self.progress.done = (self.progress.done + entry.extent.length).min(self.progress.total);
        }
        let found = conversation(thread, letters, &self.team, self.state).map(Found::Conversation);
        found.or_else(|| self.unread.pop_front())
    }

    /// A mail once more, from its place in its file.
    fn raw(&mut self, entry: Entry) -> io::Result<Vec<u8>> {
        let file = match &mut self.opened {
            Some((number, file)) if *number == entry.file => file,
            opened => &mut opened.insert((entry.file, File::open(&self.files[entry.file as usize].path)?)).1,
        };
        file.seek(SeekFrom::Start(entry.extent.position))?;
        let mut raw = Raw::with_capacity(usize::try_from(entry.extent.length).unwrap_or_default());
        file.take(entry.extent.length).read_to_end(&mut raw)?;
        Ok(as_sent(raw, entry.extent))
    }

    fn spoilt(&mut self, position: Position, reason: String) {
        let file = self.files[self.file].path.clone();
        self.unread.push_back(Found::Unread { place: Place { file, position }, reason });
    }
}
