//! The test crate: one module per promise.
#![allow(clippy::unwrap_used, missing_docs)]

mod any_keys;
mod architecture;
mod desks;
mod keys;
mod pages;
mod screen;
mod screens;
mod text;
mod walks;
