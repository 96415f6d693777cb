//! One connection from its first byte to its last, and how many each agent has.

use super::{
    handler::Handler,
    limits::{Limits, Room},
    line::Line,
    server::Shared,
    strangers::Stranger,
};
use crate::domain::id::AgentId;
use russh::{Disconnect, server};
use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    io::AsyncWriteExt as _,
    net::TcpStream,
    sync::{oneshot, watch},
    time::{Instant, sleep, sleep_until, timeout},
};

/// How long a client may take to hang up once it was asked to.
pub const HANGING_UP: Duration = Duration::from_secs(1);

/// What every connection begins with.
pub const GREETING: &str = "SSH-2.0-deskline\r\n";

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

/// A place at the door, and what ends when it is given to another.
pub type Place = (Stranger, oneshot::Receiver<()>);

/// Serves a connection until it ends.
pub async fn serve(mut stream: TcpStream, address: SocketAddr, mut place: Place, shared: Arc<Shared>) {
    let limit = Instant::now() + shared.limits.login;
    // Only slower without it.
    let _ = stream.set_nodelay(true);
    let mut stopping = shared.stopping.clone();
    let begun = tokio::select! {
        begun = begin(&mut stream, &place.0, shared.limits.strangers) => begun,
        () = sleep_until(limit) => Err(TOO_LONG),
        _ = &mut place.1 => Err(MADE_ROOM),
        _ = is(&mut stopping, |stopping| *stopping) => Err("stopping"),
    };
    let why = match begun {
        Ok(()) => converse(stream, address, place, limit, &shared).await,
        Err(why) => why.to_owned(),
    };
    tracing::info!(%address, why, "disconnected");
}

const TOO_LONG: &str = "took too long to log in";
const MADE_ROOM: &str = "made room for another one";

/// Says who is here, waits for a word that is SSH's, and for a turn. Until then a stranger costs no more than its socket.
async fn begin(stream: &mut TcpStream, place: &Stranger, room: Room) -> Result<(), &'static str> {
    const THEIRS: &[u8] = b"SSH-";
    stream.write_all(GREETING.as_bytes()).await.map_err(|_| "the client left")?;
    let mut said = [0; THEIRS.len()];
    let soon = timeout(room.grace, stream.peek(&mut said)).await;
    let count = match soon {
        Ok(count) => count,
        Err(_) if place.is_one_too_many(room) => return Err(MADE_ROOM),
        Err(_) => stream.peek(&mut said).await,
    };
    match count.ok().and_then(|count| said.get(..count)) {
        None | Some([]) => Err("the client left"),
        Some(words) if !THEIRS.starts_with(words) => Err("does not speak SSH"),
        Some(_) => {
            place.speak(room).await;
            Ok(())
        }
    }
}

/// Talks to a client; why that ended.
async fn converse(
    stream: TcpStream,
    address: SocketAddr,
    place: Place,
    limit: Instant,
    shared: &Arc<Shared>,
) -> String {
    let (knife, cut) = oneshot::channel();
    let (standing, watched) = watch::channel(Standing::Stranger);
    let handler = Handler::new(Arc::clone(shared), address, standing);
    let line = Line::new(stream, cut, shared.limits.stall).after(GREETING.len());
    let run = async { server::run_stream(Arc::clone(&shared.russh), line, handler).await?.await };
    tokio::pin!(run);
    tokio::select! {
        ended = &mut run => match ended {
            Ok(()) => "the client left".to_owned(),
            Err(error) => plain(&error),
        },
        why = supervise(shared, watched, place, (address, limit)) => {
            drop(knife);
            // Its tasks end by themselves; nothing waits for them but the last line of the log.
            let _ = timeout(HANGING_UP, run).await;
            why.to_owned()
        }
    }
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
    mut standing: watch::Receiver<Standing>,
    (stranger, taken): Place,
    (address, limit): (SocketAddr, Instant),
) -> &'static str {
    let mut stopping = shared.stopping.clone();
    tokio::select! {
        known = is(&mut standing, |standing| !matches!(standing, Standing::Stranger)) => {
            if !known {
                return std::future::pending().await;
            }
        }
        () = sleep_until(limit) => return TOO_LONG,
        _ = taken => return MADE_ROOM,
        _ = is(&mut stopping, |stopping| *stopping) => return "stopping",
    }
    drop(stranger);
    if matches!(*standing.borrow(), Standing::Newcomer(_))
        && let Some(why) = join(shared, &mut standing, address.ip()).await
    {
        return why;
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
        // Most clients leave with their last channel. One that is told to go throws away what it has not shown yet.
        sleep(HANGING_UP).await;
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

/// Waits while a newcomer becomes an agent; why the connection has to be cut instead.
async fn join(shared: &Shared, standing: &mut watch::Receiver<Standing>, address: IpAddr) -> Option<&'static str> {
    let mut stopping = shared.stopping.clone();
    let limit = Instant::now() + shared.limits.joining;
    let (place, taken) = shared.newcomers.arrive(address, shared.limits.newcomers).await;
    place.speak(shared.limits.newcomers).await;
    tokio::select! {
        agent = is(standing, |standing| matches!(standing, Standing::Agent(_))) => {
            if agent { None } else { std::future::pending().await }
        }
        () = sleep_until(limit) => Some("took too long to join"),
        _ = taken => Some(MADE_ROOM),
        _ = is(&mut stopping, |stopping| *stopping) => None,
    }
}

/// Waits until something holds; false where it never will.
async fn is<T>(watched: &mut watch::Receiver<T>, holds: impl FnMut(&T) -> bool) -> bool {
    watched.wait_for(holds).await.is_ok()
}

/// Whose connections are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Party {
    /// One agent's.
    Agent(AgentId),
    /// All visitors' of demo desks.
    Visitors,
    /// Those of them from one network.
    VisitorsFrom(IpAddr),
}

/// How many connections everybody has.
#[derive(Debug, Clone, Default)]
pub struct Counts {
    counts: Arc<Mutex<HashMap<Party, usize>>>,
}

/// A connection that is counted until it is dropped.
#[derive(Debug)]
pub struct Counted {
    who: Party,
    all: Counts,
}

impl Counts {
    /// Counts a connection; `None` where there are so many already.
    pub fn enter(&self, who: Party, limits: &Limits) -> Option<Counted> {
        let most = match who {
            Party::Agent(_) => limits.connections_per_agent,
            Party::Visitors => limits.visitors,
            Party::VisitorsFrom(_) => limits.visitors_per_address,
        };
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(who).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        drop(counts);
        Some(Counted { who, all: self.clone() })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut counts = self.all.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.who) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.who);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_agent_has_so_many_connections() {
        let counts = Counts::default();
        let limits = Limits { connections_per_agent: 2, visitors: 1, ..Limits::default() };
        let ana = Party::Agent(AgentId(1));
        let first = counts.enter(ana, &limits);
        let second = counts.enter(ana, &limits);
        assert!(first.is_some() && second.is_some() && counts.enter(ana, &limits).is_none());
        assert!(counts.enter(Party::Agent(AgentId(2)), &limits).is_some());
        let visitor = counts.enter(Party::Visitors, &limits);
        assert!(visitor.is_some() && counts.enter(Party::Visitors, &limits).is_none());
        drop(first);
        assert!(counts.enter(ana, &limits).is_some());
    }
}
