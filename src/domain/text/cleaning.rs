//! The one pass that makes text safe.

use unicode_segmentation::UnicodeSegmentation as _;

use super::characters::{
    self, BLACK_FLAG, FLAG_TAGS, JOINER, KEYCAP, Kind, is_keycap_base, is_pictographic, is_skin_tone, is_zero_width,
};
use super::{escapes, fitting::width};

/// More marks than this on one character write over the lines above and below it.
pub(super) const MARKS: usize = 8;
/// More than any emoji sequence has; longer chains are drawn as wide as terminals please.
const EMOJI_JOINERS: usize = 5;
/// More characters than any grapheme of any language has. Hangul initials, conjuncts and prefixed signs chain without
/// an end, and what draws a grapheme puts all of it into one cell.
const GRAPHEME: usize = 32;
const TAB: usize = 4;

const BREAK_MARK: char = '⏎';
const ESCAPE_MARK: char = '␛';
const REPLACEMENT: char = '\u{FFFD}';
const DOTTED_CIRCLE: char = '◌';

/// What becomes of line breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Breaks {
    /// A visible mark each.
    Marked,
    /// `\n` each.
    Kept,
}

/// The clean text, and how many hidden characters were dropped.
pub(super) fn clean(raw: &str, breaks: Breaks) -> (String, usize) {
    if printable(raw.as_bytes()) == raw.len() {
        return (raw.to_owned(), 0);
    }
    let mut cleaner = Cleaner::new(raw.len(), breaks);
    let mut rest = raw;
    while let Some(character) = rest.chars().next() {
        let run = printable(rest.as_bytes());
        let taken = if run > 0 {
            cleaner.printable(&rest[..run]);
            run
        } else {
            cleaner.step(character, rest)
        };
        rest = &rest[taken..];
    }
    cleaner.finish()
}

/// Length of the printable ASCII at the start.
fn printable(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| !matches!(byte, b' '..=b'~')).unwrap_or(bytes.len())
}

/// Everything that depends on neighbours is decided on what has been written, never on what was read, so that the
/// result is its own result.
struct Cleaner {
    out: String,
    hidden: usize,
    breaks: Breaks,
    /// The last character written; `None` at the start of the text and of a line.
    previous: Option<char>,
    /// A joiner or selector that waits for the character after it.
    pending: Option<char>,
    /// Zero-width characters since the last one with a width.
    marks: usize,
    /// Whether what was written last is an emoji that could be joined to another, and how many joiners led to it.
    emoji: bool,
    emoji_joiners: usize,
    /// Whether a break mark waits for its space.
    space_owed: bool,
    /// Whether a zero-width space was forgiven since the last character written.
    word_space: bool,
    /// Columns up to byte `measured` of `out`, for tabs.
    column: usize,
    measured: usize,
    /// Characters beyond ASCII in a row, and the most there were. A grapheme holds at most one from ASCII, hence a long
    /// one at least one long row.
    row: usize,
    longest_row: usize,
}

impl Cleaner {
    fn new(capacity: usize, breaks: Breaks) -> Cleaner {
        Cleaner {
            out: String::with_capacity(capacity),
            hidden: 0,
            breaks,
            previous: None,
            pending: None,
            marks: 0,
            emoji: false,
            emoji_joiners: 0,
            space_owed: false,
            word_space: false,
            column: 0,
            measured: 0,
            row: 0,
            longest_row: 0,
        }
    }

    /// Takes the character at the start of `rest`, with what belongs to it; the bytes taken.
    fn step(&mut self, character: char, rest: &str) -> usize {
        let length = character.len_utf8();
        match character {
            '\r' if rest[length..].starts_with('\n') => {
                self.line_break();
                return length + 1;
            }
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => self.line_break(),
            '\u{B}' | '\u{C}' if self.breaks == Breaks::Marked => self.line_break(),
            '\t' => self.tab(),
            '\u{1B}' | '\u{80}'..='\u{9F}' => {
                if let Some(sequence) = escapes::length(rest) {
                    self.visible(ESCAPE_MARK);
                    return sequence;
                }
                self.visible(REPLACEMENT);
            }
            '\0'..='\u{1F}' => self.visible(picture(character)),
            '\u{7F}' => self.visible('␡'),
            BLACK_FLAG => {
                self.visible(character);
                if let Some(tags) = FLAG_TAGS.into_iter().find(|tags| rest[length..].starts_with(tags)) {
                    tags.chars().for_each(|tag| self.put(tag));
                    self.emoji = false;
                    return length + tags.len();
                }
            }
            _ => self.by_kind(character),
        }
        length
    }

    fn by_kind(&mut self, character: char) {
        match characters::kind(character) {
            Kind::Visible => self.visible(character),
            Kind::Hidden => self.hidden += 1,
            Kind::WordSpace => {
                let forgiven = !self.word_space && self.previous.is_some_and(characters::parts_words_invisibly);
                self.word_space |= forgiven;
                self.hidden += usize::from(!forgiven);
            }
            Kind::Joiner => self.joiner(character),
            Kind::Selector => self.selector(character),
            Kind::Noncharacter => self.visible(REPLACEMENT),
        }
    }

