//! What goes round: reports, the desk's own mail, and more than people write.

use super::leaving;
use super::letters::{SUPPORT, arrives, letter, mail, taken};
use crate::desks::{TestDesk, add_customer, reply};
use deskline::{
    desk::AgentChange,
    domain::{
        command::Command,
        id::ConversationId,
        letter::{Letter, Nature, Report, ReportKind, Reported},
        mail::{HeldWhy, InMail, Verdict},
        outgoing::MailPreference,
        setting::SettingKey,
    },
};

pub fn report(kind: ReportKind, about: Option<&str>) -> Letter {
    let recipients = vec![Reported {
        address: "somebody@evil.example".into(),
        status: Some("5.1.1".into()),
        words: "550 no such user".into(),
    }];
    let nature = Nature::Report(Report { kind, about: about.map(str::to_owned), recipients });
    Letter { nature, answer_automatically: false, ..letter("mailer-daemon@mx.example", "Undelivered", "Sorry") }
}

/// A reply to mara that left by mail: its conversation and its header id.
fn replied(desk: &TestDesk) -> (ConversationId, String) {
    let one = arrives(desk, letter("mara@example.com", "Card declined", "My card")).conversation.unwrap();
    desk.does("ana", one, reply("We look into it"));
    (one, desk.left(one))
}

#[test]
fn a_bounce_marks_the_mail_it_is_about_once_and_says_so_to_agents() {
    let desk = TestDesk::new();
    let (one, sent) = replied(&desk);
    desk.does("ana", one, Command::Close);
    for _ in 0..3 {
        let taken = arrives(&desk, report(ReportKind::Bounce, Some(&sent)));
        assert_eq!((taken.verdict, taken.conversation), (Verdict::Report, Some(one)));
        assert!(taken.message.is_some(), "it stands with the mail that it is about");
    }
    assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE state = 'failed'"), 1);
    let lines: Vec<String> = desk.texts("ana", one).into_iter().filter(|text| text.starts_with("Delivery")).collect();
    assert_eq!(lines, ["Delivery to mara@example.com failed (5.1.1)."], "our own address, not the report's");
    assert_eq!(desk.row(one).state, deskline::domain::conversation::State::Closed, "a report re-opens nothing");
    assert_eq!(desk.count("SELECT count(*) FROM conversation"), 1);
    assert_eq!(desk.count("SELECT count(*) FROM outbox"), 1, "and triggers no mail");
}

/// Amazon SES gives what leaves by it a Message-ID of its own.
#[test]
fn a_bounce_of_a_mail_that_was_given_another_id_is_known_by_the_reply_token_in_it() {
    let desk = TestDesk::new();
    let (one, _) = replied(&desk);
    let other = arrives(&desk, letter("jo@example.com", "Invoice", "Mine")).conversation.unwrap();
    let about = Some("0100018f-000000@email.amazonses.com");
    let returned = |tag: &str| {
        let raw = format!(
            "From: MAILER-DAEMON@amazonses.com\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nReply-To: Acme\r\n <support+{tag}@acme.example>\r\nTo: somebody\r\n"
        );
        InMail { raw: raw.into_bytes(), ..mail(report(ReportKind::Bounce, about)) }
    };
    let forged = desk.token(one, "mara@example.com").replacen('a', "b", 3);
    for nobody in [&*forged, &desk.token(other, "jo@example.com"), &desk.token(one, "ana")] {
        assert_eq!(taken(&desk, &returned(nobody)).verdict, Verdict::Quarantined(HeldWhy::UnknownReport), "{nobody}");
    }
    assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE state = 'failed'"), 0);
    let taken = taken(&desk, &returned(&desk.token(one, "mara@example.com").to_uppercase()));
    assert_eq!((taken.verdict, taken.conversation), (Verdict::Report, Some(one)));
    assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE state = 'failed'"), 1);
    assert!(desk.texts("ana", one).contains(&"Delivery to mara@example.com failed (5.1.1).".to_owned()));
}

/// A server next door can refuse it before the worker has written down that it is gone.
#[test]
fn a_bounce_that_is_here_before_its_mail_counts_as_sent_marks_it_too() {
    let desk = TestDesk::new();
    let (one, sent) = replied(&desk);
    let file = rusqlite::Connection::open(desk.file()).unwrap();
    file.execute("UPDATE outbox SET state = 'sending', leased_by = 'worker', due = 1, attempts = 1", []).unwrap();
    let taken = arrives(&desk, report(ReportKind::Bounce, Some(&sent)));
    assert_eq!((taken.verdict, taken.conversation), (Verdict::Report, Some(one)));
    assert_eq!(
        desk.count("SELECT count(*) FROM outbox WHERE state = 'failed' AND leased_by IS NULL AND due IS NULL"),
        1
    );
}

