//! How SQLite answers each question of the messenger: by an index, in order, without looking at what is not asked for.

use crate::desks::{TestDesk, inbound, note};
use deskline::{
    desk::{AgentChange, NewAgent, NewItem, page::Viewer},
    domain::{
        command::StartWith,
        conversation::Audience,
        envelope::Inbound,
        id::{ConversationId, CustomerId, EntrySeq, GroupId, ItemId, KeyId, OutboxId, Seq},
        item::{ItemKey, ItemKind},
        people::{FromCustomers, Role},
        query,
        section::Section,
        setting::SettingKey,
    },
    policy::access::Access,
    store::{
        conversations, correspondents, headers, held, internal, items, keys,
        lists::{self, Key, Reader, Window},
        messages, notices, numbers, offers, outbox, parts, people, reading, rows, search, undelivered, unsent,
    },
};
use rusqlite::{
    Connection,
    trace::{TraceEvent, TraceEventCodes},
};
use std::sync::{Arc, Mutex};

/// Tables that grow with the desk. The others have a row for each agent, group, setting or counter.
const GROWING: &[&str] = &[
    "conversation",
    "c",
    "member",
    "message",
    "m",
    "participant",
    "reading",
    "notice",
    "n",
    "event",
    "item",
    "customer",
    "item_agent",
    "attachment",
    "draft",
    "following_group",
    "agent_key",
    "invite",
    "waiting",
    "past_offer",
    "outbox",
    "o",
    "header_id",
    "h",
    "mail",
    "mail_refusal",
    "correspondent",
    "fold",
];

/// Questions whose statements may walk a table, and why.
const WALKS: &[(&str, &str)] = &[
    ("pick an item", "what was typed can stand anywhere in a title; newest first, and it stops with the picker's page"),
    ("pick a customer", "what was typed can stand anywhere in a name"),
    ("audit", "newest first by the table's own order, and it stops with the page"),
];

/// Questions whose statements may sort, and what bounds it.
const SORTS: &[(&str, &str)] = &[
    ("projects", "the projects that one agent follows"),
    ("row", "the people of one conversation"),
    ("facts and readings", "the people of one conversation"),
    ("search #1", "the messages of one conversation"),
    ("badge", "at most 1000 unread ones of the viewer's own lists, each once"),
    ("keys of one agent", "those of one agent"),
    ("a customer's conversations", "those of one customer and its organization"),
    ("mail: of a message", "the recipients of one message"),
    ("mail: how far", "the recipients of one message"),
    ("mail: who was copied", "whom the newest mails of one conversation name"),
];

fn excused(list: &[(&str, &str)], question: &str) -> bool {
    list.iter().any(|(excused, _)| question.ends_with(excused))
}

/// A desk with every kind of thing on it, and `eve` in two groups, following a project.
fn desk() -> TestDesk {
    let desk = TestDesk::with_privacy();
    let olga = desk.agent("olga");
    let new = NewAgent {
        handle: "eve".into(),
        name: "Eve".into(),
        role: Role::Agent,
        groups: vec!["Support".into(), "Billing".into()],
    };
    desk.desk.add_agent(&olga, &new).expect("an agent");
    let project = ItemKey { kind: ItemKind::Project, id: ItemId(1) };
    for (kind, project) in [(ItemKind::Project, None), (ItemKind::Ticket, Some(project))] {
        let requester = Some("mara@example.com".to_owned());
        let new = NewItem { kind, title: "Cards".into(), requester, project, description: String::new() };
        desk.desk.add_item(&olga, &new).expect("an item");
    }
    for handle in ["eve", "olga"] {
        desk.desk.follow_item(&desk.agent(handle), project, true).expect("followed");
    }
    let on_ticket = StartWith::Item {
        item: ItemKey { kind: ItemKind::Ticket, id: ItemId(2) },
        audience: Some(Audience::Customer),
        customers: vec![],
        agents: vec![],
    };
    desk.start("ana", on_ticket, "About your card");
    desk.set(SettingKey::NewConversationsPrivate, "on");
    let sent = Inbound { group: Some("Billing".into()), ..inbound("jo@example.com", None, "An invoice") };
    desk.desk.receive(&sent).expect("received");
    desk.does("ana", ConversationId(1), note("between us"));
    desk.start("eve", StartWith::Agents(vec!["ana".into()]), "a word");
    desk
}

/// A connection whose statements are written down.
struct Asked {
    connection: Connection,
    statements: Arc<Mutex<Vec<String>>>,
    explain: Connection,
    seen: Vec<String>,
    report: String,
    wrong: Vec<String>,
}

