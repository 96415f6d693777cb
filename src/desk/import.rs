//! Bringing in what happened elsewhere: sends nothing, rings nothing, routes nothing, arrives read (R1.7).

/// Whom and what a source names.
mod names;

use super::{
    Desk, Outcome,
    assign::no_group,
    page::Viewer,
    start::{blank, seat},
    write::check_subject,
};
use crate::{
    domain::{
        conversation::{Audience, Author, EntryKind, Facts, Participant, Privacy, State},
        event::EventKind,
        history::{PastAuthor, PastConversation, PastKind, PastMessage, PastPerson, PastState},
        id::{AgentId, CustomerId, EntrySeq, GroupId, Seq},
        refusal::Refusal,
    },
    store::{
        Writing,
        conversations::{self, Loaded},
        events, history, items, merges,
        messages::{self, NewEntry},
        people,
        reading::Readings,
        search,
    },
};
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// How to bring conversations in.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// The group of conversations that name none, by name.
    pub group: Option<String>,
    /// The state to bring them in with, instead of the source's.
    pub state: Option<PastState>,
    /// For made-up desks: what comes in counts as news instead of arriving read. Never for what really happened (R1.7).
    pub as_news: bool,
}

/// What an import did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// New conversations.
    pub conversations: usize,
    /// New messages, those added to known conversations too.
    pub messages: usize,
    /// Messages that were there already.
    pub known: usize,
    /// Agents that were made, inactive, so that their words have an author.
    pub agents: usize,
}

/// Words on their way into the search index, by place.
struct Words {
    place: i64,
    subject: String,
    text: String,
}

struct Importing<'a, 'b> {
    writing: &'a Writing<'a>,
    me: AgentId,
    now: DateTime<Utc>,
    group: Option<GroupId>,
    state: Option<PastState>,
    /// Whether new customer conversations start private (R6.1).
    starts_private: bool,
    as_news: bool,
    agents: HashMap<String, (AgentId, String)>,
    customers: HashMap<String, (CustomerId, String)>,
    words: Vec<Words>,
    done: &'b mut Imported,
}

impl Desk {
    /// Brings in a batch in one transaction; what is there already, by its key, is not brought in again.
    ///
    /// # Errors
    /// Not for this agent (R5.6), an unknown group, or a failing disk; nothing of the batch is kept then.
    pub fn import(&self, who: &Viewer, batch: &[PastConversation], options: &ImportOptions) -> Outcome<Imported> {
        self.write(|writing| {
            let me = Self::administrator(writing, who)?;
            let group = options.group.as_deref();
            let group =
                group.map(|name| people::group_by_name(writing, name)?.ok_or_else(|| no_group(name))).transpose()?;
            let mut done = Imported::default();
            let mut importing = Importing {
                writing,
                me: me.id,
                now: self.now(),
                group: group.map(|group| group.id),
                state: options.state,
                starts_private: people::settings(writing)?.starts_private(),
                as_news: options.as_news,
                agents: HashMap::new(),
                customers: HashMap::new(),
                words: Vec::new(),
                done: &mut done,
            };
            for conversation in batch {
                importing.conversation(conversation)?;
            }
            importing.index()?;
            if done.messages > 0 {
                let detail = format!("{} conversations, {} messages", done.conversations, done.messages);
                self.log(writing, EventKind::Imported, who, None, &detail)?;
            }
            Ok(done)
        })
    }
}

impl Importing<'_, '_> {
    fn conversation(&mut self, past: &PastConversation) -> Outcome<()> {
        let mut fresh = Vec::new();
        for (place, message) in past.messages.iter().enumerate() {
            if history::find(self.writing, &message_key(past, message, place))?.is_some() {
                self.done.known += 1;
            } else {
                fresh.push((place, message));
            }
        }
        match history::find(self.writing, &past.key)? {
            _ if fresh.is_empty() => Ok(()),
            // Merged into another conversation, it grows there.
            Some(id) => match conversations::load(self.writing, merges::resolve(self.writing, id)?)? {
                Some(before) => self.grow(past, &before, &fresh),
                None => Ok(()),
            },
            None => self.bring(past, &fresh),
        }
    }

