//! The box that says what is on offer, beside what is being done: the longest waiting one.

use super::{piece::Row, screen::counted};
use crate::{
    desk::page::OfferRow,
    domain::{
        conversation::Privacy,
        text::{SafeText, width},
    },
    tui::{
        keymap::Action,
        layout,
        model::{Area, Model},
        time,
    },
};
use ratatui::{
    Frame,
    layout::Rect,
    widgets::{Block, BorderType, Clear},
};

/// "Offer", or "Offer 1 of 3" where there are several.
pub fn title(model: &Model, at: usize) -> String {
    match model.page.offered {
        0 | 1 => "Offer".to_owned(),
        many => format!("Offer {} of {}", at + 1, counted(many)),
    }
}

/// Who asks, by name.
pub fn requester(offer: &OfferRow) -> &str {
    offer.conversation.requester.as_ref().map_or("", |person| person.name.as_str())
}

/// What it is about: the subject, or the last words where there is none.
pub fn subject(offer: &OfferRow) -> &str {
    let row = &offer.conversation;
    let last = row.last.as_ref().map_or("", |last| last.text.as_str());
    if row.subject.is_empty() { last } else { &row.subject }
}

/// "private · 2m": what to know besides.
pub fn standing(offer: &OfferRow, model: &Model) -> String {
    let age = time::age(model.now, offer.since, model.zone);
    match offer.conversation.privacy {
        Privacy::Public => age,
        Privacy::Private => format!("private · {age}"),
    }
}

/// How the keys get there: "o" outside of text, "Esc o" in it.
fn key(model: &Model) -> String {
    let key = model.keymap.keys_for(Action::Offers);
    match model.area {
        Area::Composer => format!("{} {key}", model.keymap.keys_for(Action::LeaveComposer)),
        Area::Sidebar | Area::List | Area::Thread | Area::Item => key,
    }
}

pub(super) fn draw(model: &Model, frame: &mut Frame, area: Rect) {
    let Some(offer) = model.page.offers.first() else { return };
    if area.height == 1 {
        return line(model, offer, frame, area);
    }
    let theme = model.theme;
    let bottom = format!(" {} to answer ", key(model));
    frame.render_widget(Clear, area);
    let block = Block::bordered()
        .border_type(BorderType::Double)
        .border_style(theme.fresh())
        .title(format!(" {} ", title(model, 0)))
        .title_bottom(bottom);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let buffer = frame.buffer_mut();
    let columns = usize::from(inner.width);
    if area.height < layout::OFFER {
        let mut row = Row::new(buffer, inner, 0);
        row.right(&standing(offer, model), theme.quiet());
        let left = row.left().saturating_sub(1);
        let words = format!("{} · {}", requester(offer), subject(offer));
        row.foreign(&words, left, theme.strong());
        return;
    }
    Row::new(buffer, inner, 0).foreign(requester(offer), columns, theme.strong());
    Row::new(buffer, inner, 1).foreign(subject(offer), columns, theme.plain());
    let mut row = Row::new(buffer, inner, 2);
    row.right(&standing(offer, model), theme.quiet());
    let left = row.left().saturating_sub(1);
    row.foreign(offer.conversation.group.as_deref().unwrap_or(""), left, theme.quiet());
}

/// Where only a line is free.
fn line(model: &Model, offer: &OfferRow, frame: &mut Frame, area: Rect) {
    let theme = model.theme;
    let end = format!("{}  {} to answer ", standing(offer, model), key(model));
    let buffer = frame.buffer_mut();
    let blank = " ".repeat(usize::from(area.width));
    Row::new(buffer, area, 0).own(&blank, theme.selected());
    let mut row = Row::new(buffer, area, 0);
    row.own(&format!(" {}  ", title(model, 0)), theme.selected());
    if row.left() > width(&end) + 8 {
        row.right(&end, theme.selected());
    }
    let words = SafeText::line(&format!("{} · {}", requester(offer), subject(offer)));
    let left = row.left().saturating_sub(1);
    row.own(&words.fit(left), theme.selected());
}
