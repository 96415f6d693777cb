//! An item with its Conversations tab and composer.

use super::{composer, list, piece::Row, screen::counted};
use crate::{
    desk::page::{ConversationRow, ItemPage},
    domain::{
        conversation::{Audience, Privacy, State},
        item::ItemStatus,
        text::SafeText,
    },
    tui::{
        layout,
        model::{Area, Model},
        time, writing,
    },
};
use ratatui::{Frame, buffer::Buffer, layout::Rect};

pub(super) fn draw(model: &Model, frame: &mut Frame, area: Rect) {
    let theme = model.theme;
    let Some(key) = model.shown_item() else {
        let conversation = model.thread.is_some();
        let mut row = Row::new(frame.buffer_mut(), area, 0);
        row.skip(1).own(if conversation { "no linked item" } else { "No item is selected." }, theme.quiet());
        if conversation {
            Row::new(frame.buffer_mut(), area, 2).skip(1).own("c  create an item from it", theme.quiet());
            Row::new(frame.buffer_mut(), area, 3).skip(1).own("#  link it to one", theme.quiet());
        }
        return;
    };
    let Some(item) = model.page.item.as_ref().filter(|item| item.row.item.key.id == key.id) else {
        Row::new(frame.buffer_mut(), area, 0)
            .skip(1)
            .own(&key.to_string(), theme.strong())
            .own("  Loading …", theme.quiet());
        return;
    };
    let Some(look) = writing::of_item(model) else { return };
    let (above, foot) = layout::with_composer(area, writing::rows(model, &look, area.width));
    let y = details(model, item, frame.buffer_mut(), above);
    tab(model, item, frame.buffer_mut(), Rect { y: above.y + y, height: above.height - y, ..above });
    composer::draw(model, &look, frame, foot, None);
}

fn details(model: &Model, item: &ItemPage, buffer: &mut Buffer, area: Rect) -> u16 {
    let theme = model.theme;
    let focused = model.area == Area::Item && model.layers.is_empty();
    let row = &item.row;
    let mut line = Row::new(buffer, area, 0);
    let (status, style) = match row.status {
        ItemStatus::Open => ("Open ", theme.fresh()),
        ItemStatus::Done => ("Done ", theme.quiet()),
    };
    line.right(status, style);
    let kind = row.item.key.kind.word();
    let mut capital = kind[..1].to_uppercase();
    capital.push_str(&kind[1..]);
    line.skip(1).own(&row.item.key.to_string(), theme.accent()).skip(1).own(&capital, theme.quiet());
    if item.following {
        line.own(" · following", theme.quiet());
    }
    let columns = usize::from(area.width.saturating_sub(2)).max(4);
    let mut y = 1;
    for text in SafeText::line(&row.item.title).wrap(columns).into_iter().take(2) {
        Row::new(buffer, area, y)
            .skip(1)
            .own(&text, if focused { theme.accent().patch(theme.strong()) } else { theme.strong() });
        y += 1;
    }
    let facts = [
        ("requester", row.requester.as_ref().map(|person| person.name.clone())),
        ("assignee", row.assignee.as_ref().map(|person| person.name.clone())),
        ("project", row.project.as_ref().map(|project| format!("{} {}", project.key, project.title))),
        ("followers", (!item.followers.is_empty()).then(|| item.followers.join(", "))),
    ];
    for (label, value) in facts {
        let Some(value) = value else { continue };
        let mut line = Row::new(buffer, area, y);
        line.skip(1).own(&format!("{label:<10}"), theme.quiet());
        let left = line.left().saturating_sub(1);
        line.foreign(&value, left, theme.plain());
        y += 1;
    }
    if !item.description.trim().is_empty() && area.height > 14 {
        y += 1;
        let most = usize::from(area.height / 4);
        for text in SafeText::block(item.description.trim()).wrap(columns).into_iter().take(most) {
            Row::new(buffer, area, y).skip(1).own(&text, theme.plain());
            y += 1;
        }
    }
    (y + 1).min(area.height)
}

fn tab(model: &Model, item: &ItemPage, buffer: &mut Buffer, area: Rect) {
    let theme = model.theme;
    let focused = model.area == Area::Item && model.layers.is_empty();
    let rule = if focused { "━" } else { "─" };
    let style = if focused { theme.accent() } else { theme.quiet() };
    let mut line = Row::new(buffer, area, 0);
    line.own(rule, style)
        .own(" Conversations ", theme.strong())
        .own(&counted(item.total), theme.plain())
        .own(" ", style);
    let rest = rule.repeat(line.left());
    line.own(&rest, style);
    if item.conversations.is_empty() {
        Row::new(buffer, area, 1).skip(1).own("None that you can see. r  start one", theme.quiet());
        return;
    }
    let picked = model.panel.picked;
    let at = item.conversations.iter().position(|row| Some(row.id) == picked).unwrap_or(0);
    let shown = usize::from(area.height.saturating_sub(1) / 2).max(1);
    let first = (at + 1).saturating_sub(shown);
    for (place, row) in (0..area.height.saturating_sub(1) / 2).zip(item.conversations.iter().skip(first)) {
        let place = Rect { y: area.y + 1 + place * 2, height: 2, ..area };
        let here = focused && item.conversations.get(at).is_some_and(|picked| picked.id == row.id);
        conversation(model, row, buffer, place, here);
    }
}

fn conversation(model: &Model, row: &ConversationRow, buffer: &mut Buffer, area: Rect, here: bool) {
    let theme = model.theme;
    let style = if here {
        theme.selected()
    } else if row.unread {
        theme.strong()
    } else {
        theme.plain()
    };
    let mut line = Row::new(buffer, area, 0);
    if here {
        let blank = " ".repeat(line.left());
        line.own(&blank, style);
        line = Row::new(buffer, area, 0);
    }
    line.right(
        &format!(" #{} {:>4} ", row.id, time::age(model.now, row.at, model.zone)),
        if here { style } else { theme.quiet() },
    );
    line.own(if row.unread { " ● " } else { "   " }, if here { style } else { theme.fresh() });
    let subject = if row.subject.is_empty() { list::people(row) } else { row.subject.clone() };
    let left = line.left();
    line.foreign(&subject, left, style);
    let mut line = Row::new(buffer, area, 1);
    line.skip(3);
    match row.audience {
        Audience::Customer => line.own("Customer", theme.reply()),
        Audience::Internal => line.own("Internal", theme.internal()),
    };
    match row.privacy {
        Privacy::Public => {}
        Privacy::Private => {
            line.own(" · ", theme.quiet()).own("Private", theme.alarm());
        }
    }
    match row.state {
        State::Open => {}
        State::Closed => {
            line.own(" · Closed", theme.quiet());
        }
        State::Locked => {
            line.own(" · ", theme.quiet()).own("Locked", theme.alarm());
        }
    }
    line.own(" · ", theme.quiet());
    let left = line.left().saturating_sub(1);
    line.foreign(&list::people(row), left, theme.quiet());
}
