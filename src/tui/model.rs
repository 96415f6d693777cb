//! What the screen remembers.

mod shown;

use super::{
    ask::{Ask, Effect},
    composer::Composer,
    dialog::Layer,
    flow::Flow,
    keymap::{KeyPress, Keymap},
    sent::SentFiles,
    theme::Theme,
    time::Zone,
};
use crate::{
    desk::page::{Draft, ListStart, Moment, Page, ThreadStart},
    domain::{
        id::{ConversationId, EntrySeq},
        item::ItemKey,
        section::Section,
    },
};
use std::{collections::BTreeSet, sync::Arc};

/// Everything the screen shows or will act on. Nothing outside of `update` changes it.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "switches that have nothing to do with each other")]
pub struct Model {
    /// What the desk shows the viewer, as last read.
    pub page: Page,
    /// How often it was read.
    pub reads: u64,
    /// Why the viewer sees nothing any more, if so: switched off, or the desk cannot be read.
    pub shut: Option<String>,
    /// The keys.
    pub keymap: Arc<Keymap>,
    /// The time of the last thing that arrived.
    pub now: Moment,
    /// In which zone moments are told.
    pub zone: Zone,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Whether the terminal has the focus; without it nothing is marked as read.
    pub focused: bool,
    /// Colours.
    pub theme: Theme,
    /// The area that has the keys while no layer is open.
    pub area: Area,
    /// The section whose list is shown.
    pub section: Section,
    /// The list.
    pub list: List,
    /// The conversation that is shown.
    pub thread: Option<ThreadView>,
    /// The open composer: of the thread, or of the item panel.
    pub composer: Option<Composer>,
    /// Drafts as this screen last kept them, until a page says the same.
    pub kept: Vec<Draft>,
    /// The item panel.
    pub panel: Panel,
    /// What lies over the screen; the last takes the keys.
    pub layers: Vec<Layer>,
    /// What the message line says.
    pub message: Option<Message>,
    /// What `z` takes back.
    pub undo: Vec<Ask>,
    /// The files of what was sent from here.
    pub sent: Vec<SentFiles>,
    /// What is being taken from a list: it is opened once it is the viewer's, since taking it may move it out of that list and
    /// the next key is meant for it.
    pub taking: Option<ConversationId>,
    /// What is under way for several conversations at once.
    pub batch: Option<Batch>,
    /// Keys of a sequence that is not complete: `g`.
    pub pending: Vec<KeyPress>,
    /// Whether the mouse is on.
    pub mouse: bool,
    /// Whether the text can be opened in the editor program: not over a network.
    pub local: bool,
    /// Whether the viewer has pressed a key; before that nothing is marked as read (R3.7).
    pub acted: bool,
    /// When the viewer last typed or pointed.
    pub typed: Option<Moment>,
    /// Whose number was just copied: the second time its title comes along.
    pub copied: Option<ConversationId>,
    /// What makes this session's message ids its own (R1.8).
    pub tag: String,
    /// How many message ids were given out.
    pub ids: u64,
}

/// An area of the screen that can have the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// The sections.
    Sidebar,
    /// The list of the section.
    List,
    /// The conversation.
    Thread,
    /// The composer under it, or under the item.
    Composer,
    /// The item: its panel, or the main area in Unanswered items.
    Item,
}

/// What a row of a list stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowKey {
    /// A conversation.
    Conversation(ConversationId),
    /// An item, in Unanswered items.
    Item(ItemKey),
}

/// Where the viewer is in a list. What is selected is kept by identity, never by place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct List {
    /// The selected row.
    pub selected: Option<RowKey>,
    /// The place of the selected row in the window that was read.
    pub index: usize,
    /// The first row on the screen, counted in the window that was read.
    pub top: usize,
    /// The window that is read.
    pub start: ListStart,
    /// The end to go to once its window was read: `G` and `g g`, where it was not read before.
    pub jump: Option<Jump>,
    /// Whether the selected row was pushed out of the window, and is awaited in the one that is read now.
    pub pushed: bool,
    /// The window to come back to, and the row to select there, where what is awaited turns out to be listed no more.
    pub gone_from: Option<(ListStart, RowKey)>,
    /// The window to come back to where no unread row is found.
    pub left_from: Option<ListStart>,
    /// Rows chosen with `x`.
    pub chosen: BTreeSet<ConversationId>,
    /// When the selection was last moved by a key.
    pub moved: Option<Moment>,
    /// When the selected conversation is to be shown, while the selection moves fast.
    pub show_at: Option<Moment>,
}

/// Where to go in a list that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jump {
    /// To the newest row.
    First,
    /// To the oldest row.
    Last,
    /// To the next unread row of the window, or of those after it.
    Unread,
    /// As before, on the way from the top again.
    UnreadFromTop,
}

