//! One mail, from the first look at it to what became of it: seen before? readable? whose? into which conversation?

use crate::{
    desk::{
        Desk, News, Outcome,
        receive::{Incoming, Placed, writer},
        write::LONGEST,
    },
    domain::{
        envelope::Channel,
        history::PastAttachment,
        id::MailId,
        letter::{Attached, Fold, Letter},
        mail::{HeldWhy, InMail, MailTaken, Verdict},
        people::check_address,
    },
    store::{
        Writing,
        mails::{self, Decided, NewMail},
        messages, parts, people, threads,
    },
};
use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};

/// Stands where a mail has no words of its own: an entry is never empty.
const NO_TEXT: &str = "(This mail has no text.)";

/// Stands under a text that is longer than an entry can be.
const CUT: &str = "\n(Cut here: the rest is in the raw mail.)";

impl Desk {
    /// Takes in a mail, in one transaction: it is on the disk when this returns, and may count as seen on its server only
    /// then. What is wrong with the mail itself is no error: it is kept raw and waits for an administrator.
    ///
    /// # Errors
    /// A failing disk or a lock that is held too long; nothing is kept then, and it is to be handed in again.
    pub fn receive_mail(&self, mail: &InMail) -> Outcome<MailTaken> {
        self.write_news(|writing| {
            let taken = take(writing, self.now(), mail)?;
            Ok((taken, taken.conversation.map_or(News::EVERYTHING, News::of)))
        })
    }

    /// The same for many in one transaction, which waits for the disk once.
    ///
    /// # Errors
    /// As [`Desk::receive_mail`]; nothing of all is kept then.
    pub fn receive_mails(&self, mails: &[InMail]) -> Outcome<Vec<MailTaken>> {
        self.write(|writing| mails.iter().map(|mail| take(writing, self.now(), mail)).collect())
    }
}

fn take(writing: &Writing<'_>, now: DateTime<Utc>, mail: &InMail) -> Outcome<MailTaken> {
    if let Some(place) = &mail.place
        && let Some(before) = mails::at_place(writing, &mail.mailbox, place)?
    {
        return Ok(before);
    }
    let hash = Sha256::digest(&mail.raw).into();
    let taken = match mails::by_hash(writing, &mail.mailbox, &hash)? {
        Some(before) => before,
        None => take_new(writing, now, mail, &hash)?,
    };
    if let Some(place) = &mail.place {
        mails::remember_place(writing, &mail.mailbox, place, taken.mail)?;
    }
    Ok(taken)
}

fn take_new(writing: &Writing<'_>, now: DateTime<Utc>, mail: &InMail, hash: &[u8; 32]) -> Outcome<MailTaken> {
    let letter = match &mail.letter {
        Ok(letter) => letter,
        Err(sentence) => {
            let decided = held(HeldWhy::Unreadable, vec![sentence.clone()]);
            let new =
                NewMail { mail, hash, letter_hash: None, sender: "", at: now.timestamp_millis(), keeps_raw: true };
            return keep(writing, &new, decided);
        }
    };
    let sender = letter.from.first().and_then(|from| check_address(&from.address).ok()).unwrap_or_default();
    let letter_hash = letter_hash(letter, &sender);
    let taking = Taking { writing, now, mail, letter, sender: &sender, letter_hash: letter_hash.as_ref() };
    // What the desk itself refuses is nobody's but an administrator's to sort out; what it had written is taken back.
    let decided = match writing.attempt(|| taking.decide()) {
        Ok(decided) => decided,
        Err(failed @ crate::desk::page::Denied::Failed(_)) => return Err(failed),
        Err(denied) => held(HeldWhy::Unreadable, vec![denied.to_string()]),
    };
    let new = NewMail {
        mail,
        hash,
        letter_hash: letter_hash.as_ref(),
        sender: &sender,
        at: now.timestamp_millis(),
        keeps_raw: decided.verdict != Verdict::Ignored,
    };
    keep(writing, &new, decided)
}

fn keep(writing: &Writing<'_>, new: &NewMail<'_>, decided: Decided) -> Outcome<MailTaken> {
    let mail: MailId = mails::insert(writing, new, &decided)?;
    let entry = match decided.message {
        Some(message) => messages::by_id(writing, message)?,
        None => None,
    };
    Ok(MailTaken {
        mail,
        verdict: decided.verdict,
        conversation: decided.conversation,
        message: entry.map(|entry| entry.seq),
        again: false,
    })
}

