//! What mails suggest, drawn.

use super::lines::{self, Line};
use crate::{
    domain::mail::LikenessWhy,
    tui::{
        delivery::named,
        dialog::{Suggested, suggested::Kind},
        model::Model,
    },
};
use ratatui::Frame;

const COLUMNS: u16 = 72;
/// Rows of the longest list that is shown without moving.
const ROWS: usize = 12;

pub(super) fn draw(suggested: Suggested, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let likenesses = suggested.likenesses(&model.page).iter().map(|like| {
        let because = match like.because {
            LikenessWhy::Headers => "its mail answers one there",
            LikenessWhy::Subject => "same sender, alike subject",
            LikenessWhy::Customer => "",
        };
        let subject = if like.subject.is_empty() { "(no subject)" } else { &like.subject };
        Line::row(format!("#{:<6} ", like.conversation), subject).right(because)
    });
    let people = suggested.people(&model.page).iter().map(|person| Line::row("", named([person])));
    let drawn: Vec<Line> = likenesses.chain(people).collect();
    let (title, note) = match suggested.kind {
        Kind::Likenesses | Kind::Others => (
            format!("Merge #{} into", suggested.conversation),
            "Its messages stand behind those that are there. z takes it back while nothing was added since.",
        ),
        Kind::People => (
            format!("Add to #{}, named in its mails", suggested.conversation),
            "Whoever is added is sent every reply from then on. Names and addresses are the sender's claims.",
        ),
    };
    let rows = u16::try_from(drawn.len().clamp(2, ROWS) + 4).unwrap_or(u16::MAX);
    let area = super::open_box(frame, theme, &title, COLUMNS, rows);
    if drawn.is_empty() {
        let words = match suggested.kind {
            Kind::Likenesses | Kind::People => "Nothing is left to choose from. Esc goes back.",
            Kind::Others => "Its customer has no other conversation here that takes messages. Esc goes back.",
        };
        lines::paragraph(frame.buffer_mut(), theme, area, words);
        return;
    }
    let rest = lines::note(frame.buffer_mut(), theme, area, note, false);
    lines::draw(frame.buffer_mut(), theme, rest, &drawn, suggested.list, true);
}
