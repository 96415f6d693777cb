//! The lists of the sections: a merge of ordered ranges, one a class, so that a page costs what it shows.

use super::{Result, members::own_list_code, predicate};
use crate::{
    domain::{
        id::{ConversationId, CustomerId, ItemId},
        people::{Agent, FromCustomers},
        section::Section,
    },
    policy::access::Access,
};
use rusqlite::{Connection, params_from_iter};

/// The place of a row in a list: its activity, in milliseconds since 1970, and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// Milliseconds since 1970.
    pub at: i64,
    /// The conversation.
    pub id: ConversationId,
}

/// Where a window lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// The newest rows, older than this key where given.
    Older(Option<Key>),
    /// The rows before this one, or the oldest of all.
    Newer(Option<Key>),
}

/// One ordered range of one index.
#[derive(Debug, Clone)]
pub struct Stream {
    table: &'static str,
    index: &'static str,
    id: &'static str,
    condition: String,
    values: Vec<i64>,
}

/// For whom a list is read: the record as it is now.
#[derive(Debug)]
pub struct Reader<'a> {
    /// Settings and groups.
    pub agent: &'a Agent,
    /// Access.
    pub access: &'a Access,
    /// The projects the agent follows; read only where they are the scope.
    pub projects: &'a [i64],
}

impl Stream {
    fn conversations(index: &'static str, condition: &str, values: Vec<i64>) -> Self {
        Self { table: "conversation", index, id: "id", condition: condition.to_owned(), values }
    }

    fn members(index: &'static str, condition: &str, values: Vec<i64>) -> Self {
        Self { table: "member", index, id: "conversation_id", condition: condition.to_owned(), values }
    }

    /// The statement for a window, for running it and for explaining it.
    pub fn sql(&self, window: Window) -> String {
        let (compare, order) = match window {
            Window::Older(_) => ("<", "DESC"),
            Window::Newer(_) => (">", "ASC"),
        };
        let (first, Self { table, index, id, condition, .. }) = (self.values.len() + 1, self);
        format!(
            "SELECT at, {id} FROM {table} INDEXED BY {index} WHERE {condition} AND (at, {id}) {compare} (?{first}, ?{}) \
             ORDER BY at {order}, {id} {order} LIMIT ?{}",
            first + 1,
            first + 2
        )
    }

    fn read(&self, connection: &Connection, window: Window, rows: usize) -> Result<Vec<Key>> {
        let edge = match window {
            Window::Older(key) => key.unwrap_or(Key { at: i64::MAX, id: ConversationId(i64::MAX) }),
            Window::Newer(key) => key.unwrap_or(Key { at: i64::MIN, id: ConversationId(0) }),
        };
        let mut values = self.values.clone();
        values.extend([edge.at, edge.id.0, i64::try_from(rows).unwrap_or(i64::MAX)]);
        let mut statement = connection.prepare_cached(&self.sql(window))?;
        let keys = statement
            .query_map(params_from_iter(values), |row| Ok(Key { at: row.get(0)?, id: ConversationId(row.get(1)?) }))?;
        Ok(keys.collect::<rusqlite::Result<_>>()?)
    }
}

/// The ranges that make up a section for one agent; none where the agent has no such section.
///
/// # Errors
/// What SQLite says.
pub fn streams(connection: &Connection, reader: &Reader<'_>, section: Section) -> Result<Vec<Stream>> {
    let access = reader.access;
    let agent = access.agent().0;
    let whole = |index, condition: &str| Ok(vec![Stream::conversations(index, condition, vec![])]);
    match section {
        Section::Unassigned => {
            let waiting = "audience = 'customer' AND shut = 0 AND assignee_id IS NULL";
            if access.everything() {
                return whole("conversation_unassigned", waiting);
            }
            let of_group = format!("{waiting} AND group_id = ?1");
            let groups = access.groups().iter();
            Ok(groups
                .map(|group| Stream::conversations("conversation_unassigned_by_group", &of_group, vec![group.0]))
                .collect())
        }
        Section::Live => Ok(vec![Stream::members("member_live", "agent_id = ?1 AND live = 1", vec![agent])]),
        Section::NeedsReassignment if access.everything() => {
            whole("conversation_needs_reassignment", "needs_reassignment = 1 AND shut = 0")
        }
        Section::All if access.everything() => whole("conversation_newest", "1"),
        Section::NeedsReassignment | Section::All | Section::Unanswered => Ok(Vec::new()),
        Section::Open => from_customers(connection, reader, false),
        Section::Closed => from_customers(connection, reader, true),
        Section::CustomerReplies | Section::InternalInbox | Section::InternalSent | Section::AllClosed => {
            let list = own_list_code(section);
            Ok(match access.classes() {
                None => {
                    vec![Stream::members("member_list", "agent_id = ?1 AND list = ?2 AND list > 0", vec![agent, list])]
                }
                Some(classes) => classes
                    .into_iter()
                    .map(|class| {
                        let condition = "agent_id = ?1 AND list = ?2 AND list > 0 AND reach = ?3";
                        Stream::members("member_list_by_reach", condition, vec![agent, list, class])
                    })
                    .collect(),
            })
        }
    }
}

