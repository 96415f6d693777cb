//! The test crate: one module per promise.

mod architecture;
mod demo;
mod desks;
mod text;
mod walks;
