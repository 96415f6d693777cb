//! The arguments of `receive` and `mail`.

use super::{TextArguments, value::word};
use crate::domain::{envelope::Channel, id::ConversationId};
use clap::{Args, Subcommand};

/// `receive`.
#[derive(Debug, Args)]
pub struct ReceiveArguments {
    /// The sender's address.
    #[arg(long, value_name = "ADDRESS", required_unless_present = "mail")]
    pub from: Option<String>,
    /// The sender's name.
    #[arg(long, allow_hyphen_values = true)]
    pub name: Option<String>,
    /// The group whose queue a new conversation goes to.
    #[arg(long, value_name = "G")]
    pub group: Option<String>,
    /// The conversation that the message names; without it a new one is started.
    #[arg(long, value_name = "ID")]
    pub conversation: Option<ConversationId>,
    /// How it came.
    #[arg(long, default_value = "email", value_parser = word(Channel::ALL, Channel::word))]
    pub channel: Channel,
    /// The channel's own id; the same one again is the same message.
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    pub message_id: Option<String>,
    /// The subject of a new conversation.
    #[arg(long, value_name = "S", allow_hyphen_values = true)]
    pub subject: Option<String>,
    /// What was written.
    #[command(flatten)]
    pub text: TextArguments,
    /// Take a whole mail on standard input instead, as mail servers hand it over; 75 asks them to try again later.
    #[arg(
        long,
        help_heading = "From a mail server",
        conflicts_with_all = ["from", "name", "group", "conversation", "channel", "message_id", "subject", "body", "file"]
    )]
    pub mail: bool,
    /// The mailbox that it is for, NAME in [mail.NAME] [default: the one with the recipient's address].
    #[arg(long, value_name = "NAME", requires = "mail", help_heading = "From a mail server")]
    pub mailbox: Option<String>,
    /// From whom it is, by the envelope; empty for nobody [default: $SENDER].
    #[arg(
        long,
        value_name = "ADDRESS",
        requires = "mail",
        allow_hyphen_values = true,
        help_heading = "From a mail server"
    )]
    pub envelope_from: Option<String>,
    /// For whom it is, by the envelope; repeat it for more [default: $RECIPIENT].
    #[arg(
        long,
        value_name = "ADDRESS",
        requires = "mail",
        allow_hyphen_values = true,
        help_heading = "From a mail server"
    )]
    pub envelope_to: Vec<String>,
}

/// `mail …`.
#[derive(Debug, Subcommand)]
pub enum MailCommand {
    /// Try the mailboxes: the login, the folders, sending. Says what is wrong, and takes and sends nothing.
    Check {
        /// Only this one, NAME in [mail.NAME].
        name: Option<String>,
    },
    /// Take what is new in the mailboxes and send what waits, once; `serve` does so all the time.
    Sync {
        /// Only this one, NAME in [mail.NAME].
        name: Option<String>,
    },
}
