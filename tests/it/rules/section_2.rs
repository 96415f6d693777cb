//! Section 2 of the rules: state: open, closed, locked.

use crate::desks::{
    TestDesk, add_agent, add_customer, add_group, assign, inbound, link, make, note, refusal, remove, reply, why,
    with_agents,
};
use deskline::{
    desk::{
        AgentChange,
        page::{Denied, DraftPlace, Mode, Opened},
    },
    domain::{
        command::Command,
        conversation::{EntryKind, Privacy, State},
        id::ConversationId,
        item::ItemKind,
        people::Party,
        refusal::RefusalKind,
        section::Section,
    },
};

/// A conversation in the given state, in Support, assigned to nobody.
fn in_state(desk: &TestDesk, state: State) -> ConversationId {
    let id = desk.arrival();
    let steps: &[Command] = match state {
        State::Open => &[],
        State::Closed => &[Command::Close],
        State::Locked => &[Command::Close, Command::Lock],
    };
    for step in steps {
        desk.does("ana", id, step.clone());
    }
    id
}

/// R2.1: closed is for order; it forbids nothing.
#[test]
fn r2_1_closed_forbids_nothing() {
    let desk = TestDesk::with_privacy();
    let commands: Vec<Command> = vec![
        reply("Still here"),
        note("Between us"),
        assign("ben"),
        Command::Forward { group: "Billing".into(), confirmed: true },
        Command::Follow,
        add_agent("dev", true),
        add_customer("yves@example.com", true),
        add_group("Billing"),
        link(desk.ticket()),
        Command::CreateItem { kind: ItemKind::Task, title: None },
        Command::Lock,
    ];
    for command in commands {
        let id = in_state(&desk, State::Closed);
        desk.does("ana", id, command);
    }
    let id = in_state(&desk, State::Closed);
    desk.does("olga", id, make(Privacy::Private, true));
    assert_eq!(desk.write_in("mara@example.com", Some(id), "And I").conversation, id);
}

/// R2.2: open → closed → locked and back, no step jumped; R2.5: what holds already succeeds and writes nothing.
#[test]
fn r2_2_the_states_go_step_by_step() {
    use State::{Closed, Locked, Open};
    let steps = [Command::Close, Command::Reopen, Command::Lock, Command::Unlock];
    // Close, re-open, lock, unlock: the state afterwards, or a refusal.
    let table = [
        (Open, [Some(Closed), Some(Open), None, Some(Open)]),
        (Closed, [Some(Closed), Some(Open), Some(Locked), Some(Closed)]),
        (Locked, [None, None, Some(Locked), Some(Closed)]),
    ];
    let desk = TestDesk::new();
    for (state, outcomes) in table {
        for (step, outcome) in steps.iter().zip(outcomes) {
            let id = in_state(&desk, state);
            let may = desk.thread("ana", id).may;
            let verdict = match step {
                Command::Close => may.close,
                Command::Reopen => may.reopen,
                Command::Lock => may.lock,
                _ => may.unlock,
            };
            assert_eq!(verdict.allowed, outcome.is_some(), "what is shown is what is done: {step:?} on {state}");
            match outcome {
                Some(same) if same == state => desk.does_nothing("ana", id, step.clone()),
                Some(_) => assert!(desk.does("ana", id, step.clone()).changed),
                None => {
                    let refused = desk.refused("ana", id, step.clone());
                    assert_eq!(why(&refused), (RefusalKind::Denied, "R2.2"));
                    assert_eq!(verdict.why.as_deref(), Some(refused.text.as_str()));
                }
            }
            assert_eq!(desk.row(id).state, outcome.unwrap_or(state), "{step:?} on {state}");
        }
    }
}

/// R2.2: locked prevents new replies by agents and by customers alike.
#[test]
fn r2_2_a_locked_conversation_takes_no_replies() {
    let desk = TestDesk::new();
    let id = in_state(&desk, State::Locked);
    let entries = desk.thread("ana", id).entries.len();
    assert_eq!(why(&desk.refused("ana", id, reply("One more thing"))), (RefusalKind::Locked, "R2.4"));
    assert_ne!(desk.write_in("mara@example.com", Some(id), "One more thing").conversation, id);
    assert_eq!(desk.thread("ana", id).entries.len(), entries);
}

