//! What was taken away is not remembered either: no word of it stays in the model (R6.4, R6.6). One's own words stay: they
//! are kept as drafts.

use crate::{
    desk::page::{Opened, Page},
    domain::id::ConversationId,
    tui::{
        ask::Effect,
        dialog::Layer,
        flow::Flow,
        model::{Area, List, Message, Model, Panel},
        remembered,
    },
};

/// Forgets what the new page says is lost. A layer about it goes with those over it, and a sentence says so.
pub fn forget(model: &mut Model) -> Vec<Effect> {
    let mut lost = model.page.lost.clone();
    match &model.page.opened {
        Some(Opened::Restricted(id) | Opened::NotFound(id)) => lost.push(*id),
        Some(Opened::Thread(_)) | None => {}
    }
    let is_lost = |id: ConversationId| lost.contains(&id);
    model.undo.retain(|ask| !remembered::conversation(ask).is_some_and(is_lost));
    if model.message.as_ref().and_then(|message| message.about).is_some_and(is_lost) {
        model.message = None;
    }
    if model.opened().is_none()
        && let Some(view) = &mut model.thread
    {
        view.flow = Flow::default();
    }
    let administers = model.page.me.role.administers();
    let gone = |layer: &Layer| layer.about().is_some_and(is_lost) || (layer.administers() && !administers);
    let Some(first) = model.layers.iter().position(gone) else { return Vec::new() };
    let words = match model.layers[first].about() {
        Some(id) if is_lost(id) => format!("You cannot see #{id} any more. What was open about it is closed."),
        Some(_) | None => "You do not administer this desk any more. What was not saved is dropped.".to_owned(),
    };
    let mut effects = Vec::new();
    for mut layer in model.layers.drain(first..) {
        if layer.due().is_some() {
            effects.extend(layer.keep());
        }
    }
    model.message = Some(Message::said(words));
    effects
}

/// Forgets everything but who the viewer is: nothing may be seen any more, and this is why.
pub fn forget_everything(model: &mut Model, why: String) {
    let page = &model.page;
    model.page = Page { team: page.team.clone(), ..Page::bare(page.me.clone()) };
    model.layers.clear();
    model.composer = None;
    model.thread = None;
    model.kept.clear();
    model.undo.clear();
    model.sent.clear();
    model.taking = None;
    model.batch = None;
    model.message = None;
    model.copied = None;
    model.list = List::default();
    model.panel = Panel::default();
    model.pending.clear();
    model.area = Area::List;
    model.shut = Some(why);
}
