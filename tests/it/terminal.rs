//! The built program in a terminal: it starts, works, and leaves the terminal as it was on every way out.

use crate::desks::TestDesk;
use deskline::tui::{ansi, terminal::Screen};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::{
    io::{Read, Write},
    num::NonZeroU16,
    sync::{Arc, Condvar, Mutex},
    thread,
    time::{Duration, Instant},
};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// What a program has written, and the news that it has written more.
#[derive(Default)]
struct Written {
    bytes: Mutex<Vec<u8>>,
    more: Condvar,
}

impl Written {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes.lock().unwrap()).into_owned()
    }

    /// Until more is written, or it is time to look for something else.
    fn wait(&self) {
        let bytes = self.bytes.lock().unwrap();
        drop(self.more.wait_timeout(bytes, Duration::from_millis(50)).unwrap());
    }
}

/// A program in a terminal, and what it has written there.
struct Seat {
    master: Box<dyn MasterPty + Send>,
    child: Box<dyn Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    written: Arc<Written>,
    size: (u16, u16),
}

impl Seat {
    fn run(mut command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).unwrap();
        command.env("TERM", "xterm-256color");
        let child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let written = Arc::new(Written::default());
        let (mut reader, gathered) = (pty.master.try_clone_reader().unwrap(), Arc::clone(&written));
        thread::spawn(move || {
            let mut buffer = [0; 65536];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                gathered.bytes.lock().unwrap().extend_from_slice(&buffer[..count]);
                gathered.more.notify_all();
            }
            gathered.more.notify_all();
        });
        let keys = pty.master.take_writer().unwrap();
        Self { master: pty.master, child, keys, written, size: (columns, rows) }
    }

    /// The messenger of an agent on a desk's file.
    fn messenger(desk: &TestDesk, handle: &str) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_deskline"));
        command.args(["--desk", desk.file().to_str().unwrap(), "--as", handle]);
        command.env_remove("NO_COLOR");
        command.env_remove("DESKLINE_DESK");
        command.env("XDG_CONFIG_HOME", desk.file().parent().unwrap());
        Self::run(command, 100, 30)
    }

    fn press(&mut self, keys: &str) -> &mut Self {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        self
    }

    fn terminal(&self) -> vt100::Parser {
        let rows = NonZeroU16::new(self.size.1).unwrap();
        let mut parser = vt100::Parser::new(rows, NonZeroU16::new(self.size.0).unwrap(), 0);
        parser.process(&self.written.bytes.lock().unwrap());
        parser
    }

    fn shown(&self) -> String {
        self.terminal().screen().contents()
    }

    /// Waits until the screen shows something.
    fn until(&mut self, what: &str) -> &mut Self {
        self.wait(what, |seat| seat.shown().contains(what))
    }

    fn wait(&mut self, what: &str, condition: impl Fn(&Self) -> bool) -> &mut Self {
        let begin = Instant::now();
        while !condition(self) {
            assert!(begin.elapsed() < PATIENCE, "never: {what}\n{}", self.shown());
            self.written.wait();
        }
        self
    }

    fn resize(&mut self, columns: u16, rows: u16) {
        self.master.resize(PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }).unwrap();
        self.size = (columns, rows);
    }

    fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for the end, and looks whether the terminal is as it was.
    fn ends_well(mut self) -> bool {
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begin.elapsed() < PATIENCE, "it never ends\n{}", self.shown());
            self.written.wait();
        };
        self.wait("everything switched off", |seat| {
            let terminal = seat.terminal();
            let screen = terminal.screen();
            !screen.alternate_screen() && !screen.bracketed_paste() && !screen.hide_cursor()
        });
        let written = self.written.text();
        let after = written.rsplit(ansi::ENTER).next().unwrap().to_owned();
        assert!(after.contains(ansi::LEAVE), "the keyboard, focus events and the mouse are switched off too");
        status.success()
    }
}

