//! Every test that looks at deskline from outside, as one crate: the list of its modules.

mod access;
mod architecture;
mod cli;
mod demo;
mod desks;
mod histories;
mod import;
mod text;
mod walks;
