//! Mail on its way out as plain data: what a row carries, and what became of it for whom.

use super::{mail::DeliveryState, words::words};
use chrono::{DateTime, Utc};

words! {
    /// What is on its way.
    OutboxKind {
        /// A message, to a customer.
        Reply = "reply",
        /// The line that says a locked conversation got a follow-up (R2.7).
        Told = "told",
        /// A message, to an agent who has not read it.
        Notice = "notice",
        /// To an agent whose mail was not taken.
        Refusal = "refusal",
    }
}

words! {
    /// Whether an agent is sent by mail what it missed (R7.1).
    MailPreference {
        /// Never.
        Off = "off",
        /// What it follows and has not read within a minute.
        Missed = "missed",
    }
}

/// How the words end that say who took a message back, in contrast to what was stopped by what changed meanwhile.
pub const TOOK_IT_BACK: &str = "took it back before it left.";

/// The words where an administrator decided that a message never leaves.
pub const STOPPED_IT: &str = "An administrator stopped it.";

/// The words for what waits where nobody sends.
pub const NO_SENDER: &str = "No mailbox for sending is connected.";

impl Delivery {
    /// Whether somebody took it back: who wrote it, or an administrator.
    pub fn was_taken_back(&self) -> bool {
        self.state == DeliveryState::Cancelled && (self.words.ends_with(TOOK_IT_BACK) || self.words == STOPPED_IT)
    }
}

/// How far a message is on its way to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The recipient's address.
    pub to: String,
    /// How far.
    pub state: DeliveryState,
    /// Why it failed, was cancelled or waits, as a sentence; empty otherwise.
    pub words: String,
    /// Until when it does not leave, so that it can be taken back; in the past or absent once it may have left.
    pub until: Option<DateTime<Utc>>,
}

/// A mailbox that mail can leave by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailboxInfo {
    /// Its name in the configuration.
    pub name: String,
    /// Its address, lower case.
    pub address: String,
    /// The group that it is for, by name.
    pub group: Option<String>,
    /// Whether its server could be reached lately: what would leave by one that could not waits a minute.
    pub usable: bool,
}
