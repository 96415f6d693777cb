//! Whom a mail names, and what its server found out about it, beside the message: short, for whoever may know it.

use super::letters::{SUPPORT, arrives, letter, person};
use crate::{desks::TestDesk, seat::Seat};
use deskline::domain::{
    id::ConversationId,
    letter::{Correspondent, Letter},
    setting::SettingKey,
};

const FORGED: &str =
    "mx.acme.example; spf=fail smtp.mailfrom=evil.example; dkim=none; dmarc=fail header.from=example.com";

fn said(authentication: &[&str]) -> String {
    let desk = TestDesk::new();
    let authentication = authentication.iter().map(|value| (*value).to_owned()).collect();
    arrives(&desk, Letter { authentication, ..letter("mara@example.com", "Card", "Pay here") });
    Seat::new(&desk, "ana").keys("Enter").shown()
}

#[test]
fn what_the_mail_server_could_not_confirm_stands_at_the_message_in_words() {
    for (authentication, words) in [
        (vec![FORGED], Some("! not verified: dmarc=fail (mx.acme.example)")),
        // Only the topmost is the own server's; what stands below it was in the mail before.
        (vec![FORGED, "evil.example; dmarc=pass"], Some("! not verified: dmarc=fail (mx.acme.example)")),
        (vec!["mx.acme.example; dmarc=pass", "evil.example; dmarc=fail"], None),
        (vec!["mx.acme.example; dkim=fail; spf=softfail"], Some("! not verified: dkim=fail, spf=softfail")),
        (vec!["mx.acme.example; dkim=none; spf=none; dmarc=none"], None),
        (vec![], None),
    ] {
        let shown = said(&authentication);
        match words {
            Some(words) => assert!(shown.contains(words), "{authentication:?}\n{shown}"),
            None => assert!(!shown.contains("verified"), "{authentication:?}\n{shown}"),
        }
    }
}

#[test]
fn to_and_cc_stand_at_the_message_and_one_key_shows_all() {
    let desk = TestDesk::new();
    let crowd = |part: &str, many: usize| -> Vec<Correspondent> {
        (0..many).map(|at| person(&format!("{part} {at}"), &format!("{part}{at}@b.example"))).collect()
    };
    let to = [vec![person("", SUPPORT)], crowd("to", 59)].concat();
    let mail = Letter { to, cc: crowd("cc", 40), ..letter("mara@example.com", "All", "Hello all") };
    arrives(&desk, mail);
    for (size, short) in [
        ((80, 24), "▸ mara@example.com, Cc cc 0 and 39 more"),
        ((60, 20), "▸ mara@example.com, Cc cc 0 and 39 more"),
        ((120, 40), "▸ mara@example.com, Cc cc 0 and 39 more"),
        ((200, 50), "▸ mara@example.com to support@acme.example and 59 more, Cc cc 0 and 39 more"),
    ] {
        let mut ana = Seat::sized(&desk, "ana", size);
        ana.keys("Enter");
        assert!(ana.shown().contains(short), "{size:?}\n{}", ana.shown());
        assert!(ana.foot().contains("Enter unfold") || size.0 < 80, "{}", ana.foot());
        ana.keys("Enter");
        let shown = ana.keys("Home").shown();
        assert!(
            shown.contains("▾ the mail names") && shown.contains("To support@acme.example, to 0"),
            "{size:?}\n{shown}"
        );
        assert!(shown.contains("and 52 more"), "{shown}");
        ana.keys("Enter");
        assert!(ana.shown().contains(short), "{}", ana.shown());
    }
}

/// Where answers are wanted elsewhere than from whom it seems to come is what a fraud needs.
#[test]
fn answers_wanted_elsewhere_are_said() {
    let desk = TestDesk::new();
    let reply_to = vec![person("", "mara@elsewhere.example")];
    arrives(&desk, Letter { reply_to, ..letter("mara@example.com", "Card", "Hello") });
    let shown = Seat::sized(&desk, "ana", (200, 50)).keys("Enter").shown();
    assert!(
        shown.contains("mara@example.com (wants answers at mara@elsewhere.example) to support@acme.example"),
        "{shown}"
    );
}

