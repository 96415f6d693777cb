//! Taking what is due, one mail at a time, and what became of it.

use super::{
    notices,
    outgoing::{self, OutMail},
    recheck::{Ready, Stopped, recheck, still_leaves},
    undelivered,
    undo::answers,
};
use crate::{
    desk::{Desk, News, Outcome, page::Denied, token},
    domain::{
        file::on_the_way,
        mail::DeliveryState,
        outgoing::{MailboxInfo, OutboxKind},
    },
    store::{
        Writing, automatic, conversations, headers,
        outbox::{self, Outgoing, Recipient},
        people, sending,
    },
};
use chrono::{DateTime, Duration, Utc};

/// How long a worker has for one mail, over the time that its files have; longer than all that handing it over can take.
const LEASE: Duration = Duration::minutes(10);

/// After the first failure it is tried again after so long, then after twice that, and so on.
const FIRST_PAUSE: Duration = Duration::minutes(1);

/// The longest time between two attempts.
const LONGEST_PAUSE: Duration = Duration::hours(6);

/// How long it is tried at all.
const PATIENCE: Duration = Duration::days(3);

/// Nothing is ever put off for longer than this. What is was written down by a clock that was wrong then, or is now.
const FARTHEST: Duration = Duration::hours(7);

/// What leaves by a mailbox whose server cannot be reached waits for so long.
const MAILBOX_PAUSE: Duration = Duration::minutes(1);

/// How many rows that may not leave are settled in one transaction.
const AT_ONCE: usize = 50;

/// Why a mail was not handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It may work later: the server could not be reached, or said so.
    Temporary,
    /// It will never work: the server refused it for good.
    Permanent,
}

/// What became of a row that was due.
enum Step {
    /// It leaves.
    Mail(Box<OutMail>),
    /// It does not, or not now.
    Settled,
}

impl Desk {
    /// What is due and may leave, the longest waiting first, on a lease for this worker (a name of its own in all processes);
    /// `None` where there is nothing now. What may not leave any more is cancelled on the way, with a reason.
    ///
    /// # Errors
    /// A failing disk, or no random numbers.
    pub fn lease_mail(&self, worker: &str, mailboxes: &[MailboxInfo]) -> Outcome<Option<OutMail>> {
        let Some(fallback) = mailboxes.first() else { return Ok(None) };
        self.note_sender()?;
        while self.next_mail_at()?.is_some_and(|at| at <= self.now()) {
            let mut touched = Vec::new();
            let found = self.inner.store.write(|writing| -> Outcome<Option<OutMail>> {
                let now = self.now();
                outbox::queue_refusals(writing, now.timestamp_millis())?;
                sending::bring_near(writing, now.timestamp_millis(), (now + FARTHEST).timestamp_millis())?;
                let leasing = Leasing { writing, now, worker, mailboxes, fallback, key: token::desk_key(writing)? };
                for _ in 0..AT_ONCE {
                    let Some(row) = outbox::due(writing, now.timestamp_millis())? else { break };
                    touched.extend(row.conversation);
                    match leasing.step(row)? {
                        Step::Mail(mail) => return Ok(Some(*mail)),
                        Step::Settled => {}
                    }
                }
                Ok(None)
            })?;
            touched.dedup();
            for conversation in touched {
                self.inner.bell.ring(News::of(conversation));
            }
            if let Some(mail) = found {
                return self.with_contents(worker, mail).map(Some);
            }
        }
        Ok(None)
    }

    /// A mail with the contents of its files, which are read where they hold up nobody else's writing.
    fn with_contents(&self, worker: &str, mut mail: OutMail) -> Outcome<OutMail> {
        let read = self.inner.store.reader().map_err(Denied::from).and_then(|reader| mail.read_files(&reader));
        match read {
            Ok(()) => Ok(mail),
            Err(denied) => {
                self.mail_failed(worker, &mail, Failure::Temporary, "Its files could not be read.")?;
                Err(denied)
            }
        }
    }

