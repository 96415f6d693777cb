//! Replies that repeat what is for agents only: notes and internal messages of the conversation, of its item, of what it
//! follows up, and of its requester's other conversations.
//!
//! What the sender may read is asked back; what the sender may not read goes to the administrators without a word, since the
//! question itself would say that it is there.

use super::{
    carried,
    repeated::{REPEATED, Windows, plain},
    secrets::{LOOKED_AT, Repeats, confirm, places, secrets, what},
};
use crate::{
    desk::{Outcome, files::Files},
    domain::{
        conversation::{Audience, Facts},
        id::{AgentId, ConversationId},
    },
    policy::access::Access,
    store::{
        Connection, conversations,
        internal::{self, Secret},
    },
};

/// A reply on its way to customers.
pub(in crate::desk) struct Leaving<'a> {
    /// What was written.
    pub text: &'a str,
    /// What goes with it.
    pub files: &'a Files<'a>,
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
    // A reply nearly always repeats nothing; then a long thread need not be read.
    let windows = Windows::of(&written);
    let is_repeated = |secret: &Secret| windows.first(&plain(&secret.text)).is_some();
    if !has_files && !readable.iter().chain(&hidden).any(is_repeated) {
        return Ok(Repeats::Nothing);
    }
    if !confirmed {
        // A question that is asked once more would tell that what was agreed to is held.
        let told = internal::said_to_customers(connection, facts.id, !access.everything(), LOOKED_AT)?;
        if let Some(found) = found(&written, leaving.files, &readable, &told) {
            return Err(confirm(&found));
        }
    }
    // What the customers were told already, or wrote themselves, is no secret.
    let said = internal::said_to_customers(connection, facts.id, false, LOOKED_AT)?;
    let is_held = carried == Repeats::Hidden
        || carried::repeated(&hidden, &said, leaving.files).is_some()
        || repeats_hidden(windows, &said, &readable, &hidden);
    Ok(if is_held { Repeats::Hidden } else { Repeats::Nothing })
}

/// What a reply or one of its files repeats of what the sender may read, in words; nothing of what customers were told.
fn found(written: &[char], files: &Files<'_>, readable: &[Secret], told: &[String]) -> Option<String> {
    let repeated = |what_repeats: &str, secret: &Secret, words: &str| {
        format!(
            "{what_repeats} repeats {} by {} in #{}, entry {}: “… {words} …”. Customers would read it.",
            what(secret.kind),
            secret.name,
            secret.conversation,
            secret.seq
        )
    };
    if let Some((secret, file, words)) = carried::repeated(readable, told, files) {
        return Some(repeated(&format!("The file {}", file.name), secret, &words));
    }
    let mut windows = Windows::of(written);
    for told in told {
        windows.forget(&plain(told));
    }
    readable.iter().find_map(|secret| {
        let (_, words) = windows.shared(&plain(&secret.text))?;
        Some(repeated("This reply", secret, &words))
    })
}

/// Whether a reply repeats what its sender may not read; what stands as well where the sender reads it, or where customers do,
/// does not count.
fn repeats_hidden(mut windows: Windows<'_>, said: &[String], readable: &[Secret], hidden: &[Secret]) -> bool {
    for known in said.iter().chain(readable.iter().map(|secret| &secret.text)) {
        windows.forget(&plain(known));
    }
    hidden.iter().any(|secret| windows.first(&plain(&secret.text)).is_some())
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
