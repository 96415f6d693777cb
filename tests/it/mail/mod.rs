//! Mail: reading it, what becomes of it, and how it is fetched.

mod arriving;
mod fetching;
mod folder;
pub mod imap_server;
mod letters;
mod reading;
#[cfg(feature = "corpora")]
mod reading_corpora;