/// Waits for an administrator, with what is known besides the reason itself.
pub(super) fn held(why: HeldWhy, more: Vec<String>) -> Decided {
    let mut reasons = vec![why.sentence().to_owned()];
    reasons.extend(more.into_iter().filter(|sentence| !sentence.is_empty()));
    Decided { verdict: why.verdict(), reasons, conversation: None, message: None }
}

/// What makes it the same letter when it comes again through another mailbox or relay: its id, its writer, its date and
/// its words. An id alone proves nothing, since senders choose it.
fn letter_hash(letter: &Letter, sender: &str) -> Option<[u8; 32]> {
    let id = letter.message_id.as_deref().filter(|id| !id.is_empty())?;
    let date = letter.date.map_or_else(String::new, |date| date.to_string());
    let mut hash = Sha256::new();
    for part in [id, sender, &date, &letter.subject, &letter.text] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    for attached in &letter.attachments {
        hash.update(Sha256::digest(&attached.content));
    }
    Some(hash.finalize().into())
}

/// One readable mail while it is decided upon.
pub(super) struct Taking<'a> {
    pub writing: &'a Writing<'a>,
    pub now: DateTime<Utc>,
    pub mail: &'a InMail,
    pub letter: &'a Letter,
    /// The sender's address in lower case; empty where none can be used.
    pub sender: &'a str,
    pub letter_hash: Option<&'a [u8; 32]>,
}

impl Taking<'_> {
    fn decide(&self) -> Outcome<Decided> {
        if self.sender.is_empty() {
            return Ok(held(HeldWhy::NoSender, Vec::new()));
        }
        if let Some(decided) = self.same_letter()? {
            return Ok(decided);
        }
        let name = self.letter.from.first().map_or("", |from| from.name.as_str());
        let (customer, _) = writer(self.writing, self.sender, name, self.now)?;
        if customer.blocked {
            let reasons = vec![format!("Messages from {} are blocked; nothing was kept.", self.sender)];
            return Ok(Decided { verdict: Verdict::Ignored, reasons, conversation: None, message: None });
        }
        let mut reasons = vec!["It names no conversation: a new one was started.".to_owned()];
        let group = self.group(&mut reasons)?;
        let body = Body::of(self.letter);
        let incoming = Incoming {
            writing: self.writing,
            customer: &customer,
            text: &body.text,
            attachments: &body.described,
            channel: Channel::Email,
            subject: &self.letter.subject,
            group,
            automatic: false,
            tells: self.letter.answer_automatically,
            now: self.now,
        };
        let placed = incoming.place(None)?;
        self.keep_parts(&placed, &body)?;
        Ok(Decided {
            verdict: Verdict::Message,
            reasons,
            conversation: Some(placed.conversation),
            message: Some(placed.message),
        })
    }

    /// The same letter came already, through another mailbox or to another of our addresses: it is one message.
    fn same_letter(&self) -> Outcome<Option<Decided>> {
        let Some(hash) = self.letter_hash else { return Ok(None) };
        let found = mails::by_letter(self.writing, hash)?;
        Ok(found.map(|(taken, message, mailbox)| Decided {
            verdict: taken.verdict,
            reasons: vec![format!("The same letter came through the mailbox “{mailbox}” before: it is one message.")],
            conversation: taken.conversation,
            message: Some(message),
        }))
    }

    /// The mailbox's group; a name that no group has any more loses no mail.
    pub fn group(&self, reasons: &mut Vec<String>) -> Outcome<Option<crate::domain::id::GroupId>> {
        let Some(name) = &self.mail.group else { return Ok(None) };
        let group = people::group_by_name(self.writing, name)?;
        if group.is_none() {
            reasons.push(format!("Its mailbox names the group “{name}”, which is not there: it is in no group."));
        }
        Ok(group.map(|group| group.id))
    }

    /// Keeps what belongs to the message: header id, folds, contents.
    pub fn keep_parts(&self, placed: &Placed, body: &Body<'_>) -> Outcome<()> {
        if let Some(id) = &self.letter.message_id {
            threads::note_header_id(self.writing, id, placed.conversation, Some(placed.message), None)?;
        }
        Ok(parts::keep(self.writing, placed.message, &body.folds, &body.contents)?)
    }
}

