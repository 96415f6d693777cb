//! What a person does, timed on a small and on a large desk side by side: 1,000 and 1,000,000 messages.
//!
//! Desks are made once and kept under `target/bench-desks`; what writes works on a copy. `DESKLINE_BENCH_MESSAGES=100000`
//! makes the large desk smaller. Absolute times drift with the machine; compare the columns of one run.

use deskline::{
    demo::fill,
    desk::{
        Desk, ImportOptions, News,
        page::{ListStart, ListWants, Listed, SearchWants, ThreadStart, ThreadWants, Viewer, Wants},
    },
    domain::{
        command::{Command, Writing},
        envelope::{Channel, Inbound},
        history::{PastAuthor, PastConversation, PastKind, PastMessage, PastPerson, PastState},
        id::ConversationId,
        section::Section,
    },
    tui::{
        ask::Msg,
        keymap::Keymap,
        session::{Event, Look as Screen, Session},
        theme::Theme,
        time::Zone,
        traits::Traits,
    },
};
use divan::{Bencher, black_box};
use rusqlite::{Connection, params};
use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

fn main() {
    // Made before anything is timed.
    for size in [Size::Small, Size::Large] {
        size.desk();
    }
    divan::main();
    if std::env::args()
        .all(|argument| argument.starts_with('-') || argument.contains("send") || argument.contains("desk-"))
    {
        for size in [Size::Small, Size::Large] {
            compare_send_with_bare_statements(size);
        }
    }
}

/// Both in turn, so that a slow spell of the machine hits both alike: what absolute times on a busy machine cannot say.
#[expect(clippy::print_stdout, reason = "a bench prints its figures")]
fn compare_send_with_bare_statements(size: Size) {
    let (_folder, desk) = size.copy();
    let (_other_folder, other) = size.copy();
    let viewer = desk.admit(Some("ana")).expect("ana");
    let conversation = newest(&desk, &viewer);
    let mut bare = bare_connection(other.file());
    let (mut sent, mut inserted) = (Vec::new(), Vec::new());
    for _ in 0..400 {
        let begun = Instant::now();
        let reply = Command::Reply(Writing { text: WORDS.into(), ..Writing::default() });
        black_box(desk.run(&viewer, conversation, reply).expect("sent"));
        sent.push(begun.elapsed());
        let begun = Instant::now();
        insert_reply(&mut bare, conversation.0, viewer.id.0);
        inserted.push(begun.elapsed());
    }
    sent.sort_unstable();
    inserted.sort_unstable();
    let (sent, inserted) = (sent[200], inserted[200]);
    println!(
        "send beside its bare statements, in turn, {} messages: {sent:.1?} and {inserted:.1?}, {:.2} times",
        size.messages(),
        sent.as_secs_f64() / inserted.as_secs_f64()
    );
}

/// How large the desk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    Small,
    Large,
}

impl Size {
    fn messages(self) -> u64 {
        match self {
            Self::Small => 1_000,
            Self::Large => std::env::var("DESKLINE_BENCH_MESSAGES")
                .ok()
                .map_or(1_000_000, |text| text.parse().expect("DESKLINE_BENCH_MESSAGES is a number")),
        }
    }

    fn file(self) -> PathBuf {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench-desks");
        std::fs::create_dir_all(&folder).expect("a folder for the desks");
        let file = folder.join(format!("desk-{}.db", self.messages()));
        if !file.exists() {
            let half = folder.join("half-made.db");
            for left in [&half, &deskline::store::file::lock_path(&half)] {
                let _ = std::fs::remove_file(left);
            }
            drop(fill::build(&half, self.messages(), 1, &mut |_, _| true).expect("a desk"));
            std::fs::rename(&half, &file).expect("the desk in its place");
        }
        file
    }

    fn desk(self) -> &'static Desk {
        static SMALL: OnceLock<Desk> = OnceLock::new();
        static LARGE: OnceLock<Desk> = OnceLock::new();
        let cell = match self {
            Self::Small => &SMALL,
            Self::Large => &LARGE,
        };
        cell.get_or_init(|| Desk::open(&self.file(), Arc::new(chrono::Utc::now)).expect("the desk"))
    }

    /// A copy to write in.
    fn copy(self) -> (tempfile::TempDir, Desk) {
        let folder = tempfile::tempdir_in(self.file().parent().expect("a folder")).expect("a folder");
        let file = folder.path().join("desk.db");
        std::fs::copy(self.file(), &file).expect("a copy");
        let desk = Desk::open(&file, Arc::new(chrono::Utc::now)).expect("the copy");
        (folder, desk)
    }
}

/// Who looks at a desk of which size.
#[derive(Debug, Clone, Copy)]
struct Look {
    size: Size,
    who: &'static str,
}

