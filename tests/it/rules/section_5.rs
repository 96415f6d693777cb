//! Section 5 of the rules: rights.

use crate::desks::{
    TestDesk, add_agent, add_customer, add_group, assign, inbound, is_not_found, link, make, note, refusal, remove,
    reply, seen, starting, why, with_agents, with_customers,
};
use deskline::{
    desk::{
        AgentChange, CustomerChange, ImportOptions, NewAgent,
        page::{Denied, Opened, Wants},
    },
    domain::{
        command::{Command, Start, StartWith},
        conversation::{Audience, Privacy, State},
        item::ItemKind,
        people::{FromCustomers, Notify, Party, Role, Routing},
        refusal::RefusalKind,
        section::Section,
        setting::SettingKey,
    },
};

fn agent(handle: &str) -> Party {
    Party::Agent(handle.into())
}

/// R5.1: agents may open every public customer conversation of the team, whatever their lists show; they work only in their
/// groups'.
#[test]
fn r5_1_agents_read_the_teams_and_work_in_their_groups() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    for from_customers in FromCustomers::ALL {
        desk.change("dev", &AgentChange { from_customers: Some(*from_customers), ..AgentChange::default() });
        assert_eq!(desk.thread("dev", id).row.id, id, "{from_customers}");
    }
    let commands = [
        reply("Hello"),
        note("Hello"),
        Command::Close,
        Command::Lock,
        link(desk.ticket()),
        Command::CreateItem { kind: ItemKind::Task, title: None },
        add_agent("dev", true),
        add_customer("yves@example.com", true),
    ];
    for command in commands {
        assert_eq!(why(&desk.refused("dev", id, command)), (RefusalKind::Denied, "R5.2"));
    }
}

/// R5.2: who may reply to a customer conversation, and that following gives reading alone.
#[test]
fn r5_2_who_may_reply_to_a_customer_conversation() {
    let desk = TestDesk::new();
    let ticket = desk.ticket();
    desk.desk.follow_item(&desk.agent("dev"), ticket, true).unwrap();
    let id = desk.arrival();
    for handle in ["olga", "adam", "ana", "ben"] {
        assert!(desk.thread(handle, id).may.reply.allowed);
        desk.does(handle, id, reply("Hello"));
    }
    // By one's own choice, by mention, through an item and through a group: reading, not replying.
    let refused =
        |by: &str| assert_eq!(why(&desk.refused("dev", id, reply(by))), (RefusalKind::Denied, "R5.2"), "{by}");
    desk.does("dev", id, Command::Follow);
    refused("choice");
    desk.does("dev", id, Command::Unfollow);
    desk.does("ana", id, note("@dev?"));
    refused("mention");
    desk.does("ana", id, link(ticket));
    refused("item");
    desk.does("ana", id, add_group("Billing"));
    refused("group");
    desk.does("ana", id, add_agent("dev", false));
    desk.does("dev", id, reply("Added by name"));
    desk.does("ana", id, remove(agent("dev")));
    refused("removed");
    desk.does("olga", id, assign("dev"));
    desk.does("dev", id, reply("Assigned"));
}

/// R5.2: `reply_to_customers` is needed for replies to customers, not for notes, state or internal messages.
#[test]
fn r5_2_the_right_to_reply_to_customers() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    for handle in ["ana", "adam"] {
        desk.change(handle, &AgentChange { reply_to_customers: Some(false), ..AgentChange::default() });
        for command in [reply("Hello"), add_agent("dev", true), add_customer("yves@example.com", true)] {
            assert_eq!(why(&desk.refused(handle, id, command)), (RefusalKind::Denied, "R5.2"));
        }
        let before = desk.contents();
        let with = with_customers(&["yves@example.com"]);
        assert_eq!(why(&refusal(desk.desk.start(&desk.agent(handle), &starting(with, "Hello")))).1, "R5.2");
        assert_eq!(desk.contents(), before, "not even the customer's record");
        desk.does(handle, id, note("For us"));
        desk.does(handle, id, Command::Close);
        desk.does(handle, id, Command::Reopen);
        let internal = desk.start(handle, with_agents(&["ben"]), "Lunch?").conversation;
        desk.does(handle, internal, reply("Internal words need no right"));
    }
    let own = AgentChange { reply_to_customers: Some(true), ..AgentChange::default() };
    assert_eq!(refusal(desk.desk.set_agent(&desk.agent("ana"), "ana", &own)).rule, "R5.6");
    desk.change("ana", &own);
    desk.does("ana", id, reply("Again"));
}

