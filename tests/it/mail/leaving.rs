//! Mail on its way out: once to each recipient, from the support address, retried in bounded time, and taken back in time.

use super::letters::{BILLING, SUPPORT, arrives, letter, person};
use crate::desks::{TestDesk, add_customer, assign, make, note, refusal, reply, starting, text, with_customers};
use deskline::{
    desk::{
        AgentChange, CustomerChange,
        mail::{Failure, OutMail, Words},
        page::Denied,
        token,
    },
    domain::{
        command::{Command, Start},
        conversation::Privacy,
        id::{ConversationId, EntrySeq},
        mail::DeliveryState,
        outgoing::{Delivery, MailPreference, MailboxInfo},
        people::{Notify, Party},
        refusal::RefusalKind,
        setting::SettingKey,
    },
};

pub fn mailboxes() -> Vec<MailboxInfo> {
    let mailbox = |name: &str, address: &str, group: &str| MailboxInfo {
        name: name.into(),
        address: address.into(),
        group: Some(group.into()),
        usable: true,
    };
    vec![mailbox("billing", BILLING, "Billing"), mailbox("support", SUPPORT, "Support")]
}

pub const WORKER: &str = "worker 1";

/// The mail that is due, if any.
pub fn lease(desk: &TestDesk) -> Option<OutMail> {
    desk.desk.lease_mail(WORKER, &mailboxes()).expect("a lease")
}

/// Everything that is due, sent.
pub fn send_all(desk: &TestDesk) -> Vec<OutMail> {
    std::iter::from_fn(|| {
        let mail = lease(desk)?;
        assert!(desk.desk.mail_sent(WORKER, &mail).unwrap());
        Some(mail)
    })
    .collect()
}

pub fn words(mail: &OutMail) -> &str {
    match &mail.words {
        Words::Customer { text, .. } => text.as_str(),
        Words::Team(text) => text.as_str(),
    }
}

/// A conversation of Mara's that came by mail, with Ana's reply on its way.
pub fn answered(desk: &TestDesk) -> ConversationId {
    let taken = arrives(desk, letter("mara@example.com", "Card declined", "My card is declined"));
    let id = taken.conversation.expect("a conversation");
    desk.does("ana", id, reply("Which bank is it?"));
    id
}

pub fn deliveries(desk: &TestDesk, handle: &str, id: ConversationId) -> Vec<Delivery> {
    desk.thread(handle, id).entries.into_iter().flat_map(|entry| entry.delivery).collect()
}

pub fn states(desk: &TestDesk, id: ConversationId) -> Vec<DeliveryState> {
    deliveries(desk, "ana", id).into_iter().map(|delivery| delivery.state).collect()
}

pub fn entry_of(desk: &TestDesk, id: ConversationId, text: &str) -> EntrySeq {
    desk.thread("olga", id).entries.into_iter().find(|entry| entry.text == text).expect("the entry").seq
}

#[test]
fn a_reply_waits_ten_seconds_and_leaves_once_in_its_thread() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    assert_eq!(lease(&desk), None, "it can still be taken back");
    assert_eq!(desk.desk.next_mail_at().unwrap(), Some(desk.desk.now() + chrono::Duration::seconds(10)));
    desk.seconds(9);
    assert_eq!(lease(&desk), None);
    desk.seconds(1);
    let mail = lease(&desk).expect("it is due");
    assert_eq!(lease(&desk), None, "one worker at a time");
    assert_eq!(states(&desk, id), [DeliveryState::Sending]);
    assert_eq!((mail.mailbox.as_str(), mail.attempt, mail.automatic), ("support", 1, false));
    assert_eq!(mail.to, person("", "mara@example.com"));
    assert_eq!(mail.from_name, "Ana Ruiz");
    assert_eq!(mail.subject, "Re: Card declined");
    assert_eq!(words(&mail), "Which bank is it?");
    let Words::Customer { quoted: Some((head, quoted)), .. } = &mail.words else { panic!("{mail:?}") };
    assert_eq!(quoted.as_str(), "My card is declined");
    assert!(head.starts_with("On 3 May 2026 at 09:0") && head.ends_with(" wrote:"), "{head}");
    assert_eq!(mail.references.len(), 1);
    assert_eq!(mail.in_reply_to.as_ref(), mail.references.last());
    assert!(mail.references[0].ends_with("@mail.example"), "the customer's own: {:?}", mail.references);
    assert!(mail.message_id.ends_with("@acme.example"), "{}", mail.message_id);
    assert!(desk.desk.mail_sent(WORKER, &mail).unwrap());
    assert_eq!(states(&desk, id), [DeliveryState::Sent]);
    assert!(!desk.desk.mail_sent(WORKER, &mail).unwrap(), "the lease is over");
    desk.later(60 * 24 * 30);
    assert_eq!(lease(&desk), None);
    assert_eq!(desk.desk.next_mail_at().unwrap(), None);
    // The next one knows the whole thread.
    arrives(&desk, letter("jo@example.com", "Other", "Something else"));
    desk.does("ana", id, reply("Are you there?"));
    desk.later(1);
    let second = send_all(&desk).remove(0);
    assert_eq!(second.references, [mail.references[0].clone(), mail.message_id.clone()]);
    assert_eq!(second.in_reply_to, Some(mail.message_id));
    assert_eq!(second.subject, "Re: Card declined");
}

