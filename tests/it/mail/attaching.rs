//! Files that go with messages: with each mail to a customer, byte for byte, and never with what is for agents only.

use super::leaving::{WORKER, lease, send_all, words};
use super::letters::{SUPPORT, arrives, letter};
use crate::{
    desks::{TestDesk, add_customer, link, refusal, reply, starting, text, with_agents, with_customers},
    seat::Seat,
};
use deskline::{
    desk::{
        AgentChange,
        mail::{OutMail, Words},
        page::Denied,
    },
    domain::{
        command::{Command, Start, Writing},
        conversation::Audience,
        file::{LARGEST_MAIL, MOST_BYTES},
        id::{ConversationId, EntrySeq},
        letter::{Attached, AttachedNote, Letter},
        mail::DeliveryState,
        outgoing::MailPreference,
        refusal::RefusalKind,
        setting::SettingKey,
    },
    email::build::build,
};

fn file(name: &str, content: &[u8]) -> Attached {
    Attached { name: name.into(), media_type: "application/pdf".into(), content: content.into(), note: None }
}

/// Bytes of every value, without any sense for a text.
fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|place| u8::try_from((place * 7 + place / 251) % 256).unwrap()).collect()
}

fn with(words: &str, files: Vec<Attached>) -> Writing {
    Writing { files, ..text(words) }
}

fn replies(desk: &TestDesk, who: &str, id: ConversationId, words: &str, files: Vec<Attached>) -> Result<(), Denied> {
    desk.run(who, id, Command::Reply(with(words, files))).map(drop)
}

/// The names and contents of what goes with a mail.
fn files(mail: &OutMail) -> Vec<(&str, &[u8])> {
    match &mail.words {
        Words::Customer { files, .. } => files.iter().map(|file| (file.name.as_str(), file.content())).collect(),
        Words::Team(_) => Vec::new(),
    }
}

fn sent_to<'a>(mails: &'a [OutMail], address: &str) -> &'a OutMail {
    mails.iter().find(|mail| mail.to.address == address).expect("a mail to that address")
}

fn maras(desk: &TestDesk) -> ConversationId {
    arrives(desk, letter("mara@example.com", "Invoice", "Please send it again")).conversation.unwrap()
}

fn sentence(denied: Result<(), Denied>) -> String {
    denied.expect_err("refused").to_string()
}

#[test]
fn a_replys_files_leave_with_its_mail_byte_for_byte() {
    let desk = TestDesk::new();
    let id = maras(&desk);
    let all = bytes(100_003);
    replies(&desk, "ana", id, "Here it is", vec![file("Rechnung März.pdf", &all), file("b.txt", b"\r\n.\r\n")])
        .unwrap();
    desk.later(1);
    let mails = send_all(&desk);
    assert_eq!(files(&mails[0]), [("Rechnung März.pdf", &all[..]), ("b.txt", b"\r\n.\r\n")]);
    let built = build(&mails[0], SUPPORT).unwrap();
    let read = deskline::mail::Reader::default().letter(&built.bytes).unwrap();
    let read: Vec<_> =
        read.attachments.iter().map(|it| (it.name.as_str(), &it.media_type[..], &it.content[..])).collect();
    let pdf = "application/pdf";
    assert_eq!(read, [("Rechnung März.pdf", pdf, &all[..]), ("b.txt", pdf, b"\r\n.\r\n")]);
    // On the desk it is described, and there for whoever may read the message.
    let entry = desk.thread("ben", id).entries.into_iter().find(|entry| entry.text == "Here it is").unwrap();
    assert_eq!(entry.attachments[0].size, 100_003);
    assert_eq!(desk.desk.attachment(&desk.agent("ben"), id, entry.seq, 1).unwrap().unwrap(), all);
    assert_eq!(desk.found("ben", "has:attachment", 9).0, [id]);
}

#[test]
fn the_second_customer_gets_what_the_first_one_attached() {
    let desk = TestDesk::new();
    let id = maras(&desk);
    desk.does("ana", id, add_customer("yves@example.com", true));
    let to = vec![TestDesk::tagged(&desk.token(id, "mara@example.com"))];
    let attachments = vec![file("scan.pdf", b"%PDF a scan")];
    arrives(&desk, Letter { to, attachments, ..letter("mara@example.com", "Re: Invoice", "This one") });
    let mails = desk.leaves();
    assert_eq!(mails.len(), 1, "hers goes to the other one only");
    assert_eq!(files(sent_to(&mails, "yves@example.com")), [("scan.pdf", &b"%PDF a scan"[..])]);
    replies(&desk, "ana", id, "To both", vec![file("answer.pdf", b"both")]).unwrap();
    let mails = desk.leaves();
    for address in ["mara@example.com", "yves@example.com"] {
        assert_eq!(files(sent_to(&mails, address)), [("answer.pdf", &b"both"[..])], "{address}");
    }
}

