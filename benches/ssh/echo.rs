//! What the machine and russh alone cost: a server that sends every byte back, and clients that type at the same pace.

use crate::crowd::{
    Client,
    figures::{Dice, Times},
    machine::Work,
    server::Server,
};
use russh::{
    Channel, ChannelId, ChannelMsg,
    keys::{Algorithm, PrivateKey, key::safe_rng},
    server::{self, Auth, ChannelOpenHandle, Msg, Session, VerifiedPublicKey},
};
use std::{
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, task::JoinSet};

/// Set for the process that is the server.
pub const AS_SERVER: &str = "DESKLINE_LOAD_ECHO";

/// What an echo took, and the processor time of the server in a second.
pub struct Echo {
    pub times: Times,
    pub server: Duration,
}

struct Echoing;

impl server::Handler for Echoing {
    type Error = russh::Error;

    async fn auth_publickey(&mut self, _user: &str, _key: VerifiedPublicKey<'_>) -> Result<Auth, russh::Error> {
        Ok(Auth::Accept)
    }

    async fn channel_open_session(
        &mut self,
        _channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        reply.accept().await;
        Ok(())
    }

    async fn data(&mut self, channel: ChannelId, data: &[u8], session: &mut Session) -> Result<(), russh::Error> {
        session.data(channel, data.to_vec())
    }
}

/// Serves until it is killed.
pub fn serve() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        eprintln!("echo on {}", listener.local_addr().unwrap());
        let config = Arc::new(server::Config {
            keys: vec![PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519).unwrap()],
            nodelay: true,
            inactivity_timeout: None,
            ..server::Config::default()
        });
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let config = Arc::clone(&config);
            tokio::spawn(async move {
                if let Ok(session) = server::run_stream(config, stream, Echoing).await {
                    let _ = session.await;
                }
            });
        }
    });
}

/// So many sessions, a key a second each.
pub fn measure(sessions: usize, time: Duration) -> Echo {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(AS_SERVER, "1");
    let server = Server::spawned(command);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let key = Arc::new(PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519).unwrap());
        let mut clients = Vec::new();
        for _ in 0..sessions {
            clients.push(Client::login(server.address, Arc::clone(&key)).await.expect("a client"));
        }
        let (begun, before) = (Instant::now(), Work::now(server.process()));
        let mut typing = JoinSet::new();
        for (number, client) in clients.into_iter().enumerate() {
            let begin = Dice::new(number as u64).part_of(Duration::from_secs(1));
            typing.spawn(type_at_it(client, Instant::now() + begin, Instant::now() + time));
        }
        let mut times = Times::default();
        while let Some(typed) = typing.join_next().await {
            times.join(&typed.expect("a client"));
        }
        let work = Work::now(server.process()).since(before);
        Echo { times, server: work.server.div_f64(begun.elapsed().as_secs_f64()) }
    })
}

async fn type_at_it(mut client: Client, mut next: Instant, until: Instant) -> Times {
    let mut times = Times::default();
    while next < until {
        tokio::time::sleep_until(next.into()).await;
        let sent = Instant::now();
        client.write.data_bytes(b"j".to_vec()).await.expect("a line");
        while !matches!(client.read.wait().await.expect("a line"), ChannelMsg::Data { .. }) {}
        times.add(sent.elapsed());
        next += Duration::from_secs(1);
    }
    times
}
