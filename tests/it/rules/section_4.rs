//! Section 4 of the rules: linked conversations and items.

use crate::desks::{
    TestDesk, add_agent, add_customer, add_group, assign, is_not_found, link, make, note, reply, starting, why,
    with_agents, with_customers,
};
use deskline::{
    desk::{
        NewItem,
        page::{Denied, Opened, Wants},
    },
    domain::{
        command::{Command, StartWith},
        conversation::{Audience, Privacy},
        id::ConversationId,
        item::{ItemKey, ItemKind},
        people::Party,
        refusal::RefusalKind,
        section::Section,
        setting::SettingKey,
    },
};

fn follow(desk: &TestDesk, by: &str, item: ItemKey, party: Party) {
    desk.desk.add_item_follower(&desk.agent(by), item, &party).unwrap();
}

fn agent(handle: &str) -> Party {
    Party::Agent(handle.into())
}

fn customer(address: &str) -> Party {
    Party::Customer(address.into())
}

fn customers_of(desk: &TestDesk, id: ConversationId) -> Vec<String> {
    desk.row(id).participants.into_iter().map(|person| person.address).collect()
}

/// R4.1: linked to one item or to none: in its tab and with the item on top, or in the messenger alone.
#[test]
fn r4_1_a_conversation_is_linked_to_one_item_or_none() {
    let desk = TestDesk::new();
    let (one, other) = (desk.ticket(), desk.ticket());
    let id = desk.arrival();
    assert_eq!(desk.thread("ana", id).row.item, None);
    desk.does("ana", id, link(one));
    assert_eq!(desk.thread("ana", id).row.item.unwrap().key, one);
    assert_eq!(desk.tab("ana", one), [id]);
    desk.does_nothing("ana", id, link(one));
    desk.does("ana", id, link(other));
    assert_eq!((desk.tab("ana", one), desk.tab("ana", other)), (vec![], vec![id]));
    desk.does("ana", id, Command::Unlink);
    assert_eq!((desk.thread("ana", id).row.item, desk.tab("ana", other)), (None, vec![]));
    desk.does_nothing("ana", id, Command::Unlink);
    assert_eq!(desk.listed("ana", Section::Open), [id]);
}

/// R4.2: started from an item it is linked to it; with a user, with a customer or by a customer it is independent.
#[test]
fn r4_2_where_it_is_started_decides_the_link() {
    let desk = TestDesk::new();
    let ticket = desk.item(ItemKind::Ticket, Some("mara@example.com"), None);
    let project = desk.item(ItemKind::Project, None, None);
    for (item, audience) in [(ticket, Audience::Customer), (ticket, Audience::Internal), (project, Audience::Internal)]
    {
        let id = desk.start_on("ana", item, audience, "Hello");
        assert_eq!(desk.thread("ana", id).row.item.unwrap().key, item);
    }
    let with_user = desk.start("ana", with_agents(&["ben"]), "Hello").conversation;
    let with_customer = desk.start("ana", with_customers(&["mara@example.com"]), "Hello").conversation;
    for id in [with_user, with_customer, desk.arrival()] {
        assert_eq!(desk.thread("ana", id).row.item, None);
    }
    let before = desk.contents();
    let nowhere = ItemKey { kind: ItemKind::Task, id: ticket.id };
    for with in
        [StartWith::Item { item: nowhere, audience: None, customers: vec![], agents: vec![] }, with_agents(&["nobody"])]
    {
        assert!(matches!(desk.desk.start(&desk.agent("ana"), &starting(with, "?")), Err(Denied::NotFound(_))));
    }
    for with in [
        with_customers(&[]),
        with_customers(&["nobody"]),
        StartWith::Item { item: project, audience: Some(Audience::Customer), customers: vec![], agents: vec![] },
    ] {
        assert!(matches!(desk.desk.start(&desk.agent("ana"), &starting(with, "?")), Err(Denied::Invalid(_))));
    }
    assert_eq!(desk.contents(), before);
}

