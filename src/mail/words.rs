//! What a mail says and what is attached to it, from its parts.

use super::{
    charset,
    flowed::unflowed,
    guard::{MOST_DECODED, rearmed},
    html,
};
use mail_parser::{
    Encoding, Message, MessageParser, MessagePart, MimeHeaders, PartType,
    decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode},
};

/// A part that is not the text itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Its type, in lower case.
    pub(super) media_type: String,
    /// Its name as written; may be empty.
    pub(super) name: String,
    /// Its bytes, decoded.
    pub(super) content: Vec<u8>,
}

/// The words of a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// The text.
    pub(super) text: String,
    /// The bytes of it at which the HTML it was made of says that earlier mail begins.
    pub(super) quoted_from: Vec<usize>,
}

/// A parsed mail together with its bytes as they came: those that the parser saw may be disarmed.
pub(super) struct Parsed<'a> {
    pub(super) message: &'a Message<'a>,
    pub(super) raw: &'a [u8],
}

impl Parsed<'_> {
    /// The words: the text parts in their order, HTML only where there is no plain text for it. A mail whose parts cannot be
    /// told apart (its boundary never comes) is shown as it stands.
    ///
    /// # Errors
    /// A sentence, where there is too much of it.
    pub(super) fn words(&self) -> Result<Words, String> {
        let broken = self.message.attachments().filter(|part| is_undivided(part));
        let plain = self.joined(self.message.text_bodies().chain(broken))?;
        if !plain.text.is_empty() && !is_excuse(&plain.text) {
            return Ok(plain);
        }
        let shown = self.joined(self.message.html_bodies())?;
        Ok(if shown.text.len() > plain.text.len() { shown } else { plain })
    }

    fn joined<'m>(&self, parts: impl Iterator<Item = &'m MessagePart<'m>>) -> Result<Words, String> {
        let mut whole = Words::default();
        for part in parts {
            let (text, marks) = match &part.body {
                _ if is_undivided(part) => (undivided(&self.plain(part)), Vec::new()),
                PartType::Text(_) => (self.plain(part), Vec::new()),
                PartType::Html(_) => {
                    let bytes = self.bytes(part);
                    let named = charset_of(part).or_else(|| charset::named_in_html(&bytes));
                    html::written(&charset::decoded(&bytes, named.as_deref()))
                }
                PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Message(_) | PartType::Multipart(_) => {
                    continue;
                }
            };
            let start = text.len() - text.trim_start_matches('\n').len();
            let text = text[start..].trim_end();
            if text.trim().is_empty() {
                continue;
            }
            if !whole.text.is_empty() {
                whole.text.push_str("\n\n");
            }
            let offset = whole.text.len();
            whole.quoted_from.extend(marks.into_iter().filter(|at| *at >= start).map(|at| at - start + offset));
            whole.text.push_str(text);
            if whole.text.len() > MOST_DECODED {
                return Err(too_much());
            }
        }
        Ok(whole)
    }

    fn plain(&self, part: &MessagePart<'_>) -> String {
        let text = charset::decoded(&self.bytes(part), charset_of(part).as_deref());
        let text = with_plain_line_ends(&text);
        let attribute = |name: &str| {
            part.content_type()
                .and_then(|it| it.attribute(name))
                .map(str::trim)
                .unwrap_or_default()
                .to_ascii_lowercase()
        };
        if attribute("format") == "flowed" { unflowed(&text, attribute("delsp") == "yes") } else { text }
    }

    /// The parts that are attached, in order; `text` is how many bytes of text there are beside them.
    ///
    /// # Errors
    /// A sentence, where there is too much of it all.
    pub(super) fn attachments(&self, text: usize) -> Result<Vec<Part>, String> {
        let mut all = Vec::new();
        let mut total = text;
        for part in self.message.attachments().filter(|part| !is_undivided(part)) {
            let content = self.bytes(part);
            total += content.len();
            if total > MOST_DECODED {
                return Err(too_much());
            }
            let name = match part.attachment_name().unwrap_or_default() {
                broken if broken.contains('\u{fffd}') => self.name_again(part).unwrap_or_else(|| broken.to_owned()),
                name => rearmed(name),
            };
            all.push(Part { media_type: media_type(part), name, content });
        }
        Ok(all)
    }

    /// The name of a part whose header holds raw bytes of another charset.
    fn name_again(&self, part: &MessagePart<'_>) -> Option<String> {
        let header = self.raw.get(part.offset_header as usize..part.offset_body as usize)?;
        let header = super::head::readable(header);
        let message =
            MessageParser::new().default_header_ignore().with_mime_headers().parse_headers(header.as_bytes())?;
        message.parts.first()?.attachment_name().map(str::to_owned)
    }

    /// The bytes of a part, decoded from the mail as it came.
    fn bytes(&self, part: &MessagePart<'_>) -> Vec<u8> {
        let raw = self.raw.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
        let decoded = match part.encoding {
            Encoding::Base64 => base64_decode(raw).or_else(|| lenient_base64(raw)),
            Encoding::QuotedPrintable => quoted_printable_decode(raw).or_else(|| Some(lenient_quoted_printable(raw))),
            Encoding::None => match part.content_transfer_encoding() {
                // What the parser could not decode is decoded as far as it goes.
                Some(named) if named.trim().eq_ignore_ascii_case("base64") => lenient_base64(raw),
                Some(named) if named.trim().eq_ignore_ascii_case("quoted-printable") => {
                    Some(lenient_quoted_printable(raw))
                }
                Some(_) | None => None,
            },
        };
        decoded.unwrap_or_else(|| raw.to_vec())
    }
}

