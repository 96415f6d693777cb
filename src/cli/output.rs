//! What a command prints: data on standard output, everything else on standard error.

use super::{
    failure::Failure,
    progress::{Progress, Stop},
    streams::Errors,
    table::{Column, table},
    zone::Zone,
};
use crate::domain::text::{SafeText, json_escape};
use serde::Serialize;
use std::{
    fmt,
    io::{BufWriter, Write},
};

/// One thing that a list lists: an object in JSON, a row in a table for people.
pub trait Row: Serialize {
    /// The table's columns; foreign text comes in the last ones.
    const COLUMNS: &'static [Column];
    /// One text for each column, as stored; it is made safe when printed. Moments are those of the reader's zone.
    fn cells(&self, zone: Zone) -> Vec<String>;
}

/// How things are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// As JSON instead of tables for people.
    pub json: bool,
    /// With colour.
    pub colour: bool,
    /// To a terminal, which bytes that are no text could act on.
    pub terminal: bool,
    /// In whose zone moments are told to people.
    pub zone: Zone,
    /// What interrupts long work.
    pub stop: Stop,
}

/// Where a command prints.
pub struct Output {
    out: BufWriter<Box<dyn Write + Send>>,
    errors: Errors,
    manner: Manner,
}

impl fmt::Debug for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Output").field("manner", &self.manner).finish_non_exhaustive()
    }
}

impl Output {
    /// Prints data to a stream, and everything else where the errors go.
    pub fn new(stream: Box<dyn Write + Send>, errors: Errors, manner: Manner) -> Self {
        Self { out: BufWriter::new(stream), errors, manner }
    }

    /// Prints in another manner from now on.
    pub const fn turn(&mut self, manner: Manner) {
        self.manner = manner;
    }

    /// Whether JSON was asked for.
    pub const fn json(&self) -> bool {
        self.manner.json
    }

    /// A moment for people.
    pub fn clock(&self, at: crate::desk::page::Moment) -> String {
        self.manner.zone.clock(at)
    }

    /// Prints a list: an object a line, or a table.
    ///
    /// # Errors
    /// Where standard output does not take it.
    pub fn rows<R: Row>(&mut self, rows: &[R]) -> Result<(), Failure> {
        if self.manner.json {
            return rows.iter().try_for_each(|row| self.object(row));
        }
        if rows.is_empty() {
            self.notice("Nothing to list.");
            return Ok(());
        }
        let cells = rows.iter().map(|row| row.cells(self.manner.zone)).collect::<Vec<_>>();
        for (number, line) in table(R::COLUMNS, &cells).iter().enumerate() {
            let heading = number == 0 && self.manner.colour;
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

    /// Prints the bytes of a file, for a pipe or a file.
    ///
    /// # Errors
    /// Standard output is a terminal, or does not take it.
    pub fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        if self.manner.terminal {
            return Err(Failure::usage("A file is not shown on a terminal: send it to one with > FILE."));
        }
        self.out.write_all(bytes).map_err(Failure::Output)?;
        self.finish()
    }

    /// The stream itself, for what is not text of the desk (completions, an export).
    pub fn stream(&mut self) -> &mut dyn Write {
        &mut self.out
    }

    /// Prints what is still held back. Between two steps of long work it also finds out that nobody reads any more.
    ///
    /// # Errors
    /// Where standard output does not take it.
    pub fn finish(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(Failure::Output)
    }

    /// Tells the person something that is no data, on standard error.
    pub fn notice(&self, text: &str) {
        self.errors.say(text);
    }

    /// Standard error, for a failure's report.
    pub const fn errors(&self) -> &Errors {
        &self.errors
    }

    /// Begins to say how far long work has come.
    ///
    /// # Errors
    /// Where the system does not let signals be watched.
    pub fn progress(&self, unit: &'static str) -> Result<Progress, Failure> {
        Progress::start(unit, self.errors.clone(), self.manner.stop)
    }
}
