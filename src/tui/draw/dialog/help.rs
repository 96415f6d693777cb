//! All keys, drawn.

use super::lines::{self, Line};
use crate::{
    domain::text::width,
    tui::{
        dialog::{Help, help::where_it_works},
        model::Model,
    },
};
use ratatui::{Frame, layout::Rect};

pub(super) fn draw(help: &Help, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let area = super::open_page(frame, theme, "All keys");
    super::field(frame, theme, area, 0, &help.filtered.field, 7, true);
    let rest = Rect { y: area.y + area.height.min(2), height: area.height.saturating_sub(2), ..area };
    let rows = help.rows(model);
    if rows.is_empty() {
        lines::paragraph(frame.buffer_mut(), theme, rest, "No key does that. Ctrl-U empties the field.");
        return;
    }
    let named = |text: String| if text.is_empty() { "(in menus)".to_owned() } else { text };
    let keys: Vec<String> = rows.iter().map(|row| named(row.keys_text())).collect();
    let columns = keys.iter().map(|key| width(key)).max().unwrap_or(0).clamp(8, 20);
    let picked = help.filtered.list.picked(rows.len()).map_or("", |at| rows[at].does.as_str());
    let rest = lines::note(frame.buffer_mut(), theme, rest, picked, false);
    let mut drawn = Vec::new();
    let mut context = None;
    for (row, key) in rows.iter().zip(&keys) {
        if context != Some(row.context) {
            context = Some(row.context);
            drawn.push(Line::heading(where_it_works(row.context)));
        }
        let gap = " ".repeat(columns.saturating_sub(width(key)));
        drawn.push(Line::row(format!("{key}{gap}  "), &*row.does));
    }
    lines::draw(frame.buffer_mut(), theme, rest, &drawn, help.filtered.list, true);
}
