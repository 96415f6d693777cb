//! What waits for one session's thread: typed bytes, a new size, the desk's bell, room for the next frame, the end.

use super::turns::{Turn, Turns};
use crate::desk::News;
use std::{
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};
use tokio::sync::Notify;

/// Rings kept apart; more than these are one that says "everything".
const RINGS: usize = 32;

/// Why a session ends otherwise than by its own will; the gravest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// The client types no more; what it typed before counts.
    Silent,
    /// The server stops.
    Stopping,
    /// The client takes nothing any more.
    Stalled,
    /// The client is gone or has closed the channel; nobody reads any more.
    Gone,
}

/// Everything that waited.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Arrived {
    /// Typed bytes, as they came.
    pub bytes: Vec<u8>,
    /// The terminal's new columns and rows.
    pub size: Option<(u16, u16)>,
    /// What was written on the desk. Nobody is woken for it but by a turn.
    pub news: Vec<News>,
    /// The turn to follow it, to be kept until the frame is made.
    pub turn: Option<Turn>,
    /// The client took what it was sent.
    pub taken: bool,
    /// The session is to end.
    pub end: Option<End>,
}

/// A session's queue; filled by the network and the desk, emptied by the session's thread.
#[derive(Debug)]
pub struct Inbox {
    waiting: Mutex<Arrived>,
    filled: Condvar,
    emptied: Notify,
    room: usize,
    turns: Arc<Turns>,
    /// A turn was asked for and has not come.
    asked: AtomicBool,
}

