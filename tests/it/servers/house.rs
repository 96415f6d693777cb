//! A desk that is served over SSH by the built program, and OpenSSH's programs set up to reach it and nothing else.

use crate::{
    desks::TestDesk,
    pty::{Setting, Terminal, signal},
};
use deskline::{
    domain::{people::Role, setting::SettingKey},
    ssh::key,
};
use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader, Read, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Condvar, Mutex, OnceLock, mpsc},
    time::{Duration, Instant},
};

/// How long anything may take that is not measured.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Where OpenSSH's programs are: without them nothing here is proved, and that has to be seen.
pub fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| {
        panic!("“{name}” is not installed. These tests need OpenSSH's client: apt-get install openssh-client")
    })
}

/// What a program that ended had to say.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    pub out: String,
    pub errors: String,
    pub took: Duration,
}

impl Ran {
    /// The same, which has to have succeeded.
    #[track_caller]
    pub fn well(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }
}

/// A program that runs beside the test; killed when dropped.
pub struct Running {
    child: Child,
    began: Instant,
    out: mpsc::Receiver<(bool, Vec<u8>)>,
}

impl Running {
    /// Starts it with all of its input, or with an input that stays open where there is none.
    pub fn start(command: &mut Command, input: Option<&[u8]>) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let (send, out) = mpsc::channel();
        let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        reading(stdout, true, send.clone());
        reading(stderr, false, send);
        if let Some(input) = input {
            let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
            // It may well end without having read it.
            std::thread::spawn(move || drop(stdin.write_all(&input)));
        }
        Self { child, began: Instant::now(), out }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Writes to its input, which stays open.
    pub fn write(&mut self, bytes: &[u8]) {
        self.child.stdin.as_mut().expect("an open input").write_all(bytes).expect("it reads");
    }

    /// Waits until it ended; a test that waits in vain fails with what it said so far.
    #[track_caller]
    pub fn ended_within(mut self, limit: Duration) -> Ran {
        let (mut out, mut errors, mut open) = (Vec::new(), Vec::new(), 2);
        while open > 0 {
            let left = limit.saturating_sub(self.began.elapsed());
            match self.out.recv_timeout(left) {
                Ok((_, bytes)) if bytes.is_empty() => open -= 1,
                Ok((true, bytes)) => out.extend(bytes),
                Ok((false, bytes)) => errors.extend(bytes),
                Err(_) => {
                    let said = String::from_utf8_lossy(&out).into_owned() + &String::from_utf8_lossy(&errors);
                    panic!("it hangs; so far it said: {said}");
                }
            }
        }
        let code = self.child.wait().expect("its status").code();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        Ran { code, out: text(out), errors: text(errors), took: self.began.elapsed() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn reading(mut from: impl Read + Send + 'static, is_out: bool, send: mpsc::Sender<(bool, Vec<u8>)>) {
    std::thread::spawn(move || {
        let mut bytes = vec![0; 1 << 16];
        loop {
            let count = from.read(&mut bytes).unwrap_or(0);
            if send.send((is_out, bytes[..count].to_vec())).is_err() || count == 0 {
                return;
            }
        }
    });
}

/// Runs a program to its end.
#[track_caller]
pub fn run(command: &mut Command, input: &[u8]) -> Ran {
    Running::start(command, Some(input)).ended_within(PATIENCE)
}

/// The built server on a desk; killed when dropped.
struct Serving {
    child: Child,
    port: u16,
    said: Arc<(Mutex<Vec<String>>, Condvar)>,
}

impl Serving {
    fn start(desk: &Path, options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_deskline"))
            .args(["serve", "--ssh", "127.0.0.1:0"])
            .args(options)
            .env("DESKLINE_DESK", desk)
            .env("TZ", "UTC")
            .env_remove("DESKLINE_AS")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let said: Arc<(Mutex<Vec<String>>, Condvar)> = Arc::default();
        let (lines, shared) = (BufReader::new(child.stderr.take().unwrap()), Arc::clone(&said));
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                shared.0.lock().unwrap().push(line);
                shared.1.notify_all();
            }
        });
        let mut serving = Self { child, port: 0, said };
        let line = serving.says("ssh on 127.0.0.1:");
        let port = line.split("127.0.0.1:").nth(1).and_then(|rest| rest.split(',').next());
        serving.port = port.and_then(|port| port.parse().ok()).unwrap_or_else(|| panic!("no port in: {line}"));
        serving
    }

