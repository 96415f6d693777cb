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
            let (x, _) = self.buffer.set_stringn(self.x, self.y, text, self.left(), style);
            self.x = x;
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
            self.buffer.set_stringn(x, self.y, text, columns, style);
            self.end = x;
        }
        self
    }
}
