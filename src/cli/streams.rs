//! The streams that a command reads from and prints to, and what is known of their other ends.

use crate::domain::text::SafeText;
use std::{
    cell::RefCell,
    fmt,
    io::{self, IsTerminal, Read, Write},
    rc::Rc,
};

/// What a command reads from and prints to, wherever they lead.
///
/// A command is held up by them and by nothing else, so each has to end: the input with the end of what was sent (and with
/// an error where its sender is gone before that, or half a message would pass for a whole one), the others with an error
/// once nobody takes what is written. Long work asks `flush` whether anybody is still there.
pub struct Streams {
    /// Where TEXT comes from that neither `--body` nor `--file` gives.
    pub input: Box<dyn Read + Send>,
    /// Where data goes.
    pub output: Box<dyn Write + Send>,
    /// Where everything else goes.
    pub errors: Box<dyn Write + Send>,
}

impl fmt::Debug for Streams {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Streams").finish_non_exhaustive()
    }
}

/// Which of the streams lead to a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terminals {
    /// Whether somebody would have to type what is read.
    pub input: bool,
    /// Whether somebody looks at what is printed.
    pub output: bool,
    /// Whether somebody looks at everything else.
    pub errors: bool,
}

/// This process's own streams. No command takes hold of them itself but the messenger and the demo, which need a terminal.
pub fn of_this_process() -> (Streams, Terminals) {
    let (input, output, errors) = (io::stdin(), io::stdout(), io::stderr());
    let terminals =
        Terminals { input: input.is_terminal(), output: output.is_terminal(), errors: errors.is_terminal() };
    (Streams { input: Box::new(input), output: Box::new(output), errors: Box::new(errors) }, terminals)
}

/// Where TEXT is read that no option gives.
pub struct Input {
    stream: Box<dyn Read + Send>,
    terminal: bool,
}

impl fmt::Debug for Input {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Input").field("terminal", &self.terminal).finish_non_exhaustive()
    }
}

impl Input {
    /// Reads from a stream that may lead to a terminal.
    pub fn new(stream: Box<dyn Read + Send>, terminal: bool) -> Self {
        Self { stream, terminal }
    }

    /// Whether somebody would have to type it.
    pub const fn is_terminal(&self) -> bool {
        self.terminal
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buffer)
    }
}

/// Where everything goes that is no data; every clone is the same stream.
#[derive(Clone)]
pub struct Errors {
    stream: Rc<RefCell<Box<dyn Write + Send>>>,
    terminal: bool,
}

impl fmt::Debug for Errors {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Errors").field("terminal", &self.terminal).finish_non_exhaustive()
    }
}

impl Errors {
    /// Writes to a stream that may lead to a terminal.
    pub fn new(stream: Box<dyn Write + Send>, terminal: bool) -> Self {
        Self { stream: Rc::new(RefCell::new(stream)), terminal }
    }

    /// Whether somebody looks at it.
    pub const fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// Says something in one line. Nobody is left to tell where that fails.
    pub fn say(&self, text: &str) {
        self.write(&format!("{}\n", SafeText::line(text)));
    }

    /// Writes what is safe already.
    pub fn write(&self, safe: &str) {
        let mut stream = self.stream.borrow_mut();
        let _ = stream.write_all(safe.as_bytes()).and_then(|()| stream.flush());
    }

    /// Whether anybody is still there to be told.
    pub fn is_open(&self) -> bool {
        self.stream.borrow_mut().flush().is_ok()
    }
}
