//! The conversation about one mail, step by step, so that it is known which one failed.

use super::{STEP, TextPatience, connect::Reached, line::Bolt, worded};
use crate::{
    config::MailServer,
    email::{TroubleKind, build::Built, said, send::Handed},
};
use lettre::{
    address::Envelope,
    transport::smtp::{
        Error,
        client::AsyncSmtpConnection,
        commands::{Data, Mail, Rcpt},
        extension::{Extension, MailBodyParameter, MailParameter},
        response::{Response, Severity},
    },
};
use std::{
    cell::Cell,
    fmt::Display,
    pin::{Pin, pin},
    time::{Duration, Instant},
};
use tokio::time::timeout;

/// A server that is about to go, or lets nobody send any more for now.
const GOES: u16 = 421;

/// A server that lets nobody send who did not log in, or not in TLS.
const LOGIN_FIRST: u16 = 530;

/// Why a step was not done.
enum No {
    /// What the library makes of the server's answer, or of its absence.
    Said(Error),
    /// An answer to another question, it seems.
    Odd(Response),
    /// No answer.
    Silence,
}

impl No {
    /// Whether the server said a clear no and listens to what comes next.
    fn is_clear(&self) -> bool {
        match self {
            Self::Said(error) => {
                (error.is_permanent() || error.is_transient())
                    && error.status().is_none_or(|code| u16::from(code) != GOES)
            }
            Self::Odd(_) | Self::Silence => false,
        }
    }

    /// Whether the server says that the mail is larger than it takes.
    fn is_of_size(&self) -> bool {
        let Self::Said(error) = self else { return false };
        let words = worded(error).to_lowercase();
        error.is_permanent() && ["5.3.4 ", "message size", "message too large"].iter().any(|one| words.contains(one))
    }

    /// What it is called. What is said of the sender or of nobody in particular is about the mailbox, what is said of the
    /// recipient or the text is about this mail.
    fn handed(&self, server: &MailServer, of_sender: bool) -> Handed {
        match self {
            Self::Said(error) => {
                let words = format!("The mail server {server} said: {}.", worded(error));
                let code = error.status().map(u16::from);
                let about =
                    if error.is_permanent() { refused(code, &worded(error), server.user.is_some()) } else { None };
                let of_sender = of_sender || about.is_some();
                if error.is_permanent() && !of_sender {
                    let help = if self.is_of_size() { " Send its files in parts." } else { "" };
                    return Handed::Never(words + help);
                }
                let help = match about {
                    Some(about) => about.help(),
                    None if error.is_permanent() => About::Sender.help(),
                    None => "",
                };
                let words = words + help;
                let kind = if error.is_permanent() || error.is_transient() {
                    TroubleKind::Refused
                } else {
                    TroubleKind::Connection
                };
                Handed::NotNow { words, mailbox: (of_sender || !self.is_clear()).then_some(kind) }
            }
            Self::Odd(response) => Handed::NotNow {
                words: format!("The mail server {server} answered what was not asked: {}.", answered(response)),
                mailbox: Some(TroubleKind::Gibberish),
            },
            Self::Silence => Handed::NotNow {
                words: format!("The mail server {server} said nothing for {} seconds.", STEP.as_secs()),
                mailbox: Some(TroubleKind::Silence),
            },
        }
    }
}

/// What a server's final no is about, where it would say the same of every mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    /// Nobody logged in.
    Login,
    /// The address that mail is from.
    Sender,
    /// How much this login may send.
    Limit,
}

impl About {
    /// What would help.
    const fn help(self) -> &'static str {
        match self {
            Self::Login => " It wants a login first: put the user into smtp, and give password-file.",
            Self::Sender => " Look whether it lets this login send from the mailbox's address.",
            Self::Limit => " What waits is tried again by itself.",
        }
    }
}

/// What servers say of a sender or a login that they let send nothing, at whichever step: many keep it until the recipient is
/// named (Postfix) or the mail is whole (Exchange, Amazon).
const OF_SENDER: [&str; 9] = [
    "5.7.60 ",
    "sendasdenied",
    "send as denied",
    "send as this sender",
    "sender address rejected",
    "not owned by user",
    "verified sender identity",
    "email address is not verified",
    "not allowed to send as",
];
const OF_LIMIT: [&str; 6] =
    ["5.4.5 ", "5.1.90 ", "sending quota", "sending limit", "submissionquotaexceeded", "daily message quota"];
const OF_LOGIN: [&str; 5] =
    ["5.7.57 ", "relay access denied", "unable to relay", "relay not permitted", "relaying denied"];

/// What a final no is about, by its number and words; `None` where it is about this mail alone.
fn refused(code: Option<u16>, words: &str, logged_in: bool) -> Option<About> {
    let words = words.to_lowercase();
    let says = |any: &[&str]| any.iter().any(|one| words.contains(one));
    match code {
        Some(LOGIN_FIRST) => Some(About::Login),
        _ if says(&OF_SENDER) => Some(About::Sender),
        _ if says(&OF_LIMIT) => Some(About::Limit),
        // Who is logged in may be told so of a recipient that this server does not send to.
        _ if !logged_in && says(&OF_LOGIN) => Some(About::Login),
        _ => None,
    }
}

/// Whether an answer says that what was asked for is done.
pub fn completes(response: &Response) -> bool {
    response.code().severity == Severity::PositiveCompletion
}

fn answered(response: &Response) -> String {
    said(&format!("{} {}", response.code(), response.first_line().unwrap_or_default()), "")
}

