//! Keys, pastes and mice out of the bytes that a terminal sends through a channel.
//!
//! The bytes are cut into whole units by ECMA-48 first (`frame`), and only a whole unit is given a meaning (`decode`). What
//! a terminal answers to a question is such a unit too, and one without a meaning here: it is dropped whole, known or
//! not, and can never reach a text as if somebody had typed it. What comes out are crossterm's events, as from the
//! terminal that the program was started on.

mod decode;
mod frame;
mod kitty;
mod mouse;
mod parameters;

use crossterm::event::Event;
use std::{fmt, time::Duration};

/// What one channel sent and is not whole yet. No clock and no threads: the time comes in.
///
/// Holds at most `frame::MOST_HELD` bytes, and of a paste at most `frame::MOST_PASTED` more.
#[derive(Default)]
pub struct Input {
    framer: frame::Framer,
    /// When something last arrived.
    last: Duration,
}

impl Input {
    /// For a channel on which nothing was sent yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the bytes mean, together with those before them. `now` is the time since any moment that stays the same.
    ///
    /// Time that passed does not end anything here: bytes that waited while their reader was busy still belong together.
    /// Only [`Self::expire`] does, for which nothing must be waiting.
    pub fn take(&mut self, bytes: &[u8], now: Duration) -> Vec<Event> {
        let mut events = Vec::new();
        if !bytes.is_empty() {
            self.last = now;
            self.framer.take(bytes, &mut |unit| decode::decode(unit, &mut events));
        }
        events
    }

    /// When what is not whole yet will have waited long enough, if nothing arrives until then; `None` where nothing
    /// waits.
    pub fn deadline(&self) -> Option<Duration> {
        self.framer.patience().map(|patience| self.last.saturating_add(patience))
    }

    /// What remains of what was not whole, if it waited long enough; to be asked where nothing more can be read at once.
    /// A lone ESC was the Esc key, a paste is delivered as far as it came, all else that was torn is dropped.
    pub fn expire(&mut self, now: Duration) -> Vec<Event> {
        let mut events = Vec::new();
        if self.deadline().is_some_and(|deadline| deadline <= now) {
            self.framer.give_up(&mut |unit| decode::decode(unit, &mut events));
        }
        events
    }

    /// Bytes of memory that grow with what is sent.
    #[cfg(test)]
    fn grown(&self) -> usize {
        self.framer.grown()
    }
}

/// Says nothing of what was typed or pasted: it may end in a log.
impl fmt::Debug for Input {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Input").field("deadline", &self.deadline()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
    use proptest::prelude::*;

    const LATER: Duration = Duration::from_hours(1);

    fn key(code: KeyCode) -> Event {
        Event::Key(code.into())
    }