    /// Waits for a line on standard error.
    fn says(&self, words: &str) -> String {
        let until = Instant::now() + PATIENCE;
        let mut said = self.said.0.lock().unwrap();
        loop {
            if let Some(line) = said.iter().find(|line| line.contains(words)) {
                return line.clone();
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "the server never said “{words}” but:\n{}", said.join("\n"));
            said = self.said.1.wait_timeout(said, left).unwrap().0;
        }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A key of somebody's own, made once for all tests: the file of its secret half.
pub fn key_file(name: &str, kind: &str) -> PathBuf {
    static MADE: OnceLock<(tempfile::TempDir, Mutex<HashMap<String, PathBuf>>)> = OnceLock::new();
    let (folder, made) = MADE.get_or_init(|| (tempfile::tempdir().expect("a folder for keys"), Mutex::default()));
    let mut made = made.lock().unwrap();
    let name = format!("{name}-{}", kind.replace(' ', ""));
    let make = || {
        let file = folder.path().join(&name);
        let mut command = Command::new(program("ssh-keygen"));
        command.args(["-q", "-N", "", "-C", &name, "-t"]).args(kind.split(' ')).arg("-f").arg(&file);
        run(&mut command, b"").well();
        file
    };
    made.entry(name.clone()).or_insert_with(make).clone()
}

/// The public half of a key's file.
pub fn public(file: &Path) -> PathBuf {
    PathBuf::from(format!("{}.pub", file.display()))
}

/// A served desk. Everybody has an ed25519 key.
pub struct House {
    serving: Option<Serving>,
    options: Vec<String>,
    pub desk: TestDesk,
}

impl House {
    pub fn new() -> Self {
        Self::with(&[])
    }

    /// With options of `serve`.
    pub fn with(options: &[&str]) -> Self {
        let desk = TestDesk::in_real_time();
        desk.set(SettingKey::PrivateConversations, "on");
        let mut house =
            Self { serving: None, options: options.iter().map(|&option| option.to_owned()).collect(), desk };
        for handle in ["olga", "adam", "ana", "ben", "cleo", "dev"] {
            house.lets_in(handle, &key_file(handle, "ed25519"));
        }
        house.start();
        house
    }

    /// Starts the server, on another port than before.
    pub fn start(&mut self) {
        let options: Vec<&str> = self.options.iter().map(String::as_str).collect();
        self.serving = Some(Serving::start(&self.desk.file(), &options));
        let config = "Host desk\n  HostName 127.0.0.1\n  HostKeyAlias desk\n  User whoever\n  \
                      StrictHostKeyChecking accept-new\n  GlobalKnownHostsFile /dev/null\n  IdentitiesOnly yes\n  \
                      IdentityAgent none\n  EscapeChar none\n  ConnectTimeout 20\n  LogLevel ERROR\n";
        let known = self.home().join("known_hosts");
        let text = format!("{config}  Port {}\n  UserKnownHostsFile {}\n", self.port(), known.display());
        std::fs::write(self.config(), text).expect("a configuration");
    }

    /// The end that no program can prepare for.
    pub fn kill(&mut self) {
        self.serving = None;
    }

    /// Asks the server to end and waits until it did; its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        let mut serving = self.serving.take().expect("a server");
        signal(serving.child.id(), "TERM");
        serving.child.wait().expect("its status").code()
    }

    pub fn home(&self) -> &Path {
        self.desk.folder.path()
    }

    pub fn port(&self) -> u16 {
        self.server().port
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.server().child.id()
    }

    fn server(&self) -> &Serving {
        self.serving.as_ref().expect("a server")
    }

    /// Everything that the server wrote to standard error.
    pub fn said(&self) -> Vec<String> {
        self.server().said.0.lock().unwrap().clone()
    }

    /// How many lines with these words the server has written.
    pub fn logged(&self, words: &str) -> usize {
        self.said().iter().filter(|line| line.contains(words)).count()
    }

    /// Waits for a line on the server's standard error.
    pub fn says(&self, words: &str) -> String {
        self.server().says(words)
    }

    fn config(&self) -> PathBuf {
        self.home().join("ssh_config")
    }

    /// Lets a key in.
    pub fn lets_in(&self, handle: &str, file: &Path) {
        let text = std::fs::read_to_string(public(file)).expect("a public key");
        let key = key::parse(&text).expect("a key that is accepted");
        self.desk.desk.add_key(&self.desk.agent("olga"), handle, &key).expect("a key that is let in");
    }

    /// One of OpenSSH's programs with our configuration.
    pub fn openssh(&self, name: &str) -> Command {
        let mut command = Command::new(program(name));
        command.arg("-F").arg(self.config()).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.home()).env("TERM", "xterm-256color").current_dir(self.home());
        command
    }

