//! Chat logs: many customers and a few agents interleaved in one file.

mod line;
mod names;
mod source;
mod stamp;
mod talk;
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
            Err(_) => crate::mail::windows_1252(line),
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Every conversation as "requester: line / line", sorted by its beginning; team talk has the requester "team".
    fn told(log: &str) -> Vec<String> {
        let team = Team::new(&["quillan".to_owned(), "morrow".to_owned()]).unwrap();
        let mut all = conversations(log, "#shop-2021-03-04.log", &team);
        all.sort_by_key(|it| it.messages[0].at);
        let texts =
            |it: &PastConversation| -> Vec<String> { it.messages.iter().map(|line| line.text.clone()).collect() };
        let who = |it: &PastConversation| {
            assert_eq!(it.internal, it.requester.is_none());
            it.requester.as_ref().map_or("team".to_owned(), |it| it.name.clone())
        };
        all.iter().map(|it| format!("{}: {}", who(it), texts(it).join(" / "))).collect()
    }

    #[test]
    fn an_agent_answers_whom_the_line_names() {
        let log = "[09:00] <ida> a1\n[09:00] <bodo> b1\n[09:01] <quillan> ida: a2\n[09:01] <quillan> bodo, b2\n\
                   [09:02] <quillan> @ida a3\n[09:02] <quillan> now, bodo? b3\n[09:03] <Quillan_> IDA_: a4\n";
        assert_eq!(told(log), ["ida: a1 / ida: a2 / @ida a3 / IDA_: a4", "bodo: b1 / bodo, b2 / now, bodo? b3"]);
    }

    #[test]
    fn an_agent_who_names_nobody_goes_on_or_answers_the_newest() {
        let log = "[09:00:00] <ida> a1\n[09:00:10] <quillan> a2\n[09:00:20] <bo> b1\n[09:00:30] <morrow> b2\n\
                   [09:00:40] <quillan> a3\n[09:00:50] <ida> a4\n[09:00:55] <quillan> a5\n[09:01:00] <bo> thanks morrow b3\n\
                   [09:01:10] <quillan> a6\n";
        assert_eq!(told(log), ["ida: a1 / a2 / a3 / a4 / a5 / a6", "bo: b1 / b2 / thanks morrow b3"]);
    }

    #[test]
    fn agents_among_themselves_are_internal() {
        let log = "[09:00] <quillan> good morning\n[09:01] <morrow> quillan: morning\n[09:02] <ida> a1\n\
                   [09:03] <morrow> quillan: yours?\n[09:04] <quillan> ida: a2\n[11:30] <quillan> off for lunch\n";
        assert_eq!(
            told(log),
            ["team: good morning / quillan: morning / quillan: yours?", "ida: a1 / ida: a2", "team: off for lunch"]
        );
    }

    #[test]
    fn an_hour_of_silence_ends_a_burst_and_an_unanswered_one_waits_for_its_answer() {
        let log = "[09:00] <ida> a1\n[09:01] <quillan> ida: a2\n[10:02] <ida> a3\n[12:00] <bo> b1\n[20:00] <quillan> bo: b2\n\
                   [20:30] <quillan> ida: a4\n";
        assert_eq!(told(log), ["ida: a1 / ida: a2", "ida: a3 / ida: a4", "bo: b1 / bo: b2"]);
    }

    #[test]
    fn a_customer_who_helps_another_takes_part_there() {
        let log = "[09:00] <ida> a1\n[09:01] <bo> ida: a2\n[09:02] <bo> a3\n[09:03] <ida> bo: a4\n[09:20] <bo> b1\n";
        assert_eq!(told(log), ["ida: a1 / ida: a2 / a3 / bo: a4", "bo: b1"]);
    }

    #[test]
    fn a_changed_nick_is_the_same_person_and_another_persons_nick_is_not() {
        let log = "[09:00] <ida> a1\n=== ida is now known as ida_home2\n[09:01] <ida_home2> a2\n[09:02] <bo> b1\n\
                   === bo is now known as ida\n[09:03] <ida> a3\n=== quillan is now known as q_lunch\n[09:04] <q_lunch> bo: b2\n";
        assert_eq!(told(log), ["ida: a1 / a2 / a3", "bo: b1 / bo: b2"]);
    }

    #[test]
    fn the_channel_comes_from_the_line_the_name_or_the_folder() {
        let team = Team::default();
        let key = |log: &str, name: &str| conversations(log, name, &team)[0].key.clone();
        let line = "[09:00] <ida> hello\n";
        assert!(key("shop 2021-03-04 [09:00] <ida> hello\n", "x.txt").starts_with("irc:shop/2021-03-04T09:00:00/ida/"));
        assert!(key(line, "logs/#shop-2021-03-04.log").starts_with("irc:#shop/2021-03-04T09:00:00/ida/"));
        assert!(key(line, "net/#shop/2021-03-04.log").starts_with("irc:#shop/2021-03-04T09:00:00/ida/"));
        assert!(key(line, "logs/2021-03-04_09.raw.txt").starts_with("irc:/2021-03-04T09:00:00/ida/"));
        assert!(key(line, "shop.0.ascii.txt").starts_with("irc:shop/1970-01-01T09:00:00/ida/"));
    }

    #[test]
    fn the_same_words_in_the_same_minute_are_two_messages() {
        let all = conversations("[09:00] <ida> ?\n[09:00] <ida> ?\n", "a-2021-03-04", &Team::default());
        assert_eq!(all[0].messages.len(), 2);
        assert_ne!(all[0].messages[0].key, all[0].messages[1].key);
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_windows_1252() {
        let mut log = Log::new("a-2021-03-04", &Team::default(), PastState::Open);
        assert!(log.take(b"[09:00] <ida> caf\xe9 \x96 open?").understood);
        assert!(!log.take(b"\xff\xfe\x00").understood);
        let all = log.finish();
        assert_eq!((all[0].messages[0].text.as_str(), all[0].state), ("café – open?", PastState::Open));
    }
}
