//! A conversation of a chat log while it may still go on.

use super::{
    names::Who,
    untangle::{BURST_GAP, LATE_ANSWER},
};
use crate::domain::history::{PastAuthor, PastConversation, PastKind, PastMessage, PastPerson, PastState};
use crate::domain::text::first_words;
use crate::import::fingerprint::{Fingerprint, short};
use chrono::{DateTime, NaiveDateTime, Utc};
use std::collections::HashMap;

/// How times stand in keys.
const STAMP: &str = "%Y-%m-%dT%H:%M:%S";

/// A conversation that may still go on.
#[derive(Debug)]
pub(super) struct Talk {
    /// What it holds so far.
    pub(super) past: PastConversation,
    /// When somebody spoke in it last.
    pub(super) last: DateTime<Utc>,
    /// The agent who spoke in it last.
    pub(super) agent: Option<String>,
    /// The newest line of a customer that no agent has followed up: when, and which agent it spoke to.
    pub(super) waiting: Option<(DateTime<Utc>, Option<String>)>,
    repeats: HashMap<u128, u32>,
}

/// The line that a conversation begins with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beginning<'a> {
    /// The channel.
    pub(super) channel: &'a str,
    /// When it was said, as the log has it.
    pub(super) at: NaiveDateTime,
    /// What was said.
    pub(super) text: &'a str,
    /// What was said, without the name of the one it was said to.
    pub(super) words: &'a str,
}

impl Talk {
    /// A conversation without lines: of that customer (folded nick, nick as written), or of the team alone.
    pub(super) fn new(
        begun: Beginning<'_>,
        customer: Option<(&str, &str)>,
        state: PastState,
        now: DateTime<Utc>,
    ) -> Self {
        let name = customer.map_or("team", |(id, _)| id);
        let (stamp, print) = (begun.at.format(STAMP), Fingerprint::of(begun.text.as_bytes()));
        let past = PastConversation {
            key: format!("irc:{}/{stamp}/{name}/{}", begun.channel, short(print)),
            subject: first_words(begun.words),
            internal: customer.is_none(),
            private: false,
            state,
            requester: customer.map(|(id, nick)| person(id, nick)),
            customers: Vec::new(),
            agents: Vec::new(),
            assignee: None,
            group: None,
            item: None,
            channel: "irc".to_owned(),
            messages: Vec::new(),
        };
        Self { past, last: now, agent: None, waiting: None, repeats: HashMap::new() }
    }

    /// Whether somebody may still add to it.
    pub(super) fn open(&self, now: DateTime<Utc>) -> bool {
        let patience = if self.agent.is_some() || self.past.internal { BURST_GAP } else { LATE_ANSWER };
        now - self.last <= patience
    }

    /// Adds a line.
    pub(super) fn add(
        &mut self,
        speaker: &Who,
        named: Option<&Who>,
        at: NaiveDateTime,
        now: DateTime<Utc>,
        nick: &str,
        text: String,
    ) {
        self.last = now;
        let key = self.key(speaker, at, &text);
        let author = match speaker {
            Who::Agent(handle) => {
                self.agent = Some(handle.clone());
                self.waiting = None;
                // The one who spoke last has it: shifts hand over in the middle of a conversation.
                self.past.assignee = (!self.past.internal).then(|| handle.clone());
                PastAuthor::Agent(PastPerson { address: handle.clone(), name: handle.clone() })
            }
            Who::Customer(id) => {
                let to = match named {
                    Some(Who::Agent(handle)) => Some(handle.clone()),
                    Some(Who::Customer(_)) | None => None,
                };
                self.waiting = Some((now, to));
                let writer = person(id, nick);
                let mut known = self.past.requester.iter().chain(&self.past.customers);
                if !known.any(|it| it.address == writer.address) {
                    self.past.customers.push(writer.clone());
                }
                PastAuthor::Customer(writer)
            }
        };
        self.past.messages.push(PastMessage {
            key,
            kind: PastKind::Reply,
            author,
            at: now,
            text,
            attachments: Vec::new(),
        });
    }

    /// The key of a line: who said what when, and for how many times, because a log that writes minutes only can hold the same
    /// words of the same person twice.
    fn key(&mut self, speaker: &Who, at: NaiveDateTime, text: &str) -> String {
        let mut print = Fingerprint::new();
        print.field(at.format(STAMP).to_string().as_bytes());
        print.field(speaker.id().as_bytes());
        print.field(text.as_bytes());
        let print = print.finish();
        let repeat = self.repeats.entry(print).or_insert(0);
        *repeat += 1;
        if *repeat == 1 { short(print) } else { format!("{}-{repeat}", short(print)) }
    }
}

/// A customer, who has no address: the nick at a domain that can never exist.
fn person(id: &str, nick: &str) -> PastPerson {
    PastPerson { address: format!("{id}@irc.invalid"), name: nick.to_owned() }
}
