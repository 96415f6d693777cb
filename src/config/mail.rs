//! What `[mail.NAME]` of the configuration file says: one support mailbox, where its mail comes from and how answers leave.

mod url;

use chrono::NaiveDate;
use serde::{Deserialize, de::IgnoredAny};
use std::{
    collections::BTreeMap,
    fmt,
    ops::Range,
    path::{Path, PathBuf},
};
use toml::Spanned;

/// One support mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailAccount {
    /// What it is called in the configuration: letters a-z, digits, "-" and "_".
    pub name: String,
    /// Where customers write and answers leave from; the domain in lower case.
    pub address: String,
    /// The group whose queue new conversations go to; `None`: no group's.
    pub group: Option<String>,
    /// Where its mail comes from.
    pub source: MailSource,
    /// How answers leave; `None`: nothing can be sent from it.
    pub sending: Option<MailSending>,
    /// Where the password is; it is never in the configuration itself.
    pub password: Option<PasswordPlace>,
    /// Which folder has the answers that were sent from elsewhere.
    pub sent: SentFolder,
    /// A file with certificate authorities of one's own (PEM), trusted besides the system's.
    pub authority: Option<PathBuf>,
    /// Which of its mails are history.
    pub history: HistoryBefore,
    /// Whether its server delivers addresses with a tag (`support+TAG@…`), so that answers may come to them.
    pub tags: bool,
}

/// Which of the mails that lie in a mailbox come in as history (R1.7), by when they arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HistoryBefore {
    /// Those that lay there a week before it was connected.
    Connected,
    /// Those from before this day, in UTC.
    Day(NaiveDate),
    /// None.
    Never,
}

/// Where mail comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailSource {
    /// From an IMAP server; its user is always there.
    Imap(MailServer),
    /// From a folder that a mail server of this machine delivers into.
    Maildir(PathBuf),
    /// From `deskline receive --mail` alone.
    Pipe,
}

/// How mail leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailSending {
    /// Through an SMTP server.
    Smtp(MailServer),
    /// Through a program that takes mails as sendmail does.
    Sendmail(PathBuf),
}

/// A server and how it is talked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    /// How the connection is kept from being read on the way.
    pub security: Security,
    /// Its name or address; an IPv6 address without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Who logs in.
    pub user: Option<String>,
}

/// How a connection is kept from being read on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS before anything is said that matters; a server that does not offer it is left.
    StartTls,
    /// Nothing: for this machine alone.
    None,
}

/// Where a password is, or what stands in for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordPlace {
    /// The first line of a file.
    File(PathBuf),
    /// The first line that a command prints.
    Command(Vec<String>),
    /// The same, but it is an OAuth 2.0 access token, as servers ask for that take no passwords.
    Token(Vec<String>),
}

/// Which folder has the answers that were sent from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SentFolder {
    /// The one that the server says is for that; none where it says nothing.
    Found,
    /// The one of this name.
    Named(String),
    /// None is read.
    Unread,
}

impl fmt::Display for MailServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(formatter, "[{}]:{}", self.host, self.port)
        } else {
            write!(formatter, "{}:{}", self.host, self.port)
        }
    }
}

/// `[mail.NAME]` as written. Places are kept so that what is wrong can be said with its line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    address: Option<Spanned<String>>,
    group: Option<String>,
    imap: Option<Spanned<String>>,
    maildir: Option<Spanned<PathBuf>>,
    smtp: Option<Spanned<String>>,
    sendmail: Option<Spanned<PathBuf>>,
    password_file: Option<Spanned<PathBuf>>,
    password_command: Option<Spanned<Vec<String>>>,
    token_command: Option<Spanned<Vec<String>>>,
    // A key of its own, so that whoever writes it reads why not.
    password: Option<Spanned<IgnoredAny>>,
    sent: Option<Spanned<String>>,
    ca_file: Option<PathBuf>,
    history_before: Option<Spanned<String>>,
    tags: Option<bool>,
}

/// All tables `[mail.NAME]`, as written.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct WrittenAccounts(BTreeMap<Spanned<String>, Spanned<Written>>);