    /// Writes ASCII that needs nothing done.
    fn printable(&mut self, run: &str) {
        let first = run.chars().next();
        self.pay_space(first);
        self.settle(first);
        self.out.push_str(run);
        self.previous = run.chars().next_back();
        self.marks = 0;
        self.emoji = false;
        self.word_space = false;
        self.row = 0;
    }

    fn visible(&mut self, character: char) {
        if is_zero_width(character) {
            if self.marks == MARKS {
                return;
            }
            if self.previous.is_none() && !characters::stands_alone(character) {
                // Without a base it would be drawn on whatever the program itself drew to the left.
                self.write(DOTTED_CIRCLE);
                self.marks = 0;
            }
            self.pay_space(Some(character));
            self.write(character);
            self.marks += 1;
        } else {
            self.pay_space(Some(character));
            self.write(character);
            self.marks = 0;
        }
    }

    fn write(&mut self, character: char) {
        self.settle(Some(character));
        if is_pictographic(character) {
            if self.previous != Some(JOINER) {
                self.emoji_joiners = 0;
            }
            self.emoji = true;
        } else {
            self.emoji = self.emoji && is_skin_tone(character);
        }
        self.put(character);
    }

    fn put(&mut self, character: char) {
        self.out.push(character);
        self.previous = Some(character);
        self.word_space = false;
        self.row = if character.is_ascii() { 0 } else { self.row + 1 };
        self.longest_row = self.longest_row.max(self.row);
    }

    fn joiner(&mut self, joiner: char) {
        if self.pending.is_some() || self.previous.is_none() {
            self.hidden += 1;
        } else {
            self.pending = Some(joiner);
        }
    }

    fn selector(&mut self, selector: char) {
        match self.previous {
            _ if self.pending.is_some() => self.hidden += 1,
            Some(base) if characters::selector_belongs(base, selector) => self.put(selector),
            Some(base) if is_keycap_base(base) && selector == '\u{FE0F}' => {
                self.pending = Some(selector);
            }
            _ => self.hidden += 1,
        }
    }

    /// Decides on what waits, now that the next character written is known.
    fn settle(&mut self, next: Option<char>) {
        let (Some(waiting), Some(previous)) = (self.pending.take(), self.previous) else {
            return;
        };
        let joins_emoji =
            waiting == JOINER && self.emoji && self.emoji_joiners < EMOJI_JOINERS && next.is_some_and(is_pictographic);
        let belongs = if waiting == '\u{FE0F}' {
            next == Some(KEYCAP)
        } else {
            joins_emoji || characters::joiner_belongs(previous, waiting, next)
        };
        if belongs {
            self.emoji_joiners += usize::from(joins_emoji);
            self.put(waiting);
        } else {
            self.hidden += 1;
        }
    }

    fn line_break(&mut self) {
        match self.breaks {
            Breaks::Marked => {
                self.settle(Some(BREAK_MARK));
                if !self.out.is_empty() && !self.out.ends_with(' ') {
                    self.put(' ');
                }
                self.space_owed = false;
                self.visible(BREAK_MARK);
                self.space_owed = true;
            }
            Breaks::Kept => {
                self.settle(None);
                self.put('\n');
                self.previous = None;
                self.emoji = false;
                self.marks = 0;
                self.column = 0;
                self.measured = self.out.len();
            }
        }
    }

    /// Sets a break mark apart from `next`.
    fn pay_space(&mut self, next: Option<char>) {
        if std::mem::take(&mut self.space_owed) && next != Some(' ') {
            self.put(' ');
        }
    }

    fn tab(&mut self) {
        match self.breaks {
            Breaks::Marked => self.visible(' '),
            Breaks::Kept => {
                self.settle(Some(' '));
                self.column += width(&self.out[self.measured..]);
                let columns = TAB - self.column % TAB;
                for _ in 0..columns {
                    self.visible(' ');
                }
                self.column += columns;
                self.measured = self.out.len();
            }
        }
    }

    fn finish(mut self) -> (String, usize) {
        self.settle(None);
        let out = if self.longest_row >= GRAPHEME / 2 { cut_graphemes(self.out) } else { self.out };
        (out, self.hidden)
    }
}

/// Replaces what a grapheme has beyond [`GRAPHEME`] characters by one mark, which starts a new grapheme.
fn cut_graphemes(text: String) -> String {
    let endless = |grapheme: &str| grapheme.len() > GRAPHEME && grapheme.chars().nth(GRAPHEME).is_some();
    if !text.graphemes(true).any(endless) {
        return text;
    }
    let mut cut = String::with_capacity(text.len());
    for grapheme in text.graphemes(true) {
        if endless(grapheme) {
            let kept: String = grapheme.chars().take(GRAPHEME).collect();
            // A joiner or a tag at the end has lost the neighbour that made it belong.
            cut.push_str(kept.trim_end_matches(is_zero_width));
            cut.push(REPLACEMENT);
        } else {
            cut.push_str(grapheme);
        }
    }
    cut
}

/// The control picture of a C0 control.
fn picture(control: char) -> char {
    char::from_u32(0x2400 + u32::from(control)).unwrap_or(REPLACEMENT)
}
