//! A search, drawn: the query, its syntax while it is empty or wrong, the hits.

use super::lines;
use crate::{
    desk::page::{From, Hit},
    domain::{
        conversation::{EntryKind, Privacy, State},
        text::{SafeText, width},
    },
    tui::{dialog::Search, draw::piece::Row, model::Model, time},
};
use ratatui::{Frame, buffer::Buffer, layout::Rect};

const SYNTAX: &str = "words, \"phrases\"\nfrom: to: group: assignee: tag:\nis:open is:closed is:locked is:private is:internal is:unread\n\
                      has:attachment item:TK-102 before:2026-05-04 after:2026-05-01 #4821";

/// Lines that a hit takes.
const LINES: u16 = 2;

pub(super) fn draw(search: &Search, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let area = super::open_page(frame, theme, "Search");
    super::field(frame, theme, area, 0, &search.filtered.field, 7, true);
    let rest = Rect { y: area.y + area.height.min(2), height: area.height.saturating_sub(2), ..area };
    let buffer = frame.buffer_mut();
    let Some(found) = search.found(model) else {
        let words = if search.is_empty() { SYNTAX } else { "Searching …" };
        lines::paragraph(buffer, theme, rest, words);
        return;
    };
    if let Some(problem) = &found.problem {
        let words = format!("! {problem}");
        let wrapped = SafeText::line(&words).wrap(usize::from(rest.width));
        for (y, line) in (0..rest.height).zip(&wrapped) {
            Row::new(buffer, rest, y).own(line, theme.alarm());
        }
        let gone = u16::try_from(wrapped.len() + 1).unwrap_or(u16::MAX).min(rest.height);
        lines::paragraph(buffer, theme, Rect { y: rest.y + gone, height: rest.height - gone, ..rest }, SYNTAX);
        return;
    }
    let rows = found.hits.len() + usize::from(found.older.is_some());
    if rows == 0 {
        lines::paragraph(buffer, theme, rest, "Nothing was found that you may read. Ctrl-U empties the field.");
        return;
    }
    let fit = usize::from((rest.height / LINES).max(1));
    let first = search.filtered.list.first_shown(rows, fit);
    let picked = search.filtered.list.picked(rows);
    for (place, at) in (0..).zip(first..rows.min(first + fit)) {
        let area =
            Rect { y: rest.y + place * LINES, height: LINES.min(rest.height.saturating_sub(place * LINES)), ..rest };
        let here = picked == Some(at);
        if let Some(hit) = found.hits.get(at) {
            draw_hit(hit, model, buffer, area, here);
        } else {
            let style = if here { theme.selected() } else { theme.quiet() };
            Row::new(buffer, area, 0).own(if here { "› older …" } else { "  older …" }, style);
        }
    }
}

fn draw_hit(hit: &Hit, model: &Model, buffer: &mut Buffer, area: Rect, here: bool) {
    let theme = model.theme;
    let row = &hit.conversation;
    let (head, text) = if here { (theme.selected(), theme.selected()) } else { (theme.strong(), theme.plain()) };
    if here {
        for y in 0..area.height {
            Row::new(buffer, area, y).own(&" ".repeat(usize::from(area.width)), theme.selected());
        }
    }
    let mut marks = String::new();
    if hit.entry.kind == EntryKind::Note {
        marks.push_str("NOTE ");
    }
    if row.privacy == Privacy::Private {
        marks.push_str("private ");
    }
    match row.state {
        State::Open => {}
        State::Closed => marks.push_str("closed "),
        State::Locked => marks.push_str("locked "),
    }
    let from = match &hit.entry.from {
        From::Agent(person) | From::Customer(person) | From::Outside(person) => person.name.as_str(),
        From::System => "deskline",
    };
    let right = format!("{marks}#{}  {:>6}", row.id, time::age(model.now, hit.entry.at, model.zone));
    let mut line = Row::new(buffer, area, 0);
    line.right(&right, head).own(if here { "› " } else { "  " }, head);
    let room = line.left().saturating_sub(1);
    let from = SafeText::line(from).fit(room.min(24));
    line.own(&from, head).skip(1).foreign(&row.subject, room.saturating_sub(width(&from) + 1), text);
    let words = hit.entry.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut line = Row::new(buffer, area, 1);
    line.own("    ", text).foreign(&words, usize::MAX, if here { text } else { theme.quiet() });
}
