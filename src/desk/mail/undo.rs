//! What people do about mail on its way out: taking a reply back, trying again, and deciding what is held.

use super::undelivered;
use crate::{
    desk::{
        Desk, News, Outcome,
        act::Act,
        page::{Denied, HeldReply, Viewer},
        rows,
    },
    domain::{
        command::EntryOf,
        conversation::{EntryKind, Tail},
        event::EventKind,
        id::{ConversationId, ItemId},
        mail::DeliveryState,
        outgoing::{STOPPED_IT, TOOK_IT_BACK},
        refusal::Refusal,
    },
    policy::rights,
    store::{
        Connection, Writing,
        conversations::{self, moment},
        items,
        messages::{self, StoredEntry, Window},
        outbox::{self, Outgoing},
    },
};

/// So many entries are looked at for words since.
const SINCE: usize = 200;

impl Desk {
    /// Takes a reply back before it leaves by mail: it stays in the thread, marked as not sent.
    ///
    /// # Errors
    /// Not found or restricted, not somebody who may reply, locked, no reply with mail, it has left already, or another message has its number now.
    pub fn cancel_mail(&self, who: &Viewer, conversation: ConversationId, entry: impl Into<EntryOf>) -> Outcome<()> {
        let entry = entry.into();
        let seq = entry.seq;
        self.about_mail(who, conversation, entry, taken_back, |act, rows| {
            let waits = |row: &&Outgoing| match row.state {
                DeliveryState::Queued | DeliveryState::Held => row.never_left() && !row.given_up,
                DeliveryState::Sending
                | DeliveryState::Sent
                | DeliveryState::Failed
                | DeliveryState::Unknown
                | DeliveryState::Cancelled => false,
            };
            let waiting: Vec<&Outgoing> = rows.iter().filter(waits).collect();
            if waiting.len() < rows.len() || rows.is_empty() {
                return Err(Refusal::denied(
                    "R1.3",
                    "It has left, or nothing of it is on its way. Write another reply to put it right.",
                )
                .into());
            }
            for row in waiting {
                let words = format!("{} {TOOK_IT_BACK}", act.me.name);
                outbox::settle(act.writing, row.id, DeliveryState::Cancelled, None, 0, &words)?;
            }
            let line = format!("{} took back a reply before it left; it was not sent.", act.me.name);
            act.line(EventKind::TakenBack, &line, &seq.to_string())?;
            answers(act.writing, act.facts.item)
        })
    }

    /// Sends a reply again to those it did not reach: it failed, was taken back, or nobody knows.
    ///
    /// # Errors
    /// Not found or restricted, not somebody who may reply, locked, there is nothing to try again, or another message has its
    /// number now.
    pub fn retry_mail(&self, who: &Viewer, conversation: ConversationId, entry: impl Into<EntryOf>) -> Outcome<()> {
        let entry = entry.into();
        let seq = entry.seq;
        self.about_mail(who, conversation, entry, beginning, |act, rows| {
            let administers = act.me.role.administers();
            let over = |row: &&Outgoing| match row.state {
                DeliveryState::Failed | DeliveryState::Unknown | DeliveryState::Cancelled => true,
                DeliveryState::Queued | DeliveryState::Sending | DeliveryState::Sent => false,
                // It failed to whoever does not know that it is held, and is held again. Who knows decides where it waits.
                DeliveryState::Held => row.given_up && !administers,
            };
            let failed: Vec<&Outgoing> = rows.iter().filter(over).collect();
            if failed.is_empty() {
                return Err(Refusal::denied("R1.3", "Nothing of it failed: it was sent or is on its way.").into());
            }
            for row in failed {
                outbox::try_again(act.writing, row.id, act.millis(), administers)?;
                undelivered::forget(act.writing, act.facts.id, row.id)?;
            }
            act.event(EventKind::SentAgain, &seq.to_string())?;
            answers(act.writing, act.facts.item)
        })
    }

    /// Replies that repeat what their senders may not read, the longest waiting first.
    ///
    /// # Errors
    /// Not for this agent (R5.6).
    pub fn held_replies(&self, who: &Viewer) -> Outcome<Vec<HeldReply>> {
        let reader = self.inner.store.reader()?;
        rights::administer(&Desk::me(&reader, who)?)?;
        let mut held: Vec<HeldReply> = Vec::new();
        for (conversation, message, to) in outbox::held(&reader)? {
            let Some(entry) = messages::by_id(&reader, message)? else { continue };
            if let Some(last) = held.last_mut().filter(|it| (it.conversation, it.seq) == (conversation, entry.seq)) {
                last.to.push(to);
                continue;
            }
            held.push(HeldReply {
                conversation,
                seq: entry.seq,
                attachments: rows::attachments(&reader, &entry)?,
                from: entry.name,
                at: moment(entry.at),
                text: entry.text,
                to: vec![to],
            });
        }
        Ok(held)
    }

