//! Reaching an IMAP server: the connection, its encryption, and the login.

use super::{
    gauge::{Gauge, Wire},
    session::{Session, Way, lost, without_code},
};
use crate::{
    config::{MailServer, Security},
    email::{Password, Trouble, TroubleKind, trouble::said},
};
use async_imap::{
    Authenticator, Client,
    error::Error,
    imap_proto::{Response, Status},
};
use std::{io, path::Path, sync::Arc};
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        self, CertificateError, ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    },
};

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
            let wire = encrypted(wire, server, authority, way).await?;
            greeted(Client::new(Gauge::new(wire)), server, way).await?
        }
        Security::StartTls => {
            let mut client = greeted(Client::new(Gauge::new(wire)), server, way).await?;
            let asked = way.patiently("STARTTLS", client.run_command_and_check_ok("STARTTLS", None)).await?;
            asked.map_err(|error| no_encryption(server, &error))?;
            // Whatever was sent before the encryption began is dropped with the old client: anybody may have sent it.
            let wire = encrypted(client.into_inner().into_inner(), server, authority, way).await?;
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

async fn encrypted(
    wire: Box<dyn Wire>,
    server: &MailServer,
    authority: Option<&Path>,
    way: &Way,
) -> Result<Box<dyn Wire>, Trouble> {
    let connector = TlsConnector::from(Arc::new(trusting(authority)?));
    let name = ServerName::try_from(server.host.clone()).map_err(|_| {
        Trouble::new(TroubleKind::Setup, format!("“{}” is no name that a certificate could have.", server.host))
    })?;
    let stream = way.patiently("the encryption", connector.connect(name, wire)).await?;
    Ok(Box::new(stream.map_err(|error| untrusted(server, &error))?))
}

fn trusting(authority: Option<&Path>) -> Result<ClientConfig, Trouble> {
    let setup = |sentence: String| Trouble::new(TroubleKind::Setup, sentence);
    let mut roots = RootCertStore::empty();
    // What of the system's store cannot be read is nobody's fault here; with nothing left, no certificate is trusted.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(file) = authority {
        let wrong = |reason: &dyn std::fmt::Display| {
            setup(format!("The certificates in {} (ca-file) cannot be used: {reason}.", file.display()))
        };
        let mut own = 0;
        for certificate in CertificateDer::pem_file_iter(file).map_err(|error| wrong(&error))? {
            roots.add(certificate.map_err(|error| wrong(&error))?).map_err(|error| wrong(&error))?;
            own += 1;
        }
        if own == 0 {
            return Err(wrong(&"there is none in it"));
        }
    }
    let versions = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| setup(format!("TLS cannot be used: {error}.")))?;
    Ok(versions.with_root_certificates(roots).with_no_client_auth())
}

fn untrusted(server: &MailServer, error: &io::Error) -> Trouble {
    let reason = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let Some(rustls::Error::InvalidCertificate(certificate)) = reason else {
        return Trouble::new(
            TroubleKind::Connection,
            format!("The mail server {server} cannot be talked to in TLS: {error}. Is it the right port for that?"),
        );
    };
    let words = match certificate {
        CertificateError::UnknownIssuer => {
            "nobody who is trusted signed it; name your own authority's file with ca-file".to_owned()
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has expired; the server needs a new one".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet; is the clock of this machine right?".to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("it is not for “{}”; use the name that the certificate has", server.host)
        }
        other => other.to_string(),
    };
    Trouble::new(TroubleKind::Setup, format!("The certificate of the mail server {server} is not accepted: {words}."))
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
    let first = way.patiently("its greeting", client.read_response()).await?;
    let no_imap = || {
        Trouble::new(
            TroubleKind::Gibberish,
            format!("What answers at {server} is no IMAP server. Is it the right port?"),
        )
    };
    let first = first.map_err(|error| lost(&error)).map_err(|trouble| match trouble.kind {
        TroubleKind::Gibberish => no_imap(),
        _ => trouble,
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

/// One answer to one question, so that a password may have any characters.
struct Plain(Vec<u8>);

impl Authenticator for Plain {
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
    let outcome = if user.is_ascii() && secret.is_ascii() {
        way.patiently("the login", client.login(user, secret)).await?
    } else {
        let plain = Plain(format!("\0{user}\0{secret}").into_bytes());
        way.patiently("the login", client.authenticate("PLAIN", plain)).await?
    };
    match outcome {
        Ok(session) => Ok(Session::new(session, way.clone(), secret)),
        Err((Error::No(words) | Error::Bad(words), _)) => Err(Trouble::new(
            TroubleKind::Login,
            format!(
                "The mail server {server} does not let “{user}” in: {}. Look at the user in the configuration, and at the password.",
                said(without_code(information(&words)), secret).trim_end_matches('.')
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
