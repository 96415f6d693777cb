//! Sidebar numbers (R3.6): each exactly what its section lists for this viewer, to 999.

use super::{
    Result,
    lists::{self, Reader},
    members::own_list_code,
    tally::{self, Sum},
};
use crate::{
    domain::{conversation::Audience, people::FromCustomers, section::Section},
    policy::access::Reach,
};
use rusqlite::{Connection, params_from_iter};

/// Counting stops here: 1000 means more than 999.
const CAP: i64 = 1_000;

/// How many a section lists and how many of them are unread for the reader; each at most 1000.
///
/// # Errors
/// What SQLite says.
pub fn section(connection: &Connection, reader: &Reader<'_>, section: Section) -> Result<Sum> {
    let access = reader.access;
    let agent = access.agent();
    let mut sum = Sum::default();
    match section {
        Section::Unassigned if access.everything() => sum += tally::queue(connection, agent, None, None)?,
        Section::Unassigned => {
            for group in access.groups() {
                sum += tally::queue(connection, agent, Some(group.0), None)?;
            }
        }
        Section::Live => {
            sum += members(connection, "member_live", "member_live_unread", "agent_id = ?1 AND live = 1", &[agent.0])?;
        }
        Section::NeedsReassignment if access.everything() => sum += tally::reassignment(connection, agent)?,
        Section::All if access.everything() => sum += everything(connection, reader)?,
        Section::NeedsReassignment | Section::All => {}
        Section::Open => sum += from_customers(connection, reader, false)?,
        Section::Closed => sum += from_customers(connection, reader, true)?,
        Section::Unanswered => {
            let waiting =
                lists::unanswered(connection, reader, None, usize::try_from(CAP).unwrap_or(usize::MAX))?.len();
            let waiting = i64::try_from(waiting).unwrap_or(CAP);
            sum += Sum { total: waiting, unread: waiting };
        }
        Section::CustomerReplies | Section::InternalInbox | Section::InternalSent | Section::AllClosed => {
            sum += own_list(connection, reader, section)?;
        }
    }
    Ok(Sum { total: sum.total.min(CAP), unread: sum.unread.min(CAP) })
}

/// All conversations: everything but direct ones of others (R6.11), of which no number is given.
fn everything(connection: &Connection, reader: &Reader<'_>) -> Result<Sum> {
    let agent = reader.access.agent();
    let mut sum = Sum::default();
    for shut in [false, true] {
        sum += tally::audience(connection, agent, Audience::Customer, shut, None)?;
        for class in [Reach::Team, Reach::Named] {
            sum += tally::audience(connection, agent, Audience::Internal, shut, Some(class.code()))?;
        }
    }
    sum += own_direct(connection, reader)?;
    Ok(sum)
}

/// Direct conversations that name the reader: each stands in one of its lists.
fn own_direct(connection: &Connection, reader: &Reader<'_>) -> Result<Sum> {
    let agent = reader.access.agent();
    Ok(connection
        .prepare_cached(
            "SELECT count(*), coalesce(sum(unread), 0) FROM (SELECT member.unread AS unread FROM member INDEXED BY member_list_by_reach \
             CROSS JOIN conversation ON conversation.id = member.conversation_id \
             WHERE member.agent_id = ?1 AND member.list > 0 AND member.list IN (2, 3, 4) AND member.reach = ?2 \
             AND conversation.reach = ?3 LIMIT ?4)",
        )?
        .query_row([agent.0, Reach::Agent(agent).code(), Reach::Direct.code(), CAP], |row| {
            Ok(Sum { total: row.get(0)?, unread: row.get(1)? })
        })?)
}

fn from_customers(connection: &Connection, reader: &Reader<'_>, shut: bool) -> Result<Sum> {
    let access = reader.access;
    let agent = access.agent();
    let mut sum = Sum::default();
    match reader.agent.from_customers {
        FromCustomers::Off => {}
        FromCustomers::All => match access.classes() {
            None => sum += tally::audience(connection, agent, Audience::Customer, shut, None)?,
            Some(classes) => {
                for class in classes {
                    sum += tally::audience(connection, agent, Audience::Customer, shut, Some(class))?;
                }
            }
        },
        FromCustomers::Projects => {
            for project in reader.projects {
                match access.classes() {
                    None => sum += tally::project(connection, agent, *project, shut, None)?,
                    Some(classes) => {
                        for class in classes {
                            sum += tally::project(connection, agent, *project, shut, Some(class))?;
                        }
                    }
                }
            }
        }
        FromCustomers::Followed => {
            let followed = i64::from(shut) + 1;
            let (condition, index) = ("agent_id = ?1 AND followed = ?2 AND followed > 0", "member_followed");
            match access.classes() {
                None => sum += members(connection, index, "member_followed_unread", condition, &[agent.0, followed])?,
                Some(classes) => {
                    let condition = format!("{condition} AND reach = ?3");
                    for class in classes {
                        let values = [agent.0, followed, class];
                        sum += members(
                            connection,
                            "member_followed_by_reach",
                            "member_followed_unread",
                            &condition,
                            &values,
                        )?;
                    }
                }
            }
        }
    }
    Ok(sum)
}

