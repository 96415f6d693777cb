//! One call of the program: what is in force for it, and the desk it is about.

use super::failure::Failure;
use crate::{
    config::Config,
    desk::{
        Clock, Desk,
        page::{Page, Viewer, Wants},
    },
};
use chrono::Utc;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// What is in force.
#[derive(Debug)]
pub struct Call {
    /// File, environment and flags.
    pub config: Config,
}

/// A desk with the agent who acts on it.
pub struct Acting {
    /// The desk.
    pub desk: Desk,
    /// Who acts.
    pub viewer: Viewer,
}

impl Call {
    /// The time, as the desk asks for it.
    pub fn clock() -> Clock {
        Arc::new(Utc::now)
    }

    /// Where the desk file is.
    ///
    /// # Errors
    /// Where nothing says so.
    pub fn desk_file(&self) -> Result<&Path, Failure> {
        let settled = self.config.desk.as_ref().map(|settled| settled.value.as_path());
        settled.ok_or_else(|| Failure::usage("No home directory says where the desk is. Name its file with --desk."))
    }

    /// The handle of the agent who acts; `None`: the only active one.
    pub fn actor(&self) -> Option<&str> {
        self.config.actor.as_ref().map(|settled| settled.value.as_str())
    }

    /// Opens the desk.
    ///
    /// # Errors
    /// Where there is none, or the file is not one.
    pub fn desk(&self) -> Result<Desk, Failure> {
        Ok(Desk::open(self.desk_file()?, Self::clock())?)
    }

    /// Opens the desk and admits whoever acts.
    ///
    /// # Errors
    /// Also where the agent is unknown or switched off.
    pub fn acting(&self) -> Result<Acting, Failure> {
        let desk = self.desk()?;
        let viewer = desk.admit(self.actor())?;
        Ok(Acting { desk, viewer })
    }
}

impl Acting {
    /// Reads one page without the sidebar's numbers, which only `section list` prints.
    ///
    /// # Errors
    /// As the desk says.
    pub fn read(&self, wants: Wants) -> Result<Page, Failure> {
        Ok(self.desk.read(&self.viewer, &Wants { without_numbers: true, ..wants })?)
    }
}

/// A path in words.
pub fn said(path: &Path) -> String {
    path.display().to_string()
}

/// Makes the folder of a file that nobody chose by hand, for its owner alone.
///
/// # Errors
/// Where the system does not let it.
pub fn make_folder(file: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::DirBuilderExt;
    let Some(folder) = file.parent().map(PathBuf::from) else { return Ok(()) };
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    made.map_err(|error| Failure::failed(format!("The folder {} cannot be made: {error}.", said(&folder))))
}
