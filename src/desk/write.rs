//! Replies and notes.

use super::{
    Outcome,
    act::Act,
    files::Files,
    mail::{Leaving, Repeats, repeats, ring_held},
    page::{Denied, DraftPlace, Mode},
    rows, tell,
};
use crate::{
    domain::{
        command::Writing as Text,
        conversation::{Audience, Author, EntryKind},
        decide::reply_consequences,
        event::EventKind,
        refusal::Refusal,
    },
    policy::{access::Access, audience, rights},
    store::{
        drafts, items,
        messages::{self, NewEntry},
        outbox,
    },
};

/// The longest text of one message, in bytes.
pub(super) const LONGEST: usize = 1 << 20;

/// Checks a text that somebody wants to write.
pub(super) fn check_text(text: &str) -> Outcome<&str> {
    let trimmed = text.trim_end();
    if trimmed.trim().is_empty() {
        Err(Denied::Invalid("The message is empty. Write something, then send.".into()))
    } else if trimmed.len() > LONGEST {
        Err(Denied::Invalid("The message is longer than 1 MiB. Send it in parts, or as a file.".into()))
    } else if trimmed.contains('\0') {
        Err(Denied::Invalid("The message holds a NUL character. Send it without.".into()))
    } else {
        Ok(trimmed)
    }
}

/// The subject as it is kept: one line, at most 200 characters. What could act on a terminal is left as it came: it is made
/// visible where it is shown, and exact where a script reads it.
pub(super) fn check_subject(subject: &str) -> String {
    let breaks = ['\n', '\r', '\t', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}', '\0'];
    let line: String = subject.chars().map(|letter| if breaks.contains(&letter) { ' ' } else { letter }).collect();
    line.trim().chars().take(200).collect()
}

/// The words for a different text under a used id (R1.8).
pub(super) fn used_id() -> Denied {
    Refusal::denied("R1.8", "Another text was written under this client id already. Use a new id for a new text.")
        .into()
}

