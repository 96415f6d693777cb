//! What the configuration of mailboxes names, looked up in the desk.

use crate::{
    desk::{Desk, Outcome},
    store::people,
};

impl Desk {
    /// Whether there is a group of this name. For whoever has the configuration, not for agents.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn has_group(&self, name: &str) -> Outcome<bool> {
        Ok(people::group_by_name(&*self.inner.store.reader()?, name)?.is_some())
    }
}
