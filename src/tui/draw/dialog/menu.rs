//! A menu, drawn: every entry with its key, greyed ones with their reason.

use super::lines::{self, Line, Look};
use crate::{
    domain::text::width,
    tui::{
        dialog::{
            Menu,
            menu::{About, Entry},
        },
        model::Model,
    },
};
use ratatui::Frame;

pub(super) fn draw(menu: Menu, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let entries = menu.entries(model);
    let title = match menu.about {
        About::Add => "Add".to_owned(),
        About::Conversation(id) => format!("Conversation #{id}"),
        About::Create(id) => format!("Create from #{id}"),
    };
    let reasons = entries.iter().any(|entry| entry.why.is_some());
    let columns = if reasons { 68 } else { 36 };
    let rows = u16::try_from(entries.len()).unwrap_or(u16::MAX).saturating_add(if reasons { 3 } else { 0 });
    let area = super::open_box(frame, theme, &title, columns, rows);
    let picked = menu.list.picked(entries.len()).and_then(|at| entries[at].why.as_deref());
    // The reason keeps its place, so that nothing jumps while moving.
    let note = if reasons { picked.unwrap_or(" ") } else { "" };
    let rest = lines::note(frame.buffer_mut(), theme, area, note, false);
    let labels = entries.iter().map(|entry| width(&entry.label)).max().unwrap_or(0);
    let drawn: Vec<Line> = entries.iter().map(|entry| line(entry, labels)).collect();
    lines::draw(frame.buffer_mut(), theme, rest, &drawn, menu.list, true);
}

fn line(entry: &Entry, labels: usize) -> Line {
    let label = format!("{:<labels$}  ", entry.label);
    match &entry.why {
        Some(why) => Line::row(label, why).right(&*entry.key).look(Look::Disabled),
        None => Line::row(label, "").right(&*entry.key),
    }
}
