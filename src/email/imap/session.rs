//! A login at an IMAP server: one question at a time, each with its patience, and nothing believed that was not said.
//!
//! The library's own commands take the end of a connection for the end of an answer, and mails that did not come for mails
//! that are not there. So its parser and its connection are used here, and the answers are awaited by hand.

use super::{
    gauge::{Excess, Gauge},
    names,
};
use crate::email::{Stop, Trouble, TroubleKind, trouble::said};
use async_imap::imap_proto::{MailboxDatum, NameAttribute, Outcome, RequestId, Response, ResponseCode, Status};
use std::{collections::BTreeSet, future::Future, io, time::Duration};
use tokio::time::{Instant, sleep, timeout};

/// So many times the patience for a part lasts for one answer, and for a command that is answered by no mail: lines are slow,
/// and servers that are busy say so now and then, but what says nothing else will not come to an end.
const PARTS: u32 = 120;

/// How often a wait looks whether somebody asked to stop.
const LOOK: Duration = Duration::from_millis(50);

/// Mails that are searched at a time: the answer is one line.
const AT_A_TIME: u32 = 10_000;

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For each part of an answer.
    pub step: Duration,
    /// Between two looks at what does not tell by itself: a folder of a server without IDLE, and the Sent folder.
    pub poll: Duration,
    /// How long to wait to be told before asking again. Servers forget clients that are silent for 30 minutes, and devices on
    /// the way much sooner.
    pub idle: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { step: Duration::from_mins(1), poll: Duration::from_mins(1), idle: Duration::from_mins(5) }
    }
}

/// How a server is waited for.
#[derive(Debug, Clone, Default)]
pub struct Way {
    /// How long things may take.
    pub patience: Patience,
    /// Who can end it.
    pub stop: Stop,
}

impl Way {
    /// Waits for a step, as long as a step may take.
    ///
    /// # Errors
    /// It takes too long, or somebody asked to stop.
    pub async fn patiently<T>(&self, what: &str, step: impl Future<Output = T>) -> Result<T, Trouble> {
        match self.within(self.patience.step, step).await? {
            Some(value) => Ok(value),
            None => Err(Trouble::new(
                TroubleKind::Connection,
                format!("The mail server was waited for {} seconds: {what} never came.", self.patience.step.as_secs()),
            )),
        }
    }

    /// Waits so long; `None` where that is over.
    ///
    /// # Errors
    /// Somebody asked to stop.
    pub async fn within<T>(&self, time: Duration, step: impl Future<Output = T>) -> Result<Option<T>, Trouble> {
        let stopped = async {
            while !self.stop.asked() {
                sleep(LOOK).await;
            }
        };
        tokio::select! {
            biased;
            value = timeout(time, step) => Ok(value.ok()),
            () = stopped => Err(Trouble::stopped()),
        }
    }
}

/// What an error of the connection means; the library repeats in some what the server sent, which nobody may see.
pub fn lost(error: &io::Error) -> Trouble {
    if let Some(excess) = error.get_ref().and_then(|inner| inner.downcast_ref::<Excess>()) {
        return Trouble::new(TroubleKind::Gibberish, format!("The mail server sent {excess}, and was left."));
    }
    if error.kind() == io::ErrorKind::Other {
        return Trouble::new(TroubleKind::Gibberish, "The mail server answered what is not IMAP, and was left.");
    }
    let reason = match error.kind() {
        io::ErrorKind::UnexpectedEof => "in the middle of an answer".to_owned(),
        kind => kind.to_string(),
    };
    Trouble::new(TroubleKind::Connection, format!("The connection to the mail server was lost: {reason}."))
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

/// What a server can do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Abilities {
    names: BTreeSet<String>,
}

impl Abilities {
    /// Whether it says so.
    pub fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// What it says so and does not do.
    pub fn forget(&mut self, name: &str) {
        self.names.remove(name);
    }
}

/// A login.
pub struct Session {
    inner: async_imap::Session<Gauge>,
    way: Way,
    secret: String,
    /// Whether the server told of mails that nobody asked about.
    pub news: bool,
    /// What it said when it left.
    farewell: Option<String>,
}