fn from_customers(connection: &Connection, reader: &Reader<'_>, shut: bool) -> Result<Vec<Stream>> {
    let (access, shut_code) = (reader.access, i64::from(shut));
    let agent = access.agent().0;
    match (reader.agent.from_customers, access.classes()) {
        (FromCustomers::Off, _) => Ok(Vec::new()),
        (FromCustomers::All, None) => Ok(vec![Stream::conversations(
            "conversation_from_customers",
            "audience = 'customer' AND shut = ?1",
            vec![shut_code],
        )]),
        (FromCustomers::All, Some(classes)) => Ok(classes
            .into_iter()
            .map(|class| {
                let condition = "audience = 'customer' AND shut = ?1 AND reach = ?2";
                Stream::conversations("conversation_by_reach", condition, vec![shut_code, class])
            })
            .collect()),
        (FromCustomers::Projects, classes) => {
            let mut streams = Vec::new();
            for project in reader.projects {
                let classes = match &classes {
                    Some(classes) => classes.clone(),
                    None => classes_of_project(connection, *project, shut)?,
                };
                streams.extend(classes.into_iter().map(|class| {
                    let condition = "project_id = ?1 AND project_id IS NOT NULL AND audience = 'customer' AND shut = ?2 AND reach = ?3";
                    Stream::conversations("conversation_by_project", condition, vec![*project, shut_code, class])
                }));
            }
            Ok(streams)
        }
        (FromCustomers::Followed, None) => {
            let condition = "agent_id = ?1 AND followed = ?2 AND followed > 0";
            Ok(vec![Stream::members("member_followed", condition, vec![agent, shut_code + 1])])
        }
        (FromCustomers::Followed, Some(classes)) => Ok(classes
            .into_iter()
            .map(|class| {
                let condition = "agent_id = ?1 AND followed = ?2 AND followed > 0 AND reach = ?3";
                Stream::members("member_followed_by_reach", condition, vec![agent, shut_code + 1, class])
            })
            .collect()),
    }
}

fn classes_of_project(connection: &Connection, project: i64, shut: bool) -> Result<Vec<i64>> {
    let mut statement = connection
        .prepare_cached("SELECT c FROM tally WHERE range = 'project' AND a = ?1 AND b = ?2 AND total > 0 ORDER BY c")?;
    let classes = statement.query_map([project, i64::from(shut)], |row| row.get(0))?;
    Ok(classes.collect::<rusqlite::Result<_>>()?)
}

/// A window of a section, newest first, at most `rows`.
///
/// # Errors
/// What SQLite says.
pub fn page(
    connection: &Connection,
    reader: &Reader<'_>,
    section: Section,
    window: Window,
    rows: usize,
) -> Result<Vec<Key>> {
    let mut keys = Vec::new();
    for stream in streams(connection, reader, section)? {
        keys.extend(stream.read(connection, window, rows)?);
    }
    match window {
        Window::Older(_) => {
            keys.sort_unstable_by(|one, other| other.cmp(one));
            keys.truncate(rows);
        }
        Window::Newer(_) => {
            keys.sort_unstable();
            keys.truncate(rows);
            keys.reverse();
        }
    }
    Ok(keys)
}

/// The projects an agent follows.
///
/// # Errors
/// What SQLite says.
pub fn followed_projects(connection: &Connection, agent: &Agent) -> Result<Vec<i64>> {
    let mut statement = connection.prepare_cached(
        "SELECT item.id FROM item_agent JOIN item ON item.id = item_agent.item_id \
         WHERE item_agent.agent_id = ?1 AND item.kind = 'project' \
         UNION SELECT item.id FROM group_member JOIN item_group USING (group_id) JOIN item ON item.id = item_group.item_id \
         WHERE group_member.agent_id = ?1 AND item.kind = 'project' ORDER BY 1",
    )?;
    let projects = statement.query_map([agent.id.0], |row| row.get(0))?;
    Ok(projects.collect::<rusqlite::Result<_>>()?)
}

