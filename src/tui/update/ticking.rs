//! What time does: drafts are kept, what was shown is read, what was passed is shown.

use super::{moving, reading, writing};
use crate::{
    desk::page::Moment,
    tui::{ask::Effect, delivery, dialog::Layer, doing, model::Model},
};

/// When something will have to be done without a key; `None` where nothing waits.
pub fn deadline(model: &Model) -> Option<Moment> {
    let layers = model.layers.iter().filter_map(Layer::due);
    let own = [
        model.list.show_at,
        writing::keep_at(model),
        reading::read_at(model),
        doing::until(model),
        delivery::next_second(model),
    ];
    own.into_iter().flatten().chain(layers).min()
}

/// Takes the time in, and does what is due.
pub fn tick(model: &mut Model, now: Moment) -> Vec<Effect> {
    model.now = now;
    let mut effects = Vec::new();
    if model.list.show_at.is_some_and(|at| at <= now) {
        effects.extend(moving::show_selected(model));
    }
    if writing::keep_at(model).is_some_and(|at| at <= now) {
        effects.extend(writing::keep(model));
    }
    for layer in &mut model.layers {
        if layer.due().is_some_and(|at| at <= now) {
            effects.extend(layer.keep());
        }
    }
    effects.extend(reading::mark_read(model));
    effects
}
