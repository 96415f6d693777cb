//! The map of the house: every module, floor by floor. Imports run downstairs only.

/// One command at a time.
pub mod cli;
/// What file, environment and flags settle, read once.
pub mod config;
/// The demo desk as data: a made-up company by hand, and desks of any size from a seed.
pub mod demo;
/// What can be done: the use cases. Every door talks to the desk and to nothing below it.
pub mod desk;
/// What a desk is: plain data and pure rules; no I/O, no clock, no randomness.
pub mod domain;
/// The door for mail: fetching it, and handing over what the desk sends.
pub mod email;
/// Bringing in the files of other systems; what is imported is history (R1.7).
pub mod import;
/// Mail as bytes: reading it, whatever it is made of.
pub mod mail;
/// Who may see and do what: pure; written once.
pub mod policy;
/// The messenger and the command line carried over SSH.
pub mod ssh;
/// Where a desk is kept: the only SQL, the only SQLite.
pub mod store;
/// The messenger in the terminal: the keymap, what is shown, and what a key changes in it.
pub mod tui;
