//! What a session's page may not tell the truth about any more, and how little of it has to be read again.

use crate::{
    desk::{
        News, Touched,
        page::{ListPage, Listed, Moment, Opened, Page, Wants},
    },
    domain::id::ConversationId,
};
use chrono::Duration;
use std::collections::BTreeSet;

/// More touched conversations than this, and everything is read again.
const MANY: usize = 64;

/// So few sessions read their numbers at once.
const FEW: usize = 8;

/// With more, each session reads its numbers so seldom, in milliseconds a session: all of them together cost the same
/// share of the machine, however many there are.
const NUMBERS_PACE: i64 = 5;

/// What was written since the page was read.
#[derive(Debug, Default)]
pub struct Stale {
    everything: bool,
    conversations: BTreeSet<ConversationId>,
    /// Where somebody came or went; only the open conversation is ever told.
    attended: Option<ConversationId>,
    /// The numbers, too.
    numbers: bool,
    /// When the numbers were read last.
    counted: Option<Moment>,
    /// When to read again what could not be read.
    again: Option<Moment>,
}

impl Stale {
    /// Nothing was read yet.
    pub fn all() -> Self {
        Self { everything: true, numbers: true, ..Self::default() }
    }

    /// Nothing could be read: what is shown may not be true any more, or allowed.
    pub fn unread(&mut self, now: Moment) {
        *self = Self { again: Some(now + Duration::seconds(1)), ..Self::all() };
    }

    /// Takes news in.
    pub fn add(&mut self, news: News) {
        match news.touched {
            Touched::Everything => (self.everything, self.numbers) = (true, true),
            Touched::Conversation(id) => {
                self.numbers = true;
                self.conversations.insert(id);
                self.everything |= self.conversations.len() > MANY;
            }
            Touched::Presence(id) => self.attended = Some(id),
        }
    }

    /// Takes it that the open conversation shows something of these others too.
    pub fn also(&mut self, open: ConversationId, shown: impl IntoIterator<Item = ConversationId>) {
        if shown.into_iter().any(|id| self.conversations.contains(&id)) {
            self.conversations.insert(open);
        }
    }

    /// Whether there is news for a screen that shows this conversation, or none.
    pub fn is_any(&self, open: Option<ConversationId>) -> bool {
        self.everything || !self.conversations.is_empty() || (self.attended.is_some() && self.attended == open)
    }

    /// The numbers are somebody else's: a role, a group or a setting of the viewer changed. They are read at once.
    pub fn count_anew(&mut self) {
        (self.numbers, self.counted) = (true, None);
    }

    /// When the numbers are to be read again among so many listeners; `None` where they are true.
    pub fn numbers_at(&self, now: Moment, listeners: usize) -> Option<Moment> {
        if !self.numbers {
            return None;
        }
        let pace = if listeners <= FEW { 0 } else { i64::try_from(listeners).unwrap_or(i64::MAX / 8) * NUMBERS_PACE };
        let due = self.counted.map_or(now, |counted| counted + Duration::milliseconds(pace));
        Some(self.again.map_or(due, |again| again.max(due)))
    }

    /// What has to be read of what is wanted, and the conversations whose rows do not stand any more; `None` where all do
    /// not. The rest of the page before stands. Begins anew.
    pub fn settle(
        &mut self,
        wanted: &Wants,
        before: &Wants,
        now: Moment,
        listeners: usize,
    ) -> (Wants, Option<BTreeSet<ConversationId>>) {
        self.again = None;
        let with_numbers = self.numbers_at(now, listeners).is_some_and(|due| due <= now);
        if with_numbers {
            (self.numbers, self.counted) = (false, Some(now));
        }
        let touched = std::mem::take(&mut self.conversations);
        let mut asked = Wants { without_numbers: !with_numbers, ..wanted.clone() };
        if std::mem::take(&mut self.everything) {
            return (asked, None);
        }
        if touched.is_empty() && wanted.list == before.list {
            asked.list = None;
        }
        let attended = self.attended.take();
        let open = wanted.thread.as_ref().map(|thread| thread.conversation);
        if wanted.thread == before.thread && !open.is_some_and(|open| touched.contains(&open) || attended == Some(open))
        {
            asked.thread = None;
        }
        if touched.is_empty() && wanted.item == before.item {
            asked.item = None;
        }
        if touched.is_empty() && wanted.search == before.search {
            asked.search = None;
        }
        (asked, Some(touched))
    }
}

