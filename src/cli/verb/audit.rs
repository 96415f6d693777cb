//! `audit …`: who did what.

use crate::cli::{
    arguments::AuditCommand,
    call::{Acting, Call},
    failure::Failure,
    json::AuditJson,
    output::Output,
};

/// Does what `audit …` asks.
///
/// # Errors
/// As the desk says.
pub fn run(command: &AuditCommand, call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Acting { desk, viewer } = call.acting()?;
    match command {
        AuditCommand::List { conversation, limit } => {
            let rows = desk.audit(&viewer, *conversation, *limit as usize)?;
            output.rows(&rows.iter().map(AuditJson::from).collect::<Vec<_>>())
        }
    }
}
