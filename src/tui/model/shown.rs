//! What the model says about itself: what is listed, opened, meant and drafted.

use super::{Area, Model, RowKey};
use crate::{
    desk::page::{ConversationRow, Draft, DraftFile, DraftPlace, ItemRow, Listed, Mode, Opened, Thread},
    domain::{conversation::Audience, id::ConversationId, item::ItemKey, section::Section},
    tui::{composer::Composer, layout},
};

impl Model {
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

    /// The conversation that an action is about: the marked one while the list has the keys, else the one that is
    /// read where one is on the screen.
    pub fn target(&self) -> Option<ConversationId> {
        let shown = self.thread.as_ref().map(|view| view.conversation);
        let listed = matches!(self.area, Area::List | Area::Sidebar) || layout::areas(self).main.is_none();
        if listed { self.selected().or(shown) } else { shown.or_else(|| self.selected()) }
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
        self.composer.as_ref().is_some_and(Composer::on_item)
    }

    /// The kept draft of a place and mode, if any.
    pub fn draft(&self, place: &DraftPlace, mode: Mode) -> Option<&str> {
        let draft = self.kept_draft(place, mode)?;
        (!draft.text.is_empty()).then_some(draft.text.as_str())
    }

    /// What is to go with the kept draft of a place and mode.
    pub fn draft_files(&self, place: &DraftPlace, mode: Mode) -> &[DraftFile] {
        self.kept_draft(place, mode).map_or(&[], |draft| &draft.files)
    }

    fn kept_draft(&self, place: &DraftPlace, mode: Mode) -> Option<&Draft> {
        let same = |draft: &&Draft| draft.place == *place && draft.mode == mode;
        let of_thread = self.opened().into_iter().flat_map(|thread| thread.drafts.iter());
        let of_page = of_thread.chain(self.page.draft.iter());
        self.kept.iter().find(same).or_else(|| of_page.into_iter().find(same))
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
}
