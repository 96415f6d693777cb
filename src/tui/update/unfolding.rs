//! What is folded away in a message, shown and hidden where it stands on the screen.

use super::{reading, settle};
use crate::{
    desk::page::Entry,
    domain::id::EntrySeq,
    tui::{
        ask::Effect,
        flow::{Flow, LineKind},
        model::{Message, Model},
        scroll,
    },
};
use std::ops::Range;

/// Whom the mail under the cursor names, its quoted lines and its signature, or not. The fold stays where it is on the screen
/// and what comes or goes does so below it; near the lower edge it moves up as far as it takes to see what it hid, at most half
/// a screen of that.
pub fn unfold(model: &mut Model) -> Vec<Effect> {
    let cursor = model.thread.as_ref().and_then(|view| view.cursor);
    let folds = |seq: EntrySeq| {
        let mut entries = model.opened().into_iter().flat_map(|thread| &thread.entries);
        let folds = |entry: &Entry| !entry.folds.is_empty() || entry.addressed.is_some() || entry.text.contains("\n>");
        entries.any(|entry| entry.seq == seq && folds(entry))
    };
    let Some(seq) = cursor.filter(|seq| folds(*seq)) else {
        return model.say(Message::said("Nothing of this message is folded away."));
    };
    let height = reading::height(model);
    let end = model.opened().is_some_and(|thread| !thread.later);
    let Some(view) = &mut model.thread else { return Vec::new() };
    let top = scroll::top(view, height);
    let stays = Place::of(&view.flow, seq, top..top + height);
    if !view.unfolded.remove(&seq) {
        view.unfolded.insert(seq);
    }
    view.flow.basis = None;
    settle::lay(model);
    if let (Some(view), Some((place, row))) = (&mut model.thread, stays)
        && let Some(line) = place.in_flow(&view.flow, seq)
    {
        let hid = view.flow.lines[line + 1..].iter().take_while(|line| matches!(line.kind, LineKind::Aside(_))).count();
        let room = height.saturating_sub(1 + hid.min(height / 2));
        scroll::put_top(view, line.saturating_sub(row.min(room)), height, end);
    }
    Vec::new()
}

/// Where a line is in a message, said by what is there folded and unfolded alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Whom its mail names.
    Named,
    /// Behind so many lines of the message's own words: the fold of this number there, and where there is none by then, the
    /// line so far behind them.
    Behind { words: usize, fold: usize, lines: usize },
}

impl Place {
    /// The line of a message that is to stay, and in which row of the screen, which shows `shown`: the fold in whose lines the
    /// screen begins, else the first fold on the screen, else the last one above it, else what is nearest to one.
    fn of(flow: &Flow, seq: EntrySeq, shown: Range<usize>) -> Option<(Self, usize)> {
        let lines = lines_of(flow, seq);
        let folds = |line: &usize| matches!(flow.lines[*line].kind, LineKind::Fold(_));
        let named = |line: &usize| matches!(flow.lines[*line].kind, LineKind::Named(_));
        let seen = |line: &usize| shown.contains(line);
        let quoted = |line: &usize| matches!(flow.lines[*line].kind, LineKind::Aside(_));
        let begins_in = |fold: &usize| (*fold + 1..=shown.start).all(|line| lines.contains(&line) && quoted(&line));
        let above = || lines.clone().filter(|line| *line < shown.start).filter(folds);
        let line = above()
            .rfind(begins_in)
            .or_else(|| lines.clone().filter(folds).find(seen))
            .or_else(|| above().next_back())
            .or_else(|| lines.clone().filter(named).find(seen))
            // A run of quoted lines that was shown whole has no word about it.
            .or_else(|| lines.clone().filter(|line| *line >= shown.start).find(quoted))
            .or_else(|| lines.clone().find(named))?;
        let row = line.saturating_sub(shown.start).min(shown.len().saturating_sub(1));
        if named(&line) {
            return Some((Self::Named, row));
        }
        let words = lines.start..line;
        let last = words.clone().rfind(|line| is_own(flow, *line)).map_or(lines.start, |last| last + 1);
        Some((
            Self::Behind {
                words: words.filter(|line| is_own(flow, *line)).count(),
                fold: (last..line).filter(folds).count(),
                lines: line - last,
            },
            row,
        ))
    }

    /// The line that it is now.
    fn in_flow(self, flow: &Flow, seq: EntrySeq) -> Option<usize> {
        let lines = lines_of(flow, seq);
        match self {
            Self::Named => lines.clone().find(|line| matches!(flow.lines[*line].kind, LineKind::Named(_))),
            Self::Behind { words, fold, lines: behind } => {
                let first = match words.checked_sub(1) {
                    Some(last) => lines.clone().filter(|line| is_own(flow, *line)).nth(last)? + 1,
                    None => lines.start,
                };
                let end = (first..lines.end).find(|line| is_own(flow, *line)).unwrap_or(lines.end);
                let mut folds = (first..end).filter(|line| matches!(flow.lines[*line].kind, LineKind::Fold(_)));
                Some(folds.nth(fold).unwrap_or_else(|| (first + behind).min(end.saturating_sub(1)).max(first)))
            }
        }
    }
}

/// The lines of a message.
fn lines_of(flow: &Flow, seq: EntrySeq) -> Range<usize> {
    let first = flow.lines.partition_point(|line| line.seq < seq);
    first..flow.lines.partition_point(|line| line.seq <= seq)
}

/// Whether a line is of the message's own words, which are the same folded and unfolded.
fn is_own(flow: &Flow, line: usize) -> bool {
    matches!(flow.lines[line].kind, LineKind::Text(_))
}
