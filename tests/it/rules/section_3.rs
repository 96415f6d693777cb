//! Section 3 of the rules: the messenger's sections.

use crate::desks::{
    TestDesk, add_agent, assign, link, make, note, refusal, reply, seen, starting, why, with_agents, with_customers,
};
use deskline::{
    desk::{
        AgentChange, NewAgent,
        page::{Cursor, DraftPlace, ListStart, ListWants, Listed, Mode, Wants},
    },
    domain::{
        command::{Command, StartWith},
        conversation::{Audience, Privacy, State},
        id::{ConversationId, EntrySeq},
        item::{ItemKind, ItemStatus},
        people::{FromCustomers, Role},
        refusal::RefusalKind,
        section::{Part, Section},
    },
};

fn scope(desk: &TestDesk, handle: &str, from_customers: FromCustomers) {
    desk.change(handle, &AgentChange { from_customers: Some(from_customers), ..AgentChange::default() });
}

fn sections(desk: &TestDesk, handle: &str) -> Vec<&'static str> {
    desk.page(handle, &Wants::default()).sections.iter().map(|row| row.section.word()).collect()
}

/// R3.1, R3.4: the sections of the sidebar, in order, for an agent, an owner and an agent without From Customers.
#[test]
fn r3_1_the_sections_of_the_sidebar() {
    let desk = TestDesk::new();
    scope(&desk, "dev", FromCustomers::Off);
    let from_customers = ["open", "unanswered", "closed"];
    let mine = ["customer-replies", "internal-inbox", "internal-sent", "all-closed"];
    let queue = ["unassigned", "live"];
    let administration = ["unassigned", "live", "needs-reassignment", "all"];
    assert_eq!(sections(&desk, "ana"), [&queue[..], &from_customers, &mine].concat());
    assert_eq!(sections(&desk, "dev"), [&queue[..], &mine].concat());
    for handle in ["olga", "adam"] {
        assert_eq!(sections(&desk, handle), [&administration[..], &from_customers, &mine].concat());
    }
    let titles = [Part::FromCustomers, Part::MyConversations].map(Part::title);
    assert_eq!(titles, ["From Customers", "My Conversations"]);
    let titles = [Section::Open, Section::Unanswered, Section::Closed].map(Section::title);
    assert_eq!(titles, ["Open conversations", "Unanswered items", "Closed conversations"]);
    let titles = [Section::CustomerReplies, Section::InternalInbox, Section::InternalSent, Section::AllClosed];
    assert_eq!(titles.map(Section::title), ["Customer replies", "Internal Inbox", "Internal Sent", "All Closed"]);
}

/// R3.1: My Conversations holds those I follow, took part in, or whose item I follow; Customer replies the open ones I follow.
#[test]
fn r3_1_my_conversations_are_those_i_follow_or_took_part_in() {
    let desk = TestDesk::new();
    let ticket = desk.ticket();
    desk.desk.follow_item(&desk.agent("cleo"), ticket, true).unwrap();
    let id = desk.arrival();
    desk.does("ana", id, reply("Hello"));
    desk.does("ben", id, Command::Follow);
    desk.does("ana", id, link(ticket));
    for handle in ["ana", "ben", "cleo"] {
        assert_eq!(desk.listed(handle, Section::CustomerReplies), [id], "{handle}");
    }
    assert!(desk.listed("dev", Section::CustomerReplies).is_empty());
    desk.does("ben", id, Command::Unfollow);
    assert!(desk.listed("ben", Section::CustomerReplies).is_empty());
    desk.does("ana", id, Command::Close);
    assert_eq!(desk.listed("cleo", Section::AllClosed), [id]);
    assert!(desk.listed("cleo", Section::CustomerReplies).is_empty());
    desk.desk.follow_item(&desk.agent("cleo"), ticket, false).unwrap();
    assert!(desk.listed("cleo", Section::AllClosed).is_empty());
}