/// R4.3: a ticket, task or article is made from a conversation, or it is linked to one; projects only by starting there.
#[test]
fn r4_3_items_are_made_from_conversations() {
    let desk = TestDesk::new();
    for kind in [ItemKind::Ticket, ItemKind::Task, ItemKind::Article] {
        let id = desk.arrival();
        let made = desk.does("ana", id, Command::CreateItem { kind, title: None }).item.unwrap();
        assert_eq!(made.key.kind, kind);
        assert_eq!(desk.tab("ana", made.key), [id]);
        let existing = desk.item(kind, None, None);
        desk.does("ana", id, link(existing));
        assert_eq!(desk.tab("ana", existing), [id]);
    }
    let id = desk.arrival();
    let project = desk.item(ItemKind::Project, None, None);
    let refused = desk.refused("ana", id, Command::CreateItem { kind: ItemKind::Project, title: None });
    assert_eq!(why(&refused), (RefusalKind::Denied, "R4.3"));
    assert_eq!(why(&desk.refused("ana", id, link(project))), (RefusalKind::Denied, "R4.3"));
    assert_eq!(why(&desk.refused("dev", id, link(desk.ticket()))), (RefusalKind::Denied, "R5.2"));
    let nothing = ItemKey { kind: ItemKind::Task, id: project.id };
    assert!(is_not_found(&desk.run("ana", id, link(nothing))));
}

/// R4.4: an item's tab has all its conversations of both audiences that the viewer may access, and its number counts those.
#[test]
fn r4_4_the_tab_lists_what_the_viewer_may_access() {
    let desk = TestDesk::with_privacy();
    let ticket = desk.ticket();
    let public = desk.arrival();
    let private = desk.private_of("ben");
    for (handle, id) in [("ana", public), ("ben", private)] {
        desk.does(handle, id, link(ticket));
    }
    let internal = desk.start_on("dev", ticket, Audience::Internal, "What now?");
    let secret = desk.start_on("ben", ticket, Audience::Internal, "What now, secretly?");
    for (handle, tab) in [
        ("olga", vec![secret, internal, private, public]),
        ("ben", vec![secret, internal, private, public]),
        ("ana", vec![internal, public]),
        ("dev", vec![internal, public]),
    ] {
        assert_eq!(desk.tab(handle, ticket), tab, "{handle}");
    }
    let answered = desk.does("cleo", internal, reply("From the tab"));
    assert!(answered.changed, "the tab has a working composer");
    assert!(
        desk.page("ana", &Wants { item: Some(deskline::domain::id::ItemId(99)), ..Wants::default() }).item.is_none()
    );
}

/// R4.5: linking adds the item's followers: agents under the privacy ceiling; a customer is shown and confirmed first and
/// sees only what comes from then on; unlinking removes what linking added and nothing else.
#[test]
fn r4_5_linking_adds_the_items_followers() {
    let desk = TestDesk::new();
    let ticket = desk.ticket();
    desk.desk.add_customer(&desk.agent("ana"), "yves@example.com", Some("Y"), Some("ACME")).unwrap();
    for party in [agent("dev"), agent("cleo"), Party::Group("Billing".into()), customer("yves@example.com")] {
        follow(&desk, "ana", ticket, party);
    }
    let id = desk.arrival();
    desk.does("cleo", id, Command::Follow);
    let asked = desk.refused("ana", id, link(ticket));
    assert_eq!(why(&asked), (RefusalKind::Confirm, "R4.5"));
    assert_eq!(asked.text, "Linking adds 1 agent and 1 customer: Y of ACME. Confirm to link it.");
    assert_eq!(asked.adds, ["Y of ACME"]);
    desk.does("ana", id, Command::Link { item: ticket, confirmed: true });
    desk.does("ana", id, reply("We look into it"));
    assert!(desk.listed("dev", Section::CustomerReplies).contains(&id));
    assert_eq!(customers_of(&desk, id), ["yves@example.com"]);
    let view = desk.desk.customer_view(&desk.agent("olga"), "yves@example.com", Some(id)).unwrap();
    let texts: Vec<_> = view.conversations[0].messages.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(texts, ["We look into it"], "only from that moment on");

    desk.does("ana", id, Command::Unlink);
    assert!(customers_of(&desk, id).is_empty());
    assert!(desk.listed("dev", Section::CustomerReplies).is_empty());
    assert_eq!(desk.listed("cleo", Section::CustomerReplies), [id], "her own choice stays");
    assert_eq!(desk.count("SELECT count(*) FROM following_group"), 0);
    let gone = desk.desk.customer_view(&desk.agent("olga"), "yves@example.com", Some(id));
    assert!(matches!(gone, Err(Denied::NotFound(_))));
}

