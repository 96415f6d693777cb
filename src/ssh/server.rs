//! The server: what all connections share, its listeners, and its end.

use super::{
    command::CommandLine,
    connection,
    host_key::{self, HostKeyError},
    join::Attempts,
    limits::Limits,
    registry::Registry,
    status::{self, Post, Session, Status},
    strangers::Strangers,
    turns::Turns,
    upkeep,
    visitor::Guestbook,
};
use crate::{demo::visit::Visits, desk::Desk, tui::keymap::Keymap};
use russh::{
    MethodKind, MethodSet, Preferred, SshId, cipher, compression, kex,
    keys::{Algorithm, EcdsaCurve, HashAlg, PrivateKey},
    mac, server,
};
use std::{
    borrow::Cow,
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use thiserror::Error;
use tokio::{
    net::{TcpListener, TcpSocket},
    runtime::Runtime,
    sync::{mpsc, watch},
    time::{sleep, timeout},
};

/// Bytes that the system keeps for one connection, to be sent and to be read: a client that reads slowly gets little that is
/// old, and one that reads nothing costs little.
const TO_SEND: u32 = 64 * 1024;
const TO_READ: u32 = 128 * 1024;

/// Connections that wait to be accepted.
const BACKLOG: u32 = 256;

/// How long a change of who is here may take to be told, and one of who is at the door.
const CHANGES_TOLD: Duration = Duration::from_millis(200);
const STRANGERS_TOLD: Duration = Duration::from_secs(2);

/// How long a refused key is waited for. Nobody learns anything from a faster answer that the answer does not say, and an
/// agent with ten keys is let in soon.
const REJECTION: Duration = Duration::from_millis(20);

/// What a server is started with.
pub struct Settings {
    /// Where it listens; port 0 is any that is free.
    pub addresses: Vec<SocketAddr>,
    /// The file of its host key.
    pub host_key: PathBuf,
    /// Its limits.
    pub limits: Limits,
    /// The keys of its messengers.
    pub keymap: Arc<Keymap>,
    /// Who runs commands.
    pub command_line: CommandLine,
    /// Where the desks of `ssh demo@host` are made; `None`: there are none, and the name means nothing.
    pub visits: Option<Arc<Visits>>,
}

/// Why a server cannot be started.
#[derive(Debug, Error)]
pub enum ServeError {
    /// No host key.
    #[error(transparent)]
    HostKey(#[from] HostKeyError),
    /// Another server has the desk.
    #[error("This desk is served already{}. End that server first; for one more address give it another --ssh.", process(*.0))]
    Served(Option<u32>),
    /// An address cannot be listened on.
    #[error("{}", cannot_listen(*.address, .reason))]
    Listen {
        /// Which.
        address: SocketAddr,
        /// What the system says.
        reason: io::Error,
    },
    /// The system gives no threads.
    #[error("The server cannot be started: {0}.")]
    System(#[from] io::Error),
}

fn process(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" by process {pid}")).unwrap_or_default()
}

/// Why, and what to do.
fn cannot_listen(address: SocketAddr, reason: &io::Error) -> String {
    let (host, port) = (address.ip(), address.port());
    match reason.kind() {
        io::ErrorKind::AddrInUse => {
            format!("{address} is taken: another program listens there. Give --ssh another port, or end that program.")
        }
        io::ErrorKind::AddrNotAvailable => {
            let all = if address.is_ipv4() { "0.0.0.0" } else { "[::]" };
            format!("{host} is no address of this machine. Give --ssh one that is, or {all}:{port} for all of them.")
        }
        io::ErrorKind::PermissionDenied => format!(
            "You may not listen on {address}. Give --ssh a port from 1024 on, or let the program have the lower ones (CAP_NET_BIND_SERVICE)."
        ),
        _ => format!("Nobody can listen on {address}: {reason}."),
    }
}

/// What all connections share.
pub(super) struct Shared {
    pub desk: Desk,
    pub limits: Limits,
    pub keymap: Arc<Keymap>,
    pub command_line: CommandLine,
    pub russh: Arc<server::Config>,
    pub strangers: Strangers,
    pub newcomers: Strangers,
    pub registry: Registry,
    pub turns: Arc<Turns>,
    pub counts: connection::Counts,
    pub guestbook: Option<Guestbook>,
    pub attempts: Attempts,
    /// True once the server stops.
    pub stopping: watch::Receiver<bool>,
}

/// A running server.
pub struct Service {
    runtime: Runtime,
    shared: Arc<Shared>,
    /// How it began.
    began: Status,
    stop: watch::Sender<bool>,
    /// Ends when the last connection is gone.
    connections: mpsc::Receiver<()>,
    /// Held to the end, so that no other server begins before.
    _post: Arc<Mutex<Post>>,
}

impl Service {
    /// Starts to listen.
    ///
    /// # Errors
    /// No host key, or an address that cannot be listened on.
    pub fn start(desk: Desk, settings: Settings) -> Result<Self, ServeError> {
        let file = desk.file().to_owned();
        let post = Post::take(&file)?;
        let Some(mut post) = post else {
            return Err(ServeError::Served(status::read(&file).ok().flatten().map(|status| status.pid)));
        };
        let key = host_key::load(&settings.host_key)?;
        let fingerprint = host_key::fingerprint(&key);
        let runtime = tokio::runtime::Builder::new_multi_thread().thread_name("ssh").enable_all().build()?;
        let entered = runtime.enter();
        let listeners = settings.addresses.iter().map(|address| listen(*address)).collect::<Result<Vec<_>, _>>()?;
        drop(entered);
        let addresses = listeners.iter().map(TcpListener::local_addr).collect::<io::Result<Vec<_>>>()?;
        let (stop, stopping) = watch::channel(false);
        let shared = Arc::new(Shared {
            russh: Arc::new(russh_config(key, &settings.limits)),
            desk,
            limits: settings.limits,
            keymap: settings.keymap,
            command_line: settings.command_line,
            strangers: Strangers::default(),
            newcomers: Strangers::default(),
            registry: Registry::default(),
            turns: Turns::new(),
            counts: connection::Counts::default(),
            guestbook: settings.visits.map(Guestbook::new),
            attempts: Attempts::default(),
            stopping,
        });
        let (alive, connections) = mpsc::channel(1);
        for listener in listeners {
            runtime.spawn(accept(listener, Arc::clone(&shared), alive.clone()));
        }
        runtime.spawn(upkeep::run(Arc::clone(&shared)));
        let began = Status {
            pid: std::process::id(),
            since: shared.desk.now(),
            addresses,
            fingerprint,
            strangers: 0,
            sessions: Vec::new(),
        };
        post.tell(began.clone())?;
        let post = Arc::new(Mutex::new(post));
        runtime.spawn(tell(Arc::clone(&shared), began.clone(), Arc::clone(&post)));
        Ok(Self { runtime, shared, began, stop, connections, _post: post })
    }

    /// Where it listens, in the order of the settings.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.began.addresses
    }

    /// The host key's fingerprint, "SHA256:…".
    pub fn fingerprint(&self) -> &str {
        &self.began.fingerprint
    }

    /// Ends everything: nobody is let in any more, sessions are told, keep their drafts and restore their terminals.
    pub fn stop(mut self) {
        let limit = self.shared.limits.stopping;
        // Nobody listens where there was never a connection.
        let _ = self.stop.send(true);
        self.shared.registry.stop();
        self.runtime.block_on(async {
            // The listeners and every connection hold the other end; the connections are given the same time for their
            // sessions, and then a moment to hang up.
            let _ = timeout(limit + 3 * connection::HANGING_UP, self.connections.recv()).await;
        });
        self.runtime.shutdown_timeout(Duration::from_millis(500));
    }
}

