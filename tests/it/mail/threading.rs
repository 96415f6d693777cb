//! Into which conversation a mail goes (R2.3, R2.7, R2.9): tokens for their person, headers for participants, and nothing
//! else joins.

use super::letters::{arrives, letter, mail, person, taken};
use crate::desks::{TestDesk, add_customer, reply};
use deskline::domain::{
    command::Command,
    conversation::State,
    id::ConversationId,
    letter::{Fold, FoldKind, Letter, Nature},
    mail::{HeldWhy, InMail, Verdict},
};

/// A conversation of mara's that a mail began, and the id of that mail.
fn begun(desk: &TestDesk) -> (ConversationId, String) {
    let first = letter("mara@example.com", "Card declined", "My card is declined");
    let id = first.message_id.clone().unwrap();
    (arrives(desk, first).conversation.unwrap(), id)
}

#[test]
fn a_token_joins_for_the_person_it_was_made_for_wherever_it_stands() {
    let desk = TestDesk::new();
    let (one, _) = begun(&desk);
    let token = desk.token(one, "mara@example.com");
    let tagged = TestDesk::tagged(&token);
    let plain = letter("Mara@example.com", "Something else", "By a token");
    let anywhere = [
        mail(Letter { to: vec![tagged.clone()], ..plain.clone() }),
        mail(Letter { cc: vec![tagged.clone()], message_id: None, ..plain.clone() }),
        mail(Letter { delivered_to: vec![tagged.address.to_uppercase()], message_id: None, ..plain.clone() }),
        InMail { envelope_to: vec![tagged.address.clone()], ..mail(Letter { message_id: None, ..plain.clone() }) },
    ];
    for (number, mail) in anywhere.into_iter().enumerate() {
        let joined = taken(&desk, &mail);
        assert_eq!((joined.verdict, joined.conversation), (Verdict::Message, Some(one)), "{number}");
    }
    let elsewhere = Letter { to: vec![person("", &format!("sales+{token}@acme.example"))], message_id: None, ..plain };
    assert_ne!(arrives(&desk, elsewhere).conversation, Some(one), "not one of our addresses");
}

#[test]
fn a_token_of_somebody_else_starts_a_new_conversation_that_looks_like_the_other() {
    let desk = TestDesk::new();
    let (one, _) = begun(&desk);
    let to = vec![TestDesk::tagged(&desk.token(one, "mara@example.com"))];
    let strange = arrives(&desk, Letter { to, ..letter("jo@example.com", "Re: Card declined", "Me too") });
    assert_eq!(strange.verdict, Verdict::Message);
    assert_ne!(strange.conversation, Some(one));
    assert_eq!(
        desk.count(&format!("SELECT like_id FROM likeness WHERE conversation_id = {}", strange.conversation.unwrap())),
        one.0
    );
    assert_eq!(desk.texts("ana", one).len(), 1);
}

#[test]
fn headers_join_for_who_takes_part_the_newest_first() {
    let desk = TestDesk::new();
    let (one, first) = begun(&desk);
    let (two, second) = begun(&desk);
    let sent = {
        desk.does("ana", one, reply("We look into it"));
        desk.left(one)
    };
    let answer = letter("mara@example.com", "Re: Card declined", "Thank you");
    let new = |in_reply_to: &[&str], references: &[&str]| Letter {
        in_reply_to: in_reply_to.iter().map(|id| (*id).to_owned()).collect(),
        references: references.iter().map(|id| (*id).to_owned()).collect(),
        message_id: None,
        ..answer.clone()
    };
    for (letter, expected) in [
        (new(&[&sent], &[]), one),
        (new(&[&first], &[]), one),
        (new(&["unknown@x"], &["gone@x", &first, "other@x"]), one),
        (new(&[], &[&first, &second]), two),
        (new(&[], &[&second, &first]), one),
        (new(&[&second], &[&first]), two),
    ] {
        assert_eq!(arrives(&desk, letter).conversation, Some(expected));
    }
    let strange = Letter { from: vec![person("", "jo@example.com")], ..new(&[&sent], &[&first]) };
    let strange = arrives(&desk, strange).conversation.unwrap();
    assert!(![one, two].contains(&strange), "who takes no part joins nothing");
    // Once somebody who may reply has added her, the same headers join.
    desk.does("ana", one, add_customer("jo@example.com", true));
    let added = Letter { from: vec![person("", "jo@example.com")], text: "Again".into(), ..new(&[&sent], &[&first]) };
    assert_eq!(arrives(&desk, added).conversation, Some(one));
}

