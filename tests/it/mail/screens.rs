//! Mail on agents' screens, on one real desk: its states by word, what is done about it, and what nobody else learns.

use super::letters::{SUPPORT, arrives, letter, mail, mailboxes, person, taken};
use crate::{
    desks::{TestDesk, assign, make, note, refusal, reply, text},
    seat::Seat,
};
use deskline::{
    desk::{
        mail::{Failure, Words},
        page::{Denied, DraftFile, Mode},
    },
    domain::{
        command::{Command, Writing},
        conversation::Privacy,
        id::{ConversationId, EntrySeq},
        letter::{Attached, Fold, FoldKind, Letter},
        mail::{DeliveryState, InMail, Verdict},
    },
    tui::{
        model::RowKey,
        session::{Event, files::Folders},
    },
};
use std::fs;

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

/// Quotes and signs, and names somebody else in Cc.
fn signed(from: &str, subject: &str) -> Letter {
    let text = "It is still failing.\n\nOn 3 May, Ana wrote:\n> Hello Mara,\n> could you try another card?\n> Ana\n\n-- \nMara Lindt\nACME Ltd\n12 High Street\n";
    let at = |words: &str| text.find(words).unwrap();
    Letter {
        from: vec![person("Mara Lindt", from)],
        cc: vec![person("Yuri Baum", "yuri@acme-parts.example")],
        folds: vec![
            Fold { from: at("On 3 May"), to: at("\n-- "), kind: FoldKind::Quoted },
            Fold { from: at("-- "), to: text.len(), kind: FoldKind::Signature },
        ],
        authentication: vec!["mx.acme.example; dkim=pass header.d=example.com; dmarc=pass".to_owned()],
        ..letter(from, subject, text)
    }
}

fn as_raw(letter: Letter, raw: &str) -> InMail {
    InMail { raw: raw.as_bytes().to_vec(), ..mail(letter) }
}

/// A desk with a conversation by mail that ana has taken.
fn beginning() -> (TestDesk, ConversationId) {
    let desk = TestDesk::new();
    let raw = "From: Mara Lindt <mara@example.com>\r\nTo: support+abc234@acme.example\r\nSubject: Card declined\r\n\r\n\
         It is still failing.\u{1b}[31m\u{202e}\r\n";
    let id = taken(&desk, &as_raw(signed("mara@example.com", "Card declined"), raw)).conversation.unwrap();
    desk.does("ana", id, assign("ana"));
    desk.has_a_sender();
    (desk, id)
}

fn state(desk: &TestDesk, id: ConversationId, seq: i64) -> Option<DeliveryState> {
    let entries = desk.thread("ana", id).entries;
    let entry = entries.iter().find(|entry| entry.seq == EntrySeq(seq)).unwrap();
    entry.delivery.first().map(|to| to.state)
}

/// The sender's worker takes what is due, which fails for good.
fn fails(desk: &TestDesk, words: &str) {
    desk.later(1);
    let mail = desk.desk.lease_mail("worker", &mailboxes()).unwrap().expect("something is due");
    assert!(desk.desk.mail_failed("worker", &mail, Failure::Permanent, words).unwrap());
}

#[test]
fn every_state_of_a_mail_is_said_by_word() {
    for (columns, rows) in SIZES {
        let (desk, id) = beginning();
        desk.does("ana", id, reply("The bank has changed a field."));
        desk.leaves();
        desk.does("ana", id, reply("Did you get this?"));
        fails(&desk, "Mailbox unknown.");
        desk.does("ana", id, note("The address is wrong, I think."));
        let mut ana = Seat::sized(&desk, "ana", (columns, rows));
        ana.keys("Enter r").text("And now?").keys("Ctrl-S");
        desk.seconds(2);
        ana.take_all([]);
        insta::assert_snapshot!(format!("mail_states_{columns}x{rows}"), ana.shown());
    }
}