impl Inbox {
    /// With room for so many bytes.
    pub fn new(room: usize, turns: Arc<Turns>) -> Self {
        Self {
            waiting: Mutex::default(),
            filled: Condvar::new(),
            emptied: Notify::new(),
            room,
            turns,
            asked: AtomicBool::new(false),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Arrived> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes everything that waits, of the bytes at most so many; waits for something, until a moment.
    pub fn take(&self, until: Option<Instant>, most: usize) -> Arrived {
        let mut waiting = self.waiting();
        while !waiting.calls() {
            let Some(until) = until else {
                waiting = self.filled.wait(waiting).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            waiting = self.filled.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        let mut arrived = std::mem::take(&mut *waiting);
        if arrived.bytes.len() > most {
            waiting.bytes = arrived.bytes.split_off(most);
            // The end comes after all that was typed, unless nobody waits for that any more.
            if arrived.end == Some(End::Silent) {
                waiting.end = arrived.end.take();
            }
        }
        drop(waiting);
        if !arrived.bytes.is_empty() {
            self.emptied.notify_waiters();
        }
        arrived
    }

    /// Waits for room and puts typed bytes in.
    pub async fn put(&self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            // Before the look, so that room made after it is not missed.
            let emptied = self.emptied.notified();
            let taken = self.put_some(bytes);
            bytes = bytes.get(taken..).unwrap_or_default();
            if !bytes.is_empty() {
                emptied.await;
            }
        }
    }

    /// Puts in what there is room for; after the end there is room for everything, and it is dropped.
    fn put_some(&self, bytes: &[u8]) -> usize {
        let mut waiting = self.waiting();
        if waiting.end.is_some() {
            return bytes.len();
        }
        let some = bytes.len().min(self.room.saturating_sub(waiting.bytes.len()));
        waiting.bytes.extend_from_slice(bytes.get(..some).unwrap_or_default());
        drop(waiting);
        self.filled.notify_one();
        some
    }

    /// The terminal has another size.
    pub fn resize(&self, columns: u16, rows: u16) {
        self.waiting().size = Some((columns, rows));
        self.filled.notify_one();
    }

    /// The desk's bell rings: the session takes the news in when its turn has come, or with the next key.
    pub fn ring(self: &Arc<Self>, news: News) {
        let mut waiting = self.waiting();
        if waiting.news.len() >= RINGS {
            waiting.news = vec![News::EVERYTHING];
        } else if !waiting.news.contains(&news) {
            waiting.news.push(news);
        }
        drop(waiting);
        if !self.asked.swap(true, Ordering::AcqRel) {
            self.turns.ask(self);
        }
    }

    /// Its turn has come; given back where there is nothing to follow.
    pub fn turn(&self, turn: Turn) -> Option<Turn> {
        // Before the look, so that news after it ask again.
        self.asked.store(false, Ordering::Release);
        let mut waiting = self.waiting();
        if waiting.news.is_empty() || waiting.turn.is_some() || waiting.end.is_some() {
            return Some(turn);
        }
        waiting.turn = Some(turn);
        drop(waiting);
        self.filled.notify_one();
        None
    }

    /// Whether something waits that wakes the session.
    #[cfg(test)]
    pub fn calls(&self) -> bool {
        self.waiting().calls()
    }

    /// The client took what it was sent.
    pub fn taken(&self) {
        self.waiting().taken = true;
        self.filled.notify_one();
    }

    /// The session is to end; the gravest reason counts.
    pub fn end(&self, end: End) {
        let mut waiting = self.waiting();
        waiting.end = waiting.end.max(Some(end));
        drop(waiting);
        self.filled.notify_one();
        self.emptied.notify_waiters();
    }
}

impl Arrived {
    /// Whether the session is to wake up for it.
    const fn calls(&self) -> bool {
        !self.bytes.is_empty() || self.size.is_some() || self.turn.is_some() || self.taken || self.end.is_some()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::id::ConversationId;
    use std::{sync::Arc, thread, time::Duration};

    fn inbox(room: usize) -> Arc<Inbox> {
        Arc::new(Inbox::new(room, Turns::at_a_time(1)))
    }

    fn wait(work: impl Future<Output = ()>) {
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work);
    }

    #[test]
    fn everything_that_waits_is_taken_at_once() {
        let inbox = inbox(100);
        wait(inbox.put(b"ab"));
        wait(inbox.put(b"c"));
        inbox.resize(80, 24);
        inbox.resize(100, 30);
        inbox.ring(News::EVERYTHING);
        inbox.ring(News::EVERYTHING);
        inbox.taken();
        let arrived = inbox.take(None, 100);
        assert!(arrived.turn.is_some());
        let all = Arrived {
            bytes: b"abc".to_vec(),
            size: Some((100, 30)),
            news: vec![News::EVERYTHING],
            turn: None,
            taken: true,
            end: None,
        };
        assert_eq!(Arrived { turn: None, ..arrived }, all);
        assert_eq!(inbox.take(Some(Instant::now()), 100), Arrived::default(), "and is gone");
    }

    #[test]
    fn a_flood_is_taken_piece_by_piece_and_the_end_comes_last() {
        let inbox = inbox(10);
        wait(inbox.put(b"0123456789"));
        inbox.end(End::Silent);
        assert_eq!(
            (inbox.take(None, 6).bytes, inbox.take(None, 6)),
            (b"012345".to_vec(), { Arrived { bytes: b"6789".to_vec(), end: Some(End::Silent), ..Arrived::default() } })
        );
    }

    #[test]
    fn who_is_gone_is_not_waited_for() {
        let inbox = inbox(10);
        wait(inbox.put(b"0123456789"));
        inbox.end(End::Silent);
        inbox.end(End::Gone);
        inbox.end(End::Stopping);
        assert_eq!(inbox.take(None, 4).end, Some(End::Gone));
    }

    #[test]
    fn input_waits_for_room_and_nothing_of_it_is_lost() {
        let inbox = inbox(3);
        let typing = Arc::clone(&inbox);
        let typed = thread::spawn(move || wait(typing.put(b"a longer text")));
        let mut read = Vec::new();
        while read.len() < 13 {
            let arrived = inbox.take(None, 100);
            assert!(arrived.bytes.len() <= 3);
            read.extend(arrived.bytes);
        }
        typed.join().unwrap();
        assert_eq!(read, b"a longer text");
    }

    #[test]
    fn input_for_nobody_is_dropped() {
        let inbox = inbox(3);
        let typing = Arc::clone(&inbox);
        let typed = thread::spawn(move || wait(typing.put(b"a longer text")));
        assert!(!inbox.take(None, 100).bytes.is_empty());
        inbox.end(End::Gone);
        typed.join().unwrap();
    }

    #[test]
    fn many_rings_are_one() {
        let inbox = inbox(3);
        for number in 0..1000 {
            inbox.ring(News::of(ConversationId(number)));
        }
        let news = inbox.take(Some(Instant::now() + Duration::from_mins(1)), 100).news;
        assert!(news.len() <= RINGS && news.contains(&News::EVERYTHING), "{news:?}");
    }
}