/// R4.5: who was added by name as well as through the item stays; a replaced link takes along who follows both.
#[test]
fn r4_5_unlinking_removes_only_what_linking_added() {
    let desk = TestDesk::new();
    let (one, other) = (desk.ticket(), desk.ticket());
    for item in [one, other] {
        follow(&desk, "ana", item, customer("yves@example.com"));
    }
    for party in [customer("eve@example.com"), customer("mia@example.com"), Party::Group("Billing".into())] {
        follow(&desk, "ana", one, party);
    }
    let id = desk.arrival();
    let link = |item| Command::Link { item, confirmed: true };
    desk.does("ana", id, link(one));
    desk.does("ana", id, reply("To all three"));
    desk.does("ana", id, add_customer("eve@example.com", true));
    desk.does("ana", id, add_group("Billing"));
    desk.does("ana", id, link(other));
    assert_eq!(customers_of(&desk, id), ["yves@example.com", "eve@example.com"]);
    let view = desk.desk.customer_view(&desk.agent("olga"), "yves@example.com", Some(id)).unwrap();
    assert_eq!(view.conversations[0].messages.len(), 1, "who follows both reads on from where it joined");
    desk.does("ana", id, Command::Unlink);
    assert_eq!(customers_of(&desk, id), ["eve@example.com"]);
    assert_eq!(desk.listed("dev", Section::CustomerReplies), [id], "the group was added by name too");
}

/// R4.5, R6.9: linking a direct conversation makes it private: its history does not open to everybody who can see the item.
#[test]
fn r4_5_linking_a_direct_conversation_makes_it_private() {
    let desk = TestDesk::new();
    let ticket = desk.ticket();
    follow(&desk, "ana", ticket, agent("dev"));
    let id = desk.start("ana", with_agents(&["ben"]), "He will be let go").conversation;
    desk.does("ben", id, link(ticket));
    let row = desk.thread("ana", id).row;
    assert_eq!((row.privacy, row.item.unwrap().key), (Privacy::Private, ticket));
    for handle in ["cleo", "dev"] {
        assert!(desk.tab(handle, ticket).is_empty());
        assert_eq!(desk.open(handle, id), Opened::NotFound(id), "{handle}: following the item told nothing");
        assert!(desk.found(handle, "let go", 10).0.is_empty());
        assert_eq!(desk.bell(handle), 0);
    }
}

/// R4.5, R5.2: a customer who is let follow an item joins those of its conversations alone to which who asks may add people.
#[test]
fn r4_5_following_an_item_opens_no_conversation_of_others() {
    let desk = TestDesk::with_privacy();
    let ticket = desk.ticket();
    let (public, private, internal) =
        (desk.arrival(), desk.private_of("ben"), desk.start_on("ana", ticket, Audience::Internal, "Us"));
    for (handle, id) in [("ana", public), ("ben", private)] {
        desk.does(handle, id, link(ticket));
    }
    follow(&desk, "dev", ticket, customer("spy@example.com"));
    for id in [public, private] {
        assert!(customers_of(&desk, id).is_empty(), "dev may add nobody to #{id}");
    }
    desk.does("ben", private, reply("For Mara alone"));
    assert!(desk.outbox(private).iter().all(|(_, address)| address == "mara@example.com"));
    follow(&desk, "ana", ticket, customer("yves@example.com"));
    assert_eq!(customers_of(&desk, public), ["yves@example.com"]);
    assert!(customers_of(&desk, private).is_empty());
    assert_eq!(desk.count(&format!("SELECT count(*) FROM participant WHERE conversation_id = {internal}")), 0);
    let view = desk.desk.customer_view(&desk.agent("olga"), "yves@example.com", Some(public)).unwrap();
    assert!(view.conversations[0].messages.is_empty(), "only from that moment on");
}

