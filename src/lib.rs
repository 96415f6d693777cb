//! The map of the house: every module, floor by floor. Imports run downstairs only.

/// What a desk is: plain data and pure rules; no I/O, no clock, no randomness.
pub mod domain;
/// Bringing in the files of other systems; what is imported is history (R1.7).
pub mod import;
/// The messenger in the terminal: the keymap, what is shown, and what a key changes in it.
pub mod tui;
