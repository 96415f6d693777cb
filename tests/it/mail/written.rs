//! What a mail says, and to whom: its lines, its references, what it quotes, and what an answer by mail must not carry along.

use super::{
    agents,
    leaving::{answered, lease, send_all, words},
    letters::{SUPPORT, arrives, letter},
};
use crate::desks::{TestDesk, add_customer, note, refusal, reply, with_agents};
use deskline::{
    desk::{
        AgentChange,
        mail::{OutMail, Words},
    },
    domain::{
        conversation::Audience, letter::Letter, mail::Verdict, outgoing::MailPreference, refusal::RefusalKind,
        setting::SettingKey,
    },
    email::build::build,
};
use mail_parser::MessageParser;

fn html(mail: &OutMail) -> String {
    let bytes = build(mail, SUPPORT).unwrap().bytes;
    MessageParser::default().parse(&bytes).unwrap().body_html(0).unwrap().into_owned()
}

#[test]
fn a_line_is_a_line_in_html_and_blanks_are_blanks() {
    let desk = TestDesk::new();
    let id = arrives(&desk, letter("mara@example.com", "Card", "one\n\n  two")).conversation.unwrap();
    desk.does("ana", id, reply("first\nsecond\n\n    indented"));
    desk.later(1);
    let html = html(&send_all(&desk).remove(0));
    // Where blanks count, so do line ends: behind a break they would be a second one.
    assert!(html.contains("pre-wrap\">first<br>second<br><br>    indented</div>"), "{html}");
    assert!(html.contains("pre-wrap\">one<br><br>  two</div>"), "{html}");
}

#[test]
fn twenty_references_of_any_length_are_kept_whole() {
    let desk = TestDesk::new();
    let long = |number: usize| format!("{number:03}{}@mail.example", "x".repeat(230));
    let first = Letter { message_id: Some(long(0)), ..letter("mara@example.com", "Card", "Help") };
    let id = arrives(&desk, first).conversation.unwrap();
    for number in 1..30 {
        desk.later(60);
        let next = Letter {
            message_id: Some(long(number)),
            in_reply_to: vec![long(number - 1)],
            references: vec![long(0)],
            ..letter("mara@example.com", "Re: Card", "More")
        };
        assert_eq!(arrives(&desk, next).conversation, Some(id));
    }
    desk.does("ana", id, reply("Which bank is it?"));
    desk.later(1);
    let mail = send_all(&desk).remove(0);
    let bytes = build(&mail, SUPPORT).unwrap().bytes;
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(text.split("\r\n").all(|line| line.len() <= 998));
    let parsed = MessageParser::default().parse(&bytes).unwrap();
    let references = parsed.references().as_text_list().unwrap();
    assert_eq!(references.len(), 20);
    assert_eq!((references[0].as_ref(), references[1].as_ref()), (long(0).as_str(), long(11).as_str()));
    assert_eq!(references[19], long(29).as_str());
    assert_eq!(parsed.in_reply_to().as_text(), Some(long(29).as_str()));
}

#[test]
fn each_recipient_is_answered_and_quoted_what_that_one_wrote_or_was_sent() {
    let desk = TestDesk::new();
    let id = answered(&desk);
    desk.later(1);
    let first = send_all(&desk).remove(0);
    desk.does("ana", id, add_customer("yves@example.com", true));
    desk.later(1);
    // Of Mara's next words Yves gets a mail, and answers that.
    desk.write_in("mara@example.com", Some(id), "It is the Bank of Nowhere");
    let passed_on = send_all(&desk);
    assert_eq!(passed_on.iter().map(|mail| mail.to.address.as_str()).collect::<Vec<_>>(), ["yves@example.com"]);
    let Words::Customer { quoted: None, .. } = &passed_on[0].words else {
        panic!("he joined after all that came before: {passed_on:?}")
    };
    desk.does("ana", id, reply("Thank you both."));
    desk.later(1);
    let mails = send_all(&desk);
    let to = |address: &str| mails.iter().find(|mail| mail.to.address == address).unwrap();
    let (mara, yves) = (to("mara@example.com"), to("yves@example.com"));
    assert_eq!(yves.references, [passed_on[0].message_id.clone()]);
    assert_eq!(yves.in_reply_to, yves.references.last().cloned());
    assert_eq!(mara.references.last(), Some(&first.message_id), "her own last words came by the web");
    for mail in [mara, yves] {
        let Words::Customer { quoted: Some((_, quoted)), .. } = &mail.words else { panic!("{mail:?}") };
        assert_eq!(quoted.as_str(), "It is the Bank of Nowhere");
    }
    let bytes = String::from_utf8(build(yves, SUPPORT).unwrap().bytes).unwrap();
    assert!(!bytes.contains("Which bank is it") && !bytes.contains("My card is declined"), "{bytes}");
}

