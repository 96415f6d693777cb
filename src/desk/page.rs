//! All that one viewer's screen shows, as plain data, already through access.
//!
//! Doors build `Wants` and get a `Page`; nothing in a page may be kept back from its viewer by the door.

mod directory;
mod draft;
mod key;
mod row;
mod thread;
mod wants;

pub use directory::{AgentRow, AuditRow, CustomerRow, GroupRow, ItemPage, ItemRow, NoticeKind, NoticeRow, SectionRow};
pub use draft::{Draft, DraftFile, DraftPlace, FileFrom};
pub use key::{Invite, KeyRow};
pub use row::{ConversationRow, Cursor, ItemRef, Last, ListPage, Listed, LockedBy, OfferRow, Person};
pub use thread::{
    Attachment, Doing, Entry, Follower, FollowerKind, From, HeldReply, May, Mode, Opened, Original, Present, Readers,
    Thread, Verdict,
};
pub use wants::{ListStart, ListWants, MailWants, SearchWants, ThreadStart, ThreadWants, Wants};

use crate::domain::{
    id::{AgentId, ConversationId, EntrySeq, KeyId},
    mail::{HeldMail, Likeness, MailboxHealth},
    people::{Agent, Party},
    setting::Settings,
};
use chrono::{DateTime, Utc};

/// The largest number that is counted exactly; one more is shown as "999+" (R3.6).
pub const EXACT: u32 = 999;

/// The agent who looks, as admitted to the desk; identity only, rights are read afresh at every call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Identity.
    pub id: AgentId,
    /// Short unique name.
    pub handle: String,
    /// The key that let them in: once it is revoked, everything is refused. `None` where no key was asked for.
    pub key: Option<KeyId>,
}

impl Viewer {
    /// Somebody who came in without a key, as at the desk file's own machine.
    pub const fn new(id: AgentId, handle: String) -> Self {
        Self { id, handle, key: None }
    }
}

/// What a viewer's screen shows.
#[derive(Debug, Clone)]
pub struct Page {
    /// The viewer's own record and settings.
    pub me: Agent,
    /// The names of the viewer's own groups.
    pub my_groups: Vec<String>,
    /// The team's name.
    pub team: String,
    /// Unread conversations over all sections, each once (R3.6); 1000 means more than 999.
    pub badge: u32,
    /// Notices that were not cleared and whose conversation the viewer may access; 1000 means more.
    pub bell: u32,
    /// The sidebar, in order, without what this viewer has not.
    pub sections: Vec<SectionRow>,
    /// What is on offer to the viewer (R8.1), the longest waiting first; the first few.
    pub offers: Vec<OfferRow>,
    /// How many there are of those; 1000 means more than 999.
    pub offered: u32,
    /// How many mails and replies wait for an administrator; 0 for everybody else. 1000 means more than 999.
    pub held: u32,
    /// How the mailboxes do, for owner and admins.
    pub mailboxes: Vec<MailboxHealth>,
    /// Whether mail leaves this desk: a mailbox for sending is connected, and somebody sends by it.
    pub mail_leaves: bool,
    /// The list, where one was asked for.
    pub list: Option<ListPage>,
    /// The open conversation, where one was asked for.
    pub opened: Option<Opened>,
    /// The item panel, where one was asked for; `None` too where there is no such item.
    pub item: Option<ItemPage>,
    /// What was found.
    pub search: Option<SearchPage>,
    /// The bell's notices, newest first.
    pub notices: Option<Vec<NoticeRow>>,
    /// The keys that let agents in, and those that were revoked: to owner and admins all, to an agent its own (R5.6).
    pub keys: Option<Vec<KeyRow>>,
    /// Everybody on the team, for pickers and administration.
    pub agents: Option<Vec<AgentRow>>,
    /// The groups.
    pub groups: Option<Vec<GroupRow>>,
    /// Customers whose name or address holds what was typed; records this viewer may see (R4.8).
    pub customers: Option<Vec<CustomerRow>>,
    /// Items whose number or title holds what was typed.
    pub items: Option<Vec<ItemRow>>,
    /// The settings, for owner and admins.
    pub settings: Option<Settings>,
    /// The audit log, newest first, for owner and admins.
    pub audit: Option<Vec<AuditRow>>,
    /// The mails that wait for an administrator, newest first, for owner and admins.
    pub held_mails: Option<Vec<HeldMail>>,
    /// The replies that wait for an administrator, the longest waiting first, for owner and admins.
    pub held_replies: Option<Vec<HeldReply>>,
    /// The mail that was asked for, as it came; `None` too where there is none for this viewer.
    pub original: Option<Original>,
    /// What else the conversation may be merged into that was asked about, as far as the viewer may see it, newest first.
    pub mergeable: Option<Vec<Likeness>>,
    /// A draft of a conversation that is not started yet.
    pub draft: Option<Draft>,
    /// Those of the conversations asked about that the viewer cannot read (any more).
    pub lost: Vec<ConversationId>,
}

