//! The mailboxes of a serving process: a thread for each that mail is fetched from, so that one's trouble stops no other's,
//! and one that sends for all.

use super::{
    Intake, Stop, Told, Trouble, TroubleKind,
    health::Health,
    imap::{self, Mailbox, Patience, Way},
    maildir::{self, Maildir},
    worker::Worker,
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
        atomic::{AtomicBool, AtomicI64, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

/// Where chance comes from.
pub type Chance = Arc<dyn Fn() -> u64 + Send + Sync>;

/// How often a folder is looked at that a mail server of this machine delivers into.
const LOOK: Duration = Duration::from_secs(1);
/// How long what failed by our own mistake is left alone.
const FAILED: Duration = Duration::from_mins(1);
/// How often is said that somebody sends.
const SENDS: Duration = Duration::from_secs(30);

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

/// Mailboxes that are served.
#[derive(Debug)]
pub struct Service {
    stop: Stop,
    /// Ends when the last thread has.
    threads: Receiver<()>,
}

impl Service {
    /// Begins to fetch from every mailbox that mail is fetched from, and to send for those that mail can leave by.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn start(desk: &Desk, accounts: &[MailAccount], pace: Pace, chance: &Chance) -> io::Result<Self> {
        let (alive, threads) = mpsc::channel();
        let service = Self { stop: Stop::default(), threads };
        let health = Health::new(desk.clone());
        for account in accounts.iter().filter(|account| account.source != MailSource::Pipe) {
            let watcher = Watcher {
                desk: desk.clone(),
                account: account.clone(),
                all: accounts.to_vec(),
                pace,
                chance: Arc::clone(chance),
                health: health.clone(),
                stop: nudged(desk, &account.name, &service.stop),
            };
            service.thread(&format!("mail {}", account.name), &alive, move || watcher.run())?;
        }
        if accounts.iter().any(|account| account.sending.is_some()) {
            let sender = Sender {
                desk: desk.clone(),
                accounts: accounts.to_vec(),
                // Two processes with one name would take each other's leases for their own.
                name: format!("{}-{:016x}", std::process::id(), chance()),
                health,
                stop: service.stop.clone(),
            };
            service.thread("mail out", &alive, move || sender.run())?;
        }
        Ok(service)
    }

    fn thread(&self, name: &str, alive: &mpsc::Sender<()>, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let alive = alive.clone();
        let started = thread::Builder::new().name(name.to_owned()).spawn(move || {
            work();
            // Dropped with the thread, however it ends.
            drop(alive);
        });
        if started.is_err() {
            self.stop.ask();
        }
        started.map(|_| ())
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

/// The same stop, and a rest that is over as soon as somebody asks for this mailbox, in whatever process. The file is looked at
/// only where the bell rang.
fn nudged(desk: &Desk, mailbox: &str, stop: &Stop) -> Stop {
    let rung = Arc::new(AtomicBool::new(false));
    let (bell, over) = (Arc::clone(&rung), stop.clone());
    let known = AtomicI64::new(desk.mailbox_nudges(Some(mailbox)).unwrap_or_default());
    desk.listen(Box::new(move |_| {
        bell.store(true, Ordering::Release);
        !over.asked()
    }));
    let (desk, mailbox) = (desk.clone(), mailbox.to_owned());
    stop.nudged_by(move || {
        rung.swap(false, Ordering::AcqRel)
            && desk.mailbox_nudges(Some(&mailbox)).is_ok_and(|now| known.swap(now, Ordering::AcqRel) != now)
    })
}

struct Watcher {
    desk: Desk,
    account: MailAccount,
    all: Vec<MailAccount>,
    pace: Pace,
    chance: Chance,
    health: Health,
    stop: Stop,
}

impl Watcher {
    fn run(self) {
        while !self.stop.asked() {
            if catch_unwind(AssertUnwindSafe(|| self.watch())).is_err() {
                let sentence = "deskline made a mistake at this mailbox; its log says where.";
                self.tell(&Told::Trouble(&Trouble::new(TroubleKind::Setup, sentence), FAILED));
                self.stop.wait(FAILED);
            }
        }
    }

    fn tell(&self, told: &Told<'_>) {
        self.health.arriving(&self.account.name, &self.account.address, told);
    }

    fn watch(&self) {
        let mut intake = Intake::new(self.desk.clone(), &self.account, &self.all);
        let mut random = || (self.chance)();
        let mut tell = |told: Told<'_>| self.tell(&told);
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

struct Sender {
    desk: Desk,
    accounts: Vec<MailAccount>,
    name: String,
    health: Health,
    stop: Stop,
}

impl Sender {
    fn run(self) {
        thread::scope(|scope| {
            // The worker says it too, but not while it hands over one mail for minutes. What fails here fails at the disk, and
            // is tried again.
            let marks = || {
                while !self.stop.asked() {
                    self.desk.note_sender().ok();
                    self.stop.wait(SENDS);
                }
            };
            let _marking = thread::Builder::new().name("mail mark".to_owned()).spawn_scoped(scope, marks);
            self.send();
        });
        // After both, or one of them would say it once more.
        if let Err(error) = self.desk.sender_ends() {
            tracing::warn!(%error, "that nobody sends mail any more could not be noted");
        }
    }

    fn send(&self) {
        while !self.stop.asked() {
            let health = self.health.clone();
            let tell = Box::new(move |name: &str, address: &str, trouble: Option<&Trouble>| {
                health.leaving(name, address, trouble);
            });
            let worker = Worker::new(self.desk.clone(), self.name.clone(), &self.accounts, tell);
            if catch_unwind(AssertUnwindSafe(|| worker.run(&self.stop))).is_err() {
                // The log says where; the mail it had comes back when its lease ends.
                self.stop.wait(FAILED);
            }
        }
    }
}
