//! `keys`, `config` and `completions`: what deskline tells about itself.

use crate::{
    cli::{
        arguments::{Arguments, CompletionsArguments},
        call::{Call, said},
        failure::Failure,
        output::{Output, Row},
        table::{Column, column},
        zone::Zone,
    },
    config::{Config, MailAccount, MailSending, MailServer, MailSource, Security, Settled, Source},
    tui::keymap::{self, Keymap},
};
use clap::CommandFactory;
use serde::Serialize;

#[derive(Debug, Serialize)]
struct InForce {
    key: String,
    value: Option<String>,
    from: String,
}

impl Row for InForce {
    const COLUMNS: &'static [Column] = &[column("KEY", 32), column("FROM", 20), column("VALUE", 200)];

    fn cells(&self, _zone: Zone) -> Vec<String> {
        vec![self.key.clone(), self.from.clone(), self.value.clone().unwrap_or_default()]
    }
}

fn in_force(key: &'static str, settled: Option<(String, Source)>) -> InForce {
    let (value, source) = settled.map_or((None, Source::Default), |(value, source)| (Some(value), source));
    InForce { key: key.to_owned(), value, from: source.to_string() }
}

#[derive(Debug, Serialize)]
struct KeyJson<'a> {
    action: &'static str,
    context: &'static str,
    keys: Vec<String>,
    label: &'a str,
    does: &'a str,
    #[serde(skip)]
    shown: String,
}

impl<'a> From<&'a keymap::Row> for KeyJson<'a> {
    fn from(row: &'a keymap::Row) -> Self {
        Self {
            action: row.action.name(),
            context: row.context.name(),
            keys: row.keys.iter().map(ToString::to_string).collect(),
            label: &row.label,
            does: &row.does,
            shown: row.keys_text(),
        }
    }
}

impl Row for KeyJson<'_> {
    const COLUMNS: &'static [Column] =
        &[column("WHERE", 16), column("KEYS", 32), column("ACTION", 28), column("WHAT IT DOES", 100)];

    fn cells(&self, _zone: Zone) -> Vec<String> {
        vec![self.context.to_owned(), self.shown.clone(), self.action.to_owned(), self.does.to_owned()]
    }
}

/// Prints the keymap in force: the built-in one, changed by the user's own file where that is on this machine.
///
/// # Errors
/// Where that file cannot be read or is wrong, with the line. The built-in keymap is printed then: this is where whoever
/// mends the file looks for the names of the actions.
pub fn keys(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let in_force = call.own_config().map_or_else(|| Ok(Keymap::built_in()), keymap_in_force);
    let (keymap, trouble) = match in_force {
        Ok(keymap) => (keymap, Ok(())),
        Err(trouble) => (Keymap::built_in(), Err(trouble)),
    };
    output.rows(&keymap.rows().iter().map(KeyJson::from).collect::<Vec<_>>())?;
    trouble
}

/// The keymap in force.
///
/// # Errors
/// Where the user's own file cannot be read or is wrong, with the line.
pub fn keymap_in_force(config: &Config) -> Result<Keymap, Failure> {
    let Some(Settled { value: file, .. }) = &config.keymap else { return Ok(Keymap::built_in()) };
    let wrong = |reason: &str| Failure::failed(format!("The keymap {} cannot be used: {reason}.", said(file)));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(&error.to_string()))?;
    Keymap::with_user_file(&text).map_err(|error| {
        let reason = error.to_string();
        wrong(reason.strip_prefix("keymap, ").unwrap_or(&reason))
    })
}

/// Prints where the configuration file is and what is in force, with who settled it.
///
/// # Errors
/// For who is not at this machine, or where standard output does not take it.
pub fn config(call: &Call, output: &mut Output) -> Result<(), Failure> {
    let config = call.config()?;
    let file = InForce {
        key: "file".to_owned(),
        value: config.file.as_deref().map(said),
        from: if config.file_found { "found" } else { "not there" }.to_owned(),
    };
    let desk = config.desk.as_ref().map(|Settled { value, source }| (said(value), *source));
    let actor = config.actor.as_ref().map(|Settled { value, source }| (value.clone(), *source));
    let keymap = config.keymap.as_ref().map(|Settled { value, source }| (said(value), *source));
    let mut rows = vec![
        file,
        in_force("desk", desk),
        in_force("as", actor),
        in_force("keymap", keymap),
        in_force("theme", Some((config.theme.value.to_string(), config.theme.source))),
    ];
    rows.extend(config.mail.iter().map(|account| InForce {
        key: format!("mail.{}", account.name),
        value: Some(mailbox(account)),
        from: Source::File.to_string(),
    }));
    output.rows(&rows)
}

/// A mailbox in a line; of its password not even where it is.
fn mailbox(account: &MailAccount) -> String {
    let server = |kind: &str, server: &MailServer| {
        let security = match server.security {
            Security::Tls => "TLS",
            Security::StartTls => "STARTTLS",
            Security::None => "no TLS",
        };
        let user = server.user.as_ref().map_or_else(String::new, |user| format!(" as {user}"));
        format!("{kind} {server}{user}, {security}")
    };
    let source = match &account.source {
        MailSource::Imap(imap) => server("IMAP", imap),
        MailSource::Maildir(folder) => format!("Maildir {}", said(folder)),
        MailSource::Pipe => "deskline receive --mail".to_owned(),
    };
    let sending = match &account.sending {
        Some(MailSending::Smtp(smtp)) => format!("by {}", server("SMTP", smtp)),
        Some(MailSending::Sendmail(program)) => format!("by {}", said(program)),
        None => "by nothing".to_owned(),
    };
    let group = account.group.as_ref().map_or_else(|| "in no group".to_owned(), |group| format!("in {group}"));
    format!("{} {group}; arrives from {source}; leaves {sending}", account.address)
}

/// Prints the completions of a shell.
///
/// # Errors
/// Where standard output does not take it.
pub fn completions(arguments: &CompletionsArguments, output: &mut Output) -> Result<(), Failure> {
    // clap_complete panics where its stream fails, so it writes to memory first.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "deskline", &mut script);
    output.stream().write_all(&script).map_err(Failure::Output)
}
