//! What a client asks of its connection: logging in, and channels with their requests. Everything is answered.

use super::{
    channel::{Channel, Who},
    connection::{Counted, Party, Standing},
    join::Tries,
    key,
    server::Shared,
    strangers::network,
    visitor::DEMO,
};
use crate::{
    desk::page::{Denied, Viewer},
    domain::key::PublicKey,
};
use russh::{
    ChannelId, ChannelOpenFailure, Disconnect, Pty, Sig,
    keys::{Algorithm, HashAlg},
    server::{self, Auth, ChannelOpenHandle, Msg, PublicKeyOffer, Session, VerifiedPublicKey},
};
use std::{collections::HashMap, net::SocketAddr, sync::Arc};
use tokio::sync::watch;

/// The only user name that means something: somebody with a code who brings a new key.
const JOIN: &str = "join";

/// There are as many connections as anybody may have.
struct TooMany;

/// One connection's side of the server.
pub struct Handler {
    shared: Arc<Shared>,
    address: SocketAddr,
    standing: Arc<watch::Sender<Standing>>,
    /// Keys offered so far.
    offers: usize,
    /// The key whose signature was verified.
    key: Option<PublicKey>,
    /// Who came in with it; `None`: a newcomer.
    agent: Option<Viewer>,
    /// Counts the connection of an agent or a visitor; an error where they have too many.
    counted: Result<Vec<Counted>, TooMany>,
    /// The codes that were tried over the connection.
    tries: Arc<Tries>,
    /// Came to see a demo desk.
    visitor: bool,
    channels: HashMap<ChannelId, Channel>,
    /// Channels opened so far.
    opened: usize,
}

impl Handler {
    /// For a connection of which nothing is known but its address.
    pub fn new(shared: Arc<Shared>, address: SocketAddr, standing: watch::Sender<Standing>) -> Self {
        Self {
            shared,
            address,
            standing: Arc::new(standing),
            offers: 0,
            key: None,
            agent: None,
            counted: Ok(Vec::new()),
            tries: Arc::default(),
            visitor: false,
            channels: HashMap::new(),
            opened: 0,
        }
    }

    /// The agent whose key it is; a desk that cannot be read lets nobody in.
    async fn admit(&self, fingerprint: String) -> Option<Viewer> {
        let desk = self.shared.desk.clone();
        let admitted = tokio::task::spawn_blocking(move || desk.admit_key(&fingerprint)).await;
        match admitted {
            Ok(Ok(viewer)) => viewer,
            Ok(Err(denied)) => {
                self.trouble(&denied);
                None
            }
            Err(_) => None,
        }
    }

    fn trouble(&self, denied: &Denied) {
        tracing::error!(address = %self.address, error = %denied, "the desk cannot be read");
    }

    fn refuse(&self, what: &'static str) {
        tracing::info!(address = %self.address, agent = self.handle(), what, "refused");
    }

    fn handle(&self) -> &str {
        self.agent.as_ref().map_or("", |agent| &agent.handle)
    }

    /// Answers a request on a channel.
    fn answer(id: ChannelId, granted: bool, session: &mut Session) -> Result<(), russh::Error> {
        if granted { session.channel_success(id) } else { session.channel_failure(id) }
    }

    /// Counts the connection among all of these, or not at all.
    fn count(&mut self, parties: &[Party]) {
        // Not twice, whatever is tried before the log-in.
        self.counted = Ok(Vec::new());
        let enter = |party: &Party| self.shared.counts.enter(*party, &self.shared.limits).ok_or(TooMany);
        self.counted = parties.iter().map(enter).collect();
    }

    /// Lets in whoever came to see a demo desk: with any key or none, and to nothing else.
    fn visits(&mut self, user: &str) -> bool {
        self.visitor = user == DEMO && self.shared.guestbook.is_some();
        if self.visitor {
            self.count(&[Party::Visitors, Party::VisitorsFrom(network(self.address.ip()))]);
        }
        self.visitor
    }