fn own_list(connection: &Connection, reader: &Reader<'_>, section: Section) -> Result<Sum> {
    let access = reader.access;
    let (agent, list) = (access.agent().0, own_list_code(section));
    let condition = "agent_id = ?1 AND list = ?2 AND list > 0";
    let mut sum = Sum::default();
    match access.classes() {
        None => sum += members(connection, "member_list", "member_list_unread", condition, &[agent, list])?,
        Some(classes) => {
            let condition = format!("{condition} AND reach = ?3");
            for class in classes {
                sum += members(
                    connection,
                    "member_list_by_reach",
                    "member_list_unread",
                    &condition,
                    &[agent, list, class],
                )?;
            }
        }
    }
    Ok(sum)
}

/// Counts member rows by two indexes, one of all and one of the unread.
fn members(connection: &Connection, all: &str, unread: &str, condition: &str, values: &[i64]) -> Result<Sum> {
    let count = |index: &str, more: &str| -> Result<i64> {
        Ok(connection
            .prepare_cached(&format!(
                "SELECT count(*) FROM (SELECT 1 FROM member INDEXED BY {index} WHERE {condition}{more} LIMIT {CAP})"
            ))?
            .query_row(params_from_iter(values), |row| row.get(0))?)
    };
    Ok(Sum { total: count(all, "")?, unread: count(unread, " AND unread = 1")? })
}

/// Unread conversations over all sections of the reader, each once (R3.6); at most 1000.
///
/// # Errors
/// What SQLite says.
pub fn badge(connection: &Connection, reader: &Reader<'_>) -> Result<i64> {
    let access = reader.access;
    if access.everything() {
        return Ok(everything(connection, reader)?.unread.min(CAP));
    }
    let agent = access.agent();
    if reader.agent.from_customers == FromCustomers::All {
        // From Customers lists every customer conversation; only internal ones come on top.
        let customers =
            from_customers(connection, reader, false)?.unread + from_customers(connection, reader, true)?.unread;
        return Ok(if customers >= CAP {
            CAP
        } else {
            (customers + own_internal_unread(connection, reader)?).min(CAP)
        });
    }
    let mine = own_unread(connection, reader)?;
    let count = |keep: &dyn Fn(&Own) -> bool| i64::try_from(mine.iter().filter(|own| keep(own)).count()).unwrap_or(CAP);
    let in_queue = |own: &Own| own.waiting && access.groups().iter().any(|group| group.0 == own.group);
    let in_projects = |own: &Own| own.customer && reader.projects.contains(&own.project);
    let unread = match reader.agent.from_customers {
        FromCustomers::All | FromCustomers::Off | FromCustomers::Followed => {
            let queue = section(connection, reader, Section::Unassigned)?.unread;
            queue + count(&|own| !in_queue(own))
        }
        FromCustomers::Projects => {
            let queue = section(connection, reader, Section::Unassigned)?.unread;
            let projects =
                from_customers(connection, reader, false)?.unread + from_customers(connection, reader, true)?.unread;
            let mut both = 0;
            for group in access.groups() {
                for project in reader.projects {
                    both += tally::queue(connection, agent, Some(group.0), Some(*project))?.unread;
                }
            }
            queue + projects - both + count(&|own| !in_queue(own) && !in_projects(own))
        }
    };
    Ok(unread.min(CAP))
}

/// Unread internal conversations of My Conversations. Closed ones stand beside customers' in one list and are told apart
/// by the conversation; where the first thousand are all customers', those alone are more than is counted.
fn own_internal_unread(connection: &Connection, reader: &Reader<'_>) -> Result<i64> {
    let classes = classes_in_words(reader);
    Ok(connection
        .prepare_cached(&format!(
            "SELECT (SELECT count(*) FROM (SELECT 1 FROM member INDEXED BY member_list_unread WHERE agent_id = ?1 AND list > 0               AND list IN (2, 3) AND unread = 1 AND reach IN ({classes}) LIMIT {CAP}))              + (SELECT count(*) FROM (SELECT conversation_id FROM member INDEXED BY member_list_unread WHERE agent_id = ?1               AND list > 0 AND list = 4 AND unread = 1 AND reach IN ({classes}) LIMIT {CAP}) AS own               CROSS JOIN conversation c ON c.id = own.conversation_id WHERE c.audience = 'internal')"
        ))?
        .query_row([reader.access.agent().0], |row| row.get(0))?)
}

fn classes_in_words(reader: &Reader<'_>) -> String {
    let classes: Vec<String> = reader.access.classes().unwrap_or_default().iter().map(i64::to_string).collect();
    classes.join(", ")
}

/// One unread conversation of My Conversations or Live.
struct Own {
    customer: bool,
    waiting: bool,
    group: i64,
    project: i64,
}

fn own_unread(connection: &Connection, reader: &Reader<'_>) -> Result<Vec<Own>> {
    let access = reader.access;
    let classes = classes_in_words(reader);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT c.audience = 'customer', c.audience = 'customer' AND c.shut = 0 AND c.assignee_id IS NULL, coalesce(c.group_id, 0), \
         coalesce(c.project_id, 0) FROM \
         (SELECT conversation_id FROM member INDEXED BY member_list_unread \
          WHERE agent_id = ?1 AND list > 0 AND list IN (1, 2, 3, 4) AND unread = 1 AND reach IN ({classes}) \
          UNION SELECT conversation_id FROM member INDEXED BY member_live_unread WHERE agent_id = ?1 AND live = 1 AND unread = 1 \
          LIMIT {CAP}) AS own CROSS JOIN conversation c ON c.id = own.conversation_id"
    ))?;
    let rows = statement.query_map([access.agent().0], |row| {
        Ok(Own { customer: row.get(0)?, waiting: row.get(1)?, group: row.get(2)?, project: row.get(3)? })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
