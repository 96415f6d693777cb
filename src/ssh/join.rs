//! `ssh join@host`: a key that nobody knows, and the code of an invite that lets it in.

use super::{inbox::End, seat::Seat, server::Shared, strangers::network};
use crate::{
    desk::page::{Denied, Viewer},
    domain::{key::PublicKey, text::SafeText},
    tui::{
        ask::Msg,
        keymap::{KeyCode, KeyPress},
    },
};
use std::{
    collections::{HashMap, VecDeque},
    fmt::Write as _,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

/// Codes that may be tried over one connection.
const TRIES: u32 = 5;

/// Wrong codes from one address, or one /64 of IPv6, in [`WITHIN`], after which none is looked at.
const TRIES_PER_ADDRESS: u32 = 20;
const WITHIN: Duration = Duration::from_hours(1);

/// Addresses that are remembered; with more of them all are forgotten, since a code has more chances than there are
/// addresses.
const ADDRESSES: usize = 10_000;

/// What is said where the connection ends because of it.
pub const TOO_MANY: &str = "Too many codes.";

/// The longest code that is typed, with its hyphens and some to spare.
const LONGEST: usize = 40;

/// Keys that are kept while no code is taken.
const AHEAD: usize = 256;

/// Wrong codes, by address.
#[derive(Debug, Default)]
pub struct Attempts {
    wrong: Mutex<HashMap<IpAddr, (u32, Instant)>>,
}

impl Attempts {
    /// Whether an address may try another code.
    fn may(&self, address: IpAddr, now: Instant) -> bool {
        let wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        wrong.get(&address).is_none_or(|(count, since)| *count < TRIES_PER_ADDRESS || now - *since > WITHIN)
    }

    fn failed(&self, address: IpAddr, now: Instant) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        if wrong.len() >= ADDRESSES && !wrong.contains_key(&address) {
            wrong.clear();
        }
        let (count, since) = wrong.entry(address).or_insert((0, now));
        if now - *since > WITHIN {
            (*count, *since) = (0, now);
        }
        *count += 1;
    }
}

/// Codes tried over one connection.
#[derive(Debug, Default)]
pub struct Tries(AtomicU32);

/// Somebody with a key that lets nobody in yet.
pub struct Applicant {
    /// The server.
    pub shared: Arc<Shared>,
    /// The key; its signature was verified.
    pub key: PublicKey,
    /// Where from.
    pub address: SocketAddr,
    /// What was tried over the same connection.
    pub tries: Arc<Tries>,
}

/// A code that lets nobody in.
pub struct Wrong {
    /// Always the same sentence, whatever is wrong; another one only where the desk itself cannot be read or written.
    pub why: String,
    /// How long the next one has to wait.
    pub wait: Duration,
    /// There is no next one.
    pub last: bool,
}

impl Applicant {
    /// Gives a code; the agent that it lets the key in as.
    ///
    /// # Errors
    /// It lets nobody in.
    pub fn redeem(&self, code: &str) -> Result<Viewer, Wrong> {
        let Self { shared, key, address, tries } = self;
        let (from, now) = (network(address.ip()), Instant::now());
        let tried = tries.0.fetch_add(1, Ordering::Relaxed);
        // Whoever tried too often is answered as if the code were wrong.
        let given = if tried < TRIES && shared.attempts.may(from, now) { code } else { "" };
        shared
            .desk
            .redeem(given, key)
            .inspect(|viewer| {
                tracing::info!(%address, agent = viewer.handle, fingerprint = key.fingerprint, "joined");
            })
            .map_err(|denied| {
                if !matches!(denied, Denied::Failed(_)) {
                    shared.attempts.failed(from, now);
                }
                tracing::warn!(%address, fingerprint = key.fingerprint, "a code that lets nobody in");
                Wrong {
                    why: SafeText::line(&denied.to_string()).into_string(),
                    wait: shared.limits.wrong_code * (1 << tried.min(TRIES)),
                    last: tried + 1 >= TRIES,
                }
            })
    }
}

/// What somebody reads who was let in.
pub fn welcome(viewer: &Viewer) -> String {
    format!("Welcome, @{}. This key lets you in from now on: ssh HOST", viewer.handle)
}

/// Somebody who was let in.
pub struct Joined {
    /// Who it is.
    pub viewer: Viewer,
    /// The seat to go on from.
    pub seat: Seat,
    /// The terminal's columns and rows by now.
    pub size: (u16, u16),
}

/// Asks for the code on a screen; whoever it lets in, with the seat to go on from.
pub fn ask(applicant: &Applicant, mut seat: Seat, size: (u16, u16)) -> Option<Joined> {
    let mut screen = Screen {
        fingerprint: &applicant.key.fingerprint,
        algorithm: &applicant.key.algorithm,
        code: String::new(),
        said: String::new(),
        closed: None,
        ahead: VecDeque::new(),
        size,
        shown: String::new(),
    };
    let limit = Instant::now() + applicant.shared.limits.joining;
    let traits = seat.traits();
    seat.send(traits.enter().to_owned());
    loop {
        match screen.typing(&mut seat, limit) {
            Some(Typed::Code) => {}
            Some(Typed::Left(words)) => {
                seat.leave(format!("{}{words}", traits.leave()), 0, Some("Nobody joined."));
                return None;
            }
            None => return None,
        }
        match applicant.redeem(&screen.code) {
            Ok(viewer) => {
                // The messenger takes the terminal over anew.
                seat.send(format!("{}{}\r\n", traits.leave(), welcome(&viewer)));
                return Some(Joined { viewer, seat, size: screen.size });
            }
            Err(Wrong { why, last: true, .. }) => {
                seat.leave(format!("{}{why}\r\n", traits.leave()), 4, Some(TOO_MANY));
                return None;
            }
            Err(Wrong { why, wait, .. }) => {
                screen.code.clear();
                screen.said = why;
                screen.closed = Some(Instant::now() + wait);
            }
        }
    }
}

