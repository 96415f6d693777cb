//! What a screen asks the desk for.

use super::{Cursor, DraftPlace};
use crate::domain::{
    id::{ConversationId, EntrySeq, ItemId, MailId},
    section::Section,
};

/// What a screen needs, derived from its model; equal wants and no news mean nothing to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each asks for something of its own")]
pub struct Wants {
    /// A window of a list.
    pub list: Option<ListWants>,
    /// An open conversation.
    pub thread: Option<ThreadWants>,
    /// The item panel.
    pub item: Option<ItemId>,
    /// A search.
    pub search: Option<SearchWants>,
    /// The bell's notices; at most so many.
    pub notices: Option<usize>,
    /// Agents and groups, for pickers and administration.
    pub team: bool,
    /// The keys that let agents in.
    pub keys: bool,
    /// Customers whose name or address holds this text; the first 50.
    pub customers: Option<String>,
    /// Items whose number or title holds this text; the first 50, newest first.
    pub items: Option<String>,
    /// The settings.
    pub settings: bool,
    /// The newest entries of the audit log.
    pub audit: Option<usize>,
    /// The mails and replies that wait for an administrator.
    pub held: bool,
    /// A mail as it came.
    pub mail: Option<MailWants>,
    /// What else this conversation may be merged into: the others of its customer.
    pub mergeable: Option<ConversationId>,
    /// A draft that belongs to no conversation yet.
    pub draft: Option<DraftPlace>,
    /// Conversations that the screen remembers something of besides: it is told which of them it may not any more.
    pub about: Vec<ConversationId>,
    /// Leave the sidebar's numbers, badge and bell out (the command line does).
    pub without_numbers: bool,
}

/// Which mail is wanted as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailWants {
    /// The one behind a message.
    Of(ConversationId, EntrySeq),
    /// One that is held, for owner and admins.
    Held(MailId),
}

/// A window of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListWants {
    /// Which list.
    pub section: Section,
    /// Where the window begins.
    pub start: ListStart,
    /// At most so many rows.
    pub rows: usize,
}

/// Where a window of a list begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ListStart {
    /// With the newest.
    #[default]
    Top,
    /// With the row after this one.
    After(Cursor),
    /// So that it ends with the row before this one.
    Before(Cursor),
    /// So that it ends with the oldest.
    Bottom,
}

/// A window of a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadWants {
    /// Which conversation.
    pub conversation: ConversationId,
    /// Where the window lies.
    pub start: ThreadStart,
    /// At most so many entries.
    pub entries: usize,
}

/// Where a window of a thread lies; entries come oldest first in every case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThreadStart {
    /// The newest entries.
    #[default]
    End,
    /// The entries before this one.
    Before(EntrySeq),
    /// This entry and those after it.
    From(EntrySeq),
}

/// A search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchWants {
    /// The query as typed.
    pub query: String,
    /// Go on after this hit.
    pub after: Option<Cursor>,
    /// At most so many hits.
    pub hits: usize,
}
