//! Starting conversations (R4.2, R5.7, R6.1, R6.9, R6.11).

mod forwarded;

use super::{
    Desk, Outcome,
    assign::{no_agent, no_group},
    files::Files,
    link::{Joining, item, join, join_groups, joining, project_of},
    mail::{Leaving, Repeats, repeats},
    page::{Denied, Done, Viewer},
    people::new_customer,
    route, rows, tell,
    write::{check_subject, check_text, used_id},
};
use crate::{
    domain::{
        command::{Start, StartWith},
        conversation::{Audience, Author, EntryKind, Facts, Participant, Privacy, State, Tail},
        event::EventKind,
        id::{AgentId, ConversationId, CustomerId, EntrySeq, GroupId, Seq},
        item::{Item, ItemKind},
        people::{Agent, check_address},
        refusal::Refusal,
        setting::Settings,
    },
    policy::{access::Access, audience},
    store::{
        Connection, Writing, conversations, events,
        messages::{self, NewEntry},
        outbox, people,
        reading::Readings,
    },
};
use chrono::{DateTime, Utc};

/// A conversation before its first entry.
pub(super) fn blank(audience: Audience, subject: String, now: DateTime<Utc>) -> Facts {
    Facts {
        id: ConversationId(0),
        audience,
        privacy: Privacy::Public,
        state: State::Open,
        subject,
        channel: None,
        requester: None,
        assignee: None,
        assignee_active: false,
        group: None,
        item: None,
        project: None,
        starter: None,
        follow_up_to: None,
        needs_reassignment: false,
        locked: None,
        created_at: now,
        at: now,
        last_seq: EntrySeq(0),
        news: Seq(0),
        tail: Tail { from: String::new(), text: String::new(), agent_replies: 0, customer_at: now, customer_count: 0 },
        members: Vec::new(),
        customers: Vec::new(),
    }
}

/// Writes a conversation together with its first entry; gives the message's row.
pub(super) fn begin(
    writing: &Writing<'_>,
    facts: &mut Facts,
    readings: &mut Readings,
    entry: &NewEntry<'_>,
) -> Outcome<i64> {
    let (agent, customer) = match entry.author {
        Author::Agent(agent) => (Some(agent), None),
        Author::Customer(customer) => (None, Some(customer)),
        Author::System => (None, None),
    };
    // The event needs the conversation and the conversation its news: the event comes first and is completed after.
    let now = entry.at.timestamp_millis();
    let started =
        events::NewEvent { at: now, kind: EventKind::Started, agent, customer, conversation: None, detail: "" };
    facts.news = events::write(writing, &started)?;
    messages::note(facts, entry);
    if let Some(agent) = agent {
        readings.set(agent, facts.last_seq, false);
    }
    facts.id = conversations::insert(writing, facts, readings)?;
    events::place(writing, facts.news, facts.id)?;
    Ok(messages::store(writing, facts, entry)?)
}

/// Lets customers in before the first entry: the first is the requester, everybody sees everything.
pub(super) fn seat(facts: &mut Facts, customers: &[CustomerId]) {
    for customer in customers {
        let requester = facts.requester.is_none();
        if requester {
            facts.requester = Some(*customer);
        }
        if !facts.customers.iter().any(|place| place.customer == *customer) {
            facts.customers.push(Participant {
                customer: *customer,
                requester,
                added: !requester,
                via_item: false,
                since: EntrySeq(0),
            });
        }
    }
}

struct Starting<'a> {
    writing: &'a Writing<'a>,
    me: Agent,
    settings: Settings,
    now: DateTime<Utc>,
}

impl Desk {
    /// Starts a conversation.
    ///
    /// # Errors
    /// Unknown agents, items or groups; no right to reply to customers; nobody to write to; unusable input.
    pub fn start(&self, who: &Viewer, start: &Start) -> Outcome<Done> {
        self.write(|writing| {
            let starting = Starting {
                writing,
                me: Desk::me(writing, who)?,
                settings: people::settings(writing)?,
                now: self.now(),
            };
            starting.run(start)
        })
    }
}

