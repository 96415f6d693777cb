//! What every open screen may show at every moment, by §9 of the rules and without the program: every text has a word of
//! its own, the desk's file is read after every commit, and each frame of each session is held against that.

use crate::watcher::words;
use rusqlite::Connection;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// So long what was taken away may still stand on a screen.
pub const GRACE: Duration = Duration::from_millis(250);

/// The number of a word.
fn number(word: &str) -> u64 {
    word.bytes().skip(2).fold(0, |number, letter| number * 26 + u64::from(letter - b'a'))
}

/// Numbers of words, few and small.
type Words = BTreeSet<u64>;

/// Which words are on the desk at one moment, and for whose eyes.
#[derive(Debug, Default, Clone)]
struct Sight {
    /// Before the commit that made it so, and after it.
    between: Option<(Instant, Instant)>,
    known: Words,
    /// By handle.
    allowed: HashMap<String, Words>,
}

/// What the words of one desk stand in; read anew after every commit, the texts only where there are new ones.
struct Reader {
    connection: Connection,
    version: i64,
    read_up_to: i64,
    /// Words of conversations, which never change once they are written.
    written: BTreeMap<i64, Words>,
}

/// A conversation as far as §9 asks.
struct Conversation {
    id: i64,
    is_customers: bool,
    is_public: bool,
    assignee: Option<i64>,
    group: Option<i64>,
    item: Option<i64>,
}

/// An agent as far as §9 asks.
struct Agent {
    id: i64,
    handle: String,
    active: bool,
    administers: bool,
}

impl Reader {
    fn of(file: &Path) -> Self {
        let connection = Connection::open(file).expect("the file");
        connection.busy_timeout(Duration::from_secs(10)).expect("patience");
        Self { connection, version: -1, read_up_to: 0, written: BTreeMap::new() }
    }

