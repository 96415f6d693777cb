//! A customer's message: seen before? whose? which conversation? Then decided as for anybody (R2.3, R2.7, R2.9).

use super::{
    Desk, News, Outcome,
    assign::no_group,
    page::Denied,
    people::new_customer,
    route,
    start::{begin, blank, seat},
    tell,
    write::{check_subject, check_text, used_id},
};
use crate::{
    domain::{
        conversation::{Audience, Author, EntryKind, Facts, Privacy, State},
        decide::reply_consequences,
        envelope::{Channel, Inbound, Received},
        event::EventKind,
        history::PastAttachment,
        id::{ConversationId, CustomerId, EntrySeq, GroupId, Seq},
        people::{Customer, check_address},
        refusal::Refusal,
    },
    policy::audience,
    store::{
        Writing,
        conversations::{self, Loaded},
        events, late, merges,
        messages::{self, NewEntry},
        outbox, people,
        reading::Readings,
    },
};
use chrono::{DateTime, Utc};

/// A customer's message on its way into a conversation, from whatever channel.
pub(super) struct Incoming<'a> {
    pub writing: &'a Writing<'a>,
    /// Who wrote it.
    pub customer: &'a Customer,
    pub text: &'a str,
    pub attachments: &'a [PastAttachment],
    pub channel: Channel,
    /// The subject, for a new conversation.
    pub subject: &'a str,
    /// The queue that a new conversation goes to.
    pub group: Option<GroupId>,
    /// Whether a program wrote it: that re-opens nothing.
    pub automatic: bool,
    /// Whether the writer may be told of a follow-up (R2.7).
    pub tells: bool,
    /// Whether it is history: it tells nobody and asks nobody for anything (R1.7).
    pub history: bool,
    /// When it came.
    pub now: DateTime<Utc>,
}

/// Where a message came to stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Placed {
    pub conversation: ConversationId,
    pub seq: EntrySeq,
    pub follow_up_to: Option<ConversationId>,
    /// The message's row.
    pub message: i64,
}

impl Desk {
    /// Takes in what a customer wrote. Acknowledge it to where it came from only after this returned.
    ///
    /// # Errors
    /// Unusable address or text, an unknown group, a blocked sender, another text under a used message id, or a failing disk;
    /// nothing is kept then.
    pub fn receive(&self, inbound: &Inbound) -> Outcome<Received> {
        let text = check_text(&inbound.text)?;
        let address = check_address(&inbound.from).map_err(Denied::Invalid)?;
        self.write_news(|writing| {
            let now = self.now();
            let (customer, renamed) = sender(writing, &address, inbound.name.as_deref(), now)?;
            let received = received(writing, inbound, &customer, text, now)?;
            // A new name stands in the rows of other conversations too.
            let news = if renamed { News::EVERYTHING } else { News::of(received.conversation) };
            Ok((received, news))
        })
    }
}

/// Who writes, and whether that record has a new name now.
fn sender(writing: &Writing<'_>, address: &str, name: Option<&str>, now: DateTime<Utc>) -> Outcome<(Customer, bool)> {
    let (customer, renamed) = writer(writing, address, name.unwrap_or(""), now)?;
    if customer.blocked {
        return Err(Refusal::denied("R5.6", format!("Messages from {address} are blocked; nothing was kept.")).into());
    }
    Ok((customer, renamed))
}

/// The record of who writes, made if there is none, and whether it has a new name now. It may be one that is blocked.
pub(super) fn writer(
    writing: &Writing<'_>,
    address: &str,
    name: &str,
    now: DateTime<Utc>,
) -> Outcome<(Customer, bool)> {
    let name = check_subject(name);
    if let Some(mut known) = people::customer_by_address(writing, address)? {
        let renamed = known.name.is_empty() && !name.is_empty() && !known.blocked;
        if renamed {
            known.name = name;
            people::save_customer(writing, &known, now.timestamp_millis())?;
        }
        return Ok((known, renamed));
    }
    let id = new_customer(writing, address, &name, now.timestamp_millis())?;
    let customer =
        Customer { id, address: address.to_owned(), name, organization: None, blocked: false, by_hand: false };
    Ok((customer, false))
}

