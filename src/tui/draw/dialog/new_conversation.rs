//! A conversation that is not started yet, drawn.

use super::form;
use crate::tui::{
    dialog::{NewConversation, new_conversation::With},
    model::Model,
};
use ratatui::Frame;

pub(super) fn draw(new: &NewConversation, model: &Model, frame: &mut Frame) {
    let title = match new.with {
        With::Agents => "New conversation with users · Internal",
        With::Customers => "New conversation with customers · Reply",
    };
    form::boxed(&new.form, title, &new.note(), model, frame);
}