#[test]
fn the_undo_delay_is_a_setting() {
    let desk = TestDesk::new();
    desk.set(SettingKey::UndoSeconds, "0");
    answered(&desk);
    assert_eq!(send_all(&desk).len(), 1, "at once");
    desk.set(SettingKey::UndoSeconds, "120");
    answered(&desk);
    desk.seconds(119);
    assert_eq!(send_all(&desk).len(), 0);
    desk.seconds(1);
    assert_eq!(send_all(&desk).len(), 1);
}

#[test]
fn what_was_taken_back_never_leaves_and_stays_marked_until_it_is_sent_after_all() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    let seq = entry_of(&desk, id, "Which bank is it?");
    desk.desk.cancel_mail(&desk.agent("ana"), id, seq).unwrap();
    desk.later(60);
    assert_eq!(lease(&desk), None);
    assert_eq!(states(&desk, id), [DeliveryState::Cancelled]);
    let texts = desk.texts("ben", id);
    assert!(texts.contains(&"Which bank is it?".to_owned()), "it stays in the thread: {texts:?}");
    assert_eq!(texts.last().unwrap(), "Ana Ruiz took back a reply before it left; it was not sent.");
    // It is not what the next reply answers, since the customer never saw it.
    desk.does("ana", id, reply("Which card is it?"));
    desk.later(1);
    let next = send_all(&desk).remove(0);
    let Words::Customer { quoted: Some((_, quoted)), .. } = &next.words else { panic!("{next:?}") };
    assert_eq!(quoted.as_str(), "My card is declined");
    desk.desk.retry_mail(&desk.agent("ben"), id, seq).unwrap();
    assert_eq!(words(&send_all(&desk)[0]), "Which bank is it?");
    let late = refusal(desk.desk.cancel_mail(&desk.agent("ana"), id, seq));
    assert!(late.text.starts_with("It has left"), "{late:?}");
    assert!(desk.desk.retry_mail(&desk.agent("ana"), id, seq).is_err(), "nothing of it failed");
}

#[test]
fn what_was_taken_back_is_no_conversations_last_words_in_lists() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    let last = || desk.row(id).last.map(|last| (last.from, last.text)).unwrap();
    let of_ana = |words: &str| ("Ana Ruiz".to_owned(), words.to_owned());
    let seq = entry_of(&desk, id, "Which bank is it?");
    assert_eq!(last(), of_ana("Which bank is it?"));
    desk.desk.cancel_mail(&desk.agent("ana"), id, seq).unwrap();
    assert_eq!(last(), of_ana("(taken back)"));
    desk.desk.retry_mail(&desk.agent("ana"), id, seq).unwrap();
    assert_eq!(last(), of_ana("Which bank is it?"), "it leaves after all");
    desk.does("ana", id, reply("And which card?"));
    desk.desk.cancel_mail(&desk.agent("ana"), id, seq).unwrap();
    assert_eq!(last(), of_ana("And which card?"), "others came after it");
    let next = entry_of(&desk, id, "And which card?");
    desk.desk.cancel_mail(&desk.agent("ana"), id, next).unwrap();
    assert_eq!(last(), of_ana("(taken back)"));
    desk.desk.retry_mail(&desk.agent("ana"), id, seq).unwrap();
    assert_eq!(last(), of_ana("(taken back)"), "what is sent after all is still not the last");
}

#[test]
fn who_may_not_reply_can_neither_take_back_nor_send_again() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    let seq = entry_of(&desk, id, "Which bank is it?");
    let before = desk.contents();
    assert_eq!(refusal(desk.desk.cancel_mail(&desk.agent("dev"), id, seq)).rule, "R5.2");
    assert_eq!(refusal(desk.desk.retry_mail(&desk.agent("dev"), id, seq)).rule, "R5.2");
    assert!(matches!(desk.desk.cancel_mail(&desk.agent("ana"), id, EntrySeq(99)), Err(Denied::NotFound(_))));
    assert!(matches!(desk.desk.cancel_mail(&desk.agent("ana"), ConversationId(99), seq), Err(Denied::NotFound(_))));
    assert_eq!(desk.contents(), before);
}

