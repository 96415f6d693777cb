//! A screen over made-up conversations: keys go in, asks are kept, pages come back as a session would bring them.

use crate::pages;
use chrono::Duration;
use deskline::{
    desk::page::{
        ConversationRow, Denied, Done, Invite, ListPage, ListStart, Listed, Opened, Page, Thread, ThreadStart, Wants,
    },
    domain::id::ConversationId,
    tui::{
        ask::{Answer, Ask, Effect, Msg},
        draw::draw,
        keymap::{KeyPress, Keymap},
        model::Model,
        theme::Theme,
        update::{deadline, update},
        wants::wants,
    },
};
use ratatui::{Terminal, backend::TestBackend, buffer::Buffer};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

/// A screen and what stands behind it.
pub struct Screen {
    pub model: Model,
    /// Everything of a page but the list and the opened conversation.
    pub base: Page,
    pub rows: Vec<ConversationRow>,
    pub opened: HashMap<i64, Opened>,
    /// What will be answered; done where nothing is prepared.
    pub answers: VecDeque<Denied>,
    pub asked: Vec<Ask>,
    pub effects: Vec<Effect>,
    wanted: Wants,
    /// How many pages were read.
    pub reads: usize,
}

impl Screen {
    /// The made-up desk of `pages`, with the first conversation opened.
    pub fn new(columns: u16, rows: u16) -> Self {
        let mut opened = HashMap::new();
        opened.insert(4821, Opened::Thread(Box::new(pages::mara())));
        Self::over(pages::picture(), pages::rows(), opened, columns, rows)
    }

    pub fn over(
        base: Page,
        rows: Vec<ConversationRow>,
        opened: HashMap<i64, Opened>,
        columns: u16,
        lines: u16,
    ) -> Self {
        let empty = Page { list: None, opened: None, ..base.clone() };
        let model =
            Model::new(empty, Arc::new(Keymap::built_in()), pages::now(), (columns, lines), Theme::new(true), "test");
        let mut screen = Self {
            model,
            base,
            rows,
            opened,
            answers: VecDeque::new(),
            asked: Vec::new(),
            effects: Vec::new(),
            wanted: Wants::default(),
            reads: 0,
        };
        screen.read();
        screen
    }

    /// Reads what is wanted until nothing else is.
    pub fn read(&mut self) {
        for _ in 0..100 {
            self.wanted = wants(&self.model);
            let page = self.page();
            self.reads += 1;
            self.take(Msg::Page(Box::new(page)));
            if wants(&self.model) == self.wanted {
                return;
            }
        }
        panic!("the screen never has enough: {:?}", wants(&self.model));
    }

