//! The composer: mode, receivers, text, `[ Send Message ]`.

use super::{editor, piece::Row};
use crate::{
    desk::page::{DraftFile, Mode},
    domain::text::{SafeText, width},
    tui::{
        composer::{Part, files_counted, mode_word, readers_counted, readers_named},
        layout,
        model::{Area, Model},
        theme::Theme,
        writing::{self, BUTTON, DIRECT, Look, Mentions, reason_lines, text_columns},
    },
};
use ratatui::{
    Frame,
    buffer::Buffer,
    layout::Rect,
    style::Style,
    symbols::border,
    widgets::{Block, Clear},
};

fn style_of(theme: Theme, mode: Mode) -> Style {
    match mode {
        Mode::Reply => theme.reply(),
        Mode::Note => theme.note(),
        Mode::Internal => theme.internal(),
    }
}

fn border_of(mode: Mode) -> border::Set<'static> {
    match mode {
        Mode::Reply => border::PLAIN,
        Mode::Note => border::LIGHT_DOUBLE_DASHED,
        Mode::Internal => border::DOUBLE,
    }
}

/// What stands at the right of a border: its words, fewer of them, and how they look.
pub type Aside = Option<(String, String, Style)>;

/// Columns of the upper border that belong to the mode and who receives it (R1.5), whatever else stands there.
const RECEIVERS: usize = 36;

/// For whom a note or an internal message is that nobody is sent, and the same in fewer words.
const KEPT: (&str, &str) = ("for agents, none follows yet", "for agents");

/// Draws the composer; `above` is about what is above it.
pub fn draw(model: &Model, look: &Look, frame: &mut Frame, area: Rect, above: Aside) {
    let theme = model.theme;
    if area.height < 2 || area.width < 20 {
        return;
    }
    let style = style_of(theme, look.mode);
    let block = Block::bordered().border_set(border_of(look.mode)).border_style(style);
    let inside = block.inner(area);
    frame.render_widget(block, area);
    let inside = Rect { x: inside.x + 1, width: inside.width.saturating_sub(2), ..inside };
    let writes = look.open.is_some() && model.area == Area::Composer;
    bottom_line(model, look, frame.buffer_mut(), area, style);
    let reason = reason_lines(look, area.width);
    let reason_rows = u16::try_from(reason.len()).unwrap_or(0).min(inside.height);
    let text = Rect { height: inside.height - reason_rows, ..inside };
    let lines = look.open.map_or(0, |composer| composer.editor.rows(text_columns(text.width)).len());
    // What does not fit is there all the same: a long paste must not look as if nothing came.
    let hidden = (lines > usize::from(text.height)).then(|| format!("{lines} lines"));
    top_line(
        look,
        frame.buffer_mut(),
        area,
        style,
        &[hidden.map(|words| (words.clone(), words, theme.strong())), above],
        theme,
    );
    for (y, line) in (0..reason_rows).zip(&reason) {
        Row::new(frame.buffer_mut(), inside, text.height + y).own(line, theme.alarm());
    }
    match look.open {
        Some(composer) => {
            let here = writes && composer.part == Part::Text && model.layers.is_empty();
            editor::draw(&composer.editor, frame, text, theme.plain(), here);
            if composer.editor.text().is_empty() && look.hint == DIRECT {
                let mut row = Row::new(frame.buffer_mut(), text, 0);
                let left = row.left();
                row.foreign(look.hint.trim_start_matches("r writes · "), left, theme.quiet());
            }
        }
        None if look.draft.is_empty() => {
            let mut row = Row::new(frame.buffer_mut(), text, 0);
            let left = row.left();
            row.foreign(look.hint, left, theme.quiet());
        }
        None => {
            let mut row = Row::new(frame.buffer_mut(), text, 0);
            let left = row.left();
            row.own("draft: ", theme.note()).foreign(look.draft, left.saturating_sub(7), theme.quiet());
        }
    }
}

/// `┌ Reply ── to Mara Lindt, 2 agents ─── ↓ more · End ┐`
fn top_line(look: &Look, buffer: &mut Buffer, area: Rect, style: Style, asides: &[Aside], theme: Theme) {
    let rule = border_of(look.mode).horizontal_top;
    let mut row = Row::new(buffer, Rect { x: area.x + 1, width: area.width.saturating_sub(2), height: 1, ..area }, 0);
    for (words, short, style) in asides.iter().flatten() {
        let words = if row.left() < RECEIVERS + width(words) { short } else { words };
        row.right(&format!(" {words} "), *style);
    }
    row.own(" ", style).own(mode_word(look.mode), style.add_modifier(ratatui::style::Modifier::BOLD)).own(" ", style);
    if look.open.is_some() && look.why_not.is_some() {
        row.own("· ", style).own("draft only", theme.alarm()).own(" ", style);
    }
    row.own(rule, style).own(rule, style);
    let nobody = look.readers.customers.is_empty() && look.readers.agents == 0;
    // A note that nobody is sent is no mistake: it stands there for whoever opens the conversation.
    let kept = nobody && look.mode != Mode::Reply;
    row.own(if kept { " " } else { " to " }, theme.plain());
    let room = row.left().saturating_sub(2);
    let (named, counted) = match (kept, nobody) {
        (true, _) => (KEPT.0.to_owned(), KEPT.1.to_owned()),
        (false, true) => ("nobody".to_owned(), "nobody".to_owned()),
        (false, false) => (readers_named(&look.readers), readers_counted(&look.readers)),
    };
    let text = if SafeText::line(&named).width() <= room { named } else { counted };
    row.foreign(&text, room, theme.plain()).own(" ", style);
}