    /// When [`Desk::lease_mail`] has something to do next; `None` while there is nothing to come.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn next_mail_at(&self) -> Outcome<Option<DateTime<Utc>>> {
        let reader = self.inner.store.reader()?;
        let now = self.now();
        let next = outbox::next_due(&reader)?.map(conversations::moment);
        Ok(next.map(|at| if at > now + FARTHEST { now } else { at }))
    }

    /// When a mail that was tried by this mailbox is tried again; `None` where none is.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn next_mail_by(&self, mailbox: &str) -> Outcome<Option<DateTime<Utc>>> {
        Ok(sending::next_by(&*self.inner.store.reader()?, mailbox)?.map(conversations::moment))
    }

    /// Lets everything leave at once that waits to be tried again; gives how many. What can still be taken back is not hurried,
    /// nor what waits to go along with more.
    ///
    /// # Errors
    /// A failing disk.
    pub fn hurry_mail(&self) -> Outcome<usize> {
        self.write(|writing| {
            let undo = i64::from(people::settings(writing)?.undo_seconds) * 1_000;
            Ok(sending::hurry(writing, self.now().timestamp_millis(), undo)?)
        })
    }

    /// The last step of handing a mail over begins, after which the server may have it whatever is heard of that. Written down
    /// first, so that who finds the row after a crash knows. False where the lease had ended and is somebody else's, or where it
    /// may not leave any more: then the step must not be taken.
    ///
    /// # Errors
    /// A failing disk: then neither.
    pub fn mail_begins(&self, worker: &str, mail: &OutMail) -> Outcome<bool> {
        let until = lease_of(mail, self.now());
        self.inner.store.write(|writing| -> Outcome<bool> {
            let row = outbox::leased(writing, mail.id, worker, mail.attempt)?;
            Ok(row.map_or(Ok(false), |row| still_leaves(writing, &row))?
                && sending::begin(writing, mail.id, worker, mail.attempt, until)?)
        })
    }

    /// The server took a mail; false where the lease had ended and it is somebody else's to say.
    ///
    /// # Errors
    /// A failing disk.
    pub fn mail_sent(&self, worker: &str, mail: &OutMail) -> Outcome<bool> {
        self.settle_mail(worker, mail, |_, _| Settled { state: DeliveryState::Sent, due: None, doubt: false }, "")
    }

    /// A mail was not handed over, for certain; `words` say why. Tried again where that can help, for three days.
    ///
    /// # Errors
    /// A failing disk.
    pub fn mail_failed(&self, worker: &str, mail: &OutMail, failure: Failure, words: &str) -> Outcome<bool> {
        let then = |row: &Outgoing, now: DateTime<Utc>| {
            let again = now + pause(row.attempts);
            let given_up = again.timestamp_millis() - row.since > PATIENCE.num_milliseconds();
            // What may have arrived the first time has not simply failed.
            let (waits, failed) = match row.doubts {
                0 => (DeliveryState::Queued, DeliveryState::Failed),
                _ => (DeliveryState::Unknown, DeliveryState::Unknown),
            };
            match failure {
                Failure::Temporary if !given_up => {
                    Settled { state: waits, due: Some(again.timestamp_millis()), doubt: false }
                }
                Failure::Temporary | Failure::Permanent => Settled { state: failed, due: None, doubt: false },
            }
        };
        self.settle_mail(worker, mail, then, words)
    }

    /// Nobody knows whether the server took a mail: the connection broke after its last byte. It is tried once more, with the
    /// same Message-ID, and shown as such.
    ///
    /// # Errors
    /// A failing disk.
    pub fn mail_unknown(&self, worker: &str, mail: &OutMail, words: &str) -> Outcome<bool> {
        let then = |row: &Outgoing, now: DateTime<Utc>| Settled {
            state: DeliveryState::Unknown,
            due: (row.doubts == 0).then(|| (now + FIRST_PAUSE).timestamp_millis()),
            doubt: true,
        };
        self.settle_mail(worker, mail, then, words)
    }

    fn settle_mail(
        &self,
        worker: &str,
        mail: &OutMail,
        then: impl FnOnce(&Outgoing, DateTime<Utc>) -> Settled,
        words: &str,
    ) -> Outcome<bool> {
        let mut touched = Vec::new();
        let settled = self.inner.store.write(|writing| -> Outcome<bool> {
            let Some(row) = outbox::leased(writing, mail.id, worker, mail.attempt)? else { return Ok(false) };
            let settled = then(&row, self.now());
            touched.extend(row.conversation);
            let doubts = row.doubts + u32::from(settled.doubt);
            outbox::settle(writing, row.id, settled.state, settled.due, doubts, &one_line(words))?;
            if settled.state != DeliveryState::Sent && !settled.doubt {
                sending::did_not_leave(writing, row.id)?;
            }
            if settled.state != DeliveryState::Sent && settled.due.is_none() {
                undelivered::tell(writing, row.id, self.now().timestamp_millis())?;
            }
            Ok(true)
        })?;
        for conversation in touched {
            self.inner.bell.ring(News::of(conversation));
        }
        Ok(settled)
    }
}

