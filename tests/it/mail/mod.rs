//! Mail from end to end of the desk.

mod agents;
mod arriving;
mod letters;
mod looping;
mod outside;
mod threading;
