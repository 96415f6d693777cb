//! What real terminals send, by name: every key means what is printed on it, and no answer of a terminal becomes a key,
//! wherever the bytes are torn.

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyEventState, KeyModifiers, MouseButton, MouseEventKind,
};
use deskline::ssh::input::Input;
use proptest::prelude::*;
use std::{fs, path::PathBuf, sync::LazyLock, time::Duration};

const LATER: Duration = Duration::from_hours(1);

fn corpus(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/terminal-input").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The bytes and the key on every line of a file; `= name` stands for another file.
fn keys(name: &str) -> Vec<(Vec<u8>, String)> {
    let mut keys = Vec::new();
    for line in corpus(&format!("{name}.keys")).lines().filter(|line| !line.starts_with('#')) {
        if let Some(other) = line.strip_prefix("= ") {
            keys.extend(self::keys(other));
            continue;
        }
        let (bytes, key) = line.split_once("  ").unwrap_or_else(|| panic!("{name}: {line}"));
        // A paste keeps its blanks.
        let (bytes, key) = match line.split_once(r"\e[201~  ") {
            Some((paste, key)) => (format!(r"{paste}\e[201~"), key),
            None => (bytes.to_owned(), key),
        };
        keys.push((read(&bytes), key.trim_start().to_owned()));
    }
    keys
}

const TERMINALS: [&str; 17] = [
    "letters",
    "pc-style",
    "xterm",
    "kitty",
    "foot",
    "wezterm",
    "alacritty",
    "iterm2",
    "vte",
    "konsole",
    "windows-terminal",
    "putty",
    "tmux",
    "screen",
    "linux",
    "rxvt",
    "vt",
];

/// Name and bytes of every answer.
static REPLIES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let line = |line: &str| {
        let mut parts = line.splitn(2, ' ');
        let terminal = parts.next().unwrap();
        let (what, bytes) = parts.next().unwrap().trim_start().split_once(' ').unwrap();
        (format!("{terminal} {what}"), read(bytes.trim_start()))
    };
    corpus("replies.txt").lines().filter(|line| !line.starts_with('#')).map(line).collect()
});

/// `\e`, `\a`, `\r`, `\n`, `\t`, `\\` and `\xNN`; all else is itself.
fn read(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            bytes.extend(letter.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        bytes.push(match letters.next().unwrap() {
            'e' => 0x1b,
            'a' => 7,
            'r' => b'\r',
            'n' => b'\n',
            't' => b'\t',
            '\\' => b'\\',
            'x' => {
                let digits: String = letters.by_ref().take(2).collect();
                u8::from_str_radix(&digits, 16).unwrap()
            }
            other => panic!("\\{other} in {text}"),
        });
    }
    bytes
}

fn said(event: &Event) -> String {
    match event {
        Event::FocusGained => "focus gained".into(),
        Event::FocusLost => "focus lost".into(),
        Event::Paste(text) => format!("paste {}", text.replace('\r', "\\r").replace('\u{1b}', "\\e")),
        Event::Resize(..) => "resized".into(),
        Event::Key(key) => said_key(key),
        Event::Mouse(mouse) => {
            let button = |button: MouseButton| format!("{button:?}").to_lowercase();
            let what = match mouse.kind {
                MouseEventKind::Down(which) => button(which) + " down",
                MouseEventKind::Up(which) => button(which) + " up",
                MouseEventKind::Drag(which) => button(which) + " drag",
                MouseEventKind::Moved => "moved".into(),
                MouseEventKind::ScrollUp => "wheel up".into(),
                MouseEventKind::ScrollDown => "wheel down".into(),
                MouseEventKind::ScrollLeft => "wheel left".into(),
                MouseEventKind::ScrollRight => "wheel right".into(),
            };
            format!("{}{what} {},{}", held(mouse.modifiers), mouse.column, mouse.row)
        }
    }
}

fn said_key(key: &KeyEvent) -> String {
    let code = match key.code {
        KeyCode::Char(' ') => "Space".to_owned(),
        KeyCode::Char(letter) => letter.to_string(),
        KeyCode::F(number) => format!("F{number}"),
        KeyCode::Media(media) => format!("{media:?}"),
        KeyCode::Modifier(modifier) => format!("{modifier:?}"),
        other => format!("{other:?}"),
    };
    let keypad = if key.state.contains(KeyEventState::KEYPAD) { "keypad " } else { "" };
    let kind = match key.kind {
        KeyEventKind::Press => "",
        KeyEventKind::Repeat => " again",
        KeyEventKind::Release => " released",
    };
    format!("{keypad}{}{code}{kind}", held(key.modifiers))
}

fn held(modifiers: KeyModifiers) -> String {
    let named: [(KeyModifiers, &str); 6] = [
        (KeyModifiers::CONTROL, "Ctrl-"),
        (KeyModifiers::ALT, "Alt-"),
        (KeyModifiers::SHIFT, "Shift-"),
        (KeyModifiers::SUPER, "Super-"),
        (KeyModifiers::HYPER, "Hyper-"),
        (KeyModifiers::META, "Meta-"),
    ];
    named.iter().filter(|(modifier, _)| modifiers.contains(*modifier)).map(|(_, name)| *name).collect()
}

