//! Keys that let agents in, and the codes that let a new key in once.

use chrono::TimeDelta;
use std::{fmt, str::FromStr};

/// An OpenSSH public key as plain data. Reading OpenSSH's text and verifying signatures is for the door that speaks SSH.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// OpenSSH's name of the algorithm, "ssh-ed25519".
    pub algorithm: String,
    /// The key in base64, as in an `authorized_keys` file.
    pub blob: String,
    /// What people compare: "SHA256:" and 43 letters of base64.
    pub fingerprint: String,
    /// What its owner wrote beside it; may be empty, and is foreign text.
    pub comment: String,
}

/// What begins every fingerprint.
pub const FINGERPRINT_PREFIX: &str = "SHA256:";

/// How much of a fingerprint is enough to name a key, in letters after "SHA256:".
pub const FINGERPRINT_ENOUGH: usize = 12;

/// How long an invite's code can be used: a day, so that it can be sent in the evening and used the next morning.
pub const INVITE_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// The letters of an invite's code: no I, L, O and U, which are taken for others or make words.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// How many letters a code has; each carries five bits, so that all of them carry 100.
const LENGTH: usize = 20;

/// How many letters stand together.
const GROUP: usize = 5;

/// The secret of an invite, "7K3QF-01AZ9-…": whoever has it lets one new key in, once.
#[derive(Clone, PartialEq, Eq)]
pub struct InviteCode(String);

impl InviteCode {
    /// The code for bytes drawn at random; five bits of each are used.
    pub fn drawn(chance: [u8; LENGTH]) -> Self {
        Self(chance.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
    }

    /// Its letters without the hyphens: what is hashed and compared.
    pub fn letters(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InviteCode {
    /// As people copy it: four groups of five.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, letter) in self.0.chars().enumerate() {
            if place > 0 && place % GROUP == 0 {
                formatter.write_str("-")?;
            }
            write!(formatter, "{letter}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for InviteCode {
    /// Never the code itself: it would end up in a log.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("InviteCode(…)")
    }
}

impl FromStr for InviteCode {
    type Err = String;

    /// Reads a code as somebody typed it: in any case, with or without hyphens and spaces, O for 0, I and L for 1.
    ///
    /// # Errors
    /// A sentence that says what a code looks like; what was typed is not repeated.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut letters = String::new();
        for letter in text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-') {
            let letter = match letter.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            };
            if letters.len() == LENGTH || !u8::try_from(letter).is_ok_and(|byte| LETTERS.contains(&byte)) {
                return Err(unlike_a_code());
            }
            letters.push(letter);
        }
        if letters.len() == LENGTH { Ok(Self(letters)) } else { Err(unlike_a_code()) }
    }
}

fn unlike_a_code() -> String {
    "That is not an invite's code. It has four groups of five letters and digits.".to_owned()
}

/// What somebody typed to name a key: a whole fingerprint or its beginning, without "SHA256:".
///
/// # Errors
/// A sentence: too short, or no beginning of a fingerprint.
pub fn check_fingerprint(text: &str) -> Result<&str, String> {
    let trimmed = text.trim();
    let beginning = trimmed.strip_prefix(FINGERPRINT_PREFIX).unwrap_or(trimmed).trim_end_matches('=');
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"+/".contains(&byte);
    if beginning.len() < FINGERPRINT_ENOUGH || beginning.len() > 43 || !beginning.bytes().all(base64) {
        return Err(format!(
            "“{trimmed}” does not name a key. Give its fingerprint, or at least the first {FINGERPRINT_ENOUGH} letters of it after “{FINGERPRINT_PREFIX}”; “deskline key list” shows them."
        ));
    }
    Ok(beginning)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_code_is_read_back_however_it_is_typed() {
        let mut chance = [0; LENGTH];
        for (place, byte) in (0..).zip(chance.iter_mut()) {
            *byte = place * 13;
        }
        let code = InviteCode::drawn(chance);
        let shown = code.to_string();
        assert_eq!(shown, "0DT7M-1EV8N-2FW9P-3GXAQ");
        assert_eq!(shown.len(), 23);
        for typed in [
            shown.clone(),
            shown.to_lowercase(),
            shown.replace('-', ""),
            format!("  {} ", shown.replace('-', " ")),
            shown.replace('0', "o").replace('1', "l"),
            shown.replace('1', "I"),
        ] {
            assert_eq!(typed.parse::<InviteCode>().unwrap(), code, "{typed}");
        }
    }

    #[test]
    fn what_is_no_code_is_refused_without_repeating_it() {
        for typed in
            ["", "0DT7M", "0DT7M-1EV8N-2FW9P-3GXAQV", "0DT7M-1EV8N-2FW9P-3GXAU", "0DT7M-1EV8N-2FW9P-3GXAé", "\0"]
        {
            let told = typed.parse::<InviteCode>().unwrap_err();
            assert!(typed.is_empty() || !told.contains(typed), "{told}");
        }
    }

    #[test]
    fn every_letter_is_as_likely_as_any_other_and_none_is_taken_for_another() {
        let mut counts = [0; 128];
        for byte in 0..=u8::MAX {
            for letter in InviteCode::drawn([byte; LENGTH]).letters().bytes() {
                counts[usize::from(letter)] += 1;
            }
        }
        assert_eq!(counts.iter().filter(|count| **count > 0).count(), 32);
        assert!(counts.iter().all(|count| [0, 8 * LENGTH].contains(count)));
        for confusing in *b"ILOU" {
            assert_eq!(counts[usize::from(confusing)], 0);
        }
    }

    #[test]
    fn a_code_does_not_show_in_debug_output() {
        let code = InviteCode::drawn([9; LENGTH]);
        assert!(!format!("{code:?}").contains('9'));
    }

    #[test]
    fn a_key_is_named_by_twelve_letters_of_its_fingerprint_or_more() {
        assert_eq!(check_fingerprint("SHA256:abcdefghijkl").unwrap(), "abcdefghijkl");
        assert_eq!(check_fingerprint(" abcdefghijkl+/A ").unwrap(), "abcdefghijkl+/A");
        for wrong in
            ["", "SHA256:", "abcdefghijk", "SHA256:abcdefghijk%", "MD5:aa:bb:cc:dd:ee:ff:00", "\u{1b}[31mabcdefghijkl"]
        {
            assert!(check_fingerprint(wrong).is_err(), "{wrong}");
        }
    }
}
