//! `offer …`: what waits for somebody to accept it.

use super::conversation::print_done;
use crate::cli::{
    arguments::OfferCommand,
    call::{Acting, Call},
    failure::Failure,
    json::OfferJson,
    output::Output,
};

/// Does what `offer …` asks.
///
/// # Errors
/// As the desk says.
pub fn run(command: &OfferCommand, call: &Call, output: &mut Output) -> Result<(), Failure> {
    let Acting { desk, viewer } = &call.acting()?;
    match command {
        OfferCommand::List => {
            let offers = desk.offers(viewer)?;
            output.rows(&offers.iter().map(OfferJson::from).collect::<Vec<_>>())
        }
        OfferCommand::Accept { conversation } => print_done(&desk.accept(viewer, *conversation)?, output),
        OfferCommand::Reject { conversation } => print_done(&desk.reject(viewer, *conversation)?, output),
    }
}