/// One mail tells an agent of several conversations: none of its notices waits for ever.
#[test]
fn a_bounce_that_is_here_before_its_mail_counts_as_sent_settles_the_notices_that_went_along() {
    let desk = TestDesk::new();
    let missed = AgentChange { mail: Some(MailPreference::Missed), ..AgentChange::default() };
    desk.change("ana", &AgentChange { address: Some("ana@acme.example".into()), ..missed });
    let ids: Vec<ConversationId> = (0..3).map(|_| leaving::answered(&desk)).collect();
    desk.later(10);
    leaving::send_all(&desk);
    for id in ids {
        desk.write_in("mara@example.com", Some(id), "And now?");
    }
    desk.later(10);
    let told = leaving::lease(&desk).expect("one mail about all of them");
    assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE digest IS NOT NULL AND state = 'sending'"), 2);
    for _ in 0..2 {
        let report = report(ReportKind::Bounce, Some(&told.message_id));
        assert_eq!(arrives(&desk, report).verdict, Verdict::Report);
        assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE state = 'sending' OR leased_by IS NOT NULL"), 0);
        assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE state = 'failed' AND due IS NULL"), 3);
    }
    assert!(!desk.desk.mail_sent("worker", &told).unwrap(), "it is not the worker's to say any more");
    assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE state = 'failed'"), 3);
}

#[test]
fn a_bounce_that_names_no_mail_is_known_by_the_reply_address_it_came_to() {
    let desk = TestDesk::new();
    let (one, _) = replied(&desk);
    let to = vec![TestDesk::tagged(&desk.token(one, "mara@example.com"))];
    let taken = arrives(&desk, Letter { to, ..report(ReportKind::Bounce, None) });
    assert_eq!((taken.verdict, taken.conversation), (Verdict::Report, Some(one)));
    assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE state = 'failed'"), 1);
}

#[test]
fn other_reports_stand_with_their_mail_and_unknown_ones_wait_for_admins() {
    let desk = TestDesk::new();
    let (one, sent) = replied(&desk);
    for kind in [ReportKind::Delay, ReportKind::Delivered, ReportKind::Read, ReportKind::Complaint, ReportKind::Unknown]
    {
        assert_eq!(arrives(&desk, report(kind, Some(&sent))).verdict, Verdict::Report);
    }
    assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE state = 'sent'"), 1);
    let texts = desk.texts("ana", one);
    assert!(texts.contains(&"Delivery to mara@example.com is delayed (5.1.1); the server goes on trying.".to_owned()));
    assert!(texts.contains(&"mara@example.com reported a mail of this conversation as unwanted.".to_owned()));
    assert_eq!(texts.len(), 5, "{texts:?}");
    for about in [None, Some("never@sent"), Some("1@mail.example")] {
        let unknown = arrives(&desk, report(ReportKind::Bounce, about));
        assert_eq!(unknown.verdict, Verdict::Quarantined(HeldWhy::UnknownReport));
    }
}

#[test]
fn our_own_mail_come_back_is_ignored_and_who_claims_our_address_is_held() {
    let desk = TestDesk::new();
    let (one, sent) = replied(&desk);
    let back = Letter { message_id: Some(sent.clone()), ..letter(SUPPORT, "Re: Card declined", "We look into it") };
    assert_eq!(arrives(&desk, back).verdict, Verdict::Ignored);
    for from in [SUPPORT, "Billing@acme.example", "support+abc@acme.example"] {
        let claims = Letter { in_reply_to: vec![sent.clone()], ..letter(from, "Re: Card declined", "Hello") };
        assert_eq!(arrives(&desk, claims).verdict, Verdict::Held(HeldWhy::OwnAddress));
    }
    // Somebody else under the id of our mail loses nothing.
    let other = Letter { message_id: Some(sent), ..letter("mara@example.com", "Card", "Another") };
    assert_eq!(arrives(&desk, other).verdict, Verdict::Message);
    assert_eq!(desk.texts("ana", one).len(), 3);
    assert_eq!(desk.count("SELECT count(*) FROM customer WHERE address LIKE '%acme%'"), 0);
}

#[test]
fn a_sender_who_writes_more_than_a_person_is_held_and_not_lost() {
    let desk = TestDesk::new();
    for number in 0..25 {
        let taken =
            desk.desk.receive_mail(&mail(letter("robot@example.com", "Ping", &format!("Ping {number}")))).unwrap();
        let expected = if number < 20 { Verdict::Message } else { Verdict::Held(HeldWhy::ManyFromSender) };
        assert_eq!(taken.verdict, expected, "{number}");
    }
    assert_eq!(arrives(&desk, letter("mara@example.com", "Hello", "A person")).verdict, Verdict::Message);
    desk.later(60);
    assert_eq!(arrives(&desk, letter("robot@example.com", "Ping", "An hour later")).verdict, Verdict::Message);
    assert_eq!(desk.count("SELECT count(*) FROM raw_mail"), 27);
}

