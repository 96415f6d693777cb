//! Somebody at a screen: keys go out at their time, whatever comes is looked at.

use super::{
    Person, SCREEN,
    board::{Board, Place, View, Way},
    client::Client,
    eyes::Eyes,
    figures::{Dice, Times},
    plan::{Habits, Kind, Plan, Proof},
};
use deskline::domain::section::Section;
use russh::{ChannelMsg, keys::PrivateKey};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::watch, time::sleep_until};

/// How long a key's effect is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the first screen may take.
const LOGIN: Duration = Duration::from_secs(60);

/// What everybody does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nothing.
    Idle,
    /// Typing; what is not measured yet warms up.
    Typing {
        /// What is typed from now on counts.
        measured: bool,
    },
    /// Looking on while what was typed last reaches everybody.
    Looking,
    /// Leaving.
    Over,
}

/// What all share.
pub struct Room {
    /// What the messages of this run begin with, after "zq".
    pub letter: char,
    pub board: Board,
    pub begun: Instant,
    /// When any screen changed last, in milliseconds after the beginning.
    pub stirred: AtomicU64,
    pub phase: watch::Receiver<Phase>,
    pub key_every: Duration,
    pub habits: Habits,
}

/// What one session came to.
#[derive(Debug, Default)]
pub struct Tally {
    pub keys: Times,
    pub escapes: Times,
    pub sends: Times,
    /// How late keys left here; not the server's fault.
    pub late: Times,
    /// Keys whose effect never came.
    pub unproved: Vec<String>,
    /// Keys written, and bytes that came, while it counted.
    pub strokes: u64,
    pub bytes: u64,
    /// What it sent, and the messages that were not shown as sent in time.
    pub sent: Vec<String>,
    pub doubtful: Vec<String>,
    pub skipped: usize,
    pub held: usize,
}

/// A session's end.
pub struct Left {
    pub person: Arc<Person>,
    pub section: Section,
    /// The conversations in view, with their last words.
    pub rows: Vec<(i64, String)>,
    pub text: String,
    pub tally: Tally,
    /// The server hung up.
    pub cut: bool,
}

/// A key whose effect is waited for.
struct Waiting {
    proof: Proof,
    kind: Kind,
    since: Instant,
    counts: bool,
    keys: Vec<u8>,
}

/// Somebody at a screen.
pub struct Typist {
    room: Arc<Room>,
    person: Arc<Person>,
    /// The number of the screen.
    number: usize,
    own: i64,
    client: Client,
    parser: vt100::Parser,
    plan: Plan,
    view: View,
    dice: Dice,
    next_key: Instant,
    waiting: Option<Waiting>,
    /// When the last key's effect was there.
    free: Instant,
    messages: usize,
    tally: Tally,
    cut: bool,
}

impl Typist {
    /// Logs in and waits for the first screen.
    pub async fn sit(
        room: Arc<Room>,
        person: Arc<Person>,
        own: i64,
        server: SocketAddr,
        key: Arc<PrivateKey>,
    ) -> Result<Self, russh::Error> {
        let mut client = Client::login(server, key).await?;
        let mut parser = vt100::Parser::new(SCREEN.1.try_into().unwrap(), SCREEN.0.try_into().unwrap(), 0);
        let until = Instant::now() + LOGIN;
        let section = loop {
            let listed = Section::ALL.iter().find(|section| Eyes::on(parser.screen()).lists(**section));
            if let Some(section) = listed.filter(|_| Eyes::on(parser.screen()).selected().is_some()) {
                break *section;
            }
            match tokio::time::timeout_at(until.into(), client.read.wait()).await {
                Ok(Some(ChannelMsg::Data { data })) => parser.process(&data),
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => panic!("no first screen:\n{}", parser.screen().contents()),
            }
        };
        let number = room.board.add(Arc::clone(&person));
        let dice = Dice::new(number as u64 + 1);
        let plan = Plan::new(own, section, person.sees_open, room.habits, dice.clone());
        let next_key = Instant::now();
        let view = View { section, at_the_top: true, still_until: next_key };
        Ok(Self {
            room,
            person,
            number,
            own,
            client,
            parser,
            plan,
            view,
            dice,
            next_key,
            waiting: None,
            free: next_key,
            messages: 0,
            tally: Tally::default(),
            cut: false,
        })
    }

