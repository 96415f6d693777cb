//! Adding a customer by hand, and changing one.

use super::{
    super::{
        Field,
        form::{Choice, Control, Form},
    },
    needed,
};
use crate::{desk::page::CustomerRow, domain::people::check_address, tui::ask::Ask};

pub(super) fn add_controls() -> Vec<Control> {
    vec![
        Control::Line(Field::new("Address")),
        Control::Line(Field::new("Name")),
        Control::Line(Field::new("Organization")),
        Control::Button("Add"),
    ]
}

pub(super) fn add(form: &Form) -> Result<Vec<Ask>, String> {
    let address = check_address(&needed(form.line(0), "The address")?)?;
    Ok(vec![Ask::AddCustomer { address, name: form.line(1), organization: form.line(2) }])
}

pub(super) fn change_controls(row: &CustomerRow) -> Vec<Control> {
    vec![
        Control::Line(Field::with("Name", &row.person.name)),
        Control::Line(Field::with("Organization", row.organization.as_deref().unwrap_or_default())),
        Choice::switch("Blocked", row.blocked),
        Control::Button("Save"),
    ]
}

pub(super) fn change(row: &CustomerRow, form: &Form) -> Vec<Ask> {
    let name = form.line(0).filter(|name| *name != row.person.name);
    let organization =
        Some(form.line(1).unwrap_or_default()).filter(|now| *now != row.organization.clone().unwrap_or_default());
    let blocked = Some(form.is_on(2)).filter(|now| *now != row.blocked);
    if name.is_none() && organization.is_none() && blocked.is_none() {
        return Vec::new();
    }
    vec![Ask::SetCustomer { address: row.person.address.clone(), name, organization, blocked }]
}

/// A customer's record as lines: what it is called and what it says.
pub fn words(row: &CustomerRow) -> Vec<(&'static str, String)> {
    let blocked = if row.blocked { "yes: messages from the address are refused" } else { "no" };
    vec![
        ("Name", row.person.name.clone()),
        ("Address", row.person.address.clone()),
        ("Organization", row.organization.clone().unwrap_or_else(|| "none".to_owned())),
        ("Blocked", blocked.to_owned()),
    ]
}
