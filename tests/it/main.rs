//! Every test that looks at deskline from outside, as one crate: the list of its modules.

mod access;
mod architecture;
mod cli;
mod desks;
mod import;
mod histories;
mod text;
mod walks;
