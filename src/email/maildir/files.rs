//! The files of a Maildir: which of them are mails, what they are called, and their bytes.

use crate::{
    domain::mail::{Fingerprint, LIES},
    email::{
        Fetched, Trouble, TroubleKind,
        fetched::{BYTES, HEADER, LARGEST, MAILS, too_large},
    },
};
use sha2::{Digest as _, Sha256};
use std::{
    ffi::{OsStr, OsString},
    fs::{self, File, Metadata},
    io::{self, Read as _},
    os::unix::{ffi::OsStrExt as _, fs::MetadataExt as _},
    path::Path,
};

/// A file with a mail, before anything of it was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lying {
    /// When it was written, for the order of what is taken.
    pub written: (i64, i64),
    /// What it is called, with its marks.
    pub name: OsString,
    /// Its length.
    pub bytes: u64,
    /// When it was moved or marked last, in seconds since 1970.
    pub changed: i64,
    /// Which file it is, whatever it is called.
    pub identity: (u64, u64),
}

impl Lying {
    /// What tells it from all others, however it is marked and whether it lies in `new` or in `cur`.
    pub fn fingerprint(&self) -> Fingerprint {
        let name = unique(&self.name).as_bytes();
        let (device, inode) = self.identity;
        let (seconds, nanoseconds) = self.written;
        fingerprint(
            &[&device.to_le_bytes(), &inode.to_le_bytes(), &self.bytes.to_le_bytes()],
            (seconds, nanoseconds),
            name,
        )
    }
}

fn fingerprint(numbers: &[&[u8; 8]], (seconds, nanoseconds): (i64, i64), name: &[u8]) -> Fingerprint {
    let mut hash = Sha256::new();
    for number in numbers.iter().copied().chain([&seconds.to_le_bytes(), &nanoseconds.to_le_bytes()]) {
        hash.update(number);
    }
    hash.update(name);
    let whole: [u8; 32] = hash.finalize().into();
    whole.first_chunk().copied().unwrap_or_default()
}

/// How a folder is: another, as soon as something is put into it, taken out of it or renamed in it.
pub fn state(folder: &Metadata) -> Fingerprint {
    let (device, inode) = (folder.dev().to_le_bytes(), folder.ino().to_le_bytes());
    fingerprint(&[&device, &inode], (folder.mtime(), folder.mtime_nsec()), b"")
}

/// Which folder it is: in another one, put in its place, old files are new. Devices are numbered anew when a machine starts.
pub fn validity(folder: &Metadata) -> u32 {
    let [first, second, third, fourth, ..] = fingerprint(&[&folder.ino().to_le_bytes()], (0, 0), b"");
    u32::from_le_bytes([first, second, third, fourth])
}

/// The name without its marks, which stand behind a colon.
pub fn unique(name: &OsStr) -> &OsStr {
    let bytes = name.as_bytes();
    let end = bytes.iter().position(|byte| *byte == b':').unwrap_or(bytes.len());
    OsStr::from_bytes(bytes.get(..end).unwrap_or(bytes))
}

/// The name with the mark of what was seen; marks stand in the order of the alphabet.
pub fn seen(name: &OsStr) -> OsString {
    let marks = name.as_bytes().get(unique(name).len()..).unwrap_or_default();
    let mut marks: Vec<u8> = marks.strip_prefix(b":2,").unwrap_or_default().to_vec();
    marks.push(b'S');
    marks.retain(u8::is_ascii_alphabetic);
    marks.sort_unstable();
    marks.dedup();
    OsString::from(OsStr::from_bytes(&[unique(name).as_bytes(), b":2,", &marks].concat()))
}

/// How many of these are taken at once.
pub fn batch(lying: &[Lying]) -> usize {
    let mut bytes = 0;
    let fits = |lying: &&Lying| {
        bytes += lying.bytes;
        bytes <= BYTES
    };
    lying.iter().take(MAILS).take_while(fits).count().max(1)
}

/// A folder that is one itself: a link to one could lead anywhere.
///
/// # Errors
/// It is not there, or is none.
pub fn real_folder(folder: &Path) -> Result<Metadata, Trouble> {
    let wrong = |reason: String| {
        Trouble::new(TroubleKind::Folder, format!("The folder {} cannot be read: {reason}.", folder.display()))
    };
    let metadata = fs::symlink_metadata(folder).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => wrong("it is not there, so this is no Maildir".to_owned()),
        _ => wrong(error.to_string()),
    })?;
    if metadata.is_dir() { Ok(metadata) } else { Err(wrong("it is no folder".to_owned())) }
}

/// The files of a folder that changed at this time or later (in seconds since 1970), oldest first, and when the newest of all
/// changed; links and whatever is no file are left out.
///
/// # Errors
/// The folder cannot be read.
pub fn listed(folder: &Path, since: i64) -> Result<(Vec<Lying>, i64), Trouble> {
    real_folder(folder)?;
    let unreadable = |error: io::Error| {
        Trouble::new(TroubleKind::Folder, format!("The folder {} cannot be read: {error}.", folder.display()))
    };
    let (mut found, mut newest) = (Vec::new(), 0);
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        if name.as_bytes().first() == Some(&b'.') {
            continue;
        }
        // Not of what a link leads to.
        let Ok(metadata) = entry.metadata() else { continue };
        if !metadata.is_file() {
            continue;
        }
        newest = newest.max(metadata.ctime());
        if metadata.ctime() >= since {
            found.push(Lying {
                written: (metadata.mtime(), metadata.mtime_nsec()),
                name,
                bytes: metadata.len(),
                changed: metadata.ctime(),
                identity: (metadata.dev(), metadata.ino()),
            });
        }
    }
    found.sort_unstable();
    Ok((found, newest))
}

/// The mail of a file; `None` where that is gone.
///
/// # Errors
/// It cannot be read.
pub fn mail(path: &Path, lying: &Lying, sent: bool) -> io::Result<Option<Fetched>> {
    let opened = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let metadata = opened.metadata()?;
    // Something else was put in its place.
    if (metadata.dev(), metadata.ino()) != lying.identity {
        return Ok(None);
    }
    let too_much = metadata.len() > u64::from(LARGEST);
    let mut raw = Vec::new();
    let most = if too_much { HEADER as u64 } else { u64::from(LARGEST) };
    opened.take(most).read_to_end(&mut raw)?;
    let mut incomplete = None;
    if too_much {
        raw.truncate(crate::mail::body_at(&raw));
        // In which of its folders, others may change.
        incomplete = Some(format!(
            "{}{LIES}in {}, in a file whose name begins with {}.",
            too_large(metadata.len()),
            path.parent().and_then(Path::parent).unwrap_or(path).display(),
            unique(&lying.name).display()
        ));
    }
    Ok(Some(Fetched { place: None, sent, arrived: Some(lying.written.0), raw, incomplete }))
}
