//! Adding a work item, and making one from a conversation.

use super::{
    super::{
        Field,
        chooser::{Chooser, Source},
        form::{Control, Form},
    },
    needed,
};
use crate::{
    desk::page::ConversationRow,
    domain::{command::Command, conversation::Privacy, item::ItemKind},
    tui::{ask::Ask, editor::Editor},
};

const TITLE: usize = 0;
const REQUESTER: usize = 1;
const DESCRIPTION: usize = 2;
const PROJECT: usize = 3;

pub(super) fn add_controls(kind: ItemKind) -> Vec<Control> {
    let mut controls = vec![
        Control::Line(Field::new("Title")),
        Control::Chooser(Chooser::one("Requester", Source::Customers)),
        Control::Text("Description", Editor::default()),
    ];
    if kind != ItemKind::Project {
        controls.push(Control::Chooser(Chooser::one("Project", Source::Projects)));
    }
    controls.push(Control::Button("Add"));
    controls
}

pub(super) fn add(kind: ItemKind, form: &Form) -> Result<Vec<Ask>, String> {
    let project = form.chosen(PROJECT).into_iter().next().map(|key| key.parse()).transpose()?;
    Ok(vec![Ask::AddItem {
        kind,
        title: needed(form.line(TITLE), "The title")?,
        requester: form.chosen(REQUESTER).into_iter().next(),
        project,
        description: form.line(DESCRIPTION).unwrap_or_default(),
    }])
}

/// A public conversation lends its subject; a private one no word (R4.6).
pub(super) fn create_controls(row: &ConversationRow) -> Vec<Control> {
    let title = match row.privacy {
        Privacy::Public => row.subject.as_str(),
        Privacy::Private => "",
    };
    vec![Control::Line(Field::with("Title", title)), Control::Button("Create")]
}

pub(super) const fn create_note(row: &ConversationRow) -> &'static str {
    match row.privacy {
        Privacy::Public => "It is linked to this conversation.",
        Privacy::Private => {
            "The conversation is private: nothing of it is copied. Give a title that every agent may read."
        }
    }
}

pub(super) fn create(kind: ItemKind, row: &ConversationRow, form: &Form) -> Ask {
    Ask::Run { conversation: row.id, command: Command::CreateItem { kind, title: form.line(TITLE) } }
}
