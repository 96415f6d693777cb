//! What arrives: once, whole, in its group; and what cannot be read is kept.

use super::letters::{SUPPORT, arrives, letter, mail, person, place, taken};
use crate::desks::TestDesk;
use deskline::domain::{
    letter::{Attached, AttachedNote, Fold, FoldKind, Letter},
    mail::{HeldWhy, InMail, Place, Verdict},
};

#[test]
fn a_mail_starts_a_conversation_of_its_sender_in_the_mailbox_group() {
    let desk = TestDesk::new();
    let mut first = letter("Mara@Example.com", "Card declined", "Hello,\nmy card is declined.\n\n> an old mail\n");
    first.from[0].name = "Mara Lindt".into();
    first.folds = vec![Fold { from: 30, to: 45, kind: FoldKind::Quoted }];
    first.attachments = vec![Attached {
        name: "card.png".into(),
        media_type: "image/png".into(),
        content: vec![1, 2, 3],
        note: Some(AttachedNote::Calendar),
    }];
    let taken = arrives(&desk, first);
    assert_eq!((taken.verdict, taken.again), (Verdict::Message, false));
    let thread = desk.thread("ana", taken.conversation.unwrap());
    assert_eq!(thread.row.subject, "Card declined");
    assert_eq!(thread.row.group.as_deref(), Some("Support"));
    assert_eq!(thread.row.channel.as_deref(), Some("email"));
    assert_eq!(thread.row.requester.unwrap().address, "mara@example.com");
    let entry = &thread.entries[0];
    assert_eq!(Some(entry.seq), taken.message);
    assert_eq!(entry.text, "Hello,\nmy card is declined.\n\n> an old mail");
    assert_eq!((entry.attachments[0].name.as_str(), entry.attachments[0].size), ("card.png", 3));
    assert_eq!(entry.folds, [Fold { from: 30, to: 42, kind: FoldKind::Quoted }], "only what lies in the text");
    assert_eq!(
        desk.count("SELECT count(*) FROM attachment JOIN attached_content USING (hash) WHERE special = 'calendar'"),
        1
    );
}

#[test]
fn the_same_place_the_same_bytes_and_the_same_letter_are_one_message() {
    let desk = TestDesk::new();
    let one = letter("mara@example.com", "Hello", "Once");
    let first = InMail { place: Some(place(1)), ..mail(one.clone()) };
    let taken_in = taken(&desk, &first);
    let before = desk.contents();
    let again = taken(&desk, &first);
    assert!(again.again);
    assert_eq!(
        (again.mail, again.conversation, again.message),
        (taken_in.mail, taken_in.conversation, taken_in.message)
    );
    assert_eq!(desk.contents(), before, "the same place");
    // The server numbered its folder anew, or the mail was moved: the bytes are the same.
    let moved = InMail { place: Some(Place { uid_validity: 8, ..place(4) }), ..first.clone() };
    assert_eq!(taken(&desk, &moved).mail, taken_in.mail);
    assert_eq!(taken(&desk, &InMail { place: None, ..first.clone() }).mail, taken_in.mail);
    // Through another mailbox, with other bytes (each server writes headers of its own), but the same letter.
    let other = InMail { mailbox: "billing".into(), group: Some("Billing".into()), ..mail(one.clone()) };
    let other = taken(&desk, &other);
    assert_eq!((other.verdict, other.again), (Verdict::Message, false));
    assert_eq!((other.conversation, other.message), (taken_in.conversation, taken_in.message));
    assert_eq!(desk.count("SELECT count(*) FROM message"), 1);
    assert_eq!(desk.count("SELECT count(*) FROM conversation"), 1);
    assert_eq!(desk.count("SELECT count(*) FROM mail"), 2);
    assert_eq!(desk.count("SELECT count(*) FROM mail_place"), 2);
}

#[test]
fn a_repeated_message_id_with_other_words_is_another_message() {
    let desk = TestDesk::new();
    let one = letter("mara@example.com", "Hello", "Once");
    let variants = [
        Letter { text: "Twice".into(), ..one.clone() },
        Letter { date: Some(5), ..one.clone() },
        Letter { from: vec![person("", "jo@example.com")], ..one.clone() },
        Letter { message_id: None, ..one.clone() },
        Letter { message_id: None, ..one.clone() },
    ];
    arrives(&desk, one);
    for variant in variants {
        assert_eq!(arrives(&desk, variant).verdict, Verdict::Message);
    }
    assert_eq!(desk.count("SELECT count(*) FROM message"), 6);
}

#[test]
fn what_cannot_be_read_is_kept_raw_and_does_not_stop_what_comes_behind_it() {
    let desk = TestDesk::new();
    let good = mail(letter("mara@example.com", "Hello", "I can be read"));
    let bad = InMail { letter: Err("It has more than 1,000 headers.".into()), ..mail(Letter::default()) };
    let nobody = mail(Letter { from: vec![], ..letter("x", "Hello", "Of nobody") });
    let strange = mail(letter("no address", "Hello", "Of nobody either"));
    let all = desk.desk.receive_mails(&[bad.clone(), nobody, strange, good]).unwrap();
    let verdicts: Vec<Verdict> = all.iter().map(|taken| taken.verdict).collect();
    let quarantined = Verdict::Quarantined;
    assert_eq!(
        verdicts,
        [
            quarantined(HeldWhy::Unreadable),
            quarantined(HeldWhy::NoSender),
            quarantined(HeldWhy::NoSender),
            Verdict::Message
        ]
    );
    assert_eq!(desk.count("SELECT count(*) FROM raw_mail"), 4);
    assert!(taken(&desk, &bad).again, "once too");
}

