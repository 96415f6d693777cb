//! Who is at the desk over SSH now.

use crate::{
    desk::page::Moment,
    domain::id::{AgentId, KeyId},
};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// What a session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The messenger.
    Messenger,
    /// One command.
    Command,
    /// Somebody who has to give an invite's code first.
    Joining,
    /// The messenger on a demo desk.
    Visiting,
}

impl Kind {
    /// In a word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Messenger => "messenger",
            Self::Command => "command",
            Self::Visiting => "visiting",
            Self::Joining => "joining",
        }
    }
}

/// Who is in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guest {
    /// The agent; `None` while somebody joins.
    pub agent: Option<(AgentId, String)>,
    /// The key that let the agent in.
    pub key: Option<KeyId>,
    /// Where from.
    pub address: SocketAddr,
    /// What for.
    pub kind: Kind,
    /// Since when.
    pub since: Moment,
}

/// All sessions of one server.
#[derive(Clone, Default)]
pub struct Registry {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    guests: Mutex<Book>,
    changed: Notify,
}

#[derive(Default)]
struct Book {
    next: u64,
    guests: BTreeMap<u64, (Guest, Stop)>,
}

/// Asks a session to end because the server does.
pub type Stop = Box<dyn Fn() + Send>;

/// A session's place, free again when dropped.
pub struct Place {
    id: u64,
    registry: Registry,
}

impl Registry {
    /// Takes a session in; `None` where the agent has so many already.
    pub fn enter(&self, guest: Guest, most: usize, stop: Stop) -> Option<Place> {
        let mut book = self.book();
        if let Some((agent, _)) = &guest.agent
            && book.of(*agent) >= most
        {
            return None;
        }
        let id = book.next;
        book.next += 1;
        book.guests.insert(id, (guest, stop));
        drop(book);
        self.inner.changed.notify_waiters();
        Some(Place { id, registry: self.clone() })
    }

    /// Everybody, the oldest session first.
    pub fn guests(&self) -> Vec<Guest> {
        self.book().guests.values().map(|(guest, _)| guest.clone()).collect()
    }

    /// Whether a connection, by its other end, carries a session.
    pub fn is_at(&self, address: SocketAddr) -> bool {
        self.book().guests.values().any(|(guest, _)| guest.address == address)
    }

    /// Asks every session to end.
    pub fn stop(&self) {
        for (_, stop) in self.book().guests.values() {
            stop();
        }
    }

    /// Waits until somebody came, went or joined.
    pub async fn changed(&self) {
        self.inner.changed.notified().await;
    }

    /// Waits until nobody is here.
    pub async fn emptied(&self) {
        loop {
            let changed = self.inner.changed.notified();
            if self.book().guests.is_empty() {
                return;
            }
            changed.await;
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.inner.guests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Book {
    fn of(&self, agent: AgentId) -> usize {
        let is = |guest: &Guest| guest.agent.as_ref().is_some_and(|(id, _)| *id == agent);
        self.guests.values().filter(|(guest, _)| is(guest)).count()
    }
}

impl Place {
    /// Somebody who joined is an agent now, in a session of this kind.
    pub fn becomes(&self, agent: AgentId, handle: &str, key: Option<KeyId>, kind: Kind) {
        if let Some((guest, _)) = self.registry.book().guests.get_mut(&self.id) {
            guest.agent = Some((agent, handle.to_owned()));
            guest.key = key;
            guest.kind = kind;
        }
        self.registry.inner.changed.notify_waiters();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.registry.book().guests.remove(&self.id);
        self.registry.inner.changed.notify_waiters();
    }
}
