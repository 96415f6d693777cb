//! One channel: what was asked of it so far, and the session that it carries.

use super::{
    command::{self, INTERRUPTED, Order, USAGE},
    connection::Connected,
    inbox::{End, Inbox},
    join::{self, Joined},
    messenger::{self, Farewell, Stay},
    output::{Output, Parcel},
    registry::{Guest, Kind, Place},
    seat::{self, Seat},
    server::Shared,
    visitor,
};
use crate::{
    desk::page::Viewer,
    domain::key::PublicKey,
    tui::{session::Look, theme::Theme, traits::Traits},
};
use chrono::{Offset as _, Utc};
use russh::{ChannelWriteHalf, server};
use std::{io, net::SocketAddr, sync::Arc, thread, time::Duration};
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

/// Parcels of one session that wait to be sent, beside the one that is.
const PARCELS: usize = 2;

/// As much of a terminal's name as anybody looks at, in characters.
const LONGEST_NAME: usize = 64;

/// How long a command may leave its input unread that it has no room for; it is not asked for it any more then.
const UNREAD: Duration = Duration::from_secs(2);

/// Who is at the other end of a channel.
#[derive(Debug, Clone)]
pub enum Who {
    /// An agent.
    Agent(Viewer),
    /// Somebody with a key that lets nobody in yet; its signature was verified.
    Newcomer(PublicKey),
    /// Somebody who came to see a demo desk.
    Visitor,
}

