//! Answers to what was written for one agent alone: a notice quotes what is internal or private, and whoever answers it in any
//! other way than by the reply address that was made for that agent must not make it everybody's to read (R1.2, R6.2).

use super::letters::{arrives, letter};
use crate::desks::{TestDesk, make, refusal, reply, with_agents};
use deskline::{
    desk::{AgentChange, mail::OutMail},
    domain::{
        command::Command,
        conversation::{Audience, Privacy},
        id::ConversationId,
        letter::{Letter, Nature},
        mail::{HeldWhy, Verdict},
        outgoing::MailPreference,
        refusal::RefusalKind,
        setting::SettingKey,
    },
};

const SECRET: &str = "We close the Berlin office in May.";

/// Ben is sent by mail what he misses.
fn desk() -> TestDesk {
    let desk = TestDesk::with_privacy();
    desk.gives_address("ben", "ben@home.example");
    desk.change("ben", &AgentChange { mail: Some(MailPreference::Missed), ..AgentChange::default() });
    desk
}

/// An internal conversation of ana's and ben's, a private one of ben's, or one that everybody may read, with the secret in it.
fn written(desk: &TestDesk, what: &str) -> ConversationId {
    if what == "internal" {
        return desk.start("ana", with_agents(&["ben"]), SECRET).conversation;
    }
    let id = if what == "private" { desk.private_of("ben") } else { desk.arrival() };
    desk.does("ben", id, reply("Tell me more"));
    desk.write_in("mara@example.com", Some(id), SECRET);
    id
}

/// What Ben was told of it by mail.
fn told(desk: &TestDesk) -> OutMail {
    desk.later(10);
    let mut mails = desk.leaves();
    mails.retain(|mail| mail.to.address == "ben@home.example");
    mails.pop().expect("a notice")
}

fn answer(notice: &OutMail, from: &str) -> Letter {
    let text = format!("I did not know.\n> {SECRET}\n");
    Letter { in_reply_to: vec![notice.message_id.clone()], ..letter(from, "Re: notice", &text) }
}

fn reads(desk: &TestDesk, handle: &str) -> bool {
    !desk.found(handle, "Berlin", 10).0.is_empty()
}

#[test]
fn an_agent_who_answers_a_notice_without_its_reply_address_is_told_so_and_nobody_reads_it() {
    for (what, others) in [("internal", false), ("private", false), ("public", true)] {
        let desk = desk();
        let id = written(&desk, what);
        let notice = told(&desk);
        assert_eq!(notice.reply_token, None, "agents by mail is off");
        let conversations = desk.count("SELECT count(*) FROM conversation");
        let taken = arrives(&desk, answer(&notice, "ben@home.example"));
        assert_eq!((taken.verdict, taken.conversation), (Verdict::Refused, None), "{what}");
        assert_eq!(desk.count("SELECT count(*) FROM conversation"), conversations, "{what}");
        assert_eq!(reads(&desk, "dev"), others, "{what}");
        let told = desk.leaves().pop().expect("he is told");
        assert_eq!((told.to.address.as_str(), told.subject.as_str()), ("ben@home.example", "Your mail was not taken"));
        let away = Letter { nature: Nature::Automatic, ..answer(&notice, "ben@home.example") };
        assert_eq!(arrives(&desk, away).verdict, Verdict::Ignored, "{what}");
        assert!(desk.thread("ben", id).entries.iter().all(|entry| !entry.text.contains("I did not know")));
    }
}

