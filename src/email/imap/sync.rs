//! Taking what is new in one folder, oldest first, in batches: handed over, marked as seen, and only then left behind.
//!
//! A connection can be lost between any two of these: then a batch comes again, and is known by where it lay and by its
//! bytes. A mail can be one that the server cannot give: it is tried alone, then its header alone is taken, and at last the
//! fact that it is there, so that the mails after it are not held up by it.

use super::{
    names,
    parts::{Content, LISTED, Listed, Part, listed, parts},
    session::{Opened, Session},
};
use crate::{
    domain::mail::{LIES, Place},
    email::{
        Backoff, Fetched, Progress, Taker, Trouble, TroubleKind,
        fetched::{BYTES, HEADER, LARGEST, MAILS, too_large as larger},
    },
};
use std::collections::HashMap;
use tokio::time::Instant;

/// Failures with one mail after which its header alone is asked for …
const WHOLE_TRIES: u32 = 3;
/// … and after which nothing of it is, if another mail can be had.
pub const TRIES: u32 = 5;
/// Failures after which a mail is given up although there is no other to compare it with: an hour or so later.
const LAST_TRIES: u32 = 20;
/// So many connections lost at the same mail are one failure with it.
const CUTS: u32 = 4;
/// Bytes of a mail that is asked for only to see whether mails can be had.
const PROOF: u32 = 1024 * 1024;

/// A folder to take mails from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its name, as the server writes it.
    pub name: String,
    /// Whether it has what the team sent from elsewhere; then nothing is marked in it.
    pub sent: bool,
}

/// What is remembered of a mailbox from one connection to the next.
#[derive(Debug, Default)]
pub struct Memory {
    /// Mails that failed, and how often.
    suspects: HashMap<Place, u32>,
    /// Up to here mails are asked for one by one, since one of them failed.
    careful: Option<Place>,
    /// How often in a row the connection went away while the same mail was asked for.
    lost: Option<(Place, u32)>,
    /// What is wrong with the folder of sent mail.
    pub sent: Option<Rest>,
    sent_failures: Backoff,
    /// That ended the connection too.
    pub broken_by_sent: bool,
    /// The list of folders could not be read: the next connection goes without it.
    pub unlisted: Option<Trouble>,
}

/// Something that is left alone for a while.
#[derive(Debug, Clone)]
pub struct Rest {
    /// Why.
    pub trouble: Trouble,
    /// Until when.
    pub until: Instant,
}

impl Memory {
    /// Whether some mails failed that may be had alone.
    pub fn seeks(&self) -> bool {
        self.careful.is_some() || !self.suspects.is_empty()
    }

    /// The folder of sent mail is left alone for a while; what arrives is taken meanwhile.
    pub fn sent_rests(&mut self, trouble: Trouble, random: u64) {
        let until = Instant::now() + self.sent_failures.failed(trouble.kind, random);
        self.sent = Some(Rest { trouble, until });
    }

    /// The server was asked for its folders, and what it said ended the connection: one strange name among them is no reason to
    /// read nothing at all.
    pub fn has_no_list(&mut self, trouble: &Trouble) {
        if matches!(trouble.kind, TroubleKind::Gibberish | TroubleKind::Silence) {
            let sentence = format!(
                "The mail server's list of folders cannot be read, so nothing that was sent from elsewhere is: name its folder with sent = \"…\"; sent = \"\" reads none. {trouble}"
            );
            self.unlisted = Some(Trouble::new(trouble.kind, sentence));
            self.broken_by_sent = true;
        }
    }

    /// The folder of sent mail was read, or there is none.
    pub fn sent_works(&mut self) {
        self.sent = None;
        self.sent_failures.worked();
    }

    /// Connections are lost for many reasons: where it is again and again the same mail, it is that.
    fn cut_off(&mut self, batch: &[Listed], place: impl Fn(u32) -> Place) {
        let Some(first) = batch.first() else { return };
        let first = place(first.uid);
        let times = self.lost.take().filter(|(at, _)| *at == first).map_or(1, |(_, times)| times + 1);
        self.lost = Some((first, times));
        if times.is_multiple_of(CUTS) {
            self.failed(batch, place);
        }
    }

    fn failed(&mut self, batch: &[Listed], place: impl Fn(u32) -> Place) {
        match batch {
            [] => {}
            [one] => *self.suspects.entry(place(one.uid)).or_default() += 1,
            [.., last] => self.careful = Some(place(last.uid)),
        }
    }

    fn alone(&self, place: &Place) -> bool {
        self.careful.as_ref().is_some_and(|careful| {
            (&careful.folder, careful.uid_validity) == (&place.folder, place.uid_validity) && place.uid <= careful.uid
        })
    }
}

/// To whom mails are handed, and who is told how far it came.
pub struct Hands<'a> {
    /// Who takes them.
    pub taker: &'a mut dyn Taker,
    /// Who is told.
    pub tell: &'a mut dyn FnMut(Progress),
    /// How far it came, over all folders.
    pub progress: Progress,
}

/// The folder that is open.
#[derive(Debug, Clone)]
pub struct Shelves {
    folder: Folder,
    uid_validity: u32,
    last: u32,
}

