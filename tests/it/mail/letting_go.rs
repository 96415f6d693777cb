//! What came to a reply address that was not made for its sender, let go by an administrator: who could read then what they
//! cannot read now is said first (R5.4).

use super::letters::{arrives, letter, mail};
use crate::{
    desks::{TestDesk, refusal, with_agents},
    seat::Seat,
};
use deskline::{
    desk::{CustomerChange, page::Denied},
    domain::{
        conversation::Privacy,
        id::{ConversationId, EntrySeq, MailId},
        letter::Letter,
        mail::{HeldWhy, InMail, MailTaken, Verdict},
        refusal::{Refusal, RefusalKind},
        setting::SettingKey,
    },
};

const SECRET: &str = "On Monday, Ana wrote:\r\n> We close the Berlin office in May.\r\nIs that so?\r\n";

/// Of ana and ben alone.
fn internal(desk: &TestDesk) -> ConversationId {
    desk.start("ana", with_agents(&["ben"]), "We close the Berlin office in May.").conversation
}

/// A mail of mara's to ben's reply address of that conversation, with its bytes.
fn strange(desk: &TestDesk, internal: ConversationId, subject: &str) -> InMail {
    let tag = desk.token(internal, "ben");
    let raw = format!(
        "From: Mara <mara@example.com>\r\nTo: support+{tag}@acme.example\r\nSubject: {subject}\r\n\
         Message-ID: <{subject}@example.com>\r\n\r\n{SECRET}"
    )
    .into_bytes();
    let letter = deskline::email::reader::letter(&raw);
    InMail { letter, raw, ..mail(Letter::default()) }
}

fn held(desk: &TestDesk, mail: &InMail) -> MailId {
    let taken = desk.desk.receive_mail(mail).unwrap();
    assert_eq!(taken.verdict, Verdict::Quarantined(HeldWhy::InternalToken));
    taken.mail
}

fn release(desk: &TestDesk, mail: MailId, confirmed: bool) -> Result<MailTaken, Denied> {
    desk.desk.release_held(&desk.agent("olga"), mail, &deskline::email::reader::letter, confirmed)
}

fn asked(desk: &TestDesk, mail: MailId) -> Refusal {
    let before = desk.contents();
    let asked = refusal(release(desk, mail, false));
    assert_eq!((asked.kind, asked.rule), (RefusalKind::Confirm, "R5.4"), "{asked:?}");
    assert_eq!(desk.contents(), before, "nothing was let go");
    asked
}

#[test]
fn whoever_could_read_it_then_and_cannot_now_is_named_whatever_conversations_start_as() {
    for (settings, readers, privacy) in [
        (&[][..], vec!["cleo", "dev"], Privacy::Public),
        (&[SettingKey::PrivateConversations], vec!["cleo", "dev"], Privacy::Public),
        // Of its group alone, until somebody takes it (R6.4).
        (&[SettingKey::PrivateConversations, SettingKey::NewConversationsPrivate], vec!["cleo"], Privacy::Private),
    ] {
        let desk = TestDesk::new();
        settings.iter().for_each(|setting| desk.set(*setting, "on"));
        let mail = held(&desk, &strange(&desk, internal(&desk), "Berlin"));
        assert_eq!(asked(&desk, mail).readers, readers, "{settings:?}");
        let released = release(&desk, mail, true).unwrap().conversation.unwrap();
        assert_eq!(desk.row(released).privacy, privacy);
        for handle in ["ana", "ben", "cleo", "dev"] {
            let reads = desk.desk.why(&desk.agent(handle), released, EntrySeq(1)).is_ok();
            let knew = ["ana", "ben"].contains(&handle);
            assert_eq!(reads, knew || readers.contains(&handle), "{handle}, {settings:?}");
        }
    }
}

#[test]
fn who_is_switched_off_reads_nothing_and_where_everybody_reads_both_nothing_is_asked() {
    let desk = TestDesk::new();
    let mail = held(&desk, &strange(&desk, internal(&desk), "Berlin"));
    desk.switch_off("dev");
    assert_eq!(asked(&desk, mail).readers, ["cleo"]);
    desk.switch_off("cleo");
    assert_eq!(release(&desk, mail, false).unwrap().verdict, Verdict::Message);
}

