//! What is known about the mails behind a message: why they went where they went, whom they name, their bytes, what looks
//! like what. All of it through access to the conversation.

use super::merge::Merging;
use crate::{
    desk::{
        Desk, News, Outcome,
        act::{accessible, not_found},
        page::{Denied, Viewer},
    },
    domain::{
        conversation::{Audience, Author, Facts, State},
        id::{ConversationId, EntrySeq},
        letter::Correspondent,
        mail::{Likeness, LikenessWhy, MailHead, Reason, Verdict},
    },
    policy::access::Access,
    store::{
        Connection, conversations, correspondents,
        mails::{self, StoredMail},
        merges,
        messages::{self, StoredEntry, Window},
        parts, people, threads,
    },
};

/// How many conversations of a customer are looked at for what else one may be merged into, the newest.
const LOOKED_AT: u32 = 50;

impl Desk {
    /// Why a message is where it is: sentences, what is known of each mail behind it.
    ///
    /// # Errors
    /// Not found or restricted (R6.6), or no such entry.
    pub fn why(&self, who: &Viewer, conversation: ConversationId, seq: EntrySeq) -> Outcome<Vec<String>> {
        self.behind(who, conversation, seq, |connection, access, entry| {
            let mut sentences = Vec::new();
            for mail in mails::of_message(connection, entry.id)? {
                sentences.extend(about(connection, access, &mail, Some(entry.author))?);
            }
            if sentences.is_empty() {
                sentences.push(match entry.author {
                    Author::Agent(_) => "An agent wrote it here.".to_owned(),
                    // The channel's name is the word of whoever handed it in, and may well be “email”.
                    Author::Customer(_) => entry.channel.as_deref().map_or_else(
                        || "It came another way than by mail.".to_owned(),
                        |channel| format!("It was handed in by the channel “{channel}”, with no mail behind it."),
                    ),
                    Author::System => "The desk wrote it.".to_owned(),
                });
            }
            Ok(sentences)
        })
    }

    /// The bytes of the mail that became a message, its reply tokens made unreadable; `None` where it did not come by mail.
    /// Of what an agent wrote by mail, only that agent gets them.
    ///
    /// # Errors
    /// As [`Desk::why`].
    pub fn raw_mail(&self, who: &Viewer, conversation: ConversationId, seq: EntrySeq) -> Outcome<Option<Vec<u8>>> {
        self.behind(who, conversation, seq, |connection, access, entry| {
            if matches!(entry.author, Author::Agent(agent) if agent != access.agent()) {
                return Ok(None);
            }
            for mail in mails::of_message(connection, entry.id)? {
                if let (Verdict::Message | Verdict::SentOutside, Some(handed_in)) =
                    (mail.decided.verdict, mails::handed_in(connection, mail.id)?)
                {
                    return Ok(Some(without_tokens(handed_in.raw, &handed_in.addresses)));
                }
            }
            Ok(None)
        })
    }

    /// Whom the mail behind a message names and what its server says of it; `None` where it did not come by mail.
    ///
    /// # Errors
    /// As [`Desk::why`].
    pub fn mail_head(&self, who: &Viewer, conversation: ConversationId, seq: EntrySeq) -> Outcome<Option<MailHead>> {
        self.behind(who, conversation, seq, |connection, access, entry| {
            if matches!(entry.author, Author::Agent(agent) if agent != access.agent()) {
                return Ok(None);
            }
            let mail = mails::of_message(connection, entry.id)?
                .into_iter()
                .find(|mail| matches!(mail.decided.verdict, Verdict::Message | Verdict::SentOutside));
            let Some(mail) = mail else { return Ok(None) };
            let people = |part| correspondents::of_mail(connection, mail.id, part);
            Ok(Some(MailHead {
                at: mails::came_at(&mail),
                from: people("from")?,
                sender: people("sender")?.into_iter().next(),
                reply_to: people("reply-to")?,
                to: people("to")?,
                cc: people("cc")?,
                mailbox: mail.mailbox,
                subject: mail.subject,
                authentication: mail.authentication,
            }))
        })
    }

    /// The content of an attachment, by its number in the message: 1, 2, 3 …; `None` where only its description is kept.
    ///
    /// # Errors
    /// As [`Desk::why`].
    pub fn attachment(
        &self,
        who: &Viewer,
        conversation: ConversationId,
        seq: EntrySeq,
        number: usize,
    ) -> Outcome<Option<Vec<u8>>> {
        self.behind(who, conversation, seq, |connection, _, entry| Ok(parts::content(connection, entry.id, number)?))
    }

