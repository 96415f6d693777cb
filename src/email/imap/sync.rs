//! Taking what is new in one folder, oldest first, in batches: handed over, marked as seen, and only then left behind.
//!
//! A connection can be lost between any two of these: then a batch comes again, and is known by where it lay and by its
//! bytes. A mail can be one that the server cannot give: it is tried alone, then its header alone is taken, and at last the
//! fact that it is there, so that the mails after it are not held up by it.

use super::{date, names, session::Session};
use crate::{
    domain::mail::{LIES, Place},
    email::{
        Fetched, Progress, Taker, Trouble, TroubleKind,
        fetched::{BYTES, HEADER, LARGEST, MAILS, too_large as larger},
    },
};
use async_imap::imap_proto::{AttributeValue, MessageSection, Response, SectionPath};
use std::collections::{BTreeMap, BinaryHeap, HashMap};

/// Bytes of a batch that come although the server told of fewer.
const SURPLUS: usize = 16 * 1024 * 1024;
/// Mails that are listed at a time; the others are listed when these are done.
const LISTED: usize = 500_000;
/// Failures with one mail after which its header alone is asked for …
const WHOLE_TRIES: u32 = 3;
/// … and after which nothing of it is, if another mail can be had.
pub const TRIES: u32 = 5;
/// Failures after which a mail is given up although there is no other to compare it with: an hour or so later.
const LAST_TRIES: u32 = 20;
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
}

impl Memory {
    /// Whether some mails failed that may be had alone.
    pub fn seeks(&self) -> bool {
        self.careful.is_some() || !self.suspects.is_empty()
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

/// A mail in a list, before anything of it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Listed {
    uid: u32,
    bytes: u32,
}

/// What came of a mail.
#[derive(Debug, Default)]
struct Content {
    raw: Vec<u8>,
    /// In seconds since 1970.
    arrived: Option<i64>,
}

/// What is asked for of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    Header,
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
    let cursor = hands.taker.cursor(&folder.name)?;
    // Numbers of another UIDVALIDITY mean other mails: all are taken again, and known by their bytes.
    let last = cursor.filter(|(validity, _)| *validity == opened.uid_validity).map_or(0, |(_, last)| last);
    let mut shelves = Shelves { folder: folder.clone(), uid_validity: opened.uid_validity, last };
    let nothing_new = opened.uid_next.is_some_and(|next| next <= last.saturating_add(1));
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
        let listed = list(session, shelves).await?;
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

/// What lies beyond the last mail that was taken: the oldest of it, in order.
async fn list(session: &mut Session, shelves: &Shelves) -> Result<Vec<Listed>, Trouble> {
    let Some(first) = shelves.last.checked_add(1) else { return Ok(Vec::new()) };
    let mut found = BinaryHeap::new();
    session
        .ask(&format!("UID FETCH {first}:* (UID RFC822.SIZE)"), "the list of new mails", &mut |response| {
            let Response::Fetch(_, attributes) = response else { return };
            let (mut uid, mut bytes) = (None, 0);
            for attribute in attributes {
                match attribute {
                    AttributeValue::Uid(number) => uid = Some(*number),
                    AttributeValue::Rfc822Size(number) => bytes = *number,
                    _ => {}
                }
            }
            // Where nothing is new, servers name the last mail.
            if let Some(uid) = uid.filter(|uid| *uid >= first) {
                found.push(Listed { uid, bytes });
                if found.len() > LISTED {
                    found.pop();
                }
            }
        })
        .await?;
    let mut found = found.into_sorted_vec();
    found.dedup_by_key(|listed| listed.uid);
    Ok(found)
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
    if matches!(trouble.kind, TroubleKind::Refused | TroubleKind::Gibberish | TroubleKind::Silence) {
        memory.failed(batch, |uid| shelves.place(uid));
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

/// The mails that are still there, by number. One that is there but did not come is a failure: left out, it would be lost.
async fn parts(session: &mut Session, batch: &[Listed], part: Part) -> Result<BTreeMap<u32, Content>, Trouble> {
    let (Some(first), Some(last)) = (batch.first(), batch.last()) else { return Ok(BTreeMap::new()) };
    // All that lies between these two was listed, so this is the batch and nothing else.
    let range = format!("{}:{}", first.uid, last.uid);
    let told: usize = batch.iter().map(|listed| usize::try_from(listed.bytes).unwrap_or(usize::MAX)).sum();
    let wanted = |uid: &u32| batch.binary_search_by_key(uid, |listed| listed.uid).is_ok();
    let mut found = BTreeMap::new();
    let (mut bytes, mut unnumbered) = (0, false);
    let section = match part {
        Part::Whole => "BODY.PEEK[]",
        Part::Header => "BODY.PEEK[HEADER]",
    };
    session
        .ask(&format!("UID FETCH {range} (UID INTERNALDATE {section})"), "to give mails", &mut |response| {
            let Some((uid, raw)) = content(response, part) else { return };
            match uid {
                None => unnumbered = true,
                // What is too much is counted, not kept.
                Some(uid) if wanted(&uid) => {
                    bytes += raw.len();
                    if bytes <= told.saturating_add(SURPLUS) {
                        found.entry(uid).or_insert_with(|| Content { raw: raw.to_vec(), arrived: arrived(response) });
                    }
                }
                Some(_) => {}
            }
        })
        .await?;
    if unnumbered {
        return Err(Trouble::new(TroubleKind::Gibberish, "The mail server gave mails without their numbers."));
    }
    if bytes > told.saturating_add(SURPLUS) {
        return Err(Trouble::new(TroubleKind::Gibberish, "The mail server gave far more than it had told of."));
    }
    if found.len() < batch.len() {
        let mut still_there = 0;
        session
            .ask(&format!("UID FETCH {range} (UID)"), "the list of mails", &mut |response| {
                let Response::Fetch(_, attributes) = response else { return };
                still_there += attributes
                    .iter()
                    .filter(|attribute| {
                        matches!(attribute, AttributeValue::Uid(uid) if wanted(uid) && !found.contains_key(uid))
                    })
                    .count();
            })
            .await?;
        if still_there > 0 {
            return Err(Trouble::new(TroubleKind::Refused, "The mail server lists a mail that it does not give."));
        }
    }
    Ok(found)
}

/// When the mail of an answer arrived, where it says so.
fn arrived(response: &Response<'_>) -> Option<i64> {
    let Response::Fetch(_, attributes) = response else { return None };
    attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::InternalDate(written) => date::arrived(written),
        _ => None,
    })
}

/// A mail's number and its bytes, where the answer has any.
fn content<'a>(response: &'a Response<'_>, part: Part) -> Option<(Option<u32>, &'a [u8])> {
    let Response::Fetch(_, attributes) = response else { return None };
    let uid = attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    });
    let raw = attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::BodySection { section, data: Some(raw), .. } => {
            let of = match section {
                None => Some(Part::Whole),
                Some(SectionPath::Full(MessageSection::Header)) => Some(Part::Header),
                Some(_) => None,
            };
            (of == Some(part)).then_some(raw)
        }
        _ => None,
    });
    raw.map(|raw| (uid, raw.as_ref()))
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
                Err(trouble) if trouble.kind != TroubleKind::Refused => return Err(trouble),
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
