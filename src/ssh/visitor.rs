//! `ssh demo@host`: a visitor chooses whom to be, and works at a made-up desk that is theirs alone.

use super::{
    inbox::{End, Inbox},
    messenger::{self, Farewell, Stay},
    seat::Seat,
    strangers::network,
};
use crate::{
    demo::{
        people::{self, Persona},
        script,
        visit::{Visit, Visits},
    },
    domain::text::SafeText,
    tui::{
        ask::Msg,
        keymap::{KeyCode, KeyPress},
        session::Look,
    },
};
use std::{
    collections::HashMap,
    fmt::Write as _,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// The user name that leads to a demo desk.
pub const DEMO: &str = "demo";

/// How long choosing may take.
const CHOOSING: Duration = Duration::from_mins(2);

/// Visits from one address, or one /64 of IPv6, at the same time.
const PER_ADDRESS: usize = 4;

/// What is said where the connection ends with the visit.
const OVER: &str = "The visit is over.";

/// Who visits from where.
pub struct Guestbook {
    visits: Arc<Visits>,
    by_address: Mutex<HashMap<IpAddr, usize>>,
}

/// One visitor's line in the book, struck out with the value.
struct Line<'a> {
    book: &'a Guestbook,
    address: IpAddr,
}

impl Guestbook {
    /// For visits of which there were none.
    pub fn new(visits: Arc<Visits>) -> Self {
        Self { visits, by_address: Mutex::default() }
    }

    fn enter(&self, address: IpAddr) -> Option<Line<'_>> {
        let mut by_address = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let here = by_address.entry(address).or_insert(0);
        if *here >= PER_ADDRESS {
            return None;
        }
        *here += 1;
        Some(Line { book: self, address })
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        let mut by_address = self.book.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(here) = by_address.get_mut(&self.address) {
            *here -= 1;
            if *here == 0 {
                by_address.remove(&self.address);
            }
        }
    }
}

/// Shows a visitor round until it is over; how it ended, for the log.
pub fn receive(
    book: &Guestbook,
    address: SocketAddr,
    look: Look,
    mut seat: Seat,
    inbox: &Arc<Inbox>,
    idle: Option<Duration>,
) -> Farewell {
    let Some(_line) = book.enter(network(address.ip())) else {
        seat.leave(
            "There are enough visitors from your address already. Close one, then come again.\r\n".into(),
            1,
            Some(OVER),
        );
        return Farewell::Left;
    };
    let visit = match book.visits.begin() {
        Ok(visit) => visit,
        Err(denied) => {
            seat.leave(format!("{}\r\n", SafeText::line(&denied.to_string())), 1, Some(OVER));
            return Farewell::Left;
        }
    };
    let people = people::people(&script::built_in());
    let traits = seat.traits();
    seat.send(traits.enter().to_owned());
    let over = Instant::now() + CHOOSING;
    let mut choice = Choice {
        people: &people,
        minutes: book.visits.limits().age.num_minutes(),
        at: 0,
        size: look.size,
        shown: String::new(),
    };
    let chosen = match choice.run(&mut seat, over) {
        Ok(chosen) => chosen,
        Err(farewell) => {
            seat.leave(traits.leave().to_owned(), 0, Some(OVER));
            return farewell;
        }
    };
    let look = Look { size: choice.size, ..look };
    let Ok(viewer) = visit.desk.admit(Some(&chosen)) else {
        seat.leave(traits.leave().to_owned(), 1, Some(OVER));
        return Farewell::Left;
    };
    seat.send(traits.leave().to_owned());
    let stay = Stay { idle, until: Some(ends(&visit)) };
    messenger::run(&visit.desk, &viewer, look, seat, inbox, &stay)
}

/// When the visit is over, by the clock that waiting goes by.
fn ends(visit: &Visit) -> Instant {
    Instant::now() + (visit.ends - visit.desk.now()).to_std().unwrap_or_default()
}

/// Choosing whom to be.
struct Choice<'a> {
    people: &'a [Persona],
    minutes: i64,
    at: usize,
    size: (u16, u16),
    /// The bytes that were sent last.
    shown: String,
}

