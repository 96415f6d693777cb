//! What can be done: the use cases. Every door talks to the desk and to nothing below it.

/// All that one viewer's screen shows, as plain data, already through access.
pub mod page;
