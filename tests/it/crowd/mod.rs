//! A crowd of agents at their screens over SSH, measured from outside: the built program as a server on loopback, as many
//! clients as wanted, each typing at its pace; what the keys cost, how soon the others see it, and whether anything is lost.

#![allow(dead_code, unused_imports, reason = "a test and a bench look at different parts of it")]

/// Which screens have to show what was sent.
mod board;
/// One client.
mod client;
/// What is on a screen.
mod eyes;
/// Times and chance.
pub mod figures;
/// Processor time and memory.
pub mod machine;
/// What is typed.
pub mod plan;
/// The server's process.
pub mod server;
/// What the desk says at the end.
mod truth;
/// Somebody at a screen.
mod typist;

pub use board::Seen;
pub use client::Client;

use board::{Board, Place, Way};
use deskline::{
    desk::{
        Desk,
        page::{Viewer, Wants},
    },
    domain::{
        command::Command,
        envelope::{Channel, Inbound},
        id::ConversationId,
        people::{FromCustomers, Role},
    },
};
use figures::Times;
use machine::{Memory, Work};
use plan::Habits;
use russh::keys::{Algorithm, PrivateKey, key::safe_rng};
use server::Server;
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::watch, task::JoinSet, time::sleep};
use typist::{Left, Phase, Room, Typist};

/// Everybody's columns and rows.
pub const SCREEN: (u16, u16) = (120, 40);

/// Log-ins at a time; the server takes eight from one address.
const DOORS: usize = 4;

/// How long that is waited for.
const SETTLING: Duration = Duration::from_secs(30);

/// An agent of the desk.
pub struct Person {
    pub handle: String,
    pub viewer: Viewer,
    pub groups: Vec<String>,
    /// From Customers is on (R3.5).
    pub sees_open: bool,
    pub administers: bool,
    key: Arc<PrivateKey>,
}

/// A desk that is ready for a crowd: its agents have keys, and everybody who will sit down has a conversation of their own.
pub struct Stage {
    binary: PathBuf,
    file: PathBuf,
    /// The desk as another process than the server has it.
    desk: Desk,
    people: Vec<Arc<Person>>,
    owner: Viewer,
    /// Whose own conversations these are, and who wrote in them first.
    own: Vec<(ConversationId, String)>,
    runs: AtomicU64,
}

/// How a crowd works.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    pub key_every: Duration,
    pub habits: Habits,
    /// Typing before it is measured.
    pub warm_up: Duration,
    pub measured: Duration,
    /// One customer writes, through another process, each time a session has lived so long.
    pub customer_every: Duration,
    /// Where nothing changes on any screen for so long, all that was sent has arrived.
    pub quiet: Duration,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    pub sessions: usize,
    pub keys: Times,
    pub escapes: Times,
    pub sends: Times,
    pub late: Times,
    pub seen: Seen,
    pub unproved: Vec<String>,
    /// Sessions that the server ended.
    pub cut: usize,
    pub strokes: u64,
    pub bytes: u64,
    /// Messages sent in all, also while warming up.
    pub sent: usize,
    pub skipped: usize,
    pub held: usize,
    /// Sent and not on the desk, or more than once.
    pub lost: Vec<String>,
    /// Screens that do not show at the end what the desk says.
    pub untrue: Vec<String>,
    /// The time in which bytes, keys and work were counted.
    pub took: Duration,
    /// The server without sessions, with idle ones, and after their work.
    pub memory: [Memory; 3],
    pub work: Option<Work>,
    /// Log-ins, one after the other.
    pub logins: Times,
}

