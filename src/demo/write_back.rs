//! Customers who write back to a desk that is being watched: a small thread around `Live`.

use super::cues::When;
use super::live::{Heard, Live};
use crate::desk::{
    Desk,
    page::{AuditRow, Denied, Opened, ThreadStart, ThreadWants, Viewer, Wants},
};
use crate::domain::{event::EventKind, id::ConversationId};
use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    thread::{self, JoinHandle},
};

/// How many entries of the log are looked at after each ring; more at once than anybody at a demo desk can do.
const LOOKED_AT: usize = 200;

/// The customers write for as long as this is kept.
#[derive(Debug)]
pub struct Writing {
    wake: Sender<Wake>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
enum Wake {
    Bell,
    Stop,
}

/// Lets the customers of a script write back to `desk` until what is returned is dropped. `owner` is the handle of an
/// owner or admin, who is needed for seeing what agents do.
///
/// # Errors
/// `owner` is nobody who administers the desk.
pub fn begin(desk: &Desk, live: Live, owner: &str) -> Result<Writing, Denied> {
    let owner = desk.admit(Some(owner))?;
    let log = desk.audit(&owner, None, LOOKED_AT)?;
    let (wake, woken) = channel();
    let ring = wake.clone();
    desk.listen(Box::new(move |_| ring.send(Wake::Bell).is_ok()));
    let listener = Listener { desk: desk.clone(), owner, live, log };
    let thread = Some(thread::spawn(move || listener.run(&woken)));
    Ok(Writing { wake, thread })
}

impl Drop for Writing {
    fn drop(&mut self) {
        // Where the thread has ended already there is nobody to tell and nothing to wait for.
        let _ = self.wake.send(Wake::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Listener {
    desk: Desk,
    owner: Viewer,
    live: Live,
    /// The newest entries of the log that were looked at, newest first.
    log: Vec<AuditRow>,
}

impl Listener {
    fn run(mut self, woken: &Receiver<Wake>) {
        loop {
            match self.wait(woken) {
                Some(Wake::Stop) => return,
                Some(Wake::Bell) => {
                    // Many rings are one look.
                    while let Ok(wake) = woken.try_recv() {
                        if matches!(wake, Wake::Stop) {
                            return;
                        }
                    }
                    self.look();
                }
                None => {}
            }
            while let Some(message) = self.live.next(self.desk.now()) {
                // A customer whom somebody blocked meanwhile is refused, as anybody would be; the others go on.
                let _ = self.desk.receive(&message);
            }
        }
    }

    /// Waits for a ring or the next message; none when that is due.
    fn wait(&self, woken: &Receiver<Wake>) -> Option<Wake> {
        let Some(due) = self.live.due() else { return Some(woken.recv().unwrap_or(Wake::Stop)) };
        let left = (due - self.desk.now()).to_std().unwrap_or_default();
        match woken.recv_timeout(left) {
            Ok(wake) => Some(wake),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Wake::Stop),
        }
    }

    /// Tells the customers what agents did since the last look.
    fn look(&mut self) {
        let Ok(log) = self.desk.audit(&self.owner, None, LOOKED_AT) else { return };
        let new = added(&self.log, &log);
        for row in log[..new].iter().rev() {
            if let Some(heard) = self.heard(row) {
                self.live.hear(&heard);
            }
        }
        self.log = log;
    }

    fn heard(&self, row: &AuditRow) -> Option<Heard> {
        row.agent.as_ref()?;
        let what = if row.action == EventKind::Replied.word() || row.action == EventKind::Started.word() {
            When::Reply
        } else if row.action == EventKind::Closed.word() {
            When::Close
        } else {
            return None;
        };
        let conversation = row.conversation?;
        Some(Heard { what, conversation, requester: self.requester(conversation)?, at: row.at })
    }

    /// The address of the customer whom it is about; none for internal conversations.
    fn requester(&self, conversation: ConversationId) -> Option<String> {
        let thread = ThreadWants { conversation, start: ThreadStart::End, entries: 1 };
        let wants = Wants { thread: Some(thread), without_numbers: true, ..Wants::default() };
        match self.desk.read(&self.owner, &wants).ok()?.opened? {
            Opened::Thread(thread) => thread.row.requester.map(|person| person.address),
            Opened::Restricted(_) | Opened::NotFound(_) => None,
        }
    }
}

/// How many entries at the beginning of `now` were not there `before`; both newest first.
fn added(before: &[AuditRow], now: &[AuditRow]) -> usize {
    (0..now.len()).find(|&new| now[new..].iter().zip(before).all(|(one, other)| one == other)).unwrap_or(now.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{DateTime, Utc};

    fn row(action: &str) -> AuditRow {
        AuditRow {
            at: DateTime::<Utc>::UNIX_EPOCH,
            agent: None,
            action: action.to_owned(),
            conversation: None,
            detail: String::new(),
        }
    }

    #[test]
    fn what_is_new_in_the_log_is_found_even_among_equals() {
        let rows = |text: &str| text.chars().map(|letter| row(&letter.to_string())).collect::<Vec<_>>();
        for (before, now, new) in
            [("", "", 0), ("ab", "ab", 0), ("ab", "xab", 1), ("aab", "aaab", 1), ("abc", "xya", 2), ("ab", "xy", 2)]
        {
            assert_eq!(added(&rows(before), &rows(now)), new, "{before} {now}");
        }
    }
}
