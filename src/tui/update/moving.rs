//! Moving in lists, from section to section, and to a conversation.

use super::writing;
use crate::{
    desk::page::{ListStart, ThreadStart},
    domain::{
        id::{ConversationId, EntrySeq},
        section::Section,
    },
    tui::{
        ask::{Ask, Effect},
        footer,
        keymap::Action,
        layout,
        model::{Area, Jump, List, Message, Model, RowKey, ThreadView},
    },
};
use chrono::Duration;

/// While rows are passed faster than this, their conversations are not opened.
const PASSING: Duration = Duration::milliseconds(150);

/// Rows that half a page has.
pub fn half_page(model: &Model) -> isize {
    isize::try_from((layout::list_rows(model) / 2).max(1)).unwrap_or(1)
}

/// Selects the row so many further down, or up.
pub fn rows_by(model: &mut Model, step: isize) -> Vec<Effect> {
    let last = model.row_count().saturating_sub(1);
    let index = model.list.index.saturating_add_signed(step).min(last);
    select(model, index)
}

/// Selects a row of the window; its conversation is shown at once, or soon while rows are being passed.
pub fn select(model: &mut Model, index: usize) -> Vec<Effect> {
    let Some(key) = model.row_key(index) else { return Vec::new() };
    model.list.index = index;
    if model.list.selected == Some(key) {
        return Vec::new();
    }
    model.list.selected = Some(key);
    (model.list.pushed, model.list.gone_from) = (false, None);
    let passing = model.list.moved.is_some_and(|moved| model.now - moved < PASSING);
    model.list.moved = Some(model.now);
    if passing && model.thread.is_some() {
        model.list.show_at = Some(model.now + PASSING);
        Vec::new()
    } else {
        show_selected(model)
    }
}

/// Shows what is selected.
pub fn show_selected(model: &mut Model) -> Vec<Effect> {
    model.list.show_at = None;
    if model.panel.pinned.is_some() {
        model.panel = super::panel::unpinned(&model.panel);
    }
    match model.list.selected {
        Some(RowKey::Conversation(id)) => {
            let withheld = model.row_of(id).is_some_and(|row| row.withheld);
            let shown = model.thread.as_ref().is_some_and(|view| view.conversation == id);
            if shown {
                return Vec::new();
            }
            let effects = writing::keep(model);
            model.composer = None;
            model.thread = (!withheld).then(|| ThreadView::new(id, model.now));
            effects
        }
        Some(RowKey::Item(_)) => {
            model.thread = None;
            model.panel.picked = None;
            Vec::new()
        }
        None => Vec::new(),
    }
}

/// Opens what is selected: the keys go to it, and it counts as read at once (R3.7).
pub fn open_selected(model: &mut Model) -> Vec<Effect> {
    match model.list.selected {
        Some(RowKey::Conversation(id)) => open(model, id, None),
        Some(RowKey::Item(_)) => {
            let effects = show_selected(model);
            model.area = Area::Item;
            effects
        }
        None => model.say(Message::said("Nothing is selected.")),
    }
}

/// Opens a conversation, at an entry where one is given.
pub fn open(model: &mut Model, id: ConversationId, entry: Option<EntrySeq>) -> Vec<Effect> {
    let mut effects = writing::keep(model);
    model.composer = None;
    model.list.show_at = None;
    let shown = model.thread.as_ref().is_some_and(|view| view.conversation == id);
    if !shown || entry.is_some() {
        let mut view = ThreadView::new(id, model.now);
        view.sought = entry;
        if let Some(EntrySeq(seq)) = entry {
            view.start = ThreadStart::From(EntrySeq((seq - 10).max(1)));
        }
        model.thread = Some(view);
    }
    if let Some(view) = &mut model.thread {
        // Opening is an act: no second is waited for.
        view.shown_since = model.now - Duration::seconds(1);
        view.left_unread = false;
    }
    if let Some(index) = (0..model.row_count()).find(|index| model.row_key(*index) == Some(RowKey::Conversation(id))) {
        model.list.selected = Some(RowKey::Conversation(id));
        model.list.index = index;
    }
    model.area = Area::Thread;
    // Nothing to do for all conversations but others' direct ones, which is written down (R6.11).
    if model.page.me.role.administers() && !shown {
        effects.push(Effect::Ask(Ask::OpenDirect(id)));
    }
    effects
}

