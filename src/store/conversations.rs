//! Conversations with everybody's place in them: read, written, and kept in their lists.

use super::{
    Result, members,
    people::word,
    reading::{self, Readings},
    tally::{self, Standing},
};
use crate::{
    domain::{
        conversation::{Facts, Participant, Tail},
        id::{AgentId, ConversationId, CustomerId, EntrySeq, GroupId, ItemId, Seq},
    },
    policy::access::reach,
};
use chrono::{DateTime, TimeZone as _, Utc};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

/// A time as stored, in milliseconds since 1970.
pub(crate) const fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

/// A stored time; one out of range is taken for 1970.
pub(crate) fn moment(millis: i64) -> DateTime<Utc> {
    Utc.timestamp_millis_opt(millis).single().unwrap_or_default()
}

/// A conversation with its readings, as one transaction found it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Loaded {
    /// The conversation.
    pub facts: Facts,
    /// Who has read it.
    pub readings: Readings,
}

const FACTS: &str = "SELECT c.id, c.audience, c.privacy, c.state, c.subject, c.channel, c.requester_id, c.assignee_id, \
     coalesce(agent.active, 0), c.group_id, c.item_id, c.project_id, c.starter_id, c.follow_up_to, c.needs_reassignment, \
     c.locked_by, c.locked_at, c.created_at, c.at, c.last_seq, c.news, c.last_from, c.last_text, c.agent_replies, \
     c.customer_at, c.customer_count \
     FROM conversation c LEFT JOIN agent ON agent.id = c.assignee_id WHERE c.id = ?1";

fn facts(row: &Row<'_>) -> rusqlite::Result<Facts> {
    let locked_by: Option<i64> = row.get(15)?;
    let locked_at: Option<i64> = row.get(16)?;
    Ok(Facts {
        id: ConversationId(row.get(0)?),
        audience: word(row, 1)?,
        privacy: word(row, 2)?,
        state: word(row, 3)?,
        subject: row.get(4)?,
        channel: row.get(5)?,
        requester: row.get::<_, Option<i64>>(6)?.map(CustomerId),
        assignee: row.get::<_, Option<i64>>(7)?.map(AgentId),
        assignee_active: row.get(8)?,
        group: row.get::<_, Option<i64>>(9)?.map(GroupId),
        item: row.get::<_, Option<i64>>(10)?.map(ItemId),
        project: row.get::<_, Option<i64>>(11)?.map(ItemId),
        starter: row.get::<_, Option<i64>>(12)?.map(AgentId),
        follow_up_to: row.get::<_, Option<i64>>(13)?.map(ConversationId),
        needs_reassignment: row.get(14)?,
        locked: locked_by.zip(locked_at).map(|(by, at)| (AgentId(by), moment(at))),
        created_at: moment(row.get(17)?),
        at: moment(row.get(18)?),
        last_seq: EntrySeq(row.get(19)?),
        news: Seq(row.get(20)?),
        tail: Tail {
            from: row.get(21)?,
            text: row.get(22)?,
            agent_replies: row.get(23)?,
            customer_at: moment(row.get(24)?),
            customer_count: row.get(25)?,
        },
        members: Vec::new(),
        customers: Vec::new(),
    })
}

/// One conversation with everybody in it. Access is the caller's next question.
///
/// # Errors
/// What SQLite says.
pub fn load_facts(connection: &Connection, id: ConversationId) -> Result<Option<Facts>> {
    let found = connection.prepare_cached(FACTS)?.query_row([id.0], facts).optional()?;
    let Some(mut found) = found else { return Ok(None) };
    found.members = members::load(connection, id)?;
    found.customers = participants(connection, id)?;
    Ok(Some(found))
}

/// One conversation with everybody in it and who has read it.
///
/// # Errors
/// What SQLite says.
pub fn load(connection: &Connection, id: ConversationId) -> Result<Option<Loaded>> {
    let Some(facts) = load_facts(connection, id)? else { return Ok(None) };
    Ok(Some(Loaded { facts, readings: reading::load(connection, id)? }))
}

