//! What an agent forwards to an address outside: what was selected, to that address alone, as private as it was.

use super::letters::{arrives, letter, person};
use crate::{
    desks::{TestDesk, assign, make, note, reply, starting, with_agents},
    seat::Seat,
};
use deskline::{
    desk::page::{Denied, DraftPlace, Opened, Wants},
    domain::{
        command::{Command, Start, StartWith},
        conversation::Privacy,
        id::ConversationId,
        letter::Letter,
        people::Party,
        refusal::RefusalKind,
        setting::SettingKey,
    },
};

/// A conversation with two mails, a reply and a note, in the hands of ana.
fn beginning() -> (TestDesk, ConversationId) {
    let desk = TestDesk::new();
    let mara = |text: &str| Letter {
        from: vec![person("Mara Lindt", "mara@example.com")],
        ..letter("mara@example.com", "Card", text)
    };
    let id = arrives(&desk, mara("The card is declined.")).conversation.unwrap();
    desk.does("ana", id, assign("ana"));
    desk.does("ana", id, reply("Which bank is it?"));
    desk.does("ana", id, note("Between us: she is right."));
    let tag = desk.token(id, "mara@example.com");
    arrives(&desk, Letter { to: vec![TestDesk::tagged(&tag)], ..mara("It is the Seaside Bank.") });
    desk.desk.note_sender().expect("somebody sends");
    (desk, id)
}

fn text(desk: &TestDesk, id: ConversationId) -> String {
    desk.texts("ana", id).remove(0)
}

#[test]
fn the_message_under_the_cursor_goes_to_that_address_alone() {
    let (desk, id) = beginning();
    for size in [(80, 24), (120, 40)] {
        let mut ana = Seat::sized(&desk, "ana", size);
        ana.keys("Enter End k F");
        assert!(ana.foot().contains("Only what customers may read goes outside."), "{}", ana.foot());
        ana.keys("Home F");
        insta::assert_snapshot!(format!("mail_forward_{}x{}", size.0, size.1), ana.shown());
        ana.keys("Esc");
    }
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("Enter Home F").text("lab@outside.example").keys("Enter Ctrl-S");
    let new = ana.opened();
    assert_ne!(new, id);
    let thread = desk.thread("ana", new);
    assert_eq!(thread.row.requester.as_ref().unwrap().address, "lab@outside.example");
    assert_eq!(thread.reply_to.customers.len(), 1, "that address alone");
    assert_eq!((thread.row.group.as_deref(), thread.row.subject.as_str()), (Some("Support"), "Fwd: Card"));
    assert_eq!(thread.row.follow_up_to, Some(id), "it says by number where it comes from");
    let text = text(&desk, new);
    assert!(text.starts_with("Mara Lindt wrote on") && text.contains("> The card is declined."), "{text}");
    assert!(!text.contains("Seaside"), "{text}");
    let mails = desk.leaves();
    let to: Vec<&str> = mails.iter().map(|mail| mail.to.address.as_str()).collect();
    assert_eq!(to.iter().filter(|to| **to == "lab@outside.example").count(), 1, "{to:?}");
    assert_eq!(desk.thread("ana", id).reply_to.customers.len(), 1, "and nobody joins where it comes from");
}

#[test]
fn what_was_selected_is_quoted_in_order_and_no_agent_is_named() {
    let (desk, id) = beginning();
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    ana.keys("Enter End x");
    assert!(ana.shown().contains("✓ Mara Lindt"), "{}", ana.shown());
    assert!(ana.foot().contains("x select message") && ana.foot().contains("F forward by mail"), "{}", ana.foot());
    ana.keys("k x");
    assert!(ana.foot().contains("Only what customers may read"), "a note: {}", ana.foot());
    // Over the line that says who took it, to the reply.
    ana.keys("k x");
    assert_eq!(ana.session.model().thread.as_ref().unwrap().chosen.len(), 2, "{}", ana.shown());
    ana.keys("F").text("lab@outside.example").keys("Enter Ctrl-S");
    let text = text(&desk, ana.opened());
    assert_ne!(ana.opened(), id);
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words} in {text}"));
    assert!(at("> Which bank is it?") < at("> It is the Seaside Bank."), "{text}");
    assert!(!text.contains("Ana Ruiz") && !text.contains("she is right"), "{text}");
    assert!(text.contains("Acme Support wrote on"), "{text}");
}

#[test]
fn what_is_typed_stands_above_the_quotation() {
    let (desk, _) = beginning();
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    ana.keys("Enter Home F").text("lab@outside.example").keys("Enter Tab Tab").text("Please look at this.").keys("Esc");
    // The same where it was begun before.
    ana.keys("F Tab Tab").text("Hello. ").keys("Ctrl-S");
    let text = text(&desk, ana.opened());
    assert!(text.starts_with("Hello. Please look at this.\n\nMara Lindt wrote on"), "{text}");
}