#[test]
fn a_repeated_header_id_never_joins_anothers_thread() {
    let desk = TestDesk::new();
    let (one, first) = begun(&desk);
    // Somebody else writes under mara's id, so that it now stands for two conversations.
    let thief = Letter { message_id: Some(first.clone()), ..letter("eve@evil.example", "Mine", "Mine") };
    let evil = arrives(&desk, thief).conversation.unwrap();
    assert_ne!(evil, one);
    let answer = |from: &str, text: &str| Letter { in_reply_to: vec![first.clone()], ..letter(from, "Re", text) };
    assert_eq!(arrives(&desk, answer("mara@example.com", "a")).conversation, Some(one));
    assert_eq!(arrives(&desk, answer("eve@evil.example", "b")).conversation, Some(evil));
    assert!(![one, evil].contains(&arrives(&desk, answer("jo@example.com", "c")).conversation.unwrap()));
}

#[test]
fn a_number_a_subject_and_copies_never_join_and_never_add() {
    let desk = TestDesk::new();
    let (one, _) = begun(&desk);
    let subject = format!("Re: [#{one}] Card declined (Ticket #{one})");
    let copied = Letter { cc: vec![person("Kim", "kim@example.com")], ..letter("mara@example.com", &subject, "Again") };
    let other = arrives(&desk, copied).conversation.unwrap();
    assert_ne!(other, one);
    assert_eq!(desk.count("SELECT count(*) FROM participant"), 2, "mara twice, kim nowhere");
    assert_eq!(desk.count("SELECT count(*) FROM customer WHERE address LIKE 'kim%'"), 0);
    let same = arrives(&desk, letter("mara@example.com", "AW: Re: Card declined", "Third")).conversation.unwrap();
    assert_ne!(same, one);
    let likes =
        desk.count(&format!("SELECT count(*) FROM likeness WHERE conversation_id = {same} AND because = 'subject'"));
    assert!(likes >= 1);
    let strange = arrives(&desk, letter("jo@example.com", "Card declined", "Me too")).conversation.unwrap();
    assert_eq!(
        desk.count(&format!("SELECT count(*) FROM likeness WHERE conversation_id = {strange}")),
        0,
        "another sender"
    );
}

#[test]
fn r2_3_a_mail_reopens_and_r2_7_a_locked_one_gets_a_follow_up() {
    let desk = TestDesk::new();
    let (one, first) = begun(&desk);
    let answer = |text: &str| Letter { in_reply_to: vec![first.clone()], ..letter("mara@example.com", "Re", text) };
    desk.does("ana", one, Command::Close);
    assert_eq!(arrives(&desk, answer("Still declined")).conversation, Some(one));
    assert_eq!(desk.row(one).state, State::Open);
    desk.does("ana", one, Command::Close);
    // An automatic answer is kept and re-opens nothing.
    let vacation = Letter { nature: Nature::Automatic, answer_automatically: false, ..answer("I am on the beach") };
    assert_eq!(arrives(&desk, vacation).conversation, Some(one));
    assert_eq!(desk.row(one).state, State::Closed);
    // Half of all human mail on lists carries Precedence: list.
    arrives(&desk, Letter { answer_automatically: false, ..answer("By way of a list") });
    assert_eq!(desk.row(one).state, State::Open);
    desk.does("ana", one, Command::Close);
    desk.does("ana", one, Command::Lock);
    let follow_up = arrives(&desk, answer("And now?")).conversation.unwrap();
    assert_ne!(follow_up, one);
    assert_eq!(desk.row(follow_up).follow_up_to, Some(one));
    assert_eq!(desk.outbox(follow_up), [("told".to_owned(), "mara@example.com".to_owned())]);
    let quiet = Letter { answer_automatically: false, ..answer("Quietly?") };
    let quiet = arrives(&desk, quiet).conversation.unwrap();
    assert!(desk.outbox(quiet).is_empty(), "what forbids automatic answers gets none");
    let vacation = Letter { nature: Nature::Automatic, ..answer("I am still on the beach") };
    assert!(desk.outbox(arrives(&desk, vacation).conversation.unwrap()).is_empty());
}

