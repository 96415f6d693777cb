//! The door for agents at a terminal.

/// Which key does what, as the table in `assets/keymap.toml` says.
pub mod keymap;
