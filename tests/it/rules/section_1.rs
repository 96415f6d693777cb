//! Section 1 of the rules: conversations and audience.

use crate::desks::{
    TestDesk, add_agent, add_customer, inbound, link, make, note, refusal, reply, starting, text, why, with_agents,
    with_customers,
};
use deskline::{
    desk::page::{Denied, Done, Opened},
    domain::{
        command::{Command, Start, StartWith, Writing},
        conversation::{Audience, EntryKind, Privacy, State},
        envelope::Inbound,
        event::EventKind,
        history::{PastAuthor, PastPerson, PastState},
        id::ConversationId,
        item::ItemKind,
        people::Party,
        refusal::RefusalKind,
        section::Section,
    },
};

fn under(id: &str, words: &str) -> Command {
    Command::Reply(Writing { client_id: Some(id.into()), ..text(words) })
}

fn mail(from: &str, message_id: &str, words: &str) -> Inbound {
    Inbound { message_id: Some(message_id.into()), ..inbound(from, None, words) }
}

/// R1.1: two audiences, chosen at the start and fixed; nothing an agent can ask for changes them, nor can the file.
#[test]
fn r1_1_the_audience_is_chosen_at_the_start_and_fixed() {
    let desk = TestDesk::with_privacy();
    let ticket = desk.ticket();
    let customer = desk.start("ana", with_customers(&["mara@example.com"]), "Hello").conversation;
    let internal = desk.start_on("ana", ticket, Audience::Internal, "Between us");
    desk.does("olga", customer, make(Privacy::Private, true));
    desk.does("olga", customer, link(ticket));
    desk.does("ana", customer, Command::Close);
    desk.does("olga", internal, make(Privacy::Private, true));
    assert_eq!(desk.row(customer).audience, Audience::Customer);
    assert_eq!(desk.row(internal).audience, Audience::Internal);

    let file = rusqlite::Connection::open(desk.file()).unwrap();
    for audience in ["customer", "internal"] {
        let changed = file.execute("UPDATE conversation SET audience = ?1", [audience]);
        assert!(changed.unwrap_err().to_string().contains("the audience of a conversation is fixed"));
    }
}

/// R1.2: an internal conversation is agents' alone; it goes to agents who follow it, and to no customer in any channel, not
/// even the requester of its item.
#[test]
fn r1_2_no_customer_ever_sees_an_internal_conversation() {
    let desk = TestDesk::new();
    let ticket = desk.item(ItemKind::Ticket, Some("mara@example.com"), None);
    let party = Party::Customer("yves@example.com".into());
    desk.desk.add_item_follower(&desk.agent("ana"), ticket, &party).unwrap();
    desk.desk.follow_item(&desk.agent("dev"), ticket, true).unwrap();
    let id = desk.start_on("ana", ticket, Audience::Internal, "She will not pay");
    desk.does("cleo", id, reply("Let us wait"));
    assert_eq!((desk.bell("ana"), desk.bell("dev"), desk.bell("ben")), (1, 1, 0), "only agents who follow are told");
    assert!(desk.outbox(id).is_empty());
    assert_eq!(desk.count("SELECT count(*) FROM participant"), 0);
    assert!(desk.thread("ana", id).reply_to.customers.is_empty());
    for address in ["mara@example.com", "yves@example.com"] {
        let view = |conversation| desk.desk.customer_view(&desk.agent("olga"), address, conversation);
        assert_eq!(view(None).unwrap().conversations, []);
        let Err(Denied::NotFound(hidden)) = view(Some(id)) else {
            panic!("{address} can see an internal conversation")
        };
        let Err(Denied::NotFound(never)) = view(Some(ConversationId(9_999))) else { panic!("a number that never was") };
        assert_eq!(hidden.replace(&id.to_string(), "9999"), never, "as for a number that never was");
        // Writing to it starts another conversation, as for a number that never was (R2.9).
        let received = desk.write_in(address, Some(id), "What do you say of me?");
        assert_ne!(received.conversation, id);
    }
    assert_eq!(desk.thread("ana", id).entries.len(), 2);
}

