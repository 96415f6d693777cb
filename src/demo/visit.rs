//! Demo desks for visitors: each has one of its own for as long as the visit lasts, within limits.

use super::{
    build,
    folder::Folder,
    live::Live,
    people,
    script::{self, Script},
    write_back,
};
use crate::desk::{Clock, Desk, page::Denied};
use chrono::{DateTime, Duration, Utc};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// How many visits there may be, and how long and large one may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VisitLimits {
    /// At the same time.
    pub visits: usize,
    /// From the first screen to the last.
    pub age: Duration,
    /// Bytes of a desk's file; more is refused as on a full disk.
    pub size: u64,
}

impl Default for VisitLimits {
    fn default() -> Self {
        Self { visits: 20, age: Duration::hours(1), size: 16 * 1024 * 1024 }
    }
}

/// Where visitors' desks are made.
pub struct Visits {
    folder: Folder,
    limits: VisitLimits,
    clock: Clock,
    open: AtomicUsize,
}

/// One visitor's desk, with customers who write back; gone, file and all, with the value.
pub struct Visit {
    /// The desk.
    pub desk: Desk,
    /// When the visit is over.
    pub ends: DateTime<Utc>,
    // Nobody writes back to a desk that is being taken away: dropped before the place is.
    customers: Option<write_back::Writing>,
    place: Place,
}

/// A folder of its own; until it is gone the visit counts.
struct Place {
    folder: Folder,
    _counted: Counted,
}

/// One of the visits that there may be, given back with the value.
struct Counted(Arc<Visits>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        self.customers = None;
    }
}

impl Visits {
    /// Visits whose desks are made in a new folder inside this one, which nobody else can read.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn within(parent: &Path, limits: VisitLimits, clock: Clock) -> Result<Arc<Self>, Denied> {
        let folder = Folder::within(parent, "deskline-visits-")?;
        Ok(Arc::new(Self { folder, limits, clock, open: AtomicUsize::new(0) }))
    }

    /// The limits.
    pub fn limits(&self) -> VisitLimits {
        self.limits
    }

    /// How many visits there are now.
    pub fn open(&self) -> usize {
        self.open.load(Ordering::SeqCst)
    }

    /// Makes a visitor's desk.
    ///
    /// # Errors
    /// There are too many visitors, or the desk cannot be made.
    pub fn begin(self: &Arc<Self>) -> Result<Visit, Denied> {
        let room = |open: usize| (open < self.limits.visits).then_some(open + 1);
        if self.open.fetch_update(Ordering::SeqCst, Ordering::SeqCst, room).is_err() {
            return Err(Denied::Failed(
                "All demo desks are taken. Come again in a few minutes, or run “deskline demo” at home.".into(),
            ));
        }
        let counted = Counted(Arc::clone(self));
        let place = Place { folder: Folder::within(self.folder.path(), "")?, _counted: counted };
        let (desk, customers) = play(&place.folder.path().join("desk.db"), &script::built_in(), &self.clock)?;
        desk.limit_size(self.limits.size)?;
        Ok(Visit { ends: desk.now() + self.limits.age, desk, customers: Some(customers), place })
    }
}

impl Visit {
    /// The folder that goes with the visit.
    pub fn folder(&self) -> &Path {
        self.place.folder.path()
    }
}

/// Plays a script on a new desk, whose customers then write back for as long as the second value is kept.
///
/// # Errors
/// As [`build::build`].
pub fn play(file: &Path, script: &Script, clock: &Clock) -> Result<(Desk, write_back::Writing), Denied> {
    let built = build::build(file, script, clock)?;
    let live = Live::new(script, &built.numbers, built.desk.now());
    let owner = people::people(script).into_iter().next().map_or_else(String::new, |owner| owner.handle);
    let customers = write_back::begin(&built.desk, live, &owner)?;
    Ok((built.desk, customers))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::desk::page::Wants;
    use crate::domain::envelope::{Channel, Inbound};
    use std::os::unix::fs::PermissionsExt as _;

    fn visits(limits: VisitLimits) -> (tempfile::TempDir, Arc<Visits>) {
        let folder = tempfile::tempdir().unwrap();
        let visits = Visits::within(folder.path(), limits, Arc::new(Utc::now)).unwrap();
        (folder, visits)
    }

    #[test]
    fn every_visitor_has_a_desk_alone_and_nothing_of_it_stays() {
        let (folder, visits) = visits(VisitLimits { visits: 2, ..VisitLimits::default() });
        let (one, other) = (visits.begin().unwrap(), visits.begin().unwrap());
        assert_ne!(one.desk.file(), other.desk.file());
        assert_eq!(one.folder().metadata().unwrap().permissions().mode() & 0o777, 0o700);
        let refused = visits.begin().err().unwrap().to_string();
        assert!(refused.starts_with("All demo desks are taken."), "{refused}");
        let ana = one.desk.admit(Some("ana")).unwrap();
        assert!(one.desk.read(&ana, &Wants::default()).unwrap().badge > 0);
        let gone = one.folder().to_owned();
        drop(one);
        assert!(!gone.exists());
        assert_eq!(visits.open(), 1);
        drop((visits.begin().unwrap(), other, visits));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the last one leaves nothing either");
    }

    #[test]
    fn a_desk_grows_no_larger_than_it_may() {
        let (_folder, visits) = visits(VisitLimits { size: 1 << 20, ..VisitLimits::default() });
        let visit = visits.begin().unwrap();
        let text = "a long story ".repeat(8_000);
        let write = |number: usize| {
            visit.desk.receive(&Inbound {
                from: format!("somebody{number}@example.com"),
                name: None,
                group: None,
                conversation: None,
                channel: Channel::Chat,
                message_id: None,
                subject: None,
                text: text.clone(),
            })
        };
        let refused = (0..40).find_map(|number| write(number).err()).unwrap().to_string();
        assert!(refused.contains("full"), "{refused}");
        assert!(visit.desk.file().metadata().unwrap().len() <= 1 << 20);
    }
}
