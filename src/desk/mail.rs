//! The use cases for mail: what the core does with a mail that was read.

/// What the configuration names.
mod configured;
/// What the workers at the mailboxes tell and ask.
mod mailboxes;
/// One mail, from the first look at it to what became of it.
mod receive;
