//! Carries the messenger and the command line over SSH; the only floor that knows russh and tokio.

/// Keys, pastes and mice out of the bytes that a terminal sends.
pub mod input;
