//! Customers' records (R4.8).

use super::{
    Desk, Outcome, directory,
    page::{CustomerRow, Denied, Viewer},
};
use crate::{
    domain::{
        event::EventKind,
        id::CustomerId,
        people::{Customer, check_address, check_name},
    },
    policy::rights,
    store::people,
};

/// What to change of a customer; `None` leaves it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerChange {
    /// Display name.
    pub name: Option<String>,
    /// Organization; empty for none.
    pub organization: Option<String>,
    /// Whether messages from the address are refused; owner and admins (R5.6).
    pub blocked: Option<bool>,
}

impl Desk {
    /// Adds a customer by hand, which every agent then sees (R4.8).
    ///
    /// # Errors
    /// An unusable or known address.
    pub fn add_customer(
        &self,
        who: &Viewer,
        address: &str,
        name: Option<&str>,
        organization: Option<&str>,
    ) -> Outcome<CustomerRow> {
        let address = check_address(address).map_err(Denied::Invalid)?;
        let name = name.map(check_name).transpose().map_err(Denied::Invalid)?.unwrap_or_default();
        let organization = organization.map(check_name).transpose().map_err(Denied::Invalid)?;
        self.write(|writing| {
            let me = Desk::me(writing, who)?;
            let now = self.now().timestamp_millis();
            let known = people::customer_by_address(writing, &address)?;
            let customer = match known {
                Some(known) if directory::may_see_customer(writing, &me, &known)? => {
                    return Err(Denied::Invalid(format!(
                        "There is a customer {address} already. Change it with “deskline customer set”."
                    )));
                }
                // Somebody this agent does not know of: the record becomes known, its name stays as it is (R4.8).
                Some(known) => Customer { by_hand: true, ..known },
                None => Customer {
                    id: CustomerId(0),
                    address: address.clone(),
                    name,
                    organization,
                    blocked: false,
                    by_hand: true,
                },
            };
            people::save_customer(writing, &customer, now)?;
            self.log(writing, EventKind::CustomerAdded, who, None, &address)?;
            Ok(directory::customer_row(customer))
        })
    }

    /// Changes a customer's record.
    ///
    /// # Errors
    /// No such customer as far as this agent may know (R4.8); blocking is for owner and admins (R5.6).
    pub fn set_customer(&self, who: &Viewer, address: &str, change: &CustomerChange) -> Outcome<CustomerRow> {
        self.write(|writing| {
            let me = Desk::me(writing, who)?;
            if change.blocked.is_some() {
                rights::administer(&me)?;
            }
            let mut customer = directory::visible_customer(writing, &me, address)?;
            if let Some(name) = &change.name {
                customer.name = check_name(name).map_err(Denied::Invalid)?;
            }
            if let Some(organization) = &change.organization {
                customer.organization = match organization.trim() {
                    "" => None,
                    name => Some(check_name(name).map_err(Denied::Invalid)?),
                };
            }
            customer.blocked = change.blocked.unwrap_or(customer.blocked);
            people::save_customer(writing, &customer, 0)?;
            self.log(writing, EventKind::CustomerChanged, who, None, &customer.address)?;
            Ok(directory::customer_row(customer))
        })
    }
}
