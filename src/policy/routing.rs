//! Whom routing may choose, and whom it chooses (R8.1–R8.3). Access and the lock are not in question: what waits is open,
//! and everybody in its group may see it.

use super::{
    access::Access,
    rights::{self, Circumstances},
};
use crate::domain::{
    conversation::Facts,
    id::{AgentId, GroupId, Seq},
    people::Agent,
};

/// Whether routing may choose an agent at all: active, ready (R8.2), and with the right to reply to customers (R8.3).
pub const fn is_available(agent: &Agent) -> bool {
    agent.active && agent.ready && agent.reply_to_customers
}

/// Whether routing may choose an agent for this conversation: available, in its group, sees it and may reply (R8.3).
pub fn may_choose(agent: &Agent, facts: &Facts) -> bool {
    let around = Circumstances { lock_reason: "", private_conversations: false, merged_away: false };
    is_available(agent)
        && is_member(agent, facts.group)
        && Access::of(agent).holds(facts)
        && rights::reply(agent, facts, &around).is_ok()
}

/// Whether an agent is in a conversation's group.
pub fn is_member(agent: &Agent, group: Option<GroupId>) -> bool {
    group.is_some_and(|group| agent.groups.contains(&group))
}

/// The group in whose line a conversation stands: a customer's, open, assigned to nobody.
pub fn line_of(facts: &Facts) -> Option<GroupId> {
    let unassigned = facts.assignee.is_none() && !facts.shut();
    // An internal conversation is in no group.
    facts.group.filter(|_| unassigned)
}

/// Somebody who may be chosen, and how busy they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub agent: AgentId,
    /// How many open conversations they are assigned.
    pub live: i64,
    /// The event with which one became theirs last; 0 for none yet.
    pub last_assigned: Seq,
}

/// Whom a dictator chooses (R8.1): the fewest live conversations; then longest idle, which is the longest since a
/// conversation became theirs in whatever way, and first of all who never had one; then the older agent.
pub fn chosen(candidates: &[Candidate]) -> Option<AgentId> {
    let key = |candidate: &&Candidate| (candidate.live, candidate.last_assigned, candidate.agent);
    candidates.iter().min_by_key(key).map(|candidate| candidate.agent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r8_1_a_dictator_takes_the_least_busy_then_the_longest_idle_then_the_oldest() {
        let candidate = |agent, live, last| Candidate { agent: AgentId(agent), live, last_assigned: Seq(last) };
        assert_eq!(chosen(&[]), None);
        assert_eq!(chosen(&[candidate(1, 2, 0), candidate(2, 1, 9)]), Some(AgentId(2)));
        assert_eq!(chosen(&[candidate(1, 1, 8), candidate(2, 1, 7), candidate(3, 1, 9)]), Some(AgentId(2)));
        assert_eq!(chosen(&[candidate(5, 0, 0), candidate(4, 0, 0)]), Some(AgentId(4)));
    }
}