impl Starting<'_> {
    fn run(&self, start: &Start) -> Outcome<Done> {
        let text = check_text(&start.text)?;
        let writer = format!("agent {}", self.me.id);
        let files = Files::of(&start.files);
        let fingerprint = format!("start {text}{}{}", files.fingerprint(), forwarded::fingerprint(&start.with));
        if let Some(id) = &start.client_id
            && let Some((message, same)) = messages::written_before(self.writing, &writer, 0, id, &fingerprint)?
        {
            return self.again(message, same);
        }
        let source = self.source(&start.with)?;
        let taken = self.files_of(source.as_ref(), &start.with)?;
        let files = files.and(&taken);
        files.check(text)?;
        let mut facts = self.facts(start, source.as_ref())?;
        if facts.audience == Audience::Customer && !self.me.reply_to_customers {
            return Err(Refusal::denied(
                "R5.2",
                "You do not have the right to reply to customers, and so not to start a conversation with one. Ask an administrator for it.",
            )
            .into());
        }
        facts.starter = Some(self.me.id);
        let own = facts.member_mut(self.me.id);
        (own.starter, own.posted) = (true, true);
        if facts.audience == Audience::Customer {
            self.place_in_queue(&mut facts, start.group.as_deref())?;
            if let Some(source) = &source {
                self.keep_as_private(&mut facts, source, start.group.is_some())?;
            }
        } else if start.group.is_some() {
            return Err(Denied::Invalid("An internal conversation is in no group's queue. Leave --group out.".into()));
        }
        // What is forwarded must not repeat the notes of where it comes from. The subject leaves as well as the text.
        let beside = source.as_ref().unwrap_or(&facts);
        let said = format!("{}\n{text}", start.subject);
        let words = Leaving { text: &said, files: &files };
        let held = repeats(self.writing, &Access::of(&self.me), beside, &words, start.confirmed)? == Repeats::Hidden;
        let (told, not_notified) = tell::mentioned(self.writing, &mut facts, self.me.id, text)?;
        let entry = NewEntry {
            kind: EntryKind::Reply,
            author: Author::Agent(self.me.id),
            name: &self.me.name,
            at: self.now,
            text,
            channel: None,
            attachments: &files.described,
        };
        let message = begin(self.writing, &mut facts, &mut Readings::default(), &entry)?;
        files.keep(self.writing, message)?;
        if let Some(id) = &start.client_id {
            messages::remember_write(self.writing, &writer, 0, id, &fingerprint, message)?;
        }
        let first = facts.last_seq;
        let facts = self.afterwards(&facts, message, &told, held)?;
        let access = Access::of(&self.me);
        Ok(Done {
            conversation: facts.id,
            message: Some(first),
            row: if access.holds(&facts) { rows::row(self.writing, &access, facts.id)? } else { None },
            not_notified,
            changed: true,
            item: None,
        })
    }

    /// The same start under the same client id is the same start (R1.8), answered after the access check.
    fn again(&self, message: i64, same: bool) -> Outcome<Done> {
        if !same {
            return Err(used_id());
        }
        let entry = messages::by_id(self.writing, message)?.ok_or_else(used_id)?;
        let access = Access::of(&self.me);
        super::act::accessible(self.writing, &access, entry.conversation)?;
        Ok(Done {
            conversation: entry.conversation,
            message: Some(entry.seq),
            row: rows::row(self.writing, &access, entry.conversation)?,
            not_notified: Vec::new(),
            changed: false,
            item: None,
        })
    }

    fn facts(&self, start: &Start, source: Option<&Facts>) -> Outcome<Facts> {
        let subject = check_subject(&start.subject);
        match &start.with {
            StartWith::Customers(addresses) => {
                let mut facts = blank(Audience::Customer, subject, self.now);
                seat(&mut facts, &self.customers(addresses)?);
                if facts.requester.is_none() {
                    return Err(Denied::Invalid("Say with which customer: at least one address.".into()));
                }
                Ok(facts)
            }
            StartWith::Forward { address, .. } => self.outside(subject, address, source),
            StartWith::Agents(handles) => {
                let mut facts = blank(Audience::Internal, subject, self.now);
                self.name_agents(&mut facts, handles)?;
                if facts.members.is_empty() {
                    return Err(Denied::Invalid(
                        "Say with which agent: at least one handle other than your own.".into(),
                    ));
                }
                Ok(facts)
            }
            StartWith::Item { item: key, audience, customers, agents } => {
                let item = item(self.writing, *key)?;
                let preselected = match item.key.kind {
                    ItemKind::Project => self.settings.project_audience,
                    ItemKind::Ticket | ItemKind::Task | ItemKind::Article => self.settings.item_audience,
                };
                self.on_item(&item, audience.unwrap_or(preselected), subject, customers, agents)
            }
        }
    }

    fn on_item(
        &self,
        item: &Item,
        audience: Audience,
        subject: String,
        customers: &[String],
        agents: &[String],
    ) -> Outcome<Facts> {
        let subject = if subject.is_empty() { item.title.clone() } else { subject };
        let mut facts = blank(audience, subject, self.now);
        (facts.item, facts.project) = (Some(item.key.id), project_of(item));
        let joining: Joining = joining(self.writing, item.key.id, audience)?;
        match audience {
            Audience::Customer => {
                let mut seats: Vec<CustomerId> = item.requester.into_iter().collect();
                seats.extend(self.customers(customers)?);
                seat(&mut facts, &seats);
                if facts.requester.is_none() {
                    return Err(Denied::Invalid(format!(
                        "{} has no requester. Say with which customer: --with-customer ADDRESS.",
                        item.key
                    )));
                }
            }
            Audience::Internal if !customers.is_empty() => {
                return Err(Refusal::denied(
                    "R1.6",
                    "No customer can take part in an internal conversation. Choose customer replies, or leave the customer out.",
                )
                .into());
            }
            Audience::Internal => {
                if self.sees_private_customer_conversation(item)? {
                    facts.privacy = Privacy::Private;
                }
            }
        }
        join(&mut facts, &joining);
        join_groups(self.writing, &mut facts, &joining)?;
        self.name_agents(&mut facts, agents)?;
        Ok(facts)
    }

    /// What is said on an item by somebody who can see a private customer conversation there starts private (R6.9).
    fn sees_private_customer_conversation(&self, item: &Item) -> Outcome<bool> {
        let access = Access::of(&self.me);
        for id in conversations::of_item(self.writing, item.key.id)? {
            if let Some(facts) = conversations::load_facts(self.writing, id)?
                && facts.audience == Audience::Customer
                && facts.privacy == Privacy::Private
                && access.holds(&facts)
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn customers(&self, addresses: &[String]) -> Outcome<Vec<CustomerId>> {
        let mut customers = Vec::new();
        for address in addresses {
            let address = check_address(address).map_err(Denied::Invalid)?;
            customers.push(match people::customer_by_address(self.writing, &address)? {
                Some(customer) => customer.id,
                None => new_customer(self.writing, &address, "", self.now.timestamp_millis())?,
            });
        }
        Ok(customers)
    }

    fn name_agents(&self, facts: &mut Facts, handles: &[String]) -> Outcome<()> {
        for handle in handles {
            let agent = people::agent_by_handle(self.writing, handle)?.ok_or_else(|| no_agent(handle))?;
            if !agent.active {
                return Err(Refusal::denied(
                    "R5.4",
                    format!("@{} is switched off. Choose an active agent.", agent.handle),
                )
                .into());
            }
            if agent.id != self.me.id {
                facts.member_mut(agent.id).added = true;
            }
        }
        Ok(())
    }

    /// Group, assignee and privacy of a customer conversation (R5.7, R6.1).
    fn place_in_queue(&self, facts: &mut Facts, group: Option<&str>) -> Outcome<()> {
        facts.group = match group {
            Some(name) => Some(people::group_by_name(self.writing, name)?.ok_or_else(|| no_group(name))?.id),
            None => only_group(&self.me.groups),
        };
        if !self.me.role.administers() {
            facts.assignee = Some(self.me.id);
            facts.assignee_active = true;
            facts.member_mut(self.me.id).assigned = true;
        }
        if self.settings.starts_private() {
            facts.privacy = Privacy::Private;
        }
        Ok(())
    }

    /// What follows from the first message; gives the conversation as routing left it.
    fn afterwards(&self, facts: &Facts, message: i64, told: &[AgentId], held: bool) -> Outcome<Facts> {
        let now = self.now.timestamp_millis();
        let due = if held { None } else { Some(now + i64::from(self.settings.undo_seconds) * 1_000) };
        for customer in audience::customers(facts, EntryKind::Reply, None) {
            outbox::queue_reply_at(self.writing, facts.id, message, customer, now, due)?;
        }
        if held {
            super::mail::ring_held(self.writing, now)?;
        }
        if let Some(item) = facts.item.filter(|_| facts.audience == Audience::Customer) {
            crate::store::items::refresh_waiting(self.writing, item)?;
        }
        if let Some(item) = facts.item {
            remember_groups(self.writing, facts.id, item)?;
        }
        let facts = route::settle(self.writing, self.now, None, facts, &[])?;
        tell::ring_mentioned(self.writing, told, &facts, now)?;
        let told: Vec<AgentId> = told.iter().copied().chain(facts.assignee).collect();
        let news = tell::News { writer: Some(self.me.id), kind: EntryKind::Reply, new: true, mentioned: &told };
        tell::of_entry(self.writing, facts.id, &facts, &news, now)?;
        Ok(facts)
    }
}

/// Writes down the groups that came in through an item, once the conversation has its number.
fn remember_groups(connection: &Connection, id: ConversationId, item: crate::domain::id::ItemId) -> Outcome<()> {
    for group in crate::store::items::following_groups(connection, item)? {
        conversations::set_following_group(connection, id, group, Some(true))?;
    }
    Ok(())
}

fn only_group(groups: &[GroupId]) -> Option<GroupId> {
    match groups {
        [only] => Some(*only),
        _ => None,
    }
}