fn participants(connection: &Connection, id: ConversationId) -> Result<Vec<Participant>> {
    let mut statement = connection.prepare_cached(
        "SELECT customer_id, requester, added, via_item, since FROM participant WHERE conversation_id = ?1 \
         ORDER BY requester DESC, customer_id",
    )?;
    let rows = statement.query_map([id.0], |row| {
        Ok(Participant {
            customer: CustomerId(row.get(0)?),
            requester: row.get(1)?,
            added: row.get(2)?,
            via_item: row.get(3)?,
            since: EntrySeq(row.get(4)?),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes a new conversation (its `id` is ignored) and gives its number.
///
/// # Errors
/// What SQLite says.
pub fn insert(connection: &Connection, facts: &Facts, readings: &Readings) -> Result<ConversationId> {
    connection
        .prepare_cached(
            "INSERT INTO conversation (audience, privacy, state, subject, channel, requester_id, assignee_id, group_id, \
             item_id, project_id, starter_id, follow_up_to, needs_reassignment, locked_by, locked_at, created_at, at, last_seq, \
             last_from, last_text, news, agent_replies, customer_at, customer_count, reach, shut) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, \
             ?24, ?25, ?26)",
        )?
        .execute(params![
            facts.audience.word(),
            facts.privacy.word(),
            facts.state.word(),
            facts.subject,
            facts.channel,
            facts.requester.map(|id| id.0),
            facts.assignee.map(|id| id.0),
            facts.group.map(|id| id.0),
            facts.item.map(|id| id.0),
            facts.project.map(|id| id.0),
            facts.starter.map(|id| id.0),
            facts.follow_up_to.map(|id| id.0),
            facts.needs_reassignment,
            facts.locked.map(|(by, _)| by.0),
            facts.locked.map(|(_, at)| millis(at)),
            millis(facts.created_at),
            millis(facts.at),
            facts.last_seq.0,
            facts.tail.from,
            facts.tail.text,
            facts.news.0,
            facts.tail.agent_replies,
            millis(facts.tail.customer_at),
            facts.tail.customer_count,
            reach(facts).code(),
            facts.shut(),
        ])?;
    let id = ConversationId(connection.last_insert_rowid());
    members::save(connection, id, None, facts, readings)?;
    save_participants(connection, id, &[], facts)?;
    reading::save(connection, id, &Readings::default(), readings)?;
    let nothing = Readings::default();
    tally::shift(connection, Standing { facts: None, readings: &nothing }, Standing { facts: Some(facts), readings })?;
    Ok(id)
}

/// Writes what a transaction made of a conversation, with everything that is derived from it: class, lists, counters.
///
/// # Errors
/// What SQLite says.
pub fn save(connection: &Connection, before: &Loaded, after: &Loaded) -> Result<()> {
    if before == after {
        return Ok(());
    }
    let (old, facts) = (&before.facts, &after.facts);
    connection
        .prepare_cached(
            "UPDATE conversation SET privacy = ?2, state = ?3, assignee_id = ?4, group_id = ?5, item_id = ?6, project_id = ?7, \
             needs_reassignment = ?8, locked_by = ?9, locked_at = ?10, at = ?11, last_seq = ?12, last_from = ?13, last_text = ?14, \
             news = ?15, agent_replies = ?16, customer_at = ?17, customer_count = ?18, reach = ?19, shut = ?20 WHERE id = ?1",
        )?
        .execute(params![
            facts.id.0,
            facts.privacy.word(),
            facts.state.word(),
            facts.assignee.map(|id| id.0),
            facts.group.map(|id| id.0),
            facts.item.map(|id| id.0),
            facts.project.map(|id| id.0),
            facts.needs_reassignment,
            facts.locked.map(|(by, _)| by.0),
            facts.locked.map(|(_, at)| millis(at)),
            millis(facts.at),
            facts.last_seq.0,
            facts.tail.from,
            facts.tail.text,
            facts.news.0,
            facts.tail.agent_replies,
            millis(facts.tail.customer_at),
            facts.tail.customer_count,
            reach(facts).code(),
            facts.shut(),
        ])?;
    members::save(connection, facts.id, Some(before), facts, &after.readings)?;
    save_participants(connection, facts.id, &old.customers, facts)?;
    reading::save(connection, facts.id, &before.readings, &after.readings)?;
    tally::shift(
        connection,
        Standing { facts: Some(old), readings: &before.readings },
        Standing { facts: Some(facts), readings: &after.readings },
    )
}

fn save_participants(connection: &Connection, id: ConversationId, before: &[Participant], facts: &Facts) -> Result<()> {
    for place in facts.customers.iter().filter(|place| !before.contains(place)) {
        connection
            .prepare_cached(
                "INSERT INTO participant (conversation_id, audience, customer_id, requester, added, via_item, since) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
                 ON CONFLICT (conversation_id, customer_id) DO UPDATE SET requester = ?4, added = ?5, via_item = ?6, since = ?7",
            )?
            .execute(params![
                id.0,
                facts.audience.word(),
                place.customer.0,
                place.requester,
                place.added,
                place.via_item,
                place.since.0
            ])?;
    }
    for gone in before.iter().filter(|old| !facts.customers.iter().any(|place| place.customer == old.customer)) {
        connection
            .prepare_cached("DELETE FROM participant WHERE conversation_id = ?1 AND customer_id = ?2")?
            .execute([id.0, gone.customer.0])?;
    }
    Ok(())
}

/// Groups that follow a conversation, with whether they do so through its item.
///
/// # Errors
/// What SQLite says.
pub fn following_groups(connection: &Connection, id: ConversationId) -> Result<Vec<(GroupId, bool)>> {
    let mut statement = connection.prepare_cached(
        "SELECT group_id, via_item FROM following_group WHERE conversation_id = ?1 ORDER BY group_id",
    )?;
    let rows = statement.query_map([id.0], |row| Ok((GroupId(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Lets a group follow a conversation, or follow it no more.
///
/// # Errors
/// What SQLite says.
pub fn set_following_group(
    connection: &Connection,
    id: ConversationId,
    group: GroupId,
    follows: Option<bool>,
) -> Result<()> {
    match follows {
        Some(via_item) => connection
            .prepare_cached(
                "INSERT INTO following_group (conversation_id, group_id, via_item) VALUES (?1, ?2, ?3) \
                 ON CONFLICT (conversation_id, group_id) DO UPDATE SET via_item = min(via_item, ?3)",
            )?
            .execute(params![id.0, group.0, via_item])?,
        None => connection
            .prepare_cached("DELETE FROM following_group WHERE conversation_id = ?1 AND group_id = ?2")?
            .execute([id.0, group.0])?,
    };
    Ok(())
}

/// Conversations by a condition of this floor's own, ascending: for changes that concern many.
fn ids(connection: &Connection, sql: &str, values: impl rusqlite::Params) -> Result<Vec<ConversationId>> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(values, |row| row.get(0).map(ConversationId))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Those that a group follows.
///
/// # Errors
/// What SQLite says.
pub fn followed_by_group(connection: &Connection, group: GroupId) -> Result<Vec<ConversationId>> {
    ids(
        connection,
        "SELECT conversation_id FROM following_group WHERE group_id = ?1 ORDER BY conversation_id",
        [group.0],
    )
}

/// Those that are assigned to an agent.
///
/// # Errors
/// What SQLite says.
pub fn assigned_to(connection: &Connection, agent: AgentId) -> Result<Vec<ConversationId>> {
    ids(connection, "SELECT id FROM conversation WHERE assignee_id = ?1 ORDER BY id", [agent.0])
}

/// Those linked to an item.
///
/// # Errors
/// What SQLite says.
pub fn of_item(connection: &Connection, item: ItemId) -> Result<Vec<ConversationId>> {
    ids(connection, "SELECT id FROM conversation WHERE item_id = ?1 ORDER BY at DESC, id DESC", [item.0])
}

/// The newest linked to an item, so many at most.
///
/// # Errors
/// What SQLite says.
pub fn newest_of_item(connection: &Connection, item: ItemId, most: u32) -> Result<Vec<ConversationId>> {
    let select = "SELECT id FROM conversation WHERE item_id = ?1 ORDER BY at DESC, id DESC LIMIT ?2";
    ids(connection, select, params![item.0, most])
}

/// The newest a customer takes part in, so many at most: whoever writes for a form writes thousands.
///
/// # Errors
/// What SQLite says.
pub fn newest_of_customer(connection: &Connection, customer: CustomerId, most: u32) -> Result<Vec<ConversationId>> {
    let select =
        "SELECT conversation_id FROM participant WHERE customer_id = ?1 ORDER BY conversation_id DESC LIMIT ?2";
    ids(connection, select, params![customer.0, most])
}

/// Those a customer takes part in, and with `organization` those its organization's customers requested.
///
/// # Errors
/// What SQLite says.
pub fn of_customer(
    connection: &Connection,
    customer: CustomerId,
    organization: Option<&str>,
) -> Result<Vec<ConversationId>> {
    ids(
        connection,
        "SELECT conversation_id FROM participant WHERE customer_id = ?1 UNION \
         SELECT conversation.id FROM customer JOIN conversation ON conversation.requester_id = customer.id \
         WHERE ?2 IS NOT NULL AND customer.organization = ?2 COLLATE NOCASE ORDER BY 1",
        params![customer.0, organization],
    )
}