/// Once (R1.8), and into the conversation that is named, if any.
fn received(
    writing: &Writing<'_>,
    inbound: &Inbound,
    customer: &Customer,
    text: &str,
    now: DateTime<Utc>,
) -> Outcome<Received> {
    let writer = format!("customer {}", customer.id);
    if let Some(id) = &inbound.message_id
        && let Some((message, same)) = messages::written_before(writing, &writer, 0, id, text)?
    {
        return again(writing, message, same);
    }
    let named = match inbound.conversation {
        Some(id) => own_conversation(writing, merges::resolve(writing, id)?, customer.id)?,
        None => None,
    };
    let group = match (&inbound.group, &named) {
        // Only a new conversation asks for its group.
        (Some(name), None) => Some(people::group_by_name(writing, name)?.ok_or_else(|| no_group(name))?.id),
        (Some(_), Some(_)) | (None, _) => None,
    };
    let incoming = Incoming {
        writing,
        customer,
        text,
        attachments: &[],
        channel: inbound.channel,
        subject: inbound.subject.as_deref().unwrap_or(""),
        group,
        automatic: false,
        tells: true,
        history: false,
        now,
    };
    let placed = incoming.place(named.as_ref())?;
    if let Some(id) = &inbound.message_id {
        messages::remember_write(writing, &writer, 0, id, text, placed.message)?;
    }
    Ok(Received { conversation: placed.conversation, message: placed.seq, follow_up_to: placed.follow_up_to })
}

fn again(writing: &Writing<'_>, message: i64, same: bool) -> Outcome<Received> {
    let entry = messages::by_id(writing, message)?.filter(|_| same).ok_or_else(used_id)?;
    let facts = conversations::load_facts(writing, entry.conversation)?.ok_or_else(used_id)?;
    Ok(Received { conversation: entry.conversation, message: entry.seq, follow_up_to: facts.follow_up_to })
}

/// The conversation that a message names, if it is this customer's; in every other case none, without a difference (R2.9).
pub(super) fn own_conversation(
    writing: &Writing<'_>,
    id: ConversationId,
    customer: CustomerId,
) -> Outcome<Option<Loaded>> {
    let loaded = conversations::load(writing, id)?;
    Ok(loaded.filter(|loaded| {
        loaded.facts.audience == Audience::Customer
            && loaded.facts.customers.iter().any(|place| place.customer == customer)
    }))
}

