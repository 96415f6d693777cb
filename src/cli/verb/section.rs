//! `section list`: the lists with their numbers.

use crate::{
    cli::{
        arguments::SectionCommand,
        call::{Acting, Call},
        failure::Failure,
        json::SectionJson,
        output::Output,
    },
    desk::page::Wants,
};

/// Does what `section …` asks.
///
/// # Errors
/// As the desk says.
pub fn run(command: &SectionCommand, call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Acting { desk, viewer } = call.acting()?;
    match command {
        SectionCommand::List => {
            let page = desk.read(&viewer, &Wants::default())?;
            output.rows(&page.sections.iter().map(SectionJson::from).collect::<Vec<_>>())
        }
    }
}
