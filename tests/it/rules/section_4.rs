//! Section 4.