/// What is wrong, and where in the text.
#[derive(Debug)]
pub struct Mistake {
    /// The bytes of the file that are wrong.
    pub place: Range<usize>,
    /// A sentence without its full stop.
    pub reason: String,
}

fn mistake(place: &Range<usize>, reason: impl Into<String>) -> Mistake {
    Mistake { place: place.clone(), reason: reason.into() }
}

impl WrittenAccounts {
    /// The accounts in the order of their names.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn settle(self, place: &dyn Fn(PathBuf) -> PathBuf) -> Result<Vec<MailAccount>, Mistake> {
        let mut accounts: Vec<MailAccount> = Vec::new();
        for (name, written) in self.0 {
            let at = name.span();
            let name = name.into_inner();
            if !is_name(&name) {
                return Err(mistake(
                    &at,
                    format!("[mail.{name}] has no usable name: take letters a-z, digits, “-” or “_”"),
                ));
            }
            // The span of a table begins where its header does; an inline one begins with its brace.
            let table = written.span();
            let address = written.get_ref().address.as_ref().map(Spanned::span);
            let account = written.into_inner().settle(name, &table, place)?;
            if let Some(other) = accounts.iter().find(|other| other.address.eq_ignore_ascii_case(&account.address)) {
                let reason = format!("[mail.{}] has this address already; each mailbox has its own", other.name);
                return Err(mistake(&address.unwrap_or(table), reason));
            }
            accounts.push(account);
        }
        Ok(accounts)
    }
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte))
}

impl Written {
    fn settle(
        self,
        name: String,
        table: &Range<usize>,
        place: &dyn Fn(PathBuf) -> PathBuf,
    ) -> Result<MailAccount, Mistake> {
        if let Some(password) = &self.password {
            let reason = "a password does not belong here, where many may read it: name its file with password-file, or a command that prints it with password-command";
            return Err(mistake(&password.span(), reason));
        }
        let Some(address) = &self.address else {
            return Err(mistake(
                table,
                format!("[mail.{name}] says no address: add address = \"support@acme.example\""),
            ));
        };
        let address = checked_address(address.get_ref()).map_err(|reason| mistake(&address.span(), reason))?;
        let source = self.source(place)?;
        let sending = self.sending(place)?;
        let sent = match self.sent {
            None => SentFolder::Found,
            Some(folder) if folder.get_ref().is_empty() => SentFolder::Unread,
            Some(folder) if folder.get_ref().chars().any(char::is_control) => {
                return Err(mistake(&folder.span(), "sent names a folder, in one line"));
            }
            Some(folder) => SentFolder::Named(folder.into_inner()),
        };
        let mut places = [
            self.password_file.map(|file| (file.span(), PasswordPlace::File(place(file.into_inner())))),
            command("password-command", self.password_command, PasswordPlace::Command)?,
            command("token-command", self.token_command, PasswordPlace::Token)?,
        ]
        .into_iter()
        .flatten();
        let password = places.next().map(|(_, password)| password);
        if let Some((place, _)) = places.next() {
            return Err(mistake(&place, "another line says already how to log in; keep one of the two"));
        }
        let history = match &self.history_before {
            Some(written) => history(written.get_ref(), &source).map_err(|reason| mistake(&written.span(), reason))?,
            None => HistoryBefore::Connected,
        };
        let account = MailAccount {
            name,
            address,
            group: self.group,
            source,
            sending,
            password,
            sent,
            authority: self.ca_file.map(place),
            history,
            tags: self.tags.unwrap_or(true),
        };
        if account.password.is_none() && account.logs_in() {
            let reason = "somebody logs in, but nothing says the password: name its file with password-file, a command that prints it with password-command, or one that prints a token with token-command";
            return Err(mistake(table, reason));
        }
        Ok(account)
    }

    fn source(&self, place: &dyn Fn(PathBuf) -> PathBuf) -> Result<MailSource, Mistake> {
        match (&self.imap, &self.maildir) {
            (Some(_), Some(maildir)) => {
                Err(mistake(&maildir.span(), "imap says already where mail comes from; keep one of the two"))
            }
            (Some(written), None) => {
                let server = url::imap(written.get_ref()).map_err(|reason| mistake(&written.span(), reason))?;
                Ok(MailSource::Imap(server))
            }
            (None, Some(folder)) => Ok(MailSource::Maildir(place(folder.get_ref().clone()))),
            (None, None) => Ok(MailSource::Pipe),
        }
    }

