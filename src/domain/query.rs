//! What somebody typed into the search: words, phrases and `key:value` narrowings.

use super::{
    conversation::{Audience, Privacy, State},
    id::ConversationId,
    item::ItemKey,
};
use chrono::NaiveDate;

/// A search, understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Words and phrases that a message must hold, all of them.
    pub terms: Vec<Term>,
    /// What its conversation or writer must be, all of it.
    pub narrowings: Vec<Narrowing>,
}

/// A word or a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As typed, without quotes.
    pub text: String,
    /// Typed with a star at its end: a beginning of words.
    pub beginning: bool,
}

/// One narrowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Narrowing {
    /// Written by somebody whose name, handle or address holds this.
    From(String),
    /// In a conversation with a customer whose name or address holds this.
    To(String),
    /// In a group, by name.
    Group(String),
    /// Assigned to an agent, by handle; `none` for nobody.
    Assignee(String),
    /// In a state.
    State(State),
    /// Of a privacy.
    Privacy(Privacy),
    /// Of an audience.
    Audience(Audience),
    /// Not read by who looks.
    Unread,
    /// With an attachment.
    Attachment,
    /// Linked to an item.
    Item(ItemKey),
    /// Written before this day (UTC).
    Before(NaiveDate),
    /// Written on this day or after it (UTC).
    After(NaiveDate),
    /// In one conversation.
    Conversation(ConversationId),
}

/// Understands what was typed.
///
/// # Errors
/// A sentence that says what is wrong and how to write it.
pub fn parse(typed: &str) -> Result<Query, String> {
    let mut query = Query::default();
    for (word, quoted) in words(typed)? {
        if quoted {
            query.terms.push(Term { text: word, beginning: false });
        } else if let Some(narrowing) = narrowing(&word)? {
            query.narrowings.push(narrowing);
        } else {
            let beginning = word.len() > 1 && word.ends_with('*');
            query.terms.push(Term { text: word.trim_end_matches('*').to_owned(), beginning });
        }
    }
    query.terms.retain(|term| term.text.chars().any(char::is_alphanumeric));
    if query.terms.is_empty() && query.narrowings.is_empty() {
        return Err("Type a word to look for.".into());
    }
    Ok(query)
}

/// Splits at spaces outside quotes; a quote may also stand around a value: `from:"Mara Lindt"`.
fn words(typed: &str) -> Result<Vec<(String, bool)>, String> {
    let mut words = Vec::new();
    let (mut word, mut inside, mut quoted) = (String::new(), false, false);
    for letter in typed.chars() {
        match letter {
            '"' => {
                quoted |= word.is_empty() && !inside;
                inside = !inside;
            }
            _ if letter.is_whitespace() && !inside => {
                if !word.is_empty() {
                    words.push((std::mem::take(&mut word), quoted));
                }
                quoted = false;
            }
            _ => word.push(letter),
        }
    }
    if inside {
        return Err("A quotation mark is not closed. Write phrases as \"two words\".".into());
    }
    if !word.is_empty() {
        words.push((word, quoted));
    }
    Ok(words)
}

fn narrowing(word: &str) -> Result<Option<Narrowing>, String> {
    if let Some(digits) = word.strip_prefix('#')
        && !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        return word.parse().map(|id| Some(Narrowing::Conversation(id)));
    }
    let Some((key, value)) = word.split_once(':') else { return Ok(None) };
    let lower = key.to_ascii_lowercase();
    let known = ["from", "to", "group", "assignee", "is", "has", "item", "before", "after"];
    if !known.contains(&lower.as_str()) {
        return Ok(None);
    }
    if value.is_empty() {
        return Err(format!("“{key}:” needs a value behind it, such as {}.", example(&lower)));
    }
    let value = value.to_owned();
    Ok(Some(match lower.as_str() {
        "from" => Narrowing::From(value),
        "to" => Narrowing::To(value),
        "group" => Narrowing::Group(value),
        "assignee" => Narrowing::Assignee(value.trim_start_matches('@').to_owned()),
        "is" => is(&value)?,
        "item" => Narrowing::Item(value.parse()?),
        "before" => Narrowing::Before(day(&value)?),
        "after" => Narrowing::After(day(&value)?),
        _ if value == "attachment" => Narrowing::Attachment,
        _ => return Err(format!("“has:{value}” is not known. Write has:attachment.")),
    }))
}

fn is(value: &str) -> Result<Narrowing, String> {
    match value {
        "open" => Ok(Narrowing::State(State::Open)),
        "closed" => Ok(Narrowing::State(State::Closed)),
        "locked" => Ok(Narrowing::State(State::Locked)),
        "private" => Ok(Narrowing::Privacy(Privacy::Private)),
        "internal" => Ok(Narrowing::Audience(Audience::Internal)),
        "unread" => Ok(Narrowing::Unread),
        _ => Err(format!(
            "“is:{value}” is not known. There are is:open, is:closed, is:locked, is:private, is:internal and is:unread."
        )),
    }
}

