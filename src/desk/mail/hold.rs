//! Mails that came in and wait for an administrator: listed, let go their way, thrown away.

use super::{
    receive::{Taking, claimed, letter_hash, sender_of},
    thread::Route,
    why::{told, without_tokens},
};
use crate::{
    desk::{
        Desk, Outcome,
        assign::plural,
        page::{Denied, Viewer},
    },
    domain::{
        conversation::{Facts, Privacy},
        event::EventKind,
        id::{ConversationId, MailId},
        letter::{Letter, Nature},
        mail::{HeldMail, HeldWhy, LIES, MailTaken, Verdict},
        people::{Agent, check_address},
        refusal::{Refusal, RefusalKind},
    },
    policy::{access::Access, rights},
    store::{
        Connection, automatic, conversations, correspondents,
        mails::{self, Decided, StoredMail},
        messages, people,
    },
};

/// So many are listed, the newest.
const MOST_LISTED: usize = 500;

/// Reads a mail, or says in a sentence why it cannot be read.
pub type ReadMail<'a> = &'a dyn Fn(&[u8]) -> Result<Letter, String>;

/// As [`ReadMail`], for the whole life of a desk.
pub type MailReader = fn(&[u8]) -> Result<Letter, String>;

impl Desk {
    /// Teaches this desk to read mails, for its screens; the first reader stays. The desk itself knows none.
    pub fn read_mail_with(&self, reader: MailReader) {
        self.inner.mail_reader.get_or_init(|| reader);
    }

    /// What a mail says, by the reader of this desk.
    ///
    /// # Errors
    /// A sentence: it cannot be read, or not here.
    pub fn letter(&self, raw: &[u8]) -> Result<Letter, String> {
        let reader = self.inner.mail_reader.get();
        reader.map_or_else(|| Err("Mails cannot be read here. Use the command line.".to_owned()), |read| read(raw))
    }

    /// The mails that wait for an administrator, newest first; at most 500.
    ///
    /// # Errors
    /// Not for this agent (R5.6), or a file that cannot be read.
    pub fn held(&self, who: &Viewer) -> Outcome<Vec<HeldMail>> {
        let reader = self.inner.store.reader()?;
        let me = Desk::me(&reader, who)?;
        rights::administer(&me)?;
        let access = Access::of(&me);
        let mut listed = Vec::new();
        for mail in mails::held(&reader, MOST_LISTED)? {
            listed.extend(row(&reader, &access, mail)?);
        }
        Ok(listed)
    }

    /// One mail that waits, with its bytes; reply tokens in them are made unreadable.
    ///
    /// # Errors
    /// Not for this agent (R5.6), or no mail of that number waits.
    pub fn held_mail(&self, who: &Viewer, id: MailId) -> Outcome<(HeldMail, Vec<u8>)> {
        let reader = self.inner.store.reader()?;
        let me = Desk::me(&reader, who)?;
        rights::administer(&me)?;
        let mail = mails::by_id(&reader, id)?.ok_or_else(|| no_mail(id))?;
        let raw = mails::handed_in(&reader, id)?.map(|mail| without_tokens(mail.raw, &mail.addresses));
        Ok((row(&reader, &Access::of(&me), mail)?.ok_or_else(|| no_mail(id))?, raw.unwrap_or_default()))
    }

