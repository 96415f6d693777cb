//! Carries the messenger and the command line over SSH; the only floor that knows russh and tokio.

/// Keys, pastes and mice out of the bytes that a terminal sends.
pub mod input;
/// OpenSSH's public keys: read from text, judged, and turned into plain data.
pub mod key;
