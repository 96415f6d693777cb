//! A question that is answered yes or no, No at first.

use super::{DialogKey, Outcome};
use crate::tui::ask::Effect;

/// A question about something that cannot be taken back, or that lets more people read (R5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    /// The question, in a sentence.
    pub question: String,
    /// Who could read it afterwards, who would join: one a line; may hold foreign text.
    pub details: Vec<String>,
    /// What the yes is called: "Make public".
    pub yes: String,
    /// Whether the yes has the focus; false at first.
    pub on_yes: bool,
    /// What a yes does.
    pub effects: Vec<Effect>,
}

impl Confirm {
    /// A question with No preselected.
    pub fn new(question: impl Into<String>, yes: impl Into<String>, effects: Vec<Effect>) -> Self {
        Self { question: question.into(), details: Vec::new(), yes: yes.into(), on_yes: false, effects }
    }

    /// A key.
    pub fn press(&mut self, key: DialogKey) -> Outcome {
        match key {
            DialogKey::Back => Outcome::Close,
            DialogKey::Next | DialogKey::Previous | DialogKey::Up | DialogKey::Down => {
                self.on_yes = !self.on_yes;
                Outcome::Stay
            }
            DialogKey::Choose if self.on_yes => Outcome::CloseAnd(std::mem::take(&mut self.effects)),
            DialogKey::Choose => Outcome::Close,
            DialogKey::PageUp | DialogKey::PageDown | DialogKey::Send => Outcome::Stay,
            DialogKey::Other(press) => match press.key {
                crate::tui::keymap::Key::Left | crate::tui::keymap::Key::Right => {
                    self.on_yes = !self.on_yes;
                    Outcome::Stay
                }
                _ => match key.letter() {
                    Some('y') => Outcome::CloseAnd(std::mem::take(&mut self.effects)),
                    Some('n') => Outcome::Close,
                    Some(_) | None => Outcome::Stay,
                },
            },
        }
    }
}
