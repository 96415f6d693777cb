//! Everything out that a viewer may see, in the records that an import reads back.

use super::{
    Desk, Outcome,
    page::{Denied, Viewer},
    read::Reading,
};
use crate::{
    domain::{
        conversation::{Audience, Author, EntryKind, Facts, Privacy, State},
        history::{PastAuthor, PastConversation, PastItem, PastKind, PastMessage, PastPerson, PastState},
        id::EntrySeq,
        item::ItemStatus,
    },
    policy::access::Access,
    store::{
        Connection,
        conversations::{self, moment},
        history, items, lists,
        messages::{self, Window},
        people,
    },
};
use std::collections::HashMap;

impl Desk {
    /// Hands out every conversation that the viewer may see, oldest first, without direct ones of others (R6.11); gives how
    /// many. `each` gets the conversation, how many were handed out and how many there are; false interrupts.
    ///
    /// # Errors
    /// Switched off, a file that cannot be read, or interrupted.
    pub fn export(&self, who: &Viewer, each: &mut dyn FnMut(PastConversation, usize, usize) -> bool) -> Outcome<usize> {
        let ids = {
            let reader = self.inner.store.reader()?;
            lists::exported(&reader, &Reading::begin(&reader, who)?.access)?
        };
        let mut done = 0;
        for id in &ids {
            // Whoever takes it may be slow: who asks and what they may see is asked again for each, and no reader is held.
            let past = {
                let reader = self.inner.store.reader()?;
                let snapshot = reader.snapshot()?;
                let access = Access::of(&Self::me(&snapshot, who)?);
                match conversations::load_facts(&snapshot, *id)? {
                    Some(facts) if access.holds(&facts) && !access.withheld(&facts) => past(&snapshot, &facts)?,
                    Some(_) | None => continue,
                }
            };
            done += 1;
            if !each(past, done, ids.len()) {
                return Err(Denied::Failed(format!("Interrupted after {done} of {} conversations.", ids.len())));
            }
        }
        Ok(done)
    }
}

fn past(connection: &Connection, facts: &Facts) -> Outcome<PastConversation> {
    let entries = messages::window(connection, facts.id, Window::From(EntrySeq(1)), usize::MAX)?;
    let key = history::key_of(connection, facts.id)?;
    let keys = match &key {
        Some(key) => history::message_keys(connection, facts.id, key)?,
        None => HashMap::new(),
    };
    let mut written = Vec::new();
    for entry in entries {
        let person = PastPerson { address: entry.address, name: entry.name };
        written.push(PastMessage {
            // A later import of the same source recognises what it brought in, wherever that was moved to; and nothing
            // that was written here since passes for it.
            key: match keys.get(&entry.id) {
                Some(key) => key.clone(),
                None if key.is_some() => format!("desk:{}", entry.seq),
                None => entry.seq.to_string(),
            },
            kind: match entry.kind {
                EntryKind::Reply => PastKind::Reply,
                EntryKind::Note => PastKind::Note,
                EntryKind::System => PastKind::System,
            },
            author: match entry.author {
                Author::Agent(_) => PastAuthor::Agent(person),
                Author::Customer(_) => PastAuthor::Customer(person),
                Author::System => PastAuthor::System,
            },
            at: moment(entry.at),
            text: entry.text,
            attachments: messages::attachments(connection, entry.id)?,
        });
    }
    let mut customers = Vec::new();
    for place in &facts.customers {
        if let Some(customer) = people::customer_by_id(connection, place.customer)? {
            customers.push((place.requester, PastPerson { address: customer.address, name: customer.name }));
        }
    }
    let requester = customers.iter().find(|(requester, _)| *requester).map(|(_, person)| person.clone());
    let mut agents = Vec::new();
    for member in facts.members.iter().filter(|member| member.added) {
        agents.extend(
            people::agent_by_id(connection, member.agent)?
                .map(|agent| PastPerson { address: agent.handle, name: agent.name }),
        );
    }
    let assignee = match facts.assignee {
        Some(id) => people::agent_by_id(connection, id)?.map(|agent| agent.handle),
        None => None,
    };
    let groups = people::groups(connection)?;
    let item = match facts.item {
        Some(id) => items::by_id(connection, id)?.map(|item| PastItem {
            key: format!("desk:{}", item.key),
            kind: item.key.kind.word().to_owned(),
            title: item.title,
            done: item.status == ItemStatus::Done,
        }),
        None => None,
    };
    Ok(PastConversation {
        key: key.unwrap_or_else(|| format!("desk:{}:{}", facts.created_at.timestamp_millis(), facts.id)),
        subject: facts.subject.clone(),
        internal: facts.audience == Audience::Internal,
        private: facts.privacy == Privacy::Private,
        state: match facts.state {
            State::Open => PastState::Open,
            State::Closed => PastState::Closed,
            State::Locked => PastState::Locked,
        },
        requester,
        customers: customers.into_iter().filter(|(requester, _)| !requester).map(|(_, person)| person).collect(),
        agents,
        assignee,
        group: facts.group.and_then(|id| groups.iter().find(|group| group.id == id)).map(|group| group.name.clone()),
        item,
        channel: facts.channel.clone().unwrap_or_default(),
        messages: written,
    })
}
