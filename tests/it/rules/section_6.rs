//! Section 6 of the rules: private conversations.

use crate::desks::{
    TestDesk, add_agent, add_customer, add_group, assign, is_not_found, is_restricted, link, make, note, refusal,
    remove, reply, why, with_agents, with_customers,
};
use deskline::{
    desk::page::{Denied, Opened, Wants},
    domain::{
        command::Command,
        conversation::{Audience, Privacy},
        id::ConversationId,
        people::{Party, Role},
        refusal::RefusalKind,
        section::Section,
        setting::SettingKey,
    },
};

/// Who of the team is active and can open it, by handle.
fn readers(desk: &TestDesk, id: ConversationId) -> Vec<&'static str> {
    let team = ["olga", "adam", "ana", "ben", "cleo", "dev"].into_iter();
    let active = team.filter(|handle| desk.desk.admit(Some(handle)).is_ok());
    active.filter(|handle| matches!(desk.open(handle, id), Opened::Thread(_))).collect()
}

/// That a conversation is nowhere on an agent's screen: no list, no number, no hit, no tab, no export.
fn nowhere(desk: &TestDesk, handle: &str, id: ConversationId) {
    for section in Section::ALL {
        assert!(!desk.listed(handle, *section).contains(&id), "{handle} finds it in {section}");
    }
    for query in ["card".to_owned(), format!("#{id}"), "is:private".to_owned(), "is:open".to_owned()] {
        assert!(!desk.found(handle, &query, 100).0.contains(&id), "{handle} finds it by {query}");
    }
    let mut out = Vec::new();
    desk.desk
        .export(&desk.agent(handle), &mut |past, _, _| {
            out.push(past.key);
            true
        })
        .unwrap();
    assert!(!out.iter().any(|key| key.ends_with(&format!(":{id}"))), "{handle} exports it");
    assert!(desk.notices(handle).iter().all(|notice| notice.conversation != Some(id) || notice.text.is_none()));
}

/// R6.1: two settings, off at first, saved together or not at all; they affect the future only.
#[test]
fn r6_1_the_two_settings_affect_the_future_only() {
    let desk = TestDesk::new();
    let settings = || desk.desk.settings(&desk.agent("olga")).unwrap();
    assert!(!settings().private_conversations && !settings().new_conversations_private);
    let old = desk.arrival();
    assert_eq!(why(&desk.refused("olga", old, make(Privacy::Private, true))), (RefusalKind::Denied, "R6.1"));

    let off = |desk: &TestDesk| desk.row(desk.arrival()).privacy;
    desk.set(SettingKey::NewConversationsPrivate, "on");
    assert_eq!(off(&desk), Privacy::Public, "no effect while the first is off");
    desk.set(SettingKey::PrivateConversations, "on");
    assert_eq!(desk.row(old).privacy, Privacy::Public);

    // Every customer conversation from now on, by whomever: a customer, an agent, on an item, imported; never internal ones.
    let ticket = desk.ticket();
    assert_eq!(off(&desk), Privacy::Private);
    let started = desk.start("ana", with_customers(&["mara@example.com"]), "Hello").conversation;
    assert_eq!(desk.row(started).privacy, Privacy::Private);
    desk.does("ana", started, link(ticket));
    desk.import("old", |past| past.subject = "Imported".into());
    assert_eq!(desk.rows("olga", Section::Closed)[0].privacy, Privacy::Private);
    let internal = desk.start_on("dev", ticket, Audience::Internal, "Us");
    assert_eq!(desk.row(internal).privacy, Privacy::Public);
    let direct = desk.start("ana", with_agents(&["olga"]), "Lunch?").conversation;
    assert_eq!(desk.row(direct).privacy, Privacy::Public);

    desk.does("olga", old, make(Privacy::Private, true));
    desk.set(SettingKey::PrivateConversations, "off");
    desk.does("olga", old, make(Privacy::Public, true));
    let before = desk.contents();
    let both = [
        (SettingKey::PrivateConversations, "on".to_owned()),
        (SettingKey::NewConversationsPrivate, "perhaps".to_owned()),
    ];
    assert!(matches!(desk.desk.save_settings(&desk.agent("olga"), &both), Err(Denied::Invalid(_))));
    assert_eq!(desk.contents(), before, "all or none");
    assert_eq!(refusal(desk.desk.save_settings(&desk.agent("ana"), &both)).rule, "R5.6");
}

