//! Section 5.