/// Opens a folder and takes what is new in it.
///
/// # Errors
/// As [`Session::ask`] or [`Taker`]; whatever was handed over stays taken.
pub async fn open(
    session: &mut Session,
    folder: &Folder,
    memory: &mut Memory,
    hands: &mut Hands<'_>,
) -> Result<Shelves, Trouble> {
    let opened = session.open(&folder.name, !folder.sent).await?;
    begin(session, folder, opened, memory, hands).await
}

/// Takes what is new in a folder that was opened.
///
/// # Errors
/// As [`open`].
pub async fn begin(
    session: &mut Session,
    folder: &Folder,
    opened: Opened,
    memory: &mut Memory,
    hands: &mut Hands<'_>,
) -> Result<Shelves, Trouble> {
    let cursor = hands.taker.cursor(&folder.name)?;
    // Numbers of another UIDVALIDITY mean other mails: all are taken again, and known by their bytes.
    let last = cursor.filter(|(validity, _)| *validity == opened.uid_validity).map_or(0, |(_, last)| last);
    let mut shelves = Shelves { folder: folder.clone(), uid_validity: opened.uid_validity, last };
    // A number lower than that of a mail that was here says nothing.
    let nothing_new = opened.uid_next.is_some_and(|next| next == last.saturating_add(1));
    if opened.exists > 0 && !nothing_new {
        take(session, &mut shelves, memory, hands).await?;
    }
    Ok(shelves)
}

/// Takes what is new in the folder that is open.
///
/// # Errors
/// As [`open`].
pub async fn take(
    session: &mut Session,
    shelves: &mut Shelves,
    memory: &mut Memory,
    hands: &mut Hands<'_>,
) -> Result<(), Trouble> {
    loop {
        session.news = false;
        let Some(first) = shelves.last.checked_add(1) else { return Ok(()) };
        let listed = listed(session, first).await?;
        hands.progress.total += listed.len() as u64;
        (hands.tell)(hands.progress);
        let mut rest = listed.as_slice();
        while !rest.is_empty() {
            let (batch, after) = rest.split_at(batch(rest, shelves, memory));
            rest = after;
            let mails = fetch(session, shelves, batch, rest, memory).await?;
            hand_over(session, shelves, batch, mails, hands).await?;
        }
        if listed.len() < LISTED {
            return Ok(());
        }
    }
}

impl Shelves {
    fn place(&self, uid: u32) -> Place {
        Place { folder: self.folder.name.clone(), uid_validity: self.uid_validity, uid }
    }

    fn fetched(&self, uid: u32, content: Content) -> Fetched {
        let Content { raw, arrived } = content;
        Fetched { place: Some(self.place(uid)), sent: self.folder.sent, arrived, raw, incomplete: None }
    }
}

/// How many of these are asked for at once.
fn batch(listed: &[Listed], shelves: &Shelves, memory: &Memory) -> usize {
    let mut bytes = 0;
    let fits = |listed: &&Listed| {
        bytes += u64::from(listed.bytes);
        bytes <= BYTES && !memory.alone(&shelves.place(listed.uid))
    };
    listed.iter().take(MAILS).take_while(fits).count().max(1)
}

async fn fetch(
    session: &mut Session,
    shelves: &Shelves,
    batch: &[Listed],
    behind: &[Listed],
    memory: &mut Memory,
) -> Result<Vec<Fetched>, Trouble> {
    let [one] = batch else {
        let fetched = whole(session, shelves, batch).await;
        return fetched.map_err(|trouble| noted(trouble, batch, shelves, memory));
    };
    let failures = memory.suspects.get(&shelves.place(one.uid)).copied().unwrap_or(0);
    if (WHOLE_TRIES..LAST_TRIES).contains(&failures) {
        // Is it the mail or the server? Another mail that comes says which; as long as none does, this one is waited for.
        let other = behind
            .iter()
            .find(|other| other.bytes <= PROOF && !memory.suspects.contains_key(&shelves.place(other.uid)));
        let proof = match other {
            Some(other) => whole(session, shelves, &[*other]).await.map_err(|trouble| (trouble, *other)),
            None => whole(session, shelves, batch).await.map_err(|trouble| (trouble, *one)),
        };
        match (proof, other) {
            (Err((trouble, failed)), _) => return Err(noted(trouble, &[failed], shelves, memory)),
            (Ok(mails), None) => {
                memory.suspects.remove(&shelves.place(one.uid));
                return Ok(mails);
            }
            (Ok(_), Some(_)) => {}
        }
    }
    let fetched = fetch_one(session, shelves, *one, failures).await;
    let mails = fetched.map_err(|trouble| noted(trouble, batch, shelves, memory))?;
    memory.suspects.remove(&shelves.place(one.uid));
    Ok(mails)
}

