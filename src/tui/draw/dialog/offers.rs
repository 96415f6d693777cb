//! The offer that has the keys, drawn: who asks for what, and the three answers.

use crate::{
    domain::text::SafeText,
    tui::{
        dialog::Offers,
        draw::{
            offer::{requester, standing, subject, title},
            piece::Row,
        },
        keymap::Action,
        model::Model,
    },
};
use ratatui::Frame;

const COLUMNS: u16 = 60;
/// Lines of the last words.
const LINES: usize = 4;

const ANSWERS: [Action; 3] = [Action::AcceptOffer, Action::AcceptAndOpen, Action::RejectOffer];

pub(super) fn draw(offers: &Offers, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let columns = COLUMNS.min(frame.area().width.saturating_sub(4));
    let room = usize::from(columns);
    let Some(offer) = offers.offer(&model.page) else {
        let area = super::open_box(frame, theme, "Offer", columns, 3);
        let (next, leave) = (model.keymap.keys_for(Action::NextOffer), model.keymap.keys_for(Action::LeaveOffers));
        let buffer = frame.buffer_mut();
        Row::new(buffer, area, 0).own("This offer is gone.", theme.plain());
        Row::new(buffer, area, 2)
            .own(&next, theme.accent())
            .own(" shows another one  ", theme.quiet())
            .own(&leave, theme.accent())
            .own(" goes back", theme.quiet());
        return;
    };
    let row = &offer.conversation;
    let last = row.last.as_ref().map_or("", |last| last.text.as_str());
    let words: Vec<String> = SafeText::block(last.trim()).wrap(room).into_iter().take(LINES).collect();
    let rows = u16::try_from(words.len()).unwrap_or(0) + 5;
    let area = super::open_box(frame, theme, &title(model, offers.at), columns, rows);
    let buffer = frame.buffer_mut();
    let mut line = Row::new(buffer, area, 0);
    line.right(&format!("#{}", row.id), theme.quiet());
    let left = line.left().saturating_sub(1);
    line.foreign(requester(offer), left, theme.strong());
    Row::new(buffer, area, 1).foreign(subject(offer), room, theme.plain());
    let mut line = Row::new(buffer, area, 2);
    line.right(&standing(offer, model), theme.quiet());
    let left = line.left().saturating_sub(1);
    line.foreign(row.group.as_deref().unwrap_or(""), left, theme.quiet());
    for (y, words) in (3..area.height).zip(&words) {
        Row::new(buffer, area, y).own(words, theme.quiet());
    }
    let mut line = Row::new(buffer, area, area.height.saturating_sub(1));
    for action in ANSWERS {
        let label = &model.keymap.row(action).label;
        line.own(&model.keymap.keys_for(action), theme.accent())
            .own(" ", theme.plain())
            .own(label, theme.plain())
            .skip(3);
    }
}
