//! Reply tokens: what stands in a mail's Reply-To, so that an answer finds its conversation, for one person and one only.
//!
//! A token is the lower-case base32 of a length byte, the conversation, the person and the first 12 bytes of an HMAC-SHA256
//! over them. It is no secret kept from its bearer and opens nothing by itself: whoever reads it asks access again.

use super::Outcome;
use crate::{
    domain::id::{AgentId, ConversationId, CustomerId},
    store::{Writing, secrets},
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// For whom a token was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bearer {
    /// A customer, who may answer in a customer conversation of theirs.
    Customer(CustomerId),
    /// An agent, who may write in its own audience.
    Agent(AgentId),
}

/// How many bytes of the HMAC a token holds: 96 bits.
const PROOF: usize = 12;

/// The longest token in letters: two numbers of 8 bytes, the byte before them, and the proof.
pub const LONGEST: usize = 47;

const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// What else the desk's key is used for never makes the same bytes.
const PURPOSE: &[u8] = b"deskline reply token 1";

/// The token of one person for one conversation: letters a–z and digits 2–7, at most [`LONGEST`] of them, always the same
/// for the same three.
pub fn write(key: &[u8; 32], conversation: ConversationId, bearer: Bearer) -> String {
    let (agent, person) = numbers(bearer);
    let (conversation, person) = (bytes(conversation.0), bytes(person));
    let mut token =
        vec![u8::from(agent) << 7 | u8::try_from(conversation.len() << 3 | (person.len() - 1)).unwrap_or_default()];
    token.extend_from_slice(&conversation);
    token.extend_from_slice(&person);
    let proof = sign(key, &token).finalize().into_bytes();
    token.extend_from_slice(&proof[..PROOF]);
    encode(&token)
}

/// For which conversation and person a token was made with this key, in whichever case it came back; `None` for everything
/// that [`write()`] did not make. How long it takes says nothing of the key.
pub fn read(key: &[u8; 32], token: &str) -> Option<(ConversationId, Bearer)> {
    if token.len() > LONGEST {
        return None;
    }
    let all = decode(token)?;
    let (said, proof) = all.split_at_checked(all.len().checked_sub(PROOF)?)?;
    sign(key, said).verify_truncated_left(proof).ok()?;
    let (head, numbers) = said.split_first()?;
    let (conversation, person) = numbers.split_at_checked(usize::from(head >> 3 & 0x0f))?;
    let (conversation, person) = (ConversationId(number(conversation)?), number(person)?);
    let bearer = if head >> 7 == 1 { Bearer::Agent(AgentId(person)) } else { Bearer::Customer(CustomerId(person)) };
    // Only one spelling counts, letter case aside.
    (write(key, conversation, bearer) == token.to_ascii_lowercase()).then_some((conversation, bearer))
}

/// The address that a token stands in: `support+TOKEN@acme.example`; `None` where that would be longer than mail servers take.
pub fn address(mailbox: &str, token: &str) -> Option<String> {
    let (name, host) = mailbox.rsplit_once('@')?;
    (name.len() + 1 + token.len() <= 64).then(|| format!("{name}+{token}@{host}"))
}

/// Letters and digits that nobody without the key can foresee, the same for the same row of the outbox and its time (in
/// milliseconds): for the part of a Message-ID before the `@`. Numbers of rows alone would come again after a backup was
/// brought back, and servers drop a mail whose Message-ID they know.
pub(super) fn message_id(key: &[u8; 32], (number, at): (i64, i64)) -> String {
    let mut mac = keyed(key);
    mac.update(b"deskline message id 2");
    mac.update(&number.to_be_bytes());
    mac.update(&at.to_be_bytes());
    encode(&mac.finalize().into_bytes()[..16])
}

/// The desk's own key, made on first use and kept in the desk's file.
pub(super) fn desk_key(writing: &Writing<'_>) -> Outcome<[u8; 32]> {
    const NAME: &str = "reply-token";
    if let Some(key) = secrets::get(writing, NAME)?.and_then(|kept| <[u8; 32]>::try_from(kept).ok()) {
        return Ok(key);
    }
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| {
        super::page::Denied::Failed(format!(
            "The system gives no random numbers ({error}); nothing was sent. Try again."
        ))
    })?;
    secrets::set(writing, NAME, &key)?;
    Ok(key)
}

const fn numbers(bearer: Bearer) -> (bool, i64) {
    match bearer {
        Bearer::Customer(customer) => (false, customer.0),
        Bearer::Agent(agent) => (true, agent.0),
    }
}

fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // Infallible for a key as long as this one, and any other.
    #[expect(clippy::expect_used, reason = "an HMAC takes keys of every length")]
    Hmac::new_from_slice(key).expect("a key of 32 bytes")
}

fn sign(key: &[u8; 32], said: &[u8]) -> Hmac<Sha256> {
    let mut mac = keyed(key);
    mac.update(PURPOSE);
    mac.update(said);
    mac
}

/// A number in as few bytes as it needs, at least one.
fn bytes(number: i64) -> Vec<u8> {
    let all = number.to_be_bytes();
    let zeros = all.iter().take(7).take_while(|byte| **byte == 0).count();
    all[zeros..].to_vec()
}