/// R2.3: a reply to a closed conversation re-opens it in its own transaction: an agent's, a customer's, an internal one too.
#[test]
fn r2_3_a_reply_re_opens_a_closed_conversation() {
    let desk = TestDesk::new();
    let id = in_state(&desk, State::Closed);
    let done = desk.does("ben", id, reply("Back to it"));
    assert_eq!(done.row.unwrap().state, State::Open, "already as the reply is answered");
    assert!(desk.texts("ana", id).contains(&"Ben Okafor re-opened this conversation by replying.".to_owned()));

    let id = in_state(&desk, State::Closed);
    assert_eq!(desk.write_in("mara@example.com", Some(id), "Me again").conversation, id);
    assert_eq!(desk.row(id).state, State::Open);
    assert_eq!(desk.texts("ana", id).last().unwrap(), "Re-opened by a message from mara.");

    let internal = desk.start("ana", with_agents(&["ben"]), "Lunch?").conversation;
    desk.does("ana", internal, Command::Close);
    desk.does("ben", internal, reply("Yes"));
    assert_eq!(desk.thread("ana", internal).row.state, State::Open);
    assert_eq!(desk.listed("ben", Section::InternalInbox), [internal]);
}

/// R2.4: in a locked conversation sending is refused with the reason, without exception, and the draft is kept.
#[test]
fn r2_4_lock_has_no_exception_and_keeps_the_draft() {
    let desk = TestDesk::new();
    let id = in_state(&desk, State::Locked);
    for handle in ["olga", "adam", "ana", "ben"] {
        let place = DraftPlace::Conversation(id);
        desk.desk.save_draft(&desk.agent(handle), &place, Mode::Reply, "For later").unwrap();
        for command in [reply("For later"), note("For later")] {
            let refused = desk.refused(handle, id, command);
            assert_eq!(why(&refused), (RefusalKind::Locked, "R2.4"));
            assert_eq!(refused.text, "Locked by Ana Ruiz on 3 May. Unlock to reply.");
        }
        let thread = desk.thread(handle, id);
        assert_eq!(thread.may.reply.why.as_deref(), Some("Locked by Ana Ruiz on 3 May. Unlock to reply."));
        assert_eq!(thread.may.reply.rule, Some("R2.4"));
        assert_eq!(thread.drafts[0].text, "For later");
    }
}

/// R2.4: no notes, no adding or removing, following, linking or unlinking while locked; not through an item either.
#[test]
fn r2_4_nothing_is_changed_while_locked() {
    let desk = TestDesk::new();
    let ticket = desk.ticket();
    let id = desk.arrival();
    for step in [add_customer("yves@example.com", true), link(ticket), Command::Close, Command::Lock] {
        desk.does("ana", id, step);
    }
    let yves = Party::Customer("yves@example.com".into());
    let commands = [
        note("?"),
        add_agent("dev", true),
        add_group("Billing"),
        add_customer("eve@example.com", true),
        remove(yves),
        Command::Follow,
        link(desk.ticket()),
        Command::Unlink,
        Command::CreateItem { kind: ItemKind::Task, title: None },
    ];
    for handle in ["olga", "ben"] {
        for command in &commands {
            let refused = desk.refused(handle, id, command.clone());
            assert_eq!(why(&refused), (RefusalKind::Locked, "R2.4"), "{command:?}");
        }
    }
    let may = desk.thread("olga", id).may;
    for verdict in [may.note, may.people, may.follow, may.link, may.create_item] {
        assert_eq!(verdict.rule, Some("R2.4"));
    }
    let eve = Party::Customer("eve@example.com".into());
    desk.desk.add_item_follower(&desk.agent("ana"), ticket, &eve).unwrap();
    assert_eq!(desk.row(id).participants.len(), 1, "nobody joins through the item while it is locked");
    // Assignment and privacy stay with owner and admins ("Who may do what").
    assert_eq!(why(&desk.refused("ben", id, assign("ben"))), (RefusalKind::Locked, "R2.4"));
    desk.does("adam", id, assign("ben"));
    assert_eq!(desk.row(id).state, State::Locked);
}

/// R2.5: who may reply changes the state, `reply_to_customers` aside; whoever only reads does not; each change is a line
/// with who and when and notifies nobody.
#[test]
fn r2_5_who_may_reply_changes_the_state() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    desk.change("ben", &AgentChange { reply_to_customers: Some(false), ..AgentChange::default() });
    for step in [Command::Close, Command::Reopen, Command::Lock, Command::Unlock] {
        assert_eq!(why(&desk.refused("dev", id, step)), (RefusalKind::Denied, "R5.2"));
    }
    let bells = || ["olga", "ana", "cleo", "dev"].map(|handle| desk.notices(handle).len());
    let (queued, rung, unread) = (desk.outbox(id), bells(), desk.row(id).unread);
    for (step, line) in [
        (Command::Close, "Ben Okafor closed this conversation."),
        (Command::Lock, "Ben Okafor locked this conversation."),
        (Command::Unlock, "Ben Okafor unlocked this conversation."),
        (Command::Reopen, "Ben Okafor re-opened this conversation."),
    ] {
        assert!(desk.does("ben", id, step).changed);
        let entry = desk.thread("ana", id).entries.pop().unwrap();
        assert_eq!((entry.kind, entry.text.as_str(), entry.at), (EntryKind::System, line, desk.desk.now()));
    }
    assert_eq!((desk.outbox(id), bells(), desk.row(id).unread), (queued, rung, unread), "it notifies nobody");
    assert!(desk.refused("ben", id, reply("?")).text.contains("right to reply"), "the right itself is not bypassed");
}

