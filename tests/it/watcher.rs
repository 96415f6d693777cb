//! Words.

use std::collections::BTreeSet;

/// How every such word begins; no other word does.
const BEGINS: &str = "zq";
/// Letters behind it.
const LETTERS: usize = 6;

/// The word of a number: short, so that no column is too narrow for it, and no part of another.
pub fn word(mut number: u64) -> String {
    let mut letters = [b'a'; LETTERS];
    for letter in letters.iter_mut().rev() {
        *letter += u8::try_from(number % 26).unwrap();
        number /= 26;
    }
    assert_eq!(number, 0, "so many words there are not");
    format!("{BEGINS}{}", String::from_utf8_lossy(&letters))
}

/// The whole words of this kind in a text; one that was cut is none.
pub fn words(text: &str) -> BTreeSet<&str> {
    let small = |letter: &u8| letter.is_ascii_lowercase();
    let found = text.match_indices(BEGINS).filter_map(|(at, _)| {
        let end = at + BEGINS.len() + LETTERS;
        let after = text.as_bytes().get(at + BEGINS.len()..end)?;
        after.iter().all(small).then(|| &text[at..end])
    });
    found.collect()
}

