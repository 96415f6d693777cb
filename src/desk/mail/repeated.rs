//! Whether one text repeats a run of letters of another, whatever was done to blanks, case and marks on the way.

use std::collections::HashMap;

/// So many characters in a row, blanks and case aside, are a repetition and no accident.
pub(super) const REPEATED: usize = 40;

/// The letters of a text without what makes no difference: case, runs of blanks, invisible characters, the marks of quoting in
/// front of lines, and what programs make of quotation marks, dashes and dots while somebody types.
pub(super) fn plain(text: &str) -> Vec<char> {
    let mut plain = Vec::with_capacity(text.len());
    for line in text.lines() {
        let line = line.trim_start_matches(|letter: char| letter == '>' || letter.is_whitespace());
        for letter in line.chars().chain([' ']) {
            match letter {
                '!'..='_' | 'a'..='~' => plain.push(letter.to_ascii_lowercase()),
                _ if is_invisible(letter) => {}
                _ if letter.is_whitespace() || letter.is_control() => {
                    if plain.last().is_some_and(|last| *last != ' ') {
                        plain.push(' ');
                    }
                }
                '…' => plain.extend(['.', '.', '.']),
                _ => {
                    // A line that was broken where its writing knows no blanks.
                    if let [.., before, ' '] = plain[..]
                        && is_written_without_blanks(before)
                        && is_written_without_blanks(letter)
                    {
                        plain.pop();
                    }
                    plain.extend(typed(letter).to_lowercase());
                }
            }
        }
    }
    if plain.last() == Some(&' ') {
        plain.pop();
    }
    plain
}

/// A letter as a plain keyboard types it.
const fn typed(letter: char) -> char {
    match letter {
        '‘' | '’' | '‚' | '‛' | '‹' | '›' | '´' | '`' | '′' | '\u{2bc}' => '\'',
        '“' | '”' | '„' | '‟' | '«' | '»' | '″' => '"',
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => '-',
        // Full-width forms.
        '\u{ff01}'..='\u{ff5e}' => match char::from_u32(letter as u32 - 0xfee0) {
            Some(narrow) => narrow,
            None => letter,
        },
        _ => letter,
    }
}

/// Whether nothing of it is seen: soft hyphens, joiners, marks of direction, variants, tags, blanks without width.
const fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Chinese, Japanese, Thai, Lao, Burmese, Khmer.
const fn is_written_without_blanks(letter: char) -> bool {
    matches!(
        letter,
        '\u{e00}'..='\u{eff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17ff}'
            | '\u{2e80}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{ff65}'..='\u{ff9f}'
            | '\u{20000}'..='\u{3ffff}'
    )
}

/// Every run of [`REPEATED`] letters of a reply, by its hash.
pub(super) struct Windows<'a> {
    written: &'a [char],
    places: HashMap<u64, usize>,
    /// A bit for each hash, so that most others need not be looked for: files are long.
    bits: Vec<u64>,
}

impl<'a> Windows<'a> {
    pub(super) fn of(written: &'a [char]) -> Self {
        let mut places = HashMap::with_capacity(written.len());
        let mut bits = vec![0; (written.len() / 8).next_power_of_two()];
        each_window(written, |place, hash| {
            places.entry(hash).or_insert(place);
            let (word, bit) = bit(&bits, hash);
            bits[word] |= bit;
            true
        });
        Self { written, places, bits }
    }

    /// The first place in another text that repeats the reply.
    pub(super) fn first(&self, other: &[char]) -> Option<usize> {
        let mut found = None;
        each_window(other, |place, hash| {
            if self.holds(other, place, hash) {
                found = Some(place);
            }
            found.is_none()
        });
        found
    }

    /// Whether there is nothing that could be repeated.
    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The first run that another text has too: its place here, and the run.
    pub(super) fn shared(&self, other: &[char]) -> Option<(usize, String)> {
        let at = self.first(other)?;
        let run = &other[at..at + REPEATED];
        let mut place = None;
        each_window(run, |_, hash| {
            place = self.places.get(&hash).copied();
            false
        });
        Some((place?, run.iter().collect()))
    }

    /// What another text repeats of the reply does not count.
    pub(super) fn forget(&mut self, other: &[char]) {
        let mut known = Vec::new();
        each_window(other, |place, hash| {
            if self.holds(other, place, hash) {
                known.push(hash);
            }
            true
        });
        for hash in known {
            self.places.remove(&hash);
        }
    }

    fn holds(&self, other: &[char], place: usize, hash: u64) -> bool {
        let (word, bit) = bit(&self.bits, hash);
        self.bits[word] & bit != 0
            && self
                .places
                .get(&hash)
                .is_some_and(|own| self.written[*own..own + REPEATED] == other[place..place + REPEATED])
    }
}