impl Choice<'_> {
    fn run(&mut self, seat: &mut Seat, over: Instant) -> Result<String, Farewell> {
        loop {
            let painted = self.paint();
            if seat.is_free() && painted != self.shown {
                seat.send(painted.clone());
                self.shown = painted;
            }
            let (arrived, typed) = seat.next(Some(over));
            if let Some(size) = arrived.size {
                self.size = size;
                self.shown.clear();
            }
            for msg in typed {
                if let Some(done) = self.take(&msg) {
                    return done;
                }
            }
            match arrived.end {
                Some(End::Gone | End::Stalled) => return Err(Farewell::Unheard),
                Some(End::Silent) => return Err(Farewell::Left),
                Some(End::Stopping) => return Err(Farewell::Stopping),
                None => {}
            }
            if Instant::now() >= over {
                return Err(Farewell::Idle);
            }
        }
    }

    fn take(&mut self, msg: &Msg) -> Option<Result<String, Farewell>> {
        let Msg::Press(press) = msg else { return None };
        if *press == KeyPress::control('c') || *press == KeyPress::control('d') {
            return Some(Err(Farewell::Left));
        }
        let last = self.people.len().saturating_sub(1);
        match press.code {
            KeyCode::Esc | KeyCode::Char('q') => return Some(Err(Farewell::Left)),
            KeyCode::Down | KeyCode::Char('j') => self.at = (self.at + 1).min(last),
            KeyCode::Up | KeyCode::Char('k') => self.at = self.at.saturating_sub(1),
            KeyCode::Enter => return self.people.get(self.at).map(|persona| Ok(persona.handle.clone())),
            KeyCode::Char(letter) => {
                let number = letter.to_digit(10).and_then(|digit| usize::try_from(digit).ok()).unwrap_or(0);
                return number
                    .checked_sub(1)
                    .and_then(|at| self.people.get(at))
                    .map(|persona| Ok(persona.handle.clone()));
            }
            _ => {}
        }
        None
    }

    /// The whole screen; few bytes, and it changes seldom.
    fn paint(&self) -> String {
        let columns = usize::from(self.size.0).saturating_sub(4).max(10);
        let mut lines = vec!["\x1b[1mdeskline\x1b[22m · a demo desk of your own".to_owned(), String::new()];
        let banner = format!(
            "Everything here is made up, nobody else sees it, and it is gone when you leave, after {} minutes at the latest. \
             Its customers write back. Whom do you want to be?",
            self.minutes
        );
        lines.extend(SafeText::line(&banner).wrap(columns.min(72)));
        lines.push(String::new());
        for (place, persona) in self.people.iter().enumerate() {
            let (mark, on, off) = if place == self.at { ("▌", "\x1b[1m", "\x1b[22m") } else { (" ", "", "") };
            let indent = 12;
            let shows = SafeText::line(&persona.shows).wrap(columns.min(78).saturating_sub(indent).max(10));
            for (row, words) in shows.iter().enumerate() {
                let head = if row == 0 {
                    format!("{mark} {} {on}{:<7}{off} ", place + 1, persona.handle)
                } else {
                    " ".repeat(indent)
                };
                lines.push(format!("{head}{words}"));
            }
        }
        lines.push(String::new());
        lines.push("\x1b[2mj k choose   Enter go in   q leave\x1b[22m".to_owned());
        card(&lines, usize::from(self.size.1))
    }
}

/// A screen of lines; those that a terminal has no room for are left out at the top.
fn card(lines: &[String], rows: usize) -> String {
    let mut bytes = "\x1b[?2026h\x1b[m\x1b[2J\x1b[?25l".to_owned();
    let skip = lines.len().saturating_sub(rows);
    for (row, line) in (1 + usize::from(lines.len() < rows)..).zip(lines.iter().skip(skip)) {
        // What is too long for the terminal is cut by it, not wrapped into the next line.
        let _ = write!(bytes, "\x1b[{row};3H\x1b[?7l{line}\x1b[?7h");
    }
    bytes + "\x1b[?2026l"
}