/// R2.6: a reply that races a lock is refused and the draft kept.
#[test]
fn r2_6_a_reply_that_races_a_lock_is_refused() {
    let desk = TestDesk::new();
    let id = in_state(&desk, State::Closed);
    let shown = desk.thread("ben", id);
    assert!(shown.may.reply.allowed, "as Ben's screen still shows it");
    let place = DraftPlace::Conversation(id);
    desk.desk.save_draft(&desk.agent("ben"), &place, Mode::Reply, "Just a second").unwrap();
    desk.does("ana", id, Command::Lock);
    assert_eq!(why(&desk.refused("ben", id, reply("Just a second"))), (RefusalKind::Locked, "R2.4"));
    assert_eq!(desk.thread("ben", id).drafts[0].text, "Just a second");
    desk.does("ana", id, Command::Unlock);
    desk.does("ben", id, reply("Just a second"));
    assert!(desk.thread("ben", id).drafts.is_empty(), "what was sent is no draft any more");
}

/// R2.7: a message to a locked conversation starts a new one of whoever wrote, in the same group, marked with the number alone.
#[test]
fn r2_7_a_message_to_a_locked_conversation_starts_a_follow_up() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    for step in [add_customer("yves@example.com", true), assign("ana"), Command::Close, Command::Lock] {
        desk.does("ana", id, step);
    }
    let before = desk.thread("ana", id);
    let received = desk.write_in("yves@example.com", Some(id), "It broke again");
    assert_eq!(received.follow_up_to, Some(id));
    let after = desk.thread("ana", id);
    assert_eq!((after.entries, after.row.state), (before.entries, State::Locked), "never appended, never re-opened");
    let thread = desk.thread("ana", received.conversation);
    assert_eq!(thread.row.requester.unwrap().address, "yves@example.com");
    assert!(thread.row.participants.is_empty(), "of whoever wrote alone");
    assert_eq!((thread.row.group.as_deref(), thread.row.assignee), (Some("Support"), None));
    assert_eq!((thread.row.follow_up_to, thread.row.privacy), (Some(id), Privacy::Public));
    assert_eq!(desk.texts("ana", received.conversation), ["It broke again"], "no text of the locked one");
    assert!(!thread.row.subject.contains("card"));

    // The writer is told once, though every further message is kept too.
    let again = desk.write_in("yves@example.com", Some(id), "Hello?");
    assert_ne!(again.conversation, received.conversation);
    assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE kind = 'told'"), 1);
    assert_eq!(desk.outbox(received.conversation), [("told".to_owned(), "yves@example.com".to_owned())]);
}

/// R2.7: the follow-up of a private conversation is private, assigned to the same agent where active.
#[test]
fn r2_7_the_follow_up_of_a_private_conversation_is_private() {
    let desk = TestDesk::with_privacy();
    let locked = |handle: Option<&str>| {
        let id = match handle {
            Some(handle) => desk.private_of(handle),
            None => {
                let id = desk.arrival();
                desk.does("olga", id, make(Privacy::Private, true));
                id
            }
        };
        for step in [Command::Close, Command::Lock] {
            desk.does("olga", id, step);
        }
        id
    };
    let (of_ana, of_ben, of_nobody) = (locked(Some("ana")), locked(Some("ben")), locked(None));
    desk.switch_off("ben");
    desk.set(deskline::domain::setting::SettingKey::PrivateConversations, "off");
    let follow = |id| desk.write_in("mara@example.com", Some(id), "It broke again").conversation;

    let id = follow(of_ana);
    let row = desk.row(id);
    assert_eq!((row.privacy, row.assignee.unwrap().address.as_str()), (Privacy::Private, "ana"));
    assert!(!row.needs_reassignment);
    assert_eq!(desk.listed("ana", Section::Live), [id]);
    assert_eq!(desk.open("cleo", id), Opened::NotFound(id));

    // Its assignee switched off: it needs reassignment and is not for the whole group, which never saw the locked one.
    let id = follow(of_ben);
    assert_eq!((desk.row(id).privacy, desk.row(id).needs_reassignment), (Privacy::Private, true));
    assert_eq!(desk.listed("adam", Section::NeedsReassignment), [id]);
    for handle in ["ana", "cleo", "dev"] {
        assert_eq!(desk.open(handle, id), Opened::NotFound(id), "{handle}");
        assert!(desk.notices(handle).iter().all(|notice| notice.conversation != Some(id)));
    }
    desk.does("adam", id, assign("cleo"));
    assert!(!desk.row(id).needs_reassignment);

    // Unassigned, the locked one was the group's, and so is what follows it (R6.4).
    let id = follow(of_nobody);
    assert_eq!((desk.row(id).privacy, desk.row(id).needs_reassignment), (Privacy::Private, true));
    assert!(desk.listed("cleo", Section::Unassigned).contains(&id));
    assert_eq!(desk.open("dev", id), Opened::NotFound(id));
}

