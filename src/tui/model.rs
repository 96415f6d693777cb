//! What the screen remembers.

use super::{
    ask::{Ask, Effect},
    composer::Composer,
    dialog::Layer,
    flow::Flow,
    keymap::{KeyPress, Keymap},
    layout,
    theme::Theme,
};
use crate::{
    desk::page::{ConversationRow, Draft, DraftPlace, ItemRow, ListStart, Listed, Mode, Moment, Opened, Page, Thread, ThreadStart},
    domain::{
        conversation::Audience,
        id::{ConversationId, EntrySeq},
        item::ItemKey,
        section::Section,
    },
};
use chrono::FixedOffset;
use std::{collections::BTreeSet, sync::Arc};

/// Everything the screen shows or will act on. Nothing outside of `update` changes it.
#[derive(Debug)]
pub struct Model {
    /// What the desk shows the viewer, as last read.
    pub page: Page,
    /// How often it was read.
    pub reads: u64,
    /// The keys.
    pub keymap: Arc<Keymap>,
    /// The time of the last thing that arrived.
    pub now: Moment,
    /// The viewer's distance from UTC.
    pub zone: FixedOffset,
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
    /// Up to where it was marked as read from here.
    pub marked: EntrySeq,
    /// It was marked unread by hand: not marked read again while it stays open.
    pub left_unread: bool,
    /// Whether the text is shown exactly as it was written.
    pub raw: bool,
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
    /// Why others were not.
    pub refused: Vec<String>,
    /// What takes it back.
    pub undo: Vec<Ask>,
}

impl Message {
    /// Something to know.
    pub fn said(text: impl Into<String>) -> Self {
        Self { text: text.into(), trouble: false, undo: false }
    }

    /// Something that went wrong, with what would help.
    pub fn trouble(text: impl Into<String>) -> Self {
        Self { text: text.into(), trouble: true, undo: false }
    }

    /// Something that was done and can be taken back.
    pub fn undoable(text: impl Into<String>) -> Self {
        Self { text: text.into(), trouble: false, undo: true }
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
            marked: EntrySeq(0),
            left_unread: false,
            raw: false,
            sought: None,
            flow: Flow::default(),
        }
    }
}

