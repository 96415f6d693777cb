//! Agents at their screens: real sessions on a real desk, and what a terminal makes of the bytes they write.

#![allow(clippy::unwrap_used)]

use crate::desks::TestDesk;
use deskline::{
    domain::id::ConversationId,
    tui::{
        ask::Msg,
        keymap::{KeyCode, KeyPress, Keymap},
        session::{Event, Look, Session},
        theme::Theme,
    },
};
use std::sync::Arc;

/// A session of an agent with a terminal in front of it.
pub struct Seat {
    pub session: Session,
    terminal: vt100::Parser,
    /// Every byte that the session wrote since it was last asked for.
    written: String,
}

impl Seat {
    pub fn new(desk: &TestDesk, handle: &str) -> Self {
        Self::of_size(desk, handle, 120, 40)
    }

    pub fn of_size(desk: &TestDesk, handle: &str, columns: u16, rows: u16) -> Self {
        let look = Look {
            keymap: Arc::new(Keymap::built_in()),
            theme: Theme::new(true),
            zone: chrono::Offset::fix(&chrono::Utc),
            size: (columns, rows),
            local: true,
            tag: handle.to_owned(),
        };
        let session = Session::new(desk.desk.clone(), desk.agent(handle), look).unwrap();
        let terminal = vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0);
        let mut seat = Self { session, terminal, written: String::new() };
        seat.paint();
        seat
    }

    fn paint(&mut self) {
        if let Some(bytes) = self.session.frame() {
            self.terminal.process(bytes.as_bytes());
            self.written += &bytes;
        }
    }

    pub fn press(&mut self, press: KeyPress) {
        self.session.take([Event::Input(Msg::Press(press))]);
        self.paint();
    }

    pub fn paste(&mut self, text: &str) {
        self.session.take([Event::Input(Msg::Paste(text.to_owned()))]);
        self.paint();
    }

    /// Keys, written as in the keymap, parted by blanks; "Space" for the blank.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        keys.split_whitespace().for_each(|key| self.press(key.parse().unwrap()));
        self
    }

    /// Text, letter by letter.
    pub fn text(&mut self, text: &str) -> &mut Self {
        text.chars().for_each(|letter| self.press(KeyPress::plain(KeyCode::Char(letter))));
        self
    }

    /// What stands on the terminal after the bell of the desk rang, lines as they are.
    pub fn shown(&mut self) -> String {
        self.session.take([Event::Rang]);
        self.paint();
        self.terminal.screen().contents()
    }

    /// Everything written since the last time.
    pub fn written(&mut self) -> String {
        std::mem::take(&mut self.written)
    }

    /// The terminal's line settings of colour and the like at the first place where words stand.
    pub fn style_of(&mut self, words: &str) -> (bool, bool, vt100::Color) {
        let shown = self.shown();
        let (row, line) = shown.lines().enumerate().find(|(_, line)| line.contains(words)).unwrap();
        let column = deskline::domain::text::width(&line[..line.find(words).unwrap()]);
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
    pub fn opened(&self) -> Option<ConversationId> {
        self.session.model().thread.as_ref().map(|view| view.conversation)
    }
}