/// A channel.
pub struct Channel {
    shared: Arc<Shared>,
    address: SocketAddr,
    who: Who,
    connection: server::Handle,
    connected: Arc<Connected>,
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
        connected: Arc<Connected>,
    ) -> Self {
        let inbox = Arc::new(Inbox::new(shared.limits.input));
        Self {
            shared,
            address,
            who,
            connection,
            connected,
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

    /// The client asks the session to end.
    pub fn interrupted(&mut self) -> bool {
        self.inbox.end(End::Gone);
        self.gone.take().is_some_and(|gone| gone.send(INTERRUPTED).is_ok())
    }

    /// Begins what comes without a command; whether anything did.
    pub fn shell(&mut self) -> bool {
        let Some(terminal) = self.terminal.clone() else {
            return self.say(
                "This desk needs a terminal: “ssh -t HOST”. Without one give a command: “ssh HOST conversation list --section live”.",
                USAGE,
            );
        };
        let look = Look {
            keymap: Arc::clone(&self.shared.keymap),
            theme: Theme::for_terminal(&terminal.name, self.colour_term.as_deref(), self.no_colour),
            traits: Traits::of(&terminal.name),
            zone: Utc.fix(),
            size: terminal.size,
            local: false,
            tag: tag(),
        };
        match self.who.clone() {
            Who::Agent(viewer) => self.messenger(viewer, look),
            Who::Newcomer(key) => self.join(key, look),
            Who::Visitor => self.visit(look),
        }
    }

    fn messenger(&mut self, viewer: Viewer, look: Look) -> bool {
        let Some(place) = self.enter(Kind::Messenger, Some(&viewer)) else { return self.too_many() };
        self.task = Task::Terminal;
        let (desk, inbox) = (self.shared.desk.clone(), Arc::clone(&self.inbox));
        let stay = self.stay();
        let address = self.address;
        self.begin(place, move |out, _| {
            let seat = Seat::new(Arc::clone(&inbox), out, look.traits);
            let farewell = messenger::run(&desk, &viewer, look, seat, &inbox, &stay);
            log(address, &viewer, &farewell);
        })
    }

    fn join(&mut self, key: PublicKey, look: Look) -> bool {
        let Some(place) = self.enter(Kind::Joining, None) else { return self.too_many() };
        self.task = Task::Terminal;
        let (shared, inbox, address) = (Arc::clone(&self.shared), Arc::clone(&self.inbox), self.address);
        let (connected, connection, stay) = (Arc::clone(&self.connected), self.connection.clone(), self.stay());
        self.begin(place, move |out, place| {
            let seat = Seat::new(Arc::clone(&inbox), out, look.traits);
            let Some(Joined { viewer, seat, size }) = join::ask(&shared, &key, address, seat, look.size) else {
                return;
            };
            let look = Look { size, ..look };
            place.becomes(viewer.id, &viewer.handle, viewer.key, Kind::Messenger);
            connected.joined(viewer.id, connection);
            let farewell = messenger::run(&shared.desk, &viewer, look, seat, &inbox, &stay);
            log(address, &viewer, &farewell);
        })
    }

    fn visit(&mut self, look: Look) -> bool {
        let Some(place) = self.enter(Kind::Visiting, None) else { return self.too_many() };
        self.task = Task::Terminal;
        let (shared, inbox, address) = (Arc::clone(&self.shared), Arc::clone(&self.inbox), self.address);
        let idle = self.shared.limits.idle;
        self.begin(place, move |out, _| {
            let Some(book) = &shared.guestbook else { return };
            let seat = Seat::new(Arc::clone(&inbox), out, look.traits);
            let farewell = visitor::receive(book, address, look, seat, &inbox, idle);
            tracing::info!(%address, how = farewell.word(), "a visit ended");
        })
    }

    fn stay(&self) -> Stay {
        Stay { idle: self.shared.limits.idle, until: None }
    }

    /// Runs a command; whether anything began.
    pub fn command(&mut self, line: &[u8]) -> bool {
        let line = match command::line(line) {
            Ok(line) => line,
            Err(why) => return self.say(why, USAGE),
        };
        if line.is_empty() {
            return self.shell();
        }
        match self.who.clone() {
            Who::Agent(viewer) => self.run(viewer, line),
            Who::Newcomer(key) => self.redeem(key, line),
            Who::Visitor => self.say("The demo is the messenger alone: “ssh demo@HOST”, without a command.", USAGE),
        }
    }

    fn run(&mut self, viewer: Viewer, line: String) -> bool {
        let Some(place) = self.enter(Kind::Command, Some(&viewer)) else { return self.too_many() };
        let raw = self.terminal.is_some();
        self.task = Task::Command { raw };
        let order = Order {
            desk: self.shared.desk.clone(),
            viewer,
            line,
            command_line: Arc::clone(&self.shared.command_line),
            terminal: raw,
        };
        let (address, inbox) = (self.address, Arc::clone(&self.inbox));
        self.begin(place, move |out, _| {
            let status = command::run(&order, &inbox, &out);
            tracing::info!(%address, agent = order.viewer.handle, status, "ran a command");
        })
    }

    fn redeem(&mut self, key: PublicKey, code: String) -> bool {
        let Some(place) = self.enter(Kind::Joining, None) else { return self.too_many() };
        let (shared, address) = (Arc::clone(&self.shared), self.address);
        let (connected, connection) = (Arc::clone(&self.connected), self.connection.clone());
        let ends = if self.terminal.is_some() { "\r\n" } else { "\n" };
        self.begin(place, move |out, place| {
            let (words, status) = match join::redeem(&shared, &key, address, &code) {
                Ok(viewer) => {
                    // Not at a screen: nobody is away when this ends.
                    place.becomes(viewer.id, &viewer.handle, viewer.key, Kind::Command);
                    connected.joined(viewer.id, connection);
                    (Parcel::Output(format!("{}{ends}", join::welcome(&viewer)).into()), 0)
                }
                Err(why) => (Parcel::Errors(format!("{why}{ends}").into()), 4),
            };
            for parcel in [words, Parcel::Exit { status, hang_up: None }] {
                let _ = out.blocking_send(parcel);
            }
        })
    }

    fn enter(&self, kind: Kind, agent: Option<&Viewer>) -> Option<Place> {
        let guest = Guest {
            agent: agent.map(|agent| (agent.id, agent.handle.clone())),
            key: agent.and_then(|agent| agent.key),
            address: self.address,
            kind,
            since: self.shared.desk.now(),
        };
        let inbox = Arc::clone(&self.inbox);
        let stop: super::registry::Stop = match kind {
            Kind::Messenger | Kind::Joining | Kind::Visiting => Box::new(move || inbox.end(End::Stopping)),
            // A command is let finish.
            Kind::Command => Box::new(|| ()),
        };
        self.shared.registry.enter(guest, self.shared.limits.sessions_per_agent, stop)
    }

    /// Begins a session in a thread of its own, with the way out that it sends through.
    fn begin(&mut self, place: Place, work: impl FnOnce(mpsc::Sender<Parcel>, &Place) + Send + 'static) -> bool {
        let place = Arc::new(place);
        let Some(out) = self.way_out(Some(Arc::clone(&place))) else { return false };
        let began = thread::Builder::new().name("session".into()).spawn(move || work(out, &place));
        if let Err(error) = &began {
            self.no_thread(error);
        }
        began.is_ok()
    }

    fn no_thread(&self, error: &io::Error) {
        tracing::error!(address = %self.address, %error, "no thread for a session");
    }

    /// The way out, once; whoever is in the place stays there until all is sent.
    fn way_out(&mut self, place: Option<Arc<Place>>) -> Option<mpsc::Sender<Parcel>> {
        let (out, parcels) = mpsc::channel(PARCELS);
        let (gone, told) = oneshot::channel();
        let output = Output {
            channel: self.half.take()?,
            connection: self.connection.clone(),
            inbox: Arc::clone(&self.inbox),
            stall: self.shared.limits.stall,
        };
        self.gone = Some(gone);
        tokio::spawn(async move {
            output.send(parcels, told).await;
            drop(place);
        });
        Some(out)
    }

    fn too_many(&mut self) -> bool {
        self.say("You have as many sessions at this desk as anybody may. Close one, then try again.", 1)
    }

    /// Says one line and ends; whether it could.
    fn say(&mut self, words: &str, status: u8) -> bool {
        let ends = if self.terminal.is_some() { "\r\n" } else { "\n" };
        let Some(out) = self.way_out(None) else { return false };
        // There is room for both.
        let _ = out.try_send(Parcel::Errors(format!("{words}{ends}").into()));
        let _ = out.try_send(Parcel::Exit { status, hang_up: None });
        true
    }
}

impl Drop for Channel {
    /// The client closed it, or the connection is gone.
    fn drop(&mut self) {
        self.inbox.end(End::Gone);
    }
}

fn log(address: SocketAddr, viewer: &Viewer, farewell: &Farewell) {
    let (agent, how) = (&viewer.handle, farewell.word());
    match farewell {
        Farewell::Panicked => tracing::error!(%address, agent, "a session panicked"),
        Farewell::Left
        | Farewell::Unheard
        | Farewell::Stopping
        | Farewell::Idle
        | Farewell::Over
        | Farewell::Shut(_) => {
            tracing::info!(%address, agent, how, "a session ended");
        }
    }
}

/// What makes a session's message ids its own for ever.
fn tag() -> String {
    let mut chance = [0; 16];
    if getrandom::fill(&mut chance).is_err() {
        // Never seen on a system that has SSH; the time is the next best.
        chance = Utc::now().timestamp_nanos_opt().map_or(chance, |now| i128::from(now).to_le_bytes());
    }
    chance.iter().fold("ssh-".to_owned(), |tag, byte| format!("{tag}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::tag;

    #[test]
    fn no_two_sessions_have_one_tag() {
        assert_ne!(tag(), tag());
        assert_eq!(tag().len(), 36);
    }
}