/// R4.6: an item made from a public conversation takes title and description from it, one from a private or direct one no
/// text, nobody's name and not its number; an item's assignee is not the conversation's.
#[test]
fn r4_6_no_text_leaves_a_private_conversation() {
    let desk = TestDesk::with_privacy();
    let make_ticket = || Command::CreateItem { kind: ItemKind::Ticket, title: None };
    let public = desk.arrival();
    desk.does("olga", public, assign("ben"));
    let made = desk.does("ben", public, make_ticket()).item.unwrap();
    let panel = desk.panel("dev", made.key);
    assert_eq!(
        (panel.row.item.title.as_str(), panel.description.as_str()),
        ("My card is declined", "My card is declined")
    );
    assert_eq!(panel.row.requester.unwrap().address, "mara@example.com");
    assert_eq!(panel.row.assignee, None);

    desk.write_in("victor@example.com", None, "The merger is on");
    let private = desk.listed("ana", Section::Unassigned)[0];
    desk.does("olga", private, make(Privacy::Private, true));
    desk.does("olga", private, assign("ben"));
    let direct = desk.start("ana", with_agents(&["ben"]), "The merger is on").conversation;
    for id in [private, direct] {
        let made = desk.does("ben", id, make_ticket()).item.unwrap();
        let panel = desk.panel("dev", made.key);
        assert_eq!((panel.row.item.title.as_str(), panel.description.as_str()), ("Untitled ticket", ""));
        assert_eq!((panel.row.requester, panel.row.assignee, panel.total), (None, None, 0));
        assert!(!desk.waiting("dev").contains(&made.key));
        assert_eq!(desk.open("dev", id), Opened::NotFound(id));
    }
    let titled = Command::CreateItem { kind: ItemKind::Task, title: Some("Call the bank".into()) };
    assert_eq!(desk.does("ben", private, titled).item.unwrap().title, "Call the bank");
}

/// R4.7: the default audience is set for items and for projects apart, and only preselects.
#[test]
fn r4_7_the_default_audience_only_preselects() {
    let desk = TestDesk::new();
    let ticket = desk.item(ItemKind::Ticket, Some("mara@example.com"), None);
    let project = desk.item(ItemKind::Project, Some("mara@example.com"), None);
    let start = |item, audience| {
        let with = StartWith::Item { item, audience, customers: vec![], agents: vec![] };
        desk.row(desk.start("ana", with, "Hello").conversation).audience
    };
    for (items, projects) in [(Audience::Internal, Audience::Customer), (Audience::Customer, Audience::Internal)] {
        desk.set(SettingKey::ItemAudience, items.word());
        desk.set(SettingKey::ProjectAudience, projects.word());
        for (item, preselected) in [(ticket, items), (project, projects)] {
            assert_eq!(desk.panel("ana", item).default_audience, preselected);
            assert_eq!(start(item, None), preselected);
            for audience in [Audience::Customer, Audience::Internal] {
                assert_eq!(start(item, Some(audience)), audience);
            }
        }
    }
}

/// R4.8: every agent sees every item.
#[test]
fn r4_8_every_agent_sees_every_item() {
    let desk = TestDesk::new();
    let ticket = desk.item(ItemKind::Ticket, Some("mara@example.com"), None);
    let change = deskline::desk::ItemChange { assignee: Some("ben".into()), ..Default::default() };
    desk.desk.set_item(&desk.agent("olga"), ticket, &change).unwrap();
    for handle in ["olga", "ana", "dev"] {
        let row = desk.panel(handle, ticket).row;
        assert_eq!((row.item.title.as_str(), row.assignee.unwrap().address.as_str()), ("Some ticket", "ben"));
        assert_eq!(row.requester.unwrap().address, "mara@example.com");
        let items = desk.page(handle, &Wants { items: Some(String::new()), ..Wants::default() }).items.unwrap();
        assert_eq!(items.len(), 1);
        assert_eq!(desk.desk.list_items(&desk.agent(handle), None, 10).unwrap().len(), 1);
    }
}