/// R1.2: no customer sees what is internal, not even in the words of another one.
#[test]
fn the_colleagues_of_its_sender_are_named_where_they_read_along() {
    let desk = TestDesk::new();
    desk.arrival();
    let change = CustomerChange { organization: Some("ACME".into()), ..CustomerChange::default() };
    desk.desk.set_customer(&desk.agent("olga"), "mara@example.com", &change).unwrap();
    let mail = held(&desk, &strange(&desk, internal(&desk), "Berlin"));
    assert!(asked(&desk, mail).adds.is_empty());
    desk.set(SettingKey::OrganizationSharing, "on");
    let asked = asked(&desk, mail);
    assert_eq!(asked.adds, ["everybody of ACME"]);
    assert!(asked.text.contains("2 agents and everybody of ACME"), "{}", asked.text);
}

/// What could not be read when it came tells only now where it belongs.
#[test]
fn what_an_older_program_could_not_read_is_asked_about_too() {
    let desk = TestDesk::new();
    let readable = strange(&desk, internal(&desk), "Berlin");
    let mail = desk.desk.receive_mail(&InMail { letter: Err("Not by this one.".into()), ..readable }).unwrap();
    assert_eq!(mail.verdict, Verdict::Quarantined(HeldWhy::Unreadable));
    assert_eq!(asked(&desk, mail.mail).readers, ["cleo", "dev"]);
}

#[test]
fn the_screen_asks_who_reads_it_then_for_one_and_for_several() {
    let desk = TestDesk::new();
    desk.desk.read_mail_with(deskline::email::reader::letter);
    let internal = internal(&desk);
    for subject in ["First", "Second"] {
        held(&desk, &strange(&desk, internal, subject));
    }
    let waiting = || desk.desk.held(&desk.agent("olga")).unwrap().len();
    let mut olga = Seat::sized(&desk, "olga", (80, 24));
    olga.keys("g h Enter r");
    let shown = olga.shown();
    assert!(shown.contains("mara@example.com") && shown.contains("@cleo, @dev"), "{shown}");
    insta::assert_snapshot!("mail_held_widening_80x24", shown);
    olga.keys("Esc");
    assert_eq!(waiting(), 2, "nothing was agreed to");
    olga.keys("r y");
    assert_eq!(waiting(), 1, "{}", olga.shown());
    assert!(olga.shown().contains("Held: 1"), "{}", olga.shown());

    held(&desk, &strange(&desk, internal, "Third"));
    assert!(olga.shown().contains("Held: 2"), "{}", olga.shown());
    olga.keys("g x x r");
    assert_eq!(waiting(), 2);
    assert!(olga.shown().contains("@cleo, @dev"), "{}", olga.shown());
    olga.keys("y");
    assert_eq!(waiting(), 1, "each is asked about by itself: {}", olga.shown());
    olga.keys("Esc");
    assert!(olga.shown().contains("Held: 1 · 1 selected"), "{}", olga.shown());
    olga.keys("r y");
    assert!(olga.shown().contains("Nothing is held."), "{}", olga.shown());
}

/// An agent's own reply address under its name, which nobody vouches for: it is let go as a stranger's.
#[test]
fn a_doubtful_agents_mail_about_a_private_conversation_is_asked_about_and_of_a_public_one_is_not() {
    for private in [true, false] {
        let desk = TestDesk::with_privacy();
        desk.set(SettingKey::AgentsByMail, "on");
        desk.gives_address("ben", "ben@home.example");
        let one = if private { desk.private_of("ben") } else { desk.arrival() };
        let vouched = "mx.acme.example; dmarc=pass header.from=home.example";
        let forged = "mx.acme.example; dmarc=fail header.from=home.example";
        let by_ben = |words: &str, text: &str| Letter {
            to: vec![TestDesk::tagged(&desk.token(one, "ben"))],
            authentication: vec![words.to_owned()],
            ..letter("ben@home.example", "Re: Card", text)
        };
        assert_eq!(arrives(&desk, by_ben(vouched, "It is me")).verdict, Verdict::Message);
        let doubtful = by_ben(forged, "> My card\nIt is me again");
        let held = arrives(&desk, doubtful.clone());
        assert_eq!(held.verdict, Verdict::Quarantined(HeldWhy::DoubtfulAgent));
        let release =
            |confirmed| desk.desk.release_held(&desk.agent("olga"), held.mail, &|_| Ok(doubtful.clone()), confirmed);
        if private {
            assert_eq!(refusal(release(false)).readers, ["ana", "cleo", "dev"]);
        }
        assert_eq!(release(private).unwrap().verdict, Verdict::Message);
    }
}
