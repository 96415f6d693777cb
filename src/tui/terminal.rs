//! The terminal that the program was started on: entered, read, written, and left as it was on every way out.

use super::{
    ansi,
    ask::Msg,
    keymap::{KeyCode, KeyPress, Modifiers},
};
use crossterm::{
    event::{self, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind},
    terminal,
};
use signal_hook::{
    consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM, SIGTSTP, SIGWINCH},
    iterator::Signals,
};
use std::{
    io::{self, Write as _},
    panic,
    process::Command,
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
        mpsc::{Sender, channel},
    },
    thread,
    time::Duration,
};

/// What comes from the terminal.
#[derive(Debug)]
pub enum Input {
    /// A key, a paste …
    Msg(Msg),
    /// The terminal has another size.
    Resized,
    /// Everything that was typed so far was sent; [`Screen::go_on_reading`] lets more be read.
    Read,
    /// Ctrl-Z, or the signal.
    Suspend,
    /// Continued after a stop that nobody announced.
    Resumed,
    /// The terminal is gone, or the program is asked to end.
    End,
}

/// Whether the terminal is in the state that [`ansi::ENTER`] makes; for whoever has to restore it in a hurry.
static ENTERED: AtomicBool = AtomicBool::new(false);

/// The terminal while the messenger has it.
#[derive(Debug)]
pub struct Screen {
    go_on: Sender<()>,
    mouse: bool,
    /// The signal to continue after a stop of our own is still to come.
    announced: bool,
}

impl Screen {
    /// Columns and rows.
    ///
    /// # Errors
    /// There is no terminal.
    pub fn size() -> io::Result<(u16, u16)> {
        terminal::size()
    }

    /// Takes the terminal over; `send` is called with everything that comes from it, from threads of its own, until it
    /// returns false.
    ///
    /// # Errors
    /// There is no terminal, or it cannot be written.
    pub fn enter(send: impl Fn(Input) -> bool + Send + Clone + 'static) -> io::Result<Self> {
        restore_on_panic();
        let mut signals = Signals::new([SIGHUP, SIGTERM, SIGINT, SIGTSTP, SIGCONT, SIGWINCH])?;
        begin()?;
        let (go_on, allowed) = channel();
        let on_signal = send.clone();
        thread::Builder::new().name("signals".into()).spawn(move || {
            for signal in signals.forever() {
                let input = match signal {
                    SIGTSTP => Input::Suspend,
                    SIGCONT => Input::Resumed,
                    SIGWINCH => Input::Resized,
                    _ => Input::End,
                };
                if !on_signal(input) {
                    return;
                }
            }
        })?;
        // Nothing is read while a frame is being made, so that an editor that takes the terminal over gets what is typed.
        thread::Builder::new().name("keys".into()).spawn(move || {
            // From the first look on, changes of the size are told; what it was changed to before is told now.
            let size = event::poll(Duration::ZERO).and_then(|_| Screen::size());
            if let Ok((columns, rows)) = size
                && !send(Input::Msg(Msg::Resize(columns, rows)))
            {
                return;
            }
            loop {
                let batch = read_all();
                let ended = batch.is_err();
                for input in batch.unwrap_or_else(|_| vec![Input::End]) {
                    if !send(input) {
                        return;
                    }
                }
                if ended || !send(Input::Read) || allowed.recv().is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { go_on, mouse: false, announced: false })
    }

    /// Lets the keys that come next be read.
    pub fn go_on_reading(&self) {
        // The reader is gone only where the terminal is; that is told by itself.
        let _ = self.go_on.send(());
    }

    /// Writes bytes, at once.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn write(&mut self, bytes: &str) -> io::Result<()> {
        write(bytes)
    }

    /// Switches the mouse on or off.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn mouse(&mut self, on: bool) -> io::Result<()> {
        self.mouse = on;
        write(ansi::mouse(on))
    }

    /// Leaves the terminal, stops the program until it is continued, and takes the terminal over again.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn suspend(&mut self) -> io::Result<()> {
        end()?;
        self.announced = true;
        signal_hook::low_level::emulate_default_handler(SIGTSTP)?;
        self.begin_again()
    }

    /// Takes the terminal over again where it was stopped without a word; whether it was.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn resume(&mut self) -> io::Result<bool> {
        if std::mem::take(&mut self.announced) {
            return Ok(false);
        }
        self.begin_again()?;
        Ok(true)
    }

    fn begin_again(&mut self) -> io::Result<()> {
        begin()?;
        if self.mouse { write(ansi::mouse(true)) } else { Ok(()) }
    }

    /// Lets a program edit a text, the terminal its own meanwhile; `None` where it failed.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn edit(&mut self, editor: &[String], text: &str) -> io::Result<Option<String>> {
        end()?;
        let edited = edit(editor, text);
        self.begin_again()?;
        Ok(edited.ok())
    }

    /// Leaves the terminal as it was.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn leave(self) -> io::Result<()> {
        end()
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Left already, or on the way out because of an error: nothing more can be done about another one.
        let _ = end();
    }
}

fn write(bytes: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes.as_bytes())?;
    out.flush()
}

/// Takes the terminal over, or once more where somebody else may have changed it meanwhile.
fn begin() -> io::Result<()> {
    if ENTERED.swap(true, Ordering::SeqCst) {
        // Raw mode is set only where it is believed to be off; the keyboard's modes lie on a stack, and one is ours.
        terminal::disable_raw_mode()?;
        write(ansi::POP_KEYBOARD)?;
    }
    terminal::enable_raw_mode()?;
    write(ansi::ENTER)
}

