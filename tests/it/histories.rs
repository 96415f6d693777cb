//! Random histories: a desk that went through commands of every kind, and a shadow of what everybody has read.

use crate::{
    desks::{TestDesk, beginning, inbound},
    watcher::word,
};
use chrono::Duration;
use deskline::{
    demo::random::Random,
    desk::{
        AgentChange, ImportOptions, ItemChange, NewAgent, NewItem,
        page::{Denied, Done, Viewer},
    },
    domain::{
        command::{Command, Start, StartWith, Writing},
        conversation::{Audience, EntryKind, Facts, Privacy},
        envelope::Inbound,
        history::{
            PastAttachment, PastAuthor, PastConversation, PastItem, PastKind, PastMessage, PastPerson, PastState,
        },
        id::{AgentId, ConversationId, EntrySeq, ItemId},
        item::{Item, ItemKey, ItemKind, ItemStatus},
        people::{Agent, Customer, FromCustomers, Notify, Party, Role, Routing},
        setting::SettingKey,
    },
    store::{Connection, Store, conversations, items, messages, people},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

pub const CUSTOMERS: &[&str] =
    &["mara@example.com", "jo@example.com", "kim@acme.example", "lee@acme.example", "noa@other.example"];
const GROUPS: &[&str] = &["Support", "Billing"];

/// Numbers of the words in the addresses of customers whom nobody knows by hand, and in what was imported.
const STRANGERS: u64 = 500_000;
const PAST: u64 = 600_000;

/// A number from the environment, so that a longer run needs no other test.
pub fn count(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

/// One entry, as far as the proofs ask.
#[derive(Debug, Clone)]
pub struct Written {
    pub seq: EntrySeq,
    pub kind: EntryKind,
    pub agent: Option<AgentId>,
    pub at: i64,
}

/// Everything there is on a desk, read without asking for access.
pub struct World {
    pub agents: Vec<Agent>,
    pub conversations: Vec<Facts>,
    pub entries: BTreeMap<ConversationId, Vec<Written>>,
    pub items: Vec<Item>,
    pub item_agents: BTreeSet<(ItemId, AgentId)>,
    pub followed_projects: BTreeSet<(ItemId, AgentId)>,
    pub customers: Vec<Customer>,
}

fn pairs(connection: &Connection, sql: &str) -> BTreeSet<(ItemId, AgentId)> {
    let mut statement = connection.prepare(sql).expect("a statement");
    let rows = statement.query_map([], |row| Ok((ItemId(row.get(0)?), AgentId(row.get(1)?)))).expect("rows");
    rows.map(|row| row.expect("a row")).collect()
}

impl World {
    pub fn of(desk: &TestDesk) -> Self {
        Self::at(&desk.file())
    }

    pub fn at(file: &Path) -> Self {
        let store = Store::open(file).expect("the desk's file");
        let connection = store.reader().expect("a reader");
        let mut ids = connection.prepare("SELECT id FROM conversation ORDER BY id").expect("a statement");
        let ids: Vec<i64> = ids.query_map([], |row| row.get(0)).expect("rows").map(Result::unwrap).collect();
        let mut conversations = Vec::new();
        let mut entries = BTreeMap::new();
        for id in ids.into_iter().map(ConversationId) {
            conversations.push(conversations::load_facts(&connection, id).expect("facts").expect("a conversation"));
            let stored =
                messages::window(&connection, id, messages::Window::From(EntrySeq(1)), 10_000).expect("entries");
            let written = stored.into_iter().map(|entry| Written {
                seq: entry.seq,
                kind: entry.kind,
                agent: match entry.author {
                    deskline::domain::conversation::Author::Agent(agent) => Some(agent),
                    _ => None,
                },
                at: entry.at,
            });
            entries.insert(id, written.collect());
        }
        let mut customers = Vec::new();
        people::customers_like(&connection, "", &mut |customer| {
            customers.push(customer);
            Ok(true)
        })
        .expect("customers");
        Self {
            agents: people::agents(&connection).expect("agents"),
            conversations,
            entries,
            items: items::like(&connection, "", None, 10_000).expect("items"),
            item_agents: pairs(&connection, "SELECT item_id, agent_id FROM item_agent"),
            followed_projects: pairs(
                &connection,
                "SELECT item.id, agent_id FROM item_agent JOIN item ON item.id = item_id WHERE kind = 'project' \
                 UNION SELECT item.id, agent_id FROM item_group JOIN group_member USING (group_id) JOIN item ON item.id = item_id \
                 WHERE kind = 'project'",
            ),
            customers,
        }
    }
}

fn customers_of(connection: &Connection, conversation: ConversationId) -> Vec<String> {
    let sql = "SELECT address FROM participant JOIN customer ON customer.id = customer_id WHERE conversation_id = ?1";
    let mut statement = connection.prepare(sql).expect("a statement");
    statement.query_map([conversation.0], |row| row.get(0)).expect("rows").map(Result::unwrap).collect()
}

/// A direct internal conversation that does not name the agent (R6.11).
pub fn others_direct(agent: AgentId, facts: &Facts) -> bool {
    facts.audience == Audience::Internal
        && facts.item.is_none()
        && !facts.members.iter().any(|member| member.agent == agent && (member.starter || member.added))
}

/// A desk with a past, and who has something unread in what.
pub struct History {
    pub desk: TestDesk,
    pub seed: u64,
    pub unread: BTreeSet<(AgentId, ConversationId)>,
    /// Up to which entry somebody who ever read or wrote in a conversation was shown it.
    shown: BTreeMap<(AgentId, ConversationId), i64>,
    pub log: Vec<String>,
    random: Random,
    newcomers: u64,
    /// How many texts were written; each has a word of its own.
    said: u64,
    /// How many customers were asked for; some are strangers.
    asked_for: u64,
    received: BTreeSet<String>,
    imported: u64,
}

impl History {
    pub fn new(seed: u64) -> Self {
        let desk = TestDesk::with_privacy();
        let olga = desk.agent("olga");
        for (handle, groups) in [("eve", vec!["Support", "Billing"]), ("finn", vec![])] {
            let groups = groups.into_iter().map(str::to_owned).collect();
            let new = NewAgent { handle: handle.into(), name: handle.to_uppercase(), role: Role::Agent, groups };
            desk.desk.add_agent(&olga, &new).expect("an agent");
        }
        for (handle, scope) in [
            ("cleo", FromCustomers::Followed),
            ("dev", FromCustomers::Off),
            ("finn", FromCustomers::Projects),
            ("eve", FromCustomers::Projects),
        ] {
            desk.change(handle, &AgentChange { from_customers: Some(scope), ..AgentChange::default() });
        }
        // A democracy in every third of them.
        for (group, routing) in
            GROUPS.iter().zip([[Routing::Polite, Routing::Dictator], [Routing::Dictator, Routing::Polite]])
        {
            if let Some(routing) = routing.get(usize::try_from(seed % 3).expect("small")) {
                desk.desk.set_group(&olga, group, *routing).expect("a group");
            }
        }
        Self {
            desk,
            seed,
            unread: BTreeSet::new(),
            shown: BTreeMap::new(),
            log: Vec::new(),
            random: Random::of(seed, 7, 0),
            newcomers: 0,
            said: 0,
            asked_for: 0,
            received: BTreeSet::new(),
            imported: 0,
        }
    }

    /// A history of so many steps, most of them not refused.
    pub fn of(seed: u64, steps: usize) -> Self {
        let mut history = Self::new(seed);
        for _ in 0..steps {
            history.step();
        }
        history
    }

    fn store<T>(&self, read: impl FnOnce(&Connection) -> T) -> T {
        let store = Store::open(&self.desk.file()).expect("the desk's file");
        let reader = store.reader().expect("a reader");
        read(&reader)
    }

    fn agents(&self) -> Vec<Agent> {
        self.store(|connection| people::agents(connection).expect("agents"))
    }

    fn anybody(&mut self) -> Viewer {
        let active: Vec<Agent> = self.agents().into_iter().filter(|agent| agent.active).collect();
        let agent = &active[self.random.index(active.len())];
        Viewer::new(agent.id, agent.handle.clone())
    }

    fn administrator(&mut self) -> Viewer {
        let handle = if self.random.percent(40) { "adam" } else { "olga" };
        self.desk.desk.admit(Some(handle)).unwrap_or_else(|_| self.desk.agent("olga"))
    }

    /// An active agent with a place in a conversation, or anybody.
    fn insider(&mut self, conversation: ConversationId) -> Viewer {
        let facts = self.store(|connection| conversations::load_facts(connection, conversation).expect("facts"));
        let members = facts.map(|facts| facts.members).unwrap_or_default();
        let inside = |agent: &Agent| agent.active && members.iter().any(|member| member.agent == agent.id);
        let inside: Vec<Agent> = self.agents().into_iter().filter(inside).collect();
        if inside.is_empty() {
            return self.anybody();
        }
        let agent = &inside[self.random.index(inside.len())];
        Viewer::new(agent.id, agent.handle.clone())
    }

    fn handle(&mut self) -> String {
        let agents = self.agents();
        agents[self.random.index(agents.len())].handle.clone()
    }

    fn conversation(&mut self) -> Option<ConversationId> {
        let newest: i64 = self.store(|connection| {
            connection
                .query_row("SELECT coalesce(max(id), 0) FROM conversation", [], |row| row.get(0))
                .expect("a number")
        });
        // The newest ones are where most happens, so that histories are deep and not only broad.
        let span = if self.random.percent(60) { newest.min(6) } else { newest };
        (newest > 0).then(|| {
            ConversationId(
                newest - i64::try_from(self.random.index(usize::try_from(span).expect("small"))).expect("small"),
            )
        })
    }

    fn item(&mut self) -> Option<ItemKey> {
        let all = self.store(|connection| items::like(connection, "", None, 1_000).expect("items"));
        let span = if self.random.percent(60) { all.len().min(4) } else { all.len() };
        (!all.is_empty()).then(|| all[self.random.index(span)].key)
    }

    fn customer(&mut self) -> String {
        let known = self.random.pick(CUSTOMERS);
        self.asked_for += 1;
        if self.asked_for.is_multiple_of(8) {
            return format!("{}@example.com", word(STRANGERS + self.asked_for % 5));
        }
        known.to_owned()
    }

    fn new_word(&mut self) -> String {
        self.said += 1;
        word(self.said)
    }

    fn party(&mut self) -> Party {
        match self.random.below(4) {
            0 => Party::Customer(self.customer()),
            1 => Party::Group(self.random.pick(GROUPS).to_owned()),
            _ => Party::Agent(self.handle()),
        }
    }

    fn words(&mut self) -> String {
        let (number, own) = (self.random.below(1_000), self.new_word());
        if self.random.percent(20) {
            format!("word{number} @{} look {own}", self.handle())
        } else {
            format!("word{number} common {own}")
        }
    }

    /// One thing happens, or is refused.
    pub fn step(&mut self) {
        self.desk.later(i64::try_from(self.random.below(3)).expect("small"));
        match self.random.below(100) {
            0..=13 => self.receives(),
            14..=24 => self.starts(),
            25..=74 => self.acts(),
            75..=79 => self.answers_an_offer(),
            80..=87 => self.arranges_items(),
            88..=96 => self.administers(),
            _ => self.imports(),
        }
    }

    fn receives(&mut self) {
        let named = self.random.percent(60);
        let conversation = if named { self.conversation() } else { None };
        let theirs = conversation.map(|id| self.store(|connection| customers_of(connection, id))).unwrap_or_default();
        let from = if theirs.is_empty() || self.random.percent(30) {
            self.customer()
        } else {
            theirs[self.random.index(theirs.len())].clone()
        };
        let words = self.words();
        let group = if self.random.percent(80) { Some(self.random.pick(GROUPS).to_owned()) } else { None };
        let message_id = self.random.percent(30).then(|| format!("m{}", self.random.below(20)));
        let again = message_id.as_ref().is_some_and(|id| !self.received.insert(format!("{from} {id}")));
        let inbound = Inbound { group, message_id, ..inbound(&from, conversation, &words) };
        let outcome = self.desk.desk.receive(&inbound);
        self.log.push(format!("{from} to {conversation:?}: {outcome:?}"));
        if let Ok(received) = outcome
            && !again
        {
            self.news(received.conversation, None);
        }
    }

    fn starts(&mut self) {
        let who = self.anybody();
        let with = match self.random.below(4) {
            0 => StartWith::Customers(vec![self.customer(), self.customer()]),
            1 => StartWith::Agents(vec![self.handle(), self.handle()]),
            _ => {
                let Some(item) = self.item() else { return };
                let audience = match self.random.below(3) {
                    0 => None,
                    1 => Some(Audience::Customer),
                    _ => Some(Audience::Internal),
                };
                let customers = if audience == Some(Audience::Customer) { vec![self.customer()] } else { Vec::new() };
                let agents = if self.random.percent(40) { vec![self.handle()] } else { Vec::new() };
                StartWith::Item { item, audience, customers, agents }
            }
        };
        let group = self.random.percent(30).then(|| self.random.pick(GROUPS).to_owned());
        let subject = format!("common subject {}", self.new_word());
        let start =
            Start { with, subject, group, text: self.words(), client_id: None, confirmed: true, files: Vec::new() };
        let outcome = self.desk.desk.start(&who, &start);
        self.note_down(&who, &format!("{start:?}"), &outcome);
        if let Ok(done) = outcome {
            self.news(done.conversation, Some(who.id));
            self.shown.insert((who.id, done.conversation), 1);
        }
    }

    fn command(&mut self, conversation: ConversationId) -> Option<Command> {
        let confirmed = self.random.percent(90);
        Some(match self.random.below(40) {
            0..=8 => {
                let seen = self.random.percent(30).then(|| EntrySeq(self.last_seq(conversation)));
                let client_id = self.random.percent(20).then(|| format!("c{}", self.random.below(5)));
                let words = if client_id.is_some() { "the same".to_owned() } else { self.words() };
                Command::Reply(Writing { text: words, seen, client_id, confirmed: true, files: Vec::new() })
            }
            9..=10 => Command::Note(Writing { text: self.words(), ..Writing::default() }),
            11..=13 => Command::Close,
            14 => Command::Reopen,
            15 => Command::Lock,
            16 => Command::Unlock,
            17..=20 => Command::Assign(self.handle()),
            21 => Command::Release { confirmed },
            22 => Command::Forward { group: self.random.pick(GROUPS).to_owned(), confirmed },
            23..=24 => Command::Follow,
            25 => Command::Unfollow,
            26..=27 => Command::Add { party: self.party(), confirmed },
            28 => Command::Remove(self.party()),
            29 => Command::Link { item: self.item()?, confirmed },
            30 => Command::Unlink,
            31 => Command::CreateItem {
                kind: self.random.pick(&[ItemKind::Ticket, ItemKind::Task]),
                title: Some("a title".into()),
            },
            32..=34 => Command::SetPrivacy {
                privacy: self.random.pick(&[Privacy::Private, Privacy::Private, Privacy::Public]),
                confirmed,
            },
            35..=37 => Command::MarkRead(None),
            38 => Command::MarkRead(Some(EntrySeq(i64::try_from(self.random.below(6)).expect("small")))),
            _ => Command::MarkUnread,
        })
    }

    fn last_seq(&self, conversation: ConversationId) -> i64 {
        self.store(|connection| {
            connection
                .query_row("SELECT last_seq FROM conversation WHERE id = ?1", [conversation.0], |row| row.get(0))
                .expect("a number")
        })
    }

    /// Most commands come from somebody who can do them; the rest are refused, which is as good a test.
    fn acts(&mut self) {
        let Some(conversation) = self.conversation() else { return };
        let who = match self.random.below(10) {
            0..=2 => self.administrator(),
            3..=7 => self.insider(conversation),
            _ => self.anybody(),
        };
        let Some(command) = self.command(conversation) else { return };
        let _ = self.run(&who, conversation, command);
    }

    pub fn run(&mut self, who: &Viewer, conversation: ConversationId, command: Command) -> Result<Done, Denied> {
        let direct = self.store(|connection| {
            let facts = conversations::load_facts(connection, conversation).expect("facts");
            facts.is_some_and(|facts| others_direct(who.id, &facts))
        });
        let outcome = self.desk.desk.run(who, conversation, command.clone());
        self.note_down(who, &format!("{conversation} {command:?}"), &outcome);
        let Ok(done) = &outcome else { return outcome };
        match command {
            Command::Reply(writing) | Command::Note(writing) if done.changed => {
                self.news(conversation, Some(who.id));
                if writing.seen.is_some() || !self.unread.contains(&(who.id, conversation)) {
                    self.unread.remove(&(who.id, conversation));
                    self.shown.insert((who.id, conversation), self.last_seq(conversation));
                }
            }
            Command::MarkRead(up_to) if !direct => self.reads(who.id, conversation, up_to),
            Command::MarkUnread if !direct => {
                self.unread.insert((who.id, conversation));
                self.shown.entry((who.id, conversation)).or_insert(0);
            }
            _ => {}
        }
        outcome
    }

    /// What was shown before stays read, however little is shown this time.
    fn reads(&mut self, agent: AgentId, conversation: ConversationId, up_to: Option<EntrySeq>) {
        let last = self.last_seq(conversation);
        let before = self.shown.get(&(agent, conversation)).copied().unwrap_or(0);
        let unread = self.unread.contains(&(agent, conversation));
        let shown = if unread { up_to.map_or(last, |seq| seq.0.min(last)).max(before) } else { last };
        self.shown.insert((agent, conversation), shown);
        let left: bool = self.store(|connection| {
            let sql = "SELECT EXISTS (SELECT 1 FROM message WHERE conversation_id = ?1 AND seq > ?2 AND kind <> 'system' \
                       AND agent_id IS NOT ?3)";
            connection.query_row(sql, [conversation.0, shown, agent.0], |row| row.get(0)).expect("an answer")
        });
        if left {
            self.unread.insert((agent, conversation));
        } else {
            self.unread.remove(&(agent, conversation));
        }
    }

    fn news(&mut self, conversation: ConversationId, writer: Option<AgentId>) {
        let others = self.agents().into_iter().map(|agent| agent.id).filter(|agent| Some(*agent) != writer);
        self.unread.extend(others.map(|agent| (agent, conversation)));
    }

    fn answers_an_offer(&mut self) {
        let who = self.anybody();
        let offers = self.desk.desk.offers(&who).expect("offers");
        let Some(offer) = offers.first() else { return };
        let (accepts, id) = (self.random.percent(60), offer.conversation.id);
        let outcome = if accepts { self.desk.desk.accept(&who, id) } else { self.desk.desk.reject(&who, id) };
        self.note_down(&who, &format!("{id} accepts {accepts}"), &outcome);
    }

    fn note_down<T>(&mut self, who: &Viewer, what: &str, outcome: &Result<T, Denied>) {
        let outcome = match outcome {
            Ok(_) => "done".to_owned(),
            Err(denied) => format!("refused: {denied}"),
        };
        self.log.push(format!("{}: {what}: {outcome}", who.handle));
    }

    fn arranges_items(&mut self) {
        let who = self.anybody();
        let what = self.random.below(10);
        let key = self.item();
        let outcome = match (what, key) {
            (0..=3, _) | (_, None) => {
                let kind = self.random.pick(&[ItemKind::Ticket, ItemKind::Ticket, ItemKind::Task, ItemKind::Project]);
                let project = key.filter(|key| key.kind == ItemKind::Project && kind != ItemKind::Project);
                let requester = self.random.percent(60).then(|| self.customer());
                let new = NewItem { kind, title: "common item".into(), requester, project, description: String::new() };
                self.desk.desk.add_item(&who, &new).map(|_| ())
            }
            (4..=5, Some(key)) => self.desk.desk.follow_item(&who, key, true),
            (6, Some(key)) => self.desk.desk.follow_item(&who, key, false),
            (7, Some(key)) => {
                let status = self.random.pick(&[ItemStatus::Open, ItemStatus::Done]);
                self.desk
                    .desk
                    .set_item(&who, key, &ItemChange { status: Some(status), ..ItemChange::default() })
                    .map(|_| ())
            }
            (_, Some(key)) => {
                let party = self.party();
                self.desk.desk.add_item_follower(&who, key, &party)
            }
        };
        self.note_down(&who, &format!("item {what} {key:?}"), &outcome);
    }

    fn administers(&mut self) {
        let who = self.administrator();
        let handle = self.handle();
        let what = self.random.below(12);
        let outcome = match what {
            0..=1 if handle != "olga" => {
                let active = Some(self.random.percent(60));
                self.desk.desk.set_agent(&who, &handle, &AgentChange { active, ..AgentChange::default() }).map(|_| ())
            }
            2..=3 if handle != "olga" => {
                let change = AgentChange {
                    from_customers: Some(self.random.pick(FromCustomers::ALL)),
                    notify_customers: Some(self.random.pick(Notify::ALL)),
                    notify_internal: Some(self.random.pick(Notify::ALL)),
                    ready: Some(self.random.percent(70)),
                    role: Some(self.random.pick(&[Role::Agent, Role::Agent, Role::Agent, Role::Admin])),
                    ..AgentChange::default()
                };
                self.desk.desk.set_agent(&who, &handle, &change).map(|_| ())
            }
            4..=5 => {
                let group = self.random.pick(GROUPS);
                self.desk.desk.join_group(&who, group, &handle).map(|_| ())
            }
            6 => {
                let group = self.random.pick(GROUPS);
                self.desk.desk.leave_group(&who, group, &handle).map(|_| ())
            }
            7 => {
                self.newcomers += 1;
                let groups = self.random.percent(50).then(|| "Support".to_owned()).into_iter().collect();
                let handle = format!("new{}", self.newcomers);
                let new = NewAgent { name: handle.clone(), handle, role: Role::Agent, groups };
                self.desk.desk.add_agent(&who, &new).map(|_| ())
            }
            8 => {
                let organization = self.random.pick(&["ACME", ""]);
                let address = self.customer();
                let _ = self.desk.desk.add_customer(&who, &address, None, Some("ACME"));
                let change =
                    deskline::desk::CustomerChange { organization: Some(organization.into()), ..Default::default() };
                self.desk.desk.set_customer(&who, &address, &change).map(|_| ())
            }
            _ => {
                let key = self.random.pick(&[
                    SettingKey::PrivateConversations,
                    SettingKey::NewConversationsPrivate,
                    SettingKey::NewConversationsPrivate,
                ]);
                let on = self.random.percent(70);
                let value = if on { "on" } else { "off" }.to_owned();
                self.desk.desk.save_settings(&who, &[(key, value)]).map(|_| ())
            }
        };
        self.note_down(&who, &format!("administration {what} {handle}"), &outcome);
    }

    fn imports(&mut self) {
        let who = self.administrator();
        let grows = self.imported > 0 && self.random.percent(40);
        let number = if grows { self.random.below(self.imported) } else { self.imported };
        self.imported += u64::from(!grows);
        let past = self.past(number);
        let outcome = self.desk.desk.import(&who, &[past], &ImportOptions::default());
        self.note_down(&who, &format!("import {number}"), &outcome);
        // What is imported arrives read, for those too who had read everything before it (R1.7).
        for place in self.shown.keys().copied().filter(|place| !self.unread.contains(place)).collect::<Vec<_>>() {
            let last = self.last_seq(place.1);
            self.shown.insert(place, last);
        }
    }

    fn past(&mut self, number: u64) -> PastConversation {
        let person = |address: &str| PastPerson { address: address.to_owned(), name: String::new() };
        let internal = number % 4 == 3;
        let length = 1 + self.random.below(6);
        let message = |place: u64| PastMessage {
            key: format!("{number}-{place}"),
            kind: if place % 3 == 2 { PastKind::Note } else { PastKind::Reply },
            author: if internal || place % 2 == 1 {
                PastAuthor::Agent(person(["ana", "ben", "gone"][usize::try_from((number + place) % 3).expect("small")]))
            } else {
                PastAuthor::Customer(person(CUSTOMERS[usize::try_from(number % 5).expect("small")]))
            },
            at: beginning() - Duration::days(1) + Duration::minutes(i64::try_from(number * 7 + place).expect("small")),
            text: format!("common past {number} {place} {}", word(PAST + number * 100 + place)),
            attachments: vec![PastAttachment {
                name: format!("{}.png", word(PAST + number * 100 + 50 + place)),
                media_type: "image/png".into(),
                size: 7,
            }],
        };
        PastConversation {
            key: format!("past:{number}"),
            subject: format!("common past {}", word(PAST + number * 100 + 49)),
            internal,
            private: number.is_multiple_of(3),
            state: [PastState::Open, PastState::Closed, PastState::Locked][usize::try_from(number % 3).expect("small")],
            requester: (!internal).then(|| person(CUSTOMERS[usize::try_from(number % 5).expect("small")])),
            customers: Vec::new(),
            agents: if number.is_multiple_of(2) { vec![person("cleo")] } else { Vec::new() },
            assignee: (!internal && number % 5 < 2)
                .then(|| if number.is_multiple_of(2) { "gone" } else { "ben" }.to_owned()),
            group: (!internal).then(|| "Support".to_owned()),
            item: (number % 3 == 1).then(|| PastItem {
                key: format!("past-item:{}", number % 2),
                kind: "ticket".into(),
                title: "common past item".into(),
                done: false,
            }),
            channel: "email".into(),
            messages: (0..length).map(message).collect(),
        }
    }

    /// The last things that happened, for a failing proof.
    pub fn story(&self) -> String {
        format!("seed {}:\n{}", self.seed, self.log.iter().rev().take(40).rev().cloned().collect::<Vec<_>>().join("\n"))
    }
}
