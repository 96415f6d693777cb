//! The bytes of a terminal cut into whole units, by ECMA-48 and where keyboards left it.

use std::time::Duration;

/// Bytes of a control sequence that are kept; a longer one is dropped whole.
pub(super) const MOST_HELD: usize = 64;
/// Bytes of a paste that are kept; what comes beyond is dropped up to the paste's end.
pub(super) const MOST_PASTED: usize = 1 << 20;

/// After this without a further byte, ESC was the Esc key.
const LONE_ESCAPE: Duration = Duration::from_millis(50);
/// After this without a further byte, what was begun is not ended any more.
const TORN: Duration = Duration::from_millis(500);
/// The same for a paste. Long, because the rest of a paste that comes after all would be keys: a slow line may stall for
/// several retransmissions.
const TORN_PASTE: Duration = Duration::from_secs(5);

const ESCAPE: u8 = 0x1b;
const PASTE_END: &[u8] = b"\x1b[201~";

/// One whole thing that a terminal sent.
///
/// `alt` is ESC before a key that is whole without it. `escaped` is an ESC before a sequence: Alt where the sequence is a
/// key (rxvt, `PuTTY`, iTerm2), and the Esc key where it is anything else.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unit<'a> {
    /// The Esc key.
    Escape,
    /// A character of C0, or DEL.
    Control { byte: u8, alt: bool },
    /// Any other character. U+FFFD stands for bytes that are no UTF-8: whoever types in another encoding sees that it
    /// went wrong, instead of missing letters.
    Letter { letter: char, alt: bool },
    /// `ESC O` and one more character, before which some old terminals put a number.
    Keypad { number: &'a [u8], last: u8, escaped: bool },
    /// `CSI`: everything between it and its last byte, and that.
    Sequence { body: &'a [u8], last: u8, escaped: bool },
    /// `CSI [`, by which the Linux console and its kin say function keys.
    Console { number: &'a [u8], last: u8, escaped: bool },
    /// The three bytes behind `CSI M`.
    Mouse([u8; 3]),
    /// A bracketed paste, its bytes as they are but for what is no UTF-8.
    Paste(String),
}

/// What the bytes so far have begun.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum State {
    #[default]
    Nothing,
    /// A character of several bytes.
    Letter { alt: bool },
    /// ESC, or two.
    Escape { twice: bool },
    /// `ESC O`.
    Keypad { escaped: bool },
    /// `CSI`, that is `ESC [`: its one-byte form is no UTF-8 and therefore not known here.
    Sequence { escaped: bool },
    /// `CSI [`.
    Console { escaped: bool },
    /// `CSI M`.
    Mouse,
    /// A string: OSC, DCS, APC, PM or SOS. No terminal says a key in one, so nothing of it is kept. `bare`: nothing but
    /// its beginning came; `ending`: ESC, perhaps of ST.
    Text { introducer: u8, bare: bool, ending: bool },
    /// A bracketed paste, and how many bytes of its end.
    Paste { matched: usize },
}

/// Bytes that wait for the rest of their unit.
#[derive(Debug)]
struct Held {
    bytes: [u8; MOST_HELD],
    /// How many there were; more than fit is too many.
    count: usize,
}

impl Held {
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.count) {
            *place = byte;
        }
        self.count = (self.count + 1).min(MOST_HELD + 1);
    }

    /// `None`: too many.
    fn all(&self) -> Option<&[u8]> {
        self.bytes.get(..self.count)
    }

    /// A number and nothing else.
    fn is_number(&self) -> bool {
        self.all().is_some_and(|bytes| !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit))
    }
}

