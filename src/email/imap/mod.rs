//! Fetching from an IMAP server, over TLS, on a thread of its own; tokio is here and goes no further.

mod connect;
mod date;
mod gauge;
mod names;
mod session;
mod sync;
mod watch;

pub use session::{Patience, Way};
pub use watch::{Mailbox, look, sync, watch};
