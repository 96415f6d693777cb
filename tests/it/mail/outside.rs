//! Answers that colleagues wrote in their mail programs.

use super::leaving::lease;
use super::letters::{SUPPORT, letter, mail, person, taken};
use crate::desks::{TestDesk, assign, make, reply};
use deskline::{
    desk::{page::From, token},
    domain::{
        command::Command,
        conversation::{EntryKind, Privacy, State},
        id::ConversationId,
        item::ItemKind,
        letter::{Correspondent, Letter, Nature},
        mail::{HeldWhy, InMail, MailTaken, Verdict},
    },
};

fn from_support() -> Vec<Correspondent> {
    vec![person("Kim at Acme", SUPPORT)]
}

fn sent(letter: Letter) -> InMail {
    InMail { sent: true, ..mail(Letter { from: from_support(), ..letter }) }
}

/// A conversation of mara's, and the answer that Kim sent her.
fn answered(desk: &TestDesk) -> (ConversationId, Letter) {
    let first = letter("mara@example.com", "Card declined", "My card");
    let id = first.message_id.clone().unwrap();
    let one = taken(desk, &mail(first)).conversation.unwrap();
    let to = vec![person("Mara", "Mara@example.com")];
    (one, Letter { to, in_reply_to: vec![id], ..letter(SUPPORT, "Re: Card declined", "Call your bank") })
}

fn outside(desk: &TestDesk, answer: Letter) -> MailTaken {
    taken(desk, &sent(answer))
}

#[test]
fn an_answer_in_the_sent_folder_stands_in_the_thread_and_sends_nothing() {
    let desk = TestDesk::new();
    let (one, answer) = answered(&desk);
    let item = desk.item(ItemKind::Ticket, Some("mara@example.com"), None);
    desk.does("olga", one, Command::Link { item, confirmed: true });
    assert_eq!(desk.waiting("ana"), [item]);
    desk.does("ana", one, Command::Close);
    desk.does("ana", one, Command::MarkRead(None));
    let taken = outside(&desk, answer.clone());
    assert_eq!((taken.verdict, taken.conversation), (Verdict::SentOutside, Some(one)));
    let thread = desk.thread("ana", one);
    let entry = thread.entries.iter().find(|entry| Some(entry.seq) == taken.message).unwrap();
    assert_eq!((entry.kind, entry.text.as_str()), (EntryKind::Reply, "Call your bank"));
    assert!(matches!(&entry.from, From::Outside(person) if person.name == "Kim at Acme"), "{:?}", entry.from);
    assert_eq!(thread.row.state, State::Open, "R2.3");
    assert!(thread.row.unread);
    assert_eq!(desk.waiting("ana"), [], "R3.3: somebody answered");
    assert_eq!(desk.count("SELECT count(*) FROM outbox"), 0);
    let view = desk.desk.customer_view(&desk.agent("olga"), "mara@example.com", Some(one)).unwrap();
    assert_eq!(view.conversations[0].messages[1].from, "Kim at Acme");
    // The same mail, bcc'd to the mailbox and found in INBOX too, is the same message.
    let copy = taken_in_inbox(&desk, answer);
    assert_eq!((copy.verdict, copy.message), (Verdict::SentOutside, taken.message));
    assert_eq!(desk.count("SELECT count(*) FROM message WHERE text = 'Call your bank'"), 1);
}

fn taken_in_inbox(desk: &TestDesk, answer: Letter) -> MailTaken {
    taken(desk, &mail(Letter { from: from_support(), ..answer }))
}

#[test]
fn a_locked_conversation_gets_a_line_and_the_text_is_held() {
    let desk = TestDesk::new();
    let (one, answer) = answered(&desk);
    desk.does("ana", one, Command::Close);
    desk.does("ana", one, Command::Lock);
    let held = outside(&desk, answer);
    assert_eq!((held.verdict, held.conversation), (Verdict::Held(HeldWhy::LockedOutside), Some(one)));
    let texts = desk.texts("ana", one);
    assert_eq!(texts.last().unwrap(), "Answered by mail outside; the text is held for the administrators.");
    assert!(!texts.iter().any(|text| text.contains("bank")));
    assert_eq!(desk.row(one).state, State::Locked);
}