    /// Adds to a conversation what its source has more of since. Nobody takes part by that: who was removed here stays so, and
    /// who is new in the source is added by whoever wants them to be sent what is written from now on (R5.2).
    fn grow(&mut self, past: &PastConversation, before: &Loaded, fresh: &[(usize, &PastMessage)]) -> Outcome<()> {
        let mut after = before.clone();
        for (place, message) in fresh {
            let (id, _) = self.write_message(&mut after.facts, past, message, *place)?;
            history::remember(self.writing, &message_key(past, message, *place), after.facts.id, Some(id))?;
        }
        after.facts.customers.clone_from(&before.facts.customers);
        for member in &mut after.facts.members {
            let old = before.facts.member(member.agent);
            (member.added, member.starter) = (old.is_some_and(|old| old.added), old.is_some_and(|old| old.starter));
        }
        // It arrives read: who had read everything has read this too.
        for reading in after.readings.0.clone() {
            if !reading.unread {
                after.readings.set(reading.agent, after.facts.last_seq, false);
            }
        }
        conversations::save(self.writing, before, &after)?;
        if let Some(item) = after.facts.item {
            items::refresh_waiting(self.writing, item)?;
        }
        Ok(())
    }

    fn bring(&mut self, past: &PastConversation, fresh: &[(usize, &PastMessage)]) -> Outcome<()> {
        let mut facts = self.facts(past)?;
        // Everything is counted first, so that the row is written once, with its end.
        let mut entries = Vec::new();
        for (place, message) in fresh {
            let (author, name) = self.author(&message.author, &mut facts)?;
            let entry = entry_of(past, message, author, &name);
            messages::note(&mut facts, &entry);
            entries.push((*place, *message, author, name));
        }
        let mut readings = Readings::default();
        if self.as_news {
            facts.news = self.news()?;
            if let Some((_, _, Author::Agent(last), _)) = entries.last() {
                readings.set(*last, facts.last_seq, false);
            }
        }
        facts.id = conversations::insert(self.writing, &facts, &readings)?;
        if self.as_news {
            events::place(self.writing, facts.news, facts.id)?;
        }
        let mut counting = blank(facts.audience, facts.subject.clone(), facts.created_at);
        counting.id = facts.id;
        for (place, message, author, name) in entries {
            let entry = entry_of(past, message, author, &name);
            messages::note(&mut counting, &entry);
            let id = self.store(&counting, &entry)?;
            history::remember(self.writing, &message_key(past, message, place), facts.id, Some(id))?;
        }
        history::remember(self.writing, &past.key, facts.id, None)?;
        if let Some(item) = facts.item {
            items::refresh_waiting(self.writing, item)?;
        }
        self.done.conversations += 1;
        Ok(())
    }

    fn store(&mut self, facts: &Facts, entry: &NewEntry<'_>) -> Outcome<i64> {
        let (id, place) = messages::store_unindexed(self.writing, facts, entry)?;
        if let Some(place) = place {
            let subject = messages::searched_subject(facts).to_owned();
            self.words.push(Words { place, subject, text: entry.text.to_owned() });
        }
        self.done.messages += 1;
        Ok(id)
    }

    fn write_message(
        &mut self,
        facts: &mut Facts,
        past: &PastConversation,
        message: &PastMessage,
        place: usize,
    ) -> Outcome<(i64, usize)> {
        let (author, name) = self.author(&message.author, facts)?;
        let entry = entry_of(past, message, author, &name);
        messages::note(facts, &entry);
        Ok((self.store(facts, &entry)?, place))
    }

    fn news(&self) -> Outcome<Seq> {
        let event = events::NewEvent {
            at: self.now.timestamp_millis(),
            kind: EventKind::Started,
            agent: Some(self.me),
            customer: None,
            conversation: None,
            detail: "",
        };
        Ok(events::write(self.writing, &event)?)
    }

    /// The index takes words far faster in the order of their places.
    fn index(&mut self) -> Outcome<()> {
        self.words.sort_unstable_by_key(|words| words.place);
        for words in self.words.drain(..) {
            search::index(self.writing, words.place, &words.subject, &words.text)?;
        }
        Ok(())
    }