/// R3.2: Sent, Inbox, All Closed and Closed; locked rows carry their mark.
#[test]
fn r3_2_internal_conversations_and_closed_ones() {
    let desk = TestDesk::new();
    let ticket = desk.ticket();
    let direct = desk.start("ana", with_agents(&["ben"]), "Lunch?").conversation;
    let on_item = desk.start_on("ana", ticket, Audience::Internal, "What now?");
    desk.does("cleo", on_item, reply("Wait"));
    desk.does("dev", on_item, Command::Follow);
    assert_eq!(desk.listed("ana", Section::InternalSent), [on_item, direct]);
    assert!(desk.listed("ana", Section::InternalInbox).is_empty());
    for (handle, inbox) in [("ben", vec![direct]), ("cleo", vec![on_item]), ("dev", vec![on_item]), ("adam", vec![])] {
        assert_eq!(desk.listed(handle, Section::InternalInbox), inbox, "{handle}");
        assert!(desk.listed(handle, Section::InternalSent).is_empty());
    }
    let customer = desk.arrival();
    desk.does("ana", customer, reply("Hello"));
    for id in [customer, on_item] {
        desk.does("ana", id, Command::Close);
    }
    desk.does("ana", on_item, Command::Lock);
    assert_eq!(desk.listed("ana", Section::AllClosed), [customer, on_item], "both audiences, closed and locked");
    assert_eq!(desk.listed("cleo", Section::AllClosed), [on_item]);
    assert_eq!(desk.listed("dev", Section::Closed), [customer], "closed customer conversations in scope");
    let row = desk.rows("cleo", Section::AllClosed).remove(0);
    assert_eq!((row.state, row.locked.unwrap().by.as_str()), (State::Locked, "ana"));
    desk.does("ana", on_item, Command::Unlock);
    assert_eq!(desk.rows("cleo", Section::AllClosed).remove(0).locked, None);
}

/// R3.3: an item waits while its requester is a customer, it is not done and no agent has replied in a customer conversation
/// of it; the first reply takes it off for everybody.
#[test]
fn r3_3_unanswered_items() {
    let desk = TestDesk::with_privacy();
    let asked = desk.item(ItemKind::Ticket, Some("mara@example.com"), None);
    let article = desk.item(ItemKind::Article, Some("yves@example.com"), None);
    desk.item(ItemKind::Task, None, None);
    assert_eq!(desk.waiting("ana"), [article, asked]);
    let id = desk.arrival();
    desk.does("ana", id, link(asked));
    desk.write_in("mara@example.com", Some(id), "Anybody?");
    desk.does("ana", id, note("Not yet"));
    let internal = desk.start_on("ana", asked, Audience::Internal, "Who takes it?");
    desk.does("ben", internal, reply("Not me"));
    assert_eq!(desk.waiting("dev"), [article, asked], "neither a note nor an internal message is an answer");

    desk.does("olga", id, make(Privacy::Private, true));
    desk.does("olga", id, assign("ben"));
    desk.does("ben", id, reply("I am on it"));
    for handle in ["olga", "ana", "ben", "dev"] {
        assert_eq!(desk.waiting(handle), [article], "{handle}: that it was answered is no secret");
    }
    assert_eq!(desk.tab("dev", asked), [internal], "by whom and how is");
    desk.does("ben", id, Command::Unlink);
    assert_eq!(desk.waiting("ana"), [article, asked], "the answer left with its conversation");
    let change = |status| deskline::desk::ItemChange { status: Some(status), ..Default::default() };
    desk.desk.set_item(&desk.agent("ana"), asked, &change(ItemStatus::Done)).unwrap();
    assert_eq!(desk.waiting("ana"), [article]);
    desk.desk.set_item(&desk.agent("ana"), asked, &change(ItemStatus::Open)).unwrap();
    assert_eq!(desk.numbers("ana", Section::Unanswered), Some((2, 2)));
}

/// R3.4: the Queue: Unassigned of my groups, for owner and admins of all and of none; Live; two more for owner and admins.
#[test]
fn r3_4_the_queue() {
    let desk = TestDesk::with_privacy();
    let support = desk.arrival();
    let nowhere = desk.start("olga", with_customers(&["mara@example.com"]), "Hello").conversation;
    desk.later(1);
    let billing = desk.arrival();
    desk.does("ana", billing, Command::Forward { group: "Billing".into(), confirmed: true });
    let closed = desk.arrival();
    desk.does("ana", closed, Command::Close);
    assert_eq!(desk.listed("ana", Section::Unassigned), [support]);
    assert_eq!(desk.listed("dev", Section::Unassigned), [billing]);
    for handle in ["olga", "adam"] {
        assert_eq!(desk.listed(handle, Section::Unassigned), [billing, nowhere, support]);
        assert_eq!(desk.listed(handle, Section::All), [closed, billing, nowhere, support]);
    }
    desk.does("ana", support, assign("ben"));
    assert_eq!(desk.listed("ben", Section::Live), [support]);
    assert!(desk.listed("ana", Section::Unassigned).is_empty() && desk.listed("ana", Section::Live).is_empty());
    desk.does("olga", support, make(Privacy::Private, true));
    desk.switch_off("ben");
    assert_eq!(desk.listed("adam", Section::NeedsReassignment), [support]);
    for section in [Section::NeedsReassignment, Section::All] {
        let wants = Wants { list: Some(ListWants { section, start: ListStart::Top, rows: 10 }), ..Wants::default() };
        let refused = refusal(desk.desk.read(&desk.agent("ana"), &wants).map(|_| ()));
        assert_eq!(why(&refused), (RefusalKind::Denied, "R3.4"));
    }
}

