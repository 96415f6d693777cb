//! Mails that wait for an administrator, and what is known of those that went their way.

use super::letters::{SUPPORT, arrives, letter, mail, person, taken};
use crate::desks::{TestDesk, add_customer, assign, make, reply, with_agents};
use deskline::{
    desk::page::Denied,
    domain::{
        command::Command,
        conversation::Privacy,
        id::{ConversationId, EntrySeq, MailId},
        letter::{Attached, Fold, FoldKind, Letter, Nature, Report, ReportKind},
        mail::{HeldWhy, InMail, LikenessWhy, Verdict},
        refusal::RefusalKind,
    },
};

/// Releases as the owner; the bytes say what the letter given here says.
fn release(desk: &TestDesk, id: MailId, letter: &Letter) -> Result<deskline::domain::mail::MailTaken, Denied> {
    desk.desk.release_held(&desk.agent("olga"), id, &|_| Ok(letter.clone()), false)
}

#[test]
fn what_is_held_is_listed_for_admins_alone_and_goes_its_way_or_is_thrown_away() {
    let desk = TestDesk::new();
    let robot = |number: i32| letter("robot@example.com", "Ping", &format!("Ping {number}"));
    for number in 0..20 {
        desk.desk.receive_mail(&mail(robot(number))).unwrap();
    }
    let (good, bad) = (robot(20), mail(robot(21)));
    let held = desk.desk.receive_mail(&mail(good.clone())).unwrap();
    let thrown = desk.desk.receive_mail(&bad).unwrap();
    let listed = desk.desk.held(&desk.agent("adam")).unwrap();
    assert_eq!(listed.iter().map(|it| it.mail).collect::<Vec<_>>(), [thrown.mail, held.mail]);
    assert_eq!((listed[0].from.as_str(), listed[0].why), ("robot@example.com", HeldWhy::ManyFromSender));
    for call in [
        desk.desk.held(&desk.agent("ana")).map(drop),
        desk.desk.held_mail(&desk.agent("ana"), held.mail).map(drop),
        desk.desk.release_held(&desk.agent("ana"), held.mail, &|_| Ok(good.clone()), false).map(drop),
        desk.desk.discard_held(&desk.agent("ana"), held.mail),
    ] {
        assert_eq!(crate::desks::refusal(call).rule, "R5.6");
    }
    let released = release(&desk, held.mail, &good).unwrap();
    assert_eq!(released.verdict, Verdict::Message, "caps aside");
    assert_eq!(desk.texts("ana", released.conversation.unwrap()), ["Ping 20"]);
    desk.desk.discard_held(&desk.agent("adam"), thrown.mail).unwrap();
    assert!(desk.desk.held(&desk.agent("olga")).unwrap().is_empty());
    assert!(matches!(release(&desk, thrown.mail, &good), Err(Denied::NotFound(_))));
    assert!(matches!(release(&desk, held.mail, &good), Err(Denied::NotFound(_))));
    let again = taken(&desk, &bad);
    assert!(again.again && again.verdict == Verdict::Discarded, "not taken in again");
    assert_eq!(desk.count("SELECT count(*) FROM raw_mail"), 21);
    let audit = desk.desk.audit(&desk.agent("olga"), None, 2).unwrap();
    assert_eq!(
        audit.iter().map(|row| row.action.as_str()).collect::<Vec<_>>(),
        ["letter-discarded", "letter-released"]
    );
}

#[test]
fn what_still_cannot_go_its_way_stays_held_and_says_why() {
    let desk = TestDesk::new();
    let unreadable = InMail { letter: Err("It is no mail.".into()), ..mail(Letter::default()) };
    let unreadable = taken(&desk, &unreadable).mail;
    let before = desk.contents();
    let denied =
        desk.desk.release_held(&desk.agent("olga"), unreadable, &|_| Err("It is no mail.".into()), false).unwrap_err();
    let words = "It still cannot be read: It is no mail. Its bytes are kept until it is discarded.";
    assert_eq!(denied.to_string(), words);
    // Some of the reader's reasons are no whole sentences.
    let reason = Err("it has no mail header".to_owned());
    let denied = desk.desk.release_held(&desk.agent("olga"), unreadable, &|_| reason.clone(), false).unwrap_err();
    assert!(denied.to_string().contains(": it has no mail header. Its bytes"), "{denied}");
    let own = letter(SUPPORT, "Hello", "By ourselves");
    let held = arrives(&desk, own.clone()).mail;
    let denied = release(&desk, held, &own).unwrap_err();
    assert!(denied.to_string().contains("address of this desk"), "{denied}");
    assert_eq!(desk.desk.held(&desk.agent("olga")).unwrap().len(), 2);
    assert_ne!(desk.contents(), before);
    // A form on a web site writes from our address and names its visitor as the one to answer.
    let form = Letter { reply_to: vec![person("Mara", "mara@example.com")], ..letter(SUPPORT, "Form", "By a form") };
    let held = arrives(&desk, form.clone()).mail;
    let conversation = release(&desk, held, &form).unwrap().conversation.unwrap();
    assert_eq!(desk.row(conversation).requester.unwrap().address, "mara@example.com");
    // A newer program reads what an older one could not.
    let now = letter("jo@example.com", "Hello", "I can be read now");
    assert_eq!(release(&desk, unreadable, &now).unwrap().verdict, Verdict::Message);
}

