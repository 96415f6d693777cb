//! What the header of a mail says.

mod encoded;

use super::{
    charset,
    fields::{self, Fields, LONGEST_ID},
    guard::{MOST_HEADERS, fenced},
};
use crate::domain::{file::is_invisible, letter::Correspondent};
use mail_parser::{Address, HeaderName, HeaderValue, Message, MessageParser};

/// What the header of a mail says; each field as in [`crate::domain::letter::Letter`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// The Message-ID.
    pub message_id: Option<String>,
    /// What it says it answers.
    pub in_reply_to: Vec<String>,
    /// The thread it says it is in.
    pub references: Vec<String>,
    /// The Return-Path; `Some("")` is the empty one.
    pub return_path: Option<String>,
    /// Who wrote it: the people of every From field, so that a second, hidden one shows.
    pub from: Vec<Correspondent>,
    /// Who sent it for the writer.
    pub sender: Option<Correspondent>,
    /// Where answers are wanted.
    pub reply_to: Vec<Correspondent>,
    /// To whom.
    pub to: Vec<Correspondent>,
    /// Copies.
    pub cc: Vec<Correspondent>,
    /// Under which addresses it was delivered.
    pub delivered_to: Vec<String>,
    /// When, in seconds since 1970: Date, else the oldest Received.
    pub date: Option<i64>,
    /// The subject.
    pub subject: String,
    /// The values of Authentication-Results, topmost first.
    pub authentication: Vec<String>,
    /// How its body is to be read, as Content-Type says it, without blanks.
    pub form: String,
}

/// The most Message-IDs kept of References, and of In-Reply-To.
const MOST_IDS: usize = 200;
/// The most people kept of one field.
const MOST_PEOPLE: usize = 1_000;
/// The longest subject or name, in characters.
const LONGEST_LINE: usize = 2_000;
/// The most delivery addresses and Authentication-Results kept.
const MOST_MARKS: usize = 50;

/// Reads headers; making one costs more than using it.
#[derive(Debug)]
pub(super) struct HeadReader {
    heads: MessageParser,
    dates: MessageParser,
}

impl HeadReader {
    pub(super) fn new() -> Self {
        let heads = MessageParser::new()
            .default_header_ignore()
            .header_text(HeaderName::Subject)
            .header_address(HeaderName::From)
            .header_address(HeaderName::Sender)
            .header_address(HeaderName::ReplyTo)
            .header_address(HeaderName::To)
            .header_address(HeaderName::Cc)
            .header_id(HeaderName::ReturnPath)
            .header_id(HeaderName::MessageId)
            .header_id(HeaderName::InReplyTo)
            .header_id(HeaderName::References)
            .header_date(HeaderName::Date);
        let dates = MessageParser::new().default_header_ignore().header_received(HeaderName::Received);
        Self { heads, dates }
    }

    /// Reads a header (see [`readable`]), also as its bare fields.
    ///
    /// # Errors
    /// A sentence: no mail header, too many fields, or the parser gave up.
    pub(super) fn read(&self, header: &str) -> Result<(Head, Fields), String> {
        let count = fields::count(header.as_bytes());
        if count > MOST_HEADERS {
            return Err(format!("it has {count} header fields, and {MOST_HEADERS} are read at most"));
        }
        let fields = Fields::of(header);
        let message = fenced(|| self.heads.parse_headers(header.as_bytes()))?.ok_or(NO_HEADER)?;
        let mut head = fenced(|| head_of(&message, &fields, header))??;
        if head.subject.contains('\u{fffd}') || head.from.iter().any(|it| it.name.contains('\u{fffd}')) {
            let joined = encoded::joined(header);
            if let Ok(Some(message)) = fenced(|| self.heads.parse_headers(joined.as_bytes())) {
                head = fenced(|| head_of(&message, &fields, &joined))??;
            }
        }
        if head.date.is_none() {
            head.date = self.received(header.as_bytes());
        }
        Ok((head, fields))
    }

    /// When the oldest Received header was written.
    fn received(&self, header: &[u8]) -> Option<i64> {
        fenced(|| {
            let message = self.dates.parse_headers(header)?;
            let dates: Vec<_> = message.received_all().filter_map(|received| received.date).collect();
            dates.into_iter().rev().find(mail_parser::DateTime::is_valid).map(|date| date.to_timestamp())
        })
        .ok()?
    }
}

pub(super) const NO_HEADER: &str = "it has no mail header";

/// A header as UTF-8 that ends as headers have to: the parser drops a last field without a line end. Lines with raw bytes
/// of another charset are read as that of the body, which is where programs that write them take it from.
pub(super) fn readable(header: &[u8]) -> String {
    let mut whole = if let Ok(text) = std::str::from_utf8(header) {
        text.to_owned()
    } else {
        let named = charset::named_in_header(header);
        let lines = header.split(|byte| *byte == b'\n').map(|line| charset::decoded(line, named.as_deref()));
        lines.collect::<Vec<_>>().join("\n")
    };
    whole.push_str("\n\n");
    whole
}