/// R1.3: a customer conversation is seen by agents and its customers, every reply goes to the customers and the agents who
/// follow, and to the requester always; "its customers" are not every customer.
#[test]
fn r1_3_a_reply_goes_to_the_customers_and_the_agents_who_follow() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    desk.write_in("eve@example.com", None, "Somebody else");
    desk.does("ana", id, add_customer("yves@example.com", true));
    desk.does("dev", id, Command::Follow);
    desk.does("ana", id, reply("We look into it"));
    let sent = |address: &str| ("reply".to_owned(), address.to_owned());
    assert_eq!(desk.outbox(id), [sent("mara@example.com"), sent("yves@example.com")]);
    assert!(desk.notices("dev").iter().any(|notice| notice.conversation == Some(id)));
    assert!(!desk.notices("ben").iter().any(|notice| notice.kind.word() == "agent-reply"), "ben does not follow");

    // A customer's reply goes to the other customers, not back to the writer.
    desk.write_in("yves@example.com", Some(id), "Thanks");
    assert_eq!(desk.outbox(id)[2..], [sent("mara@example.com")]);
    let refusal = desk.refused("ana", id, Command::Remove(Party::Customer("mara@example.com".into())));
    assert_eq!(why(&refusal), (RefusalKind::Denied, "R5.2"), "the requester is always sent replies");
    for (address, sees) in [("mara@example.com", true), ("yves@example.com", true), ("eve@example.com", false)] {
        let view = desk.desk.customer_view(&desk.agent("olga"), address, Some(id));
        assert_eq!(view.is_ok(), sees, "{address}");
    }
}

/// R1.4: a note is for agents only, no answer, re-opens nothing and never turns into a reply; not a byte changes for customers.
#[test]
fn r1_4_a_note_is_for_agents_only() {
    let desk = TestDesk::new();
    let ticket = desk.item(ItemKind::Ticket, Some("mara@example.com"), None);
    let id = desk.start_on("ana", ticket, Audience::Customer, "Hello");
    let asked = desk.item(ItemKind::Ticket, Some("mara@example.com"), None);
    let other = desk.arrival();
    desk.does("ana", other, link(asked));
    desk.does("ana", id, add_customer("yves@example.com", true));
    desk.does("ana", id, Command::Close);
    let views = || {
        ["mara@example.com", "yves@example.com"]
            .map(|address| {
                let view = |id| desk.desk.customer_view(&desk.agent("olga"), address, id).unwrap();
                format!("{:?} {:?}", view(None), view(Some(id)))
            })
            .join("\n")
    };
    let (before, queued) = (views(), desk.outbox(id));
    desk.does("ana", id, note("Watch out, @ben"));
    desk.does("ana", other, note("Not an answer"));
    assert_eq!(views(), before);
    assert_eq!(desk.outbox(id), queued);
    assert_eq!(desk.row(id).state, State::Closed, "a note re-opens nothing (R2.3)");
    assert_eq!(desk.waiting("ana"), [asked], "a note is no answer (R3.3)");
    assert_eq!(desk.row(other).assignee, None, "a note takes nothing");
    assert!(desk.thread("ana", id).note_to.customers.is_empty());
    assert_eq!(desk.thread("ben", id).entries.last().unwrap().kind, EntryKind::Note);

    let internal = desk.start_on("ana", ticket, Audience::Internal, "Between us");
    assert_eq!(why(&desk.refused("ana", internal, note("?"))), (RefusalKind::Denied, "R1.4"));
    let file = rusqlite::Connection::open(desk.file()).unwrap();
    for (from, to) in [("note", "reply"), ("reply", "note")] {
        let changed = file.execute("UPDATE message SET kind = ?2 WHERE kind = ?1", [from, to]);
        assert!(changed.unwrap_err().to_string().contains("the kind of a message is fixed"));
    }
}

