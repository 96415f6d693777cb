//! Items, customers, agents, groups, drafts and the audit log, as rows.

use super::{
    Outcome,
    assign::no_group,
    page::{
        AgentRow, AuditRow, Cursor, CustomerRow, Denied, Draft, DraftFile, DraftPlace, FileFrom, GroupRow, ItemRef,
        ItemRow, Mode, Person, Viewer,
    },
    write::place_word,
};
use crate::{
    domain::{
        id::ConversationId,
        item::Item,
        people::{Agent, Customer},
    },
    policy::access::Access,
    store::{Connection, conversations::moment, drafts, events, items, lists, people},
};

/// An item for a row. Its requester is shown to everybody (R4.8).
pub(super) fn item_row(connection: &Connection, item: &Item) -> Outcome<ItemRow> {
    let requester = match item.requester {
        Some(id) => people::customer_by_id(connection, id)?.map(|customer| customer_row(customer).person),
        None => None,
    };
    let assignee = match item.assignee {
        Some(id) => {
            people::agent_by_id(connection, id)?.map(|agent| Person { name: agent.name, address: agent.handle })
        }
        None => None,
    };
    let project = match item.project {
        Some(id) => items::by_id(connection, id)?.map(|project| ItemRef { key: project.key, title: project.title }),
        None => None,
    };
    Ok(ItemRow {
        item: ItemRef { key: item.key, title: item.title.clone() },
        status: item.status,
        requester,
        assignee,
        project,
        cursor: Cursor(item.key.id.to_string()),
    })
}

/// A customer's record for a row.
pub(super) fn customer_row(customer: Customer) -> CustomerRow {
    let name = if customer.name.is_empty() { customer.address.clone() } else { customer.name };
    CustomerRow {
        person: Person { name, address: customer.address },
        organization: customer.organization,
        blocked: customer.blocked,
    }
}

/// Whether an agent may see a customer's record (R4.8).
pub(super) fn may_see_customer(connection: &Connection, me: &Agent, customer: &Customer) -> Outcome<bool> {
    let access = Access::of(me);
    Ok(access.everything() || customer.by_hand || lists::has_readable_conversation(connection, &access, customer.id)?)
}

/// A customer whose record an agent may see.
pub(super) fn visible_customer(connection: &Connection, me: &Agent, address: &str) -> Outcome<Customer> {
    if let Some(customer) = people::customer_by_address(connection, &address.trim().to_lowercase())?
        && may_see_customer(connection, me, &customer)?
    {
        return Ok(customer);
    }
    Err(Denied::NotFound(format!("There is no customer {}. See “deskline customer list”.", address.trim())))
}

/// Everybody on the team.
pub(super) fn agent_rows(connection: &Connection) -> Outcome<Vec<AgentRow>> {
    let groups = people::groups(connection)?;
    let named = |agent: &Agent| {
        groups.iter().filter(|group| agent.groups.contains(&group.id)).map(|group| group.name.clone()).collect()
    };
    Ok(people::agents(connection)?.into_iter().map(|agent| AgentRow { groups: named(&agent), agent }).collect())
}

/// One agent of the team.
pub(super) fn agent_row(connection: &Connection, handle: &str) -> Outcome<AgentRow> {
    let found = agent_rows(connection)?.into_iter().find(|row| row.agent.handle.eq_ignore_ascii_case(handle));
    found.ok_or_else(|| super::assign::no_agent(handle))
}

/// The groups with their members.
pub(super) fn group_rows(connection: &Connection) -> Outcome<Vec<GroupRow>> {
    let agents = people::agents(connection)?;
    let rows = people::groups(connection)?.into_iter().map(|group| GroupRow {
        members: agents
            .iter()
            .filter(|agent| agent.groups.contains(&group.id))
            .map(|agent| agent.handle.clone())
            .collect(),
        name: group.name,
        routing: group.routing,
        signature: group.signature,
    });
    Ok(rows.collect())
}

/// One group with its members.
pub(super) fn group_row(connection: &Connection, name: &str) -> Outcome<GroupRow> {
    let found = group_rows(connection)?.into_iter().find(|row| row.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| no_group(name))
}

/// The audit log; who may see it was asked before.
pub(super) fn audit(
    connection: &Connection,
    conversation: Option<ConversationId>,
    limit: usize,
) -> Outcome<Vec<AuditRow>> {
    Ok(events::list(connection, conversation, limit)?.into_iter().map(audit_row).collect())
}

/// The viewer's drafts at a place.
pub(super) fn drafts_at(connection: &Connection, who: &Viewer, place: &DraftPlace) -> Outcome<Vec<Draft>> {
    let word = place_word(place);
    let draft = |(mode, text): (String, String)| {
        let mode: Mode = mode.parse().ok()?;
        Some(Draft { place: place.clone(), mode, text, files: Vec::new() })
    };
    let mut kept: Vec<Draft> = drafts::at(connection, who.id, &word)?.into_iter().filter_map(draft).collect();
    for (mode, path, size) in drafts::files_at(connection, who.id, &word)? {
        let Ok(mode) = mode.parse::<Mode>() else { continue };
        let at = kept.iter().position(|draft| draft.mode == mode).unwrap_or_else(|| {
            kept.push(Draft { place: place.clone(), mode, text: String::new(), files: Vec::new() });
            kept.len() - 1
        });
        kept[at].files.push(DraftFile { from: FileFrom::of(path), size });
    }
    Ok(kept)
}

/// One line of the audit log.
fn audit_row(logged: events::Logged) -> AuditRow {
    AuditRow {
        at: moment(logged.at),
        agent: logged.agent,
        action: logged.kind,
        conversation: logged.conversation,
        detail: logged.detail,
    }
}
