//! The files of what an agent forwards to an address outside: they go with it, as far as customers may have them.

use super::letters::{arrives, letter, person};
use crate::{
    desks::{TestDesk, assign, make, refusal, starting, text, with_agents},
    seat::Seat,
};
use deskline::{
    desk::{
        mail::{OutMail, Words},
        page::{Denied, Draft, DraftPlace, FileFrom, Opened, Wants},
    },
    domain::{
        command::{Command, FileOf, Start, StartWith, Writing},
        conversation::Privacy,
        file::MOST_BYTES,
        history::PastAttachment,
        id::{ConversationId, EntrySeq},
        letter::{Attached, AttachedNote, Letter},
        refusal::RefusalKind,
        section::Section,
        setting::SettingKey,
    },
};

const LAB: &str = "lab@outside.example";

fn file(name: &str, content: &[u8]) -> Attached {
    Attached { name: name.into(), media_type: "application/pdf".into(), content: content.into(), note: None }
}

/// A mail with two files, a note with one and a reply with one, in the hands of ana.
fn beginning() -> (TestDesk, ConversationId) {
    let desk = TestDesk::new();
    let first = Letter {
        from: vec![person("Mara Lindt", "mara@example.com")],
        attachments: vec![file("bill.pdf", b"%PDF the bill"), file("photo.png", b"PNG of the card")],
        ..letter("mara@example.com", "Card", "The card is declined.")
    };
    let id = arrives(&desk, first).conversation.unwrap();
    desk.does("ana", id, assign("ana"));
    let writes = |words: &str, name: &str, content: &[u8]| Writing { files: vec![file(name, content)], ..text(words) };
    desk.does("ana", id, Command::Note(writes("Between us.", "inside.pdf", b"%PDF for agents alone")));
    desk.does("ana", id, Command::Reply(writes("Which bank is it?", "form.pdf", b"%PDF a form to fill in")));
    desk.leaves();
    (desk, id)
}

fn seq_of(desk: &TestDesk, id: ConversationId, words: &str) -> EntrySeq {
    desk.thread("ana", id).entries.into_iter().find(|entry| entry.text == words).expect("an entry").seq
}

/// Forwards these files of a conversation as they are there; what is not there is asked for by a name.
fn forward(desk: &TestDesk, from: ConversationId, files: &[(EntrySeq, usize)]) -> Start {
    let entries = match desk.open("olga", from) {
        Opened::Thread(thread) => thread.entries,
        Opened::Restricted(_) | Opened::NotFound(_) => Vec::new(),
    };
    let shown = |(seq, number): &(EntrySeq, usize)| {
        let entry = entries.iter().find(|entry| entry.seq == *seq);
        let file = entry.and_then(|entry| entry.attachments.get(number.checked_sub(1)?));
        let (name, size) = file.map_or(("inside.pdf".into(), 9), |file| (file.name.clone(), file.size));
        FileOf { seq: *seq, number: *number, name, size }
    };
    let files = files.iter().map(shown).collect();
    starting(StartWith::Forward { from, address: LAB.into(), files }, "> quoted")
}

/// The names and contents of what goes with a mail.
fn files(mail: &OutMail) -> Vec<(&str, &[u8])> {
    match &mail.words {
        Words::Customer { files, .. } => files.iter().map(|file| (file.name.as_str(), file.content())).collect(),
        Words::Team(_) => Vec::new(),
    }
}

fn names(desk: &TestDesk, id: ConversationId) -> Vec<String> {
    desk.thread("ana", id).entries[0].attachments.iter().map(|file| file.name.clone()).collect()
}

fn draft(desk: &TestDesk, who: &str, id: ConversationId) -> Option<Draft> {
    let wants = Wants { draft: Some(DraftPlace::Forwarding(id)), ..Wants::default() };
    desk.desk.read(&desk.agent(who), &wants).unwrap().draft
}

fn drafted(desk: &TestDesk, id: ConversationId) -> Vec<String> {
    draft(desk, "ana", id).map_or_else(Vec::new, |draft| draft.files.iter().map(|file| file.name()).collect())
}