/// R4.8: a customer's record is for owner and admins, and for agents where it was added by hand, is an item's requester, or
/// has a conversation that the agent may access.
#[test]
fn r4_8_a_customers_record_is_as_secret_as_its_conversations() {
    let desk = TestDesk::with_privacy();
    desk.set(SettingKey::NewConversationsPrivate, "on");
    let mut mail = crate::desks::inbound("victor@secret.example", None, "The merger is on");
    mail.name = Some("Victor Quiet".into());
    let id = desk.desk.receive(&mail).unwrap().conversation;
    desk.does("olga", id, assign("ben"));
    let sees = |handle: &str| {
        let viewer = desk.agent(handle);
        let listed = desk.desk.list_customers(&viewer, "victor", 10).unwrap().len();
        let picked = desk.page(handle, &Wants { customers: Some("victor".into()), ..Wants::default() });
        assert_eq!(picked.customers.unwrap().len(), listed);
        let changed =
            desk.desk.set_customer(&viewer, "victor@secret.example", &deskline::desk::CustomerChange::default());
        assert_eq!(changed.is_ok(), listed == 1);
        if let Err(denied) = changed {
            let never = desk.desk.set_customer(&viewer, "nobody@secret.example", &Default::default()).unwrap_err();
            assert_eq!(denied.to_string().replace("victor", "nobody"), never.to_string(), "as for one that never was");
        }
        listed == 1
    };
    assert_eq!(["olga", "adam", "ben", "ana", "dev"].map(sees), [true, true, true, false, false]);

    // Not through an item that he follows, nor by asking to add him somewhere.
    let ticket = desk.ticket();
    follow(&desk, "ben", ticket, customer("victor@secret.example"));
    assert_eq!(desk.panel("ben", ticket).followers, ["Victor Quiet"]);
    assert!(desk.panel("dev", ticket).followers.is_empty());
    desk.set(SettingKey::NewConversationsPrivate, "off");
    let own = desk.start("ana", with_customers(&["mara@example.com"]), "Hello").conversation;
    let asked = desk.refused("ana", own, add_customer("victor@secret.example", false));
    assert_eq!(
        (why(&asked), asked.adds.as_slice()),
        ((RefusalKind::Confirm, "R5.4"), &["victor@secret.example".to_owned()][..])
    );
    assert!(!asked.text.contains("Quiet"));

    desk.does("olga", id, make(Privacy::Public, true));
    assert!(sees("dev"));
    desk.does("olga", id, make(Privacy::Private, true));
    assert!(!sees("dev"));
    let about = NewItem {
        kind: ItemKind::Task,
        title: "Call him".into(),
        requester: Some("victor@secret.example".into()),
        project: None,
        description: String::new(),
    };
    desk.desk.add_item(&desk.agent("ben"), &about).unwrap();
    assert!(sees("dev"), "an item's requester");
    desk.write_in("hanna@example.com", None, "By hand");
    desk.desk.add_customer(&desk.agent("ben"), "zoe@example.com", None, None).unwrap();
    let known = desk.desk.list_customers(&desk.agent("dev"), "zoe", 10).unwrap();
    assert_eq!(known.len(), 1, "added by hand");
}

/// R4.8: what is imported with a private conversation makes no item that names its customer.
#[test]
fn r4_8_an_imported_item_keeps_the_secret_of_its_conversation() {
    let desk = TestDesk::new();
    let item = deskline::domain::history::PastItem {
        key: "old:1".into(),
        kind: "ticket".into(),
        title: "Old ticket".into(),
        done: false,
    };
    desk.import("old", |past| {
        past.private = true;
        past.group = None;
        past.item = Some(item);
    });
    let row = desk.desk.list_items(&desk.agent("dev"), None, 10).unwrap().remove(0);
    assert_eq!(row.requester, None);
    assert!(desk.tab("dev", row.item.key).is_empty());
    assert!(desk.desk.list_customers(&desk.agent("dev"), "mara", 10).unwrap().is_empty());
}

/// R4.5, R6.3: agents who join a private conversation through its item or a group stay outside it.
#[test]
fn r4_5_agents_join_under_the_privacy_ceiling() {
    let desk = TestDesk::with_privacy();
    let ticket = desk.ticket();
    for party in [agent("dev"), Party::Group("Billing".into())] {
        follow(&desk, "ana", ticket, party);
    }
    let id = desk.private_of("ben");
    desk.does("ben", id, link(ticket));
    desk.does("ben", id, note("@dev look"));
    desk.does("ben", id, add_agent("dev", true));
    assert_eq!(desk.open("dev", id), Opened::NotFound(id), "a place in it told nothing (R6.6)");
    assert!(is_not_found(&desk.run("dev", id, reply("Hello"))));
    assert_eq!((desk.bell("dev"), desk.listed("dev", Section::CustomerReplies)), (0, vec![]));
    assert!(desk.thread("ben", id).followers.iter().any(|it| it.person.address == "dev" && it.dormant));
    desk.does("olga", id, make(Privacy::Public, true));
    assert_eq!(desk.listed("dev", Section::CustomerReplies), [id], "it wakes");
}
