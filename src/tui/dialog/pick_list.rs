//! A list in a dialog from which a row is picked.

use super::DialogKey;

/// Which row is picked; the rows themselves are the dialog's, or the page's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PickList {
    /// The picked row, from 0; may lie beyond the end until it is kept within it.
    pub at: usize,
}

/// Rows that a page key moves.
const PAGE: usize = 10;

impl PickList {
    /// The picked row among so many; `None` where there is none.
    pub fn picked(self, rows: usize) -> Option<usize> {
        rows.checked_sub(1).map(|last| self.at.min(last))
    }

    /// A key that moves the picked row among so many; false where the key is none of these. Letters are left to the
    /// dialog, so that a filter field can stand above the list.
    pub fn key(&mut self, key: DialogKey, rows: usize) -> bool {
        let last = rows.saturating_sub(1);
        let at = self.at.min(last);
        self.at = match key {
            DialogKey::Up => at.saturating_sub(1),
            DialogKey::Down => (at + 1).min(last),
            DialogKey::PageUp => at.saturating_sub(PAGE),
            DialogKey::PageDown => (at + PAGE).min(last),
            DialogKey::Back
            | DialogKey::Next
            | DialogKey::Previous
            | DialogKey::Choose
            | DialogKey::Save
            | DialogKey::Yes
            | DialogKey::Other(_) => return false,
        };
        true
    }

    /// As [`PickList::key`], and with `j k g G` too: for dialogs that hold no text.
    pub fn key_or_letter(&mut self, key: DialogKey, rows: usize) -> bool {
        let last = rows.saturating_sub(1);
        match key.letter() {
            Some('j') => self.key(DialogKey::Down, rows),
            Some('k') => self.key(DialogKey::Up, rows),
            Some('g') => {
                self.at = 0;
                true
            }
            Some('G') => {
                self.at = last;
                true
            }
            Some(_) | None => self.key(key, rows),
        }
    }

    /// The first row to draw in a window of so many lines, so that the picked one is in it.
    pub fn first_shown(self, rows: usize, lines: usize) -> usize {
        let at = self.picked(rows).unwrap_or(0);
        at.saturating_sub(lines.saturating_sub(1) / 2).min(rows.saturating_sub(lines))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picked_row_stays_within_the_rows_and_the_window() {
        let mut list = PickList::default();
        assert!(list.key(DialogKey::PageDown, 5));
        assert_eq!(list.picked(5), Some(4));
        assert_eq!(list.first_shown(5, 3), 2);
        assert_eq!(list.picked(2), Some(1));
        assert_eq!(list.picked(0), None);
        assert!(!list.key(DialogKey::Choose, 5));
    }
}