impl Page {
    /// A page that shows nothing but who looks.
    pub const fn bare(me: Agent) -> Self {
        Self {
            me,
            my_groups: Vec::new(),
            team: String::new(),
            badge: 0,
            bell: 0,
            sections: Vec::new(),
            offers: Vec::new(),
            offered: 0,
            held: 0,
            mailboxes: Vec::new(),
            mail_leaves: true,
            list: None,
            opened: None,
            item: None,
            search: None,
            notices: None,
            keys: None,
            agents: None,
            groups: None,
            customers: None,
            items: None,
            settings: None,
            audit: None,
            held_mails: None,
            held_replies: None,
            original: None,
            mergeable: None,
            draft: None,
            lost: Vec::new(),
        }
    }
}

/// Found messages, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchPage {
    /// The hits.
    pub hits: Vec<Hit>,
    /// Where to go on; `None` when everything was looked at.
    pub older: Option<Cursor>,
    /// What is wrong with the query, if anything; there are no hits then.
    pub problem: Option<String>,
}

/// One found message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Its conversation, as a list row shows it.
    pub conversation: ConversationRow,
    /// The entry.
    pub entry: Entry,
    /// Goes on after this hit.
    pub cursor: Cursor,
}

/// What an act of an agent did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The conversation.
    pub conversation: ConversationId,
    /// The message that was written, if any.
    pub message: Option<EntrySeq>,
    /// The conversation as it stands now; `None` where the act took the viewer's own access away.
    pub row: Option<ConversationRow>,
    /// Mentioned agents who cannot see the conversation, by handle: not notified (R7.3).
    pub not_notified: Vec<String>,
    /// Whether anything was written at all (R2.5).
    pub changed: bool,
    /// What was made, if anything.
    pub item: Option<ItemRef>,
}

/// Why an act was not done, for the person who asked (R5.5).
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Denied {
    /// No such thing, as far as this viewer may know.
    #[error("{0}")]
    NotFound(String),
    /// Refused: locked, not allowed, restricted or to be confirmed.
    #[error(transparent)]
    Refused(#[from] crate::domain::refusal::Refusal),
    /// Something was added that the sender has not seen (R7.6); in order, oldest first.
    #[error("{} you have not seen. Read what is new, then send again.", added(unseen.len()))]
    Stale {
        /// What was added.
        unseen: Vec<Entry>,
    },
    /// What was given cannot be used: empty text, an unknown handle, a bad address.
    #[error("{0}")]
    Invalid(String),
    /// Disk, file or a bug.
    #[error("{0}")]
    Failed(String),
}

fn added(count: usize) -> String {
    match count {
        1 => "1 entry was added that".to_owned(),
        _ => format!("{count} entries were added that"),
    }
}

/// Everything about who joins or reads, shown before something is confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Widening {
    /// Handles of agents who could read it afterwards.
    pub readers: Vec<String>,
    /// Who would be added.
    pub adds: Vec<Party>,
}

/// A moment, in UTC.
pub type Moment = DateTime<Utc>;
