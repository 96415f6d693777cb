//! What a desk is: plain data and pure rules; no I/O, no clock, no randomness.

/// Text from outside made safe for a terminal.
pub mod text;
/// What an importer hands in: conversations that happened elsewhere.
pub mod history;
