//! The messenger over one channel: `tui::session` in a thread of its own.

use super::{
    inbox::{End, Inbox},
    seat::Seat,
    turns::Turn,
};
use crate::{
    desk::{
        Desk,
        page::{Moment, Viewer},
    },
    domain::text::SafeText,
    tui::{
        ansi,
        ask::{Effect, Msg},
        session::{Event, Look, Session},
        traits::Traits,
    },
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

/// How long a messenger stays open.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stay {
    /// After the last key; `None`: for ever.
    pub idle: Option<Duration>,
    /// Not past this moment, typing or not.
    pub until: Option<Instant>,
}

/// How a messenger ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Farewell {
    /// The agent left it.
    Left,
    /// There is nobody any more who could read a word.
    Unheard,
    /// The server stops.
    Stopping,
    /// Nobody typed for too long.
    Idle,
    /// The visit to a demo desk is over.
    Over,
    /// The agent may see nothing any more, and why.
    Shut(String),
    /// A fault of the program.
    Panicked,
}

impl Farewell {
    /// For the log.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Unheard => "gone",
            Self::Stopping => "stopping",
            Self::Idle => "idle",
            Self::Over => "over",
            Self::Shut(_) => "shut",
            Self::Panicked => "panicked",
        }
    }

    /// What the agent reads on the terminal as it was before.
    fn sentence(&self) -> Option<String> {
        match self {
            Self::Left | Self::Unheard => None,
            Self::Stopping => Some("The desk is being stopped. Your drafts are kept; connect again in a while.".into()),
            Self::Idle => Some("Closed, since nobody typed for a long time. Your drafts are kept.".into()),
            Self::Over => Some("Your visit is over, and this desk is gone. Connect again for a fresh one.".into()),
            Self::Shut(why) => Some(SafeText::line(why).into_string()),
            Self::Panicked => Some("Something went wrong here; your draft is kept. Connect again to go on.".into()),
        }
    }

    const fn status(&self) -> u8 {
        match self {
            Self::Left | Self::Unheard | Self::Stopping | Self::Idle | Self::Over => 0,
            Self::Shut(_) => 4,
            Self::Panicked => 1,
        }
    }
}

/// Runs the messenger until it ends; the terminal is as it was then.
pub fn run(desk: &Desk, viewer: &Viewer, look: Look, mut seat: Seat, inbox: &Arc<Inbox>, stay: &Stay) -> Farewell {
    let mut session = match Session::new(desk.clone(), viewer.clone(), look) {
        Ok(session) => session,
        Err(denied) => {
            let why = denied.to_string();
            seat.leave(format!("{}\r\n", SafeText::line(&why)), 4, Some("You are not let in."));
            return Farewell::Shut(why);
        }
    };
    listen(desk, viewer, inbox);
    desk.agent_acted(viewer);
    let acted = || desk.agent_acted(viewer);
    let served = catch_unwind(AssertUnwindSafe(|| serve(&mut session, &mut seat, stay, &acted)));
    // Drafts are kept on every way out, also where the client went first.
    let kept = catch_unwind(AssertUnwindSafe(|| session.keep_drafts()));
    let farewell = match (served, kept) {
        (Ok(farewell), Ok(())) => farewell,
        (Err(_), _) | (_, Err(_)) => Farewell::Panicked,
    };
    let said = farewell.sentence().map(|sentence| format!("{sentence}\r\n")).unwrap_or_default();
    let hang_up = matches!(farewell, Farewell::Shut(_)).then_some("You are not let in any more.");
    let leave = seat.traits().leave();
    seat.leave(format!("{leave}{said}"), farewell.status(), hang_up);
    farewell
}

/// Has the desk's bell ring here for as long as the session lives.
fn listen(desk: &Desk, viewer: &Viewer, inbox: &Arc<Inbox>) {
    let (me, inbox): (_, Weak<Inbox>) = (viewer.id, Arc::downgrade(inbox));
    desk.listen(Box::new(move |news| match inbox.upgrade() {
        Some(inbox) => {
            if news.concerns(me) {
                inbox.ring(news);
            }
            true
        }
        None => false,
    }));
}

