//! Mail: reading it, what becomes of it, and how it is fetched.

mod arriving;
mod letters;
mod reading;
#[cfg(feature = "corpora")]
mod reading_corpora;