    fn sending(&self, place: &dyn Fn(PathBuf) -> PathBuf) -> Result<Option<MailSending>, Mistake> {
        match (&self.smtp, &self.sendmail) {
            (Some(_), Some(program)) => {
                Err(mistake(&program.span(), "smtp says already how mail leaves; keep one of the two"))
            }
            (Some(written), None) => {
                let server = url::smtp(written.get_ref()).map_err(|reason| mistake(&written.span(), reason))?;
                Ok(Some(MailSending::Smtp(server)))
            }
            (None, Some(program)) => Ok(Some(MailSending::Sendmail(place(program.get_ref().clone())))),
            (None, None) => Ok(None),
        }
    }
}

impl MailAccount {
    fn logs_in(&self) -> bool {
        let imap = matches!(self.source, MailSource::Imap(_));
        imap || matches!(&self.sending, Some(MailSending::Smtp(server)) if server.user.is_some())
    }

    /// Whether a mail to this address is for this mailbox; what stands after a "+" in front of the `@` is not looked at, since
    /// that is where reply tokens are.
    pub fn takes(&self, address: &str) -> bool {
        let plain = |address: &str| {
            let (local, domain) = address.rsplit_once('@')?;
            Some((local.split('+').next()?.to_lowercase(), domain.to_lowercase()))
        };
        plain(address).is_some_and(|parts| plain(&self.address) == Some(parts))
    }
}

/// What a command prints that a line names, and where that stands.
fn command(
    key: &str,
    written: Option<Spanned<Vec<String>>>,
    prints: fn(Vec<String>) -> PasswordPlace,
) -> Result<Option<(Range<usize>, PasswordPlace)>, Mistake> {
    let Some(words) = written else { return Ok(None) };
    let place = words.span();
    if words.get_ref().first().is_none_or(String::is_empty) {
        let reason = format!("{key} names no program: write it as [\"pass\", \"show\", \"support\"]");
        return Err(mistake(&place, reason));
    }
    Ok(Some((place, prints(words.into_inner()))))
}

fn history(written: &str, source: &MailSource) -> Result<HistoryBefore, String> {
    if *source == MailSource::Pipe {
        return Err("history-before is about mail that lies somewhere: what is piped in is new".to_owned());
    }
    if written == "never" {
        return Ok(HistoryBefore::Never);
    }
    // chrono reads days without their zeros, too.
    let day = NaiveDate::parse_from_str(written, "%Y-%m-%d").ok().filter(|day| day.to_string() == written);
    day.map(HistoryBefore::Day).ok_or_else(|| {
        "history-before is a day, as in \"2026-11-14\": what arrived before it comes in closed and read; \"never\" takes everything as new".to_owned()
    })
}

/// An address that a mailbox can have; tokens are put after its local part, so that has none yet.
fn checked_address(address: &str) -> Result<String, String> {
    let wrong = |what: &str| format!("address {what}: write it as support@acme.example");
    let (local, domain) = address.rsplit_once('@').ok_or_else(|| wrong("has no “@”"))?;
    let unusable = |text: &str| {
        text.is_empty()
            || !text.is_ascii()
            || text.contains(|letter: char| {
                letter.is_ascii_control() || letter.is_ascii_whitespace() || "()<>[]:;,\\\"@".contains(letter)
            })
    };
    if unusable(local) || unusable(domain) || address.len() > 254 {
        return Err(wrong("is none that mail can be sent to"));
    }
    if local.contains('+') {
        return Err(wrong("may have no “+”, which leads to the conversation in answers"));
    }
    Ok(format!("{local}@{}", domain.to_ascii_lowercase()))
}

/// Whether only this machine is reached there.
pub fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

/// Why others may read a file that holds a password; `None` where only its owner can, or it is not there.
pub fn readable_by_others(file: &Path) -> Option<String> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(file).ok()?.permissions().mode();
    (mode & 0o077 != 0)
        .then(|| format!("The password file {0} can be read by others. Close it: chmod 600 {0}", file.display()))
}