/// Unanswered items in an agent's scope (R3.3, R3.5), newest first, below `before` where given.
///
/// # Errors
/// What SQLite says.
pub fn unanswered(
    connection: &Connection,
    reader: &Reader<'_>,
    before: Option<ItemId>,
    rows: usize,
) -> Result<Vec<ItemId>> {
    let before = before.map_or(i64::MAX, |id| id.0);
    let limit = i64::try_from(rows).unwrap_or(i64::MAX);
    let mut items: Vec<i64> = Vec::new();
    let mut collect = |sql: &str, values: Vec<i64>| -> Result<()> {
        let mut statement = connection.prepare_cached(sql)?;
        let found = statement.query_map(params_from_iter(values), |row| row.get::<_, i64>(0))?;
        for id in found {
            items.push(id?);
        }
        Ok(())
    };
    match reader.agent.from_customers {
        FromCustomers::Off => {}
        FromCustomers::All => collect(
            "SELECT id FROM item INDEXED BY item_waiting WHERE waiting = 1 AND id < ?1 ORDER BY id DESC LIMIT ?2",
            vec![before, limit],
        )?,
        FromCustomers::Projects => {
            for project in reader.projects {
                collect(
                    "SELECT id FROM item INDEXED BY item_waiting_by_project WHERE waiting = 1 AND project_id = ?1 AND id < ?2 \
                     ORDER BY id DESC LIMIT ?3",
                    vec![*project, before, limit],
                )?;
                // The project itself can be what a customer waits for.
                collect("SELECT id FROM item WHERE id = ?1 AND waiting = 1 AND id < ?2", vec![*project, before])?;
            }
        }
        FromCustomers::Followed => collect(
            "SELECT item.id FROM item_agent CROSS JOIN item ON item.id = item_agent.item_id \
             WHERE item_agent.agent_id = ?1 AND item_agent.item_id < ?2 AND item.waiting = 1 \
             ORDER BY item_agent.item_id DESC LIMIT ?3",
            vec![reader.agent.id.0, before, limit],
        )?,
    }
    items.sort_unstable_by(|one, other| other.cmp(one));
    items.dedup();
    items.truncate(rows);
    Ok(items.into_iter().map(ItemId).collect())
}

/// The conversations of an item that an agent may access (R4.4), newest first, without direct ones of others.
///
/// # Errors
/// What SQLite says.
pub fn of_item(connection: &Connection, access: &Access, item: ItemId) -> Result<Vec<ConversationId>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT c.id FROM conversation c INDEXED BY conversation_by_item WHERE c.item_id = ?1 AND {} ORDER BY c.at DESC, c.id DESC LIMIT 1000",
        predicate::openly_readable(access)
    ))?;
    let ids = statement.query_map([item.0], |row| row.get(0).map(ConversationId))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// Whether a customer is an item's requester or has a conversation that an agent may access (R4.8).
///
/// # Errors
/// What SQLite says.
pub fn has_readable_conversation(connection: &Connection, access: &Access, customer: CustomerId) -> Result<bool> {
    Ok(connection
        .prepare_cached(&format!(
            "SELECT EXISTS (SELECT 1 FROM item WHERE requester_id = ?1) OR EXISTS (SELECT 1 FROM participant \
             CROSS JOIN conversation c ON c.id = participant.conversation_id WHERE participant.customer_id = ?1 AND {})",
            predicate::readable(access)
        ))?
        .query_row([customer.0], |row| row.get(0))?)
}

/// Whether an agent may read a conversation openly.
///
/// # Errors
/// What SQLite says.
pub fn is_readable(connection: &Connection, access: &Access, conversation: ConversationId) -> Result<bool> {
    Ok(connection
        .prepare_cached(&format!(
            "SELECT EXISTS (SELECT 1 FROM conversation c WHERE c.id = ?1 AND {})",
            predicate::openly_readable(access)
        ))?
        .query_row([conversation.0], |row| row.get(0))?)
}

/// Every conversation that an agent may read openly, by number: for the export.
///
/// # Errors
/// What SQLite says.
pub fn exported(connection: &Connection, access: &Access) -> Result<Vec<ConversationId>> {
    let mut statement = connection.prepare(&format!(
        "SELECT c.id FROM conversation c WHERE {} ORDER BY c.id",
        predicate::openly_readable(access)
    ))?;
    let ids = statement.query_map([], |row| row.get(0).map(ConversationId))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}