impl Asked {
    fn of(desk: &TestDesk) -> Self {
        let mut connection = Connection::open(desk.file()).expect("the desk's file");
        let statements = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&statements);
        let note = move |event: TraceEvent<'_>| {
            if let TraceEvent::Stmt(statement, _) = event {
                noted.lock().expect("the list").push(statement.sql().into_owned());
            }
        };
        connection.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note)).expect("a trace");
        let explain = Connection::open(desk.file()).expect("the desk's file");
        Self { connection, statements, explain, seen: Vec::new(), report: String::new(), wrong: Vec::new() }
    }

    /// Asks a question, and explains every statement it ran.
    fn ask<T>(&mut self, question: &str, ask: impl FnOnce(&Connection) -> deskline::store::Result<T>) -> T {
        let answer = ask(&self.connection).expect("an answer");
        let statements = std::mem::take(&mut *self.statements.lock().expect("the list"));
        let mut known = Vec::new();
        let mut new = Vec::new();
        for sql in statements.into_iter().filter(|sql| !sql.starts_with("--") && !sql.contains("message_search_")) {
            match self.seen.iter().position(|seen| *seen == sql) {
                Some(place) => known.push((place + 1).to_string()),
                None if new.contains(&sql) => {}
                None => new.push(sql),
            }
        }
        known.dedup();
        self.report += &format!("== {question}\n");
        if !known.is_empty() {
            self.report += &format!("    as {}\n", known.join(", "));
        }
        for sql in new {
            self.explain(question, sql);
        }
        answer
    }

    fn explain(&mut self, question: &str, sql: String) {
        self.report += &format!("{:3} {sql}\n", self.seen.len() + 1);
        let mut statement = self.explain.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().expect("a step") {
            let step: String = row.get(3).expect("its words");
            self.report += &format!("      {step}\n");
            let scans = step
                .strip_prefix("SCAN ")
                .and_then(|rest| rest.split(' ').next())
                .is_some_and(|table| GROWING.contains(&table));
            let sorts = step.contains("TEMP B-TREE FOR ORDER BY") && !excused(SORTS, question);
            if (scans && !step.contains(" USING ") && !excused(WALKS, question)) || sorts {
                self.wrong.push(format!("{question}: {step}: {sql}"));
            }
        }
        self.seen.push(sql);
    }
}

/// One viewer's every question.
fn everything(asked: &mut Asked, viewer: &Viewer, label: &str) {
    let me = asked.ask(&format!("{label}: who am I"), |it| people::agent_by_id(it, viewer.id)).expect("an agent");
    let access = Access::of(&me);
    let projects = asked.ask(&format!("{label}: projects"), |it| lists::followed_projects(it, &me));
    let reader = Reader { agent: &me, access: &access, projects: &projects };
    let baseline = asked.ask(&format!("{label}: baseline"), |it| people::baseline(it, me.id));
    let key = Key { at: 0, id: ConversationId(1) };
    for section in Section::ALL.iter().copied() {
        asked.ask(&format!("{label}: number of {section}"), |it| numbers::section(it, &reader, section));
        if section == Section::Unanswered {
            asked.ask(&format!("{label}: list {section}"), |it| lists::unanswered(it, &reader, None, 50));
            continue;
        }
        for (name, window) in [
            ("top", Window::Older(None)),
            ("after", Window::Older(Some(key))),
            ("before", Window::Newer(Some(key))),
            ("bottom", Window::Newer(None)),
        ] {
            asked.ask(&format!("{label}: list {section}, {name}"), |it| lists::page(it, &reader, section, window, 50));
        }
    }
    asked.ask(&format!("{label}: badge"), |it| numbers::badge(it, &reader));
    asked.ask(&format!("{label}: bell"), |it| notices::count(it, &reader));
    asked.ask(&format!("{label}: notices"), |it| notices::list(it, &reader, 50));
    asked.ask(&format!("{label}: an item's tab"), |it| lists::of_item(it, &access, ItemId(2)));
    asked.ask(&format!("{label}: may see a customer"), |it| {
        lists::has_readable_conversation(it, &access, CustomerId(1))
    });
    asked.ask(&format!("{label}: row"), |it| rows::row(it, me.id, baseline, ConversationId(1)));
    searches(asked, &reader, baseline, label);
}

/// What the scope of From Customers changes for an administrator.
fn from_customers(asked: &mut Asked, viewer: &Viewer, label: &str) {
    let me = asked.ask(&format!("{label}: who am I"), |it| people::agent_by_id(it, viewer.id)).expect("an agent");
    let access = Access::of(&me);
    let projects = lists::followed_projects(&asked.explain, &me).expect("projects");
    let reader = Reader { agent: &me, access: &access, projects: &projects };
    for section in [Section::Open, Section::Closed] {
        asked.ask(&format!("{label}: number of {section}"), |it| numbers::section(it, &reader, section));
        for window in [Window::Older(None), Window::Newer(None)] {
            asked.ask(&format!("{label}: list {section}, {window:?}"), |it| {
                lists::page(it, &reader, section, window, 50)
            });
        }
    }
}