#[test]
fn an_agent_reads_answers_resizes_and_leaves() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut ana = Seat::messenger(&desk, "ana");
    ana.until("My card is declined").press("r").until("Tab ▸ [ Send Message ]");
    ana.press("Hello Mara,\rwe look into it.").until("we look into it.");
    ana.press("\t\r").until("Sent.").until("→ Ana");
    assert!(desk.texts("ben", id).contains(&"Hello Mara,\nwe look into it.".to_owned()));
    ana.resize(60, 20);
    ana.wait("one area at sixty columns", |seat| seat.shown().contains("From Customers ›"));
    ana.resize(160, 40);
    ana.until("QUEUE").until("no linked item");
    desk.write_in("mara@example.com", Some(id), "It works, thank you!");
    ana.until("It works, thank you!");
    ana.press("\u{3}");
    assert!(ana.ends_well(), "Ctrl-C is a good end");
}

#[test]
fn signals_end_it_with_the_draft_kept_and_the_terminal_as_it_was() {
    for signal in ["TERM", "HUP", "INT"] {
        let desk = TestDesk::new();
        desk.arrival();
        let mut ana = Seat::messenger(&desk, "ana");
        ana.until("My card is declined").press("rhalf a sentence").until("half a sentence").signal(signal);
        ana.ends_well();
        let mut again = Seat::messenger(&desk, "ana");
        again.until("draft: half a sentence").press("q");
        assert!(again.ends_well(), "{signal}");
    }
}

#[test]
fn a_stop_gives_the_terminal_back_and_going_on_paints_everything() {
    let desk = TestDesk::new();
    desk.arrival();
    let mut ana = Seat::messenger(&desk, "ana");
    ana.until("My card is declined").press("\u{1a}");
    ana.wait("the terminal given back", |seat| !seat.terminal().screen().alternate_screen());
    ana.signal("CONT");
    ana.wait("the terminal taken again", |seat| seat.terminal().screen().alternate_screen());
    ana.until("My card is declined").press("q");
    assert!(ana.ends_well());
}

#[test]
fn no_colour_is_written_where_none_is_wanted() {
    let desk = TestDesk::new();
    desk.arrival();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_deskline"));
    command.args(["--desk", desk.file().to_str().unwrap(), "--as", "ana"]);
    command.env("NO_COLOR", "1");
    let mut ana = Seat::run(command, 100, 30);
    ana.until("My card is declined").press("rx").until("Tab ▸").press("\u{1b}").until("draft: x").press("q");
    let written = ana.written.text();
    assert!(ana.ends_well());
    for part in written.split("\x1b[").skip(1) {
        let Some((codes, _)) =
            part.split_once('m').filter(|(codes, _)| codes.chars().all(|c| c.is_ascii_digit() || c == ';'))
        else {
            continue;
        };
        for code in codes.split(';') {
            assert!(!matches!(code.parse::<u16>().unwrap_or(0), 30..=38 | 40..=48 | 90..=107), "a colour: {codes}");
        }
    }
}

#[test]
fn who_is_not_let_in_reads_why_on_the_screen_as_it_was() {
    let desk = TestDesk::new();
    let seat = Seat::messenger(&desk, "nobody");
    let written = Arc::clone(&seat.written);
    let mut seat = seat;
    seat.until("No active agent has that handle");
    let begin = Instant::now();
    while seat.child.try_wait().unwrap().is_none() {
        assert!(begin.elapsed() < PATIENCE);
        written.wait();
    }
    assert!(!written.text().contains("\x1b[?1049h"), "the screen was never taken");
}

/// Runs in a terminal of its own, from the test below.
#[test]
#[ignore = "takes the terminal over and panics; run by the test below"]
fn panics_in_its_terminal() {
    let _screen = Screen::enter(|_| true).unwrap();
    panic!("on purpose");
}

#[test]
fn a_panic_is_read_on_the_terminal_as_it_was() {
    let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
    command.args(["terminal::panics_in_its_terminal", "--exact", "--ignored", "--nocapture"]);
    command.env("RUST_BACKTRACE", "0");
    let mut seat = Seat::run(command, 100, 30);
    seat.until("on purpose");
    let written = Arc::clone(&seat.written);
    assert!(!seat.ends_well(), "the test in it fails");
    let written = written.text();
    let (left, said) = (written.find(ansi::LEAVE).unwrap(), written.find("on purpose").unwrap());
    assert!(left < said, "the message comes after the screen was given back");
}
