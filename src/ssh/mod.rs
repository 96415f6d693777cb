//! Carries the messenger and the command line over SSH; the only floor that knows russh and tokio.