fn number(bytes: &[u8]) -> Option<i64> {
    if bytes.is_empty() || bytes.len() > 8 {
        return None;
    }
    let mut all = [0; 8];
    all[8 - bytes.len()..].copy_from_slice(bytes);
    Some(i64::from_be_bytes(all)).filter(|number| *number > 0)
}

fn encode(bytes: &[u8]) -> String {
    let (mut held, mut bits, mut text) = (0_u32, 0, String::with_capacity(bytes.len() * 8 / 5 + 1));
    for byte in bytes {
        held = (held << 8 | u32::from(*byte)) & 0xffff;
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(LETTERS[(held >> bits & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(LETTERS[(held << (5 - bits) & 31) as usize]));
    }
    text
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let (mut held, mut bits, mut all) = (0_u32, 0, Vec::with_capacity(text.len() * 5 / 8));
    for letter in text.bytes() {
        let value = match letter.to_ascii_lowercase() {
            letter @ b'a'..=b'z' => letter - b'a',
            digit @ b'2'..=b'7' => digit - b'2' + 26,
            _ => return None,
        };
        held = (held << 5 | u32::from(value)) & 0xffff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            all.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn bearer() -> impl Strategy<Value = Bearer> {
        (any::<bool>(), prop_oneof![1..500_i64, 1..i64::MAX]).prop_map(|(agent, number)| {
            if agent { Bearer::Agent(AgentId(number)) } else { Bearer::Customer(CustomerId(number)) }
        })
    }

    fn conversation() -> impl Strategy<Value = ConversationId> {
        prop_oneof![1..5_000_i64, 1..i64::MAX].prop_map(ConversationId)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_token_says_for_what_and_for_whom_it_was_made(key: [u8; 32], id in conversation(), who in bearer()) {
            let token = write(&key, id, who);
            prop_assert!(token.len() <= LONGEST);
            prop_assert!(token.bytes().all(|letter| LETTERS.contains(&letter)));
            prop_assert_eq!(read(&key, &token), Some((id, who)));
            prop_assert_eq!(read(&key, &token.to_uppercase()), Some((id, who)));
        }

        #[test]
        fn another_key_conversation_or_person_makes_another_token(
            key: [u8; 32], other: [u8; 32], id in conversation(), second in conversation(), who in bearer(), else_ in bearer(),
        ) {
            let token = write(&key, id, who);
            prop_assert!(key == other || read(&other, &token).is_none());
            prop_assert!(id == second || write(&key, second, who) != token);
            prop_assert!(who == else_ || write(&key, id, else_) != token);
            let (agent, number) = numbers(who);
            let twin = if agent { Bearer::Customer(CustomerId(number)) } else { Bearer::Agent(AgentId(number)) };
            prop_assert_ne!(write(&key, id, twin), token);
        }

        #[test]
        fn no_changed_added_or_missing_letter_is_read(
            key: [u8; 32], id in conversation(), who in bearer(), place: prop::sample::Index, letter in 0_usize..32,
        ) {
            let token = write(&key, id, who);
            let place = place.index(token.len());
            let letter = char::from(LETTERS[letter]);
            let mut changed: Vec<char> = token.chars().collect();
            changed[place] = letter;
            let changed: String = changed.into_iter().collect();
            prop_assert!(changed == token || read(&key, &changed).is_none());
            let added = format!("{}{letter}{}", &token[..place], &token[place..]);
            prop_assert!(read(&key, &added).is_none());
            let missing = format!("{}{}", &token[..place], &token[place + 1..]);
            prop_assert!(read(&key, &missing).is_none());
        }

        #[test]
        fn proofs_cannot_be_moved_to_other_numbers(key: [u8; 32], id in conversation(), who in bearer(), head: u8) {
            let mut all = decode(&write(&key, id, who)).unwrap();
            let old = all[0];
            all[0] = head;
            prop_assert!(old == head || read(&key, &encode(&all)).is_none());
        }

        #[test]
        fn nothing_else_is_read_and_nothing_panics(key: [u8; 32], text in "\\PC{0,60}", letters in "[a-z2-7]{0,60}") {
            prop_assert!(read(&key, &text).is_none());
            prop_assert!(read(&key, &letters).is_none());
        }
    }

    #[test]
    fn one_token_as_it_always_was() {
        // An answer to a mail of last year still has to be read.
        let token = write(&[7; 32], ConversationId(4_821), Bearer::Customer(CustomerId(12)));
        assert_eq!(token, "cajnkda2gsmxyvxzvdkdmev7c4");
    }

    #[test]
    fn the_spare_bits_of_the_last_letter_are_none() {
        let token = write(&[7; 32], ConversationId(4_821), Bearer::Customer(CustomerId(12)));
        let spellings = LETTERS.iter().filter(|letter| {
            let spelt = format!("{}{}", &token[..token.len() - 1], char::from(**letter));
            read(&[7; 32], &spelt).is_some()
        });
        assert_eq!(spellings.count(), 1);
    }
}