#[test]
fn the_seconds_run_only_while_there_are_some() {
    let (desk, _) = beginning();
    let mut ana = Seat::new(&desk, "ana");
    let deadline = |seat: &Seat| seat.session.deadline().map(|at| (at - desk.desk.now()).num_milliseconds());
    ana.keys("Enter r").text("Hello").keys("Ctrl-S").take_all([]);
    assert!(ana.shown().contains("z undo (10 s)"), "{}", ana.shown());
    assert_eq!(deadline(&ana), Some(1_000));
    desk.milliseconds(1_200);
    ana.take_all([]);
    assert!(ana.shown().contains("z undo (9 s)"), "{}", ana.shown());
    assert!(ana.session.frame().is_some());
    assert_eq!(deadline(&ana), Some(800));
    desk.seconds(9);
    ana.take_all([]);
    assert!(ana.shown().contains("mail · on its way · "), "{}", ana.shown());
    assert!(!ana.shown().contains("undo ("), "{}", ana.shown());
    assert!(deadline(&ana).is_none_or(|left| left > 1_000), "{:?}", deadline(&ana));
}

#[test]
fn a_reply_is_taken_back_and_its_text_is_a_draft_again() {
    let (desk, id) = beginning();
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("Enter r").text("Hello Mara").keys("Ctrl-S");
    desk.seconds(3);
    ana.keys("r").text("More");
    ana.keys("Esc z");
    assert!(ana.shown().contains("Taken back: it was not sent."), "{}", ana.shown());
    let composer = ana.session.model().composer.as_ref().unwrap();
    assert_eq!((composer.mode, composer.editor.text()), (Mode::Reply, "Hello Mara\n\nMore"));
    desk.seconds(2);
    ana.take_all([]);
    let drafts = desk.thread("ana", id).drafts;
    assert_eq!(drafts.iter().map(|draft| draft.text.as_str()).collect::<Vec<_>>(), ["Hello Mara\n\nMore"]);
    assert_eq!(state(&desk, id, 3), Some(DeliveryState::Cancelled));
    assert!(ana.shown().contains("mail · taken back, not sent"), "{}", ana.shown());
    assert!(desk.leaves().is_empty(), "nothing leaves");
    ana.keys("Esc z");
    assert!(ana.foot().contains("nothing to take back"), "{}", ana.foot());
}

/// A corrected reply does not go out without its invoice.
#[test]
fn a_reply_that_is_taken_back_has_its_files_again() {
    let (desk, id) = beginning();
    let home = tempfile::tempdir().unwrap();
    for (name, content) in [("bill.pdf", &b"%PDF the bill"[..]), ("plan.txt", b"the plan"), ("more.txt", b"more")] {
        fs::write(home.path().join(name), content).unwrap();
    }
    let folders = Folders { downloads: Vec::new(), home: Some(home.path().to_owned()) };
    let mut ana = Seat::new(&desk, "ana");
    ana.session.has_files(folders);
    let attaches = |seat: &mut Seat, names: [&str; 2]| {
        seat.keys("Tab a").text(names[0]).keys("Enter").text(names[1]).keys("Enter Esc");
    };
    ana.keys("Enter r").text("Here is the bil");
    attaches(&mut ana, ["~/bill.pdf", "~/plan.txt"]);
    ana.keys("Ctrl-S r").text("More");
    attaches(&mut ana, ["~/more.txt", "~/plan.txt"]);
    ana.keys("Esc z");
    assert!(ana.foot().contains("and its files go with it"), "{}", ana.shown());
    let names = |files: &[DraftFile]| files.iter().map(DraftFile::name).collect::<Vec<_>>();
    let composer = ana.session.model().composer.as_ref().unwrap();
    assert_eq!(composer.editor.text(), "Here is the bil\n\nMore");
    assert_eq!(names(&composer.files), ["bill.pdf", "plan.txt", "more.txt"], "none of them twice");
    desk.seconds(2);
    ana.take_all([]);
    let drafts = desk.thread("ana", id).drafts;
    assert_eq!(drafts.iter().map(|draft| names(&draft.files)).collect::<Vec<_>>(), [names(&composer_files(&ana))]);
    ana.keys("Ctrl-S");
    let left = desk.leaves();
    assert_eq!(left.len(), 1, "{}", ana.shown());
    let Words::Customer { files, .. } = &left[0].words else { panic!("a mail to a customer") };
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["bill.pdf", "plan.txt", "more.txt"]);
}

