//! Section 8 of the rules: groups, routing, readiness.

use crate::{
    desks::{TestDesk, assign, inbound, is_not_found, is_restricted, make, note, refusal, reply, why, with_customers},
    letting_in::key,
    seat::Seat,
};
use chrono::Duration;
use deskline::{
    desk::{
        AgentChange, Desk, NewAgent,
        page::{Denied, Done, NoticeKind},
    },
    domain::{
        command::Command,
        conversation::{Privacy, State},
        envelope::Inbound,
        id::ConversationId,
        people::{Notify, Role, Routing},
        refusal::{Refusal, RefusalKind},
        section::Section,
        setting::SettingKey,
    },
};
use std::sync::Arc;

fn routed(routing: Routing) -> TestDesk {
    let desk = TestDesk::with_privacy();
    desk.desk.set_group(&desk.agent("olga"), "Support", routing).unwrap();
    desk
}

fn ready(on: bool) -> AgentChange {
    AgentChange { ready: Some(on), ..AgentChange::default() }
}

fn may_reply(on: bool) -> AgentChange {
    AgentChange { reply_to_customers: Some(on), ..AgentChange::default() }
}

/// Nobody is ready, or only these.
fn only_ready(desk: &TestDesk, handles: &[&str]) {
    for handle in ["ana", "ben", "cleo", "dev"] {
        desk.change(handle, &ready(handles.contains(&handle)));
    }
}

fn offered(desk: &TestDesk, handle: &str) -> Vec<ConversationId> {
    let offers = desk.desk.offers(&desk.agent(handle)).unwrap();
    let page = desk.page(handle, &deskline::desk::page::Wants::default());
    assert_eq!(page.offers, offers[..offers.len().min(9)], "the page has what the list has");
    assert_eq!(page.offered as usize, offers.len());
    offers.into_iter().map(|offer| offer.conversation.id).collect()
}

fn accept(desk: &TestDesk, handle: &str, id: ConversationId) -> Result<Done, Denied> {
    desk.later(1);
    desk.desk.accept(&desk.agent(handle), id)
}

fn reject(desk: &TestDesk, handle: &str, id: ConversationId) -> Result<Done, Denied> {
    desk.later(1);
    desk.desk.reject(&desk.agent(handle), id)
}

fn refused_to_accept(desk: &TestDesk, handle: &str, id: ConversationId) -> Refusal {
    let before = desk.contents();
    let refusal = refusal(accept(desk, handle, id));
    assert_eq!(desk.contents(), before, "a refusal wrote something");
    refusal
}

fn has(desk: &TestDesk, id: ConversationId) -> Option<String> {
    desk.row(id).assignee.map(|person| person.address)
}

/// R8.1: in a democracy a conversation waits in Unassigned until a member takes it; R8.2: by hand also who is not ready.
#[test]
fn r8_1_in_a_democracy_it_waits_until_a_member_takes_it() {
    let desk = routed(Routing::Democracy);
    desk.change("ben", &ready(false));
    let (by_hand, by_reply) = (desk.arrival(), desk.arrival());
    for handle in ["ana", "ben", "cleo"] {
        assert_eq!(desk.listed(handle, Section::Unassigned), [by_reply, by_hand]);
        assert!(desk.listed(handle, Section::Live).is_empty(), "nobody is chosen");
        assert!(offered(&desk, handle).is_empty());
    }
    assert!(desk.listed("dev", Section::Unassigned).is_empty());
    assert!(is_not_found(&accept(&desk, "ana", by_hand)), "it was never on offer");
    desk.does("ben", by_hand, assign("ben"));
    desk.does("cleo", by_reply, reply("Mine"));
    assert_eq!(desk.listed("ben", Section::Live), [by_hand]);
    assert_eq!(desk.listed("cleo", Section::Live), [by_reply]);
    assert!(desk.listed("ana", Section::Unassigned).is_empty());
}