    /// Who opens a channel now: a key may have been revoked, or have joined, since the connection began.
    async fn who(&mut self) -> Option<Who> {
        if self.visitor {
            return Some(Who::Visitor);
        }
        let key = self.key.clone()?;
        match self.admit(key.fingerprint.clone()).await {
            Some(viewer) => {
                self.agent = Some(viewer.clone());
                Some(Who::Agent(viewer))
            }
            None if self.agent.is_none() => Some(Who::Newcomer(key, Arc::clone(&self.tries))),
            None => None,
        }
    }
}

impl Drop for Handler {
    fn drop(&mut self) {
        if self.offers > 0 && self.key.is_none() && !self.visitor {
            tracing::info!(address = %self.address, keys = self.offers, "no key of theirs lets anybody in");
        }
    }
}

impl server::Handler for Handler {
    type Error = russh::Error;

    async fn auth_none(&mut self, user: &str) -> Result<Auth, russh::Error> {
        Ok(if self.visits(user) { Auth::Accept } else { Auth::reject() })
    }

    async fn auth_publickey_offered(&mut self, user: &str, offer: PublicKeyOffer<'_>) -> Result<Auth, russh::Error> {
        self.offers += 1;
        if user == DEMO && self.shared.guestbook.is_some() {
            return Ok(Auth::Accept);
        }
        let weak = matches!(offer.algorithm, Algorithm::Rsa { hash: None }) || key::accepted(offer.public_key).is_err();
        if weak || self.offers > self.shared.limits.offers {
            return Ok(Auth::reject());
        }
        let known =
            user == JOIN || self.admit(offer.public_key.fingerprint(HashAlg::Sha256).to_string()).await.is_some();
        Ok(if known { Auth::Accept } else { Auth::reject() })
    }

    async fn auth_publickey(&mut self, user: &str, verified: VerifiedPublicKey<'_>) -> Result<Auth, russh::Error> {
        if self.visits(user) {
            return Ok(Auth::Accept);
        }
        let key = key::of(verified.public_key);
        let agent = self.admit(key.fingerprint.clone()).await;
        if agent.is_none() && user != JOIN {
            return Ok(Auth::reject());
        }
        if let Some(agent) = &agent {
            self.count(&[Party::Agent(agent.id)]);
        }
        self.agent = agent;
        self.key = Some(key);
        Ok(Auth::Accept)
    }

    async fn auth_succeeded(&mut self, session: &mut Session) -> Result<(), russh::Error> {
        let fingerprint = self.key.as_ref().map_or("", |key| &key.fingerprint);
        let address = self.address;
        if self.counted.is_err() {
            self.refuse("too many connections");
            let why = "There are too many connections of yours to this desk. Close one, then connect again.";
            return session.disconnect(Disconnect::TooManyConnections, why, "");
        }
        let handle = session.handle();
        if self.visitor {
            tracing::info!(%address, "a visitor of the demo");
            self.standing.send_replace(Standing::Visitor(handle));
        } else if let Some(agent) = self.agent.clone() {
            tracing::info!(%address, agent = agent.handle, fingerprint, "logged in");
            self.standing.send_replace(Standing::Agent(handle));
            let desk = self.shared.desk.clone();
            // Nobody waits for it: it goes to the disk, and is for looking back at.
            tokio::task::spawn_blocking(move || {
                if let Err(denied) = desk.mark_key_used(&agent) {
                    tracing::warn!(%address, error = %denied, "the use of a key was not kept");
                }
            });
        } else {
            tracing::info!(%address, fingerprint, "somebody new with a key of their own");
            self.standing.send_replace(Standing::Newcomer(handle));
        }
        Ok(())
    }

    async fn channel_open_session(
        &mut self,
        channel: russh::Channel<Msg>,
        reply: ChannelOpenHandle,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.channels.retain(|_, channel| !channel.is_over());
        if *self.shared.stopping.borrow() || self.channels.len() >= self.shared.limits.channels {
            self.refuse("one more session over the connection");
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
            return Ok(());
        }
        if self.opened >= self.shared.limits.channels_in_all {
            reply.reject(ChannelOpenFailure::ResourceShortage).await;
            if self.channels.is_empty() {
                session.disconnect(
                    Disconnect::ByApplication,
                    "This connection was used very often. Connect again.",
                    "",
                )?;
            }
            return Ok(());
        }
        let Some(who) = self.who().await else {
            self.refuse("a key that was revoked");
            return session.disconnect(Disconnect::ByApplication, "You are not let in any more.", "");
        };
        reply.accept().await;
        self.opened += 1;
        let id = channel.id();
        // What arrives comes to this handler; the half that reads would have to be emptied, or all of the connection stops.
        let (_, half) = channel.split();
        let standing = Arc::clone(&self.standing);
        let new = Channel::new(Arc::clone(&self.shared), self.address, who, half, session.handle(), standing);
        self.channels.insert(id, new);
        Ok(())
    }