    /// `ssh` with somebody's key, without the host.
    pub fn ssh(&self, handle: &str) -> Command {
        let mut command = self.openssh("ssh");
        command.arg("-i").arg(key_file(handle, "ed25519"));
        command
    }

    /// `ssh desk -- LINE` of somebody: without the dashes OpenSSH would take options in the line for its own.
    #[track_caller]
    pub fn call(&self, handle: &str, line: &str) -> Ran {
        self.call_with(handle, line, b"")
    }

    /// The same with something on standard input.
    #[track_caller]
    pub fn call_with(&self, handle: &str, line: &str, input: &[u8]) -> Ran {
        run(self.ssh(handle).args(["desk", "--", line]), input)
    }

    /// `ssh desk` of somebody at a terminal of 120×40.
    pub fn messenger(&self, handle: &str) -> Terminal {
        self.at(handle, &Setting { columns: 120, rows: 40, environment: Vec::new() }, &["desk"])
    }

    /// `ssh` of somebody at a terminal, with arguments.
    pub fn at(&self, handle: &str, setting: &Setting, arguments: &[&str]) -> Terminal {
        self.watched(handle, setting, arguments, |_, _| ())
    }

    /// The same with every frame shown to somebody.
    pub fn watched(
        &self,
        handle: &str,
        setting: &Setting,
        arguments: &[&str],
        each: impl FnMut(&vt100::Screen, &[u8]) + Send + 'static,
    ) -> Terminal {
        let key = key_file(handle, "ed25519");
        let config = self.config();
        let mut all = vec!["-F", config.to_str().unwrap(), "-i", key.to_str().unwrap()];
        all.extend(arguments);
        Terminal::watched(program("ssh"), &all, setting, each)
    }

    /// The built program on this machine, as the owner.
    #[track_caller]
    pub fn deskline(&self, arguments: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deskline"));
        command.args(arguments).env("DESKLINE_DESK", self.desk.file()).env("DESKLINE_AS", "olga");
        run(&mut command, b"")
    }

    /// Who has a session now, as `deskline status` tells: handles, the oldest first.
    #[track_caller]
    pub fn sessions(&self) -> Vec<String> {
        let told = self.deskline(&["--json", "status"]).well().out;
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        let sessions = told["server"]["sessions"].as_array().unwrap_or_else(|| panic!("no sessions in {told}"));
        sessions.iter().map(|session| session["agent"].as_str().unwrap_or("").to_owned()).collect()
    }

    pub fn set_role(&self, handle: &str, role: Role) {
        self.desk.change(handle, &deskline::desk::AgentChange { role: Some(role), ..Default::default() });
    }
}
