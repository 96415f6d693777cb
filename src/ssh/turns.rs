//! Whose turn it is to follow the news: a few sessions at a time, in the order in which they asked, so that whoever types
//! never waits for a crowd that looks on.

use super::inbox::Inbox;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread,
};

/// The turns of one server.
#[derive(Debug)]
pub struct Turns {
    queue: Mutex<Queue>,
}

#[derive(Debug)]
struct Queue {
    /// Turns that nobody has.
    free: usize,
    waiting: VecDeque<Weak<Inbox>>,
}

/// A turn; over when dropped.
#[derive(Debug)]
pub struct Turn {
    /// `None` once it went on to somebody else.
    turns: Option<Arc<Turns>>,
}

impl PartialEq for Turn {
    fn eq(&self, other: &Self) -> bool {
        match (&self.turns, &other.turns) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

impl Eq for Turn {}

impl Turns {
    /// As many at a time as there are processors.
    pub fn new() -> Arc<Self> {
        Self::at_a_time(thread::available_parallelism().map_or(1, usize::from))
    }

    /// So many at a time.
    pub fn at_a_time(free: usize) -> Arc<Self> {
        Arc::new(Self { queue: Mutex::new(Queue { free, waiting: VecDeque::new() }) })
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has an inbox be given a turn, now or later.
    pub fn ask(self: &Arc<Self>, inbox: &Arc<Inbox>) {
        let mut queue = self.queue();
        queue.waiting.push_back(Arc::downgrade(inbox));
        let free = queue.free > 0;
        queue.free -= usize::from(free);
        drop(queue);
        if free {
            self.give();
        }
    }

    /// Gives a turn that nobody has to the next inbox that has a use for it.
    fn give(self: &Arc<Self>) {
        let mut turn = Turn { turns: Some(Arc::clone(self)) };
        while let Some(next) = self.next() {
            let Some(inbox) = next.upgrade() else { continue };
            match inbox.turn(turn) {
                None => return,
                Some(refused) => turn = refused,
            }
        }
        turn.turns = None;
    }

    /// Who is next; with nobody there the turn is free.
    fn next(&self) -> Option<Weak<Inbox>> {
        let mut queue = self.queue();
        let next = queue.waiting.pop_front();
        queue.free += usize::from(next.is_none());
        next
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.turns.take() {
            turns.give();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{desk::News, ssh::inbox::End};
    use std::time::Instant;

    fn inboxes<const COUNT: usize>(turns: &Arc<Turns>) -> [Arc<Inbox>; COUNT] {
        std::array::from_fn(|_| Arc::new(Inbox::new(100, Arc::clone(turns))))
    }

    /// The turn that an inbox was given, where it was.
    fn turn(inbox: &Inbox) -> Option<Turn> {
        let arrived = inbox.take(Some(Instant::now()), 100);
        assert_eq!(arrived.turn.is_some(), !arrived.news.is_empty(), "a turn and what it is for come together");
        arrived.turn
    }

    #[test]
    fn news_are_followed_one_after_the_other_in_the_order_in_which_they_came() {
        let turns = Turns::at_a_time(1);
        let crowd = inboxes::<3>(&turns);
        for inbox in &crowd {
            inbox.ring(News::EVERYTHING);
        }
        let first = turn(&crowd[0]);
        assert!(first.is_some());
        assert!(!crowd[1].calls() && !crowd[2].calls(), "one at a time");
        drop(first);
        assert!(crowd[1].calls() && !crowd[2].calls());
        drop(turn(&crowd[1]));
        drop(turn(&crowd[2]));
        crowd[2].ring(News::EVERYTHING);
        assert!(turn(&crowd[2]).is_some(), "and then it is free again");
    }

    #[test]
    fn who_went_or_followed_the_news_meanwhile_is_passed_over() {
        let turns = Turns::at_a_time(1);
        let [first, gone, ended, typed, last] = inboxes(&turns);
        for inbox in [&first, &gone, &ended, &typed, &last] {
            inbox.ring(News::EVERYTHING);
        }
        drop(gone);
        ended.end(End::Gone);
        // A key takes the news along.
        assert_eq!(typed.take(Some(Instant::now()), 100).news, [News::EVERYTHING]);
        drop(turn(&first));
        assert!(!typed.calls());
        assert!(last.calls());
        drop(last);
        first.ring(News::EVERYTHING);
        assert!(turn(&first).is_some(), "a turn ends with the inbox that it lay in");
    }
}
