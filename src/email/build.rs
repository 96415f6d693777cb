//! A mail's bytes, made of what the desk wants to send. Nothing that anybody wrote can become a header here.

use crate::{
    desk::{
        mail::{CustomerFile, OutMail, Words},
        token,
    },
    domain::{
        file::{self, LARGEST_MAIL, cleaned_media_type, cleaned_name, size},
        letter::Correspondent,
    },
};
use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Attachment, Body, Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use std::{
    fmt::{Display, Write as _},
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, UNIX_EPOCH},
};

/// A mail as it is handed over.
#[derive(Debug, Clone)]
pub struct Built {
    /// From whom and to whom, for the server; nobody where no report of a failure is wanted.
    pub envelope: Envelope,
    /// Headers and body.
    pub bytes: Vec<u8>,
}

/// How long so many bytes of a mail may be on their way, over the time that any mail has.
pub fn on_the_way(bytes: usize) -> Duration {
    file::on_the_way(bytes as u64)
}

/// The longest subject and the longest name that are written, in characters.
const SUBJECT: usize = 250;
const NAME: usize = 100;

/// Builds a mail that leaves by the mailbox with this address.
///
/// # Errors
/// A sentence: an address that cannot be written to, or from. Trying again will not help.
pub fn build(mail: &OutMail, mailbox: &str) -> Result<Built, String> {
    // The library that writes it panics on some of what it cannot write.
    catch_unwind(AssertUnwindSafe(|| written(mail, mailbox)))
        .unwrap_or_else(|_| Err("The mail could not be put into a form that servers take.".into()))
}

fn written(mail: &OutMail, mailbox: &str) -> Result<Built, String> {
    let own = address(mailbox)?;
    let to = address(&mail.to.address)?;
    let mut builder = Message::builder()
        .from(Mailbox::new(name(&mail.from_name), own.clone()))
        .to(named(&mail.to, to.clone()))
        .subject(line(&mail.subject, SUBJECT))
        .date(UNIX_EPOCH + Duration::from_secs(u64::try_from(mail.date).unwrap_or(0)))
        .message_id(Some(bracketed(&mail.message_id)?));
    if let Some(token) = &mail.reply_token
        && let Some(reply_to) = token::address(mailbox, token)
    {
        builder = builder.reply_to(Mailbox::new(name(&mail.from_name), address(&reply_to)?));
    }
    if let Some(answered) = &mail.in_reply_to {
        builder = builder.in_reply_to(bracketed(answered)?);
    }
    if !mail.references.is_empty() {
        let references = mail.references.iter().map(|id| bracketed(id)).collect::<Result<Vec<_>, _>>()?;
        builder = builder.references(references.join(" "));
    }
    if mail.automatic {
        let nature = if mail.in_reply_to.is_some() { "auto-replied" } else { "auto-generated" };
        for (header, value) in [("Auto-Submitted", nature), ("Precedence", "bulk"), ("X-Auto-Response-Suppress", "All")]
        {
            builder = builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(header), value.to_owned()));
        }
    }
    let sender = if mail.automatic { None } else { Some(own) };
    let envelope = Envelope::new(sender, vec![to]).map_err(|error| format!("It has no recipient: {error}."))?;
    let boundary: String = mail.message_id.chars().filter(char::is_ascii_alphanumeric).take(40).collect();
    let body = MultiPart::alternative()
        .boundary(format!("=_{boundary}"))
        .singlepart(SinglePart::plain(plain(mail)))
        .singlepart(SinglePart::html(html(mail)));
    let unwritable = |error: &dyn Display| format!("The mail could not be put into a form that servers take: {error}.");
    let body = match files(mail) {
        [] => body,
        files => {
            let mut all = MultiPart::mixed().boundary(format!("=_mixed_{boundary}")).multipart(body);
            for file in files {
                all = all.singlepart(enclosed(file).map_err(|error| unwritable(&error))?);
            }
            all
        }
    };
    let message = builder.envelope(envelope.clone()).multipart(body).map_err(|error| unwritable(&error))?;
    let bytes = message.formatted();
    if bytes.len() as u64 > LARGEST_MAIL {
        return Err(format!(
            "The mail would have {}; those of more than {} are not taken by most servers. Send its files in parts.",
            size(bytes.len() as u64),
            size(LARGEST_MAIL)
        ));
    }
    Ok(Built { envelope, bytes })
}