#[test]
fn a_blocked_sender_is_ignored_and_a_group_that_is_gone_loses_no_mail() {
    let desk = TestDesk::new();
    let olga = desk.agent("olga");
    desk.desk.add_customer(&olga, "spam@example.com", None, None).unwrap();
    let blocked = deskline::desk::CustomerChange { blocked: Some(true), ..Default::default() };
    desk.desk.set_customer(&olga, "spam@example.com", &blocked).unwrap();
    let ignored = arrives(&desk, letter("spam@example.com", "Buy", "Buy"));
    assert_eq!((ignored.verdict, ignored.conversation), (Verdict::Ignored, None));
    assert_eq!(desk.count("SELECT count(*) FROM raw_mail"), 0, "nothing was kept");
    let gone = InMail { group: Some("Gone".into()), ..mail(letter("mara@example.com", "Hello", "Hello")) };
    let row = desk.row(taken(&desk, &gone).conversation.unwrap());
    assert_eq!(row.group, None);
}

#[test]
fn an_empty_a_huge_and_a_hostile_text_are_taken_in() {
    let desk = TestDesk::new();
    for (text, expected) in [
        (String::new(), "(This mail has no text.)".to_owned()),
        ("a\0b".into(), "a b".into()),
        ("\u{1b}[2J".into(), "\u{1b}[2J".into()),
    ] {
        let taken = arrives(&desk, letter("mara@example.com", "", &text));
        assert_eq!(desk.texts("ana", taken.conversation.unwrap()), [expected]);
    }
    let huge = arrives(&desk, letter("mara@example.com", "Huge", &"é".repeat(2 << 20)));
    assert!(desk.texts("ana", huge.conversation.unwrap())[0].ends_with("in the raw mail.)"));
}

#[test]
fn folders_remember_how_far_they_were_read_and_mailboxes_how_they_do() {
    let desk = TestDesk::new();
    assert_eq!(desk.desk.folder_cursor("support", "INBOX").unwrap(), None);
    desk.desk.set_folder_cursor("support", "INBOX", 7, 40).unwrap();
    desk.desk.set_folder_cursor("support", "INBOX", u32::MAX, u32::MAX).unwrap();
    desk.desk.set_folder_cursor("support", "Sent", 1, 2).unwrap();
    assert_eq!(desk.desk.folder_cursor("support", "INBOX").unwrap(), Some((u32::MAX, u32::MAX)));
    let trouble = Some("The server does not answer.");
    desk.desk.mailbox_health("support", SUPPORT, trouble, None).unwrap();
    desk.later(5);
    desk.desk.mailbox_health("support", SUPPORT, trouble, None).unwrap();
    desk.desk.mailbox_health("old", "old@acme.example", None, None).unwrap();
    let [_, support] = &desk.desk.mailboxes(&desk.agent("adam")).unwrap()[..] else { panic!("two") };
    assert_eq!((support.trouble.as_deref(), (support.at - support.since).num_minutes()), (trouble, 5));
    desk.desk.mailbox_health("support", SUPPORT, None, None).unwrap();
    desk.desk.only_mailboxes(&["support"]).unwrap();
    let [support] = &desk.desk.mailboxes(&desk.agent("olga")).unwrap()[..] else { panic!("one") };
    assert_eq!((support.trouble.as_deref(), support.at - support.since), (None, chrono::Duration::zero()));
    assert_eq!(crate::desks::refusal(desk.desk.mailboxes(&desk.agent("ana"))).rule, "R5.6");
}

/// What a flood of one sender, one conversation and one Message-ID costs: no mail looks at all that came before it.
#[test]
fn a_mail_costs_the_same_however_many_came_before() {
    let desk = TestDesk::new();
    let file = rusqlite::Connection::open(desk.file()).unwrap();
    let plan = |sql: &str| {
        let mut statement = file.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(3)).unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    };
    for sql in [
        "SELECT 1 FROM mail WHERE verdict = 'message' AND sender = 'x' AND received_at > 1 ORDER BY received_at LIMIT 20",
        "SELECT 1 FROM mail WHERE verdict = 'message' AND conversation_id = 1 AND received_at > 1 ORDER BY received_at LIMIT 60",
        "SELECT id, conversation_id FROM header_id WHERE header_id = 'x' ORDER BY id DESC LIMIT 100",
        "SELECT c.id, c.subject FROM participant p CROSS JOIN conversation c ON c.id = p.conversation_id \
         WHERE p.customer_id = 1 ORDER BY p.conversation_id DESC LIMIT 50",
        "SELECT id FROM mail WHERE mailbox = 'x' AND hash = x'00'",
        "SELECT id FROM mail WHERE letter_hash = x'00' ORDER BY id LIMIT 1",
        "SELECT id FROM mail WHERE verdict IN ('held', 'quarantined') ORDER BY id DESC LIMIT 500",
    ] {
        let plan = plan(sql);
        assert!(!plan.contains("TEMP B-TREE"), "{sql}\n{plan}");
        assert!(plan.starts_with("SEARCH") || plan.contains("USING INDEX"), "{sql}\n{plan}");
    }
}
