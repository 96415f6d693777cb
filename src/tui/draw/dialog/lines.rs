//! Lists in dialogs, drawn: headings and rows, of which one is picked.

use crate::{
    domain::text::{SafeText, width},
    tui::{
        dialog::{Field, PickList},
        draw::piece::Row,
        model::Model,
        theme::Theme,
    },
};
use ratatui::{Frame, buffer::Buffer, layout::Rect};

/// How a row looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// A heading, which cannot be picked.
    Heading,
    /// Something that is wrong, which cannot be picked.
    Trouble,
    /// As usual.
    Plain,
    /// It stands out: not read yet.
    Strong,
    /// It cannot be used now.
    Disabled,
}

/// One row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// How it looks.
    pub look: Look,
    /// The program's own words.
    pub own: String,
    /// Foreign text behind them.
    pub foreign: String,
    /// The program's own words at the right edge.
    pub right: String,
}

impl Line {
    /// A heading.
    pub fn heading(words: impl Into<String>) -> Self {
        Self { look: Look::Heading, own: words.into(), foreign: String::new(), right: String::new() }
    }

    /// Something that is wrong.
    pub fn trouble(words: impl Into<String>) -> Self {
        Self { look: Look::Trouble, ..Self::heading(words) }
    }

    /// A row.
    pub fn row(own: impl Into<String>, foreign: impl Into<String>) -> Self {
        Self { look: Look::Plain, own: own.into(), foreign: foreign.into(), right: String::new() }
    }

    /// With the program's own words at the right edge.
    pub fn right(self, words: impl Into<String>) -> Self {
        Self { right: words.into(), ..self }
    }

    /// With another look.
    pub fn look(self, look: Look) -> Self {
        Self { look, ..self }
    }
}

/// Draws the rows, the picked one in view; reversed where the list has the keys, underlined where it has not.
pub(super) fn draw(buffer: &mut Buffer, theme: Theme, area: Rect, lines: &[Line], list: PickList, focused: bool) {
    let pickable = |line: &Line| !matches!(line.look, Look::Heading | Look::Trouble);
    let rows: Vec<usize> = lines.iter().enumerate().filter(|(_, line)| pickable(line)).map(|(at, _)| at).collect();
    let picked = list.picked(rows.len()).map(|at| rows[at]);
    let height = usize::from(area.height);
    let first = PickList { at: picked.unwrap_or(0) }.first_shown(lines.len(), height);
    // The heading of the first row is shown with it.
    let first = if picked.is_some_and(|at| Some(&at) == rows.first() && at < height) { 0 } else { first };
    for (y, (at, line)) in (0..area.height).zip(lines.iter().enumerate().skip(first)) {
        let here = picked == Some(at);
        let style = match (line.look, here) {
            (Look::Heading, _) => theme.quiet(),
            (Look::Trouble, _) => theme.alarm(),
            (Look::Disabled, true) => theme.selected().patch(theme.disabled()),
            (_, true) if focused => theme.selected(),
            (_, true) => theme.selected_elsewhere(),
            (Look::Disabled, false) => theme.disabled(),
            (Look::Strong, false) => theme.strong(),
            (Look::Plain, false) => theme.plain(),
        };
        if here && focused {
            let blank = " ".repeat(usize::from(area.width));
            Row::new(buffer, area, y).own(&blank, style);
        }
        let above = y == 0 && first > 0;
        let below = y + 1 == area.height && at + 1 < lines.len();
        let mark = match (line.look, here) {
            (Look::Heading | Look::Trouble, _) => "",
            (_, true) => "› ",
            (_, false) if above => "↑ ",
            (_, false) if below => "↓ ",
            (_, false) => "  ",
        };
        let mut row = Row::new(buffer, area, y);
        row.right(&line.right, style).own(mark, style).own(&line.own, style);
        let left = row.left().saturating_sub(usize::from(!line.right.is_empty()));
        row.foreign(&line.foreign, left, style);
    }
}

/// A field, a list narrowed by it, and a word below.
pub(super) struct Picker<'a> {
    /// The program's own words, or safe ones.
    pub title: &'a str,
    /// The field, and whether it has the keys.
    pub field: (&'a Field, bool),
    /// The rows.
    pub lines: &'a [Line],
    /// The picked row.
    pub list: PickList,
    /// What stands there without rows: what to press.
    pub empty: &'a str,
    /// A sentence below the list; may hold foreign text.
    pub note: &'a str,
    /// Whether the sentence is about something that went wrong.
    pub trouble: bool,
}

const COLUMNS: u16 = 72;
const ROWS: u16 = 16;

/// Draws a picker in a box of its own; always as high, whatever the filter leaves.
pub(super) fn picker(picker: &Picker, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let area = super::open_box(frame, theme, picker.title, COLUMNS, ROWS);
    let (field, typing) = picker.field;
    let label = u16::try_from(width(field.label) + 1).unwrap_or(0);
    super::field(frame, theme, area, 0, field, label, typing);
    let above = Rect { y: area.y + area.height.min(2), height: area.height.saturating_sub(2), ..area };
    let rest = note(frame.buffer_mut(), theme, above, picker.note, picker.trouble);
    if picker.lines.is_empty() {
        paragraph(frame.buffer_mut(), theme, rest, picker.empty);
        return;
    }
    draw(frame.buffer_mut(), theme, rest, picker.lines, picker.list, true);
}

/// Draws a sentence at the foot of an area, in at most four lines; gives what is left above it.
pub(super) fn note(buffer: &mut Buffer, theme: Theme, area: Rect, words: &str, trouble: bool) -> Rect {
    if words.is_empty() || area.height < 4 {
        return area;
    }
    let words = if trouble { format!("! {words}") } else { words.to_owned() };
    let wrapped = SafeText::line(&words).wrap(usize::from(area.width));
    let lines = u16::try_from(wrapped.len().min(usize::from(area.height - 2).min(4))).unwrap_or(1);
    let style = if trouble { theme.alarm() } else { theme.quiet() };
    for (y, line) in (area.height - lines..area.height).zip(&wrapped) {
        Row::new(buffer, area, y).own(line, style);
    }
    Rect { height: area.height - lines - 1, ..area }
}

/// Draws sentences of the program's own, wrapped.
pub(super) fn paragraph(buffer: &mut Buffer, theme: Theme, area: Rect, words: &str) {
    for (y, line) in (0..area.height).zip(SafeText::block(words).wrap(usize::from(area.width))) {
        Row::new(buffer, area, y).own(&line, theme.quiet());
    }
}
