//! A mail as it came, drawn.

use super::lines;
use crate::tui::{
    dialog::{
        Original,
        original::{LineKind, NAMES},
    },
    draw::piece::Row,
    model::Model,
};
use ratatui::Frame;

pub(super) fn draw(original: &Original, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let area = super::open_page(frame, theme, &original.title());
    let (words, trouble) = original.foot();
    let rest = lines::note(frame.buffer_mut(), theme, area, words, trouble);
    let Some(all) = original.laid(model.size) else {
        lines::paragraph(frame.buffer_mut(), theme, rest, "Reading …");
        return;
    };
    for (y, (kind, line)) in (0..rest.height).zip(all.iter().skip(original.top)) {
        let mut row = Row::new(frame.buffer_mut(), rest, y);
        match kind {
            LineKind::Heading => {
                row.own("── ", theme.quiet()).own(line, theme.quiet()).own(" ", theme.quiet());
                let rule = "─".repeat(row.left());
                row.own(&rule, theme.quiet());
            }
            LineKind::Field => {
                let (name, value) = line.split_at(NAMES.min(line.len()));
                row.own(name, theme.quiet()).own(value, theme.plain());
            }
            LineKind::Text => {
                row.own(line, theme.plain());
            }
        }
    }
    let hidden = all.len().saturating_sub(original.top + usize::from(rest.height));
    if hidden > 0 && rest.height < area.height {
        let words = format!(" ↓ {hidden} more lines ");
        Row::new(frame.buffer_mut(), area, rest.height).right(&words, theme.quiet());
    }
}
