//! A text being edited, one line or many, with the keys that readline has.

use super::keymap::{KeyCode, KeyPress};
use crate::domain::text::{SafeText, width};
use std::ops::Range;
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
            place = self
                .text
                .grapheme_indices(true)
                .map(|(start, _)| start)
                .take_while(|start| *start <= at)
                .last()
                .unwrap_or(0);
        }
        self.cursor = place;
    }

    /// The text as lines of at most so many columns, as byte ranges without their line ends: broken after blanks, and
    /// inside a word only where it alone is too long.
    pub fn rows(&self, columns: usize) -> Vec<Range<usize>> {
        let columns = columns.max(2);
        let mut rows = Vec::new();
        let mut line_start = 0;
        for line in self.text.split('\n') {
            let mut start = line_start;
            let mut used = 0;
            let mut blank = None;
            for (at, grapheme) in line.grapheme_indices(true) {
                let at = line_start + at;
                let wide = shown_width(grapheme);
                if used + wide > columns && grapheme != " " {
                    let cut = blank.filter(|cut| *cut > start).unwrap_or(at);
                    rows.push(start..cut);
                    used = self.text[cut..at].graphemes(true).map(shown_width).sum();
                    start = cut;
                    blank = None;
                }
                used += wide;
                if grapheme == " " {
                    blank = Some(at + 1);
                }
            }
            rows.push(start..line_start + line.len());
            line_start += line.len() + 1;
        }
        rows
    }

    /// The row and column of the cursor among rows made by [`Editor::rows`].
    pub fn place(&self, rows: &[Range<usize>]) -> (usize, usize) {
        let row = rows.iter().rposition(|row| row.start <= self.cursor).unwrap_or(0);
        let start = rows.get(row).map_or(0, |row| row.start);
        (row, self.text[start..self.cursor].graphemes(true).map(shown_width).sum())
    }

    /// Moves the cursor so many rows of so many columns down, or up where negative; false at the first and last row.
    pub fn go_rows(&mut self, columns: usize, down: isize) -> bool {
        let rows = self.rows(columns);
        let (row, column) = self.place(&rows);
        let Some(to) = row.checked_add_signed(down).and_then(|to| rows.get(to)) else { return false };
        let last = row.checked_add_signed(down) == Some(rows.len() - 1);
        let mut at = to.start;
        let mut used = 0;
        for (offset, grapheme) in self.text[to.clone()].grapheme_indices(true) {
            at = to.start + offset;
            if used >= column {
                break;
            }
            used += shown_width(grapheme);
            at += grapheme.len();
        }
        // The end of a wrapped row is the beginning of the next one.
        if !last && at == to.end && self.text.as_bytes().get(at) != Some(&b'\n') && at > to.start {
            at = self.text[..at].grapheme_indices(true).next_back().map_or(at, |(start, _)| start);
        }
        self.cursor = at;
        true
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
    pub fn replace(&mut self, range: Range<usize>, with: &str) {
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
        if press.modifiers.control {
            return self.control(press.code);
        }
        if press.modifiers.alt {
            return self.meta(press.code);
        }
        match press.code {
            KeyCode::Char(letter) => self.insert(letter.encode_utf8(&mut [0; 4])),
            KeyCode::Backspace => self.cut(self.left(), self.cursor, false),
            KeyCode::Delete => self.cut(self.cursor, self.right(), false),
            KeyCode::Left => return Some(self.go(self.left())),
            KeyCode::Right => return Some(self.go(self.right())),
            KeyCode::Home => return Some(self.go(self.line_start())),
            KeyCode::End => return Some(self.go(self.line_end())),
            KeyCode::Enter
            | KeyCode::Esc
            | KeyCode::Tab
            | KeyCode::Insert
            | KeyCode::Up
            | KeyCode::Down
            | KeyCode::PageUp
            | KeyCode::PageDown
            | KeyCode::Function(_) => return None,
        }
        Some(true)
    }

    fn control(&mut self, key: KeyCode) -> Option<bool> {
        match key {
            KeyCode::Char('a') => return Some(self.go(self.line_start())),
            KeyCode::Char('e') => return Some(self.go(self.line_end())),
            KeyCode::Char('b') => return Some(self.go(self.left())),
            KeyCode::Char('f') => return Some(self.go(self.right())),
            KeyCode::Left => return Some(self.go(self.word_left())),
            KeyCode::Right => return Some(self.go(self.word_right())),
            KeyCode::Char('h') => self.cut(self.left(), self.cursor, false),
            KeyCode::Char('d') => self.cut(self.cursor, self.right(), false),
            KeyCode::Char('w') | KeyCode::Backspace => self.cut(self.blank_left(), self.cursor, true),
            KeyCode::Char('u') => self.cut(self.line_start(), self.cursor, true),
            KeyCode::Char('k') => {
                let end = self.line_end();
                let end = if end == self.cursor { self.right() } else { end };
                self.cut(self.cursor, end, true);
            }
            KeyCode::Char('y') => {
                let killed = self.killed.clone();
                self.insert(&killed);
            }
            KeyCode::Char('t') => self.transpose(),
            KeyCode::Char('_' | '/' | '7') => self.undo(),
            _ => return None,
        }
        Some(true)
    }

    fn meta(&mut self, key: KeyCode) -> Option<bool> {
        match key {
            KeyCode::Char('b') | KeyCode::Left => return Some(self.go(self.word_left())),
            KeyCode::Char('f') | KeyCode::Right => return Some(self.go(self.word_right())),
            KeyCode::Char('d') => self.cut(self.cursor, self.word_right(), true),
            KeyCode::Backspace => self.cut(self.word_left(), self.cursor, true),
            _ => return None,
        }
        Some(true)
    }

    const fn go(&mut self, to: usize) -> bool {
        self.cursor = to;
        false
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
        word.rfind(char::is_whitespace).map_or(0, |end| end + word[end..].chars().next().map_or(1, char::len_utf8))
    }
}

