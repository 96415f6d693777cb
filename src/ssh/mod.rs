//! Carries the messenger and the command line over SSH; the only floor that knows russh and tokio.

/// One channel: what was asked of it so far, and the session that it carries.
mod channel;
/// One command over one channel.
mod command;
/// One connection from its first byte to its last.
mod connection;
/// What a client asks of its connection.
mod handler;
/// The key that the server proves itself with.
pub mod host_key;
/// What waits for one session's thread.
mod inbox;
/// Keys, pastes and mice out of the bytes that a terminal sends.
pub mod input;
/// `ssh join@host`.
mod join;
/// OpenSSH's public keys: read from text, judged, and turned into plain data.
pub mod key;
/// How much of everything one server gives away.
pub mod limits;
/// A connection's stream.
mod line;
/// The log.
pub mod log;
/// The messenger over one channel.
mod messenger;
/// What one session sends.
mod output;
/// Who is at the desk over SSH now.
pub mod registry;
/// A session's thread's own end of its channel.
mod seat;
/// The server.
pub mod server;
/// What a running server tells of itself.
pub mod status;
/// Who is at the door.
mod strangers;
/// Whose turn it is to follow the news.
mod turns;
/// What a serving process settles now and then.
mod upkeep;
/// `ssh demo@host`.
mod visitor;

pub use command::CommandLine;
