//! Direct conversations of others, which owner and admins open deliberately only, each opening written down (R6.11).

use super::{Desk, Outcome, page::Viewer};
use crate::{
    domain::{
        event::EventKind,
        id::{AgentId, ConversationId},
    },
    policy::access::Access,
    store::{Connection, conversations},
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// How many openings last, by who opened what.
#[derive(Debug, Default)]
pub(super) struct Openings(Mutex<HashMap<(AgentId, ConversationId), usize>>);

impl Openings {
    fn lasting(&self) -> MutexGuard<'_, HashMap<(AgentId, ConversationId), usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A deliberate opening; what it opened can be read for as long as it is kept, and not without another one afterwards.
pub struct Opening {
    desk: Desk,
    place: (AgentId, ConversationId),
}

impl Opening {
    /// What was opened.
    pub const fn conversation(&self) -> ConversationId {
        self.place.1
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        let mut lasting = self.desk.inner.openings.lasting();
        if let Some(count) = lasting.get_mut(&self.place) {
            *count -= 1;
            if *count == 0 {
                lasting.remove(&self.place);
            }
        }
    }
}

impl Desk {
    /// Opens a direct conversation of others deliberately, which writes an audit entry (R6.11). Does nothing for every other
    /// conversation, so that a door may call it on every deliberate opening.
    ///
    /// # Errors
    /// Switched off, or the desk could not be written.
    pub fn open_direct(&self, who: &Viewer, conversation: ConversationId) -> Outcome<Option<Opening>> {
        let reader = self.inner.store.reader()?;
        if !is_withheld(&reader, who, conversation)? {
            return Ok(None);
        }
        drop(reader);
        let written = self.write(|writing| {
            let withheld = is_withheld(writing, who, conversation)?;
            if withheld {
                self.log(writing, EventKind::OpenedDirect, who, Some(conversation), "")?;
            }
            Ok(withheld)
        })?;
        if !written {
            return Ok(None);
        }
        let place = (who.id, conversation);
        *self.inner.openings.lasting().entry(place).or_default() += 1;
        Ok(Some(Opening { desk: self.clone(), place }))
    }

    pub(super) fn has_opened(&self, who: &Viewer, conversation: ConversationId) -> bool {
        self.inner.openings.lasting().contains_key(&(who.id, conversation))
    }
}

fn is_withheld(connection: &Connection, who: &Viewer, conversation: ConversationId) -> Outcome<bool> {
    let access = Access::of(&Desk::me(connection, who)?);
    let facts = conversations::load_facts(connection, conversation)?;
    Ok(facts.is_some_and(|facts| access.holds(&facts) && access.withheld(&facts)))
}
