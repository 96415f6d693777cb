//! The company of the demo desk, its people and its work items, as plain data.

use serde::Deserialize;

use super::script::Script;
use super::thread::Who;
use crate::domain::{
    conversation::Audience,
    item::{ItemKind, ItemStatus},
    people::{FromCustomers, Role, Routing},
};

/// The company and its settings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScriptedCompany {
    /// Name of the company.
    pub name: String,
    /// Name of the team, the setting `team-name`.
    pub team: String,
    /// The setting `private-conversations` (R6.1).
    pub private_conversations: bool,
    /// The setting `new-conversations-private` (R6.1).
    pub new_conversations_private: bool,
    /// The setting `organization-sharing`.
    pub organization_sharing: bool,
    /// The setting `item-audience` (R4.7).
    pub item_audience: Audience,
    /// The setting `project-audience` (R4.7).
    pub project_audience: Audience,
    /// Minutes relative to now: everything at or before it counts as read by everybody who can see it.
    pub read_before: i64,
}

/// A group of agents.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScriptedGroup {
    /// Name, by which everything else refers to it.
    pub name: String,
    /// How its new conversations find an agent (R8.1).
    pub routing: Routing,
}

/// A member of the team.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScriptedAgent {
    /// Handle, by which everything else refers to the agent.
    pub handle: String,
    /// Display name.
    pub name: String,
    /// Role; `agent` where nothing is said.
    #[serde(default = "agent")]
    pub role: Role,
    /// Names of the agent's groups.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Scope of From Customers (R3.5); `all` where nothing is said.
    #[serde(default = "from_customers_all")]
    pub from_customers: FromCustomers,
    /// False for somebody who has left the team.
    #[serde(default = "yes")]
    pub active: bool,
    /// What one sees as this agent, in a sentence for choosing whom to be; empty for somebody who has left.
    #[serde(default)]
    pub shows: String,
}

/// Somebody who writes in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScriptedCustomer {
    /// Short name, by which everything else refers to the customer; not shown anywhere.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Mail address, under `example.com`, `example.org` or `.invalid`.
    pub address: String,
    /// Name of the organization, if any.
    #[serde(default)]
    pub organization: Option<String>,
    /// Language tag, the key into [`Script::thanks`](super::script::Script::thanks); `en` where nothing is said.
    #[serde(default = "english")]
    pub language: String,
    /// Whether an agent added the record by hand, which makes it visible to every agent (R4.8).
    #[serde(default)]
    pub by_hand: bool,
    /// Whether the customer is blocked.
    #[serde(default)]
    pub blocked: bool,
}

/// A work item.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ScriptedItem {
    /// Short name, by which everything else refers to the item; not shown anywhere.
    pub name: String,
    /// Ticket, task, article or project.
    pub kind: ItemKind,
    /// Title.
    pub title: String,
    /// Open or done; `open` where nothing is said.
    #[serde(default = "open")]
    pub status: ItemStatus,
    /// The customer whom it is about, by id.
    #[serde(default)]
    pub requester: Option<String>,
    /// The agent who works on it, by handle; not the assignee of a conversation (R4.6).
    #[serde(default)]
    pub assignee: Option<String>,
    /// The project it belongs to, by name.
    #[serde(default)]
    pub project: Option<String>,
    /// Agents and customers who follow it.
    #[serde(default)]
    pub followers: Vec<Who>,
    /// When it was made, in minutes relative to now.
    pub at: i64,
}

/// Somebody whom one can be at the demo desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persona {
    /// Handle, as in `--as`.
    pub handle: String,
    /// Display name.
    pub name: String,
    /// What one sees as this agent, a sentence.
    pub shows: String,
}

/// Whom one can be, the owner first: the answers to “Who would you like to be?”.
pub fn people(script: &Script) -> Vec<Persona> {
    let active = script.agents.iter().filter(|agent| agent.active);
    let persona = |agent: &ScriptedAgent| Persona {
        handle: agent.handle.clone(),
        name: agent.name.clone(),
        shows: agent.shows.clone(),
    };
    active.map(persona).collect()
}

const fn agent() -> Role {
    Role::Agent
}

const fn open() -> ItemStatus {
    ItemStatus::Open
}

const fn from_customers_all() -> FromCustomers {
    FromCustomers::All
}

fn english() -> String {
    "en".to_owned()
}

fn yes() -> bool {
    true
}
