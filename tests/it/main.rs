//! Every test that looks at deskline from outside, as one crate: the list of its modules.

mod access;
mod any_keys;
mod architecture;
mod cli;
mod crash;
mod demo;
mod desks;
mod dialog_walks;
mod dialogs;
mod histories;
mod import;
mod keys;
mod leaks;
mod pages;
mod permission_matrix;
mod pty;
mod rules;
mod screen;
mod screen_walks;
mod screens;
mod seats;
mod terminal;
mod text;
mod two_messengers;
mod walks;