#[test]
fn a_server_that_is_down_is_asked_less_and_less_often_for_three_days() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    let begin = desk.desk.now();
    let (mut at, mut ids) = (Vec::new(), std::collections::BTreeSet::new());
    while let Some(next) = desk.desk.next_mail_at().unwrap() {
        desk.seconds((next - desk.desk.now()).num_seconds().max(0));
        let mail = lease(&desk).expect("due");
        at.push((desk.desk.now() - begin).num_minutes());
        ids.insert(mail.message_id.clone());
        assert_eq!(mail.attempt as usize, at.len());
        assert!(desk.desk.mail_failed(WORKER, &mail, Failure::Temporary, "The server\r\nis down.").unwrap());
    }
    assert_eq!(at[..10], [0, 1, 3, 7, 15, 31, 63, 127, 255, 511]);
    assert!(at.len() < 25 && *at.last().unwrap() <= 3 * 24 * 60, "{at:?}");
    assert_eq!(ids.len(), 1, "the same Message-ID every time");
    let failed = deliveries(&desk, "ana", id).remove(0);
    assert_eq!((failed.state, failed.words.as_str()), (DeliveryState::Failed, "The server is down."));
    let seq = entry_of(&desk, id, "Which bank is it?");
    desk.desk.retry_mail(&desk.agent("ana"), id, seq).unwrap();
    let again = lease(&desk).expect("at once, with all patience again");
    assert_eq!((again.attempt, ids.contains(&again.message_id)), (1, true));
}

#[test]
fn what_the_server_refuses_for_good_is_not_tried_again() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    desk.later(1);
    let mail = lease(&desk).unwrap();
    desk.desk.mail_failed(WORKER, &mail, Failure::Permanent, "550 5.1.1 no such user").unwrap();
    assert_eq!(desk.desk.next_mail_at().unwrap(), None);
    let failed = deliveries(&desk, "ben", id).remove(0);
    assert_eq!((failed.state, failed.words.as_str()), (DeliveryState::Failed, "550 5.1.1 no such user"));
}

#[test]
fn where_nobody_knows_it_is_tried_once_more_with_the_same_id_and_shown_as_such() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    desk.later(1);
    let first = lease(&desk).unwrap();
    desk.desk.mail_unknown(WORKER, &first, "The line broke.").unwrap();
    assert_eq!(states(&desk, id), [DeliveryState::Unknown]);
    assert_eq!(lease(&desk), None);
    desk.later(1);
    let second = lease(&desk).expect("once more");
    assert_eq!((&second.message_id, &second.words, second.date), (&first.message_id, &first.words, first.date));
    desk.desk.mail_unknown(WORKER, &second, "The line broke again.").unwrap();
    desk.later(60 * 24 * 10);
    assert_eq!(lease(&desk), None, "not a third time");
    assert_eq!(states(&desk, id), [DeliveryState::Unknown]);
    let seq = entry_of(&desk, id, "Which bank is it?");
    desk.desk.retry_mail(&desk.agent("ana"), id, seq).unwrap();
    assert_eq!(send_all(&desk)[0].message_id, first.message_id);
    assert_eq!(states(&desk, id), [DeliveryState::Sent]);
}

#[test]
fn after_a_doubt_a_clear_no_is_tried_again_but_never_called_failed() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    desk.later(1);
    let first = lease(&desk).unwrap();
    desk.desk.mail_unknown(WORKER, &first, "The line broke.").unwrap();
    desk.later(1);
    let second = lease(&desk).unwrap();
    desk.desk.mail_failed(WORKER, &second, Failure::Temporary, "Busy.").unwrap();
    assert_eq!(states(&desk, id), [DeliveryState::Unknown]);
    desk.later(2);
    let third = lease(&desk).expect("it was not taken the second time, for certain");
    desk.desk.mail_failed(WORKER, &third, Failure::Permanent, "No.").unwrap();
    assert_eq!(states(&desk, id), [DeliveryState::Unknown], "the first one may have arrived");
    desk.later(60 * 24);
    assert_eq!(lease(&desk), None);
}

#[test]
fn a_worker_that_died_while_sending_is_followed_by_one_more_try() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    desk.later(1);
    let lost = lease(&desk).unwrap();
    assert!(desk.desk.mail_begins(WORKER, &lost).unwrap());
    desk.later(9);
    assert_eq!(desk.desk.lease_mail("worker 2", &mailboxes()).unwrap(), None, "its lease holds");
    desk.later(1);
    let again = desk.desk.lease_mail("worker 2", &mailboxes()).unwrap().expect("the lease ran out");
    assert_eq!((&again.message_id, again.attempt), (&lost.message_id, 2));
    assert!(!desk.desk.mail_sent(WORKER, &lost).unwrap(), "it is not the first worker's to say any more");
    assert!(!desk.desk.mail_failed(WORKER, &lost, Failure::Permanent, "late").unwrap());
    assert!(!desk.desk.mail_sent("worker 2", &lost).unwrap());
    assert!(!desk.desk.mail_begins("worker 2", &lost).unwrap() && !desk.desk.mail_begins(WORKER, &again).unwrap());
    assert!(desk.desk.mail_begins("worker 2", &again).unwrap());
    desk.later(11);
    assert_eq!(lease(&desk), None, "not a third time");
    let unknown = deliveries(&desk, "ana", id).remove(0);
    assert_eq!(unknown.state, DeliveryState::Unknown);
    assert!(unknown.words.contains("may have arrived"), "{}", unknown.words);
}