/// R8.1: in a polite group it is offered to all ready members at once, and the first accept wins.
#[test]
fn r8_1_in_a_polite_group_the_first_accept_wins() {
    let desk = routed(Routing::Polite);
    desk.change("cleo", &ready(false));
    let id = desk.arrival();
    for (handle, offers) in [("ana", 1), ("ben", 1), ("cleo", 0), ("dev", 0), ("olga", 0)] {
        assert_eq!(offered(&desk, handle).len(), offers, "{handle}");
    }
    assert_eq!(desk.listed("ana", Section::Unassigned), [id], "it waits there as well");
    let done = accept(&desk, "ben", id).unwrap();
    assert!(done.changed);
    assert_eq!(has(&desk, id), Some("ben".into()));
    assert_eq!(desk.texts("ben", id).last().unwrap(), "Ben Okafor accepted this conversation.");
    for handle in ["ana", "ben"] {
        assert!(offered(&desk, handle).is_empty(), "{handle}'s offer vanished");
    }
    let loser = refused_to_accept(&desk, "ana", id);
    assert_eq!(why(&loser), (RefusalKind::Denied, "R8.1"));
    assert_eq!(loser.text, "Ben Okafor has this conversation already. Take another one.");
    assert!(is_not_found(&accept(&desk, "dev", id)), "never offered to dev");
    assert!(is_not_found(&accept(&desk, "ana", ConversationId(99))));
    // Accepting twice is the same accept.
    let before = desk.contents();
    assert!(!accept(&desk, "ben", id).unwrap().changed);
    assert_eq!(desk.contents(), before);
}

/// R8.1: rejecting removes only one's own offer, for as long as the conversation waits.
#[test]
fn r8_1_rejecting_removes_only_ones_own_offer() {
    let desk = routed(Routing::Polite);
    let id = desk.arrival();
    assert!(reject(&desk, "ana", id).unwrap().changed);
    assert!(!reject(&desk, "ana", id).unwrap().changed, "once is enough");
    assert!(offered(&desk, "ana").is_empty());
    assert_eq!(offered(&desk, "ben"), [id]);
    assert_eq!(why(&refused_to_accept(&desk, "ana", id)).1, "R8.1");
    assert_eq!(desk.texts("ben", id).len(), 1, "nothing of it stands in the thread");
    // Being ready again brings it back no more than anything else does.
    desk.change("ana", &ready(false));
    desk.change("ana", &ready(true));
    assert!(offered(&desk, "ana").is_empty());
    desk.does("ana", id, assign("ana"));
    assert_eq!(has(&desk, id), Some("ana".into()), "taking by hand stays possible");
    // Handed back it is another offer, to everybody but who handed it back.
    desk.does("ana", id, Command::Release { confirmed: true });
    assert!(offered(&desk, "ana").is_empty());
    assert_eq!(offered(&desk, "ben"), [id]);
    desk.does("ben", id, reply("Mine"));
    assert!(is_not_found(&reject(&desk, "dev", id)));
    assert_eq!(why(&refusal(reject(&desk, "cleo", id))).1, "R8.1", "gone, and to whom");
}

/// R8.1: nobody ready: it waits and is offered to who becomes ready, oldest first.
#[test]
fn r8_1_what_waits_is_offered_to_who_becomes_ready_oldest_first() {
    let desk = routed(Routing::Polite);
    only_ready(&desk, &[]);
    let ids = [desk.arrival(), desk.arrival(), desk.arrival()];
    desk.write_in("mara@example.com", Some(ids[0]), "Still there?");
    for handle in ["ana", "ben"] {
        assert!(offered(&desk, handle).is_empty());
        desk.change(handle, &ready(true));
        assert_eq!(offered(&desk, handle), ids, "the longest waiting first, however new its last words");
    }
    let since = desk.desk.offers(&desk.agent("ana")).unwrap()[0].since;
    assert_eq!(since, crate::desks::beginning() + chrono::Duration::minutes(1), "since it arrived");
}