fn day(value: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(value, "%Y-%m-%d").map_err(|_| format!("“{value}” is not a day. Write it as 2026-05-03."))
}

fn example(key: &str) -> &'static str {
    match key {
        "is" => "is:open",
        "has" => "has:attachment",
        "item" => "item:TK-102",
        "before" | "after" => "before:2026-05-03",
        "group" => "group:Support",
        _ => "from:ana",
    }
}

/// Whether a character is written without spaces between words, so that it is indexed in overlapping pairs.
pub fn is_paired(letter: char) -> bool {
    matches!(u32::from(letter),
        0x1100..=0x11FF | 0x2E80..=0x2FDF | 0x3005..=0x3007 | 0x3040..=0x30FF | 0x3130..=0x318F | 0x31A0..=0x31FF
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xA000..=0xA48F | 0xA960..=0xA97F | 0xAC00..=0xD7FF | 0xF900..=0xFAFF
        | 0xFF66..=0xFF9F | 0x1B000..=0x1B16F | 0x20000..=0x3FFFF)
}

/// A text as the index takes it: paired runs as overlapping pairs and their last character alone, everything else as it is.
pub fn index_text(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.chars().any(is_paired) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() * 2);
    let mut run: Vec<char> = Vec::new();
    for letter in text.chars() {
        if is_paired(letter) {
            run.push(letter);
        } else {
            pairs(&mut out, &mut run);
            out.push(letter);
        }
    }
    pairs(&mut out, &mut run);
    out.into()
}

fn pairs(out: &mut String, run: &mut Vec<char>) {
    for (place, letter) in run.iter().enumerate() {
        out.push(' ');
        out.push(*letter);
        out.extend(run.get(place + 1));
    }
    if !run.is_empty() {
        out.push(' ');
    }
    run.clear();
}

/// A term in the index's own query language: its parts one after the other, as a phrase.
pub fn match_term(term: &Term) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut letters = term.text.chars().peekable();
    while let Some(first) = letters.next() {
        let mut part = String::from(first);
        while let Some(next) = letters.next_if(|next| is_paired(*next) == is_paired(first)) {
            part.push(next);
        }
        parts.push(part);
    }
    let last = parts.len().saturating_sub(1);
    let phrases: Vec<String> = parts
        .iter()
        .enumerate()
        .filter(|(_, part)| part.chars().any(char::is_alphanumeric))
        .map(|(place, part)| {
            let run: Vec<char> = part.chars().collect();
            if run.first().is_some_and(|letter| is_paired(*letter)) {
                match run.len() {
                    1 => format!("\"{part}\" *"),
                    _ => format!(
                        "\"{}\"",
                        run.windows(2).map(|pair| pair.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
                    ),
                }
            } else {
                let star = if term.beginning && place == last { " *" } else { "" };
                format!("\"{}\"{star}", part.replace('"', " "))
            }
        })
        .collect();
    phrases.join(" AND ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn words_phrases_and_narrowings() {
        let query = parse("card \"new bank\" from:\"Mara Lindt\" is:open #4821 before:2026-05-03").unwrap();
        assert_eq!(query.terms.iter().map(|term| term.text.as_str()).collect::<Vec<_>>(), ["card", "new bank"]);
        assert_eq!(
            query.narrowings,
            [
                Narrowing::From("Mara Lindt".into()),
                Narrowing::State(State::Open),
                Narrowing::Conversation(ConversationId(4821)),
                Narrowing::Before(NaiveDate::from_ymd_opt(2026, 5, 3).unwrap()),
            ]
        );
        assert!(parse("is:loud").unwrap_err().contains("is:unread"));
        assert!(parse("\"open").is_err());
        assert!(parse("  ").is_err());
        assert!(parse("!!").is_err());
        assert_eq!(parse("http://x").unwrap().narrowings, []);
    }

    #[test]
    fn chinese_japanese_and_korean_come_in_pairs() {
        assert_eq!(index_text("你好吗 ok"), " 你好 好吗 吗  ok");
        let term = |text: &str| match_term(&Term { text: text.into(), beginning: false });
        assert_eq!(term("你好"), "\"你好\"");
        assert_eq!(term("你好吗"), "\"你好 好吗\"");
        assert_eq!(term("好"), "\"好\" *");
        assert_eq!(term("iPhone手机"), "\"iPhone\" AND \"手机\"");
        assert_eq!(term("say\"hi"), "\"say hi\"");
    }
}