/// Where the viewer is in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadView {
    /// Which conversation.
    pub conversation: ConversationId,
    /// The window that is read.
    pub start: ThreadStart,
    /// The window that the page holds; another one is on its way while they differ.
    pub window: Option<ThreadStart>,
    /// What stands at the top of the screen, as an entry and a line of it; `None` shows the end.
    pub top: Option<(EntrySeq, usize)>,
    /// The entry under the message cursor.
    pub cursor: Option<EntrySeq>,
    /// Up to where it was read when it was opened: there stands "n new".
    pub new_after: Option<EntrySeq>,
    /// Whether the first page of it has come.
    pub arrived: bool,
    /// The newest entry that was on the screen (R7.6).
    pub shown: EntrySeq,
    /// Since when what is on the screen is on the screen.
    pub shown_since: Moment,
    /// The newest entry that did not come by itself while it was open, or that somebody had time to read: what came after it
    /// counts as shown only once it stood there (R7.6).
    pub settled: EntrySeq,
    /// Up to where it was marked as read from here.
    pub marked: EntrySeq,
    /// It was marked unread by hand: not marked read again while it stays open.
    pub left_unread: bool,
    /// Whether the text is shown exactly as it was written.
    pub raw: bool,
    /// The entries of which quoted lines and signatures are shown.
    pub unfolded: BTreeSet<EntrySeq>,
    /// The messages that were selected, to be forwarded by mail.
    pub chosen: BTreeSet<EntrySeq>,
    /// An entry to go to once it was read: a search hit.
    pub sought: Option<EntrySeq>,
    /// Its entries as lines, for the width they were made for.
    pub flow: Flow,
}

/// The item panel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Panel {
    /// Whether it is shown; `None` as the screen's width says.
    pub shown: Option<bool>,
    /// The item that was opened by itself; `None` follows the conversation.
    pub pinned: Option<ItemKey>,
    /// The picked row of its Conversations tab.
    pub picked: Option<ConversationId>,
}

/// What the message line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// A sentence; may hold foreign text.
    pub text: String,
    /// Whether something went wrong.
    pub trouble: bool,
    /// Whether `z` takes it back.
    pub undo: bool,
    /// The conversation that it says something of, if any.
    pub about: Option<ConversationId>,
}

/// An act on several conversations at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// What was done, in the past tense: "Closed".
    pub verb: &'static str,
    /// Answers to come.
    pub left: usize,
    /// How many were done.
    pub done: usize,
    /// Which others were not, and why.
    pub refused: Vec<(ConversationId, String)>,
    /// What takes it back.
    pub undo: Vec<Ask>,
}

impl Message {
    /// Something to know.
    pub fn said(text: impl Into<String>) -> Self {
        Self { text: text.into(), trouble: false, undo: false, about: None }
    }

    /// Something that went wrong, with what would help.
    pub fn trouble(text: impl Into<String>) -> Self {
        Self { text: text.into(), trouble: true, undo: false, about: None }
    }

    /// Something that was done and can be taken back.
    pub fn undoable(text: impl Into<String>) -> Self {
        Self { text: text.into(), trouble: false, undo: true, about: None }
    }

    /// The same, which says something of a conversation.
    #[must_use]
    pub fn about(self, conversation: ConversationId) -> Self {
        Self { about: Some(conversation), ..self }
    }
}

impl ThreadView {
    /// A conversation about to be read.
    pub fn new(conversation: ConversationId, now: Moment) -> Self {
        Self {
            conversation,
            start: ThreadStart::End,
            window: None,
            top: None,
            cursor: None,
            new_after: None,
            arrived: false,
            shown: EntrySeq(0),
            shown_since: now,
            settled: EntrySeq(0),
            marked: EntrySeq(0),
            left_unread: false,
            raw: false,
            unfolded: BTreeSet::new(),
            chosen: BTreeSet::new(),
            sought: None,
            flow: Flow::default(),
        }
    }
}

impl Model {
    /// A screen that shows a section's list. `tag` makes this session's message ids its own (R1.8).
    pub fn new(
        page: Page,
        keymap: Arc<Keymap>,
        now: Moment,
        size: (u16, u16),
        theme: Theme,
        tag: impl Into<String>,
    ) -> Self {
        let listed = |section: &Section| page.sections.iter().any(|row| row.section == *section);
        let section = Some(Section::Open)
            .filter(listed)
            .or_else(|| page.sections.first().map(|row| row.section))
            .unwrap_or(Section::Live);
        Self {
            page,
            shut: None,
            keymap,
            now,
            zone: Zone::Own(chrono::Offset::fix(&chrono::Utc)),
            size,
            focused: true,
            theme,
            area: Area::List,
            section,
            list: List::default(),
            thread: None,
            composer: None,
            kept: Vec::new(),
            panel: Panel::default(),
            layers: Vec::new(),
            message: None,
            undo: Vec::new(),
            sent: Vec::new(),
            taking: None,
            batch: None,
            pending: Vec::new(),
            mouse: false,
            local: true,
            acted: false,
            typed: None,
            reads: 0,
            copied: None,
            tag: tag.into(),
            ids: 0,
        }
    }

    /// An id for a message that is being sent (R1.8).
    pub fn new_client_id(&mut self) -> String {
        self.ids += 1;
        format!("{}-{}", self.tag, self.ids)
    }

    /// Says something on the message line.
    pub fn say(&mut self, message: Message) -> Vec<Effect> {
        self.message = Some(message);
        Vec::new()
    }
}
