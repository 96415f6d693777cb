//! One agent's session over any terminal: what arrived goes in, the desk is asked and read, a frame comes out.

mod asking;
/// Files of the viewer's own machine.
pub mod files;
/// The session at the terminal that the program was started on.
pub mod local;
mod look;
mod stale;
mod title;

use super::{
    ansi::{self, Ansi},
    ask::{Ask, Effect, Msg},
    doing::doing,
    draw::draw,
    keymap::KeyCode,
    model::Model,
    readiness,
    remembered::remembered,
    traits::Traits,
    update::{deadline, is_awaited, update},
    wants::wants,
};
use crate::{
    desk::{
        Attendance, Desk, Known, News, Opening, Touched,
        page::{Denied, DraftPlace, Moment, Page, Viewer, Wants},
    },
    domain::{command::Command, id::ConversationId},
};
use chrono::TimeDelta;
use files::Folders;
pub use look::Look;
use ratatui::Terminal;
use stale::Stale;
use std::collections::{BTreeSet, VecDeque};
use title::window_title;

/// What reaches a session.
#[derive(Debug)]
pub enum Event {
    /// A key, a paste, a new size … from the terminal.
    Input(Msg),
    /// Something was written on the desk, by whomever.
    Rang(News),
}

/// How often a page may ask for another one before a frame is drawn: the list first, then what is selected in it.
const READS: usize = 6;

/// How long a screen may say "now" and "2m" while nothing on it changes but that.
const AGES: TimeDelta = TimeDelta::seconds(10);

/// One agent at one terminal.
pub struct Session {
    desk: Desk,
    viewer: Viewer,
    model: Model,
    terminal: Terminal<Ansi>,
    /// What the page on the screen was read for.
    wanted: Wants,
    /// What was written since.
    stale: Stale,
    /// Whether something was done since that may have moved what the next key is about.
    acted: bool,
    /// What can wait until the frame is painted: reading marks, which go to the disk.
    later: Vec<Ask>,
    title: String,
    /// The screen can look different from the last frame, for another reason than the time.
    changed: bool,
    /// The time in the last frame.
    painted: Moment,
    attendance: Attendance,
    /// The direct conversation of others that is shown (R6.11).
    opening: Option<Opening>,
    traits: Traits,
    /// Where the viewer's files are, if on this machine.
    folders: Option<Folders>,
}

impl Session {
    /// A session that shows its first page.
    ///
    /// # Errors
    /// Switched off, or a desk that cannot be read.
    pub fn new(desk: Desk, viewer: Viewer, look: Look) -> Result<Self, Denied> {
        let first = Wants { without_numbers: true, ..Wants::default() };
        let page = desk.read(&viewer, &first)?;
        let mut model = Model::new(page, look.keymap, desk.now(), look.size, look.theme, look.tag);
        model.zone = look.zone;
        model.local = look.local;
        if !model.page.me.ready && desk.was_away(&viewer) {
            model.message = Some(readiness::lost(&model, "while you were away"));
        }
        let (traits, title) = (look.traits, String::new());
        let backend = Ansi::new(look.size.0, look.size.1).with(traits);
        let terminal = Terminal::new(backend).map_err(|error| Denied::Failed(error.to_string()))?;
        let (wanted, stale) = (Wants::default(), Stale::all());
        let (attendance, opening, later) = (desk.attend(&viewer), None, Vec::new());
        let (changed, painted) = (true, model.now);
        let mut session = Self {
            desk,
            viewer,
            model,
            terminal,
            wanted,
            stale,
            acted: false,
            later,
            title,
            changed,
            painted,
            attendance,
            opening,
            traits,
            folders: None,
        };
        session.read(&mut Vec::new());
        Ok(session)
    }

    /// From now on this viewer's files are on this machine.
    pub fn has_files(&mut self, folders: Folders) {
        self.folders = Some(folders);
    }

    /// The model, to look at.
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// The last frame, as the terminal holds it, to look at.
    pub const fn terminal(&self) -> &Terminal<Ansi> {
        &self.terminal
    }

    /// Takes everything in that arrived, asks the desk, and reads it where something else is wanted or it rang. What
    /// comes back is for the terminal to do: copying, the bell, the editor, quitting.
    pub fn take(&mut self, events: impl IntoIterator<Item = Event>) -> Vec<Effect> {
        let mut outside = Vec::new();
        let now = self.desk.now();
        self.update(Msg::Tick(now), &mut outside);
        for event in events {
            match event {
                Event::Input(msg) => {
                    if let Msg::Resize(columns, rows) = msg
                        && self.terminal.backend_mut().resize(columns, rows)
                    {
                        // The backend only gathers bytes and cannot fail.
                        let _ = self.terminal.clear();
                    }
                    // What is typed ahead is about what the keys before it lead to.
                    if self.is_led_on(&msg) {
                        self.read(&mut outside);
                    }
                    self.update(msg, &mut outside);
                    // What is typed ahead comes after the draft that was kept, and not in its place.
                    if self.model.composer.as_ref().is_some_and(|composer| !composer.loaded) {
                        self.read(&mut outside);
                    }
                }
                Event::Rang(News { touched: Touched::Presence(conversation), .. })
                    if self.open_conversation() != Some(conversation) => {}
                Event::Rang(news) => self.stale.add(news),
            }
        }
        self.read(&mut outside);
        outside
    }

