//! What somebody sees on a screen of 120×40: sidebar, list, thread.

use super::SCREEN;
use deskline::domain::section::Section;

const ROWS: u16 = SCREEN.1;
const COLUMNS: u16 = SCREEN.0;
/// The last row: a message, or the keys.
const FOOT: u16 = ROWS - 1;
/// The list's title, and the line below the conversation's.
const TITLE: u16 = 1;
const RULE: u16 = 3;

/// A row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The line that it begins in.
    pub line: u16,
    pub conversation: i64,
    pub selected: bool,
}

/// A screen, looked at.
#[derive(Clone, Copy)]
pub struct Eyes<'a> {
    screen: &'a vt100::Screen,
    /// The columns of the two lines between the areas; both 0 while they are not drawn.
    borders: (u16, u16),
}

impl<'a> Eyes<'a> {
    pub fn on(screen: &'a vt100::Screen) -> Self {
        let mut borders = (0..COLUMNS).filter(|column| at(screen, TITLE, *column) == "│");
        let borders = borders.next().zip(borders.next()).unwrap_or((0, 0));
        Self { screen, borders }
    }

    fn cell(self, line: u16, column: u16) -> &'a str {
        at(self.screen, line, column)
    }

    /// Whether these are the cells from there on; ASCII only.
    fn reads(self, line: u16, column: u16, words: &str) -> bool {
        (column..).zip(words.bytes()).all(|(column, letter)| {
            let cell = self.cell(line, column);
            cell.as_bytes() == [letter] || (cell.is_empty() && letter == b' ')
        })
    }

    fn line(self, line: u16, from: u16, to: u16) -> String {
        (from..to)
            .map(|column| match self.cell(line, column) {
                "" => " ",
                cell => cell,
            })
            .collect()
    }

    /// Whether the list is a section's.
    pub fn lists(self, section: Section) -> bool {
        let title = section.title();
        let end = self.borders.0 + 2 + u16::try_from(title.len()).unwrap();
        self.borders.0 > 0 && self.reads(TITLE, self.borders.0 + 2, title) && self.reads(TITLE, end, " ")
    }

    /// The rows of the list that begin on the screen.
    pub fn rows(self) -> impl Iterator<Item = Row> + 'a {
        let (left, right) = self.borders;
        (TITLE + 1..FOOT).filter_map(move |line| {
            let marked = matches!(self.cell(line, left + 2), "●" | "○" | "▫" | "▪");
            if left == 0 || !marked {
                return None;
            }
            let sign = (left + 3..right).rev().find(|column| self.cell(line, *column) == "#")?;
            let digits = (sign + 1..right).map_while(|column| self.cell(line, column).parse::<u8>().ok());
            let conversation = digits.fold(0, |number, digit| number * 10 + i64::from(digit));
            Some(Row { line, conversation, selected: self.cell(line, left + 1) == "▌" })
        })
    }

    /// The conversation whose row is selected, where it is in view.
    pub fn selected(self) -> Option<Row> {
        self.rows().find(|row| row.selected)
    }

    /// The last words of a row, as far as they fit.
    pub fn words(self, row: Row) -> String {
        self.line(row.line + 2, self.borders.0 + 4, self.borders.1).trim().to_owned()
    }

    /// Whether some row's last words, or some line of the conversation, begin with this.
    pub fn shows(self, token: &str) -> bool {
        let (left, right) = self.borders;
        left > 0
            && (TITLE + 1..FOOT)
                .any(|line| self.reads(line, left + 4, token) || (line > RULE && self.reads(line, right + 4, token)))
    }

    /// The conversation has the keys.
    pub fn in_the_thread(self) -> bool {
        self.cell(RULE, self.borders.1 + 1) == "━"
    }

    /// Text goes into the composer.
    pub fn composing(self) -> bool {
        self.foot(" Ctrl-S send")
    }

    /// Something stands in the open composer.
    pub fn draft(self) -> bool {
        self.composing() && !self.composed("                    ")
    }

    /// The first line of the composer begins so.
    pub fn composed(self, words: &str) -> bool {
        let edge = self.borders.1 + 1;
        (RULE + 1..FOOT).any(|line| {
            self.cell(line, edge) == "│" && self.reads(line, edge + 2, words) && self.cell(line - 1, edge) == "┌"
        })
    }

    /// The message waits, since something was added (R7.6).
    pub fn held(self) -> bool {
        (0..FOOT).any(|line| self.line(line, 0, COLUMNS).contains("Not sent yet"))
    }

    /// There is more of the conversation below the screen.
    pub fn more_below(self) -> bool {
        (RULE + 1..FOOT).any(|line| self.line(line, self.borders.1 + 1, COLUMNS).contains("new below"))
    }

    /// All of it.
    pub fn text(self) -> String {
        self.screen.contents()
    }

    /// The last row says this first.
    pub fn foot(self, words: &str) -> bool {
        self.reads(FOOT, 0, words)
    }
}

fn at(screen: &vt100::Screen, line: u16, column: u16) -> &str {
    screen.cell(line, column).map_or("", vt100::Cell::contents)
}
