//! Reaching an SMTP server: the connection, its encryption, and the login.

use super::{
    STEP,
    line::{Answers, Bolt, Line, READ_BEFORE},
    worded,
};
use crate::{
    config::{MailAccount, MailServer, Security, is_loopback},
    email::{
        Password, Trouble, TroubleKind, said,
        wire::{Wire, encrypted},
    },
};
use lettre::transport::smtp::{
    Error,
    authentication::{Credentials, Mechanism},
    client::AsyncSmtpConnection,
    extension::ClientId,
};
use std::{
    fmt::{self, Display},
    net::SocketAddr,
    ops::Deref,
    path::Path,
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpStream, lookup_host},
    time::timeout,
};

/// The most that a server may say at once before the encryption begins, in bytes.
const ANSWER: usize = 64 * 1024;

/// What Microsoft's servers say where somebody there has switched logins off that would be right, and what would help.
const NOT_THIS_WAY: &str = "5.7.139";
const NOT_THIS_WAY_HELP: &str = "Ask whoever keeps that server to allow logins over SMTP for this mailbox (authenticated SMTP); where it takes no passwords at all, give token-command.";

/// A connection, and what lets nothing through to it any more.
pub struct Reached {
    pub connection: AsyncSmtpConnection,
    pub bolt: Bolt,
}

/// A server, and how long it may take for each step.
pub struct Patient<'a> {
    pub server: &'a MailServer,
    pub step: Duration,
}

impl Deref for Patient<'_> {
    type Target = MailServer;

    fn deref(&self) -> &MailServer {
        self.server
    }
}

impl Display for Patient<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.server.fmt(formatter)
    }
}

/// User and password.
pub struct Login {
    user: String,
    password: Password,
}

/// Who logs in there, if anybody.
///
/// # Errors
/// A password that cannot be read.
pub fn login(account: &MailAccount, server: &MailServer) -> Result<Option<Login>, Trouble> {
    let Some(user) = &server.user else { return Ok(None) };
    let place = account.password.as_ref().ok_or_else(|| {
        Trouble::new(TroubleKind::Setup, format!("There is no password for {user} at {server}: give password-file."))
    })?;
    Ok(Some(Login { user: user.clone(), password: Password::read(place, STEP)? }))
}

/// Connects, encrypts as the configuration says, and logs in. `host`: what this machine calls itself.
pub async fn connect(
    server: &Patient<'_>,
    authority: Option<&Path>,
    host: &str,
    login: Option<&Login>,
) -> Result<Reached, Trouble> {
    let (mut stream, peer) = reach(server).await?;
    let hello = if host.is_ascii() { ClientId::Domain(host.to_owned()) } else { ClientId::default() };
    let (wire, greeting): (Box<dyn Wire>, _) = match server.security {
        Security::None => (Box::new(stream), &b""[..]),
        Security::Tls => (in_tls(Box::new(stream), server, authority).await?, &b""[..]),
        Security::StartTls => {
            ask_for_tls(&mut stream, server, &hello).await?;
            (in_tls(Box::new(stream), server, authority).await?, READ_BEFORE)
        }
    };
    let bolt = Bolt::default();
    let line = Line { wire, peer, bolt: bolt.clone(), greeting, answers: Answers::default() };
    let connected = AsyncSmtpConnection::connect_with_transport(Box::new(line), &hello);
    let connected = patiently(server, "its greeting", connected).await;
    let connected = connected.map_err(|trouble| helped(trouble.kind, &trouble.sentence))?;
    let mut reached = Reached { connection: connected.map_err(|error| trouble(server, &error))?, bolt };
    if let Some(login) = login {
        log_in(&mut reached.connection, server, login).await?;
    }
    Ok(reached)
}

async fn patiently<T>(server: &Patient<'_>, what: &str, step: impl Future<Output = T>) -> Result<T, Trouble> {
    timeout(server.step, step).await.map_err(|_| {
        let seconds = server.step.as_secs();
        Trouble::new(
            TroubleKind::Silence,
            format!("The mail server {server} was waited for {seconds} seconds: {what} never came."),
        )
    })
}