    /// Lets a mail go the way that it would have gone; no cap holds it again. `read` reads its bytes once more. `confirmed`: who
    /// could read then what may stand in a conversation that they cannot read was shown and agreed to.
    ///
    /// # Errors
    /// Not for this agent (R5.6), no mail of that number waits, it still cannot be read, what held it still holds it, or it is to
    /// be confirmed (R5.4).
    pub fn release_held(&self, who: &Viewer, id: MailId, read: ReadMail<'_>, confirmed: bool) -> Outcome<MailTaken> {
        self.write(|writing| {
            Self::administrator(writing, who)?;
            let before = waiting(writing, id)?.decided;
            let mut mail = mails::handed_in(writing, id)?.ok_or_else(|| no_mail(id))?;
            let mut letter = read(&mail.raw).map_err(|sentence| {
                Denied::Invalid(format!(
                    "It still cannot be read: {}. Its bytes are kept until it is discarded.",
                    sentence.trim_end_matches('.')
                ))
            })?;
            let letter_hash = letter_hash(&letter, &sender_of(&letter));
            if letter.text.trim().is_empty()
                && let Some(words) = not_whole(&before)
            {
                (letter.text, letter.folds) = (words, Vec::new());
            }
            mail.letter = Ok(letter.clone());
            let (sender, name) = writer(&mail.addresses, &letter);
            let taking = Taking {
                desk: self,
                writing,
                now: self.now(),
                mail: &mail,
                letter: &letter,
                sender: &sender,
                name: &name,
                letter_hash: letter_hash.as_ref(),
                released: true,
            };
            let beside = taking.came_beside()?;
            let mut decided = taking.decided()?;
            if let Some(why) = decided.verdict.held() {
                return Err(still_held(why).into());
            }
            if let (Some(beside), Some(opened)) = (beside, decided.conversation)
                && !confirmed
            {
                confirm_opening(writing, &sender, beside, opened)?;
            }
            if before.verdict.held() == Some(HeldWhy::Unreadable) {
                // Where the rest of it lies, of one that was taken by its header.
                decided.reasons.extend(before.reasons.into_iter().skip(1));
            }
            mails::decide(writing, id, &decided)?;
            automatic::note(writing, id, letter.nature != Nature::Person)?;
            if decided.verdict == Verdict::Refused && taking.may_be_answered() {
                mails::queue_refusal(writing, id, &sender)?;
            }
            self.log(writing, EventKind::LetterReleased, who, decided.conversation, &format!("mail {id}"))?;
            let entry = match decided.message {
                Some(message) => messages::by_id(writing, message)?,
                None => None,
            };
            Ok(MailTaken {
                mail: id,
                verdict: decided.verdict,
                conversation: decided.conversation,
                message: entry.map(|entry| entry.seq),
                again: false,
            })
        })
    }

    /// Throws a mail away that waits: its bytes are gone, and it is not taken in again.
    ///
    /// # Errors
    /// Not for this agent (R5.6), or no mail of that number waits.
    pub fn discard_held(&self, who: &Viewer, id: MailId) -> Outcome<()> {
        self.write(|writing| {
            Self::administrator(writing, who)?;
            let mail = waiting(writing, id)?;
            mails::decide(writing, id, &Decided { verdict: Verdict::Discarded, ..mail.decided })?;
            mails::drop_raw(writing, id)?;
            self.log(writing, EventKind::LetterDiscarded, who, None, &format!("mail {id}"))
        })
    }
}

impl Taking<'_> {
    /// The conversation whose reply address it came to without being let into it: it may repeat what stands there.
    fn came_beside(&self) -> Outcome<Option<ConversationId>> {
        let customer = people::customer_by_address(self.writing, self.sender)?.map(|customer| customer.id);
        Ok(match self.route(customer, &mut Vec::new())? {
            Route::Internal(id) | Route::Doubtful(id) => Some(id),
            Route::Join(_) | Route::New(_) | Route::AgentToken(..) => None,
        })
    }
}

