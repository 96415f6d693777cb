//! A work item as JSON and as a row.

use super::{ConversationJson, PersonJson};
use crate::{
    cli::{
        failure::Failure,
        output::{Output, Row},
        table::{Column, column},
        zone::Zone,
    },
    desk::page::ItemPage,
    domain::item::{ItemKind, ItemStatus},
};
use serde::Serialize;

/// A work item with those of its conversations that the viewer may access.
#[derive(Debug, Serialize)]
pub struct ItemJson<'a> {
    id: String,
    kind: ItemKind,
    title: &'a str,
    status: ItemStatus,
    requester: Option<PersonJson<'a>>,
    assignee: Option<&'a str>,
    project: Option<String>,
    conversations: Vec<ConversationJson<'a>>,
    cursor: &'a str,
}

impl<'a> From<&'a ItemPage> for ItemJson<'a> {
    fn from(page: &'a ItemPage) -> Self {
        let row = &page.row;
        Self {
            id: row.item.key.to_string(),
            kind: row.item.key.kind,
            title: &row.item.title,
            status: row.status,
            requester: row.requester.as_ref().map(PersonJson::from),
            assignee: row.assignee.as_ref().map(|agent| agent.address.as_str()),
            project: row.project.as_ref().map(|project| project.key.to_string()),
            conversations: page.conversations.iter().map(ConversationJson::from).collect(),
            cursor: &row.cursor.0,
        }
    }
}

impl Row for ItemJson<'_> {
    const COLUMNS: &'static [Column] = &[
        column("ITEM", 12),
        column("STATUS", 6),
        column("ASSIGNEE", 12),
        column("PROJECT", 10),
        column("CONVERSATIONS", 13),
        column("REQUESTER", 24),
        column("TITLE", 60),
    ];

    fn cells(&self, _zone: Zone) -> Vec<String> {
        vec![
            self.id.clone(),
            self.status.to_string(),
            self.assignee.unwrap_or_default().to_owned(),
            self.project.clone().unwrap_or_default(),
            self.conversations.len().to_string(),
            self.requester.as_ref().map(|person| person.name.to_owned()).unwrap_or_default(),
            self.title.to_owned(),
        ]
    }
}

impl ItemJson<'_> {
    /// Prints an item for people with its conversations below.
    ///
    /// # Errors
    /// Where standard output does not take it.
    pub fn print(self, output: &mut Output) -> Result<(), Failure> {
        let Self { id, kind, title, status, requester, assignee, project, conversations, cursor: _ } = self;
        output.line(&format!("{id}  {kind} · {status}"))?;
        output.line(&format!("title         {title}"))?;
        if let Some(person) = requester {
            output.line(&format!("requester     {} <{}>", person.name, person.address))?;
        }
        if let Some(handle) = assignee {
            output.line(&format!("assignee      {handle}"))?;
        }
        if let Some(project) = project {
            output.line(&format!("project       {project}"))?;
        }
        if conversations.is_empty() {
            return Ok(());
        }
        output.line("")?;
        output.rows(&conversations)
    }
}