/// R5.2: who may reply adds and removes people; the requester is never removed; internal: everybody with access.
#[test]
fn r5_2_who_may_reply_adds_and_removes() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    desk.does("ana", id, add_agent("dev", true));
    desk.does_nothing("ana", id, add_agent("dev", true));
    desk.does("dev", id, add_customer("yves@example.com", true));
    desk.does_nothing("dev", id, add_customer("yves@example.com", false));
    desk.does("dev", id, remove(Party::Customer("yves@example.com".into())));
    assert!(desk.row(id).participants.is_empty());
    let requester = Party::Customer("mara@example.com".into());
    assert_eq!(why(&desk.refused("olga", id, remove(requester))), (RefusalKind::Denied, "R5.2"));
    desk.switch_off("cleo");
    assert_eq!(why(&desk.refused("ana", id, add_agent("cleo", true))), (RefusalKind::Denied, "R5.2"));
    assert!(is_not_found(&desk.run("ana", id, add_agent("nobody", true))));
    assert!(is_not_found(&desk.run("ana", id, add_group("Nowhere"))));

    let internal = desk.start_on("ana", desk.ticket(), Audience::Internal, "What now?");
    desk.does("dev", internal, reply("Anybody with access"));
    desk.does("dev", internal, add_agent("ben", true));
    assert_eq!(why(&desk.refused("dev", internal, remove(agent("ana")))).1, "R6.9", "the starter stays");
}

/// R5.3: a group member's reply takes an unassigned conversation; the loser of a race is held and told who has it.
#[test]
fn r5_3_a_reply_takes_an_unassigned_conversation() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let shown = desk.thread("ben", id).last_seq;
    let done = desk.does("ana", id, seen("I have it", shown));
    assert_eq!(done.row.unwrap().assignee.unwrap().address, "ana", "in the same transaction");
    assert_eq!(desk.listed("ana", Section::Live), [id]);
    let Err(Denied::Stale { unseen }) = desk.run("ben", id, seen("I have it", shown)) else {
        panic!("the loser is held");
    };
    assert!(unseen.iter().any(|entry| entry.text == "Ana Ruiz took this conversation by replying."));
    desk.does("ben", id, seen("Then I help", desk.thread("ben", id).last_seq));
    assert_eq!(desk.row(id).assignee.unwrap().address, "ana", "an assigned one is not taken");

    // Owner, admins and agents outside the group do not take it, nor does a note.
    let id = desk.arrival();
    desk.does("ana", id, add_agent("dev", true));
    for (handle, command) in [("olga", reply("1")), ("adam", reply("2")), ("dev", reply("3")), ("ana", note("4"))] {
        desk.does(handle, id, command);
        assert_eq!(desk.row(id).assignee, None, "{handle}");
    }
    let nowhere = desk.start("olga", with_customers(&["mara@example.com"]), "Hello").conversation;
    desk.does("olga", nowhere, add_agent("ana", true));
    desk.does("ana", nowhere, reply("In no group"));
    assert_eq!(desk.row(nowhere).assignee, None);
}

