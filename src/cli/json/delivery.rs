//! Mail on its way out as JSON and as rows.

use super::AttachmentJson;
use crate::{
    cli::{
        output::Row,
        table::{Column, column},
        zone::{CLOCK, Zone},
    },
    desk::page::{HeldReply, Moment},
    domain::{
        id::{ConversationId, EntrySeq},
        mail::DeliveryState,
        outgoing::Delivery,
    },
};
use serde::Serialize;

/// How far a message is on its way by mail to one customer; `words`: why it failed or was cancelled.
#[derive(Debug, Serialize)]
pub struct DeliveryJson<'a> {
    to: &'a str,
    state: DeliveryState,
    #[serde(skip_serializing_if = "str::is_empty")]
    words: &'a str,
}

impl<'a> From<&'a Delivery> for DeliveryJson<'a> {
    fn from(delivery: &'a Delivery) -> Self {
        Self { to: &delivery.to, state: delivery.state, words: &delivery.words }
    }
}

impl Row for DeliveryJson<'_> {
    const COLUMNS: &'static [Column] = &[column("STATE", 9), column("TO", 40), column("WHY", 80)];

    fn cells(&self, _zone: Zone) -> Vec<String> {
        vec![self.state.to_string(), self.to.to_owned(), self.words.to_owned()]
    }
}

/// A reply that waits for an administrator.
#[derive(Debug, Serialize)]
pub struct HeldReplyJson<'a> {
    conversation: ConversationId,
    seq: EntrySeq,
    from: &'a str,
    at: Moment,
    to: &'a [String],
    text: &'a str,
    attachments: Vec<AttachmentJson<'a>>,
}

impl<'a> From<&'a HeldReply> for HeldReplyJson<'a> {
    fn from(held: &'a HeldReply) -> Self {
        Self {
            conversation: held.conversation,
            seq: held.seq,
            from: &held.from,
            at: held.at,
            to: &held.to,
            text: &held.text,
            attachments: held.attachments.iter().map(AttachmentJson::from).collect(),
        }
    }
}

impl Row for HeldReplyJson<'_> {
    const COLUMNS: &'static [Column] = &[
        column("CONVERSATION", 12),
        column("SEQ", 5),
        column("AT", CLOCK),
        column("FROM", 24),
        column("TO", 40),
        column("FILES", 40),
        column("TEXT", 60),
    ];

    fn cells(&self, zone: Zone) -> Vec<String> {
        vec![
            format!("#{}", self.conversation),
            self.seq.to_string(),
            zone.clock(self.at),
            self.from.to_owned(),
            self.to.join(", "),
            self.attachments.iter().map(AttachmentJson::words).collect::<Vec<_>>().join(", "),
            self.text.to_owned(),
        ]
    }
}
