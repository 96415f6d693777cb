//! The screen drawn: `&Model` to a frame; reads nothing and changes nothing.

/// The layers over the screen.
pub mod dialog;
/// Small pieces that every drawing uses: one line of text at a place, in so many columns.
pub mod piece;

use super::model::Model;
use ratatui::Frame;

/// Draws the whole screen.
pub fn draw(model: &Model, frame: &mut Frame) {
    for layer in &model.layers {
        dialog::draw(layer, model, frame);
    }
}
