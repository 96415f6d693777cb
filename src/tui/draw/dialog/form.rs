//! A form, drawn: its controls one under another, what can be chosen under the focused one.

use super::lines::{self, Line};
use crate::{
    domain::text::{SafeText, width},
    tui::{
        dialog::{
            chooser::{self, Chooser, Source},
            file_list::FileList,
            form::{Choice, Control, Form, WIDEST},
        },
        draw::{editor, piece::Row},
        editor::Editor,
        model::Model,
        theme::Theme,
    },
};
use ratatui::{
    Frame,
    layout::{Position, Rect},
    widgets::{Block, Clear},
};

/// Lines of a text at most, its border among them.
const TEXT: u16 = 12;

/// Draws a form in a box of its own, with a sentence of the program's own above it.
pub(super) fn boxed(form: &Form, title: &str, note: &str, model: &Model, frame: &mut Frame) {
    let columns = WIDEST.min(frame.area().width.saturating_sub(4));
    let above = if note.is_empty() { 0 } else { SafeText::line(note).wrap(usize::from(columns)).len() + 1 };
    let above = u16::try_from(above).unwrap_or(0);
    // Two lines for a problem; an open choice needs room below its control.
    let opens = form.controls.iter().any(|control| matches!(control, Control::Chooser(_)));
    let rows = (above + heights(form, TEXT).iter().sum::<u16>() + 3).max(above + if opens { 10 } else { 0 });
    let area = super::open_box(frame, model.theme, title, columns, rows);
    // On a low screen what went wrong stands where the sentence stood.
    let urgent = form.problem.is_some() || form.leaving;
    let above = if urgent && area.height < above + 8 { 0 } else { above };
    lines::paragraph(frame.buffer_mut(), model.theme, Rect { height: area.height.min(above), ..area }, note);
    let rest = Rect { y: area.y + above.min(area.height), height: area.height.saturating_sub(above), ..area };
    draw(form, model, frame, rest);
}

fn heights(form: &Form, text: u16) -> Vec<u16> {
    let height = |control: &Control| match control {
        Control::Line(_) | Control::Choice(_) | Control::Chooser(_) | Control::Files(_) => 1,
        Control::Text(..) => text,
        Control::Button(_) => 2,
    };
    form.controls.iter().map(height).collect()
}

/// Draws a form into an area; the focused control is always in it.
pub(super) fn draw(form: &Form, model: &Model, frame: &mut Frame, area: Rect) {
    let theme = model.theme;
    let rest = foot(form, theme, frame, area);
    let fixed: u16 = heights(form, 0).iter().sum();
    let text = rest.height.saturating_sub(fixed).clamp(3, TEXT);
    let heights = heights(form, text);
    let end = heights.iter().take(form.focus.saturating_add(1)).sum::<u16>();
    let hidden = if form.focus < heights.len() { end.saturating_sub(rest.height) } else { 0 };
    let labels = form.controls.iter().map(label).map(width).max().unwrap_or(0) + 1;
    let mut y = 0_u16;
    let mut open = None;
    for (at, (control, height)) in form.controls.iter().zip(&heights).enumerate() {
        let top = y;
        y += height;
        if top < hidden || top - hidden >= rest.height {
            continue;
        }
        let top = rest.y + top - hidden;
        let place = Rect { y: top, height: (*height).min(rest.bottom().saturating_sub(top)), ..rest };
        let focused = at == form.focus && !form.leaving;
        draw_control(control, theme, frame, place, labels, focused);
        if let (Control::Chooser(chooser), true) = (control, focused) {
            open = Some((chooser, place));
        }
    }
    if let Some((chooser, place)) = open {
        offer(chooser, model, frame, place, rest, labels);
    }
}

/// What went wrong, or whether changes are to be lost; gives what is left above.
fn foot(form: &Form, theme: Theme, frame: &mut Frame, area: Rect) -> Rect {
    if form.leaving {
        lines::note(frame.buffer_mut(), theme, area, "Leave without saving? y leaves, n or Enter stays.", true)
    } else if let Some(problem) = &form.problem {
        lines::note(frame.buffer_mut(), theme, area, problem, true)
    } else if !form.asked.is_empty() {
        lines::note(frame.buffer_mut(), theme, area, "On its way …", false)
    } else {
        area
    }
}

fn label(control: &Control) -> &'static str {
    match control {
        Control::Line(field) => field.label,
        Control::Choice(choice) => choice.label,
        Control::Chooser(chooser) => chooser.label,
        Control::Files(_) => "Files",
        Control::Text(..) | Control::Button(_) => "",
    }
}

fn draw_control(control: &Control, theme: Theme, frame: &mut Frame, area: Rect, labels: usize, focused: bool) {
    match control {
        Control::Line(field) => super::field(frame, theme, area, 0, field, u16::try_from(labels).unwrap_or(0), focused),
        Control::Choice(choice) => draw_choice(choice, theme, frame, area, labels, focused),
        Control::Chooser(chooser) => draw_chooser(chooser, theme, frame, area, labels, focused),
        Control::Files(list) => draw_files(list, theme, frame, area, labels, focused),
        Control::Text(label, text) => draw_text(label, text, theme, frame, area, focused),
        Control::Button(words) => {
            let style = super::button_style(theme, focused, true);
            let mark = if focused { "› " } else { "  " };
            Row::new(frame.buffer_mut(), area, 1).own(mark, theme.accent()).own(&format!("[ {words} ]"), style);
        }
    }
}

