//! The use cases for mail: what the core does with a mail that was read, and with what it has to send.

/// Taking what is due, and what became of it.
mod lease;
/// What the workers at the mailboxes tell and ask.
mod mailboxes;
/// What agents are sent that they have not read.
mod notices;
/// A mail on its way out, as plain data.
mod outgoing;
/// One mail, from the first look at it to what became of it.
mod receive;
/// What is asked again in the moment of sending.
mod recheck;
/// Replies that repeat what is for agents only.
mod secrecy;
/// Taking back, trying again, and what is held.
mod undo;

pub use lease::Failure;
pub(super) use notices::queue_missed;
pub use outgoing::{CustomerText, OutMail, TeamText, Words};
pub(super) use secrecy::{Repeats, repeats};