/// R1.4: what is attached to a note is as secret as the note.
#[test]
fn r1_4_attachments_share_the_secrecy_of_their_note() {
    let desk = TestDesk::new();
    desk.import("old", |past| {
        let file = |name: &str| deskline::domain::history::PastAttachment {
            name: name.into(),
            media_type: "text/plain".into(),
            size: 3,
        };
        past.messages[0].attachments.push(file("bill.txt"));
        past.messages[1].kind = deskline::domain::history::PastKind::Note;
        past.messages[1].attachments.push(file("suspicion.txt"));
    });
    let id = desk.listed("ana", Section::Closed)[0];
    let view = desk.desk.customer_view(&desk.agent("olga"), "mara@example.com", Some(id)).unwrap();
    let view = format!("{view:?}");
    assert!(view.contains("bill.txt") && !view.contains("suspicion.txt"), "{view}");
    assert!(format!("{:?}", desk.thread("ana", id)).contains("suspicion.txt"));
}

/// R1.5: who will receive a message: customers by name, agents who follow and can see it by number, never the writer.
#[test]
fn r1_5_the_composer_knows_who_will_receive_the_message() {
    let desk = TestDesk::with_privacy();
    let id = desk.private_of("ana");
    desk.does("olga", id, make(Privacy::Public, true));
    desk.does("ana", id, add_customer("yves@example.com", true));
    desk.does("ben", id, Command::Follow);
    desk.does("dev", id, Command::Follow);
    let thread = desk.thread("ana", id);
    assert_eq!(thread.reply_to.customers, ["mara", "yves@example.com"]);
    assert_eq!((thread.reply_to.agents, thread.note_to.agents), (2, 2));
    assert!(thread.note_to.customers.is_empty());
    desk.does("olga", id, make(Privacy::Private, true));
    assert_eq!(desk.thread("ana", id).reply_to.agents, 0, "who follows without access receives nothing (R6.3)");
    assert_eq!(desk.thread("olga", id).reply_to.agents, 1);
}

/// R1.6: no customer is a participant of an internal conversation: not by adding, not by starting, not through an item, not
/// by importing, and the schema has no row for it.
#[test]
fn r1_6_no_customer_takes_part_in_an_internal_conversation() {
    let desk = TestDesk::new();
    let ticket = desk.item(ItemKind::Ticket, Some("mara@example.com"), None);
    let id = desk.start_on("ana", ticket, Audience::Internal, "Between us");
    assert_eq!(why(&desk.refused("ana", id, add_customer("mara@example.com", true))), (RefusalKind::Denied, "R1.6"));

    let with = StartWith::Item {
        item: ticket,
        audience: Some(Audience::Internal),
        customers: vec!["mara@example.com".into()],
        agents: vec![],
    };
    let before = desk.contents();
    let refused = refusal(desk.desk.start(&desk.agent("ana"), &starting(with, "Hello")));
    assert_eq!(why(&refused), (RefusalKind::Denied, "R1.6"));
    assert_eq!(desk.contents(), before);

    let party = Party::Customer("yves@example.com".into());
    desk.desk.add_item_follower(&desk.agent("ana"), ticket, &party).unwrap();
    let other = desk.ticket();
    desk.desk.add_item_follower(&desk.agent("ana"), other, &party).unwrap();
    desk.does("ana", id, link(other));
    assert_eq!(desk.count("SELECT count(*) FROM participant"), 0);

    let file = rusqlite::Connection::open(desk.file()).unwrap();
    file.execute_batch("PRAGMA foreign_keys = ON").unwrap();
    for audience in ["customer", "internal"] {
        let inserted = file.execute(
            "INSERT INTO participant (conversation_id, audience, customer_id, requester, added, via_item, since) \
             VALUES (?1, ?2, 1, 0, 1, 0, 0)",
            rusqlite::params![id.0, audience],
        );
        assert!(inserted.is_err(), "the schema let a customer in as {audience}");
    }
    let made = file.execute("UPDATE conversation SET requester_id = 1 WHERE audience = 'internal'", []);
    assert!(made.is_err(), "the schema gave an internal conversation a requester");
}

