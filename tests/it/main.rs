//! Every test that looks at deskline from outside, as one crate: the list of its modules.

mod architecture;
mod cli;
mod desks;
mod import;
mod text;
mod walks;
