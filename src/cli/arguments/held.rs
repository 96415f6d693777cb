//! `held …` and `why` as clap reads them.

use super::value::entry;
use crate::domain::id::{ConversationId, EntrySeq, MailId};
use clap::{Args, Subcommand};

/// `held …`.
#[derive(Debug, Subcommand)]
pub enum HeldCommand {
    /// List the mails that wait for you, newest first (owner and admins).
    List,
    /// Show one with its bytes, and why it waits (owner and admins).
    Show {
        /// The mail, as listed.
        #[arg(value_parser = mail)]
        mail: MailId,
    },
    /// Let one go the way it would have gone (owner and admins).
    Release {
        /// The mail, as listed.
        #[arg(value_parser = mail)]
        mail: MailId,
    },
    /// Throw one away; it is not taken in again (owner and admins).
    Discard {
        /// The mail, as listed.
        #[arg(value_parser = mail)]
        mail: MailId,
    },
}

/// `why`.
#[derive(Debug, Args)]
pub struct WhyArguments {
    /// The conversation.
    pub id: ConversationId,
    /// The message in it.
    #[arg(value_parser = entry)]
    pub seq: EntrySeq,
}

fn mail(text: &str) -> Result<MailId, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(MailId(number)),
        Ok(_) | Err(_) => Err("it is the number of a mail: 1, 2, 3 …".into()),
    }
}
