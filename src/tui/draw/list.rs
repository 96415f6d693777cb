//! The list of a section.

use super::{piece::Row, screen::counted};
use crate::{
    desk::page::{ConversationRow, ItemRow, Person},
    domain::{
        conversation::{Audience, Privacy, State},
        mail::DeliveryState,
        section::Section,
        text::{SafeText, width},
    },
    tui::{
        layout,
        model::{Area, Model, RowKey},
        time,
    },
};
use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
    style::{Modifier, Style},
};

pub(super) fn draw(model: &Model, buffer: &mut Buffer, area: Rect) {
    let theme = model.theme;
    let focused = model.area == Area::List && model.layers.is_empty();
    title(model, buffer, area, focused);
    let rest = Rect { y: area.y + area.height.min(1), height: area.height.saturating_sub(1), ..area };
    if model.row_count() == 0 {
        empty(model, buffer, rest);
        return;
    }
    let lines = layout::row_lines(model.size.1);
    for place in 0..rest.height / lines {
        let index = model.list.top + usize::from(place);
        let Some(key) = model.row_key(index) else { break };
        let selected = model.list.selected == Some(key);
        let area = Rect { y: rest.y + place * lines, height: lines, ..rest };
        match key {
            RowKey::Conversation(id) => {
                if let Some(row) = model.rows().get(index) {
                    let chosen = model.list.chosen.contains(&id);
                    conversation(model, buffer, area, row, chosen);
                }
            }
            RowKey::Item(_) => {
                if let Some(row) = model.item_rows().get(index) {
                    item(model, buffer, area, row);
                }
            }
        }
        if selected {
            mark(buffer, area, focused, if focused { theme.accent() } else { theme.quiet() });
        }
    }
}

/// The edge of the selected row; with the keys its first line stands out too.
fn mark(buffer: &mut Buffer, area: Rect, focused: bool, edge: Style) {
    for y in area.top()..area.bottom() {
        buffer.set_stringn(area.x, y, "▌", 1, edge);
    }
    if focused {
        for x in area.x + 1..area.right() {
            if let Some(cell) = buffer.cell_mut(Position::new(x, area.y)) {
                cell.modifier.insert(Modifier::REVERSED);
                cell.modifier.remove(Modifier::DIM);
            }
        }
    }
}

fn title(model: &Model, buffer: &mut Buffer, area: Rect, focused: bool) {
    let theme = model.theme;
    let total = model.page.list.as_ref().filter(|list| list.section == model.section).map(|list| counted(list.total));
    let mut row = Row::new(buffer, area, 0);
    row.right(&format!("{} ", total.unwrap_or_default()), theme.plain());
    let chosen = match model.list.chosen.len() {
        0 => String::new(),
        count => format!(" · {count} chosen"),
    };
    // One blank stays before the number.
    let room = row.left().saturating_sub(width(&chosen) + 2);
    let name = if width(model.section.title()) > room { model.section.label() } else { model.section.title() };
    let name = SafeText::line(name).fit(room);
    row.skip(1).own(&name, if focused { theme.accent() } else { theme.strong() }).own(&chosen, theme.fresh());
}

fn conversation(model: &Model, buffer: &mut Buffer, area: Rect, row: &ConversationRow, chosen: bool) {
    let theme = model.theme;
    let (sign, sign_style) = sign(model, row, chosen);
    let loud = if row.unread { theme.strong() } else { theme.plain() };
    let mut line = Row::new(buffer, area, 0);
    let when = format!("{:>4} ", time::age(model.now, row.at, model.zone));
    line.right(&when, theme.quiet());
    line.right(&format!(" #{} ", row.id), theme.quiet());
    line.skip(1).own(sign, sign_style).skip(1);
    if row.withheld {
        line.own("Direct, of others", theme.quiet());
        Row::new(buffer, area, 1).skip(3).own("Enter opens it, audited.", theme.quiet());
        return;
    }
    let left = line.left();
    line.foreign(&people(row), left, loud);
    let subject = if row.subject.is_empty() { "no subject" } else { &row.subject };
    let subject_style = if row.subject.is_empty() { theme.quiet() } else { loud };
    let words: String = row.last.as_ref().map_or_else(String::new, |last| in_one_line(&last.text));
    let mut line = Row::new(buffer, area, 1);
    line.skip(3);
    let left = line.left().saturating_sub(1);
    line.foreign(subject, left, subject_style);
    if area.height >= 4 {
        let mut line = Row::new(buffer, area, 2);
        line.skip(3);
        let left = line.left().saturating_sub(1);
        line.foreign(&words, left, theme.quiet());
    } else if line.left() > 8 && !words.is_empty() {
        line.own(" – ", theme.quiet());
        let left = line.left().saturating_sub(1);
        line.foreign(&words, left, theme.quiet());
    }
    where_it_stands(model, buffer, area, row);
}

