//! The connections that only read: a few, handed round.

use super::Result;
use rusqlite::{Connection, Transaction};
use std::{
    ops::Deref,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// How many connections read at a time; more would fight for the same two or four cores, each with its own cache.
const MOST: usize = 6;

/// After this a read gets a connection of its own: a slow search holds nobody up for long.
const PATIENCE: Duration = Duration::from_millis(30);

/// Who waits for a connection, and the connections that wait for somebody.
#[derive(Debug, Default)]
pub(super) struct Readers {
    pool: Mutex<Pool>,
    given_back: Condvar,
}

#[derive(Debug, Default)]
struct Pool {
    waiting: Vec<Connection>,
    /// How many there are, waiting or in use.
    open: usize,
}

impl Readers {
    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A connection that waits, or a new one.
    pub fn take(&self, open: impl FnOnce() -> Result<Connection>) -> Result<Reader<'_>> {
        let mut pool = self.pool();
        if pool.waiting.is_empty() && pool.open >= MOST {
            let waited = self.given_back.wait_timeout_while(pool, PATIENCE, |pool| pool.waiting.is_empty());
            pool = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let connection = if let Some(connection) = pool.waiting.pop() {
            connection
        } else {
            pool.open += 1;
            drop(pool);
            open().inspect_err(|_| self.pool().open -= 1)?
        };
        Ok(Reader { connection: Some(connection), readers: self })
    }
}

/// A connection that only reads, given back when dropped.
pub struct Reader<'a> {
    connection: Option<Connection>,
    readers: &'a Readers,
}

impl Deref for Reader<'_> {
    type Target = Connection;

    #[expect(clippy::expect_used, reason = "only drop takes it")]
    fn deref(&self) -> &Connection {
        self.connection.as_ref().expect("a reader has its connection until it is dropped")
    }
}

impl Reader<'_> {
    /// One moment of the desk, for several statements; it ends with the value.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn snapshot(&self) -> Result<Transaction<'_>> {
        Ok(self.unchecked_transaction()?)
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let mut pool = self.readers.pool();
        if pool.waiting.len() < MOST {
            pool.waiting.push(connection);
            self.readers.given_back.notify_one();
        } else {
            pool.open -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn connections_are_handed_round_and_who_waited_long_enough_gets_one_more() {
        let readers = Readers::default();
        let opened = std::cell::Cell::new(0);
        let open = || {
            opened.set(opened.get() + 1);
            Ok(Connection::open_in_memory()?)
        };
        drop(readers.take(open).unwrap());
        drop(readers.take(open).unwrap());
        assert_eq!(opened.get(), 1);
        let all: Vec<_> = (0..=MOST).map(|_| readers.take(open).unwrap()).collect();
        assert_eq!(opened.get(), MOST + 1);
        drop(all);
        assert_eq!(readers.pool().waiting.len(), MOST);
        assert_eq!(readers.pool().open, MOST);
    }

    #[test]
    fn a_connection_that_could_not_be_opened_does_not_count() {
        let readers = Readers::default();
        assert!(readers.take(|| Err(crate::store::StoreError::Sentence("no".into()))).is_err());
        assert_eq!(readers.pool().open, 0);
    }
}
