//! Work items: tickets, tasks, articles and projects.

use super::{
    id::{AgentId, ConversationId, CustomerId, ItemId},
    words::words,
};
use std::{fmt, str::FromStr};

words! {
    /// What a work item is.
    ItemKind {
        /// A customer's request.
        Ticket = "ticket",
        /// Something to do.
        Task = "task",
        /// Something to read.
        Article = "article",
        /// What other items belong to.
        Project = "project",
    }
}

impl ItemKind {
    /// The letters before the number: `TK`, `TS`, `AR`, `PR`.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Ticket => "TK",
            Self::Task => "TS",
            Self::Article => "AR",
            Self::Project => "PR",
        }
    }
}

words! {
    /// Whether an item still needs work.
    ItemStatus {
        /// It does.
        Open = "open",
        /// It does not.
        Done = "done",
    }
}

/// An item's number with its kind, as people write it: `TK-102`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey {
    /// The kind that the prefix says.
    pub kind: ItemKind,
    /// The number.
    pub id: ItemId,
}

impl fmt::Display for ItemKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&format!("{}-{}", self.kind.prefix(), self.id))
    }
}

impl FromStr for ItemKey {
    type Err = String;

    /// Reads `TK-102`, in any case, with or without `#`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("“{text}” is not an item. Write it as TK-102, TS-7, AR-3 or PR-1.");
        let bare = text.strip_prefix('#').unwrap_or(text);
        let (prefix, digits) = bare.split_once('-').ok_or_else(wrong)?;
        let kind = ItemKind::ALL.iter().find(|kind| kind.prefix().eq_ignore_ascii_case(prefix)).ok_or_else(wrong)?;
        match digits.parse::<i64>() {
            Ok(number) if number > 0 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Ok(Self { kind: *kind, id: ItemId(number) })
            }
            _ => Err(wrong()),
        }
    }
}

/// A work item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Number and kind.
    pub key: ItemKey,
    /// Never empty.
    pub title: String,
    /// Longer text; may be empty.
    pub description: String,
    /// Whether it is done.
    pub status: ItemStatus,
    /// The customer it is about.
    pub requester: Option<CustomerId>,
    /// The agent who works on it; not the assignee of its conversations (R4.6).
    pub assignee: Option<AgentId>,
    /// The project it belongs to.
    pub project: Option<ItemId>,
    /// The conversation it was made from, if any.
    pub made_from: Option<ConversationId>,
}