    /// Whether keys before this one did or lead to something that was not read yet, and that it is about. Letters for a dialog's
    /// field go there whatever stands below it.
    fn is_led_on(&self, msg: &Msg) -> bool {
        let Msg::Press(key) = msg else { return false };
        let is_letter = matches!(key.code, KeyCode::Char(_)) && !key.modifiers.control && !key.modifiers.alt;
        let is_for_a_field = is_letter && !self.model.layers.is_empty();
        !is_for_a_field && (self.acted || wants(&self.model) != self.wanted)
    }

    /// Does what could wait until the frame was painted; whether there was anything. To be called after each frame.
    pub fn catch_up(&mut self, outside: &mut Vec<Effect>) -> bool {
        if self.later.is_empty() {
            return false;
        }
        self.do_later(outside);
        self.read(outside);
        true
    }

    fn do_later(&mut self, outside: &mut Vec<Effect>) {
        for ask in std::mem::take(&mut self.later) {
            let effects = self.ask(ask);
            self.follow(effects, outside);
        }
    }

    /// Keeps what was typed and not kept yet; for every way out.
    pub fn keep_drafts(&mut self) {
        let mut outside = Vec::new();
        self.do_later(&mut outside);
        self.update(Msg::Leave, &mut outside);
    }

    /// Until when the session can sleep if nothing arrives; `None`: for ever.
    pub fn deadline(&self) -> Option<Moment> {
        let counting = self.stale.numbers_at(self.now(), self.desk.listeners());
        [deadline(&self.model), counting].into_iter().flatten().min()
    }

    /// The time, by the desk's clock.
    pub fn now(&self) -> Moment {
        self.desk.now()
    }

    /// The bytes that bring the terminal to what is shown now; `None` where it shows that already. Most news change nothing
    /// here, and to draw what stands costs as much as to draw something new.
    pub fn frame(&mut self) -> Option<String> {
        if !self.changed && self.model.now - self.painted < AGES {
            return None;
        }
        (self.changed, self.painted) = (false, self.model.now);
        let Self { terminal, model, .. } = self;
        // The backend only gathers bytes and cannot fail.
        if terminal.draw(|frame| draw(model, frame)).is_err() {
            return None;
        }
        let bytes = terminal.backend_mut().take();
        let title = window_title(&self.model);
        if title == self.title || !self.traits.modern {
            return bytes;
        }
        let changed = ansi::title(&title);
        self.title = title;
        Some(bytes.unwrap_or_default() + &changed)
    }

    /// Forgets what the terminal shows: the next frame paints everything.
    pub fn forget(&mut self) {
        let (columns, rows) = self.model.size;
        if let Ok(terminal) = Terminal::new(Ansi::new(columns, rows).with(self.traits)) {
            self.terminal = terminal;
        }
        self.title.clear();
        self.changed = true;
    }

    /// The conversation whose words are on the screen.
    fn open_conversation(&self) -> Option<ConversationId> {
        self.model.thread.as_ref().map(|view| view.conversation)
    }

    /// One message, and all that follows from it inside.
    fn update(&mut self, msg: Msg, outside: &mut Vec<Effect>) {
        let effects = self.update_model(msg);
        self.follow(effects, outside);
    }

    fn update_model(&mut self, msg: Msg) -> Vec<Effect> {
        let idle = |now: Moment| deadline(&self.model).is_none_or(|due| due > now);
        self.changed |= !matches!(&msg, Msg::Tick(now) if idle(*now));
        update(&mut self.model, msg)
    }

