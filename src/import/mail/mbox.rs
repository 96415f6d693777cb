//! Cutting an mbox file into its mails.

use crate::import::{
    irc::day_in_words,
    lines::{Lines, without_ending},
};
use crate::mail::LONGEST_MAIL;
use std::io::{self, BufRead};

/// Where a mail stands in its file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Extent {
    /// Bytes from the start of the file to its first line.
    pub(super) position: u64,
    /// Its length in bytes, the line that separates it included.
    pub(super) length: u64,
    /// Whether its lines end with a bare CR.
    pub(super) bare_carriage_returns: bool,
    /// Whether it has lines marked with `>` because they began with `From `.
    pub(super) marked: bool,
    /// When it was delivered, in seconds since 1970, as the line that separates it says.
    pub(super) delivered: Option<i64>,
}

/// The mails of an mbox file, one after the other.
///
/// A mail begins at a line `From somebody Thu Sep  5 13:00:00 2019`. The time is asked for, since many
/// programs do not mark such words at the start of a sentence. `Content-Length` is not believed: it is often wrong.
#[derive(Debug)]
pub(super) struct Mails<R> {
    lines: Lines<R>,
    line: Vec<u8>,
    /// The separating line already read, which belongs to the next mail.
    next: Option<Extent>,
    begun: bool,
}

/// What some editors put before the first byte of a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A mail's bytes as they stand in the file; too long a mail keeps none.
pub(super) type Raw = Vec<u8>;

impl<R: BufRead> Mails<R> {
    /// The mails of this file.
    pub(super) fn new(reader: R) -> Self {
        Self { lines: Lines::new(reader, LONGEST_MAIL), line: Vec::new(), next: None, begun: false }
    }

    /// Bytes read so far.
    pub(super) fn position(&self) -> u64 {
        self.lines.position()
    }

    /// The next mail; its bytes go into `raw`.
    ///
    /// # Errors
    /// What reading the file gave.
    pub(super) fn next(&mut self, raw: &mut Raw) -> io::Result<Option<Extent>> {
        raw.clear();
        let mut mail = match self.next.take() {
            Some(mail) => mail,
            None => match self.first()? {
                Some(mail) => mail,
                None => return Ok(None),
            },
        };
        raw.extend_from_slice(&self.line);
        let (mut after_empty, mut too_long) = (false, false);
        while let Some(at) = self.lines.next(&mut self.line)? {
            if separates(&self.line, after_empty) {
                self.next = Some(self.begun_at(at.position));
                mail.length = at.position - mail.position;
                return Ok(Some(mail));
            }
            after_empty = without_ending(&self.line).is_empty();
            mail.marked |= self.line.first() == Some(&b'>') && is_marked(&self.line);
            too_long |= at.cut || (raw.len() + self.line.len()) as u64 > LONGEST_MAIL;
            if too_long {
                raw.clear();
            } else {
                raw.extend_from_slice(&self.line);
            }
        }
        mail.length = self.lines.position() - mail.position;
        Ok(Some(mail))
    }

    /// A mail that begins with the line just read.
    fn begun_at(&self, position: u64) -> Extent {
        Extent {
            position,
            length: 0,
            bare_carriage_returns: self.lines.bare_carriage_returns(),
            marked: false,
            delivered: delivered(&self.line),
        }
    }

    /// The first mail of the file, behind empty lines at most; everything before the first separator belongs to it.
    fn first(&mut self) -> io::Result<Option<Extent>> {
        if self.begun {
            return Ok(None);
        }
        self.begun = true;
        while let Some(at) = self.lines.next(&mut self.line)? {
            if !without_ending(&self.line).is_empty() {
                return Ok(Some(self.begun_at(at.position)));
            }
        }
        Ok(None)
    }
}

/// Whether a file's first bytes are those of an mbox.
pub(in crate::import) fn looks_like_mbox(start: &[u8]) -> bool {
    let start = start.strip_prefix(BYTE_ORDER_MARK).unwrap_or(start);
    start.trim_ascii_start().starts_with(b"From ")
}

/// Whether a line begins a new mail: `From `, somebody, a time and a year. Some programs write a dash alone, or, behind an
/// empty line, an address alone.
fn separates(line: &[u8], after_empty: bool) -> bool {
    if !line.starts_with(b"From ") || line.len() > 1000 {
        return false;
    }
    if delivered(line).is_some() {
        return after_empty || weekday(line);
    }
    let alone = line[5..].trim_ascii();
    let address = alone.contains(&b'@') && !alone.iter().any(u8::is_ascii_whitespace);
    alone == b"-" || after_empty && address
}