#[test]
fn the_files_of_a_message_go_with_it_byte_for_byte() {
    let (desk, id) = beginning();
    for (size, shown) in
        [((80, 24), "bill.pdf (13 B), photo.png (15 B)"), ((120, 40), "bill.pdf (13 B), photo.png (15 B)")]
    {
        let mut ana = Seat::sized(&desk, "ana", size);
        ana.keys("Enter Home F");
        assert!(ana.shown().contains(shown), "{}", ana.shown());
        insta::assert_snapshot!(format!("mail_forward_files_{}x{}", size.0, size.1), ana.shown());
        ana.keys("Esc");
    }
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("Enter Home F").text(LAB).keys("Enter Ctrl-S");
    let new = ana.opened();
    assert_eq!(names(&desk, new), ["bill.pdf", "photo.png"]);
    let mails = desk.leaves();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to.address, LAB);
    assert_eq!(files(&mails[0]), [("bill.pdf", &b"%PDF the bill"[..]), ("photo.png", b"PNG of the card")]);
    assert_eq!(draft(&desk, "ana", id), None, "nothing is left of the draft");
    // Over SSH, too: they lie on the desk, not on the agent's machine.
    let mut far = Seat::elsewhere(&desk, "ana");
    far.keys("j Enter Home F").text("far@outside.example").keys("Enter Ctrl-S");
    assert_eq!(names(&desk, far.opened()), ["bill.pdf", "photo.png"], "{}", far.shown());
    // Whoever may read the new conversation has them there.
    let seq = desk.thread("ben", new).entries[0].seq;
    assert_eq!(desk.desk.attachment(&desk.agent("ben"), new, seq, 2).unwrap().unwrap(), b"PNG of the card");
}

#[test]
fn a_file_is_taken_off_and_stays_off_in_the_draft() {
    let (desk, id) = beginning();
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    ana.keys("Enter Home F").text(LAB).keys("Enter");
    // To the files: over subject, text and group.
    ana.keys("Tab Tab Tab Tab");
    assert!(ana.shown().contains("‹ bill.pdf (13 B) ›  1 of 2 · x takes it off"), "{}", ana.shown());
    insta::assert_snapshot!("mail_forward_files_picked_80x24", ana.shown());
    ana.keys("x Esc");
    assert_eq!(drafted(&desk, id), ["photo.png"]);
    // The same message again is what was begun; another one brings its own file.
    ana.keys("F");
    assert!(!ana.shown().contains("bill.pdf") && ana.shown().contains("photo.png (15 B)"), "{}", ana.shown());
    ana.keys("Esc End F");
    assert!(ana.shown().contains("photo.png (15 B), form.pdf (22 B)"), "{}", ana.shown());
    ana.keys("Ctrl-S");
    assert_ne!(ana.opened(), id);
    let mails = desk.leaves();
    assert_eq!(files(&mails[0]), [("photo.png", &b"PNG of the card"[..]), ("form.pdf", b"%PDF a form to fill in")]);
    assert!(drafted(&desk, id).is_empty());
}

#[test]
fn all_files_can_be_taken_off() {
    let (desk, id) = beginning();
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    ana.keys("Enter Home F").text(LAB).keys("Enter Tab Tab Tab Tab x x");
    assert!(ana.shown().contains("Files   none"), "{}", ana.shown());
    ana.keys("Ctrl-S");
    assert_ne!(ana.opened(), id);
    assert_eq!(files(&desk.leaves()[0]), []);
}

/// What is left of a draft when the conversation was not started.
#[test]
fn a_refusal_keeps_the_draft_with_its_files() {
    let (desk, id) = beginning();
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    ana.keys("Enter Home F").text(LAB).keys("Enter");
    desk.change("ana", &deskline::desk::AgentChange { reply_to_customers: Some(false), ..Default::default() });
    ana.keys("Ctrl-S");
    assert_eq!(ana.opened(), id, "{}", ana.shown());
    assert_eq!(drafted(&desk, id), ["bill.pdf", "photo.png"]);
    let kept = draft(&desk, "ana", id).unwrap().files.remove(1).from;
    let seq = seq_of(&desk, id, "The card is declined.");
    assert_eq!(kept, FileFrom::Message { seq, number: 2, name: "photo.png".into() });
}