/// R5.3: where it was private, the loser is told only that it is restricted now, and keeps the draft.
#[test]
fn r5_3_the_loser_of_a_private_one_learns_nothing() {
    let desk = TestDesk::with_privacy();
    desk.set(SettingKey::NewConversationsPrivate, "on");
    let id = desk.arrival();
    let shown = desk.thread("ben", id).last_seq;
    let place = deskline::desk::page::DraftPlace::Conversation(id);
    let keep = |text: &str| desk.desk.save_draft(&desk.agent("ben"), &place, deskline::desk::page::Mode::Reply, text);
    keep("I have it").unwrap();
    desk.does("ana", id, seen("I have it", shown));
    let refused = desk.refused("ben", id, seen("I have it", shown));
    assert_eq!(why(&refused), (RefusalKind::Restricted, "R6.6"));
    assert_eq!(refused.text, "This conversation is private. Ask an administrator.");
    let kept = Wants { draft: Some(place.clone()), ..Wants::default() };
    assert_eq!(desk.page("ben", &kept).draft.unwrap().text, "I have it");
    keep("Written while it was restricted").unwrap();
    desk.does("olga", id, make(Privacy::Public, true));
    assert_eq!(desk.thread("ben", id).drafts[0].text, "Written while it was restricted");
}

/// R5.4: who assigns, and to whom.
#[test]
fn r5_4_who_assigns_and_to_whom() {
    let desk = TestDesk::new();
    // Who, unassigned or assigned to Ben, to whom: allowed?
    let table = [
        ("olga", None, "dev", true),
        ("adam", Some("ben"), "olga", true),
        ("ana", None, "ana", true),
        ("ana", None, "cleo", true),
        ("ana", None, "dev", false),
        ("ana", None, "olga", false),
        ("ana", Some("ben"), "ana", false),
        ("ben", Some("ben"), "cleo", true),
        ("ben", Some("ben"), "dev", false),
        ("dev", None, "dev", false),
        ("dev", Some("ben"), "dev", false),
    ];
    for (who, assignee, to, allowed) in table {
        let id = desk.arrival();
        if let Some(assignee) = assignee {
            desk.does("olga", id, assign(assignee));
        }
        if allowed {
            desk.does(who, id, assign(to));
            assert_eq!(desk.row(id).assignee.unwrap().address, to);
            desk.does_nothing("olga", id, assign(to));
        } else {
            assert_eq!(why(&desk.refused(who, id, assign(to))), (RefusalKind::Denied, "R5.4"), "{who} to {to}");
        }
        let may = desk.thread(who, id).may;
        if !allowed && who == "dev" {
            assert_eq!((may.assign.rule, may.forward.rule, may.take.rule), (Some("R5.4"), Some("R5.4"), Some("R5.4")));
        }
    }
    // Added by name or following gives no right to assign.
    let id = desk.arrival();
    desk.does("ana", id, add_agent("dev", true));
    assert_eq!(desk.refused("dev", id, assign("dev")).rule, "R5.4");
    desk.switch_off("cleo");
    assert_eq!(desk.refused("olga", id, assign("cleo")).rule, "R5.4");
    assert!(is_not_found(&desk.run("olga", id, assign("nobody"))));
    let internal = desk.start_on("ana", desk.ticket(), Audience::Internal, "?");
    assert_eq!(desk.refused("olga", internal, assign("ana")).rule, "R5.4");
}