/// Refuses, naming them, where people can read `opened` who cannot read `beside` (R5.4).
fn confirm_opening(
    connection: &Connection,
    sender: &str,
    beside: ConversationId,
    opened: ConversationId,
) -> Outcome<()> {
    let beside = conversations::load_facts(connection, beside)?;
    let Some(opened) = conversations::load_facts(connection, opened)? else { return Ok(()) };
    let gains = |agent: &Agent| {
        let access = Access::of(agent);
        agent.active && access.holds(&opened) && !beside.as_ref().is_some_and(|beside| access.holds(beside))
    };
    let readers: Vec<String> =
        people::agents(connection)?.into_iter().filter(gains).map(|agent| agent.handle).collect();
    let adds: Vec<String> = colleagues(connection, &opened)?.into_iter().collect();
    if readers.is_empty() && adds.is_empty() {
        return Ok(());
    }
    let agents = (!readers.is_empty()).then(|| plural(i64::try_from(readers.len()).unwrap_or(i64::MAX), "agent"));
    let who = agents.into_iter().chain(adds.iter().cloned()).collect::<Vec<_>>().join(" and ");
    let text = format!(
        "It came to a reply address of a conversation that not everybody may read, and may repeat what stands there. Let go, \
         the mail of {sender} can be read by {who} who cannot read that. Confirm to let it go."
    );
    let mut refusal = Refusal::new(RefusalKind::Confirm, "R5.4", text);
    (refusal.readers, refusal.adds) = (readers, adds);
    Err(refusal.into())
}

/// The organization whose people read all of a conversation (§9).
fn colleagues(connection: &Connection, facts: &Facts) -> Outcome<Option<String>> {
    if !people::settings(connection)?.organization_sharing || facts.privacy == Privacy::Private {
        return Ok(None);
    }
    let Some(requester) = facts.requester else { return Ok(None) };
    let organization = people::customer_by_id(connection, requester)?.and_then(|customer| customer.organization);
    Ok(organization.map(|organization| format!("everybody of {organization}")))
}

fn row(connection: &Connection, access: &Access, mail: StoredMail) -> Outcome<Option<HeldMail>> {
    let Some(why) = mail.decided.verdict.held() else { return Ok(None) };
    Ok(Some(HeldMail {
        mail: mail.id,
        at: mails::came_at(&mail),
        reasons: told(connection, access, &mail.decided.reasons)?,
        mailbox: mail.mailbox,
        name: mail.sender_name,
        from: mail.sender,
        subject: mail.subject,
        quarantined: matches!(mail.decided.verdict, Verdict::Quarantined(_)),
        why,
        conversation: mail.decided.conversation,
    }))
}

/// Stands for the words of a mail of which there is no more than the header. In which folder the rest lies is nobody's but ours:
/// what a customer wrote goes back to them as a quotation.
fn not_whole(before: &Decided) -> Option<String> {
    if before.verdict.held() != Some(HeldWhy::Unreadable) {
        return None;
    }
    let why = before.reasons.iter().find_map(|reason| reason.text.split_once(LIES))?.0;
    Some(format!("({why}{LIES}on the mail server.)"))
}

fn waiting(connection: &Connection, id: MailId) -> Outcome<StoredMail> {
    let mail = mails::by_id(connection, id)?;
    mail.filter(|mail| mail.decided.verdict.held().is_some()).ok_or_else(|| no_mail(id))
}

fn no_mail(id: MailId) -> Denied {
    Denied::NotFound(format!("No mail {id} is held. See “deskline held list”."))
}

/// Whose words it is let go as: a form on a web site writes from our own address and names its visitor as the one to answer.
pub(super) fn writer(own: &[String], letter: &Letter) -> (String, String) {
    let claimed = claimed(letter);
    if correspondents::is_own(own, &claimed.0) {
        for person in &letter.reply_to {
            if let Ok(address) = check_address(&person.address)
                && !correspondents::is_own(own, &address)
            {
                return (address, person.name.clone());
            }
        }
    }
    claimed
}

fn still_held(why: HeldWhy) -> Refusal {
    let help = match why {
        HeldWhy::OwnAddress => "Nobody could be answered. Discard it.",
        HeldWhy::NoSender => "Nobody could be answered. Save its bytes if you need them, and discard it.",
        HeldWhy::LockedOutside => "Unlock the conversation first.",
        HeldWhy::Unreadable
        | HeldWhy::InternalToken
        | HeldWhy::DoubtfulAgent
        | HeldWhy::UnknownReport
        | HeldWhy::ManyFromSender
        | HeldWhy::ManyInThread => "Discard it, or try again later.",
    };
    Refusal::denied("R2.9", format!("It cannot be let go: {} {help}", why.sentence()))
}
