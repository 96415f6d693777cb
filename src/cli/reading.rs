//! TEXT on its way in: from `--body`, a file or standard input.

use super::{arguments::TextArguments, failure::Failure, streams::Input};
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// The most bytes that are read; far more than anybody writes, far less than would hurt the machine.
const LIMIT: u64 = 16 * 1024 * 1024;

/// Takes the text from where the arguments say; `input` is standard input.
///
/// The line ends that editors and `echo` put last are not part of it, nor is a byte order mark first.
///
/// # Errors
/// One sentence: no text given, empty, not UTF-8, too long, or a file that cannot be read.
pub fn text(arguments: &TextArguments, input: &mut Input) -> Result<String, Failure> {
    let text = match (&arguments.body, &arguments.file) {
        (Some(body), _) if body.trim() == "-" => {
            return Err(Failure::usage("“-” is no message. For standard input leave --body out."));
        }
        (Some(body), _) => body.clone(),
        (None, Some(file)) if file != Path::new("-") => {
            let place = format!("The file {}", file.display());
            let opened = File::open(file).map_err(|error| unreadable(&place, &error))?;
            decode(&place, opened)?
        }
        (None, named) => {
            if named.is_none() && input.is_terminal() {
                return Err(Failure::usage("There is no text. Give it with --body, with --file or on standard input."));
            }
            decode("Standard input", input)?
        }
    };
    if text.trim().is_empty() {
        return Err(Failure::usage("The text is empty. Write something first."));
    }
    Ok(text)
}

/// Takes a small text from a file, or from standard input where it is called "-". What is not UTF-8 in it is replaced, and at
/// most one byte more than `most` is read: whether that is a text of its kind is for the caller to say.
///
/// # Errors
/// A file that cannot be read.
pub fn lossily(file: &Path, input: &mut Input, most: usize) -> Result<String, Failure> {
    let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let (place, read) = if file == Path::new("-") {
        ("Standard input".to_owned(), input.take(most).read_to_end(&mut bytes))
    } else {
        let read = File::open(file).and_then(|opened| opened.take(most).read_to_end(&mut bytes));
        (format!("The file {}", file.display()), read)
    };
    read.map_err(|error| unreadable(&place, &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn decode(place: &str, input: impl Read) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    input.take(LIMIT + 1).read_to_end(&mut bytes).map_err(|error| unreadable(place, &error))?;
    if bytes.len() as u64 > LIMIT {
        return Err(Failure::usage(format!("{place} holds more than 16 MiB. Give a shorter text.")));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to() + 1;
        Failure::usage(format!("{place} is not valid UTF-8 at byte {at}. Convert it first, for example with iconv."))
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).trim_end_matches(['\n', '\r']).to_owned())
}

pub(super) fn unreadable(place: &str, error: &io::Error) -> Failure {
    Failure::failed(format!("{place} cannot be read: {error}."))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_last_line_end_and_a_byte_order_mark_are_no_part_of_the_text() {
        assert_eq!(decode("x", "\u{feff}one\r\n two \r\n\n".as_bytes()).unwrap(), "one\r\n two ");
    }

    #[test]
    fn what_is_not_utf_8_is_said_with_its_place() {
        let Err(Failure::Denied(denied)) = decode("Standard input", &b"gr\xfc\xdfe"[..]) else { panic!("accepted") };
        assert!(denied.to_string().starts_with("Standard input is not valid UTF-8 at byte 3."), "{denied}");
    }

    #[test]
    fn an_endless_input_is_refused() {
        let Err(Failure::Denied(denied)) = decode("Standard input", io::repeat(b'a')) else { panic!("accepted") };
        assert!(denied.to_string().contains("more than 16 MiB"), "{denied}");
    }
}
