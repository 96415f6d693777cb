//! A thread of mails as the conversation that it was.

use super::{
    Letter,
    thread::{Entry, Thread},
};
use crate::domain::history::{PastAuthor, PastConversation, PastKind, PastMessage, PastPerson, PastState};
use crate::import::{
    Team,
    fingerprint::{Fingerprint, short},
};
use chrono::{DateTime, Utc};

/// The writer of mails that name none.
const NOBODY: &str = "unknown@mail.invalid";
/// Message-IDs longer than this are put into keys by their fingerprint.
const LONGEST_ID: usize = 200;

/// Builds the conversation of a thread from its mails, oldest first; `None` where none of them could be read.
///
/// A mail from the team is an agent's reply, every other one a customer's. The requester is the first who wrote and is not on
/// the team, else the first recipient who is not; the customers are those who wrote, because having been in Cc once is no
/// reason to see what follows (R1.3). Where only the team wrote to the team, it is an internal conversation. It is
/// assigned to the agent who wrote last.
pub(super) fn conversation(
    thread: &Thread,
    letters: Vec<(u32, Entry, Letter)>,
    team: &Team,
    state: PastState,
) -> Option<PastConversation> {
    let key = key(thread, &letters)?;
    let subject = letters
        .iter()
        .map(|(_, _, letter)| &letter.head.subject)
        .find(|it| !it.is_empty())
        .cloned()
        .unwrap_or_default();
    let recipients = |wanted: fn(&Team, &str) -> bool| {
        let team = &*team;
        letters
            .iter()
            .flat_map(|(_, _, letter)| &letter.head.to)
            .filter(move |it| wanted(team, &it.address))
            .cloned()
            .collect::<Vec<_>>()
    };
    let first_outside = recipients(|team, address| team.by_address(address).is_none()).into_iter().next();
    let copied = recipients(|team, address| team.by_address(address).is_some());

    let mut customers: Vec<PastPerson> = Vec::new();
    let mut writing: Vec<String> = Vec::new();
    let mut messages = Vec::with_capacity(letters.len());
    for (_, entry, letter) in letters {
        let from = letter.head.from.unwrap_or_else(|| PastPerson { address: NOBODY.to_owned(), name: String::new() });
        let author = if let Some(handle) = team.by_address(&from.address) {
            writing.push(handle.to_owned());
            PastAuthor::Agent(PastPerson { address: handle.to_owned(), name: from.name })
        } else {
            if !customers.iter().any(|it| it.address == from.address) {
                customers.push(from.clone());
            }
            PastAuthor::Customer(from)
        };
        let named = letter.head.id.as_deref().map(brief).unwrap_or_default();
        messages.push(PastMessage {
            key: format!("{named}/{}", short(entry.print)),
            kind: PastKind::Reply,
            author,
            at: moment(entry.at),
            text: letter.text,
            attachments: letter.attachments,
        });
    }
    let requester = if customers.is_empty() { first_outside } else { Some(customers.remove(0)) };
    let mut agents: Vec<PastPerson> = Vec::new();
    for person in copied {
        let Some(handle) = team.by_address(&person.address) else {
            continue;
        };
        if !writing.iter().any(|it| it == handle) && !agents.iter().any(|it| it.address == handle) {
            agents.push(PastPerson { address: handle.to_owned(), name: person.name });
        }
    }
    let internal = requester.is_none();
    Some(PastConversation {
        key,
        subject,
        internal,
        private: false,
        state,
        requester,
        customers,
        agents,
        assignee: if internal { None } else { writing.pop() },
        group: None,
        item: None,
        channel: "email".to_owned(),
        messages,
    })
}

/// The key: the Message-ID that the thread began with, as its oldest mail tells it, so that newer mails never change it.
fn key(thread: &Thread, letters: &[(u32, Entry, Letter)]) -> Option<String> {
    let (_, entry, letter) = letters.iter().find(|(mail, ..)| *mail == thread.named_by).or_else(|| letters.first())?;
    let print = short(entry.print);
    Some(match (letter.head.before.first(), &letter.head.id) {
        (Some(first), _) => format!("mail:{}", brief(first)),
        (None, Some(id)) if thread.shared_id => format!("mail:{}/{print}", brief(id)),
        (None, Some(id)) => format!("mail:{}", brief(id)),
        (None, None) => format!("mail:/{print}"),
    })
}

/// A Message-ID of a bearable length.
fn brief(id: &str) -> String {
    if id.len() <= LONGEST_ID { id.to_owned() } else { short(Fingerprint::of(id.as_bytes())) }
}

/// A moment that exists in the calendar; the parser allows years up to 3000 only, so the fallback is never met.
fn moment(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}
