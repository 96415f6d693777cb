//! `search`: finding messages.

use crate::{
    cli::{arguments::SearchArguments, call::Call, failure::Failure, json::HitJson, output::Output},
    desk::page::{Cursor, SearchWants, Wants},
};

/// The most hits of one reading.
const WINDOW: usize = 200;

/// Prints the hits, newest first.
///
/// One reading looks at a bounded number of messages, so it goes on until there are enough hits or nothing is left.
///
/// # Errors
/// As the desk says; a query that cannot be understood is wrong usage.
pub fn run(arguments: SearchArguments, call: &Call, output: &mut Output) -> Result<(), Failure> {
    let acting = call.acting()?;
    let SearchArguments { query, limit, after } = arguments;
    let (query, limit) = (query.join(" "), limit as usize);
    let mut after = after.map(Cursor);
    let mut found = Vec::new();
    loop {
        let hits = (limit - found.len()).min(WINDOW);
        let search = SearchWants { query: query.clone(), after: after.take(), hits };
        let page = acting.read(Wants { search: Some(search), ..Wants::default() })?.search.unwrap_or_default();
        if let Some(problem) = page.problem {
            return Err(Failure::usage(problem));
        }
        found.extend(page.hits);
        after = page.older;
        output.finish()?;
        if after.is_none() || found.len() >= limit {
            return output.rows(&found.iter().map(HitJson::from).collect::<Vec<_>>());
        }
    }
}
