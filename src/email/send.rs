//! Handing a mail over: to an SMTP server or to a program like sendmail, and what became of it, for certain or not.

use super::{Password, Trouble, TroubleKind, build::Built, said};
use crate::config::{MailAccount, MailSending, MailServer, PasswordPlace, Security};
use lettre::{
    address::Envelope,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{Certificate, SmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
    },
};
use std::{
    io::{Read as _, Write as _},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

/// How long a server may take for each step.
const STEP: Duration = Duration::from_secs(45);

/// How long it may take to say whether it took a mail.
const LAST_STEP: Duration = Duration::from_mins(3);

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    /// The server took it.
    Over,
    /// It did not, for certain; later it may. `mailbox`: nothing else can leave by this mailbox either.
    NotNow {
        /// Why, in a sentence.
        words: String,
        /// Whether the server, and not this one mail, is the reason.
        mailbox: bool,
    },
    /// It never will.
    Never(String),
    /// The connection broke before it said.
    Unknown(String),
}

/// Hands one mail over.
pub fn hand_over(account: &MailAccount, mail: &Built) -> Handed {
    match &account.sending {
        None => Handed::NotNow {
            words: format!("The mailbox {} has no way for mail to leave: give it smtp or sendmail.", account.name),
            mailbox: true,
        },
        Some(MailSending::Sendmail(program)) => by_program(program, mail),
        Some(MailSending::Smtp(server)) => {
            let authority = account.authority.as_deref();
            match connect(server, account.password.as_ref(), authority, &account.address) {
                Ok(mut connection) => by_server(&mut connection, server, mail),
                Err(trouble) => Handed::NotNow { words: trouble.sentence, mailbox: true },
            }
        }
    }
}

/// Tries whether mail could leave: connects and logs in, and says goodbye.
///
/// # Errors
/// What is wrong, in a sentence.
pub fn try_sending(account: &MailAccount) -> Result<(), Trouble> {
    match &account.sending {
        None => Err(Trouble::new(
            TroubleKind::Setup,
            format!("The mailbox {} has no way for mail to leave: give it smtp or sendmail.", account.name),
        )),
        Some(MailSending::Sendmail(program)) if program.is_file() => Ok(()),
        Some(MailSending::Sendmail(program)) => {
            Err(Trouble::new(TroubleKind::Setup, format!("There is no program {} (sendmail).", program.display())))
        }
        Some(MailSending::Smtp(server)) => {
            let authority = account.authority.as_deref();
            let mut connection = connect(server, account.password.as_ref(), authority, &account.address)?;
            let _ = connection.quit();
            Ok(())
        }
    }
}

/// Hands a mail to a program that takes it as sendmail does: the mail on its standard input, the envelope as arguments.
fn by_program(program: &Path, mail: &Built) -> Handed {
    let name = program.display();
    let sender = mail.envelope.from().map_or("<>", AsRef::as_ref);
    let started = Command::new(program)
        .args(["-i", "-f", sender, "--"])
        .args(mail.envelope.to().iter().map(AsRef::<str>::as_ref))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) => return Handed::NotNow { words: format!("{name} cannot be started: {error}."), mailbox: true },
    };
    // Such programs expect the line ends of files.
    let bytes = String::from_utf8_lossy(&mail.bytes).replace("\r\n", "\n");
    let stdin = child.stdin.take();
    let stderr = child.stderr.take();
    // A program that reads nothing, or says too much, is waited for no longer than one that hangs.
    let writes = thread::spawn(move || stdin.is_none_or(|mut stdin| stdin.write_all(bytes.as_bytes()).is_ok()));
    let (say, heard) = mpsc::channel();
    thread::spawn(move || {
        let mut words = Vec::new();
        if let Some(stderr) = stderr {
            let _ = stderr.take(2_000).read_to_end(&mut words);
        }
        let _ = say.send(said(&String::from_utf8_lossy(&words), ""));
    });
    let end = Instant::now() + LAST_STEP;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < end => thread::sleep(Duration::from_millis(10)),
            Ok(None) | Err(_) => {
                let _ = child.kill();
                let _ = child.wait();
                return Handed::Unknown(format!("{name} did not end, so that nobody knows whether it took the mail."));
            }
        }
    };
    let whole = writes.join().unwrap_or(false);
    // A child of the program's own may keep that open for long.
    let words = heard.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
    match status.code() {
        Some(0) if whole => Handed::Over,
        Some(0) => Handed::NotNow { words: format!("{name} did not read the whole mail."), mailbox: false },
        // What sysexits calls bad data, no such user and no such host.
        Some(code @ (65 | 67 | 68)) => Handed::Never(format!("{name} refused it ({code}): {words}")),
        Some(code @ 75) => {
            Handed::NotNow { words: format!("{name} cannot take it now ({code}): {words}"), mailbox: false }
        }
        Some(code) => Handed::NotNow { words: format!("{name} failed ({code}): {words}"), mailbox: true },
        None => Handed::Unknown(format!("{name} was killed, so that nobody knows whether it took the mail.")),
    }
}