/// R8.1, R8.2, R8.3: an offer vanishes with everything that made it.
#[test]
fn r8_1_an_offer_vanishes_with_what_made_it() {
    type Change = fn(&TestDesk, ConversationId);
    let ways: [(&str, Change, bool); 12] = [
        ("assigned", |desk, id| drop(desk.does("olga", id, assign("ben"))), false),
        ("taken by replying", |desk, id| drop(desk.does("ben", id, reply("Mine"))), false),
        ("closed", |desk, id| drop(desk.does("ben", id, Command::Close)), false),
        (
            "locked",
            |desk, id| {
                desk.does("ben", id, Command::Close);
                desk.does("ben", id, Command::Lock);
            },
            false,
        ),
        (
            "forwarded",
            |desk, id| {
                drop(desk.does("olga", id, Command::Forward { group: "Billing".into(), confirmed: true }));
            },
            false,
        ),
        ("not ready", |desk, _| desk.change("ana", &ready(false)), true),
        ("without the right", |desk, _| desk.change("ana", &may_reply(false)), true),
        ("switched off", |desk, _| desk.switch_off("ana"), true),
        (
            "out of the group",
            |desk, _| drop(desk.desk.leave_group(&desk.agent("olga"), "Support", "ana").unwrap()),
            true,
        ),
        (
            "not polite any more",
            |desk, _| drop(desk.desk.set_group(&desk.agent("olga"), "Support", Routing::Democracy).unwrap()),
            false,
        ),
        (
            "a dictator came",
            |desk, _| drop(desk.desk.set_group(&desk.agent("olga"), "Support", Routing::Dictator).unwrap()),
            false,
        ),
        ("rejected", |desk, id| drop(reject(desk, "ana", id).unwrap()), true),
    ];
    for (way, change, others_keep_it) in ways {
        for privacy in [Privacy::Public, Privacy::Private] {
            let desk = routed(Routing::Polite);
            let id = desk.arrival();
            if privacy == Privacy::Private {
                desk.does("olga", id, make(Privacy::Private, true));
            }
            assert_eq!(offered(&desk, "ana"), [id], "{way}");
            change(&desk, id);
            if way == "switched off" {
                desk.change("ana", &AgentChange { active: Some(true), ready: Some(false), ..AgentChange::default() });
            }
            assert!(offered(&desk, "ana").is_empty(), "{way}, {privacy}");
            assert_eq!(offered(&desk, "cleo").is_empty(), !others_keep_it, "{way}, {privacy}");
            let chosen = has(&desk, id) == Some("ana".into());
            assert!(chosen || accept(&desk, "ana", id).is_err(), "{way}, {privacy}");
        }
    }
}

/// R8.1: changes of readiness, right, group and routing act at once on what waits.
#[test]
fn r8_1_changes_act_at_once_on_what_waits() {
    let desk = routed(Routing::Democracy);
    let id = desk.arrival();
    let olga = desk.agent("olga");
    desk.change("ana", &may_reply(false));
    desk.desk.set_group(&olga, "Support", Routing::Polite).unwrap();
    assert_eq!(offered(&desk, "ben"), [id], "waiting ones are offered when the group becomes polite");
    assert!(offered(&desk, "ana").is_empty(), "R8.3");
    desk.change("ana", &may_reply(true));
    assert_eq!(offered(&desk, "ana"), [id]);
    desk.desk.join_group(&olga, "Support", "dev").unwrap();
    assert_eq!(offered(&desk, "dev"), [id]);
    let new = |handle: &str| NewAgent {
        handle: handle.into(),
        name: handle.into(),
        role: Role::Agent,
        groups: vec!["Support".into()],
    };
    desk.desk.add_agent(&olga, &new("eve")).unwrap();
    assert_eq!(offered(&desk, "eve"), [id]);
    desk.desk.join_group(&olga, "Support", "adam").unwrap();
    assert_eq!(offered(&desk, "adam"), [id], "an admin who is a member is offered it as well");
    assert!(offered(&desk, "olga").is_empty(), "the owner is none");
    for handle in ["ana", "ben", "cleo", "dev", "eve", "adam"] {
        desk.change(handle, &ready(false));
    }
    desk.desk.set_group(&olga, "Support", Routing::Dictator).unwrap();
    assert_eq!(has(&desk, id), None, "nobody is ready");
    desk.desk.add_agent(&olga, &new("finn")).unwrap();
    assert_eq!(has(&desk, id), Some("finn".into()), "a new member is ready");
}

