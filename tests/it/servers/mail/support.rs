//! A desk with support mailboxes at a post office: the built program fetches, sends and serves as it would for a team.

use super::post_office::{PASSWORD, PostOffice};
use crate::{
    desks::TestDesk,
    pty::{signal, until},
    servers::house::{PATIENCE, Ran, Running, run},
};
use deskline::domain::{id::ConversationId, setting::SettingKey};
use std::{
    fs::File,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

pub const SUPPORT: &str = "support@acme.example";
pub const MARA: &str = "mara@customer.example";

/// How the program reaches its servers.
#[derive(Clone, Debug)]
pub struct Doors {
    pub imap: String,
    pub smtp: String,
    /// More lines of the mailbox's table.
    pub more: String,
}

impl Doors {
    /// Straight to the servers, without TLS.
    pub fn plain(office: &PostOffice) -> Self {
        Self::at(office.ports.imap, office.ports.smtp)
    }

    /// To ports without TLS, of a proxy for example.
    pub fn at(imap: u16, smtp: u16) -> Self {
        Self {
            imap: format!("imap://support%40acme.example@127.0.0.1:{imap}"),
            smtp: format!("smtp://support%40acme.example@127.0.0.1:{smtp}"),
            more: String::new(),
        }
    }

    /// With TLS, both from the first byte or both after STARTTLS, trusting this authority.
    pub fn tls(office: &PostOffice, starttls: bool, authority: &std::path::Path) -> Self {
        let ports = office.ports;
        let (imap, smtp) = if starttls {
            (format!("imap://support%40acme.example@localhost:{}?starttls", ports.imap), ports.submission)
        } else {
            (format!("imaps://support%40acme.example@localhost:{}", ports.imaps), ports.smtps)
        };
        let scheme = if starttls { "submission" } else { "smtps" };
        Self {
            imap,
            smtp: format!("{scheme}://support%40acme.example@localhost:{smtp}"),
            more: format!("ca-file = \"{}\"\n", authority.display()),
        }
    }
}

/// The desk, and the built program that serves it; killed when dropped.
pub struct Support {
    serving: Option<Child>,
    pub desk: TestDesk,
}

impl Support {
    /// A desk whose replies leave at once.
    pub fn new(office: &PostOffice, doors: &Doors) -> Self {
        Self::with_password(office, doors, PASSWORD)
    }

    pub fn with_password(office: &PostOffice, doors: &Doors, password: &str) -> Self {
        let desk = TestDesk::in_real_time();
        desk.set(SettingKey::UndoSeconds, "0");
        let support = Self { serving: None, desk };
        let password = office.password_file(password);
        let Doors { imap, smtp, more } = doors;
        let config = format!(
            "[mail.support]\naddress = \"{SUPPORT}\"\ngroup = \"Support\"\nimap = \"{imap}\"\nsmtp = \"{smtp}\"\n\
             password-file = \"{}\"\n{more}",
            password.display()
        );
        std::fs::write(support.config(), config).expect("a configuration");
        support
    }

    /// The same desk with another configuration.
    pub fn configure(&self, config: &str) {
        std::fs::write(self.config(), config).expect("a configuration");
    }

    /// From now on nothing is fetched, as where a mail server hands over what arrives: a run does nothing but send.
    pub fn only_sends(&self) {
        let config = std::fs::read_to_string(self.config()).expect("a configuration");
        self.configure(&config.lines().filter(|line| !line.starts_with("imap")).collect::<Vec<_>>().join("\n"));
    }

    pub fn config(&self) -> PathBuf {
        self.desk.folder.path().join("config.toml")
    }

    fn log(&self) -> PathBuf {
        self.desk.folder.path().join("serve.log")
    }

    /// What `serve` printed so far.
    pub fn said(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// The built program as somebody.
    pub fn deskline(&self, handle: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deskline"));
        command.args(arguments).env("DESKLINE_DESK", self.desk.file()).env("DESKLINE_CONFIG", self.config());
        command.env("DESKLINE_AS", handle).env("TZ", "UTC").env_remove("RUST_BACKTRACE");
        command
    }

    /// Runs it to its end.
    #[track_caller]
    pub fn runs(&self, handle: &str, arguments: &[&str]) -> Ran {
        run(&mut self.deskline(handle, arguments), b"")
    }

    /// `mail sync`: fetches and sends what there is, once.
    #[track_caller]
    pub fn syncs(&self) -> Ran {
        self.runs("olga", &["mail", "sync"])
    }

    /// The same beside the test.
    pub fn syncing(&self) -> Running {
        Running::start(&mut self.deskline("olga", &["mail", "sync"]), Some(b""))
    }

    /// Starts `serve` and waits until it says so: from then on it ends well when asked.
    #[track_caller]
    pub fn serves(&mut self) {
        self.starts(&["serve"]);
    }

    /// The same with a door for agents; its port.
    #[track_caller]
    pub fn serves_over_ssh(&mut self) -> u16 {
        self.starts(&["serve", "--ssh", "127.0.0.1:0"]);
        let said = self.said();
        let port = said.split("ssh on 127.0.0.1:").nth(1).and_then(|rest| rest.split(',').next());
        port.and_then(|port| port.parse().ok()).unwrap_or_else(|| panic!("no port in: {said}"))
    }

    #[track_caller]
    fn starts(&mut self, arguments: &[&str]) {
        let starts = |said: &str| said.matches("deskline: mailbox support").count();
        let before = starts(&self.said());
        let file = File::options().create(true).append(true).open(self.log()).expect("a file for what it prints");
        let mut command = self.deskline("olga", arguments);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file).spawn().expect("the server starts");
        self.serving = Some(child);
        let since = Instant::now();
        while starts(&self.said()) == before {
            assert!(since.elapsed() < PATIENCE, "it never serves:\n{}", self.said());
            std::thread::park_timeout(Duration::from_millis(2));
        }
    }

    /// Serves until everything that is due was tried, whatever came of it.
    pub fn sends(&mut self) {
        self.serves();
        until("what is due was tried", || {
            let now = self.desk.desk.now().timestamp_millis();
            self.desk.count(&format!("SELECT count(*) FROM outbox WHERE due <= {now} OR state = 'sending'")) == 0
        });
        assert_eq!(self.stops(), Some(0), "{}", self.said());
    }

    /// The end that no program can prepare for.
    pub fn kills(&mut self) {
        let mut serving = self.serving.take().expect("a server");
        serving.kill().expect("a signal");
        serving.wait().expect("its end");
    }

    /// Asks `serve` to end and waits until it did; its exit code.
    pub fn stops(&mut self) -> Option<i32> {
        let mut serving = self.serving.take().expect("a server");
        signal(serving.id(), "TERM");
        let mut code = None;
        until("the server ended", || {
            code = serving.try_wait().expect("its status");
            code.is_some()
        });
        code.and_then(|status| status.code())
    }

    /// As if everything that waits for its time had waited long enough: another attempt, or the end of the lease of
    /// somebody who was killed.
    pub fn time_passes(&self) {
        let file = rusqlite::Connection::open(self.desk.file()).expect("the file");
        file.busy_timeout(PATIENCE).expect("patience");
        file.execute("UPDATE outbox SET due = 0 WHERE due IS NOT NULL", []).expect("a change");
    }

    /// How many messages of the desk have this word in them.
    pub fn has(&self, word: &str) -> i64 {
        self.desk.count(&format!("SELECT count(*) FROM message WHERE instr(text, '{word}') > 0"))
    }

    /// Waits until a message has this word; the conversation it is in.
    #[track_caller]
    pub fn gets(&self, word: &str) -> ConversationId {
        let since = Instant::now();
        while self.has(word) == 0 {
            assert!(since.elapsed() < PATIENCE, "“{word}” never came:\n{}", self.said());
            std::thread::park_timeout(Duration::from_millis(5));
        }
        self.place(word)
    }

    /// The conversation with this word in it.
    pub fn place(&self, word: &str) -> ConversationId {
        let select = "SELECT conversation_id FROM message WHERE instr(text,";
        ConversationId(self.desk.count(&format!("{select} '{word}') > 0")))
    }

    /// How many mails are on their way in this state.
    pub fn outbox(&self, state: &str) -> i64 {
        self.desk.count(&format!("SELECT count(*) FROM outbox WHERE state = '{state}'"))
    }

    /// An agent replies, as from a script.
    #[track_caller]
    pub fn replies(&self, handle: &str, conversation: ConversationId, words: &str) {
        let number = conversation.to_string();
        self.runs(handle, &["conversation", "reply", number.trim_start_matches('#'), "--body", words]).well();
    }
}

impl Drop for Support {
    fn drop(&mut self) {
        if let Some(mut serving) = self.serving.take() {
            let _ = serving.kill();
            let _ = serving.wait();
        }
        if std::thread::panicking() {
            eprintln!("the server said:\n{}", self.said());
        }
    }
}

/// A mail as a customer's program writes it: `head` has more header lines, each with its end.
pub fn letter(from: &str, to: &str, subject: &str, id: &str, head: &str, body: &str) -> String {
    format!(
        "From: {from}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <{id}>\r\nDate: Sat, 21 Nov 2026 09:00:00 +0000\r\n\
         {head}MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}\r\n"
    )
}

/// A header of a mail, unfolded; empty where there is none.
pub fn header(mail: &str, name: &str) -> String {
    let head = mail.split_once("\n\n").or_else(|| mail.split_once("\r\n\r\n")).map_or(mail, |(head, _)| head);
    let head = head.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ");
    let wanted = format!("{}:", name.to_lowercase());
    let line = head.lines().find(|line| line.to_lowercase().starts_with(&wanted));
    line.map_or(String::new(), |line| line[wanted.len()..].trim().to_owned())
}

/// The address in angle brackets, or the whole.
pub fn address(field: &str) -> &str {
    field.rsplit_once('<').map_or(field, |(_, rest)| rest.trim_end_matches('>')).trim()
}