    /// Does what the phases say, to the end.
    pub async fn work(mut self) -> Left {
        let mut phase = self.room.phase.clone();
        let mut now = *phase.borrow_and_update();
        while now != Phase::Over && !self.cut {
            let typing = matches!(now, Phase::Typing { .. });
            let due = self.waiting.as_ref().map_or(self.next_key, |waiting| waiting.since + PATIENCE);
            tokio::select! {
                arrived = self.client.read.wait() => match arrived {
                    Some(ChannelMsg::Data { data }) => self.take(&data, now),
                    Some(ChannelMsg::Close) | None => self.cut = true,
                    Some(_) => {}
                },
                () = sleep_until(due.into()), if typing || self.waiting.is_some() => {
                    if self.waiting.is_some() {
                        self.give_up();
                    } else {
                        self.press(now == Phase::Typing { measured: true }).await;
                    }
                }
                changed = phase.changed() => {
                    if changed.is_err() {
                        break;
                    }
                    let before = now;
                    now = *phase.borrow_and_update();
                    if before == Phase::Idle {
                        // Everybody's keys at their own moment.
                        self.next_key = Instant::now() + self.dice.part_of(self.room.key_every);
                    }
                }
            }
        }
        self.left()
    }

    fn left(mut self) -> Left {
        let eyes = Eyes::on(self.parser.screen());
        self.room.board.look(self.number, eyes, self.view);
        (self.tally.skipped, self.tally.held) = (self.plan.skipped, self.plan.held);
        Left {
            section: self.plan.section,
            rows: eyes.rows().map(|row| (row.conversation, eyes.words(row))).collect(),
            text: self.parser.screen().contents(),
            person: self.person,
            tally: self.tally,
            cut: self.cut,
        }
    }

    /// Takes output in.
    fn take(&mut self, bytes: &[u8], phase: Phase) {
        self.parser.process(bytes);
        let now = Instant::now();
        self.room.stirred.store(millis(now - self.room.begun), Ordering::Relaxed);
        if phase == (Phase::Typing { measured: true }) {
            self.tally.bytes += bytes.len() as u64;
        }
        let eyes = Eyes::on(self.parser.screen());
        self.room.board.look(self.number, eyes, self.view);
        let Some(waiting) = self.waiting.take_if(|waiting| waiting.proof.holds(eyes)) else { return };
        self.free = now;
        let held = waiting.kind == Kind::Send && eyes.held();
        if waiting.counts && !held {
            let times = match waiting.kind {
                Kind::Key => &mut self.tally.keys,
                Kind::Escape => &mut self.tally.escapes,
                Kind::Send => &mut self.tally.sends,
            };
            times.add(now - waiting.since);
        }
        if held {
            self.room.board.withdrawn(&self.plan.token);
            self.tally.sent.pop();
            self.plan.was_held();
        }
    }

    /// Writes the next key.
    async fn press(&mut self, counts: bool) {
        let due = self.next_key;
        self.next_key += self.room.key_every;
        let eyes = Eyes::on(self.parser.screen());
        let (letter, number, messages) = (self.room.letter, self.number, &mut self.messages);
        let stroke = self.plan.next(eyes, || {
            *messages += 1;
            format!("zq{letter}{number:03}{messages:02}")
        });
        let still = self.room.key_every * u32::try_from(self.plan.still_for()).unwrap();
        self.view.section = self.plan.section;
        self.view.at_the_top = self.plan.at_the_top;
        self.view.still_until = self.next_key + still;
        self.room.board.look(self.number, eyes, self.view);
        let now = Instant::now();
        // Whoever had to wait for the key before counts from the moment at which this one was due.
        let since = if self.free > due { due } else { now };
        if counts {
            self.tally.strokes += 1;
            self.tally.late.add(now - due.max(self.free));
        }
        if stroke.kind == Kind::Send {
            let token = self.plan.token.clone();
            let place = Place { key: self.own, assignee: Some(&self.person.handle), queue: None };
            self.room.board.sent(&token, &place, Some(self.number), Way::Server, counts);
            self.tally.sent.push(token);
        }
        if stroke.proof != Proof::None {
            let keys = stroke.bytes.clone();
            self.waiting = Some(Waiting { proof: stroke.proof, kind: stroke.kind, since, counts, keys });
        }
        if self.client.write.data_bytes(stroke.bytes).await.is_err() {
            self.cut = true;
        }
    }

    /// The effect of a key never came.
    fn give_up(&mut self) {
        let Some(waiting) = self.waiting.take() else { return };
        self.free = Instant::now();
        if waiting.kind == Kind::Send {
            self.tally.doubtful.extend(self.tally.sent.last().cloned());
        }
        let keys = String::from_utf8_lossy(&waiting.keys).into_owned();
        let text = self.parser.screen().contents();
        self.tally.unproved.push(format!(
            "{} on screen {}, conversation {}: {keys:?} for {:?}\n{text}",
            self.person.handle, self.number, self.own, waiting.proof
        ));
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap()
}
