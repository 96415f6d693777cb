//! Every test that looks at deskline from outside, as one crate: the list of its modules.

mod access;
mod architecture;
mod cli;
mod crash;
mod demo;
mod desks;
mod histories;
mod import;
mod leaks;
mod permission_matrix;
mod rules;
mod text;
mod walks;
