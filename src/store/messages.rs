//! Entries of conversations.

use super::{Result, conversations::millis, people::word, search};
use crate::domain::{
    conversation::{Author, EntryKind, Facts, Tail},
    history::PastAttachment,
    id::{AgentId, ConversationId, CustomerId, EntrySeq},
};
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// An entry on its way in.
#[derive(Debug, Clone, Copy)]
pub struct NewEntry<'a> {
    /// Reply, note or system line.
    pub kind: EntryKind,
    /// Who wrote it.
    pub author: Author,
    /// The writer's name, for the rows of lists.
    pub name: &'a str,
    /// When.
    pub at: DateTime<Utc>,
    /// The text.
    pub text: &'a str,
    /// How it came, if from outside.
    pub channel: Option<&'a str>,
    /// Descriptions of what was attached.
    pub attachments: &'a [PastAttachment],
}

/// An entry as stored.
#[derive(Debug, Clone)]
pub struct StoredEntry {
    /// The row.
    pub id: i64,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Its place there.
    pub seq: EntrySeq,
    /// Reply, note or system line.
    pub kind: EntryKind,
    /// Who wrote it.
    pub author: Author,
    /// The writer's name as it is now; empty for the desk.
    pub name: String,
    /// The writer's address or handle; empty for the desk.
    pub address: String,
    /// Milliseconds since 1970.
    pub at: i64,
    /// The text.
    pub text: String,
    /// How it came.
    pub channel: Option<String>,
    /// Its number as customers count.
    pub customer_number: Option<i64>,
    /// How many attachments it has.
    pub attachments: i64,
}

/// Adds an entry to a conversation that is there already and keeps `facts` up with it; gives the message's row.
///
/// # Errors
/// What SQLite says.
pub fn append(connection: &Connection, facts: &mut Facts, entry: &NewEntry<'_>) -> Result<i64> {
    note(facts, entry);
    store(connection, facts, entry)
}

/// Keeps `facts` up with a new entry, without writing anything.
pub fn note(facts: &mut Facts, entry: &NewEntry<'_>) {
    facts.last_seq = EntrySeq(facts.last_seq.0 + 1);
    match entry.kind {
        EntryKind::System => return,
        EntryKind::Reply => {
            facts.tail.customer_count += 1;
            facts.tail.customer_at = entry.at;
            facts.tail.agent_replies += i64::from(matches!(entry.author, Author::Agent(_)));
        }
        EntryKind::Note => {}
    }
    facts.at = facts.at.max(entry.at);
    entry.name.clone_into(&mut facts.tail.from);
    facts.tail.text = entry.text.chars().take(Tail::LENGTH).collect();
}

/// Whether a customer wrote the newest reply of a conversation; notes and system lines answer nobody.
///
/// # Errors
/// What SQLite says.
pub fn customer_spoke_last(connection: &Connection, conversation: ConversationId) -> Result<bool> {
    Ok(connection
        .prepare_cached(
            "SELECT customer_id IS NOT NULL FROM message WHERE conversation_id = ?1 AND kind = 'reply' ORDER BY seq DESC LIMIT 1",
        )?
        .query_row([conversation.0], |row| row.get(0))
        .optional()?
        .unwrap_or(false))
}

/// Writes the entry that `facts` already counts as its newest, and indexes it for the search.
///
/// # Errors
/// What SQLite says.
pub fn store(connection: &Connection, facts: &Facts, entry: &NewEntry<'_>) -> Result<i64> {
    let (message, place) = store_unindexed(connection, facts, entry)?;
    if let Some(place) = place {
        search::index(connection, place, searched_subject(facts), entry.text)?;
    }
    Ok(message)
}

/// The subject is found through the first entry.
pub(crate) fn searched_subject(facts: &Facts) -> &str {
    if facts.last_seq.0 == 1 { &facts.subject } else { "" }
}