/// Hands a mail over; and whether the connection can be used for the next one.
pub async fn hand_over(
    reached: &mut Reached,
    server: &MailServer,
    mail: &Built,
    (patience, begins): (TextPatience, &mut dyn FnMut() -> bool),
) -> (Handed, bool) {
    let parameters = match parameters(reached, &mail.envelope, &mail.bytes) {
        Ok(parameters) => parameters,
        Err(words) => return (Handed::Never(words), true),
    };
    if let Err((no, of_sender)) = announced(&mut reached.connection, &mail.envelope, parameters).await {
        return (no.handed(server, of_sender), no.is_clear());
    }
    content(reached, server, &mail.bytes, (patience, begins)).await
}

/// Everything up to the mail itself; an error with whether it is about the sender.
async fn announced(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    parameters: Vec<MailParameter>,
) -> Result<(), (No, bool)> {
    let done = Severity::PositiveCompletion;
    let mail = Mail::new(envelope.from().cloned(), parameters);
    step(connection, mail, done).await.map_err(|no| {
        let of_sender = !no.is_of_size();
        (no, of_sender)
    })?;
    for recipient in envelope.to() {
        step(connection, Rcpt::new(recipient.clone(), Vec::new()), done).await.map_err(|no| (no, false))?;
    }
    step(connection, Data, Severity::PositiveIntermediate).await.map_err(|no| (no, false))
}

async fn step(connection: &mut AsyncSmtpConnection, command: impl Display, expected: Severity) -> Result<(), No> {
    match timeout(STEP, connection.command(command)).await {
        Ok(Ok(response)) if response.code().severity == expected => Ok(()),
        Ok(Ok(response)) => Err(No::Odd(response)),
        Ok(Err(error)) => Err(No::Said(error)),
        Err(_) => Err(No::Silence),
    }
}

/// The mail itself, and the line that ends it.
async fn content(
    Reached { connection, bolt }: &mut Reached,
    server: &MailServer,
    bytes: &[u8],
    (patience, begins): (TextPatience, &mut dyn FnMut() -> bool),
) -> (Handed, bool) {
    let (begun, stopped) = (Cell::new(false), Cell::new(false));
    let mut parts = [bytes, b""].into_iter().enumerate();
    // The second part is asked for when the first was written; behind it comes the line that ends the mail.
    let parts = std::iter::from_fn(|| {
        let (number, part) = parts.next()?;
        if number == 1 {
            begun.set(begins());
            stopped.set(!begun.get());
            if stopped.get() {
                bolt.shut();
            }
        }
        Some(part)
    });
    let said = {
        let mut sending = pin!(connection.message_iter(parts));
        match while_it_moves(sending.as_mut(), bolt, &begun, (patience.still, patience.written(bytes.len()))).await {
            None if begun.get() => timeout(patience.answered(bytes.len()), sending).await.ok(),
            other => other,
        }
    };
    let lost = |reason: String| {
        if begun.get() {
            let words = format!("The connection to {server} broke before it said whether it took the mail: {reason}.");
            return (Handed::Unknown(words), false);
        }
        if stopped.get() {
            let words =
                "It was stopped here before its last step: that could not be written down, or its turn was over.";
            return (Handed::NotNow { words: words.to_owned(), mailbox: None }, false);
        }
        let words = format!("The connection to {server} broke before the mail was whole there: {reason}.");
        (Handed::NotNow { words, mailbox: Some(TroubleKind::Connection) }, false)
    };
    match said {
        Some(Ok(response)) if completes(&response) => (Handed::Over, true),
        Some(Ok(response)) => lost(answered(&response)),
        Some(Err(error)) if error.is_permanent() || error.is_transient() => {
            let no = No::Said(error);
            (no.handed(server, false), no.is_clear())
        }
        Some(Err(error)) => lost(worded(&error)),
        None => lost("it said nothing any more".to_owned()),
    }
}

/// What comes of sending, while bytes of it go over within each stretch of time `still`, and for no longer than `whole`; `None`
/// where that ends, and at the end of the stretch in which the last step began.
async fn while_it_moves<T>(
    mut sending: Pin<&mut impl Future<Output = T>>,
    bolt: &Bolt,
    begun: &Cell<bool>,
    (still, whole): (Duration, Duration),
) -> Option<T> {
    let end = Instant::now() + whole;
    loop {
        let before = bolt.passed();
        let stretch = still.min(end.saturating_duration_since(Instant::now()));
        if let Ok(said) = timeout(stretch, sending.as_mut()).await {
            return Some(said);
        }
        if begun.get() || bolt.passed() == before || Instant::now() >= end {
            return None;
        }
    }
}

/// What is said with the sender: how large the mail is, and that letters beyond ASCII are in it, or in an address.
fn parameters(
    Reached { connection, bolt }: &Reached,
    envelope: &Envelope,
    bytes: &[u8],
) -> Result<Vec<MailParameter>, String> {
    let mut parameters = Vec::new();
    // So is a mail refused that is too large before it is on its way, by a server that would hang up in the middle of it.
    if bolt.measures() {
        parameters.push(MailParameter::Size(bytes.len()));
    }
    let foreign = envelope.to().iter().chain(envelope.from()).any(|address| !AsRef::<str>::as_ref(address).is_ascii());
    if foreign {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err("The address has letters beyond a–z, and the mail server cannot send to such.".into());
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !bytes.is_ascii() && connection.server_info().supports_feature(Extension::EightBitMime) {
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}
