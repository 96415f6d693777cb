//! The test crate: one module per promise.

mod text;