/// R1.6: a source that has a customer in an internal conversation brings in nothing.
#[test]
fn r1_6_nor_by_importing() {
    let desk = TestDesk::new();
    desk.import("fine", |past| past.messages.truncate(1));
    let before = desk.contents();
    let person = PastPerson { address: "mara@example.com".into(), name: "Mara".into() };
    let past = deskline::domain::history::PastConversation {
        key: "bad".into(),
        subject: String::new(),
        internal: true,
        private: false,
        state: PastState::Open,
        requester: None,
        customers: vec![],
        agents: vec![],
        assignee: None,
        group: None,
        item: None,
        channel: String::new(),
        messages: vec![deskline::domain::history::PastMessage {
            key: "1".into(),
            kind: deskline::domain::history::PastKind::Reply,
            author: PastAuthor::Customer(person),
            at: desk.desk.now(),
            text: "I am in".into(),
            attachments: vec![],
        }],
    };
    let options = deskline::desk::ImportOptions::default();
    let refused = refusal(desk.desk.import(&desk.agent("olga"), &[past], &options));
    assert_eq!(why(&refused), (RefusalKind::Denied, "R1.6"));
    assert_eq!(desk.contents(), before);
}

/// R1.7: what is imported is history: owner and admins only, nothing is sent, rung or routed, it arrives read, unknown team
/// members become inactive agents, and importing again brings nothing twice.
#[test]
fn r1_7_what_is_imported_is_history() {
    let desk = TestDesk::new();
    let done = desk.import("old", |past| past.state = PastState::Open);
    assert_eq!((done.conversations, done.messages, done.agents), (1, 2, 1));
    let id = desk.listed("ana", Section::Unassigned)[0];
    assert!(desk.outbox(id).is_empty());
    assert_eq!(desk.count("SELECT count(*) FROM notice"), 0, "a mention in history rings nobody");
    for handle in ["olga", "adam", "ana", "dev"] {
        assert_eq!((desk.bell(handle), desk.page(handle, &deskline::desk::page::Wants::default()).badge), (0, 0));
        assert!(!desk.thread(handle, id).row.unread);
    }
    let row = desk.row(id);
    assert_eq!((row.assignee, row.state), (None, State::Open));
    let zoe = desk.count("SELECT active FROM agent WHERE handle = 'zoe'");
    assert_eq!(zoe, 0);
    assert!(desk.desk.admit(Some("zoe")).is_err(), "an imported team member cannot log in");

    let again = desk.import("old", |past| past.state = PastState::Open);
    assert_eq!((again.conversations, again.messages, again.known, again.agents), (0, 0, 2, 0));
    assert_eq!(desk.thread("ana", id).entries.len(), 2);
    let options = deskline::desk::ImportOptions::default();
    let refused = refusal(desk.desk.import(&desk.agent("ana"), &[], &options));
    assert_eq!(why(&refused), (RefusalKind::Denied, "R5.6"));
}

/// R1.7, R3.3: more of a known source is added to where its beginning is, read, and an answer in it answers the item.
#[test]
fn r1_7_importing_more_of_a_source_adds_to_it() {
    let desk = TestDesk::new();
    let item = deskline::domain::history::PastItem {
        key: "old:1".into(),
        kind: "ticket".into(),
        title: "Old ticket".into(),
        done: false,
    };
    desk.import("old", |past| {
        past.item = Some(item.clone());
        past.messages.truncate(1);
    });
    let id = desk.listed("ana", Section::Closed)[0];
    assert_eq!(desk.waiting("ana").len(), 1);
    let done = desk.import("old", |past| past.item = Some(item));
    assert_eq!((done.conversations, done.messages, done.known), (0, 1, 1));
    assert_eq!(desk.texts("ana", id), ["An old question", "An old answer, @ana"]);
    assert!(!desk.thread("ana", id).row.unread);
    assert!(desk.waiting("ana").is_empty());
}

fn wrote(done: &Done) -> (ConversationId, i64) {
    (done.conversation, done.message.unwrap().0)
}