/// As [`store`], but leaves the search to the caller, which has the place (none for system lines) to do it under: bulk
/// work indexes in the order of places, which is far faster.
///
/// # Errors
/// What SQLite says.
pub fn store_unindexed(connection: &Connection, facts: &Facts, entry: &NewEntry<'_>) -> Result<(i64, Option<i64>)> {
    let (agent, customer) = match entry.author {
        Author::Agent(agent) => (Some(agent.0), None),
        Author::Customer(customer) => (None, Some(customer.0)),
        Author::System => (None, None),
    };
    let number = (entry.kind == EntryKind::Reply).then_some(facts.tail.customer_count);
    let place = match entry.kind {
        EntryKind::System => None,
        EntryKind::Reply | EntryKind::Note => Some(search::free_place(connection, entry.at)?),
    };
    connection
        .prepare_cached(
            "INSERT INTO message (conversation_id, seq, kind, agent_id, customer_id, at, text, channel, customer_number, \
             attachments, place) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            facts.id.0,
            facts.last_seq.0,
            entry.kind.word(),
            agent,
            customer,
            millis(entry.at),
            entry.text,
            entry.channel,
            number,
            i64::try_from(entry.attachments.len()).unwrap_or(i64::MAX),
            place,
        ])?;
    let message = connection.last_insert_rowid();
    for attachment in entry.attachments {
        connection
            .prepare_cached("INSERT INTO attachment (message_id, name, media_type, size) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![
                message,
                attachment.name,
                attachment.media_type,
                i64::try_from(attachment.size).unwrap_or(i64::MAX)
            ])?;
    }
    Ok((message, place))
}

const ENTRY: &str = "SELECT m.id, m.conversation_id, m.seq, m.kind, m.agent_id, m.customer_id, \
     coalesce(agent.name, nullif(customer.name, ''), customer.address, m.written_as, ''), coalesce(agent.handle, customer.address, ''), \
     m.at, m.text, m.channel, m.customer_number, m.attachments FROM message m \
     LEFT JOIN agent ON agent.id = m.agent_id LEFT JOIN customer ON customer.id = m.customer_id";

pub(crate) fn entry(row: &Row<'_>) -> rusqlite::Result<StoredEntry> {
    let agent: Option<i64> = row.get(4)?;
    let customer: Option<i64> = row.get(5)?;
    let kind: EntryKind = word(row, 3)?;
    Ok(StoredEntry {
        id: row.get(0)?,
        conversation: ConversationId(row.get(1)?),
        seq: EntrySeq(row.get(2)?),
        kind,
        author: match (kind, agent, customer) {
            (EntryKind::System, ..) | (_, None, None) => Author::System,
            (_, Some(agent), _) => Author::Agent(AgentId(agent)),
            (_, None, Some(customer)) => Author::Customer(CustomerId(customer)),
        },
        name: row.get(6)?,
        address: row.get(7)?,
        at: row.get(8)?,
        text: row.get(9)?,
        channel: row.get(10)?,
        customer_number: row.get(11)?,
        attachments: row.get(12)?,
    })
}

/// Which entries of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// The newest.
    End,
    /// Those before one.
    Before(EntrySeq),
    /// One and those after it.
    From(EntrySeq),
}

/// A window of a conversation's entries, oldest first, at most `limit`.
///
/// # Errors
/// What SQLite says.
pub fn window(
    connection: &Connection,
    conversation: ConversationId,
    window: Window,
    limit: usize,
) -> Result<Vec<StoredEntry>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let (condition, place, backwards) = match window {
        Window::End => ("m.seq <= ?2 ORDER BY m.seq DESC", i64::MAX, true),
        Window::Before(seq) => ("m.seq < ?2 ORDER BY m.seq DESC", seq.0, true),
        Window::From(seq) => ("m.seq >= ?2 ORDER BY m.seq", seq.0, false),
    };
    let mut statement =
        connection.prepare_cached(&format!("{ENTRY} WHERE m.conversation_id = ?1 AND {condition} LIMIT ?3"))?;
    let rows = statement.query_map(params![conversation.0, place, limit], entry)?;
    let mut entries: Vec<StoredEntry> = rows.collect::<rusqlite::Result<_>>()?;
    if backwards {
        entries.reverse();
    }
    Ok(entries)
}

