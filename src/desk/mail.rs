//! The use cases for mail: what comes in and where it goes; what leaves, to whom, and what must not.

/// Agents who write by mail.
mod agents;
/// Why a mail went where it went, asked by its Message-ID.
mod by_header;
/// A reply's files against what is for agents only.
mod carried;
/// What the configuration names.
mod configured;
/// What becomes of a mail that can be read.
mod decide;
/// What goes with a mail to a customer.
mod enclosed;
/// Mails that wait for an administrator.
mod hold;
/// Taking what is due, and what became of it.
mod lease;
/// What goes round: reports, automatic answers, and more than people write.
mod loops;
/// What the workers at the mailboxes tell and ask.
mod mailboxes;
/// Merging a conversation into another.
mod merge;
/// What agents are sent that they have not read.
mod notices;
/// A mail on its way out, as plain data.
mod outgoing;
/// Answers that colleagues wrote in their mail programs.
mod outside;
/// One mail, from the first look at it to its place in the desk.
mod receive;
/// What is asked again in the moment of sending.
mod recheck;
mod repeated;
/// Replies that repeat what is for agents only.
mod secrecy;
/// What is for agents only around a conversation.
mod secrets;
/// What a page shows of mails.
mod shown;
/// Into which conversation a mail goes.
mod thread;
/// Who is told that a reply did not arrive.
mod undelivered;
/// Taking back, trying again, and what is held.
mod undo;
/// Undoing a merge.
mod unmerge;
/// Mail that nobody sends.
mod unsent;
/// What is known about the mails behind a message.
mod why;

pub use by_header::WhyMail;
pub use hold::{MailReader, ReadMail};
pub use lease::Failure;
pub(super) use notices::queue_missed;
pub use outgoing::{CustomerFile, CustomerText, OutMail, TeamText, Words};
pub(super) use secrecy::{Leaving, repeats};
pub(super) use secrets::Repeats;
pub(super) use shown::{for_administrators, notice_of_held, ring_held, waiting};
pub(super) use undelivered::{rings as rings_of_undelivered, seen as seen_undelivered, words as words_of_undelivered};
pub(super) use unsent::{leaves, say_so as say_where_nobody_sends};
pub(super) use why::{likenesses, suggested};
