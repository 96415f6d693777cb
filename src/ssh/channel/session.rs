//! The session that a channel carries: the messenger, a command, a code, or a word why there is none.

use super::{Channel, Task, Who};
use crate::{
    desk::page::Viewer,
    domain::key::PublicKey,
    ssh::{
        command::{self, Order, USAGE},
        connection::Standing,
        inbox::End,
        join::{self, Applicant, Joined, Tries},
        messenger::{self, Farewell, Stay},
        output::{Output, Parcel},
        registry::{Guest, Kind, Place, Stop},
        seat::Seat,
        visitor,
    },
    tui::{session::Look, theme::Theme, time::Zone, traits::Traits},
};
use chrono::Utc;
use std::{io, net::SocketAddr, sync::Arc, thread, time::Instant};
use tokio::sync::{mpsc, oneshot};

/// Parcels of one session that wait to be sent, beside the one that is.
const PARCELS: usize = 2;

impl Channel {
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
            zone: Zone::Universal,
            size: terminal.size,
            local: false,
            tag: tag(),
        };
        match self.who.clone() {
            Who::Agent(viewer) => self.messenger(viewer, look),
            Who::Newcomer(key, tries) => self.join(self.applicant(key, tries), look),
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

    fn applicant(&self, key: PublicKey, tries: Arc<Tries>) -> Applicant {
        Applicant { shared: Arc::clone(&self.shared), key, address: self.address, tries }
    }

    fn join(&mut self, applicant: Applicant, look: Look) -> bool {
        let Some(place) = self.enter(Kind::Joining, None) else { return self.too_many() };
        self.task = Task::Terminal;
        let (shared, inbox, address) = (Arc::clone(&self.shared), Arc::clone(&self.inbox), self.address);
        let (standing, connection, stay) = (Arc::clone(&self.standing), self.connection.clone(), self.stay());
        self.begin(place, move |out, place| {
            let seat = Seat::new(Arc::clone(&inbox), out, look.traits);
            let Some(Joined { viewer, seat, size }) = join::ask(&applicant, seat, look.size) else { return };
            let look = Look { size, ..look };
            place.becomes(viewer.id, &viewer.handle, viewer.key, Kind::Messenger);
            standing.send_replace(Standing::Agent(connection));
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
            Who::Newcomer(key, tries) => self.redeem(self.applicant(key, tries), line),
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

    fn redeem(&mut self, applicant: Applicant, code: String) -> bool {
        let Some(place) = self.enter(Kind::Joining, None) else { return self.too_many() };
        let (standing, connection) = (Arc::clone(&self.standing), self.connection.clone());
        let inbox = Arc::clone(&self.inbox);
        let ends = if self.terminal.is_some() { "\r\n" } else { "\n" };
        self.begin(place, move |out, place| {
            let (words, exit) = match applicant.redeem(&code) {
                Ok(viewer) => {
                    // Not at a screen: nobody is away when this ends.
                    place.becomes(viewer.id, &viewer.handle, viewer.key, Kind::Command);
                    standing.send_replace(Standing::Agent(connection));
                    let welcome = format!("{}{ends}", join::welcome(&viewer));
                    (Parcel::Output(welcome.into()), Parcel::Exit { status: 0, hang_up: None })
                }
                Err(wrong) => {
                    let until = Instant::now() + wrong.wait;
                    while Instant::now() < until && inbox.take(Some(until), usize::MAX).end.is_none() {}
                    let exit = Parcel::Exit { status: 4, hang_up: wrong.last.then_some(join::TOO_MANY) };
                    (Parcel::Errors(format!("{}{ends}", wrong.why).into()), exit)
                }
            };
            for parcel in [words, exit] {
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
        let stop: Stop = match kind {
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
            let hang_up = output.send(parcels, told).await;
            drop(place);
            if let Some(why) = hang_up {
                output.hang_up(why).await;
            }
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