/// A session that did not send it does not know where its files were.
#[test]
fn what_another_session_takes_back_is_to_have_its_files_attached_again() {
    let (desk, id) = beginning();
    let bill = Attached {
        name: "bill.pdf".into(),
        media_type: "application/pdf".into(),
        content: b"%PDF the bill".to_vec(),
        note: None,
    };
    desk.does("ana", id, Command::Reply(Writing { files: vec![bill], ..text("Here") }));
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("Enter z");
    assert!(ana.foot().contains("attach its files again"), "{}", ana.foot());
    assert!(composer_files(&ana).is_empty());
}

fn composer_files(seat: &Seat) -> Vec<DraftFile> {
    seat.session.model().composer.as_ref().unwrap().files.clone()
}

#[test]
fn what_failed_is_sent_again_from_the_menu() {
    let (desk, id) = beginning();
    desk.does("ana", id, reply("Hello"));
    fails(&desk, "Mailbox unknown.");
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    ana.keys("Enter m");
    assert!(ana.shown().contains("› Send again by mail"), "{}", ana.shown());
    ana.keys("Enter");
    assert!(ana.foot().contains("on its way again"), "{}", ana.foot());
    assert_eq!(desk.leaves().len(), 1);
    assert_eq!(state(&desk, id, 3), Some(DeliveryState::Sent));
    ana.keys("m");
    assert!(!ana.shown().contains("Send again"), "offered only where there is something: {}", ana.shown());
}

#[test]
fn what_a_mail_repeats_is_folded_and_one_key_opens_it() {
    for (columns, rows) in SIZES {
        let (desk, _) = beginning();
        let mut ana = Seat::sized(&desk, "ana", (columns, rows));
        ana.keys("Enter k k k");
        insta::assert_snapshot!(format!("mail_folded_{columns}x{rows}"), ana.shown());
        assert!(ana.foot().contains("Enter unfold"), "{}", ana.foot());
        ana.keys("Enter");
        assert!(ana.shown().contains("could you try another card?"), "{}", ana.shown());
        ana.keys("Enter");
        assert!(!ana.shown().contains("could you try another card?"), "{}", ana.shown());
    }
}

#[test]
fn a_mail_is_shown_as_it_came_without_acting_and_without_its_token() {
    for (columns, rows) in SIZES {
        let (desk, _) = beginning();
        let mut ana = Seat::sized(&desk, "ana", (columns, rows));
        ana.keys("Enter k k k v");
        let shown = ana.shown();
        assert!(!shown.contains('\u{1b}') && !shown.contains("abc234"), "{shown}");
        insta::assert_snapshot!(format!("mail_raw_{columns}x{rows}"), shown);
        ana.keys("Esc");
        assert!(ana.session.model().layers.is_empty());
    }
}

#[test]
fn who_was_named_is_added_by_one_key_after_a_question() {
    let (desk, id) = beginning();
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("Enter");
    assert!(ana.shown().contains("C adds from Cc: Yuri Baum <yuri@acme-parts.example>"), "{}", ana.shown());
    assert_eq!(desk.thread("ana", id).reply_to.customers.len(), 1, "not by itself");
    ana.keys("C");
    assert!(ana.shown().contains("yuri@acme-parts.example"), "{}", ana.shown());
    ana.keys("n");
    assert_eq!(desk.thread("ana", id).reply_to.customers.len(), 1, "not without a yes");
    ana.keys("C y");
    assert_eq!(desk.thread("ana", id).reply_to.customers.len(), 2);
    ana.keys("r");
    assert!(ana.shown().contains(", Cc Yuri Baum"), "{}", ana.shown());
    assert!(ana.shown().contains("└─ by mail ─"), "{}", ana.shown());
    assert!(!ana.shown().contains("C adds"), "{}", ana.shown());
}

