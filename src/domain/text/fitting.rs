//! How much room safe text takes, and how it is cut and broken to fit.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

const ELLIPSIS: char = '…';

/// Display cells of already safe text: the sum over its graphemes, as ratatui's `Buffer::set_string` counts them.
///
/// That differs from the width of the whole string, in which an Arabic lam and alef share one cell.
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.graphemes(true).map(grapheme_width).sum() }
}

/// Cells of one grapheme. Halfwidth voiced sound marks count as one cell each, as terminals draw them.
fn grapheme_width(grapheme: &str) -> usize {
    if grapheme.len() == 1 {
        return 1;
    }
    grapheme.width() + grapheme.chars().filter(|character| matches!(character, '\u{FF9E}' | '\u{FF9F}')).count()
}

pub(super) fn fit(text: &str, columns: usize) -> String {
    let line = text.split('\n').next().unwrap_or_default();
    let whole = line.len() == text.len();
    if line.is_ascii() {
        let fits = line.len() < columns || whole && line.len() == columns;
        let end = line.len().min(columns.saturating_sub(1));
        return if whole && fits { line.to_owned() } else { cut(line, end, columns) };
    }
    let mut used = 0;
    // The end of what fits together with an ellipsis.
    let mut end = 0;
    for (at, grapheme) in line.grapheme_indices(true) {
        used += grapheme_width(grapheme);
        if used > columns {
            return cut(line, end, columns);
        }
        if used < columns {
            end = at + grapheme.len();
        }
    }
    if whole { line.to_owned() } else { cut(line, end, columns) }
}

fn cut(line: &str, end: usize, columns: usize) -> String {
    let mut cut = line[..end].to_owned();
    if columns > 0 {
        cut.push(ELLIPSIS);
    }
    cut
}

pub(super) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for line in text.split('\n') {
        let mut wrapper = Wrapper { lines, line: String::new(), used: 0, columns };
        wrapper.take(line);
        lines = wrapper.lines;
    }
    lines
}

struct Wrapper {
    lines: Vec<String>,
    line: String,
    used: usize,
    columns: usize,
}

impl Wrapper {
    fn take(&mut self, text: &str) {
        if text.is_ascii() {
            self.take_ascii(text);
        } else {
            self.take_any(text);
        }
        self.end_line();
    }

    /// The same in a fraction of the time: most text is ASCII, which breaks at spaces and nowhere else.
    fn take_ascii(&mut self, mut text: &str) {
        loop {
            let rest = text.trim_start_matches(' ');
            if rest.is_empty() {
                return;
            }
            let (word, after) = rest.split_at(rest.find(' ').unwrap_or(rest.len()));
            self.word(&text[..text.len() - rest.len()], word);
            text = after;
        }
    }

    fn take_any(&mut self, text: &str) {
        let mut spaces = 0..0;
        let mut word = 0..0;
        let mut previous = "";
        for (at, grapheme) in text.grapheme_indices(true) {
            if is_break_space(grapheme) {
                if !word.is_empty() {
                    self.word(&text[spaces], &text[word]);
                    spaces = at..at;
                }
                spaces.end = at + grapheme.len();
                word = spaces.end..spaces.end;
            } else {
                if !word.is_empty() && breaks_between(previous, grapheme) {
                    self.word(&text[spaces], &text[word]);
                    spaces = at..at;
                    word = at..at;
                }
                word.end = at + grapheme.len();
            }
            previous = grapheme;
        }
        if !word.is_empty() {
            self.word(&text[spaces], &text[word]);
        }
    }

    /// Adds a word and the spaces before it; the spaces are lost where the line breaks.
    fn word(&mut self, spaces: &str, word: &str) {
        let (gap, room) = (width(spaces), width(word));
        if self.used + gap + room <= self.columns {
            self.line.push_str(spaces);
            self.line.push_str(word);
            self.used += gap + room;
            return;
        }
        if !self.line.is_empty() {
            self.end_line();
        }
        for grapheme in word.graphemes(true) {
            let cells = grapheme_width(grapheme);
            if cells > self.columns.max(2) {
                self.pieces(grapheme);
            } else {
                self.piece(grapheme, cells);
            }
        }
    }

    fn piece(&mut self, piece: &str, cells: usize) {
        if self.used + cells > self.columns && !self.line.is_empty() {
            self.end_line();
        }
        self.line.push_str(piece);
        self.used += cells;
    }

    /// A grapheme wider than a line, which a hostile chain of conjuncts can be, is broken between its characters.
    fn pieces(&mut self, grapheme: &str) {
        for character in grapheme.chars() {
            let end = self.line.len();
            self.line.push(character);
            // What a character adds depends on those before it: a selector can widen one.
            let used = width(&self.line);
            if used > self.columns.max(2) && end > 0 {
                self.line.truncate(end);
                self.end_line();
                self.line.push(character);
            }
            self.used = width(&self.line);
        }
    }

    fn end_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.line));
        self.used = 0;
    }
}

/// Spaces that may give way to a line break; the no-break ones may not, nor a space with a mark on it.
fn is_break_space(grapheme: &str) -> bool {
    matches!(
        grapheme,
        " " | "\u{1680}"
            | "\u{2000}"
            | "\u{2001}"
            | "\u{2002}"
            | "\u{2003}"
            | "\u{2004}"
            | "\u{2005}"
            | "\u{2006}"
            | "\u{2008}"
            | "\u{2009}"
            | "\u{200A}"
            | "\u{205F}"
            | "\u{3000}"
    )
}

/// Whether a line may break between two graphemes without a space: beside ideographs, kana, Hangul and emoji.
fn breaks_between(before: &str, after: &str) -> bool {
    (breaks_around(before) || breaks_around(after)) && !clings_to_next(before) && !clings_to_previous(after)
}

fn breaks_around(grapheme: &str) -> bool {
    grapheme.chars().next().is_some_and(|base| {
        base.width() == Some(2) || matches!(base, '\u{FF66}'..='\u{FF9D}') || grapheme.contains('\u{FE0F}')
    })
}

/// Opening punctuation, which does not end a line.
fn clings_to_next(grapheme: &str) -> bool {
    grapheme.chars().next().is_some_and(|first| "([{“‘「『（［｛【〔〖〘〈《｢".contains(first))
}

/// Closing punctuation and small kana, which do not begin one.
fn clings_to_previous(grapheme: &str) -> bool {
    grapheme.chars().next().is_some_and(|first| {
        ")]}.,;:!?”’…‥、。，．・：；！？」』）］｝】〕〗〙〉》｣､｡ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々〻ゝゞヽヾ"
            .contains(first)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn ascii_wraps_like_any_text(text in "[ a-c.(]{0,60}", columns in 1_usize..20) {
            let mut any = Wrapper { lines: Vec::new(), line: String::new(), used: 0, columns };
            any.take_any(&text);
            any.end_line();
            prop_assert_eq!(wrap(&text, columns), any.lines);
        }
    }
}
