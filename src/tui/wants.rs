//! What the screen needs from the desk: derived from the model, so that nothing is ever refreshed by hand.

use super::{
    layout,
    model::{Jump, Model},
};
use crate::desk::page::{DraftPlace, ListWants, ThreadWants, Wants};

/// Screens of rows that are read around the one that is shown.
const SCREENS: usize = 3;
/// Rows that are looked at for the next unread one at a time.
const SOUGHT: usize = 300;

/// What the screen needs now; equal to the last one and without news there is nothing to read.
pub fn wants(model: &Model) -> Wants {
    let areas = layout::areas(model);
    let mut wants = Wants { list: Some(list(model)), ..Wants::default() };
    if let Some(view) = &model.thread {
        // An entry takes a line at least: two screens or more.
        let entries = usize::from(model.size.1).max(10) * 2;
        wants.thread = Some(ThreadWants { conversation: view.conversation, start: view.start, entries });
    }
    if model.item_is_main() || areas.item.is_some() || model.writes_on_item() {
        wants.item = model.shown_item().map(|key| key.id);
        wants.draft = wants.item.map(DraftPlace::NewOnItem);
    }
    if model.composer.as_ref().is_some_and(|composer| composer.mention.is_some()) {
        wants.team = true;
    }
    for layer in &model.layers {
        layer.wants(&mut wants);
    }
    wants
}

fn list(model: &Model) -> ListWants {
    let rows = if matches!(model.list.jump, Some(Jump::Unread | Jump::UnreadFromTop)) {
        SOUGHT
    } else {
        (layout::list_rows(model) * SCREENS).max(12)
    };
    ListWants { section: model.section, start: model.list.start.clone(), rows }
}
