//! A conversation: its item, subject and axes, what was written, the composer.

use super::{composer, list, piece::Row};
use crate::{
    desk::page::{Opened, Thread},
    domain::{
        conversation::{Audience, Privacy, State},
        text::{SafeText, width},
    },
    tui::{
        flow::{FlowLine, LineKind, Voice},
        layout,
        model::{Area, Model, ThreadView},
        present, scroll,
        theme::Theme,
        writing,
    },
};
use ratatui::{Frame, buffer::Buffer, layout::Rect, style::Style};

pub(super) fn draw(model: &Model, frame: &mut Frame, area: Rect) {
    let Some(view) = &model.thread else {
        nothing(model, frame.buffer_mut(), area);
        return;
    };
    match &model.page.opened {
        Some(Opened::Thread(thread)) if thread.row.id == view.conversation => opened(model, view, thread, frame),
        Some(Opened::Restricted(id)) if *id == view.conversation => {
            words(
                model,
                frame.buffer_mut(),
                area,
                &["Restricted access. This conversation is private. Ask an administrator.", "Esc  back to the list"],
            );
        }
        Some(Opened::NotFound(id)) if *id == view.conversation => {
            let what = format!("There is no conversation #{id} that you can see.");
            words(model, frame.buffer_mut(), area, &[&what, "Esc  back to the list · /  search"]);
        }
        Some(Opened::Thread(_) | Opened::Restricted(_) | Opened::NotFound(_)) | None => {
            words(model, frame.buffer_mut(), area, &["Loading …"]);
        }
    }
}

fn nothing(model: &Model, buffer: &mut Buffer, area: Rect) {
    let withheld = model.selected().and_then(|id| model.row_of(id)).is_some_and(|row| row.withheld);
    if withheld {
        words(
            model,
            buffer,
            area,
            &[
                "This direct conversation is for its participants.",
                "Enter  open it all the same; the audit log will say so",
            ],
        );
    } else if model.row_count() == 0 {
        words(model, buffer, area, &["Nothing is selected.", "Tab  sections · +  start a conversation · /  search"]);
    } else {
        words(model, buffer, area, &["Nothing is opened.", "Enter  open what is selected"]);
    }
}

/// Sentences in the middle of the pane; the first in plain words, the others quietly.
fn words(model: &Model, buffer: &mut Buffer, area: Rect, sentences: &[&str]) {
    let columns = usize::from(area.width.saturating_sub(6)).max(8);
    let mut y = area.height / 3;
    for (at, sentence) in sentences.iter().enumerate() {
        let style = if at == 0 { model.theme.plain() } else { model.theme.quiet() };
        for line in SafeText::line(sentence).wrap(columns) {
            let indent = usize::from(area.width).saturating_sub(width(&line)) / 2;
            Row::new(buffer, area, y).skip(indent).own(&line, style);
            y += 1;
        }
        y += 1;
    }
}

fn opened(model: &Model, view: &ThreadView, thread: &Thread, frame: &mut Frame) {
    let Some(parts) = layout::thread_parts(model) else { return };
    head(model, thread, frame.buffer_mut(), parts.head);
    let top = scroll::top(view, usize::from(parts.words.height));
    let cursor = view.cursor.filter(|_| model.area == Area::Thread && model.layers.is_empty());
    for (y, line) in (0..parts.words.height).zip(view.flow.lines.iter().skip(top)) {
        flow_line(model.theme, line, frame.buffer_mut(), parts.words, y);
        let on_entry = cursor == Some(line.seq)
            && !matches!(line.kind, LineKind::Gap | LineKind::Day | LineKind::New | LineKind::Hint);
        if on_entry {
            Row::new(frame.buffer_mut(), parts.words, y).own("▌", model.theme.accent());
        }
    }
    if let Some(look) = writing::of_thread(model) {
        let below = more(model, view, thread, top + usize::from(parts.words.height));
        composer::draw(model, &look, frame, parts.composer, below);
    }
}

/// That more lies below the last line on the screen, and whether it was never on it. It stands on the composer's border:
/// over the words it would hide some.
fn more(model: &Model, view: &ThreadView, thread: &Thread, end: usize) -> composer::Aside {
    if end >= view.flow.lines.len() && !thread.later {
        return None;
    }
    let unseen = thread.last_seq > view.shown;
    Some(if unseen {
        ("↓ new below · End".to_owned(), "↓ new".to_owned(), model.theme.fresh())
    } else {
        ("↓ more · End".to_owned(), "↓ more".to_owned(), model.theme.quiet())
    })
}

