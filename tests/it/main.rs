//! Every test that looks at deskline from outside, as one crate: the list of its modules.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    clippy::pedantic,
    reason = "a test that fails may panic, and reads better short"
)]
#![cfg_attr(
    not(all(feature = "corpora", feature = "servers")),
    allow(dead_code, reason = "some helpers serve those tests alone")
)]

mod access;
mod any_keys;
mod architecture;
mod attaching;
mod changed;
mod cli;
mod corpora;
mod crash;
mod crowd;
mod demo;
mod desks;
mod dialog_walks;
mod dialogs;
mod drafts;
mod files;
mod histories;
mod hostile_desk;
mod hostile_screens;
mod import;
mod keys;
mod leaks;
mod letting_in;
mod load;
mod lost;
mod mail;
mod migrate;
mod offers;
mod old_terminals;
mod pages;
mod painted;
mod permission_matrix;
mod picture;
mod presence;
mod pty;
mod pushed;
mod query_plans;
mod recipes;
mod rereading;
mod routing;
mod rules;
mod screen;
mod screen_walks;
mod screens;
mod seat;
mod servers;
mod sessions;
mod ssh;
mod states;
mod stopped;
mod terminal;
mod terminal_input;
mod text;
mod two_messengers;
mod typed_ahead;
mod walks;
mod watched;
mod watcher;
