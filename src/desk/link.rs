//! Linking conversations to items (R4.3, R4.5, R4.6).

use super::{
    Outcome,
    act::Act,
    assign::plural,
    page::{Denied, ItemRef},
    people::{described, members_of, set_via_group, widens},
};
use crate::{
    domain::{
        conversation::{Audience, Facts, Participant, Privacy},
        event::EventKind,
        id::{AgentId, CustomerId, GroupId, ItemId},
        item::{Item, ItemKey, ItemKind, ItemStatus},
        refusal::Refusal,
    },
    policy::rights,
    store::{Connection, conversations, items, messages, people},
};

/// Who joins a conversation through an item.
pub(super) struct Joining {
    pub agents: Vec<AgentId>,
    pub customers: Vec<CustomerId>,
    pub groups: Vec<GroupId>,
}

/// Who would join a conversation of this audience through an item; no customer joins an internal one (R1.6).
pub(super) fn joining(connection: &Connection, item: ItemId, audience: Audience) -> Outcome<Joining> {
    Ok(Joining {
        agents: items::following_agents(connection, item)?,
        customers: match audience {
            Audience::Customer => items::following_customers(connection, item)?,
            Audience::Internal => Vec::new(),
        },
        groups: items::following_groups(connection, item)?,
    })
}

/// Lets them join: agents under the privacy ceiling (R6.3), customers only from this moment on (R4.5).
pub(super) fn join(facts: &mut Facts, joining: &Joining) {
    for agent in &joining.agents {
        facts.member_mut(*agent).via_item = true;
    }
    for customer in &joining.customers {
        match facts.customers.iter_mut().find(|place| place.customer == *customer) {
            Some(place) => place.via_item = true,
            None => facts.customers.push(Participant {
                customer: *customer,
                requester: false,
                added: false,
                via_item: true,
                since: facts.last_seq,
            }),
        }
    }
}

/// Takes away what linking added (R4.5).
fn leave(facts: &mut Facts) {
    for member in &mut facts.members {
        member.via_item = false;
    }
    facts.members.retain(|member| !member.is_empty());
    for place in &mut facts.customers {
        place.via_item = false;
    }
    facts.customers.retain(|place| place.requester || place.added);
}

/// An item by what people write; the kind has to be right.
pub(super) fn item(connection: &Connection, key: ItemKey) -> Outcome<Item> {
    items::by_id(connection, key.id)?
        .filter(|item| item.key == key)
        .ok_or_else(|| Denied::NotFound(format!("There is no item {key}. See “deskline item list”.")))
}

