//! Desks for tests: a file of their own, a clock that stands still until it is moved, the same people every time.

use chrono::{DateTime, Duration, TimeZone as _, Utc};
use deskline::{
    desk::{
        AgentChange, Clock, Desk, ImportOptions, Imported, NewAgent, NewDesk, NewItem,
        page::{
            ConversationRow, Denied, Done, ItemPage, ListStart, ListWants, Listed, NoticeRow, Opened, Page,
            SearchWants, Thread, ThreadStart, ThreadWants, Viewer, Wants,
        },
    },
    domain::{
        command::{Command, Start, StartWith, Writing},
        conversation::{Audience, Privacy},
        envelope::{Channel, Inbound, Received},
        history::{PastAuthor, PastConversation, PastKind, PastMessage, PastPerson, PastState},
        id::{ConversationId, EntrySeq},
        item::{ItemKey, ItemKind},
        people::{Party, Role, Routing},
        refusal::{Refusal, RefusalKind},
        section::Section,
        setting::SettingKey,
    },
};
use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{Arc, Mutex},
};

/// A desk with owner `olga`, admin `adam`, agents `ana`, `ben`, `cleo` in Support and `dev` in Billing.
pub struct TestDesk {
    pub desk: Desk,
    pub folder: tempfile::TempDir,
    time: Arc<Mutex<DateTime<Utc>>>,
}

/// When every test desk begins.
pub fn beginning() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 5, 3, 9, 0, 0).single().expect("a real time")
}

impl TestDesk {
    pub fn new() -> Self {
        let time = Arc::new(Mutex::new(beginning()));
        let clock = Arc::clone(&time);
        Self::with(time, Arc::new(move || *clock.lock().expect("the clock")))
    }

    /// The same by the machine's own clock, for a desk that another process serves meanwhile.
    pub fn in_real_time() -> Self {
        Self::with(Arc::new(Mutex::new(beginning())), Arc::new(Utc::now))
    }

    fn with(time: Arc<Mutex<DateTime<Utc>>>, clock: Clock) -> Self {
        // Where there is a folder in memory, hundreds of desks need not wait for the disk.
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder for the desk");
        let new = NewDesk { team: "Acme Support".into(), owner: "olga".into(), owner_name: Some("Olga Berg".into()) };
        let desk = Desk::create(&folder.path().join("desk.db"), &new, clock).expect("a new desk");
        let this = Self { desk, folder, time };
        let olga = this.agent("olga");
        for group in ["Support", "Billing"] {
            this.desk.add_group(&olga, group, Routing::Democracy).expect("a group");
        }
        let people = [
            ("adam", "Adam Stone", Role::Admin, None),
            ("ana", "Ana Ruiz", Role::Agent, Some("Support")),
            ("ben", "Ben Okafor", Role::Agent, Some("Support")),
            ("cleo", "Cleo Marsh", Role::Agent, Some("Support")),
            ("dev", "Dev Patel", Role::Agent, Some("Billing")),
        ];
        for (handle, name, role, group) in people {
            let groups = group.into_iter().map(str::to_owned).collect();
            let new = NewAgent { handle: handle.into(), name: name.into(), role, groups };
            this.desk.add_agent(&olga, &new).expect("an agent");
        }
        this
    }

    /// The same with private conversations switched on.
    pub fn with_privacy() -> Self {
        let this = Self::new();
        this.set(SettingKey::PrivateConversations, "on");
        this
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("desk.db")
    }

    /// Moves the clock on by so many minutes.
    pub fn later(&self, minutes: i64) {
        *self.time.lock().expect("the clock") += Duration::minutes(minutes);
    }

    /// Moves the clock on by so many milliseconds.
    pub fn milliseconds(&self, milliseconds: i64) {
        *self.time.lock().expect("the clock") += Duration::milliseconds(milliseconds);
    }

    /// Moves the clock on by so many seconds.
    pub fn seconds(&self, seconds: i64) {
        *self.time.lock().expect("the clock") += Duration::seconds(seconds);
    }

    pub fn set(&self, key: SettingKey, value: &str) {
        self.desk.save_settings(&self.agent("olga"), &[(key, value.to_owned())]).expect("a setting");
    }

    pub fn change(&self, handle: &str, change: &AgentChange) {
        self.desk.set_agent(&self.agent("olga"), handle, change).expect("a changed agent");
    }

    pub fn agent(&self, handle: &str) -> Viewer {
        self.desk.admit(Some(handle)).expect("an active agent")
    }

    /// A customer writes; a minute passes first.
    pub fn write_in(&self, from: &str, conversation: Option<ConversationId>, text: &str) -> Received {
        self.later(1);
        self.desk.receive(&inbound(from, conversation, text)).expect("received")
    }

    /// A new conversation of `mara@example.com` in Support.
    pub fn arrival(&self) -> ConversationId {
        self.write_in("mara@example.com", None, "My card is declined").conversation
    }

