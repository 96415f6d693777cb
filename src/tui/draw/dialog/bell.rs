//! The bell's notices, drawn.

use super::lines::{self, Line, Look};
use crate::{
    desk::page::NoticeRow,
    tui::{dialog::Bell, model::Model, time},
};
use ratatui::Frame;

pub(super) fn draw(bell: &Bell, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let area = super::open_page(frame, theme, "Bell");
    let notices = bell.notices(model);
    let (note, trouble) = match &bell.problem {
        Some(problem) => (problem.as_str(), true),
        None if notices.is_empty() => ("", false),
        None => ("Enter opens it, c clears all of them.", false),
    };
    let rest = lines::note(frame.buffer_mut(), theme, area, note, trouble);
    let buffer = frame.buffer_mut();
    if notices.is_empty() {
        let words = if model.page.notices.is_some() {
            "No notices. Esc goes back; , chooses what you are notified of."
        } else {
            "Reading …"
        };
        lines::paragraph(buffer, theme, rest, words);
        return;
    }
    let drawn: Vec<Line> = notices.iter().map(|notice| line(notice, model)).collect();
    lines::draw(buffer, theme, rest, &drawn, bell.list, true);
}

/// The words are made through access; without it there are none, and no time either (R6.6, R6.7).
fn line(notice: &NoticeRow, model: &Model) -> Line {
    let mark = if notice.read { "  " } else { "● " };
    let number = notice.conversation.map_or_else(String::new, |id| format!("#{id}"));
    let look = if notice.read { Look::Plain } else { Look::Strong };
    match &notice.text {
        Some(text) => {
            let age = notice.at.map_or_else(String::new, |at| time::age(model.now, at, model.zone));
            Line::row(mark, text).right(format!("{number}  {age:>6}")).look(look)
        }
        None => Line::row(format!("{mark}Restricted"), "").right(format!("{number}  {:>6}", "")).look(look),
    }
}