fn draw_label(words: &str, theme: Theme, row: &mut Row, labels: usize, focused: bool) {
    let style = if focused { theme.accent() } else { theme.quiet() };
    row.own(if focused { "› " } else { "  " }, style).own(&format!("{words:<labels$}"), style);
}

fn draw_choice(choice: &Choice, theme: Theme, frame: &mut Frame, area: Rect, labels: usize, focused: bool) {
    let mut row = Row::new(frame.buffer_mut(), area, 0);
    draw_label(choice.label, theme, &mut row, labels, focused);
    let value = choice.options.get(choice.at).copied().unwrap_or_default();
    row.own(&format!("‹ {value} ›"), super::button_style(theme, focused, true)).skip(2).own(choice.note, theme.quiet());
}

fn draw_chooser(chooser: &Chooser, theme: Theme, frame: &mut Frame, area: Rect, labels: usize, focused: bool) {
    let mut row = Row::new(frame.buffer_mut(), area, 0);
    draw_label(chooser.label, theme, &mut row, labels, focused);
    let mark = match chooser.source {
        Source::Agents => "@",
        Source::Customers | Source::Groups | Source::Projects => "",
    };
    let words: Vec<String> = chooser.chosen.iter().map(|chosen| format!("{mark}{}", chosen.value)).collect();
    let room = row.left().saturating_sub(if focused { 16 } else { 0 });
    let safe = SafeText::line(&words.join(", "));
    // With the keys the end counts: what was chosen last, and the place where one types.
    let shown = if focused && safe.width() > room { format!("{} chosen", words.len()) } else { safe.fit(room) };
    row.own(&shown, theme.strong());
    let typed = SafeText::line(chooser.typed.text());
    if !shown.is_empty() && (focused || !typed.is_empty()) {
        row.own(", ", theme.quiet());
    }
    let start = area.right().saturating_sub(u16::try_from(row.left()).unwrap_or(0));
    let before = SafeText::line(&chooser.typed.text()[..chooser.typed.cursor()]).width();
    row.foreign(typed.as_str(), usize::MAX, theme.plain());
    if focused && area.height > 0 {
        let x = start.saturating_add(u16::try_from(before).unwrap_or(0)).min(area.right().saturating_sub(1));
        frame.set_cursor_position(Position::new(x, area.y));
    }
}

fn draw_files(list: &FileList, theme: Theme, frame: &mut Frame, area: Rect, labels: usize, focused: bool) {
    let mut row = Row::new(frame.buffer_mut(), area, 0);
    draw_label("Files", theme, &mut row, labels, focused);
    let words = list.words(focused);
    let fits = |words: &&String| SafeText::line(words).width() <= row.left();
    let words = words.iter().find(fits).or(words.last()).cloned().unwrap_or_default();
    let left = row.left();
    row.foreign(&words, left, if focused { theme.strong() } else { theme.plain() });
}

fn draw_text(label: &str, text: &Editor, theme: Theme, frame: &mut Frame, area: Rect, focused: bool) {
    if area.height < 3 {
        return;
    }
    let style = if focused { theme.accent() } else { theme.quiet() };
    let block = Block::bordered().border_style(style).title(format!(" {label} "));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let inner = Rect { x: inner.x.saturating_add(1), width: inner.width.saturating_sub(2), ..inner };
    editor::draw(text, frame, inner, theme.plain(), focused);
}

/// What can be chosen, under the control and over what stands there.
fn offer(chooser: &Chooser, model: &Model, frame: &mut Frame, place: Rect, rest: Rect, labels: usize) {
    let candidates = chooser.candidates(&model.page);
    let typing = !chooser.typed.is_blank();
    if !typing && !chooser.moved {
        return;
    }
    let empty = match chooser.source {
        Source::Customers => "not known yet; Enter takes the address",
        Source::Agents | Source::Groups | Source::Projects => "nothing fits",
    };
    let rows: Vec<Line> = if candidates.is_empty() {
        vec![Line::heading(empty)]
    } else {
        candidates.iter().map(|candidate| Line::row("", &candidate.words)).collect()
    };
    let indent = u16::try_from(labels).unwrap_or(0).min(rest.width);
    let lines = u16::try_from(rows.len().min(chooser::SHOWN)).unwrap_or(0);
    let below = rest.bottom().saturating_sub(place.y + 1);
    // At the foot of a form the list opens upwards.
    let (top, lines) = if below >= lines || below >= 3 {
        (place.y + 1, lines.min(below))
    } else {
        let lines = lines.min(place.y.saturating_sub(rest.y));
        (place.y - lines, lines)
    };
    let area = Rect { x: rest.x + indent, y: top, width: rest.width - indent, height: lines };
    frame.render_widget(Clear, area);
    for y in area.top()..area.bottom() {
        frame.buffer_mut().set_stringn(area.x, y, "│", 1, model.theme.accent());
    }
    let inside = Rect { x: area.x.saturating_add(2).min(area.right()), width: area.width.saturating_sub(2), ..area };
    lines::draw(frame.buffer_mut(), model.theme, inside, &rows, chooser.list, true);
}