fn head(model: &Model, thread: &Thread, buffer: &mut Buffer, area: Rect) {
    let theme = model.theme;
    let row = &thread.row;
    let focused = model.area == Area::Thread && model.layers.is_empty();
    let mut line = Row::new(buffer, area, 0);
    axes(theme, thread, &mut line);
    line.skip(1);
    match &row.item {
        Some(item) => {
            line.own(&item.key.to_string(), theme.accent()).skip(1);
            let left = line.left().saturating_sub(1);
            line.foreign(&item.title, left, theme.plain());
        }
        None => {
            line.own("no linked item", theme.quiet());
        }
    }
    let mut line = Row::new(buffer, area, 1);
    if let Some(group) = &row.group {
        let group = SafeText::line(group).fit(16);
        line.right(&format!("   {group} "), theme.quiet());
    } else {
        line.right(" ", theme.quiet());
    }
    if row.audience == Audience::Customer {
        let name = row
            .assignee
            .as_ref()
            .map(|person| SafeText::line(person.name.split(' ').next().unwrap_or(&person.name)).fit(14));
        line.right(&name.map_or_else(|| " unassigned".to_owned(), |name| format!(" → {name}")), theme.quiet());
    }
    if thread.following && line.left() > 50 {
        line.right(" following ·", theme.quiet());
    }
    line.skip(1).own(&format!("#{}", row.id), theme.quiet()).skip(2);
    let subject = if row.subject.is_empty() { list::people(row) } else { row.subject.clone() };
    if let Some(before) = row.follow_up_to {
        // The subject comes first; the mark stands where there is room beside it.
        let marks = [format!("  follow-up to #{before}"), format!("  ↳ #{before}")];
        let room = line.left().saturating_sub(SafeText::line(&subject).width().min(24));
        if let Some(mark) = marks.iter().find(|mark| width(mark) < room) {
            line.right(mark, theme.quiet());
        }
    }
    let left = line.left().saturating_sub(1);
    line.foreign(&subject, left, if focused { theme.accent().patch(theme.strong()) } else { theme.strong() });
    let (rule, style) = if focused { ("━", theme.accent()) } else { ("─", theme.quiet()) };
    let mut line = Row::new(buffer, area, 2);
    if let Some(words) = present::words(&thread.present, line.left().saturating_sub(6)) {
        let writing = thread.present.iter().any(|present| present.writing);
        line.right(rule, style).right(&format!(" {words} "), if writing { theme.strong() } else { theme.plain() });
    }
    let rest = rule.repeat(line.left());
    line.own(&rest, style);
}

/// `Customer · Public · Open`, from the right.
fn axes(theme: Theme, thread: &Thread, line: &mut Row) {
    let row = &thread.row;
    let (state, state_style) = match row.state {
        State::Open => ("Open ", theme.fresh()),
        State::Closed => ("Closed ", theme.quiet()),
        State::Locked => ("Locked ", theme.alarm()),
    };
    // Of an internal conversation without an item only those who take part know (R6.11).
    let direct = row.audience == Audience::Internal && row.item.is_none();
    let (privacy, privacy_style) = match row.privacy {
        Privacy::Public if direct => ("Direct", theme.plain()),
        Privacy::Public => ("Public", theme.plain()),
        Privacy::Private => ("Private", theme.alarm()),
    };
    let (audience, audience_style) = match row.audience {
        Audience::Customer => (" Customer", theme.reply()),
        Audience::Internal => (" Internal", theme.internal()),
    };
    line.right(state, state_style)
        .right(" · ", theme.quiet())
        .right(privacy, privacy_style)
        .right(" · ", theme.quiet());
    line.right(audience, audience_style);
}

fn voice_style(theme: Theme, voice: Voice) -> Style {
    match voice {
        Voice::Customer => theme.plain(),
        Voice::Reply => theme.reply(),
        Voice::Note => theme.note(),
        Voice::Internal => theme.internal(),
    }
}

/// The edge left of an entry's words: its border style (R1.5).
const fn edge(voice: Voice) -> &'static str {
    match voice {
        Voice::Customer => " ",
        Voice::Reply => "│",
        Voice::Note => "┊",
        Voice::Internal => "║",
    }
}

fn flow_line(theme: Theme, line: &FlowLine, buffer: &mut Buffer, area: Rect, y: u16) {
    let mut row = Row::new(buffer, area, y);
    row.skip(1);
    match line.kind {
        LineKind::Gap => {}
        LineKind::Day => rule_with(&mut row, &line.text, "─", theme.quiet()),
        LineKind::New => rule_with(&mut row, &line.text, "─", theme.fresh()),
        LineKind::Head(voice) => {
            let style = voice_style(theme, voice);
            match voice {
                Voice::Note => row.own("NOTE ", style.patch(theme.strong())),
                Voice::Internal | Voice::Reply | Voice::Customer => &mut row,
            };
            row.own(&line.text, style.patch(theme.strong())).own(" · ", theme.quiet()).own(&line.tail, theme.quiet());
        }
        LineKind::Text(voice) => {
            row.own(edge(voice), voice_style(theme, voice)).skip(1).own(&line.text, theme.plain());
        }
        LineKind::Aside(voice) | LineKind::Named(voice) => {
            row.own(edge(voice), voice_style(theme, voice)).skip(1).own(&line.text, theme.quiet());
        }
        LineKind::Fold(voice) => {
            row.own(edge(voice), voice_style(theme, voice)).skip(1).own(&line.text, theme.accent());
        }
        LineKind::Hint => {
            row.own(&line.text, theme.accent());
        }
        LineKind::Attached(voice) => {
            row.own(edge(voice), voice_style(theme, voice))
                .skip(1)
                .own("+ ", theme.accent())
                .own(&line.text, theme.plain());
        }
        LineKind::Warning(voice) => {
            row.own(edge(voice), voice_style(theme, voice)).skip(1).own(&line.text, theme.alarm());
        }
        LineKind::System => {
            row.own(if line.begins { "· " } else { "  " }, theme.quiet()).own(&line.text, theme.quiet());
            if !line.tail.is_empty() {
                row.own(" · ", theme.quiet()).own(&line.tail, theme.quiet());
            }
        }
    }
}

fn rule_with(row: &mut Row, words: &str, rule: &str, style: Style) {
    row.own(&rule.repeat(2), style).own(" ", style).own(words, style).own(" ", style);
    let rest = rule.repeat(row.left().saturating_sub(1));
    row.own(&rest, style);
}
