//! The predicate of §9, as data: one source, read by Rust (`holds`) and by SQL (`classes`).
//!
//! Every conversation is in exactly one class at a time, its *reach*; an agent may access a fixed set of classes. So a list
//! is a merge of one ordered range a class, and no list has to look at what its viewer may not see.

use crate::domain::{
    conversation::{Audience, Facts, Member, Privacy},
    id::{AgentId, CustomerId, EntrySeq, GroupId},
    people::Agent,
};

/// Which agents may see a conversation, besides owner and admins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Every active agent.
    Team,
    /// Nobody else.
    Administration,
    /// The named participants of a private internal conversation on an item (R6.9).
    Named,
    /// The named participants of a direct internal conversation (R6.11).
    Direct,
    /// One agent: the assignee of a private conversation (R6.2).
    Agent(AgentId),
    /// The members of a group: private and unassigned (R6.4).
    Group(GroupId),
}

impl Reach {
    /// The class as one number, for the index: below 10 the fixed ones, then agents (even) and groups (odd).
    pub const fn code(self) -> i64 {
        match self {
            Self::Team => 1,
            Self::Administration => 2,
            Self::Named => 3,
            Self::Direct => 4,
            Self::Agent(agent) => 10 + agent.0 * 2,
            Self::Group(group) => 11 + group.0 * 2,
        }
    }
}

/// The class that a conversation is in.
pub fn reach(facts: &Facts) -> Reach {
    match (facts.audience, facts.privacy) {
        (Audience::Internal, _) if facts.item.is_none() => Reach::Direct,
        (Audience::Customer | Audience::Internal, Privacy::Public) => Reach::Team,
        (Audience::Internal, Privacy::Private) => Reach::Named,
        (Audience::Customer, Privacy::Private) => match (facts.assignee, facts.group) {
            (Some(assignee), _) => Reach::Agent(assignee),
            (None, Some(group)) => Reach::Group(group),
            (None, None) => Reach::Administration,
        },
    }
}

/// The class under which a conversation stands in the lists of one agent who has a place in it: being named counts as
/// the agent's own class, so that these lists too are one range a class.
pub fn own_reach(facts: &Facts, member: &Member) -> Reach {
    match reach(facts) {
        Reach::Named | Reach::Direct if member.named() => Reach::Agent(member.agent),
        other => other,
    }
}

/// What one agent may access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    agent: AgentId,
    active: bool,
    everything: bool,
    groups: Vec<GroupId>,
}

impl Access {
    /// The access of an agent, by its record as it is now.
    pub fn of(agent: &Agent) -> Self {
        Self {
            agent: agent.id,
            active: agent.active,
            everything: agent.active && agent.role.administers(),
            groups: agent.groups.clone(),
        }
    }

    /// Whose access this is.
    pub const fn agent(&self) -> AgentId {
        self.agent
    }

    /// Owner and admins: every class (R6.2).
    pub const fn everything(&self) -> bool {
        self.everything
    }

    /// The groups the agent is in.
    pub fn groups(&self) -> &[GroupId] {
        &self.groups
    }

    /// The classes the agent may access without being named; `None` for all of them.
    pub fn classes(&self) -> Option<Vec<i64>> {
        if self.everything {
            return None;
        }
        if !self.active {
            return Some(Vec::new());
        }
        let mut classes = vec![Reach::Team.code(), Reach::Agent(self.agent).code()];
        classes.extend(self.groups.iter().map(|group| Reach::Group(*group).code()));
        Some(classes)
    }

    /// Whether the agent may read a conversation: access(agent a, c) of §9.
    pub fn holds(&self, facts: &Facts) -> bool {
        self.active && (self.everything || self.reaches(reach(facts), || facts.names(self.agent)))
    }

    /// Whether a conversation of others is shown to an administrator only on a deliberate, audited opening (R6.11).
    pub fn withheld(&self, facts: &Facts) -> bool {
        facts.direct() && !facts.names(self.agent)
    }

    fn reaches(&self, reach: Reach, named: impl Fn() -> bool) -> bool {
        match reach {
            Reach::Team => true,
            Reach::Administration => false,
            Reach::Named | Reach::Direct => named(),
            Reach::Agent(agent) => agent == self.agent,
            Reach::Group(group) => self.groups.contains(&group),
        }
    }
}

/// From which entry on a customer may read a conversation: access(customer k, c) of §9; `None` for not at all.
///
/// `shared` says whether the organization setting is on and the customer is of the requester's organization.
pub fn customer_reads_after(customer: CustomerId, facts: &Facts, shared: bool) -> Option<EntrySeq> {
    if facts.audience != Audience::Customer {
        return None;
    }
    if facts.requester == Some(customer) || (shared && facts.privacy == Privacy::Public) {
        return Some(EntrySeq(0));
    }
    facts.customers.iter().find(|place| place.customer == customer).map(|place| place.since)
}
