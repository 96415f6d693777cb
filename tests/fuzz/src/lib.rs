//! Fuzz targets for what deskline reads from strangers: mails, where they are put, and reply tokens.
//!
//! `tests/fuzz/run` builds and runs them. Whatever the bytes are, a target returns; a broken promise is a panic, which ends
//! the process and leaves the bytes behind.

mod fence;
mod house;
mod oracle;
mod parse;
/// Shared with the tests.
#[path = "../../it/mail/promises.rs"]
mod promises;
mod state;
mod threading;
mod token;

pub use fence::watch_for_panics;
pub use parse::parse;
pub use threading::threading;
pub use token::token;