/// Tells how things stand, soon after they changed.
async fn tell(shared: Arc<Shared>, began: Status, post: Arc<Mutex<Post>>) {
    loop {
        let sessions = shared.registry.guests().iter().map(Session::from).collect();
        let status = Status { strangers: shared.strangers.count(), sessions, ..began.clone() };
        let post = Arc::clone(&post);
        let told =
            tokio::task::spawn_blocking(move || post.lock().unwrap_or_else(PoisonError::into_inner).tell(status));
        if let Ok(Err(error)) = told.await {
            tracing::warn!(%error, "the server's status cannot be written");
        }
        let _ = timeout(STRANGERS_TOLD, shared.registry.changed()).await;
        sleep(CHANGES_TOLD).await;
    }
}

fn listen(address: SocketAddr) -> Result<TcpListener, ServeError> {
    let bound = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        // Accepted connections inherit these.
        socket.set_send_buffer_size(TO_SEND)?;
        socket.set_recv_buffer_size(TO_READ)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    bound().map_err(|reason| ServeError::Listen { address, reason })
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, alive: mpsc::Sender<()>) {
    let mut stopping = shared.stopping.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stopping| *stopping) => return,
        };
        match accepted {
            Ok((stream, address)) => {
                let (shared, alive) = (Arc::clone(&shared), alive.clone());
                // In the order in which they came; those behind wait in the system's queue.
                let place = tokio::select! {
                    place = shared.strangers.arrive(address.ip(), shared.limits.strangers) => place,
                    _ = stopping.wait_for(|stopping| *stopping) => return,
                };
                tokio::spawn(async move {
                    connection::serve(stream, address, place, shared).await;
                    drop(alive);
                });
            }
            Err(error) => {
                // Most often too many open files: somebody has to leave first.
                tracing::warn!(%error, "a connection could not be accepted");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

fn russh_config(key: PrivateKey, limits: &Limits) -> server::Config {
    server::Config {
        server_id: SshId::Raw(Cow::Borrowed(connection::GREETING)),
        methods: MethodSet::from(&[MethodKind::PublicKey][..]),
        auth_rejection_time: REJECTION,
        auth_rejection_time_initial: Some(Duration::ZERO),
        keys: vec![key],
        // One more than keys: clients ask what there is first, with the method "none".
        max_auth_attempts: limits.offers + 1,
        // What is sent goes on to the socket soon: frames are made when those before were taken.
        event_buffer_size: 2,
        channel_buffer_size: 1,
        window_size: 256 * 1024,
        maximum_packet_size: 32 * 1024,
        // Silent sessions stay; clients that are gone are found by asking.
        inactivity_timeout: None,
        keepalive_interval: Some(limits.alive),
        keepalive_max: 3,
        nodelay: true,
        preferred: Preferred {
            kex: Cow::Borrowed(&[
                kex::MLKEM768X25519_SHA256,
                kex::CURVE25519,
                kex::CURVE25519_PRE_RFC_8731,
                kex::EXTENSION_SUPPORT_AS_SERVER,
                kex::EXTENSION_OPENSSH_STRICT_KEX_AS_SERVER,
            ]),
            // Also what keys may sign with: no SHA-1.
            key: Cow::Borrowed(&[
                Algorithm::Ed25519,
                Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
                Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 },
                Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 },
                Algorithm::SkEd25519,
                Algorithm::SkEcdsaSha2NistP256,
                Algorithm::Rsa { hash: Some(HashAlg::Sha512) },
                Algorithm::Rsa { hash: Some(HashAlg::Sha256) },
            ]),
            host_key_certificates: Cow::Borrowed(&[]),
            cipher: Cow::Borrowed(&[
                cipher::CHACHA20_POLY1305,
                cipher::AES_256_GCM,
                cipher::AES_128_GCM,
                cipher::AES_256_CTR,
                cipher::AES_128_CTR,
            ]),
            mac: Cow::Borrowed(&[mac::HMAC_SHA512_ETM, mac::HMAC_SHA256_ETM, mac::HMAC_SHA512, mac::HMAC_SHA256]),
            compression: Cow::Borrowed(&[compression::NONE]),
        },
        ..server::Config::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_nobody_can_listen_is_said_with_what_to_do() {
        let said = |address: &str, kind: io::ErrorKind| {
            let address = address.parse().unwrap_or(SocketAddr::from(([0; 4], 0)));
            ServeError::Listen { address, reason: kind.into() }.to_string()
        };
        for (told, said) in [
            ("0.0.0.0:22 is taken: ", said("0.0.0.0:22", io::ErrorKind::AddrInUse)),
            ("10.0.0.1 is no address of this machine.", said("10.0.0.1:22", io::ErrorKind::AddrNotAvailable)),
            ("or 0.0.0.0:22 for all of them.", said("10.0.0.1:22", io::ErrorKind::AddrNotAvailable)),
            ("or [::]:22 for all of them.", said("[fe80::1]:22", io::ErrorKind::AddrNotAvailable)),
            ("You may not listen on [::]:22.", said("[::]:22", io::ErrorKind::PermissionDenied)),
            ("Nobody can listen on 0.0.0.0:22: ", said("0.0.0.0:22", io::ErrorKind::OutOfMemory)),
        ] {
            assert!(said.contains(told), "{said}");
        }
    }
}