    fn rows<T>(&self, sql: &str, row: impl Fn(&rusqlite::Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
        let mut statement = self.connection.prepare_cached(sql).expect(sql);
        let rows = statement.query_map([], |found| row(found)).expect(sql);
        rows.map(|row| row.expect(sql)).collect()
    }

    fn pairs(&self, sql: &str) -> BTreeSet<(i64, i64)> {
        self.rows(sql, |row| Ok((row.get(0)?, row.get(1)?))).into_iter().collect()
    }

    fn has_changed(&mut self) -> bool {
        let version = self.connection.query_row("PRAGMA data_version", [], |row| row.get(0)).expect("a version");
        std::mem::replace(&mut self.version, version) != version
    }

    /// The desk as it is now.
    fn sight(&mut self, before: Instant) -> Sight {
        self.connection.execute_batch("BEGIN").expect("one moment");
        // From its first question on a transaction sees nothing newer.
        self.connection.query_row("SELECT count(*) FROM setting", [], |_| Ok(())).expect("one moment");
        let after = Instant::now();
        let sight = Sight { between: Some((before, after)), ..self.read() };
        self.connection.execute_batch("COMMIT").expect("one moment");
        sight
    }

    fn read(&mut self) -> Sight {
        let texts = format!(
            "SELECT conversation_id, text || ' ' || coalesce((SELECT subject FROM conversation WHERE id = conversation_id), ''), \
             id FROM message WHERE id > {} ORDER BY id",
            self.read_up_to
        );
        let new: Vec<(i64, String, i64)> = self.rows(&texts, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        for (conversation, text, id) in new {
            self.written.entry(conversation).or_default().extend(words(&text).into_iter().map(number));
            self.read_up_to = id;
        }
        let agents = self.rows("SELECT id, handle, active, role <> 'agent' FROM agent", |row| {
            Ok(Agent { id: row.get(0)?, handle: row.get(1)?, active: row.get(2)?, administers: row.get(3)? })
        });
        let conversations = self.rows(
            "SELECT id, audience = 'customer', privacy = 'public', assignee_id, group_id, item_id FROM conversation",
            |row| {
                Ok(Conversation {
                    id: row.get(0)?,
                    is_customers: row.get(1)?,
                    is_public: row.get(2)?,
                    assignee: row.get(3)?,
                    group: row.get(4)?,
                    item: row.get(5)?,
                })
            },
        );
        let in_group = self.pairs("SELECT agent_id, group_id FROM group_member");
        let named = self.pairs("SELECT agent_id, conversation_id FROM member WHERE starter = 1 OR added = 1");
        let opened = self.pairs("SELECT agent_id, conversation_id FROM event WHERE kind = 'opened-direct'");
        let takes_part = self.pairs("SELECT conversation_id, customer_id FROM participant");
        let customers: Vec<(i64, String, bool)> = self.rows(
            "SELECT id, address || ' ' || name || ' ' || coalesce(organization, ''), by_hand OR EXISTS (SELECT 1 FROM item \
             WHERE requester_id = customer.id) FROM customer",
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        );
        let items: Vec<String> = self.rows("SELECT title || ' ' || description FROM item", |row| row.get(0));
        let drafts: Vec<(i64, String)> =
            self.rows("SELECT agent_id, text FROM draft", |row| Ok((row.get(0)?, row.get(1)?)));
        let everybodys: Words = items.iter().flat_map(|text| words(text)).map(number).collect();
        let records: Vec<(i64, Words, bool)> = customers
            .into_iter()
            .map(|(id, text, known)| (id, words(&text).into_iter().map(number).collect(), known))
            .collect();
        let drafts: Vec<(i64, Words)> =
            drafts.into_iter().map(|(id, text)| (id, words(&text).into_iter().map(number).collect())).collect();
        let mut sight = Sight::default();
        for me in &agents {
            let allowed = sight.allowed.entry(me.handle.clone()).or_default();
            allowed.extend(drafts.iter().filter(|(id, _)| *id == me.id).flat_map(|(_, words)| words));
            if !me.active {
                continue;
            }
            allowed.extend(&everybodys);
            let mut readable = BTreeSet::new();
            for c in &conversations {
                let named = named.contains(&(me.id, c.id));
                if !may_read(me, c, named, c.group.is_some_and(|group| in_group.contains(&(me.id, group)))) {
                    continue;
                }
                readable.insert(c.id);
                // R6.11: others' direct ones only where they were opened deliberately.
                let others_direct = !c.is_customers && c.item.is_none() && !named;
                if !others_direct || opened.contains(&(me.id, c.id)) {
                    allowed.extend(self.written.get(&c.id).into_iter().flatten());
                }
            }
            // R4.8.
            let met: BTreeSet<i64> =
                takes_part.iter().filter(|(c, _)| readable.contains(c)).map(|(_, customer)| *customer).collect();
            let mine = records.iter().filter(|(id, _, known)| me.administers || *known || met.contains(id));
            allowed.extend(mine.flat_map(|(_, words, _)| words));
        }
        sight.known.extend(self.written.values().flatten());
        sight.known.extend(&everybodys);
        sight.known.extend(records.iter().flat_map(|(_, words, _)| words));
        sight.known.extend(drafts.iter().flat_map(|(_, words)| words));
        sight
    }
}

/// access(agent a, c) of §9, word by word.
fn may_read(a: &Agent, c: &Conversation, named: bool, in_group: bool) -> bool {
    a.active
        && (a.administers
            || (c.is_customers && (c.is_public || c.assignee == Some(a.id) || (c.assignee.is_none() && in_group)))
            || (!c.is_customers && (named || (c.is_public && c.item.is_some()))))
}

/// What one session's screen showed, from a moment on.
#[derive(Debug)]
struct Frame {
    at: Instant,
    /// Whole words on the screen.
    shown: Words,
    /// Words that came, whether they stayed on the screen or not: titles, copies, what was painted over.
    came: Words,
}

/// Watches a desk's file and every screen over it.
pub struct Checker {
    shared: Arc<Shared>,
    reader: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    done: AtomicBool,
    sights: Mutex<Vec<Sight>>,
    /// By session: whose it is.
    frames: Mutex<Vec<(String, Vec<Frame>)>>,
    /// Who typed a word, from before it was typed.
    typed: Mutex<HashMap<u64, String>>,
    /// How late the machine gave this thread its turn.
    late: Mutex<Vec<(Instant, Duration)>>,
}

/// What was seen that must not be seen.
#[derive(Debug, PartialEq, Eq)]
pub struct Leak {
    pub handle: String,
    pub word: u64,
    /// So long after it was taken away at the latest; none where it was never theirs.
    pub after: Option<Duration>,
    /// For so long.
    pub lasted: Duration,
}

/// What the watching came to.
#[derive(Debug, Default)]
pub struct Findings {
    pub leaks: Vec<Leak>,
    pub frames: usize,
    pub sights: usize,
    /// How long what was taken away stood on screens at most.
    pub lost: Vec<Duration>,
}

impl Checker {
    pub fn of(file: &Path) -> Self {
        let shared = Arc::new(Shared::default());
        let (mut reader, watching) = (Reader::of(file), Arc::clone(&shared));
        // Before anything is shown.
        reader.has_changed();
        let first = reader.sight(Instant::now());
        shared.sights.lock().unwrap().push(first);
        let reader = std::thread::spawn(move || watching.watch(reader));
        Self { shared, reader: Some(reader) }
    }

    /// Takes in the frames of one session; to be called with the screen and the bytes that came.
    pub fn session(&self, handle: &str) -> impl FnMut(&vt100::Screen, &[u8]) + Send + use<> {
        let shared = Arc::clone(&self.shared);
        let mut sessions = shared.frames.lock().unwrap();
        let place = sessions.len();
        sessions.push((handle.to_owned(), Vec::new()));
        drop(sessions);
        move |screen, bytes| {
            let shown = words(&screen.contents()).into_iter().map(number).collect();
            let came = words(&String::from_utf8_lossy(bytes)).into_iter().map(number).collect();
            shared.frames.lock().unwrap()[place].1.push(Frame { at: Instant::now(), shown, came });
        }
    }

    /// Says who is about to type a word.
    pub fn types(&self, handle: &str, word: u64) {
        self.shared.typed.lock().unwrap().insert(word, handle.to_owned());
    }

    /// Ends the watching: what was seen.
    pub fn findings(mut self) -> Findings {
        self.shared.done.store(true, Ordering::Relaxed);
        self.reader.take().unwrap().join().unwrap();
        let (sights, sessions) = (self.shared.sights.lock().unwrap(), self.shared.frames.lock().unwrap());
        let (typed, late) = (self.shared.typed.lock().unwrap(), self.shared.late.lock().unwrap());
        let mut findings = Findings { sights: sights.len(), ..Findings::default() };
        for (handle, frames) in sessions.iter() {
            findings.frames += frames.len();
            judge(&mut findings, handle, frames, &sights, &typed, &late);
        }
        findings
    }
}

impl Shared {
    fn watch(&self, mut reader: Reader) {
        const TURN: Duration = Duration::from_millis(2);
        let mut unchanged = Instant::now();
        while !self.done.load(Ordering::Relaxed) {
            let began = Instant::now();
            if reader.has_changed() {
                let sight = reader.sight(unchanged);
                self.sights.lock().unwrap().push(sight);
                unchanged = began;
                continue;
            }
            unchanged = began;
            std::thread::park_timeout(TURN);
            let over = began.elapsed().saturating_sub(TURN);
            if over > TURN {
                self.late.lock().unwrap().push((Instant::now(), over));
            }
        }
    }
}

/// A time in which a word is not for somebody's eyes: from the moment when that is known at the latest, until it is at the
/// earliest.
struct Forbidden {
    from: Instant,
    to: Option<Instant>,
    was_allowed: bool,
}

fn forbidden(word: u64, handle: &str, sights: &[Sight], typed: &HashMap<u64, String>) -> Vec<Forbidden> {
    let mut times: Vec<Forbidden> = Vec::new();
    let mut was_allowed = false;
    let mut shut = false;
    for sight in sights {
        let (before, after) = sight.between.expect("a moment");
        // What is not on the desk is in the head of who types it.
        let allowed = if sight.known.contains(&word) {
            sight.allowed.get(handle).is_some_and(|words| words.contains(&word))
        } else {
            typed.get(&word).is_none_or(|who| who == handle)
        };
        if !allowed && !shut {
            times.push(Forbidden { from: after, to: None, was_allowed });
        }
        if allowed && shut {
            times.last_mut().expect("one that was shut").to = Some(before);
        }
        was_allowed |= allowed && sight.known.contains(&word);
        shut = !allowed;
    }
    times
}

/// What more the machine has to be given around a moment: how late it was itself.
fn lateness(late: &[(Instant, Duration)], at: Instant) -> Duration {
    let near = late.iter().filter(|(when, _)| *when >= at && *when <= at + 4 * GRACE);
    near.map(|(_, over)| *over).max().unwrap_or_default() * 3
}

fn judge(
    findings: &mut Findings,
    handle: &str,
    frames: &[Frame],
    sights: &[Sight],
    typed: &HashMap<u64, String>,
    late: &[(Instant, Duration)],
) {
    let mut intervals: BTreeMap<u64, Vec<(Instant, Instant)>> = BTreeMap::new();
    for (number, frame) in frames.iter().enumerate() {
        let until = frames.get(number + 1).map_or(frame.at, |next| next.at);
        for word in frame.shown.union(&frame.came) {
            let end = if frame.shown.contains(word) { until } else { frame.at };
            let known = intervals.entry(*word).or_default();
            match known.last_mut() {
                Some(last) if last.1 >= frame.at => last.1 = last.1.max(end),
                _ => known.push((frame.at, end)),
            }
        }
    }
    for (word, shown) in intervals {
        for time in forbidden(word, handle, sights, typed) {
            let grace = GRACE + lateness(late, time.from);
            for (begin, end) in &shown {
                let to = time.to.map_or(*end, |to| to.min(*end));
                if to < time.from || *begin > to {
                    continue;
                }
                let stood = to.saturating_duration_since(time.from);
                if time.was_allowed && *begin <= time.from {
                    findings.lost.push(stood);
                }
                if stood > grace || (!time.was_allowed && *begin > time.from && stood > Duration::ZERO) {
                    findings.leaks.push(Leak {
                        handle: handle.to_owned(),
                        word,
                        after: time.was_allowed.then_some(stood),
                        lasted: to.saturating_duration_since((*begin).max(time.from)),
                    });
                }
            }
        }
    }
}

/// A proof that cannot fail proves nothing: what is planted is found, and what is allowed is not.
mod itself {
    use super::*;
    use crate::{
        desks::{TestDesk, assign, inbound, make},
        watcher::word,
    };
    use deskline::domain::{conversation::Privacy, envelope::Inbound, id::ConversationId};

    /// A desk with a conversation of ana's with the words 1 to 3 and a customer with 4 and 5, and a watched screen of ben's.
    fn watched() -> (TestDesk, ConversationId, Checker, impl FnMut(&str)) {
        let desk = TestDesk::with_privacy();
        let inbound = Inbound {
            subject: Some(word(1)),
            name: Some(word(4)),
            ..inbound(&format!("{}@example.com", word(5)), None, &format!("{} and {}", word(2), word(3)))
        };
        let id = desk.desk.receive(&inbound).unwrap().conversation;
        desk.does("olga", id, assign("ana"));
        let checker = Checker::of(&desk.file());
        let mut each = checker.session("ben");
        let mut screen = vt100::Parser::new(24.try_into().unwrap(), 80.try_into().unwrap(), 0);
        let paints = move |text: &str| {
            let bytes = format!("\x1b[?2026h\x1b[2J\x1b[H{text}\x1b[?2026l");
            screen.process(bytes.as_bytes());
            each(screen.screen(), bytes.as_bytes());
        };
        (desk, id, checker, paints)
    }

    /// Until the checker has read what was written last.
    fn noticed(checker: &Checker, before: usize) {
        crate::pty::until("the checker has seen it", || checker.shared.sights.lock().unwrap().len() > before);
    }

    fn sights(checker: &Checker) -> usize {
        checker.shared.sights.lock().unwrap().len()
    }

    fn pass(time: Duration) {
        let until = Instant::now() + time;
        while let Some(left) = until.checked_duration_since(Instant::now()) {
            std::thread::park_timeout(left);
        }
    }

    #[test]
    fn what_may_be_seen_is_no_leak() {
        let (_desk, _, checker, mut paints) = watched();
        paints(&format!("{} {} {}", word(1), word(3), word(5)));
        paints("nothing");
        let findings = checker.findings();
        assert_eq!((findings.leaks, findings.frames), (Vec::new(), 2));
    }

    #[test]
    fn what_is_taken_away_may_stand_for_a_moment_only() {
        let (desk, id, checker, mut paints) = watched();
        paints(&word(2));
        let before = sights(&checker);
        desk.does("olga", id, make(Privacy::Private, true));
        noticed(&checker, before);
        paints("gone at once");
        assert_eq!(checker.findings().leaks, Vec::new());

        let (desk, id, checker, mut paints) = watched();
        paints(&word(2));
        desk.does("olga", id, make(Privacy::Private, true));
        pass(6 * GRACE);
        paints("gone too late");
        let leaks = checker.findings().leaks;
        assert_eq!(leaks.iter().map(|leak| (leak.handle.as_str(), leak.word)).collect::<Vec<_>>(), [("ben", 2)]);
        assert!(leaks[0].after.unwrap() > GRACE);
    }

    #[test]
    fn what_is_shown_again_later_is_found_however_short() {
        let (desk, id, checker, mut paints) = watched();
        let before = sights(&checker);
        desk.does("olga", id, make(Privacy::Private, true));
        noticed(&checker, before);
        pass(6 * GRACE);
        // Subject, text and the customer's name and address, in the frame of a moment; the last one only in passing.
        for number in 1..=5 {
            paints(&format!("  {} ", word(number)));
        }
        paints(&format!("\x1b]0;{}\x07nothing", word(2)));
        let found: BTreeSet<u64> = checker.findings().leaks.iter().map(|leak| leak.word).collect();
        assert_eq!(found, (1..=5).collect());
    }

    #[test]
    fn what_was_never_theirs_is_found_at_once() {
        let (desk, _, checker, mut paints) = watched();
        let before = sights(&checker);
        let new = desk.desk.receive(&inbound("jo@example.com", None, "nothing of note")).unwrap().conversation;
        desk.does("olga", new, make(Privacy::Private, true));
        desk.does("olga", new, assign("ana"));
        noticed(&checker, before);
        desk.desk.receive(&inbound("jo@example.com", Some(new), &word(7))).unwrap();
        pass(GRACE / 10);
        paints(&word(7));
        paints("");
        let leaks = checker.findings().leaks;
        assert_eq!(leaks.iter().map(|leak| (leak.word, leak.after)).collect::<Vec<_>>(), [(7, None)]);
    }

    #[test]
    fn what_somebody_types_is_for_nobody_else() {
        let (_desk, _, checker, mut paints) = watched();
        checker.types("ana", 8);
        checker.types("ben", 9);
        paints(&word(8));
        paints(&word(9));
        let found: Vec<u64> = checker.findings().leaks.iter().map(|leak| leak.word).collect();
        assert_eq!(found, [8]);
    }
}
