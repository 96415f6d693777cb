//! What a page shows of mails: those that wait, how the mailboxes do, and one as it came.

use crate::{
    desk::{
        Desk, Outcome,
        page::{Denied, EXACT, MailWants, Original, Page, Viewer, Wants},
    },
    domain::mail::MailboxHealth,
    policy::access::Access,
    store::{Connection, mailboxes, windows},
};

/// How many mails and replies wait, and how the mailboxes do: nothing of either for anybody but owner and admins.
pub fn for_administrators(connection: &Connection, access: &Access) -> Outcome<(u32, Vec<MailboxHealth>)> {
    if !access.everything() {
        return Ok((0, Vec::new()));
    }
    let held = windows::count_mails(connection, EXACT + 1)? + windows::count_replies(connection, EXACT + 1)?;
    Ok((held.min(EXACT + 1), mailboxes::health(connection)?))
}

impl Desk {
    /// Puts what is wanted of mails on a page.
    pub(in crate::desk) fn about_mails(&self, page: &mut Page, who: &Viewer, wants: &Wants) -> Outcome<()> {
        if wants.held && page.me.role.administers() {
            page.held_mails = Some(self.held(who)?);
            page.held_replies = Some(self.held_replies(who)?);
        }
        if let Some(mail) = wants.mail {
            page.original = self.original(who, mail)?;
        }
        Ok(())
    }

    /// A mail as it came; `None` where there is none, or none for this viewer.
    fn original(&self, who: &Viewer, wants: MailWants) -> Outcome<Option<Original>> {
        let found = match wants {
            MailWants::Of(conversation, seq) => self.raw_mail(who, conversation, seq).and_then(|bytes| {
                let Some(bytes) = bytes else { return Ok(None) };
                let head = self.mail_head(who, conversation, seq)?;
                Ok(Some(Original::of(head, self.why(who, conversation, seq)?, String::new(), &bytes)))
            }),
            MailWants::Held(id) => self.held_mail(who, id).map(|(mail, bytes)| {
                let words = self.letter(&bytes).map(|letter| letter.text).unwrap_or_default();
                Some(Original::of(None, mail.reasons, words, &bytes))
            }),
        };
        match found {
            // It was decided about, or taken away, while it was looked at.
            Err(Denied::NotFound(_) | Denied::Refused(_)) => Ok(None),
            other => other,
        }
    }
}
