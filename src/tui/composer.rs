//! What the composer holds: a text, its mode and where it goes.

use super::editor::Editor;
use crate::{
    desk::page::{DraftPlace, Entry, Mode, Moment},
    domain::id::EntrySeq,
};

/// Which part of the composer has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The text.
    Text,
    /// `[ Send Message ]`.
    Send,
}

/// A message being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composer {

    /// Where it goes.
    pub place: DraftPlace,
    /// Reply, note or internal (R1.5).
    pub mode: Mode,
    /// The text.
    pub editor: Editor,
    /// Which part has the keys.
    pub part: Part,
    /// When the text was changed and not kept yet.
    pub changed: Option<Moment>,
    /// The newest entry that the writer was shown (R7.6).
    pub seen: EntrySeq,
    /// What was added meanwhile, while a send is held (R7.6).
    pub held: Option<Vec<Entry>>,
    /// The message's own id, kept until it is written (R1.8).
    pub client_id: String,
    /// On its way to the desk.
    pub sending: bool,
    /// The picked row of the mention list, while one is open.
    pub mention: Option<usize>,
}