impl fmt::Display for Look {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.size.messages(), self.who)
    }
}

impl Look {
    fn viewer(self) -> Viewer {
        self.size.desk().admit(Some(self.who)).expect("an agent of the desk")
    }
}

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.messages())
    }
}

/// The owner; an agent whose groups and settings show everything an agent can see; and one for whom half of the newest
/// conversations are private to others.
fn looks() -> Vec<Look> {
    let whos = ["olga", "ana", "ben"];
    [Size::Small, Size::Large].into_iter().flat_map(|size| whos.map(|who| Look { size, who })).collect()
}

fn sizes() -> [Size; 2] {
    [Size::Small, Size::Large]
}

fn bare() -> Wants {
    Wants { without_numbers: true, ..Wants::default() }
}

#[divan::bench(args = looks())]
fn numbers_of_the_sidebar(bencher: Bencher, look: Look) {
    let (desk, viewer) = (look.size.desk(), look.viewer());
    bencher.bench_local(|| black_box(desk.read(&viewer, &Wants::default()).expect("a page")));
}

mod page_of {
    use super::{Bencher, ListStart, ListWants, Look, Section, Wants, bare, black_box, looks};

    fn page(bencher: Bencher, look: Look, section: Section) {
        let (desk, viewer) = (look.size.desk(), look.viewer());
        let wants = Wants { list: Some(ListWants { section, start: ListStart::Top, rows: 50 }), ..bare() };
        // Owner and admins have two sections more; for others the refusal is what is timed.
        bencher.bench_local(|| black_box(desk.read(&viewer, &wants).is_ok()));
    }

    macro_rules! sections {
        ($($name:ident $section:ident),+ $(,)?) => {
            $(#[divan::bench(args = looks())]
            fn $name(bencher: Bencher, look: Look) {
                page(bencher, look, Section::$section);
            })+
        };
    }
    sections! {
        unassigned Unassigned, live Live, needs_reassignment NeedsReassignment, all All, open Open,
        unanswered Unanswered, closed Closed, customer_replies CustomerReplies, internal_inbox InternalInbox,
        internal_sent InternalSent, all_closed AllClosed,
    }
}

#[divan::bench(args = looks())]
fn open_a_conversation(bencher: Bencher, look: Look) {
    let (desk, viewer) = (look.size.desk(), look.viewer());
    let conversation = newest(desk, &viewer);
    let thread = ThreadWants { conversation, start: ThreadStart::End, entries: 50 };
    let wants = Wants { thread: Some(thread), ..bare() };
    bencher.bench_local(|| black_box(desk.read(&viewer, &wants).expect("a page")));
}

fn newest(desk: &Desk, viewer: &Viewer) -> ConversationId {
    let list = ListWants { section: Section::CustomerReplies, start: ListStart::Top, rows: 1 };
    let page = desk.read(viewer, &Wants { list: Some(list), ..bare() }).expect("a page");
    match page.list.expect("a list").rows {
        Listed::Conversations(rows) => rows.first().expect("a conversation").id,
        Listed::Items(_) => unreachable!("customer replies are conversations"),
    }
}

mod search {
    use super::{Bencher, Look, SearchWants, Wants, bare, black_box, looks};

    fn find(bencher: Bencher, look: Look, query: &str) {
        let (desk, viewer) = (look.size.desk(), look.viewer());
        let wants = Wants { search: Some(SearchWants { query: query.into(), after: None, hits: 50 }), ..bare() };
        bencher.bench_local(|| black_box(desk.read(&viewer, &wants).expect("a page")));
    }

    #[divan::bench(args = looks())]
    fn rare_word(bencher: Bencher, look: Look) {
        find(bencher, look, "xylograph");
    }

    #[divan::bench(args = looks())]
    fn common_word(bencher: Bencher, look: Look) {
        find(bencher, look, "invoice");
    }
}

/// From the key to the bytes of the finished frame, at 120×40, on the list of open conversations.
mod key_to_frame {
    use super::{
        Arc, Bencher, Desk, Event, Keymap, Look, Msg, Screen, Session, Theme, Traits, Viewer, Zone, black_box, looks,
    };

    fn session(look: Look) -> Session {
        session_on(look.size.desk(), &look.viewer(), &["g", "u"])
    }

    pub fn session_on(desk: &Desk, viewer: &Viewer, keys: &[&str]) -> Session {
        let screen = Screen {
            keymap: Arc::new(Keymap::built_in()),
            theme: Theme::new(true),
            traits: Traits::default(),
            zone: Zone::Own(chrono::FixedOffset::east_opt(0).expect("UTC")),
            size: (120, 40),
            local: false,
            tag: "bench".into(),
        };
        let mut session = Session::new(desk.clone(), viewer.clone(), screen).expect("a session");
        for key in keys {
            press(&mut session, key);
        }
        session
    }