    /// Lets a held reply leave.
    ///
    /// # Errors
    /// Not for this agent (R5.6), it is not held, or another message has its number now.
    pub fn release_reply(&self, who: &Viewer, conversation: ConversationId, entry: impl Into<EntryOf>) -> Outcome<()> {
        self.decide_held(who, conversation, entry.into(), true)
    }

    /// Lets a held reply never leave; it stays in the thread, marked as not sent.
    ///
    /// # Errors
    /// Not for this agent (R5.6), it is not held, or another message has its number now.
    pub fn discard_reply(&self, who: &Viewer, conversation: ConversationId, entry: impl Into<EntryOf>) -> Outcome<()> {
        self.decide_held(who, conversation, entry.into(), false)
    }

    fn decide_held(&self, who: &Viewer, conversation: ConversationId, meant: EntryOf, leaves: bool) -> Outcome<()> {
        let seq = meant.seq;
        self.write_news(|writing| {
            Self::administrator(writing, who)?;
            let not_held = || Denied::NotFound(format!("No reply {seq} of #{conversation} is held."));
            let entry = at_its_place(writing, conversation, meant)?.ok_or_else(not_held)?;
            let held = outbox::held_of_message(writing, entry.id)?;
            if held.is_empty() {
                return Err(not_held());
            }
            let now = self.now().timestamp_millis();
            for row in held {
                undelivered::forget(writing, conversation, row.id)?;
                if leaves {
                    outbox::try_again(writing, row.id, now, true)?;
                } else {
                    outbox::settle(writing, row.id, DeliveryState::Cancelled, None, 0, STOPPED_IT)?;
                }
            }
            let kind = if leaves { EventKind::MailReleased } else { EventKind::MailDiscarded };
            answers(writing, conversations::load_facts(writing, conversation)?.and_then(|facts| facts.item))?;
            self.log(writing, kind, who, Some(conversation), &seq.to_string())?;
            Ok(((), News::of(conversation)))
        })
    }

    /// One act about the mails of one message, by somebody who may reply. `listed`: what lists show of its words from then on,
    /// where they are the last ones.
    fn about_mail(
        &self,
        who: &Viewer,
        conversation: ConversationId,
        meant: EntryOf,
        listed: fn(&str) -> String,
        work: impl FnOnce(&mut Act<'_>, &[Outgoing]) -> Outcome<()>,
    ) -> Outcome<()> {
        self.write_news(|writing| {
            let mut act = Act::begin(self, writing, who, conversation)?;
            rights::reply(&act.me, &act.facts, &act.around())?;
            let seq = meant.seq;
            let entry = at_its_place(writing, conversation, meant)?
                .ok_or_else(|| Denied::NotFound(format!("There is no entry {seq} in #{conversation}.")))?;
            let rows = outbox::of_message(writing, entry.id)?;
            work(&mut act, &rows)?;
            let since = messages::window(writing, conversation, Window::From(seq), SINCE)?;
            if !since.iter().any(|later| later.seq > seq && later.kind != EntryKind::System) {
                act.facts.tail.text = listed(&entry.text);
            }
            act.finish()?;
            Ok(((), News::of(conversation)))
        })
    }
}

/// The message that somebody was shown; `None` where there is none of that number.
///
/// # Errors
/// Another one has that number by now.
fn at_its_place(connection: &Connection, conversation: ConversationId, meant: EntryOf) -> Outcome<Option<StoredEntry>> {
    let entry = messages::window(connection, conversation, Window::From(meant.seq), 1)?.pop();
    let Some(entry) = entry.filter(|entry| entry.seq == meant.seq) else { return Ok(None) };
    if meant.at.is_some_and(|at| at != moment(entry.at)) {
        let words =
            "Messages came in before it meanwhile, and it has another number now. Look at it again and decide then.";
        return Err(Denied::Invalid(words.into()));
    }
    Ok(Some(entry))
}

/// What stands in lists for words that were taken back.
fn taken_back(_: &str) -> String {
    "(taken back)".to_owned()
}

fn beginning(text: &str) -> String {
    text.chars().take(Tail::LENGTH).collect()
}

/// Works out afresh whether a customer waits on an item: what was taken back answers nothing (R3.3).
pub(super) fn answers(writing: &Writing<'_>, item: Option<ItemId>) -> Outcome<()> {
    Ok(item.map_or(Ok(()), |item| items::refresh_waiting(writing, item))?)
}