#[test]
fn who_was_named_is_left_out_for_good_by_another_key() {
    let (desk, id) = beginning();
    let named = || {
        let people = desk.desk.suggested_people(&desk.agent("ana"), id).unwrap();
        people.into_iter().map(|person| person.address).collect::<Vec<_>>()
    };
    assert_eq!(named(), ["yuri@acme-parts.example"]);
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    ana.keys("Enter C");
    insta::assert_snapshot!("mail_add_or_never_80x24", ana.shown());
    ana.keys("x");
    assert!(ana.foot().contains("yuri@acme-parts.example is not suggested here any more."), "{}", ana.foot());
    assert!(!ana.shown().contains("C adds"), "{}", ana.shown());
    ana.keys("C");
    assert!(ana.foot().contains("name nobody"), "{}", ana.foot());
    assert_eq!((named().len(), desk.thread("ana", id).reply_to.customers.len()), (0, 1));
    // Named once more, it is still the answer; elsewhere it is a new question.
    let again =
        Letter { to: vec![TestDesk::tagged(&desk.token(id, "mara@example.com"))], ..signed("mara@example.com", "Re") };
    arrives(&desk, again);
    assert!(named().is_empty());
    let other = arrives(&desk, signed("mara@example.com", "Another")).conversation.unwrap();
    assert_eq!(desk.desk.suggested_people(&desk.agent("ana"), other).unwrap().len(), 1);
    // Merged into it, it stays an answer there.
    desk.desk.merge(&desk.agent("ana"), id, other, true).unwrap();
    assert!(desk.desk.suggested_people(&desk.agent("ana"), other).unwrap().is_empty());
    // Only whoever could add somebody may say so, and only of whom is suggested; other questions know no such key.
    let third = arrives(&desk, signed("mara@example.com", "Third")).conversation.unwrap();
    let dismiss = |handle: &str, address: &str| desk.desk.dismiss_suggestion(&desk.agent(handle), third, address);
    assert_eq!(refusal(dismiss("dev", "yuri@acme-parts.example")).rule, "R5.2");
    assert!(matches!(dismiss("ana", "nobody@example.com"), Err(Denied::NotFound(_))));
    dismiss("ana", "Yuri@acme-parts.example").unwrap();
    assert!(matches!(dismiss("ana", "yuri@acme-parts.example"), Err(Denied::NotFound(_))));
}

#[test]
fn what_looks_alike_is_merged_by_one_key_and_parted_by_another() {
    let (desk, into) = beginning();
    let from = arrives(&desk, letter("mara@example.com", "Card declined", "Again")).conversation.unwrap();
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("Enter");
    assert_eq!(ana.opened(), from);
    assert!(ana.shown().contains(&format!("= merges: looks like #{into} Card declined")), "{}", ana.shown());
    ana.keys("=");
    assert_eq!(ana.opened(), into);
    assert!(ana.shown().contains("Again"), "{}", ana.shown());
    assert!(ana.foot().contains(&format!("Merged #{from} into #{into}. z undo")), "{}", ana.foot());
    ana.keys("z");
    assert_eq!(ana.opened(), from);
    assert_eq!(desk.texts("ana", from), ["Again"]);
    let marked = ana.session.model().list.selected;
    assert_eq!(marked, Some(RowKey::Conversation(from)), "the row of what is read is marked");
}

#[test]
fn of_several_that_it_looks_like_one_is_chosen() {
    let (desk, into) = beginning();
    let second = arrives(&desk, letter("mara@example.com", "Card declined", "Again")).conversation.unwrap();
    let from = arrives(&desk, letter("mara@example.com", "Re: card declined", "Once more")).conversation.unwrap();
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    ana.keys("Enter");
    assert_eq!(ana.opened(), from);
    assert!(ana.shown().contains(&format!("= merges (2 to choose from): looks like #{second}")), "{}", ana.shown());
    ana.keys("=");
    insta::assert_snapshot!("mail_likenesses_80x24", ana.shown());
    ana.keys("Esc =");
    ana.keys("j Enter");
    assert_eq!(ana.opened(), into, "the older one");
    assert!(desk.texts("ana", into).contains(&"Once more".to_owned()));
    ana.keys("z");
    assert_eq!((ana.opened(), desk.texts("ana", from)), (from, vec!["Once more".to_owned()]));
    ana.keys("m");
    assert!(ana.shown().contains("› Merge with what it looks like"), "{}", ana.shown());
    ana.keys("Enter");
    assert!(ana.shown().contains(&format!("Merge #{from} into")), "{}", ana.shown());
}

