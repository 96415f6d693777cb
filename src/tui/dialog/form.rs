//! A form: controls one under another, of which one has the keys.

use super::{DialogKey, Field, chooser::Chooser, file_list::FileList};
use crate::{
    desk::page::{Denied, DraftFile, Page, Wants},
    tui::{
        ask::{Answer, Ask, Effect},
        editor::{Edited, Editor},
        keymap::{Action, Context},
    },
};

/// One control of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// A text of one line.
    Line(Field),
    /// One of a few values.
    Choice(Choice),
    /// People or things chosen by typing.
    Chooser(Chooser),
    /// The files that go with it.
    Files(FileList),
    /// A text of many lines, with what it is called.
    Text(&'static str, Editor),
    /// What sends or saves the form: "Save".
    Button(&'static str),
}

/// One of a few values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What stands before it.
    pub label: &'static str,
    /// The values, as they are shown.
    pub options: &'static [&'static str],
    /// Which of them, from 0.
    pub at: usize,
    /// What to know about it; stands behind it.
    pub note: &'static str,
}

/// On or off, as options of a choice.
pub const SWITCH: &[&str] = &["off", "on"];

/// A form and what has happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// The controls, in order.
    pub controls: Vec<Control>,
    /// Which of them has the keys.
    pub focus: usize,
    /// Why it could not be sent or saved.
    pub problem: Option<String>,
    /// Whether anything was changed since it was opened or saved.
    pub changed: bool,
    /// Whether leaving with changes asks, instead of losing them.
    pub asks: bool,
    /// Whether the question is asked now.
    pub leaving: bool,
    /// What the desk was asked and has not answered yet.
    pub asked: Vec<Ask>,
}

/// What a key came to in a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Nothing for the dialog to do.
    Nothing,
    /// A value changed.
    Changed,
    /// To be sent or saved.
    Submit,
    /// One level back.
    Leave,
}

/// What an answer of the desk came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// More answers are to come, or the answer was not for this form.
    Not,
    /// Everything was done.
    Well,
    /// Something was refused; [`Form::problem`] says why.
    Badly,
}

impl Choice {
    /// A switch.
    pub fn switch(label: &'static str, on: bool) -> Control {
        Control::Choice(Self { label, options: SWITCH, at: usize::from(on), note: "" })
    }

    /// One of these values.
    pub fn of(label: &'static str, options: &'static [&'static str], at: usize) -> Control {
        Control::Choice(Self { label, options, at, note: "" })
    }
}

impl Form {
    /// A form with the first control focused.
    pub fn new(controls: Vec<Control>) -> Self {
        Self { controls, focus: 0, problem: None, changed: false, asks: true, leaving: false, asked: Vec::new() }
    }

    /// The text of a line, without blanks around it; `None` where it is empty or no line.
    pub fn line(&self, at: usize) -> Option<String> {
        match self.controls.get(at)? {
            Control::Line(field) => field.filled(),
            Control::Text(_, editor) => (!editor.is_blank()).then(|| editor.text().to_owned()),
            Control::Choice(_) | Control::Chooser(_) | Control::Files(_) | Control::Button(_) => None,
        }
    }

    /// Which value of a choice; 0 where it is none.
    pub fn value(&self, at: usize) -> usize {
        match self.controls.get(at) {
            Some(Control::Choice(choice)) => choice.at,
            Some(
                Control::Line(_) | Control::Chooser(_) | Control::Files(_) | Control::Text(..) | Control::Button(_),
            )
            | None => 0,
        }
    }

    /// Whether a switch is on.
    pub fn is_on(&self, at: usize) -> bool {
        self.value(at) == 1
    }

    /// What was chosen.
    pub fn chosen(&self, at: usize) -> Vec<String> {
        match self.controls.get(at) {
            Some(Control::Chooser(chooser)) => chooser.chosen.iter().map(|candidate| candidate.value.clone()).collect(),
            Some(
                Control::Line(_) | Control::Choice(_) | Control::Files(_) | Control::Text(..) | Control::Button(_),
            )
            | None => Vec::new(),
        }
    }

    /// The files that go with it.
    pub fn files(&self) -> &[DraftFile] {
        let files = self.controls.iter().find_map(|control| match control {
            Control::Files(list) => Some(list.files.as_slice()),
            Control::Line(_) | Control::Choice(_) | Control::Chooser(_) | Control::Text(..) | Control::Button(_) => {
                None
            }
        });
        files.unwrap_or_default()
    }

