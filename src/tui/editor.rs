//! A text being edited, one line or many, with the keys that readline has.

use super::keymap::{Key, KeyPress};
use unicode_segmentation::UnicodeSegmentation;

/// A text and the place in it where typing goes in. The place is a byte offset that lies between graphemes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Editor {
    text: String,
    cursor: usize,
    killed: String,
    past: Vec<(String, usize)>,
}

/// How many changes can be undone with `Ctrl-_`.
const REMEMBERED: usize = 100;

/// What a key did to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    /// The text changed.
    Text,
    /// Only the place in it.
    Cursor,
    /// The key is not one of readline's.
    Nothing,
}

impl Editor {
    /// A text with the cursor at its end.
    pub fn new(text: &str) -> Self {
        Self { cursor: text.len(), text: text.to_owned(), ..Self::default() }
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of the cursor, in bytes.
    pub const fn cursor(&self) -> usize {
        self.cursor
    }

    /// Puts the cursor at the grapheme boundary at or before a byte offset.
    pub fn put_cursor(&mut self, at: usize) {
        let mut place = at.min(self.text.len());
        if place < self.text.len() {
            place = self.text.grapheme_indices(true).map(|(start, _)| start).take_while(|start| *start <= at).last().unwrap_or(0);
        }
        self.cursor = place;
    }

    /// Whether nothing but blanks is in it.
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Puts another text in the place of this one.
    pub fn set(&mut self, text: &str) {
        self.remember();
        text.clone_into(&mut self.text);
        self.cursor = self.text.len();
    }

    /// Puts text in at the cursor, line ends made one kind, other control characters left out.
    pub fn insert(&mut self, text: &str) {
        self.remember();
        let clean = cleaned(text);
        self.text.insert_str(self.cursor, &clean);
        self.cursor += clean.len();
        self.put_cursor(self.cursor);
    }

    /// As [`Editor::insert`], for a field of one line: line ends become blanks.
    pub fn insert_in_line(&mut self, text: &str) {
        let line = cleaned(text).replace('\n', " ");
        self.insert(line.trim_end_matches(' '));
    }

    /// Takes out the bytes of a range and puts a text there.
    pub fn replace(&mut self, range: std::ops::Range<usize>, with: &str) {
        self.remember();
        self.text.replace_range(range.clone(), with);
        self.cursor = range.start + with.len();
    }

    /// One key, as readline takes it. Enter, Tab and Esc are the caller's.
    pub fn press(&mut self, press: KeyPress) -> Edited {
        let before = (self.text.len(), self.cursor);
        let known = self.edit(press);
        match known {
            None => Edited::Nothing,
            Some(true) if self.text.len() != before.0 => Edited::Text,
            Some(_) => Edited::Cursor,
        }
    }

    /// `Some(true)` where the key changes the text.
    fn edit(&mut self, press: KeyPress) -> Option<bool> {
        if press.control {
            return self.control(press.key);
        }
        if press.alt {
            return self.meta(press.key);
        }
        match press.key {
            Key::Char(letter) => self.insert(letter.encode_utf8(&mut [0; 4])),
            Key::Backspace => self.cut(self.left(), self.cursor, false),
            Key::Delete => self.cut(self.cursor, self.right(), false),
            Key::Left => return self.go(self.left()),
            Key::Right => return self.go(self.right()),
            Key::Home => return self.go(self.line_start()),
            Key::End => return self.go(self.line_end()),
            Key::Enter | Key::Esc | Key::Tab | Key::BackTab | Key::Insert | Key::Up | Key::Down | Key::PageUp
            | Key::PageDown | Key::F(_) => return None,
        }
        Some(true)
    }

    fn control(&mut self, key: Key) -> Option<bool> {
        match key {
            Key::Char('a') => return self.go(self.line_start()),
            Key::Char('e') => return self.go(self.line_end()),
            Key::Char('b') => return self.go(self.left()),
            Key::Char('f') => return self.go(self.right()),
            Key::Left => return self.go(self.word_left()),
            Key::Right => return self.go(self.word_right()),
            Key::Char('h') => self.cut(self.left(), self.cursor, false),
            Key::Char('d') => self.cut(self.cursor, self.right(), false),
            Key::Char('w') | Key::Backspace => self.cut(self.blank_left(), self.cursor, true),
            Key::Char('u') => self.cut(self.line_start(), self.cursor, true),
            Key::Char('k') => {
                let end = self.line_end();
                let end = if end == self.cursor { self.right() } else { end };
                self.cut(self.cursor, end, true);
            }
            Key::Char('y') => {
                let killed = self.killed.clone();
                self.insert(&killed);
            }
            Key::Char('t') => self.transpose(),
            Key::Char('_' | '/' | '7') => self.undo(),
            _ => return None,
        }
        Some(true)
    }

    fn meta(&mut self, key: Key) -> Option<bool> {
        match key {
            Key::Char('b') | Key::Left => return self.go(self.word_left()),
            Key::Char('f') | Key::Right => return self.go(self.word_right()),
            Key::Char('d') => self.cut(self.cursor, self.word_right(), true),
            Key::Backspace => self.cut(self.word_left(), self.cursor, true),
            _ => return None,
        }
        Some(true)
    }

    fn go(&mut self, to: usize) -> Option<bool> {
        self.cursor = to;
        Some(false)
    }

    fn remember(&mut self) {
        if self.past.len() == REMEMBERED {
            self.past.remove(0);
        }
        self.past.push((self.text.clone(), self.cursor));
    }

    fn undo(&mut self) {
        if let Some((text, cursor)) = self.past.pop() {
            self.text = text;
            self.cursor = cursor;
        }
    }

    fn cut(&mut self, from: usize, to: usize, keep: bool) {
        if from >= to {
            return;
        }
        self.remember();
        let gone: String = self.text.drain(from..to).collect();
        if keep {
            self.killed = gone;
        }
        self.cursor = from;
    }

    fn transpose(&mut self) {
        let first = self.left();
        if first == self.cursor {
            return;
        }
        let (from, middle, to) = if self.cursor == self.line_end() {
            let earlier = self.text[..first].grapheme_indices(true).next_back().map_or(first, |(start, _)| start);
            (earlier, first, self.cursor)
        } else {
            (first, self.cursor, self.right())
        };
        let swapped = format!("{}{}", &self.text[middle..to], &self.text[from..middle]);
        self.replace(from..to, &swapped);
    }

    fn left(&self) -> usize {
        self.text[..self.cursor].grapheme_indices(true).next_back().map_or(0, |(start, _)| start)
    }

    fn right(&self) -> usize {
        self.text[self.cursor..].graphemes(true).next().map_or(self.cursor, |grapheme| self.cursor + grapheme.len())
    }

    fn line_start(&self) -> usize {
        self.text[..self.cursor].rfind('\n').map_or(0, |end| end + 1)
    }

    fn line_end(&self) -> usize {
        self.text[self.cursor..].find('\n').map_or(self.text.len(), |end| self.cursor + end)
    }

    fn word_left(&self) -> usize {
        self.text[..self.cursor].unicode_word_indices().next_back().map_or(0, |(start, _)| start)
    }

    fn word_right(&self) -> usize {
        let rest = &self.text[self.cursor..];
        rest.unicode_word_indices().next().map_or(self.text.len(), |(start, word)| self.cursor + start + word.len())
    }

    fn blank_left(&self) -> usize {
        let before = &self.text[..self.cursor];
        let word = before.trim_end();
        word.rfind(char::is_whitespace).map_or(0, |end| {
            end + word[end..].chars().next().map_or(1, char::len_utf8)
        })
    }
}

/// Line ends of one kind, no control characters; a tab stays.
fn cleaned(text: &str) -> String {
    let unix = text.replace("\r\n", "\n").replace('\r', "\n");
    unix.chars().filter(|letter| matches!(letter, '\n' | '\t') || !letter.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(editor: &mut Editor, keys: &[KeyPress]) {
        for key in keys {
            editor.press(*key);
        }
    }

    #[test]
    fn readline_keys_move_and_cut() {
        let mut editor = Editor::new("one two three");
        typed(&mut editor, &[KeyPress::control('w')]);
        assert_eq!(editor.text(), "one two ");
        typed(&mut editor, &[KeyPress::control('a'), KeyPress::control('y')]);
        assert_eq!(editor.text(), "threeone two ");
        typed(&mut editor, &[KeyPress::control('k')]);
        assert_eq!(editor.text(), "three");
        typed(&mut editor, &[KeyPress::control('_')]);
        assert_eq!(editor.text(), "threeone two ");
    }

    #[test]
    fn the_cursor_stands_between_graphemes() {
        let mut editor = Editor::new("a👩\u{200d}👩\u{200d}👧e\u{301}");
        typed(&mut editor, &[KeyPress::plain(Key::Backspace)]);
        assert_eq!(editor.text(), "a👩\u{200d}👩\u{200d}👧");
        typed(&mut editor, &[KeyPress::plain(Key::Backspace)]);
        assert_eq!(editor.text(), "a");
    }

    #[test]
    fn pasted_text_is_cleaned() {
        let mut editor = Editor::default();
        editor.insert("a\r\nb\u{1b}[31mc\u{7}");
        assert_eq!(editor.text(), "a\nb[31mc");
        let mut line = Editor::default();
        line.insert_in_line("a\nb\n");
        assert_eq!(line.text(), "a b");
    }

    #[test]
    fn transpose_swaps_the_last_two() {
        let mut editor = Editor::new("teh");
        typed(&mut editor, &[KeyPress::control('t')]);
        assert_eq!(editor.text(), "the");
    }
}
