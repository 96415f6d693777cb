//! A conversation's entries as lines of so many columns; made once for a page, scrolled and drawn from.

use super::time::{self, Zone};
use crate::{
    desk::page::{Attachment, Entry, From, Moment, Thread},
    domain::{
        conversation::{Audience, EntryKind},
        id::EntrySeq,
        text::SafeText,
    },
};

/// How an entry speaks; word, edge and colour say it together (R1.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// A customer.
    Customer,
    /// An agent, to the customers.
    Reply,
    /// An agent, for agents only, in a customer conversation.
    Note,
    /// An agent, in an internal conversation.
    Internal,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Nothing, between entries.
    Gap,
    /// A new day begins.
    Day,
    /// Here begins what was not read.
    New,
    /// Who, how and when.
    Head(Voice),
    /// Words.
    Text(Voice),
    /// Words of somebody else, repeated, or a word about what is not shown.
    Aside(Voice),
    /// The name of what was attached.
    Attached(Voice),
    /// What text from outside tried to hide.
    Warning(Voice),
    /// Who did what and when.
    System,
}

/// One line; its words are safe for a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowLine {
    /// The entry it belongs to.
    pub seq: EntrySeq,
    /// Which line of the entry, from 0.
    pub nth: usize,
    /// Whether it begins what it is, or goes on with it.
    pub begins: bool,
    /// What it is.
    pub kind: LineKind,
    /// The words.
    pub text: String,
    /// What follows them more quietly.
    pub tail: String,
}

/// What the lines were made from and for; equal means they still hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basis {
    /// Which read of the page.
    pub read: u64,
    /// Columns for words.
    pub width: usize,
    /// Lines between entries.
    pub roomy: bool,
    /// Exactly as written.
    pub raw: bool,
    /// Up to where it was read when it was opened.
    pub new_after: Option<EntrySeq>,
}

/// The lines of a conversation's window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flow {
    /// What they were made from; `None` before the first time.
    pub basis: Option<Basis>,
    /// The lines, oldest first.
    pub lines: Vec<FlowLine>,
}

/// Who reads, and when.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    /// The viewer's handle.
    pub handle: &'a str,
    /// The time.
    pub now: Moment,
    /// In which zone.
    pub zone: Zone,
}

/// Lines of one entry that are shown where it is not shown as raw text.
const LONGEST: usize = 200;
/// Bytes of one entry that are looked at for them.
const LARGEST: usize = 65_536;
/// Repeated lines in a row that are shown.
const QUOTED: usize = 2;

impl Flow {
    /// Lays a conversation out.
    pub fn lay(thread: &Thread, basis: Basis, reader: Reader) -> Self {
        let mut flow = Self { basis: Some(basis), lines: Vec::new() };
        let mut day = None;
        let mut announced = false;
        let new = basis.new_after.map_or(0, |after| new_count(thread, after, reader.handle));
        for entry in &thread.entries {
            let first = flow.lines.len();
            let today = reader.zone.at(entry.at).date_naive();
            if day.is_some_and(|day| day != today) || (day.is_none() && !thread.earlier) {
                flow.push(LineKind::Day, time::day(reader.now, entry.at, reader.zone));
            } else if basis.roomy && day.is_some() {
                flow.push(LineKind::Gap, String::new());
            }
            day = Some(today);
            if !announced && new > 0 && basis.new_after.is_some_and(|after| counts(entry, after, reader.handle)) {
                announced = true;
                flow.push(LineKind::New, format!("{new} new"));
            }
            flow.entry(entry, thread.row.audience, basis, reader);
            for (nth, line) in flow.lines[first..].iter_mut().enumerate() {
                line.seq = entry.seq;
                line.nth = nth;
            }
        }
        flow
    }

    fn push(&mut self, kind: LineKind, text: String) {
        self.lines.push(FlowLine { seq: EntrySeq(0), nth: 0, begins: true, kind, text, tail: String::new() });
    }

    fn change_last(&mut self, change: impl FnOnce(&mut FlowLine)) {
        if let Some(line) = self.lines.last_mut() {
            change(line);
        }
    }

    fn entry(&mut self, entry: &Entry, audience: Audience, basis: Basis, reader: Reader) {
        let at = time::clock(entry.at, reader.zone);
        let Some((voice, name)) = voice(entry, audience) else {
            for (place, line) in SafeText::line(&entry.text).wrap(basis.width.saturating_sub(8)).into_iter().enumerate()
            {
                self.push(LineKind::System, line);
                self.change_last(|line| line.begins = place == 0);
            }
            self.change_last(|line| line.tail = at);
            return;
        };
        let channel = entry
            .channel
            .as_deref()
            .map_or_else(String::new, |channel| format!("{} · ", SafeText::line(channel).fit(12)));
        let tail = format!("{channel}{at}");
        let room = basis.width.saturating_sub(crate::domain::text::width(&tail) + 9).max(8);
        self.push(LineKind::Head(voice), SafeText::line(name).fit(room));
        self.change_last(|line| line.tail = tail);
        if basis.raw {
            for line in SafeText::block(&spelled_out(&entry.text)).wrap(basis.width) {
                self.push(LineKind::Text(voice), line);
            }
        } else {
            self.words(&entry.text, voice, basis.width);
        }
        for attachment in &entry.attachments {
            self.push(LineKind::Attached(voice), attached(attachment, basis.width));
        }
    }

