//! Reaching an IMAP server: the connection, its encryption, and the login.

use super::{
    gauge::Gauge,
    session::{Session, caught, lost, passes, unreadable, without_code},
    way::Way,
};
use crate::{
    config::{MailServer, Security},
    email::{
        Password, Trouble, TroubleKind,
        trouble::said,
        wire::{Wire, encrypted},
    },
};
use async_imap::{
    Authenticator, Client,
    error::Error,
    imap_proto::{Response, Status},
};
use std::path::Path;
use tokio::net::{TcpStream, lookup_host};

/// Connects and logs in.
///
/// # Errors
/// A sentence that says what is wrong with the connection, the certificate or the login.
pub async fn connect(
    server: &MailServer,
    authority: Option<&Path>,
    password: &Password,
    way: &Way,
) -> Result<Session, Trouble> {
    let wire = reach(server, way).await?;
    let client = match server.security {
        Security::None => greeted(Client::new(Gauge::new(wire)), server, way).await?,
        Security::Tls => {
            let wire = within_reason(wire, server, authority, way).await?;
            greeted(Client::new(Gauge::new(wire)), server, way).await?
        }
        Security::StartTls => {
            let mut client = greeted(Client::new(Gauge::new(wire)), server, way).await?;
            let asked = way.patiently("STARTTLS", client.run_command_and_check_ok("STARTTLS", None)).await?;
            asked.map_err(|error| no_encryption(server, &error))?;
            // Whatever was sent before the encryption began is dropped with the old client: anybody may have sent it.
            let wire = within_reason(client.into_inner().into_inner(), server, authority, way).await?;
            Client::new(Gauge::new(wire))
        }
    };
    log_in(client, server, password, way).await
}

async fn reach(server: &MailServer, way: &Way) -> Result<Box<dyn Wire>, Trouble> {
    let connection = |sentence: String| Trouble::new(TroubleKind::Connection, sentence);
    let place = (server.host.as_str(), server.port);
    let found = way.patiently("the search for its address", lookup_host(place)).await?;
    let found = found.map_err(|error| {
        connection(format!("The mail server {} is not found: {error}. Look at its name.", server.host))
    })?;
    let mut refused = None;
    for address in found {
        if server.security == Security::None && !address.ip().is_loopback() {
            refused = Some("it is not on this machine, and without TLS only this machine is talked to".to_owned());
            continue;
        }
        match way.patiently("the connection", TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                let _ = stream.set_nodelay(true);
                return Ok(Box::new(stream));
            }
            Ok(Err(error)) => refused = Some(error.to_string()),
            Err(trouble) if trouble.kind == TroubleKind::Stopped => return Err(trouble),
            Err(trouble) => refused = Some(trouble.sentence.trim_end_matches('.').to_owned()),
        }
    }
    let reason = refused.unwrap_or_else(|| "its name has no address".to_owned());
    Err(connection(format!(
        "The mail server {server} cannot be reached: {reason}. Does it run, and is the port right?"
    )))
}

async fn within_reason(
    wire: Box<dyn Wire>,
    server: &MailServer,
    authority: Option<&Path>,
    way: &Way,
) -> Result<Box<dyn Wire>, Trouble> {
    way.patiently("the encryption", encrypted(wire, server, authority)).await?
}

fn no_encryption(server: &MailServer, error: &Error) -> Trouble {
    match error {
        Error::No(_) | Error::Bad(_) => Trouble::new(
            TroubleKind::Setup,
            format!("The mail server {server} offers no STARTTLS, so nothing was said to it. Try imaps:// instead."),
        ),
        other => broken(server, other, ""),
    }
}

