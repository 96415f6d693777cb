//! Mail: reading it, what becomes of it, how it is fetched, and how it leaves.

mod addressed;
mod agents;
mod around;
mod arriving;
mod attaching;
mod attempts;
mod canaries;
mod connections;
mod fetching;
mod folder;
mod forged;
mod forwarded_files;
mod forwarding;
mod handing_over;
mod headers;
mod held_list;
mod history;
mod holding;
pub mod imap_server;
mod leaving;
pub mod letters;
mod looping;
mod merged;
mod merging;
mod original;
mod outside;
mod promises;
mod reading;
#[cfg(feature = "corpora")]
mod reading_corpora;
mod reading_hostile;
mod ringing;
mod screens;
mod threading;
mod vouching;
mod written;
