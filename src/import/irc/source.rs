//! Chat logs in files, one after the other.

use super::{Log, Taken};
use crate::domain::history::PastState;
use crate::import::{
    Found, Place, Position, Progress, Team,
    files::SourceFile,
    lines::{Lines, without_ending},
};
use std::{collections::VecDeque, fs::File, io::BufReader, path::Path};

/// The longest line that is read; longer ones are cut. IRC itself allows 512 bytes.
const LONGEST_LINE: u64 = 64 * 1024;
/// Lines taken before the caller is given a moment to draw its progress bar or to stop.
const BREATH: u32 = 5_000;

/// Files of chat logs.
#[derive(Debug)]
pub(in crate::import) struct LogFiles {
    team: Team,
    state: PastState,
    files: std::vec::IntoIter<SourceFile>,
    open: Option<Open>,
    before: u64,
    waiting: VecDeque<Found>,
    progress: Progress,
}

#[derive(Debug)]
struct Open {
    file: SourceFile,
    lines: Lines<BufReader<File>>,
    log: Log,
    /// Lines in a row that are none of a chat log: the first and the last.
    strange: Option<(u64, u64)>,
    understood: u64,
}

impl LogFiles {
    /// These logs. Where a folder holds a log twice, as it was (`day.raw.txt`) and made plain (`day.ascii.txt`), the first is read.
    pub(in crate::import) fn new(mut files: Vec<SourceFile>, team: Team, state: PastState) -> Self {
        let twins: Vec<_> = files.iter().map(|file| file.path.clone()).collect();
        files.retain(|file| file.named || plain_twin(&file.path).is_none_or(|raw| !twins.contains(&raw)));
        let total = files.iter().map(|file| file.size).sum();
        Self {
            team,
            state,
            files: files.into_iter(),
            open: None,
            before: 0,
            waiting: VecDeque::new(),
            progress: Progress { done: 0, total },
        }
    }

    pub(in crate::import) fn progress(&self) -> Progress {
        self.progress
    }

    pub(in crate::import) fn next(&mut self) -> Option<Found> {
        let mut line = Vec::new();
        for _ in 0..BREATH {
            if let Some(found) = self.waiting.pop_front() {
                return Some(found);
            }
            let Some(open) = &mut self.open else {
                let Some(file) = self.files.next() else {
                    self.progress.done = self.progress.total;
                    return None;
                };
                self.begin(file);
                continue;
            };
            match open.lines.next(&mut line) {
                Ok(Some(at)) => {
                    let Taken { understood, ended } = open.log.take(without_ending(&line));
                    if understood {
                        open.understood += 1;
                        self.waiting.extend(open.strange.take().map(|lines| strange(&open.file.path, lines)));
                    } else {
                        open.strange = Some((open.strange.map_or(at.number, |(first, _)| first), at.number));
                    }
                    self.waiting.extend(ended.into_iter().map(Found::Conversation));
                    self.progress.done = self.before + open.lines.position();
                }
                Ok(None) => self.end(None),
                Err(error) => {
                    let reason = error.to_string();
                    self.end(Some(reason));
                }
            }
        }
        Some(self.waiting.pop_front().unwrap_or(Found::Working))
    }

    fn begin(&mut self, file: SourceFile) {
        match File::open(&file.path) {
            Ok(opened) => {
                let log = Log::new(&file.path.to_string_lossy(), &self.team, self.state);
                let lines = Lines::new(BufReader::new(opened), LONGEST_LINE);
                self.open = Some(Open { file, lines, log, strange: None, understood: 0 });
            }
            Err(error) => {
                self.before += file.size;
                self.waiting.push_back(unread(&file.path, Position::Whole, error.to_string()));
            }
        }
    }

    fn end(&mut self, failed: Option<String>) {
        let Some(open) = self.open.take() else { return };
        self.before += open.file.size;
        self.progress.done = self.before;
        let path = &open.file.path;
        let found = open.log.finish();
        if open.understood == 0 && open.strange.is_some() {
            self.waiting.push_back(unread(
                path,
                Position::Whole,
                "it is no chat log: no line of it looks like one".to_owned(),
            ));
        } else {
            self.waiting.extend(open.strange.map(|lines| strange(path, lines)));
        }
        self.waiting.extend(failed.map(|reason| unread(path, Position::Byte(open.lines.position()), reason)));
        self.waiting.extend(found.into_iter().map(Found::Conversation));
    }
}

/// Lines that are none of a chat log, as one thing, however many there are.
fn strange(path: &Path, (first, last): (u64, u64)) -> Found {
    let reason = if first == last {
        "it is no line of a chat log".to_owned()
    } else {
        format!("this and the {} lines after it are no lines of a chat log", last - first)
    };
    unread(path, Position::Line(first), reason)
}

fn unread(path: &Path, position: Position, reason: String) -> Found {
    Found::Unread { place: Place { file: path.to_owned(), position }, reason }
}

/// The log as it was, if this is one made plain.
fn plain_twin(path: &Path) -> Option<std::path::PathBuf> {
    let name = path.file_name()?.to_str()?;
    Some(path.with_file_name(format!("{}.raw.txt", name.strip_suffix(".ascii.txt")?)))
}
