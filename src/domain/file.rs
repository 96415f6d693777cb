//! Files that go with messages: their names, their types, and how much of them fits.

use super::letter::Attached;
use std::time::Duration;

/// The most files that somebody attaches to one message.
pub const MOST_FILES: usize = 20;

/// The most bytes that the files of one message have together: 18 MiB, which a mail still carries.
pub const MOST_BYTES: u64 = 18 << 20;

/// The largest mail that is built, in bytes as it leaves: 25 MiB, which most servers take and larger ones they do not.
pub const LARGEST_MAIL: u64 = 25 << 20;

/// What a mail holds besides its texts and its files, in bytes, at most: headers and boundaries.
const FRAME: u64 = 24 << 10;

/// The headers and the boundary of one file, in bytes, at most.
const FILE_FRAME: u64 = 1 << 10;

/// How many bytes of a mail one byte of its texts can become, which stand there twice, once as HTML.
const TEXT_GROWS: u64 = 10;

/// The slowest line that a large mail still gets through, in bytes a second.
const SLOWEST: u64 = 8_192;

/// How long a mail of so many bytes may be on its way through a slow line, over the time that any mail has; at most an hour.
pub fn on_the_way(bytes: u64) -> Duration {
    Duration::from_secs((bytes / SLOWEST).min(3_600))
}

/// Which of files with these sizes fit one mail together with so many bytes of text, in order: each that still fits.
pub fn fitting(text: usize, sizes: &[u64]) -> Vec<bool> {
    let text = (text as u64).saturating_mul(TEXT_GROWS);
    let mut left = LARGEST_MAIL.saturating_sub(FRAME).saturating_sub(text);
    let mut fits = |size: u64| {
        let needed = in_a_mail(size);
        let fits = needed <= left;
        left -= if fits { needed } else { 0 };
        fits
    };
    sizes.iter().map(|size| fits(*size)).collect()
}

/// How many bytes a file of this size takes in a mail, at most: base64 in lines of 76 letters, and what stands around them.
pub fn in_a_mail(size: u64) -> u64 {
    let letters = size.div_ceil(3).saturating_mul(4);
    letters.saturating_add(letters.div_ceil(76).saturating_mul(2)).saturating_add(FILE_FRAME)
}

/// Checks the files that somebody attaches to a text of so many bytes.
///
/// # Errors
/// A sentence: too many, too large, or empty.
pub fn check(text: usize, files: &[&Attached]) -> Result<(), String> {
    let sizes: Vec<u64> = files.iter().map(|file| file.content.len() as u64).collect();
    check_sizes(&sizes)?;
    if let Some(empty) = files.iter().find(|file| file.content.is_empty()) {
        return Err(format!("{} is empty. Leave it out.", empty.name));
    }
    if fitting(text, &sizes).contains(&false) {
        return Err("The text and its files do not fit one mail together. Send the text first, then the files.".into());
    }
    Ok(())
}

/// The same before the files are read.
///
/// # Errors
/// A sentence: too many, or too large.
pub fn check_sizes(sizes: &[u64]) -> Result<(), String> {
    if sizes.len() > MOST_FILES {
        return Err(format!("These are {} files; a message takes {MOST_FILES}. Send them in parts.", sizes.len()));
    }
    let all = sizes.iter().fold(0_u64, |all, size| all.saturating_add(*size));
    if all > MOST_BYTES {
        return Err(format!(
            "The files have more than {} together, the most that a mail carries. Send them in parts, or a link.",
            size(MOST_BYTES)
        ));
    }
    Ok(())
}

/// A size for people: "340 KB".
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes / 1024),
        _ => format!("{}.{} MB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

/// The longest name, in bytes: file systems take 255, and something may be put before or behind it.
const LONGEST_NAME: usize = 150;

/// The longest ending that is kept when a name is cut, in bytes with its dot.
const LONGEST_ENDING: usize = 16;

/// A file name as it may be shown and written: no folders, no control, invisible or direction characters, none that a
/// file system gives a meaning, no dot at either end. Empty where nothing is left.
pub fn cleaned_name(name: &str) -> String {
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
pub fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffc}' | '\u{e0000}'..='\u{e007f}')
}

