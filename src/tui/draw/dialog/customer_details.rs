//! The record of a customer, drawn.

use super::lines::note;
use crate::{
    desk::page::CustomerRow,
    tui::{
        dialog::{CustomerDetails, sheet},
        draw::piece::Row,
        model::Model,
    },
};
use ratatui::Frame;

pub(super) fn draw(details: &CustomerDetails, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let area = super::open_box(frame, theme, "Customer", 60, 7);
    let unknown = CustomerRow { person: details.person.clone(), organization: None, blocked: false };
    let row = details.row(&model.page);
    let words = match (row, &model.page.customers) {
        (Some(_), _) if model.page.me.role.administers() => "c changes the record.",
        (None, Some(_)) => "More of the record is not for you to see.",
        (_, _) => "",
    };
    let rest = note(frame.buffer_mut(), theme, area, words, false);
    let all = sheet::customer_words(row.unwrap_or(&unknown));
    let shown = if row.is_some() { all.len() } else { 2 };
    for (y, (label, words)) in (0..rest.height).zip(all.into_iter().take(shown)) {
        let mut row = Row::new(frame.buffer_mut(), rest, y);
        row.own(&format!("{label:<14}"), theme.quiet()).foreign(&words, usize::MAX, theme.plain());
    }
}
