//! Finding the files of a source: the only place, besides opening them, that looks at the file system.

use super::ImportError;
use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
};

/// A file to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SourceFile {
    pub(super) path: PathBuf,
    /// Its size in bytes, as far as progress is concerned.
    pub(super) size: u64,
    /// Whether it was named by the person, not found in a folder.
    pub(super) named: bool,
}

/// Every file named, and every file in the folders named, in an order that stays the same.
///
/// In folders, hidden files are left out, and so is what `wanted` refuses.
///
/// # Errors
/// [`ImportError`]: nothing named, a path that is not there or cannot be read, a folder without files.
pub(super) fn files(paths: &[PathBuf], wanted: impl Fn(&Path) -> bool) -> Result<Vec<SourceFile>, ImportError> {
    if paths.is_empty() {
        return Err(ImportError::NothingNamed);
    }
    let mut found = Vec::new();
    for path in paths {
        let about = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        if about.is_dir() {
            let before = found.len();
            walk(path, &mut HashSet::new(), &wanted, &mut found)?;
            if found.len() == before {
                return Err(ImportError::EmptyFolder { path: path.clone() });
            }
        } else {
            // Asked for now, so that a mistyped permission stops the import before it has begun.
            fs::File::open(path).map_err(|error| unreadable(path, &error))?;
            found.push(SourceFile { path: path.clone(), size: about.len(), named: true });
        }
    }
    Ok(found)
}

/// What could not be read, in words.
pub(super) fn unreadable(path: &Path, error: &io::Error) -> ImportError {
    if error.kind() == io::ErrorKind::NotFound {
        return ImportError::NoSuchPath { path: path.to_owned() };
    }
    ImportError::Unreadable { path: path.to_owned(), reason: error.to_string() }
}

fn walk(
    folder: &Path,
    walked: &mut HashSet<PathBuf>,
    wanted: &impl Fn(&Path) -> bool,
    found: &mut Vec<SourceFile>,
) -> Result<(), ImportError> {
    // A link may lead back to where it stands.
    if !walked.insert(fs::canonicalize(folder).map_err(|error| unreadable(folder, &error))?) {
        return Ok(());
    }
    let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
    let mut inside: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    inside.sort();
    for path in inside {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        // A Maildir++ keeps its folders hidden (".Sent"); hidden files are never a source.
        match fs::metadata(&path) {
            Ok(about) if about.is_dir() && (!hidden || is_maildir(&path)) => {
                walk(&path, walked, wanted, found)?;
            }
            Ok(about) if about.is_file() && !hidden && wanted(&path) => {
                found.push(SourceFile { path, size: about.len(), named: false });
            }
            Ok(_) | Err(_) => {}
        }
    }
    Ok(())
}

/// Whether a folder holds mails the maildir way.
pub(super) fn is_maildir(folder: &Path) -> bool {
    folder.join("cur").is_dir() || folder.join("new").is_dir()
}

/// The mails of the maildirs named, and of all maildirs in them: what is in `cur` and `new`; `tmp` holds unfinished mail.
///
/// # Errors
/// [`ImportError`]: as [`files`], and where a path holds no maildir.
pub(super) fn maildir_files(paths: &[PathBuf]) -> Result<Vec<SourceFile>, ImportError> {
    for path in paths {
        let about = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        if !about.is_dir() {
            return Err(no_maildir(
                path,
                "it is a file",
                "For a single mail use `import eml`, for a mailbox file `import mbox`.",
            ));
        }
        if !holds_maildir(path, &mut HashSet::new()) {
            return Err(no_maildir(
                path,
                "there is no folder cur or new in it",
                "For a folder of mail files use `import eml`.",
            ));
        }
    }
    // An empty maildir is a maildir.
    match files(paths, in_maildir) {
        Err(ImportError::EmptyFolder { .. }) => {
            let full: Vec<PathBuf> =
                paths.iter().filter(|path| files(&[(*path).clone()], in_maildir).is_ok()).cloned().collect();
            if full.is_empty() { Ok(Vec::new()) } else { files(&full, in_maildir) }
        }
        found => found,
    }
}

fn in_maildir(path: &Path) -> bool {
    path.parent().and_then(Path::file_name).is_some_and(|folder| folder == "cur" || folder == "new")
}

fn holds_maildir(folder: &Path, walked: &mut HashSet<PathBuf>) -> bool {
    if is_maildir(folder) {
        return true;
    }
    let (Ok(whole), Ok(entries)) = (fs::canonicalize(folder), fs::read_dir(folder)) else {
        return false;
    };
    walked.insert(whole)
        && entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .any(|path| path.is_dir() && holds_maildir(&path, walked))
}

fn no_maildir(path: &Path, reason: &str, advice: &str) -> ImportError {
    ImportError::WrongFormat {
        path: path.to_owned(),
        expected: "a maildir",
        reason: reason.to_owned(),
        advice: advice.to_owned(),
    }
}
