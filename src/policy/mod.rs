//! Who may see and do what: pure; written once.

/// The predicate of §9, as data.
pub mod access;
/// Who is sent what is written, and who is told.
pub mod audience;
/// Who may reply, assign, change state and privacy.
pub mod rights;
/// Whom routing may choose, and whom it chooses.
pub mod routing;