    async fn channel_close(&mut self, id: ChannelId, _: &mut Session) -> Result<(), russh::Error> {
        self.channels.remove(&id);
        Ok(())
    }

    async fn channel_eof(&mut self, id: ChannelId, _: &mut Session) -> Result<(), russh::Error> {
        if let Some(channel) = self.channels.get(&id) {
            channel.ends();
        }
        Ok(())
    }

    async fn data(&mut self, id: ChannelId, data: &[u8], _: &mut Session) -> Result<(), russh::Error> {
        if let Some(channel) = self.channels.get_mut(&id) {
            channel.typed(data).await;
        }
        Ok(())
    }

    async fn pty_request(
        &mut self,
        id: ChannelId,
        term: &str,
        columns: u32,
        rows: u32,
        _: u32,
        _: u32,
        _: &[(Pty, u32)],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        let granted = self.channels.get_mut(&id).is_some_and(|channel| channel.terminal(term, columns, rows));
        Self::answer(id, granted, session)
    }

    async fn env_request(
        &mut self,
        id: ChannelId,
        name: &str,
        value: &str,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        let granted = self.channels.get_mut(&id).is_some_and(|channel| channel.variable(name, value));
        Self::answer(id, granted, session)
    }

    async fn shell_request(&mut self, id: ChannelId, session: &mut Session) -> Result<(), russh::Error> {
        let granted = self.channels.get_mut(&id).is_some_and(Channel::shell);
        Self::answer(id, granted, session)
    }

    async fn exec_request(&mut self, id: ChannelId, line: &[u8], session: &mut Session) -> Result<(), russh::Error> {
        let granted = self.channels.get_mut(&id).is_some_and(|channel| channel.command(line));
        Self::answer(id, granted, session)
    }

    async fn window_change_request(
        &mut self,
        id: ChannelId,
        columns: u32,
        rows: u32,
        _: u32,
        _: u32,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        let granted = self.channels.get_mut(&id).is_some_and(|channel| channel.resized(columns, rows));
        Self::answer(id, granted, session)
    }

    async fn signal(&mut self, id: ChannelId, signal: Sig, session: &mut Session) -> Result<(), russh::Error> {
        let granted = self.channels.get_mut(&id).is_some_and(|channel| match signal {
            Sig::HUP | Sig::INT | Sig::KILL | Sig::QUIT | Sig::TERM => channel.interrupted(),
            _ => false,
        });
        Self::answer(id, granted, session)
    }

    async fn subsystem_request(&mut self, id: ChannelId, _: &str, session: &mut Session) -> Result<(), russh::Error> {
        self.refuse("a subsystem, as sftp");
        session.channel_failure(id)
    }

    async fn x11_request(
        &mut self,
        id: ChannelId,
        _: bool,
        _: &str,
        _: &str,
        _: u32,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.refuse("X11 forwarding");
        session.channel_failure(id)
    }

    async fn agent_request(&mut self, _: ChannelId, _: &mut Session) -> Result<bool, russh::Error> {
        self.refuse("agent forwarding");
        Ok(false)
    }

    async fn tcpip_forward(&mut self, _: &str, _: &mut u32, _: &mut Session) -> Result<bool, russh::Error> {
        self.refuse("a port on the server");
        Ok(false)
    }

    async fn streamlocal_forward(&mut self, _: &str, _: &mut Session) -> Result<bool, russh::Error> {
        self.refuse("a socket on the server");
        Ok(false)
    }

    // What opens any other kind of channel is refused by russh where its handle is dropped, as it is by the methods that
    // are not written here; so are the methods of logging in.
}
