//! Agents, customers, groups and settings.

use super::{Result, StoreError};
use crate::domain::{
    id::{AgentId, CustomerId, GroupId, Seq},
    people::{Agent, Customer, Group, Routing},
    setting::{SettingKey, Settings},
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

const AGENT: &str = "SELECT id, handle, name, public_name, role, active, ready, reply_to_customers, from_customers, \
     notify_customers, notify_internal, bell, mail, (SELECT address FROM agent_address WHERE agent_id = agent.id) FROM agent";

/// Reads a stored word; a word nobody knows means a damaged file.
pub(crate) fn word<T: std::str::FromStr<Err = String>>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    text.parse().map_err(|error: String| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, error.into())
    })
}

fn agent(row: &Row<'_>) -> rusqlite::Result<Agent> {
    Ok(Agent {
        id: AgentId(row.get(0)?),
        handle: row.get(1)?,
        name: row.get(2)?,
        public_name: row.get(3)?,
        role: word(row, 4)?,
        active: row.get(5)?,
        ready: row.get(6)?,
        reply_to_customers: row.get(7)?,
        from_customers: word(row, 8)?,
        notify_customers: word(row, 9)?,
        notify_internal: word(row, 10)?,
        bell: row.get(11)?,
        mail: word(row, 12)?,
        address: row.get(13)?,
        groups: Vec::new(),
    })
}

fn groups_of(connection: &Connection, agent: AgentId) -> Result<Vec<GroupId>> {
    let mut statement =
        connection.prepare_cached("SELECT group_id FROM group_member WHERE agent_id = ?1 ORDER BY group_id")?;
    let groups = statement.query_map([agent.0], |row| row.get(0).map(GroupId))?.collect::<rusqlite::Result<_>>()?;
    Ok(groups)
}

/// One agent, active or not.
///
/// # Errors
/// What SQLite says.
pub fn agent_by_id(connection: &Connection, id: AgentId) -> Result<Option<Agent>> {
    let found = connection.prepare_cached(&format!("{AGENT} WHERE id = ?1"))?.query_row([id.0], agent).optional()?;
    with_groups(connection, found)
}

/// One agent by handle, in any case, with or without `@`.
///
/// # Errors
/// What SQLite says.
pub fn agent_by_handle(connection: &Connection, handle: &str) -> Result<Option<Agent>> {
    let handle = handle.strip_prefix('@').unwrap_or(handle);
    let found =
        connection.prepare_cached(&format!("{AGENT} WHERE handle = ?1"))?.query_row([handle], agent).optional()?;
    with_groups(connection, found)
}

fn with_groups(connection: &Connection, found: Option<Agent>) -> Result<Option<Agent>> {
    match found {
        Some(mut found) => {
            found.groups = groups_of(connection, found.id)?;
            Ok(Some(found))
        }
        None => Ok(None),
    }
}

/// Every agent, by handle.
///
/// # Errors
/// What SQLite says.
pub fn agents(connection: &Connection) -> Result<Vec<Agent>> {
    let mut statement = connection.prepare_cached(&format!("{AGENT} ORDER BY handle"))?;
    let mut agents: Vec<Agent> = statement.query_map([], agent)?.collect::<rusqlite::Result<_>>()?;
    let mut statement = connection.prepare_cached("SELECT agent_id, group_id FROM group_member ORDER BY group_id")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id = AgentId(row.get(0)?);
        if let Some(agent) = agents.iter_mut().find(|agent| agent.id == id) {
            agent.groups.push(GroupId(row.get(1)?));
        }
    }
    Ok(agents)
}

/// Adds an agent, or writes the record of one there is (`id` other than 0).
///
/// # Errors
/// What SQLite says.
pub fn save_agent(connection: &Connection, agent: &Agent, now: i64, baseline: Seq) -> Result<AgentId> {
    let values = params![
        agent.handle,
        agent.name,
        agent.public_name,
        agent.role.word(),
        agent.active,
        agent.ready,
        agent.reply_to_customers,
        agent.from_customers.word(),
        agent.notify_customers.word(),
        agent.notify_internal.word(),
        agent.bell,
        agent.mail.word(),
    ];
    if agent.id.0 == 0 {
        connection
            .prepare_cached(&format!(
                "INSERT INTO agent (handle, name, public_name, role, active, ready, reply_to_customers, from_customers, \
                 notify_customers, notify_internal, bell, mail, baseline, created_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, {}, {now})",
                baseline.0
            ))?
            .execute(values)?;
        return Ok(AgentId(connection.last_insert_rowid()));
    }
    connection
        .prepare_cached(&format!(
            "UPDATE agent SET handle = ?1, name = ?2, public_name = ?3, role = ?4, active = ?5, ready = ?6, \
             reply_to_customers = ?7, from_customers = ?8, notify_customers = ?9, notify_internal = ?10, bell = ?11, mail = ?12 \
             WHERE id = {}",
            agent.id.0
        ))?
        .execute(values)?;
    Ok(agent.id)
}