    fn follow(&mut self, effects: Vec<Effect>, outside: &mut Vec<Effect>) {
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Ask(ask @ Ask::Run { command: Command::MarkRead(_), .. }) => self.later.push(ask),
                Effect::Ask(ask) => {
                    // In the order in which it was asked for.
                    for before in std::mem::take(&mut self.later) {
                        effects.extend(self.ask(before));
                    }
                    effects.extend(self.ask(ask));
                }
                Effect::Copy(text) if !self.traits.modern => {
                    let words = format!("This terminal has no clipboard that can be reached: {text}");
                    effects.extend(self.update_model(Msg::Trouble(words)));
                }
                outer @ (Effect::Copy(_)
                | Effect::Bell
                | Effect::OpenEditor(_)
                | Effect::Mouse(_)
                | Effect::Repaint
                | Effect::Suspend
                | Effect::Quit) => outside.push(outer),
            }
        }
    }

    fn ask(&mut self, ask: Ask) -> Vec<Effect> {
        let (folders, who) = (self.folders.as_ref(), (&self.desk, &self.viewer));
        let answer = files::ask(folders, &self.model, who, &ask, &mut self.opening);
        if answer.is_ok() && !files::is_about_files(&ask) {
            let is_an_act = !matches!(ask, Ask::SaveDraft { .. } | Ask::Run { command: Command::MarkRead(_), .. });
            self.acted |= is_an_act;
            self.stale.add(match &ask {
                Ask::Run { conversation, command } => News::after(self.viewer.id, *conversation, command),
                Ask::SaveDraft { place: DraftPlace::Conversation(id), .. }
                | Ask::TakeBack { conversation: id, .. }
                | Ask::SendAgain { conversation: id, .. }
                | Ask::AcceptOffer { conversation: id, .. }
                | Ask::RejectOffer(id) => News::of(*id),
                _ => News::EVERYTHING,
            });
        }
        self.update_model(Msg::Answered(Box::new(ask), answer))
    }

    /// Reads until the page holds what the screen wants; usually once, or not at all.
    fn read(&mut self, outside: &mut Vec<Effect>) {
        self.acted = false;
        for _ in 0..READS {
            // First, so that who comes while the page is read rings here.
            self.attendance.says(doing(&self.model));
            let open = self.open_conversation();
            // Coming back to it is another opening.
            self.opening = self.opening.take().filter(|opening| Some(opening.conversation()) == open);
            if let Some(thread) = self.model.opened() {
                self.stale.also(thread.row.id, thread.likenesses.iter().map(|like| like.conversation));
            }
            let wanted = wants(&self.model);
            let (now, listeners) = (self.now(), self.desk.listeners());
            let counts = self.stale.numbers_at(now, listeners).is_some_and(|due| due <= now);
            if !self.stale.is_any(open) && !counts && wanted == self.wanted {
                return;
            }
            let (mut asked, touched) = self.stale.settle(&wanted, &self.wanted, now, listeners);
            asked.about = self.remembered(touched.as_ref());
            let known = touched.as_ref().map(|touched| Known {
                list: self.model.page.list.as_ref(),
                offers: &self.model.page.offers,
                touched,
            });
            match self.desk.read_on(&self.viewer, &asked, known) {
                Ok(page)
                    if wanted == self.wanted
                        && !is_awaited(&self.model)
                        && stale::says_the_same(&page, &self.model.page, &asked) => {}
                Ok(mut page) => {
                    if asked.without_numbers && (page.me != self.model.page.me || self.loses(&page, &wanted)) {
                        self.stale.count_anew();
                    }
                    stale::keep(&mut page, &mut self.model.page, &asked, &wanted);
                    self.wanted = wanted;
                    self.update(Msg::Page(Box::new(page)), outside);
                }
                Err(denied) => return self.unread(&denied, wanted, outside),
            }
        }
    }

    /// Whether the viewer may not read any more what stood on the screen: numbers that count it go with it. What only moved
    /// to another list is counted as seldom as anything.
    fn loses(&self, page: &Page, wanted: &Wants) -> bool {
        let before = &self.model.page;
        let mut about = stale::left_out(page.opened.as_ref(), before.opened.as_ref());
        if wanted.list == self.wanted.list {
            about.extend(stale::left_off(page.list.as_ref(), before.list.as_ref()));
        }
        if about.is_empty() {
            return false;
        }
        let wants = Wants { about, without_numbers: true, ..Wants::default() };
        self.desk.read(&self.viewer, &wants).is_ok_and(|page| !page.lost.is_empty())
    }

    /// What the screen remembers something of, as far as it was touched; all of it where nothing is known of that.
    fn remembered(&self, touched: Option<&BTreeSet<ConversationId>>) -> Vec<ConversationId> {
        let mut about = remembered(&self.model);
        about.retain(|id| touched.is_none_or(|touched| touched.contains(id)));
        about
    }

    /// The page could not be read: perhaps only a part of it, perhaps nothing may be seen any more.
    fn unread(&mut self, denied: &Denied, wanted: Wants, outside: &mut Vec<Effect>) {
        self.wanted = wanted;
        if let Denied::Failed(why) = denied {
            self.stale.unread(self.now());
            return self.update(Msg::Trouble(why.clone()), outside);
        }
        match self.desk.read(&self.viewer, &Wants { about: self.remembered(None), ..Wants::default() }) {
            Ok(page) => {
                self.update(Msg::Page(Box::new(page)), outside);
                self.update(Msg::Trouble(denied.to_string()), outside);
                // Another section's list, where this one was taken away; and all the rest, which this page has not.
                if wants(&self.model) != self.wanted {
                    self.stale.add(News::EVERYTHING);
                    self.read(outside);
                }
            }
            Err(denied) => self.update(Msg::Shut(denied.to_string()), outside),
        }
    }
}
