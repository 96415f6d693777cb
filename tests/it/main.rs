//! The tests from outside, as one program.
#![allow(clippy::unwrap_used, missing_docs)]

mod pages;
mod screens;
