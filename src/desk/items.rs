//! Making and changing items, and following them.

use super::{
    Desk, Outcome,
    assign::{no_agent, no_group},
    directory,
    link::item,
    page::{Denied, ItemRow, Viewer},
    people::{members_of, new_customer},
};
use crate::{
    domain::{
        conversation::{Audience, Facts, Participant},
        event::EventKind,
        id::{CustomerId, ItemId},
        item::{Item, ItemKey, ItemKind, ItemStatus},
        people::{Agent, Party, check_address},
    },
    policy::{
        access::Access,
        rights::{self, Circumstances},
    },
    store::{
        Writing,
        conversations::{self, Loaded},
        items, people, reading,
    },
};

/// An item to make.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// What it is.
    pub kind: ItemKind,
    /// Never empty.
    pub title: String,
    /// The customer it is about, by address.
    pub requester: Option<String>,
    /// The project it belongs to.
    pub project: Option<ItemKey>,
    /// Longer text; may be empty.
    pub description: String,
}

/// What to change of an item; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct ItemChange {
    /// The title.
    pub title: Option<String>,
    /// Whether it is done.
    pub status: Option<ItemStatus>,
    /// The agent who works on it, by handle.
    pub assignee: Option<String>,
}

fn check_title(title: &str) -> Outcome<String> {
    let title = super::write::check_subject(title);
    if title.is_empty() {
        Err(Denied::Invalid("The title is empty. Give at least one character.".into()))
    } else {
        Ok(title)
    }
}

impl Desk {
    /// Makes an item.
    ///
    /// # Errors
    /// No title, a project that is none, a project in a project, an unusable address.
    pub fn add_item(&self, who: &Viewer, new: &NewItem) -> Outcome<ItemRow> {
        let title = check_title(&new.title)?;
        self.write(|writing| {
            Desk::me(writing, who)?;
            let now = self.now().timestamp_millis();
            let project = match new.project {
                Some(key) if key.kind == ItemKind::Project && new.kind != ItemKind::Project => {
                    Some(item(writing, key)?.key.id)
                }
                Some(_) => {
                    return Err(Denied::Invalid(
                        "Only a ticket, task or article belongs to a project, and only to a project.".into(),
                    ));
                }
                None => None,
            };
            let requester = new.requester.as_deref().map(|address| customer(writing, address, now)).transpose()?;
            let mut made = Item {
                key: ItemKey { kind: new.kind, id: ItemId(0) },
                title,
                description: new.description.clone(),
                status: ItemStatus::Open,
                requester,
                assignee: None,
                project,
                made_from: None,
            };
            made.key.id = items::insert(writing, &made, None, now)?;
            self.log(writing, EventKind::ItemCreated, who, None, &made.key.to_string())?;
            directory::item_row(writing, &made)
        })
    }

    /// Changes an item.
    ///
    /// # Errors
    /// No such item or agent, or an empty title.
    pub fn set_item(&self, who: &Viewer, key: ItemKey, change: &ItemChange) -> Outcome<ItemRow> {
        let title = change.title.as_deref().map(check_title).transpose()?;
        self.write(|writing| {
            Desk::me(writing, who)?;
            let mut changed = item(writing, key)?;
            if let Some(title) = title {
                changed.title = title;
            }
            if let Some(status) = change.status {
                changed.status = status;
            }
            if let Some(handle) = &change.assignee {
                let agent = people::agent_by_handle(writing, handle)?.filter(|agent| agent.active);
                changed.assignee = Some(agent.ok_or_else(|| no_agent(handle))?.id);
            }
            items::update(writing, &changed)?;
            self.log(writing, EventKind::ItemChanged, who, None, &key.to_string())?;
            directory::item_row(writing, &changed)
        })
    }

