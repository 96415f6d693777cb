//! Mail: reading it, what becomes of it, and how it is fetched.

mod arriving;
mod canaries;
mod handing_over;
mod headers;
mod leaving;
mod letters;
mod reading;
#[cfg(feature = "corpora")]
mod reading_corpora;
