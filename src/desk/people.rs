//! Following, adding and removing.

use super::{
    Outcome,
    act::Act,
    page::{Denied, NoticeKind},
    tell,
};
use crate::{
    domain::{
        conversation::{Audience, Participant},
        event::EventKind,
        id::{AgentId, CustomerId, GroupId},
        people::{Customer, Party, check_address},
        refusal::{Refusal, RefusalKind},
    },
    policy::rights,
    store::{Connection, conversations, correspondents, people},
};

impl Act<'_> {
    /// Follows by the agent's own choice (R7.2): reading, not replying (R5.2).
    pub fn follow(&mut self) -> Outcome<()> {
        rights::follow(&self.me, &self.facts, &self.around())?;
        let member = self.facts.member_mut(self.me.id);
        if member.chosen && !member.unfollowed {
            return Ok(());
        }
        (member.chosen, member.unfollowed) = (true, false);
        self.event(EventKind::Followed, &self.me.handle)?;
        Ok(())
    }

    /// Follows no more, whatever made the agent follow (R7.2).
    pub fn unfollow(&mut self) -> Outcome<()> {
        if !self.facts.member(self.me.id).is_some_and(crate::domain::conversation::Member::follows) {
            return Ok(());
        }
        let member = self.facts.member_mut(self.me.id);
        (member.chosen, member.unfollowed) = (false, true);
        self.event(EventKind::Unfollowed, &self.me.handle)?;
        Ok(())
    }

    /// Lets somebody take part (R5.2).
    pub fn add(&mut self, party: &Party, confirmed: bool) -> Outcome<()> {
        rights::people(&self.me, &self.facts, &self.around())?;
        match party {
            Party::Agent(handle) => self.add_agent(handle, confirmed),
            Party::Customer(address) => self.add_customer(address, confirmed),
            Party::Group(name) => self.add_group(name),
        }
    }

    fn add_agent(&mut self, handle: &str, confirmed: bool) -> Outcome<()> {
        let other = self.agent(handle)?;
        if !other.active {
            return Err(
                Refusal::denied("R5.2", format!("@{} is switched off. Choose an active agent.", other.handle)).into()
            );
        }
        if self.facts.member(other.id).is_some_and(|member| member.added && !member.unfollowed) {
            return Ok(());
        }
        let mut after = self.facts.clone();
        after.member_mut(other.id).added = true;
        self.confirm_readers(&after, confirmed, "R5.4", |_| {
            format!("Added, {} can read everything in this conversation. Confirm to add them.", other.name)
        })?;
        let member = self.facts.member_mut(other.id);
        (member.added, member.unfollowed) = (true, false);
        self.line(EventKind::Added, &format!("{} added {}.", self.me.name, other.name), &other.handle)?;
        if other.id != self.me.id {
            tell::one(self.writing, &other, &self.facts, NoticeKind::Added, self.millis())?;
        }
        Ok(())
    }

    fn add_customer(&mut self, address: &str, confirmed: bool) -> Outcome<()> {
        if self.facts.audience == Audience::Internal {
            return Err(Refusal::denied(
                "R1.6",
                "No customer can take part in an internal conversation. Start a conversation with the customer instead.",
            )
            .into());
        }
        let address = check_address(address).map_err(Denied::Invalid)?;
        let known = people::customer_by_address(self.writing, &address)?;
        if let Some(customer) = &known
            && let Some(place) = self.facts.customers.iter_mut().find(|place| place.customer == customer.id)
        {
            // Who joined through the item stays now, whatever becomes of the link (R4.5).
            place.added = !place.requester;
            return Ok(());
        }
        if !confirmed {
            // A record that this agent may not see is asked about by the address that was typed (R4.8).
            let who = match &known {
                Some(customer) if super::directory::may_see_customer(self.writing, &self.me, customer)? => {
                    described(customer)
                }
                Some(_) | None => address.clone(),
            };
            return Err(widens(
                "R5.4",
                format!("{who} will be sent every reply from now on. Confirm to add them."),
                vec![who],
            ));
        }
        let customer = if let Some(customer) = known {
            customer.id
        } else {
            // Whom a mail of this conversation named is called so until somebody knows better.
            let named = correspondents::copied(self.writing, self.facts.id)?;
            let name = named.into_iter().find(|person| person.address == address).map(|person| person.name);
            new_customer(self.writing, &address, &name.unwrap_or_default(), self.millis())?
        };
        self.facts.customers.push(Participant {
            customer,
            requester: false,
            added: true,
            via_item: false,
            since: self.facts.last_seq,
        });
        self.line(EventKind::Added, &format!("{} added {address}.", self.me.name), &address)
    }

    fn add_group(&mut self, name: &str) -> Outcome<()> {
        let group = people::group_by_name(self.writing, name)?.ok_or_else(|| super::assign::no_group(name))?;
        if conversations::following_groups(self.writing, self.facts.id)?.contains(&(group.id, false)) {
            return Ok(());
        }
        conversations::set_following_group(self.writing, self.facts.id, group.id, Some(false))?;
        for agent in members_of(self.writing, group.id)? {
            self.facts.member_mut(agent).via_group = true;
        }
        self.line(EventKind::Added, &format!("{} added the group {}.", self.me.name, group.name), &group.name)
    }

    /// Lets somebody take part no more (R5.2).
    pub fn remove(&mut self, party: &Party) -> Outcome<()> {
        rights::people(&self.me, &self.facts, &self.around())?;
        match party {
            Party::Agent(handle) => self.remove_agent(handle),
            Party::Customer(address) => self.remove_customer(address),
            Party::Group(name) => self.remove_group(name),
        }
    }

    fn remove_agent(&mut self, handle: &str) -> Outcome<()> {
        let other = self.agent(handle)?;
        let Some(member) = self.facts.member(other.id).copied() else { return Ok(()) };
        if member.starter && self.facts.audience == Audience::Internal {
            return Err(
                Refusal::denied("R6.9", format!("{} started this conversation and stays in it.", other.name)).into()
            );
        }
        let place = self.facts.member_mut(other.id);
        (place.added, place.chosen, place.unfollowed) = (false, false, true);
        if place.is_empty() {
            self.facts.members.retain(|member| member.agent != other.id);
        }
        self.line(EventKind::Removed, &format!("{} removed {}.", self.me.name, other.name), &other.handle)
    }

    fn remove_customer(&mut self, address: &str) -> Outcome<()> {
        let Some(customer) = people::customer_by_address(self.writing, &address.to_lowercase())? else { return Ok(()) };
        let Some(place) = self.facts.customers.iter().find(|place| place.customer == customer.id) else {
            return Ok(());
        };
        if place.requester {
            return Err(
                Refusal::denied("R5.2", "The requester is never removed: the conversation is about them.").into()
            );
        }
        self.facts.customers.retain(|place| place.customer != customer.id);
        self.line(EventKind::Removed, &format!("{} removed {}.", self.me.name, customer.address), &customer.address)
    }

    fn remove_group(&mut self, name: &str) -> Outcome<()> {
        let group = people::group_by_name(self.writing, name)?.ok_or_else(|| super::assign::no_group(name))?;
        let following = conversations::following_groups(self.writing, self.facts.id)?;
        if !following.iter().any(|(id, _)| *id == group.id) {
            return Ok(());
        }
        conversations::set_following_group(self.writing, self.facts.id, group.id, None)?;
        self.refresh_via_group()?;
        self.line(EventKind::Removed, &format!("{} removed the group {}.", self.me.name, group.name), &group.name)
    }

    /// Works out afresh who follows through a group.
    pub fn refresh_via_group(&mut self) -> Outcome<()> {
        let mut through = Vec::new();
        for (group, _) in conversations::following_groups(self.writing, self.facts.id)? {
            through.extend(members_of(self.writing, group)?);
        }
        set_via_group(&mut self.facts, &through);
        Ok(())
    }
}

