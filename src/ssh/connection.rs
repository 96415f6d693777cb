//! One connection from its first byte to its last, and how many each agent has.

use super::{handler::Handler, limits::Limits, line::Line, server::Shared, strangers::Stranger};
use crate::domain::id::AgentId;
use russh::{Disconnect, server};
use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
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
    let handler = Handler::new(Arc::clone(&shared), address, standing);
    let line = Line::new(stream, cut, shared.limits.stall);
    tracing::debug!(%address, "connected");
    let run = async { server::run_stream(Arc::clone(&shared.russh), line, handler).await?.await };
    tokio::pin!(run);
    let why = tokio::select! {
        ended = &mut run => match ended {
            Ok(()) => "the client left".to_owned(),
            Err(error) => plain(&error),
        },
        why = supervise(&shared, watched, place, address) => {
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
    mut standing: watch::Receiver<Standing>,
    (stranger, taken): (Stranger, oneshot::Receiver<()>),
    address: SocketAddr,
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
    let newcomer = matches!(*standing.borrow(), Standing::Newcomer(_));
    let (place, taken) = match newcomer.then(|| shared.newcomers.arrive(address.ip(), shared.limits.newcomers)) {
        Some((place, taken)) => (Some(place), Some(taken)),
        None => (None, None),
    };
    tokio::select! {
        agent = is(&mut standing, |standing| matches!(standing, Standing::Agent(_) | Standing::Visitor(_))) => {
            if !agent {
                return std::future::pending().await;
            }
        }
        () = sleep(shared.limits.joining) => return "took too long to join",
        () = given_away(taken) => return "made room for another one",
        _ = is(&mut stopping, |stopping| *stopping) => {}
    }
    drop(place);
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

/// Waits until a place is given to another; for ever where there is none.
async fn given_away(taken: Option<oneshot::Receiver<()>>) {
    match taken {
        // It is never used, only dropped.
        Some(taken) => drop(taken.await),
        None => std::future::pending().await,
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