/// Whether a separating line has a day of the week too, as all that are written by programs do.
fn weekday(line: &[u8]) -> bool {
    const DAYS: [&[u8]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
    line.split(u8::is_ascii_whitespace).any(|word| DAYS.contains(&word.strip_suffix(b",").unwrap_or(word)))
}

/// The delivery time of a separating line, its zone taken as UTC.
fn delivered(line: &[u8]) -> Option<i64> {
    let line = std::str::from_utf8(without_ending(line)).ok()?.strip_prefix("From ")?;
    let (before, _) = line.split_once(':')?;
    let time_at = before.rfind([' ', '\t'])? + 1;
    let time = line.get(time_at..)?.split_whitespace().next()?;
    let time = chrono::NaiveTime::parse_from_str(time, "%H:%M:%S")
        .or_else(|_| chrono::NaiveTime::parse_from_str(time, "%H:%M"))
        .ok()?;
    // The sender may hold anything, a month's name too, so only its last four words count.
    let words: Vec<&str> = line[..time_at].split_whitespace().collect();
    let day = format!("{} {}", words[words.len().saturating_sub(3)..].join(" "), line.get(time_at..)?);
    Some(day_in_words(&day)?.and_time(time).and_utc().timestamp())
}

/// A mail as it was sent, from its bytes in a file: line ends mended, the separating line taken off, and `>From ` lines as
/// they were written (mboxrd), where it has such.
pub(super) fn as_sent(mut raw: Raw, extent: Extent) -> Vec<u8> {
    if extent.bare_carriage_returns {
        for byte in raw.iter_mut().filter(|byte| **byte == b'\r') {
            *byte = b'\n';
        }
    }
    let mut start = if raw.starts_with(BYTE_ORDER_MARK) { 3 } else { 0 };
    start += raw[start..].len() - raw[start..].trim_ascii_start().len();
    if raw[start..].starts_with(b"From ") || raw[start..].starts_with(b">From ") {
        start += raw[start..].iter().position(|byte| *byte == b'\n').map_or(raw.len() - start, |end| end + 1);
    }
    raw.drain(..start);
    if extent.marked { unmarked(&raw) } else { raw }
}

/// Every `>From `, `>>From ` and so on with one `>` less.
fn unmarked(mail: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(mail.len());
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        let marked = is_marked(line);
        kept.extend_from_slice(if marked { &line[1..] } else { line });
    }
    kept
}

/// Whether a line is `>From `, `>>From ` and so on.
fn is_marked(line: &[u8]) -> bool {
    let marks = line.iter().take_while(|byte| **byte == b'>').count();
    marks > 0 && line[marks..].starts_with(b"From ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::BufReader;

    fn mails(file: &[u8]) -> Vec<(Extent, String)> {
        let mut mails = Mails::new(BufReader::new(file));
        let (mut raw, mut all) = (Vec::new(), Vec::new());
        while let Some(extent) = mails.next(&mut raw).unwrap() {
            let from = usize::try_from(extent.position).unwrap();
            let to = from + usize::try_from(extent.length).unwrap();
            assert_eq!(raw, &file[from..to], "the extent and the bytes are the same mail");
            let sent = as_sent(raw.clone(), extent);
            all.push((extent, String::from_utf8(sent).unwrap()));
        }
        assert_eq!(mails.position(), file.len() as u64);
        all
    }

    const TWO: &str = "From a@example.com Thu Sep  5 13:00:00 2019\nSubject: one\n\nHello\n>From here on\n>>From there\n\
                       From the start we knew\n\nFrom now on it is 12:30 daily\n\nFrom b@example.com Fri Sep  6 14:00:00 2019\n\
                       Subject: two\n\nBye\n";

    #[test]
    fn mails_are_cut_where_a_separator_stands_behind_an_empty_line() {
        let mails = mails(TWO.as_bytes());
        assert_eq!(mails.len(), 2);
        assert_eq!(mails[0].0.delivered, Some(1_567_688_400));
        assert!(
            mails[0]
                .1
                .starts_with("Subject: one\n\nHello\nFrom here on\n>From there\nFrom the start we knew\n\nFrom now on")
        );
        assert_eq!(mails[1].1, "Subject: two\n\nBye\n");
    }

    #[test]
    fn every_line_end_gives_the_same_mails() {
        let expected: Vec<String> = mails(TWO.as_bytes()).into_iter().map(|mail| mail.1).collect();
        let crlf: Vec<String> =
            mails(TWO.replace('\n', "\r\n").as_bytes()).into_iter().map(|mail| mail.1.replace("\r\n", "\n")).collect();
        let cr: Vec<String> = mails(TWO.replace('\n', "\r").as_bytes()).into_iter().map(|mail| mail.1).collect();
        assert_eq!(crlf, expected);
        assert_eq!(cr, expected);
    }

    #[test]
    fn separators_of_many_programs() {
        assert!(looks_like_mbox(b"\xef\xbb\xbf\nFrom -\n") && !looks_like_mbox(b"From: a"));
        for line in [
            "From - Thu Sep  5 13:00:00 2019",
            "From MAILER-DAEMON Thu Sep 5 13:00:00 2019\r\n",
            "From a@example.com Thu Sep  5 13:00:00 +0200 2019",
            "From a@example.com Thu, 5 Sep 2019 13:00:00 +0200",
            "From ???@??? Thu Sep 05 13:00:00 2019",
            "From mar 12 jan Thu Sep 05 13:00 2019",
        ] {
            assert_eq!(delivered(line.as_bytes()), Some(1_567_688_400), "{line}");
        }
        for line in ["From now on", "From 12:30 to 14:00", "From Sep 5 we met at 12:30", "Fromage"] {
            assert!(!separates(line.as_bytes(), true), "{line}");
        }
        assert!(separates(b"From - \n", true) && separates(b"From 17@xxx\n", true));
        assert!(!separates(b"From 17@xxx\n", false) && !separates(b"From here\n", true));
        assert!(separates(b"From - Thu Sep  5 13:00:00 2019", false));
        assert!(mails(b"").is_empty());
        assert!(mails(b"\n\n").is_empty());
        assert_eq!(mails(b"From x\nSubject: a\n\nb").len(), 1);
        assert_eq!(mails(b"\n\nFrom x\nSubject: a\n\nb")[0].1, "Subject: a\n\nb");
    }
}