fn searches(asked: &mut Asked, reader: &Reader<'_>, baseline: Seq, label: &str) {
    let scope = reader.agent.from_customers;
    let searcher = search::Searcher {
        access: reader.access,
        baseline,
        everything: reader.access.everything() || scope == FromCustomers::All,
        projects: Some(reader.projects).filter(|_| scope == FromCustomers::Projects),
    };
    for typed in [
        "card",
        "card from:ana is:unread",
        "is:open group:Support",
        "before:2026-06-01",
        "#1",
        "card #1",
        "to:mara item:TK-2",
    ] {
        let query = query::parse(typed).expect("a query");
        for after in [None, Some(i64::MAX)] {
            asked.ask(&format!("{label}: search {typed}"), |it| search::find(it, &searcher, &query, after, 50));
        }
    }
    asked.ask(&format!("{label}: place of a hit"), |it| {
        search::place_of(it, reader.access, 0, ConversationId(1), EntrySeq(1))
    });
}

/// What does not depend on who looks.
fn openings(asked: &mut Asked, viewer: &Viewer) {
    let id = ConversationId(1);
    asked.ask("open: facts and readings", |it| conversations::load(it, id));
    for (name, window) in [
        ("end", messages::Window::End),
        ("before", messages::Window::Before(EntrySeq(9))),
        ("from", messages::Window::From(EntrySeq(1))),
    ] {
        asked.ask(&format!("open: entries, {name}"), |it| messages::window(it, id, window, 50));
    }
    asked.ask("open: added since", |it| messages::added_since(it, id, EntrySeq(1), viewer.id));
    asked.ask("open: news after", |it| messages::has_news_after(it, id, EntrySeq(1), viewer.id));
    asked.ask("open: how many", |it| messages::count(it, id));
    asked.ask("open: attachments", |it| messages::attachments(it, 1));
    asked.ask("open: readings", |it| reading::load(it, id));
    asked.ask("open: groups that follow", |it| conversations::following_groups(it, id));
    asked.ask("open: told of a mail", |it| notices::stands(it, viewer.id, id, "undelivered"));
    asked.ask("open: seen of a mail", |it| notices::clear_kind(it, Some(viewer.id), id, "undelivered"));
    asked.ask("open: was told", |it| notices::was_told(it, viewer.id, id));
    asked.ask("open: drafts", |it| deskline::store::drafts::at(it, viewer.id, "conversation 1"));
    asked.ask("item: itself", |it| items::by_id(it, ItemId(2)));
    asked.ask("item: agents", |it| items::following_agents(it, ItemId(2)));
    asked.ask("item: customers", |it| items::following_customers(it, ItemId(2)));
    asked.ask("item: groups", |it| items::following_groups(it, ItemId(2)));
    asked.ask("pick an item", |it| items::like(it, "card", None, 50));
    asked.ask("pick a customer", |it| people::customers_like(it, "mara", &mut |_| Ok(true)));
    asked.ask("a customer's conversations", |it| conversations::of_customer(it, CustomerId(1), Some("ACME")));
    asked.ask("key: lets its agent in", |it| keys::is_live(it, KeyId(1), viewer.id));
    asked.ask("key: whose", |it| keys::live(it, "SHA256:a"));
    asked.ask("key: was revoked", |it| keys::was_revoked(it, "SHA256:a"));
    asked.ask("key: of an invite", |it| keys::open_invite(it, "a", 0));
    asked.ask("keys of one agent", |it| keys::list(it, Some(viewer.id)));
    asked.ask("audit", |it| deskline::store::events::list(it, None, 50));
    asked.ask("audit of one", |it| deskline::store::events::list(it, Some(id), 50));
}

