//! Where the areas of the screen lie, for a size and what has the keys.

use super::{
    model::{Area, Model},
    writing,
};
use ratatui::layout::Rect;

/// Columns of the sidebar.
const SIDEBAR: u16 = 24;
/// From here on all four areas fit.
pub const FOUR: u16 = 140;
/// From here on three areas fit.
pub const THREE: u16 = 100;
/// From here on two areas fit.
pub const TWO: u16 = 70;
/// Lines of the box that says what is on offer.
pub const OFFER: u16 = 5;
/// Lines of the sidebar besides the sections: the parts' titles, what is free between them, one to spare.
const PARTS: u16 = 6;
/// With so many rows or fewer the screen is low: the composer shrinks.
pub const LOW: u16 = 20;
/// Below this a line asks for room.
pub const SMALLEST: (u16, u16) = (40, 10);

/// The areas that are on the screen; each is whole, its title included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Areas {
    /// The first line.
    pub header: Rect,
    /// The last line.
    pub footer: Rect,
    /// Where one is, in words; only where a single area fits.
    pub breadcrumb: Option<Rect>,
    /// The sections.
    pub sidebar: Option<Rect>,
    /// The list.
    pub list: Option<Rect>,
    /// The conversation, or the item in Unanswered items; its composer included.
    pub main: Option<Rect>,
    /// The item panel beside a conversation.
    pub item: Option<Rect>,
    /// What is on offer, where something is: under nothing that is read or written. A single line where only that is free.
    pub offer: Option<Rect>,
}

/// Everything between header and footer.
pub fn body(screen: Rect) -> Rect {
    Rect { y: screen.y + screen.height.min(1), height: screen.height.saturating_sub(2), ..screen }
}

/// Whether the screen is too small for anything.
pub const fn too_small(size: (u16, u16)) -> bool {
    size.0 < SMALLEST.0 || size.1 < SMALLEST.1
}

/// Where the areas lie now.
pub fn areas(model: &Model) -> Areas {
    let (columns, rows) = model.size;
    let screen = Rect::new(0, 0, columns, rows);
    let header = Rect { height: rows.min(1), ..screen };
    let footer = Rect { y: rows.saturating_sub(1), height: rows.min(1), ..screen };
    let body = body(screen);
    let mut areas = Areas { header, footer, ..Areas::default() };
    let panel = model.panel_beside();
    if columns >= FOUR {
        let list = (columns / 5).clamp(34, 46);
        let (sidebar, rest) = split_left(body, SIDEBAR + u16::from(columns >= 180) * 2);
        let (list, rest) = split_left(rest, list);
        let (main, item) = if panel { split_right(rest, (columns / 5).clamp(34, 44)) } else { (rest, None) };
        areas = Areas { sidebar: Some(sidebar), list: Some(list), main: Some(main), item, ..areas };
    } else if columns >= THREE {
        let (sidebar, rest) = split_left(body, SIDEBAR);
        let (list, main) = split_left(rest, (columns * 3 / 10).clamp(33, 40));
        areas = Areas { sidebar: Some(sidebar), main: Some(main), ..areas };
        if panel {
            areas.item = Some(list);
        } else {
            areas.list = Some(list);
        }
    } else if columns >= TWO {
        if model.area == Area::Sidebar {
            let (sidebar, list) = split_left(body, SIDEBAR);
            areas = Areas { sidebar: Some(sidebar), list: Some(list), ..areas };
        } else {
            let (list, main) = split_left(body, (columns * 2 / 5).clamp(30, 36));
            areas.main = Some(main);
            if panel {
                areas.item = Some(list);
            } else {
                areas.list = Some(list);
            }
        }
    } else {
        let breadcrumb = Rect { height: body.height.min(1), ..body };
        let rest = Rect { y: body.y + breadcrumb.height, height: body.height - breadcrumb.height, ..body };
        areas.breadcrumb = Some(breadcrumb);
        match model.area {
            Area::Sidebar => areas.sidebar = Some(rest),
            Area::List => areas.list = Some(rest),
            Area::Item if panel => areas.item = Some(rest),
            Area::Composer if panel && model.writes_on_item() => areas.item = Some(rest),
            Area::Thread | Area::Composer | Area::Item => areas.main = Some(rest),
        }
    }
    if model.page.offers.is_empty() { areas } else { with_offer(model, areas) }
}

