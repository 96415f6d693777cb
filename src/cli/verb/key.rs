//! `key …`: the SSH keys that let agents in.

use crate::{
    cli::{
        arguments::KeyCommand,
        call::{Acting, Call},
        failure::Failure,
        json::KeyJson,
        output::Output,
        reading,
    },
    ssh::key::{self, MOST_TEXT},
};

/// Does what `key …` asks.
///
/// # Errors
/// No key in the file, or as the desk says.
pub fn run(command: KeyCommand, call: &mut Call, output: &mut Output) -> Result<(), Failure> {
    let Acting { desk, viewer } = call.acting()?;
    match command {
        KeyCommand::Add { handle, file } => {
            let text = reading::lossily(&file, &mut call.input, MOST_TEXT)?;
            let key = key::parse(&text).map_err(Failure::usage)?;
            output.row(KeyJson::from(&desk.add_key(&viewer, &handle, &key)?))
        }
        KeyCommand::List => {
            let keys = desk.keys(&viewer)?;
            output.rows(&keys.iter().map(KeyJson::from).collect::<Vec<_>>())
        }
        KeyCommand::Revoke { fingerprint } => output.row(KeyJson::from(&desk.revoke_key(&viewer, &fingerprint)?)),
    }
}
