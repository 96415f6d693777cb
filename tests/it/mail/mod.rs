//! Customers' mail: reading it, what becomes of it, and what leaves.

mod agents;
mod arriving;
mod letters;
mod looping;
mod outside;
mod reading;
mod reading_corpora;
mod threading;
