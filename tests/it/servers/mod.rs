//! The built server and real OpenSSH clients: with `--features servers`, where `ssh` and its companions are installed.
#![cfg(feature = "servers")]

mod calling;
mod checker;
mod dying;
mod hour;
mod house;
mod joining;
mod losing;
mod mail;
mod meeting;
mod refused;
mod sharing;
mod strangers;
mod visiting;
mod working;