/// What mail on its way out asks.
fn mail(asked: &mut Asked) {
    let (id, customer) = (ConversationId(1), CustomerId(1));
    asked.ask("mail: when next", outbox::next_due);
    asked.ask("mail: what is due", |it| outbox::due(it, i64::MAX));
    asked.ask("mail: on a lease", |it| outbox::leased(it, OutboxId(1), "w", 1));
    asked.ask("mail: goes along", |it| outbox::along(it, OutboxId(1)));
    asked.ask("mail: of a message", |it| outbox::of_message(it, 1));
    asked.ask("mail: held of a message", |it| held::of_message(it, 1));
    asked.ask("mail: how far", |it| outbox::deliveries(it, id, (EntrySeq(1), EntrySeq(50)), 10_000));
    asked.ask("mail: held", held::all);
    asked.ask("mail: a reply to one", |it| undelivered::reply(it, OutboxId(1)));
    asked.ask("mail: not delivered since", |it| undelivered::count_since(it, 0));
    asked.ask("mail: not delivered", |it| undelivered::note(it, OutboxId(1), 0));
    asked.ask("mail: on its way again", |it| undelivered::forget(it, OutboxId(1)));
    asked.ask("mail: somebody sends", unsent::looked);
    asked.ask("mail: somebody looks", |it| unsent::note_look(it, 0));
    asked.ask("mail: nobody looks any more", unsent::forget_look);
    asked.ask("mail: nobody sent it", |it| unsent::waited(it, 0, 0, 50));
    asked.ask("mail: held for as long", |it| held::since(it, 0, 50));
    asked.ask("mail: given up", |it| undelivered::any(it, id));
    asked.ask("mail: given up, newest", |it| undelivered::newest(it, id, 0));
    asked.ask("mail: nobody's bell", |it| notices::clear_kind(it, None, id, "undelivered"));
    asked.ask("mail: references", |it| headers::references(it, id, customer, EntrySeq(9)));
    asked.ask("mail: kept back", |it| headers::kept_back(it, 1, customer));
    asked.ask("mail: never said", |it| headers::withheld(it, 1));
    asked.ask("mail: came by", |it| headers::came_by(it, id));
    asked.ask("mail: newest message", |it| messages::newest(it, id));
    asked.ask("mail: notes", |it| internal::notes(it, id, &mut 1_000));
    asked.ask("mail: said to customers", |it| internal::said_to_customers(it, id, true, 1_000));
}

/// What stands beside the messages of a thread that came by mail.
fn beside_messages(asked: &mut Asked) {
    let (id, window) = (ConversationId(1), (EntrySeq(1), EntrySeq(50)));
    asked.ask("mail: whom they name", |it| correspondents::of_window(it, id, window));
    asked.ask("mail: who was copied", |it| correspondents::copied(it, id));
    asked.ask("mail: folds", |it| parts::window_folds(it, id, window));
}

/// What offers and routing ask.
fn routing(asked: &mut Asked, viewer: &Viewer) {
    let id = ConversationId(1);
    let me = people::agent_by_id(&asked.explain, viewer.id).expect("an answer").expect("an agent");
    let access = Access::of(&me);
    asked.ask("offers", |it| offers::offered(it, GroupId(1), viewer.id, 50));
    asked.ask("offers: may read one", |it| lists::is_readable(it, &access, id));
    asked.ask("routing: how a group does it", |it| people::routing(it, GroupId(1)));
    asked.ask("routing: waits in", |it| offers::waits_in(it, id));
    asked.ask("routing: line", |it| offers::line(it, GroupId(1), None, 50));
    asked.ask("routing: line, further", |it| {
        offers::line(it, GroupId(1), Some(offers::Place { since: 1, conversation: id }), 50)
    });
    asked.ask("routing: rejected", |it| offers::rejected(it, id, viewer.id));
    asked.ask("routing: load", |it| offers::load(it, viewer.id));
    asked.ask("routing: live", |it| offers::live_of(it, viewer.id));
    asked.ask("routing: lose all", |it| offers::lose_all(it, GroupId(1), viewer.id));
    asked.ask("routing: end", |it| offers::end_waiting(it, id));
    asked.ask("routing: who spoke last", |it| messages::customer_spoke_last(it, id));
}

#[test]
fn every_question_is_answered_by_an_index_and_in_order() {
    let desk = desk();
    let mut asked = Asked::of(&desk);
    let olga = desk.agent("olga");
    everything(&mut asked, &olga, "owner");
    for scope in FromCustomers::ALL {
        for handle in ["eve", "olga"] {
            desk.change(handle, &AgentChange { from_customers: Some(*scope), ..AgentChange::default() });
        }
        everything(&mut asked, &desk.agent("eve"), &format!("agent, {scope}"));
        from_customers(&mut asked, &olga, &format!("owner, {scope}"));
    }
    openings(&mut asked, &olga);
    mail(&mut asked);
    routing(&mut asked, &desk.agent("eve"));
    beside_messages(&mut asked);
    assert!(asked.seen.len() > 60, "the trace was deaf: {}", asked.seen.len());
    assert!(asked.wrong.is_empty(), "{}", asked.wrong.join("\n"));
    insta::assert_snapshot!(asked.report);
}
