//! An opened conversation and its messages as JSON.

use super::{ConversationJson, DeliveryJson};
use crate::{
    cli::{failure::Failure, output::Output},
    desk::page::{Attachment, Entry, Follower, FollowerKind, From as Author, May, Moment, Person, Thread, Verdict},
    domain::{
        conversation::{Audience, EntryKind, Privacy, State},
        file,
        id::EntrySeq,
        mail::DeliveryState,
    },
};
use serde::Serialize;

/// `conversation show`: the conversation, and what show adds.
#[derive(Debug, Serialize)]
pub struct ThreadJson<'a> {
    #[serde(flatten)]
    conversation: ConversationJson<'a>,
    messages: Vec<EntryJson<'a>>,
    followers: Vec<FollowerJson<'a>>,
    read_up_to: EntrySeq,
    may: MayJson<'a>,
}

impl<'a> From<&'a Thread> for ThreadJson<'a> {
    fn from(thread: &'a Thread) -> Self {
        Self {
            conversation: ConversationJson::from(&thread.row),
            messages: thread.entries.iter().map(EntryJson::from).collect(),
            followers: thread.followers.iter().map(FollowerJson::from).collect(),
            read_up_to: thread.read_up_to,
            may: MayJson::from(&thread.may),
        }
    }
}

/// One message.
#[derive(Debug, Serialize)]
pub struct EntryJson<'a> {
    seq: EntrySeq,
    kind: EntryKind,
    from: FromJson<'a>,
    at: Moment,
    text: &'a str,
    channel: Option<&'a str>,
    automatic: bool,
    attachments: Vec<AttachmentJson<'a>>,
    delivery: Vec<DeliveryJson<'a>>,
}

impl<'a> From<&'a Entry> for EntryJson<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            seq: entry.seq,
            kind: entry.kind,
            from: FromJson::from(&entry.from),
            at: entry.at,
            text: &entry.text,
            channel: entry.channel.as_deref(),
            automatic: entry.is_automatic(),
            attachments: entry.attachments.iter().map(AttachmentJson::from).collect(),
            delivery: entry.delivery.iter().map(DeliveryJson::from).collect(),
        }
    }
}

/// Who wrote: an agent has a `handle`, a customer an `address`, the desk neither.
#[derive(Debug, Serialize)]
pub struct FromJson<'a> {
    kind: &'static str,
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    handle: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
}

impl<'a> FromJson<'a> {
    /// The display name; the desk has none.
    pub fn name(&self) -> Option<&'a str> {
        self.name
    }

    /// An agent, whose address is the handle.
    pub fn agent(person: &'a Person) -> Self {
        Self { kind: "agent", name: Some(&person.name), handle: Some(&person.address), address: None }
    }

    /// A customer.
    pub fn customer(person: &'a Person) -> Self {
        Self { kind: "customer", name: Some(&person.name), handle: None, address: Some(&person.address) }
    }
}

impl<'a> From<&'a Author> for FromJson<'a> {
    fn from(author: &'a Author) -> Self {
        match author {
            Author::Agent(person) => Self::agent(person),
            Author::Customer(person) => Self::customer(person),
            Author::Outside(person) => Self { kind: "outside", name: Some(&person.name), handle: None, address: None },
            Author::System => Self { kind: "system", name: None, handle: None, address: None },
        }
    }
}

/// What was attached; `size` in bytes.
#[derive(Debug, Serialize)]
pub struct AttachmentJson<'a> {
    name: &'a str,
    media_type: &'a str,
    size: u64,
}

impl AttachmentJson<'_> {
    /// Its size and name, for a cell of a table.
    pub fn words(&self) -> String {
        format!("{} {}", file::size(self.size), self.name)
    }
}

impl<'a> From<&'a Attachment> for AttachmentJson<'a> {
    fn from(attachment: &'a Attachment) -> Self {
        Self { name: &attachment.name, media_type: &attachment.media_type, size: attachment.size }
    }
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
struct FollowerJson<'a> {
    #[serde(flatten)]
    who: FromJson<'a>,
    requester: bool,
    added: bool,
    via_item: bool,
    dormant: bool,
}

impl<'a> From<&'a Follower> for FollowerJson<'a> {
    fn from(follower: &'a Follower) -> Self {
        let who = match follower.kind {
            FollowerKind::Agent => FromJson::agent(&follower.person),
            FollowerKind::Customer => FromJson::customer(&follower.person),
            FollowerKind::Group => {
                FromJson { kind: "group", name: Some(&follower.person.name), handle: None, address: None }
            }
        };
        Self {
            who,
            requester: follower.requester,
            added: follower.added,
            via_item: follower.via_item,
            dormant: follower.dormant,
        }
    }
}

#[derive(Debug, Serialize)]
struct VerdictJson<'a> {
    allowed: bool,
    why: Option<&'a str>,
    rule: Option<&'static str>,
}

