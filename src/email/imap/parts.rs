//! What a server says about mails: which there are, and what they are.

use super::{date, session::Session};
use crate::email::{Trouble, TroubleKind};
use async_imap::imap_proto::{AttributeValue, MessageSection, Response, SectionPath};
use std::collections::{BTreeMap, BinaryHeap};

/// Bytes of a batch that come although the server told of fewer.
const SURPLUS: usize = 16 * 1024 * 1024;
/// Mails that are listed at a time; the others are listed when these are done.
pub const LISTED: usize = 500_000;

/// A mail in a list, before anything of it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Its number.
    pub uid: u32,
    /// Its length, as the server tells it.
    pub bytes: u32,
}

/// What came of a mail.
#[derive(Debug, Default)]
pub struct Content {
    /// Its bytes.
    pub raw: Vec<u8>,
    /// When it arrived, in seconds since 1970, where the server says so.
    pub arrived: Option<i64>,
}

/// What is asked for of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// What stands before its text.
    Header,
}

/// What lies in the folder that is open from this number on: the oldest of it, in order.
///
/// # Errors
/// As [`Session::ask`].
pub async fn listed(session: &mut Session, first: u32) -> Result<Vec<Listed>, Trouble> {
    let mut found = BinaryHeap::new();
    let asked = session
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
        .await;
    match asked {
        // Of a folder without mails some servers have no last one to name.
        Err(trouble) if trouble.kind == TroubleKind::Refused && session.exists == 0 => {}
        asked => asked?,
    }
    let mut found = found.into_sorted_vec();
    found.dedup_by_key(|listed| listed.uid);
    Ok(found)
}

/// The mails that are still there, by number. One that is there but did not come is a failure: left out, it would be lost.
///
/// # Errors
/// As [`Session::ask`], or the server gives something else.
pub async fn parts(session: &mut Session, batch: &[Listed], part: Part) -> Result<BTreeMap<u32, Content>, Trouble> {
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
