//! What the screen asks to be done outside of it, and what it is told.

use super::keymap::KeyPress;
use crate::{
    desk::page::{Denied, Done, DraftFile, DraftPlace, Invite, Mode, Moment, Page},
    domain::{
        command::{Command, EntryOf, Start},
        id::{ConversationId, EntrySeq, MailId},
        item::{ItemKey, ItemKind, ItemStatus},
        people::{AgentChange, Party, Role, Routing},
        setting::SettingKey,
    },
};

/// What reaches the screen.
#[derive(Debug, Clone)]
pub enum Msg {
    /// A key.
    Press(KeyPress),
    /// A block of text put in at once; it never sends.
    Paste(String),
    /// The mouse, while it is on: a press at a column and row.
    Click(u16, u16),
    /// The mouse wheel at a column and row; negative is up.
    Wheel(u16, u16, i16),
    /// What the desk shows this viewer now.
    Page(Box<Page>),
    /// The desk's answer to what was asked.
    Answered(Box<Ask>, Result<Answer, Denied>),
    /// The text that came back from the editor program; `None` where it failed or nothing was saved.
    Edited(Option<String>),
    /// What time it is; comes before everything else that arrives at that time.
    Tick(Moment),
    /// The terminal's size in columns and rows.
    Resize(u16, u16),
    /// Whether the terminal has the focus.
    Focus(bool),
    /// The session ends; what was typed is kept.
    Leave,
    /// Something failed, in a sentence; what is shown stays.
    Trouble(String),
    /// The viewer may see nothing any more, and why.
    Shut(String),
}

/// What the screen wants to happen outside of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Something of the desk; answered with [`Msg::Answered`].
    Ask(Ask),
    /// Text for the terminal's clipboard.
    Copy(String),
    /// Ring the terminal's bell.
    Bell,
    /// Open the text in the editor program; answered with [`Msg::Edited`].
    OpenEditor(String),
    /// Switch the mouse on or off.
    Mouse(bool),
    /// Draw everything anew.
    Repaint,
    /// Stop the program until it is resumed (Ctrl-Z).
    Suspend,
    /// End.
    Quit,
}

/// What is asked of the desk, in the viewer's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// An act in one conversation.
    Run {
        /// Where.
        conversation: ConversationId,
        /// What.
        command: Command,
    },
    /// Start a conversation.
    Start(Start),
    /// Keep a draft; an empty text removes it.
    SaveDraft {
        /// Where it belongs.
        place: DraftPlace,
        /// Reply and note are kept apart.
        mode: Mode,
        /// The text.
        text: String,
        /// What is to go with it.
        files: Vec<DraftFile>,
    },
    /// Look for a file, by a path as it was typed, that is to go with what is being written.
    Attach(String),
    /// Complete the path of a file as far as it is clear.
    CompletePath(String),
    /// Save what is attached to a message into the viewer's own folder for such.
    SaveAttached {
        /// Where.
        conversation: ConversationId,
        /// Which entry.
        seq: EntrySeq,
        /// Which of its attachments, 1, 2, 3 …, and the name.
        files: Vec<(usize, String)>,
    },
    /// Open a direct conversation of others deliberately (R6.11).
    OpenDirect(ConversationId),
    /// Take what is on offer (R8.1).
    AcceptOffer {
        /// Which.
        conversation: ConversationId,
        /// Whether it is opened then.
        open: bool,
    },
    /// Reject what is on offer, for oneself.
    RejectOffer(ConversationId),
    /// Take a reply back before its mail has left.
    TakeBack {
        /// Where.
        conversation: ConversationId,
        /// Which entry, as it is shown.
        entry: EntryOf,
    },
    /// Send a reply again to those it did not reach by mail.
    SendAgain {
        /// Where.
        conversation: ConversationId,
        /// Which entry, as it is shown.
        entry: EntryOf,
    },
    /// Merge a conversation into another one.
    Merge {
        /// Which.
        from: ConversationId,
        /// Into which.
        into: ConversationId,
        /// Who could read more was shown and agreed to.
        confirmed: bool,
    },
    /// Undo the merging of a conversation into another one.
    UndoMerge(ConversationId),
    /// Let a held mail go its way.
    ReleaseMail {
        /// Which.
        mail: MailId,
        /// Who could read more was shown and agreed to.
        confirmed: bool,
    },
    /// Throw a held mail away.
    DiscardMail(MailId),
    /// Let a held reply leave.
    ReleaseReply(ConversationId, EntryOf),
    /// Let a held reply never leave.
    DiscardReply(ConversationId, EntryOf),
    /// Empty the bell.
    ClearNotices,
    /// Stop the bell for what is held: it is looked at.
    SeeHeld,
    /// Suggest no more to add somebody whom mails name: where, and the address.
    Dismiss(ConversationId, String),
    /// Make an item.
    AddItem {
        /// What.
        kind: ItemKind,
        /// Never empty.
        title: String,
        /// The customer's address.
        requester: Option<String>,
        /// The project it belongs to.
        project: Option<ItemKey>,
        /// May be empty.
        description: String,
    },
    /// Change an item.
    SetItem {
        /// Which.
        item: ItemKey,
        /// A new title.
        title: Option<String>,
        /// Open or done.
        status: Option<ItemStatus>,
        /// The handle of who works on it.
        assignee: Option<String>,
    },
    /// Follow an item or stop.
    FollowItem(ItemKey, bool),
    /// Let somebody follow an item.
    AddItemFollower(ItemKey, Party),
    /// Add an agent.
    AddAgent {
        /// Short unique name.
        handle: String,
        /// Full name.
        name: String,
        /// What the agent may administer.
        role: Role,
        /// Names of groups.
        groups: Vec<String>,
    },
    /// Change an agent, by handle.
    SetAgent(String, AgentChange),
    /// Let a key in no more, by its fingerprint.
    RevokeKey(String),
    /// Invite an agent, by handle, to bring a key.
    Invite(String),
    /// Add a group.
    AddGroup(String, Routing),
    /// Change how a group's conversations find an agent.
    SetGroup(String, Routing),
    /// A group, and the handle of who joins it.
    JoinGroup(String, String),
    /// A group, and the handle of who leaves it.
    LeaveGroup(String, String),
    /// Add a customer by hand.
    AddCustomer {
        /// Mail address.
        address: String,
        /// Display name.
        name: Option<String>,
        /// Organization.
        organization: Option<String>,
    },
    /// Change a customer, by address.
    SetCustomer {
        /// Mail address.
        address: String,
        /// Display name.
        name: Option<String>,
        /// Organization.
        organization: Option<String>,
        /// Whether messages from the address are refused.
        blocked: Option<bool>,
    },
    /// Save settings, all or none.
    SaveSettings(Vec<(SettingKey, String)>),
}

/// What the desk answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// An act in a conversation was done.
    Done(Box<Done>),
    /// An item was made or changed.
    Item(ItemKey),
    /// An agent was invited; the code is told here and nowhere else.
    Invited(Invite),
    /// The file that a path means.
    File(DraftFile),
    /// A path, completed as far as it is clear, and what it could go on with.
    Completed(String, Vec<String>),
    /// Where files were saved.
    Saved(Vec<String>),
    /// It is done, and there is nothing more to tell.
    Kept,
}
