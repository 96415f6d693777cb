//! One connection from its first byte to its last, and how many each agent has.

use super::{handler::Handler, limits::Limits, line::Line, server::Shared, strangers::Stranger};
use crate::domain::id::AgentId;
use russh::{Disconnect, server};
use std::{
    collections::HashMap,
    net::SocketAddr,
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
    /// An agent.
    Agent(server::Handle),
}

/// Serves a connection until it ends.
pub async fn serve(stream: TcpStream, address: SocketAddr, shared: Arc<Shared>) {
    // Only slower without it.
    let _ = stream.set_nodelay(true);
    let (knife, cut) = oneshot::channel();
    let (stranger, taken) = shared.strangers.arrive(address.ip(), &shared.limits);
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
        why = supervise(&shared, watched, stranger, taken) => {
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
    stranger: Stranger,
    taken: oneshot::Receiver<()>,
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
        agent = is(&mut standing, |standing| matches!(standing, Standing::Agent(_))) => {
            if !agent {
                return std::future::pending().await;
            }
        }
        () = sleep(shared.limits.joining) => return "took too long to join",
        _ = is(&mut stopping, |stopping| *stopping) => {}
    }
    is(&mut stopping, |stopping| *stopping).await;
    let _ = timeout(shared.limits.stopping, shared.registry.emptied()).await;
    let handle = match &*standing.borrow() {
        Standing::Stranger => None,
        Standing::Newcomer(handle) | Standing::Agent(handle) => Some(handle.clone()),
    };
    if let Some(handle) = handle {
        let farewell = "The desk is being stopped.".to_owned();
        let _ = timeout(HANGING_UP, handle.disconnect(Disconnect::ByApplication, farewell, String::new())).await;
        sleep(HANGING_UP).await;
    }
    "stopping"
}

/// Waits until something holds; false where it never will.
async fn is<T>(watched: &mut watch::Receiver<T>, holds: impl FnMut(&T) -> bool) -> bool {
    watched.wait_for(holds).await.is_ok()
}

/// How many connections everybody has.
#[derive(Debug, Clone, Default)]
pub struct Visitors {
    counts: Arc<Mutex<HashMap<Option<AgentId>, usize>>>,
}

/// A connection that is counted until it is dropped.
#[derive(Debug)]
pub struct Visit {
    who: Option<AgentId>,
    visitors: Visitors,
}

impl Visitors {
    /// Counts a connection of an agent, or of a newcomer; `None` where there are so many already.
    pub fn enter(&self, who: Option<AgentId>, limits: &Limits) -> Option<Visit> {
        let most = if who.is_some() { limits.connections_per_agent } else { limits.newcomers };
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(who).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        drop(counts);
        Some(Visit { who, visitors: self.clone() })
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut counts = self.visitors.counts.lock().unwrap_or_else(PoisonError::into_inner);
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
        let visitors = Visitors::default();
        let limits = Limits { connections_per_agent: 2, newcomers: 1, ..Limits::default() };
        let ana = Some(AgentId(1));
        let first = visitors.enter(ana, &limits);
        let second = visitors.enter(ana, &limits);
        assert!(first.is_some() && second.is_some() && visitors.enter(ana, &limits).is_none());
        assert!(visitors.enter(Some(AgentId(2)), &limits).is_some());
        let newcomer = visitors.enter(None, &limits);
        assert!(newcomer.is_some() && visitors.enter(None, &limits).is_none());
        drop(first);
        assert!(visitors.enter(ana, &limits).is_some());
    }
}
