//! Entries that come in later than they were written: each goes to its place in time, and rings nothing (R1.7).

use super::{
    Result,
    conversations::{Loaded, millis},
    messages::{self, NewEntry},
};
use crate::domain::{
    conversation::{Author, EntryKind},
    id::EntrySeq,
};
use rusqlite::{Connection, OptionalExtension as _, params};

/// Adds an entry before those that are newer, and keeps the conversation up with it: who had read everything has read this
/// too. Gives the message's row and its place.
///
/// # Errors
/// What SQLite says.
pub fn insert(connection: &Connection, loaded: &mut Loaded, entry: &NewEntry<'_>) -> Result<(i64, EntrySeq)> {
    let conversation = loaded.facts.id;
    let newer: Option<i64> = connection
        .prepare_cached("SELECT min(seq) FROM message WHERE conversation_id = ?1 AND at > ?2")?
        .query_row(params![conversation.0, millis(entry.at)], |row| row.get(0))
        .optional()?
        .flatten();
    let (message, place) = match newer {
        None => (messages::append(connection, &mut loaded.facts, entry)?, loaded.facts.last_seq),
        Some(newer) => (between(connection, loaded, entry, newer)?, EntrySeq(newer)),
    };
    let last = loaded.facts.last_seq;
    for reading in &mut loaded.readings.0 {
        if !reading.unread {
            reading.up_to = last;
        }
    }
    Ok((message, place))
}

fn between(connection: &Connection, loaded: &mut Loaded, entry: &NewEntry<'_>, place: i64) -> Result<i64> {
    let conversation = loaded.facts.id.0;
    // Two steps, since no two entries may have one place even for a moment.
    for sql in [
        "UPDATE message SET seq = -seq WHERE conversation_id = ?1 AND seq >= ?2",
        "UPDATE message SET seq = 1 - seq, customer_number = customer_number + 1 WHERE conversation_id = ?1 AND seq < 0 AND ?2 > 0",
    ] {
        connection.prepare_cached(sql)?.execute([conversation, place])?;
    }
    let replies: i64 = connection
        .prepare_cached("SELECT count(*) FROM message WHERE conversation_id = ?1 AND seq < ?2 AND kind = 'reply'")?
        .query_row([conversation, place], |row| row.get(0))?;
    let shift = |seq: &mut EntrySeq| {
        if seq.0 >= place {
            seq.0 += 1;
        }
    };
    let facts = &mut loaded.facts;
    for customer in facts.customers.iter_mut().filter(|customer| customer.since.0 > 0) {
        // What is older than the first entry after somebody joined was there before them.
        if customer.since.0 + 1 >= place {
            customer.since.0 += 1;
        }
    }
    loaded.readings.0.iter_mut().for_each(|reading| shift(&mut reading.up_to));
    let mut then = facts.clone();
    (then.last_seq, then.tail.customer_count) = (EntrySeq(place), replies + 1);
    facts.last_seq.0 += 1;
    // The last words stay those of the newest entry.
    if entry.kind == EntryKind::Reply {
        facts.tail.customer_count += 1;
        facts.tail.customer_at = facts.tail.customer_at.max(entry.at);
        facts.tail.agent_replies += i64::from(matches!(entry.author, Author::Agent(_)));
    }
    messages::store(connection, &then, entry)
}