impl Session {
    /// A login that was let in with a password.
    pub fn new(inner: async_imap::Session<Gauge>, way: Way, secret: &str) -> Self {
        Self { inner, way, secret: secret.to_owned(), news: false, farewell: None }
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
            if let Some(heard) = self.way.within(patience, self.inner.read_response()).await? {
                break heard;
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
                    Trouble::new(TroubleKind::Refused, format!("The mail server ended the connection: {words}."))
                }
                None => Trouble::new(TroubleKind::Connection, "The mail server ended the connection."),
            });
        };
        match response.parsed() {
            Response::Data { status: Status::Bye, outcome } => self.farewell = Some(words(outcome, &self.secret)),
            Response::MailboxData(MailboxDatum::Exists(_) | MailboxDatum::Recent(_)) => self.news = true,
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
                    Status::No | Status::Bad | Status::PreAuth | Status::Bye => Err(Trouble::new(
                        TroubleKind::Refused,
                        format!("The mail server refused {what}: {}.", words(outcome, &secret)),
                    )),
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

    /// What the server can do.
    ///
    /// # Errors
    /// As [`Session::ask`].
    pub async fn abilities(&mut self) -> Result<Abilities, Trouble> {
        let mut abilities = Abilities::default();
        self.ask("CAPABILITY", "to say what it can do", &mut |response| {
            if let Response::Capabilities(found) = response {
                abilities.names.extend(found.iter().filter_map(|ability| match ability {
                    async_imap::imap_proto::Capability::Atom(name) => Some(name.to_ascii_uppercase()),
                    async_imap::imap_proto::Capability::Imap4rev1 | async_imap::imap_proto::Capability::Auth(_) => None,
                }));
            }
        })
        .await?;
        Ok(abilities)
    }

    /// The name, as the server writes it, of the folder that it says sent mail is in.
    ///
    /// # Errors
    /// As [`Session::ask`].
    pub async fn sent_folder(&mut self, abilities: &Abilities) -> Result<Option<String>, Trouble> {
        if !abilities.has("SPECIAL-USE") {
            return Ok(None);
        }
        let command =
            if abilities.has("LIST-EXTENDED") { "LIST \"\" \"*\" RETURN (SPECIAL-USE)" } else { "LIST \"\" \"*\"" };
        let mut found = None;
        self.ask(command, "the list of its folders", &mut |response| {
            if let Response::MailboxData(MailboxDatum::List(folder)) = response
                && folder.name_attributes.contains(&NameAttribute::Sent)
            {
                found.get_or_insert_with(|| folder.name.to_string());
            }
        })
        .await?;
        Ok(found)
    }

    /// Opens a folder; where `writable`, so that its mails can be marked.
    ///
    /// # Errors
    /// As [`Session::ask`], or it does not number its mails.
    pub async fn open(&mut self, folder: &str, writable: bool) -> Result<Opened, Trouble> {
        let (mut uid_validity, mut uid_next, mut exists) = (None, None, 0);
        let command = format!("{} {}", if writable { "SELECT" } else { "EXAMINE" }, names::quoted(folder));
        let what = format!("to open the folder {}", names::readable(folder));
        self.ask(&command, &what, &mut |response| match response {
            Response::Data { status: Status::Ok, outcome } => match outcome.code {
                Some(ResponseCode::UidValidity(number)) => uid_validity = Some(number),
                Some(ResponseCode::UidNext(number)) => uid_next = Some(number),
                _ => {}
            },
            Response::MailboxData(MailboxDatum::Exists(number)) => exists = *number,
            _ => {}
        })
        .await?;
        self.news = false;
        match uid_validity {
            Some(uid_validity) => Ok(Opened { uid_validity, uid_next, exists }),
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

    /// Waits to be told of something new, for so long at most; `false` where the server does not do that.
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
                // It ended the waiting by itself.
                Some(true) => return Ok(true),
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

/// The words for people: the library leaves codes in front of them that it does not know.
pub fn without_code(words: &str) -> &str {
    match words.strip_prefix('[').and_then(|words| words.split_once(']')) {
        Some((_, words)) if !words.trim().is_empty() => words.trim(),
        _ => words,
    }
}