    fn press(session: &mut Session, key: &str) {
        let press = key.parse().expect("a key");
        black_box(session.take([Event::Input(Msg::Press(press))]));
        black_box(session.frame());
    }

    #[divan::bench(args = looks())]
    fn open_the_messenger(bencher: Bencher, look: Look) {
        bencher.bench_local(|| black_box(session(look)));
    }

    #[divan::bench(args = looks(), sample_size = 40)]
    fn next_row(bencher: Bencher, look: Look) {
        let mut session = session(look);
        bencher.bench_local(|| press(&mut session, "j"));
    }

    #[divan::bench(args = looks(), sample_size = 1)]
    fn open_a_conversation(bencher: Bencher, look: Look) {
        let mut session = session(look);
        let open = std::cell::RefCell::new(&mut session);
        bencher
            .with_inputs(|| {
                press(&mut open.borrow_mut(), "Esc");
                press(&mut open.borrow_mut(), "j");
            })
            .bench_local_values(|()| press(&mut open.borrow_mut(), "Enter"));
    }
}

/// What one commit costs every other open screen, from its bell to the bytes of its frame, at 120×40.
mod news_to_frame {
    use super::{
        Bencher, Command, ConversationId, Desk, Event, Look, News, Writing, black_box, key_to_frame::session_on, looks,
        newest,
    };
    use std::cell::RefCell;

    /// A reply is written before each run, so that there is something to read.
    fn after_a_reply(bencher: Bencher, look: Look, keys: &[&str], news: impl Fn(ConversationId) -> News) {
        let (_folder, desk) = look.size.copy();
        let viewer = desk.admit(Some(look.who)).expect("an agent");
        let writer = desk.admit(Some("ana")).expect("ana");
        let conversation = newest(&desk, &writer);
        let session = RefCell::new(session_on(&desk, &viewer, keys));
        let write = |desk: &Desk| {
            let reply = Command::Reply(Writing { text: super::WORDS.into(), ..Writing::default() });
            desk.run(&writer, conversation, reply).expect("sent");
        };
        bencher.with_inputs(|| write(&desk)).bench_local_values(|()| {
            let mut session = session.borrow_mut();
            black_box(session.take([Event::Rang(news(conversation))]));
            black_box(session.frame());
        });
    }

    #[divan::bench(args = looks(), sample_size = 1, sample_count = 100)]
    fn a_list_that_it_tops(bencher: Bencher, look: Look) {
        after_a_reply(bencher, look, &["g", "o"], News::of);
    }

    #[divan::bench(args = looks(), sample_size = 1, sample_count = 100)]
    fn a_list_without_it(bencher: Bencher, look: Look) {
        after_a_reply(bencher, look, &["g", "n"], News::of);
    }

    #[divan::bench(args = looks(), sample_size = 1, sample_count = 100)]
    fn everything(bencher: Bencher, look: Look) {
        after_a_reply(bencher, look, &["g", "o"], |_| News::EVERYTHING);
    }
}

static COUNTER: AtomicU64 = AtomicU64::new(0);

const WORDS: &str = "Thank you, we look into the invoice and come back to you this afternoon.";

/// Beside `send`: the bare statements for the same rows, with the same pragmas, full-text index and indexes.
#[divan::bench(args = sizes(), sample_count = 200, sample_size = 1)]
fn send(bencher: Bencher, size: Size) {
    let (_folder, desk) = size.copy();
    let viewer = desk.admit(Some("ana")).expect("ana");
    let conversation = newest(&desk, &viewer);
    bencher.bench_local(|| {
        let reply = Command::Reply(Writing { text: WORDS.into(), ..Writing::default() });
        desk.run(&viewer, conversation, reply).expect("sent")
    });
}

#[divan::bench(args = sizes(), sample_count = 200, sample_size = 1)]
fn send_as_bare_statements(bencher: Bencher, size: Size) {
    let (_folder, desk) = size.copy();
    let viewer = desk.admit(Some("ana")).expect("ana");
    let conversation = newest(&desk, &viewer).0;
    let mut bare = bare_connection(desk.file());
    bencher.bench_local(|| insert_reply(&mut bare, conversation, viewer.id.0));
}

fn bare_connection(file: &Path) -> Connection {
    let connection = Connection::open(file).expect("the copy");
    for (pragma, value) in [("journal_mode", "WAL"), ("synchronous", "FULL"), ("foreign_keys", "ON")] {
        connection.pragma_update(None, pragma, value).expect("a pragma");
    }
    connection
}

