//! A login at an IMAP server: one question at a time, each with its patience, and nothing believed that was not said.
//!
//! The library's own commands take the end of a connection for the end of an answer, and mails that did not come for mails
//! that are not there. So its parser and its connection are used here, and the answers are awaited by hand.

use super::{
    gauge::{Excess, Gauge},
    names,
    way::Way,
};
use crate::email::{Trouble, TroubleKind, trouble::said};
use async_imap::imap_proto::{MailboxDatum, Outcome, RequestId, Response, ResponseCode, Status};
use std::{
    future::poll_fn,
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
    time::Duration,
};
use tokio::time::Instant;

/// So many times the patience for a part lasts for one answer, and for a command that is answered by no mail: lines are slow,
/// and servers that are busy say so now and then, but what says nothing else will not come to an end.
const PARTS: u32 = 120;

/// Mails that are searched at a time: the answer is one line.
const AT_A_TIME: u32 = 10_000;

/// A server that ends a wait within this did not wait.
const AT_ONCE: Duration = Duration::from_secs(1);

/// What an error of the connection means; the library repeats in some what the server sent, which nobody may see.
pub fn lost(error: &io::Error) -> Trouble {
    if let Some(excess) = error.get_ref().and_then(|inner| inner.downcast_ref::<Excess>()) {
        return Trouble::new(TroubleKind::Gibberish, format!("The mail server sent {excess}, and was left."));
    }
    if error.kind() == io::ErrorKind::Other {
        return unreadable();
    }
    let reason = match error.kind() {
        io::ErrorKind::UnexpectedEof => "in the middle of an answer".to_owned(),
        kind => kind.to_string(),
    };
    Trouble::new(TroubleKind::Connection, format!("The connection to the mail server was lost: {reason}."))
}

/// What comes of reading what a server says; `None` where the library stumbles over it.
pub async fn caught<T>(reading: impl Future<Output = T>) -> Option<T> {
    let mut reading = pin!(reading);
    poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| reading.as_mut().poll(context))) {
        Ok(poll) => poll.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

/// What is said of an answer that cannot be read.
pub fn unreadable() -> Trouble {
    Trouble::new(TroubleKind::Gibberish, "The mail server answered what is not IMAP, and was left.")
}

/// What a server says about a folder when it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// Its UIDVALIDITY.
    pub uid_validity: u32,
    /// The UID that the next mail will have; `None` where it does not say.
    pub uid_next: Option<u32>,
    /// How many mails are in it.
    pub exists: u32,
}

/// A login.
pub struct Session {
    inner: async_imap::Session<Gauge>,
    way: Way,
    secret: String,
    /// Whether the server told of mails that nobody asked about.
    pub news: bool,
    /// How many mails it says are in the folder that is open, and how many of them are recent.
    pub exists: u32,
    recent: u32,
    /// What it said when it left.
    farewell: Option<String>,
}

impl Session {
    /// A login that was let in with a password.
    pub fn new(inner: async_imap::Session<Gauge>, way: Way, secret: &str) -> Self {
        Self { inner, way, secret: secret.to_owned(), news: false, exists: 0, recent: 0, farewell: None }
    }

    /// How it is waited for.
    pub const fn way(&self) -> &Way {
        &self.way
    }

    fn silent(&self, what: &str) -> Trouble {
        Trouble::new(
            TroubleKind::Silence,
            format!("The mail server fell silent for {} seconds when asked {what}.", self.way.patience.step.as_secs()),
        )
    }

