//! What a desk is: plain data and pure rules; no I/O, no clock, no randomness.

/// What the server that took a mail says of its sender.
pub mod authentication;
/// What somebody asks for.
pub mod command;
/// One discussion: its four axes and its entries.
pub mod conversation;
/// What a command does to a conversation's state, or why it does nothing.
pub mod decide;
/// What a channel hands in.
pub mod envelope;
/// What happened.
pub mod event;
/// Files that go with messages: names, types, and how much fits.
pub mod file;
/// What an importer hands in: conversations that happened elsewhere.
pub mod history;
/// Who and what is meant: the identities of the desk.
pub mod id;
/// Work items: tickets, tasks, articles and projects.
pub mod item;
/// Keys that let agents in, and the codes that let a new key in once.
pub mod key;
/// What a mail says, and whether a person wrote it.
pub mod letter;
/// Mail on its way in and out, and what was decided about it.
pub mod mail;
/// Mail on its way out, and what became of it for whom.
pub mod outgoing;
/// Agents, customers and groups.
pub mod people;
/// What somebody typed into the search.
pub mod query;
/// Why something was not done.
pub mod refusal;
/// The lists of the messenger.
pub mod section;
/// The desk's settings.
pub mod setting;
/// Text from outside made safe for a terminal.
pub mod text;
/// Enums whose values have one word each.
pub(crate) mod words;
