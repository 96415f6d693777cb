//! The built program at a terminal of its own: keys go in, the screen and every byte that came out can be looked at.

#![allow(clippy::unwrap_used)]

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::{
    ffi::OsStr,
    io::{Read as _, Write},
    path::Path,
    process::Command,
    sync::{Arc, Condvar, Mutex, MutexGuard},
    time::{Duration, Instant},
};

/// How long anything may take on a machine that has other things to do as well.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came out of the program so far.
pub struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    last: Instant,
    closed: bool,
    /// How often the screen was emptied, as it is to be painted whole.
    emptied: usize,
}

impl Seen {
    pub fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    /// The screen as lines of text.
    pub fn text(&self) -> String {
        self.parser.screen().contents()
    }

    /// How often the screen was emptied.
    pub fn emptied(&self) -> usize {
        self.emptied
    }

    /// Nothing more comes: the program is gone.
    pub fn is_closed(&self) -> bool {
        self.closed
    }
}

type Shared = Arc<(Mutex<Seen>, Condvar)>;

/// A program at a terminal; killed when dropped.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    seen: Shared,
    keyed: Instant,
    /// The line settings before the program began, as `stty -g` gives them.
    settings: String,
}

/// What a terminal is made with.
pub struct Setting<'a> {
    pub columns: u16,
    pub rows: u16,
    /// Environment beside HOME, TZ and TERM.
    pub environment: Vec<(&'a str, &'a OsStr)>,
}

impl<'a> Setting<'a> {
    /// 120×40, somebody on a desk.
    pub fn on(desk: &'a Path, handle: &'a str) -> Self {
        let environment = vec![("DESKLINE_DESK", desk.as_os_str()), ("DESKLINE_AS", OsStr::new(handle))];
        Self { columns: 120, rows: 40, environment }
    }

    pub fn with(mut self, name: &'a str, value: &'a (impl AsRef<OsStr> + ?Sized)) -> Self {
        self.environment.push((name, value.as_ref()));
        self
    }
}

impl Terminal {
    /// The messenger of somebody on a desk.
    pub fn messenger(desk: &Path, handle: &str) -> Self {
        Self::deskline(&[], &Setting::on(desk, handle))
    }

    /// The built program with arguments.
    pub fn deskline(arguments: &[&str], setting: &Setting) -> Self {
        Self::program(env!("CARGO_BIN_EXE_deskline"), arguments, setting)
    }

    pub fn program(program: impl AsRef<OsStr>, arguments: &[&str], setting: &Setting) -> Self {
        Self::watched(program, arguments, setting, |_, _| ())
    }

    /// A program whose every frame is shown to somebody, with the bytes that made it: what came with one read, in pieces
    /// that end where frames do.
    pub fn watched(
        program: impl AsRef<OsStr>,
        arguments: &[&str],
        setting: &Setting,
        mut each: impl FnMut(&vt100::Screen, &[u8]) + Send + 'static,
    ) -> Self {
        let pair = native_pty_system().openpty(size(setting.columns, setting.rows)).expect("a terminal");
        let settings = stty(&*pair.master, "-g");
        let home = std::env::temp_dir();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.env("HOME", &home);
        command.env("TZ", "UTC");
        command.env("TERM", "xterm-256color");
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        for (name, value) in &setting.environment {
            command.env(name, value);
        }
        command.cwd(&home);
        let child = pair.slave.spawn_command(command).expect("the program starts");
        drop(pair.slave);
        let parser = vt100::Parser::new(setting.rows.try_into().unwrap(), setting.columns.try_into().unwrap(), 0);
        let seen = Seen { parser, raw: Vec::new(), last: Instant::now(), closed: false, emptied: 0 };
        let seen: Shared = Arc::new((Mutex::new(seen), Condvar::new()));
        let mut reader = pair.master.try_clone_reader().expect("what comes out");
        let shared = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut bytes = [0; 1 << 13];
            loop {
                let count = reader.read(&mut bytes).unwrap_or(0);
                let mut seen = shared.0.lock().unwrap();
                for frame in frames(&bytes[..count]) {
                    seen.parser.process(frame);
                    seen.emptied += usize::from(frame.windows(4).any(|window| window == b"\x1b[2J"));
                    each(seen.parser.screen(), frame);
                }
                seen.raw.extend_from_slice(&bytes[..count]);
                seen.last = Instant::now();
                seen.closed = count == 0;
                shared.1.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        let writer = pair.master.take_writer().expect("what goes in");
        Self { child, master: pair.master, writer, seen, keyed: Instant::now(), settings }
    }

    pub fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.0.lock().unwrap()
    }

    /// The screen as lines of text.
    pub fn text(&self) -> String {
        self.seen().text()
    }

    /// Every byte that came out.
    pub fn raw(&self) -> String {
        String::from_utf8(self.seen().raw.clone()).expect("whole characters only")
    }

    /// Bytes as keys send them.
    pub fn keys(&mut self, bytes: &str) -> &mut Self {
        self.writer.write_all(bytes.as_bytes()).expect("the terminal takes keys");
        self.writer.flush().expect("the terminal takes keys");
        self.keyed = Instant::now();
        self
    }

