//! Two or three features one after another that have nothing to do with each other: what was held, merged, taken back, addressed
//! or parted still goes where it may and nowhere else.

use super::leaving::{deliveries, entry_of, send_all, words};
use super::letters::{BILLING, arrives, letter, mail, person, taken};
use crate::desks::{TestDesk, add_agent, add_customer, assign, link, make, refusal, remove, reply, text};
use deskline::{
    desk::page::{Denied, Opened},
    domain::{
        command::{Command, Writing},
        conversation::{Audience, Privacy},
        id::{ConversationId, EntrySeq},
        letter::Letter,
        mail::{DeliveryState, HeldWhy, InMail, Verdict},
        people::Party,
        refusal::RefusalKind,
    },
};

const HIDDEN: &str = "The board wants to drop this customer by the end of June.";

fn begun(desk: &TestDesk, from: &str) -> ConversationId {
    arrives(desk, letter(from, "Card", "My card is declined")).conversation.unwrap()
}

/// A conversation of mara's in which a reply of ana's is held, since it repeats what she may not read.
fn held(desk: &TestDesk) -> (ConversationId, EntrySeq) {
    let item = desk.ticket();
    let id = begun(desk, "mara@example.com");
    desk.does("ana", id, reply("Which bank is it?"));
    desk.later(1);
    send_all(desk);
    desk.does("olga", id, link(item));
    let secret = desk.start_on("olga", item, Audience::Internal, HIDDEN);
    desk.does("olga", secret, make(Privacy::Private, true));
    let seq = desk.does("ana", id, reply(&format!("Sorry: {HIDDEN}"))).message.unwrap();
    assert_eq!(desk.desk.held_replies(&desk.agent("olga")).unwrap().len(), 1);
    (id, seq)
}

fn sent(desk: &TestDesk) -> Vec<(String, String)> {
    desk.later(5);
    send_all(desk).iter().map(|mail| (mail.to.address.clone(), words(mail).to_owned())).collect()
}

fn to_mara() -> Vec<(String, String)> {
    vec![("mara@example.com".to_owned(), format!("Sorry: {HIDDEN}"))]
}

#[test]
fn a_held_reply_goes_along_when_merged_and_leaves_once_from_where_it_is() {
    let desk = TestDesk::with_privacy();
    let (id, seq) = held(&desk);
    let into = begun(&desk, "mara@example.com");
    let olga = desk.agent("olga");
    desk.desk.merge(&olga, id, into, true).unwrap();
    assert!(desk.desk.release_reply(&olga, id, seq).is_err(), "nothing is there any more");
    let there = desk.desk.held_replies(&olga).unwrap().remove(0);
    assert_eq!(there.conversation, into);
    desk.desk.release_reply(&olga, into, there.seq).unwrap();
    assert_eq!(sent(&desk), to_mara());
    assert!(desk.desk.release_reply(&olga, into, there.seq).is_err(), "once");
    // Parted afterwards, it stays sent and is nobody else's.
    desk.desk.undo_merge(&olga, id).unwrap();
    assert_eq!(sent(&desk), []);
    assert_eq!(deliveries(&desk, "olga", id).last().unwrap().state, DeliveryState::Sent);
    assert!(deliveries(&desk, "olga", into).is_empty());
}

#[test]
fn a_held_reply_that_is_let_go_into_a_lock_does_not_leave_until_somebody_sends_it_again() {
    let desk = TestDesk::with_privacy();
    let (id, seq) = held(&desk);
    desk.does("ana", id, Command::Close);
    desk.does("ana", id, Command::Lock);
    desk.desk.release_reply(&desk.agent("olga"), id, seq).unwrap();
    assert_eq!(sent(&desk), []);
    assert_eq!(refusal(desk.desk.retry_mail(&desk.agent("ana"), id, seq)).kind, RefusalKind::Locked);
    desk.does("ana", id, Command::Unlock);
    desk.desk.retry_mail(&desk.agent("ana"), id, seq).unwrap();
    assert_eq!(sent(&desk), to_mara(), "an administrator let it go");
}