/// R5.4: releasing and forwarding; whatever lets more people read says beforehand who, and is confirmed.
#[test]
fn r5_4_what_widens_is_confirmed() {
    let desk = TestDesk::with_privacy();
    let forward = |group: &str, confirmed| Command::Forward { group: group.into(), confirmed };
    let public = desk.arrival();
    desk.does("ana", public, assign("ana"));
    assert_eq!(why(&desk.refused("ben", public, Command::Release { confirmed: true })).1, "R5.4");
    desk.does("ana", public, Command::Release { confirmed: false });
    assert_eq!(desk.row(public).assignee, None, "nobody more reads a public one");
    desk.does("ben", public, forward("Billing", false));
    assert_eq!(desk.listed("dev", Section::Unassigned), [public]);
    assert_eq!(why(&desk.refused("ben", public, forward("Support", true))).1, "R5.4", "it is Billing's now");
    desk.does_nothing("dev", public, forward("Billing", false));
    assert!(is_not_found(&desk.run("dev", public, forward("Nowhere", true))));

    let private = desk.private_of("ana");
    let asked = desk.refused("ana", private, Command::Release { confirmed: false });
    assert_eq!(
        (why(&asked), asked.readers.as_slice()),
        ((RefusalKind::Confirm, "R5.4"), ["ben", "cleo"].map(String::from).as_slice())
    );
    let asked = desk.refused("ana", private, forward("Billing", false));
    assert_eq!((why(&asked), asked.readers), ((RefusalKind::Confirm, "R5.4"), vec!["dev".to_owned()]));
    let done = desk.does("ana", private, forward("Billing", true));
    assert_eq!(done.row, None, "the act took her own access away");
    assert_eq!(desk.open("ana", private), Opened::Restricted(private));
    assert_eq!(desk.listed("dev", Section::Unassigned), [private, public]);
    desk.does("dev", private, assign("dev"));
    desk.does("dev", private, Command::Release { confirmed: false });
    assert_eq!(desk.listed("dev", Section::Unassigned), [private, public], "nobody else is in Billing");

    let direct = desk.start("ana", with_agents(&["ben"]), "Lunch?").conversation;
    let asked = desk.refused("ana", direct, add_agent("cleo", false));
    assert_eq!((why(&asked), asked.readers), ((RefusalKind::Confirm, "R5.4"), vec!["cleo".to_owned()]));
    desk.does("ana", direct, add_agent("cleo", true));
    assert_eq!(desk.thread("cleo", direct).entries.len(), 2);
    let asked = desk.refused("olga", private, add_customer("yves@example.com", false));
    assert_eq!((why(&asked), asked.adds), ((RefusalKind::Confirm, "R5.4"), vec!["yves@example.com".to_owned()]));
}

/// R5.5: a refusal is a sentence with what would help, and reveals nothing the viewer may not know.
#[test]
fn r5_5_refusals_help_and_reveal_nothing() {
    let desk = TestDesk::with_privacy();
    let id = desk.private_of("ben");
    desk.does("olga", id, Command::Close);
    desk.does("olga", id, Command::Lock);
    let never = deskline::domain::id::ConversationId(9_999);
    let commands = [
        reply("x"),
        note("x"),
        Command::Close,
        Command::Unlock,
        assign("dev"),
        Command::Release { confirmed: false },
        Command::Forward { group: "Billing".into(), confirmed: false },
        Command::Follow,
        Command::Unfollow,
        add_agent("dev", false),
        link(desk.ticket()),
        Command::Unlink,
        Command::CreateItem { kind: ItemKind::Task, title: None },
        make(Privacy::Public, false),
        Command::MarkRead(None),
        Command::MarkUnread,
        reply(""),
        assign("nobody"),
    ];
    for command in commands {
        let hidden = desk.run("dev", id, command.clone()).unwrap_err().to_string();
        let nothing = desk.run("dev", never, command.clone()).unwrap_err().to_string();
        assert_eq!(hidden.replace(&id.to_string(), "9999"), nothing, "{command:?}");
        let restricted = desk.refused("cleo", id, command.clone());
        assert_eq!(restricted.text, "This conversation is private. Ask an administrator.", "{command:?}");
        assert!(restricted.readers.is_empty() && restricted.adds.is_empty());
    }
    let public = desk.arrival();
    for (handle, command) in [
        ("dev", reply("x")),
        ("dev", assign("dev")),
        ("ana", make(Privacy::Private, true)),
        ("ana", Command::Lock),
        ("olga", add_customer("yves@example.com", false)),
    ] {
        let text = desk.refused(handle, public, command).text;
        let sentences = text.matches(['.', ':']).count();
        assert!(text.ends_with('.') && sentences >= 2, "a reason and what would help: {text}");
    }
}