/// `└──────── Tab ▸ [ Send Message ] ─┘`, or dim with the reason beside it.
fn bottom_line(model: &Model, look: &Look, buffer: &mut Buffer, area: Rect, style: Style) {
    let theme = model.theme;
    let rule = border_of(look.mode).horizontal_bottom;
    let composing = look.open.filter(|_| model.area == Area::Composer);
    let focused = composing.is_some_and(|composer| composer.part == Part::Send);
    let sending = look.open.is_some_and(|composer| composer.sending);
    let mut row =
        Row::new(buffer, Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }, area.height - 1);
    row.right(rule, style);
    row.right(" ", style);
    let usable = look.why_not.is_none() && !sending;
    row.right(if sending { "[ Sending …    ]" } else { BUTTON }, super::dialog::button_style(theme, focused, usable));
    match &look.why_not {
        Some(why) if reason_lines(look, area.width).is_empty() => {
            let safe = SafeText::line(why);
            row.right(" ", style);
            row.right(safe.as_str(), theme.alarm());
            row.right(" ", style);
        }
        None if composing.is_some_and(|composer| composer.part == Part::Text) => {
            row.right(" Tab ▸ ", theme.quiet());
        }
        Some(_) | None => {
            row.right(" ", style);
        }
    }
    let by_mail = composing.is_some() && look.mode == Mode::Reply && look.readers.by_mail && look.why_not.is_none();
    let mail = if by_mail { " by mail " } else { "" };
    let files = files_words(look.files, width(mail), row.left());
    // What goes with it is said first where there is no room for both.
    for (words, style_of_words) in [(mail, theme.plain()), (files.as_str(), theme.strong())] {
        let needed = width(words) + 1 + if words == mail && !files.is_empty() { width(&files) + 1 } else { 0 };
        if !words.is_empty() && needed <= row.left() {
            row.own(rule, style).own(words, style_of_words);
        }
    }
}

/// " 2 files, 340 KB ", or fewer words where there is less room beside so many columns; empty without files.
fn files_words(files: &[DraftFile], beside: usize, room: usize) -> String {
    if files.is_empty() {
        return String::new();
    }
    let all = files_counted(files);
    let short = all.split(',').next().unwrap_or_default();
    let fits = beside + width(&all) + 4 <= room;
    format!(" {} ", if fits { &all } else { short })
}

/// Draws the mention list above the composer.
pub fn draw_mentions(model: &Model, frame: &mut Frame, mentions: &Mentions) {
    let theme = model.theme;
    let areas = layout::areas(model);
    let Some(pane) = (if model.writes_on_item() { areas.item.or(areas.main) } else { areas.main }) else { return };
    let look = if model.writes_on_item() { writing::of_item(model) } else { writing::of_thread(model) };
    let Some(look) = look else { return };
    let (above, _) = layout::with_composer(pane, writing::rows(model, &look, pane.width));
    let height = u16::try_from(mentions.agents.len() + 2).unwrap_or(10).min(above.height);
    let width = 40.min(pane.width.saturating_sub(2));
    let area = Rect::new(pane.x + 1, above.bottom() - height, width, height);
    frame.render_widget(Clear, area);
    let block = Block::bordered().border_style(theme.accent()).title(" Mention ");
    let inside = block.inner(area);
    frame.render_widget(block, area);
    for (y, (index, row)) in (0..inside.height).zip(mentions.agents.iter().enumerate()) {
        let style = if index == mentions.picked { theme.selected() } else { theme.plain() };
        let mut line = Row::new(frame.buffer_mut(), inside, y);
        let left = line.left();
        line.own(&format!(" @{:<12} ", row.agent.handle), style).foreign(
            &row.agent.name,
            left.saturating_sub(16),
            style,
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_counted_in_as_many_words_as_there_is_room_for() {
        let file = DraftFile { path: "/home/ana/bill.pdf".into(), size: 2_048 };
        let two = [file.clone(), file];
        assert_eq!(files_words(&two, 9, 40), " 2 files, 4 KB ");
        assert_eq!(files_words(&two, 9, 20), " 2 files ");
        assert_eq!(files_words(&two[..1], 0, 16), " 1 file, 2 KB ");
        assert_eq!(files_words(&[], 9, 40), "");
    }
}