/// Takes over from the page before what still stands and so was not read again.
pub fn keep(page: &mut Page, before: &mut Page, asked: &Wants, wanted: &Wants) {
    if asked.without_numbers {
        page.badge = before.badge;
        page.bell = before.bell;
        // Another sidebar than before has other numbers, which are read soon.
        for row in &mut page.sections {
            if let Some(known) = before.sections.iter().find(|known| known.section == row.section) {
                row.clone_from(known);
            }
        }
    }
    if asked.list.is_none() && wanted.list.is_some() {
        page.list = before.list.take();
    }
    if asked.thread.is_none() && wanted.thread.is_some() {
        page.opened = before.opened.take();
    }
    if asked.item.is_none() && wanted.item.is_some() {
        page.item = before.item.take();
    }
    if asked.search.is_none() && wanted.search.is_some() {
        page.search = before.search.take();
    }
}

/// The conversations of a list that was read again which are not in it any more.
pub fn left_off(list: Option<&ListPage>, before: Option<&ListPage>) -> Vec<ConversationId> {
    let (Some(list), Some(before)) = (list, before) else { return Vec::new() };
    let (Listed::Conversations(rows), Listed::Conversations(known)) = (&list.rows, &before.rows) else {
        return Vec::new();
    };
    let here: BTreeSet<ConversationId> = rows.iter().map(|row| row.id).collect();
    known.iter().map(|row| row.id).filter(|id| !here.contains(id)).collect()
}

/// The conversation that was open, where it cannot be opened any more.
pub fn left_out(opened: Option<&Opened>, before: Option<&Opened>) -> Vec<ConversationId> {
    match (opened, before) {
        (Some(Opened::Restricted(id) | Opened::NotFound(id)), Some(Opened::Thread(thread))) if thread.row.id == *id => {
            vec![*id]
        }
        (Some(Opened::Thread(_) | Opened::Restricted(_) | Opened::NotFound(_)) | None, _) => Vec::new(),
    }
}

/// Whether a page that was read again says what stands on the screen; it was not made whole with [`keep`] yet.
pub fn says_the_same(page: &Page, before: &Page, asked: &Wants) -> bool {
    // All of it, so that nothing new is forgotten here.
    let Page {
        me,
        my_groups,
        team,
        badge,
        bell,
        sections,
        offers,
        offered,
        held,
        mailboxes,
        mail_leaves,
        list,
        opened,
        item,
        search,
        notices,
        keys,
        agents,
        groups,
        customers,
        items,
        settings,
        audit,
        held_mails,
        held_replies,
        original,
        mergeable,
        draft,
        lost,
    } = page;
    let same_sections = sections.len() == before.sections.len()
        && sections
            .iter()
            .zip(&before.sections)
            .all(|(row, known)| if asked.without_numbers { row.section == known.section } else { row == known });
    same_sections
        && (asked.without_numbers || (*badge, *bell) == (before.badge, before.bell))
        && (asked.list.is_none() || *list == before.list)
        && (asked.thread.is_none() || *opened == before.opened)
        && (asked.item.is_none() || *item == before.item)
        && (asked.search.is_none() || *search == before.search)
        && (me, my_groups, team) == (&before.me, &before.my_groups, &before.team)
        && (offers, offered) == (&before.offers, &before.offered)
        && (notices, keys, agents, groups) == (&before.notices, &before.keys, &before.agents, &before.groups)
        && (customers, items, settings) == (&before.customers, &before.items, &before.settings)
        && (audit, draft) == (&before.audit, &before.draft)
        && (held, mailboxes, mail_leaves) == (&before.held, &before.mailboxes, &before.mail_leaves)
        && (held_mails, held_replies) == (&before.held_mails, &before.held_replies)
        && (original, mergeable) == (&before.original, &before.mergeable)
        && lost.is_empty()
        && before.lost.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_read_is_read_again_a_second_later_or_with_the_next_news() {
        let now = Moment::UNIX_EPOCH;
        let wants = Wants::default();
        let mut stale = Stale::all();
        stale.settle(&wants, &wants, now, 1);
        assert!(!stale.is_any(None) && stale.numbers_at(now, 1).is_none());
        stale.unread(now);
        assert!(stale.is_any(None), "with whatever comes next");
        assert_eq!(stale.numbers_at(now, 1), Some(now + Duration::seconds(1)), "not at once, and not never");
        let (asked, touched) = stale.settle(&wants, &wants, now, 1);
        assert!(touched.is_none() && !asked.without_numbers, "all of it");
        assert!(!stale.is_any(None) && stale.numbers_at(now, 1).is_none());
    }
}