/// Whether a key leaves, at any time.
fn leaves(msg: &Msg) -> bool {
    let Msg::Press(press) = msg else { return false };
    press.code == KeyCode::Esc || [KeyPress::control('c'), KeyPress::control('d')].contains(press)
}

/// What typing came to.
enum Typed {
    /// A code, with Enter.
    Code,
    /// No code, and the last words.
    Left(&'static str),
}

struct Screen<'a> {
    fingerprint: &'a str,
    algorithm: &'a str,
    code: String,
    said: String,
    /// Until when no code is taken.
    closed: Option<Instant>,
    /// Keys that were typed meanwhile, or after Enter.
    ahead: VecDeque<Msg>,
    size: (u16, u16),
    /// The bytes that were sent last.
    shown: String,
}

impl Screen<'_> {
    /// Takes keys until Enter; `None` where nobody is there any more.
    fn typing(&mut self, seat: &mut Seat, limit: Instant) -> Option<Typed> {
        loop {
            self.closed = self.closed.filter(|until| *until > Instant::now());
            while self.closed.is_none()
                && let Some(msg) = self.ahead.pop_front()
            {
                match self.take(msg) {
                    None => {}
                    Some(Typed::Code) if self.code.is_empty() => {}
                    Some(done) => return Some(done),
                }
            }
            self.show(seat);
            let (arrived, typed) = seat.next([Some(limit), self.closed].into_iter().flatten().min());
            if let Some(size) = arrived.size {
                self.size = size;
                self.shown.clear();
            }
            if typed.iter().any(leaves) {
                return Some(Typed::Left(""));
            }
            let room = AHEAD.saturating_sub(self.ahead.len());
            self.ahead.extend(typed.into_iter().take(room));
            match arrived.end {
                Some(End::Gone | End::Stalled) => return None,
                Some(End::Silent) => return Some(Typed::Left("")),
                Some(End::Stopping) => {
                    return Some(Typed::Left("The desk is being stopped. Connect again in a while.\r\n"));
                }
                None => {}
            }
            if Instant::now() >= limit {
                return Some(Typed::Left("Closed, since no code came. Connect again when you have one.\r\n"));
            }
        }
    }

    /// Sends the screen where it looks different now, and when what was sent before was taken.
    fn show(&mut self, seat: &mut Seat) {
        let painted = self.paint();
        if seat.is_free() && painted != self.shown {
            seat.send(painted.clone());
            self.shown = painted;
        }
    }

    fn take(&mut self, msg: Msg) -> Option<Typed> {
        match msg {
            Msg::Press(KeyPress { code, modifiers }) => match code {
                KeyCode::Enter => return Some(Typed::Code),
                KeyCode::Backspace => {
                    self.code.pop();
                }
                KeyCode::Char(letter) if !modifiers.control && !modifiers.alt => self.add(letter),
                _ => {}
            },
            Msg::Paste(text) => text.chars().for_each(|letter| self.add(letter)),
            _ => {}
        }
        None
    }

    fn add(&mut self, letter: char) {
        if (letter.is_ascii_alphanumeric() || letter == '-') && self.code.len() < LONGEST {
            self.code.push(letter.to_ascii_uppercase());
        }
    }

    /// The whole screen; few bytes, and it changes seldom. Where there is no room for all of it the top is left out.
    fn paint(&self) -> String {
        let said = if self.closed.is_some() { format!("{} Wait …", self.said) } else { self.said.clone() };
        let lines = [
            "\x1b[1mdeskline\x1b[22m · joining".to_owned(),
            String::new(),
            format!("Your key  {}", self.fingerprint),
            format!("          {}", SafeText::line(self.algorithm)),
            String::new(),
            "It lets nobody in yet. Type the code of your invite; an".to_owned(),
            "administrator makes one with “deskline agent invite”.".to_owned(),
            String::new(),
            format!("\x1b[33m{said}\x1b[39m"),
            String::new(),
            "\x1b[2mEnter join   Esc leave\x1b[22m".to_owned(),
            String::new(),
            // The field last, so that the cursor stands behind it.
            format!("Code  \x1b[4m{}\x1b[24m", self.code),
        ];
        let left_out = lines.len().saturating_sub(self.size.1.into());
        let mut bytes = "\x1b[?2026h\x1b[m\x1b[2J".to_owned();
        for (row, line) in (1..).zip(lines.iter().skip(left_out)) {
            // What is too long for the terminal is cut by it, not wrapped into the next line.
            let _ = write!(bytes, "\x1b[{row};3H\x1b[?7l{line}\x1b[?7h");
        }
        bytes + "\x1b[?25h\x1b[?2026l"
    }
}
