//! Every test that looks at deskline from outside, as one crate: the list of its modules.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::pedantic,
    reason = "a test that fails may panic, and reads better short"
)]

mod access;
mod any_keys;
mod architecture;
mod cli;
mod crash;
mod crowd;
mod demo;
mod desks;
mod dialog_walks;
mod dialogs;
mod files;
mod histories;
mod hostile_desk;
mod hostile_screens;
mod import;
mod keys;
mod leaks;
mod load;
mod letting_in;
mod migrate;
mod old_terminals;
mod pages;
mod painted;
mod permission_matrix;
mod picture;
mod pty;
mod query_plans;
mod rereading;
mod rules;
mod screen;
mod screen_walks;
mod screens;
mod seat;
mod sessions;
mod ssh;
mod states;
mod terminal;
mod terminal_input;
mod text;
mod two_messengers;
mod walks;