/// Words without their line breaks, as many as a row can show.
fn in_one_line(text: &str) -> String {
    let mut line = String::new();
    for word in text.split_whitespace().take(60) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// The last line of a row: what it is besides public and open, its item, its assignee.
fn where_it_stands(model: &Model, buffer: &mut Buffer, area: Rect, row: &ConversationRow) {
    let theme = model.theme;
    let mut line = Row::new(buffer, area, area.height.saturating_sub(1));
    line.skip(3);
    if row.audience == Audience::Internal {
        line.own("internal ", theme.internal());
    }
    if row.privacy == Privacy::Private {
        line.own("private ", theme.alarm());
    }
    if let Some(state) = row.undelivered {
        line.own(undelivered(state), theme.alarm());
    }
    match row.state {
        State::Open => {}
        State::Closed => {
            line.own("closed ", theme.quiet());
        }
        State::Locked => {
            line.own("locked ", theme.alarm());
        }
    }
    let item = row.item.as_ref().map_or_else(|| "no item".to_owned(), |item| item.key.to_string());
    line.own(&item, theme.quiet());
    let room = line.left().saturating_sub(2);
    if let Some(assignee) = &row.assignee {
        let name = crate::domain::text::SafeText::line(first_name(assignee)).fit(room.saturating_sub(2).min(14));
        line.right(&format!("→ {name} "), theme.quiet());
    } else if row.audience == Audience::Customer && width("unassigned ") < room {
        line.right(if row.needs_reassignment { "reassign " } else { "unassigned " }, theme.quiet());
    }
}

/// Mark and word for what became of the newest answer.
const fn undelivered(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Unknown => "! delivery unknown ",
        DeliveryState::Queued
        | DeliveryState::Sending
        | DeliveryState::Sent
        | DeliveryState::Failed
        | DeliveryState::Held
        | DeliveryState::Cancelled => "! not delivered ",
    }
}

fn first_name(person: &Person) -> &str {
    person.name.split_whitespace().next().unwrap_or(&person.address)
}

/// Who it is with: the requester and customers, or the agents of an internal one.
pub(super) fn people(row: &ConversationRow) -> String {
    let names: Vec<&str> = row.requester.iter().chain(&row.participants).map(|person| person.name.as_str()).collect();
    match names.as_slice() {
        [] => "Nobody yet".to_owned(),
        [one] => (*one).to_owned(),
        [one, two] => format!("{one}, {two}"),
        [one, rest @ ..] => format!("{one} and {} others", rest.len()),
    }
}

/// The mark before a row: chosen, unread, read, put away.
fn sign(model: &Model, row: &ConversationRow, chosen: bool) -> (&'static str, Style) {
    let theme = model.theme;
    match (chosen, row.unread, row.state) {
        (true, _, _) => ("✓", theme.fresh()),
        (false, true, _) => ("●", theme.fresh()),
        (false, false, State::Open) => ("○", theme.quiet()),
        (false, false, State::Closed) => ("▫", theme.quiet()),
        (false, false, State::Locked) => ("▪", theme.alarm()),
    }
}

fn item(model: &Model, buffer: &mut Buffer, area: Rect, row: &ItemRow) {
    let theme = model.theme;
    let mut line = Row::new(buffer, area, 0);
    line.skip(1).own("○ ", theme.quiet()).own(&row.item.key.to_string(), theme.strong()).skip(1);
    line.right(&format!(" {} ", row.status), theme.quiet());
    let requester = row.requester.as_ref().map_or("", |person| person.name.as_str());
    let left = line.left();
    line.foreign(requester, left, theme.plain());
    let mut line = Row::new(buffer, area, 1);
    line.skip(3);
    let left = line.left().saturating_sub(1);
    line.foreign(&row.item.title, left, theme.strong());
    let mut line = Row::new(buffer, area, 2);
    line.skip(3);
    match &row.project {
        Some(project) => line.own(&project.key.to_string(), theme.quiet()),
        None => line.own("no project", theme.quiet()),
    };
    if let Some(assignee) = &row.assignee {
        let name = crate::domain::text::SafeText::line(first_name(assignee)).fit(14);
        line.right(&format!("→ {name} "), theme.quiet());
    }
}

fn empty(model: &Model, buffer: &mut Buffer, area: Rect) {
    let theme = model.theme;
    let (what, next) = if model.listed().is_none() {
        ("Loading …", "")
    } else {
        match model.section {
            Section::Unassigned => ("Nothing waits.", "g o  all open conversations"),
            Section::Live => ("Nothing is assigned to you.", "g u  take one from Unassigned"),
            Section::NeedsReassignment => ("Nothing needs reassignment.", "g o  all open conversations"),
            Section::All => ("There is no conversation yet.", "+  start one"),
            Section::Open => ("No customer is waiting.", "+  start a conversation"),
            Section::Unanswered => ("Every item was answered.", "g o  open conversations"),
            Section::Closed => ("Nothing was closed yet.", "g o  open conversations"),
            Section::CustomerReplies => {
                ("You follow no open customer conversation.", "g o  open conversations · w  follow one")
            }
            Section::InternalInbox => ("Nobody wrote to you.", "+  start a conversation"),
            Section::InternalSent => ("You have started none.", "+  start a conversation"),
            Section::AllClosed => ("None of yours is closed.", "g r  customer replies"),
        }
    };
    let mut y = 1;
    for (words, style) in [(what, theme.plain()), (next, theme.quiet())] {
        for line in crate::domain::text::SafeText::line(words).wrap(usize::from(area.width.saturating_sub(4))) {
            Row::new(buffer, area, y).skip(3).own(&line, style);
            y += 1;
        }
        y += 1;
    }
}
