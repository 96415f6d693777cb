//! People, groups and items that a typed text can mean.

use super::filtered::fits;
use crate::{
    desk::page::{CustomerRow, Page},
    domain::item::ItemKind,
};

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What the desk is told: a handle, an address, a group's name, an item's number.
    pub value: String,
    /// What is shown; may hold foreign text.
    pub words: String,
}

impl Candidate {
    /// One that is shown as what the desk is told.
    pub fn plain(value: impl Into<String>) -> Self {
        let value = value.into();
        Self { words: value.clone(), value }
    }
}

/// Active agents.
pub fn agents(page: &Page, typed: &str) -> Vec<Candidate> {
    let rows = page.agents.as_deref().unwrap_or_default().iter();
    rows.filter(|row| row.agent.active)
        .map(|row| Candidate {
            value: row.agent.handle.clone(),
            words: format!("@{} {}", row.agent.handle, row.agent.name),
        })
        .filter(|candidate| fits(typed, &candidate.words))
        .collect()
}

/// Customers, as the desk narrowed them already.
pub fn customers(page: &Page, typed: &str) -> Vec<Candidate> {
    let rows = page.customers.as_deref().unwrap_or_default().iter();
    rows.map(|row| Candidate { value: row.person.address.clone(), words: customer_words(row) })
        .filter(|candidate| fits(typed, &candidate.words))
        .collect()
}

/// A customer's address, name and organization in one line.
pub fn customer_words(row: &CustomerRow) -> String {
    let mut words = row.person.address.clone();
    if row.person.name != row.person.address && !row.person.name.is_empty() {
        words = format!("{words} · {}", row.person.name);
    }
    if let Some(organization) = &row.organization {
        words = format!("{words} · {organization}");
    }
    if row.blocked {
        words.push_str(" · blocked");
    }
    words
}

/// Groups.
pub fn groups(page: &Page, typed: &str) -> Vec<Candidate> {
    let rows = page.groups.as_deref().unwrap_or_default().iter();
    rows.map(|row| Candidate::plain(&row.name)).filter(|candidate| fits(typed, &candidate.words)).collect()
}

/// Projects, as the desk narrowed the items already.
pub fn projects(page: &Page, typed: &str) -> Vec<Candidate> {
    let rows = page.items.as_deref().unwrap_or_default().iter();
    rows.filter(|row| row.item.key.kind == ItemKind::Project)
        .map(|row| Candidate { value: row.item.key.to_string(), words: format!("{} {}", row.item.key, row.item.title) })
        .filter(|candidate| fits(typed, &candidate.words))
        .collect()
}