/// R6.2: owner, admins and assignee, and nobody else: neither following nor a mention nor having taken part grants access.
#[test]
fn r6_2_the_list_is_closed() {
    let desk = TestDesk::with_privacy();
    let ticket = desk.ticket();
    desk.desk.follow_item(&desk.agent("cleo"), ticket, true).unwrap();
    let id = desk.arrival();
    desk.does("ana", id, reply("I took part"));
    desk.does("ana", id, link(ticket));
    desk.does("cleo", id, Command::Follow);
    desk.does("ana", id, add_agent("dev", true));
    desk.does("ana", id, add_group("Support"));
    desk.does("ana", id, note("@cleo @dev @ana"));
    desk.does("olga", id, make(Privacy::Private, true));
    desk.does("olga", id, assign("ben"));
    assert_eq!(readers(&desk, id), ["olga", "adam", "ben"]);
    for handle in ["ana", "cleo", "dev"] {
        nowhere(&desk, handle, id);
        assert!(desk.tab(handle, ticket).is_empty());
        assert!(is_restricted(&desk.run(handle, id, reply("Me too"))));
    }
    desk.does("ben", id, note("@ana do you know?"));
    desk.does("ben", id, add_agent("ana", true));
    assert_eq!(readers(&desk, id), ["olga", "adam", "ben"], "not even adding by name");
    // An assignee of no group of it reads; who stops being admin does not.
    desk.does("olga", id, assign("dev"));
    assert_eq!(readers(&desk, id), ["olga", "adam", "dev"]);
    let demoted = deskline::desk::AgentChange { role: Some(Role::Agent), ..Default::default() };
    desk.change("adam", &demoted);
    assert_eq!(readers(&desk, id), ["olga", "dev"]);
}

/// R6.3: a follower without access is dormant and wakes when access comes back.
#[test]
fn r6_3_a_follower_without_access_is_dormant() {
    let desk = TestDesk::with_privacy();
    let id = desk.private_of("ben");
    desk.does("olga", id, make(Privacy::Public, true));
    desk.does("cleo", id, Command::Follow);
    desk.does("ana", id, Command::MarkRead(None));
    desk.does("cleo", id, Command::MarkRead(None));
    desk.write_in("mara@example.com", Some(id), "My card is still declined");
    let notices =
        || desk.notices("cleo").into_iter().filter(|it| it.conversation == Some(id) && !it.read).collect::<Vec<_>>();
    assert_eq!((desk.bell("cleo"), notices().len()), (1, 1));

    desk.does("olga", id, make(Privacy::Private, true));
    desk.write_in("mara@example.com", Some(id), "My card is declined again");
    nowhere(&desk, "cleo", id);
    assert_eq!(desk.bell("cleo"), 0, "it leaves the number");
    assert_eq!(notices().len(), 1, "what was delivered stays, and there is no new one");
    assert!(notices().iter().all(|notice| notice.text.is_none() && notice.at.is_none()), "without its text");
    assert!(desk.thread("ben", id).followers.iter().any(|it| it.person.address == "cleo" && it.dormant));
    assert_eq!(desk.thread("ben", id).reply_to.agents, 0, "no mail for her either");
    desk.does("olga", id, make(Privacy::Public, true));
    assert_eq!(desk.bell("cleo"), 1);
    assert_eq!(desk.listed("cleo", Section::CustomerReplies), [id]);
    desk.write_in("mara@example.com", Some(id), "Hello?");
    assert!(notices().iter().all(|notice| notice.text.is_some()));
}

