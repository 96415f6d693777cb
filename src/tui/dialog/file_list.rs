//! A control with the files that go with what a form sends: they can be taken off.

use super::DialogKey;
use crate::{desk::page::DraftFile, domain::file::size, tui::keymap::KeyCode};

/// The files, of which one is picked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileList {
    /// The files, in order.
    pub files: Vec<DraftFile>,
    /// The picked one, from 0.
    pub at: usize,
}

impl FileList {
    /// These, the first one picked.
    pub const fn new(files: Vec<DraftFile>) -> Self {
        Self { files, at: 0 }
    }

    /// A key: true where a file was taken off, false where the picked one is another; `None` where it leads out of it.
    pub fn press(&mut self, key: DialogKey) -> Option<bool> {
        let count = self.files.len();
        if count == 0 {
            return None;
        }
        if key.is(KeyCode::Delete) || key.is(KeyCode::Backspace) || key.letter() == Some('x') {
            self.files.remove(self.at.min(count - 1));
            self.at = self.at.min(self.files.len().saturating_sub(1));
            return Some(true);
        }
        let by = key.sideways()?;
        self.at = (self.at + count).saturating_add_signed(by) % count;
        Some(false)
    }

    /// What it shows: with the keys the picked file and what can be done with it, else all of them, the longest words first.
    pub fn words(&self, focused: bool) -> Vec<String> {
        let named = |file: &DraftFile| format!("{} ({})", file.name(), size(file.size));
        let count = self.files.len();
        let Some(picked) = self.files.get(self.at.min(count.saturating_sub(1))) else { return vec!["none".to_owned()] };
        if focused {
            let place = if count > 1 { format!("{} of {count} · ", self.at + 1) } else { String::new() };
            let name = named(picked);
            return vec![
                format!("‹ {name} ›  {place}x takes it off"),
                format!("‹ {name} ›  {place}x"),
                format!("‹ {name} ›"),
            ];
        }
        let all: u64 = self.files.iter().fold(0, |all, file| all.saturating_add(file.size));
        let counted = format!("{count} file{}, {}", if count == 1 { "" } else { "s" }, size(all));
        vec![self.files.iter().map(named).collect::<Vec<_>>().join(", "), counted]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{desk::page::FileFrom, domain::id::EntrySeq, tui::keymap::KeyPress};

    fn list(names: &[&str]) -> FileList {
        let file = |name: &&str| {
            let from = FileFrom::Message { seq: EntrySeq(1), number: 1, name: (*name).to_owned() };
            DraftFile { from, size: 2_048 }
        };
        FileList::new(names.iter().map(file).collect())
    }

    fn press(list: &mut FileList, code: KeyCode) -> Option<bool> {
        list.press(DialogKey::Other(KeyPress::plain(code)))
    }

    #[test]
    fn the_picked_file_is_taken_off_and_the_next_one_is_picked() {
        let mut three = list(&["a.pdf", "b.pdf", "c.pdf"]);
        assert_eq!(three.words(false), ["a.pdf (2 KB), b.pdf (2 KB), c.pdf (2 KB)", "3 files, 6 KB"]);
        assert_eq!(press(&mut three, KeyCode::Left), Some(false));
        assert_eq!(three.words(true)[0], "‹ c.pdf (2 KB) ›  3 of 3 · x takes it off");
        assert_eq!(press(&mut three, KeyCode::Char('x')), Some(true));
        assert_eq!(three.words(true)[0], "‹ b.pdf (2 KB) ›  2 of 2 · x takes it off");
        assert_eq!(press(&mut three, KeyCode::Right), Some(false));
        assert_eq!(press(&mut three, KeyCode::Backspace), Some(true));
        assert_eq!(three.words(true)[0], "‹ b.pdf (2 KB) ›  x takes it off");
        assert_eq!(press(&mut three, KeyCode::Delete), Some(true));
        assert_eq!((three.words(true), three.words(false)), (vec!["none".into()], vec!["none".into()]));
        assert_eq!((press(&mut three, KeyCode::Char('x')), press(&mut three, KeyCode::Right)), (None, None));
    }
}
