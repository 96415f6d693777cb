//! The built server and real OpenSSH clients: with `--features servers`, where `ssh` and its companions are installed.
#![cfg(feature = "servers")]

mod dying;
mod house;
mod losing;
mod refused;
mod sharing;
mod working;