/// What a letter becomes as an entry.
pub(super) struct Body<'a> {
    pub text: String,
    pub folds: Vec<Fold>,
    pub described: Vec<PastAttachment>,
    pub contents: Vec<(&'a Attached, [u8; 32])>,
}

impl<'a> Body<'a> {
    pub fn of(letter: &'a Letter) -> Self {
        let described = letter.attachments.iter().map(|attached| PastAttachment {
            name: attached.name.clone(),
            media_type: attached.media_type.clone(),
            size: attached.content.len() as u64,
        });
        let contents =
            letter.attachments.iter().map(|attached| (attached, Sha256::digest(&attached.content).into())).collect();
        let (text, folds) = entry_text(letter);
        Self { text, folds, described: described.collect(), contents }
    }
}

/// The text as an entry holds it, with the folds that still lie in it.
fn entry_text(letter: &Letter) -> (String, Vec<Fold>) {
    // Of one byte, as what it stands for: folds count bytes.
    let mut text = letter.text.replace('\0', " ");
    if text.len() > LONGEST {
        let mut end = LONGEST - CUT.len();
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        let kept = text.trim_end().len();
        text.truncate(kept);
        let folds = clipped(&letter.folds, &text);
        text.push_str(CUT);
        return (text, folds);
    }
    let kept = text.trim_end().len();
    text.truncate(kept);
    if text.is_empty() {
        return (NO_TEXT.to_owned(), Vec::new());
    }
    let folds = clipped(&letter.folds, &text);
    (text, folds)
}

fn clipped(folds: &[Fold], text: &str) -> Vec<Fold> {
    let clip = |fold: &Fold| Fold { to: fold.to.min(text.len()), ..*fold };
    let whole = |fold: &Fold| fold.from < fold.to && text.is_char_boundary(fold.from) && text.is_char_boundary(fold.to);
    folds.iter().map(clip).filter(whole).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::letter::FoldKind;

    fn letter(text: &str, folds: &[(usize, usize)]) -> Letter {
        let fold = |(from, to): &(usize, usize)| Fold { from: *from, to: *to, kind: FoldKind::Quoted };
        Letter { text: text.into(), folds: folds.iter().map(fold).collect(), ..Letter::default() }
    }

    #[test]
    fn a_text_keeps_its_folds_where_they_were() {
        let (text, folds) = entry_text(&letter("Hi\0\n> old\n\n", &[(4, 11)]));
        assert_eq!(text, "Hi \n> old");
        assert_eq!(folds, [Fold { from: 4, to: 9, kind: FoldKind::Quoted }]);
        assert_eq!(entry_text(&letter(" \n\t\n", &[(0, 3)])), (NO_TEXT.into(), vec![]));
        assert_eq!(entry_text(&letter("é", &[(1, 2), (0, 2)])).1.len(), 1, "no fold begins inside a character");
    }

    #[test]
    fn a_text_that_is_too_long_is_cut_and_says_so() {
        let (text, folds) = entry_text(&letter(&"é".repeat(LONGEST), &[(0, 4), (LONGEST, LONGEST + 4)]));
        assert!(text.len() <= LONGEST && text.ends_with(CUT));
        assert_eq!(folds.len(), 1);
    }

    #[test]
    fn a_letter_is_the_same_by_all_that_it_says() {
        let one = Letter { message_id: Some("a@b".into()), text: "Hello".into(), date: Some(1), ..Letter::default() };
        let hash = |letter: &Letter, sender: &str| letter_hash(letter, sender);
        assert!(hash(&one, "x").is_some());
        assert_eq!(hash(&Letter { message_id: None, ..one.clone() }, "x"), None);
        for other in [
            Letter { text: "Hello!".into(), ..one.clone() },
            Letter { date: Some(2), ..one.clone() },
            Letter { date: None, ..one.clone() },
            Letter { message_id: Some("a@c".into()), ..one.clone() },
            Letter { subject: "S".into(), ..one.clone() },
        ] {
            assert_ne!(hash(&one, "x"), hash(&other, "x"), "{other:?}");
        }
        assert_ne!(hash(&one, "x"), hash(&one, "y"));
        assert_eq!(hash(&one, "x"), hash(&one.clone(), "x"));
    }
}
