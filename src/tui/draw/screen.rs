//! The whole screen: header, footer, the areas and the rules between them, then the layers.

use super::{composer, dialog, item, list, offer, piece::Row, sidebar, thread};
use crate::{
    desk::page::EXACT,
    domain::text::{SafeText, width},
    tui::{
        footer,
        keymap::Action,
        layout::{self, Areas},
        model::{Area, Message, Model},
        writing,
    },
};
use ratatui::{
    Frame,
    buffer::Buffer,
    layout::Rect,
    style::Style,
    widgets::{Clear, Widget},
};

/// The most lines that a message takes.
const SAID: u16 = 4;

/// Draws the whole screen.
pub fn draw(model: &Model, frame: &mut Frame) {
    let screen = frame.area();
    if layout::too_small((screen.width, screen.height)) {
        let (columns, rows) = layout::SMALLEST;
        let all = [format!("deskline needs {columns} × {rows}"), format!("needs {columns}×{rows}")];
        let short = format!("{columns}×{rows}");
        let words = all.into_iter().find(|words| width(words) <= usize::from(screen.width)).unwrap_or(short);
        Row::new(frame.buffer_mut(), screen, screen.height / 2).own(&words, model.theme.plain());
        return;
    }
    if let Some(why) = &model.shut {
        shut(model, why, frame.buffer_mut(), screen);
        return;
    }
    let areas = layout::areas(model);
    header(model, frame.buffer_mut(), areas.header);
    rules(model, frame.buffer_mut(), &areas);
    if let Some(area) = areas.breadcrumb {
        breadcrumb(model, frame.buffer_mut(), area);
    }
    if let Some(area) = areas.sidebar {
        sidebar::draw(model, frame.buffer_mut(), area);
    }
    if let Some(area) = areas.list {
        list::draw(model, frame.buffer_mut(), area);
    }
    if let Some(area) = areas.main {
        if model.item_is_main() { item::draw(model, frame, area) } else { thread::draw(model, frame, area) }
    }
    if let Some(area) = areas.item {
        item::draw(model, frame, area);
    }
    if let Some(mention) = writing::mention_list(model) {
        composer::draw_mentions(model, frame, &mention);
    }
    if let Some(area) = areas.offer {
        offer::draw(model, frame, area);
    }
    for layer in &model.layers {
        dialog::draw(layer, model, frame);
    }
    foot(model, frame.buffer_mut(), areas.footer);
}

/// Nothing but why there is nothing.
fn shut(model: &Model, why: &str, buffer: &mut Buffer, area: Rect) {
    let columns = usize::from(area.width.saturating_sub(4));
    let mut y = area.height / 3;
    for line in SafeText::line(why).wrap(columns) {
        Row::new(buffer, area, y).skip(2).own(&line, model.theme.plain());
        y += 1;
    }
    let quit = format!("{}  quit", model.keymap.keys_for(Action::Quit));
    Row::new(buffer, area, y + 1).skip(2).own(&quit, model.theme.quiet());
}

/// A number as far as it is exact: "999+".
pub fn counted(number: u32) -> String {
    if number > EXACT { format!("{EXACT}+") } else { number.to_string() }
}

fn header(model: &Model, buffer: &mut Buffer, area: Rect) {
    let theme = model.theme;
    let me = &model.page.me;
    let name = SafeText::line(&me.name).fit(24);
    let who = format!("{name}, {} ", me.role);
    let mut row = Row::new(buffer, area, 0);
    row.skip(1).own("deskline", theme.strong());
    if row.left() > width(&who) + 30 {
        row.right(&who, theme.plain());
    }
    let (bell, style) = if model.page.bell > 0 {
        (format!("bell {}    ", counted(model.page.bell)), theme.strong())
    } else {
        (String::new(), theme.plain())
    };
    row.right(&bell, style);
    let troubled: Vec<&str> =
        model.page.mailboxes.iter().filter(|it| it.trouble.is_some()).map(|it| it.name.as_str()).collect();
    match troubled.as_slice() {
        [] => {}
        [name] => {
            row.right(&format!("! mailbox {}   ", SafeText::line(name).fit(16)), theme.alarm());
        }
        more => {
            row.right(&format!("! {} mailboxes   ", more.len()), theme.alarm());
        }
    }
    let (ready, style) = if me.ready { ("● ready   ", theme.fresh()) } else { ("○ not ready   ", theme.quiet()) };
    row.right(ready, style);
    row.own(" · ", theme.quiet());
    let left = row.left();
    row.foreign(&model.page.team, left.saturating_sub(1), theme.plain());
}

