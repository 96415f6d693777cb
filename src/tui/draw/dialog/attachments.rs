//! What is attached to a message, drawn.

use super::lines::{self, Line};
use crate::{
    domain::file::{kind, size},
    tui::{dialog::Attachments, model::Model},
};
use ratatui::{Frame, layout::Rect};

pub(super) fn draw(attachments: &Attachments, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let rows = u16::try_from(attachments.rows()).unwrap_or(u16::MAX).clamp(1, 14) + 2;
    let area = super::open_box(frame, theme, "Save attachments", 72, rows);
    let mut rows: Vec<Line> = attachments
        .files
        .iter()
        .map(|file| Line::row(format!("{:<9}", kind(&file.media_type)), &file.name).right(size(file.size)))
        .collect();
    if attachments.files.len() > 1 {
        rows.push(Line::row(format!("all {} files", attachments.files.len()), ""));
    }
    let words = if model.local {
        "Into your download folder; nothing there is overwritten."
    } else {
        "Nothing is saved on the server: you get the command for your machine."
    };
    let note = Rect { y: area.bottom().saturating_sub(1), height: area.height.min(1), ..area };
    lines::paragraph(frame.buffer_mut(), theme, note, words);
    let list = Rect { height: area.height.saturating_sub(2), ..area };
    lines::draw(frame.buffer_mut(), theme, list, &rows, attachments.list, true);
}
