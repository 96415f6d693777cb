//! A mail as it came, drawn.

use super::lines;
use crate::{
    domain::text::SafeText,
    tui::{
        dialog::{
            Original,
            original::{LineKind, NAMES},
        },
        draw::piece::Row,
        model::Model,
    },
};
use ratatui::{Frame, layout::Rect};

pub(super) fn draw(original: &Original, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let area = super::open_page(frame, theme, &original.title());
    let (words, trouble) = match &original.problem {
        Some(problem) => (problem.as_str(), true),
        None => (original.note(), false),
    };
    let rest = lines::note(frame.buffer_mut(), theme, area, words, trouble);
    let Some(all) = &original.lines else {
        lines::paragraph(frame.buffer_mut(), theme, rest, "Reading …");
        return;
    };
    let columns = usize::from(rest.width).max(NAMES + 8);
    let mut y = 0;
    for (kind, line) in all.iter().skip(original.top) {
        if y >= rest.height {
            break;
        }
        match kind {
            LineKind::Heading => {
                let mut row = Row::new(frame.buffer_mut(), rest, y);
                row.own("── ", theme.quiet()).own(line, theme.quiet()).own(" ", theme.quiet());
                let rule = "─".repeat(row.left());
                row.own(&rule, theme.quiet());
                y += 1;
            }
            LineKind::Field => {
                let (name, value) = line.split_at(NAMES.min(line.len()));
                for (at, piece) in SafeText::line(value).wrap(columns - NAMES).into_iter().enumerate() {
                    let name = if at == 0 { name } else { "" };
                    Row::new(frame.buffer_mut(), below(rest, y), 0)
                        .own(&format!("{name:<NAMES$}"), theme.quiet())
                        .own(&piece, theme.plain());
                    y += 1;
                }
            }
            LineKind::Text => {
                for piece in SafeText::line(line).wrap(columns) {
                    Row::new(frame.buffer_mut(), below(rest, y), 0).own(&piece, theme.plain());
                    y += 1;
                }
            }
        }
    }
}

/// The area from a line on; nothing of it beyond its end.
fn below(area: Rect, y: u16) -> Rect {
    Rect { y: area.y + y.min(area.height), height: area.height.saturating_sub(y), ..area }
}
