//! An agent's command: one transaction from access to the saved outcome.

use super::{
    Desk, News, Outcome,
    act::Act,
    mail,
    page::{Done, DraftFile, DraftPlace, Mode, Viewer},
    write::place_word,
};
use crate::{
    domain::{
        command::Command,
        conversation::{EntryKind, State},
        decide::{Change, change_state},
        event::EventKind,
        id::{ConversationId, EntrySeq},
    },
    policy::{access::Access, rights},
    store::{Writing, drafts, messages, notices},
};

impl Desk {
    /// Does what an agent asks for in one conversation: all of it, or nothing and a refusal.
    ///
    /// # Errors
    /// Not found, restricted, refused, to be confirmed, stale, unusable input, or a failing disk; nothing is written in any of
    /// these.
    pub fn run(&self, who: &Viewer, conversation: ConversationId, command: Command) -> Outcome<Done> {
        let news = News::after(who.id, conversation, &command);
        let marks = matches!(command, Command::MarkRead(_) | Command::MarkUnread);
        let work = |writing: &Writing<'_>| {
            let mut act = Act::begin(self, writing, who, conversation)?;
            act.perform(command)?;
            Ok((act.finish()?, news))
        };
        // Everybody marks all the time, and what was read is read again in a moment.
        if marks { self.write_lightly(work) } else { self.write_news(work) }
    }

    /// Keeps an unsent text, reply and note apart; an empty one takes the draft away. It is kept whatever became of the
    /// conversation: a lock or a lost access loses no words (R2.4, R2.6).
    ///
    /// # Errors
    /// Switched off, or a failing disk.
    pub fn save_draft(&self, who: &Viewer, place: &DraftPlace, mode: Mode, text: &str) -> Outcome<()> {
        self.save_draft_with(who, place, mode, text, &[])
    }

    /// The same with the files that are to go with it: where they lie, not what is in them.
    ///
    /// # Errors
    /// As [`Desk::save_draft`].
    pub fn save_draft_with(
        &self,
        who: &Viewer,
        place: &DraftPlace,
        mode: Mode,
        text: &str,
        files: &[DraftFile],
    ) -> Outcome<()> {
        let news = match place {
            DraftPlace::Conversation(conversation) => News::of(*conversation),
            DraftPlace::NewWithCustomer
            | DraftPlace::NewWithAgents
            | DraftPlace::NewOnItem(_)
            | DraftPlace::Forwarding(_) => News::EVERYTHING,
        };
        self.write_news(|writing| {
            Desk::me(writing, who)?;
            let now = self.now().timestamp_millis();
            drafts::save(writing, who.id, &place_word(place), mode.word(), text, now)?;
            let files: Vec<(String, u64)> = files.iter().map(|file| (file.from.kept(), file.size)).collect();
            drafts::save_files(writing, who.id, &place_word(place), mode.word(), &files)?;
            Ok(((), news.only_for(who.id)))
        })
    }

    /// Clears all of an agent's notices; how many there were.
    ///
    /// # Errors
    /// Switched off, or a failing disk.
    pub fn clear_notices(&self, who: &Viewer) -> Outcome<usize> {
        self.write_news(|writing| {
            Desk::me(writing, who)?;
            Ok((notices::clear(writing, who.id, None)?, News::EVERYTHING.only_for(who.id)))
        })
    }
}

impl Act<'_> {
    fn perform(&mut self, command: Command) -> Outcome<()> {
        match command {
            Command::Reply(text) => self.write(EntryKind::Reply, &text),
            Command::Note(text) => self.write(EntryKind::Note, &text),
            Command::Close => self.change_state(Change::Close),
            Command::Reopen => self.change_state(Change::Reopen),
            Command::Lock => self.change_state(Change::Lock),
            Command::Unlock => self.change_state(Change::Unlock),
            Command::Assign(handle) => self.assign(&handle),
            Command::Release { confirmed } => self.release(confirmed),
            Command::Forward { group, confirmed } => self.forward(&group, confirmed),
            Command::Follow => self.follow(),
            Command::Unfollow => self.unfollow(),
            Command::Add { party, confirmed } => self.add(&party, confirmed),
            Command::Remove(party) => self.remove(&party),
            Command::Link { item, confirmed } => self.link(item, confirmed),
            Command::Unlink => self.unlink(),
            Command::CreateItem { kind, title } => self.create_item(kind, title.as_deref()),
            Command::SetPrivacy { privacy, confirmed } => self.set_privacy(privacy, confirmed),
            Command::MarkRead(up_to) => self.mark_read(up_to),
            Command::MarkUnread => {
                self.mark_unread();
                Ok(())
            }
        }
    }

    fn change_state(&mut self, change: Change) -> Outcome<()> {
        rights::change_state(&self.me, &self.facts)?;
        let Some(state) = change_state(self.facts.state, change)? else { return Ok(()) };
        let name = self.name();
        match change {
            Change::Close => {
                self.facts.state = state;
                self.line(EventKind::Closed, &format!("{name} closed this conversation."), "")
            }
            Change::Reopen => self.reopened(&format!("{name} re-opened this conversation.")),
            Change::Lock => {
                // The line is added while it can be: nothing is written into a locked conversation but its unlocking.
                self.line(EventKind::Locked, &format!("{name} locked this conversation."), "")?;
                self.facts.state = State::Locked;
                self.facts.locked = Some((self.me.id, self.now));
                Ok(())
            }
            Change::Unlock => {
                self.facts.state = state;
                self.facts.locked = None;
                self.line(EventKind::Unlocked, &format!("{name} unlocked this conversation."), "")
            }
        }
    }

    /// Reading is an act (R3.7); an administrator's look into a direct conversation of others leaves no mark (R6.11).
    fn mark_read(&mut self, up_to: Option<EntrySeq>) -> Outcome<()> {
        if Access::of(&self.me).withheld(&self.facts) {
            return Ok(());
        }
        let last = self.facts.last_seq;
        let known = self.readings.0.iter().find(|reading| reading.agent == self.me.id).map(|reading| reading.up_to);
        // What was read before stays read, however little of it is on the screen this time.
        let up_to =
            if self.unread()? { up_to.unwrap_or(last).min(last).max(known.unwrap_or(EntrySeq(0))) } else { last };
        let unread = messages::has_news_after(self.writing, self.facts.id, up_to, self.me.id)?;
        self.readings.set(self.me.id, up_to, unread);
        mail::seen_undelivered(self.writing, self.me.id, self.facts.id)?;
        if !unread {
            notices::clear(self.writing, self.me.id, Some(self.facts.id))?;
        }
        Ok(())
    }

    fn mark_unread(&mut self) {
        if !Access::of(&self.me).withheld(&self.facts) {
            self.readings.set(self.me.id, EntrySeq(0), true);
        }
    }
}