    fn alt(letter: char) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(letter), KeyModifiers::ALT))
    }

    const fn milliseconds(number: u64) -> Duration {
        Duration::from_millis(number)
    }

    #[test]
    fn a_lone_escape_is_a_key_after_50_milliseconds() {
        let mut input = Input::new();
        assert_eq!(input.take(b"\x1b", milliseconds(1000)), []);
        assert_eq!(input.deadline(), Some(milliseconds(1050)));
        assert_eq!(input.expire(milliseconds(1049)), []);
        assert_eq!(input.expire(milliseconds(1050)), [key(KeyCode::Esc)]);
        assert_eq!(input.deadline(), None);
        assert_eq!(input.expire(LATER), [], "once");
        assert_eq!(input.take(b"a", LATER), [key(KeyCode::Char('a'))]);
    }

    #[test]
    fn bytes_that_waited_while_nobody_read_still_belong_together() {
        let mut input = Input::new();
        input.take(b"\x1b", milliseconds(0));
        assert_eq!(input.take(b"[A", milliseconds(900)), [key(KeyCode::Up)]);
    }

    #[test]
    fn every_byte_gives_the_rest_new_time() {
        let mut input = Input::new();
        input.take(b"\x1b[1", milliseconds(0));
        input.take(b";", milliseconds(400));
        input.take(b"", milliseconds(450));
        assert_eq!(input.deadline(), Some(milliseconds(900)), "nothing is no byte");
        assert_eq!(input.expire(milliseconds(899)), []);
        assert_eq!(
            input.take(b"5A", milliseconds(899)),
            [Event::Key(KeyEvent::new(KeyCode::Up, KeyModifiers::CONTROL))]
        );
    }

    #[test]
    fn an_introducer_alone_is_alt_with_its_letter() {
        let mut input = Input::new();
        input.take(b"\x1b[", milliseconds(0));
        assert_eq!(input.deadline(), Some(milliseconds(500)));
        assert_eq!(input.expire(milliseconds(500)), [alt('[')]);
    }

    #[test]
    fn a_paste_that_is_never_ended_is_delivered_when_nothing_more_comes() {
        let mut input = Input::new();
        input.take(b"\x1b[200~one", milliseconds(0));
        input.take(b" two", milliseconds(4999));
        assert_eq!(input.deadline(), Some(milliseconds(9999)));
        assert_eq!(input.expire(milliseconds(9998)), []);
        assert_eq!(input.expire(milliseconds(9999)), [Event::Paste("one two".into())]);
        assert_eq!(input.take(b"\x1b[201~a", LATER), [key(KeyCode::Char('a'))], "an end that comes after all");
    }

    #[test]
    fn nothing_typed_is_written_where_it_is_described() {
        let mut input = Input::new();
        input.take(b"\x1b[200~secret", milliseconds(0));
        assert_eq!(format!("{input:?}"), "Input { deadline: Some(5s), .. }");
    }

    /// Bytes in which sequences, strings and pastes begin, end and break off often.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            6 => prop::sample::select(&b"\x1b\x1b\x1b[]OPXN_^M<?>;:$~u0123456789ABRacmnt \\\x07\x18\r\x7f"[..])
                .prop_map(|byte| vec![byte]),
            2 => any::<u8>().prop_map(|byte| vec![byte]),
            1 => prop::sample::select(vec!["\x1b[200~", "\x1b[201~", "\x1b\\", "\x1b]52;", "é日🦀", "\x1b[<0;1;", "\x1b[M"])
                .prop_map(|text| text.as_bytes().to_vec()),
        ];
        prop::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
    }

    fn unsplit(bytes: &[u8]) -> Vec<Event> {
        Input::new().take(bytes, Duration::ZERO)
    }

    fn split(bytes: &[u8], lengths: &[usize]) -> Vec<Event> {
        let mut input = Input::new();
        let mut rest = bytes;
        let mut events = Vec::new();
        for length in lengths.iter().cycle() {
            let (piece, behind) = rest.split_at((*length).min(rest.len()));
            events.extend(input.take(piece, Duration::ZERO));
            rest = behind;
            if rest.is_empty() {
                break;
            }
        }
        events
    }

    /// Whatever came before, and whenever it stops: the next key is that key.
    fn assert_not_frozen(bytes: &[u8]) {
        let mut input = Input::new();
        input.take(bytes, Duration::ZERO);
        input.expire(LATER);
        assert_eq!(input.deadline(), None);
        assert_eq!(input.take(b"a", LATER), [key(KeyCode::Char('a'))], "{}", bytes.escape_ascii());
        assert_eq!(input.grown(), 0);
    }

    proptest! {
        #[test]
        fn any_bytes_mean_the_same_in_any_pieces(
            bytes in bytes(),
            lengths in prop::collection::vec(1usize..20, 1..10),
        ) {
            prop_assert_eq!(split(&bytes, &lengths), unsplit(&bytes));
        }

        #[test]
        fn after_any_bytes_a_key_is_a_key(bytes in bytes()) {
            assert_not_frozen(&bytes);
        }

        #[test]
        fn what_is_pasted_comes_as_it_was(
            text in "[ -~\r\n\t\u{1b}é日🦀]{0,200}",
            lengths in prop::collection::vec(1usize..20, 1..10),
        ) {
            prop_assume!(!text.contains("\u{1b}[201~"));
            let bytes = format!("\x1b[200~{text}\x1b[201~");
            prop_assert_eq!(split(bytes.as_bytes(), &lengths), [Event::Paste(text)]);
        }
    }

    /// Numbers that look random and are the same every time.
    struct Numbers(u64);

    impl Numbers {
        fn below(&mut self, limit: usize) -> usize {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(self.0 >> 33).unwrap() % limit
        }
    }

    fn hostile(numbers: &mut Numbers, length: usize) -> Vec<u8> {
        const PIECES: [&[u8]; 16] = [
            b"\x1b",
            b"\x1b[",
            b"\x1bO",
            b"\x1b]",
            b"\x1bP",
            b"\x1b_",
            b"\x1b[200~",
            b"\x1b[201~",
            b"\x1b[M",
            b"\x1b[[",
            b"\x1b\\",
            b"1;2",
            b"R",
            b"\xf0\x9f",
            b"\x07",
            b"~",
        ];
        let mut bytes = Vec::with_capacity(length + 8);
        while bytes.len() < length {
            match numbers.below(3) {
                0 => bytes.extend(PIECES[numbers.below(PIECES.len())]),
                1 => bytes.push(u8::try_from(numbers.below(256)).unwrap()),
                _ => bytes.push(u8::try_from(0x20 + numbers.below(0x5f)).unwrap()),
            }
        }
        bytes
    }

    #[test]
    fn twenty_thousand_hostile_streams_neither_freeze_nor_differ_by_their_pieces() {
        let mut numbers = Numbers(3);
        for _ in 0..20_000 {
            let length = numbers.below(120);
            let bytes = hostile(&mut numbers, length);
            assert_not_frozen(&bytes);
            let lengths = [1 + numbers.below(9), 1 + numbers.below(3), 1 + numbers.below(30)];
            assert_eq!(split(&bytes, &lengths), unsplit(&bytes), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_hundred_megabytes_of_whatever_take_no_more_than_a_paste() {
        let mut numbers = Numbers(7);
        let mut input = Input::new();
        let mut sent = 0;
        let mut pour = |input: &mut Input, bytes: &[u8]| {
            input.take(bytes, Duration::ZERO);
            assert!(input.grown() <= frame::MOST_PASTED, "{} after {sent}", input.grown());
            sent += bytes.len();
        };
        let random = hostile(&mut numbers, 200_000);
        pour(&mut input, &random);
        // Each kind of thing that has no end, for as long as it likes.
        for (begin, fill) in
            [(&b"\x1b["[..], b'1'), (b"\x1b]52;c;", b'A'), (b"\x1b[200~", 0xff), (b"\x03\x1b[200~", b'x')]
        {
            pour(&mut input, b"\x1b[201~\x1b\\\x03");
            pour(&mut input, begin);
            let megabytes = if begin.ends_with(b"~") { 49 } else { 1 };
            let filling = vec![fill; 65_536];
            for _ in 0..megabytes * 16 {
                pour(&mut input, &filling);
            }
        }
        assert!(sent > 100_000_000);
        input.expire(LATER);
        assert_eq!(input.take(b"a", LATER), [key(KeyCode::Char('a'))]);
        assert_eq!(input.grown(), 0);
    }
}
