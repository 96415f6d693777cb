//! A conversation that is not started yet, drawn.

use super::form;
use crate::tui::{
    dialog::{NewConversation, new_conversation::With},
    model::Model,
};
use ratatui::Frame;

pub(super) fn draw(new: &NewConversation, model: &Model, frame: &mut Frame) {
    let title = match (new.with, &new.forwarded) {
        (_, Some(forwarded)) => format!("Forward #{} by mail · Reply", forwarded.from),
        (With::Agents, None) => "New conversation with users · Internal".to_owned(),
        (With::Customers, None) => "New conversation with customers · Reply".to_owned(),
    };
    form::boxed(&new.form, &title, &new.note(model.page.mail_leaves), model, frame);
}
