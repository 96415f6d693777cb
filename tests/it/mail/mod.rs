//! Mail from end to end of the desk.

mod arriving;
mod letters;
