//! A session's thread's own end of its channel: what arrives, and the one parcel that is on its way.

use super::{
    inbox::{Arrived, End, Inbox},
    input::Input,
    output::Parcel,
};
use crate::tui::{ask::Msg, terminal, traits::Traits};
use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// The smallest and the largest screen that is drawn, in columns and rows; a terminal of another size shows a part of it,
/// or has room left.
const SMALLEST: (u16, u16) = (20, 5);
const LARGEST: (u16, u16) = (300, 100);

/// Bytes of input that are looked at before a frame is drawn again, so that a flood of them does not hide everything else.
const PIECE: usize = 4096;

/// A terminal's size as it is drawn for.
pub fn size(columns: u32, rows: u32) -> (u16, u16) {
    let within = |value: u32, least: u16, most: u16| u16::try_from(value).unwrap_or(most).clamp(least, most);
    (within(columns, SMALLEST.0, LARGEST.0), within(rows, SMALLEST.1, LARGEST.1))
}

/// One end of a channel.
pub struct Seat {
    inbox: Arc<Inbox>,
    out: mpsc::Sender<Parcel>,
    input: Input,
    traits: Traits,
    began: Instant,
    /// When somebody last typed.
    typed: Instant,
    /// Nothing is on its way: what is drawn now is what the client sees next.
    free: bool,
}

impl Seat {
    /// For a channel on which nothing was sent yet, and the terminal at its other end.
    pub fn new(inbox: Arc<Inbox>, out: mpsc::Sender<Parcel>, traits: Traits) -> Self {
        let began = Instant::now();
        Self { inbox, out, input: Input::new(), traits, began, typed: began, free: true }
    }

    /// What the terminal takes.
    pub const fn traits(&self) -> Traits {
        self.traits
    }

    /// Whether what is sent now goes out at once.
    pub const fn is_free(&self) -> bool {
        self.free
    }

    /// Waits for something to arrive, until a moment; gives it, the bytes as what they mean.
    pub fn next(&mut self, until: Option<Instant>) -> (Arrived, Vec<Msg>) {
        let torn = self.input.deadline().map(|since| self.began + since);
        let arrived = self.inbox.take([until, torn].into_iter().flatten().min(), PIECE);
        self.free |= arrived.taken;
        let now = Instant::now();
        let since = now.saturating_duration_since(self.began);
        // What is not whole yet is given up only where nothing more was there to be read.
        let events = match arrived.bytes.as_slice() {
            [] => self.input.expire(since),
            bytes => self.input.take(bytes, since),
        };
        let meant = events.into_iter().filter_map(terminal::input).filter_map(|input| match input {
            terminal::Input::Msg(msg) => Some(msg),
            // Another's terminal is neither stopped nor read from here.
            terminal::Input::Resized
            | terminal::Input::Read
            | terminal::Input::Suspend
            | terminal::Input::Resumed
            | terminal::Input::End => None,
        });
        let messages: Vec<Msg> = meant.collect();
        if messages.iter().any(|msg| !matches!(msg, Msg::Focus(_))) {
            self.typed = now;
        }
        (arrived, messages)
    }

    /// Sends bytes; the next ones go when these were taken.
    pub fn send(&mut self, bytes: String) {
        self.free = false;
        // Where nobody takes it the inbox says so.
        let _ = self.out.blocking_send(Parcel::Output(bytes.into_bytes()));
    }

    /// Sends the last bytes and ends the channel, after all that is on its way.
    pub fn leave(self, bytes: String, status: u8, hang_up: Option<&'static str>) {
        self.end(bytes, status, hang_up);
    }

    fn end(&self, bytes: String, status: u8, hang_up: Option<&'static str>) {
        // Nothing is read any more, and nobody waits for it to be.
        self.inbox.end(End::Gone);
        let _ = self.out.blocking_send(Parcel::Output(bytes.into_bytes()));
        let _ = self.out.blocking_send(Parcel::Exit { status, hang_up });
    }

    /// Until when a wait lasts that began when somebody last typed.
    pub fn until(&self, wait: Option<Duration>) -> Option<Instant> {
        self.typed.checked_add(wait?)
    }
}

impl Drop for Seat {
    /// A fault on a screen without a catch of its own, as joining, leaves the terminal as it was before, with a word.
    fn drop(&mut self) {
        if thread::panicking() {
            let bytes = format!("{}Something went wrong here. Connect again.\r\n", self.traits.leave());
            self.end(bytes, 1, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ssh::turns::Turns;

    #[test]
    fn a_fault_restores_the_terminal_and_ends_the_channel() {
        let inbox = Arc::new(Inbox::new(10, Turns::at_a_time(1)));
        let (out, mut parcels) = mpsc::channel(2);
        let its = Arc::clone(&inbox);
        let faulty = thread::spawn(move || {
            let _seat = Seat::new(its, out, Traits::default());
            panic!("as a fault would");
        });
        assert!(faulty.join().is_err());
        let Some(Parcel::Output(bytes)) = parcels.blocking_recv() else { panic!("no bytes for the screen") };
        let said = String::from_utf8(bytes).unwrap_or_default();
        assert!(said.starts_with(Traits::default().leave()) && said.contains("went wrong"), "{said:?}");
        assert!(matches!(parcels.blocking_recv(), Some(Parcel::Exit { status: 1, hang_up: None })));
        assert!(inbox.take(None, 10).end.is_some(), "nothing is read any more");
    }

    #[test]
    fn a_seat_that_was_left_says_nothing_more() {
        let (out, mut parcels) = mpsc::channel(2);
        let seat = Seat::new(Arc::new(Inbox::new(10, Turns::at_a_time(1))), out, Traits::default());
        seat.leave("bye".into(), 0, None);
        assert!(matches!(parcels.blocking_recv(), Some(Parcel::Output(bytes)) if bytes == b"bye"));
        assert!(matches!(parcels.blocking_recv(), Some(Parcel::Exit { status: 0, hang_up: None })));
        assert!(parcels.blocking_recv().is_none());
    }

    #[test]
    fn sizes_stay_within_reason() {
        assert_eq!(size(120, 40), (120, 40));
        assert_eq!(size(0, 0), (20, 5));
        assert_eq!(size(u32::MAX, 70_000), (300, 100));
    }
}
