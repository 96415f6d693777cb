//! Finding messages: newest first, joined to access before any limit, the rows examined bounded.

use super::{Result, conversations::millis, predicate};
use crate::{
    domain::{
        id::{ConversationId, EntrySeq, Seq},
        query::{Narrowing, Query, index_text, match_term},
        text::SafeText,
    },
    policy::access::Access,
};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rusqlite::{Connection, OptionalExtension as _, params_from_iter, types::Value};
use std::fmt::Display;

/// How many rows one call looks at before it says "older goes on".
const EXAMINED: usize = 4_000;

/// Milliseconds leave this many places to messages of the same moment.
const SAME_MOMENT: i64 = 1 << 20;

/// The place in time of a new message: its milliseconds, and among those of the same moment the next free one.
///
/// # Errors
/// What SQLite says.
pub fn free_place(connection: &Connection, at: DateTime<Utc>) -> Result<i64> {
    let first = first_place(millis(at));
    let taken: Option<i64> = connection
        .prepare_cached("SELECT place FROM message WHERE place >= ?1 AND place < ?2 ORDER BY place DESC LIMIT 1")?
        .query_row([first, first + SAME_MOMENT], |row| row.get(0))
        .optional()?;
    Ok(taken.map_or(first, |taken| taken + 1))
}

/// Puts a message's words into the index.
///
/// # Errors
/// What SQLite says.
pub fn index(connection: &Connection, place: i64, subject: &str, text: &str) -> Result<()> {
    // As it is shown, so that an escape sequence or an invisible character glued to a word does not hide the word.
    let (subject, text) = (SafeText::line(subject), SafeText::block(text));
    connection
        .prepare_cached("INSERT INTO message_search (rowid, subject, text) VALUES (?1, ?2, ?3)")?
        .execute(rusqlite::params![place, index_text(subject.as_str()), index_text(text.as_str())])?;
    Ok(())
}

/// For whom is searched.
#[derive(Debug)]
pub struct Searcher<'a> {
    /// Whose access.
    pub access: &'a Access,
    /// The agent's baseline, for `is:unread`.
    pub baseline: Seq,
    /// Whether From Customers or All conversations lists everything the agent may access (R3.5).
    pub everything: bool,
    /// The projects the agent follows, where they are its scope (R3.5).
    pub projects: Option<&'a [i64]>,
}

/// What one call found.
#[derive(Debug, Default)]
pub struct Found {
    /// Message rows, newest first.
    pub messages: Vec<i64>,
    /// What is left.
    pub rest: Rest,
}

/// What a call left for the next one. What the searcher may not read counts for nothing, as long as a call can look past it.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Nothing: everything was looked at.
    #[default]
    Nothing,
    /// More after the last hit.
    AfterLast,
    /// Unknown: the call looked at as many rows as it may; the next one goes on after this place.
    After(i64),
}

/// The place after which a search goes on behind a hit, by what its reader knows of the hit. Where that is no readable
/// message, by the time alone: the answer is the same whether there is one or not.
///
/// # Errors
/// What SQLite says.
pub fn place_of(
    connection: &Connection,
    access: &Access,
    at: i64,
    conversation: ConversationId,
    seq: EntrySeq,
) -> Result<i64> {
    let place: Option<i64> = connection
        .prepare_cached(&format!(
            "SELECT m.place FROM message m JOIN conversation c ON c.id = m.conversation_id \
             WHERE m.conversation_id = ?1 AND m.seq = ?2 AND m.at = ?3 AND m.place IS NOT NULL AND {}",
            predicate::openly_readable(access)
        ))?
        .query_row([conversation.0, seq.0, at], |row| row.get(0))
        .optional()?;
    Ok(place.unwrap_or_else(|| first_place(at)))
}

/// The first place of a moment.
fn first_place(at: i64) -> i64 {
    at.clamp(-(1 << 42), 1 << 42) * SAME_MOMENT
}