impl Stage {
    /// Prepares a desk for at most so many sessions.
    pub fn prepare(binary: &Path, file: &Path, owner: &str, sessions: usize) -> Self {
        let desk = Desk::open(file, Arc::new(chrono::Utc::now)).expect("the desk");
        let viewer = desk.admit(Some(owner)).expect("the owner");
        let team = Wants { team: true, without_numbers: true, ..Wants::default() };
        let agents = desk.read(&viewer, &team).expect("the team").agents.expect("asked for");
        let people: Vec<_> = agents
            .into_iter()
            .filter(|row| row.agent.active)
            .map(|row| {
                let key = Arc::new(PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519).unwrap());
                let line = key.public_key().to_openssh().unwrap();
                server::call(binary, file, &["--as", owner, "key", "add", &row.agent.handle, "-"], &line);
                Arc::new(Person {
                    viewer: desk.admit(Some(&row.agent.handle)).expect("an active agent"),
                    sees_open: row.agent.from_customers != FromCustomers::Off,
                    administers: row.agent.role != Role::Agent,
                    handle: row.agent.handle,
                    groups: row.groups,
                    key,
                })
            })
            .collect();
        let (binary, file) = (binary.to_owned(), file.to_owned());
        let mut stage = Self { binary, file, desk, people, owner: viewer, own: Vec::new(), runs: AtomicU64::new(0) };
        stage.own = (0..sessions).map(|session| stage.own_conversation(session)).collect();
        stage
    }

    fn person(&self, session: usize) -> &Arc<Person> {
        &self.people[session % self.people.len()]
    }

    fn own_conversation(&self, session: usize) -> (ConversationId, String) {
        let person = self.person(session);
        let from = format!("crowd{session}@example.com");
        let inbound = Inbound {
            name: Some(format!("Crowd {session}")),
            group: person.groups.first().cloned(),
            subject: Some(format!("Question {session}")),
            ..inbound(&from, "Where is my order?")
        };
        let conversation = self.desk.receive(&inbound).expect("received").conversation;
        let assign = Command::Assign(person.handle.clone());
        self.desk.run(&self.owner, conversation, assign).expect("assigned");
        (conversation, from)
    }

    /// Lets so many sessions work.
    pub fn run(&self, sessions: usize, pace: &Pace) -> Outcome {
        assert!(sessions <= self.own.len(), "prepared for {}", self.own.len());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let server = Server::on(&self.binary, &self.file);
        runtime.block_on(self.play(&server, sessions, pace))
    }

    async fn play(&self, server: &Server, sessions: usize, pace: &Pace) -> Outcome {
        let mut outcome = Outcome { sessions, ..Outcome::default() };
        let (phase, listening) = watch::channel(Phase::Idle);
        let run = self.runs.fetch_add(1, Ordering::Relaxed);
        let room = Arc::new(Room {
            letter: char::from(b'a' + u8::try_from(run % 26).unwrap()),
            board: Board::default(),
            begun: Instant::now(),
            stirred: AtomicU64::new(0),
            phase: listening,
            key_every: pace.key_every,
            habits: pace.habits,
        });
        outcome.memory[0] = server.memory();
        let mut working = self.seat(server, &room, sessions, &mut outcome.logins).await;
        quiet(&room, pace.quiet).await;
        outcome.memory[1] = server.memory();

        let mut customers = Customers::new(self, &room, pace, sessions);
        let tell = |now: Phase| phase.send(now).expect("somebody listens");
        tell(Phase::Typing { measured: false });
        customers.write_for(pace.warm_up, false).await;
        tell(Phase::Typing { measured: true });
        let (begun, before) = (Instant::now(), Work::now(server.process()));
        customers.write_for(pace.measured, true).await;
        outcome.took = begun.elapsed();
        outcome.work = Some(Work::now(server.process()).since(before));
        tell(Phase::Looking);
        quiet(&room, pace.quiet).await;
        outcome.memory[2] = server.memory();
        outcome.seen = room.board.seen();
        tell(Phase::Over);

        let mut left = Vec::new();
        while let Some(ended) = working.join_next().await {
            left.push(ended.expect("a session's task"));
        }
        outcome.seen.missed = room.board.seen().missed;
        let sent: Vec<&String> = left.iter().flat_map(|left| &left.tally.sent).chain(&customers.sent).collect();
        let doubtful: Vec<&String> = left.iter().flat_map(|left| &left.tally.doubtful).collect();
        let places = self.own.iter().map(|own| own.0).chain(customers.begun.iter().copied());
        outcome.lost = truth::lost(&self.desk, &self.owner, places, &sent, &doubtful);
        outcome.untrue = left.iter().filter_map(|left| truth::untrue(&self.desk, left)).collect();
        outcome.sent = sent.len();
        for left in &left {
            outcome.add(left);
        }
        outcome
    }

    /// Everybody logs in, a few at a time.
    async fn seat(&self, server: &Server, room: &Arc<Room>, sessions: usize, logins: &mut Times) -> JoinSet<Left> {
        let (mut arriving, mut working) = (JoinSet::new(), JoinSet::new());
        let mut waiting = (0..sessions).peekable();
        while waiting.peek().is_some() || !arriving.is_empty() {
            while arriving.len() < DOORS
                && let Some(session) = waiting.next()
            {
                let person = Arc::clone(self.person(session));
                let (key, address) = (Arc::clone(&person.key), server.address);
                let (room, own) = (Arc::clone(room), self.own[session].0.0);
                arriving.spawn(async move {
                    let begun = Instant::now();
                    let typist = Typist::sit(room, person, own, address, key).await.expect("a session");
                    (typist, begun.elapsed())
                });
            }
            if let Some(arrived) = arriving.join_next().await {
                let (typist, took) = arrived.expect("a session");
                logins.add(took);
                working.spawn(typist.work());
            }
        }
        working
    }
}

