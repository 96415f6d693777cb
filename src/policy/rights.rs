//! Who may reply, assign, change state and privacy. Access comes first and is not asked here again.

use crate::domain::{
    conversation::{Audience, Facts, Privacy, State},
    id::GroupId,
    people::{Agent, Role},
    refusal::{Refusal, RefusalKind},
};

/// A right, or why there is none.
pub type Right = Result<(), Refusal>;

/// What stands around a conversation that a right depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances<'a> {
    /// "Locked by Ana on 3 May. Unlock to reply." where it is locked (R2.4).
    pub lock_reason: &'a str,
    /// Whether conversations can be made private at all (R6.1).
    pub private_conversations: bool,
    /// Whether everything in it was merged into another conversation.
    pub merged_away: bool,
}

fn in_group(agent: &Agent, group: Option<GroupId>) -> bool {
    group.is_some_and(|group| agent.groups.contains(&group))
}

fn not_locked(facts: &Facts, around: &Circumstances<'_>) -> Right {
    match facts.state {
        State::Locked => Err(Refusal::new(RefusalKind::Locked, "R2.4", around.lock_reason)),
        State::Open | State::Closed => Ok(()),
    }
}

/// What is written goes where its entries are; here it would begin a second thread, whose answers come there.
fn not_merged(around: &Circumstances<'_>) -> Right {
    if around.merged_away {
        return Err(Refusal::denied(
            "R5.4",
            "This conversation was merged into another one. Write there, or undo the merging.",
        ));
    }
    Ok(())
}

/// Works in it: what R5.2 asks of who replies, without the right `reply_to_customers` and without the lock.
///
/// # Errors
/// Outside the group, not assigned and not added by name (R5.2).
pub fn works_in(agent: &Agent, facts: &Facts) -> Right {
    if facts.direct() && !facts.names(agent.id) {
        return Err(Refusal::denied(
            "R6.11",
            "You take no part in this direct conversation. Ask one of its participants to add you.",
        ));
    }
    let works = match facts.audience {
        Audience::Internal => true,
        Audience::Customer => {
            agent.role.administers()
                || facts.assignee == Some(agent.id)
                || in_group(agent, facts.group)
                || facts.member(agent.id).is_some_and(|member| member.added)
        }
    };
    if works {
        Ok(())
    } else {
        Err(Refusal::denied(
            "R5.2",
            "You can read this conversation but not work in it: you are not in its group, not assigned and not added by name. Ask somebody who may reply to add you.",
        ))
    }
}

/// May write to everybody in it (R5.2, R2.4).
///
/// # Errors
/// Locked, not working in it, or without the right to reply to customers.
pub fn reply(agent: &Agent, facts: &Facts, around: &Circumstances<'_>) -> Right {
    not_locked(facts, around)?;
    works_in(agent, facts)?;
    not_merged(around)?;
    if facts.audience == Audience::Customer && !agent.reply_to_customers {
        return Err(Refusal::denied(
            "R5.2",
            "You do not have the right to reply to customers. Write a note, or ask an administrator for the right.",
        ));
    }
    Ok(())
}

/// May write for agents in a customer conversation (R1.4); the right `reply_to_customers` is not needed (R5.2).
///
/// # Errors
/// Locked, not working in it, or an internal conversation.
pub fn note(agent: &Agent, facts: &Facts, around: &Circumstances<'_>) -> Right {
    if facts.audience == Audience::Internal {
        return Err(Refusal::denied(
            "R1.4",
            "An internal conversation has no notes: everything in it is for agents only. Write an internal message.",
        ));
    }
    not_locked(facts, around)?;
    works_in(agent, facts)?;
    not_merged(around)
}

/// May close, re-open, lock and unlock (R2.5).
///
/// # Errors
/// Not working in it.
pub fn change_state(agent: &Agent, facts: &Facts) -> Right {
    works_in(agent, facts)
}

/// May assign to somebody, release or forward (R5.4); while locked owner and admins only.
///
/// # Errors
/// Internal, locked, or none of assignee, owner, admin and, while unassigned, group member.
pub fn assign(agent: &Agent, facts: &Facts, around: &Circumstances<'_>) -> Right {
    if facts.audience == Audience::Internal {
        return Err(Refusal::denied(
            "R5.4",
            "An internal conversation is assigned to nobody. Add people to it instead.",
        ));
    }
    if agent.role.administers() {
        return Ok(());
    }
    not_locked(facts, around)?;
    let mine = facts.assignee == Some(agent.id);
    let waiting = facts.assignee.is_none() && in_group(agent, facts.group);
    if mine || waiting {
        Ok(())
    } else if facts.assignee.is_some() {
        Err(Refusal::denied(
            "R5.4",
            "Only its assignee, the owner and admins can hand this conversation on. Ask one of them.",
        ))
    } else {
        Err(Refusal::denied(
            "R5.4",
            "Only members of its group, the owner and admins can assign this conversation. Ask one of them.",
        ))
    }
}

