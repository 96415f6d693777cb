//! Agents who write by mail: with their own token, from their own address, where it is switched on, under the rights of any
//! other reply.

use super::letters::{arrives, letter};
use crate::desks::{TestDesk, assign, make, note, with_agents};
use deskline::{
    desk::{AgentChange, page::From},
    domain::{
        command::Command,
        conversation::{Privacy, State},
        id::ConversationId,
        letter::{Attached, Fold, FoldKind, Letter, Nature},
        mail::{MailTaken, Verdict},
        setting::SettingKey,
    },
};

pub fn desk() -> TestDesk {
    let desk = TestDesk::with_privacy();
    desk.set(SettingKey::AgentsByMail, "on");
    desk.gives_address("ana", "ana@home.example");
    desk.gives_address("dev", "dev@home.example");
    desk
}

pub fn by(desk: &TestDesk, handle: &str, conversation: ConversationId, text: &str) -> Letter {
    let to = vec![TestDesk::tagged(&desk.token(conversation, handle))];
    Letter { to, ..letter(&format!("{handle}@home.example"), "Re: something", text) }
}

fn writes(desk: &TestDesk, handle: &str, conversation: ConversationId, text: &str) -> MailTaken {
    arrives(desk, by(desk, handle, conversation, text))
}

/// Refused: nothing in any thread, the agent is told, and nothing else of it is anywhere.
pub fn is_refused(desk: &TestDesk, taken: MailTaken) {
    assert_eq!((taken.verdict, taken.conversation, taken.message), (Verdict::Refused, None, None));
    assert_eq!(desk.count(&format!("SELECT count(*) FROM mail_refusal WHERE mail_id = {}", taken.mail)), 1);
}

#[test]
fn an_agent_replies_to_the_customer_and_takes_it_as_by_any_reply() {
    let desk = desk();
    let one = desk.arrival();
    let mut mail = by(&desk, "ana", one, "Try again now.\n> secret note\n-- \nAna, ana@home.example\n");
    mail.folds =
        vec![Fold { from: 15, to: 29, kind: FoldKind::Quoted }, Fold { from: 29, to: 55, kind: FoldKind::Signature }];
    mail.attachments =
        vec![Attached { name: "a.txt".into(), media_type: "text/plain".into(), content: vec![1], note: None }];
    let taken = arrives(&desk, mail);
    assert_eq!((taken.verdict, taken.conversation), (Verdict::Message, Some(one)));
    let thread = desk.thread("ben", one);
    let entry = thread.entries.iter().find(|entry| Some(entry.seq) == taken.message).unwrap();
    assert_eq!(entry.text, "Try again now.", "neither what it quotes nor the signature leaves the desk");
    assert!(matches!(&entry.from, From::Agent(person) if person.address == "ana"));
    assert_eq!(entry.channel.as_deref(), Some("email"));
    assert_eq!(entry.attachments.len(), 1);
    assert_eq!(thread.row.assignee.unwrap().address, "ana", "R5.3");
    assert_eq!(desk.outbox(one), [("reply".to_owned(), "mara@example.com".to_owned())]);
    assert!(arrives(&desk, by(&desk, "ana", one, "Twice")).message > taken.message);
}

#[test]
fn an_internal_conversation_gets_an_internal_message_and_a_closed_one_is_reopened() {
    let desk = desk();
    let internal = desk.start("ben", with_agents(&["ana"]), "Between us").conversation;
    desk.does("ben", internal, Command::Close);
    let taken = writes(&desk, "ana", internal, "By mail");
    assert_eq!((taken.verdict, taken.conversation), (Verdict::Message, Some(internal)));
    assert_eq!(desk.thread("ben", internal).row.state, State::Open);
    assert_eq!(desk.texts("ben", internal)[0], "Between us");
    assert!(desk.texts("ben", internal).contains(&"By mail".to_owned()));
    assert_eq!(desk.count("SELECT count(*) FROM outbox"), 0);
}

#[test]
fn off_at_first_and_refused_without_a_word_where_rights_or_state_forbid_it() {
    let desk = desk();
    let one = desk.arrival();
    desk.does("ben", one, note("secret words for agents"));
    desk.set(SettingKey::AgentsByMail, "off");
    is_refused(&desk, writes(&desk, "ana", one, "Off"));
    desk.set(SettingKey::AgentsByMail, "on");
    // Outside the group: reading, not replying (R5.2).
    is_refused(&desk, writes(&desk, "dev", one, "Not mine"));
    desk.change("ana", &AgentChange { reply_to_customers: Some(false), ..AgentChange::default() });
    is_refused(&desk, writes(&desk, "ana", one, "Without the right"));
    desk.change("ana", &AgentChange { reply_to_customers: Some(true), ..AgentChange::default() });
    desk.does("ben", one, Command::Close);
    desk.does("ben", one, Command::Lock);
    is_refused(&desk, writes(&desk, "ana", one, "Locked"));
    desk.does("ben", one, Command::Unlock);
    desk.does("olga", one, make(Privacy::Private, true));
    desk.does("olga", one, assign("ben"));
    is_refused(&desk, writes(&desk, "ana", one, "Private, and not mine any more"));
    desk.does("olga", one, make(Privacy::Public, true));
    let mut empty = by(&desk, "ana", one, "> only what it quotes\n");
    empty.folds = vec![Fold { from: 0, to: 22, kind: FoldKind::Quoted }];
    is_refused(&desk, arrives(&desk, empty));
    desk.switch_off("ana");
    is_refused(&desk, writes(&desk, "ana", one, "Switched off"));
    assert!(!desk.texts("olga", one).iter().any(|text| text.contains("mine") || text == "Off" || text == "Locked"));
    assert_eq!(desk.count("SELECT count(*) FROM mail_refusal"), 7);
    // What is kept about a refusal to tell it by: an address, and nothing of the conversation.
    assert_eq!(desk.count("SELECT count(*) FROM mail_refusal WHERE address = 'ana@home.example'"), 6);
}

#[test]
fn an_agents_address_without_the_token_or_the_token_without_the_address_is_a_strangers_mail() {
    let desk = desk();
    let one = desk.arrival();
    let without = arrives(&desk, letter("ana@home.example", "Re: something", "I am Ana, honestly"));
    assert_eq!(without.verdict, Verdict::Message);
    let other = Letter { from: letter("eve@evil.example", "", "").from, ..by(&desk, "ana", one, "I am Ana too") };
    let other = arrives(&desk, other);
    // Of mara, who takes part: her own words, whatever the tag says.
    let to = vec![TestDesk::tagged(&desk.token(one, "ana"))];
    let mara = arrives(&desk, Letter { to, ..letter("mara@example.com", "Re: something", "I got Ana's mail") });
    for taken in [without, other, mara] {
        let conversation = taken.conversation.unwrap();
        assert_ne!(conversation, one);
        assert!(matches!(desk.thread("ana", conversation).entries[0].from, From::Customer(_)));
    }
    let vacation = Letter { nature: Nature::Automatic, ..by(&desk, "ana", one, "I am on the beach") };
    assert_eq!(arrives(&desk, vacation).verdict, Verdict::Ignored);
    assert_eq!(desk.texts("ana", one).len(), 1);
}