#[test]
fn what_changed_before_it_leaves_counts_and_not_what_was() {
    let desk = TestDesk::new();
    desk.set(SettingKey::UndoSeconds, "120");
    desk.change("ana", &AgentChange { public_name: Some("Ana from Support".into()), ..AgentChange::default() });
    let id = answered(&desk);
    // The writer is switched off, the conversation turns private and goes to somebody else: customers lose nothing by that.
    desk.change("ana", &AgentChange { public_name: Some("Support".into()), ..AgentChange::default() });
    desk.change("ana", &AgentChange { active: Some(false), ..AgentChange::default() });
    desk.set(SettingKey::PrivateConversations, "on");
    desk.does("olga", id, crate::desks::make(deskline::domain::conversation::Privacy::Private, true));
    desk.does("olga", id, crate::desks::assign("ben"));
    desk.later(3);
    let mail = lease(&desk).expect("it leaves");
    assert_eq!((mail.from_name.as_str(), words(&mail)), ("Support", "Which bank is it?"));
    assert_eq!(desk.texts("ben", id).len(), desk.thread("olga", id).entries.len());
}

#[test]
fn a_subject_that_repeats_what_is_for_agents_only_is_asked_back_too() {
    const SECRET: &str = "The board wants to drop this customer by the end of June.";
    let desk = TestDesk::new();
    let item = desk.item(deskline::domain::item::ItemKind::Ticket, Some("mara@example.com"), None);
    desk.start_on("ana", item, Audience::Internal, SECRET);
    let start = deskline::domain::command::Start {
        subject: SECRET.to_uppercase(),
        ..crate::desks::starting(
            deskline::domain::command::StartWith::Item {
                item,
                audience: Some(Audience::Customer),
                customers: vec![],
                agents: vec![],
            },
            "Hello Mara",
        )
    };
    let asked = refusal(desk.desk.start(&desk.agent("ana"), &start));
    assert_eq!((asked.kind, asked.rule), (RefusalKind::Confirm, "R1.4"));
}

#[test]
fn an_answer_by_mail_carries_nothing_of_what_was_mailed_about_another_conversation() {
    const OTHER: &str =
        "The salary list is attached, please look at lines seven and eight before you pay anything out.";
    let desk = agents::desk();
    let change = AgentChange { mail: Some(MailPreference::Missed), ..AgentChange::default() };
    desk.change("ana", &change);
    let id = answered(&desk);
    desk.later(10);
    send_all(&desk);
    let internal = desk.start("ben", with_agents(&["ana"]), OTHER).conversation;
    desk.write_in("mara@example.com", Some(id), "It is the Bank of Nowhere, which is a very unusual one as you know");
    desk.later(10);
    let digest: Vec<OutMail> =
        send_all(&desk).into_iter().filter(|mail| mail.to.address == "ana@home.example").collect();
    let all: String = digest.iter().map(words).collect();
    assert!(all.contains(OTHER) && all.contains("To answer its customers"), "{all}");
    // Answered in between, line by line: such quotes are shown on a screen, so they are no folds.
    let quoting = |text: &str| agents::by(&desk, "ana", id, &format!("> {text}\nYes, I know that one.\n"));
    agents::is_refused(&desk, arrives(&desk, quoting(OTHER)));
    assert!(!desk.texts("ana", id).iter().any(|text| text.contains("salary")));
    // What belongs here is no secret here, and internal answers go to whom they are for.
    let own = "It is the Bank of Nowhere, which is a very unusual one as you know";
    assert_eq!(arrives(&desk, quoting(own)).verdict, Verdict::Message);
    let inside = agents::by(&desk, "ana", internal, &format!("> {OTHER}\nI did.\n"));
    assert_eq!(arrives(&desk, inside).verdict, Verdict::Message);
    // A note is never quoted to customers either, whether it was mailed or not.
    desk.does("ben", id, note("He is behind with two invoices, so be careful with every refund."));
    agents::is_refused(
        &desk,
        arrives(&desk, quoting("He is behind with two invoices, so be careful with every refund.")),
    );
}

#[test]
fn notes_about_the_same_customer_elsewhere_are_no_less_secret() {
    const SECRET: &str = "He is behind with two invoices, so be careful with every refund.";
    let desk = TestDesk::with_privacy();
    let id = answered(&desk);
    desk.does("ben", id, note(SECRET));
    // Another conversation of hers, and one that follows up what was locked.
    let other = arrives(&desk, letter("mara@example.com", "Refund", "Where is my refund?")).conversation.unwrap();
    let asked = refusal(desk.run("ana", other, reply(SECRET)));
    assert_eq!((asked.kind, asked.rule), (RefusalKind::Confirm, "R1.4"));
    assert!(asked.text.contains(&format!("in #{id}")), "{}", asked.text);
    // Where the sender may not read it, the administrators decide without a word.
    desk.does("olga", id, crate::desks::make(deskline::domain::conversation::Privacy::Private, true));
    desk.does("olga", id, crate::desks::assign("ben"));
    desk.does("ana", other, reply(SECRET));
    assert_eq!(desk.desk.held_replies(&desk.agent("olga")).unwrap().len(), 1);
    // Somebody else's are nobody's secret here.
    let jo = arrives(&desk, letter("jo@example.com", "Refund", "Where is mine?")).conversation.unwrap();
    desk.does("ana", jo, reply(SECRET));
    assert_eq!(desk.desk.held_replies(&desk.agent("olga")).unwrap().len(), 1);
}
