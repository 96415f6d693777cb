//! One connection from its first byte to its last, and how many each agent has.

use super::{
    handler::Handler,
    limits::Limits,
    line::Line,
    server::Shared,
    strangers::{Stranger, network},
};
use crate::domain::id::AgentId;
use russh::{Disconnect, server};
use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    net::TcpStream,
    sync::{oneshot, watch},
    time::{sleep, timeout},
};

/// How long a client may take to hang up once it was asked to.
pub const HANGING_UP: Duration = Duration::from_secs(1);

/// Who is at the other end, as far as that is proved.
#[derive(Debug, Clone)]
pub enum Standing {
    /// Nobody knows.
    Stranger,
    /// Somebody with a key of their own that lets nobody in yet.
    Newcomer(server::Handle),
    /// Somebody at a demo desk.
    Visitor(server::Handle),
    /// An agent.
    Agent(server::Handle),
}

/// Serves a connection until it ends; `place` is where it waits to be let in, and who else takes that.
pub async fn serve(
    stream: TcpStream,
    address: SocketAddr,
    place: (Stranger, oneshot::Receiver<()>),
    shared: Arc<Shared>,
) {
    // Only slower without it.
    let _ = stream.set_nodelay(true);
    let (knife, cut) = oneshot::channel();
    let (standing, watched) = watch::channel(Standing::Stranger);
    let handler = Handler::new(Arc::clone(&shared), address, Connected::new(standing));
    let line = Line::new(stream, cut, shared.limits.stall);
    tracing::debug!(%address, "connected");
    let run = async { server::run_stream(Arc::clone(&shared.russh), line, handler).await?.await };
    tokio::pin!(run);
    let why = tokio::select! {
        ended = &mut run => match ended {
            Ok(()) => "the client left".to_owned(),
            Err(error) => plain(&error),
        },
        why = supervise(&shared, address, watched, place) => {
            drop(knife);
            // Its tasks end by themselves; nothing waits for them but the last line of the log.
            let _ = timeout(HANGING_UP, run).await;
            why.to_owned()
        }
    };
    tracing::info!(%address, why, "disconnected");
}

/// What ended a connection, without anything that the other side wrote.
fn plain(error: &russh::Error) -> String {
    match error {
        russh::Error::NoCommonAlgo { kind, .. } => format!("no common algorithm: {kind:?}"),
        russh::Error::IO(error) => error.kind().to_string(),
        russh::Error::KeepaliveTimeout => "the client vanished".to_owned(),
        russh::Error::HUP | russh::Error::Disconnect => "the client left".to_owned(),
        russh::Error::Join(_) => "a fault of the program".to_owned(),
        other => format!("{other:.80}"),
    }
}

/// Waits until the connection has to be cut; why.
async fn supervise(
    shared: &Shared,
    address: SocketAddr,
    mut standing: watch::Receiver<Standing>,
    (stranger, taken): (Stranger, oneshot::Receiver<()>),
) -> &'static str {
    let mut stopping = shared.stopping.clone();
    tokio::select! {
        known = is(&mut standing, |standing| !matches!(standing, Standing::Stranger)) => {
            if !known {
                return std::future::pending().await;
            }
        }
        () = sleep(shared.limits.login) => return "took too long to log in",
        _ = taken => return "made room for another one",
        _ = is(&mut stopping, |stopping| *stopping) => return "stopping",
    }
    drop(stranger);
    tokio::select! {
        agent = is(&mut standing, |standing| matches!(standing, Standing::Agent(_) | Standing::Visitor(_))) => {
            if !agent {
                return std::future::pending().await;
            }
        }
        () = sleep(shared.limits.joining) => return "took too long to join",
        _ = is(&mut stopping, |stopping| *stopping) => {}
    }
    let visits = matches!(*standing.borrow(), Standing::Visitor(_));
    tokio::select! {
        _ = is(&mut stopping, |stopping| *stopping) => {}
        () = deserted(shared, address), if visits => return "a visitor without a visit",
    }
    let _ = timeout(shared.limits.stopping, shared.registry.emptied()).await;
    let handle = match &*standing.borrow() {
        Standing::Stranger => None,
        Standing::Newcomer(handle) | Standing::Visitor(handle) | Standing::Agent(handle) => Some(handle.clone()),
    };
    if let Some(handle) = handle {
        let farewell = "The desk is being stopped.".to_owned();
        let _ = timeout(HANGING_UP, handle.disconnect(Disconnect::ByApplication, farewell, String::new())).await;
        sleep(HANGING_UP).await;
    }
    "stopping"
}

/// Waits until a connection has carried no session for a while. An agent's may wait for its next one for ever; those of
/// visitors are few, and anybody can have one.
async fn deserted(shared: &Shared, address: SocketAddr) {
    let mut was_empty = false;
    loop {
        sleep(shared.limits.login).await;
        let is_empty = !shared.registry.is_at(address);
        if was_empty && is_empty {
            return;
        }
        was_empty = is_empty;
    }
}

/// Waits until something holds; false where it never will.
async fn is<T>(watched: &mut watch::Receiver<T>, holds: impl FnMut(&T) -> bool) -> bool {
    watched.wait_for(holds).await.is_ok()
}

/// What a connection's sessions and its supervision know of who is at the other end.
#[derive(Debug)]
pub struct Connected {
    standing: watch::Sender<Standing>,
    /// `None` before the log-in, and where there are too many.
    counted: Mutex<Option<Counted>>,
}