#[test]
fn who_joined_later_gets_nothing_of_before() {
    let desk = TestDesk::new();
    let id = maras(&desk);
    replies(&desk, "ana", id, "Before", vec![file("before.pdf", b"before")]).unwrap();
    desk.leaves();
    desk.does("ana", id, add_customer("yves@example.com", true));
    replies(&desk, "ana", id, "After", Vec::new()).unwrap();
    for mail in desk.leaves() {
        assert_eq!((words(&mail), files(&mail)), ("After", Vec::new()));
        assert!(!String::from_utf8(build(&mail, SUPPORT).unwrap().bytes).unwrap().contains("before.pdf"));
    }
}

#[test]
fn a_first_message_takes_files_and_the_same_one_again_is_the_same() {
    let desk = TestDesk::new();
    let start = Start {
        files: vec![file("offer.pdf", b"an offer")],
        client_id: Some("s1".into()),
        ..starting(with_customers(&["yves@example.com"]), "Our offer")
    };
    let ana = desk.agent("ana");
    let id = desk.desk.start(&ana, &start).unwrap().conversation;
    assert_eq!(desk.desk.start(&ana, &start).unwrap().conversation, id);
    let other = Start { files: vec![file("offer.pdf", b"another")], ..start };
    assert!(desk.desk.start(&ana, &other).unwrap_err().to_string().contains("client id"), "R1.8");
    let mails = desk.leaves();
    assert_eq!(mails.len(), 1);
    assert_eq!(files(&mails[0]), [("offer.pdf", &b"an offer"[..])]);
}

/// R1.8: other files, another name, or none under a used id are another text.
#[test]
fn r1_8_files_belong_to_what_was_written() {
    let desk = TestDesk::new();
    let id = maras(&desk);
    let once = |files| Writing { client_id: Some("k".into()), ..with("Here", files) };
    let run = |files| desk.run("ana", id, Command::Reply(once(files)));
    let first = run(vec![file("a.pdf", b"one")]).unwrap();
    assert_eq!(run(vec![file("a.pdf", b"one")]).unwrap().message, first.message);
    for other in [vec![], vec![file("a.pdf", b"two")], vec![file("b.pdf", b"one")], vec![file("a.pdf", b"one"); 2]] {
        assert_eq!(refusal(run(other)).rule, "R1.8");
    }
    assert_eq!(desk.leaves().len(), 1);
}

#[test]
fn a_notes_file_is_for_agents_only() {
    let desk = TestDesk::new();
    let id = maras(&desk);
    desk.does("ana", id, Command::Note(with("Look", vec![file("secret-plan.pdf", b"the secret plan")])));
    replies(&desk, "ana", id, "We look into it", Vec::new()).unwrap();
    for mail in desk.leaves() {
        let built = String::from_utf8(build(&mail, SUPPORT).unwrap().bytes).unwrap();
        assert!(files(&mail).is_empty() && !built.contains("secret-plan") && !built.contains("dGhlIHNlY3JldCBwbGFu"));
    }
    let note = desk.thread("ben", id).entries.into_iter().find(|entry| entry.text == "Look").unwrap();
    assert_eq!(note.attachments[0].name, "secret-plan.pdf");
    let given = desk.desk.attachment(&desk.agent("ben"), id, note.seq, 1).unwrap();
    assert_eq!(given.as_deref(), Some(&b"the secret plan"[..]));
    let view = desk.desk.customer_view(&desk.agent("olga"), "mara@example.com", Some(id)).unwrap();
    assert!(!format!("{view:?}").contains("secret-plan"));
    // An internal conversation's, the same.
    let start = Start { files: vec![file("inner.pdf", b"inner")], ..starting(with_agents(&["ben"]), "Between us") };
    let internal = desk.desk.start(&desk.agent("ana"), &start).unwrap().conversation;
    desk.run("ben", internal, Command::Reply(with("Mine", vec![file("more.pdf", b"more")]))).unwrap();
    assert_eq!(desk.leaves(), []);
    assert!(desk.desk.attachment(&desk.agent("cleo"), internal, EntrySeq(1), 1).is_err(), "not hers to read");
}