#[test]
fn a_held_reply_that_was_discarded_is_held_again_wherever_it_stands_by_then() {
    let desk = TestDesk::with_privacy();
    let (id, seq) = held(&desk);
    let olga = desk.agent("olga");
    desk.desk.discard_reply(&olga, id, seq).unwrap();
    let into = begun(&desk, "mara@example.com");
    desk.desk.merge(&olga, id, into, true).unwrap();
    let there = entry_of(&desk, into, &format!("Sorry: {HIDDEN}"));
    desk.desk.retry_mail(&desk.agent("ana"), into, there).unwrap();
    assert_eq!(sent(&desk), []);
    assert_eq!(desk.desk.held_replies(&olga).unwrap()[0].conversation, into);
}

/// Whom merging brought in was never to be sent it: what never left is not quoted to them either.
#[test]
fn what_was_held_or_taken_back_is_not_quoted_to_whom_merging_brings_in() {
    for taken_back in [false, true] {
        let desk = TestDesk::with_privacy();
        let (id, seq) = held(&desk);
        if taken_back {
            desk.desk.cancel_mail(&desk.agent("ana"), id, seq).unwrap();
        }
        let into = begun(&desk, "kim@example.com");
        desk.desk.merge(&desk.agent("olga"), id, into, true).unwrap();
        desk.does("olga", into, reply("To both of you"));
        desk.later(5);
        let left = send_all(&desk);
        let to: Vec<&str> = left.iter().map(|mail| mail.to.address.as_str()).collect();
        assert_eq!(to, ["kim@example.com", "mara@example.com"]);
        assert!(left.iter().all(|mail| !format!("{mail:?}").contains("board")), "{left:?}");
        let view = desk.desk.customer_view(&desk.agent("olga"), "kim@example.com", Some(into)).unwrap();
        assert!(!format!("{view:?}").contains("board"), "{view:?}");
    }
}

/// A repeated write is answered again (R1.8), and tells nothing of where its message went.
#[test]
fn a_repeated_write_says_no_number_of_a_conversation_that_its_writer_may_not_read() {
    let desk = TestDesk::with_privacy();
    let (open, private) = (begun(&desk, "mara@example.com"), desk.private_of("ben"));
    let again = || Writing { client_id: Some("once".into()), ..text("Which bank is it?") };
    let first = desk.does("ben", open, Command::Reply(again())).message;
    assert_eq!(desk.does("ben", open, Command::Reply(again())).message, first);
    desk.desk.merge(&desk.agent("olga"), open, private, true).unwrap();
    desk.does("olga", private, assign("ana"));
    assert!(matches!(desk.open("ben", private), Opened::NotFound(_) | Opened::Restricted(_)));
    let second = desk.does("ben", open, Command::Reply(again()));
    assert_eq!((second.conversation, second.message), (open, None));
}

#[test]
fn a_held_reply_outlives_its_writers_access_and_is_the_administrators_alone() {
    for switched_off in [false, true] {
        let desk = TestDesk::with_privacy();
        let (id, seq) = held(&desk);
        desk.does("olga", id, make(Privacy::Private, true));
        desk.does("olga", id, assign("ben"));
        let ana = desk.agent("ana");
        if switched_off {
            desk.switch_off("ana");
        }
        for tried in [desk.desk.cancel_mail(&ana, id, seq), desk.desk.retry_mail(&ana, id, seq)] {
            let words = format!("{:?}", tried.unwrap_err());
            assert!(!words.contains("mara") && !words.contains("board") && !words.contains("ben"), "{words}");
        }
        assert!(desk.desk.release_reply(&desk.agent("ben"), id, seq).is_err());
        desk.desk.release_reply(&desk.agent("adam"), id, seq).unwrap();
        assert_eq!(sent(&desk), to_mara());
    }
}

