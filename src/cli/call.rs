//! One call of the program: who calls, what is in force for it, and the desk it is about.

use super::{failure::Failure, streams::Input};
use crate::{
    config::Config,
    desk::{
        Clock, Desk,
        page::{Page, Viewer, Wants},
    },
    email::reader::letter,
};
use chrono::Utc;
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// One call.
#[derive(Debug)]
pub struct Call {
    caller: Caller,
    /// Where TEXT is read that no option gives.
    pub input: Input,
}

/// Who calls.
enum Caller {
    /// Somebody at this machine: file, environment and flags say which desk is meant and who acts.
    Here(Box<Config>),
    /// An agent who was let in elsewhere, at a desk that is open. Nothing of this machine's configuration is theirs to see.
    Elsewhere(Acting),
}

impl fmt::Debug for Caller {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Here(config) => formatter.debug_tuple("Here").field(config).finish(),
            Self::Elsewhere(acting) => formatter.debug_tuple("Elsewhere").field(&acting.viewer).finish(),
        }
    }
}

/// A desk with the agent who acts on it.
#[derive(Clone)]
pub struct Acting {
    /// The desk.
    pub desk: Desk,
    /// Who acts.
    pub viewer: Viewer,
}

impl Call {
    /// A call by somebody at this machine.
    pub fn here(config: Config, input: Input) -> Self {
        Self { caller: Caller::Here(Box::new(config)), input }
    }

    /// A call by an agent who was let in elsewhere.
    pub const fn elsewhere(acting: Acting, input: Input) -> Self {
        Self { caller: Caller::Elsewhere(acting), input }
    }

    /// What is in force; `None` for who is not at this machine.
    pub fn own_config(&self) -> Option<&Config> {
        match &self.caller {
            Caller::Here(config) => Some(config),
            Caller::Elsewhere(_) => None,
        }
    }

    /// What is in force.
    ///
    /// # Errors
    /// For who is not at this machine.
    pub fn config(&self) -> Result<&Config, Failure> {
        self.own_config().ok_or_else(|| Failure::usage("This works on the machine of the desk alone."))
    }

    /// Whether it is said who acts.
    pub fn names_an_actor(&self) -> bool {
        match &self.caller {
            Caller::Here(config) => config.actor.is_some(),
            Caller::Elsewhere(_) => true,
        }
    }

    /// The time, as the desk asks for it.
    pub fn clock() -> Clock {
        Arc::new(Utc::now)
    }

    /// Where the desk file is.
    ///
    /// # Errors
    /// Where nothing says so.
    pub fn desk_file(&self) -> Result<&Path, Failure> {
        let settled = self.config()?.desk.as_ref().map(|settled| settled.value.as_path());
        settled.ok_or_else(|| Failure::usage("No home directory says where the desk is. Name its file with --desk."))
    }

    /// Opens the desk.
    ///
    /// # Errors
    /// Where there is none, or the file is not one.
    pub fn desk(&self) -> Result<Desk, Failure> {
        match &self.caller {
            Caller::Here(_) => {
                let desk = Desk::open(self.desk_file()?, Self::clock())?;
                desk.read_mail_with(letter);
                Ok(desk)
            }
            Caller::Elsewhere(acting) => Ok(acting.desk.clone()),
        }
    }

    /// Opens the desk and admits whoever acts.
    ///
    /// # Errors
    /// Also where the agent is unknown or switched off.
    pub fn acting(&self) -> Result<Acting, Failure> {
        match &self.caller {
            Caller::Here(config) => {
                let desk = self.desk()?;
                // Nobody named: the only active agent.
                let viewer = desk.admit(config.actor.as_ref().map(|settled| settled.value.as_str()))?;
                Ok(Acting { desk, viewer })
            }
            Caller::Elsewhere(acting) => Ok(acting.clone()),
        }
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
