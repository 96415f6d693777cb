//! The mailboxes of a serving process: a thread each, so that one's trouble stops no other's.

use super::{
    Intake, Stop, Told, Trouble, TroubleKind,
    imap::{self, Mailbox, Patience, Way},
    maildir::{self, Maildir},
};
use crate::{
    config::{MailAccount, MailSource},
    desk::Desk,
};
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

/// Where chance comes from.
pub type Chance = Arc<dyn Fn() -> u64 + Send + Sync>;

/// How often a folder is looked at that a mail server of this machine delivers into.
const LOOK: Duration = Duration::from_secs(1);
/// How often a mailbox that goes on as before tells that it does.
const TELL: Duration = Duration::from_secs(60);
/// How long a mailbox is left alone whose thread failed.
const FAILED: Duration = Duration::from_secs(60);

/// How mailboxes are watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How long servers are waited for.
    pub patience: Patience,
    /// How often a Maildir is looked at.
    pub look: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { patience: Patience::default(), look: LOOK }
    }
}

/// Mailboxes that are watched.
#[derive(Debug)]
pub struct Service {
    stop: Stop,
    /// Ends when the last thread has.
    threads: Receiver<()>,
    watched: Vec<String>,
}

impl Service {
    /// Begins to watch every mailbox that mail is fetched from.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn start(desk: &Desk, accounts: &[MailAccount], pace: Pace, chance: &Chance) -> io::Result<Self> {
        let (alive, threads) = mpsc::channel();
        let mut service = Self { stop: Stop::default(), threads, watched: Vec::new() };
        for account in accounts.iter().filter(|account| account.source != MailSource::Pipe) {
            let watcher = Watcher {
                desk: desk.clone(),
                account: account.clone(),
                all: accounts.to_vec(),
                pace,
                chance: Arc::clone(chance),
                stop: service.stop.clone(),
                alive: alive.clone(),
            };
            let started = thread::Builder::new().name(format!("mail {}", account.name)).spawn(move || watcher.run());
            if let Err(error) = started {
                service.stop.ask();
                return Err(error);
            }
            service.watched.push(account.name.clone());
        }
        Ok(service)
    }

    /// The names of the mailboxes that are watched.
    pub fn watched(&self) -> &[String] {
        &self.watched
    }

    /// Asks all to end, without waiting for it.
    pub fn ask_to_stop(&self) {
        self.stop.ask();
    }

    /// Asks all to end and waits, but not longer than this; whether all did. What does not end by then ends with the process:
    /// it holds nothing that would be lost.
    pub fn stop(self, patience: Duration) -> bool {
        self.stop.ask();
        let end = Instant::now() + patience;
        loop {
            match self.threads.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(()) => {}
                Err(RecvTimeoutError::Disconnected) => return true,
                Err(RecvTimeoutError::Timeout) => return false,
            }
        }
    }
}

struct Watcher {
    desk: Desk,
    account: MailAccount,
    all: Vec<MailAccount>,
    pace: Pace,
    chance: Chance,
    stop: Stop,
    /// Dropped with the thread.
    alive: Sender<()>,
}

impl Watcher {
    fn run(self) {
        let _alive = &self.alive;
        let mut health = Health { desk: &self.desk, account: &self.account, told: None };
        while !self.stop.asked() {
            if catch_unwind(AssertUnwindSafe(|| self.watch(&mut health))).is_err() {
                let trouble =
                    Trouble::new(TroubleKind::Setup, "deskline made a mistake at this mailbox; its log says where.");
                health.tell(&Told::Trouble(&trouble, FAILED));
                self.stop.wait(FAILED);
            }
        }
    }

    fn watch(&self, health: &mut Health<'_>) {
        let mut intake = Intake::new(self.desk.clone(), &self.account, &self.all);
        let mut random = || (self.chance)();
        let mut tell = |told: Told<'_>| health.tell(&told);
        match &self.account.source {
            MailSource::Imap(_) => {
                let Some(mailbox) = Mailbox::of(&self.account) else { return };
                let way = Way { patience: self.pace.patience, stop: self.stop.clone() };
                imap::watch(&mailbox, &way, &mut intake, &mut random, &mut tell);
            }
            MailSource::Maildir(_) => {
                let Some(maildir) = Maildir::of(&self.account) else { return };
                maildir::watch(&maildir, &self.stop, self.pace.look, &mut intake, &mut random, &mut tell);
            }
            MailSource::Pipe => {}
        }
    }
}

/// How a mailbox does, told to the desk and to the log where it changed.
struct Health<'a> {
    desk: &'a Desk,
    account: &'a MailAccount,
    told: Option<(Option<Trouble>, Instant)>,
}

impl Health<'_> {
    fn tell(&mut self, told: &Told<'_>) {
        let (trouble, wait) = match told {
            Told::Progress(_) => return,
            Told::Works => (None, Duration::ZERO),
            Told::Trouble(trouble, wait) => (Some(*trouble), *wait),
        };
        let news = self.told.as_ref().is_none_or(|(before, _)| before.as_ref() != trouble);
        if !news && self.told.as_ref().is_some_and(|(_, at)| at.elapsed() < TELL) {
            return;
        }
        let mailbox = self.account.name.as_str();
        match trouble {
            None if news => tracing::info!(mailbox, "mailbox works"),
            None => {}
            // The kind alone: a sentence may repeat an address or a server's words.
            Some(trouble) => {
                tracing::warn!(
                    mailbox,
                    trouble = trouble.kind.word(),
                    again_in = wait.as_secs(),
                    "mailbox does not work"
                );
            }
        }
        let sentence = trouble.map(|trouble| trouble.sentence.as_str());
        if self.desk.mailbox_health(mailbox, &self.account.address, sentence).is_err() {
            tracing::warn!(mailbox, "the desk cannot be told how the mailbox does");
            return;
        }
        self.told = Some((trouble.cloned(), Instant::now()));
    }
}