/// What goes to the terminal beside the frame.
#[derive(Debug, Default, PartialEq, Eq)]
struct Beside {
    enter: bool,
    repaint: bool,
    mouse: Option<bool>,
    bell: bool,
    copied: Option<String>,
}

impl Beside {
    /// Takes effects in, the newest of each kind; whether the session is left.
    fn add(&mut self, effects: Vec<Effect>) -> bool {
        let mut left = false;
        for effect in effects {
            match effect {
                Effect::Copy(text) => self.copied = Some(text),
                Effect::Bell => self.bell = true,
                Effect::Mouse(on) => self.mouse = Some(on),
                Effect::Repaint => self.repaint = true,
                Effect::Quit => left = true,
                // The desk was asked inside; nothing on this machine is started for somebody who is on another.
                Effect::Ask(_) | Effect::OpenEditor(_) | Effect::Suspend => {}
            }
        }
        left
    }

    /// What brings the terminal to what the session shows now.
    fn frame(self, session: &mut Session, traits: Traits) -> Option<String> {
        let mut bytes = String::new();
        if self.enter {
            bytes.push_str(traits.enter());
        }
        if self.repaint {
            bytes.push_str(ansi::CLEAR);
            session.forget();
        }
        bytes.push_str(self.mouse.map_or("", ansi::mouse));
        bytes.push_str(&session.frame().unwrap_or_default());
        bytes.push_str(&self.copied.and_then(|text| traits.copy(&text)).unwrap_or_default());
        bytes.push_str(if self.bell { ansi::BELL } else { "" });
        (!bytes.is_empty()).then_some(bytes)
    }
}

/// Takes what arrives and paints, until the session ends. A frame is made only when the one before it was taken: who
/// reads slowly sees the newest, not all there were.
fn serve(session: &mut Session, seat: &mut Seat, stay: &Stay, acted: &dyn Fn()) -> Farewell {
    let mut beside = Beside { enter: true, ..Beside::default() };
    let mut due = true;
    let mut turn: Option<Turn> = None;
    loop {
        if due && seat.is_free() {
            due = false;
            if let Some(bytes) = std::mem::take(&mut beside).frame(session, seat.traits()) {
                seat.send(bytes);
            }
            // What comes now writes, and may wait for others to do so.
            drop(turn.take());
            let mut effects = Vec::new();
            due |= session.catch_up(&mut effects);
            if beside.add(effects) {
                return Farewell::Left;
            }
        }
        // Nor is anything waited for with it.
        drop(turn.take());
        let waking = [session.deadline().map(|at| instant(at, session.now())), seat.until(stay.idle), stay.until];
        // A frame that could go out is not waited for; one that cannot is told by the inbox.
        let until = if due && seat.is_free() { Some(Instant::now()) } else { waking.into_iter().flatten().min() };
        let (arrived, typed) = seat.next(until);
        if typed.iter().any(|msg| !matches!(msg, Msg::Focus(_))) {
            acted();
        }
        let mut events: Vec<Event> = arrived.news.into_iter().map(Event::Rang).collect();
        events.extend(arrived.size.map(|(columns, rows)| Event::Input(Msg::Resize(columns, rows))));
        events.extend(typed.into_iter().map(Event::Input));
        let woken = until.is_some_and(|until| until <= Instant::now());
        if arrived.taken && events.is_empty() && arrived.end.is_none() && !woken {
            // There is room for a frame, and nothing new to be shown in it.
            continue;
        }
        due = true;
        let left = beside.add(session.take(events));
        if let Some(why) = &session.model().shut {
            return Farewell::Shut(why.clone());
        }
        if left {
            return Farewell::Left;
        }
        match arrived.end {
            Some(End::Stopping) => return Farewell::Stopping,
            Some(End::Silent) => return Farewell::Left,
            Some(End::Gone | End::Stalled) => return Farewell::Unheard,
            None => {}
        }
        let now = Instant::now();
        if seat.until(stay.idle).is_some_and(|until| until <= now) {
            return Farewell::Idle;
        }
        if stay.until.is_some_and(|until| until <= now) {
            return Farewell::Over;
        }
    }
}

