//! The test crate: one module per promise.

mod access;
mod architecture;
mod cli;
mod crash;
mod demo;
mod desks;
mod files;
mod histories;
mod import;
mod leaks;
mod query_plans;
mod states;
mod text;
mod walks;