/// Within the ten seconds, by whoever may reply there at that moment, and by nobody else.
#[test]
fn a_reply_is_taken_back_by_whoever_may_reply_there_then() {
    let desk = TestDesk::with_privacy();
    let id = begun(&desk, "mara@example.com");
    let seq = desk.does("ana", id, reply("Too early")).message.unwrap();
    assert_eq!(refusal(desk.desk.cancel_mail(&desk.agent("dev"), id, seq)).rule, "R5.2");
    desk.does("olga", id, make(Privacy::Private, true));
    desk.does("olga", id, assign("ben"));
    assert!(desk.desk.cancel_mail(&desk.agent("ana"), id, seq).is_err(), "not even her own any more");
    let into = begun(&desk, "mara@example.com");
    desk.desk.merge(&desk.agent("olga"), id, into, true).unwrap();
    let there = entry_of(&desk, into, "Too early");
    assert!(desk.desk.cancel_mail(&desk.agent("olga"), id, there).is_err(), "it is not there any more");
    desk.desk.cancel_mail(&desk.agent("olga"), into, there).unwrap();
    assert_eq!(sent(&desk), []);
    // Taken back is not said to anybody, and parting is refused, since a line was added.
    assert!(refusal(desk.desk.undo_merge(&desk.agent("olga"), id)).text.contains("Something was added"));
}

#[test]
fn a_reply_address_ends_with_the_part_its_customer_takes_and_begins_again_with_it() {
    let desk = TestDesk::new();
    let id = begun(&desk, "mara@example.com");
    desk.does("ana", id, add_customer("kim@example.com", true));
    desk.does("ana", id, reply("Hello both"));
    desk.later(1);
    let left = send_all(&desk);
    let kim = left.iter().find(|mail| mail.to.address == "kim@example.com").unwrap();
    let answer = |text: &str| Letter {
        to: vec![TestDesk::tagged(kim.reply_token.as_ref().unwrap())],
        in_reply_to: vec![kim.message_id.clone()],
        ..letter("kim@example.com", "Re: Card", text)
    };
    assert_eq!(arrives(&desk, answer("One")).conversation, Some(id));
    desk.does("ana", id, remove(Party::Customer("kim@example.com".into())));
    let alone = arrives(&desk, answer("Two")).conversation.unwrap();
    assert_ne!(alone, id);
    // Merged into another conversation of mara's it is still not kim's.
    let into = begun(&desk, "mara@example.com");
    desk.desk.merge(&desk.agent("olga"), id, into, true).unwrap();
    assert_ne!(arrives(&desk, answer("Three")).conversation, Some(into));
    desk.does("ana", into, add_customer("kim@example.com", true));
    assert_eq!(arrives(&desk, answer("Four")).conversation, Some(into));
    let view = desk.desk.customer_view(&desk.agent("olga"), "kim@example.com", Some(into)).unwrap();
    let texts: Vec<&str> = view.conversations[0].messages.iter().map(|message| message.text.as_str()).collect();
    assert_eq!(texts, ["Four"]);
}

#[test]
fn an_agents_reply_address_follows_a_merge_only_as_far_as_its_access() {
    let desk = super::agents::desk();
    let (id, into) = (begun(&desk, "mara@example.com"), begun(&desk, "mara@example.com"));
    desk.does("olga", into, make(Privacy::Private, true));
    desk.does("olga", into, assign("ben"));
    let by_ana = |text: &str| super::agents::by(&desk, "ana", id, text);
    desk.desk.merge(&desk.agent("olga"), id, into, true).unwrap();
    let before = desk.texts("ben", into).len();
    super::agents::is_refused(&desk, arrives(&desk, by_ana("Into what is ben's")));
    assert_eq!(desk.texts("ben", into).len(), before);
    desk.does("olga", into, assign("ana"));
    assert_eq!(arrives(&desk, by_ana("Mine now")).conversation, Some(into));
    desk.does("olga", into, Command::Release { confirmed: true });
    desk.desk.leave_group(&desk.agent("olga"), "Support", "ana").unwrap();
    super::agents::is_refused(&desk, arrives(&desk, by_ana("Out of the group")));
    desk.does("olga", into, make(Privacy::Public, true));
    super::agents::is_refused(&desk, arrives(&desk, by_ana("Reading, not replying")));
    desk.does("olga", into, add_agent("ana", true));
    assert_eq!(arrives(&desk, by_ana("Added by name")).conversation, Some(into));
}