    /// Does something as an agent; a minute passes first.
    pub fn run(&self, handle: &str, conversation: ConversationId, command: Command) -> Result<Done, Denied> {
        self.later(1);
        self.desk.run(&self.agent(handle), conversation, command)
    }

    /// The same, which has to succeed.
    pub fn does(&self, handle: &str, conversation: ConversationId, command: Command) -> Done {
        self.run(handle, conversation, command).unwrap_or_else(|denied| panic!("{handle} was refused: {denied}"))
    }

    /// The same, which has to be refused and to leave no trace in the file; gives the refusal.
    pub fn refused(&self, handle: &str, conversation: ConversationId, command: Command) -> Refusal {
        let before = self.contents();
        let refusal = match self.run(handle, conversation, command) {
            Err(Denied::Refused(refusal)) => refusal,
            other => panic!("{handle} should have been refused, but: {other:?}"),
        };
        assert_eq!(self.contents(), before, "a refusal wrote something: {refusal:?}");
        refusal
    }

    /// The same, which has to succeed and to write nothing, because it holds already.
    pub fn does_nothing(&self, handle: &str, conversation: ConversationId, command: Command) {
        let before = self.contents();
        assert!(!self.does(handle, conversation, command).changed);
        assert_eq!(self.contents(), before, "what holds already was written again");
    }

    /// Every row of every table, for comparing before and after.
    pub fn contents(&self) -> String {
        let file = rusqlite::Connection::open(self.file()).expect("the file");
        let mut tables = file
            .prepare(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name",
            )
            .expect("tables");
        let names: Vec<String> =
            tables.query_map([], |row| row.get(0)).expect("names").map(|name| name.expect("a name")).collect();
        let mut contents = String::new();
        for name in names {
            let mut statement = file.prepare(&format!("SELECT * FROM \"{name}\"")).expect("a table");
            let columns = statement.column_count();
            let mut rows = statement.query([]).expect("rows");
            while let Some(row) = rows.next().expect("a row") {
                contents.push_str(&name);
                for column in 0..columns {
                    contents.push_str(&format!(" {:?}", row.get_ref(column).expect("a value")));
                }
                contents.push('\n');
            }
        }
        contents
    }

    /// One number out of the file.
    pub fn count(&self, sql: &str) -> i64 {
        let file = rusqlite::Connection::open(self.file()).expect("the file");
        file.query_row(sql, [], |row| row.get(0)).expect("a number")
    }

