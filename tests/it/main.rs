//! The test crate: one module per promise.

mod access;
mod architecture;
mod desks;
mod histories;
mod text;
mod walks;
