//! Section 6.
