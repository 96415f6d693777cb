//! A reply's files against what is for agents only: the same file, or its words.

use super::{
    repeated::{Windows, plain},
    secrets::{Place, Repeats, confirm, what},
};
use crate::{
    desk::{Outcome, files::Files},
    domain::{
        id::ConversationId,
        letter::{Attached, AttachedNote},
    },
    policy::access::Access,
    store::{
        Connection,
        internal::{self, Secret},
    },
};

/// So many bytes of a file are looked at in one go, and so many of those before once more, so that nothing hides on the edge.
const STRETCH: usize = 1 << 20;
const AGAIN: usize = 4 << 10;

/// What a reply's files share with notes and internal messages.
///
/// # Errors
/// To be confirmed: what the sender may read (R1.4).
pub(super) fn carries(
    connection: &Connection,
    access: &Access,
    conversation: ConversationId,
    places: &[Place],
    files: &Files<'_>,
    confirmed: bool,
) -> Outcome<Repeats> {
    let mut found = Repeats::Nothing;
    for place in places {
        for secret in internal::files(connection, place.conversation, place.notes_only)? {
            let same = files.hashes().find(|(_, hash)| **hash == secret.hash);
            let Some((file, _)) = same else { continue };
            // As with words: a question that is asked once more would tell that what was agreed to is held.
            let with_held = place.readable && !access.everything();
            if internal::customers_have(connection, conversation, with_held, &secret.hash)? {
                continue;
            }
            match (place.readable, confirmed) {
                (false, _) => found = Repeats::Hidden,
                (true, true) => {}
                (true, false) => {
                    return Err(confirm(&format!(
                        "This reply attaches {}, which belongs to {} by {} in #{}, entry {}. Customers would get it.",
                        file.name,
                        what(secret.kind),
                        secret.name,
                        place.conversation,
                        secret.seq
                    )));
                }
            }
        }
    }
    // A whole mail, in whatever encoding, may be one of the desk's own to an agent: nobody looks into it here.
    if files.hashes().any(|(file, _)| file.note == Some(AttachedNote::Mail)) {
        found = Repeats::Hidden;
    }
    Ok(found)
}

/// The first of these secrets that a file repeats, with the file and the words; nothing of what is no secret any more.
pub(super) fn repeated<'a, 'b>(
    secrets: &'b [Secret],
    said: &[String],
    files: &Files<'a>,
) -> Option<(&'b Secret, &'a Attached, String)> {
    files.hashes().next()?;
    let mut all = Vec::new();
    let mut ends = Vec::new();
    for secret in secrets {
        all.extend(plain(&secret.text));
        all.push('\0');
        ends.push(all.len());
    }
    let mut windows = Windows::of(&all);
    for said in said {
        windows.forget(&plain(said));
    }
    if windows.is_empty() {
        return None;
    }
    files.hashes().find_map(|(file, _)| {
        let (at, words) = stretches(&file.content, |text| windows.shared(&plain(text)))?;
        let secret = secrets.get(ends.partition_point(|end| *end <= at))?;
        Some((secret, file, words))
    })
}

/// Reads a file as text, whatever it is, and gives what `look` finds in the first stretch where it finds something.
fn stretches<T>(content: &[u8], mut look: impl FnMut(&str) -> Option<T>) -> Option<T> {
    let wide: Option<fn([u8; 2]) -> u16> = match content {
        [0xff, 0xfe, ..] => Some(u16::from_le_bytes),
        [0xfe, 0xff, ..] => Some(u16::from_be_bytes),
        _ => None,
    };
    let utf8 = std::str::from_utf8(content).is_ok();
    let mut from = 0;
    loop {
        let to = content.len().min(from + STRETCH);
        let bytes = &content[from..to];
        let text: String = match wide {
            Some(unit) => {
                let units = bytes.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
                char::decode_utf16(units).map(|letter| letter.unwrap_or(' ')).collect()
            }
            None if utf8 => String::from_utf8_lossy(bytes).into_owned(),
            // Western European texts of old, and the words between the bytes of other files.
            None => bytes.iter().map(|byte| char::from(*byte)).collect(),
        };
        if let Some(found) = look(&text) {
            return Some(found);
        }
        if to == content.len() {
            return None;
        }
        from = to - AGAIN;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::{conversation::EntryKind, id::EntrySeq};

    const SECRET: &str = "The customer is behind with two invoices, be careful: überfällig.";

    fn file(content: Vec<u8>) -> Attached {
        Attached { name: "a.txt".into(), media_type: "text/plain".into(), content, note: None }
    }

    fn secret(text: &str) -> Secret {
        let (conversation, seq) = (ConversationId(1), EntrySeq(2));
        Secret { conversation, seq, kind: EntryKind::Note, name: "Ben".into(), text: text.into() }
    }

    fn finds(content: Vec<u8>) -> bool {
        let secrets = [secret("Something else altogether that nobody ever repeats anywhere."), secret(SECRET)];
        let files = [file(content)];
        let found = repeated(&secrets, &[], &Files::of(&files));
        assert!(found.as_ref().is_none_or(|(found, ..)| found.text == SECRET));
        found.is_some()
    }

    #[test]
    fn words_are_found_in_any_encoding_and_between_bytes() {
        assert!(finds(SECRET.into()));
        let wide = |to: fn(u16) -> [u8; 2]| SECRET.encode_utf16().flat_map(to).collect::<Vec<u8>>();
        assert!(finds([vec![0xff, 0xfe], wide(u16::to_le_bytes)].concat()));
        assert!(finds([vec![0xfe, 0xff], wide(u16::to_be_bytes)].concat()));
        let latin: Vec<u8> = SECRET.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap()).collect();
        assert!(finds([&[0, 159, 146, 150][..], &latin, &[0; 9]].concat()));
        assert!(!finds(SECRET[..39].into()) && !finds(Vec::new()));
    }

    #[test]
    fn words_on_the_edge_of_a_stretch_are_found() {
        for before in [STRETCH - 30, STRETCH - AGAIN, 2 * STRETCH - AGAIN - 20, 3 * STRETCH] {
            let filling = "x ".repeat(before / 2);
            assert!(finds(format!("{filling}{SECRET}{filling}").into()), "{before}");
        }
    }

    #[test]
    fn what_customers_were_told_is_no_secret_in_a_file_either() {
        let files = [file(SECRET.into())];
        assert!(repeated(&[secret(SECRET)], &[SECRET.to_owned()], &Files::of(&files)).is_none());
        assert!(repeated(&[], &[], &Files::of(&files)).is_none());
    }
}
