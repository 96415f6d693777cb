//! A running server and its desk in figures, as JSON and as rows.

use crate::{
    cli::{
        output::Row,
        table::{Column, column},
        zone::{CLOCK, Zone},
    },
    desk::{Figures, page::Moment},
    domain::mail::MailboxHealth,
    ssh::status::{Session, Status},
};
use serde::Serialize;

/// `status`.
#[derive(Debug, Serialize)]
pub struct StatusJson<'a> {
    /// Null where nobody serves the desk.
    server: Option<ServerJson<'a>>,
    queue: QueueJson,
    /// Those in trouble alone.
    mailboxes: Vec<MailboxJson<'a>>,
    database: DatabaseJson,
}

#[derive(Debug, Serialize)]
struct ServerJson<'a> {
    pid: u32,
    since: Moment,
    uptime_seconds: i64,
    ssh: Vec<String>,
    host_key: &'a str,
    strangers: usize,
    sessions: Vec<SessionJson<'a>>,
}

#[derive(Debug, Serialize)]
struct QueueJson {
    unassigned: u64,
    needs_reassignment: u64,
    outbox: u64,
    /// Replies that failed within the last day.
    undelivered: u64,
}

#[derive(Debug, Serialize)]
struct MailboxJson<'a> {
    name: &'a str,
    trouble: &'a str,
    since: Moment,
    next: Option<Moment>,
}

#[derive(Debug, Serialize)]
struct DatabaseJson {
    bytes: u64,
    schema: u32,
}

impl<'a> StatusJson<'a> {
    /// From what the server told, if one runs, the desk's figures, and its mailboxes in trouble.
    pub fn new(told: Option<&'a Status>, figures: &Figures, troubled: &'a [MailboxHealth], now: Moment) -> Self {
        let server = told.map(|server| ServerJson {
            pid: server.pid,
            since: server.since,
            uptime_seconds: (now - server.since).num_seconds().max(0),
            ssh: server.addresses.iter().map(ToString::to_string).collect(),
            host_key: &server.fingerprint,
            strangers: server.strangers,
            sessions: server.sessions.iter().map(SessionJson::from).collect(),
        });
        let Figures { unassigned, needs_reassignment, queued, undelivered, schema, bytes } = *figures;
        Self {
            server,
            queue: QueueJson { unassigned, needs_reassignment, outbox: queued, undelivered },
            mailboxes: troubled
                .iter()
                .map(|mailbox| MailboxJson {
                    name: &mailbox.name,
                    trouble: mailbox.trouble.as_deref().unwrap_or_default(),
                    since: mailbox.since,
                    next: mailbox.next,
                })
                .collect(),
            database: DatabaseJson { bytes, schema },
        }
    }
}

/// One session.
#[derive(Debug, Serialize)]
pub struct SessionJson<'a> {
    agent: Option<&'a str>,
    kind: &'a str,
    since: Moment,
    address: String,
}

impl<'a> From<&'a Session> for SessionJson<'a> {
    fn from(session: &'a Session) -> Self {
        Self {
            agent: session.agent.as_deref(),
            kind: &session.kind,
            since: session.since,
            address: session.address.to_string(),
        }
    }
}

impl Row for SessionJson<'_> {
    const COLUMNS: &'static [Column] =
        &[column("AGENT", 32), column("KIND", 10), column("SINCE", CLOCK), column("FROM", 50)];

    fn cells(&self, zone: Zone) -> Vec<String> {
        vec![
            match (self.agent, self.kind) {
                (Some(agent), _) => agent,
                (None, "visiting") => "demo",
                (None, _) => "",
            }
            .to_owned(),
            self.kind.to_owned(),
            zone.clock(self.since),
            self.address.clone(),
        ]
    }
}