    /// Keys, written as in the keymap, parted by blanks; "Space" for the blank.
    pub fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.press(key.parse().unwrap());
        }
        self
    }

    /// Text, letter by letter.
    pub fn text(&mut self, text: &str) -> &mut Self {
        for letter in text.chars() {
            self.press(KeyPress::plain(deskline::tui::keymap::KeyCode::Char(letter)));
        }
        self
    }

    pub fn press(&mut self, press: KeyPress) {
        self.take(Msg::Press(press));
        if wants(&self.model) != self.wanted {
            self.read();
        }
    }

    /// Time goes by; what is due is done.
    pub fn wait(&mut self, milliseconds: i64) -> &mut Self {
        let end = self.model.now + Duration::milliseconds(milliseconds);
        while let Some(at) = deadline(&self.model).filter(|at| *at <= end) {
            self.take(Msg::Tick(at.max(self.model.now)));
            if wants(&self.model) != self.wanted {
                self.read();
            }
        }
        self.take(Msg::Tick(end));
        self
    }

    pub fn take(&mut self, msg: Msg) {
        let mut effects: VecDeque<Effect> = update(&mut self.model, msg).into();
        while let Some(effect) = effects.pop_front() {
            self.effects.push(effect.clone());
            if let Effect::Ask(ask) = effect {
                self.asked.push(ask.clone());
                let silent = matches!(ask, Ask::SaveDraft { .. } | Ask::OpenDirect(_));
                let denied = if silent { None } else { self.answers.pop_front() };
                let answer = denied.map_or_else(|| Ok(self.done(&ask)), Err);
                effects.extend(update(&mut self.model, Msg::Answered(Box::new(ask), answer)));
            }
        }
    }

    fn done(&self, ask: &Ask) -> Answer {
        match ask {
            Ask::Run { conversation, .. } => Answer::Done(Box::new(Done {
                conversation: *conversation,
                message: None,
                row: self.rows.iter().find(|row| row.id == *conversation).cloned(),
                not_notified: Vec::new(),
                changed: true,
                item: None,
            })),
            Ask::Start(_) => Answer::Done(Box::new(Done {
                conversation: ConversationId(5000),
                message: None,
                row: None,
                not_notified: Vec::new(),
                changed: true,
                item: None,
            })),
            Ask::Invite(handle) => Answer::Invited(Invite {
                handle: handle.clone(),
                code: "7K3QF-01AZ9-MMD2X-4H8TW".to_owned(),
                expires: self.model.now + Duration::hours(24),
            }),
            _ => Answer::Kept,
        }
    }

    fn page(&self) -> Page {
        let mut page = self.base.clone();
        page.list = self.wanted.list.as_ref().map(|list| {
            let place = |cursor: &deskline::desk::page::Cursor| self.rows.iter().position(|row| row.cursor == *cursor);
            let count = self.rows.len();
            let (from, to) = match &list.start {
                ListStart::Top => (0, list.rows.min(count)),
                ListStart::After(cursor) => {
                    let from = place(cursor).map_or(0, |at| at + 1);
                    (from, (from + list.rows).min(count))
                }
                ListStart::Before(cursor) => {
                    let to = place(cursor).unwrap_or(count);
                    (to.saturating_sub(list.rows), to)
                }
                ListStart::Bottom => (count.saturating_sub(list.rows), count),
            };
            ListPage {
                section: list.section,
                rows: Listed::Conversations(self.rows[from..to].to_vec()),
                total: u32::try_from(count).unwrap(),
                newer: from > 0,
                older: to < count,
            }
        });
        page.opened = self.wanted.thread.as_ref().map(|thread| {
            let id = thread.conversation;
            match self.opened.get(&id.0) {
                Some(Opened::Thread(whole)) => Opened::Thread(Box::new(window(whole, thread.start, thread.entries))),
                Some(other) => other.clone(),
                None => match self.rows.iter().find(|row| row.id == id) {
                    Some(row) => Opened::Thread(Box::new(pages::thread(row.clone(), pages::talk(row)))),
                    None => Opened::NotFound(id),
                },
            }
        });
        page
    }

    /// The screen as text, a line each.
    pub fn shown(&self) -> String {
        text(&self.model)
    }

    /// A line of the screen, from 0.
    pub fn line(&self, line: usize) -> String {
        self.shown().lines().nth(line).unwrap_or_default().to_owned()
    }

    /// What the last lines say, as far as a message reaches up; its words alone.
    pub fn said(&self) -> String {
        said(&self.shown())
    }

    /// The last line: message or keys.
    pub fn foot(&self) -> String {
        self.line(usize::from(self.model.size.1) - 1)
    }
}

/// The words of the last lines of a screen, as many as a message takes at most.
pub fn said(shown: &str) -> String {
    let lines: Vec<&str> = shown.lines().collect();
    lines[lines.len().saturating_sub(4)..].iter().flat_map(|line| line.split_whitespace()).collect::<Vec<_>>().join(" ")
}

fn window(whole: &Thread, start: ThreadStart, entries: usize) -> Thread {
    let mut thread = whole.clone();
    let count = whole.entries.len();
    let (from, to) = match start {
        ThreadStart::End => (count.saturating_sub(entries), count),
        ThreadStart::Before(seq) => {
            let to = whole.entries.partition_point(|entry| entry.seq < seq);
            (to.saturating_sub(entries), to)
        }
        ThreadStart::From(seq) => {
            let from = whole.entries.partition_point(|entry| entry.seq < seq);
            (from, (from + entries).min(count))
        }
    };
    thread.entries = whole.entries[from..to].to_vec();
    thread.earlier = from > 0;
    thread.later = to < count;
    thread
}

/// The screen as text, a line each, blanks at the end taken off.
pub fn text(model: &Model) -> String {
    let mut terminal = Terminal::new(TestBackend::new(model.size.0, model.size.1)).unwrap();
    terminal.draw(|frame| draw(model, frame)).unwrap();
    lines(terminal.backend().buffer())
}

/// A buffer as text, a line each, blanks at the end taken off.
pub fn lines(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut line = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            skip = deskline::domain::text::width(symbol).saturating_sub(1);
            line.push_str(symbol);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}
