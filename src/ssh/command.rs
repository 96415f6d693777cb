//! One command over one channel: the command line in a thread of its own, with streams that wait for each other.

use super::{
    inbox::{End, Inbox},
    output::Parcel,
};
use crate::desk::{Desk, page::Viewer};
use std::{
    io::{self, Read, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};
use tokio::sync::mpsc;

/// The command line with a settled actor, as this floor calls it: desk, actor, line, standard input, output and error;
/// gives the exit code.
pub type CommandLine = Arc<
    dyn Fn(&Desk, &Viewer, &str, Box<dyn Read + Send>, Box<dyn Write + Send>, Box<dyn Write + Send>) -> u8
        + Send
        + Sync,
>;

/// Bytes that go out in one parcel.
const PARCEL: usize = 16 * 1024;

/// A longer command is none of ours.
const LONGEST: usize = 64 * 1024;

/// How the programs begin that terminals and editors send ahead to set themselves up.
const SHELLS: &[&str] =
    &["exec", "sh", "bash", "zsh", "fish", "dash", "ksh", "env", "python", "python3", "perl", "command"];

/// The exit code for wrong usage.
pub const USAGE: u8 = 2;

/// The exit status of a command that was interrupted at the keyboard, as shells have it.
pub const INTERRUPTED: u8 = 130;

/// What a command runs with.
pub struct Order {
    /// The desk.
    pub desk: Desk,
    /// Who acts.
    pub viewer: Viewer,
    /// What was asked for.
    pub line: String,
    /// Who runs it.
    pub command_line: CommandLine,
    /// Whether the client is a terminal in raw mode, which wants its line ends in full.
    pub terminal: bool,
}

/// Runs a command to its end; the exit status, `None` after a panic.
pub fn run(order: &Order, inbox: &Arc<Inbox>, out: &mpsc::Sender<Parcel>) -> Option<u8> {
    order.desk.agent_acted(&order.viewer);
    let terminal = order.terminal;
    let input = Box::new(Input { inbox: Arc::clone(inbox), held: Vec::new(), at: 0, ended: false, terminal });
    let output = Box::new(Stream { out: out.clone(), parcel: Parcel::Output, terminal });
    let errors = Box::new(Stream { out: out.clone(), parcel: Parcel::Errors, terminal });
    let ran = catch_unwind(AssertUnwindSafe(|| {
        (order.command_line)(&order.desk, &order.viewer, &order.line, input, output, errors)
    }));
    if ran.is_err() {
        let mut errors = Stream { out: out.clone(), parcel: Parcel::Errors, terminal };
        // Nobody else is left to tell.
        let _ =
            errors.write_all(b"deskline: Something went wrong here; look whether it was done before you try again.\n");
    }
    let status = ran.as_ref().copied().unwrap_or(1);
    let _ = out.blocking_send(Parcel::Exit { status, hang_up: None });
    ran.ok()
}

/// What is asked for in a way that no command of ours is; the sentence that says so.
///
/// # Errors
/// The sentence.
pub fn line(bytes: &[u8]) -> Result<String, &'static str> {
    let Ok(line) = std::str::from_utf8(bytes) else {
        return Err("This command is not UTF-8 text. See what there is: ssh HOST --help");
    };
    let line = line.trim();
    let first = line.split_whitespace().next().unwrap_or_default().trim_matches(['\'', '"']);
    if SHELLS.contains(&first.rsplit('/').next().unwrap_or_default()) {
        return Err(
            "This is a desk, not a shell: nothing can be run here, and kitty's ssh kitten has nothing to set up. Plain “ssh HOST” works, in kitty too.",
        );
    }
    if line.len() > LONGEST {
        return Err("This command is too long. Give long texts on standard input.");
    }
    Ok(line.to_owned())
}

/// Standard input: what the client sends, until it ends it.
struct Input {
    inbox: Arc<Inbox>,
    held: Vec<u8>,
    at: usize,
    ended: bool,
    terminal: bool,
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.held.len() && !self.ended {
            let arrived = self.inbox.take(None, PARCEL);
            self.held = arrived.bytes;
            self.at = 0;
            if self.terminal {
                self.typed();
            }
            match arrived.end {
                Some(End::Silent) => self.ended = true,
                // Half a message must not pass for a whole one.
                Some(End::Stopping | End::Stalled | End::Gone) => return Err(io::ErrorKind::ConnectionAborted.into()),
                None => {}
            }
        }
        let left = self.held.get(self.at..).unwrap_or_default();
        let count = left.len().min(buffer.len());
        buffer.iter_mut().zip(left).for_each(|(to, from)| *to = *from);
        self.at += count;
        Ok(count)
    }
}

impl Input {
    /// What a line discipline would do: Enter ends a line, Ctrl-D the text.
    fn typed(&mut self) {
        const END_OF_TEXT: u8 = 0x04;
        if let Some(end) = self.held.iter().position(|byte| *byte == END_OF_TEXT) {
            self.held.truncate(end);
            self.ended = true;
        }
        for byte in self.held.iter_mut().filter(|byte| **byte == b'\r') {
            *byte = b'\n';
        }
    }
}