/// Makes exactly these agents follow through a group.
pub(super) fn set_via_group(facts: &mut crate::domain::conversation::Facts, through: &[AgentId]) {
    for member in &mut facts.members {
        member.via_group = through.contains(&member.agent);
    }
    for agent in through {
        facts.member_mut(*agent).via_group = true;
    }
    facts.members.retain(|member| !member.is_empty());
}

/// The agents of a group.
pub(super) fn members_of(connection: &Connection, group: GroupId) -> Outcome<Vec<AgentId>> {
    let agents = people::agents(connection)?;
    Ok(agents.into_iter().filter(|agent| agent.groups.contains(&group)).map(|agent| agent.id).collect())
}

/// A refusal that waits for confirmation because of who joins.
pub(super) fn widens(rule: &'static str, text: String, adds: Vec<String>) -> Denied {
    let mut refusal = Refusal::new(RefusalKind::Confirm, rule, text);
    refusal.adds = adds;
    refusal.into()
}

/// "Mara Lindt of ACME".
pub(super) fn described(customer: &Customer) -> String {
    let name = if customer.name.is_empty() { &customer.address } else { &customer.name };
    match &customer.organization {
        Some(organization) => format!("{name} of {organization}"),
        None => name.clone(),
    }
}

/// A record for somebody who takes part for the first time.
pub(super) fn new_customer(connection: &Connection, address: &str, name: &str, now: i64) -> Outcome<CustomerId> {
    let customer = Customer {
        id: CustomerId(0),
        address: address.to_owned(),
        name: name.to_owned(),
        organization: None,
        blocked: false,
        by_hand: false,
    };
    Ok(people::save_customer(connection, &customer, now)?)
}
