//! The one thread that sends for a desk: it takes what is due on a lease, hands it over, and tells the desk what became of
//! it.

use super::{
    Stop, Trouble, TroubleKind,
    build::build,
    send::{Handed, Ways, try_sending},
    smtp::STEP,
};
use crate::{
    config::MailAccount,
    desk::{
        Desk,
        mail::{Failure, OutMail, Words},
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

/// The same where the server lets nobody in: it shuts the account where it is asked too often.
const FIRST_LOGIN_REST: Duration = Duration::from_mins(1);
const LONGEST_LOGIN_REST: Duration = Duration::from_mins(30);

/// How a mail is handed over; another one in tests.
pub trait HandOver: Send {
    /// Hands it over. `begins` is asked right before the step after which the server may have it; where it says no, the step is
    /// not taken.
    fn hand_over(&mut self, account: &MailAccount, mail: &OutMail, begins: &mut dyn FnMut() -> bool) -> Handed;

    /// Whether mail could leave by this mailbox, tried without any.
    ///
    /// # Errors
    /// It could not, and why.
    fn try_out(&mut self, account: &MailAccount) -> Result<(), Trouble>;

    /// Nothing is due any more: nothing is kept open.
    fn rest(&mut self) {}
}

impl HandOver for Ways {
    fn hand_over(&mut self, account: &MailAccount, mail: &OutMail, begins: &mut dyn FnMut() -> bool) -> Handed {
        // Where the server delivers no such addresses, answers come to the plain one and are known by their headers. What an
        // agent answers is known by nothing else.
        let untagged = (!account.tags && matches!(mail.words, Words::Customer { .. }))
            .then(|| OutMail { reply_token: None, ..mail.clone() });
        match build(untagged.as_ref().unwrap_or(mail), &account.address) {
            Ok(built) => Self::hand_over(self, account, &built, begins),
            Err(words) => Handed::Never(words),
        }
    }

    fn try_out(&mut self, account: &MailAccount) -> Result<(), Trouble> {
        try_sending(account, STEP)
    }

    fn rest(&mut self) {
        Self::rest(self);
    }
}

/// What is told of a mailbox after each mail: its name, its address, and what is wrong with it, if anything.
pub type Tell = Box<dyn FnMut(&str, &str, Option<&Trouble>) + Send>;

/// Sends for a desk.
pub struct Worker {
    desk: Desk,
    /// What no other worker is called.
    name: String,
    accounts: Vec<MailAccount>,
    hand_over: Box<dyn HandOver>,
    tell: Tell,
    /// What became of a mail and could not be written down yet: first of all, before anything else is taken.
    unsettled: Option<(OutMail, Handed)>,
    /// Mailboxes whose servers could not be used: how often in a row, and until when they rest.
    resting: HashMap<String, (u32, Instant)>,
}

impl Worker {
    /// A worker under a name of its own, for the mailboxes that mail can leave by.
    pub fn new(desk: Desk, name: String, accounts: &[MailAccount], tell: Tell) -> Self {
        Self::with(desk, name, accounts, Box::new(Ways::default()), tell)
    }

    /// The same with another way of handing over.
    pub fn with(desk: Desk, name: String, accounts: &[MailAccount], hand_over: Box<dyn HandOver>, tell: Tell) -> Self {
        let accounts = accounts.iter().filter(|account| account.sending.is_some()).cloned().collect();
        Self { desk, name, accounts, hand_over, tell, unsettled: None, resting: HashMap::new() }
    }

    /// Sends until it is asked to stop; then it ends after the mail that it has.
    pub fn run(mut self, stop: &Stop) {
        let rung = Arc::new(AtomicBool::new(true));
        let (bell, over) = (Arc::clone(&rung), stop.clone());
        self.desk.listen(Box::new(move |_| {
            bell.store(true, Ordering::Release);
            !over.asked()
        }));
        let mut nudges = self.desk.mailbox_nudges(None).ok();
        while !stop.asked() {
            rung.store(false, Ordering::Release);
            let now = self.desk.mailbox_nudges(None).ok().or(nudges);
            if now != nudges {
                nudges = now;
                self.look_again();
            }
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

    /// Tries the mailboxes at once that rest: whoever asked for it may have mended what was wrong, and sent what waited.
    fn look_again(&mut self) {
        for name in std::mem::take(&mut self.resting).into_keys() {
            let Some(account) = self.accounts.iter().find(|account| account.name == name).cloned() else { continue };
            match self.hand_over.try_out(&account) {
                Ok(()) => (self.tell)(&account.name, &account.address, None),
                Err(trouble) => self.rests(&account, &trouble),
            }
        }
    }

    /// The server of a mailbox could not be used.
    fn rests(&mut self, account: &MailAccount, trouble: &Trouble) {
        let (failures, until) = self.resting.entry(account.name.clone()).or_insert((0, Instant::now()));
        *until = Instant::now() + rest_after(trouble.kind, *failures);
        *failures += 1;
        (self.tell)(&account.name, &account.address, Some(trouble));
    }

    /// Sends everything that is due now, and leaves the servers.
    ///
    /// # Errors
    /// A failing disk.
    pub fn send_due(&mut self, stop: &Stop) -> Result<(), Denied> {
        while !stop.asked() && self.send_one()? {}
        self.hand_over.rest();
        Ok(())
    }

    /// Sends one mail, if one is due; whether there was one.
    ///
    /// # Errors
    /// A failing disk. What became of a mail is kept then and written down at the next call, before anything else is taken.
    pub fn send_one(&mut self) -> Result<bool, Denied> {
        self.settle()?;
        let mailboxes: Vec<MailboxInfo> = self.accounts.iter().map(|account| self.info(account)).collect();
        let Some(mail) = self.desk.lease_mail(&self.name, &mailboxes)? else { return Ok(false) };
        let Some(account) = self.accounts.iter().find(|account| account.name == mail.mailbox) else {
            let words = format!("The mailbox {} is not there any more.", mail.mailbox);
            self.unsettled = Some((mail, Handed::NotNow { words, mailbox: None }));
            self.settle()?;
            return Ok(true);
        };
        // What cannot be written down does not begin.
        let mut begins = || self.desk.mail_begins(&self.name, &mail).unwrap_or(false);
        let handed = self.hand_over.hand_over(account, &mail, &mut begins);
        let account = account.clone();
        let mailbox = match &handed {
            Handed::Over => Some(None),
            Handed::NotNow { words, mailbox: Some(kind) } => Some(Some(Trouble::new(*kind, words))),
            Handed::Unknown(words) => Some(Some(Trouble::new(TroubleKind::Connection, words))),
            Handed::NotNow { mailbox: None, .. } | Handed::Never(_) => None,
        };
        let rests = matches!(handed, Handed::NotNow { .. });
        self.unsettled = Some((mail, handed));
        // Told when it is written down, and with it when it is tried again.
        let settled = self.settle();
        match mailbox {
            Some(None) => {
                self.resting.remove(&account.name);
                (self.tell)(&account.name, &account.address, None);
            }
            Some(Some(trouble)) if rests => self.rests(&account, &trouble),
            // The next mail tries it at once: what breaks with one need not break with another.
            Some(Some(trouble)) => (self.tell)(&account.name, &account.address, Some(&trouble)),
            None => {}
        }
        settled.map(|()| true)
    }

    /// Writes down what became of the last mail. A disk that fails right then makes no second mail of it later.
    fn settle(&mut self) -> Result<(), Denied> {
        let Some((mail, handed)) = &self.unsettled else { return Ok(()) };
        match handed {
            Handed::Over => self.desk.mail_sent(&self.name, mail)?,
            Handed::NotNow { words, .. } => self.desk.mail_failed(&self.name, mail, Failure::Temporary, words)?,
            Handed::Never(words) => self.desk.mail_failed(&self.name, mail, Failure::Permanent, words)?,
            Handed::Unknown(words) => self.desk.mail_unknown(&self.name, mail, words)?,
        };
        self.unsettled = None;
        Ok(())
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

/// How long a mailbox rests after so many failures before this one.
fn rest_after(kind: TroubleKind, failures: u32) -> Duration {
    let (first, longest) = match kind {
        TroubleKind::Login => (FIRST_LOGIN_REST, LONGEST_LOGIN_REST),
        TroubleKind::Setup
        | TroubleKind::Connection
        | TroubleKind::Silence
        | TroubleKind::Refused
        | TroubleKind::Busy
        | TroubleKind::Gibberish
        | TroubleKind::Folder
        | TroubleKind::Desk
        | TroubleKind::Stopped => (FIRST_REST, LONGEST_REST),
    };
    first.saturating_mul(1 << failures.min(8)).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Servers shut accounts, and machines out, where a wrong password is said again and again.
    #[test]
    fn a_login_that_is_refused_is_tried_less_often_than_a_server_that_is_away() {
        let rests = |kind| (0..40).map(|failures| rest_after(kind, failures).as_secs()).collect::<Vec<_>>();
        let (away, login) = (rests(TroubleKind::Connection), rests(TroubleKind::Login));
        assert_eq!(away[..7], [2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(login[..7], [60, 120, 240, 480, 960, 1_800, 1_800]);
        assert_eq!((away.last(), login.last()), (Some(&60), Some(&1_800)));
    }
}
