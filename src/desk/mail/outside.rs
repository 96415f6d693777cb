//! Answers that colleagues wrote in their mail programs, found in the folder of sent mail: they belong into the thread, and
//! nothing is sent because of them.

use super::{
    decide::ignored,
    receive::{Taking, held},
    thread::tag_of,
};
use crate::{
    desk::{Outcome, receive::Placed, route, tell, token, write::check_subject},
    domain::{
        conversation::{Audience, Author, EntryKind, Facts, State},
        decide::reply_consequences,
        envelope::Channel,
        event::EventKind,
        letter::Nature,
        mail::{HeldWhy, Reason, Verdict},
        people::check_address,
    },
    store::{
        conversations::{self, Loaded},
        events, items, late,
        mails::Decided,
        merges,
        messages::{self, NewEntry},
        parts, people, threads,
    },
};

impl Taking<'_> {
    /// A mail from the folder of sent mail.
    pub(super) fn sent_outside(&self) -> Outcome<Decided> {
        if let Some(id) = &self.letter.message_id
            && threads::went_out(self.writing, id)?.is_some()
        {
            return Ok(ignored("This desk sent it.".to_owned()));
        }
        if self.wants_answers_here()? {
            return Ok(ignored("This desk sent it, and the mail server gave it another Message-ID.".to_owned()));
        }
        if let Some(decided) = self.same_letter()? {
            return Ok(decided);
        }
        let Some(before) = self.answered()? else {
            return Ok(ignored("It was sent outside the desk and answers no mail that is here.".to_owned()));
        };
        if before.facts.state == State::Locked {
            self.line(&before, "Answered by mail outside; the text is held for the administrators.")?;
            let decided = held(HeldWhy::LockedOutside, Vec::new());
            return Ok(Decided { conversation: Some(before.facts.id), ..decided });
        }
        let placed = self.write_outside(&before)?;
        Ok(Decided {
            verdict: Verdict::SentOutside,
            reasons: vec![Reason::plain(
                "It was found in the folder of sent mail and answers a mail of this conversation.",
            )],
            conversation: Some(placed.conversation),
            message: Some(placed.message),
        })
    }

    /// Whether answers to it come to a reply token of this desk, as to everything that the desk sends. Outlook and others give
    /// what they send a Message-ID of their own, and keep a copy.
    fn wants_answers_here(&self) -> Outcome<bool> {
        let named = self.letter.reply_to.iter().filter_map(|person| tag_of(&self.mail.addresses, &person.address));
        let words: Vec<String> = named.collect();
        if words.is_empty() {
            return Ok(false);
        }
        let key = token::desk_key(self.writing)?;
        Ok(words.iter().any(|word| token::read(&key, word).is_some()))
    }

    /// The conversation that it answers: by its headers, if one of its recipients takes part there.
    fn answered(&self) -> Outcome<Option<Loaded>> {
        let mut recipients = Vec::new();
        for person in self.letter.to.iter().chain(&self.letter.cc) {
            if let Ok(address) = check_address(&person.address)
                && let Some(customer) = people::customer_by_address(self.writing, &address)?
            {
                recipients.push(customer.id);
            }
        }
        for id in self.letter.in_reply_to.iter().rev().chain(self.letter.references.iter().rev()) {
            for conversation in threads::conversations_by_header(self.writing, id)? {
                let conversation = merges::resolve(self.writing, conversation)?;
                let Some(loaded) = conversations::load(self.writing, conversation)? else { continue };
                let reaches = loaded.facts.customers.iter().any(|place| recipients.contains(&place.customer));
                if loaded.facts.audience == Audience::Customer && reaches {
                    return Ok(Some(loaded));
                }
            }
        }
        Ok(None)
    }

    fn line(&self, before: &Loaded, text: &str) -> Outcome<()> {
        let mut after = before.clone();
        route::line(self.writing, self.now, &mut after.facts, EventKind::AnsweredOutside, text, "")?;
        Ok(conversations::save(self.writing, before, &after)?)
    }

    /// Who wrote it, as the mail says: a name for people, not an identity.
    fn written_as(&self) -> String {
        let from = self.letter.from.first();
        let name = from.map_or("", |from| if from.name.is_empty() { &from.address } else { &from.name });
        let name = check_subject(name);
        if name.is_empty() { "Somebody".to_owned() } else { name }
    }

    fn write_outside(&self, before: &Loaded) -> Outcome<Placed> {
        let (mut after, name, body) = (before.clone(), self.written_as(), self.body(self.letter)?);
        let entry = NewEntry {
            kind: EntryKind::Reply,
            author: Author::System,
            name: &name,
            at: self.now,
            text: &body.text,
            channel: Some(Channel::Email.word()),
            attachments: &body.described,
        };
        let placed = if self.mail.history.is_some() {
            let (message, seq) = late::insert(self.writing, &mut after, &entry)?;
            Placed { conversation: after.facts.id, seq, follow_up_to: None, message }
        } else {
            self.append_outside(&mut after, &entry)?
        };
        parts::write_as(self.writing, placed.message, &name)?;
        // Somebody of the team answered (R3.3), whoever it was; a program's answer does not count.
        after.facts.tail.agent_replies += i64::from(self.letter.nature == Nature::Person);
        conversations::save(self.writing, before, &after)?;
        if let Some(item) = after.facts.item {
            items::refresh_waiting(self.writing, item)?;
        }
        if self.mail.history.is_none() {
            let routed = route::settle(self.writing, self.now, Some(&before.facts), &after.facts, &[])?;
            let news = tell::News { writer: None, kind: EntryKind::Reply, new: false, mentioned: &[] };
            tell::of_entry(self.writing, routed.id, &routed, &news, self.now.timestamp_millis())?;
        }
        self.keep_parts(placed, &body)?;
        Ok(placed)
    }

    fn append_outside(&self, after: &mut Loaded, entry: &NewEntry<'_>) -> Outcome<Placed> {
        let facts = &mut after.facts;
        let event = events::NewEvent {
            at: self.now.timestamp_millis(),
            kind: EventKind::AnsweredOutside,
            agent: None,
            customer: None,
            conversation: Some(facts.id),
            detail: "",
        };
        facts.news = events::write(self.writing, &event)?;
        let message = messages::append(self.writing, facts, entry)?;
        let placed = Placed { conversation: facts.id, seq: facts.last_seq, follow_up_to: None, message };
        after.readings.news_by(None);
        if self.letter.nature == Nature::Person {
            self.reopen(&mut after.facts, entry.name)?;
        }
        Ok(placed)
    }

    /// A reply re-opens a closed conversation, from any channel (R2.3, R2.8).
    fn reopen(&self, facts: &mut Facts, name: &str) -> Outcome<()> {
        let consequences = reply_consequences(facts);
        if !consequences.reopens {
            return Ok(());
        }
        facts.state = State::Open;
        if consequences.releases {
            facts.set_assignee(None);
        }
        facts.needs_reassignment |= consequences.needs_reassignment;
        let text = format!("Re-opened by an answer of {name} by mail outside.");
        route::line(self.writing, self.now, facts, EventKind::Reopened, &text, "")
    }
}
