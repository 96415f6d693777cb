//! Who waits for news: a doorbell that says which conversations to look at again, never what happened there, so it cannot
//! leak.

use super::{Desk, Inner};
use crate::domain::{
    command::Command,
    id::{AgentId, ConversationId},
};
use std::{
    sync::{Arc, Mutex, PoisonError, Weak},
    thread,
    time::Duration,
};

/// How often other processes' commits are looked for; a look costs a microsecond, waking up for it more.
const LOOK_EVERY: Duration = Duration::from_millis(40);

/// What has to be looked at again, and by whom. Never shown: it says nothing of who may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct News {
    /// What may look different.
    pub touched: Touched,
    /// The only agent for whom it may; `None`: anybody.
    pub only: Option<AgentId>,
}

/// What a commit may have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touched {
    /// Anything.
    Everything,
    /// This conversation, its place in lists, numbers and the bell, and nothing else.
    Conversation(ConversationId),
    /// Only who is looking at this conversation or writing in it (R7.5).
    Presence(ConversationId),
}

impl News {
    /// Anything may have changed for anybody.
    pub const EVERYTHING: Self = Self { touched: Touched::Everything, only: None };

    /// One conversation was touched.
    pub const fn of(conversation: ConversationId) -> Self {
        Self { touched: Touched::Conversation(conversation), only: None }
    }

    /// What an agent's command in a conversation touches: items are named in other conversations' rows, and followed by
    /// people who may see them.
    pub const fn after(me: AgentId, conversation: ConversationId, command: &Command) -> Self {
        match command {
            Command::MarkRead(_) | Command::MarkUnread => Self::of(conversation).only_for(me),
            Command::Link { .. } | Command::Unlink | Command::CreateItem { .. } => Self::EVERYTHING,
            Command::Reply(_)
            | Command::Note(_)
            | Command::Close
            | Command::Reopen
            | Command::Lock
            | Command::Unlock
            | Command::Assign(_)
            | Command::Release { .. }
            | Command::Forward { .. }
            | Command::Follow
            | Command::Unfollow
            | Command::Add { .. }
            | Command::Remove(_)
            | Command::SetPrivacy { .. } => Self::of(conversation),
        }
    }

    /// Somebody came to look at a conversation, left it, or began or stopped to write there (R7.5).
    pub const fn presence(conversation: ConversationId) -> Self {
        Self { touched: Touched::Presence(conversation), only: None }
    }

    /// For one agent's eyes alone: what was read, which notices stand.
    #[must_use]
    pub const fn only_for(self, agent: AgentId) -> Self {
        Self { only: Some(agent), ..self }
    }

    /// Whether an agent's screen can look different after it.
    pub fn concerns(self, agent: AgentId) -> bool {
        self.only.is_none_or(|only| only == agent)
    }
}

/// How many looks between two times that the store is tidied.
const TIDY_EVERY: u32 = 25;

/// How many looks between two times that is given up what nobody sent: about a minute.
const GIVE_UP_EVERY: u32 = 1_500;

type Ring = Box<dyn Fn(News) -> bool + Send>;

/// The doorbells of one process.
#[derive(Default)]
pub(super) struct Bell {
    waiting: Mutex<Vec<Ring>>,
    watching: Mutex<bool>,
}

impl Bell {
    /// Tells everybody who waits; who does not want to hear any more is taken out.
    pub fn ring(&self, news: News) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).retain(|ring| ring(news));
    }

    /// How many wait.
    pub fn listeners(&self) -> usize {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Takes a listener in, and begins to watch other processes with the first. It is told once without a reason: what
    /// was written between its last read and now rang for nobody.
    pub fn listen(desk: &Arc<Inner>, ring: Ring) {
        let mut watching = desk.bell.watching.lock().unwrap_or_else(PoisonError::into_inner);
        let mut waiting = desk.bell.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(ring);
        if waiting.last().is_some_and(|ring| !ring(News::EVERYTHING)) {
            waiting.pop();
        }
        drop(waiting);
        if !std::mem::replace(&mut *watching, true) {
            let desk = Arc::downgrade(desk);
            thread::spawn(move || watch(&desk));
        }
    }
}

/// How long a file is left alone that could not be read.
const AGAIN: Duration = Duration::from_secs(1);

/// How the last look at the file went.
#[derive(Debug, Default)]
struct Watch {
    failing: bool,
}

impl Watch {
    /// Takes a look in: whether to ring, and when to look again. What cannot be read rings once, for the sessions to say so,
    /// and once more when it can be read again: whatever was written meanwhile may be missing on their screens.
    fn after<Error>(&mut self, changed: &Result<bool, Error>) -> (bool, Duration) {
        let failed = std::mem::replace(&mut self.failing, changed.is_err());
        match changed {
            Ok(changed) => (*changed || failed, LOOK_EVERY),
            Err(_) => (!failed, AGAIN),
        }
    }
}

/// Watches until the desk is gone.
fn watch(desk: &Weak<Inner>) {
    let (mut watch, mut pause) = (Watch::default(), LOOK_EVERY);
    for look in 1_u32.. {
        thread::sleep(pause);
        let Some(desk) = desk.upgrade() else { return };
        if look.is_multiple_of(TIDY_EVERY) {
            // What is not tidied now is so the next time, or by a commit.
            let _ = desk.store.tidy();
        }
        if look.is_multiple_of(GIVE_UP_EVERY) {
            // The same holds of this.
            let _ = Desk { inner: Arc::clone(&desk) }.give_up_unsent();
        }
        let (ring, next) = watch.after(&desk.store.changed_elsewhere());
        pause = next;
        if ring {
            desk.bell.ring(News::EVERYTHING);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_read_is_watched_on_and_told_of_twice() {
        let mut watch = Watch::default();
        let looks =
            [Ok(false), Ok(true), Err(()), Err(()), Err(()), Ok(false), Ok(false), Err(()), Ok(true), Ok(false)];
        let told = looks.map(|look| watch.after(&look));
        assert_eq!(told.map(|(ring, _)| ring), [false, true, true, false, false, true, false, true, true, false]);
        assert!(
            looks.iter().zip(told).all(|(look, (_, pause))| pause == if look.is_err() { AGAIN } else { LOOK_EVERY })
        );
    }
}
