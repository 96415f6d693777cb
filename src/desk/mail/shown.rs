//! What a page shows of mails: those that wait, how the mailboxes do, and one as it came.

use crate::{
    desk::{
        Desk, News, Outcome,
        page::{Denied, EXACT, MailWants, NoticeKind, NoticeRow, Original, Page, Viewer, Wants},
    },
    domain::{mail::MailboxHealth, people::Notify},
    policy::{access::Access, rights},
    store::{Connection, Writing, conversations::moment, mailboxes, notices, people, windows},
};

/// How many mails and replies wait, and how the mailboxes do: nothing of either for anybody but owner and admins.
pub fn for_administrators(connection: &Connection, access: &Access) -> Outcome<(u32, Vec<MailboxHealth>)> {
    if !access.everything() {
        return Ok((0, Vec::new()));
    }
    Ok((waiting(connection)?, mailboxes::health(connection)?))
}

/// How many mails and replies are held.
pub fn waiting(connection: &Connection) -> Outcome<u32> {
    let held = windows::count_mails(connection, EXACT + 1)? + windows::count_replies(connection, EXACT + 1)?;
    Ok(held.min(EXACT + 1))
}

/// An administrator's notice that something is held, with its words made now (R6.7); `None` where nothing is any more.
/// `waiting`: how many mails and replies are held.
pub fn notice_of_held(connection: &Connection, access: &Access, waiting: u32) -> Outcome<Option<NoticeRow>> {
    if !access.everything() || waiting == 0 {
        return Ok(None);
    }
    let Some(stored) = notices::held(connection, access.agent())? else { return Ok(None) };
    let words = match waiting {
        1 => "Held: 1 mail or reply waits for a decision".to_owned(),
        many if many > EXACT => format!("Held: more than {EXACT} mails and replies wait for a decision"),
        many => format!("Held: {many} mails and replies wait for a decision"),
    };
    Ok(Some(NoticeRow {
        id: stored.id,
        kind: NoticeKind::Held,
        conversation: None,
        seq: None,
        text: Some(words),
        at: Some(moment(stored.at)),
        read: stored.cleared,
    }))
}

/// Rings the bells of owner and admins because something is held, unless they want no notices (R7.1).
pub fn ring_held(writing: &Writing<'_>, now: i64) -> Outcome<()> {
    let first = windows::count_mails(writing, 2)? + windows::count_replies(writing, 2)? <= 1;
    for agent in people::agents(writing)? {
        if agent.active && agent.role.administers() && agent.notify_customers != Notify::None {
            notices::ring_held(writing, agent.id, first, now)?;
        }
    }
    Ok(())
}

impl Desk {
    /// An administrator looks at what is held: its bell stops.
    ///
    /// # Errors
    /// Not for this agent (R5.6), or a failing disk.
    pub fn see_held(&self, who: &Viewer) -> Outcome<()> {
        self.write_news(|writing| {
            rights::administer(&Self::me(writing, who)?)?;
            notices::clear_held(writing, who.id)?;
            Ok(((), News::EVERYTHING.only_for(who.id)))
        })
    }

    /// Puts what is wanted of mails on a page.
    pub(in crate::desk) fn about_mails(&self, page: &mut Page, who: &Viewer, wants: &Wants) -> Outcome<()> {
        if wants.held && page.me.role.administers() {
            page.held_mails = Some(self.held(who)?);
            page.held_replies = Some(self.held_replies(who)?);
        }
        if let Some(mail) = wants.mail {
            page.original = self.original(who, mail)?;
        }
        page.mergeable = match wants.mergeable.map(|conversation| self.mergeable(who, conversation)) {
            // It was merged, closed off or taken away while it was looked at.
            None | Some(Err(Denied::NotFound(_) | Denied::Refused(_))) => None,
            Some(others) => Some(others?),
        };
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
