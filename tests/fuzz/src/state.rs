//! A desk in so few words that two of them can be compared.

use rusqlite::{Connection, Row};
use std::collections::{BTreeMap, BTreeSet};

/// What a desk holds, as far as a mail could change it.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    pub conversations: BTreeMap<i64, Conversation>,
    /// Conversation and customer.
    pub participants: BTreeSet<(i64, i64)>,
    /// Agents added by name, and starters: conversation and agent.
    pub named: BTreeSet<(i64, i64)>,
    pub messages: BTreeMap<i64, Message>,
    /// Customers' addresses.
    pub customers: BTreeMap<i64, String>,
    /// The addresses that agents gave.
    pub agents: BTreeMap<i64, String>,
    pub outbox: BTreeMap<i64, Outgoing>,
    /// Message-IDs with the conversation they belong to.
    pub ids: BTreeSet<(String, i64)>,
    /// Merged conversations, and into which.
    pub merged: BTreeMap<i64, i64>,
    /// How many mails, and how much of everything that no mail may touch.
    pub mails: i64,
    pub fixed: Vec<i64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    pub audience: String,
    pub privacy: String,
    pub state: String,
    pub requester: Option<i64>,
    pub assignee: Option<i64>,
    pub group: Option<i64>,
    pub follow_up_to: Option<i64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    pub conversation: i64,
    pub seq: i64,
    pub kind: String,
    pub agent: Option<i64>,
    pub customer: Option<i64>,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    pub kind: String,
    pub conversation: Option<i64>,
    pub message: Option<i64>,
    pub customer: Option<i64>,
    pub agent: Option<i64>,
    pub address: Option<String>,
}

impl State {
    pub fn of(file: &Connection) -> Self {
        let conversations = rows(
            file,
            "SELECT id, audience, privacy, state, requester_id, assignee_id, group_id, follow_up_to FROM conversation",
            |row| {
                let conversation = Conversation {
                    audience: row.get(1)?,
                    privacy: row.get(2)?,
                    state: row.get(3)?,
                    requester: row.get(4)?,
                    assignee: row.get(5)?,
                    group: row.get(6)?,
                    follow_up_to: row.get(7)?,
                };
                Ok((row.get(0)?, conversation))
            },
        );
        let messages =
            rows(file, "SELECT id, conversation_id, seq, kind, agent_id, customer_id, text FROM message", |row| {
                let message = Message {
                    conversation: row.get(1)?,
                    seq: row.get(2)?,
                    kind: row.get(3)?,
                    agent: row.get(4)?,
                    customer: row.get(5)?,
                    text: row.get(6)?,
                };
                Ok((row.get(0)?, message))
            });
        let outbox = rows(
            file,
            "SELECT id, kind, conversation_id, message_id, customer_id, agent_id, address FROM outbox",
            |row| {
                let outgoing = Outgoing {
                    kind: row.get(1)?,
                    conversation: row.get(2)?,
                    message: row.get(3)?,
                    customer: row.get(4)?,
                    agent: row.get(5)?,
                    address: row.get(6)?,
                };
                Ok((row.get(0)?, outgoing))
            },
        );
        let fixed = "SELECT (SELECT count(*) FROM agent), (SELECT count(*) FROM agent WHERE role = 'agent'), \
             (SELECT count(*) FROM group_member), (SELECT count(*) FROM setting), (SELECT count(*) FROM item), \
             (SELECT count(*) FROM secret), (SELECT count(*) FROM following_group), (SELECT count(*) FROM customer WHERE blocked)";
        let fixed = rows(file, fixed, |row| {
            (0..8).map(|column| row.get::<_, i64>(column)).collect::<rusqlite::Result<Vec<_>>>()
        });
        Self {
            conversations: conversations.into_iter().collect(),
            participants: pairs(file, "SELECT conversation_id, customer_id FROM participant"),
            named: pairs(file, "SELECT conversation_id, agent_id FROM member WHERE starter = 1 OR added = 1"),
            messages: messages.into_iter().collect(),
            customers: texts(file, "SELECT id, address FROM customer"),
            agents: texts(file, "SELECT agent_id, address FROM agent_address"),
            outbox: outbox.into_iter().collect(),
            ids: rows(file, "SELECT header_id, conversation_id FROM header_id", |row| Ok((row.get(0)?, row.get(1)?)))
                .into_iter()
                .collect(),
            merged: pairs(file, "SELECT from_id, into_id FROM merge WHERE undone = 0").into_iter().collect(),
            mails: rows(file, "SELECT count(*) FROM mail", |row| row.get(0))[0],
            fixed: fixed.concat(),
        }
    }

    /// The conversation that this one was merged into, or itself.
    pub fn resolved(&self, conversation: i64) -> i64 {
        self.merged.get(&conversation).copied().unwrap_or(conversation)
    }
}

fn rows<T>(file: &Connection, sql: &str, read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
    let mut statement = file.prepare_cached(sql).expect("a statement");
    let rows = statement.query_map([], read).expect("rows");
    rows.map(|row| row.expect("a row")).collect()
}

fn pairs(file: &Connection, sql: &str) -> BTreeSet<(i64, i64)> {
    rows(file, sql, |row| Ok((row.get(0)?, row.get(1)?))).into_iter().collect()
}

fn texts(file: &Connection, sql: &str) -> BTreeMap<i64, String> {
    rows(file, sql, |row| Ok((row.get(0)?, row.get(1)?))).into_iter().collect()
}
