//! One line of a chat log: when, who, what.

use super::stamp::{Stamp, day_line, leading_day, stamped};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

/// How far the clock of a log may run backwards before it means the next day. Smaller steps are a clock being set.
const NEXT_DAY: TimeDelta = TimeDelta::hours(6);

/// What a line of a log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said<'a> {
    /// Somebody said something, or did it with `/me`.
    Words {
        /// The channel, where the line names it.
        channel: Option<&'a str>,
        /// When, as the log's clock had it.
        at: NaiveDateTime,
        /// Who, without the mode marks `@`, `+` and the like.
        nick: &'a str,
        /// The words, without the formatting codes of IRC.
        text: String,
    },
    /// Somebody goes by another nick from here on.
    Renamed {
        /// The nick until now.
        from: &'a str,
        /// The nick from now on.
        to: &'a str,
    },
    /// Joining, leaving, topics, modes, notices and empty lines.
    Nothing,
    /// A line that is no line of a chat log.
    Unknown,
}

/// Reads the lines of one log in order; it has to know the day, because most logs write only the time.
#[derive(Debug)]
pub(super) struct LineReader {
    day: Option<NaiveDate>,
    time: Option<NaiveTime>,
}

impl LineReader {
    /// Starts with the day that the file's name tells.
    pub(super) fn new(day: Option<NaiveDate>) -> Self {
        Self { day, time: None }
    }

    /// Reads the next line.
    pub(super) fn read<'a>(&mut self, line: &'a str) -> Said<'a> {
        let line = line.trim_end();
        if line.trim_start().is_empty() {
            return Said::Nothing;
        }
        let Some((channel, stamp, rest)) = stamped(line) else {
            return self.unstamped(line);
        };
        let at = self.moment(stamp);
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        if let Some((nick, text)) = spoken(rest) {
            let text = without_codes(text);
            // Somebody pressed Enter on nothing, or sent nothing but colours.
            if text.trim().is_empty() {
                return Said::Nothing;
            }
            return Said::Words { channel, at, nick, text };
        }
        match action(rest) {
            Some((nick, text)) => {
                Said::Words { channel, at, nick, text: format!("* {nick} {}", without_codes(text.trim_start())) }
            }
            None => event(rest),
        }
    }

    /// Lines without a time: the marks of a client, a new day among them.
    fn unstamped<'a>(&mut self, line: &'a str) -> Said<'a> {
        if let Some(day) = day_line(line) {
            self.day = Some(day);
            self.time = None;
            return Said::Nothing;
        }
        // A day without a time: "shop 2010-11-08 === uno is now known as due".
        let (_, after) = line.split_once(' ').unwrap_or_default();
        match [line, after].into_iter().find_map(leading_day) {
            Some((day, rest)) => {
                self.day = Some(day);
                event(rest)
            }
            None => event(line),
        }
    }

    /// The moment of a stamp: its own day, else the day before it, else the next one after midnight.
    fn moment(&mut self, stamp: Stamp) -> NaiveDateTime {
        if let Some(day) = stamp.day {
            self.day = Some(day);
        } else if let (Some(day), Some(before)) = (self.day, self.time)
            && before - stamp.time > NEXT_DAY
        {
            self.day = day.succ_opt().or(Some(day));
        }
        self.time = Some(stamp.time);
        // A log that tells no day at all stays in 1970, so that importing it again gives the same times.
        self.day.unwrap_or_default().and_time(stamp.time)
    }
}

/// `<nick> words` or `nick<TAB>words`.
fn spoken(rest: &str) -> Option<(&str, &str)> {
    let rest = rest.trim_start_matches(' ');
    if let Some(inner) = rest.strip_prefix('<') {
        let (nick, text) = inner.split_once('>')?;
        let text = text.strip_prefix("\t ").or_else(|| text.strip_prefix([' ', '\t'])).unwrap_or(text);
        return Some((nick_of(nick)?, text));
    }
    let (nick, text) = rest.trim_start_matches('\t').split_once('\t')?;
    let nick = nick_of(nick)?;
    nick.contains(|letter: char| letter.is_alphanumeric()).then_some((nick, text))
}

