//! Keys and invites as they are shown.

use super::Moment;
use crate::domain::id::KeyId;
use std::fmt;

/// A key that lets an agent in, or did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Identity.
    pub id: KeyId,
    /// Whose it is.
    pub handle: String,
    /// "SHA256:" and 43 letters.
    pub fingerprint: String,
    /// OpenSSH's name of the algorithm.
    pub algorithm: String,
    /// What its owner wrote beside it; foreign text, may be empty.
    pub comment: String,
    /// Since when it lets the agent in.
    pub added: Moment,
    /// When it was revoked; `None` while it lets the agent in.
    pub revoked: Option<Moment>,
    /// When it last let the agent in, to the minute.
    pub used: Option<Moment>,
}

/// An invite as it is told once to who made it; only a hash of its code is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Invite {
    /// Who is invited.
    pub handle: String,
    /// The secret, four groups of five letters.
    pub code: String,
    /// From when on it lets nobody in.
    pub expires: Moment,
}

impl fmt::Debug for Invite {
    /// Without the code: it would end up in a log.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Invite")
            .field("handle", &self.handle)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}
