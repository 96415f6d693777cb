//! Chat logs: many customers and a few agents interleaved in one file.

mod line;
mod names;
mod source;
mod stamp;
mod untangle;

pub(super) use source::LogFiles;
pub(super) use stamp::day_in_words;
pub use untangle::{AGENT_WINDOW, BURST_GAP, HELPER_WINDOW, LATE_ANSWER};

use super::Team;
use crate::domain::history::{PastConversation, PastState};
use line::{LineReader, Said};
use stamp::day_in_name;
use untangle::Untangler;

/// One log, taken line by line.
#[derive(Debug)]
pub struct Log {
    reader: LineReader,
    untangler: Untangler,
}

/// What a log gave for one line.
#[derive(Debug, Default)]
pub struct Taken {
    /// Whether the line was one of a chat log.
    pub understood: bool,
    /// The conversations that had ended before it.
    pub ended: Vec<PastConversation>,
}

impl Log {
    /// Starts a log. Its name tells the day (`#shop-2019-09-05.log`) and the channel where the lines do not; the folder above
    /// is looked at where that is the channel's (`#shop/2019-09-05.log`). Times are taken as UTC, since no log names its zone.
    pub fn new(name: &str, team: &Team, state: PastState) -> Self {
        let (folder, file) = name.rsplit_once(['/', '\\']).unwrap_or(("", name));
        let found = day_in_name(file);
        let before = found.map_or(file, |(_, before)| before);
        let stem = before.split_once('.').map_or(before, |(stem, _)| stem).trim_matches(['-', '_', ' ']);
        let parent = folder.rsplit(['/', '\\']).next().unwrap_or_default();
        let channel = if stem.is_empty() && parent.starts_with(['#', '&']) { parent } else { stem };
        Self {
            reader: LineReader::new(found.map(|(day, _)| day)),
            untangler: Untangler::new(team.clone(), channel.to_owned(), state),
        }
    }

    /// Takes the next line, in UTF-8 or, as old clients wrote, in Windows-1252.
    pub fn take(&mut self, line: &[u8]) -> Taken {
        let line = match std::str::from_utf8(line) {
            Ok(line) => line.to_owned(),
            Err(_) => super::mail::windows_1252(line),
        };
        let said = self.reader.read(line.strip_prefix('\u{feff}').unwrap_or(&line));
        Taken { understood: said != Said::Unknown, ended: self.untangler.take(said) }
    }

    /// The conversations that the end of the log ends, in the order in which they began.
    pub fn finish(self) -> Vec<PastConversation> {
        self.untangler.finish()
    }
}

/// All conversations of a log that is already in memory, as they end.
pub fn conversations(text: &str, name: &str, team: &Team) -> Vec<PastConversation> {
    let mut log = Log::new(name, team, PastState::Closed);
    let mut all: Vec<PastConversation> = text.lines().flat_map(|line| log.take(line.as_bytes()).ended).collect();
    all.append(&mut log.finish());
    all
}
