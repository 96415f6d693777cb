//! Team, settings and customers' records of the demo desk.

use super::Player;
use crate::demo::people::ScriptedAgent;
use crate::desk::{AgentChange, CustomerChange, NewAgent, page::Denied};
use crate::domain::{people::FromCustomers, setting::SettingKey};

impl<'a> Player<'a> {
    /// Team, groups, settings, and the customers whom somebody added by hand.
    pub(super) fn set_up(&mut self) -> Result<(), Denied> {
        let script = self.script;
        let company = &script.company;
        let switch = |on: bool| if on { "on" } else { "off" }.to_owned();
        let settings = [
            (SettingKey::PrivateConversations, switch(company.private_conversations)),
            (SettingKey::NewConversationsPrivate, switch(company.new_conversations_private)),
            (SettingKey::OrganizationSharing, switch(company.organization_sharing)),
            (SettingKey::ItemAudience, company.item_audience.to_string()),
            (SettingKey::ProjectAudience, company.project_audience.to_string()),
        ];
        self.desk.save_settings(self.owner()?, &settings)?;
        for group in &script.groups {
            self.desk.add_group(self.owner()?, &group.name, group.routing)?;
        }
        for (place, agent) in script.agents.iter().enumerate() {
            self.set_up_agent(agent, place == 0)?;
        }
        for customer in script.customers.iter().filter(|customer| customer.by_hand) {
            let organization = customer.organization.as_deref();
            self.desk.add_customer(self.owner()?, &customer.address, Some(&customer.name), organization)?;
            self.known.insert(&customer.id);
        }
        Ok(())
    }

    fn set_up_agent(&mut self, agent: &'a ScriptedAgent, founder: bool) -> Result<(), Denied> {
        let handle = agent.handle.as_str();
        if founder {
            for group in &agent.groups {
                self.desk.join_group(self.owner()?, group, handle)?;
            }
        } else {
            let new = NewAgent {
                handle: handle.to_owned(),
                name: agent.name.clone(),
                role: agent.role,
                groups: agent.groups.clone(),
            };
            self.desk.add_agent(self.owner()?, &new)?;
            self.viewers.insert(handle, self.desk.admit(Some(handle))?);
        }
        if agent.from_customers != FromCustomers::All {
            let change = AgentChange { from_customers: Some(agent.from_customers), ..AgentChange::default() };
            self.desk.set_agent(self.owner()?, handle, &change)?;
        }
        Ok(())
    }

    /// Fills in the record of a customer who turned up: the name where the channel did not bring it, and the organization.
    pub(super) fn complete(&mut self, id: &'a str, named: bool) -> Result<(), Denied> {
        if !self.known.insert(id) {
            return Ok(());
        }
        let customer = self.customer(id)?;
        let change = CustomerChange {
            name: (!named).then(|| customer.name.clone()),
            organization: customer.organization.clone(),
            ..CustomerChange::default()
        };
        if change == CustomerChange::default() {
            return Ok(());
        }
        self.desk.set_customer(self.owner()?, &customer.address, &change).map(drop)
    }
}
