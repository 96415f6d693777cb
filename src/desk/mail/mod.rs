//! The use cases for mail: what comes in, where it goes, and why.

/// Agents who write by mail.
mod agents;
/// What becomes of a mail that can be read.
mod decide;
/// What goes round: reports, automatic answers, and more than people write.
mod loops;
/// What the workers at the mailboxes tell and ask.
mod mailboxes;
/// Answers that colleagues wrote in their mail programs.
mod outside;
/// One mail, from the first look at it to its place in the desk.
mod receive;
/// Into which conversation a mail goes.
mod thread;
