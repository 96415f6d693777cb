//! `conversation …` as clap reads it.

use super::{
    PartyArguments,
    value::{entry, word},
};
use crate::domain::{
    conversation::Audience,
    id::{ConversationId, EntrySeq},
    item::{ItemKey, ItemKind},
    section::Section,
};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// `conversation …`.
#[derive(Debug, Subcommand)]
pub enum ConversationCommand {
    /// List a section, newest first.
    List {
        /// Which section.
        #[arg(long, value_name = "KEY", value_parser = word(Section::ALL, Section::word))]
        section: Section,
        /// At most so many rows.
        #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
        limit: u32,
        /// Go on after the row with this cursor.
        #[arg(long, value_name = "CURSOR", allow_hyphen_values = true)]
        after: Option<String>,
    },
    /// Show a conversation with all its messages; does not mark it read.
    Show {
        /// The conversation.
        id: ConversationId,
    },
    /// Start a conversation.
    Start(StartArguments),
    /// Write to everybody in it.
    Reply {
        /// The conversation.
        id: ConversationId,
        /// The last message you have seen: if anything was added since, nothing is sent.
        #[arg(long, value_name = "SEQ", value_parser = entry)]
        seen: Option<EntrySeq>,
        /// Your own id of this message; the same one again is the same message.
        #[arg(long, value_name = "ID", allow_hyphen_values = true)]
        client_id: Option<String>,
        /// Yes, send it although it repeats what is for agents only.
        #[arg(long)]
        yes: bool,
        /// What to write.
        #[command(flatten)]
        text: TextArguments,
        /// What goes with it.
        #[command(flatten)]
        files: AttachArguments,
    },
    /// Write for agents only, in a conversation with customers.
    Note {
        /// The conversation.
        id: ConversationId,
        /// What to write.
        #[command(flatten)]
        text: TextArguments,
        /// What goes with it.
        #[command(flatten)]
        files: AttachArguments,
    },
    /// Take a reply back before it leaves by mail; it stays in the thread, marked as not sent.
    TakeBack {
        /// The conversation.
        id: ConversationId,
        /// The reply's number in it.
        #[arg(value_name = "SEQ", value_parser = entry)]
        entry: EntrySeq,
    },
    /// Send a reply again by mail to those it did not reach.
    SendAgain {
        /// The conversation.
        id: ConversationId,
        /// The reply's number in it.
        #[arg(value_name = "SEQ", value_parser = entry)]
        entry: EntrySeq,
    },
    /// List the replies that wait for you, since they repeat what their senders may not read (owner and admins).
    Held,
    /// Let a held reply leave (owner and admins).
    ReleaseReply {
        /// The conversation.
        id: ConversationId,
        /// The reply's number in it.
        #[arg(value_name = "SEQ", value_parser = entry)]
        entry: EntrySeq,
    },
    /// Let a held reply never leave (owner and admins).
    DiscardReply {
        /// The conversation.
        id: ConversationId,
        /// The reply's number in it.
        #[arg(value_name = "SEQ", value_parser = entry)]
        entry: EntrySeq,
    },
    /// Put it away; anybody's reply re-opens it.
    Close {
        /// The conversation.
        id: ConversationId,
    },
    /// Take it up again.
    Reopen {
        /// The conversation.
        id: ConversationId,
    },
    /// Let nobody reply; it must be closed.
    Lock {
        /// The conversation.
        id: ConversationId,
    },
    /// Let people reply again; it is closed then.
    Unlock {
        /// The conversation.
        id: ConversationId,
    },
    /// Make an agent responsible.
    Assign {
        /// The conversation.
        id: ConversationId,
        /// The agent.
        handle: String,
    },
    /// Make nobody responsible.
    Release {
        /// The conversation.
        id: ConversationId,
        /// Yes, let those read it who could not.
        #[arg(long)]
        yes: bool,
    },
    /// Hand it to another group, unassigned.
    Forward {
        /// The conversation.
        id: ConversationId,
        /// The other group.
        #[arg(long)]
        group: String,
        /// Yes, let those read it who could not.
        #[arg(long)]
        yes: bool,
    },
    /// Be sent what is written in it.
    Follow {
        /// The conversation.
        id: ConversationId,
    },
    /// Be sent nothing more of it.
    Unfollow {
        /// The conversation.
        id: ConversationId,
    },
    /// Let somebody take part.
    Add {
        /// The conversation.
        id: ConversationId,
        /// Whom.
        #[command(flatten)]
        party: PartyArguments,
        /// Yes, let those read it who could not.
        #[arg(long)]
        yes: bool,
    },
    /// Let somebody take part no more.
    Remove {
        /// The conversation.
        id: ConversationId,
        /// Whom.
        #[command(flatten)]
        party: PartyArguments,
    },
    /// Link it to an item, with the item's followers.
    Link {
        /// The conversation.
        id: ConversationId,
        /// The item, as TK-102.
        item: ItemKey,
        /// Yes, let those read it who could not.
        #[arg(long)]
        yes: bool,
    },
    /// Undo the link.
    Unlink {
        /// The conversation.
        id: ConversationId,
    },
    /// Make an item from it and link it.
    CreateItem {
        /// The conversation.
        id: ConversationId,
        /// What to make.
        #[arg(value_parser = word(&[ItemKind::Ticket, ItemKind::Task, ItemKind::Article], ItemKind::word))]
        kind: ItemKind,
        /// What it is called [default: the subject of a public conversation].
        #[arg(long, value_name = "T", allow_hyphen_values = true)]
        title: Option<String>,
    },
    /// Make it private (owner and admins).
    Private {
        /// The conversation.
        id: ConversationId,
    },
    /// Make it public (owner and admins).
    Public {
        /// The conversation.
        id: ConversationId,
        /// Yes, let those read it who could not.
        #[arg(long)]
        yes: bool,
    },
    /// Mark it read.
    Read {
        /// The conversation.
        id: ConversationId,
    },
    /// Mark it unread.
    Unread {
        /// The conversation.
        id: ConversationId,
    },
    /// List the conversations that it looks like, as far as you may see them.
    Likenesses {
        /// The conversation.
        id: ConversationId,
    },
    /// Merge it into another conversation.
    Merge {
        /// The conversation.
        id: ConversationId,
        /// The other one, which is left.
        into: ConversationId,
        /// Yes, those who could read more afterwards may.
        #[arg(long)]
        yes: bool,
    },
    /// Write an attachment to standard output: … 4821 3 1 > invoice.pdf
    Attachment {
        /// The conversation.
        id: ConversationId,
        /// The message's number in it.
        #[arg(value_name = "SEQ", value_parser = entry)]
        entry: EntrySeq,
        /// Which of its attachments: 1, 2, 3 …
        #[arg(default_value_t = 1)]
        number: u16,
    },
    /// Undo its merging, while nothing was added since.
    Unmerge {
        /// The conversation.
        id: ConversationId,
    },
}