#[test]
fn what_came_to_an_internal_reply_address_is_let_go_as_a_strangers_new_conversation() {
    let desk = TestDesk::new();
    let internal = desk.start("ana", with_agents(&["ben"]), "Between us").conversation;
    let to = vec![TestDesk::tagged(&desk.token(internal, "ben"))];
    let strange = Letter { to, ..letter("mara@example.com", "Re: Between us", "What is this?") };
    let held = arrives(&desk, strange.clone()).mail;
    for handle in ["olga", "adam"] {
        let listed = desk.desk.held(&desk.agent(handle)).unwrap();
        assert!(!format!("{listed:?}").contains(&format!("#{internal}")), "a direct one of others (R6.11)");
    }
    // Who could read it then and cannot read that is said, without a word on the conversation (R5.4, R6.11).
    let before = desk.contents();
    let asked = crate::desks::refusal(release(&desk, held, &strange));
    assert_eq!((asked.kind, asked.rule), (RefusalKind::Confirm, "R5.4"));
    let knows = ["ana", "ben", "olga", "adam"];
    assert!(!asked.readers.is_empty() && !asked.readers.iter().any(|handle| knows.contains(&&**handle)), "{asked:?}");
    assert!(asked.text.contains("mara@example.com") && !asked.text.contains('#'), "{}", asked.text);
    assert_eq!(desk.contents(), before, "nothing was let go");
    let released = desk.desk.release_held(&desk.agent("olga"), held, &|_| Ok(strange.clone()), true).unwrap();
    assert_ne!(released.conversation, Some(internal));
    assert_eq!(desk.texts("ana", internal), ["Between us"]);
    let report = Nature::Report(Report { kind: ReportKind::Bounce, about: None, recipients: vec![] });
    let report = Letter { nature: report, ..letter("mailer-daemon@x.example", "Undelivered", "Sorry") };
    let held = arrives(&desk, report.clone()).mail;
    assert_eq!(release(&desk, held, &report).unwrap().verdict, Verdict::Message);
}

#[test]
fn a_text_held_because_of_a_lock_goes_into_the_thread_once_it_is_unlocked() {
    let desk = TestDesk::new();
    let first = letter("mara@example.com", "Card", "My card");
    let id = first.message_id.clone().unwrap();
    let one = arrives(&desk, first).conversation.unwrap();
    desk.does("ana", one, Command::Close);
    desk.does("ana", one, Command::Lock);
    let to = vec![person("", "mara@example.com")];
    let answer = Letter { to, in_reply_to: vec![id], ..letter(SUPPORT, "Re: Card", "Call your bank") };
    let held = taken(&desk, &InMail { sent: true, ..mail(answer.clone()) }).mail;
    assert_eq!(crate::desks::refusal(release(&desk, held, &answer)).rule, "R2.9");
    desk.does("ana", one, Command::Unlock);
    assert_eq!(release(&desk, held, &answer).unwrap().verdict, Verdict::SentOutside);
    assert!(desk.texts("ana", one).contains(&"Call your bank".to_owned()));
}

