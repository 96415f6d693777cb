//! Agents at their screens, as a terminal makes them of the bytes that a session writes.

use crate::{desks::TestDesk, seat::Seat};
use deskline::{
    domain::{id::ConversationId, text::width},
    tui::{
        ansi,
        ask::{Effect, Msg},
        keymap::{KeyCode, KeyPress},
        session::Event,
    },
};

/// An agent at a screen, and the terminal in front.
pub struct Painted {
    pub seat: Seat,
    terminal: vt100::Parser,
    /// Every byte that the session wrote since it was last asked for.
    written: String,
}

impl Painted {
    pub fn new(desk: &TestDesk, handle: &str) -> Self {
        Self::sized(desk, handle, (120, 40))
    }

    pub fn sized(desk: &TestDesk, handle: &str, size: (u16, u16)) -> Self {
        let terminal = vt100::Parser::new(size.1.try_into().unwrap(), size.0.try_into().unwrap(), 0);
        let mut painted = Self { seat: Seat::sized(desk, handle, size), terminal, written: String::new() };
        painted.paint();
        painted
    }

    fn take(&mut self, event: Event) {
        self.seat.take(event);
        self.paint();
    }

    fn paint(&mut self) {
        for effect in self.seat.outside.drain(..) {
            if let Effect::Copy(text) = effect {
                self.written += &ansi::copy(&text);
            }
        }
        if let Some(bytes) = self.seat.session.frame() {
            self.terminal.process(bytes.as_bytes());
            self.written += &bytes;
        }
    }

    /// Keys, written as in the keymap, parted by blanks; a frame after each.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        keys.split_whitespace().for_each(|key| self.take(Event::Input(Msg::Press(key.parse().unwrap()))));
        self
    }

    /// Text, letter by letter; a frame after each.
    pub fn text(&mut self, text: &str) -> &mut Self {
        text.chars().for_each(|letter| self.take(Event::Input(Msg::Press(KeyPress::plain(KeyCode::Char(letter))))));
        self
    }

    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.take(Event::Input(Msg::Paste(text.to_owned())));
        self
    }

    /// What stands on the terminal after what others wrote has reached it.
    pub fn shown(&mut self) -> String {
        self.seat.rang();
        self.paint();
        self.terminal.screen().contents()
    }

    /// What stands on an empty terminal to which everything is written again.
    pub fn repainted(&mut self) -> String {
        let (rows, columns) = self.terminal.screen().size();
        self.terminal = vt100::Parser::new(rows, columns, 0);
        self.seat.session.forget();
        self.paint();
        self.terminal.screen().contents()
    }

    /// Another size of the terminal.
    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.terminal.screen_mut().set_size(rows.try_into().unwrap(), columns.try_into().unwrap());
        self.take(Event::Input(Msg::Resize(columns, rows)));
        self
    }

    /// Everything written since the last time.
    pub fn written(&mut self) -> String {
        std::mem::take(&mut self.written)
    }

    /// The whole screen, painted anew.
    pub fn whole(&mut self) -> String {
        self.seat.session.forget();
        self.written.clear();
        self.paint();
        self.written()
    }

    /// Dim, inverse and the colour, where words stand first.
    pub fn style_of(&mut self, words: &str) -> (bool, bool, vt100::Color) {
        let shown = self.shown();
        let (row, line) = shown.lines().enumerate().find(|(_, line)| line.contains(words)).unwrap();
        let column = width(&line[..line.find(words).unwrap()]);
        let cell = self.terminal.screen().cell(row.try_into().unwrap(), column.try_into().unwrap()).unwrap();
        (cell.dim(), cell.inverse(), cell.fgcolor())
    }

    /// Words have to stand on the screen.
    pub fn shows(&mut self, words: &str) -> &mut Self {
        let shown = self.shown();
        assert!(shown.contains(words), "no “{words}”:\n{shown}");
        self
    }

    /// Words must not stand on the screen.
    pub fn hides(&mut self, words: &str) -> &mut Self {
        let shown = self.shown();
        assert!(!shown.contains(words), "“{words}”:\n{shown}");
        self
    }

    /// The conversation that is opened.
    pub fn opened(&self) -> ConversationId {
        self.seat.opened()
    }
}
