//! Section 9.
