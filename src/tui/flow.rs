//! A conversation's entries as lines of so many columns; made once for a page, scrolled and drawn from.

mod named;
mod words;

pub use words::is_long;

use super::{
    delivery,
    keymap::{Action, Keymap},
    time::{self, Zone},
};
use crate::{
    desk::page::{Attachment, Entry, From, Moment, Thread},
    domain::{
        conversation::{Audience, EntryKind},
        file::{kind, size},
        id::EntrySeq,
        letter::Correspondent,
        text::{self, SafeText, width},
    },
};
use std::collections::BTreeSet;

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
    /// Whom the mail behind it names.
    Named(Voice),
    /// Words.
    Text(Voice),
    /// Words of somebody else, repeated, or a word about what is not shown.
    Aside(Voice),
    /// In place of lines that are folded away, or above them.
    Fold(Voice),
    /// The name of what was attached.
    Attached(Voice),
    /// What text from outside tried to hide.
    Warning(Voice),
    /// Who did what and when.
    System,
    /// Something that can be done about the conversation, below its last entry.
    Hint,
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
    /// The reply that can be taken back, and for how many seconds more.
    pub undo: Option<(EntrySeq, i64)>,
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
    /// The keymap, for the keys that lines name.
    pub keymap: &'a Keymap,
    /// The entries of which everything is shown.
    pub unfolded: &'a BTreeSet<EntrySeq>,
    /// The entries that are selected.
    pub chosen: &'a BTreeSet<EntrySeq>,
}

/// Lines of one hint.
const HINT: usize = 2;

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
        if !thread.later {
            flow.hints(thread, basis, reader);
        }
        flow
    }

    /// What the mails of a conversation suggest, below its last entry.
    fn hints(&mut self, thread: &Thread, basis: Basis, reader: Reader) {
        let (seq, nth) = self.lines.last().map_or((EntrySeq(0), 0), |line| (line.seq, line.nth + 1));
        let first = self.lines.len();
        let counted = |count: usize| if count > 1 { format!(" ({count} to choose from)") } else { String::new() };
        let mut words = Vec::new();
        if let Some(like) = thread.likenesses.first() {
            let key = reader.keymap.keys_for(Action::Merge);
            let count = counted(thread.likenesses.len());
            words.push(format!("{key} merges{count}: looks like #{} {}", like.conversation, like.subject));
        }
        if let Some(person) = thread.suggested.first() {
            let key = reader.keymap.keys_for(Action::AddNamed);
            let count = counted(thread.suggested.len());
            let from = if wants_answers(thread, person) { "Reply-To" } else { "Cc" };
            words.push(format!("{key} adds from {from}{count}: {}", delivery::named([person])));
        }
        for words in words {
            for line in SafeText::line(&words).wrap(basis.width).into_iter().take(HINT) {
                self.push(LineKind::Hint, line);
            }
        }
        for (at, line) in self.lines[first..].iter_mut().enumerate() {
            (line.seq, line.nth) = (seq, nth + at);
        }
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
        let tail = tail(entry, &at, basis, reader);
        let room = basis.width.saturating_sub(width(&tail) + 9).max(8);
        let name = SafeText::line(name).fit(room);
        let chosen = reader.chosen.contains(&entry.seq);
        self.push(LineKind::Head(voice), if chosen { format!("✓ {name}") } else { name });
        self.change_last(|line| line.tail = tail);
        if basis.raw {
            for line in SafeText::block(&spelled_out(&entry.text)).wrap(basis.width) {
                self.push(LineKind::Text(voice), line);
            }
        } else {
            let open = reader.unfolded.contains(&entry.seq);
            let raw = reader.keymap.keys_for(Action::RawText);
            if let Some(mail) = &entry.addressed {
                self.addressed(mail, open, &raw, (voice, basis.width));
            }
            self.words(&entry.text, &entry.folds, (open, &raw), (voice, basis.width));
        }
        for attachment in &entry.attachments {
            self.push(LineKind::Attached(voice), attached(attachment, basis.width));
        }
        for trouble in delivery::troubles(entry, &reader.keymap.keys_for(Action::ConversationMenu)) {
            for line in SafeText::line(&trouble).wrap(basis.width) {
                self.push(LineKind::Warning(voice), line);
            }
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

/// What stands behind the writer's name: how it came or how far it is, and when.
fn tail(entry: &Entry, at: &str, basis: Basis, reader: Reader) -> String {
    let key = reader.keymap.keys_for(Action::Undo);
    let undo = basis.undo.filter(|(seq, _)| *seq == entry.seq).map(|_| key.as_str());
    let mut tails = delivery::tails(entry, at, reader.now, undo);
    if let Some(shortest) = tails.pop() {
        let fits = |tail: &String| width(tail) + 20 <= basis.width;
        return tails.into_iter().find(fits).unwrap_or(shortest);
    }
    match entry.channel.as_deref() {
        None => at.to_owned(),
        Some("email") if entry.is_automatic() => format!("mail · automatic · {at}"),
        Some("email") => format!("mail · {at}"),
        Some(channel) => format!("{} · {at}", SafeText::line(channel).fit(12)),
    }
}

/// Every character that acts or hides instead of showing, spelled out; tabs stay, to be expanded.
pub fn spelled_out(text: &str) -> String {
    text.chars()
        .map(|letter| {
            let mut buffer = [0; 4];
            let alone = &*letter.encode_utf8(&mut buffer);
            if matches!(letter, '\n' | '\t') || (!letter.is_control() && SafeText::line(alone).as_str() == alone) {
                letter.to_string()
            } else {
                format!("\\u{{{:x}}}", u32::from(letter))
            }
        })
        .collect()
}

fn attached(attachment: &Attachment, width: usize) -> String {
    let (about, name) = about_file(attachment);
    let room = width.saturating_sub(text::width(&about) + 3).max(8);
    format!("{about}{}", SafeText::line(name).fit(room))
}

/// What is known of a file without opening it, its name last.
pub fn file_words(attachment: &Attachment) -> String {
    let (about, name) = about_file(attachment);
    format!("{about}{name}")
}

fn about_file(attachment: &Attachment) -> (String, &str) {
    let about = format!("{} · {} · ", kind(&attachment.media_type), size(attachment.size));
    (about, if attachment.name.is_empty() { "attachment" } else { &attachment.name })
}

/// Whether a mail of the window wants its answers at the address of somebody who is suggested.
fn wants_answers(thread: &Thread, person: &Correspondent) -> bool {
    let mut wanted = thread.entries.iter().filter_map(|entry| entry.addressed.as_ref()).flat_map(|mail| &mail.reply_to);
    wanted.any(|wanted| wanted.address.eq_ignore_ascii_case(&person.address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_spelled_out_in_raw_text() {
        assert_eq!(spelled_out("a\u{202e}b\u{1b}\n\t日"), "a\\u{202e}b\\u{1b}\n\t日");
    }
}