/// R6.4: private and unassigned, it is its group's; assigned to one of them, it is gone for the others at once.
#[test]
fn r6_4_private_and_unassigned_is_the_groups() {
    let desk = TestDesk::with_privacy();
    desk.set(SettingKey::NewConversationsPrivate, "on");
    let id = desk.arrival();
    assert_eq!(readers(&desk, id), ["olga", "adam", "ana", "ben", "cleo"]);
    desk.does("ana", id, assign("ben"));
    assert_eq!(readers(&desk, id), ["olga", "adam", "ben"]);
    for handle in ["ana", "cleo", "dev"] {
        nowhere(&desk, handle, id);
    }
    let taken = desk.arrival();
    desk.does("cleo", taken, assign("cleo"));
    assert_eq!(readers(&desk, taken), ["olga", "adam", "cleo"]);
    // Joining or leaving the group counts at once.
    let waiting = desk.arrival();
    desk.desk.leave_group(&desk.agent("olga"), "Support", "ana").unwrap();
    desk.desk.join_group(&desk.agent("olga"), "Support", "dev").unwrap();
    assert_eq!(readers(&desk, waiting), ["olga", "adam", "ben", "cleo", "dev"]);
}

/// R6.5: only owner and admins change privacy, in either direction; publishing says beforehand what and to how many.
#[test]
fn r6_5_only_owner_and_admins_change_privacy() {
    let desk = TestDesk::with_privacy();
    let id = desk.arrival();
    desk.does("ana", id, reply("Hello"));
    for handle in ["ana", "ben", "dev"] {
        assert_eq!(why(&desk.refused(handle, id, make(Privacy::Private, true))), (RefusalKind::Denied, "R6.5"));
        assert_eq!(desk.thread(handle, id).may.set_privacy.rule, Some("R6.5"));
    }
    desk.does("adam", id, make(Privacy::Private, false));
    desk.does_nothing("adam", id, make(Privacy::Private, false));
    assert_eq!(
        why(&desk.refused("ana", id, make(Privacy::Public, true))),
        (RefusalKind::Denied, "R6.5"),
        "the assignee"
    );
    for words in ["One", "Two"] {
        desk.does("ana", id, note(words));
    }
    let asked = desk.refused("adam", id, make(Privacy::Public, false));
    assert_eq!(why(&asked), (RefusalKind::Confirm, "R6.5"));
    assert_eq!(asked.readers, ["ben", "cleo", "dev"]);
    assert!(asked.text.starts_with("2 messages and 2 notes become readable by 3 more agents."), "{}", asked.text);
    desk.does("adam", id, make(Privacy::Public, true));
    assert_eq!(readers(&desk, id).len(), 6);
}

/// R6.6: who was told and lost access gets the restricted screen and not a word; everybody else, and every customer, gets
/// "not found", as for a number that never was.
#[test]
fn r6_6_restricted_or_not_found() {
    let desk = TestDesk::with_privacy();
    let ticket = desk.ticket();
    desk.desk.follow_item(&desk.agent("dev"), ticket, true).unwrap();
    let id = desk.private_of("ben");
    desk.does("ben", id, link(ticket));
    desk.does("ben", id, add_group("Billing"));
    desk.does("ben", id, add_agent("dev", true));
    assert_eq!(desk.open("ana", id), Opened::Restricted(id), "rung when it came");
    assert_eq!(desk.refused("ana", id, reply("x")).text, "This conversation is private. Ask an administrator.");
    // A place in it through item, group or name is no telling while there was never access.
    assert_eq!(desk.open("dev", id), Opened::NotFound(id));
    let Err(Denied::NotFound(hidden)) = desk.run("dev", id, reply("x")) else { panic!("not found") };
    let Err(Denied::NotFound(never)) = desk.run("dev", ConversationId(9_999), reply("x")) else { panic!("not found") };
    assert_eq!(hidden.replace(&id.to_string(), "9999"), never);
    for address in ["eve@example.com", "mara@example.com"] {
        desk.write_in(address, None, "Hello");
        let viewed = desk.desk.customer_view(&desk.agent("olga"), address, Some(id));
        assert_eq!(viewed.is_ok(), address.starts_with("mara"), "{address}");
    }
}

