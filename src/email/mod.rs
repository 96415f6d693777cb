//! The door for mail: it is fetched, handed to the desk, and what the desk has to send is handed over to a server.

/// A mail's bytes.
pub mod build;
/// Trying a mailbox.
pub mod check;
/// Fetching from an IMAP server.
pub mod imap;
/// Fetching from a folder that a mail server delivers into.
pub mod maildir;
/// Reading a mail.
pub mod reader;
/// Handing a mail over.
pub mod send;
/// Handing mail over to an SMTP server.
pub mod smtp;
/// The thread that sends for a desk.
pub mod worker;

/// The mailboxes of a serving process.
mod service;

/// How long to wait after something failed.
mod backoff;
/// What was fetched, on its way to the desk.
mod fetched;
/// How mailboxes do.
mod health;
/// Handing what was fetched to the desk.
mod intake;
/// Where the password is that a server asks for.
mod password;
/// Handing mail over to a program like sendmail.
mod program;
/// How a thread is asked to end.
mod stop;
/// What goes wrong on the way to a mailbox.
mod trouble;
/// A connection to a mail server, and its encryption.
mod wire;

pub use backoff::Backoff;
pub use fetched::{Fetched, FileTaker, Progress, Taker, Told};
pub use health::Health;
pub use intake::{Intake, Taken, addressed};
pub use password::Password;
pub use service::{Chance, Pace, Service};
pub use stop::Stop;
pub use trouble::{Trouble, TroubleKind, said};
