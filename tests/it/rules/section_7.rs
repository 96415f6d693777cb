//! Section 7.
