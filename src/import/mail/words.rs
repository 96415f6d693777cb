//! What a mail says and what is attached to it, from its parts.

use super::text_of_html;
use crate::domain::history::PastAttachment;
use mail_parser::{
    Encoding, Message, MessagePart, MimeHeaders, PartType,
    decoders::{base64::base64_decode, charsets::map::charset_decoder, quoted_printable::quoted_printable_decode},
};

/// Bytes as Windows-1252, which has a letter for nearly every byte: the guess for text that names no charset.
pub(in crate::import) fn windows_1252(bytes: &[u8]) -> String {
    charset_decoder(b"windows-1252").map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), |decode| decode(bytes))
}

/// The words of a mail: its text parts in their order, HTML only where there is no plain text for it. A mail whose parts
/// cannot be told apart (its boundary never comes) is shown as it stands.
pub(super) fn text_of(message: &Message<'_>) -> String {
    let mut whole = String::new();
    let undivided = message.attachments().filter(|part| undivided(part));
    for part in message.text_bodies().chain(undivided) {
        let text = match &part.body {
            PartType::Text(text) => decoded(message, part, text),
            PartType::Html(html) => text_of_html(&decoded(message, part, html)),
            PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Message(_) | PartType::Multipart(_) => continue,
        };
        let text = text.replace("\r\n", "\n");
        let text = text.trim_matches(['\n', '\r']).trim_end();
        if !text.trim().is_empty() {
            if !whole.is_empty() {
                whole.push_str("\n\n");
            }
            whole.push_str(text);
        }
    }
    whole
}

/// Whether this should have had parts and has none.
fn undivided(part: &MessagePart<'_>) -> bool {
    part.is_text() && part.content_type().is_some_and(|named| named.ctype() == "multipart")
}

/// The text of a part; where its bytes are no UTF-8 and it names no charset that is known, read as Windows-1252.
fn decoded(message: &Message<'_>, part: &MessagePart<'_>, text: &str) -> String {
    let named =
        part.content_type().and_then(|it| it.attribute("charset")).and_then(|name| charset_decoder(name.as_bytes()));
    if named.is_some() || !text.contains('\u{fffd}') {
        return text.to_owned();
    }
    let raw = message.raw_message.get(part.offset_body as usize..part.offset_end as usize).unwrap_or_default();
    let bytes = match part.encoding {
        Encoding::None => Some(raw.to_vec()),
        Encoding::Base64 => base64_decode(raw),
        Encoding::QuotedPrintable => quoted_printable_decode(raw),
    };
    match bytes {
        Some(bytes) if std::str::from_utf8(&bytes).is_err() => windows_1252(&bytes),
        Some(_) | None => text.to_owned(),
    }
}

pub(super) fn attachments_of(message: &Message<'_>) -> Vec<PastAttachment> {
    message
        .attachments()
        .filter(|part| !undivided(part))
        .map(|part| PastAttachment {
            name: part.attachment_name().unwrap_or_default().trim().to_owned(),
            media_type: media_type(part),
            size: part.len() as u64,
        })
        .collect()
}

/// The media type that a part names, else the one that its content was taken for.
fn media_type(part: &MessagePart<'_>) -> String {
    if let Some(named) = part.content_type() {
        let kind = named.ctype().to_lowercase();
        return match named.subtype() {
            Some(subtype) => format!("{kind}/{}", subtype.to_lowercase()),
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
