//! x
mod import;