#[test]
fn why_says_what_a_viewer_may_know_and_not_a_word_of_what_it_may_not() {
    let desk = TestDesk::with_privacy();
    let first = letter("mara@example.com", "Card", "My card");
    let id = first.message_id.clone().unwrap();
    let hidden = arrives(&desk, first).conversation.unwrap();
    desk.does("olga", hidden, make(Privacy::Private, true));
    desk.does("olga", hidden, assign("ben"));
    let strange = Letter { in_reply_to: vec![id], ..letter("jo@example.com", "Re: Card", "Me too") };
    let strange = arrives(&desk, strange);
    let unrelated = arrives(&desk, letter("jo@example.com", "Something else", "Hello"));
    let why = |handle: &str, conversation: Option<ConversationId>| {
        desk.desk.why(&desk.agent(handle), conversation.unwrap(), EntrySeq(1)).unwrap()
    };
    let told = why("ben", strange.conversation);
    assert!(told.iter().any(|it| it.ends_with(&format!("takes no part. (#{hidden})"))), "{told:?}");
    let told: Vec<String> = why("ana", strange.conversation)[1..].to_vec();
    assert_eq!(told, why("ana", unrelated.conversation)[1..].to_vec(), "as if there were nothing");
    let likes = |handle: &str| desk.desk.likenesses(&desk.agent(handle), strange.conversation.unwrap()).unwrap();
    assert_eq!((likes("ben")[0].conversation, likes("ben")[0].because), (hidden, LikenessWhy::Headers));
    assert!(likes("ana").is_empty());
    for outcome in [
        desk.desk.why(&desk.agent("ana"), hidden, EntrySeq(1)).map(drop),
        desk.desk.raw_mail(&desk.agent("ana"), hidden, EntrySeq(1)).map(drop),
        desk.desk.mail_head(&desk.agent("ana"), hidden, EntrySeq(1)).map(drop),
        desk.desk.attachment(&desk.agent("ana"), hidden, EntrySeq(1), 1).map(drop),
        desk.desk.likenesses(&desk.agent("ana"), hidden).map(drop),
        desk.desk.suggested_people(&desk.agent("ana"), hidden).map(drop),
    ] {
        match outcome {
            Err(Denied::NotFound(_)) => {}
            Err(Denied::Refused(refusal)) => assert_eq!(refusal.kind, RefusalKind::Restricted),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_mail_behind_a_message_is_shown_with_its_bytes_people_and_attachments() {
    let desk = TestDesk::new();
    let mut first = letter("mara@example.com", "Card", "My card");
    first.cc = vec![person("Kim", "Kim@example.com"), person("", SUPPORT), person("", "support+abc@acme.example")];
    first.authentication = vec!["mx; dmarc=pass".into(), "forged".into()];
    first.attachments =
        vec![Attached { name: "a.bin".into(), media_type: "x/y".into(), content: vec![7, 0, 255], note: None }];
    let raw = b"To: support+abc@acme.example\r\n\r\nMy card".to_vec();
    let one = taken(&desk, &InMail { raw, ..mail(first) }).conversation.unwrap();
    let ana = desk.agent("ana");
    let head = desk.desk.mail_head(&ana, one, EntrySeq(1)).unwrap().unwrap();
    assert_eq!(head.from, [person("", "mara@example.com")]);
    assert_eq!(head.cc, [person("Kim", "kim@example.com"), person("", SUPPORT), person("", SUPPORT)]);
    assert_eq!((head.mailbox.as_str(), head.authentication.as_str()), ("support", "mx; dmarc=pass"));
    let raw = desk.desk.raw_mail(&ana, one, EntrySeq(1)).unwrap().unwrap();
    assert_eq!(raw, b"To: support+xxx@acme.example\r\n\r\nMy card");
    assert_eq!(desk.desk.attachment(&ana, one, EntrySeq(1), 1).unwrap(), Some(vec![7, 0, 255]));
    assert_eq!(desk.desk.attachment(&ana, one, EntrySeq(1), 2).unwrap(), None);
    assert_eq!(desk.desk.attachment(&ana, one, EntrySeq(1), 0).unwrap(), None);
    assert_eq!(desk.desk.suggested_people(&ana, one).unwrap(), [person("Kim", "kim@example.com")]);
    desk.does("ana", one, add_customer("kim@example.com", true));
    assert_eq!(desk.desk.suggested_people(&ana, one).unwrap(), []);
    let written = desk.does("ana", one, reply("Hello")).message.unwrap();
    assert_eq!(desk.desk.raw_mail(&ana, one, written).unwrap(), None);
    assert_eq!(desk.desk.why(&ana, one, written).unwrap(), ["An agent wrote it here."]);
    assert!(matches!(desk.desk.why(&ana, one, EntrySeq(99)), Err(Denied::NotFound(_))));
}

#[test]
fn a_reply_address_that_a_mail_names_or_quotes_is_nobodys_to_read() {
    let desk = TestDesk::new();
    let one = taken(&desk, &mail(letter("mara@example.com", "Card", "My card"))).conversation.unwrap();
    let tagged = TestDesk::tagged(&desk.token(one, "mara@example.com")).address;
    let text = format!("Again.\n\nFrom: Mara\nTo: {tagged}\nSubject: Card\n\nMy card\n");
    let mut second = letter("mara@example.com", "Re: Card", &text);
    second.to = vec![person(&tagged, &tagged)];
    second.cc = vec![person(&format!("'{tagged}'"), "kim@example.com")];
    second.folds = vec![Fold { from: 8, to: text.len(), kind: FoldKind::Quoted }];
    let there = taken(&desk, &mail(second));
    assert_eq!(there.conversation, Some(one));
    let head = desk.desk.mail_head(&desk.agent("ana"), one, there.message.unwrap()).unwrap().unwrap();
    assert_eq!(head.to, [person(SUPPORT, SUPPORT)]);
    assert_eq!(head.cc, [person(&format!("'{SUPPORT}'"), "kim@example.com")]);
    let shown = desk.texts("ana", one).pop().unwrap();
    assert_eq!(shown.len(), text.trim_end().len(), "its folds stay where they are");
    assert!(shown.contains("To: support+xxx") && !shown.contains(&tagged), "{shown}");
}
