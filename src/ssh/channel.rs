//! One channel: what was asked of it so far, and what its client sends.

/// The sessions that channels carry.
mod session;

use super::{
    command::INTERRUPTED,
    connection::Standing,
    inbox::{End, Inbox},
    join::Tries,
    seat,
    server::Shared,
};
use crate::{desk::page::Viewer, domain::key::PublicKey};
use russh::{ChannelWriteHalf, server};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    sync::{oneshot, watch},
    time::timeout,
};

/// As much of a terminal's name as anybody looks at, in characters.
const LONGEST_NAME: usize = 64;

/// How long a command may leave its input unread that it has no room for; it is not asked for it any more then.
const UNREAD: Duration = Duration::from_secs(2);

/// Who is at the other end of a channel.
#[derive(Debug, Clone)]
pub enum Who {
    /// An agent.
    Agent(Viewer),
    /// Somebody with a key that lets nobody in yet; its signature was verified. With the codes that they tried.
    Newcomer(PublicKey, Arc<Tries>),
    /// Somebody who came to see a demo desk.
    Visitor,
}

/// A channel.
pub struct Channel {
    shared: Arc<Shared>,
    address: SocketAddr,
    who: Who,
    connection: server::Handle,
    standing: Arc<watch::Sender<Standing>>,
    /// Taken when the session begins.
    half: Option<ChannelWriteHalf<server::Msg>>,
    inbox: Arc<Inbox>,
    /// Ends the way out: by being dropped, or with an exit status.
    gone: Option<oneshot::Sender<u8>>,
    terminal: Option<Terminal>,
    no_colour: bool,
    colour_term: Option<String>,
    task: Task,
}

/// What a channel carries, as far as its input is concerned.
#[derive(Debug, Clone, Copy)]
enum Task {
    /// Nothing yet; what comes before anything was asked for is nobody's.
    Nothing,
    /// Keys.
    Terminal,
    /// A command; with a terminal, which is in raw mode then.
    Command { raw: bool },
}

/// The client's terminal.
#[derive(Debug, Clone)]
struct Terminal {
    name: String,
    size: (u16, u16),
}

impl Channel {
    /// For a channel on which nothing was asked yet.
    pub fn new(
        shared: Arc<Shared>,
        address: SocketAddr,
        who: Who,
        half: ChannelWriteHalf<server::Msg>,
        connection: server::Handle,
        standing: Arc<watch::Sender<Standing>>,
    ) -> Self {
        let inbox = Arc::new(Inbox::new(shared.limits.input, Arc::clone(&shared.turns)));
        Self {
            shared,
            address,
            who,
            connection,
            standing,
            half: Some(half),
            inbox,
            gone: None,
            terminal: None,
            no_colour: false,
            colour_term: None,
            task: Task::Nothing,
        }
    }

    /// Whether its session has ended and everything was sent.
    pub fn is_over(&self) -> bool {
        self.half.is_none() && self.gone.as_ref().is_none_or(oneshot::Sender::is_closed)
    }

    /// The client's terminal is told of; whether that is of use.
    pub fn terminal(&mut self, term: &str, columns: u32, rows: u32) -> bool {
        if self.half.is_none() {
            return false;
        }
        self.terminal =
            Some(Terminal { name: term.chars().take(LONGEST_NAME).collect(), size: seat::size(columns, rows) });
        true
    }

    /// A variable of the client's environment; whether it is looked at.
    pub fn variable(&mut self, name: &str, value: &str) -> bool {
        if name == "NO_COLOR" {
            self.no_colour = !value.is_empty();
        }
        if name == "COLORTERM" {
            self.colour_term = Some(value.chars().take(LONGEST_NAME).collect());
        }
        self.half.is_some() && (matches!(name, "NO_COLOR" | "TERM" | "COLORTERM" | "LANG") || name.starts_with("LC_"))
    }

    /// The terminal has another size.
    pub fn resized(&mut self, columns: u32, rows: u32) -> bool {
        let Some(terminal) = &mut self.terminal else { return false };
        terminal.size = seat::size(columns, rows);
        self.inbox.resize(terminal.size.0, terminal.size.1);
        true
    }

    /// Bytes from the client; waits for room, and all of the connection with it: russh tells clients that there is more
    /// room in a channel's window before anybody has read what came through it.
    pub async fn typed(&mut self, bytes: &[u8]) {
        const INTERRUPT: u8 = 0x03;
        match self.task {
            Task::Nothing => {}
            Task::Terminal => self.inbox.put(bytes).await,
            Task::Command { raw: true } if bytes.contains(&INTERRUPT) => {
                self.interrupted();
            }
            // A command that writes much may never read, and what it writes goes out over the same connection.
            Task::Command { .. } => {
                if timeout(UNREAD, self.inbox.put(bytes)).await.is_err() {
                    self.inbox.end(End::Stalled);
                }
            }
        }
    }

    /// Nothing more comes from the client.
    pub fn ends(&self) {
        self.inbox.end(End::Silent);
    }

    /// The client asks the session to end; whether there is one.
    pub fn interrupted(&mut self) -> bool {
        match self.task {
            Task::Nothing => false,
            Task::Terminal => {
                self.inbox.end(End::Silent);
                true
            }
            Task::Command { .. } => {
                self.inbox.end(End::Gone);
                self.gone.take().is_some_and(|gone| gone.send(INTERRUPTED).is_ok())
            }
        }
    }
}

impl Drop for Channel {
    /// The client closed it, or the connection is gone.
    fn drop(&mut self) {
        self.inbox.end(End::Gone);
    }
}