/// R3.5: From Customers off hides the section everywhere in the messenger; it is scope and not access.
#[test]
fn r3_5_off_hides_from_customers_everywhere() {
    let desk = TestDesk::new();
    let ticket = desk.item(ItemKind::Ticket, Some("mara@example.com"), None);
    let (others, queued, own) = (desk.arrival(), desk.arrival(), desk.arrival());
    desk.does("ana", others, link(ticket));
    desk.does("ana", others, assign("ben"));
    desk.does("olga", own, assign("ana"));
    let closed = desk.arrival();
    desk.does("ben", closed, Command::Close);
    assert_eq!(desk.found("ana", "card", 10).0.len(), 4);
    let rung = |id: ConversationId| desk.notices("ana").iter().any(|notice| notice.conversation == Some(id));
    assert!(rung(others));
    scope(&desk, "ana", FromCustomers::Off);

    for section in [Section::Open, Section::Closed, Section::Unanswered] {
        let wants = Wants { list: Some(ListWants { section, start: ListStart::Top, rows: 10 }), ..Wants::default() };
        let refused = refusal(desk.desk.read(&desk.agent("ana"), &wants).map(|_| ()));
        assert_eq!(why(&refused), (RefusalKind::Denied, "R3.5"));
        assert_eq!(desk.numbers("ana", section), None);
    }
    assert_eq!(desk.found("ana", "card", 10).0, [own, queued], "search keeps the queue and what is mine");
    assert_eq!(desk.page("ana", &Wants::default()).badge, 2);
    assert!(!rung(others) && !rung(closed) && rung(queued) && rung(own), "so does the bell");
    assert_eq!(desk.bell("ana"), u32::try_from(desk.notices("ana").len()).unwrap());

    // Scope, not access: the item's tab, the Queue, Live and My Conversations are as they were.
    assert_eq!(desk.tab("ana", ticket), [others]);
    assert_eq!(desk.thread("ana", others).row.id, others);
    assert_eq!(desk.listed("ana", Section::Unassigned), [queued]);
    assert_eq!(desk.listed("ana", Section::Live), [own]);
    desk.does("ana", others, Command::Follow);
    assert_eq!(desk.listed("ana", Section::CustomerReplies), [own, others]);
    assert_eq!(desk.found("ana", "card", 10).0, [own, queued, others]);
    desk.write_in("mara@example.com", Some(others), "Hello?");
    assert!(rung(others), "what is followed rings (R7.4)");
}

/// R3.5: `projects` and `followed` narrow the section; the setting is owner's and admins', not the agent's.
#[test]
fn r3_5_projects_and_followed() {
    let desk = TestDesk::new();
    let project = desk.item(ItemKind::Project, None, None);
    let inside = desk.item(ItemKind::Ticket, Some("mara@example.com"), Some(project));
    let outside = desk.item(ItemKind::Ticket, Some("mara@example.com"), None);
    let (in_project, elsewhere, followed) = (desk.arrival(), desk.arrival(), desk.arrival());
    for (id, item) in [(in_project, inside), (elsewhere, outside)] {
        desk.does("ana", id, link(item));
    }
    desk.desk.follow_item(&desk.agent("dev"), project, true).unwrap();
    desk.does("dev", followed, Command::Follow);
    desk.does("ana", followed, Command::Close);

    scope(&desk, "dev", FromCustomers::Projects);
    assert_eq!(desk.listed("dev", Section::Open), [in_project]);
    assert!(desk.listed("dev", Section::Closed).is_empty());
    assert_eq!(desk.waiting("dev"), [inside]);
    assert_eq!(desk.found("dev", "card", 10).0, [followed, in_project]);
    scope(&desk, "dev", FromCustomers::Followed);
    assert!(desk.listed("dev", Section::Open).is_empty());
    assert_eq!(desk.listed("dev", Section::Closed), [followed]);
    assert_eq!(desk.found("dev", "card", 10).0, [followed]);
    desk.desk.follow_item(&desk.agent("dev"), outside, true).unwrap();
    assert_eq!(desk.waiting("dev"), [outside]);
    assert!(desk.listed("dev", Section::Open).is_empty(), "through an item is not directly");
    assert_eq!(desk.listed("dev", Section::CustomerReplies), [elsewhere]);
    scope(&desk, "dev", FromCustomers::All);
    assert_eq!(desk.listed("dev", Section::Open), [elsewhere, in_project]);

    let own = AgentChange { from_customers: Some(FromCustomers::Off), ..AgentChange::default() };
    let before = desk.contents();
    assert_eq!(why(&refusal(desk.desk.set_agent(&desk.agent("dev"), "dev", &own))), (RefusalKind::Denied, "R5.6"));
    assert_eq!(desk.contents(), before);
    desk.desk.set_agent(&desk.agent("adam"), "dev", &own).unwrap();
}

