//! The walks of the rules, from beginning to end, at the desk.

use crate::desks::{TestDesk, assign, is_not_found, is_restricted, make, reply};
use deskline::{
    desk::page::{Opened, Wants},
    domain::{
        command::Command,
        conversation::{Privacy, State},
        refusal::RefusalKind,
        section::Section,
        setting::SettingKey,
    },
};

/// R6.1 to R6.6 with three agents in one group.
#[test]
fn r6_a_private_conversation_from_arrival_to_publication() {
    let desk = TestDesk::with_privacy();
    desk.set(SettingKey::NewConversationsPrivate, "on");
    let id = desk.arrival();
    for handle in ["ana", "ben", "cleo"] {
        assert_eq!(desk.listed(handle, Section::Unassigned), [id], "{handle} is in the group (R6.4)");
        assert_eq!(desk.thread(handle, id).row.privacy, Privacy::Private);
        assert_eq!(desk.page(handle, &Wants::default()).bell, 1, "{handle}'s bell rang (R7.4)");
    }
    assert_eq!(desk.open("dev", id), Opened::NotFound(id), "outside the group it never was (R6.6)");

    desk.does("ana", id, assign("ben"));
    assert_eq!(desk.listed("ben", Section::Live), [id]);
    for handle in ["ana", "cleo"] {
        assert!(desk.listed(handle, Section::Unassigned).is_empty());
        assert!(desk.listed(handle, Section::Open).is_empty());
        assert_eq!(
            desk.open(handle, id),
            Opened::Restricted(id),
            "{handle} was told and sees the restricted screen (R6.6)"
        );
        let page = desk.page(handle, &Wants { notices: Some(10), ..Wants::default() });
        assert_eq!(page.bell, 0, "the notice leaves the number (R6.3)");
        assert!(page.notices.expect("notices").iter().all(|notice| notice.text.is_none() && notice.at.is_none()));
        assert!(is_restricted(&desk.run(handle, id, reply("me too"))));
    }
    assert!(is_not_found(&desk.run("dev", id, reply("hello"))));

    assert_eq!(desk.refused("ben", id, make(Privacy::Public, true)).rule, "R6.5");
    let asked = desk.refused("adam", id, make(Privacy::Public, false));
    assert_eq!(asked.kind, RefusalKind::Confirm);
    assert_eq!(asked.readers, ["ana", "cleo", "dev"]);
    assert!(asked.text.starts_with("1 message and 0 notes become readable by 3 more agents."), "{}", asked.text);
    desk.does("adam", id, make(Privacy::Public, true));
    assert_eq!(desk.listed("dev", Section::Open), [id]);
}

/// R2.1 to R2.7: close, lock, a message to a locked one, unlock, re-open by a reply.
#[test]
fn r2_a_conversation_is_closed_locked_followed_up_and_re_opened() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    assert_eq!(desk.refused("ana", id, Command::Lock).rule, "R2.2");
    desk.does("ana", id, Command::Close);
    desk.does("ana", id, Command::Lock);
    for handle in ["olga", "adam", "ana"] {
        let refusal = desk.refused(handle, id, reply("still?"));
        assert_eq!((refusal.kind, refusal.rule), (RefusalKind::Locked, "R2.4"));
        assert_eq!(refusal.text, "Locked by Ana Ruiz on 3 May. Unlock to reply.");
        assert_eq!(desk.thread(handle, id).may.reply.why, Some(refusal.text));
    }
    let received = desk.write_in("mara@example.com", Some(id), "It broke again");
    assert_ne!(received.conversation, id);
    assert_eq!(received.follow_up_to, Some(id));
    assert_eq!(desk.thread("ana", id).row.state, State::Locked);
    desk.does("ben", id, Command::Unlock);
    desk.does("ben", id, reply("We look into it"));
    assert_eq!(desk.thread("ana", id).row.state, State::Open);
}