#[test]
fn each_customer_gets_a_mail_of_their_own() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    desk.later(1);
    send_all(&desk);
    desk.does("ana", id, add_customer("yves@example.com", true));
    desk.does("ana", id, reply("Yves will help."));
    desk.later(1);
    let mails = send_all(&desk);
    let to: Vec<&str> = mails.iter().map(|mail| mail.to.address.as_str()).collect();
    assert_eq!(to, ["mara@example.com", "yves@example.com"]);
    assert_ne!(mails[0].message_id, mails[1].message_id);
    assert_ne!(mails[0].reply_token, mails[1].reply_token);
    let key = key(&desk);
    let of = |mail: &OutMail| token::read(&key, mail.reply_token.as_ref().unwrap()).unwrap();
    assert_eq!((of(&mails[0]).0, of(&mails[1]).0), (id, id));
    assert!(matches!(of(&mails[0]).1, token::Bearer::Customer(_)) && of(&mails[0]).1 != of(&mails[1]).1);
    assert_eq!(mails[0].references.len(), 2);
    assert_eq!(mails[1].references, Vec::<String>::new(), "he was sent nothing before");
    let Words::Customer { quoted, .. } = &mails[1].words else { panic!() };
    assert_eq!(*quoted, None, "and reads only from joining on");
}

/// The desk's key, out of the file.
pub fn key(desk: &TestDesk) -> [u8; 32] {
    let file = rusqlite::Connection::open(desk.file()).unwrap();
    let key: Vec<u8> = file.query_row("SELECT bytes FROM secret", [], |row| row.get(0)).unwrap();
    key.try_into().unwrap()
}

/// What may not leave any more in the moment of sending, and why.
#[test]
fn everything_is_asked_again_in_the_moment_of_sending() {
    type Change<'a> = &'a dyn Fn(&TestDesk, ConversationId);
    let cases: [(&str, Change<'_>); 4] = [
        ("Its recipient takes no part in the conversation any more.", &|desk, id| {
            desk.does("ana", id, add_customer("yves@example.com", true));
            desk.does("ana", id, reply("To both."));
            desk.does("ana", id, Command::Remove(Party::Customer("yves@example.com".into())));
        }),
        ("Its recipient is blocked.", &|desk, _| {
            let change = CustomerChange { blocked: Some(true), ..CustomerChange::default() };
            desk.desk.set_customer(&desk.agent("olga"), "mara@example.com", &change).unwrap();
        }),
        (
            "The conversation was locked before it left. Locked by Ana Ruiz on 3 May. Unlock, then send it again.",
            &|desk, id| {
                desk.does("ana", id, Command::Close);
                desk.does("ana", id, Command::Lock);
            },
        ),
        ("Its recipient is an address of this desk, which does not write to itself.", &|desk, id| {
            desk.does("ana", id, add_customer(BILLING, true));
            desk.does("ana", id, reply("To both."));
        }),
    ];
    for (why, change) in cases {
        let desk = TestDesk::new();
        desk.set(SettingKey::UndoSeconds, "120");
        let id = answered(&desk);
        change(&desk, id);
        desk.later(5);
        let sent = send_all(&desk);
        let cancelled: Vec<Delivery> = deliveries(&desk, "olga", id)
            .into_iter()
            .filter(|delivery| delivery.state == DeliveryState::Cancelled)
            .collect();
        assert_eq!(cancelled.iter().map(|delivery| delivery.words.as_str()).collect::<Vec<_>>(), [why]);
        assert!(sent.iter().all(|mail| mail.to.address != cancelled[0].to), "{why}");
    }
}

#[test]
fn what_was_locked_can_be_sent_after_unlocking() {
    let desk = TestDesk::new();
    desk.set(SettingKey::UndoSeconds, "120");
    let id = answered(&desk);
    let seq = entry_of(&desk, id, "Which bank is it?");
    desk.does("ana", id, Command::Close);
    desk.does("ana", id, Command::Lock);
    assert_eq!(refusal(desk.desk.cancel_mail(&desk.agent("ana"), id, seq)).kind, RefusalKind::Locked);
    desk.later(5);
    assert_eq!(lease(&desk), None);
    assert_eq!(refusal(desk.desk.retry_mail(&desk.agent("ana"), id, seq)).kind, RefusalKind::Locked);
    desk.does("ana", id, Command::Unlock);
    desk.desk.retry_mail(&desk.agent("ana"), id, seq).unwrap();
    assert_eq!(send_all(&desk).len(), 1, "closed forbids nothing (R2.1)");
}

#[test]
fn chat_waits_for_the_web_and_what_an_agent_begins_goes_by_mail() {
    let desk = TestDesk::new();
    let chat = desk.arrival();
    desk.does("ana", chat, reply("In the chat."));
    let begun = desk.start("ana", with_customers(&["yves@example.com"]), "Hello Yves").conversation;
    desk.later(60);
    let mails = send_all(&desk);
    assert_eq!(mails.iter().map(words).collect::<Vec<_>>(), ["Hello Yves"]);
    assert_eq!((mails[0].in_reply_to.as_ref(), mails[0].subject.as_str()), (None, ""));
    assert_eq!(mails[0].mailbox, "support", "of the group it is in");
    assert_eq!(deliveries(&desk, "ana", chat), [], "no mail of it is on its way");
    assert_eq!(states(&desk, begun), [DeliveryState::Sent]);
    let chat_seq = entry_of(&desk, chat, "In the chat.");
    assert!(desk.desk.cancel_mail(&desk.agent("ana"), chat, chat_seq).is_err());
}

#[test]
fn a_mailbox_that_rests_holds_nothing_else_up() {
    let desk = TestDesk::new();
    answered(&desk);
    let billing = Start { group: Some("Billing".into()), ..starting(with_customers(&["jo@example.com"]), "Your bill") };
    desk.desk.start(&desk.agent("adam"), &billing).unwrap();
    desk.later(1);
    let mut resting = mailboxes();
    resting[1].usable = false;
    let mail = desk.desk.lease_mail(WORKER, &resting).unwrap().expect("the other mailbox works");
    assert_eq!(mail.mailbox, "billing");
    desk.desk.mail_sent(WORKER, &mail).unwrap();
    assert_eq!(desk.desk.lease_mail(WORKER, &resting).unwrap(), None);
    desk.later(1);
    let mail = lease(&desk).expect("a minute later");
    assert_eq!((mail.mailbox.as_str(), mail.attempt), ("support", 1), "resting counts as no attempt");
    assert_eq!(desk.desk.lease_mail(WORKER, &[]).unwrap(), None, "without a mailbox nothing leaves");
}

#[test]
fn what_waited_for_three_days_without_a_mailbox_is_not_sent_any_more() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    desk.later(3 * 24 * 60 + 1);
    assert_eq!(lease(&desk), None);
    let failed = deliveries(&desk, "ana", id).remove(0);
    assert_eq!((failed.state, failed.words.as_str()), (DeliveryState::Failed, "It could not leave for three days."));
}

