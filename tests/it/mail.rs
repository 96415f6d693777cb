//! Customers' mail: reading it, and what becomes of it.

mod reading;
#[cfg(feature = "corpora")]
mod reading_corpora;