#[test]
fn from_a_line_of_the_desk_the_reply_before_it_is_forwarded() {
    let (desk, _) = beginning();
    let mut ana = Seat::new(&desk, "ana");
    // The line that says who took it: before it stands the mail.
    ana.keys("Enter Home j F").text("lab@outside.example").keys("Enter Ctrl-S");
    let one = text(&desk, ana.opened());
    assert!(one.contains("> The card is declined.") && !one.contains("Seaside"), "{one}");
    // A line below the last mail, with a note between them.
    let (desk, id) = beginning();
    desk.does("ana", id, note("Between us: still."));
    desk.does("olga", id, assign("ben"));
    let mut ben = Seat::new(&desk, "ben");
    ben.keys("g o Enter End k F");
    assert!(ben.foot().contains("Only what customers may read"), "a note itself: {}", ben.shown());
    ben.keys("End F").text("yard@outside.example").keys("Enter Ctrl-S");
    let another = text(&desk, ben.opened());
    assert!(another.contains("> It is the Seaside Bank.") && !another.contains("Between us"), "{another}");
}

/// Of what agents alone can read nothing goes out, whatever line the cursor is on.
#[test]
fn from_a_line_of_an_internal_conversation_nothing_is_forwarded() {
    let (desk, _) = beginning();
    let start = starting(with_agents(&["ben"]), "Between us");
    let inner = desk.desk.start(&desk.agent("ana"), &start).unwrap().conversation;
    desk.does("ana", inner, Command::Add { party: Party::Agent("cleo".into()), confirmed: true });
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("g s Enter End");
    assert_eq!(ana.opened(), inner, "{}", ana.shown());
    ana.keys("F");
    assert!(ana.foot().contains("Only what customers may read"), "{}", ana.shown());
}

#[test]
fn esc_lets_go_of_what_was_selected_first() {
    let (desk, id) = beginning();
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("Enter End x Esc");
    assert!(ana.session.model().thread.as_ref().unwrap().chosen.is_empty());
    assert!(!ana.shown().contains('✓'), "{}", ana.shown());
    assert_eq!((ana.opened(), ana.foot().contains("r reply")), (id, true));
}

/// A draft for somebody else is not mixed in, and neither is what was begun before.
#[test]
fn it_is_a_draft_of_its_own() {
    let (desk, _) = beginning();
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("+ c").text("yves@example.com").keys("Enter Tab Tab").text("For Yves alone").keys("Esc");
    ana.keys("Enter Home F");
    assert!(!ana.shown().contains("Yves") && !ana.shown().contains("yves@"), "{}", ana.shown());
    ana.text("lab@outside.example").keys("Enter Esc");
    ana.keys("F");
    let shown = ana.shown();
    assert!(shown.contains("lab@outside.example"), "what was begun is there again: {shown}");
    assert_eq!(shown.matches("> The card is declined.").count(), 1, "quoted once: {shown}");
    ana.keys("Esc End F");
    let shown = ana.shown();
    assert!(shown.contains("> The card is declined.") && shown.contains("> It is the Seaside Bank."), "{shown}");
    ana.keys("Esc + c");
    assert!(ana.shown().contains("For Yves alone") && !ana.shown().contains("declined."), "{}", ana.shown());
}

/// R6.4: what is quoted from a private conversation is read by nobody who could not read it there.
#[test]
fn what_comes_from_a_private_conversation_is_private() {
    let (desk, id) = beginning();
    desk.set(SettingKey::PrivateConversations, "on");
    desk.does("olga", id, make(Privacy::Private, true));
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("Enter Home F").text("lab@outside.example").keys("Enter Ctrl-S");
    let by_ana = ana.opened();
    let thread = desk.thread("ana", by_ana);
    assert_eq!((thread.row.privacy, thread.row.assignee.unwrap().address.as_str()), (Privacy::Private, "ana"));
    let mut olga = Seat::new(&desk, "olga");
    olga.keys("g o G Enter Home F").text("desk@outside.example").keys("Enter Ctrl-S");
    let by_olga = olga.opened();
    assert_eq!(desk.thread("olga", by_olga).row.privacy, Privacy::Private);
    for other in ["ben", "cleo", "dev"] {
        for hidden in [by_ana, by_olga] {
            assert!(!matches!(desk.open(other, hidden), Opened::Thread(_)), "{other} {hidden}");
        }
    }
    let forward = |from| StartWith::Forward { from, address: "desk@outside.example".into(), files: vec![] };
    let grouped = Start { group: Some("Support".into()), ..starting(forward(id), "> quoted") };
    let refused = desk.desk.start(&desk.agent("olga"), &grouped).unwrap_err();
    assert!(matches!(&refused, Denied::Refused(refusal) if refusal.kind == RefusalKind::Denied), "{refused}");
    // Whoever may not read it has nothing to forward, and learns nothing.
    let says = |handle: &str, from: ConversationId| {
        desk.desk.start(&desk.agent(handle), &starting(forward(from), "x")).unwrap_err().to_string()
    };
    assert_eq!(says("dev", id).replace(&format!("#{id}"), "#999"), says("dev", ConversationId(999)));
    assert_eq!(says("ben", id), "This conversation is private. Ask an administrator.", "ben was told of it");
}