/// R6.6: every way of having been told: a notice, having read it, having done something in it, having been assigned.
#[test]
fn r6_6_who_was_told() {
    let silent = deskline::desk::AgentChange {
        notify_customers: Some(deskline::domain::people::Notify::None),
        ..Default::default()
    };
    type Telling = fn(&TestDesk, ConversationId);
    let ways: [(&str, Telling); 5] = [
        ("read", |desk, id| drop(desk.does("dev", id, Command::MarkRead(None)))),
        ("follow", |desk, id| drop(desk.does("dev", id, Command::Follow))),
        ("assigned", |desk, id| drop(desk.does("olga", id, assign("dev")))),
        ("wrote", |desk, id| {
            desk.does("ana", id, add_agent("dev", true));
            desk.does("dev", id, note("Hm"));
            desk.does("ana", id, remove(Party::Agent("dev".into())));
        }),
        ("nothing", |_, _| ()),
    ];
    for (way, tell) in ways {
        let desk = TestDesk::with_privacy();
        desk.change("dev", &silent);
        let id = desk.arrival();
        tell(&desk, id);
        desk.does("olga", id, make(Privacy::Private, true));
        desk.does("olga", id, assign("ben"));
        let opened = if way == "nothing" { Opened::NotFound(id) } else { Opened::Restricted(id) };
        assert_eq!(desk.open("dev", id), opened, "{way}");
    }
}

/// R6.6: a search does not go on for the sake of what is hidden: with and without it the answers are the same.
#[test]
fn r6_6_a_search_is_the_same_with_and_without_what_is_hidden() {
    let answers = |hidden: bool| {
        let desk = TestDesk::with_privacy();
        if hidden {
            desk.private_of("ben");
        } else {
            desk.later(3);
        }
        desk.write_in("yves@example.com", None, "My card is fine");
        let (found, older) = desk.found("dev", "card", 1);
        (found.len(), older)
    };
    assert_eq!(answers(true), (1, false));
    assert_eq!(answers(false), (1, false));
}

/// R6.7: notices store kind and conversation; the text is made when shown, through the access check.
#[test]
fn r6_7_notices_hold_no_text() {
    let desk = TestDesk::with_privacy();
    let id = desk.arrival();
    let file = rusqlite::Connection::open(desk.file()).unwrap();
    let mut columns = file.prepare("SELECT name FROM pragma_table_info('notice') ORDER BY name").unwrap();
    let columns: Vec<String> = columns.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(columns, ["agent_id", "at", "cleared", "conversation_id", "id", "kind"]);
    let text = || desk.notices("ana")[0].text.clone();
    assert_eq!(text().unwrap(), "New conversation with mara: My card is declined");
    let renamed = deskline::desk::CustomerChange { name: Some("Mara Lindt".into()), ..Default::default() };
    desk.desk.set_customer(&desk.agent("ana"), "mara@example.com", &renamed).unwrap();
    assert_eq!(text().unwrap(), "New conversation with Mara Lindt: My card is declined", "made when shown");
    desk.does("olga", id, make(Privacy::Private, true));
    desk.does("olga", id, assign("ben"));
    assert_eq!(text(), None);
    desk.does("olga", id, assign("ana"));
    assert!(desk.notices("ana").iter().all(|notice| notice.text.is_some()));
}

/// R6.8: a deactivated assignee's private conversations need reassignment, open public ones go back to Unassigned; private,
/// unassigned and in no group: owner and admins only.
#[test]
fn r6_8_needs_reassignment() {
    let desk = TestDesk::with_privacy();
    let (private, public, closed) = (desk.private_of("ben"), desk.arrival(), desk.private_of("ben"));
    desk.does("olga", public, assign("ben"));
    desk.does("ben", closed, Command::Close);
    desk.switch_off("ben");
    assert_eq!(desk.row(private).privacy, Privacy::Private);
    assert_eq!(readers(&desk, private), ["olga", "adam"]);
    assert_eq!(desk.listed("adam", Section::NeedsReassignment), [private]);
    assert_eq!(desk.numbers("adam", Section::NeedsReassignment).map(|(_, total)| total), Some(1));
    assert_eq!(desk.numbers("ana", Section::NeedsReassignment), None);
    assert_eq!(desk.listed("ana", Section::Unassigned), [public]);
    for handle in ["ana", "cleo", "dev"] {
        nowhere(&desk, handle, private);
        nowhere(&desk, handle, closed);
    }
    desk.does("adam", closed, Command::Reopen);
    assert_eq!(desk.listed("adam", Section::NeedsReassignment), [closed, private]);
    desk.does("adam", private, assign("cleo"));
    assert_eq!(desk.listed("adam", Section::NeedsReassignment), [closed]);
    let on = deskline::desk::AgentChange { active: Some(true), ..Default::default() };
    desk.change("ben", &on);
    assert!(desk.listed("adam", Section::NeedsReassignment).is_empty());
    assert_eq!(desk.listed("ben", Section::Live), [closed]);
    desk.switch_off("ben");
    desk.does("adam", closed, make(Privacy::Public, true));
    assert_eq!(desk.row(closed).assignee, None);
    assert!(desk.listed("adam", Section::NeedsReassignment).is_empty());

    let nowhere_at_all = desk.start("olga", with_customers(&["mara@example.com"]), "Hello").conversation;
    desk.does("olga", nowhere_at_all, make(Privacy::Private, true));
    assert_eq!(readers(&desk, nowhere_at_all), ["olga", "adam"]);
}