    /// Whether letters and digits are text where the keys are now.
    pub fn takes_text(&self) -> bool {
        match self.controls.get(self.focus) {
            Some(Control::Line(_) | Control::Chooser(_) | Control::Text(..)) => true,
            Some(Control::Choice(_) | Control::Files(_) | Control::Button(_)) | None => false,
        }
    }

    /// What stands behind a choice.
    pub fn set_note(&mut self, at: usize, words: &'static str) {
        if let Some(Control::Choice(choice)) = self.controls.get_mut(at) {
            choice.note = words;
        }
    }

    /// A key. `columns` is the width of texts of many lines.
    pub fn press(&mut self, key: DialogKey, page: &Page, columns: usize) -> Event {
        if self.leaving {
            return self.answer(key);
        }
        match key {
            DialogKey::Back if self.asks && self.changed => {
                self.leaving = true;
                Event::Nothing
            }
            DialogKey::Back => Event::Leave,
            DialogKey::Save => self.submit(page),
            DialogKey::Next => self.step(1, page),
            DialogKey::Previous => self.step(-1, page),
            DialogKey::Up
            | DialogKey::Down
            | DialogKey::PageUp
            | DialogKey::PageDown
            | DialogKey::Choose
            | DialogKey::Yes
            | DialogKey::Other(_) => self.control(key, page, columns),
        }
    }

    /// The answer to whether changes are to be lost; No at first.
    fn answer(&mut self, key: DialogKey) -> Event {
        if key == DialogKey::Yes {
            return Event::Leave;
        }
        self.leaving = key != DialogKey::Back;
        Event::Nothing
    }

    /// Whose keys it has: its own, or those of the question whether changes are to be lost.
    pub const fn context(&self) -> Context {
        if self.leaving { Context::Question } else { Context::Dialog }
    }

    /// The keymap's rows for the footer.
    pub const fn hints(&self) -> &'static [Action] {
        if self.leaving {
            &[Action::AnswerYes, Action::AnswerNo]
        } else {
            &[Action::NextField, Action::Save, Action::Cancel]
        }
    }

