//! What is on offer to the viewer, one at a time, to be accepted or rejected (R8.1).

use super::{Dialog, DialogKey, Outcome};
use crate::{
    desk::page::{OfferRow, Page},
    domain::id::ConversationId,
    tui::{
        ask::{Ask, Effect},
        keymap::{Action, Context, Found},
        model::Model,
    },
};

/// The offers, and which of them is shown. It is kept by identity: where it is gone, no key goes to another one that the
/// viewer has not seen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offers {
    /// The offer that is shown; `None` where it is gone.
    pub shown: Option<ConversationId>,
    /// Where it stands among the offers.
    pub at: usize,
    /// The offer that the viewer rejects: the next one is shown instead.
    rejecting: Option<ConversationId>,
}

impl Offers {
    /// The offers, the longest waiting first.
    pub fn new(page: &Page) -> Self {
        Self { shown: page.offers.first().map(|offer| offer.conversation.id), at: 0, rejecting: None }
    }

    /// The offer that is shown.
    pub fn offer<'a>(&self, page: &'a Page) -> Option<&'a OfferRow> {
        page.offers.iter().find(|offer| Some(offer.conversation.id) == self.shown)
    }

    /// Shows another one; from one that is gone, what stands in its place.
    fn go(&mut self, page: &Page, step: isize) {
        let step = if self.shown.is_some() { step } else { 0 };
        self.at = self.at.saturating_add_signed(step).min(page.offers.len().saturating_sub(1));
        self.shown = page.offers.get(self.at).map(|offer| offer.conversation.id);
    }

    fn answer(&mut self, action: Action, page: &Page) -> Outcome {
        let Some(offer) = self.offer(page) else {
            return Outcome::Say("That offer is gone. Look at the next one.".to_owned());
        };
        let id = offer.conversation.id;
        if action == Action::RejectOffer {
            self.rejecting = Some(id);
            return Outcome::Do(vec![Effect::Ask(Ask::RejectOffer(id))]);
        }
        let open = action == Action::AcceptAndOpen;
        Outcome::CloseAnd(vec![Effect::Ask(Ask::AcceptOffer { conversation: id, open })])
    }
}

impl Dialog for Offers {
    fn press(&mut self, key: DialogKey, model: &Model) -> Outcome {
        let DialogKey::Other(press) = key else { return Outcome::Stay };
        let Found::Action(action) = model.keymap.find(Context::Offer, &[press]) else { return Outcome::Stay };
        if action == Action::LeaveOffers {
            return Outcome::Close;
        }
        if action == Action::NextOffer || action == Action::PreviousOffer {
            self.go(&model.page, if action == Action::NextOffer { 1 } else { -1 });
            return Outcome::Stay;
        }
        self.answer(action, &model.page)
    }

    /// None: an offer that is gone leaves the page, and the box holds its number alone.
    fn about(&self) -> Option<ConversationId> {
        None
    }

    fn arrived(&mut self, page: &Page) {
        if let Some(at) = page.offers.iter().position(|offer| Some(offer.conversation.id) == self.shown) {
            self.at = at;
            return;
        }
        let rejected = self.rejecting.take().is_some_and(|id| Some(id) == self.shown);
        self.shown = None;
        if rejected {
            self.go(page, 0);
        }
    }

    fn context(&self) -> Context {
        Context::Offer
    }

    fn hints(&self) -> &'static [Action] {
        &[
            Action::AcceptOffer,
            Action::AcceptAndOpen,
            Action::RejectOffer,
            Action::NextOffer,
            Action::PreviousOffer,
            Action::LeaveOffers,
        ]
    }
}