    /// The conversations that one looks like, as far as the viewer may see them too. Nothing joins by this; see
    /// [`Desk::merge`].
    ///
    /// # Errors
    /// Not found or restricted (R6.6).
    pub fn likenesses(&self, who: &Viewer, conversation: ConversationId) -> Outcome<Vec<Likeness>> {
        self.seen_by(who, conversation, likenesses)
    }

    /// What else a conversation may be merged into: the others of its customer that take messages, newest first, as far as the
    /// viewer may see them too, without what it looks like anyway.
    ///
    /// # Errors
    /// Not found or restricted (R6.6).
    pub fn mergeable(&self, who: &Viewer, conversation: ConversationId) -> Outcome<Vec<Likeness>> {
        self.seen_by(who, conversation, mergeable)
    }

    /// Whom the mails of a conversation were sent to, or want answered, besides those who take part: to be added by name, or
    /// not at all.
    ///
    /// # Errors
    /// Not found or restricted (R6.6).
    pub fn suggested_people(&self, who: &Viewer, conversation: ConversationId) -> Outcome<Vec<Correspondent>> {
        self.seen_by(who, conversation, |connection, _, facts| suggested(connection, facts))
    }

    /// Suggests no more to add somebody whom the mails of a conversation name; for whoever could have added them.
    ///
    /// # Errors
    /// Not found or restricted (R6.6), locked, not somebody who may reply, or nobody of that address is suggested.
    pub fn dismiss_suggestion(&self, who: &Viewer, conversation: ConversationId, address: &str) -> Outcome<()> {
        self.write_news(|writing| {
            let merging = Merging { writing, me: Desk::me(writing, who)?, now: self.now() };
            let facts = merging.load(conversation)?.facts;
            let address = address.to_lowercase();
            if !suggested(writing, &facts)?.iter().any(|person| person.address == address) {
                return Err(Denied::NotFound(format!(
                    "The mails of #{conversation} suggest nobody with that address."
                )));
            }
            correspondents::dismiss(writing, facts.id, &address)?;
            Ok(((), News::of(facts.id)))
        })
    }

    fn behind<T>(
        &self,
        who: &Viewer,
        conversation: ConversationId,
        seq: EntrySeq,
        look: impl FnOnce(&Connection, &Access, StoredEntry) -> Outcome<T>,
    ) -> Outcome<T> {
        self.seen_by(who, conversation, |connection, access, facts| {
            let entry = messages::window(connection, facts.id, Window::From(seq), 1)?.pop();
            let entry = entry.filter(|entry| entry.seq == seq).ok_or_else(|| {
                Denied::NotFound(format!(
                    "#{} has no entry {seq}. See “deskline conversation show {}”.",
                    facts.id, facts.id
                ))
            })?;
            look(connection, access, entry)
        })
    }

    fn seen_by<T>(
        &self,
        who: &Viewer,
        conversation: ConversationId,
        look: impl FnOnce(&Connection, &Access, &Facts) -> Outcome<T>,
    ) -> Outcome<T> {
        let reader = self.inner.store.reader()?;
        let snapshot = reader.snapshot()?;
        let access = Access::of(&Desk::me(&snapshot, who)?);
        let facts = accessible(&snapshot, &access, conversation)?;
        if access.withheld(&facts) && !self.has_opened(who, conversation) {
            return Err(not_found(conversation));
        }
        look(&snapshot, &access, &facts)
    }
}

/// The conversations that one looks like, as far as somebody with this access may see them.
pub fn likenesses(connection: &Connection, access: &Access, facts: &Facts) -> Outcome<Vec<Likeness>> {
    let mut seen = Vec::new();
    if merges::resolve(connection, facts.id)? != facts.id {
        return Ok(seen);
    }
    for (id, because) in threads::likenesses(connection, facts.id)? {
        let id = merges::resolve(connection, id)?;
        let other = conversations::load_facts(connection, id)?.filter(|other| is_open_to(access, other));
        if let Some(other) = other
            && id != facts.id
            && !seen.iter().any(|it: &Likeness| it.conversation == id)
        {
            seen.push(Likeness { conversation: id, subject: other.subject, because });
        }
    }
    Ok(seen)
}

/// The others of its customer, as far as somebody with this access may see them.
fn mergeable(connection: &Connection, access: &Access, facts: &Facts) -> Outcome<Vec<Likeness>> {
    let Some(requester) = facts.requester.filter(|_| facts.audience == Audience::Customer) else {
        return Ok(Vec::new());
    };
    if merges::resolve(connection, facts.id)? != facts.id {
        return Ok(Vec::new());
    }
    let likenesses = likenesses(connection, access, facts)?;
    let mut others = Vec::new();
    for id in conversations::newest_of_customer(connection, requester, LOOKED_AT)? {
        let is_listed = id == facts.id || likenesses.iter().any(|like| like.conversation == id);
        if is_listed || merges::resolve(connection, id)? != id {
            continue;
        }
        let other = conversations::load_facts(connection, id)?.filter(|other| {
            is_open_to(access, other) && other.audience == Audience::Customer && other.state != State::Locked
        });
        others.extend(other.map(|other| Likeness {
            conversation: id,
            subject: other.subject,
            because: LikenessWhy::Customer,
        }));
    }
    Ok(others)
}