/// R6.4: a conversation that is made private goes from the list that is open, and nothing of it is merged.
#[test]
fn a_likeness_goes_from_the_open_list_with_the_access_to_it() {
    let (desk, into) = beginning();
    desk.set(deskline::domain::setting::SettingKey::PrivateConversations, "on");
    let second = arrives(&desk, letter("mara@example.com", "Card declined", "Again")).conversation.unwrap();
    let from = arrives(&desk, letter("mara@example.com", "Re: card declined", "Once more")).conversation.unwrap();
    let mut ben = Seat::new(&desk, "ben");
    ben.keys("Enter =");
    assert!(ben.shown().contains(&format!("#{into}  ")) && ben.shown().contains(&format!("#{second}  ")));
    desk.does("olga", into, make(Privacy::Private, true));
    let shown = ben.shown();
    assert!(!shown.contains(&format!("#{into}  ")) && shown.contains(&format!("› #{second}")), "{shown}");
    ben.keys("j Enter");
    assert_eq!(ben.opened(), second);
    assert_ne!(ben.opened(), from);
}

#[test]
fn of_several_who_were_named_one_is_chosen_and_keeps_the_name() {
    let desk = TestDesk::new();
    let cc = vec![person("Jo Park", "jo@b.example"), person("Kim Lee", "kim@b.example")];
    let id = arrives(&desk, Letter { cc, ..letter("mara@example.com", "Card", "Hello") }).conversation.unwrap();
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    ana.keys("Enter C");
    assert!(ana.shown().contains("› Jo Park <jo@b.example>"), "{}", ana.shown());
    ana.keys("j Enter");
    assert!(ana.shown().contains("kim@b.example will be sent every reply"), "{}", ana.shown());
    ana.keys("y");
    assert_eq!(desk.thread("ana", id).reply_to.customers, ["mara@example.com", "Kim Lee"]);
    assert!(ana.shown().contains("C adds from Cc: Jo Park <jo@b.example>"), "{}", ana.shown());
    // And one of several is left out for good, the others not.
    let cc = vec![person("Jo Park", "jo@b.example"), person("Kim Lee", "kim@b.example")];
    arrives(&desk, Letter { cc, ..letter("yves@example.com", "Card", "Hello") });
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    ana.keys("Enter C j Enter x");
    assert!(ana.foot().contains("kim@b.example is not suggested here any more."), "{}", ana.foot());
    assert!(ana.shown().contains("C adds from Cc: Jo Park <jo@b.example>"), "{}", ana.shown());
}

/// R6.4: the other one, made private, is not named any more, on an open screen either.
#[test]
fn a_likeness_goes_with_the_access_to_it() {
    let (desk, into) = beginning();
    desk.set(deskline::domain::setting::SettingKey::PrivateConversations, "on");
    arrives(&desk, letter("mara@example.com", "Card declined", "Again")).conversation.unwrap();
    let mut ben = Seat::new(&desk, "ben");
    ben.keys("Enter");
    assert!(ben.shown().contains(&format!("looks like #{into}")), "{}", ben.shown());
    desk.does("olga", into, make(Privacy::Private, true));
    assert!(!ben.shown().contains("looks like"), "{}", ben.shown());
    ben.keys("=");
    assert!(
        ben.shown().contains("Its customer has no other conversation here that takes messages."),
        "{}",
        ben.shown()
    );
}