fn shortened(name: String) -> String {
    if name.len() <= LONGEST_NAME {
        return name;
    }
    let (stem, ending) = parts(&name);
    let mut end = LONGEST_NAME - ending.len();
    while !stem.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{ending}", stem[..end].trim_end_matches([' ', '.']))
}

/// A name before its ending, and the ending with its dot; no ending where it would be a long one.
fn parts(name: &str) -> (&str, &str) {
    let at = name.rfind('.').filter(|at| *at > 0 && name.len() - at <= LONGEST_ENDING).unwrap_or(name.len());
    name.split_at(at)
}

/// The same name with a number in front of its ending: "invoice (2).pdf".
pub fn numbered(name: &str, number: u32) -> String {
    let (stem, ending) = parts(name);
    format!("{stem} ({number}){ending}")
}

/// A type as it may stand in a mail: a family and a kind of plain letters, and none that mails give a meaning of its own.
pub fn cleaned_media_type(media_type: &str) -> String {
    let bare = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let plain = |word: &str| {
        (1..=60).contains(&word.len())
            && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-+._".contains(&byte))
            && word.starts_with(|first: char| first.is_ascii_alphanumeric())
    };
    match bare.split_once('/') {
        Some(("multipart" | "message", _)) | None => UNKNOWN.to_owned(),
        Some((family, kind)) if plain(family) && plain(kind) => bare,
        Some(_) => UNKNOWN.to_owned(),
    }
}

/// The type of what is not known.
const UNKNOWN: &str = "application/octet-stream";

/// What a type is called for people, in one word: "PDF", "image"; "file" for what has no name of its own.
pub fn kind(media_type: &str) -> &'static str {
    let media_type = media_type.to_ascii_lowercase();
    let (family, kind) = media_type.split_once('/').unwrap_or((media_type.as_str(), ""));
    match (family, kind) {
        ("application", "pdf") => "PDF",
        ("application", "zip" | "gzip" | "x-tar" | "x-7z-compressed" | "x-zip-compressed") => "archive",
        ("message", _) => "mail",
        ("text", "calendar") | ("application", "ics") => "calendar",
        ("text", "csv") => "table",
        ("text", _) | ("application", "json" | "xml") => "text",
        ("image", _) => "image",
        ("audio", _) => "sound",
        ("video", _) => "video",
        ("application", office) if office.contains("spreadsheet") || office.contains("excel") => "table",
        ("application", office) if office.contains("presentation") || office.contains("powerpoint") => "slides",
        ("application", office)
            if office.contains("word") || office.contains("opendocument.text") || office == "rtf" =>
        {
            "document"
        }
        _ => "file",
    }
}

