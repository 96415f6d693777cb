//! Why something was not done.

use super::words::words;
use thiserror::Error;

words! {
    /// What kind of refusal it is; scripts read it.
    RefusalKind {
        /// The conversation is locked (R2.4).
        Locked = "locked",
        /// This actor may not.
        Denied = "denied",
        /// The conversation is private, and the actor once knew of it (R6.6).
        Restricted = "restricted",
        /// More people could read it afterwards: to be confirmed (R5.4).
        Confirm = "confirm",
    }
}

/// A refusal: a full sentence for the person, with what would help, and nothing the person may not know (R5.5).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text}")]
pub struct Refusal {
    /// What kind.
    pub kind: RefusalKind,
    /// What is refused, why, and what would help.
    pub text: String,
    /// The rule behind it, "R2.4".
    pub rule: &'static str,
    /// With [`RefusalKind::Confirm`]: the handles of agents who could read it afterwards and cannot now.
    pub readers: Vec<String>,
    /// With [`RefusalKind::Confirm`]: who would be added, customers with their organization.
    pub adds: Vec<String>,
}

impl Refusal {
    /// A refusal of the given kind, without readers or additions.
    pub fn new(kind: RefusalKind, rule: &'static str, text: impl Into<String>) -> Self {
        Self { kind, text: text.into(), rule, readers: Vec::new(), adds: Vec::new() }
    }

    /// "You may not", with the reason and what would help.
    pub fn denied(rule: &'static str, text: impl Into<String>) -> Self {
        Self::new(RefusalKind::Denied, rule, text)
    }

    /// The restricted access screen, in words (R6.6).
    pub fn restricted() -> Self {
        Self::new(RefusalKind::Restricted, "R6.6", "This conversation is private. Ask an administrator.")
    }
}
