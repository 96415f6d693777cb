//! Who takes part in a conversation or follows it.

use super::{
    Confirm, Dialog, DialogKey, Filtered, Layer, Outcome, PickList,
    allowed::{thread_of, want_thread},
    candidates::{self, Candidate},
    filtered::Pressed,
};
use crate::{
    desk::page::{Denied, Follower, FollowerKind, Page, Wants},
    domain::{
        command::Command,
        conversation::Audience,
        id::ConversationId,
        people::{Party, check_address},
    },
    tui::{
        ask::{Answer, Ask, Effect},
        keymap::KeyCode,
        model::Model,
    },
};

/// The people of a conversation, with a field to add more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// Which conversation.
    pub conversation: ConversationId,
    /// Customers can be added to customer conversations only (R1.6).
    pub audience: Audience,
    /// Whether the field to add somebody has the keys, not the list.
    pub adding: bool,
    /// The picked row of those who take part.
    pub list: PickList,
    /// What is typed to add somebody, and the picked candidate.
    pub filtered: Filtered,
    /// Why the last thing was not done.
    pub problem: Option<String>,
    /// What the desk was asked last.
    pub asked: Option<Ask>,
}

impl People {
    /// For a conversation.
    pub fn new(conversation: ConversationId, audience: Audience) -> Self {
        Self {
            conversation,
            audience,
            adding: false,
            list: PickList::default(),
            filtered: Filtered::new("Add"),
            problem: None,
            asked: None,
        }
    }

    /// Everybody who takes part or follows, as far as the page holds the conversation.
    pub fn followers<'a>(&self, page: &'a Page) -> &'a [Follower] {
        thread_of(page, self.conversation).map_or(&[], |thread| &thread.followers)
    }

    /// Who can be added by what is typed.
    pub fn candidates(&self, page: &Page) -> Vec<(Party, Candidate)> {
        let typed = self.filtered.field.text().trim();
        let followers = self.followers(page);
        let there = |kind: FollowerKind, value: &str| {
            followers.iter().any(|follower| follower.kind == kind && follower.added && follower.person.address == value)
        };
        let mut found: Vec<(Party, Candidate)> = Vec::new();
        let agents = candidates::agents(page, typed).into_iter();
        found.extend(
            agents
                .filter(|candidate| !there(FollowerKind::Agent, &candidate.value))
                .map(|candidate| (Party::Agent(candidate.value.clone()), candidate)),
        );
        found.extend(candidates::groups(page, typed).into_iter().map(|mut candidate| {
            candidate.words = format!("{} (group)", candidate.value);
            (Party::Group(candidate.value.clone()), candidate)
        }));
        if self.audience == Audience::Customer {
            let customers = candidates::customers(page, typed).into_iter().filter(|_| !typed.is_empty());
            let customers = customers.filter(|candidate| !there(FollowerKind::Customer, &candidate.value));
            found.extend(customers.map(|candidate| (Party::Customer(candidate.value.clone()), candidate)));
            if let Ok(address) = check_address(typed) {
                let known = found.iter().any(|(_, candidate)| candidate.value == address)
                    || there(FollowerKind::Customer, &address);
                if !known {
                    found.push((
                        Party::Customer(address.clone()),
                        Candidate { words: format!("{address} (new)"), value: address },
                    ));
                }
            }
        }
        found
    }

    fn ask(&mut self, command: Command) -> Outcome {
        let ask = Ask::Run { conversation: self.conversation, command };
        self.problem = None;
        self.asked = Some(ask.clone());
        Outcome::Do(vec![Effect::Ask(ask)])
    }

    fn press_adding(&mut self, key: DialogKey, page: &Page) -> Outcome {
        let candidates = self.candidates(page);
        if matches!(key, DialogKey::Next | DialogKey::Previous) {
            self.adding = false;
            return Outcome::Stay;
        }
        match self.filtered.press(key, candidates.len()) {
            Pressed::Back => {
                self.adding = false;
                Outcome::Stay
            }
            Pressed::Take(place) => match place.and_then(|place| candidates.get(place)) {
                Some((party, _)) => self.ask(Command::Add { party: party.clone(), confirmed: false }),
                None => Outcome::Stay,
            },
            Pressed::Moved | Pressed::Other => Outcome::Stay,
        }
    }

    fn press_list(&mut self, key: DialogKey, model: &Model) -> Outcome {
        let followers = self.followers(&model.page);
        if self.list.key_or_letter(key, followers.len()) {
            return Outcome::Stay;
        }
        match key {
            DialogKey::Back => return Outcome::Close,
            DialogKey::Next | DialogKey::Previous | DialogKey::Choose => self.adding = true,
            _ if matches!(key.letter(), Some('+' | 'a')) => self.adding = true,
            _ if key.is(KeyCode::Delete) || matches!(key.letter(), Some('x')) => {
                let picked = self.list.picked(followers.len()).and_then(|place| followers.get(place));
                return picked.map_or(Outcome::Stay, |follower| self.remove(follower));
            }
            _ => {}
        }
        if self.adding
            && let Some(why) = people_refused(&model.page, self.conversation)
        {
            self.adding = false;
            self.problem = Some(why);
        }
        Outcome::Stay
    }

    fn remove(&mut self, follower: &Follower) -> Outcome {
        if follower.requester {
            self.problem = Some("The requester is always sent replies and cannot be removed.".to_owned());
            return Outcome::Stay;
        }
        let address = follower.person.address.clone();
        let party = match follower.kind {
            FollowerKind::Agent => Party::Agent(address),
            FollowerKind::Customer => Party::Customer(address),
            FollowerKind::Group => Party::Group(address),
        };
        self.ask(Command::Remove(party))
    }
}

impl People {
    /// What is to be confirmed is asked over this layer, and its answer belongs here too.
    fn refused(&mut self, ask: &Ask, denied: &Denied) -> Outcome {
        let Some(confirm) = Confirm::widening(ask, denied) else {
            self.problem = Some(denied.to_string());
            return Outcome::Stay;
        };
        self.asked = confirm
            .effects
            .iter()
            .find_map(|effect| if let Effect::Ask(ask) = effect { Some(ask.clone()) } else { None });
        Outcome::Open(Box::new(Layer::Confirm(confirm)))
    }
}

fn people_refused(page: &Page, conversation: ConversationId) -> Option<String> {
    let verdict = &thread_of(page, conversation)?.may.people;
    let why = || verdict.why.clone().unwrap_or_else(|| "You may not add or remove people here.".to_owned());
    (!verdict.allowed).then(why)
}

impl Dialog for People {
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        if self.adding { self.press_adding(key, &model.page) } else { self.press_list(key, model) }
    }

    fn about(&self) -> Option<ConversationId> {
        Some(self.conversation)
    }

    fn paste(&mut self, text: &str) {
        if self.adding {
            self.filtered.paste(text);
        }
    }

    fn answered(&mut self, ask: &Ask, answer: &Result<Answer, Denied>) -> Outcome {
        self.asked = None;
        match answer {
            Ok(_) => {
                self.filtered = Filtered::new("Add");
                self.problem = None;
                Outcome::Stay
            }
            Err(denied) => self.refused(ask, denied),
        }
    }

    fn wants(&self, wants: &mut Wants) {
        want_thread(wants, self.conversation);
        wants.team = true;
        let typed = self.filtered.field.text().trim();
        if self.audience == Audience::Customer && self.adding && !typed.is_empty() {
            wants.customers = Some(typed.to_owned());
        }
    }

    fn waits_for(&self, ask: &Ask) -> bool {
        self.asked.as_ref() == Some(ask)
    }
}