/// Where units go.
type Sink<'a> = &'a mut dyn FnMut(Unit<'_>);

/// Cuts bytes into units; what is not whole waits inside.
#[derive(Debug)]
pub(super) struct Framer {
    state: State,
    held: Held,
    pasted: Vec<u8>,
    /// Of the paste, not everything was kept.
    cut: bool,
}

impl Default for Framer {
    fn default() -> Self {
        let held = Held { bytes: [0; MOST_HELD], count: 0 };
        Self { state: State::default(), held, pasted: Vec::new(), cut: false }
    }
}

impl Framer {
    /// Takes bytes in and gives the units that are whole with them.
    pub(super) fn take(&mut self, bytes: &[u8], sink: Sink<'_>) {
        let mut rest = bytes;
        while let Some((&byte, behind)) = rest.split_first() {
            rest = behind;
            if matches!(self.state, State::Paste { matched: 0 }) && byte != ESCAPE {
                // A paste is long: up to what could be its end, in one go.
                let plain = behind.iter().position(|byte| *byte == ESCAPE).unwrap_or(behind.len());
                self.keep(&[byte]);
                self.keep(&behind[..plain]);
                rest = &behind[plain..];
            } else if !self.continue_with(byte, sink) {
                self.begin_with(byte, sink);
            }
        }
    }

    /// How long to wait for the next byte; `None` where nothing waits for one.
    pub(super) const fn patience(&self) -> Option<Duration> {
        match self.state {
            State::Nothing => None,
            State::Escape { .. } => Some(LONE_ESCAPE),
            State::Paste { .. } => Some(TORN_PASTE),
            State::Letter { .. }
            | State::Keypad { .. }
            | State::Sequence { .. }
            | State::Console { .. }
            | State::Mouse
            | State::Text { .. } => Some(TORN),
        }
    }

    /// Waits no longer for the rest of what was begun. What can stand alone does; a torn sequence is dropped.
    pub(super) fn give_up(&mut self, sink: Sink<'_>) {
        match std::mem::take(&mut self.state) {
            State::Nothing | State::Mouse => {}
            State::Letter { alt } => {
                escape_if(alt, sink);
                sink(Unit::Letter { letter: char::REPLACEMENT_CHARACTER, alt: false });
            }
            State::Escape { twice } => {
                escape_if(twice, sink);
                sink(Unit::Escape);
            }
            State::Keypad { escaped } => self.drop_begun('O', escaped, sink),
            State::Sequence { escaped } => self.drop_begun('[', escaped, sink),
            State::Console { escaped } => escape_if(escaped, sink),
            State::Text { introducer, bare, ending } => {
                if bare {
                    sink(Unit::Letter { letter: char::from(introducer), alt: true });
                    escape_if(ending, sink);
                }
            }
            // The bytes that look like the beginning of the end are taken for it.
            State::Paste { .. } => self.end_paste(sink),
        }
    }

    /// A sequence of which nothing but the beginning came was a key with Alt.
    fn drop_begun(&self, introducer: char, escaped: bool, sink: Sink<'_>) {
        escape_if(escaped, sink);
        if self.held.count == 0 {
            sink(Unit::Letter { letter: introducer, alt: true });
        }
    }

    /// A byte where nothing is begun.
    fn begin_with(&mut self, byte: u8, sink: Sink<'_>) {
        if byte == ESCAPE {
            self.state = State::Escape { twice: false };
        } else {
            self.key(byte, false, sink);
        }
    }

    /// A byte that is a key, or begins a character.
    fn key(&mut self, byte: u8, alt: bool, sink: Sink<'_>) {
        self.state = State::Nothing;
        match byte {
            0..0x20 | 0x7f => sink(Unit::Control { byte, alt }),
            0x20..0x7f => sink(Unit::Letter { letter: char::from(byte), alt }),
            0x80.. => {
                self.start(State::Letter { alt });
                self.letter(byte, alt, sink);
            }
        }
    }

    fn start(&mut self, state: State) {
        self.held.count = 0;
        self.state = state;
    }

    /// A byte behind others; false where it does not belong to them. Then nothing is begun any more.
    fn continue_with(&mut self, byte: u8, sink: Sink<'_>) -> bool {
        match self.state {
            State::Nothing => return false,
            State::Letter { alt } => return self.letter(byte, alt, sink),
            State::Escape { twice } => self.behind_escape(byte, twice, sink),
            State::Keypad { escaped } | State::Sequence { escaped } | State::Console { escaped } => {
                return self.sequence(byte, escaped, sink);
            }
            State::Mouse => return self.mouse(byte, sink),
            State::Text { ending: true, .. } if byte == b'\\' => self.state = State::Nothing,
            State::Text { introducer, bare, ending: true } => {
                // It was the ESC of something new, which ends a string as well.
                if bare {
                    sink(Unit::Letter { letter: char::from(introducer), alt: true });
                }
                self.behind_escape(byte, false, sink);
            }
            State::Text { introducer, bare, ending: false } => match byte {
                ESCAPE => self.state = State::Text { introducer, bare, ending: true },
                // BEL ends, CAN and SUB cancel.
                0x07 | 0x18 | 0x1a => self.state = State::Nothing,
                0x08..=0x0d | 0x20.. => self.state = State::Text { introducer, bare: false, ending: false },
                // Not in a string: Ctrl-C and the like always come through.
                _ => {
                    self.give_up(sink);
                    return false;
                }
            },
            State::Paste { matched } => self.paste(byte, matched, sink),
        }
        true
    }

    fn letter(&mut self, byte: u8, alt: bool, sink: Sink<'_>) -> bool {
        self.held.push(byte);
        let bytes = self.held.all().unwrap_or_default();
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                for letter in text.chars() {
                    sink(Unit::Letter { letter, alt });
                }
            }
            Err(error) => match error.error_len() {
                None => return true,
                Some(wrong) => {
                    // Without the last byte they were no more than a beginning, so only that can be left over.
                    let left_over = wrong < bytes.len();
                    self.give_up(sink);
                    return !left_over;
                }
            },
        }
        self.state = State::Nothing;
        true
    }

    fn behind_escape(&mut self, byte: u8, twice: bool, sink: Sink<'_>) {
        match byte {
            ESCAPE => {
                escape_if(twice, sink);
                self.state = State::Escape { twice: true };
            }
            b'[' => self.start(State::Sequence { escaped: twice }),
            b'O' => self.start(State::Keypad { escaped: twice }),
            b']' | b'P' | b'_' | b'^' | b'X' => {
                escape_if(twice, sink);
                self.state = State::Text { introducer: byte, bare: true, ending: false };
            }
            // `ESC N` is SS2 in the standard, which no keyboard and no answer uses: Alt-N.
            _ => {
                escape_if(twice, sink);
                self.key(byte, true, sink);
            }
        }
    }

    fn sequence(&mut self, byte: u8, escaped: bool, sink: Sink<'_>) -> bool {
        let bare = self.held.count == 0;
        let control = matches!(self.state, State::Sequence { .. });
        match byte {
            b'[' if control && bare => self.state = State::Console { escaped },
            b'M' if control && bare => {
                escape_if(escaped, sink);
                self.state = State::Mouse;
            }
            // Of rxvt, for Shift, and against the standard. What a terminal answers has two numbers before it.
            b'$' if control && self.held.is_number() => self.end_sequence(byte, escaped, sink),
            0x30..=0x3f => self.held.push(byte),
            0x20..=0x2f if control => self.held.push(byte),
            0x20..=0x7e => self.end_sequence(byte, escaped, sink),
            // No terminal puts these inside: a key pressed after a sequence that was torn.
            0..=0x1f | 0x7f.. => {
                self.give_up(sink);
                return false;
            }
        }
        true
    }

    fn end_sequence(&mut self, last: u8, escaped: bool, sink: Sink<'_>) {
        let state = std::mem::take(&mut self.state);
        let Some(body) = self.held.all() else { return escape_if(escaped, sink) };
        match state {
            State::Keypad { .. } => sink(Unit::Keypad { number: body, last, escaped }),
            State::Console { .. } => sink(Unit::Console { number: body, last, escaped }),
            _ if body == b"200" && last == b'~' => {
                escape_if(escaped, sink);
                self.cut = false;
                self.state = State::Paste { matched: 0 };
            }
            _ => sink(Unit::Sequence { body, last, escaped }),
        }
    }

    fn mouse(&mut self, byte: u8, sink: Sink<'_>) -> bool {
        if byte < 0x20 {
            self.give_up(sink);
            return false;
        }
        self.held.push(byte);
        if let Some(&[button, column, row]) = self.held.all() {
            self.state = State::Nothing;
            sink(Unit::Mouse([button, column, row]));
        }
        true
    }

    fn paste(&mut self, byte: u8, matched: usize, sink: Sink<'_>) {
        if PASTE_END.get(matched) == Some(&byte) {
            self.state = State::Paste { matched: matched + 1 };
            if matched + 1 == PASTE_END.len() {
                self.end_paste(sink);
            }
            return;
        }
        // ESC only begins the mark, so a new one can begin no sooner than here.
        self.keep(&PASTE_END[..matched]);
        let again = byte == ESCAPE;
        self.state = State::Paste { matched: usize::from(again) };
        if !again {
            self.keep(&[byte]);
        }
    }

    /// Keeps bytes of a paste while there is room; it never takes more memory than that.
    fn keep(&mut self, bytes: &[u8]) {
        let kept = self.pasted.len();
        let some = &bytes[..bytes.len().min(MOST_PASTED - kept)];
        self.cut |= some.len() < bytes.len();
        if self.pasted.capacity() - kept < some.len() {
            let capacity = (2 * self.pasted.capacity()).clamp(kept + some.len(), MOST_PASTED);
            self.pasted.reserve_exact(capacity - kept);
        }
        self.pasted.extend_from_slice(some);
    }

    fn end_paste(&mut self, sink: Sink<'_>) {
        self.state = State::Nothing;
        let bytes = std::mem::take(&mut self.pasted);
        let mut text =
            String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        if self.cut && text.ends_with(char::REPLACEMENT_CHARACTER) {
            // Most likely a character cut in two.
            text.pop();
        }
        // What stands for a wrong byte is longer than it.
        text.truncate(text.floor_char_boundary(MOST_PASTED));
        sink(Unit::Paste(text));
    }

    #[cfg(test)]
    pub(super) fn grown(&self) -> usize {
        self.pasted.capacity()
    }
}