/// Gives an agent a mail address, or takes it away.
///
/// # Errors
/// What SQLite says; another agent has that address.
pub fn set_address(connection: &Connection, agent: AgentId, address: Option<&str>) -> Result<()> {
    match address {
        Some(address) => connection
            .prepare_cached(
                "INSERT INTO agent_address (agent_id, address) VALUES (?1, ?2) \
                 ON CONFLICT (agent_id) DO UPDATE SET address = ?2",
            )?
            .execute(params![agent.0, address])?,
        None => connection.prepare_cached("DELETE FROM agent_address WHERE agent_id = ?1")?.execute([agent.0])?,
    };
    Ok(())
}

/// The active agents who are sent by mail what they miss.
///
/// # Errors
/// What SQLite says.
pub fn agents_by_mail(connection: &Connection) -> Result<Vec<Agent>> {
    let mut statement =
        connection.prepare_cached("SELECT id FROM agent WHERE mail <> 'off' AND active = 1 ORDER BY id")?;
    let ids: Vec<i64> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let mut agents = Vec::new();
    for id in ids {
        agents.extend(agent_by_id(connection, AgentId(id))?);
    }
    Ok(agents)
}

/// When an agent was last sent a mail about what it missed, in milliseconds since 1970.
///
/// # Errors
/// What SQLite says.
pub fn mailed_at(connection: &Connection, agent: AgentId) -> Result<i64> {
    Ok(connection
        .prepare_cached("SELECT mailed_at FROM agent WHERE id = ?1")?
        .query_row([agent.0], |row| row.get(0))
        .optional()?
        .unwrap_or(0))
}

/// Notes when an agent was sent such a mail.
///
/// # Errors
/// What SQLite says.
pub fn set_mailed_at(connection: &Connection, agent: AgentId, at: i64) -> Result<()> {
    connection.prepare_cached("UPDATE agent SET mailed_at = ?2 WHERE id = ?1")?.execute([agent.0, at])?;
    Ok(())
}

/// The newest event when an agent was added (R3.6).
///
/// # Errors
/// What SQLite says.
pub fn baseline(connection: &Connection, agent: AgentId) -> Result<Seq> {
    Ok(connection
        .prepare_cached("SELECT baseline FROM agent WHERE id = ?1")?
        .query_row([agent.0], |row| row.get(0).map(Seq))
        .optional()?
        .unwrap_or(Seq(0)))
}

