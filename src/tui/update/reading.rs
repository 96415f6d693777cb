//! Scrolling a conversation, its message cursor, and when it counts as read (R3.7).

use crate::{
    desk::page::{Moment, ThreadStart},
    domain::{command::Command, id::EntrySeq},
    tui::{
        ask::{Ask, Effect},
        dialog::{Layer, Original, quoting},
        flow::LineKind,
        layout,
        model::{Message, Model, ThreadView},
        scroll, writing,
    },
};
use chrono::Duration;

/// A conversation that is on the screen so long is read (R3.7), and what came by itself was shown (R7.6): two who answer
/// within the same moment have not seen each other's words, though these were painted.
const READ: Duration = Duration::seconds(1);

/// Lines that a conversation's words have on the screen.
pub fn height(model: &Model) -> usize {
    layout::thread_parts(model).map_or(0, |parts| usize::from(parts.words.height))
}

/// Whether the window ends where the conversation does.
fn at_the_end(model: &Model) -> bool {
    model.opened().is_some_and(|thread| !thread.later)
}

/// Scrolls by pages; two lines of the last one stay in view.
pub fn scroll_pages(model: &mut Model, pages: isize) -> Vec<Effect> {
    let page = isize::try_from(height(model).saturating_sub(2).max(1)).unwrap_or(1);
    scroll_lines(model, page * pages);
    cursor_into_view(model);
    Vec::new()
}

/// Scrolls by lines.
pub fn scroll_lines(model: &mut Model, lines: isize) {
    let height = height(model);
    let end = at_the_end(model);
    if let Some(view) = &mut model.thread {
        let top = scroll::top(view, height).saturating_add_signed(lines);
        scroll::put_top(view, top, height, end);
    }
}

/// To the first message; read first where the window does not have it.
pub fn to_start(model: &mut Model) -> Vec<Effect> {
    let earlier = model.opened().is_some_and(|thread| thread.earlier);
    let Some(view) = &mut model.thread else { return Vec::new() };
    if earlier {
        view.start = ThreadStart::From(EntrySeq(1));
        view.top = Some((EntrySeq(0), 0));
        view.cursor = Some(EntrySeq(1));
        return Vec::new();
    }
    view.top = view.flow.lines.first().map(|line| (line.seq, line.nth));
    view.cursor = view.flow.lines.first().map(|line| line.seq);
    Vec::new()
}

/// To the last message; read first where the window does not have it.
pub fn to_end(model: &mut Model) -> Vec<Effect> {
    let last = model.opened().map(|thread| thread.last_seq);
    let Some(view) = &mut model.thread else { return Vec::new() };
    view.start = ThreadStart::End;
    view.top = None;
    view.cursor = last.or(view.cursor);
    Vec::new()
}

/// The message cursor to the next message, or the one before; the page moves with it. At the ends it goes on line by line.
pub fn next_entry(model: &mut Model, step: isize) -> Vec<Effect> {
    let height = height(model);
    let end = at_the_end(model);
    let Some(thread) = model.opened() else { return Vec::new() };
    let seqs: Vec<EntrySeq> = thread.entries.iter().map(|entry| entry.seq).collect();
    let Some(view) = &mut model.thread else { return Vec::new() };
    let at = view
        .cursor
        .and_then(|cursor| seqs.iter().position(|seq| *seq == cursor))
        .unwrap_or(seqs.len().saturating_sub(1));
    let Some(seq) = at.checked_add_signed(step).and_then(|to| seqs.get(to)).copied() else {
        scroll_lines(model, step);
        return Vec::new();
    };
    let top = scroll::top(view, height);
    let first = view.flow.line_of(seq, 0);
    let last = view.flow.lines.iter().rposition(|line| line.seq == seq).unwrap_or(first);
    // A message taller than the screen is read line by line before the next one.
    let (here_first, here_last) = view.cursor.map_or((first, first), |cursor| {
        (view.flow.line_of(cursor, 0), view.flow.lines.iter().rposition(|line| line.seq == cursor).unwrap_or(first))
    });
    if step > 0 && here_last >= top + height && here_last - here_first + 1 > height {
        scroll_lines(model, 1);
        return Vec::new();
    }
    if step < 0 && here_first < top && here_last - here_first + 1 > height {
        scroll_lines(model, -1);
        return Vec::new();
    }
    view.cursor = Some(seq);
    if first < top {
        scroll::put_top(view, first, height, end);
    } else if last >= top + height {
        let down = (last + 1).saturating_sub(height).min(first);
        scroll::put_top(view, down, height, end);
    }
    Vec::new()
}

