//! Frames as bytes for a terminal, as few as will do; for the terminal here and for one over a network.

use super::traits::Traits;
use crate::domain::text::width;
use ratatui::{
    backend::{Backend, ClearType, WindowSize},
    buffer::{Buffer, Cell},
    layout::{Position, Rect, Size},
    style::{Color, Modifier},
};
use std::{fmt::Write as _, io};

/// What switches everything on that a session uses: the alternate screen, bracketed paste, focus events, unambiguous
/// keys. Terminals that do not know one of these pass over it.
pub const ENTER: &str = "\x1b[?1049h\x1b[?2004h\x1b[?1004h\x1b[>1u\x1b[?25l\x1b[H\x1b[2J";
/// What switches all of it off again, the mouse too, in the opposite order.
pub const LEAVE: &str =
    "\x1b[?2026l\x1b[?1006l\x1b[?1000l\x1b[0m\x1b[<1u\x1b[?1004l\x1b[?2004l\x1b[?25h\x1b]0;\x07\x1b[?1049l";
/// [`ENTER`] for terminals that would print a part of it: without unambiguous keys.
pub const ENTER_PLAIN: &str = "\x1b[?1049h\x1b[?2004h\x1b[?1004h\x1b[?25l\x1b[H\x1b[2J";
/// [`LEAVE`] for the same terminals. They may have no alternate screen: what was read is not left standing.
pub const LEAVE_PLAIN: &str = "\x1b[?1006l\x1b[?1000l\x1b[0m\x1b[?1004l\x1b[?2004l\x1b[?25h\x1b[H\x1b[2J\x1b[?1049l";
/// What takes the unambiguous keys of [`ENTER`] off the terminal's stack of keyboard modes.
pub const POP_KEYBOARD: &str = "\x1b[<1u";
/// What empties the screen, for painting it again.
pub const CLEAR: &str = "\x1b[m\x1b[H\x1b[2J\x1b[?25l";
/// The bell.
pub const BELL: &str = "\x07";
/// Synchronized output (mode 2026): what stands between the two is shown at once.
const TOGETHER: (&str, &str) = ("\x1b[?2026h", "\x1b[?2026l");

/// What switches the mouse on or off.
pub const fn mouse(on: bool) -> &'static str {
    if on { "\x1b[?1000h\x1b[?1006h" } else { "\x1b[?1006l\x1b[?1000l" }
}

/// What puts text on the terminal's clipboard (OSC 52).
pub fn copy(text: &str) -> String {
    format!("\x1b]52;c;{}\x07", base64(text.as_bytes()))
}

/// What gives the terminal's window a title, made of safe text only.
pub fn title(safe: &str) -> String {
    format!("\x1b]0;{safe}\x07")
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |bits: u32, shift: u32| char::from(LETTERS[(bits >> shift) as usize & 63]);
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| chunk.get(at).copied().map_or(0, u32::from);
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        text.push(letter(bits, 18));
        text.push(letter(bits, 12));
        text.push(if chunk.len() > 1 { letter(bits, 6) } else { '=' });
        text.push(if chunk.len() > 2 { letter(bits, 0) } else { '=' });
    }
    text
}

/// A backend that gathers the bytes of a frame instead of writing them.
#[derive(Debug)]
pub struct Ansi {
    size: Size,
    out: String,
    /// Where the terminal's cursor is, as far as that is certain.
    cursor: Option<Position>,
    /// Where the cursor is to stand after the frame.
    wanted: Option<Position>,
    visible: bool,
    pen: Pen,
    /// What the terminal shows, for rows that have to be written whole.
    shown: Buffer,
    traits: Traits,
}

/// What the terminal draws with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

