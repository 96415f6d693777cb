//! The keys that let an agent in, drawn.

use super::lines::{self, Line, Look};
use crate::{
    desk::page::KeyRow,
    domain::text::SafeText,
    tui::{
        dialog::{Keys, Layer},
        draw::piece::Row,
        model::Model,
        time,
    },
};
use ratatui::{Frame, layout::Rect};

/// How much of a fingerprint a row shows; enough to name the key on the command line.
const SHOWN: usize = 24;

pub(super) fn draw(keys: &Keys, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let title = format!("Keys of @{}", SafeText::line(&keys.handle).fit(32));
    let area = super::open_box(frame, theme, &title, 72, 16);
    let area = invite(keys, model, frame, area);
    let buffer = frame.buffer_mut();
    let on_top = matches!(model.layers.last(), Some(Layer::Keys(_)));
    let (words, trouble) = match &keys.problem {
        Some(problem) => (problem.clone(), true),
        None if on_top => (note(keys, model), false),
        None => (" ".to_owned(), false),
    };
    let rest = lines::note(buffer, theme, area, &words, trouble);
    let Some(rows) = keys.rows(&model.page) else {
        lines::paragraph(buffer, theme, rest, "Reading …");
        return;
    };
    if rows.is_empty() {
        lines::paragraph(buffer, theme, rest, &format!("No key lets @{} in yet.", keys.handle));
    }
    let drawn: Vec<Line> = rows.iter().map(|row| line(row, model)).collect();
    lines::draw(buffer, theme, rest, &drawn, keys.list, true);
}

/// The code, as long as the layer is there; gives what is left below.
fn invite(keys: &Keys, model: &Model, frame: &mut Frame, area: Rect) -> Rect {
    let Some(invite) = &keys.invite else { return area };
    let theme = model.theme;
    let until = time::stamp(invite.expires, model.zone);
    let buffer = frame.buffer_mut();
    Row::new(buffer, area, 0).own("Invite code  ", theme.quiet()).own(&invite.code, theme.strong());
    let words = format!(
        "Until {until}, once, for one key; it is shown only here, y copies it. @{} logs in over SSH as “join” with that key and types it.",
        invite.handle
    );
    let wrapped = SafeText::line(&words).wrap(usize::from(area.width));
    for (y, line) in (1..area.height).zip(&wrapped) {
        Row::new(buffer, area, y).own(line, theme.quiet());
    }
    let used = area.height.min(2 + u16::try_from(wrapped.len()).unwrap_or(0));
    Rect { y: area.y + used, height: area.height - used, ..area }
}

fn note(keys: &Keys, model: &Model) -> String {
    let invites = format!("i invites @{} to bring a key.", keys.handle);
    match keys.picked(&model.page) {
        Some(key) if key.revoked.is_none() => {
            format!("{} added {}. x revokes it, {invites}", key.fingerprint, time::stamp(key.added, model.zone))
        }
        Some(key) => format!("{} added {}. {invites}", key.fingerprint, time::stamp(key.added, model.zone)),
        None => invites,
    }
}

fn line(row: &KeyRow, model: &Model) -> Line {
    let fingerprint = SafeText::line(&row.fingerprint).fit(SHOWN);
    let (right, look) = match (row.revoked, row.used) {
        (Some(at), _) => (format!("revoked {}", time::age(model.now, at, model.zone)), Look::Disabled),
        (None, Some(at)) => (format!("used {}", time::age(model.now, at, model.zone)), Look::Plain),
        (None, None) => ("never used".to_owned(), Look::Plain),
    };
    let kind = row.algorithm.trim_end_matches("@openssh.com");
    Line::row(format!("{fingerprint:<SHOWN$}  "), format!("{kind}  {}", row.comment)).right(right).look(look)
}
