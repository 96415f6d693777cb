//! What a command does to a conversation's state, or why it does nothing.
//!
//! Who may ask is policy's; whether the conversation is in a state to do it is decided here.

use super::{
    conversation::{Audience, Facts, State},
    refusal::Refusal,
};

/// A change of state that somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Open → closed.
    Close,
    /// Closed → open.
    Reopen,
    /// Closed → locked.
    Lock,
    /// Locked → closed.
    Unlock,
}

/// The state after a change: `None` where it holds already (R2.5).
///
/// # Errors
/// A refusal for a jump: nothing skips a step (R2.2).
pub fn change_state(state: State, change: Change) -> Result<Option<State>, Refusal> {
    match (change, state) {
        (Change::Close, State::Open) | (Change::Unlock, State::Locked) => Ok(Some(State::Closed)),
        (Change::Reopen, State::Closed) => Ok(Some(State::Open)),
        (Change::Lock, State::Closed) => Ok(Some(State::Locked)),
        (Change::Close, State::Closed)
        | (Change::Reopen, State::Open)
        | (Change::Lock, State::Locked)
        | (Change::Unlock, State::Closed | State::Open) => Ok(None),
        (Change::Lock, State::Open) => {
            Err(Refusal::denied("R2.2", "Only a closed conversation can be locked. Close it first."))
        }
        (Change::Reopen, State::Locked) => {
            Err(Refusal::denied("R2.2", "A locked conversation cannot be re-opened. Unlock it first."))
        }
        (Change::Close, State::Locked) => {
            Err(Refusal::denied("R2.2", "The conversation is locked. Unlock it first; it is closed then."))
        }
    }
}

/// What a new message does besides being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consequences {
    /// A reply re-opens a closed conversation (R2.3); a note does not (R1.4).
    pub reopens: bool,
    /// Re-opened without an active assignee: a public one goes back to Unassigned (R2.8).
    pub releases: bool,
    /// Re-opened without an active assignee: a private one needs reassignment (R2.8, R6.8).
    pub needs_reassignment: bool,
}

/// What a reply does to the conversation it is written in (R2.3, R2.8).
pub fn reply_consequences(facts: &Facts) -> Consequences {
    let reopens = facts.state == State::Closed;
    reopening(facts, reopens)
}

/// What re-opening by hand does (R2.8).
pub fn reopen_consequences(facts: &Facts) -> Consequences {
    reopening(facts, true)
}

fn reopening(facts: &Facts, reopens: bool) -> Consequences {
    let orphaned =
        reopens && facts.audience == Audience::Customer && facts.assignee.is_some() && !facts.assignee_active;
    let private = facts.privacy == super::conversation::Privacy::Private;
    Consequences { reopens, releases: orphaned && !private, needs_reassignment: orphaned && private }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r2_2_nothing_jumps_a_step() {
        use Change::{Close, Lock, Reopen, Unlock};
        use State::{Closed, Locked, Open};
        let outcome = |state, change| change_state(state, change).map_err(|refusal| refusal.rule);
        assert_eq!(outcome(Open, Close), Ok(Some(Closed)));
        assert_eq!(outcome(Closed, Lock), Ok(Some(Locked)));
        assert_eq!(outcome(Locked, Unlock), Ok(Some(Closed)));
        assert_eq!(outcome(Closed, Reopen), Ok(Some(Open)));
        assert_eq!(outcome(Open, Lock), Err("R2.2"));
        assert_eq!(outcome(Locked, Reopen), Err("R2.2"));
        assert_eq!(outcome(Locked, Close), Err("R2.2"));
    }

    #[test]
    fn r2_5_what_holds_already_succeeds_and_writes_nothing() {
        assert_eq!(change_state(State::Closed, Change::Close), Ok(None));
        assert_eq!(change_state(State::Open, Change::Reopen), Ok(None));
        assert_eq!(change_state(State::Locked, Change::Lock), Ok(None));
        assert_eq!(change_state(State::Closed, Change::Unlock), Ok(None));
        assert_eq!(change_state(State::Open, Change::Unlock), Ok(None));
    }
}