/// R1.4: a note's file that somebody attaches to a reply is asked back, and held where the sender may not know of it.
#[test]
fn a_file_that_is_for_agents_only_does_not_slip_out_with_a_reply() {
    let desk = TestDesk::with_privacy();
    let id = maras(&desk);
    let plan = || vec![file("renamed.pdf", b"the secret plan")];
    desk.does("ben", id, Command::Note(with("Look", vec![file("plan.pdf", b"the secret plan")])));
    let refused = desk.refused("ana", id, Command::Reply(with("Here", plan())));
    assert_eq!((refused.kind, refused.rule), (RefusalKind::Confirm, "R1.4"));
    assert_eq!(
        refused.text,
        "This reply attaches renamed.pdf, which belongs to a note by Ben Okafor in #1, entry 2. Customers would get it. Confirm to send it all the same."
    );
    let confirmed = Writing { confirmed: true, ..with("Here", plan()) };
    desk.does("ana", id, Command::Reply(confirmed));
    assert_eq!(files(&desk.leaves()[0]), [("renamed.pdf", &b"the secret plan"[..])]);
    replies(&desk, "ana", id, "Again", plan()).expect("what customers have is no secret any more");
    desk.leaves();
    // Of an internal conversation on the item that Dev cannot see: to the administrators, without a word.
    let item = desk.ticket();
    desk.does("ana", id, link(item));
    let inner = desk.start_on("olga", item, Audience::Internal, "Between us");
    desk.does("olga", inner, Command::Reply(with("This", vec![file("prices.pdf", b"our prices")])));
    desk.does("olga", inner, crate::desks::make(deskline::domain::conversation::Privacy::Private, true));
    replies(&desk, "ana", id, "Look", vec![file("x.pdf", b"our prices")]).unwrap();
    assert_eq!(desk.leaves(), []);
    let held = desk.desk.held_replies(&desk.agent("olga")).unwrap();
    assert_eq!(held.len(), 1);
    let names: Vec<(&str, u64)> = held[0].attachments.iter().map(|file| (file.name.as_str(), file.size)).collect();
    assert_eq!(names, [("x.pdf", 10)], "who decides knows what goes with it");
    for size in [(80, 24), (120, 40)] {
        let mut olga = Seat::sized(&desk, "olga", size);
        olga.keys("g h Enter");
        assert!(olga.shown().contains("With it       PDF · 10 B · x.pdf"), "{}", olga.shown());
    }
}

#[test]
fn the_words_of_a_note_are_found_inside_a_file() {
    let desk = TestDesk::new();
    let id = maras(&desk);
    let secret = "The customer is behind with two invoices, be careful with her.";
    desk.does("ben", id, Command::Note(text(secret)));
    let inside = format!("Dear Mara,\r\n{}\r\nBye", secret.to_uppercase());
    let denied = sentence(replies(&desk, "ana", id, "Here", vec![file("letter.txt", inside.as_bytes())]));
    assert!(
        denied
            .starts_with("The file letter.txt repeats a note by Ben Okafor in #1, entry 2: “… the customer is behind"),
        "{denied}"
    );
    replies(&desk, "ana", id, "Here", vec![file("letter.txt", &inside.as_bytes()[..40])]).unwrap();
}

#[test]
fn too_much_is_refused_with_a_sentence_and_the_most_fits_a_mail() {
    let desk = TestDesk::new();
    let id = maras(&desk);
    let most = usize::try_from(MOST_BYTES).unwrap();
    let refuses = |files| sentence(replies(&desk, "ana", id, "Here", files));
    assert_eq!(refuses(vec![file("a.pdf", b"x"); 21]), "These are 21 files; a message takes 20. Send them in parts.");
    assert!(refuses(vec![file("a.pdf", &vec![0; most + 1])]).starts_with("The files have more than 18.0 MB together"));
    assert_eq!(refuses(vec![file("a.pdf", b"")]), "a.pdf is empty. Leave it out.");
    let long = "long ".repeat(200_000);
    let both = sentence(replies(&desk, "ana", id, &long, vec![file("a.pdf", &vec![1; most])]));
    assert!(both.starts_with("The text and its files do not fit one mail"), "{both}");
    assert!(replies(&desk, "ana", id, &"\"<&\n".repeat(250_000), vec![file("a.pdf", &vec![0; most / 2])]).is_ok());
    replies(&desk, "ana", id, &"\"<&\n".repeat(5_000), vec![file("a.pdf", &vec![255; most / 20]); 20]).unwrap();
    for mail in desk.leaves() {
        let built = build(&mail, SUPPORT).expect("it fits");
        assert!(built.bytes.len() as u64 <= LARGEST_MAIL);
    }
    assert_eq!(desk.count("SELECT count(*) FROM outbox WHERE state <> 'sent'"), 0);
}

#[test]
fn what_a_mail_cannot_carry_is_named_in_it() {
    let desk = TestDesk::new();
    let id = maras(&desk);
    desk.does("ana", id, add_customer("yves@example.com", true));
    let to = vec![TestDesk::tagged(&desk.token(id, "mara@example.com"))];
    let attachments = vec![file("film.mp4", &vec![0; 19 << 20]), file("small.pdf", b"small")];
    arrives(&desk, Letter { to, attachments, ..letter("mara@example.com", "Re: Invoice", "Two files") });
    let mail = desk.leaves().remove(0);
    assert_eq!(files(&mail), [("small.pdf", &b"small"[..])]);
    assert_eq!(words(&mail), "Two files\n\n[Not in this mail, since it would be too large: film.mp4 (19.0 MB)]");
    assert!(build(&mail, SUPPORT).is_ok());
}

