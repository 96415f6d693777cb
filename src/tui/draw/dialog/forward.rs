//! The groups to which a conversation can be handed, drawn.

use super::lines::{Line, Picker, picker};
use crate::tui::{
    dialog::{Forward, allowed::about},
    model::Model,
};
use ratatui::Frame;

pub(super) fn draw(forward: &Forward, model: &Model, frame: &mut Frame) {
    let line = |row: &&crate::desk::page::GroupRow| {
        let members = match row.members.len() {
            1 => "1 member".to_owned(),
            count => format!("{count} members"),
        };
        Line::row("", &row.name).right(format!("{} · {members}", row.routing))
    };
    let lines: Vec<Line> = forward.groups(model).iter().map(line).collect();
    let empty = if model.page.groups.is_none() {
        "Reading the groups …"
    } else if forward.filtered.field.text().is_empty() {
        "There is no other group. Owner and admins add groups with A."
    } else {
        "No group fits. Ctrl-U empties the field."
    };
    picker(
        &Picker {
            title: &format!("Forward {}", about(model, forward.conversation)),
            field: (&forward.filtered.field, true),
            lines: &lines,
            list: forward.filtered.list,
            empty,
            note: "It will be unassigned there. Who can read it then is shown before anything happens.",
            trouble: false,
        },
        model,
        frame,
    );
}
