//! What was imported from files, goes on here, and is imported once more since its source has grown: nobody takes part by that,
//! and it stands where the conversation is now (R1.7, R5.2).

use super::leaving::send_all;
use super::letters::{arrives, letter};
use crate::desks::{TestDesk, add_agent, beginning, remove, reply};
use chrono::Duration;
use deskline::{
    desk::page::Opened,
    domain::{
        history::{PastAuthor, PastConversation, PastKind, PastMessage, PastPerson},
        id::ConversationId,
        letter::Letter,
        people::Party,
    },
};

fn person(address: &str) -> PastPerson {
    PastPerson { address: address.into(), name: String::new() }
}

fn grown(past: &mut PastConversation, author: PastAuthor, text: &str) {
    let number = past.messages.len() + 1;
    past.messages.push(PastMessage {
        key: number.to_string(),
        kind: PastKind::Reply,
        author,
        at: beginning() + Duration::minutes(1),
        text: text.into(),
        attachments: Vec::new(),
    });
}

/// Imported with a word of kim's, who takes part by that.
fn imported(desk: &TestDesk) -> ConversationId {
    desk.import("old", |past| grown(past, PastAuthor::Customer(person("kim@example.com")), "From kim"));
    let all = desk.desk.customer_view(&desk.agent("olga"), "kim@example.com", None).unwrap();
    all.conversations[0].id
}

fn grows(desk: &TestDesk, author: PastAuthor, text: &str) {
    desk.import("old", |past| {
        grown(past, PastAuthor::Customer(person("kim@example.com")), "From kim");
        grown(past, author, text);
    });
}

fn recipients(desk: &TestDesk) -> Vec<String> {
    desk.later(5);
    send_all(desk).into_iter().map(|mail| mail.to.address).collect()
}

#[test]
fn who_was_removed_or_is_new_in_the_source_is_sent_nothing_that_is_written_here() {
    for address in ["kim@example.com", "eve@evil.example"] {
        let desk = TestDesk::new();
        let id = imported(&desk);
        desk.does("ana", id, remove(Party::Customer("kim@example.com".into())));
        desk.does("ana", id, reply("To mara alone"));
        assert_eq!(recipients(&desk), ["mara@example.com"]);
        grows(&desk, PastAuthor::Customer(person(address)), "Once more");
        assert!(desk.texts("ana", id).contains(&"Once more".to_owned()));
        desk.does("ana", id, reply("Still to mara alone"));
        assert_eq!(recipients(&desk), ["mara@example.com"], "{address}");
        let view = desk.desk.customer_view(&desk.agent("olga"), address, Some(id));
        assert!(view.is_err(), "{view:?}");
        // Nor does an answer of theirs join (by a header that they know).
        let to = vec![TestDesk::tagged(&desk.token(id, address))];
        let answer = Letter { to, ..letter(address, "Re: Old times", "And me?") };
        assert_ne!(arrives(&desk, answer).conversation, Some(id));
    }
}

#[test]
fn an_agent_who_was_removed_from_an_internal_conversation_stays_so() {
    let desk = TestDesk::new();
    let by = |handle: &str| PastAuthor::Agent(person(handle));
    let internal = |past: &mut PastConversation, more: bool| {
        (past.internal, past.requester, past.group) = (true, None, None);
        past.messages.clear();
        grown(past, by("ana"), "Between ana and ben");
        grown(past, by("ben"), "Yes");
        if more {
            grown(past, by("ben"), "I said so");
        }
    };
    desk.import("talk", |past| internal(past, false));
    let id = desk.found("ana", "Between", 5).0[0];
    desk.does("ana", id, remove(Party::Agent("ben".into())));
    desk.does("ana", id, reply("Without ben"));
    desk.import("talk", |past| internal(past, true));
    assert!(desk.texts("ana", id).contains(&"I said so".to_owned()));
    assert!(!matches!(desk.open("ben", id), Opened::Thread(_)));
    desk.does("ana", id, add_agent("ben", true));
    assert!(matches!(desk.open("ben", id), Opened::Thread(_)));
}

#[test]
fn what_grows_after_a_merge_stands_in_the_conversation_that_is_left() {
    let desk = TestDesk::new();
    let id = imported(&desk);
    let into = arrives(&desk, letter("mara@example.com", "Card", "My card")).conversation.unwrap();
    desk.desk.merge(&desk.agent("olga"), id, into, true).unwrap();
    grows(&desk, PastAuthor::Customer(person("mara@example.com")), "Grown");
    assert!(desk.texts("ana", into).contains(&"Grown".to_owned()));
    assert_eq!(desk.texts("ana", id).len(), 1, "the desk's own line alone");
    let again = desk.count("SELECT count(*) FROM message");
    grows(&desk, PastAuthor::Customer(person("mara@example.com")), "Grown");
    assert_eq!(desk.count("SELECT count(*) FROM message"), again, "once");
}