/// R3.6: numbers are the unread and the listed ones, exactly: replies and notes of others make unread, system lines do not,
/// the badge counts each once, a new agent starts with everything read. Every test's desk is held to its lists besides.
#[test]
fn r3_6_numbers_are_exactly_what_is_listed() {
    let desk = TestDesk::with_privacy();
    let id = desk.arrival();
    assert_eq!(desk.numbers("ana", Section::Unassigned), Some((1, 1)));
    assert_eq!(desk.numbers("ana", Section::Open), Some((1, 1)));
    assert_eq!(desk.page("ana", &Wants::default()).badge, 1, "in two sections and counted once");
    desk.does("ana", id, Command::MarkRead(None));
    desk.does("ben", id, assign("ben"));
    desk.does("ben", id, Command::Close);
    assert_eq!(desk.numbers("ana", Section::Closed), Some((0, 1)), "system lines make nothing unread");
    desk.does("ben", id, note("Between us"));
    assert_eq!(desk.numbers("ana", Section::Closed), Some((1, 1)));
    desk.does("ana", id, Command::MarkRead(None));
    desk.does("ben", id, reply("Hello"));
    assert_eq!(desk.numbers("ana", Section::Open), Some((1, 1)));
    desk.does("ana", id, seen("Hello from me", desk.thread("ana", id).last_seq));
    assert_eq!(desk.numbers("ana", Section::Open), Some((0, 1)), "one's own words are read");

    let eve = NewAgent { handle: "eve".into(), name: "Eve".into(), role: Role::Agent, groups: vec!["Support".into()] };
    desk.desk.add_agent(&desk.agent("olga"), &eve).unwrap();
    assert_eq!(desk.numbers("eve", Section::Open), Some((0, 1)));
    desk.write_in("mara@example.com", Some(id), "Hm");
    assert_eq!(desk.numbers("eve", Section::Open), Some((1, 1)));
    desk.does("olga", id, make(Privacy::Private, true));
    assert_eq!(desk.numbers("eve", Section::Open), Some((0, 0)), "no number includes what cannot be opened");
    assert_eq!(desk.page("eve", &Wants::default()).badge, 0);
}

/// R3.6: numbers are exact to 999; one more is shown as "999+".
#[test]
fn r3_6_numbers_are_exact_to_999() {
    let desk = TestDesk::new();
    let past = |number: usize| deskline::domain::history::PastConversation {
        key: format!("{number}"),
        subject: "Old".into(),
        internal: false,
        private: false,
        state: deskline::domain::history::PastState::Open,
        requester: None,
        customers: vec![],
        agents: vec![],
        assignee: None,
        group: Some("Support".into()),
        item: None,
        channel: String::new(),
        messages: vec![deskline::domain::history::PastMessage {
            key: String::new(),
            kind: deskline::domain::history::PastKind::Reply,
            author: deskline::domain::history::PastAuthor::Customer(deskline::domain::history::PastPerson {
                address: "mara@example.com".into(),
                name: String::new(),
            }),
            at: desk.desk.now(),
            text: "Old words".into(),
            attachments: vec![],
        }],
    };
    let options = deskline::desk::ImportOptions { as_news: true, ..Default::default() };
    let bring = |numbers: std::ops::Range<usize>| {
        let batch: Vec<_> = numbers.map(past).collect();
        desk.desk.import(&desk.agent("olga"), &batch, &options).unwrap();
    };
    bring(0..999);
    for section in [Section::Unassigned, Section::Open] {
        assert_eq!(desk.numbers("ana", section), Some((999, 999)));
    }
    bring(999..1_005);
    for section in [Section::Unassigned, Section::Open] {
        assert_eq!(desk.numbers("ana", section), Some((1_000, 1_000)), "more than 999");
    }
    assert_eq!(desk.page("ana", &Wants::default()).badge, 1_000);
    // Such a desk is not compared row by row at the end.
    std::mem::forget(desk);
}

