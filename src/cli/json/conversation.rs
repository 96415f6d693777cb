//! A conversation in a list, a found message and what an act did, as JSON and as rows.

use super::{FromJson, PersonJson};
use crate::{
    cli::{
        output::Row,
        table::{Column, column},
        zone::{CLOCK, Zone},
    },
    desk::page::{ConversationRow, Done, From as Author, Hit, ItemRef, Last, LockedBy, Moment, OfferRow},
    domain::{
        conversation::{Audience, EntryKind, Privacy, State},
        id::{ConversationId, EntrySeq},
        item::ItemKind,
        mail::DeliveryState,
    },
};
use serde::Serialize;

/// A conversation.
#[derive(Debug, Serialize)]
pub struct ConversationJson<'a> {
    id: ConversationId,
    audience: Audience,
    privacy: Privacy,
    state: State,
    subject: &'a str,
    requester: Option<PersonJson<'a>>,
    assignee: Option<&'a str>,
    group: Option<&'a str>,
    item: Option<ItemRefJson<'a>>,
    unread: bool,
    follow_up_to: Option<ConversationId>,
    at: Moment,
    last: Option<LastJson<'a>>,
    channel: Option<&'a str>,
    participants: Vec<FromJson<'a>>,
    locked: Option<LockedJson<'a>>,
    /// For people; what became of each message stands with it.
    #[serde(skip)]
    undelivered: Option<DeliveryState>,
    cursor: &'a str,
}

impl<'a> From<&'a ConversationRow> for ConversationJson<'a> {
    fn from(row: &'a ConversationRow) -> Self {
        let participant = match row.audience {
            Audience::Customer => FromJson::customer,
            Audience::Internal => FromJson::agent,
        };
        Self {
            id: row.id,
            audience: row.audience,
            privacy: row.privacy,
            state: row.state,
            subject: &row.subject,
            requester: row.requester.as_ref().map(PersonJson::from),
            assignee: row.assignee.as_ref().map(|agent| agent.address.as_str()),
            group: row.group.as_deref(),
            item: row.item.as_ref().map(ItemRefJson::from),
            unread: row.unread,
            follow_up_to: row.follow_up_to,
            at: row.at,
            last: row.last.as_ref().map(LastJson::from),
            channel: row.channel.as_deref(),
            participants: row.participants.iter().map(participant).collect(),
            locked: row.locked.as_ref().map(LockedJson::from),
            undelivered: row.undelivered,
            cursor: &row.cursor.0,
        }
    }
}

impl ConversationJson<'_> {
    /// What is usual is left out.
    fn standing(&self) -> String {
        let words = standing(self.state, self.privacy, self.audience);
        match self.undelivered {
            Some(DeliveryState::Unknown) => format!("{words}, delivery unknown"),
            Some(_) => format!("{words}, not delivered"),
            None => words,
        }
    }
}

impl Row for ConversationJson<'_> {
    const COLUMNS: &'static [Column] = &[
        column("NUMBER", 12),
        column("NEW", 3),
        column("STATE", 24),
        column("LAST", CLOCK),
        column("ASSIGNEE", 12),
        column("ITEM", 10),
        column("WITH", 22),
        column("SUBJECT", 32),
        column("LAST WORDS", 40),
    ];

    fn cells(&self, zone: Zone) -> Vec<String> {
        let with = match &self.requester {
            Some(person) => person.name.to_owned(),
            None => self.participants.iter().filter_map(FromJson::name).collect::<Vec<_>>().join(", "),
        };
        vec![
            format!("#{}", self.id),
            if self.unread { "●" } else { "" }.to_owned(),
            self.standing(),
            zone.clock(self.at),
            self.assignee.unwrap_or_default().to_owned(),
            self.item.as_ref().map(|item| item.id.clone()).unwrap_or_default(),
            with,
            self.subject.to_owned(),
            self.last.as_ref().map(|last| last.text.to_owned()).unwrap_or_default(),
        ]
    }
}

/// A conversation on offer: the conversation, and since when it has been waiting.
#[derive(Debug, Serialize)]
pub struct OfferJson<'a> {
    #[serde(flatten)]
    conversation: ConversationJson<'a>,
    since: Moment,
}

impl<'a> From<&'a OfferRow> for OfferJson<'a> {
    fn from(row: &'a OfferRow) -> Self {
        Self { conversation: ConversationJson::from(&row.conversation), since: row.since }
    }
}

