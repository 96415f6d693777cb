//! Whom and what a source names: agents, customers and items, found or made.

use super::Importing;
use crate::{
    desk::{Outcome, new_agent, page::Denied, people::new_customer, write::check_subject},
    domain::{
        history::{PastItem, PastPerson},
        id::{AgentId, CustomerId, GroupId, ItemId},
        item::{Item, ItemKey, ItemKind, ItemStatus},
        people::{Group, Role, Routing, check_address, check_handle, check_name},
    },
    store::{events, items, people, tally},
};

impl Importing<'_, '_> {
    /// A group that a source names; one the desk does not know is made, so that an export comes back whole.
    pub fn named_group(&mut self, name: &str) -> Outcome<GroupId> {
        let name = check_name(name).map_err(Denied::Invalid)?;
        match people::group_by_name(self.writing, &name)? {
            Some(group) => Ok(group.id),
            None => Ok(people::save_group(
                self.writing,
                &Group { id: GroupId(0), name, routing: Routing::Democracy, signature: String::new() },
            )?),
        }
    }

    /// An agent by handle or address; one the desk does not know becomes an inactive agent (R1.7).
    pub fn agent(&mut self, person: &PastPerson) -> Outcome<(AgentId, String)> {
        let local = person.address.split('@').next().unwrap_or("");
        let handle: String = local
            .to_lowercase()
            .chars()
            .map(|letter| if letter.is_ascii_alphanumeric() || "-_.".contains(letter) { letter } else { '-' })
            .take(32)
            .collect();
        let handle = handle.trim_start_matches(['-', '_', '.']).to_owned();
        let handle = check_handle(if handle.is_empty() { "someone" } else { &handle }).map_err(Denied::Invalid)?;
        if let Some(known) = self.agents.get(&handle) {
            return Ok(known.clone());
        }
        let known = if let Some(agent) = people::agent_by_handle(self.writing, &handle)? {
            (agent.id, agent.name)
        } else {
            let name = check_subject(&person.name);
            let name = if name.is_empty() { local.to_owned() } else { name };
            let mut agent = new_agent(handle.clone(), name.clone(), Role::Agent);
            (agent.active, agent.ready) = (false, false);
            let baseline = events::newest(self.writing)?;
            let id = people::save_agent(self.writing, &agent, self.now.timestamp_millis(), baseline)?;
            tally::welcome(self.writing, id)?;
            self.done.agents += 1;
            (id, name)
        };
        self.agents.insert(handle, known.clone());
        Ok(known)
    }

    pub fn customer(&mut self, person: &PastPerson) -> Outcome<(CustomerId, String)> {
        let address = address_of(person);
        if let Some(known) = self.customers.get(&address) {
            return Ok(known.clone());
        }
        let name = check_subject(&person.name);
        let (id, name) = match people::customer_by_address(self.writing, &address)? {
            Some(customer) if !customer.name.is_empty() => (customer.id, customer.name),
            Some(customer) => (customer.id, customer.address),
            None => {
                let id = new_customer(self.writing, &address, &name, self.now.timestamp_millis())?;
                (id, if name.is_empty() { address.clone() } else { name })
            }
        };
        self.customers.insert(address, (id, name.clone()));
        Ok((id, name))
    }

    pub fn item(&mut self, past: &PastItem, requester: Option<CustomerId>) -> Outcome<Item> {
        if let Some(item) = items::by_source_key(self.writing, &past.key)? {
            return Ok(item);
        }
        let kind: ItemKind = past.kind.parse().map_err(Denied::Invalid)?;
        let title = check_subject(&past.title);
        // As an export names it. Another desk can have the same number: only with the same title is it this desk's own.
        let own = past.key.strip_prefix("desk:").and_then(|key| key.parse::<ItemKey>().ok());
        if let Some(key) = own
            && let Some(item) = items::by_id(self.writing, key.id)?
            && (item.key, &item.title) == (key, &title)
        {
            return Ok(item);
        }
        let mut item = Item {
            key: ItemKey { kind, id: ItemId(0) },
            title: if title.is_empty() { past.key.clone() } else { title },
            description: String::new(),
            status: if past.done { ItemStatus::Done } else { ItemStatus::Open },
            requester,
            assignee: None,
            project: None,
            made_from: None,
        };
        item.key.id = items::insert(self.writing, &item, Some(&past.key), self.now.timestamp_millis())?;
        Ok(item)
    }
}

/// A source's address, or one made of whatever it has instead.
fn address_of(person: &PastPerson) -> String {
    check_address(&person.address).unwrap_or_else(|_| {
        let local: String = person
            .address
            .to_lowercase()
            .chars()
            .map(|letter| if letter.is_alphanumeric() || "-_.+".contains(letter) { letter } else { '-' })
            .take(60)
            .collect();
        let local = if local.trim_matches('-').is_empty() { "unknown" } else { local.as_str() };
        format!("{local}@unknown.invalid")
    })
}