/// R3.7: reading is an act of one agent: looking marks nothing, marking does, up to what was shown, and can be undone.
#[test]
fn r3_7_reading_is_an_act() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    desk.write_in("mara@example.com", Some(id), "Hello?");
    let before = desk.contents();
    assert_eq!(desk.thread("ana", id).read_up_to, EntrySeq(0));
    assert!(desk.thread("ana", id).row.unread);
    assert_eq!(desk.contents(), before, "looking writes nothing");

    desk.does("ana", id, Command::MarkRead(Some(EntrySeq(1))));
    assert_eq!(desk.thread("ana", id).read_up_to, EntrySeq(1));
    assert!(desk.thread("ana", id).row.unread, "the second message was not shown");
    desk.does("ana", id, Command::MarkRead(Some(EntrySeq(2))));
    assert!(!desk.thread("ana", id).row.unread);
    assert_eq!(desk.bell("ana"), 0, "what was read needs no bell");
    assert!(desk.thread("ben", id).row.unread, "for that agent only");
    assert_eq!(desk.bell("ben"), 1);

    // Scrolling back to an older part makes nothing unread again, for who has read it and for who never had to.
    desk.does("ana", id, Command::MarkRead(Some(EntrySeq(1))));
    assert!(!desk.thread("ana", id).row.unread);
    let eve = NewAgent { handle: "eve".into(), name: "Eve".into(), role: Role::Agent, groups: vec![] };
    desk.desk.add_agent(&desk.agent("olga"), &eve).unwrap();
    desk.does("eve", id, Command::MarkRead(Some(EntrySeq(1))));
    assert!(!desk.thread("eve", id).row.unread);

    desk.does("ana", id, Command::MarkUnread);
    assert!(desk.thread("ana", id).row.unread);
    desk.does("ana", id, Command::MarkRead(None));
    assert!(!desk.thread("ana", id).row.unread);
}

/// R3.8: lists are newest activity first, and a row has everything it shows; pages follow each other without gap or repeat.
#[test]
fn r3_8_lists_are_newest_activity_first() {
    let desk = TestDesk::with_privacy();
    let ticket = desk.ticket();
    let ids: Vec<ConversationId> = (0..5).map(|_| desk.arrival()).collect();
    desk.does("ana", ids[1], note("First of all"));
    desk.does("ana", ids[0], Command::Close);
    desk.does("ana", ids[0], Command::Reopen);
    let newest = [ids[1], ids[4], ids[3], ids[2], ids[0]];
    assert_eq!(desk.listed("ana", Section::Open), newest, "a system line is no activity");

    let page = |start: ListStart| {
        let list = ListWants { section: Section::Open, start, rows: 2 };
        let list = desk.page("ana", &Wants { list: Some(list), ..Wants::default() }).list.unwrap();
        let Listed::Conversations(rows) = list.rows else { panic!("conversations") };
        let edge = |row: Option<&deskline::desk::page::ConversationRow>| row.map(|row| row.cursor.clone());
        let edges = (edge(rows.first()), edge(rows.last()));
        (rows.iter().map(|row| row.id).collect::<Vec<_>>(), edges, (list.newer, list.older))
    };
    let (first, edges, more) = page(ListStart::Top);
    assert_eq!((first.as_slice(), more), (&newest[..2], (false, true)));
    let (second, edges, _) = page(ListStart::After(edges.1.unwrap()));
    assert_eq!(second, newest[2..4]);
    let (third, _, more) = page(ListStart::After(edges.1.unwrap()));
    assert_eq!((third.as_slice(), more), (&newest[4..], (true, false)));
    assert_eq!(page(ListStart::Before(edges.0.unwrap())).0, newest[..2]);
    assert_eq!(page(ListStart::Bottom).0, newest[3..]);
    let list = ListWants { section: Section::Open, start: ListStart::After(Cursor("nonsense".into())), rows: 2 };
    assert!(desk.desk.read(&desk.agent("ana"), &Wants { list: Some(list), ..Wants::default() }).is_err());

    let id = ids[1];
    for (handle, step) in [
        ("ana", link(ticket)),
        ("olga", make(Privacy::Private, true)),
        ("olga", assign("ana")),
        ("ana", Command::Close),
        ("ana", Command::Lock),
    ] {
        desk.does(handle, id, step);
    }
    let row = desk.rows("ana", Section::Closed).remove(0);
    assert_eq!((row.state, row.privacy, row.audience), (State::Locked, Privacy::Private, Audience::Customer));
    assert_eq!(row.requester.unwrap().address, "mara@example.com");
    assert_eq!(row.subject, "My card is declined");
    let last = row.last.unwrap();
    assert_eq!((last.from.as_str(), last.text.as_str()), ("Ana Ruiz", "First of all"));
    assert_eq!(row.item.unwrap().key, ticket);
    assert_eq!(row.assignee.unwrap().address, "ana");
    assert!(row.unread, "writing without having been shown anything reads nothing");
    assert!(row.at < desk.desk.now());
    let internal = desk.start("ana", with_agents(&["ben"]), "Lunch?").conversation;
    let names = desk.rows("ben", Section::InternalInbox).remove(0).participants;
    assert_eq!(names.iter().map(|person| person.address.as_str()).collect::<Vec<_>>(), ["ana", "ben"]);
    assert_eq!(desk.listed("ben", Section::InternalInbox), [internal]);
}