/// Remembers which mails failed, where it may be their own fault.
fn noted(trouble: Trouble, batch: &[Listed], shelves: &Shelves, memory: &mut Memory) -> Trouble {
    let place = |uid| shelves.place(uid);
    match trouble.kind {
        TroubleKind::Refused | TroubleKind::Gibberish | TroubleKind::Silence => memory.failed(batch, place),
        // As long as it says so of all mails, it is not this one.
        TroubleKind::Busy => {
            memory.failed(batch, place);
            memory.suspects.values_mut().for_each(|failures| *failures = (*failures).min(LAST_TRIES - 1));
        }
        TroubleKind::Connection => memory.cut_off(batch, place),
        TroubleKind::Setup | TroubleKind::Login | TroubleKind::Folder | TroubleKind::Desk | TroubleKind::Stopped => {}
    }
    trouble
}

async fn fetch_one(
    session: &mut Session,
    shelves: &Shelves,
    one: Listed,
    failures: u32,
) -> Result<Vec<Fetched>, Trouble> {
    let folder = names::readable(&shelves.folder.name);
    let incomplete = |content: Content, sentence: String| {
        vec![Fetched { incomplete: Some(sentence), ..shelves.fetched(one.uid, content) }]
    };
    if failures >= TRIES {
        let sentence = format!(
            "The mail server does not give this mail in a form that can be read. It lies there in the folder {folder}, as number {}.",
            one.uid
        );
        return Ok(incomplete(Content::default(), sentence));
    }
    let too_large = one.bytes > LARGEST;
    if !too_large && failures < WHOLE_TRIES {
        return whole(session, shelves, &[one]).await;
    }
    let Some(mut header) = parts(session, &[one], Part::Header).await?.remove(&one.uid) else { return Ok(Vec::new()) };
    header.raw.truncate(HEADER);
    let why = if too_large {
        larger(one.bytes.into())
    } else {
        "The mail server gives no more than the header of this mail.".to_owned()
    };
    Ok(incomplete(header, format!("{why}{LIES}on the mail server, in the folder {folder}.")))
}

async fn whole(session: &mut Session, shelves: &Shelves, batch: &[Listed]) -> Result<Vec<Fetched>, Trouble> {
    let mails = parts(session, batch, Part::Whole).await?;
    Ok(mails.into_iter().map(|(uid, content)| shelves.fetched(uid, content)).collect())
}

async fn hand_over(
    session: &mut Session,
    shelves: &mut Shelves,
    batch: &[Listed],
    mails: Vec<Fetched>,
    hands: &mut Hands<'_>,
) -> Result<(), Trouble> {
    let (Some(first), Some(last)) = (batch.first(), batch.last()) else { return Ok(()) };
    if !mails.is_empty() {
        hands.taker.take(mails)?;
        if !shelves.folder.sent {
            let command = format!("UID STORE {}:{} +FLAGS.SILENT (\\Seen)", first.uid, last.uid);
            // A folder where nothing can be marked is one that somebody else looks after.
            match session.ask(&command, "to mark mails as seen", &mut |_| {}).await {
                Err(trouble) if !trouble.kind.is_no() => return Err(trouble),
                Ok(()) | Err(_) => {}
            }
        }
    }
    hands.taker.advance(&shelves.folder.name, shelves.uid_validity, last.uid)?;
    shelves.last = last.uid;
    hands.progress.done += batch.len() as u64;
    (hands.tell)(hands.progress);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(uid: u32) -> Place {
        Place { folder: "INBOX".into(), uid_validity: 7, uid }
    }

    /// Or it would be given up an hour after the server began to say so of everything.
    #[test]
    fn a_mail_that_is_refused_for_now_never_counts_as_given_up() {
        let shelves = Shelves { folder: Folder { name: "INBOX".into(), sent: false }, uid_validity: 7, last: 0 };
        let mut memory = Memory::default();
        for (kind, most) in [(TroubleKind::Busy, LAST_TRIES - 1), (TroubleKind::Refused, LAST_TRIES + 99)] {
            for _ in 0..100 {
                noted(Trouble::new(kind, "No."), &[Listed { uid: 5, bytes: 1 }], &shelves, &mut memory);
            }
            assert_eq!(memory.suspects.get(&place(5)), Some(&most), "{kind:?}");
        }
    }

    /// A server that dies of a mail would be asked for it for ever; a line that breaks is no mail's fault.
    #[test]
    fn connections_that_are_lost_at_the_same_mail_count_a_quarter() {
        let listed = |uid| Listed { uid, bytes: 1 };
        let mut memory = Memory::default();
        let mut cut = |batch: &[Listed], times| {
            (0..times).for_each(|_| memory.cut_off(batch, place));
            (memory.careful.clone(), memory.suspects.get(&place(5)).copied())
        };
        assert_eq!(cut(&[listed(5), listed(6)], CUTS - 1), (None, None));
        assert_eq!(cut(&[listed(5), listed(6)], 1), (Some(place(6)), None), "asked for one by one");
        assert_eq!(cut(&[listed(5)], CUTS * WHOLE_TRIES), (Some(place(6)), Some(WHOLE_TRIES)));
        for uid in 10..100 {
            assert_eq!(cut(&[listed(uid)], CUTS - 1), (Some(place(6)), Some(WHOLE_TRIES)), "each time another one");
        }
    }
}