fn too_much() -> String {
    format!("decoded it is longer than {} MiB, the most that is read", MOST_DECODED / 1024 / 1024)
}

/// Text whose lines end with `\n` alone, without NUL, which no store of text takes.
fn with_plain_line_ends(text: &str) -> String {
    let text = if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() };
    if text.contains('\0') { text.replace('\0', "") } else { text }
}

/// Broken Base64: what is none of its letters is passed over; `None` where it is none at all.
fn lenient_base64(raw: &[u8]) -> Option<Vec<u8>> {
    let value = |byte: u8| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    };
    let blank = raw.iter().filter(|byte| byte.is_ascii_whitespace() || **byte == b'=').count();
    let good = raw.iter().filter(|byte| value(**byte).is_some()).count();
    let spaced = raw.iter().filter(|byte| matches!(byte, b' ' | b'\t')).count();
    if good * 10 < (raw.len() - blank) * 9 || spaced * 10 > raw.len() {
        return None;
    }
    let mut whole = Vec::with_capacity(good / 4 * 3);
    let (mut held, mut bits) = (0u32, 0u32);
    for letter in raw.iter().filter_map(|byte| value(*byte)) {
        held = (held << 6) | u32::from(letter);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            whole.push(u8::try_from((held >> bits) & 0xff).unwrap_or_default());
            held &= (1 << bits) - 1;
        }
    }
    Some(whole)
}

/// Broken quoted-printable: what is no code stands for itself.
fn lenient_quoted_printable(raw: &[u8]) -> Vec<u8> {
    let digit = |at: usize| raw.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut whole = Vec::with_capacity(raw.len());
    let mut at = 0;
    while at < raw.len() {
        if raw[at] != b'=' {
            whole.push(raw[at]);
            at += 1;
            continue;
        }
        let blanks = raw[at + 1..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).take(100).count();
        if raw.get(at + 1 + blanks) == Some(&b'\n') {
            at += blanks + 2;
        } else if let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2)) {
            whole.push(u8::try_from(high * 16 + low).unwrap_or_default());
            at += 3;
        } else {
            whole.push(b'=');
            at += 1;
        }
    }
    whole
}

/// Whether a plain text only says that there is another one in HTML.
fn is_excuse(text: &str) -> bool {
    let low = text.get(..400).unwrap_or(text).to_lowercase();
    text.len() < 400
        && low.contains("html")
        && [
            "support html",
            "view html",
            "display html",
            "html version",
            "in html",
            "html e-mail",
            "html email",
            "html-",
            "read html",
        ]
        .iter()
        .any(|it| low.contains(it))
}