fn insert_reply(connection: &mut Connection, conversation: i64, agent: i64) {
    let tx = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).expect("begun");
    let now = chrono::Utc::now().timestamp_millis();
    let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
        tx.prepare_cached(sql).expect("a statement").execute(values).expect("written");
    };
    run(
        "INSERT INTO event (at, kind, agent_id, conversation_id, detail) VALUES (?1, 'replied', ?2, ?3, '')",
        params![now, agent, conversation],
    );
    let event = tx.last_insert_rowid();
    let place = (now << 20) + i64::try_from(COUNTER.fetch_add(1, Ordering::Relaxed)).expect("small");
    run(
        "INSERT INTO message (conversation_id, seq, kind, agent_id, at, text, customer_number, attachments, place) \
         SELECT id, last_seq + 1, 'reply', ?2, ?3, ?4, customer_count + 1, 0, ?5 FROM conversation WHERE id = ?1",
        params![conversation, agent, now, WORDS, place],
    );
    let message = tx.last_insert_rowid();
    run("INSERT INTO message_search (rowid, subject, text) VALUES (?1, '', ?2)", params![place, WORDS]);
    run(
        "UPDATE conversation SET at = ?2, last_seq = last_seq + 1, last_from = 'Ana', last_text = ?3, news = ?4, \
         agent_replies = agent_replies + 1, customer_at = ?2, customer_count = customer_count + 1 WHERE id = ?1",
        params![conversation, now, WORDS, event],
    );
    run("UPDATE member SET at = ?2 WHERE conversation_id = ?1", params![conversation, now]);
    run(
        "INSERT INTO reading (conversation_id, agent_id, up_to, unread) VALUES (?1, ?2, ?3, 0) \
         ON CONFLICT (conversation_id, agent_id) DO UPDATE SET up_to = ?3",
        params![conversation, agent, message],
    );
    run(
        "INSERT INTO outbox (kind, conversation_id, message_id, customer_id, state, at, door, since, due) \
         SELECT 'reply', c.id, ?2, p.customer_id, 'queued', ?3, CASE c.channel WHEN 'email' THEN 'mail' ELSE 'web' END, ?3, \
         CASE c.channel WHEN 'email' THEN ?3 + 10000 END \
         FROM conversation c JOIN participant p ON p.conversation_id = c.id WHERE c.id = ?1",
        params![conversation, message, now],
    );
    tx.commit().expect("committed");
}

#[divan::bench(args = sizes(), sample_count = 200, sample_size = 1)]
fn receive(bencher: Bencher, size: Size) {
    let (_folder, desk) = size.copy();
    bencher.bench_local(|| {
        let inbound = Inbound {
            from: "nadia@example.com".into(),
            name: None,
            group: None,
            conversation: None,
            channel: Channel::Chat,
            message_id: Some(COUNTER.fetch_add(1, Ordering::Relaxed).to_string()),
            subject: None,
            text: WORDS.into(),
        };
        desk.receive(&inbound).expect("received")
    });
}

/// 10,000 messages into an empty and into a large desk, in batches as the command line hands them in.
#[divan::bench(args = sizes(), sample_count = 3, sample_size = 1, counters = [divan::counter::ItemsCount::new(10_000_u32)])]
fn import_10_000_messages(bencher: Bencher, size: Size) {
    let (_folder, desk) = size.copy();
    let owner = desk.admit(Some("olga")).expect("the owner");
    bencher.with_inputs(|| past(COUNTER.fetch_add(1, Ordering::Relaxed))).bench_local_values(|conversations| {
        for batch in conversations.chunks(200) {
            desk.import(&owner, batch, &ImportOptions::default()).expect("imported");
        }
    });
}

fn past(round: u64) -> Vec<PastConversation> {
    let begun = chrono::DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
    let conversation = |number: i64| {
        let customer = PastPerson { address: format!("past{number}@example.com"), name: format!("Past {number}") };
        let message = |place: i64| PastMessage {
            key: place.to_string(),
            kind: PastKind::Reply,
            author: PastAuthor::Customer(customer.clone()),
            at: begun + chrono::Duration::seconds(number * 60 + place),
            text: format!("{WORDS} Number {place} of {number}."),
            attachments: Vec::new(),
        };
        PastConversation {
            key: format!("bench:{round}:{number}"),
            subject: format!("Question {number}"),
            internal: false,
            private: false,
            state: PastState::Closed,
            requester: Some(customer.clone()),
            customers: Vec::new(),
            agents: Vec::new(),
            assignee: None,
            group: None,
            item: None,
            channel: "email".into(),
            messages: (0..5).map(message).collect(),
        }
    };
    (0..2_000).map(conversation).collect()
}