/// R1.4: the attachments of a note share its secrecy, whoever asks for them.
#[test]
fn a_notes_file_never_goes() {
    let (desk, id) = beginning();
    let at = |words: &str| seq_of(&desk, id, words);
    let (noted, mail) = (at("Between us."), at("The card is declined."));
    let before = desk.desk.read(&desk.agent("olga"), &Wants::default()).unwrap().sections;
    for wanted in [
        &[(noted, 1)][..],
        &[(mail, 1), (noted, 1)],
        // What is not there says the same.
        &[(noted, 2)],
        &[(mail, 0)],
        &[(mail, 3)],
        &[(EntrySeq(99), 1)],
        &[(EntrySeq(0), 1)],
    ] {
        for who in ["ana", "ben", "olga"] {
            let refused = refusal(desk.desk.start(&desk.agent(who), &forward(&desk, id, wanted)));
            assert_eq!((refused.kind, refused.rule), (RefusalKind::Denied, "R1.4"), "{who} {wanted:?}");
            assert!(!refused.text.contains("inside"), "{}", refused.text);
        }
    }
    assert_eq!(desk.desk.read(&desk.agent("olga"), &Wants::default()).unwrap().sections, before, "nothing was started");
    assert!(desk.leaves().is_empty());
    // On the screen the note cannot even be meant.
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("Enter End k F");
    assert!(ana.foot().contains("Only what customers may read"), "{}", ana.foot());
}

/// R1.2: what agents send each other has no way outside, whatever number it has.
#[test]
fn an_internal_messages_file_never_goes() {
    let desk = TestDesk::new();
    let start = Start { files: vec![file("plan.pdf", b"%PDF a plan")], ..starting(with_agents(&["ben"]), "Ours") };
    let internal = desk.desk.start(&desk.agent("ana"), &start).unwrap().conversation;
    let refused = refusal(desk.desk.start(&desk.agent("ana"), &forward(&desk, internal, &[(EntrySeq(1), 1)])));
    assert_eq!((refused.kind, refused.rule), (RefusalKind::Denied, "R1.2"));
    assert!(desk.leaves().is_empty());
}

/// R6.3, R6.6: whoever lost the access between writing and sending takes no file along, and is told no more than anybody.
#[test]
fn who_may_not_read_it_any_more_takes_no_file() {
    let (desk, id) = beginning();
    desk.set(SettingKey::PrivateConversations, "on");
    let mut ben = Seat::new(&desk, "ben");
    ben.keys("Enter Home F").text(LAB).keys("Enter Esc");
    assert_eq!(draft(&desk, "ben", id).unwrap().files.len(), 2);
    desk.does("olga", id, make(Privacy::Private, true));
    assert_eq!(draft(&desk, "ben", id), None, "not even the names");
    let mail = seq_of(&desk, id, "The card is declined.");
    let says = |who: &str, from, files: &[(EntrySeq, usize)]| {
        desk.desk.start(&desk.agent(who), &forward(&desk, from, files)).unwrap_err().to_string()
    };
    assert_eq!(says("ben", id, &[(mail, 1)]), "This conversation is private. Ask an administrator.");
    for wanted in [&[(mail, 1)][..], &[(mail, 9)]] {
        assert_eq!(
            says("dev", id, wanted).replace(&format!("#{id}"), "#999"),
            says("dev", ConversationId(999), wanted)
        );
    }
    assert!(desk.leaves().is_empty());
    // Who still may keeps it as private.
    let done = desk.desk.start(&desk.agent("ana"), &forward(&desk, id, &[(mail, 1)])).unwrap();
    assert_eq!(desk.thread("ana", done.conversation).row.privacy, Privacy::Private);
    let seq = EntrySeq(1);
    assert!(desk.desk.attachment(&desk.agent("ben"), done.conversation, seq, 1).is_err());
}

/// R1.8: the same forwarding again is the same; with other files it is another one.
#[test]
fn r1_8_the_files_belong_to_what_is_forwarded() {
    let (desk, id) = beginning();
    let mail = seq_of(&desk, id, "The card is declined.");
    let once = |files: &[(EntrySeq, usize)]| Start { client_id: Some("f1".into()), ..forward(&desk, id, files) };
    let ana = desk.agent("ana");
    let first = desk.desk.start(&ana, &once(&[(mail, 1)])).unwrap();
    let again = desk.desk.start(&ana, &once(&[(mail, 1)])).unwrap();
    assert_eq!((again.conversation, again.changed), (first.conversation, false));
    for other in [&[][..], &[(mail, 2)], &[(mail, 1), (mail, 2)]] {
        assert_eq!(refusal(desk.desk.start(&ana, &once(other))).rule, "R1.8", "{other:?}");
    }
    assert_eq!(desk.leaves().len(), 1);
}