const BLANK: Pen = Pen { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

impl Ansi {
    /// For a terminal as [`ENTER`] leaves it.
    pub fn new(columns: u16, rows: u16) -> Self {
        Self {
            size: Size::new(columns, rows),
            out: String::new(),
            cursor: None,
            wanted: None,
            visible: false,
            pen: BLANK,
            shown: Buffer::empty(Rect::new(0, 0, columns, rows)),
            traits: Traits::default(),
        }
    }

    /// For a terminal of this kind.
    #[must_use]
    pub const fn with(mut self, traits: Traits) -> Self {
        self.traits = traits;
        self
    }

    /// Takes a size in; whether it is another one. The terminal is to be cleared then: what it made of its rows is not known.
    pub fn resize(&mut self, columns: u16, rows: u16) -> bool {
        let before = std::mem::replace(&mut self.size, Size::new(columns, rows));
        before != self.size
    }

    /// The bytes of the frame just drawn, to be shown at once; `None` where it changed nothing.
    pub fn take(&mut self) -> Option<String> {
        if let Some(wanted) = self.wanted.filter(|_| self.visible) {
            self.go(wanted);
        }
        let out = std::mem::take(&mut self.out);
        let (begin, end) = if self.traits.modern { TOGETHER } else { ("", "") };
        (!out.is_empty()).then(|| format!("{begin}{out}{end}"))
    }

    fn go(&mut self, to: Position) {
        let from = self.cursor.replace(to);
        match from {
            Some(from) if from == to => {}
            Some(from) if from.y == to.y && to.x > from.x => {
                let right = to.x - from.x;
                if right == 1 {
                    self.out.push_str("\x1b[C");
                } else {
                    let _ = write!(self.out, "\x1b[{right}C");
                }
            }
            Some(_) | None => {
                let _ = write!(self.out, "\x1b[{};{}H", to.y + 1, to.x + 1);
            }
        }
    }

    /// Whether a row shows a letter of several characters. Terminals do not agree how wide those are: what one drew
    /// beyond its place would stay when only the place is drawn over.
    fn is_uncertain(&self, y: u16) -> bool {
        let several = |cell: &Cell| cell.symbol().len() > 1 && cell.symbol().chars().nth(1).is_some();
        (0..self.size.width).any(|x| self.shown.cell((x, y)).is_some_and(several))
    }

    fn remember(&mut self, x: u16, y: u16, cell: &Cell) {
        let columns = u16::try_from(width(cell.symbol())).unwrap_or(1).max(1);
        if let Some(place) = self.shown.cell_mut((x, y)) {
            *place = cell.clone();
        }
        for covered in x + 1..x.saturating_add(columns) {
            if let Some(place) = self.shown.cell_mut((covered, y)) {
                place.reset();
            }
        }
    }

    fn write(&mut self, x: u16, y: u16, cell: &Cell) {
        self.go(Position::new(x, y));
        self.draw_with(Pen { fg: cell.fg, bg: cell.bg, modifier: cell.modifier });
        let symbol = cell.symbol();
        self.out.push_str(symbol);
        // Terminals agree on how far one plain letter goes, and on nothing else: behind all others, and behind
        // the last column, the next place is said in full.
        let plain = symbol.len() == 1 || (symbol.chars().count() == 1 && width(symbol) == 1);
        let next = x + 1;
        self.cursor = (plain && next < self.size.width).then(|| Position::new(next, y));
    }

    /// Empties a row and writes all of it.
    fn write_row(&mut self, y: u16) {
        self.draw_with(BLANK);
        self.go(Position::new(0, y));
        self.out.push_str("\x1b[2K");
        let mut x = 0;
        while let Some(cell) = self.shown.cell((x, y)).cloned() {
            self.write(x, y, &cell);
            x += u16::try_from(width(cell.symbol())).unwrap_or(1).max(1);
        }
    }

    fn draw_with(&mut self, pen: Pen) {
        if pen == self.pen {
            return;
        }
        let mut codes = Vec::new();
        let gone = self.pen.modifier - pen.modifier;
        let mut has = self.pen.modifier;
        if pen == BLANK {
            codes.push("0".to_owned());
        } else if !gone.is_empty() && !self.traits.ends_singly {
            codes.push("0".to_owned());
            self.pen = BLANK;
            has = Modifier::empty();
        } else {
            for (modifier, _, off) in MODIFIERS {
                if gone.contains(modifier) && !codes.contains(&off.to_string()) {
                    codes.push(off.to_string());
                }
            }
            if gone.intersects(Modifier::BOLD | Modifier::DIM) {
                // One code ends both.
                has -= Modifier::BOLD | Modifier::DIM;
            }
        }
        if pen != BLANK {
            for (modifier, on, _) in MODIFIERS {
                if pen.modifier.contains(modifier) && !has.contains(modifier) {
                    codes.push(on.to_string());
                }
            }
            if pen.fg != self.pen.fg {
                codes.push(colour(pen.fg, 30));
            }
            if pen.bg != self.pen.bg {
                codes.push(colour(pen.bg, 40));
            }
        }
        if codes == ["0"] {
            self.out.push_str("\x1b[m");
        } else {
            let _ = write!(self.out, "\x1b[{}m", codes.join(";"));
        }
        self.pen = pen;
    }
}

/// A modifier, the code that begins it and the one that ends it.
const MODIFIERS: [(Modifier, u8, u8); 6] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::REVERSED, 7, 27),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// The code of a colour; `base` is 30 for letters and 40 for what is behind them.
fn colour(colour: Color, base: u8) -> String {
    let bright = base + 60;
    match colour {
        Color::Reset => (base + 9).to_string(),
        Color::Black => base.to_string(),
        Color::Red => (base + 1).to_string(),
        Color::Green => (base + 2).to_string(),
        Color::Yellow => (base + 3).to_string(),
        Color::Blue => (base + 4).to_string(),
        Color::Magenta => (base + 5).to_string(),
        Color::Cyan => (base + 6).to_string(),
        Color::Gray => (base + 7).to_string(),
        Color::DarkGray => bright.to_string(),
        Color::LightRed => (bright + 1).to_string(),
        Color::LightGreen => (bright + 2).to_string(),
        Color::LightYellow => (bright + 3).to_string(),
        Color::LightBlue => (bright + 4).to_string(),
        Color::LightMagenta => (bright + 5).to_string(),
        Color::LightCyan => (bright + 6).to_string(),
        Color::White => (bright + 7).to_string(),
        Color::Indexed(number) => format!("{};5;{number}", base + 8),
        Color::Rgb(red, green, blue) => format!("{};2;{red};{green};{blue}", base + 8),
    }
}