    /// What is on its way to customers about a conversation: kind and address, in order.
    pub fn outbox(&self, conversation: ConversationId) -> Vec<(String, String)> {
        let file = rusqlite::Connection::open(self.file()).expect("the file");
        let mut statement = file
            .prepare(
                "SELECT outbox.kind, customer.address FROM outbox JOIN customer ON customer.id = outbox.customer_id \
                 WHERE conversation_id = ?1 ORDER BY outbox.id",
            )
            .expect("a statement");
        let rows = statement.query_map([conversation.0], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        rows.map(|row| row.expect("a row")).collect()
    }

    /// Every number is what is listed, for every agent: sections, headers, badge (R3.6); and the file is sound.
    pub fn agrees(&self) {
        assert_eq!(self.desk.check(&mut |_, _| true).expect("a check"), Vec::<String>::new());
        let team = self.page("olga", &Wants { team: true, ..Wants::default() }).agents.expect("the team");
        for handle in team.iter().filter(|row| row.agent.active).map(|row| row.agent.handle.as_str()) {
            let page = self.page(handle, &Wants::default());
            let mut unread = BTreeSet::new();
            for row in &page.sections {
                if row.section == Section::Unanswered {
                    let waiting = u32::try_from(self.waiting(handle).len()).expect("few");
                    assert_eq!((row.unread, row.total), (waiting, waiting), "{handle}: {}", row.section);
                    continue;
                }
                let rows = self.rows(handle, row.section);
                let counted = |keep: &dyn Fn(&ConversationRow) -> bool| {
                    u32::try_from(rows.iter().filter(|it| keep(it)).count()).expect("few")
                };
                let listed = (counted(&|it| it.unread), counted(&|it| !it.withheld));
                assert_eq!((row.unread, row.total), listed, "{handle}: {}", row.section);
                unread.extend(rows.iter().filter(|it| it.unread).map(|it| it.id));
            }
            assert_eq!(page.badge as usize, unread.len(), "{handle}'s badge");
        }
    }

    pub fn start(&self, handle: &str, with: StartWith, text: &str) -> Done {
        self.later(1);
        self.desk.start(&self.agent(handle), &starting(with, text)).expect("a started conversation")
    }

    pub fn page(&self, handle: &str, wants: &Wants) -> Page {
        self.desk.read(&self.agent(handle), wants).expect("a page")
    }

    /// What the unanswered items are.
    pub fn waiting(&self, handle: &str) -> Vec<ItemKey> {
        let list = ListWants { section: Section::Unanswered, start: ListStart::Top, rows: 1_000 };
        let page = self.desk.read(&self.agent(handle), &Wants { list: Some(list), ..Wants::default() });
        match page.map(|page| page.list.map(|list| list.rows)) {
            Ok(Some(Listed::Items(rows))) => rows.into_iter().map(|row| row.item.key).collect(),
            _ => Vec::new(),
        }
    }

    /// A new item by the owner.
    pub fn item(&self, kind: ItemKind, requester: Option<&str>, project: Option<ItemKey>) -> ItemKey {
        let new = NewItem {
            kind,
            title: format!("Some {kind}"),
            requester: requester.map(str::to_owned),
            project,
            description: String::new(),
        };
        self.desk.add_item(&self.agent("olga"), &new).expect("an item").item.key
    }

    pub fn ticket(&self) -> ItemKey {
        self.item(ItemKind::Ticket, None, None)
    }

    /// An item with its Conversations tab.
    pub fn panel(&self, handle: &str, item: ItemKey) -> ItemPage {
        self.page(handle, &Wants { item: Some(item.id), ..Wants::default() }).item.expect("an item")
    }

    /// What an item's tab lists.
    pub fn tab(&self, handle: &str, item: ItemKey) -> Vec<ConversationId> {
        let panel = self.panel(handle, item);
        assert_eq!(panel.total as usize, panel.conversations.len(), "the tab's number counts what it lists (R4.4)");
        panel.conversations.into_iter().map(|row| row.id).collect()
    }

    /// Starts an internal or customer conversation on an item.
    pub fn start_on(&self, handle: &str, item: ItemKey, audience: Audience, text: &str) -> ConversationId {
        let with = StartWith::Item { item, audience: Some(audience), customers: vec![], agents: vec![] };
        self.start(handle, with, text).conversation
    }

    /// A private conversation of `mara@example.com` in Support, assigned.
    pub fn private_of(&self, handle: &str) -> ConversationId {
        let id = self.arrival();
        self.does("olga", id, make(Privacy::Private, true));
        self.does("olga", id, assign(handle));
        id
    }

    pub fn switch_off(&self, handle: &str) {
        self.change(handle, &AgentChange { active: Some(false), ..AgentChange::default() });
    }

    /// The notices of an agent, newest first.
    pub fn notices(&self, handle: &str) -> Vec<NoticeRow> {
        self.page(handle, &Wants { notices: Some(100), ..Wants::default() }).notices.expect("notices")
    }

    /// The number on the bell.
    pub fn bell(&self, handle: &str) -> u32 {
        self.page(handle, &Wants::default()).bell
    }

    /// Which conversations a search finds, newest hit first, and whether it would go on.
    pub fn found(&self, handle: &str, query: &str, hits: usize) -> (Vec<ConversationId>, bool) {
        let search = SearchWants { query: query.into(), after: None, hits };
        let found = self.page(handle, &Wants { search: Some(search), ..Wants::default() }).search.expect("hits");
        assert_eq!(found.problem, None);
        (found.hits.into_iter().map(|hit| hit.conversation.id).collect(), found.older.is_some())
    }

    /// The conversation's row as the owner sees it.
    pub fn row(&self, conversation: ConversationId) -> ConversationRow {
        self.thread("olga", conversation).row
    }

    /// What stands in a conversation, one text an entry.
    pub fn texts(&self, handle: &str, conversation: ConversationId) -> Vec<String> {
        self.thread(handle, conversation).entries.into_iter().map(|entry| entry.text).collect()
    }

    /// Brings in a conversation of `mara@example.com` with an answer of somebody called `zoe`.
    pub fn import(&self, key: &str, change: impl FnOnce(&mut PastConversation)) -> Imported {
        let person = |address: &str, name: &str| PastPerson { address: address.into(), name: name.into() };
        let message = |key: &str, author: PastAuthor, text: &str| PastMessage {
            key: key.into(),
            kind: PastKind::Reply,
            author,
            at: beginning(),
            text: text.into(),
            attachments: Vec::new(),
        };
        let mut past = PastConversation {
            key: key.into(),
            subject: "Old times".into(),
            internal: false,
            private: false,
            state: PastState::Closed,
            requester: Some(person("mara@example.com", "Mara Lindt")),
            customers: vec![],
            agents: vec![],
            assignee: None,
            group: Some("Support".into()),
            item: None,
            channel: "email".into(),
            messages: vec![
                message("1", PastAuthor::Customer(person("mara@example.com", "Mara Lindt")), "An old question"),
                message("2", PastAuthor::Agent(person("zoe@acme.example", "Zoe Old")), "An old answer, @ana"),
            ],
        };
        change(&mut past);
        self.later(1);
        self.desk.import(&self.agent("olga"), &[past], &ImportOptions::default()).expect("an import")
    }

    /// What a section lists, newest first.
    pub fn rows(&self, handle: &str, section: Section) -> Vec<ConversationRow> {
        let list = ListWants { section, start: ListStart::Top, rows: 1_000 };
        let page = self.desk.read(&self.agent(handle), &Wants { list: Some(list), ..Wants::default() });
        match page.map(|page| page.list.map(|list| list.rows)) {
            Ok(Some(Listed::Conversations(rows))) => rows,
            _ => Vec::new(),
        }
    }

    pub fn listed(&self, handle: &str, section: Section) -> Vec<ConversationId> {
        self.rows(handle, section).into_iter().map(|row| row.id).collect()
    }

    /// A section's numbers, as (unread, total); `None` where the agent has no such section.
    pub fn numbers(&self, handle: &str, section: Section) -> Option<(u32, u32)> {
        let page = self.page(handle, &Wants::default());
        page.sections.iter().find(|row| row.section == section).map(|row| (row.unread, row.total))
    }

    pub fn open(&self, handle: &str, conversation: ConversationId) -> Opened {
        let thread = ThreadWants { conversation, start: ThreadStart::End, entries: 1_000 };
        self.page(handle, &Wants { thread: Some(thread), ..Wants::default() }).opened.expect("an answer")
    }

    pub fn thread(&self, handle: &str, conversation: ConversationId) -> Thread {
        match self.open(handle, conversation) {
            Opened::Thread(thread) => *thread,
            other => panic!("{handle} should see it, but: {other:?}"),
        }
    }
}

/// Whatever a test did, its desk agrees with itself afterwards.
impl Drop for TestDesk {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.agrees();
        }
    }
}

