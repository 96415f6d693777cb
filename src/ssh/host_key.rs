//! The key that the server proves itself with: made once, kept beside the desk, readable by nobody else.

use russh::keys::{Algorithm, HashAlg, PrivateKey, key::safe_rng, ssh_key::LineEnding};
use std::{
    fs::{self, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};
use thiserror::Error;

/// A key file is a few hundred bytes.
const LARGEST: u64 = 64 * 1024;

/// Why there is no host key.
#[derive(Debug, Error)]
pub enum HostKeyError {
    /// The system's words.
    #[error("The host key {} cannot be {done}: {reason}.", file.display())]
    File {
        /// Where.
        file: PathBuf,
        /// "read", "made" …
        done: &'static str,
        /// What the system says.
        reason: io::Error,
    },
    /// Somebody else could have read it.
    #[error("The host key {} can be read by others. Take that away with chmod 600; if others may have read it, remove the file, and every agent will be asked to trust a new key.", .0.display())]
    Open(PathBuf),
    /// Something else lies there.
    #[error("{} is not an SSH private key without a passphrase; it was left untouched. Move it away, and a new host key is made.", .0.display())]
    Foreign(PathBuf),
}

/// The file beside the desk that keeps the key.
pub fn beside(desk: &Path) -> PathBuf {
    let mut name = desk.as_os_str().to_owned();
    name.push(".host_key");
    name.into()
}

/// "SHA256:…", as clients show it.
pub fn fingerprint(key: &PrivateKey) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

/// Reads the key, or makes it where there is none.
///
/// # Errors
/// Others may read the file, it holds something else, or the system does not let it be read or made.
pub fn load(file: &Path) -> Result<PrivateKey, HostKeyError> {
    if let Some(key) = read(file)? {
        return Ok(key);
    }
    make(file).map_err(|reason| failed(file, "made", reason))?;
    // Another server may have been faster: what lies there now is the key.
    read(file)?.ok_or_else(|| failed(file, "read", io::ErrorKind::NotFound.into()))
}

fn failed(file: &Path, done: &'static str, reason: io::Error) -> HostKeyError {
    HostKeyError::File { file: file.to_owned(), done, reason }
}

fn read(file: &Path) -> Result<Option<PrivateKey>, HostKeyError> {
    let opened = match fs::File::open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(reason) => return Err(failed(file, "read", reason)),
    };
    let about = opened.metadata().map_err(|reason| failed(file, "read", reason))?;
    if !about.is_file() {
        return Err(HostKeyError::Foreign(file.to_owned()));
    }
    if about.mode() & 0o077 != 0 {
        return Err(HostKeyError::Open(file.to_owned()));
    }
    let mut text = String::new();
    let read = opened.take(LARGEST).read_to_string(&mut text);
    match read {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return Err(HostKeyError::Foreign(file.to_owned())),
        Err(reason) => return Err(failed(file, "read", reason)),
    }
    match PrivateKey::from_openssh(text.trim()) {
        Ok(key) if !key.is_encrypted() => Ok(Some(key)),
        Ok(_) | Err(_) => Err(HostKeyError::Foreign(file.to_owned())),
    }
}

/// Writes a new key beside the place, then links it there: never half a key, and never in place of another one.
fn make(file: &Path) -> io::Result<()> {
    let key = PrivateKey::random(&mut safe_rng(), Algorithm::Ed25519).map_err(io::Error::other)?;
    let text = key.to_openssh(LineEnding::LF).map_err(io::Error::other)?;
    let mut draft = file.as_os_str().to_owned();
    draft.push(format!(".{}", std::process::id()));
    let draft = PathBuf::from(draft);
    // One that a killed process left, or that somebody put there to read the key: never written into.
    if let Err(error) = fs::remove_file(&draft)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let kept =
        written.write_all(text.as_bytes()).and_then(|()| written.sync_all()).and_then(|()| {
            match fs::hard_link(&draft, file) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
                linked => linked,
            }
        });
    // The draft is the same file under another name, or of no use.
    let _ = fs::remove_file(&draft);
    kept
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn set_mode(file: &Path, mode: u32) {
        fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_key_is_made_once_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = beside(&folder.path().join("desk.db"));
        let made = load(&file).unwrap();
        assert_eq!(file.file_name().unwrap(), "desk.db.host_key");
        assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fingerprint(&load(&file).unwrap()), fingerprint(&made));
        assert!(fingerprint(&made).starts_with("SHA256:"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
    }

    #[test]
    fn a_key_is_never_written_into_a_file_that_lies_there() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        let (draft, elsewhere) =
            (folder.path().join(format!("key.{}", std::process::id())), folder.path().join("elsewhere"));
        fs::write(&elsewhere, "").unwrap();
        std::os::unix::fs::symlink(&elsewhere, &draft).unwrap();
        load(&file).unwrap();
        assert_eq!(fs::read_to_string(&elsewhere).unwrap(), "");
        assert!(!draft.exists());
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        load(&file).unwrap();
        set_mode(&file, 0o640);
        let refused = load(&file).unwrap_err().to_string();
        assert!(refused.contains("can be read by others") && refused.contains("chmod 600"), "{refused}");
        set_mode(&file, 0o600);
        load(&file).unwrap();
    }

    #[test]
    fn what_is_no_key_is_left_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        for foreign in ["my diary", "", "\0\u{1b}"] {
            fs::write(&file, foreign).unwrap();
            set_mode(&file, 0o600);
            let refused = load(&file).unwrap_err().to_string();
            assert!(refused.contains("left untouched"), "{refused}");
            assert_eq!(fs::read_to_string(&file).unwrap(), foreign);
        }
        fs::write(&file, [0xff, 0xfe, 0x00]).unwrap();
        assert!(matches!(load(&file), Err(HostKeyError::Foreign(_))));
        fs::remove_file(&file).unwrap();
        fs::create_dir(&file).unwrap();
        assert!(load(&file).is_err());
    }
}
