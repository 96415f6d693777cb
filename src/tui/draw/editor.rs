//! A text being edited, drawn: wrapped, scrolled to the cursor.

use super::piece::Row;
use crate::{
    domain::text::SafeText,
    tui::{editor::Editor, writing::text_columns},
};
use ratatui::{
    Frame,
    layout::{Position, Rect},
    style::Style,
};

/// Draws a text into an area, the row with the cursor in view; with the focus the cursor is the terminal's own.
pub fn draw(editor: &Editor, frame: &mut Frame, area: Rect, style: Style, focused: bool) {
    if area.width < 2 || area.height == 0 {
        return;
    }
    let columns = text_columns(area.width);
    let rows = editor.rows(columns);
    let (row, column) = editor.place(&rows);
    let height = usize::from(area.height);
    let top = if focused { (row + 1).saturating_sub(height) } else { 0 };
    for (y, range) in (0..area.height).zip(rows.iter().skip(top)) {
        let text = SafeText::line(&editor.text()[range.clone()]);
        Row::new(frame.buffer_mut(), area, y).own(text.as_str(), style);
    }
    if focused {
        let x = u16::try_from(column.min(columns)).unwrap_or(0);
        let y = u16::try_from(row - top).unwrap_or(0);
        frame.set_cursor_position(Position::new(area.x + x, area.y + y));
    }
}
