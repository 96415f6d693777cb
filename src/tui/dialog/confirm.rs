//! A question that is answered yes or no.

use super::{DialogKey, Outcome};
use crate::tui::ask::Effect;

/// A question about something that cannot be taken back, or that lets more people read (R5.4). Only its own key says yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    /// The question, in a sentence; may hold foreign text.
    pub question: String,
    /// Who could read it afterwards, who would join: one a line; may hold foreign text.
    pub details: Vec<String>,
    /// What the yes is called: "make public".
    pub yes: String,
    /// What a yes does.
    pub effects: Vec<Effect>,
}

impl Confirm {
    /// A question without details.
    pub fn new(question: impl Into<String>, yes: impl Into<String>, effects: Vec<Effect>) -> Self {
        Self { question: question.into(), details: Vec::new(), yes: yes.into(), effects }
    }

    /// A key.
    pub fn press(&mut self, key: DialogKey) -> Outcome {
        match key {
            DialogKey::Back => Outcome::Close,
            DialogKey::Yes => Outcome::CloseAnd(std::mem::take(&mut self.effects)),
            DialogKey::Next
            | DialogKey::Previous
            | DialogKey::Up
            | DialogKey::Down
            | DialogKey::PageUp
            | DialogKey::PageDown
            | DialogKey::Choose
            | DialogKey::Save
            | DialogKey::Other(_) => Outcome::Stay,
        }
    }
}
