//! The test crate: one module per promise.

mod architecture;
mod desks;
mod permission_matrix;
mod rules;
mod text;
mod walks;
