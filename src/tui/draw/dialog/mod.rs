//! The layers over the screen, drawn: one file for each.

mod administration;
mod assign;
mod attachments;
mod bell;
mod confirm;
mod customer_details;
mod files;
mod form;
mod forward;
mod held;
mod help;
mod keys;
mod lines;
mod link;
mod menu;
mod new_conversation;
mod offers;
mod original;
mod palette;
mod people;
mod search;
mod sheet;
mod suggested;

use crate::{
    domain::text::{SafeText, width},
    tui::{
        dialog::{Field, Layer},
        editor::skip_columns,
        model::Model,
        theme::Theme,
    },
};
use ratatui::{
    Frame,
    layout::{Position, Rect},
    style::{Modifier, Style},
    widgets::{Block, BorderType, Clear},
};

/// Draws one layer over what is there.
pub fn draw(layer: &Layer, model: &Model, frame: &mut Frame) {
    match layer {
        Layer::Confirm(confirm) => confirm::draw(confirm, model, frame),
        Layer::Held(held) => held::draw(held, model, frame),
        Layer::Menu(menu) => menu::draw(*menu, model, frame),
        Layer::Assign(assign) => assign::draw(assign, model, frame),
        Layer::People(people) => people::draw(people, model, frame),
        Layer::Link(link) => link::draw(link, model, frame),
        Layer::Forward(forward) => forward::draw(forward, model, frame),
        Layer::CustomerDetails(details) => customer_details::draw(details, model, frame),
        Layer::NewConversation(new) => new_conversation::draw(new, model, frame),
        Layer::Search(search) => search::draw(search, model, frame),
        Layer::Offers(offers) => offers::draw(offers, model, frame),
        Layer::Original(original) => original::draw(original, model, frame),
        Layer::Attachments(attachments) => attachments::draw(attachments, model, frame),
        Layer::Files(files) => files::draw(files, model, frame),
        Layer::Palette(palette) => palette::draw(palette, model, frame),
        Layer::Help(help) => help::draw(help, model, frame),
        Layer::Bell(bell) => bell::draw(bell, model, frame),
        Layer::Administration(administration) => administration::draw(administration, model, frame),
        Layer::Keys(keys) => keys::draw(keys, model, frame),
        Layer::Sheet(sheet) => sheet::draw(sheet, model, frame),
        Layer::Suggested(suggested) => suggested::draw(*suggested, model, frame),
    }
}

/// An empty box with a title in the middle of the body, as large as asked for or as there is room: header and footer stay; gives the
/// place inside, a column free at either side.
pub fn open_box(frame: &mut Frame, theme: Theme, title: &str, columns: u16, rows: u16) -> Rect {
    let screen = crate::tui::layout::body(frame.area());
    let width = columns.saturating_add(4).min(screen.width);
    let height = rows.saturating_add(2).min(screen.height);
    let area = Rect::new((screen.width - width) / 2, screen.y + (screen.height - height) / 3, width, height);
    // A wide character that lies half under the box would push the border aside.
    let around =
        Rect::new(area.x.saturating_sub(1), area.y, (width + 2).min(screen.width - area.x.saturating_sub(1)), height);
    widen_clear(frame, around, area);
    let block =
        Block::bordered().border_type(BorderType::Rounded).border_style(theme.accent()).title(format!(" {title} "));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    Rect { x: inner.x.saturating_add(1), width: inner.width.saturating_sub(2), ..inner }
}

/// The whole body of the screen for one layer, header and footer left as they are; gives the place below its title.
pub fn open_page(frame: &mut Frame, theme: Theme, title: &str) -> Rect {
    let area = crate::tui::layout::body(frame.area());
    frame.render_widget(Clear, area);
    let columns = usize::from(area.width);
    super::piece::Row::new(frame.buffer_mut(), area, 0).skip(1).own(title, theme.strong());
    super::piece::Row::new(frame.buffer_mut(), area, 1).own(&"─".repeat(columns), theme.quiet());
    let top = area.height.min(2);
    Rect {
        x: area.x + area.width.min(1),
        y: area.y + top,
        width: area.width.saturating_sub(2),
        height: area.height - top,
    }
}

fn widen_clear(frame: &mut Frame, around: Rect, area: Rect) {
    let buffer = frame.buffer_mut();
    for y in area.top()..area.bottom() {
        if around.x < area.x
            && let Some(cell) = buffer.cell_mut(Position::new(around.x, y))
            && width(cell.symbol()) > 1
        {
            cell.set_symbol(" ");
        }
    }
    frame.render_widget(Clear, area);
}

/// A field in one row: its label in `label_columns`, then its text with the end that holds the cursor in view. With the
/// focus the cursor is the terminal's own.
pub fn field(frame: &mut Frame, theme: Theme, area: Rect, y: u16, field: &Field, label_columns: u16, focused: bool) {
    if y >= area.height {
        return;
    }
    let label_style = if focused { theme.accent() } else { theme.quiet() };
    let mut row = super::piece::Row::new(frame.buffer_mut(), area, y);
    row.own(if focused { "› " } else { "  " }, label_style).own(field.label, label_style);
    let start = area.x.saturating_add(label_columns).saturating_add(2).min(area.right());
    let columns = usize::from(area.right() - start);
    let before = SafeText::line(&field.text()[..field.editor.cursor()]);
    let hidden = (before.width() + 1).saturating_sub(columns);
    let safe = SafeText::line(field.text());
    let shown = skip_columns(safe.as_str(), hidden);
    let style = if focused { theme.plain() } else { Style::new() };
    frame.buffer_mut().set_stringn(start, area.y + y, shown, columns, style);
    if focused {
        let x = start
            + u16::try_from((before.width() - hidden.min(before.width())).min(columns.saturating_sub(1))).unwrap_or(0);
        frame.set_cursor_position(Position::new(x, area.y + y));
    }
}

/// A button: `[ Words ]`, reversed with the focus, dim and struck out where it cannot be used.
pub fn button_style(theme: Theme, focused: bool, usable: bool) -> Style {
    let style = if focused { theme.selected() } else { theme.plain() };
    // Not every terminal shows dim letters.
    if usable { style } else { style.patch(theme.disabled()).add_modifier(Modifier::CROSSED_OUT) }
}