/// Whom the mails of a conversation were sent to, or want answered, besides those who take part.
pub fn suggested(connection: &Connection, facts: &Facts) -> Outcome<Vec<Correspondent>> {
    let named = correspondents::copied(connection, facts.id)?;
    if named.is_empty() {
        return Ok(named);
    }
    let mut taking_part = Vec::new();
    for place in &facts.customers {
        taking_part.extend(people::customer_by_id(connection, place.customer)?.map(|it| it.address));
    }
    let dismissed = correspondents::dismissed(connection, facts.id)?;
    let open = |address: &String| !taking_part.contains(address) && !dismissed.contains(address);
    Ok(named.into_iter().filter(|person| open(&person.address)).collect())
}

/// Where a mail came from and why it went where it went, for somebody who may know of it. `author`: of its message.
pub(super) fn about(
    connection: &Connection,
    access: &Access,
    mail: &StoredMail,
    author: Option<Author>,
) -> Outcome<Vec<String>> {
    let at = mails::came_at(mail).format("%-d %b %Y %H:%M");
    // The address of an agent is the agent's own.
    let from = match (author, mail.decided.verdict) {
        (Some(Author::Agent(_)), Verdict::Message) | (_, Verdict::Refused) => "its writer",
        _ if mail.sender.is_empty() => "nobody in particular",
        _ => &mail.sender,
    };
    let mut sentences = vec![format!("A mail from {from} came through the mailbox “{}” on {at} UTC.", mail.mailbox)];
    sentences.extend(told(connection, access, &mail.decided.reasons)?);
    Ok(sentences)
}

fn is_open_to(access: &Access, facts: &Facts) -> bool {
    access.holds(facts) && !access.withheld(facts)
}

/// The reasons that somebody with this access is told. What speaks of another conversation is told, with its number, to
/// those who may see that one; the others learn nothing of it.
pub(super) fn told(connection: &Connection, access: &Access, reasons: &[Reason]) -> Outcome<Vec<String>> {
    let mut sentences = Vec::new();
    for reason in reasons {
        let Some(id) = reason.about else {
            sentences.push(reason.text.clone());
            continue;
        };
        if conversations::load_facts(connection, id)?.is_some_and(|facts| is_open_to(access, &facts)) {
            sentences.push(format!("{} (#{id})", reason.text));
        }
    }
    Ok(sentences)
}

/// Every tag behind one of our own addresses as so many `x`: with it, and somebody's address, one could write as them.
pub(super) fn without_tokens(raw: Vec<u8>, own: &[String]) -> Vec<u8> {
    without_tags(raw, own, |_| true)
}

/// The same for the tags that `hides` says so of.
pub(super) fn without_tags(mut raw: Vec<u8>, own: &[String], hides: impl Fn(&[u8]) -> bool) -> Vec<u8> {
    for address in own {
        let Some((local, domain)) = address.rsplit_once('@') else { continue };
        let (local, domain) = (format!("{local}+"), format!("@{domain}"));
        let mut at = 0;
        while let Some(found) = find(&raw[at..], local.as_bytes()) {
            let from = at + found + local.len();
            let tag = raw[from..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            if raw[from + tag..].len() >= domain.len()
                && raw[from + tag..from + tag + domain.len()].eq_ignore_ascii_case(domain.as_bytes())
                && hides(&raw[from..from + tag])
            {
                raw[from..from + tag].fill(b'x');
            }
            at = from;
        }
    }
    raw
}

fn find(all: &[u8], wanted: &[u8]) -> Option<usize> {
    all.windows(wanted.len()).position(|window| window.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_unreadable_in_the_bytes_that_are_shown() {
        let own = ["support@acme.example".to_owned()];
        let shown = |raw: &str| String::from_utf8_lossy(&without_tokens(raw.into(), &own)).into_owned();
        assert_eq!(
            shown("To: <Support+AbC27@Acme.example>, support@acme.example\r\n\r\nsupport+q@acme.example"),
            "To: <Support+xxxxx@Acme.example>, support@acme.example\r\n\r\nsupport+x@acme.example"
        );
        for kept in ["", "support+", "support+abc", "support+abc@other.example", "support+abc@acme.exampl"] {
            assert_eq!(shown(kept), kept);
        }
    }
}