impl Outcome {
    fn add(&mut self, left: &Left) {
        let tally = &left.tally;
        self.keys.join(&tally.keys);
        self.escapes.join(&tally.escapes);
        self.sends.join(&tally.sends);
        self.late.join(&tally.late);
        self.unproved.extend(tally.unproved.iter().cloned());
        self.strokes += tally.strokes;
        self.bytes += tally.bytes;
        self.skipped += tally.skipped;
        self.held += tally.held;
        self.cut += usize::from(left.cut);
    }
}

/// Waits until no screen changes any more.
async fn quiet(room: &Room, quiet: Duration) {
    let until = Instant::now() + SETTLING;
    loop {
        let since = room.begun.elapsed().saturating_sub(Duration::from_millis(room.stirred.load(Ordering::Relaxed)));
        if since >= quiet || Instant::now() >= until {
            return;
        }
        sleep(quiet - since).await;
    }
}

/// The customers, who write through this process.
struct Customers<'a> {
    stage: &'a Stage,
    room: &'a Room,
    every: Duration,
    /// Sessions, whose conversations are written in.
    sessions: usize,
    sent: Vec<String>,
    /// The conversations that they began.
    begun: Vec<ConversationId>,
}

impl<'a> Customers<'a> {
    fn new(stage: &'a Stage, room: &'a Room, pace: &Pace, sessions: usize) -> Self {
        let every = pace.customer_every / u32::try_from(sessions).unwrap();
        Self { stage, room, every, sessions, sent: Vec::new(), begun: Vec::new() }
    }

    /// Writes now and then, for so long.
    async fn write_for(&mut self, time: Duration, counts: bool) {
        let until = Instant::now() + time;
        let mut next = Instant::now() + self.every / 2;
        while next < until {
            tokio::time::sleep_until(next.into()).await;
            self.write(counts).await;
            next += self.every;
        }
        tokio::time::sleep_until(until.into()).await;
    }

    /// A new question for a group's queue and an answer in an agent's own conversation, in turn.
    async fn write(&mut self, counts: bool) {
        let number = self.sent.len();
        let token = format!("zq{}-{number:04}", self.room.letter);
        let session = number / 2 % self.sessions;
        let person = self.stage.person(session);
        let (own, from) = &self.stage.own[session];
        let inbound = if number.is_multiple_of(2) {
            let place = Place { key: own.0, assignee: Some(&person.handle), queue: None };
            self.room.board.sent(&token, &place, None, Way::Process, counts);
            Inbound { conversation: Some(*own), ..inbound(from, &token) }
        } else {
            let group = person.groups.first();
            let place =
                Place { key: -i64::try_from(number).unwrap(), assignee: None, queue: group.map(String::as_str) };
            self.room.board.sent(&token, &place, None, Way::Process, counts);
            let from = format!("crowd-new{number}@example.com");
            Inbound { group: group.cloned(), subject: Some("A question".into()), ..inbound(&from, &token) }
        };
        let desk = self.stage.desk.clone();
        let received = tokio::task::spawn_blocking(move || desk.receive(&inbound));
        let received = received.await.expect("a thread").expect("received");
        if received.conversation != *own {
            self.begun.push(received.conversation);
        }
        self.sent.push(token);
    }
}

fn inbound(from: &str, text: &str) -> Inbound {
    Inbound {
        from: from.to_owned(),
        name: None,
        group: None,
        conversation: None,
        channel: Channel::Chat,
        message_id: None,
        subject: None,
        text: text.to_owned(),
    }
}