impl Act<'_> {
    /// Links it to an item; a linked one replaces its link (R4.5).
    pub fn link(&mut self, key: ItemKey, confirmed: bool) -> Outcome<()> {
        rights::arrange(&self.me, &self.facts, &self.around())?;
        let item = item(self.writing, key)?;
        if item.key.kind == ItemKind::Project {
            return Err(Refusal::denied(
                "R4.3",
                "A conversation is not linked to a project afterwards. Start one on the project instead.",
            )
            .into());
        }
        if self.facts.item == Some(item.key.id) {
            return Ok(());
        }
        let joining = joining(self.writing, item.key.id, self.facts.audience)?;
        self.confirm_joining(&joining, confirmed)?;
        self.link_to(&item, &joining)
    }

    fn confirm_joining(&self, joining: &Joining, confirmed: bool) -> Outcome<()> {
        let new = |customer: &&CustomerId| !self.facts.customers.iter().any(|place| place.customer == **customer);
        let mut customers = Vec::new();
        for customer in joining.customers.iter().filter(new) {
            customers.extend(people::customer_by_id(self.writing, *customer)?.as_ref().map(described));
        }
        if customers.is_empty() || confirmed {
            return Ok(());
        }
        let mut agents = joining.agents.clone();
        for group in &joining.groups {
            agents.extend(members_of(self.writing, *group)?);
        }
        agents.retain(|agent| self.facts.member(*agent).is_none());
        agents.sort_unstable();
        agents.dedup();
        let count = |number: usize, word| plural(i64::try_from(number).unwrap_or(i64::MAX), word);
        let text = format!(
            "Linking adds {} and {}: {}. Confirm to link it.",
            count(agents.len(), "agent"),
            count(customers.len(), "customer"),
            customers.join(", ")
        );
        Err(widens("R4.5", text, customers))
    }

    fn link_to(&mut self, item: &Item, joining: &Joining) -> Outcome<()> {
        if self.facts.direct() {
            // Its history does not open to everybody who can see the item (R4.5, R6.9).
            self.facts.privacy = Privacy::Private;
        }
        let before = self.facts.customers.clone();
        self.leave_item()?;
        self.facts.item = Some(item.key.id);
        self.facts.project = project_of(item);
        join(&mut self.facts, joining);
        // Who follows the old item and the new one goes on reading from where it joined.
        for place in &mut self.facts.customers {
            let old = before.iter().find(|old| old.customer == place.customer);
            place.since = old.map_or(place.since, |old| old.since);
        }
        for group in &joining.groups {
            conversations::set_following_group(self.writing, self.facts.id, *group, Some(true))?;
        }
        self.refresh_via_group()?;
        let text = format!("{} linked this conversation to {}.", self.me.name, item.key);
        self.line(EventKind::Linked, &text, &item.key.to_string())
    }

    fn leave_item(&mut self) -> Outcome<()> {
        leave(&mut self.facts);
        for (group, via_item) in conversations::following_groups(self.writing, self.facts.id)? {
            if via_item {
                conversations::set_following_group(self.writing, self.facts.id, group, None)?;
            }
        }
        (self.facts.item, self.facts.project) = (None, None);
        Ok(())
    }

    /// Undoes the link and takes away what linking added (R4.5).
    pub fn unlink(&mut self) -> Outcome<()> {
        rights::arrange(&self.me, &self.facts, &self.around())?;
        let Some(old) = self.facts.item else { return Ok(()) };
        let old = items::by_id(self.writing, old)?;
        self.leave_item()?;
        self.refresh_via_group()?;
        let name = old.map_or_else(String::new, |item| item.key.to_string());
        let text = format!("{} unlinked this conversation from {name}.", self.me.name);
        self.line(EventKind::Unlinked, &text, &name)
    }

    /// Makes a ticket, task or article from it and links it (R4.3). From a private one no text is copied (R4.6), and not its
    /// requester either: every agent sees every item (R4.8).
    pub fn create_item(&mut self, kind: ItemKind, title: Option<&str>) -> Outcome<()> {
        rights::arrange(&self.me, &self.facts, &self.around())?;
        if kind == ItemKind::Project {
            return Err(Refusal::denied(
                "R4.3",
                "A project is not made from a conversation. Make a ticket, a task or an article.",
            )
            .into());
        }
        let secret = self.facts.privacy == Privacy::Private || self.facts.direct();
        let first =
            messages::window(self.writing, self.facts.id, messages::Window::From(crate::domain::id::EntrySeq(1)), 1)?;
        let words = first.into_iter().next().map(|entry| entry.text).unwrap_or_default();
        let title = match title.map(str::trim).filter(|title| !title.is_empty()) {
            Some(title) => super::write::check_subject(title),
            None if secret => format!("Untitled {kind}"),
            None if !self.facts.subject.is_empty() => self.facts.subject.clone(),
            None => super::write::check_subject(&words.chars().take(60).collect::<String>()),
        };
        let mut item = Item {
            key: ItemKey { kind, id: ItemId(0) },
            title,
            description: if secret { String::new() } else { words },
            status: ItemStatus::Open,
            requester: if secret { None } else { self.facts.requester },
            assignee: None,
            project: None,
            made_from: Some(self.facts.id),
        };
        item.key.id = items::insert(self.writing, &item, None, self.millis())?;
        self.event(EventKind::ItemCreated, &item.key.to_string())?;
        let nobody = Joining { agents: Vec::new(), customers: Vec::new(), groups: Vec::new() };
        self.link_to(&item, &nobody)?;
        self.item = Some(ItemRef { key: item.key, title: item.title });
        Ok(())
    }
}

/// The project that a conversation on an item counts to.
pub(super) fn project_of(item: &Item) -> Option<ItemId> {
    match item.key.kind {
        ItemKind::Project => Some(item.key.id),
        ItemKind::Ticket | ItemKind::Task | ItemKind::Article => item.project,
    }
}

/// Brings the groups that follow an item into a conversation that is being started on it.
pub(super) fn join_groups(connection: &Connection, facts: &mut Facts, joining: &Joining) -> Outcome<()> {
    let mut through = Vec::new();
    for group in &joining.groups {
        through.extend(members_of(connection, *group)?);
    }
    set_via_group(facts, &through);
    Ok(())
}
