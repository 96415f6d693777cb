//! A client: logs in, opens channels, and keeps everything that came.

use super::{PATIENCE, Server};
use russh::{
    ChannelMsg, ChannelReadHalf, ChannelWriteHalf, MethodSet,
    client::{self, AuthResult, DisconnectReason, Handle, Msg},
    keys::{Certificate, HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKeyOrCertificate},
};
use std::{
    net::SocketAddr,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    time::Instant,
};
use tokio::runtime::Runtime;

/// A connection.
pub struct Client {
    runtime: Arc<Runtime>,
    pub handle: Handle<Watcher>,
    pub learned: Arc<Mutex<Learned>>,
}

/// What the connection itself told.
#[derive(Default)]
pub struct Learned {
    pub host_key: String,
    /// The words of the server's farewell; empty where there were none.
    pub farewell: Option<String>,
}

/// How a client behaves.
#[derive(Debug, Clone, Copy)]
pub struct Manners {
    /// Bytes that the server may send on a channel before it is told that there is more room; it never is where this is 1.
    pub window: u32,
    /// What came on a channel and was not looked at; with more of it nothing is read from the connection any more.
    pub unread: usize,
}

impl Default for Manners {
    fn default() -> Self {
        Self { window: 2_097_152, unread: 100 }
    }
}

pub struct Watcher {
    learned: Arc<Mutex<Learned>>,
}

impl client::Handler for Watcher {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        if let PublicKeyOrCertificate::PublicKey { key, .. } = key {
            self.learned.lock().unwrap().host_key = key.fingerprint(HashAlg::Sha256).to_string();
        }
        Ok(true)
    }

    async fn disconnected(&mut self, reason: DisconnectReason<russh::Error>) -> Result<(), russh::Error> {
        let words = match reason {
            DisconnectReason::ReceivedDisconnect(told) => told.message,
            DisconnectReason::Error(_) => String::new(),
        };
        self.learned.lock().unwrap().farewell = Some(words);
        Ok(())
    }
}

impl Client {
    /// A connection that is not logged in.
    pub fn connect(server: &Server) -> Self {
        Self::behaving(server.address, Manners::default())
    }

    pub fn behaving(address: SocketAddr, manners: Manners) -> Self {
        let runtime =
            Arc::new(tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap());
        let learned = Arc::<Mutex<Learned>>::default();
        let config = client::Config {
            window_size: manners.window,
            channel_buffer_size: manners.unread,
            nodelay: true,
            ..client::Config::default()
        };
        let watcher = Watcher { learned: Arc::clone(&learned) };
        let handle = runtime.block_on(client::connect(Arc::new(config), address, watcher)).unwrap();
        Self { runtime, handle, learned }
    }

    /// Logged in under any name.
    pub fn login(server: &Server, key: &Arc<PrivateKey>) -> Self {
        let mut client = Self::connect(server);
        assert!(client.offers("whoever", key), "the key is not let in");
        client
    }

    /// Offers a key; whether it is let in.
    pub fn offers(&mut self, user: &str, key: &Arc<PrivateKey>) -> bool {
        self.tries(user, key).unwrap_or(false)
    }

    /// The same; an error where the connection is gone.
    pub fn tries(&mut self, user: &str, key: &Arc<PrivateKey>) -> Result<bool, russh::Error> {
        let key = PrivateKeyWithHashAlg::new(Arc::clone(key), Some(HashAlg::Sha512));
        let tried = self.handle.authenticate_publickey(user, key);
        self.runtime.block_on(tried).map(|result| result.success())
    }

    /// Signs with a key by another digest than the usual one.
    pub fn signs(&mut self, key: &Arc<PrivateKey>, digest: Option<HashAlg>) -> bool {
        let key = PrivateKeyWithHashAlg::new(Arc::clone(key), digest);
        let tried = self.handle.authenticate_publickey("whoever", key);
        self.runtime.block_on(tried).unwrap().success()
    }

    /// Comes with a certificate for its key.
    pub fn certified(&mut self, key: &Arc<PrivateKey>, certificate: Certificate) -> bool {
        let tried = self.handle.authenticate_openssh_cert("ana", Arc::clone(key), certificate);
        self.runtime.block_on(tried).unwrap().success()
    }

    /// Without a key; whether that lets in.
    pub fn bare(&mut self, user: &str) -> bool {
        self.runtime.block_on(self.handle.authenticate_none(user)).is_ok_and(|result| result.success())
    }

    /// Tries a password; what may be tried next.
    pub fn password(&mut self, words: &str) -> Option<MethodSet> {
        let tried = self.handle.authenticate_password("ben", words);
        match self.runtime.block_on(tried).unwrap() {
            AuthResult::Success => None,
            AuthResult::Failure { remaining_methods, .. } => Some(remaining_methods),
        }
    }