/// The files that go with a mail: only one to a customer has any.
fn files(mail: &OutMail) -> &[CustomerFile] {
    match &mail.words {
        Words::Customer { files, .. } => files,
        Words::Team(_) => &[],
    }
}

/// A file as a part. Its bytes travel as base64 and arrive as they are; its type says nothing that a mail program would act
/// upon by itself.
fn enclosed(file: &CustomerFile) -> Result<SinglePart, String> {
    let name = Some(cleaned_name(&file.name)).filter(|name| !name.is_empty()).unwrap_or_else(|| "file".to_owned());
    let kind = ContentType::parse(&cleaned_media_type(&file.media_type)).map_err(|error| error.to_string())?;
    let content = Body::new_with_encoding(file.content().to_vec(), ContentTransferEncoding::Base64)
        .map_err(|_| format!("{name} cannot be encoded"))?;
    Ok(Attachment::new(name).body(content, kind))
}

fn address(text: &str) -> Result<Address, String> {
    text.parse().map_err(|_| format!("“{text}” is not an address that mail can be sent to."))
}

/// A name in one harmless line; none where nothing is left of it.
fn name(text: &str) -> Option<String> {
    Some(line(text, NAME)).filter(|name| !name.is_empty())
}

fn named(who: &Correspondent, address: Address) -> Mailbox {
    Mailbox::new(name(&who.name), address)
}

/// One line without control characters and without what makes text run backwards, at most so many characters.
fn line(text: &str, most: usize) -> String {
    let harmful = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{feff}')
    };
    let spaced: String = text.chars().map(|letter| if harmful(letter) { ' ' } else { letter }).collect();
    let line: String = spaced.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(most).collect();
    line.trim_end().to_owned()
}

/// A Message-ID in its brackets.
fn bracketed(id: &str) -> Result<String, String> {
    if id.is_empty() || id.len() > 900 || !id.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>".contains(&byte)) {
        return Err("A Message-ID holds what no header may hold.".into());
    }
    Ok(format!("<{id}>"))
}

/// Text as it may stand in a body: line ends and tabs are the only control characters.
fn body(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).collect()
}

fn plain(mail: &OutMail) -> String {
    match &mail.words {
        Words::Team(text) => body(text.as_str()),
        Words::Customer { text, quoted, files: _ } => {
            let mut all = body(text.as_str());
            if !mail.signature.is_empty() {
                let _ = write!(all, "\n\n-- \n{}", body(&mail.signature));
            }
            if let Some((head, text)) = quoted {
                let _ = write!(all, "\n\n{}", line(head, SUBJECT));
                for line in body(text.as_str()).lines() {
                    let blank = if line.starts_with('>') || line.is_empty() { "" } else { " " };
                    let _ = write!(all, "\n>{blank}{line}");
                }
            }
            all.push('\n');
            all
        }
    }
}

fn html(mail: &OutMail) -> String {
    let mut all = String::from("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>\n");
    let paragraph = |text: &str| format!("<div style=\"white-space: pre-wrap\">{}</div>\n", escaped(&body(text)));
    match &mail.words {
        Words::Team(text) => all.push_str(&paragraph(text.as_str())),
        Words::Customer { text, quoted, files: _ } => {
            all.push_str(&paragraph(text.as_str()));
            if !mail.signature.is_empty() {
                all.push_str("<br>\n");
                all.push_str(&paragraph(&format!("-- \n{}", mail.signature)));
            }
            if let Some((head, text)) = quoted {
                let _ = writeln!(
                    all,
                    "<br>\n<div>{}</div>\n<blockquote style=\"margin: 0 0 0 0.8ex; border-left: 1px solid #ccc; padding-left: 1ex\">\n{}</blockquote>",
                    escaped(&line(head, SUBJECT)),
                    paragraph(text.as_str())
                );
            }
        }
    }
    all.push_str("</body></html>\n");
    all
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // Nothing behind it: where blanks count, a line end of the source would be a second one.
            '\n' => out.push_str("<br>"),
            _ => out.push(letter),
        }
    }
    out
}