impl Row for OfferJson<'_> {
    const COLUMNS: &'static [Column] = &[
        column("NUMBER", 12),
        column("SINCE", CLOCK),
        column("GROUP", 16),
        column("STATE", 24),
        column("WITH", 22),
        column("SUBJECT", 32),
        column("LAST WORDS", 40),
    ];

    fn cells(&self, zone: Zone) -> Vec<String> {
        let it = &self.conversation;
        vec![
            format!("#{}", it.id),
            zone.clock(self.since),
            it.group.unwrap_or_default().to_owned(),
            standing(it.state, it.privacy, it.audience),
            it.requester.as_ref().map(|person| person.name.to_owned()).unwrap_or_default(),
            it.subject.to_owned(),
            it.last.as_ref().map(|last| last.text.to_owned()).unwrap_or_default(),
        ]
    }
}

/// "open", "closed private", "locked internal": what is usual is left out.
fn standing(state: State, privacy: Privacy, audience: Audience) -> String {
    let mut words = vec![state.word()];
    match privacy {
        Privacy::Public => {}
        Privacy::Private => words.push(privacy.word()),
    }
    match audience {
        Audience::Customer => {}
        Audience::Internal => words.push(audience.word()),
    }
    words.join(" ")
}

#[derive(Debug, Serialize)]
struct ItemRefJson<'a> {
    id: String,
    kind: ItemKind,
    title: &'a str,
}

impl<'a> From<&'a ItemRef> for ItemRefJson<'a> {
    fn from(item: &'a ItemRef) -> Self {
        Self { id: item.key.to_string(), kind: item.key.kind, title: &item.title }
    }
}

#[derive(Debug, Serialize)]
struct LastJson<'a> {
    at: Moment,
    from: &'a str,
    text: &'a str,
}

impl<'a> From<&'a Last> for LastJson<'a> {
    fn from(last: &'a Last) -> Self {
        Self { at: last.at, from: &last.from, text: &last.text }
    }
}

#[derive(Debug, Serialize)]
struct LockedJson<'a> {
    by: &'a str,
    at: Moment,
}

impl<'a> From<&'a LockedBy> for LockedJson<'a> {
    fn from(locked: &'a LockedBy) -> Self {
        Self { by: &locked.by, at: locked.at }
    }
}

/// What the other verbs print; the conversation's own values are `null` where the act took the viewer's access away.
#[derive(Debug, Serialize)]
pub struct DoneJson<'a> {
    conversation: ConversationId,
    message: Option<EntrySeq>,
    state: Option<State>,
    privacy: Option<Privacy>,
    assignee: Option<&'a str>,
    not_notified: &'a [String],
}

impl<'a> From<&'a Done> for DoneJson<'a> {
    fn from(done: &'a Done) -> Self {
        let row = done.row.as_ref();
        Self {
            conversation: done.conversation,
            message: done.message,
            state: row.map(|row| row.state),
            privacy: row.map(|row| row.privacy),
            assignee: row.and_then(|row| row.assignee.as_ref()).map(|agent| agent.address.as_str()),
            not_notified: &done.not_notified,
        }
    }
}

impl DoneJson<'_> {
    /// The same in a line for people.
    pub fn sentence(&self, changed: bool) -> String {
        let mut parts = vec![format!("#{}", self.conversation)];
        if !changed {
            parts.push("as it was".into());
        }
        parts.extend(self.message.map(|message| format!("message {message}")));
        match (self.state, self.privacy) {
            (Some(state), Some(privacy)) => parts.extend([state.to_string(), privacy.to_string()]),
            (_, _) => parts.push("you cannot see it any more".into()),
        }
        parts.extend(self.assignee.map(|handle| format!("assigned to {handle}")));
        parts.join(", ").replacen(", ", "  ", 1)
    }
}

/// A found message.
#[derive(Debug, Serialize)]
pub struct HitJson<'a> {
    conversation: ConversationId,
    seq: EntrySeq,
    kind: EntryKind,
    from: FromJson<'a>,
    at: Moment,
    text: &'a str,
    subject: &'a str,
    cursor: &'a str,
}

impl<'a> From<&'a Hit> for HitJson<'a> {
    fn from(hit: &'a Hit) -> Self {
        Self {
            conversation: hit.conversation.id,
            seq: hit.entry.seq,
            kind: hit.entry.kind,
            from: FromJson::from(&hit.entry.from as &Author),
            at: hit.entry.at,
            text: &hit.entry.text,
            subject: &hit.conversation.subject,
            cursor: &hit.cursor.0,
        }
    }
}

impl Row for HitJson<'_> {
    const COLUMNS: &'static [Column] = &[
        column("NUMBER", 12),
        column("MESSAGE", 7),
        column("AT", CLOCK),
        column("KIND", 6),
        column("FROM", 22),
        column("SUBJECT", 28),
        column("TEXT", 60),
    ];

    fn cells(&self, zone: Zone) -> Vec<String> {
        vec![
            format!("#{}", self.conversation),
            self.seq.to_string(),
            zone.clock(self.at),
            self.kind.to_string(),
            self.from.name().unwrap_or_default().to_owned(),
            self.subject.to_owned(),
            self.text.to_owned(),
        ]
    }
}
