//! Customers' mail: reading it, and what becomes of it.

mod agents;
mod arriving;
mod holding;
mod letters;
mod looping;
mod merging;
mod outside;
mod reading;
#[cfg(feature = "corpora")]
mod reading_corpora;
mod threading;