/// R3.2: being named in an internal conversation is taking part: unfollowing stops the sending and does not lose the way back.
#[test]
fn r3_2_who_is_named_keeps_it_in_the_inbox() {
    let desk = TestDesk::new();
    let id = desk.start("ana", with_agents(&["adam"]), "Lunch?").conversation;
    desk.does("adam", id, Command::Unfollow);
    desk.does("ana", id, reply("Anybody?"));
    assert_eq!(desk.listed("adam", Section::InternalInbox), [id]);
    assert_eq!(desk.notices("adam").len(), 1, "told of its beginning and of nothing more");
    desk.does("ana", id, add_agent("ben", true));
    assert_eq!(desk.listed("ben", Section::InternalInbox), [id]);
}

/// R3.4, R2.4: what an agent wrote and did not send waits where it belongs.
#[test]
fn r3_7_a_draft_of_what_is_not_started_is_kept() {
    let desk = TestDesk::new();
    let place = DraftPlace::NewWithAgents;
    desk.desk.save_draft(&desk.agent("ana"), &place, Mode::Internal, "Dear all").unwrap();
    let draft = |handle: &str| desk.page(handle, &Wants { draft: Some(place.clone()), ..Wants::default() }).draft;
    assert_eq!(draft("ana").unwrap().text, "Dear all");
    assert_eq!(draft("ben"), None, "a draft is its writer's alone");
    let nobody = desk.desk.start(&desk.agent("ana"), &starting(StartWith::Agents(vec!["ana".into()]), "Dear all"));
    assert!(nobody.is_err());
    assert_eq!(draft("ana").unwrap().text, "Dear all", "what could not be started keeps its draft");
}

/// R3.5: every narrowing of a search finds what it says, beside conversations that have no item, group or assignee.
#[test]
fn r3_5_a_search_is_narrowed() {
    let desk = TestDesk::new();
    let ticket = desk.item(ItemKind::Ticket, None, Some(desk.item(ItemKind::Project, None, None)));
    let plain = desk.start("olga", with_customers(&["yves@example.com"]), "My card, Yves").conversation;
    let id = desk.arrival();
    desk.does("ana", id, link(ticket));
    desk.does("ana", id, assign("ben"));
    let internal = desk.start_on("ana", ticket, Audience::Internal, "That card").to_owned();
    let table = [
        (format!("card item:{ticket}"), vec![internal, id]),
        ("card group:Support".into(), vec![id]),
        ("card assignee:ben".into(), vec![id]),
        ("card assignee:none".into(), vec![plain]),
        ("card is:internal".into(), vec![internal]),
        ("card to:yves".into(), vec![plain]),
        ("card from:mara".into(), vec![id]),
        ("card is:open".into(), vec![internal, id, plain]),
        ("card is:private".into(), vec![]),
    ];
    for from_customers in [FromCustomers::All, FromCustomers::Projects, FromCustomers::Off] {
        scope(&desk, "cleo", from_customers);
        for (query, found) in &table {
            assert_eq!(desk.found("olga", query, 10).0, *found, "{query}");
            let scoped = desk.found("cleo", query, 10).0;
            assert!(scoped.iter().all(|id| found.contains(id)), "{query} {from_customers}");
        }
    }
}
