//! A menu, drawn: every entry with its key, greyed ones with their reason.

use super::lines::{self, Line, Look};
use crate::{
    domain::text::{SafeText, width},
    tui::{
        dialog::{
            Menu,
            menu::{About, Entry},
        },
        model::Model,
    },
};
use ratatui::{Frame, layout::Rect};

pub(super) fn draw(menu: Menu, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let entries = menu.entries(model);
    let title = match menu.about {
        About::Add => "Add".to_owned(),
        About::Conversation(id) => format!("Conversation #{id}"),
        About::Create(id) => format!("Create from #{id}"),
    };
    let reasons: Vec<&str> = entries.iter().filter_map(|entry| entry.why.as_deref()).collect();
    let columns = if reasons.is_empty() { 36 } else { 68 };
    let inside = usize::from(columns.min(model.size.0.saturating_sub(4)));
    let tallest = reasons.iter().map(|why| SafeText::line(why).wrap(inside).len()).max().unwrap_or(0);
    let rows = u16::try_from(entries.len() + tallest + usize::from(tallest > 0) * 2).unwrap_or(u16::MAX);
    let area = super::open_box(frame, theme, &title, columns, rows);
    let picked = menu.list.picked(entries.len()).and_then(|at| entries[at].why.as_deref());
    // The reason keeps its place, so that nothing jumps while moving.
    let note = if reasons.is_empty() { "" } else { picked.unwrap_or(" ") };
    let rest = lines::note(frame.buffer_mut(), theme, area, note, false);
    let most = if note.is_empty() {
        area.height
    } else {
        area.height.saturating_sub(u16::try_from(tallest.min(4)).unwrap_or(4) + 1)
    };
    let rest = Rect { height: rest.height.min(most), ..rest };
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
