//! A merge that makes one of the two private: whom it shuts out learns nothing of the other, not by what is left of the one.

use super::letters::{arrives, letter};
use crate::desks::{TestDesk, assign, is_not_found, is_restricted, make, note, reply};
use deskline::{
    desk::page::Opened,
    domain::{
        command::Command,
        conversation::{Privacy, State},
        id::ConversationId,
        setting::SettingKey,
    },
};

fn begun(desk: &TestDesk) -> ConversationId {
    arrives(desk, letter("mara@example.com", "Card", "My card is declined")).conversation.unwrap()
}

fn opens(desk: &TestDesk, handle: &str, id: ConversationId) -> bool {
    matches!(desk.open(handle, id), Opened::Thread(_))
}

/// A merge that took a private conversation in, looked at by whom it shut out.
#[test]
fn who_is_shut_out_by_a_merge_is_told_of_it_nowhere() {
    let desk = TestDesk::with_privacy();
    let (open, private) = (begun(&desk), desk.private_of("ben"));
    desk.does("cleo", open, reply("Which bank is it?"));
    desk.does("ben", private, note("Between us: she is in debt."));
    desk.desk.merge(&desk.agent("olga"), open, private, true).unwrap();
    for handle in ["cleo", "dev", "ana"] {
        let opened = desk.run(handle, private, Command::MarkUnread);
        assert!(is_not_found(&opened) || is_restricted(&opened), "{handle}");
        assert!(desk.found(handle, "debt", 5).0.is_empty() && desk.found(handle, "bank", 5).0.is_empty(), "{handle}");
        assert!(desk.desk.likenesses(&desk.agent(handle), private).is_err());
        assert!(desk.desk.undo_merge(&desk.agent(handle), open).is_err());
        assert!(
            !desk.notices(handle).iter().any(|notice| notice.text.as_deref().is_some_and(|it| it.contains("debt")))
        );
    }
    assert_eq!(desk.row(private).state, State::Open);
    desk.set(SettingKey::PrivateConversations, "off");
    assert!(is_not_found(&desk.run("dev", private, Command::MarkUnread)), "R6.10");
}

/// What is left of the merged one names the other: whoever may not read the other reads neither, whoever had it before.
#[test]
fn what_is_left_is_read_by_whoever_reads_the_other_and_parted_it_is_as_it_was() {
    let left_to: [fn(&TestDesk, ConversationId); 4] = [
        |desk, id| {
            desk.does("cleo", id, reply("Which bank is it?"));
        },
        |desk, id| {
            desk.does("olga", id, make(Privacy::Private, true));
        },
        |desk, id| {
            desk.does("olga", id, make(Privacy::Private, true));
            desk.does("olga", id, assign("cleo"));
        },
        |desk, id| {
            desk.does("ana", id, Command::Follow);
        },
    ];
    for (number, prepare) in left_to.iter().enumerate() {
        for turned in [false, true] {
            let desk = TestDesk::with_privacy();
            let (one, other) = (begun(&desk), desk.private_of("ben"));
            prepare(&desk, one);
            let (from, into) = if turned { (other, one) } else { (one, other) };
            let read = || ["olga", "ana", "ben", "cleo", "dev"].map(|it| [from, into].map(|id| opens(&desk, it, id)));
            let lines = || {
                let tables = ["conversation ", "member ", "participant ", "message "];
                let mut lines: Vec<String> = desk.contents().lines().map(str::to_owned).collect();
                lines.retain(|line| tables.iter().any(|table| line.starts_with(table)));
                lines.sort();
                lines
            };
            let (before, was) = (read(), lines());
            desk.desk.merge(&desk.agent("olga"), from, into, true).unwrap();
            for (handle, [of_from, of_into]) in ["olga", "ana", "ben", "cleo", "dev"].iter().zip(read()) {
                assert_eq!(of_from, of_into, "{handle}, {number}, {turned}");
            }
            desk.desk.undo_merge(&desk.agent("olga"), from).unwrap();
            assert_eq!(read(), before, "{number}, {turned}");
            assert_eq!(lines(), was, "{number}, {turned}");
        }
    }
}