/// R8.1: a dictator assigns on arrival: to the fewest live, then to the longest idle.
#[test]
fn r8_1_a_dictator_assigns_on_arrival() {
    let desk = routed(Routing::Dictator);
    let order: Vec<Option<String>> = (0..6)
        .map(|_| {
            let id = desk.arrival();
            has(&desk, id)
        })
        .collect();
    let expected = ["ana", "ben", "cleo", "ana", "ben", "cleo"].map(|handle| Some(handle.to_owned()));
    assert_eq!(order, expected, "in turn: who waited longest for one");
    let id = ConversationId(1);
    assert_eq!(desk.texts("ana", id), ["My card is declined", "Assigned to Ana Ruiz by routing."]);
    desk.does("cleo", ConversationId(3), Command::Close);
    desk.does("cleo", ConversationId(6), Command::Close);
    let next = [desk.arrival(), desk.arrival(), desk.arrival()];
    assert_eq!(
        next.map(|id| has(&desk, id).unwrap()),
        ["cleo", "cleo", "ana"],
        "fewest live comes before longest idle"
    );
    // What was taken by hand or assigned by somebody counts as much as what routing gave.
    for handle in ["ana", "ben", "cleo"] {
        for row in desk.rows(handle, Section::Live) {
            desk.does(handle, row.id, Command::Close);
        }
    }
    desk.does("olga", next[0], Command::Reopen);
    desk.does("olga", next[0], assign("ben"));
    desk.does("ben", next[0], Command::Close);
    assert_eq!(
        [desk.arrival(), desk.arrival(), desk.arrival()].map(|id| has(&desk, id).unwrap()),
        ["cleo", "ana", "ben"]
    );
}

/// R8.1: who is assigned by a dictator is told of that, once, and nobody else is told of a private one.
#[test]
fn r8_1_who_is_chosen_is_told() {
    let desk = routed(Routing::Dictator);
    desk.set(SettingKey::NewConversationsPrivate, "on");
    let id = desk.arrival();
    assert_eq!(has(&desk, id), Some("ana".into()));
    let told: Vec<NoticeKind> = desk.notices("ana").into_iter().map(|notice| notice.kind).collect();
    assert_eq!(told, [NoticeKind::Assigned]);
    for handle in ["ben", "cleo"] {
        assert!(desk.notices(handle).is_empty(), "it was never {handle}'s to know of (R6.4)");
        assert!(is_not_found(&accept(&desk, handle, id)));
    }
    assert_eq!(desk.bell("olga"), 1, "owner and admins are told of a new one (R7.4)");
}

/// R8.1, R8.2: with nobody ready a dictator's conversations wait and go to who becomes ready, oldest first.
#[test]
fn r8_2_a_dictator_waits_for_somebody_to_become_ready() {
    let desk = routed(Routing::Dictator);
    only_ready(&desk, &[]);
    desk.change("ben", &may_reply(false));
    let ids = [desk.arrival(), desk.arrival(), desk.arrival()];
    assert_eq!(desk.listed("ana", Section::Unassigned), [ids[2], ids[1], ids[0]]);
    desk.change("ben", &ready(true));
    assert_eq!(ids.map(|id| has(&desk, id)), [None, None, None], "R8.3: ben may not reply");
    desk.does("ana", ids[1], assign("ana"));
    assert_eq!(has(&desk, ids[1]), Some("ana".into()), "R8.2: taking by hand stays possible");
    desk.change("cleo", &ready(true));
    assert_eq!(ids.map(|id| has(&desk, id).unwrap()), ["cleo", "ana", "cleo"]);
    let lines: Vec<_> = desk.texts("cleo", ids[2]).into_iter().skip(1).collect();
    assert_eq!(lines, ["Assigned to Cleo Marsh by routing."]);
    let assigned = desk.count("SELECT count(*) FROM event WHERE kind = 'assigned'");
    assert_eq!(assigned, 3, "one decision a conversation");
}