    fn words(&mut self, text: &str, voice: Voice, width: usize) {
        let text = text.trim_end();
        let cut = (0..=LARGEST.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let safe = SafeText::block(&text[..cut]);
        let lines: Vec<&str> = safe.as_str().split('\n').collect();
        let mut shown = 0;
        let mut at = 0;
        while at < lines.len() && shown < LONGEST {
            let quoted = lines[at..].iter().take_while(|line| line.starts_with('>')).count();
            // A short quotation is shown whole: the word about it would take as much room.
            let whole = if quoted > QUOTED + 1 { QUOTED - 1 } else { quoted.max(1) };
            for line in &lines[at..at + whole] {
                for piece in SafeText::line(line).wrap(width) {
                    self.push(if quoted > 0 { LineKind::Aside(voice) } else { LineKind::Text(voice) }, piece);
                    shown += 1;
                }
            }
            if quoted > whole {
                self.push(LineKind::Aside(voice), format!("⋯ {} more quoted lines", quoted - whole));
            }
            at += whole.max(quoted);
        }
        let left = lines.len().saturating_sub(at) + text[cut..].lines().count();
        if left > 0 {
            let lines = if left == 1 { "line" } else { "lines" };
            self.push(LineKind::Aside(voice), format!("⋯ {left} more {lines}, shown as raw text"));
        }
        if let Some(warning) = safe.warning() {
            self.push(LineKind::Warning(voice), warning);
        }
    }

    /// The line that begins an entry, or the nearest one after it.
    pub fn line_of(&self, seq: EntrySeq, nth: usize) -> usize {
        let found = self.lines.partition_point(|line| (line.seq, line.nth) < (seq, nth));
        found.min(self.lines.len().saturating_sub(1))
    }
}

/// Entries after a place that others wrote: what "n new" counts. System lines are not news (R3.6).
pub fn new_count(thread: &Thread, after: EntrySeq, me: &str) -> usize {
    thread.entries.iter().filter(|entry| counts(entry, after, me)).count()
}

/// Whether an entry is news to a reader who has read so far.
pub fn counts(entry: &Entry, after: EntrySeq, me: &str) -> bool {
    let others = match &entry.from {
        From::Agent(person) => person.address != me,
        From::Customer(_) | From::Outside(_) => true,
        From::System => false,
    };
    entry.seq > after && entry.kind != EntryKind::System && others
}

/// How an entry speaks and who; `None` for the desk's own lines.
pub fn voice(entry: &Entry, audience: Audience) -> Option<(Voice, &str)> {
    let voice = match (entry.kind, audience, &entry.from) {
        (EntryKind::System, _, _) | (_, _, From::System) => return None,
        (EntryKind::Note, _, _) => Voice::Note,
        (EntryKind::Reply, Audience::Internal, _) => Voice::Internal,
        (EntryKind::Reply, Audience::Customer, From::Agent(_) | From::Outside(_)) => Voice::Reply,
        (EntryKind::Reply, Audience::Customer, From::Customer(_)) => Voice::Customer,
    };
    match &entry.from {
        From::Agent(person) | From::Customer(person) | From::Outside(person) => Some((voice, &person.name)),
        From::System => None,
    }
}

/// Every character that acts or hides instead of showing, spelled out.
fn spelled_out(text: &str) -> String {
    text.chars()
        .map(|letter| {
            let mut buffer = [0; 4];
            let alone = &*letter.encode_utf8(&mut buffer);
            if letter == '\n' || (!letter.is_control() && SafeText::line(alone).as_str() == alone) {
                letter.to_string()
            } else {
                format!("\\u{{{:x}}}", u32::from(letter))
            }
        })
        .collect()
}

fn attached(attachment: &Attachment, width: usize) -> String {
    let size = match attachment.size {
        bytes @ 0..1024 => format!("{bytes} B"),
        bytes @ 1024..1_048_576 => format!("{} KB", bytes / 1024),
        bytes => format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    };
    let name = if attachment.name.is_empty() { "attachment" } else { &attachment.name };
    format!("{size} {}", SafeText::line(name).fit(width.saturating_sub(size.len() + 4).max(8)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let mut flow = Flow::default();
        flow.words(text, Voice::Customer, 20);
        flow.lines.into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn a_long_quotation_is_folded_and_a_short_one_is_not() {
        assert_eq!(shown("yes\n> one\n> two\n> three"), ["yes", "> one", "> two", "> three"]);
        assert_eq!(shown("> 1\n> 2\n> 3\n> 4\nno\n"), ["> 1", "⋯ 3 more quoted lines", "no"]);
    }

    #[test]
    fn a_message_without_end_is_shown_as_far_as_anybody_scrolls() {
        let many = shown(&"line\n".repeat(1000));
        assert_eq!(many.len(), LONGEST + 1);
        assert_eq!(many.last().unwrap(), "⋯ 800 more lines, shown as raw text");
        let wide = shown(&"日本語".repeat(1_000_000));
        assert!(wide.len() < LARGEST, "{} lines", wide.len());
        assert_eq!(wide.last().unwrap(), "⋯ 1 more line, shown as raw text");
        let quoted = shown(&"> quoted\n".repeat(100_000));
        assert!(quoted.len() < 5, "{quoted:?}");
    }

    #[test]
    fn what_hides_is_spelled_out_in_raw_text() {
        assert_eq!(spelled_out("a\u{202e}b\u{1b}\n日"), "a\\u{202e}b\\u{1b}\n日");
    }
}
