//! The items to which a conversation can be linked, drawn.

use super::lines::{Line, Picker, picker};
use crate::tui::{
    dialog::{Link, allowed::about},
    model::Model,
};
use ratatui::Frame;

pub(super) fn draw(link: &Link, model: &Model, frame: &mut Frame) {
    let item_line = |row: &&crate::desk::page::ItemRow| {
        let requester = row.requester.as_ref().map_or_else(String::new, |person| format!(" · {}", person.name));
        Line::row(format!("{:<8} ", row.item.key), format!("{}{requester}", row.item.title)).right(row.status.word())
    };
    let lines: Vec<Line> = link.items(model).iter().map(item_line).collect();
    let already = link.linked_found(model).map(|item| format!("It is linked to {} already.", item.key));
    let empty = match &already {
        Some(already) => already,
        None if model.page.items.is_none() => "Reading the items …",
        None => "No item has this number or title. Esc, then c creates one from the conversation.",
    };
    let linked =
        link.linked.as_ref().map(|item| format!("Linked to {} now, which this replaces: {}", item.key, item.title));
    let note = linked.as_deref().unwrap_or("Followers of the item follow the conversation from then on.");
    picker(
        &Picker {
            title: &format!("Link {}", about(model, link.conversation)),
            field: (&link.filtered.field, true),
            lines: &lines,
            list: link.filtered.list,
            empty,
            note,
            trouble: false,
        },
        model,
        frame,
    );
}
