//! Every test that looks at deskline from outside, as one crate: the list of its modules.

mod cli;
mod import;
mod architecture;
mod desks;
mod text;
mod walks;
