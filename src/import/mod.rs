//! Bringing in the files of other systems; what is imported is history (R1.7).
//!
//! `open` reads any `Format` as one stream of conversations; the desk takes them in. Nothing here knows a desk, a clock or the
//! environment, and only `open` and the sources behind it touch files:
//!
//! | format | from bytes to meaning | files |
//! |---|---|---|
//! | mbox, maildir, eml | the floor `mail/`; `mail`, `mail/{mbox, thread, conversation}` | `mail/mailbox` |
//! | irc | `irc`, `irc/{line, stamp, names, talk, untangle}` | `irc/source` |
//! | json | `json`, `json/map` | `json/source` |
//! | jsonl | `jsonl` | `jsonl` |

mod error;
mod files;
mod fingerprint;
pub mod irc;
pub mod json;
pub mod jsonl;
mod lines;
pub mod mail;
mod source;
mod team;

pub use error::ImportError;
pub use source::{Format, Found, Options, Place, Position, Progress, Source, open};
pub use team::Team;