/// Every agent's baseline.
///
/// # Errors
/// What SQLite says.
pub fn baselines(connection: &Connection) -> Result<Vec<(AgentId, Seq)>> {
    let mut statement = connection.prepare_cached("SELECT id, baseline FROM agent ORDER BY id")?;
    let rows = statement.query_map([], |row| Ok((AgentId(row.get(0)?), Seq(row.get(1)?))))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

const CUSTOMER: &str = "SELECT id, address, name, organization, blocked, by_hand FROM customer";

fn customer(row: &Row<'_>) -> rusqlite::Result<Customer> {
    Ok(Customer {
        id: CustomerId(row.get(0)?),
        address: row.get(1)?,
        name: row.get(2)?,
        organization: row.get(3)?,
        blocked: row.get(4)?,
        by_hand: row.get(5)?,
    })
}

/// One customer.
///
/// # Errors
/// What SQLite says.
pub fn customer_by_id(connection: &Connection, id: CustomerId) -> Result<Option<Customer>> {
    Ok(connection.prepare_cached(&format!("{CUSTOMER} WHERE id = ?1"))?.query_row([id.0], customer).optional()?)
}

/// One customer by (lower-case) address.
///
/// # Errors
/// What SQLite says.
pub fn customer_by_address(connection: &Connection, address: &str) -> Result<Option<Customer>> {
    Ok(connection
        .prepare_cached(&format!("{CUSTOMER} WHERE address = ?1"))?
        .query_row([address], customer)
        .optional()?)
}

/// Customers whose name, address or organization holds a text, by name. Access is the caller's (R4.8).
///
/// # Errors
/// What SQLite says.
pub fn customers_like(
    connection: &Connection,
    text: &str,
    each: &mut dyn FnMut(Customer) -> Result<bool>,
) -> Result<()> {
    let mut statement = connection.prepare_cached(&format!(
        "{CUSTOMER} WHERE ?1 = '' OR instr(lower(name), ?1) OR instr(address, ?1) OR instr(lower(coalesce(organization, '')), ?1) \
         ORDER BY id DESC"
    ))?;
    let mut rows = statement.query([text.to_lowercase()])?;
    while let Some(row) = rows.next()? {
        if !each(customer(row)?)? {
            break;
        }
    }
    Ok(())
}

/// Adds a customer, or writes the record of one there is (`id` other than 0).
///
/// # Errors
/// What SQLite says.
pub fn save_customer(connection: &Connection, customer: &Customer, now: i64) -> Result<CustomerId> {
    if customer.id.0 == 0 {
        connection
            .prepare_cached(
                "INSERT INTO customer (address, name, organization, blocked, by_hand, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![customer.address, customer.name, customer.organization, customer.blocked, customer.by_hand, now])?;
        return Ok(CustomerId(connection.last_insert_rowid()));
    }
    connection
        .prepare_cached("UPDATE customer SET name = ?1, organization = ?2, blocked = ?3, by_hand = ?4 WHERE id = ?5")?
        .execute(params![customer.name, customer.organization, customer.blocked, customer.by_hand, customer.id.0])?;
    Ok(customer.id)
}

fn group(row: &Row<'_>) -> rusqlite::Result<Group> {
    Ok(Group { id: GroupId(row.get(0)?), name: row.get(1)?, routing: word(row, 2)?, signature: row.get(3)? })
}

/// Every group, by name.
///
/// # Errors
/// What SQLite says.
pub fn groups(connection: &Connection) -> Result<Vec<Group>> {
    let mut statement =
        connection.prepare_cached("SELECT id, name, routing, signature FROM team_group ORDER BY name")?;
    Ok(statement.query_map([], group)?.collect::<rusqlite::Result<_>>()?)
}

/// One group by name, in any case.
///
/// # Errors
/// What SQLite says.
pub fn group_by_name(connection: &Connection, name: &str) -> Result<Option<Group>> {
    Ok(connection
        .prepare_cached("SELECT id, name, routing, signature FROM team_group WHERE name = ?1")?
        .query_row([name], group)
        .optional()?)
}

/// How a group's new conversations find an agent (R8.1); `None` where there is no such group.
///
/// # Errors
/// What SQLite says.
pub fn routing(connection: &Connection, group: GroupId) -> Result<Option<Routing>> {
    Ok(connection
        .prepare_cached("SELECT routing FROM team_group WHERE id = ?1")?
        .query_row([group.0], |row| word(row, 0))
        .optional()?)
}

/// What stands under the mails of a group; may be empty.
///
/// # Errors
/// What SQLite says.
pub fn signature(connection: &Connection, group: GroupId) -> Result<String> {
    Ok(connection
        .prepare_cached("SELECT signature FROM team_group WHERE id = ?1")?
        .query_row([group.0], |row| row.get(0))
        .optional()?
        .unwrap_or_default())
}

/// Adds a group, or writes one there is (`id` other than 0).
///
/// # Errors
/// What SQLite says.
pub fn save_group(connection: &Connection, group: &Group) -> Result<GroupId> {
    if group.id.0 == 0 {
        connection
            .prepare_cached("INSERT INTO team_group (name, routing, signature) VALUES (?1, ?2, ?3)")?
            .execute(params![group.name, group.routing.word(), group.signature])?;
        return Ok(GroupId(connection.last_insert_rowid()));
    }
    connection.prepare_cached("UPDATE team_group SET routing = ?1, signature = ?2 WHERE id = ?3")?.execute(params![
        group.routing.word(),
        group.signature,
        group.id.0
    ])?;
    Ok(group.id)
}

/// Lets an agent join or leave a group; whether that changed anything.
///
/// # Errors
/// What SQLite says.
pub fn set_group_member(connection: &Connection, group: GroupId, agent: AgentId, joins: bool) -> Result<bool> {
    let sql = if joins {
        "INSERT INTO group_member (group_id, agent_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING"
    } else {
        "DELETE FROM group_member WHERE group_id = ?1 AND agent_id = ?2"
    };
    Ok(connection.prepare_cached(sql)?.execute([group.0, agent.0])? > 0)
}

/// The settings as they are.
///
/// # Errors
/// What SQLite says, or a stored value that no version of this program wrote.
pub fn settings(connection: &Connection) -> Result<Settings> {
    let mut settings = Settings::default();
    let mut statement = connection.prepare_cached("SELECT key, value FROM setting")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let key: SettingKey = word(row, 0)?;
        let value: String = row.get(1)?;
        settings.set(key, &value).map_err(StoreError::Sentence)?;
    }
    Ok(settings)
}

/// Writes one setting.
///
/// # Errors
/// What SQLite says.
pub fn save_setting(connection: &Connection, key: SettingKey, value: &str) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2")?
        .execute([key.word(), value])?;
    Ok(())
}
