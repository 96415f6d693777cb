//! Agents, groups, customers and settings as clap reads them.

use super::value::{setting, switch, word};
use crate::domain::{
    id::ConversationId,
    outgoing::MailPreference,
    people::{FromCustomers, Notify, Party, Role, Routing},
    setting::SettingKey,
};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `agent …`.
#[derive(Debug, Subcommand)]
pub enum AgentCommand {
    /// Add somebody to the team.
    Add {
        /// A short unique name: letters a-z, digits, "-", "_" or ".".
        handle: String,
        /// The full name.
        #[arg(long, allow_hyphen_values = true)]
        name: String,
        /// What the agent may administer.
        #[arg(long, default_value = "agent", value_parser = word(Role::ALL, Role::word))]
        role: Role,
        /// A group to join. Repeat it for more.
        #[arg(long)]
        group: Vec<String>,
    },
    /// List the team.
    List,
    /// Show one agent.
    Show {
        /// The agent.
        handle: String,
    },
    /// Change an agent.
    Set {
        /// The agent.
        handle: String,
        /// What to change.
        #[command(flatten)]
        change: Box<AgentSettings>,
    },
    /// Make a code that lets the agent bring a new SSH key, once and within a day (owner and admins).
    ///
    /// It takes the place of the agent's last code. The agent logs in over SSH as "join" with that key and types the code.
    Invite {
        /// The agent.
        handle: String,
    },
}

/// `key …`.
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Let a public key in as an agent (owner and admins).
    Add {
        /// The agent.
        handle: String,
        /// The file with the public key, such as id.pub; "-" is standard input.
        file: PathBuf,
    },
    /// List the keys: all for owner and admins, your own otherwise.
    List,
    /// Let a key in no more; whoever came in with it is shut out at once.
    Revoke {
        /// Its fingerprint, or at least the first 12 letters after "SHA256:".
        fingerprint: String,
    },
}

/// What `agent set` changes.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub struct AgentSettings {
    /// The full name.
    #[arg(long, allow_hyphen_values = true)]
    pub name: Option<String>,
    /// What the agent may administer.
    #[arg(long, value_parser = word(Role::ALL, Role::word))]
    pub role: Option<Role>,
    /// Whether the agent can do anything at all.
    #[arg(long, value_parser = switch())]
    pub active: Option<bool>,
    /// Whether new conversations may be offered to the agent.
    #[arg(long, value_parser = switch())]
    pub ready: Option<bool>,
    /// The right to reply to customers.
    #[arg(long, value_parser = switch())]
    pub reply_to_customers: Option<bool>,
    /// How much of From Customers the agent is shown.
    #[arg(long, value_parser = word(FromCustomers::ALL, FromCustomers::word))]
    pub from_customers: Option<FromCustomers>,
    /// Which customer conversations the agent is told of.
    #[arg(long, value_parser = word(Notify::ALL, Notify::word))]
    pub notify_customers: Option<Notify>,
    /// Which internal conversations the agent is told of.
    #[arg(long, value_parser = word(Notify::ALL, Notify::word))]
    pub notify_internal: Option<Notify>,
    /// Whether the terminal's bell rings.
    #[arg(long, value_parser = switch())]
    pub bell: Option<bool>,
    /// The name that customers see.
    #[arg(long, value_name = "NAME", allow_hyphen_values = true)]
    pub public_name: Option<String>,
    /// The agent's own mail address, never shown to customers; "" for none.
    #[arg(long, value_name = "ADDRESS")]
    pub address: Option<String>,
    /// What the agent is sent by mail: nothing, or what it follows and has not read within a minute.
    #[arg(long, value_parser = word(MailPreference::ALL, MailPreference::word))]
    pub mail: Option<MailPreference>,
}

/// `group …`.
#[derive(Debug, Subcommand)]
pub enum GroupCommand {
    /// Add a group.
    Add {
        /// A unique name.
        name: String,
        /// How its new conversations find an agent.
        #[arg(long, default_value = "democracy", value_parser = word(Routing::ALL, Routing::word))]
        routing: Routing,
    },
    /// List the groups.
    List,
    /// Change a group.
    Set {
        /// The group.
        name: String,
        /// How its new conversations find an agent.
        #[arg(long, value_parser = word(Routing::ALL, Routing::word), required_unless_present = "signature")]
        routing: Option<Routing>,
        /// What stands under its mails to customers; "" for nothing.
        #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
        signature: Option<String>,
    },
    /// Make an agent a member.
    Join {
        /// The group.
        name: String,
        /// The agent.
        handle: String,
    },
    /// Make an agent a member no more.
    Leave {
        /// The group.
        name: String,
        /// The agent.
        handle: String,
    },
}

/// `customer …`.
#[derive(Debug, Subcommand)]
pub enum CustomerCommand {
    /// Add a customer by hand.
    Add {
        /// The mail address.
        address: String,
        /// Who it is and where from.
        #[command(flatten)]
        record: CustomerRecord,
    },
    /// List the customers whose record you may see.
    List {
        /// At most so many rows.
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
    },
    /// Show one customer.
    Show {
        /// The mail address.
        address: String,
    },
    /// Change a customer's record.
    Set {
        /// The mail address.
        address: String,
        /// What to change.
        #[command(flatten)]
        change: CustomerSettings,
    },
    /// Refuse messages from an address.
    Block {
        /// The mail address.
        address: String,
    },
    /// Take messages from an address again.
    Unblock {
        /// The mail address.
        address: String,
    },
    /// What this customer can see, to the byte (owner and admins; it is audited).
    View {
        /// The mail address.
        address: String,
        /// One conversation, with its messages.
        conversation: Option<ConversationId>,
    },
}

/// What `customer add` takes.
#[derive(Debug, Args)]
pub struct CustomerRecord {
    /// The name.
    #[arg(long, allow_hyphen_values = true)]
    pub name: Option<String>,
    /// The organization the customer belongs to.
    #[arg(long, value_name = "ORG", allow_hyphen_values = true)]
    pub organization: Option<String>,
}

/// What `customer set` changes.
#[derive(Debug, Default, PartialEq, Eq, Args)]
pub struct CustomerSettings {
    /// The name.
    #[arg(long, allow_hyphen_values = true)]
    pub name: Option<String>,
    /// The organization the customer belongs to; "" for none.
    #[arg(long, value_name = "ORG", allow_hyphen_values = true)]
    pub organization: Option<String>,
}

/// `setting …`.
#[derive(Debug, Subcommand)]
pub enum SettingCommand {
    /// List the settings.
    List,
    /// Change a setting.
    Set {
        /// Which setting.
        #[arg(value_parser = setting())]
        key: SettingKey,
        /// Its value: on or off, customer or internal, minutes or off, seconds, or the team's name.
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
}

/// Exactly one agent, customer or group.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct PartyArguments {
    /// An agent.
    #[arg(long, value_name = "HANDLE")]
    agent: Option<String>,
    /// A customer.
    #[arg(long, value_name = "ADDRESS")]
    customer: Option<String>,
    /// All members of a group.
    #[arg(long)]
    group: Option<String>,
}

impl PartyArguments {
    /// Who is meant; `None` only where clap let none through, which its group forbids.
    pub fn party(self) -> Option<Party> {
        let Self { agent, customer, group } = self;
        agent.map(Party::Agent).or(customer.map(Party::Customer)).or(group.map(Party::Group))
    }
}
