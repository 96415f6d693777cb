//! The use cases for mail: what the core does with a mail that was read.

/// One mail, from the first look at it to what became of it.
mod receive;