async fn greeted(mut client: Client<Gauge>, server: &MailServer, way: &Way) -> Result<Client<Gauge>, Trouble> {
    let first = way.patiently("its greeting", caught(client.read_response())).await.map_err(|trouble| {
        // Where TLS is expected first, nobody says anything before.
        let silent = trouble.kind != TroubleKind::Stopped && server.security == Security::StartTls;
        let hint = if silent { " Is this a port for imaps://?" } else { "" };
        Trouble::new(trouble.kind, format!("{}{hint}", trouble.sentence))
    })?;
    let no_imap = || {
        Trouble::new(
            TroubleKind::Gibberish,
            format!("What answers at {server} is no IMAP server. Is it the right port?"),
        )
    };
    let first = first.ok_or_else(unreadable).and_then(|first| first.map_err(|error| lost(&error))).map_err(|trouble| {
        match trouble.kind {
            TroubleKind::Gibberish => no_imap(),
            _ => trouble,
        }
    });
    let Some(first) = first? else {
        return Err(Trouble::new(
            TroubleKind::Connection,
            format!("The mail server {server} ended the connection before it said anything. Is it the right port?"),
        ));
    };
    match first.parsed() {
        Response::Data { status: Status::Ok, .. } => Ok(client),
        Response::Data { status: Status::Bye | Status::No, outcome } => Err(Trouble::new(
            TroubleKind::Connection,
            format!(
                "The mail server {server} takes no connections now: {}.",
                said(outcome.information.as_deref().unwrap_or("it says no reason"), "").trim_end_matches('.')
            ),
        )),
        // Somebody in between could have said so, and would read what comes after.
        Response::Data { status: Status::PreAuth, .. } => Err(Trouble::new(
            TroubleKind::Setup,
            format!("The mail server {server} asks for no login, which deskline does not take for an answer."),
        )),
        _ => Err(no_imap()),
    }
}

/// One answer to the first question, and nothing to any other: that is how a server of tokens says why it takes none.
struct Once(Vec<u8>);

impl Authenticator for Once {
    type Response = Vec<u8>;

    fn process(&mut self, _challenge: &[u8]) -> Self::Response {
        std::mem::take(&mut self.0)
    }
}

async fn log_in(
    client: Client<Gauge>,
    server: &MailServer,
    password: &Password,
    way: &Way,
) -> Result<Session, Trouble> {
    let user = server.user.as_deref().unwrap_or_default();
    let secret = password.reveal();
    let outcome = if password.is_token() {
        let bearer = Once(format!("user={user}\x01auth=Bearer {secret}\x01\x01").into_bytes());
        way.patiently("the login", caught(client.authenticate("XOAUTH2", bearer))).await?
    } else if user.is_ascii() && secret.is_ascii() {
        way.patiently("the login", caught(client.login(user, secret))).await?
    } else {
        // So may user and password have any characters.
        let plain = Once(format!("\0{user}\0{secret}").into_bytes());
        way.patiently("the login", caught(client.authenticate("PLAIN", plain))).await?
    };
    match outcome.ok_or_else(unreadable)? {
        Ok(session) => Ok(Session::new(session, way.clone(), secret)),
        Err((Error::No(words) | Error::Bad(words), _)) if passes(information(&words)) => Err(Trouble::new(
            TroubleKind::Busy,
            format!(
                "The mail server {server} lets nobody in now: {}. It is tried again by itself.",
                said(without_code(information(&words)), secret).trim_end_matches('.')
            ),
        )),
        Err((Error::No(words) | Error::Bad(words), _)) => Err(Trouble::new(
            TroubleKind::Login,
            format!(
                "The mail server {server} does not let “{user}” in: {}. {}",
                said(without_code(information(&words)), secret).trim_end_matches('.'),
                password.help()
            ),
        )),
        Err((other, _)) => Err(broken(server, &other, secret)),
    }
}

/// The server's words out of what the library makes of them, which is `code: …, info: Some("words")`.
fn information(words: &str) -> &str {
    let after = words.split_once("info: Some(\"").map(|(_, after)| after);
    after.map_or("it says no reason", |after| after.strip_suffix("\")").unwrap_or(after))
}

fn broken(server: &MailServer, error: &Error, secret: &str) -> Trouble {
    match error {
        Error::Io(error) => lost(error),
        Error::ConnectionLost => Trouble::new(
            TroubleKind::Connection,
            format!("The mail server {server} ended the connection before the login was done."),
        ),
        Error::No(words) | Error::Bad(words) => Trouble::new(
            TroubleKind::Refused,
            format!("The mail server {server} said no: {}.", said(information(words), secret)),
        ),
        // What the library makes of an answer it cannot read repeats that.
        _ => Trouble::new(TroubleKind::Gibberish, format!("The mail server {server} answers what is not IMAP.")),
    }
}

#[cfg(test)]
mod tests {
    use super::information;

    #[test]
    fn only_the_servers_own_words_are_repeated() {
        let words = r#"code: Some(Other("AUTHENTICATIONFAILED")), info: Some("Authentication failed.")"#;
        assert_eq!(information(words), "Authentication failed.");
        assert_eq!(information("code: None, info: None"), "it says no reason");
    }
}
