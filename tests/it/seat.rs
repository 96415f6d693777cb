//! Agents at their screens, on one real desk.

use crate::{desks::TestDesk, screen::text};
use deskline::{
    domain::id::ConversationId,
    tui::{
        ask::{Effect, Msg},
        keymap::{KeyCode, KeyPress, Keymap},
        session::{Event, Look, Session},
        theme::Theme,
    },
};
use std::sync::Arc;

/// An agent at a screen.
pub struct Seat {
    pub session: Session,
    /// What was to be done at the terminal.
    pub outside: Vec<Effect>,
}

impl Seat {
    pub fn new(desk: &TestDesk, handle: &str) -> Self {
        Self::sized(desk, handle, (120, 40))
    }

    pub fn sized(desk: &TestDesk, handle: &str, size: (u16, u16)) -> Self {
        let look = Look {
            keymap: Arc::new(Keymap::built_in()),
            theme: Theme::new(true),
            zone: chrono::Offset::fix(&chrono::Utc),
            size,
            local: true,
            tag: handle.to_owned(),
        };
        let session = Session::new(desk.desk.clone(), desk.agent(handle), look).unwrap();
        Self { session, outside: Vec::new() }
    }

    pub fn take(&mut self, event: Event) {
        let effects = self.session.take([event]);
        self.outside.extend(effects);
    }

    pub fn press(&mut self, press: KeyPress) {
        self.take(Event::Input(Msg::Press(press)));
    }

    pub fn keys(&mut self, keys: &str) -> &mut Self {
        keys.split_whitespace().for_each(|key| self.press(key.parse().unwrap()));
        self
    }

    pub fn text(&mut self, text: &str) -> &mut Self {
        text.chars().for_each(|letter| self.press(KeyPress::plain(KeyCode::Char(letter))));
        self
    }

    /// The screen after what others wrote has reached it.
    pub fn shown(&mut self) -> String {
        self.take(Event::Rang);
        text(self.session.model())
    }

    pub fn opened(&self) -> ConversationId {
        self.session.model().thread.as_ref().unwrap().conversation
    }

    /// The last line: message or keys.
    pub fn foot(&self) -> String {
        text(self.session.model()).lines().last().unwrap_or_default().to_owned()
    }
}
