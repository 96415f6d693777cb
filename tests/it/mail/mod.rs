//! Mail: reading it, what becomes of it, how it is fetched, and how it leaves.

mod agents;
mod arriving;
mod canaries;
mod handing_over;
mod headers;
mod holding;
mod leaving;
pub mod letters;
mod looping;
mod merging;
mod outside;
mod fetching;
mod folder;
pub mod imap_server;
mod reading;
#[cfg(feature = "corpora")]
mod reading_corpora;
mod threading;
