//! One row of a list.

use super::Moment;
use crate::domain::{
    conversation::{Audience, Privacy, State},
    id::ConversationId,
    item::ItemKey,
    mail::DeliveryState,
    section::Section,
};

/// A place in a list, for going on there; opaque to whoever holds it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cursor(
    /// As the desk wrote it.
    pub String,
);

/// Somebody, as a viewer may see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Display name; the address or handle where there is none.
    pub name: String,
    /// A customer's address or an agent's handle.
    pub address: String,
}

/// A linked item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRef {
    /// Number and kind, "TK-102".
    pub key: ItemKey,
    /// Its title.
    pub title: String,
}

/// The last words of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Last {
    /// When.
    pub at: Moment,
    /// The writer's name.
    pub from: String,
    /// The beginning of the text, at most 200 characters.
    pub text: String,
}

/// Who locked it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedBy {
    /// The agent's handle.
    pub by: String,
    /// The agent's name.
    pub name: String,
    /// When.
    pub at: Moment,
}

/// A conversation in a list (R3.8).
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent marks of a row")]
pub struct ConversationRow {
    /// Identity.
    pub id: ConversationId,
    /// "Customer" or "Internal".
    pub audience: Audience,
    /// "Public" or "Private".
    pub privacy: Privacy,
    /// Open, closed or locked.
    pub state: State,
    /// May be empty.
    pub subject: String,
    /// The customer it is about.
    pub requester: Option<Person>,
    /// The other people in it: customer followers; for internal ones the agents who take part.
    pub participants: Vec<Person>,
    /// The agent it is assigned to.
    pub assignee: Option<Person>,
    /// The group's name.
    pub group: Option<String>,
    /// The linked item.
    pub item: Option<ItemRef>,
    /// Whether this viewer has not read it.
    pub unread: bool,
    /// The locked conversation it follows up; the number alone (R2.7).
    pub follow_up_to: Option<ConversationId>,
    /// Last activity.
    pub at: Moment,
    /// Last words; `None` before the first, and where words are withheld (R6.11).
    pub last: Option<Last>,
    /// The channel a customer started it by.
    pub channel: Option<String>,
    /// Who locked it and when.
    pub locked: Option<LockedBy>,
    /// Private without an active assignee (R6.8).
    pub needs_reassignment: bool,
    /// A direct conversation of others, which an administrator opens only deliberately (R6.11): no subject, no words, no people.
    pub withheld: bool,
    /// The viewer takes part in it, follows it or is assigned.
    pub mine: bool,
    /// What became of its newest answer, where that did not reach everybody by mail and is on its way no more.
    pub undelivered: Option<DeliveryState>,
    /// Its place in the list it was read from.
    pub cursor: Cursor,
}

/// A conversation that is on offer to the viewer (R8.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferRow {
    /// The conversation, as its list shows it.
    pub conversation: ConversationRow,
    /// Since when it has been waiting in its group.
    pub since: Moment,
}

/// What a list lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed {
    /// Conversations.
    Conversations(Vec<ConversationRow>),
    /// Items, for [`Section::Unanswered`].
    Items(Vec<super::ItemRow>),
}

/// A window of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage {
    /// Which list.
    pub section: Section,
    /// The rows, newest first.
    pub rows: Listed,
    /// How many the list has in all; 1000 means more than 999.
    pub total: u32,
    /// Whether there are newer rows than these.
    pub newer: bool,
    /// Whether there are older rows than these.
    pub older: bool,
}