impl Model {
    /// A screen that shows a section's list. `tag` makes this session's message ids its own (R1.8).
    pub fn new(page: Page, keymap: Arc<Keymap>, now: Moment, size: (u16, u16), theme: Theme, tag: impl Into<String>) -> Self {
        let listed = |section: &Section| page.sections.iter().any(|row| row.section == *section);
        let section = Some(Section::Open)
            .filter(listed)
            .or_else(|| page.sections.first().map(|row| row.section))
            .unwrap_or(Section::Live);
        Self {
            page,
            keymap,
            now,
            zone: chrono::Offset::fix(&chrono::Utc),
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
            batch: None,
            pending: Vec::new(),
            mouse: false,
            local: true,
            acted: false,
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

    /// The opened conversation, where the page holds the one that the screen shows.
    pub fn opened(&self) -> Option<&Thread> {
        let view = self.thread.as_ref()?;
        match self.page.opened.as_ref()? {
            Opened::Thread(thread) if thread.row.id == view.conversation => Some(thread),
            Opened::Thread(_) | Opened::Restricted(_) | Opened::NotFound(_) => None,
        }
    }

    /// The conversations of the list's window; empty where it lists items.
    pub fn rows(&self) -> &[ConversationRow] {
        match self.listed() {
            Some(Listed::Conversations(rows)) => rows,
            Some(Listed::Items(_)) | None => &[],
        }
    }

    /// The items of the list's window; empty where it lists conversations.
    pub fn item_rows(&self) -> &[ItemRow] {
        match self.listed() {
            Some(Listed::Items(rows)) => rows,
            Some(Listed::Conversations(_)) | None => &[],
        }
    }

    /// The list's window, where the page holds that of the section shown.
    pub fn listed(&self) -> Option<&Listed> {
        self.page.list.as_ref().filter(|list| list.section == self.section).map(|list| &list.rows)
    }

    /// How many rows the list's window has.
    pub fn row_count(&self) -> usize {
        self.rows().len() + self.item_rows().len()
    }

    /// What the row at a place of the list's window stands for.
    pub fn row_key(&self, index: usize) -> Option<RowKey> {
        let conversation = self.rows().get(index).map(|row| RowKey::Conversation(row.id));
        conversation.or_else(|| self.item_rows().get(index).map(|row| RowKey::Item(row.item.key)))
    }

    /// The selected conversation of the list.
    pub fn selected(&self) -> Option<ConversationId> {
        match self.list.selected {
            Some(RowKey::Conversation(id)) => Some(id),
            Some(RowKey::Item(_)) | None => None,
        }
    }

    /// The conversation that an action is about: the one that is read where one is on the screen, else the selected one.
    pub fn target(&self) -> Option<ConversationId> {
        let shown = self.thread.as_ref().map(|view| view.conversation);
        if layout::areas(self).main.is_some() { shown.or_else(|| self.selected()) } else { self.selected().or(shown) }
    }

    /// Its row, as the page holds it: opened, in the list or in the item's tab.
    pub fn row_of(&self, id: ConversationId) -> Option<&ConversationRow> {
        let opened = match self.page.opened.as_ref() {
            Some(Opened::Thread(thread)) => Some(&thread.row),
            Some(Opened::Restricted(_) | Opened::NotFound(_)) | None => None,
        };
        let tab = self.page.item.iter().flat_map(|item| item.conversations.iter());
        opened.into_iter().chain(self.rows()).chain(tab).find(|row| row.id == id)
    }

    /// The row of [`Model::target`].
    pub fn target_row(&self) -> Option<&ConversationRow> {
        self.row_of(self.target()?)
    }

    /// The item that the panel, or the main area, is about.
    pub fn shown_item(&self) -> Option<ItemKey> {
        if self.item_is_main() {
            return match self.list.selected {
                Some(RowKey::Item(key)) => Some(key),
                Some(RowKey::Conversation(_)) | None => None,
            };
        }
        self.panel.pinned.or_else(|| {
            let view = self.thread.as_ref()?;
            self.row_of(view.conversation)?.item.as_ref().map(|item| item.key)
        })
    }

    /// Whether the main area shows an item: in Unanswered items, until one of its conversations is opened.
    pub fn item_is_main(&self) -> bool {
        self.section == Section::Unanswered && self.thread.is_none() && self.panel.pinned.is_none()
    }

    /// Whether the item panel is shown beside the conversation.
    pub fn panel_beside(&self) -> bool {
        !self.item_is_main() && self.panel.shown.unwrap_or(self.size.0 >= layout::FOUR)
    }

    /// Whether the open composer starts a conversation on an item.
    pub fn writes_on_item(&self) -> bool {
        self.composer.as_ref().is_some_and(|composer| composer.on_item())
    }

    /// The kept draft of a place and mode, if any.
    pub fn draft(&self, place: &DraftPlace, mode: Mode) -> Option<&str> {
        let same = |draft: &&Draft| draft.place == *place && draft.mode == mode;
        let of_thread = self.opened().into_iter().flat_map(|thread| thread.drafts.iter());
        let of_page = of_thread.chain(self.page.draft.iter());
        let draft = self.kept.iter().find(same).or_else(|| of_page.into_iter().find(same))?;
        (!draft.text.is_empty()).then_some(draft.text.as_str())
    }

    /// What writing to everybody in a conversation is called (R1.5).
    pub fn reply_mode(&self, conversation: ConversationId) -> Mode {
        match self.row_of(conversation).map(|row| row.audience) {
            Some(Audience::Internal) => Mode::Internal,
            Some(Audience::Customer) | None => Mode::Reply,
        }
    }

    /// The mode of a conversation that would be started on the item shown (R4.7).
    pub fn item_mode(&self) -> Mode {
        match self.page.item.as_ref().map(|item| item.default_audience) {
            Some(Audience::Customer) => Mode::Reply,
            Some(Audience::Internal) | None => Mode::Internal,
        }
    }

    /// Says something on the message line.
    pub fn say(&mut self, message: Message) -> Vec<Effect> {
        self.message = Some(message);
        Vec::new()
    }
}
