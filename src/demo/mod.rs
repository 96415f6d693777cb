//! The demo desk as data: a made-up company by hand, and desks of any size from a seed. Nothing here touches a desk.

/// Whether everything that a script names is there.
pub mod check;
/// Desks of any size, planned from a number of messages and a seed.
pub mod large;
/// What the demo desk does while one watches: bells, drafts, answers and arrivals.
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
/// Words for planned messages, as unevenly spread as those of real ones.
pub mod words;
