//! Agents at their screens, on one real desk.

use crate::{
    desks::TestDesk,
    screen::{said, text},
};
use deskline::{
    desk::{News, page::Viewer},
    domain::id::ConversationId,
    tui::{
        ask::{Effect, Msg},
        keymap::{KeyCode, KeyPress, Keymap},
        session::{Event, Look, Session},
        theme::Theme,
        time::Zone,
        traits::Traits,
    },
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
    mpsc::{Receiver, channel},
};

/// What makes every session's message ids its own (R1.8).
static SEATS: AtomicU64 = AtomicU64::new(0);

/// An agent at a screen.
pub struct Seat {
    pub session: Session,
    /// What was to be done at the terminal.
    pub outside: Vec<Effect>,
    /// What the desk's bell told this session and it has not taken in.
    bell: Receiver<News>,
}

impl Seat {
    pub fn new(desk: &TestDesk, handle: &str) -> Self {
        Self::sized(desk, handle, (120, 40))
    }

    pub fn sized(desk: &TestDesk, handle: &str, size: (u16, u16)) -> Self {
        Self::at(desk, handle, size, Traits::default())
    }

    /// At a terminal of this kind.
    pub fn at(desk: &TestDesk, handle: &str, size: (u16, u16), traits: Traits) -> Self {
        Self::begin(desk, desk.agent(handle), size, traits, true)
    }

    /// At a terminal on another machine than the desk's.
    pub fn elsewhere(desk: &TestDesk, handle: &str) -> Self {
        Self::begin(desk, desk.agent(handle), (120, 40), Traits::default(), false)
    }

    /// A seat of somebody who came in somehow.
    pub fn of(desk: &TestDesk, viewer: Viewer, size: (u16, u16)) -> Self {
        Self::begin(desk, viewer, size, Traits::default(), true)
    }

    fn begin(desk: &TestDesk, viewer: Viewer, size: (u16, u16), traits: Traits, local: bool) -> Self {
        let look = Look {
            keymap: Arc::new(Keymap::built_in()),
            theme: Theme::new(true),
            traits,
            zone: Zone::Own(chrono::Offset::fix(&chrono::Utc)),
            size,
            local,
            tag: format!("{} {}", viewer.handle, SEATS.fetch_add(1, Ordering::Relaxed)),
        };
        let me = viewer.id;
        let session = Session::new(desk.desk.clone(), viewer, look).unwrap();
        let (send, bell) = channel();
        desk.desk.listen(Box::new(move |news| !news.concerns(me) || send.send(news).is_ok()));
        // What rings at the beginning: this desk stood still meanwhile.
        bell.try_iter().for_each(drop);
        Self { session, outside: Vec::new(), bell }
    }

    pub fn take(&mut self, event: Event) {
        self.take_all([event]);
    }

    /// Takes in what the desk's bell told meanwhile.
    pub fn rang(&mut self) {
        let news: Vec<News> = self.bell.try_iter().collect();
        self.take_all(news.into_iter().map(Event::Rang));
    }

    pub fn take_all(&mut self, events: impl IntoIterator<Item = Event>) {
        let effects = self.session.take(events);
        self.outside.extend(effects);
        self.session.catch_up(&mut self.outside);
    }

    pub fn press(&mut self, press: KeyPress) {
        self.take(Event::Input(Msg::Press(press)));
    }

    pub fn keys(&mut self, keys: &str) -> &mut Self {
        keys.split_whitespace().for_each(|key| self.press(key.parse().unwrap()));
        self
    }

    /// The same typed ahead: all of it arrives at once.
    pub fn keys_at_once(&mut self, keys: &str) -> &mut Self {
        let events = keys.split_whitespace().map(|key| Event::Input(Msg::Press(key.parse().unwrap())));
        let outside = self.session.take(events.collect::<Vec<_>>());
        self.outside.extend(outside);
        self
    }

    pub fn text(&mut self, text: &str) -> &mut Self {
        text.chars().for_each(|letter| self.press(KeyPress::plain(KeyCode::Char(letter))));
        self
    }

    /// The screen after what others wrote has reached it.
    pub fn shown(&mut self) -> String {
        self.rang();
        text(self.session.model())
    }

    pub fn opened(&self) -> ConversationId {
        self.session.model().thread.as_ref().unwrap().conversation
    }

    /// What the last lines say, as far as a message reaches up; its words alone.
    pub fn said(&self) -> String {
        said(&text(self.session.model()))
    }

    /// The last line: message or keys.
    pub fn foot(&self) -> String {
        text(self.session.model()).lines().last().unwrap_or_default().to_owned()
    }
}
