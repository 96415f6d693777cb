//! Fetching from an IMAP server, over TLS, on a thread of its own; tokio is here and goes no further.

mod connect;
mod date;
mod folders;
mod gauge;
mod names;
mod parts;
mod session;
mod sync;
mod watch;
mod way;

pub(super) use names::written;
pub use watch::{Mailbox, look, sync, watch};
pub use way::{Patience, Way};
