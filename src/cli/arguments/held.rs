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
        /// Yes, let those read it who could not.
        #[arg(long)]
        yes: bool,
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
    /// The conversation and the message in it, as 4821/7 or 4821 7; or a mail's Message-ID, as in its header: <…@…>, of
    /// which several may have the same.
    #[arg(value_name = "MESSAGE", value_parser = asked)]
    pub asked: Asked,
    /// The message, where the conversation stands before it.
    #[arg(value_name = "SEQ", value_parser = entry)]
    pub seq: Option<EntrySeq>,
}

/// What `why` is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// A conversation; the message in it is the next word.
    Conversation(ConversationId),
    /// A message.
    Message(ConversationId, EntrySeq),
    /// Mails, by what stands in their header.
    MessageId(String),
}

/// Reads "4821", "4821/7" and "<…>"; numbers may carry `#`.
fn asked(text: &str) -> Result<Asked, String> {
    let conversation = |text: &str| text.parse::<ConversationId>().ok();
    if let Some(id) = conversation(text) {
        return Ok(Asked::Conversation(id));
    }
    if let Some((id, seq)) = text.split_once('/')
        && let (Some(id), Ok(seq)) = (conversation(id), entry(seq))
    {
        return Ok(Asked::Message(id, seq));
    }
    let bracketed = text.trim().starts_with('<') && text.trim().ends_with('>');
    if bracketed || text.contains('@') {
        return Ok(Asked::MessageId(text.to_owned()));
    }
    Err("write a message as 4821/7, or a Message-ID as it stands in a mail's header".into())
}

fn mail(text: &str) -> Result<MailId, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(MailId(number)),
        Ok(_) | Err(_) => Err("it is the number of a mail: 1, 2, 3 …".into()),
    }
}
