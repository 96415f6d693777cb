//! A page that came: nothing that is being read moves because of it.

use super::{forgetting, moving, offering, pushed, reading, writing};
use crate::{
    desk::page::{ConversationRow, ListStart, Opened, Page, Thread, ThreadStart},
    domain::id::EntrySeq,
    tui::{
        ask::Effect,
        flow, layout,
        model::{Area, Jump, Message, Model, RowKey},
        readiness, scroll,
    },
};

/// Whether something waits for a page, even for one that says what the last one said.
pub fn is_awaited(model: &Model) -> bool {
    let thread = model.thread.as_ref().is_some_and(|view| !view.arrived || view.window != Some(view.start));
    let list =
        model.list.jump.is_some() || model.list.pushed || (model.list.selected.is_none() && model.row_count() > 0);
    thread || list || model.shut.is_some() || !model.layers.is_empty()
}

/// Takes a page in.
pub fn arrive(model: &mut Model, page: Page) -> Vec<Effect> {
    let news = page.bell > model.page.bell || offering::is_new(&model.page, &page);
    let rang = news && page.me.bell && model.reads > 0;
    let before = before(model);
    let stood = pushed::stood(model);
    let was_ready = std::mem::replace(&mut model.page, page).me.ready;
    if was_ready && !model.page.me.ready && model.message.as_ref().is_none_or(|said| said.text != readiness::OFF) {
        model.message = Some(readiness::lost(model, "meanwhile"));
    }
    model.reads += 1;
    for layer in &mut model.layers {
        layer.arrived(&model.page);
    }
    offering::arrived(model);
    model.shut = None;
    forget_kept(model);
    let mut effects = forgetting::forget(model);
    effects.extend(list(model, stood));
    effects.extend(opened(model, before));
    if rang {
        effects.push(Effect::Bell);
    }
    effects
}

/// What stood at the end of the conversation before the page came.
struct Before {
    /// Its newest entry in the window.
    last: EntrySeq,
    /// Its newest entry.
    newest: EntrySeq,
    /// Whether the end was on the screen.
    at_the_end: bool,
}

fn before(model: &Model) -> Option<Before> {
    let height = reading::height(model);
    let thread = model.opened()?;
    let view = model.thread.as_ref()?;
    let top = scroll::top(view, height);
    Some(Before {
        last: thread.entries.last().map_or(EntrySeq(0), |entry| entry.seq),
        newest: thread.last_seq,
        at_the_end: view.top.is_none() || top + height >= view.flow.lines.len(),
    })
}

/// Drafts that the page says too need not be remembered any more.
fn forget_kept(model: &mut Model) {
    let Some(Opened::Thread(thread)) = &model.page.opened else { return };
    let (id, drafts) = (thread.row.id, thread.drafts.clone());
    model.kept.retain(|kept| {
        let here = kept.place == crate::desk::page::DraftPlace::Conversation(id);
        let said = drafts.iter().find(|draft| draft.place == kept.place && draft.mode == kept.mode);
        let same = said.map_or(!kept.has_something(), |said| said == kept);
        !(here && same)
    });
}

/// The selected row stays selected and where it is on the screen, whatever came above it; the first rows stay in view where they were.
fn list(model: &mut Model, stood: Option<pushed::Stood>) -> Vec<Effect> {
    if model.listed().is_none() {
        return Vec::new();
    }
    let count = model.row_count();
    if let Some(jump) = model.list.jump.take() {
        return jumped(model, jump, count);
    }
    let newer = model.page.list.as_ref().is_some_and(|list| list.newer);
    let place = model.list.selected.and_then(|key| (0..count).find(|index| model.row_key(*index) == Some(key)));
    match place {
        Some(index) => {
            (model.list.pushed, model.list.gone_from) = (false, None);
            let offset = model.list.index.saturating_sub(model.list.top);
            let at_the_top = model.list.top == 0 && model.list.start == ListStart::Top;
            if !at_the_top || newer {
                model.list.top = index.saturating_sub(offset);
            }
            model.list.index = index;
            if !newer && matches!(model.list.start, ListStart::Before(_)) {
                model.list.start = ListStart::Top;
            }
            Vec::new()
        }
        None if model.list.pushed => {
            // Looked for and not there: it is gone after all. Its neighbour is where it stood, or its place was about here.
            if let Some((start, neighbour)) = model.list.gone_from.take() {
                (model.list.start, model.list.selected) = (start, Some(neighbour));
                return Vec::new();
            }
            model.list.pushed = false;
            gone(model, count.saturating_sub(layout::list_rows(model)), count)
        }
        None => {
            let neighbour = neighbour(model, stood.as_ref(), count);
            match stood.and_then(|stood| stood.elsewhere(model)) {
                Some(start) => {
                    let left = std::mem::replace(&mut model.list.start, start);
                    model.list.gone_from = model.row_key(neighbour).map(|neighbour| (left, neighbour));
                    model.list.pushed = true;
                    Vec::new()
                }
                None => gone(model, neighbour, count),
            }
        }
    }
}

/// The place of the row that comes after one that is listed no more; of the last one, of the one before it. A window that
/// is counted from the end has other rows at the same places then.
fn neighbour(model: &Model, stood: Option<&pushed::Stood>, count: usize) -> usize {
    let below = stood.and_then(pushed::Stood::below);
    let place = below.and_then(|key| (0..count).find(|index| model.row_key(*index) == Some(key)));
    place.unwrap_or_else(|| model.list.index.min(count.saturating_sub(1)))
}