impl<'a> From<&'a Verdict> for VerdictJson<'a> {
    fn from(verdict: &'a Verdict) -> Self {
        Self { allowed: verdict.allowed, why: verdict.why.as_deref(), rule: verdict.rule }
    }
}

#[derive(Debug, Serialize)]
struct MayJson<'a> {
    reply: VerdictJson<'a>,
    note: VerdictJson<'a>,
    close: VerdictJson<'a>,
    reopen: VerdictJson<'a>,
    lock: VerdictJson<'a>,
    unlock: VerdictJson<'a>,
    assign: VerdictJson<'a>,
    set_privacy: VerdictJson<'a>,
    link: VerdictJson<'a>,
    create_item: VerdictJson<'a>,
}

impl<'a> From<&'a May> for MayJson<'a> {
    fn from(may: &'a May) -> Self {
        Self {
            reply: VerdictJson::from(&may.reply),
            note: VerdictJson::from(&may.note),
            close: VerdictJson::from(&may.close),
            reopen: VerdictJson::from(&may.reopen),
            lock: VerdictJson::from(&may.lock),
            unlock: VerdictJson::from(&may.unlock),
            assign: VerdictJson::from(&may.assign),
            set_privacy: VerdictJson::from(&may.set_privacy),
            link: VerdictJson::from(&may.link),
            create_item: VerdictJson::from(&may.create_item),
        }
    }
}

/// Prints an opened conversation for people: a few lines about it, then message after message.
///
/// # Errors
/// Where standard output does not take it.
pub fn print(thread: &Thread, output: &mut Output) -> Result<(), Failure> {
    for line in heading(thread, output) {
        output.line(&line)?;
    }
    for entry in &thread.entries {
        output.line("")?;
        output.line(&signature(entry, output))?;
        output.block(&entry.text)?;
        for attachment in &entry.attachments {
            let Attachment { name, media_type, size } = attachment;
            output.block(&format!("attached: {size} bytes, {media_type}, {name}"))?;
        }
        for to in entry.delivery.iter().filter(|to| to.state != DeliveryState::Sent) {
            let state = if to.state == DeliveryState::Cancelled { "not sent" } else { to.state.word() };
            let words = if to.words.is_empty() { String::new() } else { format!(": {}", to.words) };
            output.block(&format!("mail to {} {state}{words}", to.to))?;
        }
    }
    Ok(())
}

fn heading(thread: &Thread, output: &Output) -> Vec<String> {
    let row = &thread.row;
    let audience = match row.audience {
        Audience::Customer => "Customer",
        Audience::Internal => "Internal",
    };
    let privacy = match row.privacy {
        Privacy::Public => "Public",
        Privacy::Private => "Private",
    };
    let state = match (row.state, &row.locked) {
        (State::Open, _) => "Open".to_owned(),
        (State::Closed, _) => "Closed".to_owned(),
        (State::Locked, None) => "Locked".to_owned(),
        (State::Locked, Some(locked)) => format!("Locked by {} on {}", locked.by, output.clock(locked.at)),
    };
    let mut lines = vec![format!("#{}  {audience} · {privacy} · {state}", row.id)];
    let mut say = |label: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            lines.push(format!("{label:<14}{value}"));
        }
    };
    say("item", Some(row.item.as_ref().map_or("no linked item".into(), |item| format!("{} {}", item.key, item.title))));
    say("subject", Some(row.subject.clone()));
    say("requester", row.requester.as_ref().map(named));
    say("participants", Some(row.participants.iter().map(named).collect::<Vec<_>>().join(", ")));
    say("assignee", row.assignee.as_ref().map(|agent| agent.address.clone()));
    say("group", row.group.clone());
    say("follow-up to", row.follow_up_to.map(|id| format!("#{id}")));
    say("channel", row.channel.clone());
    say("followers", Some(thread.followers.iter().map(follower).collect::<Vec<_>>().join(", ")));
    lines
}

/// Whoever follows without access is sent nothing, and should not be counted on (R6.3).
fn follower(follower: &Follower) -> String {
    let name = match follower.kind {
        FollowerKind::Agent => format!("@{}", follower.person.address),
        FollowerKind::Customer | FollowerKind::Group => follower.person.name.clone(),
    };
    if follower.dormant { format!("{name} (cannot see it)") } else { name }
}

fn named(person: &Person) -> String {
    if person.name == person.address { person.address.clone() } else { format!("{} <{}>", person.name, person.address) }
}

fn signature(entry: &Entry, output: &Output) -> String {
    let who = match &entry.from {
        Author::Agent(person) | Author::Customer(person) | Author::Outside(person) => format!("  {}", person.name),
        Author::System => String::new(),
    };
    let channel = entry.channel.as_ref().map(|channel| format!(" ({channel})")).unwrap_or_default();
    let automatic = if entry.is_automatic() { " (automatic)" } else { "" };
    format!("{}  {}  {}{who}{channel}{automatic}", entry.seq, output.clock(entry.at), entry.kind)
}
