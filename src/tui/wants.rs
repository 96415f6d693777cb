//! What the screen needs from the desk: derived from the model, so that nothing is ever refreshed by hand.

use super::model::Model;
use crate::desk::page::Wants;

/// What the screen needs now; equal to the last one and without news there is nothing to read.
pub fn wants(model: &Model) -> Wants {
    let mut wants = Wants::default();
    for layer in &model.layers {
        layer.wants(&mut wants);
    }
    wants
}
