//! Files on their way in: from `--attach`, or from standard input.

use super::{
    arguments::{AttachArguments, TextArguments},
    failure::Failure,
    reading::{self, unreadable},
    streams::Input,
};
use crate::domain::{
    file::{MOST_BYTES, check_sizes, cleaned_name, media_type},
    letter::Attached,
};
use std::{
    fs::{self, File},
    io::Read,
    path::Path,
};

/// Takes the text and what goes with it from where the arguments say.
///
/// # Errors
/// One sentence: what [`reading::text`] refuses, a file that cannot be read or is none, too many or too much, or standard
/// input asked for twice.
pub fn text_and_files(
    text: &TextArguments,
    files: &AttachArguments,
    input: &mut Input,
) -> Result<(String, Vec<Attached>), Failure> {
    let AttachArguments { attach, attach_name } = files;
    let streams = attach.iter().filter(|file| is_standard_input(file)).count();
    if streams > 0 && text.body.is_none() && text.file.as_deref().is_none_or(is_standard_input) {
        return Err(Failure::usage("Standard input is the file already. Give the text with --body."));
    }
    match (streams, attach_name) {
        (0, Some(_)) => {
            return Err(Failure::usage("--attach-name is for standard input: --attach - --attach-name NAME."));
        }
        (1, None) => {
            return Err(Failure::usage("Say what the file from standard input is called: --attach-name NAME."));
        }
        (2.., _) => return Err(Failure::usage("Standard input is one file. Give --attach - once.")),
        (0 | 1, _) => {}
    }
    let text = reading::text(text, input)?;
    Ok((text, read(attach, attach_name.as_deref(), input)?))
}

fn read(paths: &[impl AsRef<Path>], stream_name: Option<&str>, input: &mut Input) -> Result<Vec<Attached>, Failure> {
    let mut sizes = Vec::new();
    for path in paths.iter().map(AsRef::as_ref).filter(|path| !is_standard_input(path)) {
        sizes.push(size(path)?);
    }
    check_sizes(&sizes).map_err(Failure::usage)?;
    let mut files = Vec::new();
    for path in paths.iter().map(AsRef::as_ref) {
        let (place, name, content) = if is_standard_input(path) {
            let name = stream_name.unwrap_or_default().to_owned();
            ("Standard input".to_owned(), name, take("Standard input", &mut *input)?)
        } else {
            let place = format!("The file {}", path.display());
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let opened = File::open(path).map_err(|error| unreadable(&place, &error))?;
            let content = take(&place, opened)?;
            (place, name, content)
        };
        let name = cleaned_name(&name);
        if name.is_empty() {
            return Err(Failure::usage(format!("{place} has no name that it could be sent under. Give it another.")));
        }
        files.push(Attached { media_type: media_type(&name).to_owned(), name, content, note: None });
    }
    Ok(files)
}

/// How large a file is; only of one that ends.
fn size(path: &Path) -> Result<u64, Failure> {
    let place = format!("The file {}", path.display());
    let found = fs::metadata(path).map_err(|error| unreadable(&place, &error))?;
    if found.is_file() {
        return Ok(found.len());
    }
    Err(Failure::usage(format!("{} is no file. Attach files, one by one.", path.display())))
}

fn take(place: &str, input: impl Read) -> Result<Vec<u8>, Failure> {
    let mut content = Vec::new();
    input.take(MOST_BYTES + 1).read_to_end(&mut content).map_err(|error| unreadable(place, &error))?;
    check_sizes(&[content.len() as u64]).map_err(Failure::usage)?;
    Ok(content)
}

fn is_standard_input(file: &Path) -> bool {
    file == Path::new("-")
}