/// R5.6: administration is for owner and admins; making owners is for owners; the last active owner stays one.
#[test]
fn r5_6_administration() {
    let desk = TestDesk::new();
    desk.write_in("mara@example.com", None, "Hello");
    let as_agent = |viewer: deskline::desk::page::Viewer| -> Vec<Result<(), Denied>> {
        let desk = &desk.desk;
        let new = NewAgent { handle: "eve".into(), name: "Eve".into(), role: Role::Agent, groups: vec![] };
        let blocked = CustomerChange { blocked: Some(true), ..CustomerChange::default() };
        let off = AgentChange { ready: Some(false), ..AgentChange::default() };
        let folder = tempfile::tempdir().unwrap();
        vec![
            desk.add_agent(&viewer, &new).map(drop),
            desk.set_agent(&viewer, "ben", &off).map(drop),
            desk.add_group(&viewer, "Sales", Routing::Democracy).map(drop),
            desk.set_group(&viewer, "Support", Routing::Democracy).map(drop),
            desk.join_group(&viewer, "Billing", "ana").map(drop),
            desk.leave_group(&viewer, "Support", "ben").map(drop),
            desk.set_customer(&viewer, "mara@example.com", &blocked).map(drop),
            desk.save_settings(&viewer, &[(SettingKey::TeamName, "Us".into())]).map(drop),
            desk.settings(&viewer).map(drop),
            desk.import(&viewer, &[], &ImportOptions::default()).map(drop),
            desk.backup(&viewer, &folder.path().join("copy.db"), &mut |_, _| true),
            desk.audit(&viewer, None, 10).map(drop),
            desk.customer_view(&viewer, "mara@example.com", None).map(drop),
        ]
    };
    let before = desk.contents();
    for (place, outcome) in as_agent(desk.agent("ana")).into_iter().enumerate() {
        assert_eq!(why(&refusal(outcome)), (RefusalKind::Denied, "R5.6"), "number {place}");
    }
    let page = desk.page("ana", &Wants { settings: true, audit: Some(10), ..Wants::default() });
    assert!(page.settings.is_none() && page.audit.is_none());
    assert_eq!(desk.contents(), before);
    for (place, outcome) in as_agent(desk.agent("adam")).into_iter().enumerate() {
        assert!(outcome.is_ok(), "number {place}: {outcome:?}");
    }
}

/// R5.6: owners are made and changed by owners, and one active owner stays.
#[test]
fn r5_6_the_last_active_owner_stays() {
    let desk = TestDesk::new();
    let role = |role| AgentChange { role: Some(role), ..AgentChange::default() };
    let off = AgentChange { active: Some(false), ..AgentChange::default() };
    let set =
        |by: &str, handle: &str, change: &AgentChange| desk.desk.set_agent(&desk.agent(by), handle, change).map(drop);
    let before = desk.contents();
    let new = NewAgent { handle: "eve".into(), name: "Eve".into(), role: Role::Owner, groups: vec![] };
    let outcomes = [
        desk.desk.add_agent(&desk.agent("adam"), &new).map(drop),
        set("adam", "ana", &role(Role::Owner)),
        set("adam", "adam", &role(Role::Owner)),
        set("adam", "olga", &role(Role::Agent)),
        set("adam", "olga", &off),
        set("olga", "olga", &role(Role::Admin)),
        set("olga", "olga", &off),
        set("ana", "ana", &role(Role::Admin)),
        set("ana", "ana", &off),
    ];
    for outcome in outcomes {
        assert_eq!(why(&refusal(outcome)), (RefusalKind::Denied, "R5.6"));
    }
    assert_eq!(desk.contents(), before);
    set("olga", "adam", &role(Role::Owner)).unwrap();
    set("adam", "olga", &off).unwrap();
    assert_eq!(refusal(set("adam", "adam", &role(Role::Agent))).rule, "R5.6", "the last *active* one");
    assert!(desk.desk.admit(Some("olga")).is_err());
    set("adam", "olga", &AgentChange { active: Some(true), ..AgentChange::default() }).unwrap();
}