/// `conversation start`.
#[derive(Debug, Args)]
#[group(id = "with", required = true, multiple = true, args = ["with_customer", "with_agent", "on"])]
pub struct StartArguments {
    /// A customer to write to; the first is whom it is about. Repeat it for more.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "with_agent")]
    pub with_customer: Vec<String>,
    /// An agent to write to, directly. Repeat it for more.
    #[arg(long, value_name = "HANDLE")]
    pub with_agent: Vec<String>,
    /// The item it is on, as TK-102.
    #[arg(long, value_name = "ITEM")]
    pub on: Option<ItemKey>,
    /// With customers or internal [default: the setting's].
    #[arg(long, requires = "on", value_parser = word(Audience::ALL, Audience::word))]
    pub audience: Option<Audience>,
    /// The subject.
    #[arg(long, value_name = "S", allow_hyphen_values = true)]
    pub subject: Option<String>,
    /// The group whose queue it belongs to.
    #[arg(long, value_name = "G")]
    pub group: Option<String>,
    /// Yes, send it although it repeats what is for agents only.
    #[arg(long)]
    pub yes: bool,
    /// The first message.
    #[command(flatten)]
    pub text: TextArguments,
    /// What goes with it.
    #[command(flatten)]
    pub files: AttachArguments,
}

/// TEXT: `--body`, else `--file`, else standard input where that is no terminal.
#[derive(Debug, Args)]
pub struct TextArguments {
    /// The text.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true, conflicts_with = "file")]
    pub body: Option<String>,
    /// Take the text from a file; "-" is standard input, as when neither is given.
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,
}

/// `--attach FILE …`.
#[derive(Debug, Args)]
pub struct AttachArguments {
    /// Attach a file; repeat it for more, 20 files and 18 MiB at most. "-" is standard input, with --attach-name.
    #[arg(long, value_name = "FILE")]
    pub attach: Vec<PathBuf>,
    /// What the file from standard input is called.
    #[arg(long, value_name = "NAME", requires = "attach", allow_hyphen_values = true)]
    pub attach_name: Option<String>,
}

/// `offer …`.
#[derive(Debug, Subcommand)]
pub enum OfferCommand {
    /// List what is on offer to you, the longest waiting first.
    List,
    /// Take what is on offer; the first who accepts has it.
    Accept {
        /// The conversation.
        conversation: ConversationId,
    },
    /// Reject what is on offer, for yourself alone.
    Reject {
        /// The conversation.
        conversation: ConversationId,
    },
}
