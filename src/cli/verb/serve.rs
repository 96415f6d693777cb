//! `serve`: the desk for agents over SSH, and its mailboxes.

use super::about::keymap_in_force;
use crate::{
    cli::{
        arguments::{LimitArguments, ServeArguments},
        call::{Call, said},
        failure::Failure,
        output::Output,
        remote,
        streams::Streams,
    },
    config::{Config, MailAccount},
    demo::visit::{VisitLimits, Visits},
    desk::Desk,
    email::{self, Chance, Pace},
    ssh::{
        CommandLine, host_key,
        limits::{Limits, Room},
        log,
        server::{ServeError, Service, Settings},
    },
};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGTERM},
    iterator::Signals,
};
use std::{
    net::{SocketAddr, ToSocketAddrs as _},
    sync::Arc,
    thread,
    time::Duration,
};

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        Self::failed(error.to_string())
    }
}

/// How long mailboxes may take to end. One that a server keeps waiting is left behind: it holds nothing that would be lost.
const ENDING: Duration = Duration::from_secs(10);

/// Serves until the process is asked to end.
///
/// # Errors
/// No desk, nothing to serve, an address that cannot be listened on, or a host key that cannot be used.
pub fn run(arguments: &ServeArguments, call: &Call, output: &Output) -> Result<(), Failure> {
    let accounts = mailboxes(arguments, call.config()?)?;
    let file = call.desk_file()?;
    let settings = Settings {
        addresses: addresses(&arguments.ssh)?,
        host_key: host_key::beside(file),
        limits: limits(arguments),
        keymap: Arc::new(keymap_in_force(call.config()?)?),
        command_line: command_line(),
        visits: if arguments.demo { Some(visits(arguments, call)?) } else { None },
    };
    let desk = call.desk()?;
    let _log = log::start(arguments.log.as_deref()).map_err(|error| {
        let folder = arguments.log.as_deref().map(said).unwrap_or_default();
        Failure::failed(format!("The log cannot be kept in {folder}: {error}."))
    })?;
    // Listened for before anybody is told that the server is there.
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGHUP])
        .map_err(|error| Failure::failed(format!("Signals cannot be waited for: {error}.")))?;
    let service = Service::start(desk.clone(), settings)?;
    let mail = start_mail(&desk, &accounts)?;
    for address in service.addresses() {
        output.notice(&format!("deskline: ssh on {address}, host key {}", service.fingerprint()));
    }
    for account in &accounts {
        output.notice(&format!("deskline: mailbox {}", account.name));
    }
    output.notice(&format!("deskline: stop it with Ctrl-C or “kill {}”; drafts are kept", std::process::id()));
    signals.forever().next();
    output.notice("deskline: stopping");
    thread::spawn(move || {
        // Asked twice, it goes at once; drafts are kept within a second of the last key anyway.
        if signals.forever().next().is_some() {
            std::process::exit(1);
        }
    });
    // Both at the same time.
    if let Some(mail) = &mail {
        mail.ask_to_stop();
    }
    service.stop();
    if let Some(mail) = mail
        && !mail.stop(ENDING)
    {
        tracing::warn!("a mailbox did not end in time");
    }
    Ok(())
}

/// The mailboxes to serve.
fn mailboxes(arguments: &ServeArguments, config: &Config) -> Result<Vec<MailAccount>, Failure> {
    let accounts = if arguments.no_mail { Vec::new() } else { config.mail.clone() };
    if arguments.mail && accounts.is_empty() {
        return Err(Failure::usage(
            "The configuration has no mailbox to serve: add [mail.support] with the address that customers write to. Where the file is: deskline config",
        ));
    }
    if arguments.ssh.is_empty() && accounts.is_empty() {
        return Err(Failure::usage(
            "There is nothing to serve. Let agents in with --ssh ADDRESS:PORT, or add a mailbox to the configuration ([mail.support]).",
        ));
    }
    Ok(accounts)
}

fn start_mail(desk: &Desk, accounts: &[MailAccount]) -> Result<Option<email::Service>, Failure> {
    let names: Vec<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
    desk.only_mailboxes(&names)?;
    if accounts.is_empty() {
        return Ok(None);
    }
    // Where the system has no chance to give, all mailboxes come back at the same moment; nothing else depends on it.
    let chance: Chance = Arc::new(|| getrandom::u64().unwrap_or_default());
    let started = email::Service::start(desk, accounts, Pace::default(), &chance);
    started.map(Some).map_err(|error| Failure::failed(format!("The mailboxes cannot be watched: {error}.")))
}

fn visits(arguments: &ServeArguments, call: &Call) -> Result<Arc<Visits>, Failure> {
    let limits = VisitLimits {
        visits: arguments.limits.demo_desks,
        age: chrono::Duration::minutes(arguments.limits.demo_minutes.into()),
        ..VisitLimits::default()
    };
    Ok(Visits::within(&call.config()?.temporary, limits, Call::clock())?)
}

fn command_line() -> CommandLine {
    Arc::new(|desk, who, line, input, output, errors| remote::run(desk, who, line, Streams { input, output, errors }))
}

fn addresses(written: &[String]) -> Result<Vec<SocketAddr>, Failure> {
    let mut addresses = Vec::new();
    for text in written {
        let found = text.to_socket_addrs().map_err(|error| {
            Failure::usage(format!("“{text}” is no address to listen on: {error}. Write it as 0.0.0.0:2222."))
        })?;
        addresses.extend(found);
    }
    Ok(addresses)
}

fn limits(arguments: &ServeArguments) -> Limits {
    let LimitArguments {
        sessions_per_agent,
        strangers,
        strangers_per_address,
        demo_desks,
        login,
        stall,
        alive,
        wrong_code,
        ..
    } = arguments.limits;
    Limits {
        sessions_per_agent,
        connections_per_agent: sessions_per_agent,
        // One more, so that somebody is told in words that all are taken.
        visitors: demo_desks.saturating_add(1),
        strangers: Room {
            in_all: strangers.max(1),
            from_one_address: strangers_per_address.max(1),
            ..Limits::default().strangers
        },
        login: Duration::from_secs(login),
        stall: Duration::from_secs(stall),
        alive: Duration::from_secs(alive.max(1)),
        wrong_code: Duration::from_millis(wrong_code),
        idle: Some(Duration::from_secs(arguments.idle.saturating_mul(60))).filter(|idle| !idle.is_zero()),
        ..Limits::default()
    }
}
