//! Small pieces that every drawing uses: one line of text at a place, in so many columns.

use crate::domain::text::{SafeText, width};
use ratatui::{buffer::Buffer, layout::Rect, style::Style};

/// A line being drawn from left to right; what does not fit is cut.
pub struct Row<'a> {
    buffer: &'a mut Buffer,
    x: u16,
    y: u16,
    end: u16,
}

impl<'a> Row<'a> {
    /// The line at `y` lines below the top of an area; draws nothing where the area is not that high.
    pub fn new(buffer: &'a mut Buffer, area: Rect, y: u16) -> Self {
        let end = if y < area.height { area.right() } else { area.x };
        Self { buffer, x: area.x, y: area.y.saturating_add(y), end }
    }

    /// Columns that are left.
    pub fn left(&self) -> usize {
        usize::from(self.end.saturating_sub(self.x))
    }

    /// Leaves columns free.
    pub fn skip(&mut self, columns: usize) -> &mut Self {
        self.x = self.end.min(self.x.saturating_add(u16::try_from(columns).unwrap_or(u16::MAX)));
        self
    }

    /// The program's own words: no foreign text.
    pub fn own(&mut self, text: &str, style: Style) -> &mut Self {
        if self.left() > 0 {
            // What was drawn before shows through neither in letters nor in colours.
            self.x = put(self.buffer, (self.x, self.y), text, self.left(), Style::reset().patch(style));
        }
        self
    }

    /// Foreign text, made safe and cut to at most so many columns. Comes last in its row wherever it can.
    pub fn foreign(&mut self, text: &str, columns: usize, style: Style) -> &mut Self {
        let shown = SafeText::line(text).fit(columns.min(self.left()));
        self.own(&shown, style)
    }

    /// The program's own words at the right edge; the columns before them are what is left.
    pub fn right(&mut self, text: &str, style: Style) -> &mut Self {
        let columns = width(text);
        if columns <= self.left() {
            let x = self.end - u16::try_from(columns).unwrap_or(0);
            put(self.buffer, (x, self.y), text, columns, Style::reset().patch(style));
            self.end = x;
        }
        self
    }
}

/// Draws safe text and gives the column after it. Most of a screen is plain letters, for which looking for the borders of
/// graphemes would be most of the work of a frame; everything else goes the buffer's own way.
fn put(buffer: &mut Buffer, (mut x, y): (u16, u16), text: &str, columns: usize, style: Style) -> u16 {
    let end = x.saturating_add(u16::try_from(columns).unwrap_or(u16::MAX));
    let mut rest = text;
    while !rest.is_empty() && x < end {
        let plain = plain_letters(rest);
        for letter in rest[..plain].chars() {
            if x == end {
                return x;
            }
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.set_char(letter).set_style(style);
            }
            x += 1;
        }
        rest = &rest[plain..];
        let other = other_letters(rest);
        if other > 0 && x < end {
            let begun = x;
            (x, _) = buffer.set_stringn(x, y, &rest[..other], usize::from(end - x), style);
            if usize::from(x - begun) < width(&rest[..other]) {
                // Cut before a wide one: what comes after it would stand in its place.
                return x;
            }
        }
        rest = &rest[other..];
    }
    x
}

/// How many bytes of plain letters a text begins with that stand for themselves: the last before anything else may be part
/// of a grapheme with it.
fn plain_letters(text: &str) -> usize {
    let run = text.bytes().take_while(|byte| (b' '..=b'~').contains(byte)).count();
    if run == text.len() { run } else { run.saturating_sub(1) }
}

/// How many bytes go the buffer's own way: up to the second plain letter in a row, since the first may still belong to what
/// stands before it.
fn other_letters(text: &str) -> usize {
    let plain = |byte: u8| (b' '..=b'~').contains(&byte);
    let bytes = text.as_bytes();
    (2..bytes.len()).find(|place| plain(bytes[place - 1]) && plain(bytes[*place])).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn same_as_the_buffer(text: &str, columns: usize) {
        let safe = SafeText::line(text);
        let area = Rect::new(0, 0, 60, 1);
        let (mut ours, mut theirs) = (Buffer::empty(area), Buffer::empty(area));
        let x = put(&mut ours, (3, 0), safe.as_str(), columns, Style::reset());
        let (expected, _) = theirs.set_stringn(3, 0, safe.as_str(), columns, Style::reset());
        assert_eq!((x, ours), (expected, theirs));
    }

    #[test]
    fn what_stands_before_a_joined_mark_is_drawn_as_the_buffer_draws_it() {
        same_as_the_buffer("0👩\u{200d}🚀한한a한0한0👩\u{200d}🚀\u{600}👩\u{200d}🚀0e\u{301}", 2);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn plain_letters_are_drawn_as_the_buffer_draws_them(
            text in "([ -~]|é|e\u{301}|日|…|●|👩‍🚀|\u{600}|한){0,40}",
            columns in 0_usize..50,
        ) {
            same_as_the_buffer(&text, columns);
        }
    }
}