/// R8.2: readiness is the agent's own switch, and owner and admins can set it.
#[test]
fn r8_2_readiness_is_ones_own_and_administrators() {
    let desk = routed(Routing::Polite);
    let id = desk.arrival();
    desk.desk.set_agent(&desk.agent("ana"), "ana", &ready(false)).unwrap();
    let refused = refused_to_accept(&desk, "ana", id);
    assert_eq!(why(&refused), (RefusalKind::Denied, "R8.2"));
    desk.desk.set_agent(&desk.agent("adam"), "ana", &ready(true)).unwrap();
    assert_eq!(offered(&desk, "ana"), [id]);
    assert_eq!(why(&refusal(desk.desk.set_agent(&desk.agent("ben"), "ana", &ready(false)))).1, "R5.6");
    desk.change("ana", &may_reply(false));
    assert_eq!(why(&refused_to_accept(&desk, "ana", id)), (RefusalKind::Denied, "R8.3"));
}

/// R8.3: routing never chooses an agent who may not reply, whoever else is there.
#[test]
fn r8_3_routing_never_chooses_who_may_not_reply() {
    for routing in [Routing::Polite, Routing::Dictator] {
        let desk = routed(routing);
        for handle in ["ana", "cleo"] {
            desk.change(handle, &may_reply(false));
        }
        desk.desk.join_group(&desk.agent("olga"), "Support", "adam").unwrap();
        desk.change("adam", &may_reply(false));
        let ids = [desk.arrival(), desk.arrival()];
        match routing {
            Routing::Polite => {
                let all: Vec<_> = ["olga", "adam", "ana", "ben", "cleo", "dev"]
                    .into_iter()
                    .filter(|handle| !offered(&desk, handle).is_empty())
                    .collect();
                assert_eq!(all, ["ben"]);
            }
            Routing::Dictator | Routing::Democracy => {
                assert_eq!(ids.map(|id| has(&desk, id).unwrap()), ["ben", "ben"]);
            }
        }
    }
}

/// R8.1, R2.3, R2.7, R2.8, R5.4, R5.7, R6.8: every way of becoming open and unassigned in a group is an arrival.
#[test]
fn r8_1_every_way_to_become_open_and_unassigned_is_an_arrival() {
    let desk = routed(Routing::Polite);
    let id = desk.arrival();
    accept(&desk, "ana", id).unwrap();
    let again = |desk: &TestDesk, what: &str| {
        assert_eq!(offered(desk, "ben"), [id], "{what}");
        accept(desk, "ana", id).or_else(|_| desk.run("ana", id, assign("ana"))).unwrap();
        assert!(offered(desk, "ben").is_empty());
    };
    desk.does("ana", id, Command::Release { confirmed: true });
    again(&desk, "released");
    desk.does("olga", id, Command::Forward { group: "Billing".into(), confirmed: true });
    assert_eq!(desk.listed("dev", Section::Unassigned), [id]);
    assert!(offered(&desk, "dev").is_empty(), "Billing is a democracy");
    desk.does("dev", id, Command::Forward { group: "Support".into(), confirmed: true });
    again(&desk, "forwarded");
    desk.switch_off("ana");
    assert_eq!(offered(&desk, "ben"), [id], "given back with its assignee (R6.8)");
    accept(&desk, "ben", id).unwrap();
    desk.does("ben", id, Command::Close);
    desk.switch_off("ben");
    assert!(offered(&desk, "cleo").is_empty());
    desk.write_in("mara@example.com", Some(id), "It happens again");
    assert_eq!(offered(&desk, "cleo"), [id], "re-opened without an active assignee (R2.8)");
    desk.does("cleo", id, Command::Close);
    assert!(offered(&desk, "cleo").is_empty());
    desk.does("olga", id, Command::Reopen);
    assert_eq!(offered(&desk, "cleo"), [id], "re-opened by hand");
    desk.does("olga", id, Command::Close);
    desk.does("olga", id, Command::Lock);
    let follow_up = desk.write_in("mara@example.com", Some(id), "Hello?").conversation;
    assert_eq!(offered(&desk, "cleo"), [follow_up], "a follow-up (R2.7)");
    desk.does("cleo", follow_up, reply("Hello!"));
    let by_owner = desk.desk.start(
        &desk.agent("olga"),
        &deskline::domain::command::Start {
            group: Some("Support".into()),
            ..crate::desks::starting(with_customers(&["jo@example.com"]), "A word")
        },
    );
    assert_eq!(offered(&desk, "cleo"), [by_owner.unwrap().conversation], "started by the owner, for nobody (R5.7)");
}

