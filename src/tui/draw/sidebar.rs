//! The sections with their numbers of unread conversations.

use super::{piece::Row, screen::counted};
use crate::{
    desk::page::SectionRow,
    domain::section::{Part, Section},
    tui::{
        keymap::Action,
        model::{Area, Model},
    },
};
use ratatui::{buffer::Buffer, layout::Rect};

/// What stands on a line.
enum Line<'a> {
    /// A part's title.
    Title(Part),
    /// A section.
    Section(&'a SectionRow),
    /// How much waits for an administrator.
    Held(u32),
}

/// What stands on which line.
fn lines(model: &Model, area: Rect) -> Vec<(u16, Line<'_>)> {
    let sections = &model.page.sections;
    let held = model.page.held;
    let roomy = usize::from(area.height) >= sections.len() + 6 + usize::from(held > 0);
    let mut lines = Vec::new();
    let (mut part, mut y) = (None, 0);
    for (at, row) in sections.iter().enumerate() {
        if part != Some(row.section.part()) {
            y += u16::from(part.is_some() && roomy);
            part = Some(row.section.part());
            lines.push((y, Line::Title(row.section.part())));
            y += 1;
        }
        lines.push((y, Line::Section(row)));
        y += 1;
        let ends = sections.get(at + 1).is_none_or(|next| next.section.part() != Part::Queue);
        if held > 0 && ends && row.section.part() == Part::Queue {
            lines.push((y, Line::Held(held)));
            y += 1;
        }
    }
    lines
}

pub(super) fn draw(model: &Model, buffer: &mut Buffer, area: Rect) {
    let theme = model.theme;
    let focused = model.area == Area::Sidebar && model.layers.is_empty();
    for (y, line) in lines(model, area) {
        let row = match line {
            Line::Title(part) => {
                Row::new(buffer, area, y).skip(1).own(&part.title().to_uppercase(), theme.quiet());
                continue;
            }
            Line::Held(count) => {
                let mut row = Row::new(buffer, area, y);
                let keys = model.keymap.keys_for(Action::GoToHeld);
                row.right(&format!(" {} ", counted(count)), theme.alarm()).own("   Held  ", theme.plain());
                row.own(&keys, theme.quiet());
                continue;
            }
            Line::Section(row) => row,
        };
        let here = row.section == model.section;
        let style = match (here, focused) {
            (true, true) => theme.selected(),
            (true, false) => theme.strong(),
            (false, _) => theme.plain(),
        };
        let mut line = Row::new(buffer, area, y);
        if here && focused {
            let blank = " ".repeat(line.left());
            line.own(&blank, style);
            line = Row::new(buffer, area, y);
        }
        if row.unread > 0 {
            let number = format!(" {} ", counted(row.unread));
            line.right(&number, if here { style } else { theme.strong() });
        }
        let left = line.own(if here { " ▸ " } else { "   " }, style).left();
        line.foreign(row.section.label(), left, style);
    }
}

/// The section that stands on a line of the sidebar, for the mouse.
pub fn section_at(model: &Model, area: Rect, line: u16) -> Option<Section> {
    lines(model, area).into_iter().find_map(|(y, it)| match it {
        Line::Section(row) if y == line => Some(row.section),
        Line::Section(_) | Line::Title(_) | Line::Held(_) => None,
    })
}

/// Whether what waits for an administrator stands on a line of the sidebar, for the mouse.
pub fn held_at(model: &Model, area: Rect, line: u16) -> bool {
    lines(model, area).iter().any(|(y, it)| *y == line && matches!(it, Line::Held(_)))
}
