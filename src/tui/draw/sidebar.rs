//! The sections with their numbers of unread conversations.

use super::{piece::Row, screen::counted};
use crate::tui::model::{Area, Model};
use ratatui::{buffer::Buffer, layout::Rect};

pub(super) fn draw(model: &Model, buffer: &mut Buffer, area: Rect) {
    let theme = model.theme;
    let focused = model.area == Area::Sidebar && model.layers.is_empty();
    let sections = &model.page.sections;
    let roomy = usize::from(area.height) >= sections.len() + 6;
    let mut part = None;
    let mut y = 0;
    for row in sections {
        if part != Some(row.section.part()) {
            y += u16::from(part.is_some() && roomy);
            part = Some(row.section.part());
            let title = row.section.part().title().to_uppercase();
            Row::new(buffer, area, y).skip(1).own(&title, theme.quiet());
            y += 1;
        }
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
        y += 1;
    }
}

/// The section that stands on a line of the sidebar, for the mouse.
pub fn section_at(model: &Model, area: Rect, line: u16) -> Option<crate::domain::section::Section> {
    let sections = &model.page.sections;
    let roomy = usize::from(area.height) >= sections.len() + 6;
    let mut part = None;
    let mut y = 0;
    for row in sections {
        if part != Some(row.section.part()) {
            y += u16::from(part.is_some() && roomy) + 1;
            part = Some(row.section.part());
        }
        if y == line {
            return Some(row.section);
        }
        y += 1;
    }
    None
}