/// What pieces that come at once mean, and what is left when nothing more comes.
fn meant<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
    let mut input = Input::new();
    let mut events: Vec<Event> = pieces.into_iter().flat_map(|piece| input.take(piece, Duration::ZERO)).collect();
    events.extend(input.expire(LATER));
    assert_eq!(input.deadline(), None);
    events.iter().map(said).collect()
}

#[test]
fn every_key_of_every_terminal_is_what_is_printed_on_it() {
    let mut wrong = Vec::new();
    for terminal in TERMINALS {
        for (bytes, expected) in keys(terminal) {
            let meant = meant([&bytes[..]]).join(" ");
            if meant != expected {
                wrong.push(format!("{terminal} {}: {expected} came as {meant:?}", bytes.escape_ascii()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_key_is_the_same_in_whatever_pieces_it_comes() {
    for terminal in TERMINALS {
        for (bytes, expected) in keys(terminal) {
            assert_eq!(meant(bytes.chunks(1)).join(" "), expected, "{terminal} {}", bytes.escape_ascii());
            for at in 1..bytes.len() {
                let (first, second) = bytes.split_at(at);
                assert_eq!(meant([first, second]).join(" "), expected, "{terminal} {}", bytes.escape_ascii());
            }
        }
    }
}

#[test]
fn no_answer_becomes_a_key_wherever_it_is_torn() {
    // Keys with every kind of end and beginning: what stands next to an answer must not stick to it.
    let around: [(&[u8], &str); 6] = [
        (b"a", "a"),
        (b"\x1b", "Esc"),
        ("é".as_bytes(), "é"),
        (b"\x1b[A", "Up"),
        (b"\x1bx", "Alt-x"),
        (b"\x03", "Ctrl-c"),
    ];
    assert!(REPLIES.len() >= 60);
    for (name, reply) in REPLIES.iter() {
        for (before, key_before) in around {
            for (after, key_after) in around {
                let all = [before, reply, after].concat();
                for at in before.len()..=before.len() + reply.len() {
                    let (first, second) = all.split_at(at);
                    assert_eq!(meant([first, second]), [key_before, key_after], "{name} torn at {at}");
                }
                assert_eq!(meant(all.chunks(1)), [key_before, key_after], "{name}");
            }
        }
    }
}

#[test]
fn an_answer_of_which_the_rest_is_late_or_never_comes_leaves_nothing() {
    for (name, reply) in REPLIES.iter() {
        // An ESC, or an introducer, alone cannot be told from a key.
        for at in 3..reply.len() {
            let mut input = Input::new();
            assert_eq!(input.take(&reply[..at], Duration::ZERO), [], "{name}");
            assert_eq!(input.expire(Duration::from_millis(499)), [], "{name}: still waited for");
            let mut late = input.take(&reply[at..], Duration::from_millis(499));
            late.extend(input.take(b"a", Duration::from_millis(500)));
            assert_eq!(late.iter().map(said).collect::<Vec<_>>(), ["a"], "{name}: late by half a second");

            let mut input = Input::new();
            input.take(&reply[..at], Duration::ZERO);
            assert_eq!(input.expire(Duration::from_millis(500)), [], "{name}: dropped");
            let next = input.take(b"a", Duration::from_millis(501));
            assert_eq!(next.iter().map(said).collect::<Vec<_>>(), ["a"], "{name}");
        }
    }
}

/// Keys, answers and pastes one after another, and what they mean together.
fn stream() -> impl Strategy<Value = (Vec<u8>, Vec<String>)> {
    let keys: Vec<(Vec<u8>, String)> = TERMINALS
        .into_iter()
        .flat_map(keys)
        // Esc, and Alt with what introduces a sequence, are told from what follows by time.
        .filter(|(bytes, _)| !matches!(bytes[..], [0x1b] | [0x1b, b'[' | b'O' | b']' | b'P']))
        .collect();
    let replies: Vec<(Vec<u8>, String)> = REPLIES.iter().map(|(_, bytes)| (bytes.clone(), String::new())).collect();
    let paste = "[a-z\r\u{1b}\\[0-2~é日]{0,30}"
        .prop_filter("no end inside", |text| !text.contains("\u{1b}[201~"))
        .prop_map(|text| ([b"\x1b[200~", text.as_bytes(), b"\x1b[201~"].concat(), said(&Event::Paste(text.clone()))));
    let one = prop_oneof![
        4 => prop::sample::select(keys),
        3 => prop::sample::select(replies),
        1 => paste,
    ];
    prop::collection::vec(one, 0..40).prop_map(|parts| {
        let bytes = parts.iter().flat_map(|(bytes, _)| bytes.clone()).collect();
        (bytes, parts.into_iter().map(|(_, said)| said).filter(|said| !said.is_empty()).collect())
    })
}

proptest! {
    #[test]
    fn whatever_a_terminal_sends_in_whatever_pieces_is_told_apart(
        (bytes, expected) in stream(),
        lengths in prop::collection::vec(1usize..12, 1..20),
    ) {
        let mut pieces = Vec::new();
        let mut rest = &bytes[..];
        for length in lengths.iter().cycle() {
            if rest.is_empty() {
                break;
            }
            let (piece, behind) = rest.split_at((*length).min(rest.len()));
            pieces.push(piece);
            rest = behind;
        }
        prop_assert_eq!(meant(pieces), expected);
    }
}