fn escape_if(pressed: bool, sink: Sink<'_>) {
    if pressed {
        sink(Unit::Escape);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The units in words; what is not whole behind `|`, as giving up finds it.
    fn units(bytes: &[u8]) -> String {
        let mut framer = Framer::default();
        let (mut words, mut given_up) = (Vec::new(), Vec::new());
        framer.take(bytes, &mut |unit| words.push(said(unit)));
        assert_eq!(framer.patience().is_none(), framer.state == State::Nothing);
        framer.give_up(&mut |unit| given_up.push(said(unit)));
        assert_eq!(framer.state, State::Nothing);
        if given_up.is_empty() { words.join(" ") } else { format!("{} | {}", words.join(" "), given_up.join(" ")) }
    }

    fn said(unit: Unit<'_>) -> String {
        let alt = |alt: bool| if alt { "alt " } else { "" };
        let escaped = |escaped: bool| if escaped { "esc+" } else { "" };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match unit {
            Unit::Escape => "esc".into(),
            Unit::Control { byte, alt: held } => format!("{}^{byte:02x}", alt(held)),
            Unit::Letter { letter, alt: held } => format!("{}{letter}", alt(held)),
            Unit::Keypad { number, last, escaped: before } => {
                format!("{}ss3({}{})", escaped(before), text(number), char::from(last))
            }
            Unit::Sequence { body, last, escaped: before } => {
                format!("{}csi({}{})", escaped(before), text(body), char::from(last))
            }
            Unit::Console { number, last, escaped: before } => {
                format!("{}console({}{})", escaped(before), text(number), char::from(last))
            }
            Unit::Mouse(bytes) => format!("mouse{bytes:?}"),
            Unit::Paste(pasted) => format!("paste{pasted:?}"),
        }
    }

    #[test]
    fn bytes_are_cut_where_the_standard_says() {
        for (bytes, expected) in [
            (&b"a\r\x7f"[..], "a ^0d ^7f"),
            ("né日🦀".as_bytes(), "n é 日 🦀"),
            (b"\x1ba\x1b\r\x1b\xc3\xa9\x1bN", "alt a alt ^0d alt é alt N"),
            (b"\x1b[A\x1b[1;5A\x1b[?2026;2$y", "csi(A) csi(1;5A) csi(?2026;2$y)"),
            (b"\x1bOP\x1bO5P\x1bOa", "ss3(P) ss3(5P) ss3(a)"),
            (b"\x1b[[A\x1b[[5~x", "console(A) console(5~) x"),
            (b"\x1b[M !\"x", "mouse[32, 33, 34] x"),
            (b"\x1b[M\xff\xfe\xfdx", "mouse[255, 254, 253] x"),
            (b"\x1b]10;rgb:0/0/0\x07x\x1bP>|foot\x1b\\y", "x y"),
            (b"\x1b_Gi=1;OK\x1b\\\x1b^p\x1b\\\x1bXs\x1b\\z", "z"),
            ("\x1b]l\u{9c}titel ä\x1b\\z".as_bytes(), "z"),
            (b"\x1b[3$\x1b[3^\x1b[3@\x1b[4;2$y", "csi(3$) csi(3^) csi(3@) csi(4;2$y)"),
        ] {
            assert_eq!(units(bytes), expected, "{:?}", bytes.escape_ascii().to_string());
        }
    }

    #[test]
    fn an_escape_before_a_sequence_stays_with_it() {
        for (bytes, expected) in [
            (&b"\x1b\x1b[A"[..], "esc+csi(A)"),
            (b"\x1b\x1bOA", "esc+ss3(A)"),
            (b"\x1b\x1b\x1b[A", "esc esc+csi(A)"),
            (b"\x1b\x1ba", "esc alt a"),
            (b"\x1b\x1b]0;t\x07", "esc"),
            (b"\x1b\x1b[200~x\x1b[201~", "esc paste\"x\""),
            (b"\x1b\x1b[M   ", "esc mouse[32, 32, 32]"),
        ] {
            assert_eq!(units(bytes), expected, "{:?}", bytes.escape_ascii().to_string());
        }
    }

    #[test]
    fn what_is_torn_is_dropped_and_what_can_stand_alone_stands() {
        for (bytes, expected) in [
            (&b"\x1b"[..], " | esc"),
            (b"\x1b\x1b", " | esc esc"),
            (b"\x1b[", " | alt ["),
            (b"\x1bO", " | alt O"),
            (b"\x1b]", " | alt ]"),
            (b"\x1bP", " | alt P"),
            (b"\x1b]\x1b", " | alt ] esc"),
            (b"\x1b]1\x1b", ""),
            (b"\x1b[1;", ""),
            (b"\x1b[M a", ""),
            (b"\x1b[[", ""),
            (b"\x1b]52;c;AAAA", ""),
            (b"\xe6\x97", " | \u{fffd}"),
            (b"\x1b\xe6\x97", " | esc \u{fffd}"),
            (b"\x1b[200~abc\x1b[20", " | paste\"abc\""),
        ] {
            assert_eq!(units(bytes), expected, "{:?}", bytes.escape_ascii().to_string());
        }
    }

    #[test]
    fn a_key_breaks_off_what_it_cannot_belong_to() {
        for (bytes, expected) in [
            (&b"\x1b[1;\x03"[..], "^03"),
            (b"\x1b[1;\x1b[A", "csi(A)"),
            (b"\x1b[\r", "alt [ ^0d"),
            (b"\x1b[1\xc3\xa9", "é"),
            (b"\x1b[1\x7f", "^7f"),
            (b"\x1b[M \x1b[A", "csi(A)"),
            (b"\x1b]10;\x03x", "^03 x"),
            (b"\x1b]10;\x1b[Ax", "csi(A) x"),
            (b"\x1b]\x1b[Ax", "alt ] csi(A) x"),
            (b"\x1bP1$r\x18x", "x"),
            (b"\xe6\x97a", "\u{fffd} a"),
            (b"\xff\xc3(", "\u{fffd} \u{fffd} ("),
            (b"\x9b?62c", "\u{fffd} ? 6 2 c"),
        ] {
            assert_eq!(units(bytes), expected, "{:?}", bytes.escape_ascii().to_string());
        }
    }

    #[test]
    fn wrong_utf8_is_replaced_as_everywhere_in_rust() {
        for bytes in [&b"\xf0\x80\x80\x80"[..], b"\xe2\x82", b"\xed\xa0\x80x", b"\xf4\x90\x80\x80", b"a\xc0\xafb\xf8"] {
            let units = units(bytes).replace([' ', '|'], "");
            assert_eq!(units, String::from_utf8_lossy(bytes), "{bytes:x?}");
        }
    }

    #[test]
    fn a_paste_is_one_unit_whatever_is_in_it() {
        for (inside, expected) in [
            (&b"a\r\nb\x1b[31mc"[..], "a\r\nb\u{1b}[31mc"),
            (b"\x1b[200~x", "\u{1b}[200~x"),
            (b"\x1b\x1b\x1b[201", "\u{1b}\u{1b}\u{1b}[201"),
            (b"\x1b[20\x1b[201x", "\u{1b}[20\u{1b}[201x"),
            (b"\x03\x07\x18\xff", "\u{3}\u{7}\u{18}\u{fffd}"),
            (b"", ""),
        ] {
            let bytes = [b"\x1b[200~", inside, b"\x1b[201~z"].concat();
            assert_eq!(units(&bytes), format!("paste{expected:?} z"));
        }
        assert_eq!(units(b"\x1b[201~z"), "csi(201~) z", "an end without a beginning means nothing");
    }

    #[test]
    fn what_is_too_long_is_dropped_up_to_its_end() {
        let fits = [&b"\x1b["[..], &[b'1'; MOST_HELD], b"A"].concat();
        assert_eq!(units(&fits), format!("csi({}A)", "1".repeat(MOST_HELD)));
        let long = [&b"\x1b\x1b["[..], &[b'1'; MOST_HELD + 1], b"Ax"].concat();
        assert_eq!(units(&long), "esc x");
        let endless = [&b"\x1b["[..], &[b';'; 5000], b"Ax"].concat();
        assert_eq!(units(&endless), "x");
        let text = [&b"\x1b]52;c;"[..], &vec![b'A'; 500_000], b"\x07x"].concat();
        assert_eq!(units(&text), "x");
    }

    #[test]
    fn of_a_paste_so_much_is_kept_as_fits() {
        let paste = |inside: &[u8]| {
            let mut framer = Framer::default();
            let mut pastes = Vec::new();
            let mut sink = |unit: Unit<'_>| {
                if let Unit::Paste(text) = unit {
                    pastes.push(text);
                }
            };
            let bytes = [b"\x1b[200~", inside, b"\x1b[201~"].concat();
            for piece in bytes.chunks(1000) {
                framer.take(piece, &mut sink);
            }
            assert_eq!(framer.grown(), 0, "nothing stays behind");
            assert_eq!(pastes.len(), 1);
            pastes.remove(0)
        };
        assert_eq!(paste(&vec![b'x'; MOST_PASTED]).len(), MOST_PASTED);
        assert_eq!(paste(&vec![b'x'; MOST_PASTED + 77]).len(), MOST_PASTED);
        // é is two bytes, and behind one x the last of them is cut.
        let cut = paste(&[b"x".to_vec(), "é".repeat(MOST_PASTED).into_bytes()].concat());
        assert_eq!(cut.len(), MOST_PASTED - 1);
        assert!(cut.ends_with('é'));
        // What stands for a wrong byte is three.
        assert!(paste(&vec![0xff; MOST_PASTED]).len() <= MOST_PASTED);
    }
}