#[test]
fn the_public_name_and_the_groups_signature_stand_in_it() {
    let desk = TestDesk::new();
    desk.change("ana", &AgentChange { public_name: Some("Ana from Support".into()), ..AgentChange::default() });
    desk.desk.set_signature(&desk.agent("adam"), "Support", "Acme Support\nMonday to Friday\n").unwrap();
    assert!(desk.desk.set_signature(&desk.agent("ana"), "Support", "Mine").is_err());
    assert!(desk.desk.set_signature(&desk.agent("olga"), "Support", &"x".repeat(2_001)).is_err());
    answered(&desk);
    desk.later(1);
    let mail = send_all(&desk).remove(0);
    assert_eq!(
        (mail.from_name.as_str(), mail.signature.as_str()),
        ("Ana from Support", "Acme Support\nMonday to Friday")
    );
}

#[test]
fn the_writer_of_a_follow_up_is_told_once_a_day_at_most_and_automatically() {
    let desk = TestDesk::new();
    let mut locked = Vec::new();
    for subject in ["First", "Second"] {
        let id = arrives(&desk, letter("mara@example.com", subject, "Help")).conversation.unwrap();
        desk.does("ana", id, reply("Done."));
        desk.does("ana", id, Command::Close);
        desk.later(1);
        send_all(&desk);
        desk.does("ana", id, Command::Lock);
        locked.push(id);
    }
    let file = rusqlite::Connection::open(desk.file()).unwrap();
    let mara: i64 =
        file.query_row("SELECT id FROM customer WHERE address = 'mara@example.com'", [], |row| row.get(0)).unwrap();
    let tell = |follow_up: i64, about: ConversationId| {
        file.execute(
            "INSERT INTO outbox (kind, conversation_id, customer_id, state, at, about, door, since, due) \
             VALUES ('told', ?1, ?2, 'queued', ?3, ?4, 'mail', ?3, ?3)",
            rusqlite::params![follow_up, mara, desk.desk.now().timestamp_millis(), about.0],
        )
        .unwrap();
    };
    let open = arrives(&desk, letter("mara@example.com", "Third", "Help")).conversation.unwrap();
    tell(open.0, locked[0]);
    let mail = send_all(&desk).remove(0);
    assert!(mail.automatic);
    assert_eq!(mail.from_name, "Acme Support");
    assert!(
        words(&mail).starts_with(&format!("Conversation #{} takes no more messages.", locked[0])),
        "{}",
        words(&mail)
    );
    tell(open.0, locked[1]);
    assert_eq!(send_all(&desk), [], "one automatic mail a day");
    assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE kind = 'told' AND state = 'cancelled'"), 1);
}