/// `* nick does something`, where it is not the client telling of an event.
fn action(rest: &str) -> Option<(&str, &str)> {
    let rest = rest.trim_start().strip_prefix("* ").or_else(|| rest.trim_start().strip_prefix("*\t"))?;
    let (nick, text) = rest.trim_start().split_once(' ')?;
    (!is_event(text)).then(|| Some((nick_of(nick)?, text)))?
}

/// A nick without the marks of a channel's operators; `None` for what can be none.
fn nick_of(written: &str) -> Option<&str> {
    let nick = written.trim().trim_start_matches(['@', '+', '%', '~', '&', '!']);
    let fits = !nick.is_empty()
        && nick.len() <= 64
        && !nick.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    fits.then_some(nick)
}

/// What follows a nick when a client tells of an event with a single star.
fn is_event(text: &str) -> bool {
    const EVENTS: [&str; 9] = [
        "has joined",
        "has left",
        "has quit",
        "is now known as",
        "sets mode",
        "has set the topic",
        "has changed the topic",
        "was kicked",
        "changes topic",
    ];
    EVENTS.iter().any(|event| text.starts_with(event))
        || (text.starts_with('(') || text.starts_with('['))
            && ["has joined", "has left", "has quit"].iter().any(|event| text.contains(event))
}

/// A line that is no speech: a change of nick, something to pass over, or nothing of a chat log.
fn event(line: &str) -> Said<'_> {
    const MARKS: [&str; 9] = ["===", "---", "***", "-!-", "-->", "<--", "* ", "--", "-"];
    let line = line.trim_start();
    let Some(mark) = MARKS.iter().find(|mark| line.starts_with(**mark)) else {
        return Said::Unknown;
    };
    let told = line[mark.len()..].trim_start_matches(['-', ' ', '\t']);
    match told.split_once(" is now known as ") {
        Some((from, to)) => {
            let to = to.split_whitespace().next().unwrap_or_default();
            match (nick_of(from), nick_of(to)) {
                (Some(from), Some(to)) => Said::Renamed { from, to },
                (Some(_) | None, _) => Said::Nothing,
            }
        }
        None => Said::Nothing,
    }
}