/// A form on a web site writes under an address of its own. Nobody joins by what a mail claims, and what stands beside it
/// must not read as if the reply went there.
#[test]
fn where_answers_are_wanted_gets_them_after_one_key_and_a_question_and_not_before() {
    let desk = TestDesk::new();
    let reply_to = vec![person("Gesa", "gesa@kunde.example")];
    let mail = Letter { reply_to, ..letter("noreply@form.example", "Contact form", "Name: Gesa") };
    let id = arrives(&desk, mail).conversation.unwrap();
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    let shown = ana.keys("Enter").shown();
    assert!(shown.contains("▸ wants answers at gesa@kunde.example\n"), "{shown}");
    assert!(shown.contains("C adds from Reply-To: Gesa"), "{shown}");
    assert!(ana.keys("r").shown().contains("To noreply@form.example"), "{}", ana.shown());
    ana.text("To the form").keys("Ctrl-S C");
    assert!(ana.shown().contains("Gesa"), "asked first: {}", ana.shown());
    ana.keys("y r").text("To both").keys("Ctrl-S");
    let sent = |to: &str| desk.outbox(id).iter().filter(|(_, address)| address == to).count();
    assert_eq!((sent("noreply@form.example"), sent("gesa@kunde.example")), (2, 1), "{:?}", desk.outbox(id));
    assert!(!ana.shown().contains("adds from"), "{}", ana.shown());
}

fn written_by_mail(desk: &TestDesk, conversation: ConversationId) {
    let to = vec![TestDesk::tagged(&desk.token(conversation, "ana"))];
    let cc = vec![person("", "ana@private.example")];
    arrives(desk, Letter { to, cc, ..letter("ana@home.example", "Re: Card", "From my phone") });
}

/// The address of an agent is the agent's own, and a tag behind an address of the desk lets its bearer write.
#[test]
fn an_agents_address_and_a_reply_tag_are_shown_to_nobody_else() {
    let desk = TestDesk::new();
    desk.set(SettingKey::AgentsByMail, "on");
    desk.gives_address("ana", "ana@home.example");
    let id = arrives(&desk, letter("mara@example.com", "Card", "Hello")).conversation.unwrap();
    written_by_mail(&desk, id);
    let token = desk.token(id, "ana");
    for (handle, sees) in [("ana", true), ("ben", false), ("adam", false), ("olga", false)] {
        let mut seat = Seat::sized(&desk, handle, (200, 50));
        seat.keys("g o Enter End");
        for keys in ["", "Enter", "v"] {
            let shown = seat.keys(keys).shown();
            assert!(shown.contains("From my phone") || shown.contains("Mail of"), "{shown}");
            assert!(!shown.contains("private.example") || sees, "{handle} {keys}\n{shown}");
            assert!(!shown.contains("home.example") || sees, "{handle} {keys}\n{shown}");
            assert!(!shown.contains(&token), "{handle} {keys}\n{shown}");
        }
    }
}

/// R1.8, point 1 of mail: the same letter on two ways is one message with one head.
#[test]
fn a_letter_that_came_in_twice_is_named_once() {
    let desk = TestDesk::new();
    let mail = letter("mara@example.com", "Card", "Hello");
    arrives(&desk, mail.clone());
    arrives(&desk, Letter { cc: vec![person("", "second@way.example")], ..mail });
    let shown = Seat::sized(&desk, "ana", (200, 50)).keys("Enter").shown();
    assert_eq!(shown.matches("mara@example.com to").count(), 1, "{shown}");
}

/// R1.5, with To and Cc: by address too, since a name is what a mail claims.
#[test]
fn to_whom_a_reply_goes_stands_above_its_text_and_is_changed_before_it_is_sent() {
    let desk = TestDesk::new();
    let cc = vec![person("Jo Park", "jo@acme-parts.example")];
    let id = arrives(&desk, Letter { cc, ..letter("mara@example.com", "Card", "Hello") }).conversation.unwrap();
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    ana.keys("Enter r").text("Hi");
    assert!(ana.shown().contains("││ To mara@example.com  "), "{}", ana.shown());
    ana.keys("Esc C y r");
    let shown = ana.shown();
    assert!(shown.contains("││ To mara@example.com  ") && shown.contains("││ Cc jo@acme-parts.example  "), "{shown}");
    assert!(shown.contains("││ Hi "), "the text has its room: {shown}");
    ana.keys("Tab p j x");
    assert_eq!(desk.thread("ana", id).reply_to.addresses, ["mara@example.com"], "{}", ana.shown());
    ana.keys("Esc");
    assert!(!ana.shown().contains("││ Cc"), "{}", ana.shown());
    // A note goes to nobody by mail, and a low screen has no room to spare.
    ana.keys("Esc n");
    assert!(!ana.shown().contains("││ To"), "{}", ana.shown());
    let mut low = Seat::sized(&desk, "ana", (60, 20));
    low.keys("Enter r");
    assert!(!low.shown().contains("│ To mara"), "{}", low.shown());
}
