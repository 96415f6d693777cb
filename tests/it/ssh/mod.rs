//! The server over SSH, as clients meet it: the built binary on loopback, a desk in a temporary folder, and a client that
//! can also do what no good client does.

mod client;
mod commands;
mod doors;
mod joining;
mod logging_in;
mod messenger;
mod requests;
mod starting;
mod status;
mod stopping;
mod vanishing;

use crate::desks::TestDesk;
use deskline::{desk::Desk, ssh::key};
use russh::keys::{Algorithm, HashAlg, PrivateKey, key::safe_rng};
use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex},
    time::{Duration, Instant},
};

/// How long anything may take on a machine that has other things to do as well.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A running `deskline serve`; killed when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// The host key's fingerprint, as printed.
    pub fingerprint: String,
    printed: Arc<(Mutex<Printed>, Condvar)>,
}

#[derive(Default)]
struct Printed {
    lines: Vec<String>,
    closed: bool,
}

impl Server {
    /// On a desk, with further options.
    pub fn on(desk: &Path, options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_deskline"))
            .args(["--desk".as_ref(), desk.as_os_str()])
            .args(["serve", "--ssh", "127.0.0.1:0"])
            .args(options)
            .env_clear()
            .env("HOME", std::env::temp_dir())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let printed: Arc<(Mutex<Printed>, Condvar)> = Arc::default();
        let (errors, shared) = (BufReader::new(child.stderr.take().expect("piped")), Arc::clone(&printed));
        std::thread::spawn(move || {
            for line in errors.lines().map_while(Result::ok) {
                shared.0.lock().unwrap().lines.push(line);
                shared.1.notify_all();
            }
            shared.0.lock().unwrap().closed = true;
            shared.1.notify_all();
        });
        let mut server = Self { child, address: ([127, 0, 0, 1], 0).into(), fingerprint: String::new(), printed };
        let line = server.prints("ssh on ");
        let (address, fingerprint) =
            line.trim_start_matches("deskline: ssh on ").split_once(", host key ").expect("where it listens");
        server.address = address.parse().expect("an address");
        server.fingerprint = fingerprint.to_owned();
        server
    }

    /// Waits for a line with these words; the line.
    pub fn prints(&self, words: &str) -> String {
        let until = Instant::now() + PATIENCE;
        let mut printed = self.printed.0.lock().unwrap();
        loop {
            if let Some(line) = printed.lines.iter().find(|line| line.contains(words)) {
                return line.clone();
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !printed.closed, "waited for: {words}\n{}", printed.lines.join("\n"));
            printed = self.printed.1.wait_timeout(printed, left).unwrap().0;
        }
    }

    /// Everything printed so far.
    pub fn printed(&self) -> String {
        self.printed.0.lock().unwrap().lines.join("\n")
    }

    pub fn signal(&self, name: &str) {
        let sent = Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())]).status();
        assert!(sent.expect("kill").success());
    }

    /// Waits until the process ended.
    pub fn ended(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("its status") {
                return status;
            }
            assert!(Instant::now() < until, "it never ends:\n{}", self.printed());
            std::thread::yield_now();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A key of one's own.
pub fn new_key() -> Arc<PrivateKey> {
    Arc::new(PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519).unwrap())
}

pub fn fingerprint(key: &PrivateKey) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

/// Lets a new key in as an agent.
pub fn key_of(desk: &TestDesk, handle: &str) -> Arc<PrivateKey> {
    let key = new_key();
    desk.desk.add_key(&desk.agent("olga"), handle, &key::of(key.public_key())).unwrap();
    key
}

/// The desk by the time that the server goes by, too.
pub fn today(desk: &TestDesk) -> Desk {
    Desk::open(&desk.file(), Arc::new(chrono::Utc::now)).unwrap()
}