    pub fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(async { tokio::time::timeout(PATIENCE, work).await.expect("an answer") })
    }

    /// A channel on which nothing was asked yet.
    pub fn channel(&self) -> Result<Channel, russh::Error> {
        let opened = self.run(self.handle.channel_open_session())?;
        let (read, half) = opened.split();
        let seen: Shared = Arc::default();
        self.runtime.spawn(watch(read, Arc::clone(&seen)));
        Ok(Channel { runtime: Arc::clone(&self.runtime), half, seen })
    }

    /// The messenger at 120×40.
    pub fn messenger(&self) -> Channel {
        let channel = self.channel().expect("a channel");
        channel.pty(120, 40);
        channel.run(channel.half.request_shell(true)).unwrap();
        assert!(channel.granted(), "a shell");
        channel
    }

    /// Runs a command with this on its standard input.
    pub fn command(&self, line: &str, input: &[u8]) -> Ran {
        let channel = self.channel().expect("a channel");
        channel.run(channel.half.exec(true, line)).unwrap();
        assert!(channel.granted(), "a command");
        // A command that reads nothing may be gone before it was sent.
        let _ = channel.run(channel.half.data(input));
        let _ = channel.run(channel.half.eof());
        channel.closes()
    }

    /// Waits until the server has hung up; its words.
    pub fn hung_up(&self) -> String {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(words) = self.learned.lock().unwrap().farewell.clone() {
                return words;
            }
            assert!(Instant::now() < until, "the connection stays");
            std::thread::yield_now();
        }
    }
}

/// A channel.
pub struct Channel {
    runtime: Arc<Runtime>,
    pub half: ChannelWriteHalf<Msg>,
    seen: Shared,
}

type Shared = Arc<(Mutex<Seen>, Condvar)>;

/// What came on a channel.
pub struct Seen {
    pub parser: vt100::Parser,
    pub output: Vec<u8>,
    pub errors: Vec<u8>,
    pub status: Option<u32>,
    /// In the order in which they came: what was asked for was granted, or not.
    pub answers: Vec<bool>,
    pub eof: bool,
    pub closed: bool,
    /// Something came after what has to be the last of its kind.
    pub disorder: Vec<&'static str>,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            parser: vt100::Parser::new(40.try_into().unwrap(), 120.try_into().unwrap(), 0),
            output: Vec::new(),
            errors: Vec::new(),
            status: None,
            answers: Vec::new(),
            eof: false,
            closed: false,
            disorder: Vec::new(),
        }
    }
}

/// What a command came to.
#[derive(Debug)]
pub struct Ran {
    pub out: String,
    pub errors: String,
    pub status: Option<u32>,
}

async fn watch(mut read: ChannelReadHalf, shared: Shared) {
    loop {
        let arrived = read.wait().await;
        let mut seen = shared.0.lock().unwrap();
        match &arrived {
            Some(ChannelMsg::Data { data }) => {
                if seen.eof {
                    seen.disorder.push("output after its end");
                }
                seen.parser.process(data);
                seen.output.extend_from_slice(data);
            }
            Some(ChannelMsg::ExtendedData { data, ext: 1 }) => seen.errors.extend_from_slice(data),
            Some(ChannelMsg::ExitStatus { exit_status }) => {
                if seen.eof {
                    seen.disorder.push("a status after the end");
                }
                seen.status = Some(*exit_status);
            }
            Some(ChannelMsg::Eof) => seen.eof = true,
            Some(ChannelMsg::Success) => seen.answers.push(true),
            Some(ChannelMsg::Failure) => seen.answers.push(false),
            Some(ChannelMsg::Close) | None => seen.closed = true,
            Some(_) => {}
        }
        let closed = seen.closed;
        drop(seen);
        shared.1.notify_all();
        if closed {
            return;
        }
    }
}

impl Channel {
    pub fn run<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(async { tokio::time::timeout(PATIENCE, work).await.expect("an answer") })
    }

    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.0.lock().unwrap()
    }

    /// A terminal of this size, which has to be granted.
    pub fn pty(&self, columns: u16, rows: u16) {
        self.sized(columns, rows);
        self.run(self.half.request_pty(true, "xterm-256color", columns.into(), rows.into(), 0, 0, &[])).unwrap();
        assert!(self.granted(), "a terminal");
    }

    /// Waits for the answer to what was asked last, and takes it.
    pub fn granted(&self) -> bool {
        self.when("an answer", |seen| !seen.answers.is_empty());
        self.seen().answers.remove(0)
    }

    pub fn keys(&self, bytes: &str) -> &Self {
        self.run(self.half.data(bytes.as_bytes())).expect("the channel takes keys");
        self
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        self.sized(columns, rows);
        self.run(self.half.window_change(columns.into(), rows.into(), 0, 0)).unwrap();
    }

    fn sized(&self, columns: u16, rows: u16) {
        self.seen().parser.set_size(rows.try_into().unwrap(), columns.try_into().unwrap());
    }

    /// Waits until something holds of what came; when it did.
    pub fn when(&self, what: &str, holds: impl Fn(&Seen) -> bool) -> Instant {
        let until = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        loop {
            if holds(&seen) {
                return Instant::now();
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || seen.closed {
                let (text, errors) =
                    (seen.parser.screen().contents(), String::from_utf8_lossy(&seen.errors).into_owned());
                drop(seen);
                panic!("waited for: {what}\n{text}\n{errors}");
            }
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    pub fn raw(&self) -> String {
        String::from_utf8(self.seen().output.clone()).expect("whole characters")
    }

    pub fn shows(&self, words: &str) -> Instant {
        self.when(words, |seen| seen.parser.screen().contents().contains(words))
    }

    pub fn no_longer_shows(&self, words: &str) -> Instant {
        self.when(&format!("no {words}"), |seen| !seen.parser.screen().contents().contains(words))
    }

    /// Waits until the server closed it; what came of it.
    pub fn closes(&self) -> Ran {
        self.when("its end", |seen| seen.closed);
        let seen = self.seen();
        assert!(seen.disorder.is_empty(), "{:?}", seen.disorder);
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("whole characters");
        Ran { out: text(&seen.output), errors: text(&seen.errors), status: seen.status }
    }
}