/// What becomes of a row when its lease ends.
struct Settled {
    state: DeliveryState,
    /// When it is tried again, in milliseconds since 1970.
    due: Option<i64>,
    /// Whether one more time nobody knows.
    doubt: bool,
}

struct Leasing<'a> {
    writing: &'a Writing<'a>,
    now: DateTime<Utc>,
    worker: &'a str,
    mailboxes: &'a [MailboxInfo],
    fallback: &'a MailboxInfo,
    key: [u8; 32],
}

impl Leasing<'_> {
    fn step(&self, mut row: Outgoing) -> Outcome<Step> {
        let millis = self.now.timestamp_millis();
        if row.state == DeliveryState::Sending && row.may_have_left() {
            // Whoever had it is gone, and nobody knows whether it left: once more, and not a third time.
            if row.doubts > 0 {
                let words = "Whoever was sending it did not finish, twice. It may have arrived.";
                return self.settled(&row, DeliveryState::Unknown, row.doubts + 1, words);
            }
            row.doubts += 1;
        } else if millis - row.since > PATIENCE.num_milliseconds() {
            let state = if row.doubts > 0 { DeliveryState::Unknown } else { DeliveryState::Failed };
            return self.settled(&row, state, row.doubts, "It could not leave for three days.");
        }
        let mailbox = self.mailbox(&row)?;
        if !mailbox.usable {
            return self.postponed(&row, self.now + MAILBOX_PAUSE);
        }
        if row.kind == OutboxKind::Notice
            && let Some(later) = notices::wait_for_more(self.writing, &row, self.now)?
        {
            return self.postponed(&row, later);
        }
        let ready = match recheck(self.writing, &row, self.key, self.mailboxes)? {
            Ok(ready) => ready,
            // What was perhaps sent before stays known as such.
            Err(Stopped(words)) if row.doubts > 0 => {
                return self.settled(&row, DeliveryState::Unknown, row.doubts, &words);
            }
            Err(Stopped(words)) => {
                outbox::part(self.writing, row.id, millis)?;
                return self.settled(&row, DeliveryState::Cancelled, 0, &words);
            }
        };
        let (to, team, facts, entry) = (ready.to, ready.team, ready.facts, ready.entry);
        let automatic = matches!(row.kind, OutboxKind::Told | OutboxKind::Refusal);
        if automatic && row.attempts > 0 {
            // The day is counted from the attempt that gets through, and that may be this one.
            automatic::renew_turn(self.writing, &to.address, millis)?;
        } else if automatic && !automatic::take_turn(self.writing, &to.address, millis)? {
            let words = "Its recipient was sent an automatic mail within the last day.";
            return self.settled(&row, DeliveryState::Cancelled, 0, words);
        }
        row.attempts += 1;
        row.mailbox = Some(mailbox.name.clone());
        let header_id = row.header_id.get_or_insert_with(|| {
            let host = mailbox.address.rsplit_once('@').map_or("localhost", |(_, host)| host);
            format!("{}@{host}", token::message_id(&self.key, (row.id.0, row.at)))
        });
        if let Some(conversation) = row.conversation {
            headers::remember(self.writing, header_id, conversation, row.message, row.id)?;
        }
        let ready = Ready { row: &row, key: self.key, team, to, facts, entry };
        match self.build(ready, mailbox)? {
            Some(mail) => {
                outbox::lease(self.writing, &row, self.worker, lease_of(&mail, self.now))?;
                Ok(Step::Mail(Box::new(mail)))
            }
            None => self.settled(&row, DeliveryState::Cancelled, 0, "There is nothing to send."),
        }
    }

    fn build(&self, ready: Ready<'_>, mailbox: &MailboxInfo) -> Outcome<Option<OutMail>> {
        let row = ready.row;
        match (row.kind, &row.to) {
            (OutboxKind::Reply, Recipient::Customer(customer)) => outgoing::reply(self.writing, ready, *customer),
            (OutboxKind::Told, Recipient::Customer(customer)) => outgoing::told(self.writing, ready, *customer),
            (OutboxKind::Notice, Recipient::Agent(agent)) => {
                notices::build(self.writing, ready, *agent, &mailbox.address, self.worker, self.now)
            }
            (OutboxKind::Refusal, Recipient::Address(_)) => Ok(Some(outgoing::refusal(ready))),
            (OutboxKind::Reply | OutboxKind::Told | OutboxKind::Notice | OutboxKind::Refusal, _) => Ok(None),
        }
    }

    /// The mailbox that a row leaves by: the one it left by before, the one its conversation came by, its group's, or the first.
    fn mailbox(&self, row: &Outgoing) -> Outcome<&MailboxInfo> {
        let named = |name: &str| self.mailboxes.iter().find(|mailbox| mailbox.name == name);
        if let Some(mailbox) = row.mailbox.as_deref().and_then(named) {
            return Ok(mailbox);
        }
        let Some(conversation) = row.conversation else { return Ok(self.fallback) };
        if let Some(mailbox) = headers::came_by(self.writing, conversation)?.as_deref().and_then(named) {
            return Ok(mailbox);
        }
        let group = conversations::load_facts(self.writing, conversation)?.and_then(|facts| facts.group);
        let groups = people::groups(self.writing)?;
        let name = group.and_then(|id| groups.iter().find(|it| it.id == id)).map(|group| group.name.as_str());
        let of_group = self.mailboxes.iter().find(|mailbox| match (&mailbox.group, name) {
            (Some(its), Some(name)) => its.eq_ignore_ascii_case(name),
            (Some(_) | None, _) => false,
        });
        Ok(of_group.unwrap_or(self.fallback))
    }

    fn settled(&self, row: &Outgoing, state: DeliveryState, doubts: u32, words: &str) -> Outcome<Step> {
        outbox::settle(self.writing, row.id, state, None, doubts, words)?;
        undelivered::tell(self.writing, row.id, self.now.timestamp_millis())?;
        if state == DeliveryState::Cancelled
            && row.kind == OutboxKind::Reply
            && let Some(conversation) = row.conversation
        {
            answers(self.writing, conversations::load_facts(self.writing, conversation)?.and_then(|facts| facts.item))?;
        }
        Ok(Step::Settled)
    }

    fn postponed(&self, row: &Outgoing, until: DateTime<Utc>) -> Outcome<Step> {
        outbox::postpone(self.writing, row.id, until.timestamp_millis())?;
        Ok(Step::Settled)
    }
}

/// Until when a worker has a mail, in milliseconds since 1970: large files may take long.
fn lease_of(mail: &OutMail, now: DateTime<Utc>) -> i64 {
    (now + LEASE + on_the_way(mail.file_bytes())).timestamp_millis()
}

/// How long to wait after so many attempts.
fn pause(attempts: u32) -> Duration {
    let doubled = FIRST_PAUSE * 2_i32.pow(attempts.saturating_sub(1).min(10));
    doubled.min(LONGEST_PAUSE)
}

/// A server's words in one line, at most 500 characters.
fn one_line(words: &str) -> String {
    let line: String = words.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(500).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_a_minute_to_six_hours() {
        let minutes: Vec<i64> = (1..=11).map(|attempt| pause(attempt).num_minutes()).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
        assert_eq!(pause(u32::MAX), LONGEST_PAUSE);
    }

    #[test]
    fn a_servers_words_are_one_short_line() {
        assert_eq!(one_line("550 5.1.1\r\n no\x1b[31m such user"), "550 5.1.1 no [31m such user");
        assert_eq!(one_line(&"x".repeat(900)).len(), 500);
    }
}
