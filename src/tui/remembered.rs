//! The conversations that the screen remembers something of, besides those that its page shows: the page says which of them
//! the viewer may not read any more.

use super::{ask::Ask, dialog::Layer, model::Model};
use crate::domain::id::ConversationId;

/// Which they are, each once.
pub fn remembered(model: &Model) -> Vec<ConversationId> {
    let layers = model.layers.iter().filter_map(Layer::about);
    let undo = model.undo.iter().filter_map(conversation);
    let message = model.message.as_ref().and_then(|message| message.about);
    let mut all: Vec<ConversationId> = layers.chain(undo).chain(message).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The conversation that something is asked about.
pub fn conversation(ask: &Ask) -> Option<ConversationId> {
    if let Ask::Run { conversation, .. } = ask { Some(*conversation) } else { None }
}