#[test]
fn a_notice_that_somebody_else_answers_waits_for_an_administrator() {
    for what in ["internal", "private"] {
        let desk = desk();
        let id = written(&desk, what);
        let notice = told(&desk);
        // From a telephone with another address, or by whom it was passed on to.
        let by_reference = Letter {
            in_reply_to: vec!["unknown@mail.example".into()],
            references: vec![notice.message_id.clone(), "unknown@mail.example".into()],
            ..answer(&notice, "ben@phone.example")
        };
        for letter in [answer(&notice, "ben@phone.example"), by_reference] {
            let taken = arrives(&desk, letter.clone());
            assert_eq!(taken.verdict, Verdict::Quarantined(HeldWhy::ForAgents), "{what}");
            assert!(!reads(&desk, "dev") && !reads(&desk, "cleo"), "{what}");
            assert_eq!(desk.leaves(), [], "nobody is answered");
            let read = |_: &[u8]| Ok(letter.clone());
            let asked = refusal(desk.desk.release_held(&desk.agent("olga"), taken.mail, &read, false));
            assert_eq!(asked.kind, RefusalKind::Confirm, "{what}");
            assert!(asked.readers.contains(&"dev".to_owned()), "{asked:?}");
            let row = desk.desk.held(&desk.agent("olga")).unwrap().remove(0);
            assert_eq!((row.mail, row.why), (taken.mail, HeldWhy::ForAgents));
            desk.desk.discard_held(&desk.agent("olga"), taken.mail).unwrap();
        }
        assert!(desk.thread("ben", id).entries.iter().all(|entry| !entry.text.contains("I did not know")));
    }
}

/// One mail about several: the first of them is everybody's to read, another is not.
#[test]
fn a_notice_of_several_is_as_secret_as_the_most_secret_of_them() {
    let desk = desk();
    let open = desk.arrival();
    desk.does("ben", open, reply("Tell me more"));
    desk.write_in("mara@example.com", Some(open), "More");
    let private = desk.private_of("ben");
    desk.does("ben", private, reply("Tell me more"));
    desk.write_in("mara@example.com", Some(private), SECRET);
    let notice = told(&desk);
    assert!(notice.subject.starts_with("2 conversations"), "{}", notice.subject);
    let taken = arrives(&desk, answer(&notice, "ben@phone.example"));
    assert_eq!(taken.verdict, Verdict::Quarantined(HeldWhy::ForAgents));
    // Where all of them are everybody's, so is the answer.
    desk.does("olga", private, make(Privacy::Public, true));
    let taken = arrives(&desk, answer(&notice, "ben@phone.example"));
    assert_eq!(taken.verdict, Verdict::Message);
}

/// The reply address of a private conversation, used from an address that Ben did not give.
#[test]
fn an_agents_reply_address_of_a_private_conversation_is_nobody_elses() {
    let desk = desk();
    desk.set(SettingKey::AgentsByMail, "on");
    written(&desk, "private");
    let tag = told(&desk).reply_token.expect("a reply address");
    let text = format!("I did not know.\n> {SECRET}\n");
    let by_tag = |from: &str| Letter { to: vec![TestDesk::tagged(&tag)], ..letter(from, "Re: notice", &text) };
    for from in ["ben@phone.example", "mara@example.com", "eve@evil.example"] {
        assert_eq!(arrives(&desk, by_tag(from)).verdict, Verdict::Quarantined(HeldWhy::ForAgents), "{from}");
    }
    assert!(!reads(&desk, "dev"));
    assert_eq!(arrives(&desk, by_tag("ben@home.example")).verdict, Verdict::Message, "with it he writes there");
}

/// A customer who answers all, an agent's reply address among them, still answers their own conversation.
#[test]
fn the_customers_own_reply_address_goes_before_an_agents() {
    let desk = desk();
    let id = written(&desk, "private");
    let tags = ["ben", "mara@example.com"].map(|whom| TestDesk::tagged(&desk.token(id, whom)));
    let all = Letter { to: tags.to_vec(), ..letter("mara@example.com", "Re: Card", "To all of you") };
    let taken = arrives(&desk, all);
    assert_eq!((taken.verdict, taken.conversation), (Verdict::Message, Some(id)));
    assert_eq!(desk.thread("ben", id).row.audience, Audience::Customer);
    desk.does("ben", id, Command::Close);
}
