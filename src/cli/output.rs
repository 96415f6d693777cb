//! What a command prints: data on standard output, everything else on standard error.

use super::{
    failure::Failure,
    table::{Column, table},
};
use crate::domain::text::{SafeText, json_escape};
use serde::Serialize;
use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

/// One thing that a list lists: an object in JSON, a row in a table for people.
pub trait Row: Serialize {
    /// The table's columns; foreign text comes in the last ones.
    const COLUMNS: &'static [Column];
    /// One text for each column, as stored; it is made safe when printed.
    fn cells(&self) -> Vec<String>;
}

/// Where a command prints.
#[derive(Debug)]
pub struct Output {
    out: BufWriter<StdoutLock<'static>>,
    json: bool,
    colour: bool,
}

impl Output {
    /// Locks standard output. Colour only where it is a terminal that has any and nobody asked for none.
    pub fn new(json: bool, colour_wanted: bool) -> Self {
        let out = io::stdout().lock();
        let colour = colour_wanted && !json && out.is_terminal();
        Self { out: BufWriter::new(out), json, colour }
    }

    /// Whether JSON was asked for.
    pub const fn json(&self) -> bool {
        self.json
    }

    /// Prints a list: an object a line, or a table.
    ///
    /// # Errors
    /// Where standard output does not take it.
    pub fn rows<R: Row>(&mut self, rows: &[R]) -> Result<(), Failure> {
        if self.json {
            return rows.iter().try_for_each(|row| self.object(row));
        }
        if rows.is_empty() {
            notice("Nothing to list.");
            return Ok(());
        }
        let lines = table(R::COLUMNS, &rows.iter().map(Row::cells).collect::<Vec<_>>());
        for (number, line) in lines.iter().enumerate() {
            let heading = number == 0 && self.colour;
            let (on, off) = if heading { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
            writeln!(self.out, "{on}{line}{off}").map_err(Failure::Output)?;
        }
        Ok(())
    }

    /// Prints one thing like a list of one.
    ///
    /// # Errors
    /// Where standard output does not take it.
    pub fn row<R: Row>(&mut self, row: R) -> Result<(), Failure> {
        self.rows(&[row])
    }

    /// Prints one JSON object in a line; what could act on a terminal is escaped.
    ///
    /// # Errors
    /// Where standard output does not take it.
    pub fn object(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string(value).map_err(|error| Failure::Output(error.into()))?;
        writeln!(self.out, "{}", json_escape(&text)).map_err(Failure::Output)
    }

    /// Prints a text for people as one line.
    ///
    /// # Errors
    /// Where standard output does not take it.
    pub fn line(&mut self, text: &str) -> Result<(), Failure> {
        let safe = SafeText::line(text);
        let warning = safe.warning().map(|warning| format!("  {warning}")).unwrap_or_default();
        writeln!(self.out, "{safe}{warning}").map_err(Failure::Output)
    }

    /// Prints a text for people with its line breaks, each line indented, so that it can pass for nothing else.
    ///
    /// # Errors
    /// Where standard output does not take it.
    pub fn block(&mut self, text: &str) -> Result<(), Failure> {
        let safe = SafeText::block(text);
        for line in safe.as_str().split('\n') {
            writeln!(self.out, "{}", format!("    {line}").trim_end()).map_err(Failure::Output)?;
        }
        safe.warning().map_or(Ok(()), |warning| writeln!(self.out, "    {warning}").map_err(Failure::Output))
    }

    /// The stream itself, for what is not text of the desk (completions, an export).
    pub fn stream(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// Prints what is still held back.
    ///
    /// # Errors
    /// Where standard output does not take it.
    pub fn finish(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(Failure::Output)
    }
}

/// Tells the person something that is no data, on standard error.
pub fn notice(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", SafeText::line(text));
}
