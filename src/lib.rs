//! The map of the house: every module, floor by floor. Imports run downstairs only.

/// The demo desk as data: a made-up company by hand, and desks of any size from a seed.
pub mod demo;
/// What a desk is: plain data and pure rules; no I/O, no clock, no randomness.
pub mod domain;
/// Bringing in the files of other systems; what is imported is history (R1.7).
pub mod import;
