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
        envelope::{Inbound, Received},
        event::EventKind,
        id::ConversationId,
        people::{Customer, check_address},
        refusal::Refusal,
    },
    policy::audience,
    store::{
        Writing,
        conversations::{self, Loaded},
        events,
        messages::{self, NewEntry},
        outbox, people,
        reading::Readings,
    },
};
use chrono::{DateTime, Utc};

struct Receiving<'a> {
    writing: &'a Writing<'a>,
    inbound: &'a Inbound,
    customer: Customer,
    text: &'a str,
    now: DateTime<Utc>,
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
            let received = Receiving { writing, inbound, customer, text, now }.run()?;
            // A new name stands in the rows of other conversations too.
            let news = if renamed { News::EVERYTHING } else { News::of(received.conversation) };
            Ok((received, news))
        })
    }
}

/// Who writes, and whether that record has a new name now.
fn sender(writing: &Writing<'_>, address: &str, name: Option<&str>, now: DateTime<Utc>) -> Outcome<(Customer, bool)> {
    let name = check_subject(name.unwrap_or(""));
    if let Some(mut known) = people::customer_by_address(writing, address)? {
        if known.blocked {
            return Err(
                Refusal::denied("R5.6", format!("Messages from {address} are blocked; nothing was kept.")).into()
            );
        }
        let renamed = known.name.is_empty() && !name.is_empty();
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

impl Receiving<'_> {
    fn run(&self) -> Outcome<Received> {
        let writer = format!("customer {}", self.customer.id);
        if let Some(id) = &self.inbound.message_id
            && let Some((message, same)) = messages::written_before(self.writing, &writer, 0, id, self.text)?
        {
            return self.again(message, same);
        }
        let (facts, message) = match self.named()? {
            Some(loaded) if loaded.facts.state == State::Locked => self.follow_up(&loaded.facts)?,
            Some(loaded) => self.append(&loaded)?,
            None => self.start()?,
        };
        if let Some(id) = &self.inbound.message_id {
            messages::remember_write(self.writing, &writer, 0, id, self.text, message)?;
        }
        Ok(Received { conversation: facts.0, message: facts.1, follow_up_to: facts.2 })
    }

    fn again(&self, message: i64, same: bool) -> Outcome<Received> {
        let entry = messages::by_id(self.writing, message)?.filter(|_| same).ok_or_else(used_id)?;
        let facts = conversations::load_facts(self.writing, entry.conversation)?.ok_or_else(used_id)?;
        Ok(Received { conversation: entry.conversation, message: entry.seq, follow_up_to: facts.follow_up_to })
    }

    /// The conversation that the message names, if it is this customer's; in every other case none, without a difference (R2.9).
    fn named(&self) -> Outcome<Option<Loaded>> {
        let Some(id) = self.inbound.conversation else { return Ok(None) };
        let loaded = conversations::load(self.writing, id)?;
        Ok(loaded.filter(|loaded| {
            loaded.facts.audience == Audience::Customer
                && loaded.facts.customers.iter().any(|place| place.customer == self.customer.id)
        }))
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
            channel: Some(self.inbound.channel.word()),
            attachments: &[],
        }
    }

    fn append(&self, before: &Loaded) -> Outcome<(Place, i64)> {
        let mut after = before.clone();
        let facts = &mut after.facts;
        facts.news = self.event(EventKind::Replied, Some(facts.id))?;
        let message = messages::append(self.writing, facts, &self.entry())?;
        let place = (facts.id, facts.last_seq, facts.follow_up_to);
        after.readings.news_by(None);
        self.reopen(facts)?;
        for customer in audience::customers(facts, EntryKind::Reply, Some(self.customer.id)) {
            outbox::queue_reply(self.writing, facts.id, message, customer, self.millis())?;
        }
        conversations::save(self.writing, before, &after)?;
        let routed = route::settle(self.writing, self.now, Some(&before.facts), &after.facts, &[])?;
        self.tell(&after.facts, &routed, false)?;
        Ok((place, message))
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
        let line =
            NewEntry { kind: EntryKind::System, author: Author::System, text: &text, channel: None, ..self.entry() };
        messages::append(self.writing, facts, &line)?;
        Ok(())
    }

    /// A message to a locked conversation: never appended, never re-opens it, never lost (R2.7).
    fn follow_up(&self, locked: &Facts) -> Outcome<(Place, i64)> {
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
        outbox::queue_told(self.writing, begun.0.0, locked.id, self.customer.id, self.millis())?;
        Ok(begun)
    }

    fn start(&self) -> Outcome<(Place, i64)> {
        let mut facts = self.blank();
        if let Some(name) = &self.inbound.group {
            facts.group = Some(people::group_by_name(self.writing, name)?.ok_or_else(|| no_group(name))?.id);
        }
        self.begin(facts)
    }

    fn blank(&self) -> Facts {
        let subject = check_subject(self.inbound.subject.as_deref().unwrap_or(""));
        let subject = if subject.is_empty() { opening_words(self.text) } else { subject };
        let mut facts = blank(Audience::Customer, subject, self.now);
        facts.channel = Some(self.inbound.channel.word().to_owned());
        seat(&mut facts, &[self.customer.id]);
        facts
    }

    fn begin(&self, mut facts: Facts) -> Outcome<(Place, i64)> {
        if people::settings(self.writing)?.starts_private() {
            facts.privacy = Privacy::Private;
        }
        let message = begin(self.writing, &mut facts, &mut Readings::default(), &self.entry())?;
        // Chosen first: a private one is then nobody else's to be told of (R6.4).
        let routed = route::settle(self.writing, self.now, None, &facts, &[])?;
        self.tell(&facts, &routed, true)?;
        Ok(((facts.id, facts.last_seq, facts.follow_up_to), message))
    }

    /// Tells of the message; whom routing chose for it was told of that.
    fn tell(&self, before: &Facts, routed: &Facts, new: bool) -> Outcome<()> {
        let chosen: Vec<_> = routed.assignee.filter(|agent| before.assignee != Some(*agent)).into_iter().collect();
        let news = tell::News { writer: None, kind: EntryKind::Reply, new, mentioned: &chosen };
        tell::of_entry(self.writing, routed.id, routed, &news, self.millis())
    }

    fn event(&self, kind: EventKind, conversation: Option<ConversationId>) -> Outcome<crate::domain::id::Seq> {
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

/// Conversation, entry, and what it follows up.
type Place = (ConversationId, crate::domain::id::EntrySeq, Option<ConversationId>);

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