/// R1.8: the same client id is the same write, per actor and conversation; another text under it is refused.
#[test]
fn r1_8_a_repeated_write_is_the_same_write() {
    let desk = TestDesk::new();
    let (id, other) = (desk.arrival(), desk.arrival());
    let first = desk.does("ana", id, under("k1", "We look into it"));
    let before = desk.contents();
    let again = desk.does("ana", id, under("k1", "We look into it"));
    assert_eq!(wrote(&again), wrote(&first));
    assert!(!again.changed);
    assert_eq!(desk.contents(), before);
    let refused = desk.refused("ana", id, under("k1", "Something else"));
    assert_eq!(why(&refused), (RefusalKind::Denied, "R1.8"));
    let as_note = Command::Note(Writing { client_id: Some("k1".into()), ..text("We look into it") });
    assert_eq!(desk.refused("ana", id, as_note).rule, "R1.8", "a reply never becomes a note");

    assert_ne!(wrote(&desk.does("ben", id, under("k1", "Me too"))), wrote(&first), "the id belongs to the actor");
    assert_eq!(wrote(&desk.does("ana", other, under("k1", "Another place"))).0, other, "and to the conversation");
    desk.does("ana", id, Command::Close);
    desk.does("ana", id, Command::Lock);
    assert_eq!(wrote(&desk.does("ana", id, under("k1", "We look into it"))), wrote(&first), "what was written was");
}

/// R1.8: the answer to a repeated write comes after the access check.
#[test]
fn r1_8_access_comes_before_the_answer() {
    let desk = TestDesk::with_privacy();
    let id = desk.arrival();
    desk.does("ana", id, under("k1", "We look into it"));
    let start = Start { client_id: Some("s1".into()), ..starting(with_customers(&["yves@example.com"]), "Hello") };
    desk.later(1);
    let started = desk.desk.start(&desk.agent("ana"), &start).unwrap();
    let before = desk.contents();
    let again = desk.desk.start(&desk.agent("ana"), &start).unwrap();
    assert_eq!(wrote(&again), wrote(&started));
    let other = refusal(desk.desk.start(&desk.agent("ana"), &Start { text: "Bye".into(), ..start.clone() }));
    assert_eq!(why(&other), (RefusalKind::Denied, "R1.8"));
    assert_eq!(desk.contents(), before);

    for taken in [id, started.conversation] {
        desk.does("olga", taken, make(Privacy::Private, true));
        desk.does("olga", taken, crate::desks::assign("ben"));
    }
    assert_eq!(why(&desk.refused("ana", id, under("k1", "We look into it"))), (RefusalKind::Restricted, "R6.6"));
    assert_eq!(why(&refusal(desk.desk.start(&desk.agent("ana"), &start))), (RefusalKind::Restricted, "R6.6"));
}

/// R1.8: for a channel's message the id belongs to the sender.
#[test]
fn r1_8_a_channels_message_is_known_by_sender_and_id() {
    let desk = TestDesk::new();
    let receive = |mail: &Inbound| desk.desk.receive(mail);
    let first = receive(&mail("mara@example.com", "<1@mail>", "Hello")).unwrap();
    let before = desk.contents();
    assert_eq!(receive(&mail("MARA@example.com", "<1@mail>", "Hello")).unwrap(), first);
    assert_eq!(refusal(receive(&mail("mara@example.com", "<1@mail>", "Other words"))).rule, "R1.8");
    assert_eq!(desk.contents(), before);
    let other = receive(&mail("yves@example.com", "<1@mail>", "Hello")).unwrap();
    assert_ne!(other.conversation, first.conversation);
    assert_eq!(desk.count(&format!("SELECT count(*) FROM event WHERE kind = '{}'", EventKind::Started)), 2);
}

/// R1.2, R1.3: of two agents and a customer each conversation shows exactly those it is for.
#[test]
fn r1_3_a_direct_conversation_is_not_the_teams() {
    let desk = TestDesk::new();
    let id = desk.start("ana", with_agents(&["ben"]), "Lunch?").conversation;
    assert!(matches!(desk.open("ben", id), Opened::Thread(_)));
    assert_eq!(desk.open("cleo", id), Opened::NotFound(id));
    assert_eq!(why(&desk.refused("ben", id, add_agent("cleo", false))), (RefusalKind::Confirm, "R5.4"));
}