impl Act<'_> {
    /// Writes a reply or a note. A repeated client id is the same write (R1.8); what was added since `seen` holds it (R7.6).
    pub fn write(&mut self, kind: EntryKind, writing: &Text) -> Outcome<()> {
        let text = check_text(&writing.text)?;
        let writer = format!("agent {}", self.me.id);
        let files = Files::of(&writing.files);
        let fingerprint = format!("{kind} {text}{}", files.fingerprint());
        if let Some(id) = &writing.client_id
            && let Some((message, same)) =
                messages::written_before(self.writing, &writer, self.facts.id.0, id, &fingerprint)?
        {
            if !same {
                return Err(used_id());
            }
            // Merged into another conversation, it has a number there, which is for those who may read that one.
            let entry = messages::by_id(self.writing, message)?;
            self.message = entry.filter(|entry| entry.conversation == self.facts.id).map(|entry| entry.seq);
            return Ok(());
        }
        match kind {
            EntryKind::Reply => rights::reply(&self.me, &self.facts, &self.around())?,
            EntryKind::Note | EntryKind::System => rights::note(&self.me, &self.facts, &self.around())?,
        }
        if self.channel.is_none() {
            files.check(text)?;
        }
        self.hold_if_stale(writing)?;
        if kind == EntryKind::Reply {
            let access = Access::of(&self.me);
            let words = Leaving { text, files: &files };
            self.held = repeats(self.writing, &access, &self.facts, &words, writing.confirmed)? == Repeats::Hidden;
        }
        let was_unread = self.unread()? && writing.seen.is_none();
        let takes = kind == EntryKind::Reply && rights::reply_takes(&self.me, &self.facts);
        let message = self.append(kind, text, &files)?;
        if let Some(id) = &writing.client_id {
            messages::remember_write(self.writing, &writer, self.facts.id.0, id, &fingerprint, message)?;
        }
        if !was_unread {
            self.readings.set(self.me.id, self.facts.last_seq, false);
        }
        if kind == EntryKind::Reply {
            self.after_reply(message, takes)?;
        }
        self.tell(kind, text)?;
        self.drop_sent_draft(kind, text)
    }

    fn hold_if_stale(&self, writing: &Text) -> Outcome<()> {
        let Some(seen) = writing.seen else { return Ok(()) };
        let added = messages::added_since(self.writing, self.facts.id, seen, self.me.id)?;
        if added.is_empty() {
            return Ok(());
        }
        let unseen = added.into_iter().map(|stored| rows::entry(self.writing, stored)).collect::<Outcome<_>>()?;
        Err(Denied::Stale { unseen })
    }

    fn append(&mut self, kind: EntryKind, text: &str, files: &Files<'_>) -> Outcome<i64> {
        let event = if kind == EntryKind::Note { EventKind::Noted } else { EventKind::Replied };
        let seq = self.event(event, "")?;
        let entry = NewEntry {
            kind,
            author: Author::Agent(self.me.id),
            name: &self.me.name,
            at: self.now,
            text,
            channel: self.channel,
            attachments: &files.described,
        };
        let message = messages::append(self.writing, &mut self.facts, &entry)?;
        files.keep(self.writing, message)?;
        self.facts.news = seq;
        self.readings.news_by(Some(self.me.id));
        (self.message, self.written) = (Some(self.facts.last_seq), message);
        let member = self.facts.member_mut(self.me.id);
        (member.posted, member.unfollowed) = (true, false);
        Ok(message)
    }

    /// What a reply does besides being written: takes (R5.3), re-opens (R2.3, R2.8), goes to customers (R1.3), answers (R3.3).
    fn after_reply(&mut self, message: i64, takes: bool) -> Outcome<()> {
        let consequences = reply_consequences(&self.facts);
        if consequences.reopens {
            self.reopened(&format!("{} re-opened this conversation by replying.", self.name()))?;
        }
        if takes {
            let me = self.me.clone();
            self.facts.set_assignee(Some(&me));
            self.line(EventKind::Assigned, &format!("{} took this conversation by replying.", me.name), &me.handle)?;
        }
        for customer in audience::customers(&self.facts, EntryKind::Reply, None) {
            let due =
                if self.held { None } else { Some(self.millis() + i64::from(self.settings.undo_seconds) * 1_000) };
            outbox::queue_reply_at(self.writing, self.facts.id, message, customer, self.millis(), due)?;
        }
        if self.held {
            ring_held(self.writing, self.millis())?;
        }
        if self.facts.audience == Audience::Customer {
            // The item is answered once this transaction has written the reply (R3.3); the first one may have been taken back.
            self.answered = self.facts.item;
        }
        Ok(())
    }

    fn tell(&mut self, kind: EntryKind, text: &str) -> Outcome<()> {
        let (told, not_notified) = tell::mentioned(self.writing, &mut self.facts, self.me.id, text)?;
        tell::ring_mentioned(self.writing, &told, &self.facts, self.millis())?;
        self.not_notified = not_notified;
        let news = tell::News { writer: Some(self.me.id), kind, new: false, mentioned: &told };
        tell::of_entry(self.writing, self.facts.id, &self.facts, &news, self.millis())
    }

    /// The draft that was just sent goes with the sending; another text stays.
    fn drop_sent_draft(&self, kind: EntryKind, text: &str) -> Outcome<()> {
        let mode = match (self.facts.audience, kind) {
            (Audience::Internal, _) => Mode::Internal,
            (Audience::Customer, EntryKind::Note) => Mode::Note,
            (Audience::Customer, EntryKind::Reply | EntryKind::System) => Mode::Reply,
        };
        let place = place_word(&DraftPlace::Conversation(self.facts.id));
        let kept = drafts::at(self.writing, self.me.id, &place)?;
        if kept.iter().any(|(word, kept)| word == mode.word() && kept.trim_end() == text) {
            drafts::save(self.writing, self.me.id, &place, mode.word(), "", self.millis())?;
            drafts::save_files(self.writing, self.me.id, &place, mode.word(), &[])?;
        }
        Ok(())
    }

    /// Re-opens: the state, who has it then (R2.8), and the line that says so.
    pub fn reopened(&mut self, text: &str) -> Outcome<()> {
        let consequences = crate::domain::decide::reopen_consequences(&self.facts);
        self.facts.state = crate::domain::conversation::State::Open;
        if consequences.releases {
            self.facts.set_assignee(None);
        }
        if consequences.needs_reassignment {
            self.facts.needs_reassignment = true;
        }
        self.line(EventKind::Reopened, text, "")
    }
}

/// A draft's place as stored.
pub(super) fn place_word(place: &DraftPlace) -> String {
    match place {
        DraftPlace::Conversation(id) => drafts::place_of(*id),
        DraftPlace::NewWithCustomer => "new customer".to_owned(),
        DraftPlace::NewWithAgents => "new agents".to_owned(),
        DraftPlace::NewOnItem(item) => format!("new on item {item}"),
        DraftPlace::Forwarding(id) => format!("forwarding {id}"),
    }
}

impl Act<'_> {
    /// Does what needs the conversation's new row to be there: items that are answered or were linked.
    pub fn refresh_items(&self) -> Outcome<()> {
        let relinked = self.before.facts.item != self.facts.item;
        let linked = [self.before.facts.item, self.facts.item].map(|item| item.filter(|_| relinked));
        let mut items: Vec<_> = [self.answered, linked[0], linked[1]].into_iter().flatten().collect();
        items.sort_unstable();
        items.dedup();
        for item in items {
            items::refresh_waiting(self.writing, item)?;
        }
        Ok(())
    }
}
