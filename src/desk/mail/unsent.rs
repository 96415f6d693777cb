//! Mail that nobody sends: whether somebody does, what is said where nobody does, and when it is given up.

use super::undelivered;
use crate::{
    desk::{Desk, News, Outcome, page::Entry},
    domain::{
        mail::DeliveryState,
        outgoing::{Delivery, NO_SENDER},
    },
    store::{Connection, held, outbox, unsent},
};
use chrono::{DateTime, Duration, Utc};

/// Who sends says so every half minute, also while it hands a large mail over, and takes that back when it ends. This is for
/// who did not come to that.
const STILL_THERE: Duration = Duration::minutes(2);

/// How often that is noted at most.
const NOTE: Duration = Duration::seconds(45);

/// After so long it is given up where nobody sends at all. Who does gives it up before.
const PATIENCE: Duration = Duration::days(4);

/// How many are given up in one transaction.
const AT_ONCE: usize = 50;

/// Why what nobody tried is given up.
const NEVER_CONNECTED: &str = "For four days no mailbox for sending was connected.";

/// Whether anything is to be given up. `sends`: somebody sends mail.
fn is_over(connection: &Connection, sends: bool, since: i64, now: i64) -> Outcome<bool> {
    let held = || Ok(!sends && !held::since(connection, since, 1)?.is_empty());
    if unsent::waited(connection, since, now, 1)?.is_empty() { held() } else { Ok(true) }
}

/// Whether mail leaves this desk: a mailbox for sending is connected, and somebody sends by it.
pub fn leaves(connection: &Connection, now: DateTime<Utc>) -> Outcome<bool> {
    let since = (now - STILL_THERE).timestamp_millis();
    Ok(unsent::looked(connection)?.is_some_and(|at| at > since))
}

/// Says of what waits that nobody sends it, where nobody does. What is held looks alike to whoever does not administer.
pub fn say_so(connection: &Connection, entries: &mut [Entry], now: DateTime<Utc>) -> Outcome<()> {
    let waits = |to: &Delivery| to.state == DeliveryState::Queued && to.words.is_empty();
    if !entries.iter().flat_map(|entry| &entry.delivery).any(waits) || leaves(connection, now)? {
        return Ok(());
    }
    for to in entries.iter_mut().flat_map(|entry| &mut entry.delivery).filter(|to| waits(to)) {
        NO_SENDER.clone_into(&mut to.words);
    }
    Ok(())
}

impl Desk {
    /// Somebody sends mail; to be said every half minute. Losing that is no loss, so the disk is not waited for.
    ///
    /// # Errors
    /// A failing disk.
    pub fn note_sender(&self) -> Outcome<()> {
        let now = self.now();
        let (is_noted, is_news) = {
            let reader = self.inner.store.reader()?;
            let noted = unsent::looked(&reader)?;
            // One that lies ahead was noted by a clock that was wrong.
            let fresh = (now - NOTE).timestamp_millis()..=(now + NOTE).timestamp_millis();
            (noted.is_some_and(|at| fresh.contains(&at)), !leaves(&reader, now)?)
        };
        if is_noted {
            return Ok(());
        }
        self.inner.store.write_lightly(|writing| unsent::note_look(writing, now.timestamp_millis()))?;
        if is_news {
            self.inner.bell.ring(News::EVERYTHING);
        }
        Ok(())
    }

    /// Whoever sent mail ends, and nobody sends from now on. Who still does is rung up and notes that again.
    ///
    /// # Errors
    /// A failing disk.
    pub fn sender_ends(&self) -> Outcome<()> {
        if unsent::looked(&*self.inner.store.reader()?)?.is_none() {
            return Ok(());
        }
        self.inner.store.write_lightly(|writing| unsent::forget_look(writing))?;
        self.inner.bell.ring(News::EVERYTHING);
        Ok(())
    }

    /// Gives up what waited for four days and nobody sent; how many mails. What is held looks given up with it to its sender, where
    /// nobody sends: else the silence would tell that it is held. It can be sent again. To be called now and then by
    /// any process.
    ///
    /// # Errors
    /// A failing disk; what was not given up is so the next time.
    pub fn give_up_unsent(&self) -> Outcome<usize> {
        let now = self.now();
        let (since, millis) = ((now - PATIENCE).timestamp_millis(), now.timestamp_millis());
        let mut all = 0;
        let (mut waits, sends) = {
            let reader = self.inner.store.reader()?;
            let sends = leaves(&reader, now)?;
            (is_over(&reader, sends, since, millis)?, sends)
        };
        while waits {
            let mut touched = Vec::new();
            let given_up = self.inner.store.write(|writing| -> Outcome<usize> {
                let waited = unsent::waited(writing, since, millis, AT_ONCE)?;
                for row in &waited {
                    let (state, words) = if row.doubts > 0 || row.may_have_left() {
                        (DeliveryState::Unknown, "Nobody finished sending it within four days. It may have arrived.")
                    } else if row.attempts > 0 {
                        (DeliveryState::Failed, "It could not leave for four days.")
                    } else {
                        (DeliveryState::Failed, NEVER_CONNECTED)
                    };
                    outbox::settle(writing, row.id, state, None, row.doubts, words)?;
                    undelivered::tell(writing, row.id, millis)?;
                    touched.extend(row.conversation);
                }
                let held = if sends { Vec::new() } else { held::since(writing, since, AT_ONCE)? };
                for row in &held {
                    outbox::settle(writing, row.id, DeliveryState::Held, None, row.doubts, NEVER_CONNECTED)?;
                    undelivered::tell(writing, row.id, millis)?;
                    touched.extend(row.conversation);
                }
                Ok(waited.len() + held.len())
            })?;
            all += given_up;
            waits = is_over(&*self.inner.store.reader()?, sends, since, millis)?;
            touched.dedup();
            for conversation in touched {
                self.inner.bell.ring(News::of(conversation));
            }
        }
        Ok(all)
    }
}
