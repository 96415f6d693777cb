//! Who joins a conversation reads what comes after that (§9), also where older mails are read in later.

use super::letters::{arrives, letter, mail, taken};
use crate::desks::{TestDesk, add_customer, note, reply};
use chrono::Duration;
use deskline::{
    demo::random::Random,
    domain::{command::Command, id::ConversationId, item::ItemKind, letter::Letter, mail::InMail},
};

/// What a customer reads in a conversation, in order.
fn reads(desk: &TestDesk, address: &str, id: ConversationId) -> Vec<String> {
    let view = desk.desk.customer_view(&desk.agent("olga"), address, Some(id)).unwrap();
    view.conversations[0].messages.iter().map(|message| message.text.clone()).collect()
}

/// A mail of the same thread that arrived so many seconds ago and is read in as history.
fn read_in(desk: &TestDesk, of: &Letter, seconds: i64, text: &str) {
    let in_reply_to = of.message_id.iter().cloned().collect();
    let older = Letter { in_reply_to, ..letter("mara@example.com", "Card", text) };
    let history = Some(desk.desk.now() - Duration::seconds(seconds));
    desk.desk.receive_mail(&InMail { history, ..mail(older) }).unwrap();
}

#[test]
fn what_was_written_right_before_somebody_joined_and_is_read_in_later_is_not_theirs() {
    let desk = TestDesk::new();
    let first = letter("mara@example.com", "Card", "My card");
    let id = arrives(&desk, first.clone()).conversation.unwrap();
    desk.later(60);
    desk.does("ana", id, add_customer("kim@example.com", true));
    desk.later(60);
    read_in(&desk, &first, 90 * 60, "Between the two, before kim");
    read_in(&desk, &first, 30 * 60, "After kim joined");
    assert_eq!(reads(&desk, "mara@example.com", id).len(), 3);
    assert_eq!(reads(&desk, "kim@example.com", id), ["After kim joined"]);
    // Nor is it quoted to them (R1.3).
    desk.does("ana", id, reply("To both of you"));
    let left = desk.leaves();
    let to_kim = left.iter().find(|mail| mail.to.address == "kim@example.com").unwrap();
    assert!(!format!("{to_kim:?}").contains("before kim"), "{to_kim:?}");
}

/// Through the item's followers it is the same.
#[test]
fn who_joined_through_an_item_reads_nothing_from_before_either() {
    let desk = TestDesk::new();
    let first = letter("mara@example.com", "Card", "My card");
    let id = arrives(&desk, first.clone()).conversation.unwrap();
    let item = desk.item(ItemKind::Ticket, Some("mara@example.com"), None);
    desk.desk
        .add_item_follower(
            &desk.agent("olga"),
            item,
            &deskline::domain::people::Party::Customer("kim@example.com".into()),
        )
        .unwrap();
    desk.later(60);
    desk.does("olga", id, Command::Link { item, confirmed: true });
    desk.later(60);
    read_in(&desk, &first, 90 * 60, "Before kim");
    desk.does("ana", id, reply("Hello"));
    assert_eq!(reads(&desk, "kim@example.com", id), ["Hello"]);
}

/// In whatever order people join and mails are read in, nobody but the requester reads what is older than their joining, and
/// what is newer is read by everybody.
#[test]
fn any_order_of_joining_and_reading_in_shows_to_each_what_came_after_them() {
    for seed in 0..12 {
        let desk = TestDesk::new();
        let mut random = Random::of(seed, 0, 0);
        let start = desk.desk.now();
        let minutes = |desk: &TestDesk| (desk.desk.now() - start).num_minutes();
        let first = letter("mara@example.com", "Card", "at 1");
        let id = taken(&desk, &mail(first.clone())).conversation.unwrap();
        let mut joined: Vec<(String, i64)> = vec![("mara@example.com".into(), 0)];
        let mut written = vec![1];
        for step in 0..30 {
            // What is done takes the third minute.
            desk.later(2);
            let now = minutes(&desk) + 1;
            match random.below(6) {
                0 if joined.len() < 5 => {
                    let address = format!("{step}@example.com");
                    desk.does("ana", id, add_customer(&address, true));
                    joined.push((address, now));
                }
                1 => {
                    desk.does("ana", id, reply(&format!("at {now}")));
                    written.push(now);
                }
                2 => {
                    desk.does("ben", id, note("Between us"));
                }
                _ => {
                    // Never in the very minute of something that was done.
                    desk.later(1);
                    let at = (now - 1 - 3 * i64::try_from(random.below(20)).unwrap()).max(2);
                    read_in(&desk, &first, (now - at) * 60, &format!("at {at}"));
                    written.push(at);
                }
            }
            written.sort_unstable();
            for (address, since) in &joined {
                let texts: Vec<String> =
                    written.iter().filter(|at| **at >= *since).map(|at| format!("at {at}")).collect();
                assert_eq!(reads(&desk, address, id), texts, "{seed} {step} {address} since {since}");
            }
        }
    }
}
