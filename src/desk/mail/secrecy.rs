//! Replies that repeat what is for agents only: notes and internal messages of the conversation, of its item, of what it
//! follows up, and of its requester's other conversations.
//!
//! What the sender may read is asked back; what the sender may not read goes to the administrators without a word, since the
//! question itself would say that it is there.

use super::carried;
use crate::{
    desk::{Outcome, files::Files, page::Denied},
    domain::{
        conversation::{Audience, EntryKind, Facts},
        id::{AgentId, ConversationId},
        refusal::{Refusal, RefusalKind},
    },
    policy::access::Access,
    store::{
        Connection, conversations,
        internal::{self, Secret},
        merges,
    },
};
use std::collections::HashMap;

/// So many characters in a row, blanks and case aside, are a repetition and no accident.
const REPEATED: usize = 40;

/// How many characters of notes and internal messages are looked at, the newest first.
const LOOKED_AT: usize = 1 << 20;

/// How many conversations of an item are looked at, the newest first.
const CONVERSATIONS: usize = 200;

/// How many other conversations of the requester are, the newest first.
const OF_REQUESTER: usize = 20;

/// What was found in a reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::desk) enum Repeats {
    /// Nothing that is for agents only.
    Nothing,
    /// Words that the sender may not read: the administrators decide.
    Hidden,
}

/// A reply on its way to customers.
pub(in crate::desk) struct Leaving<'a> {
    /// What was written.
    pub text: &'a str,
    /// What goes with it.
    pub files: &'a Files<'a>,
}

/// A conversation in which something is for agents only.
pub(super) struct Place {
    pub conversation: ConversationId,
    /// Whether only its notes are, since it is one with customers.
    pub notes_only: bool,
    /// Whether the sender may read it.
    pub readable: bool,
}

/// Looks for words and files in a reply that are for agents only.
///
/// # Errors
/// To be confirmed: words that the sender may read (R1.4).
pub(in crate::desk) fn repeats(
    connection: &Connection,
    access: &Access,
    facts: &Facts,
    leaving: &Leaving<'_>,
    confirmed: bool,
) -> Outcome<Repeats> {
    let written = plain(leaving.text);
    let has_files = !leaving.files.described.is_empty();
    if facts.audience != Audience::Customer || (written.len() < REPEATED && !has_files) {
        return Ok(Repeats::Nothing);
    }
    let places = places(connection, access, facts)?;
    let carried = if has_files {
        carried::carries(connection, facts.id, &places, leaving.files, confirmed)?
    } else {
        Repeats::Nothing
    };
    let (readable, hidden) = secrets(connection, &places)?;
    if readable.is_empty() && hidden.is_empty() {
        return Ok(carried);
    }
    // What the customers were told already, or wrote themselves, is no secret.
    let all_said = internal::said_to_customers(connection, facts.id, LOOKED_AT)?;
    if has_files
        && !confirmed
        && let Some((secret, file, words)) = carried::repeated(&readable, &all_said, leaving.files)
    {
        return Err(confirm(&format!(
            "The file {} repeats {} by {} in #{}, entry {}: “… {words} …”. Customers would read it.",
            file.name,
            what(secret.kind),
            secret.name,
            secret.conversation,
            secret.seq
        )));
    }
    let mut windows = Windows::of(&written);
    for said in &all_said {
        windows.forget(&plain(said));
    }
    let mut found = None;
    for secret in &readable {
        let secret_text = plain(&secret.text);
        let at = windows.first(&secret_text);
        found = found.or(at.map(|at| (secret, secret_text[at..at + REPEATED].iter().collect::<String>())));
        windows.forget(&secret_text);
    }
    if let (Some((secret, words)), false) = (found, confirmed) {
        return Err(confirm(&format!(
            "This reply repeats {} by {} in #{}, entry {}: “… {words} …”. Customers would read it.",
            what(secret.kind),
            secret.name,
            secret.conversation,
            secret.seq
        )));
    }
    let held = carried == Repeats::Hidden
        || hidden.iter().any(|secret| windows.first(&plain(&secret.text)).is_some())
        || (has_files && carried::repeated(&hidden, &all_said, leaving.files).is_some());
    Ok(if held { Repeats::Hidden } else { Repeats::Nothing })
}

/// What has to be confirmed before customers get it (R1.4).
pub(super) fn confirm(found: &str) -> Denied {
    Refusal::new(RefusalKind::Confirm, "R1.4", format!("{found} Confirm to send it all the same.")).into()
}

/// What is repeated, in words.
pub(super) const fn what(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Note => "a note",
        EntryKind::Reply | EntryKind::System => "an internal message",
    }
}

/// The conversation, the others of its item, the one that it follows up, and the newest others of its requester.
fn places(connection: &Connection, access: &Access, facts: &Facts) -> Outcome<Vec<Place>> {
    let mut places = vec![Place { conversation: facts.id, notes_only: true, readable: true }];
    let mut others = Vec::new();
    if let Some(item) = facts.item {
        others.extend(conversations::of_item(connection, item)?.into_iter().take(CONVERSATIONS));
    }
    others.extend(facts.follow_up_to);
    if let Some(requester) = facts.requester {
        others.extend(conversations::of_customer(connection, requester, None)?.into_iter().rev().take(OF_REQUESTER));
    }
    for id in others {
        let id = merges::resolve(connection, id)?;
        if places.iter().any(|place| place.conversation == id) {
            continue;
        }
        let Some(other) = conversations::load_facts(connection, id)? else { continue };
        places.push(Place {
            conversation: id,
            notes_only: other.audience == Audience::Customer,
            readable: access.holds(&other) && !access.withheld(&other),
        });
    }
    Ok(places)
}

/// Notes and internal messages there: those that the sender may read, and the others.
fn secrets(connection: &Connection, places: &[Place]) -> Outcome<(Vec<Secret>, Vec<Secret>)> {
    let (mut readable, mut hidden) = (Vec::new(), Vec::new());
    let mut left = LOOKED_AT;
    for place in places {
        if left == 0 {
            break;
        }
        let found = if place.notes_only {
            internal::notes(connection, place.conversation, &mut left)?
        } else {
            internal::all_words(connection, place.conversation, &mut left)?
        };
        if place.readable { readable.extend(found) } else { hidden.extend(found) }
    }
    Ok((readable, hidden))
}

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

/// Whether a text for the customers of a conversation repeats what was mailed to an agent about other ones: an answer by mail
/// may quote what it answers, and what is folded on a screen is not all that is quoted.
pub(super) fn repeats_mailed(
    connection: &Connection,
    conversation: ConversationId,
    agent: AgentId,
    text: &str,
) -> Outcome<bool> {
    let written = plain(text);
    let facts = conversations::load_facts(connection, conversation)?;
    if written.len() < REPEATED || facts.is_none_or(|facts| facts.audience != Audience::Customer) {
        return Ok(false);
    }
    let mut windows = Windows::of(&written);
    for said in internal::said_to_customers(connection, conversation, LOOKED_AT)? {
        windows.forget(&plain(&said));
    }
    let mailed = internal::mailed_of_others(connection, agent, conversation, LOOKED_AT)?;
    Ok(mailed.iter().any(|mailed| windows.first(&plain(mailed)).is_some()))
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
    fn first(&self, other: &[char]) -> Option<usize> {
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
