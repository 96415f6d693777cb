//! Without a command: the messenger on the desk file.

use super::about::keymap_in_force;
use crate::{
    cli::{
        call::{Acting, Call},
        failure::Failure,
    },
    config::Config,
};
use std::io::{self, IsTerminal};

/// Opens the messenger; where there is no desk yet, the desk's own sentence offers `demo` and `init`.
///
/// # Errors
/// No desk, nobody admitted, no terminal, or a keymap that cannot be used.
pub fn run(call: &Call) -> Result<(), Failure> {
    let acting = call.acting()?;
    open(acting, &call.config)
}

/// Runs the messenger for somebody until it is left.
///
/// # Errors
/// No terminal, or a keymap that cannot be used.
pub fn open(acting: Acting, config: &Config) -> Result<(), Failure> {
    let _keymap = keymap_in_force(config)?;
    if !(io::stdin().is_terminal() && io::stdout().is_terminal()) {
        return Err(Failure::usage("The messenger needs a terminal. Without one use the commands: deskline --help."));
    }
    let Acting { desk: _, viewer } = acting;
    Err(Failure::failed(format!("The messenger is not part of this build, @{}. Use the commands.", viewer.handle)))
}
