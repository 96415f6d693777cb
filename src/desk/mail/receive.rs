//! One mail, from the first look at it to what became of it: seen before? readable? whose? into which conversation?

use super::{hold, shown::ring_held, why::without_tags};
use crate::{
    desk::{Desk, News, Outcome, page::Denied, token, write::LONGEST},
    domain::{
        history::PastAttachment,
        letter::{Attached, Fold, Letter},
        mail::{HeldWhy, InMail, MailTaken, Reason, Verdict},
        people::check_address,
    },
    store::{
        Writing,
        mails::{self, Decided, NewMail},
        messages, put_away,
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
            let taken = take(self, writing, mail)?;
            Ok((taken, taken.conversation.map_or(News::EVERYTHING, News::of)))
        })
    }

    /// The same for many in one transaction, which waits for the disk once.
    ///
    /// # Errors
    /// As [`Desk::receive_mail`]; nothing of all is kept then.
    pub fn receive_mails(&self, mails: &[InMail]) -> Outcome<Vec<MailTaken>> {
        self.write(|writing| mails.iter().map(|mail| take(self, writing, mail)).collect())
    }
}

fn take(desk: &Desk, writing: &Writing<'_>, mail: &InMail) -> Outcome<MailTaken> {
    if let Some(place) = &mail.place
        && let Some(before) = mails::at_place(writing, &mail.mailbox, place)?
    {
        return Ok(before);
    }
    let hash = Sha256::digest(&mail.raw).into();
    let taken = match mails::by_hash(writing, &mail.mailbox, &hash)? {
        Some(before) => before,
        None => take_new(desk, writing, mail, &hash)?,
    };
    if let Some(place) = &mail.place {
        mails::remember_place(writing, &mail.mailbox, place, taken.mail)?;
    }
    Ok(taken)
}

fn take_new(desk: &Desk, writing: &Writing<'_>, mail: &InMail, hash: &[u8; 32]) -> Outcome<MailTaken> {
    let now = mail.history.unwrap_or_else(|| desk.now());
    let history = mail.history.is_some();
    if history && let Some(decided) = put_away_before(writing, hash)? {
        let sender = mail.letter.as_ref().map(sender_of).unwrap_or_default();
        let at = now.timestamp_millis();
        return keep(
            writing,
            &NewMail { mail, hash, letter_hash: None, sender: &sender, at, keeps_raw: false },
            &decided,
        );
    }
    let letter = match &mail.letter {
        Ok(letter) => letter,
        Err(sentence) => {
            let decided = held(HeldWhy::Unreadable, vec![Reason::plain(sentence)]);
            let at = now.timestamp_millis();
            let from = mail.claims.as_ref().and_then(|claims| claims.from.as_ref());
            let sender = from.and_then(|from| check_address(&from.address).ok()).unwrap_or_default();
            let new = NewMail { mail, hash, letter_hash: None, sender: &sender, at, keeps_raw: true };
            let kept = keep(writing, &new, &decided)?;
            if !history {
                ring_held(writing, at)?;
            }
            return Ok(kept);
        }
    };
    let letter_hash = letter_hash(letter, &sender_of(letter));
    let letter_hash = letter_hash.as_ref();
    // What is history is on nobody's desk: it goes the way of what an administrator lets go.
    let released = history;
    let (sender, name) = if released { hold::writer(&mail.addresses, letter) } else { claimed(letter) };
    let taking = Taking { desk, writing, now, mail, letter, sender: &sender, name: &name, letter_hash, released };
    let mut decided = taking.decided()?;
    if released {
        decided.reasons.push(Reason::plain(
            "It had arrived before the mailbox was connected: it came in as history, and nobody was told.",
        ));
    }
    let at = now.timestamp_millis();
    let keeps_raw = decided.verdict != Verdict::Ignored;
    let mail = keep(writing, &NewMail { mail, hash, letter_hash, sender: &sender, at, keeps_raw }, &decided)?;
    if mail.verdict.held().is_some() && !history {
        ring_held(writing, at)?;
    }
    if mail.verdict == Verdict::Refused && taking.may_be_answered() {
        mails::queue_refusal(writing, mail.mail, &sender)?;
    }
    Ok(mail)
}