/// R6.9: an internal conversation can be private: added by name, starter, owner and admins; started by somebody who can see a
/// private customer conversation on that item, it starts private.
#[test]
fn r6_9_internal_conversations_can_be_private() {
    let desk = TestDesk::with_privacy();
    let ticket = desk.ticket();
    desk.desk.follow_item(&desk.agent("cleo"), ticket, true).unwrap();
    let id = desk.start_on("ana", ticket, Audience::Internal, "My card joke");
    desk.does("dev", id, reply("I take part"));
    assert_eq!(readers(&desk, id).len(), 6);
    desk.does("olga", id, make(Privacy::Private, true));
    assert_eq!(readers(&desk, id), ["olga", "adam", "ana"]);
    for handle in ["cleo", "dev"] {
        nowhere(&desk, handle, id);
        assert!(desk.tab(handle, ticket).is_empty());
    }
    desk.does("ana", id, add_agent("ben", true));
    assert_eq!(readers(&desk, id), ["olga", "adam", "ana", "ben"]);
    assert_eq!(desk.listed("ben", Section::InternalInbox), [id]);
    desk.does("ana", id, remove(Party::Agent("ben".into())));
    assert_eq!(desk.open("ben", id), Opened::Restricted(id));

    let private = desk.private_of("ben");
    desk.does("ben", private, link(ticket));
    let secret = desk.start_on("ben", ticket, Audience::Internal, "About the private one");
    assert_eq!(desk.row(secret).privacy, Privacy::Private);
    let open = desk.start_on("dev", ticket, Audience::Internal, "About nothing");
    assert_eq!(desk.row(open).privacy, Privacy::Public, "who cannot see it gives nothing away, not even by this");
}

/// R6.10: switching the feature off publishes nothing.
#[test]
fn r6_10_switching_off_publishes_nothing() {
    let desk = TestDesk::with_privacy();
    let id = desk.private_of("ben");
    desk.set(SettingKey::PrivateConversations, "off");
    assert_eq!(readers(&desk, id), ["olga", "adam", "ben"]);
    nowhere(&desk, "ana", id);
    desk.does("ben", id, reply("Still between us"));
    desk.does_nothing("olga", id, make(Privacy::Private, true));
    desk.does("adam", id, make(Privacy::Public, true));
    assert_eq!(readers(&desk, id).len(), 6);
    assert_eq!(why(&desk.refused("adam", id, make(Privacy::Private, true))), (RefusalKind::Denied, "R6.1"));
}