/// Puts the message cursor on a message that is on the screen.
fn cursor_into_view(model: &mut Model) {
    let height = height(model);
    let Some(view) = &mut model.thread else { return };
    let top = scroll::top(view, height);
    let shown = view.flow.lines.iter().skip(top).take(height);
    let seqs: Vec<EntrySeq> = shown
        .filter(|line| !matches!(line.kind, LineKind::Gap | LineKind::Day | LineKind::New))
        .map(|line| line.seq)
        .collect();
    if let (Some(first), Some(last)) = (seqs.first(), seqs.last()) {
        let cursor = view.cursor.unwrap_or(*last);
        view.cursor = Some(cursor.clamp(*first, *last));
    }
}

/// Selects the message under the cursor, or takes it out.
pub fn choose(model: &mut Model) -> Vec<Effect> {
    let seq = match quoting::to_choose(model) {
        Ok(entry) => entry.seq,
        Err(why) => return model.say(Message::said(why)),
    };
    let Some(view) = &mut model.thread else { return Vec::new() };
    if !view.chosen.remove(&seq) {
        view.chosen.insert(seq);
    }
    view.flow.basis = None;
    Vec::new()
}

/// The mail behind the message under the cursor as it came; other text exactly as it was written, or as it reads best.
pub fn toggle_raw(model: &mut Model) -> Vec<Effect> {
    if let Some(original) = Original::under_cursor(model) {
        model.layers.push(Layer::Original(original));
        return Vec::new();
    }
    let Some(view) = &mut model.thread else { return Vec::new() };
    view.raw = !view.raw;
    let words = if view.raw { "Raw text: nothing is left out." } else { "Raw text is off." };
    model.say(Message::said(words))
}

/// What is on the screen counts from now on: the terminal came back, or something new is shown.
pub fn shown_afresh(model: &mut Model) {
    if let Some(view) = &mut model.thread {
        view.shown_since = model.now;
    }
}

/// Notes what is on the screen now, for the send-time stop (R7.6) and for reading (R3.7).
pub fn note_shown(model: &mut Model) {
    let height = height(model);
    let now = model.now;
    // What lies under something else, or under nothing but a request for room, is not shown.
    let covered = !model.layers.is_empty() || writing::mention_list(model).is_some() || layout::too_small(model.size);
    let loaded = model.opened().is_some();
    let Some(view) = model.thread.as_mut().filter(|_| loaded && !covered) else { return };
    let top = scroll::top(view, height);
    let words = |kind: LineKind| {
        !matches!(
            kind,
            LineKind::Gap | LineKind::Day | LineKind::New | LineKind::Head(_) | LineKind::Named(_) | LineKind::Hint
        )
    };
    let newest =
        view.flow.lines.iter().skip(top).take(height).filter(|line| words(line.kind)).map(|line| line.seq).max();
    if let Some(newest) = newest.filter(|newest| *newest > view.shown) {
        if view.shown > EntrySeq(0) {
            view.shown_since = now;
        }
        view.shown = newest;
    }
}

/// What came up to this entry needs no more time, if all of it has stood on the screen long enough.
pub fn settle_shown(view: &mut ThreadView, newest: EntrySeq, now: Moment) {
    if view.shown >= newest && view.shown_since + READ <= now {
        view.settled = view.settled.max(newest);
    }
}

/// The newest entry that the viewer was shown, for the send-time stop (R7.6).
pub fn seen(model: &Model) -> EntrySeq {
    let Some(view) = &model.thread else { return EntrySeq(0) };
    let stood = view.shown_since + READ <= model.now;
    if stood { view.shown } else { view.shown.min(view.settled) }
}

/// When what is on the screen will have been read; `None` where nothing on it is unread or rings.
pub fn read_at(model: &Model) -> Option<Moment> {
    let view = model.thread.as_ref()?;
    let thread = model.opened()?;
    let on_screen = layout::areas(model).main.is_some() && model.layers.is_empty();
    let unread = thread.row.unread && view.shown > thread.read_up_to;
    let news = view.shown > view.marked && (unread || thread.rings.is_some());
    let may = model.acted && model.focused && !view.left_unread && on_screen;
    (news && may).then(|| view.shown_since + READ)
}

/// Marks what was shown as read, once it was shown long enough.
pub fn mark_read(model: &mut Model) -> Vec<Effect> {
    if read_at(model).is_none_or(|at| at > model.now) {
        return Vec::new();
    }
    let Some(view) = &mut model.thread else { return Vec::new() };
    view.marked = view.shown;
    vec![Effect::Ask(Ask::Run { conversation: view.conversation, command: Command::MarkRead(Some(view.shown)) })]
}
