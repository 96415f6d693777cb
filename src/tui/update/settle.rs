//! What always holds after anything happened: something is selected and in view, the windows surround it, the lines are laid out.

use super::{moving, reading, writing};
use crate::{
    desk::page::{Entry, ListStart, Thread, ThreadStart},
    domain::id::EntrySeq,
    tui::{
        ask::Effect,
        delivery,
        flow::{Basis, Flow, Reader},
        layout,
        model::{Area, Model, RowKey},
        scroll,
    },
};

/// Makes it hold.
pub fn settle(model: &mut Model) -> Vec<Effect> {
    let mut effects = section(model);
    area(model);
    effects.extend(marked_shown(model));
    list_window(model);
    writing::load(model);
    lay(model);
    thread_window(model);
    reading::note_shown(model);
    effects
}

/// A section that the viewer has no more gives way to the first one.
fn section(model: &mut Model) -> Vec<Effect> {
    let sections = &model.page.sections;
    let first = sections.first().map(|row| row.section);
    match first.filter(|_| sections.iter().all(|row| row.section != model.section)) {
        Some(first) => moving::change_section(model, first),
        None => Vec::new(),
    }
}

/// The keys go to an area that there is.
fn area(model: &mut Model) {
    let areas = layout::areas(model);
    let one = model.size.0 < layout::TWO;
    model.area = match model.area {
        Area::Composer if model.composer.is_none() => Area::Thread,
        Area::Thread if model.thread.is_none() && model.page.opened.is_none() => Area::List,
        Area::Item if !model.item_is_main() && !model.panel_beside() => Area::List,
        Area::List if areas.list.is_none() && areas.item.is_some() && !one => Area::Item,
        area => area,
    };
}

/// Where a conversation has its place on the screen and the list has the keys, the marked one is in it: what the keys
/// act on is what is read. While rows are passed it comes a moment later.
fn marked_shown(model: &mut Model) -> Vec<Effect> {
    let place = layout::areas(model).main.is_some() && model.size.0 >= layout::TWO;
    let Some(RowKey::Conversation(marked)) = model.list.selected else { return Vec::new() };
    let other = model.thread.as_ref().is_none_or(|view| view.conversation != marked);
    let passing = model.list.show_at.is_some() && model.thread.is_some();
    if place && other && !passing && matches!(model.area, Area::List | Area::Sidebar) {
        return moving::show_selected(model);
    }
    Vec::new()
}

/// The selected row is on the screen, and rows are known at either side of it where there are so many.
fn list_window(model: &mut Model) {
    let count = model.row_count();
    let visible = layout::list_rows(model);
    let Some(page) = model.page.list.as_ref().filter(|list| list.section == model.section) else { return };
    let (newer, older) = (page.newer, page.older);
    if count == 0 {
        model.list.top = 0;
        if newer || model.list.start != ListStart::Top {
            model.list.start = ListStart::Top;
        }
        return;
    }
    let index = model.list.index.min(count - 1);
    let top = model.list.top.min(count.saturating_sub(visible));
    // Half a screen at a time: the eye finds its place again, and most moves repaint two rows only.
    let half = visible / 2;
    model.list.top = if index < top {
        (index + 1).saturating_sub(visible - half)
    } else if index >= top + visible {
        (index + 1 - visible + half).min(count.saturating_sub(visible))
    } else {
        top
    };
    if model.list.jump.is_some() || model.list.pushed {
        return;
    }
    let cursor = |index: usize| {
        let conversation = model.rows().get(index).map(|row| row.cursor.clone());
        conversation.or_else(|| model.item_rows().get(index).map(|row| row.cursor.clone()))
    };
    // Wide apart from each other, so that a window read in one direction does not ask for one in the other.
    let near = (visible / 2).max(1);
    if older && count - index <= near && index > visible {
        if let Some(cursor) = cursor(index - visible - 1) {
            model.list.start = ListStart::After(cursor);
        }
    } else if newer
        && index < near
        && let Some(cursor) = cursor((index + visible).min(count - 1))
    {
        model.list.start = ListStart::Before(cursor);
    }
}

/// The opened conversation as lines of the width that it has.
pub(super) fn lay(model: &mut Model) {
    let Some(parts) = layout::thread_parts(model) else { return };
    let Some(thread) = model.opened() else { return };
    let Some(view) = &model.thread else { return };
    let undoable = delivery::undoable(model).map(|(_, entry)| entry.seq);
    let basis = Basis {
        read: model.reads,
        width: layout::word_columns(parts.words.width),
        roomy: model.size.1 >= 30,
        raw: view.raw,
        new_after: view.new_after,
        undo: undoable.and_then(|seq| Some((seq, delivery::seconds_left(entry_of(thread, seq)?, model.now)?))),
    };
    let height = usize::from(parts.words.height);
    let at_the_end = !thread.later;
    if view.flow.basis != Some(basis) {
        let reader = Reader {
            handle: &model.page.me.handle,
            now: model.now,
            zone: model.zone,
            keymap: &model.keymap,
            unfolded: &view.unfolded,
            chosen: &view.chosen,
        };
        let flow = Flow::lay(thread, basis, reader);
        if let Some(view) = &mut model.thread {
            view.flow = flow;
        }
    }
    // Where the end is on the screen, it stays there.
    if let Some(view) = &mut model.thread
        && at_the_end
        && view.top.is_some()
        && scroll::top(view, height) == view.flow.lines.len().saturating_sub(height)
    {
        view.top = None;
    }
}

fn entry_of(thread: &Thread, seq: EntrySeq) -> Option<&Entry> {
    thread.entries.iter().find(|entry| entry.seq == seq)
}

/// Half a screen is known at either side of what is on the screen, where there is so much.
fn thread_window(model: &mut Model) {
    let height = reading::height(model);
    let Some(thread) = model.opened() else { return };
    let (earlier, later) = (thread.earlier, thread.later);
    let seqs: Vec<EntrySeq> = thread.entries.iter().map(|entry| entry.seq).collect();
    let Some(view) = &mut model.thread else { return };
    if !view.arrived || view.window != Some(view.start) || view.flow.lines.is_empty() || seqs.is_empty() {
        return;
    }
    let top = scroll::top(view, height);
    let below = view.flow.lines.len().saturating_sub(top + height);
    let place = |line: usize| {
        view.flow.lines.get(line).and_then(|line| seqs.iter().position(|seq| *seq == line.seq)).unwrap_or(0)
    };
    // Either way a quarter of the new window lies above the screen, so that neither asks for the other.
    if earlier && top < height / 2 {
        let last = (place(top) + seqs.len() * 3 / 4).min(seqs.len() - 1);
        view.start = ThreadStart::Before(EntrySeq(seqs[last].0 + 1));
    } else if later && below < height / 2 {
        view.start = ThreadStart::From(seqs[place(top).saturating_sub(seqs.len() / 4)]);
    }
}
