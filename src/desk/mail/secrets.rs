//! What is for agents only around a conversation: its notes, and the notes and internal messages of its item's others, of what
//! it follows up, and of its requester's other conversations.

use crate::{
    desk::{Outcome, page::Denied},
    domain::{
        conversation::{Audience, EntryKind, Facts},
        id::ConversationId,
        refusal::{Refusal, RefusalKind},
    },
    policy::access::Access,
    store::{
        Connection, conversations,
        internal::{self, Secret},
        merges,
    },
};

/// How many characters of notes and internal messages are looked at, the newest first.
pub(super) const LOOKED_AT: usize = 1 << 20;

/// How many conversations of an item are looked at, the newest first.
const CONVERSATIONS: u32 = 200;

/// How many other conversations of the requester are, the newest first.
const OF_REQUESTER: u32 = 20;

/// What was found in a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desk) enum Repeats {
    /// Nothing that is for agents only.
    Nothing,
    /// Words that the sender may not read: the administrators decide.
    Hidden,
}

/// A conversation in which something is for agents only.
pub(super) struct Place {
    pub conversation: ConversationId,
    /// Whether only its notes are, since it is one with customers.
    pub notes_only: bool,
    /// Whether the sender may read it.
    pub readable: bool,
}

/// What has to be confirmed before customers get it (R1.4).
pub(super) fn confirm(found: &str) -> Denied {
    Refusal::new(RefusalKind::Confirm, "R1.4", format!("{found} Confirm to send it all the same.")).into()
}

/// What is repeated, in words.
pub(super) const fn what(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Note => "a note",
        EntryKind::Reply | EntryKind::System => "an internal message",
    }
}

/// The conversation, the others of its item, the one that it follows up with those of its item, and the newest others of its
/// requester.
pub(super) fn places(connection: &Connection, access: &Access, facts: &Facts) -> Outcome<Vec<Place>> {
    let mut places = vec![Place { conversation: facts.id, notes_only: true, readable: true }];
    let mut others = Vec::new();
    let followed = facts.follow_up_to.map(|id| conversations::load_facts(connection, id)).transpose()?.flatten();
    // A follow-up has no item at first, and goes on with the matter of another one.
    for item in facts.item.into_iter().chain(followed.and_then(|followed| followed.item)) {
        others.extend(conversations::newest_of_item(connection, item, CONVERSATIONS)?);
    }
    others.extend(facts.follow_up_to);
    if let Some(requester) = facts.requester {
        others.extend(conversations::newest_of_customer(connection, requester, OF_REQUESTER)?);
    }
    for id in others {
        let id = merges::resolve(connection, id)?;
        if places.iter().any(|place| place.conversation == id) {
            continue;
        }
        let Some(other) = conversations::load_facts(connection, id)? else { continue };
        places.push(Place {
            conversation: id,
            notes_only: other.audience == Audience::Customer,
            readable: access.holds(&other) && !access.withheld(&other),
        });
    }
    Ok(places)
}

/// Notes and internal messages there: those that the sender may read, and the others.
pub(super) fn secrets(connection: &Connection, places: &[Place]) -> Outcome<(Vec<Secret>, Vec<Secret>)> {
    let (mut readable, mut hidden) = (Vec::new(), Vec::new());
    let mut left = LOOKED_AT;
    for place in places {
        if left == 0 {
            break;
        }
        let found = if place.notes_only {
            internal::notes(connection, place.conversation, &mut left)?
        } else {
            internal::all_words(connection, place.conversation, &mut left)?
        };
        if place.readable { readable.extend(found) } else { hidden.extend(found) }
    }
    Ok((readable, hidden))
}
