//! The item panel: shown, hidden, and the rows of its Conversations tab.

use super::moving;
use crate::{
    domain::item::ItemKey,
    tui::{
        ask::Effect,
        model::{Area, Message, Model, Panel},
    },
};

/// The panel as it is once no item is opened by itself.
pub fn unpinned(panel: &Panel) -> Panel {
    let shown = if panel.pinned.is_some() { None } else { panel.shown };
    Panel { shown, pinned: None, picked: None }
}

/// Shows or hides the panel beside the conversation.
pub fn toggle(model: &mut Model) -> Vec<Effect> {
    if model.item_is_main() {
        model.area = if model.area == Area::Item { Area::List } else { Area::Item };
        return Vec::new();
    }
    if model.panel_beside() {
        model.panel = Panel { shown: Some(false), pinned: None, picked: None };
        if model.area == Area::Item {
            model.area = if model.thread.is_some() { Area::Thread } else { Area::List };
        }
    } else {
        model.panel.shown = Some(true);
        model.area = Area::Item;
    }
    Vec::new()
}

/// Goes to the linked item.
pub fn details(model: &mut Model) -> Vec<Effect> {
    match model.target_row().and_then(|row| row.item.as_ref()).map(|item| item.key) {
        Some(key) => {
            show(model, key);
            Vec::new()
        }
        None => model.say(Message::said("No item is linked. # links one, c creates one.")),
    }
}

/// Shows an item by itself.
pub fn show(model: &mut Model, key: ItemKey) {
    model.panel = Panel { shown: Some(true), pinned: Some(key), picked: None };
    model.area = Area::Item;
}

/// Moves the picked row of the Conversations tab.
pub fn pick(model: &mut Model, step: isize) -> Vec<Effect> {
    let Some(item) = &model.page.item else { return Vec::new() };
    let last = item.conversations.len().saturating_sub(1);
    let at = item.conversations.iter().position(|row| Some(row.id) == model.panel.picked).unwrap_or(0);
    let to = at.saturating_add_signed(step).min(last);
    model.panel.picked = item.conversations.get(to).map(|row| row.id);
    Vec::new()
}

/// Opens the picked conversation; the item stays beside it.
pub fn open_picked(model: &mut Model) -> Vec<Effect> {
    let Some(item) = &model.page.item else { return Vec::new() };
    let picked = model.panel.picked.filter(|id| item.conversations.iter().any(|row| row.id == *id));
    let Some(id) = picked.or_else(|| item.conversations.first().map(|row| row.id)) else {
        return model.say(Message::said("The item has no conversation yet. r starts one."));
    };
    let key = item.row.item.key;
    let effects = moving::open(model, id, None);
    let shown = if model.size.0 >= crate::tui::layout::TWO { Some(true) } else { model.panel.shown };
    model.panel = Panel { shown, pinned: Some(key), picked: Some(id) };
    effects
}

/// One level back from the item.
pub fn back(model: &mut Model) -> Vec<Effect> {
    if model.item_is_main() {
        model.area = Area::List;
        return Vec::new();
    }
    let from_list = model.section == crate::domain::section::Section::Unanswered;
    if model.panel.pinned.is_some() {
        model.panel = unpinned(&model.panel);
        if from_list {
            model.thread = None;
        }
    } else if model.size.0 < crate::tui::layout::FOUR {
        model.panel.shown = None;
    }
    model.area = if model.thread.is_some() && model.panel_beside() { Area::Thread } else { Area::List };
    Vec::new()
}