async fn reach(server: &Patient<'_>) -> Result<(TcpStream, SocketAddr), Trouble> {
    let only_here = || {
        let sentence =
            format!("{server} is another machine, and mail goes there in TLS only. Write smtps:// or submission://.");
        Trouble::new(TroubleKind::Setup, sentence)
    };
    if server.security == Security::None && !is_loopback(&server.host) {
        return Err(only_here());
    }
    let place = (server.host.as_str(), server.port);
    let found = patiently(server, "its address", lookup_host(place)).await?;
    let found = found.map_err(|error| {
        let sentence = format!("The mail server {} is not found: {error}. Look at its name.", server.host);
        Trouble::new(TroubleKind::Connection, sentence)
    })?;
    let mut refused = "its name has no address".to_owned();
    for address in found {
        if server.security == Security::None && !address.ip().is_loopback() {
            return Err(only_here());
        }
        match patiently(server, "the connection", TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                let _ = stream.set_nodelay(true);
                return Ok((stream, address));
            }
            Ok(Err(error)) => refused = error.to_string(),
            Err(trouble) => refused = trouble.sentence,
        }
    }
    Err(Trouble::new(
        TroubleKind::Connection,
        format!(
            "The mail server {server} cannot be used, since it cannot be reached: {refused}. Does it run, and is the port right?"
        ),
    ))
}

async fn in_tls(wire: Box<dyn Wire>, server: &Patient<'_>, authority: Option<&Path>) -> Result<Box<dyn Wire>, Trouble> {
    patiently(server, "the encryption", encrypted(wire, server, authority)).await?
}

/// Greets and asks for the encryption. Nothing that is said before it begins may be taken for an answer after it: where more
/// comes than was asked for, somebody in between may have put it there, and nothing more is said.
async fn ask_for_tls(stream: &mut TcpStream, server: &Patient<'_>, hello: &ClientId) -> Result<(), Trouble> {
    let greeting = answer(stream, server, "its greeting").await.map_err(|trouble| match trouble.kind {
        // Where TLS is expected first, nobody says anything before.
        TroubleKind::Silence => {
            Trouble::new(trouble.kind, format!("{} Is this a port for smtps://?", trouble.sentence))
        }
        TroubleKind::Setup
        | TroubleKind::Login
        | TroubleKind::Connection
        | TroubleKind::Refused
        | TroubleKind::Busy
        | TroubleKind::Gibberish
        | TroubleKind::Folder
        | TroubleKind::Desk
        | TroubleKind::Stopped => trouble,
    })?;
    expect(&greeting, "220", server)?;
    say(stream, server, &format!("EHLO {hello}\r\n")).await?;
    let offers = answer(stream, server, "its answer to EHLO").await?;
    expect(&offers, "250", server)?;
    if !offers.iter().any(|line| line.get(4..).is_some_and(|word| word.trim().eq_ignore_ascii_case("STARTTLS"))) {
        return Err(Trouble::new(
            TroubleKind::Setup,
            format!("The mail server {server} offers no STARTTLS, so nothing was said to it. Try smtps:// instead."),
        ));
    }
    say(stream, server, "STARTTLS\r\n").await?;
    expect(&answer(stream, server, "its answer to STARTTLS").await?, "220", server)
}

async fn say(stream: &mut TcpStream, server: &Patient<'_>, line: &str) -> Result<(), Trouble> {
    let said = patiently(server, "room for a command", stream.write_all(line.as_bytes())).await?;
    said.map_err(|error| lost(server, &error))
}

/// One answer, in lines: all but the last have a `-` behind their number.
async fn answer(stream: &mut TcpStream, server: &Patient<'_>, what: &str) -> Result<Vec<String>, Trouble> {
    let whole = async {
        let mut bytes = Vec::new();
        loop {
            if let Some(end) = end_of_answer(&bytes) {
                return Ok((String::from_utf8_lossy(&bytes[..end]).into_owned(), end == bytes.len()));
            }
            let mut some = [0; 4096];
            let count = stream.read(&mut some).await?;
            if count == 0 || bytes.len() > ANSWER {
                return Err(std::io::Error::new(std::io::ErrorKind::UnexpectedEof, format!("{what} never ended")));
            }
            bytes.extend_from_slice(&some[..count]);
        }
    };
    match patiently(server, what, whole).await? {
        Ok((text, true)) => Ok(text.lines().map(str::to_owned).collect()),
        Ok((_, false)) => Err(Trouble::new(
            TroubleKind::Gibberish,
            format!(
                "The mail server {server} said more than it was asked before the encryption began. Somebody in between may have put it there, so nothing more was said to it. Try smtps:// instead."
            ),
        )),
        Err(error) => Err(lost(server, &error)),
    }
}

