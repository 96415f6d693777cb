//! `setting …`: the desk's settings.

use crate::{
    cli::{
        arguments::SettingCommand,
        call::{Acting, Call},
        failure::Failure,
        json::SettingJson,
        output::Output,
    },
    domain::setting::SettingKey,
};

/// Does what `setting …` asks.
///
/// # Errors
/// As the desk says.
pub fn run(command: SettingCommand, call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Acting { desk, viewer } = call.acting()?;
    match command {
        SettingCommand::List => {
            let settings = desk.settings(&viewer)?;
            let rows = SettingKey::ALL.iter().map(|key| SettingJson::of(&settings, *key)).collect::<Vec<_>>();
            output.rows(&rows)
        }
        SettingCommand::Set { key, value } => {
            let settings = desk.save_settings(&viewer, &[(key, value)])?;
            output.row(SettingJson::of(&settings, key))
        }
    }
}