/// Standard output or error.
struct Stream {
    out: mpsc::Sender<Parcel>,
    parcel: fn(Vec<u8>) -> Parcel,
    terminal: bool,
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let some = bytes.get(..bytes.len().min(PARCEL)).unwrap_or_default();
        let sent = if self.terminal { with_returns(some) } else { some.to_vec() };
        self.out.blocking_send((self.parcel)(sent)).map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(some.len())
    }

    /// Long work asks whether anybody is still there.
    fn flush(&mut self) -> io::Result<()> {
        if self.out.is_closed() { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
    }
}

fn with_returns(bytes: &[u8]) -> Vec<u8> {
    let mut sent = Vec::with_capacity(bytes.len() + 16);
    for byte in bytes {
        if *byte == b'\n' {
            sent.push(b'\r');
        }
        sent.push(*byte);
    }
    sent
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ssh::turns::Turns;

    fn input(terminal: bool) -> (Arc<Inbox>, Input) {
        let inbox = Arc::new(Inbox::new(100, Turns::at_a_time(1)));
        (Arc::clone(&inbox), Input { inbox, held: Vec::new(), at: 0, ended: false, terminal })
    }

    fn put(inbox: &Inbox, bytes: &[u8]) {
        tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(inbox.put(bytes));
    }

    #[test]
    fn input_ends_where_the_client_ends_it() {
        let (inbox, mut input) = input(false);
        put(&inbox, b"a text\x04\r");
        inbox.end(End::Silent);
        let mut read = [0; 4];
        assert_eq!((input.read(&mut read).unwrap(), &read), (4, b"a te"));
        let mut rest = String::new();
        input.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "xt\x04\r");
        assert_eq!(input.read(&mut read).unwrap(), 0, "and stays ended");
    }

    #[test]
    fn half_a_text_is_no_text() {
        let (inbox, mut input) = input(false);
        put(&inbox, b"half a te");
        inbox.end(End::Gone);
        assert_eq!(input.read_to_end(&mut Vec::new()).unwrap_err().kind(), io::ErrorKind::ConnectionAborted);
    }

    #[test]
    fn a_terminal_ends_lines_and_texts_by_keys() {
        let (inbox, mut input) = input(true);
        put(&inbox, b"one\rtwo\x04three");
        let mut read = String::new();
        input.read_to_string(&mut read).unwrap();
        assert_eq!(read, "one\ntwo");
    }

    #[test]
    fn output_for_nobody_is_a_broken_pipe() {
        let (out, parcels) = mpsc::channel(2);
        let mut stream = Stream { out, parcel: Parcel::Errors, terminal: true };
        stream.write_all(b"a\nb").unwrap();
        stream.flush().unwrap();
        let mut parcels = parcels;
        assert!(matches!(parcels.try_recv(), Ok(Parcel::Errors(bytes)) if bytes == b"a\r\nb"));
        drop(parcels);
        assert_eq!(stream.write(b"c").unwrap_err().kind(), io::ErrorKind::BrokenPipe);
        assert_eq!(stream.flush().unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn what_is_no_command_is_told_so() {
        assert_eq!(line(b" conversation list --json "), Ok("conversation list --json".to_owned()));
        assert_eq!(line(b""), Ok(String::new()));
        assert!(line(&[0xff]).unwrap_err().contains("UTF-8"));
        for kitten in [&b"exec sh -c 'eval \"$(echo ...)\"'"[..], b"/bin/sh -c 'x'", b"'exec' python -c x"] {
            assert!(line(kitten).unwrap_err().contains("kitten"));
        }
        assert!(line(b"search kitty exec sh").is_ok());
        assert!(line(&vec![b'a'; LONGEST + 1]).is_err());
    }

    #[test]
    fn a_command_that_panics_says_so_and_ends() {
        let folder = tempfile::tempdir().unwrap();
        let new = crate::desk::NewDesk { team: "Acme".into(), owner: "olga".into(), owner_name: None };
        let desk = Desk::create(&folder.path().join("desk.db"), &new, Arc::new(chrono::Utc::now)).unwrap();
        let viewer = desk.admit(None).unwrap();
        let order = Order {
            desk,
            viewer,
            line: "conversation list".into(),
            command_line: Arc::new(|_, _, line, _, _, _| panic!("{line}")),
            terminal: false,
        };
        let (out, mut parcels) = mpsc::channel(3);
        assert_eq!(run(&order, &Arc::new(Inbox::new(10, Turns::at_a_time(1))), &out), None);
        assert!(
            matches!(parcels.try_recv(), Ok(Parcel::Errors(words)) if words.starts_with(b"deskline: Something went wrong"))
        );
        assert!(matches!(parcels.try_recv(), Ok(Parcel::Exit { status: 1, hang_up: None })));
    }
}
