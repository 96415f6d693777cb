//! Mail: reading it, what becomes of it, how it is fetched, and how it leaves.

mod arriving;
mod fetching;
mod folder;
pub mod imap_server;
pub mod letters;
mod reading;
#[cfg(feature = "corpora")]
mod reading_corpora;
mod reading_hostile;