/// Whether this should have had parts and has none.
fn is_undivided(part: &MessagePart<'_>) -> bool {
    !part.is_multipart() && part.content_type().is_some_and(|named| named.ctype() == "multipart")
}

/// The text of a mail that was never divided, because its boundary is not told or never comes: without the lines that divide
/// it all the same, and without the fields behind them.
fn undivided(text: &str) -> String {
    let divides = |line: &str| line.len() > 4 && line.starts_with("--") && !line.contains(' ');
    let Some(first) = text.lines().find(|line| divides(line)) else { return text.to_owned() };
    let boundary = first.trim_end();
    let mut whole = String::with_capacity(text.len());
    let mut in_fields = false;
    for line in text.lines() {
        if line.starts_with(boundary) {
            in_fields = true;
        } else if in_fields {
            in_fields = line.contains(": ") || line.starts_with([' ', '\t']) || line.contains("=\"");
        } else {
            whole.push_str(line);
            whole.push('\n');
        }
    }
    whole
}

fn charset_of(part: &MessagePart<'_>) -> Option<String> {
    part.content_type().and_then(|it| it.attribute("charset")).map(str::to_owned)
}

/// The media type that a part names, else the one that its content was taken for.
fn media_type(part: &MessagePart<'_>) -> String {
    if let Some(named) = part.content_type() {
        let kind = tidy_type(named.ctype());
        return match named.subtype() {
            Some(subtype) => format!("{kind}/{}", tidy_type(&rearmed(subtype))),
            None => kind,
        };
    }
    match part.body {
        PartType::Text(_) => "text/plain",
        PartType::Html(_) => "text/html",
        PartType::Message(_) => "message/rfc822",
        PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Multipart(_) => "application/octet-stream",
    }
    .to_owned()
}

fn tidy_type(word: &str) -> String {
    let kept = word.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control());
    kept.take(100).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn broken_base64_is_read_as_far_as_it_goes() {
        assert_eq!(lenient_base64(b"aGVsbG8g\nd29y#bGQ=").unwrap(), b"hello world");
        assert_eq!(lenient_base64(b"this is just a sentence"), None);
    }

    #[test]
    fn broken_quoted_printable_is_read_as_far_as_it_goes() {
        assert_eq!(lenient_quoted_printable(b"caf=C3=a9 =zz = \t\r\nx=\ny=4"), "café =zz xy=4".as_bytes());
        let mail = "From: a@example.org\nContent-Type: text/plain; charset=utf-8\n\
                    Content-Transfer-Encoding: quoted-printable\n\n100 = x, caf=C3=A9\n";
        assert_eq!(crate::mail::Reader::new().letter(mail.as_bytes()).unwrap().text, "100 = x, café");
    }

    #[test]
    fn a_plain_text_that_only_points_to_the_other_is_not_shown() {
        let mail = |plain: &str| {
            format!(
                "From: a@example.org\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\n{plain}\n--b\n\
                 Content-Type: text/html\n\n<p>The card is declined, whatever I try, since Monday, in every single shop.</p>\n--b--\n"
            )
        };
        let text = |plain: &str| crate::mail::Reader::new().letter(mail(plain).as_bytes()).unwrap().text;
        assert!(text("Your program does not support HTML mail.").starts_with("The card"));
        assert!(text("").starts_with("The card"));
        assert_eq!(text("Declined."), "Declined.");
    }

    #[test]
    fn names_in_raw_bytes_and_in_quotes_are_read() {
        let mail =
            b"From: \"=?utf-8?Q?J=C3=B6rg?=\" <a@example.org>\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\
                     Content-Type: application/pdf; name=\"Gr\xfc\xdfe.pdf\"\n\nx\n--b--\n";
        let letter = crate::mail::Reader::new().letter(mail).unwrap();
        assert_eq!(letter.attachments[0].name, "Grüße.pdf");
        assert_eq!(letter.from[0].name, "Jörg");
    }

    #[test]
    fn line_ends_are_made_plain() {
        assert_eq!(with_plain_line_ends("a\r\nb\rc\n\0d"), "a\nb\nc\nd");
    }
}