    /// What yes and no come to.
    pub fn word(&self, action: Action) -> Option<&'static str> {
        const WORDS: [(Action, &str); 2] = [(Action::AnswerYes, "leave"), (Action::AnswerNo, "stay")];
        WORDS.iter().find(|(answer, _)| self.leaving && *answer == action).map(|(_, word)| *word)
    }

    fn step(&mut self, by: isize, page: &Page) -> Event {
        let count = self.controls.len().max(1);
        let settled = self.settle(page);
        self.focus = (self.focus + count).saturating_add_signed(by) % count;
        if settled { Event::Changed } else { Event::Nothing }
    }

    /// Takes what is typed in the focused chooser where it is clear what it means; true where that changed something.
    fn settle(&mut self, page: &Page) -> bool {
        let settled = match self.controls.get_mut(self.focus) {
            Some(Control::Chooser(chooser)) => chooser.settle(page),
            Some(
                Control::Line(_) | Control::Choice(_) | Control::Files(_) | Control::Text(..) | Control::Button(_),
            )
            | None => false,
        };
        self.changed |= settled;
        settled
    }

    fn submit(&mut self, page: &Page) -> Event {
        if !self.asked.is_empty() {
            return Event::Nothing;
        }
        self.settle(page);
        let open = self.controls.iter().position(|control| match control {
            Control::Chooser(chooser) => !chooser.typed.is_blank(),
            Control::Line(_) | Control::Choice(_) | Control::Files(_) | Control::Text(..) | Control::Button(_) => false,
        });
        if let Some(at) = open {
            self.focus = at;
            self.problem = Some(
                "What is typed here is not chosen yet. Pick it from the list with Enter, or take it out.".to_owned(),
            );
            return Event::Nothing;
        }
        self.problem = None;
        Event::Submit
    }

    fn control(&mut self, key: DialogKey, page: &Page, columns: usize) -> Event {
        let Some(control) = self.controls.get_mut(self.focus) else { return Event::Nothing };
        let event = match control {
            Control::Line(field) => match key {
                _ if field.key(key) => Event::Changed,
                _ => return self.walk(key, page),
            },
            Control::Choice(choice) => {
                let count = choice.options.len().max(1);
                let by = if key == DialogKey::Choose { Some(1) } else { key.sideways() };
                match by {
                    Some(by) => {
                        choice.at = (choice.at + count).saturating_add_signed(by) % count;
                        Event::Changed
                    }
                    None => return self.walk(key, page),
                }
            }
            Control::Chooser(chooser) => match chooser.press(key, page) {
                super::chooser::Pressed::Changed => Event::Changed,
                super::chooser::Pressed::Kept => Event::Nothing,
                super::chooser::Pressed::Onward => return self.step(1, page),
                super::chooser::Pressed::Wrong(words) => {
                    self.problem = Some(words);
                    return Event::Nothing;
                }
            },
            Control::Files(list) => match list.press(key) {
                Some(true) => Event::Changed,
                Some(false) => Event::Nothing,
                None => return self.walk(key, page),
            },
            Control::Text(_, editor) => match write(editor, key, columns) {
                Some(event) => event,
                None => return self.walk(key, page),
            },
            Control::Button(_) => match key {
                DialogKey::Choose => return self.submit(page),
                _ if key.letter() == Some(' ') => return self.submit(page),
                _ => return self.walk(key, page),
            },
        };
        if event == Event::Changed {
            self.changed = true;
            self.problem = None;
        }
        event
    }

    /// Moves to the next control or the one before.
    fn walk(&mut self, key: DialogKey, page: &Page) -> Event {
        let last = self.controls.len().saturating_sub(1);
        match key {
            DialogKey::Up if self.focus > 0 => self.step(-1, page),
            DialogKey::Down | DialogKey::Choose if self.focus < last => self.step(1, page),
            _ => Event::Nothing,
        }
    }

    /// A block of text put in at once.
    pub fn paste(&mut self, text: &str) {
        match self.controls.get_mut(self.focus) {
            Some(Control::Line(field)) => field.paste(text),
            Some(Control::Chooser(chooser)) => chooser.typed.insert_in_line(text),
            Some(Control::Text(_, editor)) => editor.insert(text),
            Some(Control::Choice(_) | Control::Files(_) | Control::Button(_)) | None => return,
        }
        self.changed = true;
    }

    /// What the focused control needs from the desk.
    pub fn wants(&self, wants: &mut Wants) {
        if let Some(Control::Chooser(chooser)) = self.controls.get(self.focus) {
            chooser.wants(wants);
        }
    }

    /// What to ask the desk; the answers are awaited.
    pub fn ask(&mut self, asks: Vec<Ask>) -> Vec<Effect> {
        self.asked.clone_from(&asks);
        asks.into_iter().map(Effect::Ask).collect()
    }

    /// An answer of the desk.
    pub fn answered(&mut self, ask: &Ask, answer: &Result<Answer, Denied>) -> Settled {
        let Some(at) = self.asked.iter().position(|asked| asked == ask) else { return Settled::Not };
        self.asked.remove(at);
        if let Err(denied) = answer {
            self.problem.get_or_insert_with(|| denied.to_string());
        }
        match (self.asked.is_empty(), &self.problem) {
            (false, _) => Settled::Not,
            (true, Some(_)) => Settled::Badly,
            (true, None) => {
                self.changed = false;
                Settled::Well
            }
        }
    }

    /// Whether an answer belongs to this form.
    pub fn waits_for(&self, ask: &Ask) -> bool {
        self.asked.contains(ask)
    }
}

/// A key in a text of many lines; `None` where it leads out of it.
fn write(editor: &mut Editor, key: DialogKey, columns: usize) -> Option<Event> {
    match key {
        DialogKey::Choose => {
            editor.insert("\n");
            Some(Event::Changed)
        }
        DialogKey::Up => editor.go_rows(columns, -1).then_some(Event::Nothing),
        DialogKey::Down => editor.go_rows(columns, 1).then_some(Event::Nothing),
        DialogKey::Other(press) => match editor.press(press) {
            Edited::Text => Some(Event::Changed),
            Edited::Cursor | Edited::Nothing => Some(Event::Nothing),
        },
        DialogKey::Back
        | DialogKey::Next
        | DialogKey::Previous
        | DialogKey::PageUp
        | DialogKey::PageDown
        | DialogKey::Save
        | DialogKey::Yes => Some(Event::Nothing),
    }
}

/// The width of a form at its widest.
pub const WIDEST: u16 = 72;

/// Columns of a text of many lines in a form on a screen of so many columns.
pub fn text_columns(screen: u16) -> usize {
    crate::tui::writing::text_columns(WIDEST.min(screen.saturating_sub(4)).saturating_sub(4))
}