/// R6.11: a direct conversation is its participants'; owner and admins open it deliberately only, each opening is in the
/// audit log, and search, export and numbers leave it out.
#[test]
fn r6_11_direct_conversations_are_their_participants() {
    let desk = TestDesk::with_privacy();
    let id = desk.start("ana", with_agents(&["ben"]), "My card trick").conversation;
    assert_eq!(readers(&desk, id), ["ana", "ben"]);
    for handle in ["cleo", "dev"] {
        nowhere(&desk, handle, id);
        assert!(is_not_found(&desk.run(handle, id, reply("x"))));
    }
    let row = desk.rows("adam", Section::All).remove(0);
    assert_eq!((row.id, row.withheld, row.unread), (id, true, false), "a row without words");
    assert!(row.subject.is_empty() && row.participants.is_empty() && row.last.is_none() && row.requester.is_none());
    assert_eq!(desk.numbers("adam", Section::All), Some((0, 0)));
    assert_eq!((desk.page("adam", &Wants::default()).badge, desk.bell("adam")), (0, 0));
    for query in ["card".to_owned(), format!("#{id}"), "is:internal".to_owned()] {
        assert!(desk.found("adam", &query, 10).0.is_empty(), "{query}");
    }
    let mut exported = 0;
    desk.desk
        .export(&desk.agent("olga"), &mut |_, done, _| {
            exported = done;
            true
        })
        .unwrap();
    assert_eq!(exported, 0);
    // Whoever administers takes no part: no words, no changes, and looking marks nothing.
    for command in [
        reply("x"),
        Command::Close,
        Command::Follow,
        add_agent("adam", true),
        link(desk.ticket()),
        Command::Unlink,
        make(Privacy::Private, true),
    ] {
        assert_eq!(why(&desk.refused("adam", id, command)), (RefusalKind::Denied, "R6.11"));
    }

    let audited = || desk.count("SELECT count(*) FROM event WHERE kind = 'opened-direct'");
    for opening in 1..=2 {
        let opened = desk.desk.open_direct(&desk.agent("adam"), id).unwrap();
        assert_eq!(audited(), opening, "each opening is written down");
        assert_eq!(desk.texts("adam", id), ["My card trick"]);
        drop(opened);
        assert_eq!(desk.open("adam", id), Opened::NotFound(id), "and none lasts longer than it is kept");
    }
    assert_eq!(desk.open("olga", id), Opened::NotFound(id), "for that one alone");
    let before = desk.contents();
    for handle in ["ana", "ben", "cleo"] {
        desk.desk.open_direct(&desk.agent(handle), id).unwrap();
    }
    desk.does_nothing("adam", id, Command::MarkRead(None));
    assert_eq!(desk.contents(), before);
    assert_eq!(desk.open("cleo", id), Opened::NotFound(id), "asking deliberately opens nothing to an agent");
    let audit = desk.desk.audit(&desk.agent("olga"), Some(id), 10).unwrap();
    assert_eq!((audit[0].agent.as_deref(), audit[0].action.as_str()), (Some("adam"), "opened-direct"));
}

/// R6.11: unlinking makes a conversation direct: from then on it is its named participants', whoever read or followed before,
/// administrators not excepted.
#[test]
fn r6_11_unlinking_makes_it_direct() {
    let desk = TestDesk::new();
    let id = desk.start_on("ana", desk.ticket(), Audience::Internal, "My card joke");
    for handle in ["adam", "cleo"] {
        desk.does(handle, id, Command::Follow);
        desk.does(handle, id, reply("Ha"));
    }
    desk.does("ana", id, add_agent("ben", false));
    desk.does("ana", id, Command::Unlink);
    let rung = ["adam", "cleo"].map(|handle| desk.notices(handle).len());
    desk.does("ana", id, reply("Now between the two of us"));
    assert_eq!(readers(&desk, id), ["ana", "ben"]);
    assert_eq!(desk.open("cleo", id), Opened::Restricted(id));
    assert_eq!(["adam", "cleo"].map(|handle| desk.notices(handle).len()), rung, "nobody else is rung");
    for handle in ["adam", "cleo"] {
        assert_eq!(desk.bell(handle), 0);
        for section in [Section::InternalInbox, Section::AllClosed] {
            assert!(desk.listed(handle, section).is_empty(), "{handle}");
        }
    }
    assert_eq!(desk.thread("ana", id).reply_to.agents, 1);
    let mentioned = desk.does("ana", id, reply("@adam @cleo"));
    assert_eq!(mentioned.not_notified, ["adam", "cleo"]);
}

/// R6.2, R1.3: privacy is about agents: the customers of a private conversation see and write as ever.
#[test]
fn r6_2_customers_are_not_concerned() {
    let desk = TestDesk::with_privacy();
    let id = desk.private_of("ben");
    desk.does("ben", id, add_customer("yves@example.com", true));
    for address in ["mara@example.com", "yves@example.com"] {
        assert_eq!(desk.write_in(address, Some(id), "Hello").conversation, id);
        assert!(desk.desk.customer_view(&desk.agent("olga"), address, Some(id)).is_ok());
    }
    desk.does("ben", id, reply("To both"));
    assert_eq!(desk.outbox(id).iter().filter(|(kind, _)| kind == "reply").count(), 4);
}
