//! The screen drawn: `&Model` to a frame; reads nothing and changes nothing.

mod composer;
/// The layers over the screen.
pub mod dialog;
/// A text being edited.
pub mod editor;
mod item;
mod list;
/// What is on offer, beside what is being done.
pub mod offer;
/// Small pieces that every drawing uses: one line of text at a place, in so many columns.
pub mod piece;
mod screen;
mod sidebar;
mod thread;

pub use screen::draw;
pub use sidebar::{held_at, section_at};