fn head_of(message: &Message<'_>, fields: &Fields, raw: &str) -> Result<Head, String> {
    const KNOWN: [&str; 12] = [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "received",
        "return-path",
        "sender",
        "cc",
        "reply-to",
        "content-type",
        "mime-version",
    ];
    if !fields.names().any(|name| KNOWN.contains(&name)) {
        return Err(NO_HEADER.to_owned());
    }
    let every = |name: HeaderName<'_>| -> Vec<Correspondent> {
        let values = message.headers().iter().filter(|header| header.name == name);
        let mut all: Vec<_> =
            values.filter_map(|header| header.value.as_address()).flat_map(people).take(MOST_PEOPLE).collect();
        if all.is_empty() {
            // A quote that is never closed swallows the address, which still stands there.
            let raw = fields.all(&name.as_str().to_ascii_lowercase()).find_map(fields::address);
            all.extend(raw.map(|address| Correspondent { name: String::new(), address }));
        }
        all
    };
    let form = raw_header(message, &HeaderName::ContentType, raw);
    Ok(Head {
        message_id: ids(message.header(HeaderName::MessageId)).into_iter().find(|id| id.len() <= LONGEST_ID),
        in_reply_to: capped(ids(message.header(HeaderName::InReplyTo))),
        references: capped(ids(message.header(HeaderName::References))),
        return_path: return_path(fields),
        from: every(HeaderName::From),
        sender: every(HeaderName::Sender).into_iter().next(),
        reply_to: every(HeaderName::ReplyTo),
        to: every(HeaderName::To),
        cc: every(HeaderName::Cc),
        delivered_to: delivered_to(fields),
        date: message.date().filter(|date| date.is_valid()).map(mail_parser::DateTime::to_timestamp),
        subject: one_line(message.subject().unwrap_or_default()),
        authentication: fields.all("authentication-results").take(MOST_MARKS).map(str::to_owned).collect(),
        form: form.chars().filter(|letter| !letter.is_ascii_whitespace()).collect(),
    })
}

/// The bytes of a header, or of the last one where there are several.
fn raw_header<'a>(message: &Message<'_>, name: &HeaderName<'_>, raw: &'a str) -> &'a str {
    let header = message.headers().iter().rev().find(|header| header.name == *name);
    header.and_then(|it| raw.get(it.offset_start as usize..it.offset_end as usize)).unwrap_or_default()
}

/// The topmost Return-Path: that of the own server.
fn return_path(fields: &Fields) -> Option<String> {
    let value = fields.get("return-path")?.trim();
    if value.is_empty() || value.replace(' ', "").starts_with("<>") {
        return Some(String::new());
    }
    fields::address(value).or_else(|| fields::tidy(value))
}

fn delivered_to(fields: &Fields) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for name in ["delivered-to", "x-original-to", "envelope-to", "x-delivered-to", "x-envelope-to"] {
        for address in fields.all(name).flat_map(|value| value.split(',')).filter_map(fields::address) {
            if !all.contains(&address) && all.len() < MOST_MARKS {
                all.push(address);
            }
        }
    }
    all
}

fn ids(value: Option<&HeaderValue<'_>>) -> Vec<String> {
    let value = value.and_then(HeaderValue::as_text_list).unwrap_or_default();
    value.iter().map(|id| id.trim().to_owned()).filter(|id| !id.is_empty() && !id.contains(is_blank)).collect()
}

fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || letter.is_control()
}

/// The first names the thread, the last ones tie the mail to it; a header of a million names none better.
fn capped(mut ids: Vec<String>) -> Vec<String> {
    ids.retain(|id| id.len() <= LONGEST_ID);
    if ids.len() > MOST_IDS {
        ids.drain(1..=ids.len() - MOST_IDS);
    }
    ids
}

/// The people of an address field who have an address.
fn people(address: &Address<'_>) -> Vec<Correspondent> {
    let named = address.iter().take(MOST_PEOPLE).filter_map(|it| {
        let address = fields::tidy(it.address.as_deref()?)?;
        Some(Correspondent { name: plain_name(it.name.as_deref().unwrap_or_default()), address })
    });
    named.collect()
}

/// A name in one line, without characters that change what it looks like without being seen. (Joiners stay: some scripts
/// need them.)
fn plain_name(name: &str) -> String {
    let seen = |letter: &char| matches!(letter, '\u{200c}' | '\u{200d}') || !is_invisible(*letter);
    one_line(&name.chars().filter(seen).collect::<String>())
}

/// Text in one line, without control characters, of a bearable length.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split(is_blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => words[..end].to_owned(),
        None => words,
    }
}
