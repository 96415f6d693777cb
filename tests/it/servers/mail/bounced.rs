//! Replies that a server does not take, or takes and gives back: the message says so, and nobody else hears of it.

use super::{
    post_office::PostOffice,
    support::{Doors, SUPPORT, Support, letter},
};
use crate::desks::reply;
use deskline::domain::id::ConversationId;

/// Somebody writes, and is answered; what became of that in the end, as the desk tells it.
fn answered(office: &PostOffice, support: &Support, from: &str) -> (ConversationId, serde_json::Value) {
    office.put(SUPPORT, &letter(from, SUPPORT, "Gone", &format!("asks.{from}"), "", &format!("zqasks{from}")));
    support.syncs().well();
    let conversation = support.place(&format!("zqasks{from}"));
    support.desk.does("ana", conversation, reply("zqanswer"));
    // Sent, then what came back for it is fetched, then whatever would be sent for that.
    for _ in 0..3 {
        support.time_passes();
        support.syncs().well();
        office.settled();
    }
    let shown = support.runs("ana", &["--json", "conversation", "show", &conversation.0.to_string()]).well().out;
    let shown: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
    let messages = shown["messages"].as_array().expect("messages").clone();
    let answer = messages.iter().find(|message| message["text"] == "zqanswer").expect("the answer");
    (conversation, answer["delivery"][0].clone())
}

#[test]
fn a_reply_that_is_refused_at_once_is_marked_as_failed() {
    let office = PostOffice::open();
    let support = Support::new(&office, &Doors::plain(&office));
    let (_, delivery) = answered(&office, &support, "nobody@customer.example");
    assert_eq!(delivery["state"], "failed", "{delivery}");
    assert!(delivery.to_string().contains("unknown"), "the server's own words: {delivery}");
    assert_eq!(office.mails(SUPPORT).len(), 1, "nothing comes back");
}

#[test]
fn a_bounce_of_a_real_server_marks_the_reply_it_is_about() {
    let office = PostOffice::open();
    let support = Support::new(&office, &Doors::plain(&office));
    // Taken at first; who delivers it says that there is no such user.
    office.deliver_by("echo 'nobody of this name'; exit 67", &[]);
    let (conversation, delivery) = answered(&office, &support, "jo@pipe.example");
    let mails = office.mails(SUPPORT);
    assert_eq!(mails.len(), 2, "the server gave it back: {}", office.logs());
    assert!(mails[1].contains("multipart/report"), "{}", mails[1]);
    assert_eq!(delivery["state"], "failed", "{delivery}");
    // It is no message of anybody, and nobody is answered.
    assert_eq!(support.desk.count("SELECT count(*) FROM conversation"), 1);
    assert_eq!(support.desk.count("SELECT count(*) FROM message WHERE kind = 'reply'"), 2);
    assert_eq!(support.desk.count("SELECT count(*) FROM outbox"), 1);
    let why = support.desk.count("SELECT count(*) FROM mail WHERE verdict = 'report'");
    assert_eq!(why, 1);
    assert!(support.desk.texts("ana", conversation).iter().all(|text| !text.contains("Postfix program")));
}
