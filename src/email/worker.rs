//! The one thread that sends for a desk: it takes what is due on a lease, hands it over, and tells the desk what became of it.

use super::{
    Stop,
    build::build,
    send::{Handed, hand_over},
};
use crate::{
    config::MailAccount,
    desk::{
        Desk,
        mail::{Failure, OutMail},
        page::Denied,
    },
    domain::outgoing::MailboxInfo,
};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// The longest time between two looks: another process may have queued something, and clocks are changed.
const LOOK: Duration = Duration::from_secs(30);

/// How often the bell is looked at while there is nothing to do.
const BELL: Duration = Duration::from_millis(200);

/// How long a mailbox rests whose server could not be used: at first, and at most after more failures in a row.
const FIRST_REST: Duration = Duration::from_secs(2);
const LONGEST_REST: Duration = Duration::from_mins(1);

/// How a mail is handed over; another one in tests.
pub type HandOver = Box<dyn FnMut(&MailAccount, &OutMail) -> Handed + Send>;

/// What is told of a mailbox after each mail: its name, its address, and what is wrong with it, if anything.
pub type Tell = Box<dyn FnMut(&str, &str, Option<&str>) + Send>;

/// Sends for a desk.
pub struct Worker {
    desk: Desk,
    /// What no other worker is called.
    name: String,
    accounts: Vec<MailAccount>,
    hand_over: HandOver,
    tell: Tell,
    /// Mailboxes whose servers could not be used: how often in a row, and until when they rest.
    resting: HashMap<String, (u32, Instant)>,
}

impl Worker {
    /// A worker under a name of its own, for the mailboxes that mail can leave by.
    pub fn new(desk: Desk, name: String, accounts: &[MailAccount], tell: Tell) -> Self {
        let hand_over: HandOver = Box::new(|account, mail| match build(mail, &account.address) {
            Ok(built) => hand_over(account, &built),
            Err(words) => Handed::Never(words),
        });
        Self::with(desk, name, accounts, hand_over, tell)
    }

    /// The same with another way of handing over.
    pub fn with(desk: Desk, name: String, accounts: &[MailAccount], hand_over: HandOver, tell: Tell) -> Self {
        let accounts = accounts.iter().filter(|account| account.sending.is_some()).cloned().collect();
        Self { desk, name, accounts, hand_over, tell, resting: HashMap::new() }
    }

    /// Sends until it is asked to stop; then it ends after the mail that it has.
    pub fn run(mut self, stop: &Stop) {
        let rung = Arc::new(AtomicBool::new(true));
        let (bell, over) = (Arc::clone(&rung), stop.clone());
        self.desk.listen(Box::new(move |_| {
            bell.store(true, Ordering::Release);
            !over.asked()
        }));
        while !stop.asked() {
            rung.store(false, Ordering::Release);
            // What fails here fails at the disk, and is tried again.
            let pause = match self.send_due(stop) {
                Ok(()) => self.pause(),
                Err(_) => LOOK,
            };
            let until = Instant::now() + pause;
            while Instant::now() < until && !rung.load(Ordering::Acquire) {
                if !stop.wait(BELL.min(until.saturating_duration_since(Instant::now()))) {
                    return;
                }
            }
        }
    }

    /// Sends everything that is due now.
    ///
    /// # Errors
    /// A failing disk.
    pub fn send_due(&mut self, stop: &Stop) -> Result<(), Denied> {
        while !stop.asked() && self.send_one()? {}
        Ok(())
    }

    /// Sends one mail, if one is due; whether there was one.
    ///
    /// # Errors
    /// A failing disk.
    pub fn send_one(&mut self) -> Result<bool, Denied> {
        let mailboxes: Vec<MailboxInfo> = self.accounts.iter().map(|account| self.info(account)).collect();
        let Some(mail) = self.desk.lease_mail(&self.name, &mailboxes)? else { return Ok(false) };
        let Some(account) = self.accounts.iter().find(|account| account.name == mail.mailbox) else {
            let words = format!("The mailbox {} is not there any more.", mail.mailbox);
            self.desk.mail_failed(&self.name, &mail, Failure::Temporary, &words)?;
            return Ok(true);
        };
        match (self.hand_over)(account, &mail) {
            Handed::Over => {
                self.resting.remove(&account.name);
                (self.tell)(&account.name, &account.address, None);
                self.desk.mail_sent(&self.name, &mail)?;
            }
            Handed::NotNow { words, mailbox } => {
                if mailbox {
                    (self.tell)(&account.name, &account.address, Some(&words));
                    let (failures, until) = self.resting.entry(account.name.clone()).or_insert((0, Instant::now()));
                    *until = Instant::now() + FIRST_REST.saturating_mul(1 << (*failures).min(8)).min(LONGEST_REST);
                    *failures += 1;
                }
                self.desk.mail_failed(&self.name, &mail, Failure::Temporary, &words)?;
            }
            Handed::Never(words) => {
                self.desk.mail_failed(&self.name, &mail, Failure::Permanent, &words)?;
            }
            Handed::Unknown(words) => {
                self.desk.mail_unknown(&self.name, &mail, &words)?;
            }
        }
        Ok(true)
    }

    fn info(&self, account: &MailAccount) -> MailboxInfo {
        MailboxInfo {
            name: account.name.clone(),
            address: account.address.to_lowercase(),
            group: account.group.clone(),
            usable: self.resting.get(&account.name).is_none_or(|(_, until)| *until <= Instant::now()),
        }
    }

    /// How long there is nothing to do.
    fn pause(&self) -> Duration {
        match self.desk.next_mail_at() {
            Ok(Some(at)) => (at - self.desk.now()).to_std().unwrap_or(BELL).clamp(BELL, LOOK),
            Ok(None) | Err(_) => LOOK,
        }
    }
}
