//! The demo desk: a made-up company by hand, and desks of any size from a seed.

/// The demo desk, made by playing its script.
pub mod build;
/// Whether everything that a script names is there.
pub mod check;
/// What the script says of the time while one watches: bells, drafts, answers and arrivals.
pub mod cues;
/// Desks of any size, filled as planned.
pub mod fill;
/// Folders for demo desks, which nobody else can read, foresee or have made before.
pub mod folder;
/// Desks of any size, planned from a number of messages and a seed.
pub mod large;
/// Customers who write back, as a state machine without a thread or a clock.
pub mod live;
/// How the conversations of a planned desk are made.
pub mod pack;
/// The company of the demo desk, its people and its work items.
pub mod people;
/// What a planned desk is made of.
pub mod planned;
/// Whether the past of a conversation could have happened under the rules, found by playing it through.
pub mod playthrough;
/// Pseudo-random numbers that are the same for the same seed on every machine.
pub mod random;
/// The script of `deskline demo`: all of the above, read from `assets/demo/`.
pub mod script;
/// The conversations of the demo desk with their whole past.
pub mod thread;
/// Everything that happened at the demo desk in the order of time.
mod timeline;
/// Demo desks for visitors, within limits.
pub mod visit;
/// Words for planned messages, as unevenly spread as those of real ones.
pub mod words;
/// Customers who write back to a desk that is being watched.
pub mod write_back;
