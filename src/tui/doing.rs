//! What the viewer is doing in the conversation on the screen, for those who show it too (R7.5): derived from the model.

use super::{
    layout,
    model::{Area, Model},
};
use crate::{
    desk::page::{Doing, Moment},
    domain::id::ConversationId,
};
use chrono::Duration;

/// Without a key for so long, nobody writes any more.
const WRITES: Duration = Duration::seconds(10);
/// Without a key for so long, nobody looks any more: the screen was left alone.
const LOOKS: Duration = Duration::minutes(10);

/// What the viewer is doing, and where; `None` where no conversation is open. One that is open behind something else, on a
/// screen without the focus or without access is nowhere looked at.
pub fn doing(model: &Model) -> Option<(ConversationId, Doing)> {
    let id = model.thread.as_ref()?.conversation;
    let doing = if !is_looked_at(model) || !typed_within(model, LOOKS) {
        Doing::Away
    } else if is_written_in(model, id) && typed_within(model, WRITES) {
        Doing::Writing
    } else {
        Doing::Looking
    };
    Some((id, doing))
}

/// When it changes without a key; `None` where it does not.
pub fn until(model: &Model) -> Option<Moment> {
    let lasts = match doing(model)?.1 {
        Doing::Away => return None,
        Doing::Looking => LOOKS,
        Doing::Writing => WRITES,
    };
    Some(model.typed? + lasts)
}

fn is_looked_at(model: &Model) -> bool {
    let on_screen = !layout::too_small(model.size) && layout::areas(model).main.is_some();
    model.shut.is_none() && model.focused && on_screen && model.opened().is_some()
}

fn is_written_in(model: &Model, id: ConversationId) -> bool {
    let here = model.composer.as_ref().is_some_and(|composer| composer.conversation() == Some(id));
    here && model.area == Area::Composer && model.layers.is_empty()
}

fn typed_within(model: &Model, lasts: Duration) -> bool {
    model.typed.is_some_and(|typed| model.now - typed < lasts)
}
