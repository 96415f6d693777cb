//! Which mails belong together: threads by Message-ID, In-Reply-To and References.

use super::{Head, mbox::Extent};
use crate::import::fingerprint::Fingerprint;
use std::collections::{HashMap, HashSet};

/// Names of mails, kept as fingerprints so that a hundred thousand of them stay small.
type Name = u128;

/// All mails of a source without their texts.
#[derive(Debug, Default)]
pub(super) struct Threads {
    mails: Vec<Entry>,
    before: Vec<Name>,
    prints: HashSet<u128>,
}

/// What is remembered of a mail while its source is being read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    /// The number of its file.
    pub(super) file: u32,
    /// Where it stands in it.
    pub(super) extent: Extent,
    /// When it was written, in seconds since 1970.
    pub(super) at: i64,
    /// What tells it from every other mail.
    pub(super) print: u128,
    id: Option<Name>,
    /// The writer and the time: two mails with one Message-ID are copies of each other only where these agree.
    origin: u128,
    before: (u32, u32),
}

/// The mails of one conversation, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Thread {
    /// The numbers of its mails.
    pub(super) mails: Vec<u32>,
    /// The number of the mail whose header names the thread.
    pub(super) named_by: u32,
    /// Whether that mail's own Message-ID is another mail's too, so that it names nothing.
    pub(super) shared_id: bool,
}

impl Threads {
    /// Remembers a mail; false where the same mail is here already.
    pub(super) fn add(&mut self, head: &Head, print: u128, at: i64, file: u32, extent: Extent) -> bool {
        if !self.prints.insert(print) {
            return false;
        }
        let name = |id: &String| Fingerprint::of(id.as_bytes());
        let mut origin = Fingerprint::new();
        origin.field(head.from.as_ref().map_or("", |from| from.address.as_str()).as_bytes());
        origin.field(&head.at.unwrap_or_default().to_le_bytes());
        let from = number(self.before.len());
        self.before.extend(head.before.iter().map(name));
        self.mails.push(Entry {
            file,
            extent,
            at,
            print,
            id: head.id.as_ref().map(name),
            origin: origin.finish(),
            before: (from, number(self.before.len())),
        });
        true
    }

    /// The mail of that number.
    pub(super) fn mail(&self, number: u32) -> Entry {
        self.mails[number as usize]
    }

    /// Puts the mails into threads, the thread with the oldest mail first.
    ///
    /// A Message-ID belongs to the oldest mail that has it. Broken programs give one to many mails; another mail of
    /// that name joins the thread only as a copy of the same mail (a list's footer added, say), so that two customers
    /// never land in one conversation because their web form always sends the same name.
    pub(super) fn threads(&mut self) -> Vec<Thread> {
        self.prints = HashSet::new();
        let mut order: Vec<u32> = (0..number(self.mails.len())).collect();
        order.sort_by_key(|mail| (self.mail(*mail).at, self.mail(*mail).print));
        let mut groups = Groups::new(self.mails.len());
        let mut owners: HashMap<Name, u32> = HashMap::new();
        let mut shared = HashSet::new();
        for mail in order.iter().copied() {
            let entry = self.mail(mail);
            if let Some(id) = entry.id {
                let owner = *owners.entry(id).or_insert(mail);
                if self.mail(owner).origin == entry.origin {
                    groups.join_name(mail, id);
                } else {
                    shared.insert(mail);
                }
            }
            for before in &self.before[entry.before.0 as usize..entry.before.1 as usize] {
                groups.join_name(mail, *before);
            }
        }
        let mut threads: Vec<Thread> = Vec::new();
        let mut places: HashMap<u32, usize> = HashMap::new();
        for mail in order {
            let place = *places.entry(groups.group(mail)).or_insert_with(|| {
                threads.push(Thread { mails: Vec::new(), named_by: mail, shared_id: shared.contains(&mail) });
                threads.len() - 1
            });
            threads[place].mails.push(mail);
        }
        for thread in &mut threads {
            // Mails of the same second stand as they stand in their files.
            thread.mails.sort_by_key(|mail| (self.mails[*mail as usize].at, *mail));
        }
        threads
    }
}

/// Mails that belong together, directly or through others (disjoint sets).
struct Groups {
    above: Vec<u32>,
    names: HashMap<Name, u32>,
}

impl Groups {
    fn new(mails: usize) -> Self {
        Self { above: (0..number(mails)).collect(), names: HashMap::new() }
    }

    /// Puts a mail together with all that know this name.
    fn join_name(&mut self, mail: u32, name: Name) {
        let other = *self.names.entry(name).or_insert(mail);
        let (one, other) = (self.group(mail), self.group(other));
        self.above[one.max(other) as usize] = one.min(other);
    }

    fn group(&mut self, mail: u32) -> u32 {
        let mut top = mail;
        while self.above[top as usize] != top {
            let next = self.above[top as usize];
            self.above[top as usize] = self.above[next as usize];
            top = next;
        }
        top
    }
}

/// Counts as they are stored; four thousand million mails do not fit into memory anyway.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::history::PastPerson;

    /// A mail as (id, what it answers, writer, time).
    fn threads(mails: &[(&str, &[&str], &str, i64)]) -> Vec<Vec<u32>> {
        let mut all = Threads::default();
        for (at, (id, before, from, time)) in mails.iter().enumerate() {
            let head = Head {
                id: (!id.is_empty()).then(|| (*id).to_owned()),
                before: before.iter().map(ToString::to_string).collect(),
                from: Some(PastPerson { address: (*from).to_owned(), name: String::new() }),
                at: Some(*time),
                ..Head::default()
            };
            assert!(all.add(&head, at as u128, *time, 0, Extent::default()));
        }
        all.threads().into_iter().map(|thread| thread.mails).collect()
    }

    #[test]
    fn answers_join_what_they_answer_even_out_of_order_and_with_gaps() {
        let mails: [(&str, &[&str], &str, i64); 6] = [
            ("c@x", &["a@x", "b@x"], "mara", 30),
            ("a@x", &[], "mara", 10),
            ("z@x", &[], "jo", 20),
            ("y@x", &["lost@x"], "jo", 25),
            ("w@x", &["lost@x"], "ana", 26),
            ("", &["z@x"], "ana", 40),
        ];
        assert_eq!(threads(&mails), [vec![1, 0], vec![2, 5], vec![3, 4]]);
    }

    #[test]
    fn one_message_id_on_many_mails_joins_copies_only() {
        let mails: [(&str, &[&str], &str, i64); 4] = [
            ("form@x", &[], "mara", 10),
            ("form@x", &[], "jo", 20),
            ("form@x", &[], "mara", 10),
            ("r@x", &["form@x"], "ana", 30),
        ];
        assert_eq!(threads(&mails), [vec![0, 2, 3], vec![1]]);
    }

    #[test]
    fn the_same_mail_counts_once() {
        let mut all = Threads::default();
        let head = Head::default();
        assert!(all.add(&head, 7, 0, 0, Extent::default()));
        assert!(!all.add(&head, 7, 0, 1, Extent::default()));
        assert!(all.add(&head, 8, 0, 1, Extent::default()));
        assert_eq!(all.threads().len(), 2);
    }
}
