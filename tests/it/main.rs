//! The test crate: one module per promise.
#![allow(clippy::unwrap_used, missing_docs)]

mod architecture;
mod desks;
mod dialog_walks;
mod dialogs;
mod keys;
mod pages;
mod screen;
mod screens;
mod text;
mod walks;