fn breadcrumb(model: &Model, buffer: &mut Buffer, area: Rect) {
    let theme = model.theme;
    let mut row = Row::new(buffer, area, 0);
    row.skip(1).own(model.section.part().title(), theme.quiet());
    if model.area != Area::Sidebar {
        row.own(" › ", theme.quiet()).own(model.section.title(), theme.quiet());
    }
    let deep = match model.area {
        Area::Sidebar | Area::List => None,
        Area::Item => model.shown_item().map(|item| item.to_string()),
        Area::Thread | Area::Composer => model.thread.as_ref().map(|view| format!("#{}", view.conversation)),
    };
    if let Some(deep) = deep {
        row.own(" › ", theme.quiet()).own(&deep, theme.plain());
    }
}

/// The upright rules left of every area but the first.
fn rules(model: &Model, buffer: &mut Buffer, areas: &Areas) {
    let style = model.theme.quiet();
    for area in [areas.list, areas.main, areas.item].into_iter().flatten() {
        if area.x == 0 {
            continue;
        }
        for y in area.top()..area.bottom() {
            buffer.set_stringn(area.x - 1, y, "│", 1, style);
        }
    }
}

fn foot(model: &Model, buffer: &mut Buffer, area: Rect) {
    let theme = model.theme;
    if let Some(message) = &model.message {
        return said(model, message, buffer, area);
    }
    let mut row = Row::new(buffer, area, 0);
    row.skip(1);
    if let Some((begun, keys)) = footer::following(model) {
        return follow(&mut row, model, &begun, &keys);
    }
    // The last one, all keys, is there however few others fit.
    let hints = footer::hints(model);
    let columns = |(key, words): &(String, String)| width(key) + width(words) + 3;
    let last = hints.last().map_or(0, columns);
    for (at, hint) in hints.iter().enumerate() {
        let reserved = if at + 1 == hints.len() { 0 } else { last };
        if row.left() + 1 < columns(hint) + reserved {
            continue;
        }
        row.own(&hint.0, theme.accent()).own(" ", Style::new()).own(&hint.1, theme.quiet()).skip(2);
    }
}

/// What is to be known, on the last line; what does not fit there takes lines above it, until the next key.
fn said(model: &Model, message: &Message, buffer: &mut Buffer, area: Rect) {
    let theme = model.theme;
    let style = if message.trouble { theme.alarm() } else { theme.strong() };
    let mark = if message.trouble { "! " } else { "" };
    let undo = if message.undo { footer::undo_hint(model) } else { String::new() };
    let columns = usize::from(area.width).saturating_sub(width(&undo) + mark.len() + 2);
    let lines = SafeText::line(&message.text).wrap(columns);
    let above = u16::try_from(lines.len()).unwrap_or(SAID).min(SAID).saturating_sub(1).min(area.y);
    let area = Rect { y: area.y - above, height: area.height + above, ..area };
    Clear.render(area, buffer);
    for (at, line) in (0..=above).zip(&lines) {
        let mut row = Row::new(buffer, area, at);
        row.skip(1);
        let mark = if at == 0 { mark } else { &"  "[..mark.len()] };
        row.own(mark, style).own(line, style);
        if at == above {
            row.own(if lines.len() > usize::from(above) + 1 { "…" } else { "" }, style).own(&undo, theme.quiet());
        }
    }
}

/// The keys that can follow those pressed, as many as fit.
fn follow(row: &mut Row<'_>, model: &Model, begun: &str, keys: &[(String, String)]) {
    let theme = model.theme;
    row.own(begun, theme.strong()).skip(2);
    for (at, (key, words)) in keys.iter().enumerate() {
        let last = at + 1 == keys.len();
        let between = if at == 0 { "" } else { " · " };
        let reserved = if last { 0 } else { 4 };
        if row.left() < width(between) + width(key) + 1 + width(words) + reserved {
            row.own(between, theme.quiet()).own("…", theme.quiet());
            return;
        }
        row.own(between, theme.quiet()).own(key, theme.accent()).own(" ", Style::new()).own(words, theme.quiet());
    }
}
