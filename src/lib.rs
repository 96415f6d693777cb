//! The map of the house: every module, floor by floor. Imports run downstairs only.

/// What a desk is: plain data and pure rules; no I/O, no clock, no randomness.
pub mod domain;
/// What can be done: the use cases. Every door talks to the desk and to nothing below it.
pub mod desk;
/// Bringing in the files of other systems; what is imported is history (R1.7).
pub mod import;
/// The door for agents at a terminal.
pub mod tui;