    /// Waits until something holds of what came out; when it did.
    pub fn when(&self, what: &str, holds: impl Fn(&Seen) -> bool) -> Instant {
        let until = Instant::now() + PATIENCE;
        let mut seen = self.seen();
        loop {
            if holds(&seen) {
                return Instant::now();
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || seen.closed {
                let text = seen.text();
                drop(seen);
                panic!("waited for: {what}\n{text}");
            }
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Waits for so long at most until something holds of what came out; whether it does.
    pub fn within(&self, limit: Duration, holds: impl Fn(&Seen) -> bool) -> bool {
        let until = Instant::now() + limit;
        let mut seen = self.seen();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if holds(&seen) || left.is_zero() || seen.closed {
                return holds(&seen);
            }
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Waits until words stand on the screen; when they did.
    pub fn shows(&self, words: &str) -> Instant {
        self.when(words, |seen| seen.text().contains(words))
    }

    /// Waits until words no longer stand on the screen; when they did not.
    pub fn no_longer_shows(&self, words: &str) -> Instant {
        self.when(&format!("no {words}"), |seen| !seen.text().contains(words))
    }

    /// Waits until nothing came out for so long, the last keys as far back as well.
    pub fn quiet_for(&self, time: Duration) {
        let until = Instant::now() + PATIENCE;
        loop {
            let seen = self.seen();
            let quiet = seen.last.max(self.keyed).elapsed();
            if quiet >= time {
                return;
            }
            assert!(Instant::now() < until, "never quiet for {time:?}:\n{}", seen.text());
            drop(self.seen.1.wait_timeout(seen, time.saturating_sub(quiet)).unwrap());
        }
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        self.seen().parser.set_size(rows.try_into().unwrap(), columns.try_into().unwrap());
        self.master.resize(size(columns, rows)).expect("another size");
    }

    /// The line's settings in words.
    pub fn line(&self) -> String {
        stty(&*self.master, "-a")
    }

    /// Changes the line's settings as another program would.
    pub fn set_line(&self, settings: &str) {
        stty(&*self.master, settings);
    }

    pub fn pid(&self) -> u32 {
        self.child.process_id().expect("a process")
    }

    /// Sends a signal by name: TERM, HUP …
    pub fn signal(&self, name: &str) {
        signal(self.pid(), name);
    }

    /// Waits until the program ended and everything it wrote was read; its exit code, and the signal that ended it.
    pub fn ended(&mut self) -> (u32, Option<String>) {
        let until = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("its status") {
                break status;
            }
            assert!(Instant::now() < until, "it never ends:\n{}", self.text());
            drop(self.seen.1.wait_timeout(self.seen(), Duration::from_millis(10)).unwrap());
        };
        let mut seen = self.seen();
        while !seen.closed {
            let waited = self.seen.1.wait_timeout(seen, PATIENCE).unwrap();
            assert!(!waited.1.timed_out(), "its terminal is never closed");
            seen = waited.0;
        }
        drop(seen);
        (status.exit_code(), status.signal().map(str::to_owned))
    }

    /// Everything that was switched on is switched off, and the line is as it was.
    pub fn is_restored(&self) {
        switched_off(&self.raw());
        assert_eq!(stty(&*self.master, "-g"), self.settings, "the line settings are as they were");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Bytes in pieces, each but the last up to the end of a frame.
fn frames(mut bytes: &[u8]) -> Vec<&[u8]> {
    const END: &[u8] = b"\x1b[?2026l";
    let mut frames = Vec::new();
    while let Some(at) = bytes.windows(END.len()).position(|window| window == END) {
        let (frame, rest) = bytes.split_at(at + END.len());
        frames.push(frame);
        bytes = rest;
    }
    if !bytes.is_empty() {
        frames.push(bytes);
    }
    frames
}

/// Waits until something outside of a terminal holds.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "waited in vain until {what}");
        // Others need the processor for it.
        std::thread::park_timeout(Duration::from_millis(1));
    }
}

/// Sends a signal by name to a process.
pub fn signal(pid: u32, name: &str) {
    let sent = Command::new("sh").args(["-c", &format!("kill -{name} {pid}")]).status();
    assert!(sent.expect("kill").success(), "{name} to {pid}");
}

/// Alternate screen, bracketed paste, focus events, mouse, synchronized output, kitty keyboard: off; the cursor: on.
pub fn switched_off(raw: &str) {
    for mode in [1049, 2004, 1004, 1000, 1006, 2026] {
        let (on, off) = (raw.rfind(&format!("\x1b[?{mode}h")), raw.rfind(&format!("\x1b[?{mode}l")));
        assert!(on <= off, "mode {mode} is left switched on");
    }
    assert!(raw.rfind("\x1b[?25l") <= raw.rfind("\x1b[?25h"), "the cursor is left hidden");
    assert_eq!(raw.matches("\x1b[>1u").count(), raw.matches("\x1b[<1u").count(), "the kitty keyboard");
    frames_are_balanced(raw);
}

/// Nothing is begun together twice without an end.
pub fn frames_are_balanced(raw: &str) {
    let mut together = false;
    for (at, _) in raw.match_indices("\x1b[?2026") {
        let on = raw[at..].starts_with("\x1b[?2026h");
        assert!(!(on && together), "a frame begins inside another");
        together = on;
    }
    assert!(!together, "the last frame does not end");
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn stty(master: &dyn MasterPty, what: &str) -> String {
    let name = master.tty_name().expect("the terminal has a name");
    let line = std::fs::File::open(name).expect("the terminal");
    let asked = Command::new("stty").arg(what).stdin(line).output().expect("stty");
    assert!(asked.status.success(), "stty");
    String::from_utf8(asked.stdout).expect("settings")
}
