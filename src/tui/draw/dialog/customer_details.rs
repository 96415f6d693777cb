//! The record of a customer, drawn.

use super::lines::{Line, draw as draw_lines, note};
use crate::{
    desk::page::CustomerRow,
    tui::{
        dialog::{CustomerDetails, PickList, sheet},
        model::Model,
    },
};
use ratatui::Frame;

pub(super) fn draw(details: &CustomerDetails, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let area = super::open_box(frame, theme, "Customer", 60, 7);
    let unknown = CustomerRow { person: details.person.clone(), organization: None, blocked: false };
    let row = details.row(&model.page);
    let words = if row.is_some() || model.page.customers.is_none() {
        ""
    } else {
        "More of the record is not for you to see."
    };
    let rest = note(frame.buffer_mut(), theme, area, words, false);
    let all = sheet::customer_words(row.unwrap_or(&unknown));
    let shown = if row.is_some() { all.len() } else { 2 };
    let lines: Vec<Line> = all.into_iter().take(shown).map(|(label, words)| Line::row(format!("{label:<14}"), words)).collect();
    draw_lines(frame.buffer_mut(), theme, rest, &lines, PickList { at: usize::MAX }, false);
}