/// The words without IRC's codes for bold, colours and the like, which would leave stray digits in the text.
fn without_codes(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\x02' | '\x0f' | '\x11' | '\x16' | '\x1d' | '\x1e' | '\x1f' => {}
            '\x03' => {
                let mut skip_digits = || (0..2).take_while(|_| letters.next_if(char::is_ascii_digit).is_some()).count();
                if skip_digits() > 0 {
                    let mut ahead = letters.clone();
                    if ahead.next() == Some(',') && ahead.next().is_some_and(|next| next.is_ascii_digit()) {
                        letters.next();
                        (0..2).take_while(|_| letters.next_if(char::is_ascii_digit).is_some()).count();
                    }
                }
            }
            other => kept.push(other),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn words(line: &str) -> (Option<String>, String, String, String) {
        match LineReader::new(Some(day("2021-03-04"))).read(line) {
            Said::Words { channel, at, nick, text } => {
                (channel.map(str::to_owned), at.format("%F %T").to_string(), nick.to_owned(), text)
            }
            other => panic!("{line:?}: {other:?}"),
        }
    }

    #[test]
    fn the_stamps_of_many_clients() {
        let cases = [
            ("[12:18] <mirelle> hi there", "2021-03-04 12:18:00"),
            ("[12:18:05] <@mirelle> hi there", "2021-03-04 12:18:05"),
            ("12:18 <+mirelle> hi there", "2021-03-04 12:18:00"),
            ("12:18 < mirelle> hi there ", "2021-03-04 12:18:00"),
            ("2019-09-05 [22:44:46] <mirelle> hi there", "2019-09-05 22:44:46"),
            ("[2019-09-05 22:44:46] <mirelle> hi there", "2019-09-05 22:44:46"),
            ("2019-09-05T22:44:46Z <mirelle> hi there", "2019-09-05 22:44:46"),
            ("2019-09-05T22:44:46.123Z <mirelle> hi there", "2019-09-05 22:44:46"),
            ("2019-09-05 22:44:46\tmirelle\thi there", "2019-09-05 22:44:46"),
            ("2019-09-05 22:44:46\t@mirelle\thi there", "2019-09-05 22:44:46"),
        ];
        for (line, at) in cases {
            assert_eq!(words(line), (None, at.to_owned(), "mirelle".to_owned(), "hi there".to_owned()), "{line}");
        }
        let (channel, at, nick, text) = words("shop 2019-09-05 [13:32:20] <mirelle>\t hi there ");
        assert_eq!((channel.as_deref(), at.as_str()), (Some("shop"), "2019-09-05 13:32:20"));
        assert_eq!((nick.as_str(), text.as_str()), ("mirelle", "hi there"));
    }

    #[test]
    fn actions_are_kept_and_events_are_not() {
        assert_eq!(words("[12:18] * mirelle waves").3, "* mirelle waves");
        assert_eq!(words("2019-09-05 22:44:46\t *\tmirelle waves").3, "* mirelle waves");
        let events = [
            "=== mirelle [~m@host.invalid]  has joined #shop",
            "=== mirelle has left #shop []",
            "[12:18] * mirelle has quit (Ping timeout)",
            "[12:18] * mirelle (~m@host.invalid) has joined #shop",
            "[12:18] *** Joins: mirelle (m@host.invalid)",
            "12:18 -!- mirelle [m@host.invalid] has joined #shop",
            "12:18 -!- Topic for #shop: be kind",
            "2019-09-05 22:44:46\t-->\tmirelle (m@host) has joined #shop",
            "-NickServ- identify",
            "[12:18] <mirelle>",
            "[12:18] <mirelle> \x0304 ",
            "shop 2019-09-05 === mirelle has left #shop []",
            "",
            "   ",
        ];
        for line in events {
            assert_eq!(LineReader::new(None).read(line), Said::Nothing, "{line}");
        }
        for line in ["993 1000 -", "Dear Sir,", "12:18pm we met", "<html>", "2020-01-01", "[12:18", "[99:99] <a> b"] {
            assert_eq!(LineReader::new(None).read(line), Said::Unknown, "{line}");
        }
    }

    #[test]
    fn changes_of_nick_are_told() {
        for line in [
            "=== uno is now known as due",
            "[12:18] * uno is now known as due",
            "12:18 -!- uno is now known as due",
            "shop 2019-09-05 === uno is now known as due",
        ] {
            assert_eq!(LineReader::new(None).read(line), Said::Renamed { from: "uno", to: "due" }, "{line}");
        }
    }

    #[test]
    fn midnight_and_day_lines_move_the_day_on() {
        let mut reader = LineReader::new(Some(day("2021-03-04")));
        let mut at = |line: &str| match reader.read(line) {
            Said::Words { at, .. } => at.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(at("[23:59] <a> x"), "2021-03-04 23:59:00");
        assert_eq!(at("[00:01] <a> x"), "2021-03-05 00:01:00");
        assert_eq!(at("[00:00] <a> x"), "2021-03-05 00:00:00", "a clock set back by a minute is no new day");
        let mut reader = LineReader::new(None);
        assert_eq!(reader.read("--- Day changed Thu Sep 05 2019"), Said::Nothing);
        assert!(matches!(reader.read("12:18 <a> x"), Said::Words { at, .. } if at.date() == day("2019-09-05")));
        assert_eq!(reader.read("**** BEGIN LOGGING AT Fri Sep  6 13:00:00 2019"), Said::Nothing);
        assert!(matches!(reader.read("12:18 <a> x"), Said::Words { at, .. } if at.date() == day("2019-09-06")));
        assert!(
            matches!(LineReader::new(None).read("12:18 <a> x"), Said::Words { at, .. } if at.date() == day("1970-01-01"))
        );
    }

    #[test]
    fn formatting_codes_leave_nothing_behind() {
        assert_eq!(without_codes("\x02bold\x02 \x0304,12red\x03 \x033green\x0f 100"), "bold red green 100");
        assert_eq!(without_codes("a\x03, b"), "a, b");
        assert_eq!(without_codes("a\x0312, b"), "a, b");
    }
}