/// The same bytes at two mailboxes, and the same letter over two relays.
#[test]
fn one_mail_to_two_of_our_addresses_is_one_message_and_ours_to_each_other_none() {
    let desk = TestDesk::new();
    let both = Letter { cc: vec![person("", BILLING)], ..letter("mara@example.com", "Card", "To both of you") };
    let at_support = mail(both);
    let at_billing = InMail { mailbox: "billing".into(), group: Some("Billing".into()), ..at_support.clone() };
    let (first, second) = (taken(&desk, &at_support), taken(&desk, &at_billing));
    assert_eq!((first.conversation, first.message), (second.conversation, second.message));
    assert_eq!(desk.row(first.conversation.unwrap()).group.as_deref(), Some("Support"));
    let relayed = InMail { raw: b"over another relay".to_vec(), ..at_billing };
    assert_eq!(taken(&desk, &relayed).conversation, first.conversation);
    assert_eq!(desk.count("SELECT count(*) FROM message"), 1);
    // Billing is a customer of Support's, or so it says: nothing goes from one to the other and back.
    for _ in 0..3 {
        let ours = arrives(&desk, letter(BILLING, "Invoice", "For Support"));
        assert_eq!(ours.verdict, Verdict::Held(HeldWhy::OwnAddress));
    }
    let one = first.conversation.unwrap();
    desk.does("olga", one, add_customer(BILLING, true));
    desk.does("ana", one, reply("To mara and to ourselves"));
    desk.later(1);
    let left: Vec<String> = std::iter::from_fn(|| super::leaving::lease(&desk))
        .map(|mail| {
            assert!(desk.desk.mail_sent(super::leaving::WORKER, &mail).unwrap());
            mail.to.address
        })
        .collect();
    assert_eq!(left, ["mara@example.com"]);
}

#[test]
fn an_answer_to_all_with_the_addresses_of_two_customers_is_its_writers() {
    let desk = TestDesk::new();
    let id = begun(&desk, "mara@example.com");
    desk.does("ana", id, add_customer("kim@example.com", true));
    let other = begun(&desk, "jo@example.com");
    let tag = |id, whom: &str| TestDesk::tagged(&desk.token(id, whom));
    for (number, tags) in [
        vec![tag(id, "mara@example.com"), tag(id, "kim@example.com")],
        vec![tag(other, "jo@example.com"), tag(id, "mara@example.com"), tag(id, "kim@example.com")],
        vec![tag(id, "kim@example.com"), tag(other, "jo@example.com")],
    ]
    .into_iter()
    .enumerate()
    {
        let all = Letter {
            to: tags[..1].to_vec(),
            cc: tags[1..].to_vec(),
            ..letter("kim@example.com", "Re", &format!("To all {number}"))
        };
        assert_eq!(arrives(&desk, all).conversation, Some(id), "{number}");
    }
    // In the envelope alone (Bcc), in upper case, in angle brackets: still for its bearer alone.
    let upper = |whom: &str| format!("<{}>", tag(id, whom).address.to_uppercase());
    for (from, joins) in [("kim@example.com", true), ("eve@evil.example", false), ("jo@example.com", false)] {
        let hidden = InMail { envelope_to: vec![upper("kim@example.com")], ..mail(letter(from, "Re", "Hidden")) };
        assert_eq!(taken(&desk, &hidden).conversation == Some(id), joins, "{from}");
    }
    // Spelt in any other way it is no reply address.
    let bare = tag(id, "kim@example.com").address;
    for spelt in [bare.replace('+', "%2b"), bare.replace('+', "-"), bare.replacen('@', "=40", 1), format!("x{bare}")] {
        let to = vec![person("", &spelt)];
        let other = arrives(&desk, Letter { to, ..letter("kim@example.com", "Re", &format!("By {spelt}")) });
        assert_ne!(other.conversation, Some(id), "{spelt}");
    }
}

