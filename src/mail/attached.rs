//! What came with a mail: its bytes, its type, and a name that nothing stumbles over.

use super::words::Part;
use crate::domain::{
    file::cleaned_name,
    letter::{Attached, AttachedNote},
};

/// A part as an attachment.
pub(super) fn attached(part: Part) -> Attached {
    let note = note(&part);
    let mut name = cleaned_name(&part.name);
    if name.is_empty() {
        unnamed(&part.media_type, note).clone_into(&mut name);
    }
    Attached { name, media_type: part.media_type, content: part.content, note }
}

fn note(part: &Part) -> Option<AttachedNote> {
    let name = part.name.to_ascii_lowercase();
    let ends = |ending: &str| name.ends_with(ending);
    match part.media_type.as_str() {
        "text/calendar" | "application/ics" | "text/x-vcalendar" => Some(AttachedNote::Calendar),
        "application/ms-tnef" | "application/vnd.ms-tnef" => Some(AttachedNote::Tnef),
        "message/rfc822" | "message/global" | "message/news" => Some(AttachedNote::Mail),
        _ if part.content.starts_with(&TNEF) || name == "winmail.dat" => Some(AttachedNote::Tnef),
        _ if ends(".ics") || ends(".vcs") => Some(AttachedNote::Calendar),
        _ if ends(".eml") => Some(AttachedNote::Mail),
        _ => None,
    }
}

/// The first bytes of Outlook's wrapping.
const TNEF: [u8; 4] = [0x78, 0x9f, 0x3e, 0x22];

/// A name for what has none.
fn unnamed(media_type: &str, note: Option<AttachedNote>) -> &'static str {
    match note {
        Some(AttachedNote::Calendar) => return "invitation.ics",
        Some(AttachedNote::Tnef) => return "winmail.dat",
        Some(AttachedNote::Mail) => return "message.eml",
        None => {}
    }
    match media_type {
        "message/delivery-status" | "message/global-delivery-status" => "delivery-status.txt",
        "message/disposition-notification" | "message/global-disposition-notification" => "receipt.txt",
        "message/feedback-report" => "complaint.txt",
        "text/rfc822-headers" | "message/rfc822-headers" | "message/global-headers" => "headers.txt",
        "text/plain" => "text.txt",
        "text/html" => "text.html",
        "text/csv" => "table.csv",
        "application/pdf" => "document.pdf",
        "application/pgp-signature" | "application/pgp-encrypted" => "openpgp.asc",
        "application/pkcs7-signature" | "application/x-pkcs7-signature" => "signature.p7s",
        "image/png" => "image.png",
        "image/jpeg" | "image/jpg" => "image.jpg",
        "image/gif" => "image.gif",
        "image/svg+xml" => "image.svg",
        _ if media_type.starts_with("image/") => "image",
        _ if media_type.starts_with("audio/") => "sound",
        _ if media_type.starts_with("video/") => "video",
        _ => "attachment",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_special_is_noted_and_named() {
        let part = |media_type: &str, name: &str, content: &[u8]| Part {
            media_type: media_type.to_owned(),
            name: name.to_owned(),
            content: content.to_vec(),
        };
        let tnef = attached(part("application/octet-stream", "", &TNEF));
        assert_eq!((tnef.name.as_str(), tnef.note), ("winmail.dat", Some(AttachedNote::Tnef)));
        let calendar = attached(part("text/calendar", "", b"BEGIN:VCALENDAR"));
        assert_eq!((calendar.name.as_str(), calendar.note), ("invitation.ics", Some(AttachedNote::Calendar)));
        let mail = attached(part("message/rfc822", "re: \u{202e}x.eml", b""));
        assert_eq!((mail.name.as_str(), mail.note), ("re_ x.eml", Some(AttachedNote::Mail)));
        assert_eq!(attached(part("image/png", "", b"")).name, "image.png");
        assert_eq!(attached(part("application/zip", "", b"")).note, None);
    }
}