/// Makes room for the offer: under the sections where they leave some, else under the list or what stands in its place,
/// else instead of the line that says where one is.
fn with_offer(model: &Model, mut areas: Areas) -> Areas {
    let sections = u16::try_from(model.page.sections.len()).unwrap_or(u16::MAX);
    if let Some(sidebar) = areas.sidebar
        && sidebar.height >= sections.saturating_add(PARTS + OFFER)
    {
        areas.offer = Some(foot(sidebar, OFFER));
    } else if let Some(line) = areas.breadcrumb {
        areas.offer = Some(line);
    } else if let Some(pane) = areas.list.as_mut().or(areas.item.as_mut()) {
        let height = if pane.height >= 3 * OFFER { OFFER } else { OFFER - 2 };
        areas.offer = Some(foot(*pane, height));
        pane.height -= height;
    }
    areas
}

/// The last lines of an area.
fn foot(area: Rect, height: u16) -> Rect {
    let height = height.min(area.height);
    Rect { y: area.bottom() - height, height, ..area }
}

/// An area of so many columns at the left; one column is left for the rule between.
fn split_left(area: Rect, columns: u16) -> (Rect, Rect) {
    let left = columns.min(area.width);
    let gap = (area.width - left).min(1);
    let rest = Rect { x: area.x + left + gap, width: area.width - left - gap, ..area };
    (Rect { width: left, ..area }, rest)
}

fn split_right(area: Rect, columns: u16) -> (Rect, Option<Rect>) {
    let (left, right) = split_left(area, area.width.saturating_sub(columns + 1));
    (left, (right.width > 0).then_some(right))
}

/// Lines that a row of the list takes: all of R3.8 in four, or in three where the screen is low.
pub const fn row_lines(rows: u16) -> u16 {
    if rows >= 30 { 4 } else { 3 }
}

/// How many rows of the list are on the screen; at least one.
pub fn list_rows(model: &Model) -> usize {
    let height = areas(model).list.map_or(model.size.1.saturating_sub(2), |list| list.height);
    usize::from((height.saturating_sub(1) / row_lines(model.size.1)).max(1))
}

/// Lines of the composer with its border: three where it rests or the screen is low, more while one writes.
pub fn composer_rows(rows: u16, writing: bool, lines: usize) -> u16 {
    if rows <= LOW || !writing {
        return 3;
    }
    let most = (rows / 3).max(5);
    u16::try_from(lines + 2).unwrap_or(most).clamp(5, most)
}

/// A pane cut into what is above and a composer of so many lines at its foot.
pub fn with_composer(pane: Rect, composer: u16) -> (Rect, Rect) {
    let composer = composer.min(pane.height);
    let above = Rect { height: pane.height - composer, ..pane };
    (above, Rect { y: pane.y + above.height, height: composer, ..pane })
}

/// The parts of the pane that shows a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadParts {
    /// Item, subject and axes, with the rule under them.
    pub head: Rect,
    /// What was written; the first column is the message cursor's, the second the edge.
    pub words: Rect,
    /// The composer.
    pub composer: Rect,
}

/// Lines above the words of a conversation.
const HEAD: u16 = 3;
/// Longer lines are hard to read.
const WIDEST: u16 = 100;

/// How the pane of the opened conversation is cut; `None` where none is opened or on the screen.
pub fn thread_parts(model: &Model) -> Option<ThreadParts> {
    let pane = areas(model).main?;
    let look = writing::of_thread(model)?;
    let (above, composer) = with_composer(pane, writing::rows(model, &look, pane.width));
    let head = Rect { height: HEAD.min(above.height), ..above };
    let words = Rect { y: above.y + head.height, height: above.height - head.height, ..above };
    Some(ThreadParts { head, words, composer })
}

/// Columns for words in a pane so wide: without the cursor's column, the edge, a blank and the right margin.
pub fn word_columns(pane: u16) -> usize {
    usize::from(pane.min(WIDEST).saturating_sub(4).max(10))
}
