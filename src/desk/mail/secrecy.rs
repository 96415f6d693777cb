//! Replies that repeat what is for agents only: notes and internal messages of the conversation, of its item, of what it
//! follows up, and of its requester's other conversations.
//!
//! What the sender may read is asked back; what the sender may not read goes to the administrators without a word, since the
//! question itself would say that it is there.

use super::{
    carried,
    repeated::{REPEATED, Windows, plain},
};
use crate::{
    desk::{Outcome, files::Files, page::Denied},
    domain::{
        conversation::{Audience, EntryKind, Facts},
        id::{AgentId, ConversationId},
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
const LOOKED_AT: usize = 1 << 20;

/// How many conversations of an item are looked at, the newest first.
const CONVERSATIONS: usize = 200;

/// How many other conversations of the requester are, the newest first.
const OF_REQUESTER: usize = 20;

/// What was found in a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desk) enum Repeats {
    /// Nothing that is for agents only.
    Nothing,
    /// Words that the sender may not read: the administrators decide.
    Hidden,
}

/// A reply on its way to customers.
pub(in crate::desk) struct Leaving<'a> {
    /// What was written.
    pub text: &'a str,
    /// What goes with it.
    pub files: &'a Files<'a>,
}

/// A conversation in which something is for agents only.
pub(super) struct Place {
    pub conversation: ConversationId,
    /// Whether only its notes are, since it is one with customers.
    pub notes_only: bool,
    /// Whether the sender may read it.
    pub readable: bool,
}

/// Looks for words and files in a reply that are for agents only.
///
/// # Errors
/// To be confirmed: words that the sender may read (R1.4).
pub(in crate::desk) fn repeats(
    connection: &Connection,
    access: &Access,
    facts: &Facts,
    leaving: &Leaving<'_>,
    confirmed: bool,
) -> Outcome<Repeats> {
    let written = plain(leaving.text);
    let has_files = !leaving.files.described.is_empty();
    if facts.audience != Audience::Customer || (written.len() < REPEATED && !has_files) {
        return Ok(Repeats::Nothing);
    }
    let places = places(connection, access, facts)?;
    let carried = if has_files {
        carried::carries(connection, access, facts.id, &places, leaving.files, confirmed)?
    } else {
        Repeats::Nothing
    };
    let (readable, hidden) = secrets(connection, &places)?;
    if readable.is_empty() && hidden.is_empty() {
        return Ok(carried);
    }
    // What the customers were told already, or wrote themselves, is no secret.
    let all_said = internal::said_to_customers(connection, facts.id, false, LOOKED_AT)?;
    // A question that is asked once more would tell that what was agreed to is held.
    let all_told = internal::said_to_customers(connection, facts.id, !access.everything(), LOOKED_AT)?;
    if has_files
        && !confirmed
        && let Some((secret, file, words)) = carried::repeated(&readable, &all_told, leaving.files)
    {
        return Err(confirm(&format!(
            "The file {} repeats {} by {} in #{}, entry {}: “… {words} …”. Customers would read it.",
            file.name,
            what(secret.kind),
            secret.name,
            secret.conversation,
            secret.seq
        )));
    }
    let (mut windows, mut untold) = (Windows::of(&written), Windows::of(&written));
    for said in &all_said {
        windows.forget(&plain(said));
    }
    for told in &all_told {
        untold.forget(&plain(told));
    }
    let mut found = None;
    for secret in &readable {
        let secret_text = plain(&secret.text);
        let at = untold.first(&secret_text);
        found = found.or(at.map(|at| (secret, secret_text[at..at + REPEATED].iter().collect::<String>())));
        windows.forget(&secret_text);
    }
    if let (Some((secret, words)), false) = (found, confirmed) {
        return Err(confirm(&format!(
            "This reply repeats {} by {} in #{}, entry {}: “… {words} …”. Customers would read it.",
            what(secret.kind),
            secret.name,
            secret.conversation,
            secret.seq
        )));
    }
    let held = carried == Repeats::Hidden
        || hidden.iter().any(|secret| windows.first(&plain(&secret.text)).is_some())
        || (has_files && carried::repeated(&hidden, &all_said, leaving.files).is_some());
    Ok(if held { Repeats::Hidden } else { Repeats::Nothing })
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

/// The conversation, the others of its item, the one that it follows up, and the newest others of its requester.
fn places(connection: &Connection, access: &Access, facts: &Facts) -> Outcome<Vec<Place>> {
    let mut places = vec![Place { conversation: facts.id, notes_only: true, readable: true }];
    let mut others = Vec::new();
    if let Some(item) = facts.item {
        others.extend(conversations::of_item(connection, item)?.into_iter().take(CONVERSATIONS));
    }
    others.extend(facts.follow_up_to);
    if let Some(requester) = facts.requester {
        others.extend(conversations::of_customer(connection, requester, None)?.into_iter().rev().take(OF_REQUESTER));
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
fn secrets(connection: &Connection, places: &[Place]) -> Outcome<(Vec<Secret>, Vec<Secret>)> {
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

/// Whether a text for the customers of a conversation repeats what was mailed to an agent about other ones: an answer by mail
/// may quote what it answers, and what is folded on a screen is not all that is quoted.
pub(super) fn repeats_mailed(
    connection: &Connection,
    conversation: ConversationId,
    agent: AgentId,
    text: &str,
) -> Outcome<bool> {
    let written = plain(text);
    let facts = conversations::load_facts(connection, conversation)?;
    if written.len() < REPEATED || facts.is_none_or(|facts| facts.audience != Audience::Customer) {
        return Ok(false);
    }
    let mut windows = Windows::of(&written);
    for said in internal::said_to_customers(connection, conversation, false, LOOKED_AT)? {
        windows.forget(&plain(&said));
    }
    let mailed = internal::mailed_of_others(connection, agent, conversation, LOOKED_AT)?;
    Ok(mailed.iter().any(|mailed| windows.first(&plain(mailed)).is_some()))
}
