//! Why a mail went where it went, asked by the Message-ID in its header: of all mails under it that the viewer may know of.

use super::why::about;
use crate::{
    desk::{
        Desk, Outcome,
        page::{Denied, Viewer},
    },
    domain::{
        id::{ConversationId, EntrySeq},
        mail::Verdict,
    },
    policy::access::Access,
    store::{
        Connection, conversations,
        mails::{self, StoredMail},
        messages::{self, StoredEntry},
        threads,
    },
};

/// So many mails under one Message-ID are looked at: senders choose it.
const LOOKED_AT: usize = 200;

/// What became of a mail, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyMail {
    /// The conversation it is in, or that it would have gone to; `None` where there is none.
    pub conversation: Option<ConversationId>,
    /// Its entry there, or the one that it is about.
    pub message: Option<EntrySeq>,
    /// What was decided about it, in a word; `left` for one that this desk sent.
    pub verdict: &'static str,
    /// What became of it, where it came from, and why; full sentences.
    pub sentences: Vec<String>,
}

impl Desk {
    /// Why the mails under a Message-ID, with or without its angle brackets, went where they went: those in conversations
    /// that the viewer may see; for owner and admins also those that are in none.
    ///
    /// # Errors
    /// Not found: none is there, as far as this viewer may know.
    pub fn why_mail(&self, who: &Viewer, header_id: &str) -> Outcome<Vec<WhyMail>> {
        let bare = header_id.trim();
        let bare = bare.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(bare);
        let reader = self.inner.store.reader()?;
        let snapshot = reader.snapshot()?;
        let looking =
            Looking { desk: self, who, connection: &snapshot, access: Access::of(&Self::me(&snapshot, who)?) };
        let mut found = Vec::new();
        for mail in mails::by_header(&snapshot, bare, LOOKED_AT)? {
            found.extend(looking.came(&mail)?);
        }
        found.extend(looking.left(bare)?);
        if found.is_empty() {
            let text = "There is no mail with that Message-ID. It stands in a mail's header, as <…@…>.";
            return Err(Denied::NotFound(text.to_owned()));
        }
        Ok(found)
    }
}

struct Looking<'a> {
    desk: &'a Desk,
    who: &'a Viewer,
    connection: &'a Connection,
    access: Access,
}

impl Looking<'_> {
    /// A mail that came in.
    fn came(&self, mail: &StoredMail) -> Outcome<Option<WhyMail>> {
        let entry = self.entry(mail.decided.message)?;
        // A message may have moved since.
        let conversation = entry.as_ref().map(|entry| entry.conversation).or(mail.decided.conversation);
        let seen = match conversation {
            Some(id) => self.sees(id)?,
            None => self.access.everything(),
        };
        let stands = match mail.decided.verdict {
            Verdict::Message | Verdict::Report | Verdict::SentOutside => conversation.is_some(),
            Verdict::Held(_) | Verdict::Quarantined(_) | Verdict::Refused | Verdict::Ignored | Verdict::Discarded => {
                false
            }
        };
        if !seen || !(stands || self.access.everything()) {
            return Ok(None);
        }
        let message = entry.as_ref().map(|entry| entry.seq);
        let mut sentences = vec![became(mail, conversation, message)];
        sentences.extend(about(self.connection, &self.access, mail, entry.map(|entry| entry.author))?);
        Ok(Some(WhyMail { conversation, message, verdict: mail.decided.verdict.word(), sentences }))
    }

    /// A mail that this desk sent.
    fn left(&self, header_id: &str) -> Outcome<Option<WhyMail>> {
        let Some(out) = threads::went_out(self.connection, header_id)? else { return Ok(None) };
        if !self.sees(out.conversation)? {
            return Ok(None);
        }
        let message = self.entry(out.message)?.map(|entry| entry.seq);
        let place = place(Some(out.conversation), message);
        Ok(Some(WhyMail {
            conversation: Some(out.conversation),
            message,
            verdict: "left",
            sentences: vec![format!("This desk sent it; it stands in {place}.")],
        }))
    }

    fn entry(&self, message: Option<i64>) -> Outcome<Option<StoredEntry>> {
        Ok(message.map(|message| messages::by_id(self.connection, message)).transpose()?.flatten())
    }

    fn sees(&self, id: ConversationId) -> Outcome<bool> {
        let Some(facts) = conversations::load_facts(self.connection, id)? else { return Ok(false) };
        let opened = || self.desk.has_opened(self.who, id);
        Ok(self.access.holds(&facts) && (!self.access.withheld(&facts) || opened()))
    }
}

fn became(mail: &StoredMail, conversation: Option<ConversationId>, message: Option<EntrySeq>) -> String {
    let place = place(conversation, message);
    match mail.decided.verdict {
        Verdict::Message => format!("It is {place}."),
        Verdict::SentOutside => format!("It is {place}, sent from outside of the desk."),
        Verdict::Report => format!("It reports about {place}."),
        Verdict::Held(_) | Verdict::Quarantined(_) => {
            format!("It waits for an administrator: deskline held show {}", mail.id)
        }
        Verdict::Refused => "It was refused.".to_owned(),
        Verdict::Ignored => "Nothing was made of it.".to_owned(),
        Verdict::Discarded => "An administrator threw it away.".to_owned(),
    }
}

fn place(conversation: Option<ConversationId>, message: Option<EntrySeq>) -> String {
    match (conversation, message) {
        (Some(id), Some(seq)) => format!("message {seq} of #{id}"),
        (Some(id), None) => format!("#{id}"),
        (None, _) => "no conversation".to_owned(),
    }
}