    fn facts(&mut self, past: &PastConversation) -> Outcome<Facts> {
        let audience = if past.internal { Audience::Internal } else { Audience::Customer };
        let begun = past.messages.first().map_or(self.now, |message| message.at);
        let mut facts = blank(audience, check_subject(&past.subject), begun);
        facts.channel = Some(past.channel.clone()).filter(|channel| !channel.is_empty());
        // "From then on, by whomever" (R6.1): what is brought in while new conversations start private does so too.
        let private = past.private || (audience == Audience::Customer && self.starts_private);
        facts.privacy = if private { Privacy::Private } else { Privacy::Public };
        if audience == Audience::Customer {
            self.customer_side(&mut facts, past)?;
        }
        for person in &past.agents {
            let (agent, _) = self.agent(person)?;
            facts.member_mut(agent).added = true;
        }
        if let Some(item) = &past.item {
            // Every agent sees an item and its requester (R4.8): not whom a private conversation is with.
            let requester = facts.requester.filter(|_| facts.privacy == Privacy::Public);
            let item = self.item(item, requester)?;
            facts.item = Some(item.key.id);
            facts.project = super::link::project_of(&item);
        }
        facts.state = match self.state.unwrap_or(past.state) {
            PastState::Open => State::Open,
            PastState::Closed => State::Closed,
            PastState::Locked => {
                facts.locked = Some((self.me, self.now));
                State::Locked
            }
        };
        Ok(facts)
    }

    fn customer_side(&mut self, facts: &mut Facts, past: &PastConversation) -> Outcome<()> {
        let mut seats = Vec::new();
        for person in past.requester.iter().chain(&past.customers) {
            seats.push(self.customer(person)?.0);
        }
        seat(facts, &seats);
        facts.group = match &past.group {
            Some(name) => Some(self.named_group(name)?),
            None => self.group,
        };
        if let Some(handle) = &past.assignee {
            let (agent, _) = self.agent(&PastPerson { address: handle.clone(), name: String::new() })?;
            let active = people::agent_by_id(self.writing, agent)?.is_some_and(|agent| agent.active);
            if active || past.private {
                facts.assignee = Some(agent);
                facts.assignee_active = active;
                facts.needs_reassignment = !active;
                facts.member_mut(agent).assigned = true;
            }
        }
        Ok(())
    }

    fn author(&mut self, author: &PastAuthor, facts: &mut Facts) -> Outcome<(Author, String)> {
        match author {
            PastAuthor::Agent(person) => {
                let (agent, name) = self.agent(person)?;
                let member = facts.member_mut(agent);
                member.posted = true;
                // Somebody has to have started what no customer did; in internal ones this is also who may read (R6.9).
                if facts.audience == Audience::Internal {
                    if facts.starter.is_none() {
                        facts.starter = Some(agent);
                        facts.member_mut(agent).starter = true;
                    } else if facts.starter != Some(agent) {
                        facts.member_mut(agent).added = true;
                    }
                }
                Ok((Author::Agent(agent), name))
            }
            PastAuthor::Customer(_) if facts.audience == Audience::Internal => Err(Refusal::denied(
                "R1.6",
                "A source has a customer in an internal conversation; nothing of this batch was imported.",
            )
            .into()),
            PastAuthor::Customer(person) => {
                let (customer, name) = self.customer(person)?;
                if facts.requester.is_none() {
                    seat(facts, &[customer]);
                } else if !facts.customers.iter().any(|place| place.customer == customer) {
                    facts.customers.push(Participant {
                        customer,
                        requester: false,
                        added: true,
                        via_item: false,
                        since: EntrySeq(0),
                    });
                }
                Ok((Author::Customer(customer), name))
            }
            PastAuthor::System => Ok((Author::System, String::new())),
        }
    }
}

fn message_key(past: &PastConversation, message: &PastMessage, place: usize) -> String {
    if message.key.is_empty() { format!("{} {place}", past.key) } else { format!("{} {}", past.key, message.key) }
}

fn entry_of<'a>(past: &'a PastConversation, message: &'a PastMessage, author: Author, name: &'a str) -> NewEntry<'a> {
    let kind = match (message.kind, author) {
        (PastKind::System, _) | (_, Author::System) => EntryKind::System,
        // A customer writes no notes, and an internal conversation has none (R1.4).
        (PastKind::Note, Author::Agent(_)) if !past.internal => EntryKind::Note,
        (PastKind::Note | PastKind::Reply, _) => EntryKind::Reply,
    };
    NewEntry {
        kind,
        author: if kind == EntryKind::System { Author::System } else { author },
        name,
        at: message.at,
        text: &message.text,
        channel: Some(past.channel.as_str())
            .filter(|channel| !channel.is_empty() && matches!(author, Author::Customer(_))),
        attachments: &message.attachments,
    }
}