/// To the newest row, read first where the window does not have it.
pub fn to_first(model: &mut Model) -> Vec<Effect> {
    to_end(model, ListStart::Top, Jump::First, |page| page.newer)
}

/// To the oldest row, read first where the window does not have it.
pub fn to_last(model: &mut Model) -> Vec<Effect> {
    to_end(model, ListStart::Bottom, Jump::Last, |page| page.older)
}

fn to_end(
    model: &mut Model,
    start: ListStart,
    jump: Jump,
    beyond: fn(&crate::desk::page::ListPage) -> bool,
) -> Vec<Effect> {
    if model.area == Area::Sidebar {
        let section = if jump == Jump::First { model.page.sections.first() } else { model.page.sections.last() };
        return section.map(|row| row.section).map_or_else(Vec::new, |section| change_section(model, section));
    }
    if model.page.list.as_ref().is_some_and(beyond) {
        model.list.start = start;
        model.list.jump = Some(jump);
        return Vec::new();
    }
    let index = if jump == Jump::First { 0 } else { model.row_count().saturating_sub(1) };
    select(model, index)
}

/// To the next unread row after the selected one, and from the top where there is none.
pub fn next_unread(model: &mut Model) -> Vec<Effect> {
    let rows = model.rows();
    let after = rows.iter().enumerate().skip(model.list.index + 1).find(|(_, row)| row.unread).map(|(index, _)| index);
    if let Some(index) = after {
        return select(model, index);
    }
    let Some(page) = &model.page.list else { return Vec::new() };
    let last = rows.last().map(|row| row.cursor.clone());
    let further = match (page.older, page.newer, last) {
        (true, _, Some(last)) => Some((ListStart::After(last), Jump::Unread)),
        (_, true, _) => Some((ListStart::Top, Jump::UnreadFromTop)),
        (_, _, _) => None,
    };
    if let Some((start, jump)) = further {
        model.list.left_from = Some(std::mem::replace(&mut model.list.start, start));
        model.list.jump = Some(jump);
        return Vec::new();
    }
    match rows.iter().position(|row| row.unread && Some(RowKey::Conversation(row.id)) != model.list.selected) {
        Some(index) => select(model, index),
        None => model.say(Message::said(format!("Nothing else is unread in {}.", model.section.title()))),
    }
}

/// Adds the selected row to those chosen together, or takes it out, and goes on to the next.
pub fn choose(model: &mut Model) -> Vec<Effect> {
    let (Area::List, Some(RowKey::Conversation(id))) = (model.area, model.list.selected) else { return Vec::new() };
    if !model.list.chosen.remove(&id) {
        model.list.chosen.insert(id);
    }
    rows_by(model, 1)
}

/// The section so many lines further down in the sidebar, or up.
pub fn section_by(model: &mut Model, step: isize) -> Vec<Effect> {
    let sections = &model.page.sections;
    let at = sections.iter().position(|row| row.section == model.section).unwrap_or(0);
    let to = at.saturating_add_signed(step).min(sections.len().saturating_sub(1));
    let section = sections.get(to).map(|row| row.section);
    section.map_or_else(Vec::new, |section| change_section(model, section))
}

/// The section at a number of the sidebar, from 1.
pub fn to_section_number(model: &mut Model, number: u8) -> Vec<Effect> {
    let section = model.page.sections.get(usize::from(number).wrapping_sub(1)).map(|row| row.section);
    match section {
        Some(section) => to_section(model, section),
        None => model.say(Message::said(format!("There is no section {number}."))),
    }
}

/// The section that an action names.
pub fn go_to(model: &mut Model, action: Action) -> Vec<Effect> {
    footer::section_of(action).map_or_else(Vec::new, |section| to_section(model, section))
}

/// To a section's list.
pub fn to_section(model: &mut Model, section: Section) -> Vec<Effect> {
    if !model.page.sections.iter().any(|row| row.section == section) {
        return model.say(Message::said(format!("You have no section “{}”.", section.title())));
    }
    let effects = change_section(model, section);
    model.area = Area::List;
    effects
}

/// Another section's list, from its newest row; the keys stay where they are.
pub fn change_section(model: &mut Model, section: Section) -> Vec<Effect> {
    if model.section == section {
        return Vec::new();
    }
    let effects = writing::keep(model);
    model.composer = None;
    model.section = section;
    model.list = List::default();
    model.thread = None;
    model.panel = super::panel::unpinned(&model.panel);
    effects
}
