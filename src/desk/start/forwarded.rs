//! What is forwarded to an address outside: where it comes from, and that it stays as private there (R1.2, R6.4).

use super::Starting;
use crate::{
    desk::{Outcome, act::accessible},
    domain::{
        command::StartWith,
        conversation::{Audience, Facts, Privacy},
        refusal::Refusal,
    },
    policy::access::Access,
};

impl Starting<'_> {
    /// The conversation that is quoted to an address outside, where it is one.
    pub(super) fn source(&self, with: &StartWith) -> Outcome<Option<Facts>> {
        let StartWith::Forward { from, .. } = with else { return Ok(None) };
        let source = accessible(self.writing, &Access::of(&self.me), *from)?;
        if source.audience == Audience::Internal {
            let text = "Nothing of an internal conversation goes outside. Write what may go there in a new one.";
            return Err(Refusal::denied("R1.2", text).into());
        }
        Ok(Some(source))
    }

    /// What is quoted from a private conversation stays as private: nobody reads it who could not read it there (R6.4).
    pub(super) fn keep_as_private(&self, facts: &mut Facts, source: &Facts, grouped: bool) -> Outcome<()> {
        if source.privacy == Privacy::Public {
            return Ok(());
        }
        facts.privacy = Privacy::Private;
        if self.me.role.administers() {
            if grouped {
                let text =
                    "It comes from a private conversation, and the whole group could read it. Leave the group out.";
                return Err(Refusal::denied("R6.4", text).into());
            }
            facts.group = None;
        }
        Ok(())
    }
}
