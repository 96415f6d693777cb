//! A question with yes and no, drawn.

use crate::{
    domain::text::SafeText,
    tui::{dialog::Confirm, draw::piece::Row, keymap::Action, model::Model},
};
use ratatui::Frame;

const COLUMNS: u16 = 56;

pub(super) fn draw(confirm: &Confirm, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let columns = COLUMNS.min(frame.area().width.saturating_sub(4));
    let question = SafeText::block(&confirm.question).wrap(usize::from(columns));
    let details: Vec<String> = confirm
        .details
        .iter()
        .flat_map(|detail| SafeText::line(detail).wrap(usize::from(columns).saturating_sub(2)))
        .collect();
    let gap = usize::from(!details.is_empty());
    let rows = u16::try_from(question.len() + gap + details.len() + 2).unwrap_or(u16::MAX);
    let area = super::open_box(frame, theme, "Please confirm", columns, rows);
    let buffer = frame.buffer_mut();
    let mut y = 0;
    for line in &question {
        Row::new(buffer, area, y).own(line, theme.strong());
        y += 1;
    }
    y += u16::from(!details.is_empty());
    for line in details.iter().take(usize::from(area.height.saturating_sub(y + 2))) {
        Row::new(buffer, area, y).skip(2).own(line, theme.plain());
        y += 1;
    }
    let keys = &model.keymap;
    let yes = format!("  {}", confirm.yes);
    let mut row = Row::new(buffer, area, area.height.saturating_sub(1));
    row.own(&keys.keys_for(Action::AnswerYes), theme.accent()).own(&yes, theme.plain()).skip(4);
    let no = if confirm.never.is_some() { "  no" } else { "  no, leave it" };
    row.own(&keys.keys_for(Action::AnswerNo), theme.accent()).own(no, theme.plain());
    if confirm.never.is_some() {
        row.skip(4).own(&Confirm::NEVER.to_string(), theme.accent()).own("  never", theme.plain());
    }
}