/// A moment of the desk's clock as one to wait for.
fn instant(at: Moment, now: Moment) -> Instant {
    Instant::now() + (at - now).to_std().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ssh::turns::Turns;
    use crate::{
        desk::NewDesk,
        ssh::output::Parcel,
        tui::{keymap::Keymap, theme::Theme, time::Zone},
    };
    use chrono::Utc;
    use std::{
        sync::atomic::{AtomicBool, Ordering},
        thread,
    };
    use tokio::sync::mpsc;

    /// A clock that can be broken: the one thing inside a session that a test can make fail.
    fn desk(folder: &tempfile::TempDir, broken: &Arc<AtomicBool>) -> Desk {
        let broken = Arc::clone(broken);
        let clock = move || {
            assert!(!broken.load(Ordering::SeqCst), "the clock is broken");
            Utc::now()
        };
        let new = NewDesk { team: "Acme".into(), owner: "olga".into(), owner_name: None };
        Desk::create(&folder.path().join("desk.db"), &new, Arc::new(clock)).unwrap()
    }

    fn look() -> Look {
        Look {
            keymap: Arc::new(Keymap::built_in()),
            theme: Theme::new(true),
            traits: Traits::default(),
            zone: Zone::Universal,
            size: (80, 24),
            local: false,
            tag: "test".into(),
        }
    }

    fn output(parcels: &mut mpsc::Receiver<Parcel>) -> String {
        match parcels.blocking_recv() {
            Some(Parcel::Output(bytes)) => String::from_utf8(bytes).unwrap(),
            other => panic!("bytes for the screen were due, but: {other:?}"),
        }
    }

    /// A messenger of the only agent, in a thread of its own.
    fn running(desk: &Desk) -> (Arc<Inbox>, mpsc::Receiver<Parcel>, thread::JoinHandle<Farewell>) {
        let viewer = desk.admit(None).unwrap();
        let inbox = Arc::new(Inbox::new(1000, Turns::at_a_time(1)));
        let (out, parcels) = mpsc::channel(2);
        let (desk, its) = (desk.clone(), Arc::clone(&inbox));
        let running = thread::spawn(move || {
            let seat = Seat::new(Arc::clone(&its), out, Traits::default());
            run(&desk, &viewer, look(), seat, &its, &Stay::default())
        });
        (inbox, parcels, running)
    }

    #[test]
    fn who_reads_slowly_sees_the_newest_and_nothing_that_was_before() {
        let folder = tempfile::tempdir().unwrap();
        let desk = desk(&folder, &Arc::default());
        let (inbox, mut parcels, running) = running(&desk);
        assert!(output(&mut parcels).contains("olga"));
        // Nothing was taken yet: whatever happens, nothing more is made.
        for (columns, rows) in [(60, 20), (90, 25), (100, 30)] {
            inbox.resize(columns, rows);
            let until = Instant::now() + Duration::from_millis(50);
            while Instant::now() < until {
                assert!(parcels.try_recv().is_err(), "a frame before the one before it was taken");
                thread::yield_now();
            }
        }
        inbox.taken();
        let mut screen = vt100::Parser::new(30.try_into().unwrap(), 100.try_into().unwrap(), 0);
        screen.process(output(&mut parcels).as_bytes());
        assert!(screen.screen().contents().lines().nth(29).is_some_and(|line| line.contains("? all keys")));
        assert!(parcels.try_recv().is_err(), "one frame for all that happened");
        inbox.end(End::Gone);
        assert_eq!(running.join().unwrap(), Farewell::Unheard);
    }

    #[test]
    fn a_fault_ends_one_session_and_restores_its_terminal() {
        let folder = tempfile::tempdir().unwrap();
        let broken = Arc::<AtomicBool>::default();
        let desk = desk(&folder, &broken);
        let (inbox, mut parcels, running) = running(&desk);
        assert!(output(&mut parcels).contains("olga"));
        broken.store(true, Ordering::SeqCst);
        inbox.resize(100, 30);
        let last = output(&mut parcels);
        assert!(last.starts_with(Traits::default().leave()), "{last:?}");
        assert!(last.contains("Something went wrong here; your draft is kept."), "{last:?}");
        assert!(matches!(parcels.blocking_recv(), Some(Parcel::Exit { status: 1, hang_up: None })));
        assert_eq!(running.join().unwrap(), Farewell::Panicked);
        broken.store(false, Ordering::SeqCst);
        desk.admit(None).unwrap();
    }
}