/// May assign to this agent (R5.4): to a member of the group; to anybody by owner and admins only.
///
/// # Errors
/// Not the right to assign, or the other is switched off or not in the group.
pub fn assign_to(agent: &Agent, facts: &Facts, other: &Agent, around: &Circumstances<'_>) -> Right {
    assign(agent, facts, around)?;
    if !other.active {
        return Err(Refusal::denied("R5.4", format!("@{} is switched off. Choose an active agent.", other.handle)));
    }
    if agent.role.administers() || in_group(other, facts.group) {
        return Ok(());
    }
    Err(Refusal::denied(
        "R5.4",
        format!("@{} is not in the conversation's group. Choose a member, or ask an administrator.", other.handle),
    ))
}

/// May take it: assign it to oneself.
///
/// # Errors
/// As [`assign_to`].
pub fn take(agent: &Agent, facts: &Facts, around: &Circumstances<'_>) -> Right {
    assign_to(agent, facts, agent, around)
}

/// May change privacy to the given one (R6.5, R6.1, R6.10).
///
/// # Errors
/// Not owner or admin, or the feature is off and it would become private.
pub fn set_privacy(agent: &Agent, facts: &Facts, privacy: Privacy, around: &Circumstances<'_>) -> Right {
    if !agent.role.administers() {
        return Err(Refusal::denied(
            "R6.5",
            "Only the owner and admins make conversations private or public. Ask one of them.",
        ));
    }
    if facts.direct() {
        return Err(Refusal::denied(
            "R6.11",
            "A direct conversation is for its participants already. Link it to an item first.",
        ));
    }
    match privacy {
        Privacy::Private if !around.private_conversations && facts.privacy == Privacy::Public => Err(Refusal::denied(
            "R6.1",
            "Private conversations are switched off. Switch them on in the company profile first.",
        )),
        Privacy::Private | Privacy::Public => Ok(()),
    }
}

/// May add and remove people (R5.2), link and unlink (R4.3): who may reply, `reply_to_customers` aside, while not locked (R2.4).
///
/// # Errors
/// Locked, or not working in it.
pub fn arrange(agent: &Agent, facts: &Facts, around: &Circumstances<'_>) -> Right {
    not_locked(facts, around)?;
    works_in(agent, facts)
}

/// May add and remove people (R5.2): who may reply.
///
/// # Errors
/// Locked, not working in it, or without the right to reply to customers.
pub fn people(agent: &Agent, facts: &Facts, around: &Circumstances<'_>) -> Right {
    reply(agent, facts, around)
}

/// May follow: everybody with access, while not locked (R2.4); a direct conversation only its participants.
///
/// # Errors
/// Locked, or direct and not named in it.
pub fn follow(agent: &Agent, facts: &Facts, around: &Circumstances<'_>) -> Right {
    not_locked(facts, around)?;
    if facts.direct() { works_in(agent, facts) } else { Ok(()) }
}

/// Whether a reply takes an unassigned conversation (R5.3): a plain agent's who is in the group.
pub fn reply_takes(agent: &Agent, facts: &Facts) -> bool {
    facts.audience == Audience::Customer
        && facts.assignee.is_none()
        && !agent.role.administers()
        && in_group(agent, facts.group)
}

/// May let a key in as an agent, at once or by an invite (R5.6). Whoever has an owner's key is an owner, so that making owners
/// being for owners covers it.
///
/// # Errors
/// Neither owner nor admin, or it is an owner's and the actor is none.
pub fn let_in(agent: &Agent, as_whom: &Agent) -> Right {
    administer(agent)?;
    match (as_whom.role, agent.role) {
        (Role::Owner, Role::Admin | Role::Agent) => {
            Err(Refusal::denied("R5.6", "Keys and invites of owners are for owners. Ask one of them."))
        }
        (Role::Owner, Role::Owner) | (Role::Admin | Role::Agent, Role::Owner | Role::Admin | Role::Agent) => Ok(()),
    }
}

/// May shut a key of an agent out (R5.6): its agent, whoever may let keys in.
///
/// # Errors
/// Somebody else's, and not owner or admin; or an owner's, and the actor is none.
pub fn revoke_key(agent: &Agent, whose: &Agent) -> Right {
    if agent.id == whose.id { Ok(()) } else { let_in(agent, whose) }
}

/// May administer the desk (R5.6).
///
/// # Errors
/// Neither owner nor admin.
pub fn administer(agent: &Agent) -> Right {
    if agent.role.administers() {
        Ok(())
    } else {
        Err(Refusal::denied("R5.6", "This is for the owner and admins. Ask one of them."))
    }
}