/// R2.8: re-opened, a conversation goes back to its assignee if active; else a public one to Unassigned of its group and a
/// private one to Needs reassignment.
#[test]
fn r2_8_re_opened_it_goes_back_to_its_assignee() {
    for by_customer in [false, true] {
        let desk = TestDesk::with_privacy();
        let closed = |private: bool, handle: &str| {
            let id = desk.arrival();
            desk.does("olga", id, assign(handle));
            if private {
                desk.does("olga", id, make(Privacy::Private, true));
            }
            desk.does("olga", id, Command::Close);
            id
        };
        let (active, public, private) = (closed(false, "ana"), closed(false, "ben"), closed(true, "ben"));
        desk.switch_off("ben");
        for id in [active, public, private] {
            if by_customer {
                assert_eq!(desk.write_in("mara@example.com", Some(id), "Again").conversation, id);
            } else {
                desk.does("olga", id, Command::Reopen);
            }
        }
        assert_eq!(desk.row(active).assignee.unwrap().address, "ana");
        assert_eq!(desk.listed("ana", Section::Live), [active]);
        assert_eq!(desk.row(public).assignee, None);
        assert_eq!(desk.listed("cleo", Section::Unassigned), [public]);
        assert_eq!(desk.listed("adam", Section::NeedsReassignment), [private]);
        assert_eq!(desk.open("cleo", private), Opened::Restricted(private), "she was told when it came in (R6.6)");
        assert_eq!(desk.open("dev", private), Opened::NotFound(private));
    }
}

/// R2.9: a message that names a conversation which is not the writer's, is internal, or does not exist starts a new one with
/// the same answer in each case; one that names none always starts one.
#[test]
fn r2_9_a_message_to_what_is_not_ones_own_starts_a_conversation() {
    let desk = TestDesk::new();
    let others = desk.arrival();
    let others_locked = in_state(&desk, State::Locked);
    let internal = desk.start("ana", with_agents(&["ben"]), "Lunch?").conversation;
    let mut answers = Vec::new();
    for named in [Some(others), Some(others_locked), Some(internal), Some(ConversationId(9_999)), None] {
        let received = desk.write_in("eve@example.com", named, "Let me in");
        assert!(![others, others_locked, internal].contains(&received.conversation));
        let row = desk.row(received.conversation);
        assert_eq!(row.requester.unwrap().address, "eve@example.com");
        answers.push((received.message, received.follow_up_to, row.group, row.follow_up_to, row.subject));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE kind = 'told'"), 0);
    assert_eq!(desk.thread("ana", others).entries.len(), 1);
    assert_eq!(desk.thread("ana", internal).entries.len(), 1);

    let before = desk.contents();
    desk.later(1);
    let bad = |change: &dyn Fn(&mut deskline::domain::envelope::Inbound)| {
        let mut mail = inbound("eve@example.com", None, "Hello");
        change(&mut mail);
        desk.desk.receive(&mail).unwrap_err()
    };
    assert!(matches!(bad(&|mail| mail.text = " \n".into()), Denied::Invalid(_)));
    assert!(matches!(bad(&|mail| mail.from = "nobody".into()), Denied::Invalid(_)));
    assert!(matches!(bad(&|mail| mail.group = Some("Nowhere".into())), Denied::NotFound(_)));
    assert_eq!(desk.contents(), before);
    let blocked = deskline::desk::CustomerChange { blocked: Some(true), ..Default::default() };
    desk.desk.set_customer(&desk.agent("olga"), "eve@example.com", &blocked).unwrap();
    let before = desk.contents();
    assert_eq!(refusal(desk.desk.receive(&inbound("eve@example.com", None, "Hello"))).rule, "R5.6");
    assert_eq!(desk.contents(), before);
}