/// Connects as the configuration says, TLS and login included.
fn connect(
    server: &MailServer,
    password: Option<&PasswordPlace>,
    authority: Option<&Path>,
    address: &str,
) -> Result<SmtpConnection, Trouble> {
    let host = address.rsplit_once('@').map_or("localhost", |(_, host)| host);
    let hello = if host.is_ascii() { ClientId::Domain(host.to_owned()) } else { ClientId::default() };
    let reach = (server.host.as_str(), server.port);
    let lost = |error: &Error| trouble(server, error);
    let mut connection = match server.security {
        Security::Tls => {
            let tls = trusting(server, authority)?;
            SmtpConnection::connect(reach, Some(STEP), &hello, Some(&tls), None).map_err(|error| lost(&error))?
        }
        Security::StartTls => {
            let tls = trusting(server, authority)?;
            let mut plain =
                SmtpConnection::connect(reach, Some(STEP), &hello, None, None).map_err(|error| lost(&error))?;
            if !plain.can_starttls() {
                return Err(Trouble::new(
                    TroubleKind::Setup,
                    format!(
                        "The mail server {server} offers no STARTTLS, so nothing was said to it. Try smtps:// instead."
                    ),
                ));
            }
            plain.starttls(&tls, &hello).map_err(|error| lost(&error))?;
            plain
        }
        Security::None => {
            if !crate::config::is_loopback(&server.host) {
                return Err(Trouble::new(
                    TroubleKind::Setup,
                    format!(
                        "{server} is another machine, and mail goes there in TLS only. Write smtps:// or submission://."
                    ),
                ));
            }
            SmtpConnection::connect(reach, Some(STEP), &hello, None, None).map_err(|error| lost(&error))?
        }
    };
    if let Some(user) = &server.user {
        let place = password.ok_or_else(|| {
            Trouble::new(
                TroubleKind::Setup,
                format!("There is no password for {user} at {server}: give password-file."),
            )
        })?;
        let password = Password::read(place, STEP)?;
        let credentials = Credentials::new(user.clone(), password.reveal().to_owned());
        connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).map_err(|error| {
            if error.is_permanent() {
                let words = said(&error.to_string(), password.reveal());
                Trouble::new(
                    TroubleKind::Login,
                    format!("The mail server {server} does not let {user} in: {words}. Look at user and password."),
                )
            } else {
                let trouble = trouble(server, &error);
                Trouble::new(trouble.kind, said(&trouble.sentence, password.reveal()))
            }
        })?;
    }
    Ok(connection)
}

fn trusting(server: &MailServer, authority: Option<&Path>) -> Result<TlsParameters, Trouble> {
    let setup = |sentence: String| Trouble::new(TroubleKind::Setup, sentence);
    let mut builder = TlsParameters::builder(server.host.clone());
    if let Some(file) = authority {
        let wrong = |reason: &dyn std::fmt::Display| {
            setup(format!("The certificates in {} (ca-file) cannot be used: {reason}.", file.display()))
        };
        let pem = std::fs::read(file).map_err(|error| wrong(&error))?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| wrong(&error))?);
    }
    builder.build_rustls().map_err(|error| setup(format!("TLS cannot be used: {error}.")))
}

/// What went wrong before a mail was begun.
fn trouble(server: &MailServer, error: &Error) -> Trouble {
    let kind = if error.is_permanent() || error.is_transient() {
        TroubleKind::Refused
    } else if error.is_response() || error.is_client() {
        TroubleKind::Gibberish
    } else {
        TroubleKind::Connection
    };
    Trouble::new(kind, format!("The mail server {server} cannot be used: {}.", worded(error)))
}

/// An error with what is behind it, in one line.
fn worded(error: &Error) -> String {
    let mut words = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(inner) = source {
        let inner_words = inner.to_string();
        if !words.contains(&inner_words) {
            words = format!("{words}: {inner_words}");
        }
        source = inner.source();
    }
    said(&words, "").trim_end_matches('.').to_owned()
}

/// The conversation about one mail, step by step, so that it is known which one failed.
fn by_server(connection: &mut SmtpConnection, server: &MailServer, mail: &Built) -> Handed {
    let Built { envelope, bytes } = mail;
    let parameters = match parameters(connection, envelope, bytes) {
        Ok(parameters) => parameters,
        Err(words) => return Handed::Never(words),
    };
    let mut steps = || -> Result<(), (Error, bool)> {
        connection.command(Mail::new(envelope.from().cloned(), parameters.clone())).map_err(|error| (error, true))?;
        for recipient in envelope.to() {
            connection.command(Rcpt::new(recipient.clone(), Vec::new())).map_err(|error| (error, false))?;
        }
        connection.command(Data).map_err(|error| (error, false))?;
        Ok(())
    };
    if let Err((error, of_sender)) = steps() {
        connection.abort();
        return refused(server, &error, of_sender);
    }
    // From here on the server may have it whatever is heard of that.
    let _ = connection.set_timeout(Some(LAST_STEP));
    match connection.message(bytes) {
        Ok(_) => {
            let _ = connection.set_timeout(Some(Duration::from_secs(2)));
            let _ = connection.quit();
            Handed::Over
        }
        Err(error) if error.is_permanent() || error.is_transient() => {
            connection.abort();
            refused(server, &error, false)
        }
        Err(error) => {
            connection.abort();
            Handed::Unknown(format!(
                "The connection to {server} broke before it said whether it took the mail: {}.",
                worded(&error)
            ))
        }
    }
}

/// What is said with the sender: that letters beyond ASCII are in the mail, or in an address.
fn parameters(connection: &SmtpConnection, envelope: &Envelope, bytes: &[u8]) -> Result<Vec<MailParameter>, String> {
    let mut parameters = Vec::new();
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

/// A no of the server. What it says of the sender or of nobody in particular is about the mailbox, what it says of the
/// recipient or the text is about this mail.
fn refused(server: &MailServer, error: &Error, of_sender: bool) -> Handed {
    let words = format!("The mail server {server} said: {}.", worded(error));
    if error.is_permanent() && !of_sender {
        return Handed::Never(words);
    }
    Handed::NotNow { words, mailbox: of_sender || !(error.is_permanent() || error.is_transient()) }
}
