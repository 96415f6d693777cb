//! What lies over the screen: the stack's layers, each a pure state that takes keys and says what comes of them.

/// A question that is answered yes or no.
pub mod confirm;
/// A field of one line.
pub mod field;
/// A message that waits because something was added.
pub mod held;
/// A key as a dialog takes it.
pub mod key;
/// Which layer an action opens.
pub mod open;
/// A list from which a row is picked.
pub mod pick_list;

pub use confirm::Confirm;
pub use field::Field;
pub use held::Held;
pub use key::DialogKey;
pub use pick_list::PickList;

use super::{
    ask::{Answer, Ask, Effect},
    keymap::{Action, Context},
    model::Model,
};
use crate::desk::page::{Denied, Wants};

/// One layer over the screen; the topmost takes the keys.
#[derive(Debug, Clone)]
pub enum Layer {
    /// A question with yes and no.
    Confirm(Confirm),
    /// A message that waits because something was added (R7.6).
    Held(Held),
}

/// What a key came to in a layer.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Nothing outside of the layer.
    Stay,
    /// The layer goes.
    Close,
    /// The layer stays, and something happens outside; its answer reaches [`Layer::answered`].
    Do(Vec<Effect>),
    /// The layer goes, and something happens outside.
    CloseAnd(Vec<Effect>),
    /// Another layer over this one.
    Open(Box<Layer>),
    /// Another layer instead of this one.
    Replace(Box<Layer>),
    /// All layers go, and the action is done as if its key had been pressed on the screen.
    Act(Action),
    /// All layers go, and the screen goes somewhere.
    Go(Place),
    /// The layer stays, and this is said on the message line.
    Say(String),
    /// All layers go, and the held message is sent although this was added (R7.6).
    SendAnyway(crate::domain::id::EntrySeq),
}

/// A place on the screen that a layer can send the viewer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A conversation, opened; at this entry where one is given.
    Conversation(crate::domain::id::ConversationId, Option<crate::domain::id::EntrySeq>),
    /// An item's panel.
    Item(crate::domain::item::ItemKey),
    /// A section's list.
    Section(crate::domain::section::Section),
}

impl Layer {
    /// A key. The page and everything else on the screen is the model's, to be read only.
    pub fn press(&mut self, key: DialogKey, _model: &Model) -> Outcome {
        match self {
            Self::Confirm(confirm) => confirm.press(key),
            Self::Held(held) => held.press(key),
        }
    }

    /// A block of text put in at once.
    pub fn paste(&mut self, _text: &str) {
        match self {
            Self::Confirm(_) | Self::Held(_) => {}
        }
    }

    /// The desk answered what this layer asked with [`Outcome::Do`].
    pub fn answered(&mut self, _ask: &Ask, _answer: &Result<Answer, Denied>) -> Outcome {
        match self {
            Self::Confirm(_) | Self::Held(_) => Outcome::Stay,
        }
    }

    /// Adds what the layer needs from the desk.
    pub fn wants(&self, _wants: &mut Wants) {
        match self {
            Self::Confirm(_) | Self::Held(_) => {}
        }
    }

    /// Whether the desk's answers go to this layer: it waits for one.
    pub const fn waits(&self) -> bool {
        match self {
            Self::Confirm(_) | Self::Held(_) => false,
        }
    }

    /// Whose keys it has: a form's or a question's.
    pub const fn context(&self) -> Context {
        match self {
            Self::Confirm(_) => Context::Question,
            Self::Held(_) => Context::Dialog,
        }
    }

    /// The keymap's rows that the footer shows while the layer is on top.
    pub const fn hints(&self) -> &'static [Action] {
        match self {
            Self::Confirm(_) => &[Action::AnswerYes, Action::AnswerNo],
            Self::Held(_) => &[Action::NextChoice, Action::Choose, Action::Cancel],
        }
    }
}
