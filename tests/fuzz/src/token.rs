//! The target `token`: bytes as a reply token, and as the numbers that one is made of.

use deskline::{
    desk::token::{Bearer, LONGEST, address, read, write},
    domain::id::{AgentId, ConversationId, CustomerId},
};

/// The key that the seeds were made with.
const KEY: [u8; 32] = [42; 32];
const OTHER: [u8; 32] = [43; 32];

/// Reads the bytes as a token, then makes one of the numbers in them and changes it.
pub fn token(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    // A line each, so that a file may hold several.
    for line in text.lines() {
        only_what_was_written(line);
    }
    made_and_changed(bytes);
}

/// What is read was written, letter for letter; it is read in every letter case, and by no other desk.
fn only_what_was_written(text: &str) {
    assert_eq!(read(&OTHER, text), None, "{text}");
    let Some((conversation, bearer)) = read(&KEY, text) else { return };
    assert_eq!(write(&KEY, conversation, bearer), text.to_ascii_lowercase());
    assert_eq!(read(&KEY, &text.to_ascii_uppercase()), Some((conversation, bearer)));
}

fn made_and_changed(bytes: &[u8]) {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
    let number = |from: usize| {
        let wide = i64::from_le_bytes(std::array::from_fn(|at| byte(from + at)));
        // Small numbers too: they are what desks have.
        (wide >> (byte(from + 8) % 64) & i64::MAX).max(1)
    };
    let conversation = ConversationId(number(0));
    let bearer =
        if byte(18) & 1 == 0 { Bearer::Customer(CustomerId(number(9))) } else { Bearer::Agent(AgentId(number(9))) };
    let made = write(&KEY, conversation, bearer);
    assert!(made.len() <= LONGEST && made.bytes().all(|it| matches!(it, b'a'..=b'z' | b'2'..=b'7')), "{made}");
    assert_eq!(read(&KEY, &made), Some((conversation, bearer)));
    assert_eq!(read(&OTHER, &made), None);

    // Mail servers may change its letter case, each letter for itself.
    let mixed = made.bytes().enumerate().map(|(at, letter)| {
        let letter = char::from(letter);
        if byte(19 + at % 8) >> (at % 7) & 1 == 0 { letter } else { letter.to_ascii_uppercase() }
    });
    assert_eq!(read(&KEY, &mixed.collect::<String>()), Some((conversation, bearer)));

    let place = usize::from(byte(27)) % made.len();
    let other = char::from(byte(28));
    let (before, after) = (&made[..place], &made[place + 1..]);
    if !made[place..].starts_with(other.to_ascii_lowercase()) {
        assert_eq!(read(&KEY, &format!("{before}{other}{after}")), None, "one letter is another");
    }
    assert_eq!(read(&KEY, &format!("{before}{after}")), None, "one letter is missing");
    assert_eq!(read(&KEY, &format!("{before}{other}{}", &made[place..])), None, "one letter is too many");
    assert_eq!(read(&KEY, &format!("{made}{other}")), None, "one letter is behind it");

    let inside = address("support@acme.example", &made).expect("short enough");
    assert_eq!(inside, format!("support+{made}@acme.example"));
}