impl Connected {
    /// A stranger.
    pub const fn new(standing: watch::Sender<Standing>) -> Self {
        Self { standing, counted: Mutex::new(None) }
    }

    fn counted(&self) -> MutexGuard<'_, Option<Counted>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts the connection, if there is room for it.
    pub fn count(&self, who: Party, from: IpAddr, shared: &Shared) {
        let counted = shared.counts.enter(who, from, &shared.limits);
        *self.counted() = counted;
    }

    /// Whether there was room.
    pub fn is_counted(&self) -> bool {
        self.counted().is_some()
    }

    /// Somebody is let in.
    pub fn is(&self, standing: Standing) {
        self.standing.send_replace(standing);
    }

    /// A newcomer was let in: an agent's connection from now on, and room for another newcomer.
    pub fn joined(&self, agent: AgentId, connection: server::Handle) {
        if let Some(counted) = &mut *self.counted() {
            counted.becomes(agent);
        }
        self.is(Standing::Agent(connection));
    }
}

/// Whose connections are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Party {
    /// One agent's.
    Agent(AgentId),
    /// All newcomers'.
    Newcomers,
    /// All visitors' of demo desks.
    Visitors,
}

/// How many connections everybody has: a party in all, and from one network where anybody can have them.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    counts: Arc<Mutex<HashMap<(Party, Option<IpAddr>), usize>>>,
}

/// A connection that is counted until it is dropped.
#[derive(Debug)]
pub struct Counted {
    places: Vec<(Party, Option<IpAddr>)>,
    all: Counts,
}

impl Counts {
    /// Counts a connection; `None` where there are so many already.
    pub fn enter(&self, who: Party, from: IpAddr, limits: &Limits) -> Option<Counted> {
        let (most, most_from) = match who {
            Party::Agent(_) => (limits.connections_per_agent, None),
            Party::Newcomers => (limits.newcomers, Some(limits.newcomers_per_address)),
            Party::Visitors => (limits.visitors, Some(limits.visitors_per_address)),
        };
        let from = most_from.map(|most| ((who, Some(network(from))), most));
        let mut counts = self.counts();
        let wanted = std::iter::once(((who, None), most)).chain(from);
        let full =
            |(place, most): ((Party, Option<IpAddr>), usize)| counts.get(&place).is_some_and(|count| *count >= most);
        if most == 0 || wanted.clone().any(full) {
            return None;
        }
        let places: Vec<_> = wanted.map(|(place, _)| place).collect();
        for place in &places {
            *counts.entry(*place).or_default() += 1;
        }
        drop(counts);
        Some(Counted { places, all: self.clone() })
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<(Party, Option<IpAddr>), usize>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counted {
    /// Counts it among an agent's from now on, however many those are.
    fn becomes(&mut self, agent: AgentId) {
        self.leave();
        let place = (Party::Agent(agent), None);
        *self.all.counts().entry(place).or_default() += 1;
        self.places.push(place);
    }

    fn leave(&mut self) {
        let mut counts = self.all.counts();
        for place in self.places.drain(..) {
            if let Some(count) = counts.get_mut(&place) {
                *count -= 1;
                if *count == 0 {
                    counts.remove(&place);
                }
            }
        }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
    const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 2));

    #[test]
    fn each_agent_has_so_many_connections() {
        let counts = Counts::default();
        let limits = Limits { connections_per_agent: 2, newcomers: 1, ..Limits::default() };
        let ana = Party::Agent(AgentId(1));
        let first = counts.enter(ana, HERE, &limits);
        let second = counts.enter(ana, THERE, &limits);
        assert!(first.is_some() && second.is_some() && counts.enter(ana, HERE, &limits).is_none());
        assert!(counts.enter(Party::Agent(AgentId(2)), HERE, &limits).is_some());
        let newcomer = counts.enter(Party::Newcomers, HERE, &limits);
        assert!(newcomer.is_some() && counts.enter(Party::Newcomers, THERE, &limits).is_none());
        drop(first);
        assert!(counts.enter(ana, HERE, &limits).is_some());
    }

    #[test]
    fn one_address_does_not_take_every_place_that_anybody_can_have() {
        let counts = Counts::default();
        let limits = Limits { newcomers: 3, newcomers_per_address: 2, ..Limits::default() };
        let newcomer = |from| counts.enter(Party::Newcomers, from, &limits);
        let held = [newcomer(HERE), newcomer(HERE)];
        assert!(held.iter().all(Option::is_some) && newcomer(HERE).is_none());
        assert!(counts.enter(Party::Visitors, HERE, &limits).is_some(), "others have places of their own");
        let other = newcomer(THERE);
        assert!(other.is_some() && newcomer(THERE).is_none());
        drop(held);
        assert!(newcomer(HERE).is_some());
    }

    #[test]
    fn who_joined_makes_room_for_the_next_newcomer() {
        let counts = Counts::default();
        let limits = Limits { newcomers: 1, connections_per_agent: 1, ..Limits::default() };
        let mut joined = counts.enter(Party::Newcomers, HERE, &limits);
        joined.as_mut().into_iter().for_each(|counted| counted.becomes(AgentId(1)));
        assert!(counts.enter(Party::Newcomers, HERE, &limits).is_some());
        assert!(counts.enter(Party::Agent(AgentId(1)), HERE, &limits).is_none(), "an agent's by now");
        drop(joined);
        assert!(counts.counts().is_empty());
    }
}