#[test]
fn our_own_mail_and_mail_about_nothing_here_is_ignored() {
    let desk = TestDesk::new();
    let (one, answer) = answered(&desk);
    desk.does("ana", one, reply("By the desk"));
    let id = desk.left(one);
    assert_eq!(outside(&desk, Letter { message_id: Some(id), ..answer.clone() }).verdict, Verdict::Ignored);
    let elsewhere = Letter { in_reply_to: vec!["x@y".into()], ..answer.clone() };
    assert_eq!(outside(&desk, elsewhere).verdict, Verdict::Ignored);
    let to_others = Letter { to: vec![person("", "jo@example.com")], ..answer };
    assert_eq!(outside(&desk, to_others).verdict, Verdict::Ignored, "nobody of that conversation got it");
    assert_eq!(desk.texts("ana", one).len(), 3, "the first mail, the reply, and the line of who took it");
    assert_eq!(desk.count("SELECT count(*) FROM conversation"), 1);
}

/// An absence note that a server wrote for a colleague, and put into the folder of sent mail.
#[test]
fn an_automatic_answer_in_the_sent_folder_reopens_nothing_and_answers_no_item() {
    let desk = TestDesk::new();
    let (one, answer) = answered(&desk);
    let item = desk.item(ItemKind::Ticket, Some("mara@example.com"), None);
    desk.does("olga", one, Command::Link { item, confirmed: true });
    desk.does("ana", one, Command::Close);
    let away = Letter { nature: Nature::Automatic, text: "I am on the beach".into(), ..answer.clone() };
    let taken = outside(&desk, away);
    assert_eq!((taken.verdict, taken.conversation), (Verdict::SentOutside, Some(one)));
    assert!(desk.texts("ana", one).contains(&"I am on the beach".to_owned()), "the customer has it");
    assert_eq!(desk.row(one).state, State::Closed);
    assert_eq!(desk.waiting("ana"), [item], "R3.3: automatic answers do not count");
    outside(&desk, answer);
    assert_eq!((desk.row(one).state, desk.waiting("ana")), (State::Open, vec![]));
}

/// Into a private conversation it goes as a line for those who may see that, and nobody else is told.
#[test]
fn an_answer_to_a_private_conversation_is_for_those_who_may_see_it() {
    let desk = TestDesk::with_privacy();
    let (one, answer) = answered(&desk);
    for handle in ["ben", "cleo"] {
        desk.does(handle, one, Command::Follow);
    }
    desk.does("olga", one, make(Privacy::Private, true));
    desk.does("olga", one, assign("ben"));
    for handle in ["ben", "cleo", "dev"] {
        desk.desk.clear_notices(&desk.agent(handle)).unwrap();
    }
    let taken = outside(&desk, answer);
    assert_eq!((taken.verdict, taken.conversation), (Verdict::SentOutside, Some(one)));
    assert_eq!(desk.row(one).privacy, Privacy::Private);
    assert!(desk.texts("ben", one).contains(&"Call your bank".to_owned()));
    assert_eq!(["ben", "cleo", "dev"].map(|handle| desk.bell(handle)), [1, 0, 0]);
    assert!(desk.found("cleo", "bank", 10).0.is_empty());
}

/// Outlook gives what leaves by it a Message-ID of its own, and keeps a copy in the Sent folder.
#[test]
fn what_the_desk_sent_is_known_in_the_sent_folder_by_its_reply_token() {
    let desk = TestDesk::new();
    let (one, copy) = answered(&desk);
    desk.does("ana", one, reply("Call your bank"));
    desk.later(60);
    let mail = lease(&desk).expect("it is due");
    let reply_to = token::address(SUPPORT, mail.reply_token.as_deref().unwrap()).unwrap();
    let with = |address: &str| Letter { reply_to: vec![person("Acme", address)], ..copy.clone() };
    let before = desk.thread("ana", one).entries.len();
    assert_eq!(outside(&desk, with(&reply_to)).verdict, Verdict::Ignored);
    assert_eq!(desk.thread("ana", one).entries.len(), before, "the answer stands there once");
    // Anything else there is no token.
    let forged = reply_to.replacen('+', "+a", 1);
    assert_eq!(outside(&desk, with(&forged)).verdict, Verdict::SentOutside);
}
