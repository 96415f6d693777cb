//! `init`: a new desk file.

use crate::{
    cli::{
        arguments::InitArguments,
        call::{Call, make_folder, said},
        failure::Failure,
        output::Output,
    },
    config::Source,
    desk::{Desk, NewDesk},
};
use serde::Serialize;

#[derive(Serialize)]
struct InitJson {
    desk: String,
    team: String,
    owner: String,
}

/// Makes the desk; an existing file is refused.
///
/// # Errors
/// As the desk says.
pub fn run(arguments: InitArguments, call: &Call, output: &mut Output) -> Result<(), Failure> {
    let file = call.desk_file()?;
    if call.config()?.desk.as_ref().is_some_and(|desk| desk.source == Source::Default) {
        make_folder(file)?;
    }
    let InitArguments { name: team, owner, owner_name } = arguments;
    let desk = Desk::create(file, &NewDesk { team, owner, owner_name }, Call::clock())?;
    let viewer = desk.admit(None)?;
    let team = desk.settings(&viewer)?.team_name;
    let owner = viewer.handle;
    if output.json() {
        return output.object(&InitJson { desk: said(file), team, owner });
    }
    output.line(&format!("Made the desk of {team} for @{owner} in {}", said(file)))
}