/// What a file is by the ending of its name.
pub fn media_type(name: &str) -> &'static str {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "txt" | "log" | "md" => "text/plain",
        "csv" => "text/csv",
        "htm" | "html" => "text/html",
        "ics" => "text/calendar",
        "vcf" => "text/vcard",
        "pdf" => "application/pdf",
        "json" => "application/json",
        "xml" => "application/xml",
        "zip" => "application/zip",
        "gz" | "tgz" => "application/gzip",
        "7z" => "application/x-7z-compressed",
        "tar" => "application/x-tar",
        "rtf" => "application/rtf",
        "doc" => "application/msword",
        "xls" => "application/vnd.ms-excel",
        "ppt" => "application/vnd.ms-powerpoint",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "odt" => "application/vnd.oasis.opendocument.text",
        "ods" => "application/vnd.oasis.opendocument.spreadsheet",
        "odp" => "application/vnd.oasis.opendocument.presentation",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "svg" => "image/svg+xml",
        "tif" | "tiff" => "image/tiff",
        "heic" => "image/heic",
        "bmp" => "image/bmp",
        "mp3" => "audio/mpeg",
        "ogg" => "audio/ogg",
        "wav" => "audio/wav",
        "m4a" => "audio/mp4",
        "mp4" => "video/mp4",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        _ => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn large_mails_have_more_time() {
        assert_eq!(on_the_way(0), Duration::ZERO);
        assert_eq!(on_the_way(18 << 20), Duration::from_secs(2_304));
        assert!(on_the_way(LARGEST_MAIL) < Duration::from_hours(1), "the slowest line carries the largest mail");
        assert_eq!(on_the_way(u64::MAX), Duration::from_hours(1));
    }

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
            assert_eq!(cleaned_name(written), kept, "{written:?}");
        }
        let long = cleaned_name(&format!("{}.pdf", "ä".repeat(200)));
        assert!(long.len() <= LONGEST_NAME && long.ends_with("ä.pdf"), "{long}");
    }

    #[test]
    fn a_number_stands_in_front_of_the_ending() {
        for (name, second) in [
            ("invoice.pdf", "invoice (2).pdf"),
            ("invoice", "invoice (2)"),
            ("archive.tar.gz", "archive.tar (2).gz"),
            ("a.very long sentence", "a.very long sentence (2)"),
        ] {
            assert_eq!(numbered(name, 2), second);
        }
    }

    #[test]
    fn types_are_two_plain_words_or_unknown() {
        for (written, kept) in [
            ("application/pdf", "application/pdf"),
            ("Image/SVG+XML; charset=utf-8", "image/svg+xml"),
            ("text/plain\r\nBcc: x", UNKNOWN),
            ("multipart/mixed; boundary=x", UNKNOWN),
            ("message/rfc822", UNKNOWN),
            ("pdf", UNKNOWN),
            ("", UNKNOWN),
            ("a/", UNKNOWN),
            ("a/b/c", UNKNOWN),
            ("a/é", UNKNOWN),
            ("a/b c", UNKNOWN),
        ] {
            assert_eq!(cleaned_media_type(written), kept, "{written:?}");
        }
        let kinds = ["a.pdf", "a.docx", "a.ods", "a.png", "a.tgz", "a.txt", "a.ics", "a.pptx", "a.exe"];
        let words = ["PDF", "document", "table", "image", "archive", "text", "calendar", "slides", "file"];
        assert_eq!(kinds.map(|name| kind(media_type(name))), words);
        assert_eq!(kind("message/rfc822"), "mail");
        assert_eq!(media_type("Rechnung.PDF"), "application/pdf");
        assert_eq!(media_type("Makefile"), UNKNOWN);
    }

    #[test]
    fn what_is_too_much_is_said_with_how_much_there_may_be() {
        assert_eq!(check_sizes(&[MOST_BYTES]), Ok(()));
        assert_eq!(
            check_sizes(&[MOST_BYTES, 1 << 20]),
            Err("The files have more than 18.0 MB together, the most that a mail carries. Send them in parts, or a link.".into())
        );
        assert_eq!(check_sizes(&[1; 20]), Ok(()));
        assert_eq!(check_sizes(&[1; 21]), Err("These are 21 files; a message takes 20. Send them in parts.".into()));
        let file = |content: &[u8]| Attached {
            name: "a.txt".into(),
            media_type: "text/plain".into(),
            content: content.to_vec(),
            note: None,
        };
        assert_eq!(check(1, &[&file(b"x"), &file(b"")]), Err("a.txt is empty. Leave it out.".into()));
        let large = Attached { content: vec![0; usize::try_from(MOST_BYTES).unwrap_or(0)], ..file(b"") };
        assert_eq!(check(10_000, &[&large]), Ok(()), "the largest with a long text fits a mail");
        assert!(check(1 << 20, &[&large]).is_err(), "and with the longest it does not");
    }

    #[test]
    fn twenty_files_of_all_that_is_allowed_fit_one_mail() {
        assert!(!fitting(10_000, &[MOST_BYTES / 20; 20]).contains(&false));
        assert_eq!(fitting(0, &[24 << 20, 10 << 20, 9 << 20, 1]), [false, true, false, true]);
        assert_eq!(fitting(usize::MAX, &[1, u64::MAX]), [false, false]);
    }

    proptest! {
        #[test]
        fn a_cleaned_name_is_a_short_line_that_stays_itself(name in "\\PC{0,200}|[\\x00-\\x7f./]{0,60}") {
            let cleaned = cleaned_name(&name);
            prop_assert!(cleaned.len() <= LONGEST_NAME && !cleaned.starts_with('.'));
            prop_assert!(!cleaned.chars().any(|letter| letter.is_control() || "/\\\"".contains(letter) || is_invisible(letter)));
            prop_assert_eq!(&cleaned_name(&cleaned), &cleaned);
        }
    }
}
