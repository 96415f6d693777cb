//! The selected row when it leaves the window that was read: pushed out by others, it stays selected and is looked for.

use crate::{
    desk::page::{Cursor, ListPage, ListStart, Listed, Moment, Opened},
    tui::{
        layout,
        model::{Model, RowKey},
    },
};

/// Where the selected row stood before a page came.
pub struct Stood {
    key: RowKey,
    /// The row below it.
    below: Option<RowKey>,
    /// The place of a row so far below that it can stand where it stood on the screen; of the lowest that was read, where
    /// the list goes on behind that.
    far_below: Option<Cursor>,
    /// The last activity of its conversation.
    at: Option<Moment>,
}

/// Where the selected row stands in the window that was read; `None` where it is not in it.
pub fn stood(model: &Model) -> Option<Stood> {
    let list = model.page.list.as_ref().filter(|list| list.section == model.section)?;
    let key = model.list.selected?;
    let index = (0..model.row_count()).find(|index| model.row_key(*index) == Some(key))?;
    let (far, lowest) = (index + layout::list_rows(model), model.row_count() - 1);
    Some(Stood {
        key,
        below: model.row_key(index + 1),
        far_below: cursor(list, if list.older { far.min(lowest) } else { far }),
        at: model.rows().get(index).map(|row| row.at),
    })
}

impl Stood {
    /// The row that stood below it.
    pub const fn below(&self) -> Option<RowKey> {
        self.below
    }

    /// The window in which the row has to be now that it is not in the one that was read; `None` where it is listed no more.
    pub fn elsewhere(self, model: &Model) -> Option<ListStart> {
        let list = model.page.list.as_ref()?;
        if list.newer && self.has_news(model) {
            return Some(ListStart::Top);
        }
        let listed = |key: RowKey| (0..model.row_count()).any(|index| model.row_key(index) == Some(key));
        // What stood below it would still be there if it had gone by itself.
        let stays = self.below.is_some_and(listed);
        (list.older && !stays).then(|| self.far_below.map_or(ListStart::Bottom, ListStart::Before))
    }

    /// Whether something was added to it, so that it stands among the newest.
    fn has_news(&self, model: &Model) -> bool {
        match &model.page.opened {
            Some(Opened::Thread(thread)) => {
                RowKey::Conversation(thread.row.id) == self.key && self.at.is_some_and(|at| thread.row.at > at)
            }
            Some(Opened::Restricted(_) | Opened::NotFound(_)) | None => false,
        }
    }
}

fn cursor(list: &ListPage, index: usize) -> Option<Cursor> {
    match &list.rows {
        Listed::Conversations(rows) => rows.get(index).map(|row| row.cursor.clone()),
        Listed::Items(rows) => rows.get(index).map(|row| row.cursor.clone()),
    }
}