/// R8.1: what somebody gave away on purpose does not come straight back to them.
#[test]
fn r8_1_what_was_released_does_not_bounce_back() {
    let desk = routed(Routing::Dictator);
    only_ready(&desk, &["ana"]);
    let id = desk.arrival();
    desk.does("ana", id, Command::Release { confirmed: true });
    assert_eq!(has(&desk, id), None, "nobody else is ready, and ana gave it away");
    desk.change("ana", &ready(false));
    desk.change("ana", &ready(true));
    assert_eq!(has(&desk, id), None);
    desk.change("ben", &ready(true));
    assert_eq!(has(&desk, id), Some("ben".into()));
    // Taken from ben by the owner: not back to ben either.
    desk.does("olga", id, Command::Release { confirmed: true });
    assert_eq!(has(&desk, id), Some("ana".into()), "what ana gave away long ago can be hers again");
    // The row says who lost access to a private one by releasing it.
    desk.does("olga", id, make(Privacy::Private, true));
    let done = desk.does("ana", id, Command::Release { confirmed: true });
    assert_eq!(has(&desk, id), Some("ben".into()));
    assert_eq!(done.row, None);
}

/// R5.3, R6.4, R6.6: where it was private, who was too late is told only that it is restricted now.
#[test]
fn r5_3_the_loser_of_a_private_one_is_told_only_that_it_is_restricted() {
    let desk = routed(Routing::Polite);
    // Told of nothing by notices, so that the offer alone is what tells.
    for handle in ["ana", "ben", "cleo", "dev"] {
        desk.change(handle, &AgentChange { notify_customers: Some(Notify::None), ..AgentChange::default() });
    }
    desk.change("cleo", &ready(false));
    desk.set(SettingKey::NewConversationsPrivate, "on");
    let id = desk.arrival();
    assert_eq!(offered(&desk, "ana"), [id]);
    accept(&desk, "ben", id).unwrap();
    let outcome = accept(&desk, "ana", id);
    assert!(is_restricted(&outcome), "{outcome:?}");
    assert!(!format!("{outcome:?}").contains("Ben"), "by whom is nobody's business");
    assert!(is_restricted(&reject(&desk, "ana", id)));
    assert!(is_not_found(&accept(&desk, "cleo", id)), "not ready: it was not offered");
    assert!(is_not_found(&accept(&desk, "dev", id)));
    assert!(matches!(desk.open("ana", id), deskline::desk::page::Opened::Restricted(_)));
    assert!(desk.bell("ana") == 0 && desk.notices("ana").is_empty());
    // So too who had it on offer and was sent out of the group.
    let other = desk.arrival();
    desk.desk.leave_group(&desk.agent("olga"), "Support", "ana").unwrap();
    assert!(is_restricted(&accept(&desk, "ana", other)));
}

/// R1.7: what is imported is routed nowhere, until something happens in it.
#[test]
fn r1_7_imports_route_nothing() {
    for routing in [Routing::Polite, Routing::Dictator] {
        let desk = routed(routing);
        let open = |past: &mut deskline::domain::history::PastConversation| {
            past.state = deskline::domain::history::PastState::Open;
        };
        desk.import("past", open);
        let id = ConversationId(1);
        assert_eq!((has(&desk, id), offered(&desk, "ana")), (None, vec![]));
        only_ready(&desk, &[]);
        only_ready(&desk, &["ana", "ben"]);
        assert_eq!((has(&desk, id), offered(&desk, "ana")), (None, vec![]));
        assert!(is_not_found(&accept(&desk, "ana", id)));
        desk.write_in("mara@example.com", Some(id), "Once more");
        match routing {
            Routing::Polite => assert_eq!(offered(&desk, "ana"), [id]),
            Routing::Dictator | Routing::Democracy => assert_eq!(has(&desk, id), Some("ana".into())),
        }
    }
}

