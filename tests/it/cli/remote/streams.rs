//! What is read from and printed to somebody elsewhere, who may go away at any time.

use super::{Kept, does, last_words, objects, remotely, sending};
use crate::desks::TestDesk;
use deskline::{
    cli::{Streams, remote},
    tui::keymap::Keymap,
};
use std::{
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

/// Somebody who went away: nothing is taken any more.
struct Gone(io::ErrorKind);

impl Write for Gone {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

/// Sends a beginning, and then ends otherwise than with an end.
struct Torn(Option<&'static [u8]>, fn() -> io::Result<usize>);

impl Read for Torn {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(beginning) = self.0.take() else { return (self.1)() };
        buffer[..beginning.len()].copy_from_slice(beginning);
        Ok(beginning.len())
    }
}

#[test]
fn a_text_comes_from_what_is_sent() {
    let desk = TestDesk::new();
    desk.arrival();
    for (line, sent, text) in [
        ("conversation reply 1", &b"from a file\nin two lines\n"[..], "from a file\nin two lines"),
        ("conversation reply 1 --file -", b"\xef\xbb\xbfwith a mark first\r\n", "with a mark first"),
        ("conversation note 1", b"$(id); `id` | cat\n", "$(id); `id` | cat"),
        ("conversation reply 1 --body typed", b"not this", "typed"),
    ] {
        let ran = sending(&desk, "ana", line, sent);
        assert_eq!((ran.code, ran.errors.as_str()), (0, ""), "{line}");
        assert_eq!(last_words(&desk, 1), text, "{line}");
    }
    let hostile = "esc \u{1b}[31m bidi \u{202e} end";
    assert_eq!(sending(&desk, "ana", "conversation reply 1", hostile.as_bytes()).code, 0);
    assert_eq!(last_words(&desk, 1), hostile, "what is sent is kept exactly");
    let started = sending(&desk, "ana", "conversation start --with-agent ben --json", b"Lunch?\n");
    assert_eq!(started.code, 0, "{}", started.errors);
    assert_eq!(objects(&started.out)[0]["last"]["text"], "Lunch?");
}

/// Whoever is elsewhere has the file there: it is sent, named, and comes out again the same way.
#[test]
fn a_file_comes_from_what_is_sent() {
    let desk = TestDesk::new();
    desk.arrival();
    let all: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let line = "conversation reply 1 --body Here --attach - --attach-name bill.pdf";
    let ran = sending(&desk, "ana", line, &all);
    assert_eq!((ran.code, ran.errors.as_str()), (0, ""));
    let entry = desk.thread("ben", deskline::domain::id::ConversationId(1)).entries.remove(1);
    assert_eq!((&*entry.text, &*entry.attachments[0].name), ("Here", "bill.pdf"));
    let given = desk.desk.attachment(&desk.agent("ben"), deskline::domain::id::ConversationId(1), entry.seq, 1);
    assert_eq!(given.unwrap().unwrap(), all);
}

#[test]
fn a_text_that_is_none_is_refused() {
    let desk = TestDesk::new();
    desk.arrival();
    let before = desk.contents();
    let large = vec![b'a'; 16 * 1024 * 1024 + 1];
    for (sent, because) in
        [(&b""[..], "empty"), (b" \n\t", "empty"), (b"gr\xfc\xdfe", "not valid UTF-8 at byte 3"), (&large, "16 MiB")]
    {
        let ran = sending(&desk, "ana", "conversation reply 1", sent);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{because}");
        assert!(ran.errors.contains(because), "{because}: {}", ran.errors);
    }
    assert_eq!(desk.contents(), before);
}

#[test]
fn half_a_text_is_never_sent() {
    let desk = TestDesk::new();
    desk.arrival();
    let before = desk.contents();
    let torn = Torn(Some(b"Dear Mara, I "), || Err(io::ErrorKind::ConnectionAborted.into()));
    let ran = super::reading(&desk.desk, &desk.agent("ana"), "conversation reply 1", torn);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.errors);
    assert_eq!(desk.contents(), before);
}

#[test]
fn a_panic_ends_the_command_alone() {
    let desk = TestDesk::new();
    desk.arrival();
    let before = desk.contents();
    for (option, begins) in [("", "deskline: This command broke off"), (" --json", "{\"error\":{\"kind\":\"failed\"")] {
        let torn = Torn(Some(b"Dear Mara"), || panic!("something is wrong in here"));
        let line = format!("conversation reply 1{option}");
        let ran = super::reading(&desk.desk, &desk.agent("ana"), &line, torn);
        assert_eq!((ran.code, ran.out.as_str()), (1, ""));
        assert!(ran.errors.starts_with(begins) && ran.errors.lines().count() == 1, "{}", ran.errors);
    }
    assert_eq!(desk.contents(), before);
    does(&desk, "ana", "conversation reply 1 --body 'It goes on.'");
}

fn to(output: impl Write + Send + 'static, errors: impl Write + Send + 'static, desk: &TestDesk, line: &str) -> u8 {
    let streams = Streams { input: Box::new(io::empty()), output: Box::new(output), errors: Box::new(errors) };
    remote::run(&desk.desk, &desk.agent("olga"), line, streams)
}

#[test]
fn whoever_goes_away_ends_it_quietly() {
    let desk = TestDesk::new();
    let before = desk.contents();
    let pipe = || Gone(io::ErrorKind::BrokenPipe);
    for line in ["agent list", "agent list --json", "help", "export -", "completions zsh", "keys", "search card"] {
        let errors = Kept::default();
        desk.arrival();
        assert_eq!((to(pipe(), errors.clone(), &desk, line), errors.text().as_str()), (0, ""), "{line}");
        let errors = Kept::default();
        assert_eq!(to(Gone(io::ErrorKind::TimedOut), errors.clone(), &desk, line), 1, "{line}");
        assert_eq!(errors.text().lines().count(), 1, "{line}: {}", errors.text());
        assert_eq!(to(pipe(), pipe(), &desk, line), if line == "export -" { 1 } else { 0 }, "{line}");
        assert_eq!(to(pipe(), pipe(), &desk, "frobnicate"), 2);
    }
    assert_ne!(desk.contents(), before, "the arrivals are there");
}

#[test]
fn long_work_stops_when_nobody_is_left_to_tell() {
    let desk = TestDesk::new();
    desk.arrival();
    let output = Kept::default();
    assert_eq!(to(output.clone(), Gone(io::ErrorKind::BrokenPipe), &desk, "check"), 1);
    assert_eq!(output.text(), "");
    assert_eq!(to(output.clone(), Gone(io::ErrorKind::BrokenPipe), &desk, "section list"), 0, "what is short is done");
}

/// A command that took hold of the process's own streams or zone would show a caller the server's.
#[test]
fn no_command_but_the_messenger_and_the_demo_takes_hold_of_the_process() {
    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { sources(&path, found) } else { found.push(path) }
        }
    }
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli"), &mut files);
    let mut takers = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        if ["io::stdin", "io::stdout", "io::stderr", "Local::", "&Local"].iter().any(|taken| text.contains(taken)) {
            takers.push(file.file_stem().unwrap().to_string_lossy().into_owned());
        }
    }
    takers.sort();
    assert_eq!(takers, ["demo", "messenger", "streams", "zone"]);
}

#[test]
fn nothing_of_the_servers_terminal_zone_or_keymap_is_told() {
    let desk = TestDesk::new();
    desk.arrival();
    let rows = objects(&does(&desk, "ana", "keys --json"));
    assert_eq!(rows.len(), Keymap::built_in().rows().len());
    let listed = does(&desk, "ana", "conversation list --section open");
    assert!(listed.contains("2026-05-03 09:01Z"), "{listed}");
    for line in ["agent list", "section list", "conversation show 1", "audit list", "help"] {
        let ran = remotely(&desk, "olga", line);
        assert!(!ran.out.contains('\x1b') && !ran.errors.contains('\x1b'), "{line}");
    }
}
