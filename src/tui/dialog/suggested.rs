//! What the mails of a conversation suggest, where it is more than one thing: the conversations that it looks like, or the
//! people whom they name.

use super::{
    Dialog, DialogKey, Outcome, PickList,
    allowed::{thread_of, want_thread},
};
use crate::{
    desk::page::{Page, Wants},
    domain::{command::Command, id::ConversationId, letter::Correspondent, mail::Likeness, people::Party},
    tui::{
        ask::{Ask, Effect},
        keymap::Action,
        model::Model,
    },
};

/// What is suggested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Other conversations that it looks like, to merge it into one of them.
    Likenesses,
    /// Other conversations of its customer, which it does not look like, for the same.
    Others,
    /// People, to add one of them.
    People,
}

/// The suggestions; they are the page's, so that what the viewer may not see any more goes by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suggested {
    /// Which conversation.
    pub conversation: ConversationId,
    /// What is suggested.
    pub kind: Kind,
    /// The picked one.
    pub list: PickList,
}

impl Suggested {
    /// What an action has to choose from, where it has more than one thing.
    pub fn of(action: Action, model: &Model) -> Option<Self> {
        let thread = model.opened().filter(|thread| model.target() == Some(thread.row.id))?;
        let conversation = thread.row.id;
        if action == Action::Merge && thread.likenesses.is_empty() && thread.row.requester.is_some() {
            return Some(Self { conversation, kind: Kind::Others, list: PickList::default() });
        }
        let (kind, count) = if action == Action::Merge {
            (Kind::Likenesses, thread.likenesses.len())
        } else if action == Action::AddNamed {
            (Kind::People, thread.suggested.len())
        } else {
            return None;
        };
        (count > 1).then(|| Self { conversation, kind, list: PickList::default() })
    }

    /// The conversations, where it is about them.
    pub fn likenesses<'a>(&self, page: &'a Page) -> &'a [Likeness] {
        match self.kind {
            Kind::Likenesses => thread_of(page, self.conversation).map_or(&[], |thread| &thread.likenesses),
            Kind::Others => page.mergeable.as_deref().unwrap_or_default(),
            Kind::People => &[],
        }
    }

    /// The people, where it is about them.
    pub fn people<'a>(&self, page: &'a Page) -> &'a [Correspondent] {
        match self.kind {
            Kind::Likenesses | Kind::Others => &[],
            Kind::People => thread_of(page, self.conversation).map_or(&[], |thread| &thread.suggested),
        }
    }

    fn ask(&self, page: &Page, at: usize) -> Option<Ask> {
        let conversation = self.conversation;
        Some(match self.kind {
            Kind::Likenesses | Kind::Others => merge(conversation, self.likenesses(page).get(at)?),
            Kind::People => add(conversation, self.people(page).get(at)?),
        })
    }
}

/// Asks to merge a conversation into what it looks like.
pub const fn merge(from: ConversationId, like: &Likeness) -> Ask {
    Ask::Merge { from, into: like.conversation, confirmed: false }
}

/// Asks to add whom a mail named.
pub fn add(conversation: ConversationId, person: &Correspondent) -> Ask {
    let party = Party::Customer(person.address.clone());
    Ask::Run { conversation, command: Command::Add { party, confirmed: false } }
}

impl Dialog for Suggested {
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        let rows = self.likenesses(&model.page).len() + self.people(&model.page).len();
        if self.list.key_or_letter(key, rows) {
            return Outcome::Stay;
        }
        match key {
            DialogKey::Back => Outcome::Close,
            DialogKey::Choose => {
                let ask = self.list.picked(rows).and_then(|at| self.ask(&model.page, at));
                ask.map_or(Outcome::Stay, |ask| Outcome::CloseAnd(vec![Effect::Ask(ask)]))
            }
            DialogKey::Next
            | DialogKey::Previous
            | DialogKey::Up
            | DialogKey::Down
            | DialogKey::PageUp
            | DialogKey::PageDown
            | DialogKey::Save
            | DialogKey::Yes
            | DialogKey::Other(_) => Outcome::Stay,
        }
    }

    fn about(&self) -> Option<ConversationId> {
        Some(self.conversation)
    }

    fn wants(&self, wants: &mut Wants) {
        want_thread(wants, self.conversation);
        wants.mergeable = (self.kind == Kind::Others).then_some(self.conversation);
    }

    fn word(&self, action: Action) -> Option<&'static str> {
        (action == Action::Choose).then_some(match self.kind {
            Kind::Likenesses | Kind::Others => "merge into it",
            Kind::People => "add",
        })
    }
}