#[test]
fn what_repeats_a_note_is_asked_back_and_what_repeats_hidden_words_is_held() {
    const NOTE: &str = "She is behind with two invoices, be careful with refunds.";
    const HIDDEN: &str = "The board wants to drop this customer by the end of June.";
    let desk = TestDesk::with_privacy();
    let item = desk.ticket();
    let id = answered(&desk);
    desk.does("ana", id, note(NOTE));
    desk.does("ana", id, crate::desks::link(item));
    let secret = desk.start_on("olga", item, deskline::domain::conversation::Audience::Internal, HIDDEN);
    desk.does("olga", secret, make(Privacy::Private, true));
    let leak = format!("Dear Mara,\n> {}\nAna", NOTE.to_uppercase().replace(' ', "  "));
    let before = desk.contents();
    let asked = refusal(desk.run("ana", id, reply(&leak)));
    assert_eq!((asked.kind, asked.rule), (RefusalKind::Confirm, "R1.4"));
    assert!(asked.text.contains("a note by Ana Ruiz") && asked.text.contains("behind with two invoices"), "{asked:?}");
    assert_eq!(desk.contents(), before);
    let yes = deskline::domain::command::Writing { confirmed: true, ..text(&leak) };
    let done = desk.does("ana", id, Command::Reply(yes));
    desk.later(1);
    let sent = send_all(&desk);
    assert_eq!(words(sent.last().unwrap()), leak);
    // It was told to the customer now, so it can be said again.
    desk.does("ana", id, reply(&format!("Again: {NOTE}")));
    desk.later(1);
    assert_eq!(send_all(&desk).len(), 1);
    assert!(done.message.is_some());

    let unknowing = desk.does("ana", id, reply(&format!("Well: {}", HIDDEN.to_lowercase()))).message.unwrap();
    desk.later(60);
    assert_eq!(send_all(&desk), [], "it waits for the administrators");
    assert_eq!(*states(&desk, id).last().unwrap(), DeliveryState::Queued, "without a word to the sender");
    assert!(deliveries(&desk, "olga", id).iter().any(|it| it.state == DeliveryState::Held));
    assert!(desk.desk.held_replies(&desk.agent("ana")).is_err());
    let held = desk.desk.held_replies(&desk.agent("adam")).unwrap();
    assert_eq!((held.len(), held[0].conversation, held[0].seq), (1, id, unknowing));
    assert_eq!(held[0].to, ["mara@example.com"]);
    assert!(desk.desk.release_reply(&desk.agent("ana"), id, unknowing).is_err());
    desk.desk.discard_reply(&desk.agent("adam"), id, unknowing).unwrap();
    assert!(desk.desk.release_reply(&desk.agent("adam"), id, unknowing).is_err(), "it is decided");
    assert_eq!(send_all(&desk), []);
    // Who may read it is asked instead.
    assert_eq!(refusal(desk.run("olga", id, reply(&format!("{HIDDEN} Really.")))).kind, RefusalKind::Confirm);
    let second = desk.does("ana", id, reply(&format!("Well then: {HIDDEN}"))).message.unwrap();
    desk.desk.release_reply(&desk.agent("olga"), id, second).unwrap();
    assert_eq!(send_all(&desk).len(), 1);
    desk.does("olga", id, reply(&format!("{HIDDEN} They know it now.")));
}

#[test]
fn who_wants_it_is_sent_what_it_missed_as_far_as_access_goes_then() {
    let desk = TestDesk::with_privacy();
    let missed = AgentChange { mail: Some(MailPreference::Missed), ..AgentChange::default() };
    desk.change("ana", &AgentChange { address: Some("Ana@acme.example".into()), ..missed.clone() });
    desk.change("ben", &AgentChange { address: Some("ben@acme.example".into()), ..missed.clone() });
    desk.change("cleo", &missed);
    let id = answered(&desk);
    desk.later(10);
    send_all(&desk);
    let writes = |text: &str| desk.write_in("mara@example.com", Some(id), text);
    // Ana follows: she wrote. Ben does not.
    writes("It is the Bank of Nowhere");
    assert_eq!(lease(&desk), None, "she has a minute");
    desk.later(1);
    let mail = send_all(&desk).remove(0);
    assert_eq!(mail.to, person("Ana Ruiz", "ana@acme.example"));
    assert!(words(&mail).contains("It is the Bank of Nowhere") && mail.automatic, "{}", words(&mail));
    assert_eq!(mail.reply_token, None, "agents write by mail only where that is switched on");
    assert_eq!(mail.subject, format!("[#{id}] Card declined"));
    // Read in time: nothing is sent.
    desk.later(10);
    writes("Are you there?");
    desk.does("ana", id, Command::MarkRead(None));
    desk.later(2);
    assert_eq!(send_all(&desk), []);
    // Access lost before it leaves (R6.3), even though it was queued while she had it.
    writes("Hello?");
    desk.does("olga", id, make(Privacy::Private, true));
    desk.does("olga", id, assign("ben"));
    desk.later(10);
    let to: Vec<String> = send_all(&desk).into_iter().map(|mail| mail.to.address).collect();
    assert_eq!(to, Vec::<String>::new(), "Ana lost access, Ben follows only since he was assigned");
    writes("Is anybody there?");
    desk.later(10);
    let to: Vec<String> = send_all(&desk).into_iter().map(|mail| mail.to.address).collect();
    assert_eq!(to, ["ben@acme.example"]);
    desk.change("ben", &AgentChange { notify_customers: Some(Notify::None), ..AgentChange::default() });
    writes("Well?");
    desk.later(10);
    assert_eq!(send_all(&desk), [], "who wants no notices gets none by mail either (R7.1)");
}

