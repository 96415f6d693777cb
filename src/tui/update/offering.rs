//! Offers on the screen: when they ring, when they go, and answering them without opening them.

use crate::{
    desk::page::Page,
    tui::{
        ask::{Ask, Effect},
        dialog::Layer,
        keymap::Action,
        model::{Message, Model},
    },
};

/// Whether something is on offer that was not before.
pub fn is_new(before: &Page, page: &Page) -> bool {
    // Where more is on offer than a page holds, another one coming up in it is no news.
    let whole = before.offers.len() == usize::try_from(before.offered).unwrap_or(usize::MAX);
    let known = |id| before.offers.iter().any(|offer| offer.conversation.id == id);
    page.offered > before.offered || (whole && page.offers.iter().any(|offer| !known(offer.conversation.id)))
}

/// With the last offer goes the box that showed it.
pub fn arrived(model: &mut Model) {
    if !model.page.offers.is_empty() {
        return;
    }
    let layers = model.layers.len();
    model.layers.retain(|layer| !matches!(layer, Layer::Offers(_)));
    if model.layers.len() < layers && model.message.is_none() {
        model.message = Some(Message::said("Nothing is on offer to you any more."));
    }
}

/// Accepts or rejects the offer that the screen shows: from the palette.
pub fn answer(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(offer) = model.page.offers.first() else {
        return model.say(Message::trouble("Nothing is on offer to you."));
    };
    let conversation = offer.conversation.id;
    let ask = if action == Action::RejectOffer {
        Ask::RejectOffer(conversation)
    } else {
        Ask::AcceptOffer { conversation, open: action == Action::AcceptAndOpen }
    };
    vec![Effect::Ask(ask)]
}