/// Columns of a grapheme as it is drawn; what cannot be shown takes none, a tab as many as its mark.
pub fn shown_width(grapheme: &str) -> usize {
    if grapheme.is_ascii() && !grapheme.as_bytes().iter().any(u8::is_ascii_control) {
        return grapheme.len();
    }
    width(SafeText::line(grapheme).as_str())
}

/// What is left of a safe line behind so many columns of it.
pub fn skip_columns(text: &str, columns: usize) -> &str {
    let mut gone = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        if gone >= columns {
            return &text[at..];
        }
        gone += width(grapheme);
    }
    if gone >= columns && columns > 0 { "" } else { text }
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
        typed(&mut editor, &[KeyPress::plain(KeyCode::Backspace)]);
        assert_eq!(editor.text(), "a👩\u{200d}👩\u{200d}👧");
        typed(&mut editor, &[KeyPress::plain(KeyCode::Backspace)]);
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
    fn rows_break_after_blanks_and_the_cursor_walks_them() {
        let mut editor = Editor::new("one two three\n日本語のテキスト");
        let rows = editor.rows(8);
        let shown: Vec<&str> = rows.iter().map(|row| &editor.text()[row.clone()]).collect();
        assert_eq!(shown, ["one two ", "three", "日本語の", "テキスト"]);
        assert_eq!(editor.place(&rows), (3, 8));
        assert!(editor.go_rows(8, -2));
        assert_eq!(editor.place(&rows), (1, 5));
        assert!(editor.go_rows(8, -1));
        assert_eq!(editor.place(&rows), (0, 5));
        assert!(!editor.go_rows(8, -1));
    }

    #[test]
    fn transpose_swaps_the_last_two() {
        let mut editor = Editor::new("teh");
        typed(&mut editor, &[KeyPress::control('t')]);
        assert_eq!(editor.text(), "the");
    }
}