#[test]
fn a_thread_that_gets_more_than_people_write_is_held() {
    let desk = TestDesk::new();
    let (one, sent) = replied(&desk);
    desk.does("ana", one, add_customer("jo@example.com", true));
    let mut held = 0;
    for number in 0..70 {
        desk.later(6);
        let from = if number % 2 == 0 { "mara@example.com" } else { "jo@example.com" };
        let next = Letter { in_reply_to: vec![sent.clone()], ..letter(from, "Re", &format!("Robot {number}")) };
        match arrives(&desk, next).verdict {
            Verdict::Message => {}
            Verdict::Held(HeldWhy::ManyInThread) => held += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(held, 11, "60 a day, the first mail among them");
}

#[test]
fn what_a_program_wrote_is_passed_on_to_nobody() {
    let desk = TestDesk::new();
    let (one, sent) = replied(&desk);
    desk.does("ana", one, add_customer("jo@example.com", true));
    let before = desk.outbox(one).len();
    let vacation = Letter {
        nature: Nature::Automatic,
        in_reply_to: vec![sent.clone()],
        ..letter("mara@example.com", "Away", "I am on the beach")
    };
    assert_eq!(arrives(&desk, vacation).conversation, Some(one));
    assert_eq!(desk.outbox(one).len(), before);
    let person = Letter { in_reply_to: vec![sent], ..letter("mara@example.com", "Re", "I am back") };
    arrives(&desk, person);
    assert_eq!(desk.outbox(one).len(), before + 1, "jo follows it");
}

#[test]
fn a_report_without_any_sender_is_still_a_report() {
    let desk = TestDesk::new();
    let (_, sent) = replied(&desk);
    let nobody = InMail {
        envelope_from: Some(String::new()),
        ..mail(Letter { from: vec![], ..report(ReportKind::Bounce, Some(&sent)) })
    };
    assert_eq!(taken(&desk, &nobody).verdict, Verdict::Report);
}

#[test]
fn a_report_that_comes_again_and_again_is_one_line() {
    let desk = TestDesk::new();
    let (one, sent) = replied(&desk);
    let lines = |words: &str| desk.texts("ana", one).iter().filter(|text| text.contains(words)).count();
    for _ in 0..30 {
        assert_eq!(arrives(&desk, report(ReportKind::Delay, Some(&sent))).verdict, Verdict::Report);
        assert_eq!(arrives(&desk, report(ReportKind::Complaint, Some(&sent))).verdict, Verdict::Report);
    }
    assert_eq!((lines("is delayed"), lines("as unwanted")), (1, 1));
    arrives(&desk, report(ReportKind::Bounce, Some(&sent)));
    desk.does("ana", one, reply("And this?"));
    let second = desk.left(one);
    arrives(&desk, report(ReportKind::Bounce, Some(&second)));
    arrives(&desk, report(ReportKind::Delay, Some(&second)));
    assert_eq!((lines("failed"), lines("is delayed")), (2, 1), "what has failed is not delayed any more");
}

#[test]
fn a_notice_that_comes_back_says_nothing_of_the_customers_mail() {
    let desk = TestDesk::new();
    desk.gives_address("ben", "ben@home.example");
    desk.change("ben", &AgentChange { mail: Some(MailPreference::Missed), ..AgentChange::default() });
    let one = arrives(&desk, letter("mara@example.com", "Card declined", "My card")).conversation.unwrap();
    desk.does("ben", one, Command::Follow);
    let next = Letter {
        to: vec![TestDesk::tagged(&desk.token(one, "mara@example.com"))],
        ..letter("mara@example.com", "Re", "Hello?")
    };
    arrives(&desk, next);
    desk.later(10);
    let notice = desk.leaves().pop().expect("a notice");
    assert_eq!(notice.to.address, "ben@home.example");
    let before = desk.texts("ana", one);
    for _ in 0..5 {
        assert_eq!(arrives(&desk, report(ReportKind::Bounce, Some(&notice.message_id))).verdict, Verdict::Report);
    }
    assert_eq!(desk.texts("ana", one), before, "no line that speaks of a recipient who is no customer");
    assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE kind = 'notice' AND state = 'failed'"), 1);
}

#[test]
fn whom_no_machine_may_answer_is_told_of_no_refusal() {
    let desk = TestDesk::new();
    desk.gives_address("ana", "ana@home.example");
    let one = arrives(&desk, letter("mara@example.com", "Card declined", "My card")).conversation.unwrap();
    let to = vec![TestDesk::tagged(&desk.token(one, "ana"))];
    let by_ana = |answerable| Letter {
        to: to.clone(),
        answer_automatically: answerable,
        ..letter("ana@home.example", "Re", "Hi")
    };
    assert_eq!(arrives(&desk, by_ana(false)).verdict, Verdict::Refused, "the setting is off");
    assert!(desk.leaves().is_empty());
    assert_eq!(arrives(&desk, by_ana(true)).verdict, Verdict::Refused);
    assert_eq!(desk.leaves().len(), 1);
    // A program at either end that answers everything gets one a day.
    for _ in 0..20 {
        arrives(&desk, by_ana(true));
        assert!(desk.leaves().is_empty());
    }
}

/// An absence note without any header that says so, of an agent who is sent notices.
#[test]
fn an_agents_program_that_answers_every_notice_is_held_too() {
    let desk = TestDesk::new();
    desk.set(SettingKey::AgentsByMail, "on");
    desk.gives_address("ana", "ana@home.example");
    let one = arrives(&desk, letter("mara@example.com", "Card declined", "My card")).conversation.unwrap();
    let to = vec![TestDesk::tagged(&desk.token(one, "ana"))];
    let mut held = 0;
    for number in 0..25 {
        let away = Letter { to: to.clone(), ..letter("ana@home.example", "Re", &format!("On the beach {number}")) };
        match arrives(&desk, away).verdict {
            Verdict::Message => {}
            Verdict::Held(HeldWhy::ManyFromSender) => held += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(held, 5);
    assert_eq!(desk.outbox(one).len(), 20);
}

/// What was counted under a clock that ran ahead counts for a while, not until that time has come.
#[test]
fn a_clock_that_was_ahead_holds_nobody_for_years() {
    let desk = TestDesk::new();
    desk.later(5 * 365 * 24 * 60);
    for number in 0..20 {
        desk.desk.receive_mail(&mail(letter("mara@example.com", "Ping", &format!("Ping {number}")))).unwrap();
    }
    desk.later(-5 * 365 * 24 * 60);
    assert_eq!(arrives(&desk, letter("mara@example.com", "Hello", "By a person")).verdict, Verdict::Message);
}

/// A mail server that hands mails over says the sender by the envelope, whether or not it writes that into the mail.
#[test]
fn an_empty_sender_of_the_envelope_is_told_nothing() {
    let desk = TestDesk::new();
    let (one, sent) = replied(&desk);
    desk.does("ana", one, Command::Close);
    desk.does("ana", one, Command::Lock);
    let next = |text: &str| Letter { in_reply_to: vec![sent.clone()], ..letter("mara@example.com", "Re", text) };
    let quiet = InMail { envelope_from: Some(String::new()), ..mail(next("By a machine?")) };
    let follow_up = taken(&desk, &quiet).conversation.unwrap();
    assert!(desk.outbox(follow_up).is_empty());
    let heard = InMail { envelope_from: Some("mara@example.com".into()), ..mail(next("By me")) };
    assert_eq!(desk.outbox(taken(&desk, &heard).conversation.unwrap()).len(), 1);
}

/// Two locked conversations on one day: the day's one automatic mail tells of the first, and the second is told of when there
/// is room, since its writer was not told yet (R2.7).
#[test]
fn who_could_not_be_told_of_a_follow_up_that_day_is_told_by_the_next_one() {
    let desk = TestDesk::new();
    let locked = ["One", "Two"].map(|text| {
        let first = letter("mara@example.com", text, text);
        let id = first.message_id.clone().unwrap();
        let one = arrives(&desk, first).conversation.unwrap();
        desk.does("ana", one, Command::Close);
        desk.does("ana", one, Command::Lock);
        (one, id)
    });
    let to = |number: usize, text: &str| {
        let (_, id) = &locked[number];
        arrives(&desk, Letter { in_reply_to: vec![id.clone()], ..letter("mara@example.com", "Re", text) })
            .conversation
            .unwrap()
    };
    let told = |about: ConversationId, follow_up: ConversationId| {
        let left = desk.leaves();
        left.iter().any(|mail| {
            let words = format!("{:?}", mail.words);
            words.contains(&format!("#{about} takes")) && words.contains(&format!("#{follow_up};"))
        })
    };
    let first = to(0, "To the first");
    assert!(told(locked[0].0, first));
    let second = to(1, "To the second");
    assert!(!told(locked[1].0, second), "one a day");
    let again = to(1, "To the second, the same day");
    assert!(!told(locked[1].0, again));
    desk.later(24 * 60);
    let later = to(1, "To the second, a day later");
    assert!(told(locked[1].0, later));
    desk.later(24 * 60);
    for number in [0, 1] {
        let follow_up = to(number, "Once more");
        assert!(!told(locked[number].0, follow_up), "told once");
    }
}
