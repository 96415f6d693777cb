//! Agents, customers and groups.

use super::{
    id::{AgentId, CustomerId, GroupId},
    outgoing::MailPreference,
    words::words,
};
use serde::{Deserialize, Serialize};

words! {
    /// What somebody may administer (R5.6).
    Role {
        /// Everything, and making owners; at least one is active.
        Owner = "owner",
        /// Everything but making owners.
        Admin = "admin",
        /// Working with conversations.
        Agent = "agent",
    }
}

impl Role {
    /// Owner and admins administer the desk and see every customer conversation (R5.6, R6.2).
    pub const fn administers(self) -> bool {
        match self {
            Self::Owner | Self::Admin => true,
            Self::Agent => false,
        }
    }
}

words! {
    /// How much of From Customers an agent is shown: scope, never access (R3.5).
    FromCustomers {
        /// The section is hidden everywhere in the messenger.
        Off = "off",
        /// Every customer conversation that the agent may access.
        All = "all",
        /// Customer conversations in projects that the agent follows.
        Projects = "projects",
        /// Customer conversations that the agent follows directly.
        Followed = "followed",
    }
}

words! {
    /// Of which messages an agent is told (R7.1).
    Notify {
        /// Of all that the agent may access and that is in its scope.
        All = "all",
        /// Of those in conversations that the agent follows.
        Mine = "mine",
        /// Of none.
        None = "none",
    }
}

words! {
    /// How a group's new conversations find an agent (R8.1).
    Routing {
        /// Offered to all ready members at once.
        Polite = "polite",
        /// Waits in Unassigned until a member takes it.
        Democracy = "democracy",
        /// Assigned on arrival.
        Dictator = "dictator",
    }
}

/// A member of the team, with the settings that the rules ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches")]
pub struct Agent {
    /// Identity.
    pub id: AgentId,
    /// Short unique name, as in `@ana`.
    pub handle: String,
    /// Full name, as colleagues see it.
    pub name: String,
    /// Name that customers see; the full name where absent.
    pub public_name: Option<String>,
    /// What the agent may administer.
    pub role: Role,
    /// Whether the agent can do anything at all.
    pub active: bool,
    /// Whether routing may choose the agent (R8.2).
    pub ready: bool,
    /// The right to reply to customers (R5.2).
    pub reply_to_customers: bool,
    /// Scope of From Customers (R3.5).
    pub from_customers: FromCustomers,
    /// Notices for customer conversations (R7.1).
    pub notify_customers: Notify,
    /// Notices for internal conversations (R7.1).
    pub notify_internal: Notify,
    /// Whether the terminal's bell rings.
    pub bell: bool,
    /// The agent's own mail address, lower case: for notices, and never shown to customers.
    pub address: Option<String>,
    /// Whether it is sent there what it missed (R7.1).
    pub mail: MailPreference,
    /// The groups the agent is a member of.
    pub groups: Vec<GroupId>,
}

/// What to change of an agent; `None` leaves it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgentChange {
    /// Full name; the agent's own too.
    pub name: Option<String>,
    /// Name for customers; the agent's own too. Empty: the full name.
    pub public_name: Option<String>,
    /// Role.
    pub role: Option<Role>,
    /// Whether the agent can do anything at all.
    pub active: Option<bool>,
    /// Whether routing may choose the agent (R8.2); the agent's own too.
    pub ready: Option<bool>,
    /// The right to reply to customers (R5.2).
    pub reply_to_customers: Option<bool>,
    /// Scope of From Customers (R3.5).
    pub from_customers: Option<FromCustomers>,
    /// Notices for customer conversations; the agent's own too.
    pub notify_customers: Option<Notify>,
    /// Notices for internal conversations; the agent's own too.
    pub notify_internal: Option<Notify>,
    /// Whether the terminal's bell rings; the agent's own too.
    pub bell: Option<bool>,
    /// The agent's own mail address; empty for none. Set by owner and admins: whoever has it may be written to, and by.
    pub address: Option<String>,
    /// Whether what it missed is sent there; the agent's own too.
    pub mail: Option<MailPreference>,
}

impl AgentChange {
    /// Whether it holds only what agents set for themselves.
    pub const fn is_own(&self) -> bool {
        self.role.is_none()
            && self.active.is_none()
            && self.reply_to_customers.is_none()
            && self.from_customers.is_none()
            && self.address.is_none()
    }
}

/// Somebody who writes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Identity.
    pub id: CustomerId,
    /// Mail address, or another unique name where a channel has none; lower case.
    pub address: String,
    /// Display name; may be empty.
    pub name: String,
    /// The organization, if any.
    pub organization: Option<String>,
    /// Whether messages from this address are refused (R5.6).
    pub blocked: bool,
    /// Whether an agent added the record by hand (R4.8).
    pub by_hand: bool,
}

/// Agents who share a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Identity.
    pub id: GroupId,
    /// Unique name.
    pub name: String,
    /// How new conversations find an agent.
    pub routing: Routing,
    /// What stands under its mails to customers; may be empty.
    pub signature: String,
}

/// One person or group that can be added to a conversation or follow an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Party {
    /// An agent by handle.
    Agent(String),
    /// A customer by address.
    Customer(String),
    /// Every member of a group, by the group's name.
    Group(String),
}

/// Checks a handle: 1 to 32 of a–z, 0–9, `-`, `_`, `.`, beginning with a letter or digit.
///
/// # Errors
/// A sentence that says what a handle may hold.
pub fn check_handle(text: &str) -> Result<String, String> {
    let handle = text.strip_prefix('@').unwrap_or(text).to_lowercase();
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
    let begins = handle.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    if begins && handle.len() <= 32 && handle.bytes().all(allowed) {
        Ok(handle)
    } else {
        Err(format!(
            "“{text}” cannot be a handle. Use 1 to 32 letters a–z, digits, “-”, “_” or “.”, beginning with a letter or a digit."
        ))
    }
}

/// Checks a customer's address: something@something, no spaces or control characters, at most 254 bytes; lower-cased.
///
/// # Errors
/// A sentence that says what an address looks like.
pub fn check_address(text: &str) -> Result<String, String> {
    let address = text.trim().to_lowercase();
    let sides = address.rsplit_once('@').is_some_and(|(local, host)| !local.is_empty() && !host.is_empty());
    let foreign = |letter: char| letter.is_whitespace() || letter.is_control() || "<>,;\"".contains(letter);
    if sides && address.len() <= 254 && !address.chars().any(foreign) {
        Ok(address)
    } else {
        Err(format!("“{text}” is not an address. Write it as somebody@example.com."))
    }
}

/// Checks a name of a person, group or team: 1 to 100 characters that are not only spaces, none of them a control character.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn check_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() {
        Err("The name is empty. Give at least one character.".into())
    } else if name.chars().count() > 100 {
        Err("The name is longer than 100 characters. Give a shorter one.".into())
    } else if name.chars().any(char::is_control) {
        Err("The name holds a control character. Write it without.".into())
    } else {
        Ok(name.to_owned())
    }
}
