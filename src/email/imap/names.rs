//! Names of folders as IMAP writes them: quoted, and what is not ASCII in a UTF-7 of its own (RFC 3501, 5.1.3).

use crate::email::trouble::said;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";

/// A name that a person wrote, as servers write it.
pub fn written(name: &str) -> String {
    let mut out = String::new();
    let mut foreign: Vec<u8> = Vec::new();
    for letter in name.chars() {
        if letter.is_ascii() && !letter.is_ascii_control() {
            shift(&mut out, &mut foreign);
            out.push(letter);
            if letter == '&' {
                out.push('-');
            }
        } else {
            let mut units = [0; 2];
            foreign.extend(letter.encode_utf16(&mut units).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    shift(&mut out, &mut foreign);
    out
}

fn shift(out: &mut String, foreign: &mut Vec<u8>) {
    if foreign.is_empty() {
        return;
    }
    out.push('&');
    for three in foreign.chunks(3) {
        let bits = three.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for place in 0..=three.len() {
            let digit = (bits >> (18 - 6 * place)) & 63;
            out.extend(DIGITS.get(digit as usize).map(|digit| char::from(*digit)));
        }
    }
    out.push('-');
    foreign.clear();
}

/// A name that a server wrote, as people write it; `None` where it is in no such writing.
pub fn read(written: &str) -> Option<String> {
    let mut out = String::new();
    let mut rest = written;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let (foreign, after) = after.split_once('-')?;
        rest = after;
        if foreign.is_empty() {
            out.push('&');
            continue;
        }
        let (mut bits, mut count, mut units) = (0_u32, 0, Vec::new());
        for letter in foreign.bytes() {
            let digit = DIGITS.iter().position(|digit| *digit == letter)?;
            bits = (bits << 6 | u32::try_from(digit).ok()?) & 0x003f_ffff;
            count += 6;
            if count >= 16 {
                count -= 16;
                units.push(u16::try_from(bits >> count & 0xffff).ok()?);
            }
        }
        out.push_str(&String::from_utf16(&units).ok()?);
    }
    out.push_str(rest);
    Some(out)
}

/// A name in quotation marks, as commands have it. What would end the command is left out.
pub fn quoted(name: &str) -> String {
    let mut out = String::from("\"");
    for letter in name.chars().filter(|letter| !matches!(letter, '\r' | '\n' | '\0')) {
        if matches!(letter, '"' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out.push('"');
    out
}

/// A name for people.
pub fn readable(name: &str) -> String {
    format!("“{}”", said(name, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_servers_do() {
        for (name, wire) in [
            ("Sent", "Sent"),
            ("Envoyés", "Envoy&AOk-s"),
            ("Gesendet & mehr", "Gesendet &- mehr"),
            // The example of RFC 3501.
            ("~peter/mail/台北/日本語", "~peter/mail/&U,BTFw-/&ZeVnLIqe-"),
            ("😀", "&2D3eAA-"),
        ] {
            assert_eq!(written(name), wire);
            assert_eq!(read(wire).as_deref(), Some(name));
        }
        for wrong in ["a&", "a&b", "&!-", "&2D0-"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert_eq!(quoted("a\"b\\c\r\nA1 LOGOUT"), "\"a\\\"b\\\\cA1 LOGOUT\"");
    }
}