    /// The next thing that the server says; `None` where not one byte came for so long.
    async fn hear<T>(
        &mut self,
        patience: Duration,
        look: impl FnOnce(&Response<'_>) -> T,
    ) -> Result<Option<T>, Trouble> {
        let began = Instant::now();
        let heard = loop {
            let before = self.inner.get_ref().received();
            if let Some(heard) = self.way.within(patience, caught(self.inner.read_response())).await? {
                break heard.ok_or_else(unreadable)?;
            }
            if self.inner.get_ref().received() == before
                || began.elapsed() > patience.max(self.way.patience.step) * PARTS
            {
                return Ok(None);
            }
        };
        let Some(response) = heard.map_err(|error| lost(&error))? else {
            return Err(match &self.farewell {
                Some(words) => {
                    Trouble::new(TroubleKind::Connection, format!("The mail server ended the connection: {words}."))
                }
                None => Trouble::new(TroubleKind::Connection, "The mail server ended the connection."),
            });
        };
        match response.parsed() {
            Response::Data { status: Status::Bye, outcome } => self.farewell = Some(words(outcome, &self.secret)),
            // Some servers say it with every answer: only what is different is news.
            Response::MailboxData(MailboxDatum::Exists(count)) if *count != self.exists => {
                (self.exists, self.news) = (*count, true);
            }
            Response::MailboxData(MailboxDatum::Recent(count)) if *count != self.recent => {
                (self.recent, self.news) = (*count, true);
            }
            Response::Expunge(_) => self.exists = self.exists.saturating_sub(1),
            _ => {}
        }
        Ok(Some(look(response.parsed())))
    }

    /// Sends a command.
    async fn say(&mut self, command: &str) -> Result<RequestId, Trouble> {
        let sent = self.way.patiently("room for a command", self.inner.run_command(command)).await?;
        sent.map_err(|_| Trouble::new(TroubleKind::Connection, "The connection to the mail server was lost."))
    }

    /// Sends a command and looks at everything that is said until its end; `what` says in the error what it was for.
    ///
    /// # Errors
    /// The server says no, leaves, falls silent, or somebody asked to stop.
    pub async fn ask(&mut self, command: &str, what: &str, look: &mut dyn FnMut(&Response<'_>)) -> Result<(), Trouble> {
        let asked = self.say(command).await?;
        self.answered(&asked, what, look).await
    }

    async fn answered(
        &mut self,
        asked: &RequestId,
        what: &str,
        look: &mut dyn FnMut(&Response<'_>),
    ) -> Result<(), Trouble> {
        let secret = self.secret.clone();
        let mut last = Instant::now();
        loop {
            let end = self.hear(self.way.patience.step, |response| match response {
                Response::Fetch(..) => {
                    last = Instant::now();
                    look(response);
                    None
                }
                Response::Done { tag, status, outcome } if tag == asked => Some(match status {
                    Status::Ok => Ok(()),
                    Status::No | Status::Bad | Status::PreAuth | Status::Bye => {
                        let busy = outcome.information.as_deref().is_some_and(passes);
                        let words = words(outcome, &secret);
                        let help = if words.contains(SWITCHED_OFF) { SWITCHED_OFF_HELP } else { "" };
                        Err(Trouble::new(
                            if busy { TroubleKind::Busy } else { TroubleKind::Refused },
                            format!("The mail server refused {what}: {words}.{help}"),
                        ))
                    }
                }),
                other => {
                    look(other);
                    None
                }
            });
            match end.await? {
                Some(Some(outcome)) => return outcome,
                Some(None) if last.elapsed() > self.way.patience.step * PARTS => return Err(self.silent(what)),
                Some(None) => {}
                None => return Err(self.silent(what)),
            }
        }
    }

    /// Opens a folder; where `writable`, so that its mails can be marked.
    ///
    /// # Errors
    /// As [`Session::ask`], or it does not number its mails.
    pub async fn open(&mut self, folder: &str, writable: bool) -> Result<Opened, Trouble> {
        let (mut uid_validity, mut uid_next) = (None, None);
        (self.exists, self.recent) = (0, 0);
        let command = format!("{} {}", if writable { "SELECT" } else { "EXAMINE" }, names::quoted(folder));
        let what = format!("to open the folder {}", names::readable(folder));
        self.ask(&command, &what, &mut |response| {
            let Response::Data { status: Status::Ok, outcome } = response else { return };
            match outcome.code {
                Some(ResponseCode::UidValidity(number)) => uid_validity = Some(number),
                Some(ResponseCode::UidNext(number)) => uid_next = Some(number),
                _ => {}
            }
        })
        .await?;
        self.news = false;
        match uid_validity {
            Some(uid_validity) => Ok(Opened { uid_validity, uid_next, exists: self.exists }),
            None => Err(Trouble::new(
                TroubleKind::Refused,
                format!(
                    "The mail server does not number the mails in the folder {}, so none can be taken once.",
                    names::readable(folder)
                ),
            )),
        }
    }

    /// How many of the so many mails in the folder that is open arrived before a day, by the clock of the server.
    ///
    /// # Errors
    /// As [`Session::ask`].
    pub async fn older(&mut self, exists: u32, day: &str) -> Result<u32, Trouble> {
        let (mut count, mut from) = (0, 1);
        while from <= exists {
            let to = from.saturating_add(AT_A_TIME - 1).min(exists);
            let what = "how many of its mails are old";
            self.ask(&format!("SEARCH {from}:{to} BEFORE {day}"), what, &mut |response| {
                if let Response::MailboxData(MailboxDatum::Search(found)) = response {
                    count += u32::try_from(found.len()).unwrap_or(u32::MAX);
                }
            })
            .await?;
            from = to.saturating_add(1);
        }
        Ok(count)
    }

    /// Waits to be told of something new, for so long at most; `false` where the server does not do that, or does not wait.
    ///
    /// # Errors
    /// As [`Session::ask`].
    pub async fn idle(&mut self, time: Duration) -> Result<bool, Trouble> {
        let asked = self.say("IDLE").await?;
        let what = "to tell by itself (IDLE)";
        let (mut waits, asked_at) = (false, Instant::now());
        while !waits {
            if asked_at.elapsed() > self.way.patience.step * PARTS {
                return Err(self.silent(what));
            }
            let end = self.hear(self.way.patience.step, |response| match response {
                Response::Continue(_) => Some(true),
                Response::Done { tag, .. } if *tag == asked => Some(false),
                _ => None,
            });
            match end.await? {
                Some(Some(true)) => waits = true,
                Some(None) => {}
                Some(Some(false)) => return Ok(false),
                None => return Err(self.silent(what)),
            }
        }
        let began = Instant::now();
        while !self.news && began.elapsed() < time {
            let left = time.saturating_sub(began.elapsed());
            let ended = self.hear(left, |response| matches!(response, Response::Done { tag, .. } if *tag == asked));
            match ended.await? {
                None => break,
                // It ended the waiting by itself: where it never waits, it is asked again and again without that.
                Some(true) => return Ok(self.news || began.elapsed() >= AT_ONCE.min(time)),
                Some(false) => {}
            }
        }
        let done = self.way.patiently("room for a command", self.inner.run_command_untagged("DONE")).await?;
        done.map_err(|_| Trouble::new(TroubleKind::Connection, "The connection to the mail server was lost."))?;
        self.answered(&asked, what, &mut |_| {}).await.map(|()| true)
    }

    /// Says goodbye, where the server still listens; nothing depends on it.
    pub async fn leave(mut self) {
        let _ = self.way.within(Duration::from_secs(2), self.inner.run_command("LOGOUT")).await;
    }
}

fn words(outcome: &Outcome<'_>, secret: &str) -> String {
    let words = outcome.information.as_deref().unwrap_or("it says no reason");
    said(without_code(words), secret).trim_end_matches('.').to_owned()
}

/// What servers say for what passes by itself, before any of it had a code: Dovecot, Exchange, Gmail and others.
const PASSING: [&str; 6] = [
    "simultaneous connections",
    "concurrent connections",
    "maximum number of connections",
    "server unavailable",
    "temporarily unavailable",
    "request is throttled",
];

/// What Microsoft's servers say of a mailbox that lets nobody in by IMAP, and what would help.
const SWITCHED_OFF: &str = "authenticated but not connected";
const SWITCHED_OFF_HELP: &str = " Is IMAP switched on for this mailbox, and is it the user's own?";

/// Whether a server says no for what passes by itself: it is busy, or too much was asked of it.
pub fn passes(words: &str) -> bool {
    let code = words.strip_prefix('[').and_then(|words| words.split_once(']')).map_or("", |(code, _)| code);
    ["UNAVAILABLE", "INUSE", "LIMIT", "OVERQUOTA"].iter().any(|busy| code.eq_ignore_ascii_case(busy))
        || PASSING.iter().any(|busy| words.to_lowercase().contains(busy))
}

/// The words for people: the library leaves codes in front of them that it does not know.
pub fn without_code(words: &str) -> &str {
    match words.strip_prefix('[').and_then(|words| words.split_once(']')) {
        Some((_, words)) if !words.trim().is_empty() => words.trim(),
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_the_parser_stumbles_over_ends_no_thread() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert_eq!(runtime.block_on(caught(async { 7 })), Some(7));
        let empty = Vec::<u8>::new();
        assert_eq!(runtime.block_on(caught(async { empty[7] })), None);
    }
}