pub fn inbound(from: &str, conversation: Option<ConversationId>, text: &str) -> Inbound {
    Inbound {
        from: from.into(),
        name: Some(from.split('@').next().unwrap_or("").to_owned()),
        group: Some("Support".into()),
        conversation,
        channel: Channel::Chat,
        message_id: None,
        subject: None,
        text: text.into(),
    }
}

pub fn starting(with: StartWith, text: &str) -> Start {
    Start {
        with,
        subject: String::new(),
        group: None,
        text: text.into(),
        client_id: None,
        confirmed: false,
        files: Vec::new(),
    }
}

pub fn text(text: &str) -> Writing {
    Writing { text: text.into(), ..Writing::default() }
}

pub fn reply(words: &str) -> Command {
    Command::Reply(text(words))
}

pub fn note(words: &str) -> Command {
    Command::Note(text(words))
}

pub fn seen(words: &str, seen: EntrySeq) -> Command {
    Command::Reply(Writing { seen: Some(seen), ..text(words) })
}

pub fn assign(handle: &str) -> Command {
    Command::Assign(handle.into())
}

pub fn make(privacy: Privacy, confirmed: bool) -> Command {
    Command::SetPrivacy { privacy, confirmed }
}

pub fn add_agent(handle: &str, confirmed: bool) -> Command {
    Command::Add { party: Party::Agent(handle.into()), confirmed }
}

pub fn add_group(name: &str) -> Command {
    Command::Add { party: Party::Group(name.into()), confirmed: false }
}

pub fn remove(party: Party) -> Command {
    Command::Remove(party)
}

pub fn link(item: ItemKey) -> Command {
    Command::Link { item, confirmed: false }
}

pub fn with_agents(handles: &[&str]) -> StartWith {
    StartWith::Agents(handles.iter().map(|&handle| handle.to_owned()).collect())
}

pub fn with_customers(addresses: &[&str]) -> StartWith {
    StartWith::Customers(addresses.iter().map(|&address| address.to_owned()).collect())
}

/// The kind of a refusal and the rule behind it.
pub fn why(refusal: &Refusal) -> (RefusalKind, &'static str) {
    (refusal.kind, refusal.rule)
}

pub fn add_customer(address: &str, confirmed: bool) -> Command {
    Command::Add { party: Party::Customer(address.into()), confirmed }
}

/// The refusal behind an outcome, which has to be one.
pub fn refusal<T: std::fmt::Debug>(outcome: Result<T, Denied>) -> Refusal {
    match outcome {
        Err(Denied::Refused(refusal)) => refusal,
        other => panic!("a refusal was due, but: {other:?}"),
    }
}

pub fn is_restricted(outcome: &Result<Done, Denied>) -> bool {
    matches!(outcome, Err(Denied::Refused(refusal)) if refusal.kind == RefusalKind::Restricted)
}

pub fn is_not_found(outcome: &Result<Done, Denied>) -> bool {
    matches!(outcome, Err(Denied::NotFound(_)))
}