#[test]
fn several_conversations_within_minutes_are_one_mail() {
    let desk = TestDesk::new();
    desk.set(SettingKey::AgentsByMail, "on");
    let missed = AgentChange { mail: Some(MailPreference::Missed), ..AgentChange::default() };
    desk.change("ana", &AgentChange { address: Some("ana@acme.example".into()), ..missed });
    let ids: Vec<ConversationId> = (0..5).map(|_| answered(&desk)).collect();
    desk.later(10);
    send_all(&desk);
    let write = |id: ConversationId, text: &str| desk.write_in("mara@example.com", Some(id), text);
    write(ids[0], "one of five");
    desk.later(1);
    let first = send_all(&desk);
    assert_eq!(first.len(), 1);
    let key = key(&desk);
    let bearer = token::read(&key, first[0].reply_token.as_ref().unwrap()).unwrap();
    assert_eq!(bearer, (ids[0], token::Bearer::Agent(desk.agent("ana").id)));
    for (number, id) in ids.iter().enumerate() {
        write(*id, &format!("second {number}"));
    }
    let mut mails = Vec::new();
    for _ in 0..20 {
        desk.later(1);
        mails.extend(send_all(&desk));
    }
    assert_eq!(mails.len(), 1 + usize::from(mails.len() > 1), "a digest instead of a flood: {}", mails.len());
    let all: String = mails.iter().map(words).collect();
    for number in 0..5 {
        assert_eq!(all.matches(&format!("second {number}")).count(), 1, "{all}");
    }
    assert!(all.contains(&format!("write to support+{}@acme.example", token::write(&key, ids[1], bearer.1))), "{all}");
    // A note is not answered by mail: its answer would go to the customers.
    desk.later(10);
    desk.does("ben", ids[0], note("Between us"));
    desk.later(10);
    let note = send_all(&desk).remove(0);
    assert!(words(&note).contains("(note, for agents only)") && note.reply_token.is_none(), "{note:?}");
}

#[test]
fn no_two_agents_have_one_address() {
    let desk = TestDesk::new();
    let with = |address: &str| AgentChange { address: Some(address.into()), ..AgentChange::default() };
    desk.change("ana", &with("team@acme.example"));
    assert!(matches!(
        desk.desk.set_agent(&desk.agent("olga"), "ben", &with("Team@acme.example")),
        Err(Denied::Invalid(_))
    ));
    assert!(matches!(desk.desk.set_agent(&desk.agent("olga"), "ben", &with("nonsense")), Err(Denied::Invalid(_))));
    assert_eq!(refusal(desk.desk.set_agent(&desk.agent("ana"), "ana", &with("ana@acme.example"))).rule, "R5.6");
    desk.change("ana", &with(""));
    desk.change("ben", &with("team@acme.example"));
}

#[test]
fn many_workers_on_one_desk_send_each_mail_once() {
    let desk = TestDesk::new();
    desk.set(SettingKey::UndoSeconds, "0");
    for number in 0..60 {
        let from = format!("customer{number}@example.com");
        let id = arrives(&desk, letter(&from, "Hello", "Help")).conversation.unwrap();
        desk.does("olga", id, reply(&format!("Answer {number}")));
    }
    let workers: Vec<_> = (0..4)
        .map(|number| {
            // Two of them as another process would: with a desk of their own on the same file.
            let clock = desk.desk.now();
            let own = deskline::desk::Desk::open(&desk.file(), std::sync::Arc::new(move || clock)).unwrap();
            let desk = if number % 2 == 0 { desk.desk.clone() } else { own };
            std::thread::spawn(move || {
                let name = format!("worker {number}");
                let mut sent = Vec::new();
                while let Some(mail) = desk.lease_mail(&name, &mailboxes()).unwrap() {
                    assert!(desk.mail_sent(&name, &mail).unwrap());
                    sent.push(mail.to.address);
                }
                sent
            })
        })
        .collect();
    let mut sent: Vec<String> = workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect();
    sent.sort();
    let all = sent.len();
    sent.dedup();
    assert_eq!((all, sent.len()), (60, 60));
}