/// What waited while its thread went on: it goes by what holds when it is let go.
#[test]
fn what_is_let_go_late_goes_where_it_may_go_then() {
    for then in ["merged", "locked", "private", "removed"] {
        let desk = TestDesk::with_privacy();
        let id = begun(&desk, "mara@example.com");
        desk.does("ana", id, add_customer("kim@example.com", true));
        let to = vec![TestDesk::tagged(&desk.token(id, "kim@example.com"))];
        for number in 0..20 {
            arrives(&desk, letter("kim@example.com", "Ping", &format!("Ping {number}")));
        }
        let late = Letter { to, ..letter("kim@example.com", "Re: Card", "Late") };
        let waits = arrives(&desk, late.clone());
        assert_eq!(waits.verdict, Verdict::Held(HeldWhy::ManyFromSender));
        let into = begun(&desk, "mara@example.com");
        match then {
            "merged" => {
                desk.desk.merge(&desk.agent("olga"), id, into, true).unwrap();
            }
            "locked" => {
                desk.does("ana", id, Command::Close);
                desk.does("ana", id, Command::Lock);
            }
            "private" => {
                desk.does("olga", id, make(Privacy::Private, true));
                desk.does("olga", id, assign("ben"));
            }
            _ => {
                desk.does("ana", id, remove(Party::Customer("kim@example.com".into())));
            }
        }
        let before = desk.texts("olga", id);
        let let_go = desk.desk.release_held(&desk.agent("olga"), waits.mail, &|_| Ok(late.clone()), false).unwrap();
        let there = let_go.conversation.unwrap();
        assert_eq!(let_go.verdict, Verdict::Message, "{then}");
        match then {
            "merged" => assert_eq!(there, into),
            "private" => assert_eq!(there, id),
            "locked" => assert_eq!(desk.row(there).follow_up_to, Some(id)),
            _ => assert_eq!(desk.row(there).follow_up_to, None),
        }
        assert_eq!(desk.texts("olga", id) != before, there == id, "{then}");
        assert!(matches!(
            desk.desk.release_held(&desk.agent("olga"), waits.mail, &|_| Ok(late.clone()), false),
            Err(Denied::NotFound(_))
        ));
    }
}

/// However often a conversation was merged into the next: what is addressed to the first arrives in the last.
#[test]
fn a_long_chain_of_merges_is_followed_to_its_end() {
    let desk = TestDesk::new();
    let first = begun(&desk, "mara@example.com");
    let to = vec![TestDesk::tagged(&desk.token(first, "mara@example.com"))];
    let mut last = first;
    for _ in 0..60 {
        desk.later(10);
        let next = begun(&desk, "mara@example.com");
        desk.desk.merge(&desk.agent("ana"), last, next, true).unwrap();
        last = next;
    }
    let answer = Letter { to, ..letter("mara@example.com", "Re: Card", "To the very first") };
    assert_eq!(arrives(&desk, answer).conversation, Some(last));
}

/// A follow-up goes on with the matter of the locked one, whose item it does not have (R2.7).
#[test]
fn what_is_internal_about_an_item_stays_so_in_the_follow_up_of_its_conversation() {
    let desk = TestDesk::with_privacy();
    let (id, seq) = held(&desk);
    desk.desk.discard_reply(&desk.agent("olga"), id, seq).unwrap();
    desk.does("ana", id, Command::Close);
    desk.does("ana", id, Command::Lock);
    let to = vec![TestDesk::tagged(&desk.token(id, "mara@example.com"))];
    let follow_up = arrives(&desk, Letter { to, ..letter("mara@example.com", "Re: Card", "And now?") });
    let follow_up = follow_up.conversation.unwrap();
    assert_eq!(desk.row(follow_up).follow_up_to, Some(id));
    desk.does("ana", follow_up, reply(&format!("Sorry: {HIDDEN}")));
    let there = desk.desk.held_replies(&desk.agent("olga")).unwrap().remove(0);
    assert_eq!(there.conversation, follow_up);
    assert!(sent(&desk).iter().all(|(_, words)| !words.contains("board")));
    // Who may read it is asked.
    let asked = desk.refused("olga", follow_up, reply(&format!("Sorry: {HIDDEN}")));
    assert_eq!((asked.kind, asked.rule), (RefusalKind::Confirm, "R1.4"));
}
