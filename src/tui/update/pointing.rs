//! The mouse, while it is on: what lies under it gets the keys, and rows are selected.

use super::{moving, panel, press, reading, writing};
use crate::tui::{
    ask::Effect,
    draw::{held_at, section_at},
    keymap::Action,
    layout,
    model::{Area, Model, RowKey},
    writing::BUTTON,
};
use ratatui::layout::{Position, Rect};

/// A press at a column and row.
pub fn click(model: &mut Model, column: u16, row: u16) -> Vec<Effect> {
    if !model.layers.is_empty() {
        return Vec::new();
    }
    model.message = None;
    let at = Position::new(column, row);
    let areas = layout::areas(model);
    let within = |area: Option<Rect>| area.filter(|area| area.contains(at));
    if within(areas.offer).is_some() {
        return press::act(model, Action::Offers);
    }
    if let Some(area) = within(areas.sidebar) {
        if held_at(model, area, row - area.y) {
            return press::act(model, Action::GoToHeld);
        }
        let section = section_at(model, area, row - area.y);
        model.area = Area::Sidebar;
        return section.map_or_else(Vec::new, |section| moving::change_section(model, section));
    }
    if let Some(area) = within(areas.list) {
        return click_list(model, area, row);
    }
    if let Some(parts) = layout::thread_parts(model)
        && areas.main.is_some_and(|area| area.contains(at))
    {
        if !parts.composer.contains(at) {
            model.area = Area::Thread;
            return Vec::new();
        }
        let button = u16::try_from(BUTTON.len()).unwrap_or(0) + 3;
        let on_button = row + 1 == parts.composer.bottom() && column + button >= parts.composer.right();
        let open = model.composer.is_some();
        return match (on_button, open) {
            (true, true) => writing::send(model),
            (_, false) => writing::open(model, false),
            (false, true) => {
                model.area = Area::Composer;
                writing::focus_text(model)
            }
        };
    }
    if within(areas.item).is_some() || within(areas.main).is_some() {
        model.area = if model.item_is_main() || within(areas.item).is_some() { Area::Item } else { Area::Thread };
    }
    Vec::new()
}

/// A press on a row selects it; on the selected one, opens it.
fn click_list(model: &mut Model, area: Rect, row: u16) -> Vec<Effect> {
    model.area = Area::List;
    let lines = layout::row_lines(model.size.1);
    let Some(line) = row.checked_sub(area.y + 1) else { return Vec::new() };
    let index = model.list.top + usize::from(line / lines);
    let again = model.row_key(index).is_some() && model.row_key(index) == model.list.selected;
    match (again, model.list.selected) {
        (true, Some(RowKey::Conversation(_) | RowKey::Item(_))) => moving::open_selected(model),
        (_, _) => moving::select(model, index),
    }
}

/// The wheel turns what lies under it.
pub fn wheel(model: &mut Model, column: u16, row: u16, down: i16) -> Vec<Effect> {
    let at = Position::new(column, row);
    let areas = layout::areas(model);
    let step = isize::from(down.signum());
    let within = |area: Option<Rect>| area.is_some_and(|area| area.contains(at));
    if !model.layers.is_empty() {
        return Vec::new();
    }
    if within(areas.list) {
        return moving::rows_by(model, step);
    }
    if within(areas.item) || (model.item_is_main() && within(areas.main)) {
        return panel::pick(model, step);
    }
    if within(areas.main) {
        reading::scroll_lines(model, step * 3);
    }
    Vec::new()
}
