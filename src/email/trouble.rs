//! What goes wrong on the way to a mailbox: a sentence for people, and a kind for what is done about it.

use crate::domain::text::SafeText;
use thiserror::Error;

/// Characters of what a server says that are repeated.
const REPEATED: usize = 200;

/// What is done about a trouble depends on its kind alone, and the log says no more than this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TroubleKind {
    /// The configuration, a password or a certificate: somebody has to do something here.
    Setup,
    /// The server does not let this account in.
    Login,
    /// The server is not there, or went away.
    Connection,
    /// The server is there and says nothing, or never ends what it says.
    Silence,
    /// The server says no to what it should do.
    Refused,
    /// It says no for now, and that this passes by itself.
    Busy,
    /// The server says what means nothing, or too much of it.
    Gibberish,
    /// The folder that mail is delivered into.
    Folder,
    /// The desk did not take it.
    Desk,
    /// Somebody asked to stop.
    Stopped,
}

impl TroubleKind {
    /// Whether a server said no, and listens to what is asked next.
    pub const fn is_no(self) -> bool {
        matches!(self, Self::Refused | Self::Busy)
    }

    /// A word for the log.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Setup => "setup",
            Self::Login => "login",
            Self::Connection => "connection",
            Self::Silence => "silence",
            Self::Refused => "refused",
            Self::Busy => "busy",
            Self::Gibberish => "gibberish",
            Self::Folder => "folder",
            Self::Desk => "desk",
            Self::Stopped => "stopped",
        }
    }
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{sentence}")]
pub struct Trouble {
    /// What is done about it.
    pub kind: TroubleKind,
    /// What failed and what would help, for people; never a password, never the text of a mail.
    pub sentence: String,
}

impl Trouble {
    /// Says it.
    pub fn new(kind: TroubleKind, sentence: impl Into<String>) -> Self {
        Self { kind, sentence: sentence.into() }
    }

    /// Somebody asked to stop.
    pub fn stopped() -> Self {
        Self::new(TroubleKind::Stopped, "It was stopped.")
    }
}

/// What a server said, for people: one line of harmless characters, not too many, and without the password, should the server
/// have repeated that.
pub fn said(words: &str, secret: &str) -> String {
    let without = if secret.is_empty() { words.to_owned() } else { words.replace(secret, "…") };
    let line = SafeText::line(without.trim()).into_string();
    match line.char_indices().nth(REPEATED) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_is_made_harmless() {
        assert_eq!(said("no such user\u{1b}[31m", "").find('\u{1b}'), None);
        assert_eq!(said("BAD: LOGIN a hunter2", "hunter2"), "BAD: LOGIN a …");
        assert_eq!(said(&"ä".repeat(1000), "").chars().count(), REPEATED + 1);
    }
}
