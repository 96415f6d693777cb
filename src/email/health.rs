//! How mailboxes do: what their fetching and their sending say together, told to the desk and to the log where it changed.

use super::{Told, Trouble};
use crate::desk::Desk;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How often a mailbox that goes on as before says that it does.
const TELL: Duration = Duration::from_mins(1);

/// What is known of one mailbox.
#[derive(Debug, Default)]
struct Known {
    /// What is wrong with what arrives.
    arriving: Option<Trouble>,
    /// What is wrong with what leaves.
    leaving: Option<String>,
    /// What the desk was told last, and when.
    told: Option<(Option<String>, Instant)>,
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
        let (trouble, wait) = match told {
            Told::Progress(_) => return,
            Told::Works => (None, Duration::ZERO),
            Told::Trouble(trouble, wait) => (Some(*trouble), *wait),
        };
        self.note(mailbox, address, |known| {
            if known.told.is_none() || known.arriving.as_ref() != trouble {
                known.arriving = trouble.cloned();
                match trouble {
                    None => tracing::info!(mailbox, "mail arrives"),
                    // The kind alone: a sentence may repeat an address or a server's words.
                    Some(trouble) => {
                        let (trouble, again_in) = (trouble.kind.word(), wait.as_secs());
                        tracing::warn!(mailbox, trouble, again_in, "mail does not arrive");
                    }
                }
            }
        });
    }

    /// What sending says, as a sentence where it does not work.
    pub fn leaving(&self, mailbox: &str, address: &str, trouble: Option<&str>) {
        self.note(mailbox, address, |known| {
            if known.leaving.as_deref() != trouble {
                known.leaving = trouble.map(str::to_owned);
                if trouble.is_some() {
                    tracing::warn!(mailbox, "mail does not leave");
                } else {
                    tracing::info!(mailbox, "mail leaves again");
                }
            }
        });
    }

    fn note(&self, mailbox: &str, address: &str, change: impl FnOnce(&mut Known)) {
        let mut all = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = all.entry(mailbox.to_owned()).or_default();
        change(known);
        let sentences: Vec<&str> =
            known.arriving.iter().map(|trouble| trouble.sentence.as_str()).chain(known.leaving.as_deref()).collect();
        let trouble = (!sentences.is_empty()).then(|| sentences.join(" "));
        if known.told.as_ref().is_some_and(|(before, at)| *before == trouble && at.elapsed() < TELL) {
            return;
        }
        if self.desk.mailbox_health(mailbox, address, trouble.as_deref()).is_err() {
            tracing::warn!(mailbox, "the desk cannot be told how the mailbox does");
            return;
        }
        known.told = Some((trouble, Instant::now()));
    }
}