impl Incoming<'_> {
    /// Into a conversation of the writer's, into a follow-up of it where it is locked (R2.7), or into a new one (R2.9).
    pub fn place(&self, named: Option<&Loaded>) -> Outcome<Placed> {
        match named {
            Some(loaded) if loaded.facts.state == State::Locked => self.follow_up(&loaded.facts),
            Some(loaded) => self.append(loaded),
            None => self.start(),
        }
    }

    fn name(&self) -> &str {
        if self.customer.name.is_empty() { &self.customer.address } else { &self.customer.name }
    }

    fn entry(&self) -> NewEntry<'_> {
        NewEntry {
            kind: EntryKind::Reply,
            author: Author::Customer(self.customer.id),
            name: self.name(),
            at: self.now,
            text: self.text,
            channel: Some(self.channel.word()),
            attachments: self.attachments,
        }
    }

    fn append(&self, before: &Loaded) -> Outcome<Placed> {
        let mut after = before.clone();
        if self.history {
            let (message, seq) = late::insert(self.writing, &mut after, &self.entry())?;
            conversations::save(self.writing, before, &after)?;
            return Ok(Placed { seq, message, ..placed(&after.facts) });
        }
        let facts = &mut after.facts;
        facts.news = self.event(EventKind::Replied, Some(facts.id))?;
        let message = messages::append(self.writing, facts, &self.entry())?;
        let placed = Placed { message, ..placed(facts) };
        after.readings.news_by(None);
        if !self.automatic {
            self.reopen(facts)?;
        }
        // What a program wrote is passed on to nobody: between two of them it would go round for ever.
        let readers = if self.automatic {
            Vec::new()
        } else {
            audience::customers(facts, EntryKind::Reply, Some(self.customer.id))
        };
        for customer in readers {
            outbox::queue_reply(self.writing, facts.id, message, customer, self.millis())?;
        }
        conversations::save(self.writing, before, &after)?;
        let routed = route::settle(self.writing, self.now, Some(&before.facts), &after.facts, &[])?;
        self.tell(&after.facts, &routed, false)?;
        Ok(placed)
    }

    /// A customer's message re-opens a closed conversation in the same transaction (R2.3, R2.8).
    fn reopen(&self, facts: &mut Facts) -> Outcome<()> {
        let consequences = reply_consequences(facts);
        if !consequences.reopens {
            return Ok(());
        }
        self.event(EventKind::Reopened, Some(facts.id))?;
        facts.state = State::Open;
        if consequences.releases {
            facts.set_assignee(None);
        }
        facts.needs_reassignment |= consequences.needs_reassignment;
        let text = format!("Re-opened by a message from {}.", self.name());
        let line = NewEntry {
            kind: EntryKind::System,
            author: Author::System,
            text: &text,
            channel: None,
            attachments: &[],
            ..self.entry()
        };
        messages::append(self.writing, facts, &line)?;
        Ok(())
    }

    /// A message to a locked conversation: never appended, never re-opens it, never lost (R2.7).
    fn follow_up(&self, locked: &Facts) -> Outcome<Placed> {
        let mut facts = self.blank();
        facts.group = locked.group;
        facts.follow_up_to = Some(locked.id);
        if locked.privacy == Privacy::Private {
            facts.privacy = Privacy::Private;
            facts.needs_reassignment = !locked.assignee_active;
            if let Some(assignee) = locked.assignee {
                // One who was switched off keeps it, as in R6.8: unassigned, its whole group could read what was private.
                facts.assignee = Some(assignee);
                facts.assignee_active = locked.assignee_active;
                facts.member_mut(assignee).assigned = true;
            }
        }
        let begun = self.begin(facts)?;
        if self.tells && !self.history {
            outbox::queue_told(self.writing, begun.conversation, locked.id, self.customer.id, self.millis())?;
        }
        Ok(begun)
    }

    fn start(&self) -> Outcome<Placed> {
        let mut facts = self.blank();
        facts.group = self.group;
        self.begin(facts)
    }

    fn blank(&self) -> Facts {
        let subject = check_subject(self.subject);
        let subject = if subject.is_empty() { opening_words(self.text) } else { subject };
        let mut facts = blank(Audience::Customer, subject, self.now);
        facts.channel = Some(self.channel.word().to_owned());
        seat(&mut facts, &[self.customer.id]);
        facts
    }

    fn begin(&self, mut facts: Facts) -> Outcome<Placed> {
        if people::settings(self.writing)?.starts_private() {
            facts.privacy = Privacy::Private;
        }
        if self.history {
            facts.state = State::Closed;
            messages::note(&mut facts, &self.entry());
            facts.id = conversations::insert(self.writing, &facts, &Readings::default())?;
            let message = messages::store(self.writing, &facts, &self.entry())?;
            return Ok(Placed { message, ..placed(&facts) });
        }
        let message = begin(self.writing, &mut facts, &mut Readings::default(), &self.entry())?;
        // Chosen first: a private one is then nobody else's to be told of (R6.4).
        let routed = route::settle(self.writing, self.now, None, &facts, &[])?;
        self.tell(&facts, &routed, true)?;
        Ok(Placed { message, ..placed(&facts) })
    }

    /// Tells of the message; whom routing chose for it was told of that.
    fn tell(&self, before: &Facts, routed: &Facts, new: bool) -> Outcome<()> {
        let chosen: Vec<_> = routed.assignee.filter(|agent| before.assignee != Some(*agent)).into_iter().collect();
        let news = tell::News { writer: None, kind: EntryKind::Reply, new, mentioned: &chosen };
        tell::of_entry(self.writing, routed.id, routed, &news, self.millis())
    }

    fn event(&self, kind: EventKind, conversation: Option<ConversationId>) -> Outcome<Seq> {
        let event = events::NewEvent {
            at: self.millis(),
            kind,
            agent: None,
            customer: Some(self.customer.id),
            conversation,
            detail: "",
        };
        Ok(events::write(self.writing, &event)?)
    }

    const fn millis(&self) -> i64 {
        self.now.timestamp_millis()
    }
}

/// Where the newest entry of a conversation stands.
const fn placed(facts: &Facts) -> Placed {
    Placed { conversation: facts.id, seq: facts.last_seq, follow_up_to: facts.follow_up_to, message: 0 }
}

/// The first words of a text, for a message without a subject: whole words, at most 60 characters of the first line.
fn opening_words(text: &str) -> String {
    let line = check_subject(text.trim().lines().next().unwrap_or(""));
    if line.chars().count() <= 60 {
        return line;
    }
    let cut: String = line.chars().take(60).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{whole} …")
}
