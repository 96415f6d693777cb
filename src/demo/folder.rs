//! Folders for demo desks, which nobody else can read, foresee or have made before.

use crate::desk::page::Denied;
use std::{
    fmt::Write as _,
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

/// A folder of its own, gone with the value, with everything in it.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Makes a folder inside of this one, which is made as well where there is none. Its name begins with these words.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn within(parent: &Path, words: &str) -> Result<Self, Denied> {
        let mut chance = [0; 16];
        getrandom::fill(&mut chance)
            .map_err(|error| Denied::Failed(format!("The system gives no random numbers: {error}.")))?;
        let mut name = words.to_owned();
        for byte in chance {
            // Writing into a text cannot fail.
            let _ = write!(name, "{byte:02x}");
        }
        Self::named(parent, &name)
            .map_err(|error| Denied::Failed(format!("No room for a demo desk can be made: {error}.")))
    }

    fn named(parent: &Path, name: &str) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
        let folder = parent.join(name);
        // One that is there already may be somebody else's, or lead anywhere.
        DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self(folder))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is found by whoever looks after the folder for such.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    #[test]
    fn no_name_comes_twice_and_nothing_stays() {
        let parent = tempfile::tempdir().unwrap();
        let [one, other] = [0, 1].map(|_| Folder::within(&parent.path().join("tmp"), "demo-").unwrap());
        assert_ne!(one.path(), other.path());
        assert_eq!(one.path().metadata().unwrap().permissions().mode() & 0o777, 0o700);
        std::fs::write(one.path().join("desk.db"), "x").unwrap();
        drop((one, other));
        assert_eq!(std::fs::read_dir(parent.path().join("tmp")).unwrap().count(), 0);
    }

    #[test]
    fn what_is_there_already_is_not_taken() {
        let (parent, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::create_dir(parent.path().join("folder")).unwrap();
        symlink(elsewhere.path(), parent.path().join("link")).unwrap();
        for name in ["folder", "link"] {
            let refused = Folder::named(parent.path(), name).unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists, "{name}");
        }
        assert!(elsewhere.path().exists() && parent.path().join("folder").exists());
    }
}
