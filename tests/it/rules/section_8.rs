//! Section 8.