impl Backend for Ansi {
    type Error = io::Error;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, content: I) -> io::Result<()> {
        let cells: Vec<(u16, u16, &Cell)> = content.collect();
        for row in cells.chunk_by(|(_, y, _), (_, next, _)| y == next) {
            let Some(&(_, y, _)) = row.first() else { continue };
            let before = self.is_uncertain(y);
            for (x, y, cell) in row {
                self.remember(*x, *y, cell);
            }
            if before || self.is_uncertain(y) {
                self.write_row(y);
            } else {
                for (x, y, cell) in row {
                    self.write(*x, *y, cell);
                }
            }
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.visible {
            self.out.push_str("\x1b[?25l");
            self.visible = false;
        }
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if !self.visible {
            self.out.push_str("\x1b[?25h");
            self.visible = true;
        }
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.cursor.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.wanted = Some(position.into());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, _region: ClearType) -> io::Result<()> {
        self.draw_with(BLANK);
        self.out.push_str("\x1b[H\x1b[2J");
        self.shown = Buffer::empty(Rect::new(0, 0, self.size.width, self.size.height));
        self.cursor = Some(Position::new(0, 0));
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use ratatui::{Terminal, style::Style};

    fn frames(draws: &[&dyn Fn(&mut ratatui::Frame)]) -> Vec<Option<String>> {
        let mut terminal = Terminal::new(Ansi::new(10, 2)).unwrap();
        draws
            .iter()
            .map(|draw| {
                terminal.draw(|frame| draw(frame)).unwrap();
                terminal.backend_mut().take()
            })
            .collect()
    }

    #[test]
    fn a_frame_that_changes_nothing_has_no_bytes() {
        let draw = |frame: &mut ratatui::Frame| {
            frame.buffer_mut().set_string(0, 0, "abc", Style::new().fg(Color::Cyan));
        };
        let frames = frames(&[&draw, &draw]);
        assert_eq!(frames[0].as_deref(), Some("\x1b[?2026h\x1b[1;1H\x1b[36mabc\x1b[?2026l"));
        assert_eq!(frames[1], None);
    }

    #[test]
    fn behind_a_wide_character_the_place_is_said_in_full() {
        let draw = |frame: &mut ratatui::Frame| {
            frame.buffer_mut().set_string(0, 0, "日x", Style::new());
        };
        assert_eq!(frames(&[&draw])[0].as_deref(), Some("\x1b[?2026h\x1b[1;1H日\x1b[1;3Hx\x1b[?2026l"));
    }

    #[test]
    fn a_row_with_letters_of_several_characters_is_written_whole() {
        let draw = |under: bool| {
            move |frame: &mut ratatui::Frame| {
                frame.buffer_mut().set_string(0, 0, "अर्जुन x", Style::new());
                frame.buffer_mut().set_string(0, 1, "abc", Style::new());
                if under {
                    frame.buffer_mut().set_string(1, 0, "│   ", Style::new());
                    frame.buffer_mut().set_string(1, 1, "│", Style::new());
                }
            }
        };
        let frames = frames(&[&draw(false), &draw(true), &draw(false), &draw(false)]);
        let closed = frames[2].as_deref().unwrap();
        assert!(closed.starts_with("\x1b[?2026h\x1b[1;1H\x1b[2Kअ"), "emptied first: {closed:?}");
        assert!(closed.contains("र्"), "{closed:?}");
        assert!(closed.contains("x   "), "to its end: {closed:?}");
        assert!(closed.ends_with("\x1b[2;2Hb\x1b[?2026l"), "other rows as before: {closed:?}");
        let opened = frames[1].as_deref().unwrap();
        assert!(opened.contains("\x1b[2K"), "what was there goes: {opened:?}");
        assert_eq!(frames[3], None);
    }

    #[test]
    fn the_cursor_is_placed_only_where_it_moved() {
        let at = |x| move |frame: &mut ratatui::Frame| frame.set_cursor_position((x, 1));
        let frames = frames(&[&at(3), &at(3), &at(4)]);
        assert_eq!(frames[0].as_deref(), Some("\x1b[?2026h\x1b[?25h\x1b[2;4H\x1b[?2026l"));
        assert_eq!(frames[1], None);
        assert_eq!(frames[2].as_deref(), Some("\x1b[?2026h\x1b[C\x1b[?2026l"));
    }

    #[test]
    fn bold_gives_way_to_dim() {
        let draw = |frame: &mut ratatui::Frame| {
            frame.buffer_mut().set_string(0, 0, "a", Style::new().add_modifier(Modifier::BOLD | Modifier::REVERSED));
            frame.buffer_mut().set_string(1, 0, "b", Style::new().add_modifier(Modifier::DIM | Modifier::REVERSED));
        };
        assert_eq!(frames(&[&draw])[0].as_deref(), Some("\x1b[?2026h\x1b[1;1H\x1b[1;7ma\x1b[22;2mb\x1b[?2026l"));
    }

    /// Rows that are written whole are written from what the backend remembers: that has to be what was drawn, whatever
    /// was drawn before.
    #[test]
    fn what_is_remembered_is_what_was_drawn() {
        const SAMPLES: [&str; 9] = ["│ ab", "☀️ x", "अर्जुन", "日本", "", "── ", "👍🏽 é", "a\u{301}b ", "1️⃣☀️"];
        let mut terminal = Terminal::new(Ansi::new(24, 2)).unwrap();
        let mut state = 7_u64;
        let mut next = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        for round in 0..5_000 {
            // A terminal that says its size again has not changed.
            match next(8) {
                0 => assert!(!terminal.backend_mut().resize(24, 2)),
                1 => {
                    assert!(terminal.backend_mut().resize(20, 3));
                    assert!(terminal.backend_mut().resize(24, 2));
                    terminal.clear().unwrap();
                }
                _ => {}
            }
            let mut drawn = Buffer::default();
            let rows: Vec<Vec<&str>> = (0..2).map(|_| (0..6).map(|_| SAMPLES[next(SAMPLES.len())]).collect()).collect();
            terminal
                .draw(|frame| {
                    for (y, row) in (0..).zip(&rows) {
                        for (x, text) in (0..).zip(row) {
                            frame.buffer_mut().set_string(x * 4, y, text, Style::new());
                        }
                    }
                    drawn = frame.buffer_mut().clone();
                })
                .unwrap();
            let shown = &terminal.backend().shown;
            for y in 0..2 {
                let mut x = 0;
                while x < 24 {
                    let (is, should) = (&shown[(x, y)], &drawn[(x, y)]);
                    assert_eq!(is.symbol(), should.symbol(), "round {round}, column {x}: {rows:?}");
                    x += u16::try_from(width(should.symbol())).unwrap().max(1);
                }
            }
        }
    }

    #[test]
    fn copied_text_is_base64() {
        assert_eq!(copy("#4821 é"), "\x1b]52;c;IzQ4MjEgw6k=\x07");
    }
}