/// Leaves the terminal, once.
fn end() -> io::Result<()> {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return Ok(());
    }
    let written = write(ansi::LEAVE);
    terminal::disable_raw_mode()?;
    written
}

/// A panic is read on the terminal as it was.
fn restore_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panicked| {
            let _ = end();
            before(panicked);
        }));
    });
}

/// Runs an editor on a file that only this user can read; gives what it left in it.
fn edit(editor: &[String], text: &str) -> io::Result<String> {
    let (program, arguments) = editor.split_first().ok_or(io::ErrorKind::NotFound)?;
    let mut file = private_file()?;
    file.1.write_all(text.as_bytes())?;
    file.1.flush()?;
    let path = file.0.clone();
    let edited = Command::new(program).args(arguments).arg(&path).status().and_then(|status| {
        if status.success() { std::fs::read_to_string(&path) } else { Err(io::Error::other("the editor failed")) }
    });
    // The text is no secret from this user; a file left over does no harm.
    let _ = std::fs::remove_file(&path);
    edited
}

/// A new file that nobody else can read, in the folder for such.
fn private_file() -> io::Result<(std::path::PathBuf, std::fs::File)> {
    let folder = std::env::temp_dir();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    for number in 0..1000 {
        let path = folder.join(format!("deskline-{}-{number}.txt", std::process::id()));
        match options.open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// What has been read already, or waits, comes within this; no time at all would not even be looked at.
const AT_HAND: Duration = Duration::from_micros(30);

/// Waits for something typed, and gives everything that was.
fn read_all() -> io::Result<Vec<Input>> {
    let mut inputs = Vec::from_iter(input(event::read()?));
    while event::poll(AT_HAND)? {
        inputs.extend(input(event::read()?));
    }
    Ok(inputs)
}

/// What an event of the terminal means here, also of a terminal over a network; `None` for what a session has no use for:
/// keys let go, keys without a name, mice that only move. A new size is none of it: it comes by its own road.
pub fn input(event: event::Event) -> Option<Input> {
    let msg = match event {
        event::Event::Key(key) if key.kind == KeyEventKind::Release => return None,
        event::Event::Key(key) => {
            let press = key_press(key)?;
            if press == KeyPress::control('z') {
                return Some(Input::Suspend);
            }
            Msg::Press(press)
        }
        event::Event::Paste(text) => Msg::Paste(text),
        // Listened to from the beginning on, not only from when the first key is waited for.
        event::Event::Resize(..) => return None,
        event::Event::FocusGained => Msg::Focus(true),
        event::Event::FocusLost => Msg::Focus(false),
        event::Event::Mouse(mouse) => match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => Msg::Click(mouse.column, mouse.row),
            MouseEventKind::ScrollUp => Msg::Wheel(mouse.column, mouse.row, -1),
            MouseEventKind::ScrollDown => Msg::Wheel(mouse.column, mouse.row, 1),
            _ => return None,
        },
    };
    Some(Input::Msg(msg))
}

fn key_press(key: event::KeyEvent) -> Option<KeyPress> {
    // Keys of the window system that a terminal passes on: "a" with them is not "a".
    if key.modifiers.intersects(KeyModifiers::SUPER | KeyModifiers::HYPER) {
        return None;
    }
    let mut modifiers = Modifiers {
        control: key.modifiers.contains(KeyModifiers::CONTROL),
        alt: key.modifiers.intersects(KeyModifiers::ALT | KeyModifiers::META),
        shift: key.modifiers.contains(KeyModifiers::SHIFT),
    };
    let code = match key.code {
        event::KeyCode::Char(letter) => KeyCode::Char(letter),
        event::KeyCode::Enter => KeyCode::Enter,
        event::KeyCode::Esc => KeyCode::Esc,
        event::KeyCode::Tab => KeyCode::Tab,
        event::KeyCode::BackTab => {
            modifiers.shift = true;
            KeyCode::Tab
        }
        event::KeyCode::Backspace => KeyCode::Backspace,
        event::KeyCode::Delete => KeyCode::Delete,
        event::KeyCode::Insert => KeyCode::Insert,
        event::KeyCode::Up => KeyCode::Up,
        event::KeyCode::Down => KeyCode::Down,
        event::KeyCode::Left => KeyCode::Left,
        event::KeyCode::Right => KeyCode::Right,
        event::KeyCode::Home => KeyCode::Home,
        event::KeyCode::End => KeyCode::End,
        event::KeyCode::PageUp => KeyCode::PageUp,
        event::KeyCode::PageDown => KeyCode::PageDown,
        event::KeyCode::F(number) => KeyCode::Function(number),
        _ => return None,
    };
    Some(KeyPress { code, modifiers }.normalized())
}

/// Whether standard input and output are a terminal; without one there is no messenger.
pub fn is_terminal() -> bool {
    io::IsTerminal::is_terminal(&io::stdin()) && io::IsTerminal::is_terminal(&io::stdout())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_letter_with_a_key_of_the_window_system_is_not_typed() {
        let pressed = |modifiers| key_press(event::KeyEvent::new(event::KeyCode::Char('a'), modifiers));
        assert_eq!(pressed(KeyModifiers::NONE).unwrap(), KeyPress::plain(KeyCode::Char('a')));
        assert_eq!(pressed(KeyModifiers::CONTROL).unwrap(), KeyPress::control('a'));
        assert!(pressed(KeyModifiers::META).unwrap().modifiers.alt);
        for held in [KeyModifiers::SUPER, KeyModifiers::HYPER, KeyModifiers::SUPER | KeyModifiers::SHIFT] {
            assert_eq!(pressed(held), None);
        }
    }
}