/// What looks unlike and belongs together all the same: the customer's others are there to choose from, as far as whoever
/// chooses may see them.
#[test]
fn what_looks_unlike_is_merged_with_another_of_its_customer() {
    let (desk, into) = beginning();
    desk.set(deskline::domain::setting::SettingKey::PrivateConversations, "on");
    let arrives = |from: &str, subject: &str| arrives(&desk, letter(from, subject, "More words")).conversation.unwrap();
    let hidden = arrives("mara@example.com", "A word between us");
    desk.does("olga", hidden, make(Privacy::Private, true));
    desk.does("olga", hidden, assign("olga"));
    let locked = arrives("mara@example.com", "Last year's invoice");
    desk.does("ana", locked, Command::Close);
    desk.does("olga", locked, Command::Lock);
    let others = arrives("kim@example.com", "Somebody else's");
    let from = arrives("mara@example.com", "And my address");
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    ana.keys("Enter");
    assert_eq!(ana.opened(), from);
    assert!(!ana.shown().contains("looks like"), "{}", ana.shown());
    ana.keys("=");
    insta::assert_snapshot!("mail_mergeable_80x24", ana.shown());
    let mergeable = desk.desk.mergeable(&desk.agent("ana"), from).unwrap();
    assert_eq!(mergeable.iter().map(|other| other.conversation).collect::<Vec<_>>(), [into]);
    let seen_by_all = desk.desk.mergeable(&desk.agent("olga"), from).unwrap();
    assert_eq!(seen_by_all.iter().map(|other| other.conversation).collect::<Vec<_>>(), [hidden, into]);
    assert!(desk.desk.mergeable(&desk.agent("ana"), others).unwrap().is_empty());
    ana.keys("Enter");
    assert_eq!(ana.opened(), into);
    assert!(desk.texts("ana", into).contains(&"More words".to_owned()));
    assert!(desk.desk.mergeable(&desk.agent("ana"), from).unwrap().is_empty(), "it is merged");
    ana.keys("z");
    assert_eq!((ana.opened(), desk.texts("ana", from)), (from, vec!["More words".to_owned()]));
}

/// A desk where two mails and one reply wait, and a mailbox is in trouble.
fn waiting() -> TestDesk {
    let (desk, _) = beginning();
    desk.desk.read_mail_with(deskline::email::reader::letter);
    let own = letter(SUPPORT, "Hello from ourselves", "By nobody");
    let raw = "From: support@acme.example\r\nSubject: Hello from ourselves\r\n\r\nBy nobody\r\n";
    assert!(matches!(taken(&desk, &as_raw(own, raw)).verdict, Verdict::Held(_)));
    let unreadable = InMail { letter: Err("It has no header.".into()), ..mail(Letter::default()) };
    assert!(matches!(taken(&desk, &unreadable).verdict, Verdict::Quarantined(_)));
    let trouble =
        "The server mail.acme.example refused the password. Change it in the file that the configuration names.";
    desk.desk
        .mailbox_health("support", SUPPORT, Some(trouble), Some(desk.desk.now() + chrono::Duration::minutes(6)))
        .unwrap();
    desk.desk.mailbox_health("billing", "billing@acme.example", None, None).unwrap();
    desk
}

#[test]
fn what_waits_and_how_mailboxes_do_is_shown_to_administrators() {
    for (columns, rows) in SIZES {
        let desk = waiting();
        let mut olga = Seat::sized(&desk, "olga", (columns, rows));
        insta::assert_snapshot!(format!("mail_header_{columns}x{rows}"), olga.shown().lines().next().unwrap());
        olga.keys("g h");
        insta::assert_snapshot!(format!("mail_held_{columns}x{rows}"), olga.shown());
        olga.keys("j Enter");
        insta::assert_snapshot!(format!("mail_held_one_{columns}x{rows}"), olga.shown());
        olga.keys("r");
        assert!(olga.shown().contains("It cannot be let go"), "{}", olga.shown());
        olga.keys("d");
        assert!(olga.shown().contains("Throw this mail away?"), "{}", olga.shown());
        olga.keys("y");
        assert_eq!(desk.desk.held(&desk.agent("olga")).unwrap().len(), 1);
        assert!(olga.shown().contains("Held: 1"), "{}", olga.shown());
    }
}

