//! Who is sent what is written, and who is told of it.

use super::access::Access;
use crate::domain::{
    conversation::{Audience, EntryKind, Facts},
    id::{AgentId, CustomerId},
    people::{Agent, FromCustomers, Notify},
};

/// The customers who are sent an entry: replies in customer conversations only (R1.2, R1.3, R1.4). Never the writer.
pub fn customers(facts: &Facts, kind: EntryKind, writer: Option<CustomerId>) -> Vec<CustomerId> {
    match (facts.audience, kind) {
        (Audience::Customer, EntryKind::Reply) => {
            facts.customers.iter().map(|place| place.customer).filter(|customer| Some(*customer) != writer).collect()
        }
        (Audience::Customer, EntryKind::Note | EntryKind::System) | (Audience::Internal, _) => Vec::new(),
    }
}

/// Whether an agent is sent an entry: it follows and has access; without access it is dormant (R6.3), and so is an
/// administrator in a direct conversation of others (R6.11). Never the writer.
pub fn is_sent(agent: &Agent, facts: &Facts, writer: Option<AgentId>) -> bool {
    let access = Access::of(agent);
    Some(agent.id) != writer
        && facts.member(agent.id).is_some_and(crate::domain::conversation::Member::follows)
        && access.holds(facts)
        && !access.withheld(facts)
}

/// Whether From Customers or another section lists this conversation for an agent who may access it (R3.5).
///
/// `follows_project`: whether the agent follows the project that the conversation counts to.
pub fn in_scope(agent: &Agent, facts: &Facts, follows_project: bool) -> bool {
    if facts.audience == Audience::Internal {
        return true;
    }
    let member = facts.member(agent.id);
    let mine = facts.assignee == Some(agent.id) || member.is_some_and(|member| member.follows() || member.took_part());
    let queued =
        !facts.shut() && facts.assignee.is_none() && facts.group.is_some_and(|group| agent.groups.contains(&group));
    mine || queued
        || match agent.from_customers {
            FromCustomers::All => true,
            FromCustomers::Projects => follows_project,
            FromCustomers::Off | FromCustomers::Followed => false,
        }
}

/// Whether an agent is told of an entry (R7.1), apart from mentions.
pub fn is_told(agent: &Agent, facts: &Facts, writer: Option<AgentId>, follows_project: bool) -> bool {
    let preference = match facts.audience {
        Audience::Customer => agent.notify_customers,
        Audience::Internal => agent.notify_internal,
    };
    match preference {
        Notify::None => false,
        Notify::Mine => is_sent(agent, facts, writer),
        Notify::All => {
            Some(agent.id) != writer
                && Access::of(agent).holds(facts)
                && !Access::of(agent).withheld(facts)
                && !facts.member(agent.id).is_some_and(|member| member.unfollowed)
                && in_scope(agent, facts, follows_project)
        }
    }
}

/// Whether a new customer conversation rings an agent's bell (R7.4): its group's members, owner and admins.
pub fn is_told_of_new(agent: &Agent, facts: &Facts, writer: Option<AgentId>, follows_project: bool) -> bool {
    let concerned = agent.role.administers() || facts.group.is_some_and(|group| agent.groups.contains(&group));
    let wanted = match agent.notify_customers {
        Notify::None => false,
        Notify::Mine | Notify::All => true,
    };
    Some(agent.id) != writer
        && concerned
        && wanted
        && Access::of(agent).holds(facts)
        && in_scope(agent, facts, follows_project)
}
