//! The layers over the screen, drawn: one file for each.

mod confirm;
mod held;

use crate::{
    domain::text::{SafeText, width},
    tui::{
        dialog::{Field, Layer},
        editor::skip_columns,
        model::Model,
        theme::Theme,
    },
};
use ratatui::{
    Frame,
    layout::{Position, Rect},
    style::Style,
    widgets::{Block, BorderType, Clear},
};

/// Draws one layer over what is there.
pub fn draw(layer: &Layer, model: &Model, frame: &mut Frame) {
    match layer {
        Layer::Confirm(confirm) => confirm::draw(confirm, model, frame),
        Layer::Held(held) => held::draw(held, model, frame),
    }
}

/// An empty box with a title in the middle of the screen, as large as asked for or as the screen allows; gives the
/// place inside, a column free at either side.
pub fn open_box(frame: &mut Frame, theme: Theme, title: &str, columns: u16, rows: u16) -> Rect {
    let screen = frame.area();
    let width = columns.saturating_add(4).min(screen.width);
    let height = rows.saturating_add(2).min(screen.height);
    let area = Rect::new((screen.width - width) / 2, (screen.height - height) / 3, width, height);
    // A wide character that lies half under the box would push the border aside.
    let around =
        Rect::new(area.x.saturating_sub(1), area.y, (width + 2).min(screen.width - area.x.saturating_sub(1)), height);
    widen_clear(frame, around, area);
    let block =
        Block::bordered().border_type(BorderType::Rounded).border_style(theme.accent()).title(format!(" {title} "));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    Rect { x: inner.x.saturating_add(1), width: inner.width.saturating_sub(2), ..inner }
}

fn widen_clear(frame: &mut Frame, around: Rect, area: Rect) {
    let buffer = frame.buffer_mut();
    for y in area.top()..area.bottom() {
        if around.x < area.x
            && let Some(cell) = buffer.cell_mut(Position::new(around.x, y))
            && width(cell.symbol()) > 1
        {
            cell.set_symbol(" ");
        }
    }
    frame.render_widget(Clear, area);
}

/// A field in one row: its label in `label_columns`, then its text with the end that holds the cursor in view. With the
/// focus the cursor is the terminal's own.
pub fn field(frame: &mut Frame, theme: Theme, area: Rect, y: u16, field: &Field, label_columns: u16, focused: bool) {
    if y >= area.height {
        return;
    }
    let label_style = if focused { theme.accent() } else { theme.quiet() };
    let mut row = super::piece::Row::new(frame.buffer_mut(), area, y);
    row.own(if focused { "› " } else { "  " }, label_style).own(field.label, label_style);
    let start = area.x.saturating_add(label_columns).saturating_add(2).min(area.right());
    let columns = usize::from(area.right() - start);
    let before = SafeText::line(&field.text()[..field.editor.cursor()]);
    let hidden = (before.width() + 1).saturating_sub(columns);
    let safe = SafeText::line(field.text());
    let shown = skip_columns(safe.as_str(), hidden);
    let style = if focused { theme.plain() } else { Style::new() };
    frame.buffer_mut().set_stringn(start, area.y + y, shown, columns, style);
    if focused {
        let x = start
            + u16::try_from((before.width() - hidden.min(before.width())).min(columns.saturating_sub(1))).unwrap_or(0);
        frame.set_cursor_position(Position::new(x, area.y + y));
    }
}

/// A button: `[ Words ]`, reversed with the focus, dim where it cannot be used.
pub fn button_style(theme: Theme, focused: bool, usable: bool) -> Style {
    match (focused, usable) {
        (true, true) => theme.selected(),
        (true, false) => theme.selected().patch(theme.disabled()),
        (false, true) => theme.plain(),
        (false, false) => theme.disabled(),
    }
}