/// R8.1: a conversation in no group has no routing; a note and an administrator's reply end no offer.
#[test]
fn r8_1_only_what_is_taken_ends_an_offer() {
    let desk = routed(Routing::Polite);
    let sent = Inbound { group: None, ..inbound("jo@example.com", None, "To nobody") };
    let alone = desk.desk.receive(&sent).unwrap().conversation;
    let id = desk.arrival();
    desk.does("ben", id, note("Whose is it?"));
    desk.does("adam", id, reply("We will see"));
    assert_eq!(offered(&desk, "ana"), [id]);
    assert_eq!(desk.row(alone).state, State::Open);
    let accepted = accept(&desk, "ana", id).unwrap();
    assert_eq!(accepted.row.unwrap().assignee.unwrap().address, "ana");
}

/// R8.2: with `away-after` set, who has not acted for that long is not ready any more, and the log says that the desk did it.
#[test]
fn r8_2_who_is_away_is_not_ready() {
    let desk = routed(Routing::Polite);
    let id = desk.arrival();
    let retired = |desk: &TestDesk| desk.desk.retire_idle(desk.desk.now()).unwrap();
    let acts = |handle: &str| desk.desk.agent_acted(&desk.agent(handle));
    acts("ana");
    desk.later(600);
    assert_eq!(retired(&desk), 0, "off at first");
    desk.set(SettingKey::AwayAfter, "10");
    acts("ana");
    acts("ben");
    desk.later(9);
    acts("ben");
    assert_eq!(retired(&desk), 0);
    desk.later(1);
    assert_eq!(retired(&desk), 1);
    assert!(offered(&desk, "ana").is_empty(), "what was on offer to ana is not any more");
    assert_eq!(offered(&desk, "ben"), [id]);
    assert_eq!(offered(&desk, "cleo"), [id], "who has no session here is not judged");
    let log = desk.desk.audit(&desk.agent("olga"), None, 1).unwrap();
    assert_eq!((log[0].agent.as_deref(), log[0].detail.as_str()), (None, "ana ready=off (away)"));
    assert_eq!(retired(&desk), 0, "once");
    acts("ana");
    assert!(offered(&desk, "ana").is_empty(), "ready again is ana's own to say");
    desk.change("ana", &ready(true));
    assert_eq!(offered(&desk, "ana"), [id]);
    // Who left is judged by the same clock.
    desk.desk.left(&desk.agent("ana"));
    desk.desk.left(&desk.agent("cleo"));
    desk.later(10);
    acts("ben");
    assert_eq!(retired(&desk), 2);
    assert!(offered(&desk, "cleo").is_empty());
}

