//! The test crate: one module per promise.

mod access;
mod architecture;
mod crash;
mod desks;
mod histories;
mod leaks;
mod text;
mod walks;
