//! `notice …`: what the bell rang for.

use crate::{
    cli::{
        arguments::NoticeCommand,
        call::{Acting, Call},
        failure::Failure,
        json::NoticeJson,
        output::Output,
    },
    desk::page::Wants,
};
use serde::Serialize;

/// The most notices that are listed.
const LIMIT: usize = 1000;

#[derive(Serialize)]
struct Cleared {
    cleared: usize,
}

/// Does what `notice …` asks.
///
/// # Errors
/// As the desk says.
pub fn run(command: &NoticeCommand, call: &Call, output: &mut Output) -> Result<(), Failure> {
    let acting = call.acting()?;
    let Acting { desk, viewer } = &acting;
    match command {
        NoticeCommand::List => {
            let page = acting.read(Wants { notices: Some(LIMIT), ..Wants::default() })?;
            let notices = page.notices.unwrap_or_default();
            output.rows(&notices.iter().map(NoticeJson::from).collect::<Vec<_>>())
        }
        NoticeCommand::Clear => {
            let cleared = desk.clear_notices(viewer)?;
            if output.json() {
                return output.object(&Cleared { cleared });
            }
            output.line(&match cleared {
                1 => "1 notice cleared".to_owned(),
                many => format!("{many} notices cleared"),
            })
        }
    }
}
