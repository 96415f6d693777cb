//! What a viewer's screen must never show: every text on a desk has a word of its own, and the rules, transcribed and
//! without the program's policy, say whose eyes each word is for.

use crate::{
    access::{may_read, may_read_openly},
    histories::World,
};
use deskline::domain::{
    id::{AgentId, ConversationId},
    people::{Agent, Role},
};
use rusqlite::Connection;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// How every such word begins; no other word does.
const BEGINS: &str = "zq";
/// Letters behind it.
const LETTERS: usize = 6;

/// The word of a number: short, so that no column is too narrow for it, and no part of another.
pub fn word(mut number: u64) -> String {
    let mut letters = [b'a'; LETTERS];
    for letter in letters.iter_mut().rev() {
        *letter += u8::try_from(number % 26).unwrap();
        number /= 26;
    }
    assert_eq!(number, 0, "so many words there are not");
    format!("{BEGINS}{}", String::from_utf8_lossy(&letters))
}

/// The whole words of this kind in a text; one that was cut is none.
pub fn words(text: &str) -> BTreeSet<&str> {
    let small = |letter: &u8| letter.is_ascii_lowercase();
    let found = text.match_indices(BEGINS).filter_map(|(at, _)| {
        let end = at + BEGINS.len() + LETTERS;
        let after = text.as_bytes().get(at + BEGINS.len()..end)?;
        after.iter().all(small).then(|| &text[at..end])
    });
    found.collect()
}

/// Where a word stands on the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Subject, message, note, system line, attachment.
    Conversation(ConversationId),
    /// A customer's record.
    Customer(i64),
    /// An item; every agent sees every item (R4.8).
    Item,
    /// An agent's unsent text.
    Draft(AgentId),
}

/// A desk at one moment, and whose eyes its words are for.
pub struct Watcher {
    pub world: World,
    pub places: BTreeMap<String, BTreeSet<Place>>,
    /// Direct conversations of others that were opened deliberately (R6.11).
    opened: BTreeSet<(AgentId, ConversationId)>,
}

impl Watcher {
    /// The desk in a file as it is now.
    pub fn of(file: &Path) -> Self {
        let connection = Connection::open(file).expect("the file");
        let mut watcher = Self { world: World::at(file), places: BTreeMap::new(), opened: BTreeSet::new() };
        let conversation = |id| Place::Conversation(ConversationId(id));
        watcher.gather(&connection, "SELECT id, subject FROM conversation", conversation);
        watcher.gather(&connection, "SELECT conversation_id, text FROM message", conversation);
        let attached = "SELECT conversation_id, name FROM attachment JOIN message ON message.id = message_id";
        watcher.gather(&connection, attached, conversation);
        let record = "SELECT id, address || ' ' || name || ' ' || coalesce(organization, '') FROM customer";
        watcher.gather(&connection, record, Place::Customer);
        watcher.gather(&connection, "SELECT id, title || ' ' || description FROM item", |_| Place::Item);
        watcher.gather(&connection, "SELECT agent_id, text FROM draft", |id| Place::Draft(AgentId(id)));
        let opened = "SELECT agent_id, conversation_id FROM event WHERE kind = 'opened-direct'";
        let mut statement = connection.prepare(opened).expect("a statement");
        let rows =
            statement.query_map([], |row| Ok((AgentId(row.get(0)?), ConversationId(row.get(1)?)))).expect("rows");
        watcher.opened = rows.map(|row| row.expect("a row")).collect();
        watcher
    }

    fn gather(&mut self, connection: &Connection, sql: &str, place: impl Fn(i64) -> Place) {
        let mut statement = connection.prepare(sql).expect("a statement");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).expect("rows");
        for (id, text) in rows.map(|row| row.expect("a row")) {
            for word in words(&text) {
                self.places.entry(word.to_owned()).or_default().insert(place(id));
            }
        }
    }

    /// The words of a text that are on the desk and not for an agent's eyes, with where they stand. What the agent typed
    /// and nobody else has is nowhere on the desk, or in a draft of its own.
    pub fn wrong<'a>(&self, handle: &str, text: &'a str) -> Vec<(&'a str, &BTreeSet<Place>)> {
        let me = self.world.agents.iter().find(|agent| agent.handle == handle).expect("an agent");
        let known = words(text).into_iter().filter_map(|word| Some((word, self.places.get(word)?)));
        known.filter(|(_, places)| !places.iter().any(|place| self.may_see(me, *place))).collect()
    }

    fn may_see(&self, me: &Agent, place: Place) -> bool {
        if let Place::Draft(of) = place {
            return of == me.id;
        }
        me.active
            && match place {
                Place::Conversation(id) => {
                    let facts = self.world.conversations.iter().find(|c| c.id == id).expect("a conversation");
                    may_read_openly(me, facts) || (may_read(me, facts) && self.opened.contains(&(me.id, id)))
                }
                Place::Customer(id) => self.may_see_customer(me, id),
                Place::Item => true,
                Place::Draft(of) => of == me.id,
            }
    }

    /// R4.8.
    fn may_see_customer(&self, me: &Agent, id: i64) -> bool {
        let by_hand = self.world.customers.iter().any(|customer| customer.id.0 == id && customer.by_hand);
        let requests = self.world.items.iter().any(|item| item.requester.is_some_and(|requester| requester.0 == id));
        let mut readable = self.world.conversations.iter().filter(|c| may_read(me, c));
        matches!(me.role, Role::Owner | Role::Admin)
            || by_hand
            || requests
            || readable.any(|c| c.customers.iter().any(|place| place.customer.0 == id))
    }

    /// Fails where a screen, or what is remembered behind it, holds a word that is not for an agent's eyes.
    pub fn check(&self, handle: &str, what: &str, text: &str) {
        let wrong = self.wrong(handle, text);
        assert!(wrong.is_empty(), "{what}: {handle} is shown {wrong:?}:\n{text}");
    }
}

#[test]
fn words_are_found_whole_and_no_word_is_part_of_another() {
    assert_eq!((word(0), word(27)), ("zqaaaaaa".to_owned(), "zqaaaabb".to_owned()));
    let text = format!("({})·x{}… zqaaa… zqaaaaaA", word(1), word(2));
    assert_eq!(words(&text), BTreeSet::from([word(1).as_str(), word(2).as_str()]));
}
