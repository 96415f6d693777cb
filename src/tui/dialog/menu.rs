//! What can be added, and what can be done with a conversation.

use super::{Dialog, DialogKey, Outcome, PickList, Place, allowed, open};
use crate::{
    desk::page::{ConversationRow, Wants},
    domain::{
        conversation::{Privacy, State},
        id::ConversationId,
    },
    tui::{keymap::Action, model::Model},
};

/// What a menu is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The Add menu.
    Add,
    /// One conversation.
    Conversation(ConversationId),
    /// What to make from a conversation.
    Create(ConversationId),
}

/// A menu; its entries are made anew from what the viewer may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Menu {
    /// What it is about.
    pub about: About,
    /// The picked entry.
    pub list: PickList,
}

/// An entry of a menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it does.
    pub action: Action,
    /// What it is called: "Close", "Re-open".
    pub label: String,
    /// The key that does the same, inside the menu and outside of it; may be empty.
    pub key: String,
    /// Why it cannot be done; it is greyed then.
    pub why: Option<String>,
}

const ADD: [(Action, &str, &str); 6] = [
    (Action::StartWithAgent, "Conversation with user", "u"),
    (Action::StartWithCustomer, "Conversation with customer", "c"),
    (Action::AddTicket, "Ticket", "t"),
    (Action::AddTask, "Task", "s"),
    (Action::AddArticle, "Article", "a"),
    (Action::AddProject, "Project", "p"),
];

const CREATE: [(Action, &str, &str); 3] =
    [(Action::CreateTicket, "Ticket", "t"), (Action::CreateTask, "Task", "s"), (Action::CreateArticle, "Article", "a")];

/// What can be done about mail and files; offered where it can be done only.
const MAIL: [(Action, &str); 5] = [
    (Action::SaveAttachments, "Save attachments"),
    (Action::SendAgain, "Send again by mail"),
    (Action::TakeBack, "Take back the reply"),
    (Action::AddNamed, "Add from Cc"),
    (Action::Merge, "Merge with what it looks like"),
];

const CONVERSATION: [(Action, &str); 21] = [
    (Action::CreateTicket, "Create ticket"),
    (Action::CreateTask, "Create task"),
    (Action::CreateArticle, "Create article"),
    (Action::Link, "Link to item"),
    (Action::Unlink, "Unlink"),
    (Action::ItemDetails, "Item details"),
    (Action::CustomerDetails, "Customer details"),
    (Action::Assign, "Assign"),
    (Action::Take, "Take"),
    (Action::Release, "Release"),
    (Action::Forward, "Forward"),
    (Action::ForwardByMail, "Forward by mail"),
    (Action::FollowOrUnfollow, "Follow"),
    (Action::People, "People"),
    (Action::CloseOrReopen, "Close"),
    (Action::LockOrUnlock, "Lock"),
    (Action::PrivateOrPublic, "Make private"),
    (Action::MarkUnread, "Mark unread"),
    (Action::Merge, "Merge"),
    (Action::CopyNumber, "Copy number"),
    (Action::RawText, "Raw text"),
];

impl Menu {
    /// A menu with its first entry picked.
    pub fn new(about: About) -> Self {
        Self { about, list: PickList::default() }
    }

    /// The entries, with the reasons of those that cannot be done.
    pub fn entries(&self, model: &Model) -> Vec<Entry> {
        let fixed = |(action, label, key): &(Action, &str, &str)| Entry {
            action: *action,
            label: (*label).to_owned(),
            key: (*key).to_owned(),
            why: allowed::why_not(*action, model).filter(|_| self.about != About::Add),
        };
        match self.about {
            About::Add => ADD.iter().map(fixed).collect(),
            About::Create(_) => CREATE.iter().map(fixed).collect(),
            About::Conversation(id) => {
                let row = model.row_of(id);
                let thread = allowed::thread_of(&model.page, id);
                let following = thread.is_some_and(|thread| thread.following);
                let looks_alike = thread.is_some_and(|thread| !thread.likenesses.is_empty());
                let entry = |(action, label): &(Action, &str)| Entry {
                    action: *action,
                    label: row.and_then(|row| turned(*action, row, following)).unwrap_or(label).to_owned(),
                    key: model.keymap.keys_for(*action),
                    why: allowed::why_not(*action, model),
                };
                // What it looks like stands on top; where it looks like nothing, it is seldom merged.
                let is_listed = |entry: &Entry, on_top: bool| entry.action != Action::Merge || on_top == looks_alike;
                let mail = MAIL.iter().map(entry).filter(|entry| entry.why.is_none() && is_listed(entry, true));
                mail.chain(CONVERSATION.iter().map(entry).filter(|entry| is_listed(entry, false))).collect()
            }
        }
    }
}

impl Entry {
    fn take(&self, model: &Model) -> Outcome {
        if self.why.is_some() {
            return Outcome::Stay;
        }
        if let Some(layer) = open::layer_for(self.action, model) {
            return Outcome::Replace(Box::new(layer));
        }
        let item = model.target_row().and_then(|row| row.item.as_ref());
        match item {
            Some(item) if self.action == Action::ItemDetails => Outcome::Go(Place::Item(item.key)),
            Some(_) | None => Outcome::Act(self.action),
        }
    }
}

/// What an entry is called where the conversation stands the other way round.
fn turned(action: Action, row: &ConversationRow, following: bool) -> Option<&'static str> {
    let label = match (row.state, row.privacy) {
        _ if action == Action::FollowOrUnfollow && following => "Unfollow",
        (State::Closed | State::Locked, _) if action == Action::CloseOrReopen => "Re-open",
        (State::Locked, _) if action == Action::LockOrUnlock => "Unlock",
        (_, Privacy::Private) if action == Action::PrivateOrPublic => "Make public",
        _ => return None,
    };
    Some(label)
}

impl Dialog for Menu {
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        let entries = self.entries(model);
        if self.list.key_or_letter(key, entries.len()) {
            return Outcome::Stay;
        }
        match key {
            DialogKey::Back => return Outcome::Close,
            DialogKey::Next => {
                let at = self.list.picked(entries.len()).unwrap_or(0);
                self.list.at = (at + 1) % entries.len().max(1);
                return Outcome::Stay;
            }
            DialogKey::Previous => {
                let at = self.list.picked(entries.len()).unwrap_or(0);
                self.list.at = (at + entries.len().max(1) - 1) % entries.len().max(1);
                return Outcome::Stay;
            }
            DialogKey::Choose => {
                let picked = self.list.picked(entries.len()).and_then(|at| entries.get(at));
                return picked.map_or(Outcome::Stay, |entry| entry.take(model));
            }
            DialogKey::Up
            | DialogKey::Down
            | DialogKey::PageUp
            | DialogKey::PageDown
            | DialogKey::Save
            | DialogKey::Yes
            | DialogKey::Other(_) => {}
        }
        let Some(letter) = key.letter() else { return Outcome::Stay };
        let named = entries.iter().position(|entry| entry.key.chars().eq([letter]));
        match named {
            Some(at) => {
                self.list.at = at;
                entries[at].take(model)
            }
            None => Outcome::Stay,
        }
    }

    fn about(&self) -> Option<ConversationId> {
        match self.about {
            About::Conversation(conversation) | About::Create(conversation) => Some(conversation),
            About::Add => None,
        }
    }

    fn wants(&self, wants: &mut Wants) {
        match self.about {
            About::Conversation(conversation) | About::Create(conversation) => {
                allowed::want_thread(wants, conversation);
            }
            About::Add => {}
        }
    }
}