#[test]
fn a_sender_whom_the_server_found_forged_joins_nothing_by_headers() {
    let desk = TestDesk::new();
    let (one, first) = begun(&desk);
    let answer = |words: &str, text: &str| Letter {
        in_reply_to: vec![first.clone()],
        authentication: vec![words.into(), "mx.evil.example; dmarc=pass".into()],
        ..letter("mara@example.com", "Re", text)
    };
    let forged = "mx.acme.example; spf=fail smtp.mailfrom=evil.example; DMARC=fail (p=reject) header.from=example.com";
    assert_ne!(arrives(&desk, answer(forged, "Forged")).conversation, Some(one));
    assert_eq!(arrives(&desk, answer("mx.acme.example; dmarc=pass", "True")).conversation, Some(one));
    assert_eq!(arrives(&desk, answer("mx.acme.example; spf=none", "Unknown")).conversation, Some(one));
}

#[test]
fn a_thread_as_long_as_can_be_is_found_by_its_newest_references() {
    let desk = TestDesk::new();
    let (one, first) = begun(&desk);
    let mut references: Vec<String> = (0..5_000).map(|number| format!("{number}@nowhere")).collect();
    references.insert(4_900, first);
    let answer = Letter { references, ..letter("mara@example.com", "Re", "Long") };
    assert_eq!(arrives(&desk, answer).conversation, Some(one));
}

#[test]
fn a_token_of_an_internal_conversation_is_nobodys_but_its_agents() {
    let desk = TestDesk::new();
    let internal = desk.start("ana", crate::desks::with_agents(&["ben"]), "Between us").conversation;
    desk.gives_address("ben", "ben@home.example");
    for bearer in ["ben", "ana"] {
        let to = vec![TestDesk::tagged(&desk.token(internal, bearer))];
        for from in ["mara@example.com", "ben@home.example.evil"] {
            let strange = Letter { to: to.clone(), ..letter(from, "Re: Between us", "What is this?") };
            let quarantined = arrives(&desk, strange);
            assert_eq!(quarantined.verdict, Verdict::Quarantined(HeldWhy::InternalToken));
            assert_eq!(quarantined.conversation, None);
        }
    }
    assert_eq!(desk.texts("ana", internal), ["Between us"]);
    assert_eq!(desk.count("SELECT count(*) FROM conversation"), 1);
    assert_eq!(desk.count("SELECT count(*) FROM customer"), 0);
}

/// What a customer quotes can hold the address that was made for that customer: it is nobody else's to read.
#[test]
fn a_token_in_what_somebody_quotes_is_not_shown_and_not_passed_on() {
    let desk = TestDesk::new();
    let (one, _) = begun(&desk);
    let token = desk.token(one, "mara@example.com");
    let text = format!(
        "See below.\n> Reply-To: Support+{}@ACME.example\n> support+abc@acme.example support+{token}@other.example\n> end",
        token.to_uppercase()
    );
    let fold = Fold { from: 11, to: text.len(), kind: FoldKind::Quoted };
    let to = vec![TestDesk::tagged(&token)];
    let quoting = Letter { to, folds: vec![fold], ..letter("mara@example.com", "Re: Card declined", &text) };
    let taken = arrives(&desk, quoting);
    assert_eq!(taken.conversation, Some(one));
    let entry = desk.thread("ana", one).entries.into_iter().find(|entry| Some(entry.seq) == taken.message).unwrap();
    let hidden = text.replacen(&token.to_uppercase(), &"x".repeat(token.len()), 1);
    assert_eq!(entry.text, hidden, "only what is a token, and behind our own address");
    assert_eq!((entry.folds[0].from, entry.folds[0].to), (11, text.len()));
}
