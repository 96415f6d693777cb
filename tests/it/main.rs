//! The tests from outside, as one program.
#![allow(clippy::unwrap_used, missing_docs)]

mod keys;
mod pages;
mod screen;
mod screens;
