//! What came with a mail: its bytes, its type, and a name that nothing stumbles over.

use super::words::Part;
use crate::domain::letter::{Attached, AttachedNote};

/// The longest name, in bytes: file systems take 255, and something may be put before or behind it.
const LONGEST_NAME: usize = 150;
/// The longest ending that is kept when a name is cut, in bytes with its dot.
const LONGEST_ENDING: usize = 16;

/// A part as an attachment.
pub(super) fn attached(part: Part) -> Attached {
    let note = note(&part);
    let mut name = cleaned(&part.name);
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

/// A file name as it may be shown and written: no folders, no control, invisible or direction characters, none that a
/// file system gives a meaning, no dot at either end. Empty where nothing is left.
fn cleaned(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or_default();
    let mut kept = String::with_capacity(name.len());
    for letter in name.chars().filter(|letter| !is_invisible(*letter)) {
        match letter {
            letter if letter.is_whitespace() || letter.is_control() => {
                if !kept.ends_with(' ') {
                    kept.push(' ');
                }
            }
            '<' | '>' | ':' | '"' | '|' | '?' | '*' => kept.push('_'),
            letter => kept.push(letter),
        }
    }
    let kept = kept.trim_matches([' ', '.']);
    let stem = kept.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let whole = if DEVICES.contains(&stem.as_str()) { format!("_{kept}") } else { kept.to_owned() };
    shortened(whole)
}

/// Names that mean a device on some systems, whatever follows the dot.
const DEVICES: [&str; 12] =
    ["CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "LPT1", "LPT2", "LPT3", "LPT4"];

/// Characters that change what a name looks like without being seen.
pub(super) fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}' | '\u{e0000}'..='\u{e007f}')
}

fn shortened(name: String) -> String {
    if name.len() <= LONGEST_NAME {
        return name;
    }
    let ending = name.rfind('.').filter(|at| name.len() - at <= LONGEST_ENDING).map_or("", |at| &name[at..]);
    let mut end = LONGEST_NAME - ending.len();
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", name[..end].trim_end_matches([' ', '.']))
}

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
    fn names_are_cleaned() {
        for (written, kept) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\mara\\bill.pdf", "bill.pdf"),
            ("folder/", "folder"),
            (" .hidden.. ", "hidden"),
            ("a\r\nb\t c\0.txt", "a b c .txt"),
            ("gpj.\u{202e}exe", "gpj.exe"),
            ("what?*<is>:this|.txt", "what___is__this_.txt"),
            ("con.txt", "_con.txt"),
            ("Größe 日本.pdf", "Größe 日本.pdf"),
            ("\u{200b}", ""),
            ("..", ""),
        ] {
            assert_eq!(cleaned(written), kept, "{written:?}");
        }
        let long = cleaned(&format!("{}.pdf", "ä".repeat(200)));
        assert!(long.len() <= LONGEST_NAME && long.ends_with("ä.pdf"), "{long}");
    }

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