/// A mailbox that has another name now is read anew: what an administrator threw away is not history by that, and what waits
/// waits once.
fn put_away_before(writing: &Writing<'_>, hash: &[u8; 32]) -> Outcome<Option<Decided>> {
    Ok(put_away::by_hash(writing, hash)?.map(|before| {
        let (verdict, text) = if before.discarded {
            (Verdict::Discarded, "was thrown away")
        } else {
            (Verdict::Ignored, "waits for an administrator already")
        };
        let text = format!("The same mail came through the mailbox “{}” before and {text}.", before.mailbox);
        Decided { verdict, reasons: vec![Reason::plain(text)], conversation: None, message: None }
    }))
}

/// The address of who wrote it, in lower case; empty where it claims nobody whose address could be used.
pub(super) fn sender_of(letter: &Letter) -> String {
    letter.from.first().and_then(|from| check_address(&from.address).ok()).unwrap_or_default()
}

/// Who wrote it, as it says: address and name.
pub(super) fn claimed(letter: &Letter) -> (String, String) {
    (sender_of(letter), letter.from.first().map(|from| from.name.clone()).unwrap_or_default())
}

fn keep(writing: &Writing<'_>, new: &NewMail<'_>, decided: &Decided) -> Outcome<MailTaken> {
    let mail = mails::insert(writing, new, decided)?;
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
pub(super) fn held(why: HeldWhy, more: Vec<Reason>) -> Decided {
    let mut reasons = vec![Reason::plain(why.sentence())];
    reasons.extend(more.into_iter().filter(|reason| !reason.text.is_empty()));
    Decided { verdict: why.verdict(), reasons, conversation: None, message: None }
}

/// What makes it the same letter when it comes again through another mailbox or relay: its id, its writer, its date and
/// its words. An id alone proves nothing, since senders choose it.
pub(super) fn letter_hash(letter: &Letter, sender: &str) -> Option<[u8; 32]> {
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
    pub desk: &'a Desk,
    pub writing: &'a Writing<'a>,
    pub now: DateTime<Utc>,
    pub mail: &'a InMail,
    pub letter: &'a Letter,
    /// The sender's address in lower case; empty where none can be used.
    pub sender: &'a str,
    /// The sender's name, as the mail claims it; may be empty.
    pub name: &'a str,
    pub letter_hash: Option<&'a [u8; 32]>,
    /// An administrator lets it go its way, or it is history: no cap holds it.
    pub released: bool,
}

/// What a letter becomes as an entry.
pub(super) struct Body<'a> {
    pub text: String,
    pub folds: Vec<Fold>,
    pub described: Vec<PastAttachment>,
    pub contents: Vec<(&'a Attached, [u8; 32])>,
}

impl Taking<'_> {
    /// What becomes of it. What the desk itself refuses is an administrator's to sort out; what it had written for it is
    /// taken back.
    ///
    /// # Errors
    /// A failing disk.
    pub fn decided(&self) -> Outcome<Decided> {
        match self.writing.attempt(|| self.decide()) {
            Err(failed @ Denied::Failed(_)) => Err(failed),
            Err(denied) => Ok(held(HeldWhy::Unreadable, vec![Reason::plain(denied.to_string())])),
            Ok(decided) => Ok(decided),
        }
    }
}

impl Taking<'_> {
    /// What a letter becomes as an entry. Reply tokens in what it quotes were made for one person, and are made unreadable.
    ///
    /// # Errors
    /// A failing disk.
    pub fn body<'b>(&self, letter: &'b Letter) -> Outcome<Body<'b>> {
        let mut body = Body::of(letter);
        let own = &self.mail.addresses;
        if own.iter().any(|own| has_tag(&body.text, own)) {
            let key = token::desk_key(self.writing)?;
            let is_token = |tag: &[u8]| std::str::from_utf8(tag).is_ok_and(|tag| token::read(&key, tag).is_some());
            let hidden = without_tags(std::mem::take(&mut body.text).into_bytes(), own, is_token);
            // Of ASCII letters, ASCII letters.
            body.text = String::from_utf8_lossy(&hidden).into_owned();
        }
        Ok(body)
    }

    /// Whether a machine may answer it, by its own words and by its envelope (RFC 3834).
    pub fn may_be_answered(&self) -> bool {
        self.letter.answer_automatically && self.mail.envelope_from.as_deref() != Some("")
    }
}

/// Whether an address of ours with a tag behind it may stand in a text.
fn has_tag(text: &str, own: &str) -> bool {
    let Some((local, _)) = own.rsplit_once('@') else { return false };
    let mut tags = text.match_indices('+');
    tags.any(|(at, _)| {
        let before = text.get(at.saturating_sub(local.len())..at);
        before.is_some_and(|before| before.eq_ignore_ascii_case(local))
    })
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
