//! Customers' mail: reading it, what becomes of it, and what leaves.

mod agents;
mod arriving;
mod holding;
mod letters;
mod looping;
mod merging;
mod outside;
mod reading;
mod reading_corpora;
mod threading;
