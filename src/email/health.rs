//! How mailboxes do: what their fetching and their sending say together, told to the desk and to the log where it changed.

use super::{Told, Trouble};
use crate::desk::Desk;
use chrono::{DateTime, TimeDelta, Utc};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How often a mailbox that goes on as before says that it does.
const TELL: Duration = Duration::from_mins(1);

/// A wait that is none: a folder of this machine is looked at as often.
const ALWAYS: Duration = Duration::from_secs(1);
/// Two times so far apart, in milliseconds, are one: they are reckoned from now, again and again.
const APART: i64 = 1_000;

/// What is known of one mailbox.
#[derive(Debug, Default)]
struct Known {
    /// What is wrong with what arrives.
    arriving: Option<Trouble>,
    /// When that is tried next.
    arrives_next: Option<DateTime<Utc>>,
    /// What is wrong with what leaves.
    leaving: Option<Trouble>,
    /// When that is tried next.
    leaves_next: Option<DateTime<Utc>>,
    /// What the desk was told last, and when.
    told: Option<(Said, Instant)>,
}

/// What is wrong, and when it is tried next.
type Said = (Option<String>, Option<DateTime<Utc>>);

fn is_same((trouble, next): &Said, (other, then): &Said) -> bool {
    let near = match (next, then) {
        (Some(one), Some(other)) => (*one - *other).num_milliseconds().abs() < APART,
        (None, None) => true,
        (Some(_), None) | (None, Some(_)) => false,
    };
    trouble == other && near
}

/// All mailboxes of a process. Every clone is the same.
#[derive(Clone)]
pub struct Health {
    desk: Desk,
    known: Arc<Mutex<BTreeMap<String, Known>>>,
}

impl Health {
    /// Of the mailboxes of this desk.
    pub fn new(desk: Desk) -> Self {
        Self { desk, known: Arc::default() }
    }

    /// What fetching says.
    pub fn arriving(&self, mailbox: &str, address: &str, told: &Told<'_>) {
        let partly;
        let (trouble, wait) = match told {
            Told::Progress(_) => return,
            Told::Works => (None, Duration::ZERO),
            Told::Partly(trouble, wait) => {
                let sentence = format!("Mail arrives, but what was sent from elsewhere is not read. {trouble}");
                partly = Trouble::new(trouble.kind, sentence);
                (Some(&partly), *wait)
            }
            Told::Trouble(trouble, wait) => (Some(*trouble), *wait),
        };
        // Who looks once does not look again by itself, and who looks all the time has no time to name.
        let next = (wait > ALWAYS).then(|| self.desk.now() + TimeDelta::from_std(wait).unwrap_or_default());
        self.note(mailbox, address, |known| {
            known.arrives_next = next;
            if known.told.is_none() || known.arriving.as_ref() != trouble {
                known.arriving = trouble.cloned();
                match trouble {
                    None => tracing::info!(mailbox, "mail arrives"),
                    // The kind alone: a sentence may repeat an address or a server's words.
                    Some(trouble) => {
                        let (trouble, again_in) = (trouble.kind.word(), wait.as_secs());
                        match told {
                            Told::Partly(..) => {
                                tracing::warn!(mailbox, trouble, again_in, "mail arrives, what was sent is not read");
                            }
                            Told::Works | Told::Progress(_) | Told::Trouble(..) => {
                                tracing::warn!(mailbox, trouble, again_in, "mail does not arrive");
                            }
                        }
                    }
                }
            }
        });
    }

    /// What sending says.
    pub fn leaving(&self, mailbox: &str, address: &str, trouble: Option<&Trouble>) {
        let next = trouble.and_then(|_| self.desk.next_mail_by(mailbox).ok().flatten());
        self.note(mailbox, address, |known| {
            known.leaves_next = next;
            if known.leaving.as_ref() != trouble {
                known.leaving = trouble.cloned();
                match trouble {
                    None => tracing::info!(mailbox, "mail leaves again"),
                    Some(trouble) => {
                        let trouble = trouble.kind.word();
                        tracing::warn!(mailbox, trouble, "mail does not leave");
                    }
                }
            }
        });
    }

    fn note(&self, mailbox: &str, address: &str, change: impl FnOnce(&mut Known)) {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(mailbox.to_owned()).or_default();
        change(known);
        let sentences: Vec<&str> =
            known.arriving.iter().chain(&known.leaving).map(|trouble| trouble.sentence.as_str()).collect();
        let trouble = (!sentences.is_empty()).then(|| sentences.join(" "));
        let arrives_next = known.arrives_next.filter(|_| known.arriving.is_some());
        let leaves_next = known.leaves_next.filter(|_| known.leaving.is_some());
        let next = arrives_next.into_iter().chain(leaves_next).min();
        let said = (trouble, next);
        if known.told.as_ref().is_some_and(|(before, at)| is_same(before, &said) && at.elapsed() < TELL) {
            return;
        }
        if self.desk.mailbox_health(mailbox, address, said.0.as_deref(), next).is_err() {
            tracing::warn!(mailbox, "the desk cannot be told how the mailbox does");
            return;
        }
        known.told = Some((said, Instant::now()));
    }
}