/// R8.1, R5.4: with `hand-back` on, what waits for the answer of somebody who went away goes back and is routed anew.
#[test]
fn r8_1_what_waits_for_an_answer_is_handed_back() {
    let desk = routed(Routing::Polite);
    desk.set(SettingKey::HandBack, "on");
    let [answered, waiting, private, noted] = std::array::from_fn(|_| desk.arrival());
    for id in [answered, waiting, private, noted] {
        accept(&desk, "ana", id).unwrap();
    }
    desk.does("ana", answered, reply("Done"));
    desk.does("ana", noted, note("I will look"));
    desk.does("olga", private, make(Privacy::Private, true));
    let elsewhere = desk.desk.receive(&Inbound { group: None, ..inbound("jo@example.com", None, "Hello") }).unwrap();
    desk.does("olga", elsewhere.conversation, assign("ana"));
    let retired = |desk: &TestDesk| desk.desk.retire_idle(desk.desk.now()).unwrap();
    desk.desk.agent_acted(&desk.agent("ana"));
    desk.desk.left(&desk.agent("ana"));
    assert_eq!(retired(&desk), 0, "a lost connection is often back within the minute");
    desk.desk.agent_acted(&desk.agent("ana"));
    desk.later(5);
    assert_eq!(retired(&desk), 0, "ana came back");
    desk.desk.left(&desk.agent("ana"));
    desk.later(1);
    assert_eq!(retired(&desk), 1);
    assert_eq!(desk.listed("ben", Section::Unassigned), [noted, waiting]);
    assert_eq!(offered(&desk, "ben"), [waiting, noted], "routed anew, in the order in which they came back");
    assert!(offered(&desk, "ana").is_empty(), "ana is not ready");
    assert_eq!(desk.texts("ben", waiting).last().unwrap(), "Given back to the group: Ana Ruiz is away.");
    let mut kept = [answered, private, elsewhere.conversation];
    let mut live = desk.listed("ana", Section::Live);
    kept.sort_unstable();
    live.sort_unstable();
    assert_eq!(live, kept, "answered; private, which its group could read then; in no group");
    assert_eq!(retired(&desk), 0, "once");
    // Off: nobody loses anything by leaving.
    desk.set(SettingKey::HandBack, "off");
    accept(&desk, "ben", waiting).unwrap();
    desk.desk.left(&desk.agent("ben"));
    desk.later(600);
    assert_eq!(retired(&desk), 0);
    assert_eq!(has(&desk, waiting), Some("ben".into()));
}

/// R8.2: who was made not ready is told, whoever or whatever did it; who did it by hand needs no telling.
#[test]
fn r8_2_who_was_made_not_ready_is_told() {
    let desk = routed(Routing::Polite);
    desk.set(SettingKey::HandBack, "on");
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("R");
    assert!(ana.shown().contains("○ not ready") && ana.foot().contains("You are not ready."), "{}", ana.foot());
    ana.keys("R");
    desk.change("ana", &ready(false));
    let shown = ana.shown();
    assert!(shown.contains("You were made not ready meanwhile. R is ready again."), "{shown}");
    ana.keys("R");
    desk.desk.agent_acted(&desk.agent("ana"));
    desk.desk.left(&desk.agent("ana"));
    drop(ana);
    desk.later(1);
    assert_eq!(desk.desk.retire_idle(desk.desk.now()).unwrap(), 1);
    let mut back = Seat::new(&desk, "ana");
    assert!(back.foot().contains("You were made not ready while you were away. R is ready again."), "{}", back.foot());
    back.keys("R");
    assert!(back.shown().contains("● ready"));
    desk.desk.agent_acted(&desk.agent("ana"));
    desk.change("ana", &ready(false));
    assert!(!Seat::new(&desk, "ana").foot().contains("made not ready"), "that was not for being away");
}

/// R8.2: where the server was stopped, its agents left; who never came over SSH is somewhere else.
#[test]
fn r8_2_who_was_cut_off_by_a_stop_is_away_unless_back() {
    let desk = routed(Routing::Polite);
    desk.set(SettingKey::HandBack, "on");
    for (number, handle) in [(1, "ana"), (2, "ben")] {
        let key = key(number);
        desk.desk.add_key(&desk.agent("olga"), handle, &key).unwrap();
        let viewer = desk.desk.admit_key(&key.fingerprint).unwrap().unwrap();
        desk.desk.mark_key_used(&viewer).unwrap();
    }
    let id = desk.arrival();
    assert_eq!(offered(&desk, "ana"), [id]);
    let now = desk.desk.now();
    let again = Desk::open(&desk.file(), Arc::new(move || now)).unwrap();
    again.expect_back().unwrap();
    again.agent_acted(&desk.agent("ben"));
    assert_eq!(again.retire_idle(now).unwrap(), 0, "a minute to come back");
    assert_eq!(again.retire_idle(now + Duration::minutes(1)).unwrap(), 1);
    assert!(offered(&desk, "ana").is_empty(), "not back");
    assert_eq!((offered(&desk, "ben"), offered(&desk, "cleo")), (vec![id], vec![id]), "back; never came over SSH");
}