/// Which bit of so many words, of which there are a power of two, stands for a hash.
fn bit(bits: &[u64], hash: u64) -> (usize, u64) {
    let word = usize::try_from(hash >> 6).unwrap_or_default() & (bits.len() - 1);
    (word, 1 << (hash & 63))
}

const PRIME: u64 = (1 << 61) - 1;
const BASE: u64 = 1_099_511_628_211;

/// Of two numbers below the prime; what it leaves over is cheap, since the prime is all ones.
fn times(one: u64, other: u64) -> u64 {
    let product = u128::from(one) * u128::from(other);
    let part = |part: u128| u64::try_from(part & u128::from(PRIME)).unwrap_or_default();
    over(part(product) + part(product >> 61))
}

/// What a number below twice the prime leaves over.
const fn over(sum: u64) -> u64 {
    if sum >= PRIME { sum - PRIME } else { sum }
}

/// Calls `each` with place and hash of every run of [`REPEATED`] letters, until it returns false.
fn each_window(text: &[char], mut each: impl FnMut(usize, u64) -> bool) {
    if text.len() < REPEATED {
        return;
    }
    let leading = (1..REPEATED).fold(1, |power, _| times(power, BASE));
    let next = |hash: u64, letter: char| over(times(hash, BASE) + u64::from(letter));
    let mut hash = text[..REPEATED].iter().fold(0, |hash, letter| next(hash, *letter));
    for place in 0..=text.len() - REPEATED {
        if place > 0 {
            let gone = times(u64::from(text[place - 1]), leading);
            hash = next(over(hash + PRIME - gone), text[place + REPEATED - 1]);
        }
        if !each(place, hash) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn repeated(reply: &str, secret: &str) -> bool {
        Windows::of(&plain(reply)).first(&plain(secret)).is_some()
    }

    const SECRET: &str = "The customer is behind with two invoices, be careful.";

    #[test]
    fn blanks_case_quoting_and_invisible_letters_make_no_difference() {
        for reply in [
            SECRET.to_uppercase(),
            format!("Hello\n> {}\nBye", SECRET.replace("two", "\n>   two")),
            SECRET.replace(' ', "\u{a0}  \t"),
            SECRET.replace("invoices", "in\u{200b}voi\u{ad}ces"),
            SECRET.replace("be", "b\u{2063}\u{fe0f}\u{e0041}e\u{202e}"),
            SECRET.chars().map(|it| if it == 'e' { 'ｅ' } else { it }).collect(),
        ] {
            assert!(repeated(&reply, SECRET), "{reply}");
        }
        assert!(!repeated("The customer is behind with two letters.", SECRET));
        assert!(!repeated("", SECRET) && !repeated(SECRET, ""));
    }

    #[test]
    fn what_programs_make_of_it_while_somebody_types_makes_no_difference() {
        const TYPED: &str = "He said \"it's off\" - twice... and we did not tell the customer - yet";
        let made = "He said “it’s off” – twice… and we did not tell the customer — yet";
        assert!(plain(TYPED) == plain(made));
        // Lines that were broken where the writing has no blanks, and where it has some.
        let chinese =
            "客户欠我们两张发票我们打算下周把他的帐户停掉请不要告诉他这件事情因为合同还没有结束他们还可以起诉我们";
        let broken: String = chinese
            .chars()
            .enumerate()
            .flat_map(|(at, it)| [it].into_iter().chain((at % 9 == 8).then_some('\n')))
            .collect();
        assert!(repeated(&format!("> {}", broken.replace('\n', "\n> ")), chinese));
        assert_eq!(plain("uns\nere"), plain("uns ere"));
        assert_ne!(plain("uns\nere"), plain("unsere"));
    }

    proptest! {
        #[test]
        fn forty_letters_are_found_wherever_they_stand_and_fewer_are_not(
            secret in "[a-z]{60,90}", before in "[0-9]{0,50}", after in "[0-9]{0,50}", from in 0_usize..20,
        ) {
            let reply = |length: usize| format!("{before}{}{after}", &secret[from..from + length]);
            prop_assert!(repeated(&reply(REPEATED), &secret));
            prop_assert!(!repeated(&reply(REPEATED - 1), &secret));
        }

        #[test]
        fn the_hash_that_rolls_is_the_hash_of_each_run(text in "[ab]{40,200}") {
            let letters = plain(&text);
            let mut rolled = Vec::new();
            each_window(&letters, |_, hash| {
                rolled.push(hash);
                true
            });
            let mut alone = Vec::new();
            for window in letters.windows(REPEATED) {
                each_window(window, |_, hash| {
                    alone.push(hash);
                    true
                });
            }
            prop_assert_eq!(rolled, alone);
        }
    }
}
