//! Mail: reading it, what becomes of it, how it is fetched, and how it leaves.

mod agents;
mod arriving;
mod canaries;
mod handing_over;
mod headers;
mod holding;
mod leaving;
mod letters;
mod looping;
mod merging;
mod outside;
mod reading;
#[cfg(feature = "corpora")]
mod reading_corpora;
mod screens;
mod threading;
