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
    match ask {
        Ask::Run { conversation, .. }
        | Ask::TakeBack { conversation, .. }
        | Ask::SendAgain { conversation, .. }
        | Ask::Merge { from: conversation, .. }
        | Ask::UndoMerge(conversation)
        | Ask::SaveAttached { conversation, .. }
        | Ask::ReleaseReply(conversation, _)
        | Ask::Dismiss(conversation, _)
        | Ask::DiscardReply(conversation, _) => Some(*conversation),
        Ask::Start(_)
        | Ask::SaveDraft { .. }
        | Ask::Attach(_)
        | Ask::CompletePath(_)
        | Ask::OpenDirect(_)
        | Ask::AcceptOffer { .. }
        | Ask::RejectOffer(_)
        | Ask::ReleaseMail { .. }
        | Ask::DiscardMail(_)
        | Ask::ClearNotices
        | Ask::SeeHeld
        | Ask::AddItem { .. }
        | Ask::SetItem { .. }
        | Ask::FollowItem(..)
        | Ask::AddItemFollower(..)
        | Ask::AddAgent { .. }
        | Ask::SetAgent(..)
        | Ask::RevokeKey(_)
        | Ask::Invite(_)
        | Ask::AddGroup(..)
        | Ask::SetGroup(..)
        | Ask::JoinGroup(..)
        | Ask::LeaveGroup(..)
        | Ask::AddCustomer { .. }
        | Ask::SetCustomer { .. }
        | Ask::SaveSettings(_) => None,
    }
}
