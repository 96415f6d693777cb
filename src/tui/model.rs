//! What the screen remembers.

use super::{ask::Effect, composer::Composer, dialog::Layer, keymap::KeyPress, theme::Theme};
use crate::{
    desk::page::{ListStart, Moment, Page, ThreadStart},
    domain::{
        id::{ConversationId, EntrySeq},
        item::ItemKey,
        section::Section,
    },
};
use std::collections::BTreeSet;

/// Everything the screen shows or will act on. Nothing outside of `update` changes it.
#[derive(Debug)]
pub struct Model {
    /// What the desk shows the viewer, as last read.
    pub page: Page,
    /// The time of the last thing that arrived.
    pub now: Moment,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
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
    /// The item panel, while it is shown.
    pub item: Option<ItemPanel>,
    /// What lies over the screen; the last takes the keys.
    pub layers: Vec<Layer>,
    /// What the message line says.
    pub message: Option<Message>,
    /// Keys of a sequence that is not complete: `g`.
    pub pending: Vec<KeyPress>,
    /// Whether the mouse is on.
    pub mouse: bool,
    /// What makes this session's message ids its own (R1.8).
    pub tag: String,
    /// How many message ids were given out.
    pub ids: u64,
}

impl Model {
    /// A screen that shows a section's list. `tag` makes this session's message ids its own (R1.8).
    pub fn new(page: Page, now: Moment, size: (u16, u16), theme: Theme, tag: impl Into<String>) -> Self {
        let section = page
            .sections
            .iter()
            .map(|row| row.section)
            .find(|section| *section == Section::Open)
            .or_else(|| page.sections.first().map(|row| row.section))
            .unwrap_or(Section::Live);
        Self {
            page,
            now,
            size,
            theme,
            area: Area::List,
            section,
            list: List::default(),
            thread: None,
            composer: None,
            item: None,
            layers: Vec::new(),
            message: None,
            pending: Vec::new(),
            mouse: false,
            tag: tag.into(),
            ids: 0,
        }
    }

    /// An id for a message that is being sent (R1.8).
    pub fn new_client_id(&mut self) -> String {
        self.ids += 1;
        format!("{}-{}", self.tag, self.ids)
    }
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
    /// The composer under it, or under the item panel.
    Composer,
    /// The item panel.
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
    /// How far from the top of the window the selected row was, for when it goes.
    pub index: usize,
    /// The first row on the screen, counted in the window that was read.
    pub top: usize,
    /// The window that is read.
    pub start: ListStart,
    /// Rows chosen with `x`.
    pub chosen: BTreeSet<ConversationId>,
}

/// Where the viewer is in a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadView {
    /// Which conversation.
    pub conversation: ConversationId,
    /// The window that is read.
    pub start: ThreadStart,
    /// What stands at the top of the screen; `None` shows the end.
    pub top: Option<(EntrySeq, usize)>,
    /// The entry under the message cursor.
    pub cursor: Option<EntrySeq>,
    /// Up to where it was read when it was opened: there stands "n new".
    pub new_after: Option<EntrySeq>,
    /// Since when it is on the screen.
    pub shown_since: Moment,
    /// Up to where it was marked as read.
    pub marked: Option<EntrySeq>,
    /// Whether the text is shown exactly as it was written.
    pub raw: bool,
}

/// The item panel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemPanel {
    /// Which item.
    pub item: ItemKey,
    /// The picked row of its Conversations tab.
    pub picked: usize,
}

/// What the message line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// A sentence; may hold foreign text.
    pub text: String,
    /// Whether something went wrong.
    pub trouble: bool,
    /// What `z` does about it.
    pub undo: Vec<Effect>,
}

impl Message {
    /// Something to know.
    pub fn said(text: impl Into<String>) -> Self {
        Self { text: text.into(), trouble: false, undo: Vec::new() }
    }

    /// Something that went wrong, with what would help.
    pub fn trouble(text: impl Into<String>) -> Self {
        Self { text: text.into(), trouble: true, undo: Vec::new() }
    }
}