    /// Follows an item, and through it its conversations; or follows it no more.
    ///
    /// # Errors
    /// No such item.
    pub fn follow_item(&self, who: &Viewer, key: ItemKey, follow: bool) -> Outcome<()> {
        self.write(|writing| {
            let me = Desk::me(writing, who)?;
            let id = item(writing, key)?.key.id;
            if items::set_agent(writing, id, me.id, follow)? {
                each_conversation(writing, id, |facts| {
                    facts.member_mut(me.id).via_item = follow;
                    facts.members.retain(|member| !member.is_empty());
                })?;
            }
            Ok(())
        })
    }

    /// Lets somebody follow an item: agents and groups under the privacy ceiling (R6.3), customers from this moment on (R4.5)
    /// in those of its customer conversations to which who asks may add people (R5.2).
    ///
    /// # Errors
    /// No such item, agent or group; an unusable address.
    pub fn add_item_follower(&self, who: &Viewer, key: ItemKey, party: &Party) -> Outcome<()> {
        self.write(|writing| {
            let me = Desk::me(writing, who)?;
            let id = item(writing, key)?.key.id;
            match party {
                Party::Agent(handle) => {
                    let agent = people::agent_by_handle(writing, handle)?.ok_or_else(|| no_agent(handle))?;
                    items::set_agent(writing, id, agent.id, true)?;
                    each_conversation(writing, id, |facts| facts.member_mut(agent.id).via_item = true)
                }
                Party::Customer(address) => {
                    let customer = customer(writing, address, self.now().timestamp_millis())?;
                    items::add_customer(writing, id, customer)?;
                    each_conversation(writing, id, |facts| seat_through_item(&me, facts, customer))
                }
                Party::Group(name) => {
                    let group = people::group_by_name(writing, name)?.ok_or_else(|| no_group(name))?;
                    items::add_group(writing, id, group.id)?;
                    let members = members_of(writing, group.id)?;
                    for conversation in conversations::of_item(writing, id)? {
                        conversations::set_following_group(writing, conversation, group.id, Some(true))?;
                    }
                    each_conversation(writing, id, |facts| {
                        for agent in &members {
                            facts.member_mut(*agent).via_group = true;
                        }
                    })
                }
            }
        })
    }
}

fn seat_through_item(me: &Agent, facts: &mut Facts, customer: CustomerId) {
    // Only who may reply adds people (R5.2), nobody while it is locked (R2.4), and no customer ever to an internal one (R1.6).
    let around = Circumstances { lock_reason: "", private_conversations: false, merged_away: false };
    let may_add = Access::of(me).holds(facts) && rights::people(me, facts, &around).is_ok();
    if facts.audience == Audience::Internal || !may_add {
        return;
    }
    match facts.customers.iter_mut().find(|place| place.customer == customer) {
        Some(place) => place.via_item = true,
        None => facts.customers.push(Participant {
            customer,
            requester: false,
            added: false,
            via_item: true,
            since: facts.last_seq,
        }),
    }
}

/// Changes every conversation of an item.
fn each_conversation(writing: &Writing<'_>, item: ItemId, mut change: impl FnMut(&mut Facts)) -> Outcome<()> {
    for id in conversations::of_item(writing, item)? {
        change_one(writing, id, &mut change)?;
    }
    Ok(())
}

/// Changes one conversation on the side, without an entry in it; gives how it was and how it is.
pub(super) fn change_one(
    writing: &Writing<'_>,
    id: crate::domain::id::ConversationId,
    change: &mut dyn FnMut(&mut Facts),
) -> Outcome<Option<(Facts, Facts)>> {
    let Some(facts) = conversations::load_facts(writing, id)? else { return Ok(None) };
    let before = Loaded { facts, readings: reading::load(writing, id)? };
    let mut after = before.clone();
    change(&mut after.facts);
    conversations::save(writing, &before, &after)?;
    Ok(Some((before.facts, after.facts)))
}

/// A customer by address; a record is made where there is none.
fn customer(writing: &Writing<'_>, address: &str, now: i64) -> Outcome<CustomerId> {
    let address = check_address(address).map_err(Denied::Invalid)?;
    match people::customer_by_address(writing, &address)? {
        Some(customer) => Ok(customer.id),
        None => new_customer(writing, &address, "", now),
    }
}
