//! The files that go with what is being written, drawn.

use super::lines::{self, Line};
use crate::{
    domain::file::size,
    tui::{composer::files_counted, dialog::Files, draw::piece::Row, model::Model},
};
use ratatui::{Frame, layout::Rect};

/// What helps where nothing went wrong.
const NOTE: &str = "Enter attaches, Tab completes the path, ~ is your home folder.";
const LIST_NOTE: &str = "x takes the picked file off, Esc goes back to the path.";

pub(super) fn draw(files: &Files, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let area = super::open_box(frame, theme, "Attach files", 72, 14);
    super::field(frame, theme, area, 0, &files.field, 5, !files.listing);
    let below = Rect { y: area.y + area.height.min(2), height: area.height.saturating_sub(2), ..area };
    let help = if files.listing { LIST_NOTE } else { NOTE };
    let (note, trouble) = files.problem.as_ref().map_or((help, false), |problem| (problem.as_str(), true));
    let rest = lines::note(frame.buffer_mut(), theme, below, note, trouble);
    let chosen = model.composer.as_ref().map_or(&[][..], |composer| &composer.files);
    let buffer = frame.buffer_mut();
    if !files.more.is_empty() {
        for (y, name) in (0..rest.height).zip(&files.more) {
            let mut row = Row::new(buffer, rest, y);
            let left = row.skip(2).left();
            row.foreign(name, left, theme.plain());
        }
        return;
    }
    if chosen.is_empty() {
        lines::paragraph(buffer, theme, rest, "No files yet: up to 20, and 18 MB together.");
        return;
    }
    lines::paragraph(buffer, theme, Rect { height: rest.height.min(1), ..rest }, &files_counted(chosen));
    let list = Rect { y: rest.y + rest.height.min(1), height: rest.height.saturating_sub(1), ..rest };
    let rows: Vec<Line> = chosen.iter().map(|file| Line::row("", file.name()).right(size(file.size))).collect();
    lines::draw(buffer, theme, list, &rows, files.list, files.listing);
}
