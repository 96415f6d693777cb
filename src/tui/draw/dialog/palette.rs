//! The palette, drawn.

use super::lines::{Line, Look, Picker, picker};
use crate::tui::{dialog::Palette, model::Model};
use ratatui::Frame;

pub(super) fn draw(palette: &Palette, model: &Model, frame: &mut Frame) {
    let entries = palette.entries(model);
    let lines: Vec<Line> = entries
        .iter()
        .map(|entry| match &entry.why {
            Some(why) => Line::row(format!("{}  ", entry.label), why).right(&*entry.key).look(Look::Disabled),
            None => Line::row(&*entry.label, "").right(&*entry.key),
        })
        .collect();
    let picked = palette.filtered.list.picked(entries.len()).and_then(|at| entries[at].why.as_deref());
    picker(
        &Picker {
            title: "Palette",
            field: (&palette.filtered.field, true),
            lines: &lines,
            list: palette.filtered.list,
            empty: "Nothing is called that. Ctrl-U empties the field; a number opens a conversation: 4821.",
            note: picked.unwrap_or("A number opens a conversation or an item: 4821, TK-102."),
            trouble: false,
        },
        model,
        frame,
    );
}