/// R5.6: name, readiness and notifications are the agent's own too, and nothing else is.
#[test]
fn r5_6_what_is_an_agents_own() {
    let desk = TestDesk::new();
    let own = AgentChange {
        name: Some("Ana R.".into()),
        public_name: Some("Ana".into()),
        ready: Some(false),
        notify_customers: Some(Notify::All),
        notify_internal: Some(Notify::None),
        bell: Some(false),
        ..AgentChange::default()
    };
    let row = desk.desk.set_agent(&desk.agent("ana"), "ana", &own).unwrap().agent;
    assert_eq!((row.name.as_str(), row.ready, row.notify_customers, row.bell), ("Ana R.", false, Notify::All, false));
    assert_eq!(refusal(desk.desk.set_agent(&desk.agent("ana"), "ben", &own)).rule, "R5.6");
    let mixed = AgentChange { role: Some(Role::Admin), ..own };
    assert_eq!(refusal(desk.desk.set_agent(&desk.agent("ana"), "ana", &mixed)).rule, "R5.6");
    assert_eq!(desk.page("ana", &Wants::default()).me.role, Role::Agent);

    // Whoever is switched off does nothing any more, in a session that is open too.
    let session = desk.agent("ben");
    let id = desk.arrival();
    desk.switch_off("ben");
    let before = desk.contents();
    assert_eq!(refusal(desk.desk.read(&session, &Wants::default()).map(drop)).rule, "R5.6");
    assert_eq!(refusal(desk.desk.run(&session, id, reply("Still here"))).rule, "R5.6");
    assert_eq!(refusal(desk.desk.export(&session, &mut |_, _, _| true)).rule, "R5.6");
    assert_eq!(desk.contents(), before);
}

/// R5.7: a customer conversation started by an agent is assigned to its starter, by owner and admins unassigned; in the group
/// given, else the starter's only group, else none.
#[test]
fn r5_7_group_and_assignee_of_a_started_conversation() {
    let desk = TestDesk::new();
    desk.desk.join_group(&desk.agent("olga"), "Billing", "ben").unwrap();
    desk.desk.join_group(&desk.agent("olga"), "Support", "adam").unwrap();
    let table = [
        ("ana", None, Some("Support"), Some("ana")),
        ("ana", Some("Billing"), Some("Billing"), Some("ana")),
        ("ben", None, None, Some("ben")),
        ("adam", None, Some("Support"), None),
        ("olga", None, None, None),
        ("olga", Some("Billing"), Some("Billing"), None),
    ];
    for (handle, given, group, assignee) in table {
        let start =
            Start { group: given.map(str::to_owned), ..starting(with_customers(&["mara@example.com"]), "Hello") };
        desk.later(1);
        let id = desk.desk.start(&desk.agent(handle), &start).unwrap().conversation;
        let row = desk.row(id);
        assert_eq!(row.group.as_deref(), group, "{handle}");
        assert_eq!(row.assignee.map(|person| person.address).as_deref(), assignee, "{handle}");
        assert_eq!(row.state, State::Open);
    }
    let before = desk.contents();
    let bad = Start { group: Some("Nowhere".into()), ..starting(with_customers(&["x@example.com"]), "Hello") };
    assert!(matches!(desk.desk.start(&desk.agent("ana"), &bad), Err(Denied::NotFound(_))));
    let with = StartWith::Agents(vec!["ben".into()]);
    let internal = Start { group: Some("Support".into()), ..starting(with, "Hello") };
    assert!(matches!(desk.desk.start(&desk.agent("ana"), &internal), Err(Denied::Invalid(_))));
    assert_eq!(desk.contents(), before);
    assert!(desk.desk.receive(&inbound("x@example.com", None, "Hello")).is_ok());
}