#[test]
fn a_file_that_is_named_twice_goes_once_beside_those_of_the_agent() {
    let (desk, id) = beginning();
    let mail = seq_of(&desk, id, "The card is declined.");
    let start = Start { files: vec![file("own.pdf", b"%PDF my own")], ..forward(&desk, id, &[(mail, 2), (mail, 2)]) };
    desk.desk.start(&desk.agent("ana"), &start).unwrap();
    assert_eq!(files(&desk.leaves()[0]), [("own.pdf", &b"%PDF my own"[..]), ("photo.png", b"PNG of the card")]);
}

/// Numbers of messages change when conversations are merged and parted: another file is not sent in the place of the one that
/// was shown.
#[test]
fn what_is_not_the_file_that_was_shown_is_not_sent() {
    let (desk, id) = beginning();
    let mail = seq_of(&desk, id, "The card is declined.");
    let shown = FileOf { seq: mail, number: 1, name: "bill.pdf".into(), size: 13 };
    for other in [FileOf { name: "photo.png".into(), ..shown.clone() }, FileOf { size: 14, ..shown.clone() }] {
        let with = StartWith::Forward { from: id, address: LAB.into(), files: vec![other] };
        let refused = desk.desk.start(&desk.agent("ana"), &starting(with, "> quoted")).unwrap_err();
        assert!(matches!(&refused, Denied::Invalid(words) if words.contains("not where it was")), "{refused}");
    }
    let with = StartWith::Forward { from: id, address: LAB.into(), files: vec![shown] };
    desk.desk.start(&desk.agent("ana"), &starting(with, "> quoted")).unwrap();
    assert_eq!(files(&desk.leaves()[0]), [("bill.pdf", &b"%PDF the bill"[..])]);
}

/// Nobody looks into a whole mail here: as in any reply, the administrators decide.
#[test]
fn a_mail_that_was_attached_waits_for_the_administrators() {
    let (desk, id) = beginning();
    let to = vec![TestDesk::tagged(&desk.token(id, "mara@example.com"))];
    let mail = Attached { note: Some(AttachedNote::Mail), ..file("old.eml", b"Subject: Old\r\n\r\nHello") };
    arrives(&desk, Letter { to, attachments: vec![mail], ..letter("mara@example.com", "Re: Card", "See there") });
    let seq = seq_of(&desk, id, "See there");
    let done = desk.desk.start(&desk.agent("ana"), &forward(&desk, id, &[(seq, 1)])).unwrap();
    assert!(desk.leaves().is_empty());
    let held = desk.desk.held_replies(&desk.agent("olga")).unwrap();
    assert_eq!((held.len(), held[0].conversation), (1, done.conversation));
}

#[test]
fn more_than_a_mail_carries_is_refused_before_anything_is_started() {
    let (desk, id) = beginning();
    let half = vec![b'x'; usize::try_from(MOST_BYTES / 2).unwrap() + 1];
    for name in ["one.bin", "two.bin"] {
        let to = vec![TestDesk::tagged(&desk.token(id, "mara@example.com"))];
        let attachments = vec![file(name, &half)];
        arrives(&desk, Letter { to, attachments, ..letter("mara@example.com", "Re: Card", name) });
    }
    let both = [(seq_of(&desk, id, "one.bin"), 1), (seq_of(&desk, id, "two.bin"), 1)];
    let ana = desk.agent("ana");
    let refused = desk.desk.start(&ana, &forward(&desk, id, &both)).unwrap_err();
    assert!(matches!(&refused, Denied::Invalid(words) if words.contains("18.0 MB")), "{refused}");
    assert!(desk.leaves().is_empty());
    desk.desk.start(&ana, &forward(&desk, id, &both[..1])).unwrap();
    assert_eq!(files(&desk.leaves()[0])[0].0, "one.bin");
}

#[test]
fn what_is_kept_by_name_alone_is_named_and_can_be_taken_off() {
    let desk = TestDesk::new();
    let described = |name: &str| PastAttachment { name: name.into(), media_type: "image/png".into(), size: 9 };
    desk.import("old-1", |past| past.messages[0].attachments = vec![described("a.png"), described("b.png")]);
    let id = desk.listed("olga", Section::Closed)[0];
    let seq = desk.thread("olga", id).entries[0].seq;
    let refused = desk.desk.start(&desk.agent("olga"), &forward(&desk, id, &[(seq, 1), (seq, 2)])).unwrap_err();
    assert!(matches!(&refused, Denied::Invalid(words) if words.contains("a.png, b.png")), "{refused}");
    assert_eq!(desk.listed("olga", Section::Open), [], "nothing was started");
    desk.desk.start(&desk.agent("olga"), &forward(&desk, id, &[])).unwrap();
}