/// R6.4, R6.6: with the access the form goes, and what was begun is not read again.
#[test]
fn the_form_goes_with_the_access() {
    let (desk, id) = beginning();
    desk.set(SettingKey::PrivateConversations, "on");
    let mut ben = Seat::new(&desk, "ben");
    ben.keys("Enter Home F").text("lab@outside.example").keys("Enter");
    desk.does("olga", id, make(Privacy::Private, true));
    let shown = ben.shown();
    assert!(!shown.contains("declined") && !shown.contains("Forward #"), "{shown}");
    let wants = Wants { draft: Some(DraftPlace::Forwarding(id)), ..Wants::default() };
    assert_eq!(desk.desk.read(&desk.agent("ben"), &wants).unwrap().draft, None);
}

/// R1.4: a note of the conversation it comes from is asked about, as in a reply.
#[test]
fn a_note_that_is_put_into_it_is_asked_about() {
    let (desk, id) = beginning();
    let secret = "the refund of four hundred euros is approved by Billing already";
    desk.does("ana", id, note(secret));
    let with = StartWith::Forward { from: id, address: "lab@outside.example".into(), files: vec![] };
    let asked = desk.desk.start(&desk.agent("ana"), &starting(with, secret)).unwrap_err();
    assert!(matches!(&asked, Denied::Refused(refusal) if refusal.kind == RefusalKind::Confirm), "{asked}");
}

/// R1.4: what is asked is answered where it is asked, with a key that sends it or none; the draft is kept until then.
#[test]
fn what_is_asked_about_is_answered_over_the_form() {
    let (desk, id) = beginning();
    let secret = "the refund of four hundred euros is approved by Billing already";
    desk.does("ana", id, note(secret));
    let kept = |place: DraftPlace| {
        let wants = Wants { draft: Some(place), ..Wants::default() };
        desk.desk.read(&desk.agent("ana"), &wants).unwrap().draft.map(|draft| draft.text)
    };
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("Enter Home F").text("lab@outside.example").keys("Enter Tab Tab");
    // The list shows the first words of what was sent: others come first.
    ana.text("For your own file, as was agreed here: ").text(secret).keys("Ctrl-S");
    assert!(ana.shown().contains("This reply repeats a note by Ana Ruiz"), "{}", ana.shown());
    assert!(kept(DraftPlace::Forwarding(id)).is_some_and(|draft| draft.contains(secret)), "it is not lost meanwhile");
    ana.keys("Esc");
    let shown = ana.shown();
    assert!(
        shown.contains("lab@outside.example") && !shown.contains("repeats a note"),
        "a no changes nothing: {shown}"
    );
    assert_eq!(ana.opened(), id);
    ana.keys("Ctrl-S y");
    let new = ana.opened();
    assert_ne!(new, id, "{}", ana.shown());
    assert!(text(&desk, new).contains(secret) && !ana.shown().contains("Forward #"), "{}", ana.shown());
    assert_eq!(kept(DraftPlace::Forwarding(id)), None, "it is not offered a second time");
    ana.keys("Esc Esc Home Enter Home F");
    assert!(!ana.shown().contains("refund of four hundred"), "{}", ana.shown());
}

/// The access is asked for again with the yes: with the conversation that is forwarded from, the question goes too.
#[test]
fn the_question_over_the_form_goes_with_the_access() {
    let (desk, id) = beginning();
    desk.set(SettingKey::PrivateConversations, "on");
    let secret = "the refund of four hundred euros is approved by Billing already";
    desk.does("ana", id, note(secret));
    let mut ben = Seat::new(&desk, "ben");
    ben.keys("Enter Home F").text("lab@outside.example").keys("Enter Tab Tab").text(secret).keys("Ctrl-S");
    assert!(ben.shown().contains("repeats a note"), "{}", ben.shown());
    desk.does("olga", id, make(Privacy::Private, true));
    let shown = ben.shown();
    assert!(!shown.contains("repeats a note") && !shown.contains("Forward #"), "{shown}");
    ben.keys("y");
    assert!(desk.leaves().iter().all(|mail| mail.to.address != "lab@outside.example"));
}

/// R1.2: nothing of what agents say among themselves has a way outside.
#[test]
fn an_internal_conversation_is_not_forwarded() {
    let desk = TestDesk::new();
    let internal = desk.start("ana", crate::desks::with_agents(&["ben"]), "Between us").conversation;
    let with = StartWith::Forward { from: internal, address: "lab@outside.example".into(), files: vec![] };
    let refused = desk.desk.start(&desk.agent("ana"), &starting(with, "> Between us")).unwrap_err();
    assert!(refused.to_string().contains("internal"), "{refused}");
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("g s Enter F");
    assert!(ana.foot().contains("Only what customers may read"), "{}", ana.foot());
    ana.keys("x");
    assert!(ana.foot().contains("Only what customers may read"), "{}", ana.foot());
}
