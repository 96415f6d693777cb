//! A held message, drawn: what was added, and the choices.

use crate::{
    domain::{conversation::Audience, text::SafeText},
    tui::{
        dialog::Held,
        draw::piece::Row,
        flow::{self, Voice},
        model::Model,
        time,
    },
};
use ratatui::Frame;

const COLUMNS: u16 = 64;
/// Lines of one addition.
const LINES: usize = 3;

pub(super) fn draw(held: &Held, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let columns = COLUMNS.min(frame.area().width.saturating_sub(4));
    let audience = model.opened().map_or(Audience::Customer, |thread| thread.row.audience);
    let mut lines = Vec::new();
    for entry in &held.unseen {
        let at = time::clock(entry.at, model.zone);
        let words = SafeText::block(entry.text.trim()).wrap(usize::from(columns).saturating_sub(2));
        match flow::voice(entry, audience) {
            Some((voice, name)) => {
                let note = if voice == Voice::Note { "NOTE " } else { "" };
                lines.push((
                    format!("{note}{} · {at}", SafeText::line(name).fit(usize::from(columns) - 16)),
                    theme.strong(),
                ));
                let more = words.len().saturating_sub(LINES);
                lines.extend(words.into_iter().take(LINES).map(|line| (format!("  {line}"), theme.plain())));
                if more > 0 {
                    lines.push((format!("  ⋯ {}", counted(more, "more line")), theme.quiet()));
                }
            }
            None => lines.extend(words.into_iter().take(1).map(|line| (format!("· {line} · {at}"), theme.quiet()))),
        }
    }
    let choices = u16::try_from(Held::CHOICES.len()).unwrap_or(3);
    let rows = u16::try_from(lines.len() + 2).unwrap_or(u16::MAX).saturating_add(choices);
    let area = super::open_box(frame, theme, "Not sent yet: this was added", columns, rows);
    let buffer = frame.buffer_mut();
    // The newest additions are the ones that matter where not all fit.
    let room = usize::from(area.height.saturating_sub(choices + 1));
    let skipped = if lines.len() > room { lines.len() + 1 - room } else { 0 };
    if skipped > 0 {
        let words = format!("⋯ {} before these", counted(skipped, "line"));
        lines.splice(..skipped, [(words, theme.alarm())]);
    }
    for (y, (line, style)) in (0..area.height).zip(&lines) {
        Row::new(buffer, area, y).own(line, *style);
    }
    let picked = held.choices.picked(Held::CHOICES.len());
    for (at, choice) in Held::CHOICES.iter().enumerate() {
        let y = area.height.saturating_sub(choices) + u16::try_from(at).unwrap_or(0);
        let here = picked == Some(at);
        let mark = if here { "▸ " } else { "  " };
        let style = if here { theme.selected() } else { theme.plain() };
        Row::new(buffer, area, y).own(mark, theme.accent()).own(choice, style);
    }
}

fn counted(number: usize, what: &str) -> String {
    let many = if number == 1 { "" } else { "s" };
    format!("{number} {what}{many}")
}