#[test]
fn a_customer_sees_no_reply_that_was_taken_back() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    let seen = || {
        let view = desk.desk.customer_view(&desk.agent("olga"), "mara@example.com", Some(id)).unwrap();
        view.conversations[0].messages.iter().map(|message| message.text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(seen(), ["My card is declined", "Which bank is it?"]);
    desk.desk.cancel_mail(&desk.agent("ana"), id, entry_of(&desk, id, "Which bank is it?")).unwrap();
    assert_eq!(seen(), ["My card is declined"]);
}

#[test]
fn a_desk_from_before_mail_sends_nothing_of_what_was_written_then() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("desk.db");
    let old = rusqlite::Connection::open(&place).unwrap();
    for sql in [
        include_str!("../../../src/store/migrations/0001-desk.sql"),
        include_str!("../../../src/store/migrations/0002-keys.sql"),
        include_str!("../../../src/store/migrations/0003-routing.sql"),
    ] {
        old.execute_batch(sql).unwrap();
    }
    old.execute_batch(
        "INSERT INTO agent (id, handle, name, role, active, ready, reply_to_customers, from_customers, notify_customers,
             notify_internal, bell, baseline, created_at) VALUES (1, 'olga', 'Olga', 'owner', 1, 1, 1, 'all', 'mine', 'mine', 1, 0, 0);
         INSERT INTO customer (id, address, name, blocked, by_hand, created_at) VALUES (1, 'mara@example.com', '', 0, 0, 0);
         INSERT INTO conversation (id, audience, privacy, state, subject, channel, requester_id, needs_reassignment, created_at,
             at, last_seq, last_from, last_text, news, agent_replies, customer_at, customer_count, reach, shut)
         SELECT column1, 'customer', 'public', 'open', '', column2, 1, 0, 0, 0, 1, '', '', 0, 1, 0, 1, 1, 0
         FROM (VALUES (1, 'email'), (2, 'chat'), (3, NULL));
         INSERT INTO message (id, conversation_id, seq, kind, agent_id, at, text, customer_number, attachments)
         VALUES (1, 1, 1, 'reply', 1, 0, 'Old', 1, 0), (2, 2, 1, 'reply', 1, 0, 'Old', 1, 0), (3, 3, 1, 'reply', 1, 0, 'Old', 1, 0);
         INSERT INTO outbox (kind, conversation_id, message_id, customer_id, state, at, about) VALUES
             ('reply', 1, 1, 1, 'queued', 1777800000000, NULL), ('reply', 2, 2, 1, 'queued', 1777800000000, NULL),
             ('reply', 3, 3, 1, 'queued', 1777800000000, NULL), ('told', 1, NULL, 1, 'queued', 1777800000000, 9);
         PRAGMA application_id = 1685285740; PRAGMA user_version = 3;",
    )
    .unwrap();
    drop(old);
    let clock = crate::desks::beginning();
    let desk = deskline::desk::Desk::open(&place, std::sync::Arc::new(move || clock)).unwrap();
    assert_eq!(desk.next_mail_at().unwrap(), None);
    assert_eq!(desk.lease_mail(WORKER, &mailboxes()).unwrap(), None);
    let new = rusqlite::Connection::open(&place).unwrap();
    let left: String = new
        .query_row(
            "SELECT group_concat(kind || ' ' || conversation_id || ' ' || state || ' ' || door, ', ') FROM outbox",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(left, "reply 2 queued web, told 1 cancelled mail");
}

#[test]
fn an_agent_whose_mail_was_not_taken_is_told_once_a_day_without_a_word_of_any_conversation() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    desk.later(1);
    send_all(&desk);
    let file = rusqlite::Connection::open(desk.file()).unwrap();
    let refuse = || {
        file.execute(
            "INSERT INTO mail_refusal (mail_id, address, state) SELECT m.id, 'ana@acme.example', 'queued' FROM mail m \
             WHERE m.id NOT IN (SELECT mail_id FROM mail_refusal) LIMIT 1",
            [],
        )
        .unwrap()
    };
    assert_eq!(refuse(), 1);
    assert!(desk.desk.next_mail_at().unwrap().is_some());
    let mail = send_all(&desk).remove(0);
    assert!(mail.automatic && mail.reply_token.is_none() && mail.references.is_empty(), "{mail:?}");
    assert_eq!(mail.to.address, "ana@acme.example");
    for word in ["Card declined", "My card", "Which bank", "mara", &format!("#{id}")] {
        assert!(!format!("{mail:?}").contains(word), "{word}: {mail:?}");
    }
    arrives(&desk, letter("jo@example.com", "Other", "Something"));
    assert_eq!(refuse(), 1);
    assert_eq!(send_all(&desk), [], "one automatic mail a day");
    assert_eq!(desk.desk.next_mail_at().unwrap(), None);
}