#[test]
fn a_held_mail_is_let_go_by_the_reader_of_the_desk() {
    let desk = TestDesk::new();
    desk.desk.read_mail_with(deskline::email::reader::letter);
    let raw = "From: Mara <mara@example.com>\r\nTo: support@acme.example\r\nSubject: Late\r\nMessage-ID: <a@b.c>\r\n\r\nRead at last\r\n";
    let unread = InMail {
        letter: Err("An older program could not read it.".into()),
        raw: raw.into(),
        ..mail(Letter::default())
    };
    taken(&desk, &unread);
    let mut adam = Seat::new(&desk, "adam");
    adam.keys("g h Enter");
    assert!(adam.shown().contains("Read at last"), "{}", adam.shown());
    adam.keys("r");
    assert!(adam.foot().contains("went its way"), "{}", adam.foot());
    assert!(adam.shown().contains("Nothing is held."), "{}", adam.shown());
    assert_eq!(desk.listed("ana", deskline::domain::section::Section::Open).len(), 1);
}

/// R5.6, R6.3: who does not administer gets the same screens whether something waits or not.
#[test]
fn agents_learn_nothing_of_what_waits() {
    let (without, _) = beginning();
    without.later(2);
    let with = waiting();
    for keys in ["", "g h", "A", "Enter", ": h e l d", "?"] {
        let mut screens = [&without, &with].map(|desk| {
            let mut ana = Seat::new(desk, "ana");
            ana.keys(keys);
            (ana.shown(), format!("{:?}", ana.session.model().page.mailboxes), ana.session.model().page.held)
        });
        for (shown, ..) in &mut screens {
            *shown = shown.replace("3m", "now");
        }
        assert_eq!(screens[0], screens[1], "{keys}");
        assert!(
            !screens[1].0.contains("ourselves") && !screens[1].0.contains("refused the password"),
            "{}",
            screens[1].0
        );
    }
}

/// What is held repeats what its writer may not read: to the writer it looks as if it were on its way.
#[test]
fn a_held_reply_looks_queued_to_its_writer_and_waits_for_administrators() {
    let (desk, id) = beginning();
    desk.set(deskline::domain::setting::SettingKey::PrivateConversations, "on");
    let secret = "the merger with Initech Incorporated closes on the fourteenth";
    let hidden = desk.arrival();
    desk.does("olga", hidden, make(Privacy::Private, true));
    desk.does("olga", hidden, assign("adam"));
    desk.does("adam", hidden, note(secret));
    let item = desk.ticket();
    for id in [id, hidden] {
        desk.does("olga", id, Command::Link { item, confirmed: true });
    }
    // It is still there, some minutes later.
    desk.has_a_sender();
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("g o").rang();
    ana.keys("G Enter r").text(&format!("I hear that {secret}, is it so?")).keys("Ctrl-S");
    assert_eq!(ana.opened(), id);
    assert!(ana.shown().contains("mail · on its way · z undo (10 s)"), "{}", ana.shown());
    desk.later(1);
    ana.take_all([]);
    assert!(ana.shown().contains("mail · on its way · "), "{}", ana.shown());
    assert!(!ana.shown().contains("administrator"), "{}", ana.shown());
    let mut olga = Seat::new(&desk, "olga");
    assert!(olga.shown().lines().any(|line| line.contains("   Held") && line.contains(" 1 ")), "{}", olga.shown());
    olga.keys("g h Enter");
    assert!(olga.shown().contains("I hear that the merger"), "{}", olga.shown());
    olga.keys("d y");
    assert!(olga.foot().contains("will not leave"), "{}", olga.foot());
    assert!(desk.leaves().is_empty());
    ana.take(Event::Rang(deskline::desk::News::EVERYTHING));
    assert!(ana.shown().contains("taken back, not sent"), "{}", ana.shown());
}