/// Entries after one that somebody else than `agent` added (R7.6), oldest first.
///
/// # Errors
/// What SQLite says.
pub fn added_since(
    connection: &Connection,
    conversation: ConversationId,
    seen: EntrySeq,
    agent: AgentId,
) -> Result<Vec<StoredEntry>> {
    let mut statement = connection.prepare_cached(&format!(
        "{ENTRY} WHERE m.conversation_id = ?1 AND m.seq > ?2 AND m.agent_id IS NOT ?3 ORDER BY m.seq"
    ))?;
    let rows = statement.query_map([conversation.0, seen.0, agent.0], entry)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Whether there are replies or notes of others after an entry.
///
/// # Errors
/// What SQLite says.
pub fn has_news_after(
    connection: &Connection,
    conversation: ConversationId,
    seen: EntrySeq,
    agent: AgentId,
) -> Result<bool> {
    Ok(connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM message WHERE conversation_id = ?1 AND seq > ?2 AND kind <> 'system' AND agent_id IS NOT ?3)",
        )?
        .query_row([conversation.0, seen.0, agent.0], |row| row.get(0))?)
}

/// One entry by its row.
///
/// # Errors
/// What SQLite says.
pub fn by_id(connection: &Connection, id: i64) -> Result<Option<StoredEntry>> {
    Ok(connection.prepare_cached(&format!("{ENTRY} WHERE m.id = ?1"))?.query_row([id], entry).optional()?)
}

/// The row of a conversation's newest reply or note.
///
/// # Errors
/// What SQLite says.
pub fn newest(connection: &Connection, conversation: ConversationId) -> Result<Option<i64>> {
    Ok(connection
        .prepare_cached(
            "SELECT id FROM message WHERE conversation_id = ?1 AND kind <> 'system' ORDER BY seq DESC LIMIT 1",
        )?
        .query_row([conversation.0], |row| row.get(0))
        .optional()?)
}

/// What is attached to a message.
///
/// # Errors
/// What SQLite says.
pub fn attachments(connection: &Connection, message: i64) -> Result<Vec<PastAttachment>> {
    let mut statement =
        connection.prepare_cached("SELECT name, media_type, size FROM attachment WHERE message_id = ?1 ORDER BY id")?;
    let rows = statement.query_map([message], |row| {
        let size: i64 = row.get(2)?;
        Ok(PastAttachment { name: row.get(0)?, media_type: row.get(1)?, size: u64::try_from(size).unwrap_or(0) })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many replies and how many notes a conversation has.
///
/// # Errors
/// What SQLite says.
pub fn count(connection: &Connection, conversation: ConversationId) -> Result<(i64, i64)> {
    Ok(connection
        .prepare_cached(
            "SELECT coalesce(sum(kind = 'reply'), 0), coalesce(sum(kind = 'note'), 0) FROM message WHERE conversation_id = ?1",
        )?
        .query_row([conversation.0], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// A write that was made before under a client's own id (R1.8): its message's row, and whether the text was the same.
///
/// # Errors
/// What SQLite says.
pub fn written_before(
    connection: &Connection,
    writer: &str,
    conversation: i64,
    client_id: &str,
    fingerprint: &str,
) -> Result<Option<(i64, bool)>> {
    Ok(connection
        .prepare_cached(
            "SELECT message_id, fingerprint = ?4 FROM client_write WHERE writer = ?1 AND conversation_id = ?2 AND client_id = ?3",
        )?
        .query_row(params![writer, conversation, client_id, fingerprint], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// Remembers a write under a client's own id (R1.8).
///
/// # Errors
/// What SQLite says.
pub fn remember_write(
    connection: &Connection,
    writer: &str,
    conversation: i64,
    client_id: &str,
    fingerprint: &str,
    message: i64,
) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO client_write (writer, conversation_id, client_id, message_id, fingerprint) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![writer, conversation, client_id, message, fingerprint])?;
    Ok(())
}
