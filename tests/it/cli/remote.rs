//! The command line for agents who log in elsewhere: the same answers as at the desk's own machine, and nothing of that machine.

mod audit;
mod refusals;
mod same;
mod streams;

use super::{Ran, objects};
use crate::desks::TestDesk;
use deskline::{
    cli::{Streams, remote},
    desk::{Desk, page::Viewer},
};
use std::{
    io::{self, Cursor, Read, Write},
    sync::{Arc, Mutex},
};

/// A stream that keeps what is written to it.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).expect("only UTF-8 is printed")
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs a line as somebody who logged in elsewhere, with this to read.
pub(super) fn reading(desk: &Desk, who: &Viewer, line: &str, input: impl Read + Send + 'static) -> Ran {
    let (output, errors) = (Kept::default(), Kept::default());
    let streams =
        Streams { input: Box::new(input), output: Box::new(output.clone()), errors: Box::new(errors.clone()) };
    let code = remote::run(desk, who, line, streams);
    Ran { code: i32::from(code), out: output.text(), errors: errors.text() }
}

/// The same with nothing to read.
fn remotely(desk: &TestDesk, handle: &str, line: &str) -> Ran {
    reading(&desk.desk, &desk.agent(handle), line, io::empty())
}

/// The same with a text to read.
pub(super) fn sending(desk: &TestDesk, handle: &str, line: &str, input: &[u8]) -> Ran {
    reading(&desk.desk, &desk.agent(handle), line, Cursor::new(input.to_vec()))
}

/// The same, which has to work; what it printed.
fn does(desk: &TestDesk, handle: &str, line: &str) -> String {
    let ran = remotely(desk, handle, line);
    assert_eq!((ran.code, ran.errors.as_str()), (0, ""), "{line}\n{}", ran.out);
    ran.out
}

/// What the last message of a conversation says, exactly.
fn last_words(desk: &TestDesk, conversation: i64) -> String {
    let shown = objects(&does(desk, "olga", &format!("conversation show {conversation} --json"))).remove(0);
    let mut messages = shown["messages"].as_array().unwrap().iter().filter(|message| message["kind"] != "system");
    messages.next_back().unwrap()["text"].as_str().unwrap().to_owned()
}
