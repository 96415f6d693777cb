//! Work items and who follows them.

use super::{Result, people::word};
use crate::domain::{
    id::{AgentId, ConversationId, CustomerId, GroupId, ItemId},
    item::{Item, ItemKey, ItemStatus},
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

const ITEM: &str =
    "SELECT id, kind, title, description, status, requester_id, assignee_id, project_id, made_from FROM item";

fn item(row: &Row<'_>) -> rusqlite::Result<Item> {
    Ok(Item {
        key: ItemKey { kind: word(row, 1)?, id: ItemId(row.get(0)?) },
        title: row.get(2)?,
        description: row.get(3)?,
        status: word(row, 4)?,
        requester: row.get::<_, Option<i64>>(5)?.map(CustomerId),
        assignee: row.get::<_, Option<i64>>(6)?.map(AgentId),
        project: row.get::<_, Option<i64>>(7)?.map(ItemId),
        made_from: row.get::<_, Option<i64>>(8)?.map(ConversationId),
    })
}

/// One item.
///
/// # Errors
/// What SQLite says.
pub fn by_id(connection: &Connection, id: ItemId) -> Result<Option<Item>> {
    Ok(connection.prepare_cached(&format!("{ITEM} WHERE id = ?1"))?.query_row([id.0], item).optional()?)
}

/// Items whose number or title holds a text, newest first, older than `before` where given.
///
/// # Errors
/// What SQLite says.
pub fn like(connection: &Connection, text: &str, before: Option<ItemId>, limit: usize) -> Result<Vec<Item>> {
    let mut statement = connection.prepare_cached(&format!(
        "{ITEM} WHERE id < ?3 AND (?1 = '' OR instr(lower(title), ?1) OR instr(CASE kind WHEN 'ticket' THEN 'tk-' WHEN 'task' THEN 'ts-' \
         WHEN 'article' THEN 'ar-' ELSE 'pr-' END || id, ?1)) ORDER BY id DESC LIMIT ?2"
    ))?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let before = before.map_or(i64::MAX, |id| id.0);
    let rows = statement.query_map(params![text.to_lowercase(), limit, before], item)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Writes a new item; `source_key` is its identity in a system it was imported from.
///
/// # Errors
/// What SQLite says.
pub fn insert(connection: &Connection, item: &Item, source_key: Option<&str>, now: i64) -> Result<ItemId> {
    let waiting = item.requester.is_some() && item.status == ItemStatus::Open;
    connection
        .prepare_cached(
            "INSERT INTO item (kind, title, description, status, requester_id, assignee_id, project_id, made_from, waiting, \
             source_key, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            item.key.kind.word(),
            item.title,
            item.description,
            item.status.word(),
            item.requester.map(|id| id.0),
            item.assignee.map(|id| id.0),
            item.project.map(|id| id.0),
            item.made_from.map(|id| id.0),
            waiting,
            source_key,
            now
        ])?;
    Ok(ItemId(connection.last_insert_rowid()))
}

/// Writes title, status and assignee.
///
/// # Errors
/// What SQLite says.
pub fn update(connection: &Connection, item: &Item) -> Result<()> {
    connection
        .prepare_cached("UPDATE item SET title = ?2, status = ?3, assignee_id = ?4 WHERE id = ?1")?
        .execute(params![item.key.id.0, item.title, item.status.word(), item.assignee.map(|id| id.0)])?;
    refresh_waiting(connection, item.key.id)
}

/// Works out afresh whether a customer waits on an item: whether no agent's reply left for anybody, or is on its way (R3.3).
///
/// # Errors
/// What SQLite says.
pub fn refresh_waiting(connection: &Connection, item: ItemId) -> Result<()> {
    connection
        .prepare_cached(
            // What was in a conversation that was merged away stands in the other one.
            "UPDATE item SET waiting = (requester_id IS NOT NULL AND status = 'open' AND NOT EXISTS ( \
             WITH RECURSIVE place (id) AS (SELECT id FROM conversation WHERE item_id = ?1 AND audience = 'customer' \
               UNION SELECT into_id FROM merge JOIN place ON merge.from_id = place.id WHERE undone = 0) \
             SELECT 1 FROM place JOIN conversation c ON c.id = place.id AND c.agent_replies > 0 \
             JOIN message m ON m.conversation_id = c.id AND m.kind = 'reply' \
             WHERE (m.agent_id IS NOT NULL OR m.written_as IS NOT NULL) AND NOT coalesce((SELECT min(o.state = 'cancelled') \
               FROM outbox o WHERE o.message_id = m.id AND o.kind = 'reply'), 0))) WHERE id = ?1",
        )?
        .execute([item.0])?;
    Ok(())
}

/// The item that was imported under a key.
///
/// # Errors
/// What SQLite says.
pub fn by_source_key(connection: &Connection, key: &str) -> Result<Option<Item>> {
    Ok(connection.prepare_cached(&format!("{ITEM} WHERE source_key = ?1"))?.query_row([key], item).optional()?)
}

/// Agents who follow an item directly.
///
/// # Errors
/// What SQLite says.
pub fn following_agents(connection: &Connection, item: ItemId) -> Result<Vec<AgentId>> {
    let mut statement =
        connection.prepare_cached("SELECT agent_id FROM item_agent WHERE item_id = ?1 ORDER BY agent_id")?;
    let rows = statement.query_map([item.0], |row| row.get(0).map(AgentId))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Customers who follow an item.
///
/// # Errors
/// What SQLite says.
pub fn following_customers(connection: &Connection, item: ItemId) -> Result<Vec<CustomerId>> {
    let mut statement =
        connection.prepare_cached("SELECT customer_id FROM item_customer WHERE item_id = ?1 ORDER BY customer_id")?;
    let rows = statement.query_map([item.0], |row| row.get(0).map(CustomerId))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Groups that follow an item.
///
/// # Errors
/// What SQLite says.
pub fn following_groups(connection: &Connection, item: ItemId) -> Result<Vec<GroupId>> {
    let mut statement =
        connection.prepare_cached("SELECT group_id FROM item_group WHERE item_id = ?1 ORDER BY group_id")?;
    let rows = statement.query_map([item.0], |row| row.get(0).map(GroupId))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Lets an agent follow an item, or follow it no more; whether that changed anything.
///
/// # Errors
/// What SQLite says.
pub fn set_agent(connection: &Connection, item: ItemId, agent: AgentId, follows: bool) -> Result<bool> {
    let sql = if follows {
        "INSERT INTO item_agent (item_id, agent_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING"
    } else {
        "DELETE FROM item_agent WHERE item_id = ?1 AND agent_id = ?2"
    };
    Ok(connection.prepare_cached(sql)?.execute([item.0, agent.0])? > 0)
}

/// Lets a customer follow an item.
///
/// # Errors
/// What SQLite says.
pub fn add_customer(connection: &Connection, item: ItemId, customer: CustomerId) -> Result<bool> {
    Ok(connection
        .prepare_cached("INSERT INTO item_customer (item_id, customer_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute([item.0, customer.0])?
        > 0)
}

/// Lets a group follow an item.
///
/// # Errors
/// What SQLite says.
pub fn add_group(connection: &Connection, item: ItemId, group: GroupId) -> Result<bool> {
    Ok(connection
        .prepare_cached("INSERT INTO item_group (item_id, group_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute([item.0, group.0])?
        > 0)
}