/// Where the first answer in these bytes ends, if all of it is there.
fn end_of_answer(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    while let Some(length) = bytes[at..].iter().position(|byte| *byte == b'\n') {
        let line = &bytes[at..=at + length];
        at += length + 1;
        if line.get(3) != Some(&b'-') {
            return Some(at);
        }
    }
    None
}

fn expect(answer: &[String], code: &str, server: &MailServer) -> Result<(), Trouble> {
    let last = answer.last().map_or("", String::as_str);
    if last.starts_with(code) {
        return Ok(());
    }
    let kind = match last.as_bytes().first() {
        Some(b'4') => TroubleKind::Busy,
        Some(b'5') => TroubleKind::Refused,
        _ => TroubleKind::Gibberish,
    };
    Err(helped(kind, &format!("The mail server {server} cannot be used: it said “{}”.", said(last, ""))))
}

async fn log_in(connection: &mut AsyncSmtpConnection, server: &Patient<'_>, login: &Login) -> Result<(), Trouble> {
    let secret = login.password.reveal();
    let credentials = Credentials::new(login.user.clone(), secret.to_owned());
    let token = [Mechanism::Xoauth2];
    let mechanisms = if login.password.is_token() { &token[..] } else { &[Mechanism::Plain, Mechanism::Login] };
    let is_offered = connection.server_info().get_auth_mechanism(mechanisms).is_some();
    let refused = |words: &str| {
        let user = &login.user;
        let words = said(words, secret);
        let help = if words.contains(NOT_THIS_WAY) { NOT_THIS_WAY_HELP } else { login.password.help() };
        Trouble::new(TroubleKind::Login, format!("The mail server {server} does not let {user} in: {words}. {help}"))
    };
    match patiently(server, "its answer to the login", connection.auth(mechanisms, &credentials)).await? {
        Ok(_) => Ok(()),
        Err(error) if error.is_permanent() => Err(refused(&error.to_string())),
        // The server asks on to say why, in words for programs; the library answers no such question.
        Err(error) if error.is_client() && is_offered && login.password.is_token() => {
            Err(refused("it does not take the token"))
        }
        Err(error) if error.is_client() => {
            let words = worded(&error);
            Err(Trouble::new(
                TroubleKind::Setup,
                format!(
                    "The mail server {server} takes no login here: {words}. Try submission:// or smtps://, or leave the user out where it wants none."
                ),
            ))
        }
        Err(error) => {
            let trouble = trouble(server, &error);
            Err(Trouble::new(trouble.kind, said(&trouble.sentence, secret)))
        }
    }
}

/// What went wrong before a mail was begun.
fn trouble(server: &MailServer, error: &Error) -> Trouble {
    let kind = if error.is_permanent() {
        TroubleKind::Refused
    } else if error.is_transient() {
        TroubleKind::Busy
    } else if error.is_response() || error.is_client() {
        TroubleKind::Gibberish
    } else {
        TroubleKind::Connection
    };
    helped(kind, &format!("The mail server {server} cannot be used: {}.", worded(error)))
}

fn lost(server: &MailServer, error: &std::io::Error) -> Trouble {
    helped(TroubleKind::Connection, &format!("The connection to the mail server {server} was lost: {error}."))
}

/// What went wrong before a mail was begun, with what would help.
fn helped(kind: TroubleKind, sentence: &str) -> Trouble {
    let help = match kind {
        TroubleKind::Connection | TroubleKind::Silence => " Does it run, and is the port right?",
        TroubleKind::Gibberish => " Is this the port of an SMTP server?",
        TroubleKind::Refused => " Ask whoever keeps that server to let this machine send by it.",
        TroubleKind::Setup
        | TroubleKind::Login
        | TroubleKind::Busy
        | TroubleKind::Folder
        | TroubleKind::Desk
        | TroubleKind::Stopped => "",
    };
    Trouble::new(kind, format!("{sentence}{help}"))
}

#[cfg(test)]
mod tests {
    use super::end_of_answer;

    #[test]
    fn an_answer_ends_with_its_first_line_without_a_dash() {
        for (bytes, end) in [
            ("220 ready\r\n", Some(11)),
            ("220-one\r\n220 two\r\n", Some(18)),
            ("220 ready\r\n250 injected\r\n", Some(11)),
            ("220 ready", None),
            ("220-one\r\n", None),
            ("", None),
            ("\n", Some(1)),
        ] {
            assert_eq!(end_of_answer(bytes.as_bytes()), end, "{bytes:?}");
        }
    }
}