/// The window that was jumped to has come: its row is selected, or the search goes on.
fn jumped(model: &mut Model, jump: Jump, count: usize) -> Vec<Effect> {
    let other = |row: &ConversationRow| row.unread && Some(RowKey::Conversation(row.id)) != model.list.selected;
    let index = match jump {
        Jump::First => Some(0),
        Jump::Last => Some(count.saturating_sub(1)),
        Jump::Unread | Jump::UnreadFromTop => model.rows().iter().position(other),
    };
    if let Some(index) = index {
        model.list.left_from = None;
        model.list.top = if jump == Jump::Last { count } else { index.saturating_sub(1) };
        // A search looks at more rows than are read otherwise: the window follows to where it ended.
        let before = index.checked_sub(layout::list_rows(model) + 1).and_then(|before| model.rows().get(before));
        if let (Jump::Unread | Jump::UnreadFromTop, Some(before)) = (jump, before) {
            model.list.start = ListStart::After(before.cursor.clone());
        }
        return moving::select(model, index);
    }
    let older = model.page.list.as_ref().is_some_and(|list| list.older);
    match (older, jump, model.rows().last().map(|row| row.cursor.clone())) {
        (true, _, Some(last)) => {
            model.list.start = ListStart::After(last);
            model.list.jump = Some(jump);
        }
        (_, Jump::Unread, _) => {
            model.list.start = ListStart::Top;
            model.list.jump = Some(Jump::UnreadFromTop);
        }
        (_, Jump::First | Jump::Last | Jump::UnreadFromTop, _) => {
            model.list.start = model.list.left_from.take().unwrap_or_default();
            model.message = Some(Message::said(format!("Nothing else is unread in {}.", model.section.title())));
        }
    }
    Vec::new()
}

/// The selected row is not listed any more: its neighbour is selected. What is being read stays until the list has the
/// keys again.
fn gone(model: &mut Model, place: usize, count: usize) -> Vec<Effect> {
    let index = place.min(count.saturating_sub(1));
    model.list.index = index;
    model.list.selected = model.row_key(index);
    if model.thread.is_none() { moving::show_selected(model) } else { Vec::new() }
}

/// The conversation on the screen: where it stands the first time, and what happens when something is added.
fn opened(model: &mut Model, before: Option<Before>) -> Vec<Effect> {
    let Some(view) = &model.thread else { return Vec::new() };
    let id = view.conversation;
    match &model.page.opened {
        Some(Opened::Restricted(gone) | Opened::NotFound(gone)) if *gone == id => {
            // At once, with everything written for it out of sight; the draft was kept.
            let writes = model.composer.as_ref().is_some_and(|composer| composer.conversation() == Some(id));
            let effects = if writes { writing::keep(model) } else { Vec::new() };
            if writes {
                model.composer = None;
                model.area = Area::Thread;
            }
            if let Some(view) = &mut model.thread {
                view.arrived = false;
            }
            model.kept.retain(|draft| draft.place != crate::desk::page::DraftPlace::Conversation(id));
            return effects;
        }
        Some(Opened::Thread(_) | Opened::Restricted(_) | Opened::NotFound(_)) | None => {}
    }
    let Some(thread) = model.opened() else { return Vec::new() };
    let (first, last) = match (thread.entries.first(), thread.entries.last()) {
        (Some(first), Some(last)) => (first.seq, last.seq),
        (_, _) => (EntrySeq(0), EntrySeq(0)),
    };
    let news = first_new(thread, &model.page.me.handle);
    let (earlier, later, read_up_to, newest) = (thread.earlier, thread.later, thread.read_up_to, thread.last_seq);
    let (focused, now) = (model.focused, model.now);
    let Some(view) = &mut model.thread else { return Vec::new() };
    if !view.arrived {
        view.settled = newest;
    } else if let Some(before) = &before
        && newest > before.newest
    {
        reading::settle_shown(view, before.newest, now);
    }
    let same_window = view.window == Some(view.start);
    view.window = Some(view.start);
    if !view.arrived {
        let unread_begins_before =
            earlier && read_up_to > EntrySeq(0) && first > EntrySeq(read_up_to.0 + 1) && news.is_some();
        if unread_begins_before && view.start == ThreadStart::End && view.sought.is_none() {
            view.start = ThreadStart::From(EntrySeq(read_up_to.0.max(1)));
            return Vec::new();
        }
        view.arrived = true;
        view.new_after = news.map(|_| read_up_to);
        view.cursor = view.sought.or(news).or(Some(last));
        view.top = match (view.sought, news) {
            (Some(sought), _) => Some((sought, 0)),
            // The line that announces it comes with the first new entry.
            (None, Some(new)) => Some((new, 0)),
            (None, None) => None,
        };
        view.sought = None;
        return Vec::new();
    }
    if let Some(before) = before
        && same_window
        && last > before.last
        && !later
    {
        let fresh = EntrySeq(before.last.0 + 1);
        if view.new_after.is_none() && news.is_some() && (!focused || !before.at_the_end) {
            view.new_after = Some(before.last);
        }
        // Everything added is shown from its beginning; `settle` goes to the end where it fits.
        if before.at_the_end && view.top.is_none() {
            view.top = Some((fresh, 0));
        }
    }
    Vec::new()
}

/// The first entry that the viewer has not read and others wrote.
fn first_new(thread: &Thread, me: &str) -> Option<EntrySeq> {
    let after = thread.read_up_to;
    thread.entries.iter().find(|entry| flow::counts(entry, after, me)).map(|entry| entry.seq)
}