#[test]
fn an_agents_mail_leaves_with_what_it_has_attached() {
    let desk = by_mail();
    let id = maras(&desk);
    let writes = |words: &str, attachments| {
        let to = vec![TestDesk::tagged(&desk.token(id, "ana"))];
        arrives(&desk, Letter { to, attachments, ..letter("ana@home.example", "Re: Invoice", words) })
    };
    let taken = writes("Here it is", vec![file("invoice.pdf", b"%PDF")]);
    let mail = desk.leaves().remove(0);
    assert_eq!((words(&mail), files(&mail)), ("Here it is", vec![("invoice.pdf", &b"%PDF"[..])]));
    let kept = desk.desk.attachment(&desk.agent("ben"), id, taken.message.unwrap(), 1).unwrap();
    assert_eq!(kept.as_deref(), Some(&b"%PDF"[..]));
    assert_eq!(desk.count("SELECT count(*) FROM attachment"), 1);
    // Without a word, the files are the answer.
    writes("", vec![file("a.pdf", b"a"), file("b.pdf", b"b")]);
    let mail = desk.leaves().remove(0);
    assert_eq!((words(&mail), files(&mail).len()), ("Attached: a.pdf, b.pdf", 2));
    // A whole mail may hold anything, a notice with notes for one: the administrators decide.
    let whole = Attached {
        media_type: "message/rfc822".into(),
        note: Some(AttachedNote::Mail),
        ..file("old.eml", b"From: x\n\nx")
    };
    writes("See there", vec![whole]);
    assert_eq!(desk.leaves(), []);
    assert_eq!(desk.desk.held_replies(&desk.agent("olga")).unwrap()[0].text, "See there");
    // More files than a person would choose, and more than a mail carries: nothing is lost, and the rest is named.
    writes("All", vec![file("page.png", b"p"); 25]);
    assert_eq!(files(&desk.leaves()[0]).len(), 25);
}

fn by_mail() -> TestDesk {
    let desk = TestDesk::new();
    desk.set(SettingKey::AgentsByMail, "on");
    desk.gives_address("ana", "ana@home.example");
    desk
}

#[test]
fn a_notice_names_the_files_and_carries_none() {
    let desk = TestDesk::new();
    let id = maras(&desk);
    let address = Some("ben@acme.example".into());
    desk.change("ben", &AgentChange { address, mail: Some(MailPreference::Missed), ..AgentChange::default() });
    desk.does("ben", id, Command::Follow);
    desk.does("ana", id, Command::Note(with("Look", vec![file("plan.pdf", b"the secret plan")])));
    desk.later(2);
    let mails = send_all(&desk);
    let notice = sent_to(&mails, "ben@acme.example");
    assert!(words(notice).contains("\n\nLook\n[attached: plan.pdf, 15 B]"), "{}", words(notice));
    let built = build(notice, SUPPORT).unwrap().bytes;
    assert!(!String::from_utf8(built).unwrap().contains("multipart/mixed"));
}

#[test]
fn files_leave_the_same_at_every_attempt_and_not_at_all_once_taken_back() {
    let desk = TestDesk::new();
    let id = maras(&desk);
    replies(&desk, "ana", id, "Here", vec![file("a.pdf", &bytes(5_000))]).unwrap();
    desk.later(1);
    let first = lease(&desk).unwrap();
    desk.desk.mail_unknown(WORKER, &first, "?").unwrap();
    desk.later(2);
    let second = lease(&desk).unwrap();
    assert_eq!(build(&first, SUPPORT).unwrap().bytes, build(&second, SUPPORT).unwrap().bytes);
    desk.desk.mail_sent(WORKER, &second).unwrap();
    replies(&desk, "ana", id, "No", vec![file("b.pdf", b"b")]).unwrap();
    let entry = desk.thread("ana", id).entries.into_iter().find(|entry| entry.text == "No").unwrap();
    desk.desk.cancel_mail(&desk.agent("ana"), id, entry.seq).unwrap();
    assert_eq!(desk.leaves(), []);
    let entry = desk.thread("ana", id).entries.into_iter().find(|entry| entry.text == "No").unwrap();
    assert_eq!(entry.delivery[0].state, DeliveryState::Cancelled);
    desk.does("ana", id, reply("Yes"));
    assert_eq!(files(&desk.leaves()[0]), []);
}
