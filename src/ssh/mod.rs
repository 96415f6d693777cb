//! Carries the messenger and the command line over SSH; the only floor that knows russh and tokio.

/// OpenSSH's public keys: read from text, judged, and turned into plain data.
pub mod key;