/// Looks for messages, newest first, older than the place `after` where given.
///
/// # Errors
/// What SQLite says.
pub fn find(
    connection: &Connection,
    searcher: &Searcher<'_>,
    query: &Query,
    after: Option<i64>,
    hits: usize,
) -> Result<Found> {
    let mut values: Vec<Value> = vec![Value::Integer(after.unwrap_or(i64::MAX))];
    let mut conditions = vec![
        predicate::openly_readable(searcher.access),
        predicate::in_scope(searcher.access, searcher.everything, searcher.projects),
    ];
    for narrowing in &query.narrowings {
        conditions.push(condition(narrowing, searcher, &mut values));
    }
    // Comparing what a conversation has not (a group, a project) gives NULL, which is no.
    let matches = format!("coalesce({}, 0)", conditions.join(" AND "));
    let single = query.narrowings.iter().find_map(|narrowing| match narrowing {
        Narrowing::Conversation(id) => Some(id.0),
        _ => None,
    });
    let sql = if query.terms.is_empty() {
        // The index on places is walked from its end; one conversation is reached by its own index.
        let (order, source) = match single {
            Some(_) => ("m.place DESC", "conversation c JOIN message m ON m.conversation_id = c.id"),
            None => ("m.place DESC", "message m CROSS JOIN conversation c ON c.id = m.conversation_id"),
        };
        format!("SELECT m.id, m.place, {matches} FROM {source} WHERE m.place < ?1 ORDER BY {order}")
    } else {
        let terms: Vec<String> = query.terms.iter().map(match_term).filter(|term| !term.is_empty()).collect();
        values.push(Value::Text(terms.join(" AND ")));
        format!(
            "SELECT m.id, m.place, {matches} FROM message_search CROSS JOIN message m ON m.place = message_search.rowid \
             CROSS JOIN conversation c ON c.id = m.conversation_id \
             WHERE message_search MATCH ?{} AND message_search.rowid < ?1 ORDER BY message_search.rowid DESC",
            values.len()
        )
    };
    let sql = match single {
        Some(id) => sql.replace("ORDER BY", &format!("AND c.id = {id} ORDER BY")),
        None => sql,
    };
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut found = Found::default();
    let mut examined = 0;
    while let Some(row) = rows.next()? {
        if examined == EXAMINED {
            let full = found.messages.len() == hits;
            found.rest = if full { Rest::AfterLast } else { Rest::After(row.get::<_, i64>(1)?.saturating_add(1)) };
            break;
        }
        examined += 1;
        if !row.get::<_, bool>(2)? {
            continue;
        }
        if found.messages.len() == hits {
            found.rest = Rest::AfterLast;
            break;
        }
        found.messages.push(row.get(0)?);
    }
    Ok(found)
}

fn condition(narrowing: &Narrowing, searcher: &Searcher<'_>, values: &mut Vec<Value>) -> String {
    let mut bind = |value: Value| {
        values.push(value);
        format!("?{}", values.len())
    };
    let mut like = |text: &str| bind(Value::Text(text.to_lowercase()));
    match narrowing {
        Narrowing::From(text) => {
            let text = like(text.trim_start_matches('@'));
            format!(
                "(EXISTS (SELECT 1 FROM agent WHERE agent.id = m.agent_id AND (instr(lower(agent.name), {text}) OR agent.handle = {text})) \
                 OR EXISTS (SELECT 1 FROM customer WHERE customer.id = m.customer_id AND (instr(lower(customer.name), {text}) OR instr(customer.address, {text}))))"
            )
        }
        Narrowing::To(text) => {
            let text = like(text);
            format!(
                "EXISTS (SELECT 1 FROM participant JOIN customer ON customer.id = participant.customer_id \
                 WHERE participant.conversation_id = c.id AND (instr(lower(customer.name), {text}) OR instr(customer.address, {text})))"
            )
        }
        Narrowing::Group(name) => {
            let name = bind(Value::Text(name.clone()));
            format!("c.group_id = (SELECT id FROM team_group WHERE name = {name})")
        }
        Narrowing::Assignee(handle) if handle == "none" => {
            "c.assignee_id IS NULL AND c.audience = 'customer'".to_owned()
        }
        Narrowing::Assignee(handle) => {
            let handle = bind(Value::Text(handle.clone()));
            format!("c.assignee_id = (SELECT id FROM agent WHERE handle = {handle})")
        }
        Narrowing::State(state) => format!("c.state = '{}'", state.word()),
        Narrowing::Privacy(privacy) => format!("c.privacy = '{}'", privacy.word()),
        Narrowing::Audience(audience) => format!("c.audience = '{}'", audience.word()),
        Narrowing::Unread => unread(searcher.access.agent(), searcher.baseline),
        Narrowing::Attachment => "m.attachments > 0".to_owned(),
        Narrowing::Item(key) => format!("c.item_id = {}", key.id),
        Narrowing::Before(day) => format!("m.at < {}", midnight(*day)),
        Narrowing::After(day) => format!("m.at >= {}", midnight(*day)),
        Narrowing::Conversation(id) => format!("c.id = {id}"),
    }
}

/// Whether the conversation `c` is unread for an agent; both come as they stand in the statement, a number or a parameter.
/// A statement that runs for every row of every agent takes parameters, or each agent would have a statement of its own.
pub(crate) fn unread(agent: impl Display, baseline: impl Display) -> String {
    format!(
        "coalesce((SELECT reading.unread FROM reading WHERE reading.conversation_id = c.id AND reading.agent_id = {agent}), c.news > {baseline})"
    )
}

fn midnight(day: NaiveDate) -> i64 {
    millis(day.and_time(NaiveTime::MIN).and_utc())
}
