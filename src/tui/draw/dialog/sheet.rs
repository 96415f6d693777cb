//! A form that asks the desk for something, drawn.

use super::form;
use crate::{
    domain::text::SafeText,
    tui::{dialog::Sheet, model::Model},
};
use ratatui::Frame;

pub(super) fn draw(sheet: &Sheet, model: &Model, frame: &mut Frame) {
    let title = SafeText::line(&sheet.title()).fit(48);
    form::boxed(&sheet.form, &title, &sheet.note(), model, frame);
}
