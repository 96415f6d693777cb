//! The test crate: one module per promise.

mod architecture;
mod desks;
mod text;
mod walks;
