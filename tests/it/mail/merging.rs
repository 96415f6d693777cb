//! Merging a conversation into another, and undoing it.

use super::letters::{arrives, letter};
use crate::desks::{TestDesk, add_customer, assign, make, note, refusal, reply, why, with_agents};
use deskline::{
    desk::page::{Denied, Opened},
    domain::{
        command::Command,
        conversation::{Privacy, State},
        id::ConversationId,
        item::ItemKind,
        letter::Letter,
        refusal::RefusalKind,
    },
};

/// Two conversations of mara's; the second one looks like the first.
fn two(desk: &TestDesk) -> (ConversationId, ConversationId) {
    let mut ids = ["My card is declined", "It is declined again"]
        .map(|text| arrives(desk, letter("mara@example.com", "Card declined", text)).conversation.unwrap());
    ids.reverse();
    (ids[0], ids[1])
}

/// Everything in the file but the log, and what remembers the merge itself.
fn contents(desk: &TestDesk) -> String {
    let kept =
        |line: &&str| !["event ", "merge ", "sqlite_sequence", "waiting "].iter().any(|table| line.starts_with(table));
    desk.contents().lines().filter(kept).collect::<Vec<_>>().join("\n")
}

#[test]
fn merged_everything_stands_in_one_thread_and_undone_it_is_as_it_was() {
    let desk = TestDesk::new();
    let (from, into) = two(&desk);
    let item = desk.item(ItemKind::Ticket, Some("mara@example.com"), None);
    desk.does("olga", from, Command::Link { item, confirmed: true });
    desk.does("ana", into, reply("We look into it"));
    desk.does("ben", from, note("The same again?"));
    desk.does("ben", from, reply("Answered there"));
    desk.does("cleo", into, Command::MarkRead(None));
    let before = contents(&desk);
    let unread =
        || ["ana", "ben", "cleo", "olga"].map(|handle| [from, into].map(|id| desk.thread(handle, id).row.unread));
    let was_unread = unread();
    let (old_from, old_into) = (desk.texts("ana", from), desk.texts("ana", into));
    desk.later(1);
    let done = desk.desk.merge(&desk.agent("ana"), from, into, false).unwrap();
    assert_eq!(done.conversation, into, "one customer in both: nobody reads more, nothing to confirm");
    let mut all = [old_into, old_from].concat();
    all.push(format!("Ana Ruiz merged #{from} into this conversation."));
    assert_eq!(desk.texts("ana", into), all);
    assert_eq!(desk.texts("ana", from), [format!("Ana Ruiz merged this conversation into #{into}.")]);
    assert_eq!((desk.row(from).state, desk.row(from).unread), (State::Closed, false));
    assert!(desk.thread("cleo", into).row.unread, "what came over was not read yet");
    assert_eq!(desk.outbox(from), []);
    assert_eq!(desk.outbox(into).len(), 2);
    let view = desk.desk.customer_view(&desk.agent("olga"), "mara@example.com", None).unwrap();
    assert_eq!(view.conversations.iter().map(|it| it.id).collect::<Vec<_>>(), [into]);
    let view = desk.desk.customer_view(&desk.agent("olga"), "mara@example.com", Some(into)).unwrap();
    let numbers: Vec<i64> = view.conversations[0].messages.iter().map(|it| it.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    assert_eq!(desk.found("ana", "again", 10).0, [into, into], "the note and the mail are found where they are");
    desk.agrees();
    desk.desk.undo_merge(&desk.agent("ben"), from).unwrap();
    same_rows(&before, &contents(&desk));
    assert_eq!(unread(), was_unread);
    desk.agrees();
    // And once more, and not twice.
    desk.desk.merge(&desk.agent("ana"), from, into, false).unwrap();
    assert!(matches!(desk.desk.merge(&desk.agent("ana"), from, into, false), Err(Denied::Invalid(_))));
    let audit = desk.desk.audit(&desk.agent("olga"), Some(from), 1).unwrap().remove(0);
    assert_eq!((audit.action.as_str(), audit.detail), ("merged", format!("#{from} into #{into}")));
}

fn same_rows(before: &str, after: &str) {
    // In no order, and without what says nothing: counters of nothing, and readings, which are tested by what is unread.
    let lines = |text: &str| {
        let mut lines: Vec<String> = text
            .lines()
            .filter(|line| {
                !(line.starts_with("reading ") || line.starts_with("tally ") && line.ends_with("Integer(0) Integer(0)"))
            })
            .map(str::to_owned)
            .collect();
        lines.sort();
        lines
    };
    let (before, after) = (lines(before), lines(after));
    let gone: Vec<_> = before.iter().filter(|line| !after.contains(line)).collect();
    let new: Vec<_> = after.iter().filter(|line| !before.contains(line)).collect();
    assert!(gone.is_empty() && new.is_empty(), "gone: {gone:#?}\nnew: {new:#?}");
}

#[test]
fn what_comes_for_a_merged_conversation_goes_into_the_other() {
    let desk = TestDesk::new();
    let (from, into) = two(&desk);
    let token = desk.token(from, "mara@example.com");
    desk.does("ana", from, reply("Answered there"));
    let sent = desk.left(from);
    desk.desk.merge(&desk.agent("ana"), from, into, false).unwrap();
    let by_token = Letter { to: vec![TestDesk::tagged(&token)], ..letter("mara@example.com", "Re", "By the token") };
    assert_eq!(arrives(&desk, by_token).conversation, Some(into));
    let by_header = Letter { in_reply_to: vec![sent], ..letter("mara@example.com", "Re", "By the header") };
    assert_eq!(arrives(&desk, by_header).conversation, Some(into));
    assert_eq!(desk.write_in("mara@example.com", Some(from), "By its number").conversation, into);
    assert!(desk.desk.likenesses(&desk.agent("ana"), from).unwrap().is_empty());
    let undone = refusal(desk.desk.undo_merge(&desk.agent("ana"), from));
    assert!(undone.text.contains("Something was added"), "{}", undone.text);
}

#[test]
fn whoever_reads_more_is_named_and_confirmed_first() {
    let desk = TestDesk::with_privacy();
    let (_, into) = two(&desk);
    let jo = arrives(&desk, letter("jo@example.com", "Card declined", "Mine too")).conversation.unwrap();
    let asked = refusal(desk.desk.merge(&desk.agent("ana"), jo, into, false));
    assert_eq!(why(&asked), (RefusalKind::Confirm, "R5.4"));
    let names = asked.adds.join(" and ");
    let words = format!(
        "Once they are merged: {names} will read what either of the two gets from now on, and what is in #{jo} now."
    );
    assert!(asked.text.starts_with(&words), "{}", asked.text);
    assert_eq!((asked.readers, asked.adds.len()), (vec![], 2));
    desk.desk.merge(&desk.agent("ana"), jo, into, true).unwrap();
    let view = |address: &str| {
        let view = desk.desk.customer_view(&desk.agent("olga"), address, Some(into)).unwrap();
        view.conversations[0].messages.iter().map(|it| it.text.clone()).collect::<Vec<_>>()
    };
    assert_eq!(view("jo@example.com"), ["Mine too"], "nothing of what was there before");
    assert_eq!(view("mara@example.com"), ["My card is declined", "Mine too"]);
    desk.desk.undo_merge(&desk.agent("ana"), jo).unwrap();
    let gone = desk.desk.customer_view(&desk.agent("olga"), "jo@example.com", Some(into));
    assert!(matches!(gone, Err(Denied::NotFound(_))));
    // Private into private of somebody else: that agent reads more.
    let (one, other) = (desk.private_of("ben"), desk.private_of("cleo"));
    let asked = refusal(desk.desk.merge(&desk.agent("olga"), one, other, false));
    assert_eq!(asked.readers, ["cleo"]);
}

#[test]
fn the_stricter_privacy_wins_and_only_owner_and_admins_decide_that() {
    let desk = TestDesk::with_privacy();
    let (from, into) = two(&desk);
    desk.does("olga", from, make(Privacy::Private, true));
    desk.does("olga", from, assign("ana"));
    desk.does("olga", into, assign("ana"));
    let denied = refusal(desk.desk.merge(&desk.agent("ana"), from, into, true));
    assert_eq!(why(&denied), (RefusalKind::Denied, "R6.5"));
    let denied = refusal(desk.desk.merge(&desk.agent("ana"), into, from, true));
    assert_eq!(denied.rule, "R6.5");
    desk.desk.merge(&desk.agent("olga"), from, into, true).unwrap();
    assert_eq!((desk.row(from).privacy, desk.row(into).privacy), (Privacy::Private, Privacy::Private));
    assert!(refusal(desk.desk.undo_merge(&desk.agent("ana"), from)).rule == "R6.5");
    desk.desk.undo_merge(&desk.agent("adam"), from).unwrap();
    assert_eq!((desk.row(from).privacy, desk.row(into).privacy), (Privacy::Private, Privacy::Public));
    desk.desk.merge(&desk.agent("olga"), into, from, true).unwrap();
    assert_eq!((desk.row(from).privacy, desk.row(into).privacy), (Privacy::Private, Privacy::Private));
}

#[test]
fn locked_another_audience_no_right_and_itself_are_refused() {
    let desk = TestDesk::with_privacy();
    let (from, into) = two(&desk);
    let before = desk.contents();
    let internal = desk.start("ana", with_agents(&["ben"]), "Between us").conversation;
    assert_ne!(desk.contents(), before);
    let before = desk.contents();
    let merge = |handle: &str, from, into| desk.desk.merge(&desk.agent(handle), from, into, true);
    assert_eq!(refusal(merge("ana", from, internal)).rule, "R1.1");
    assert_eq!(refusal(merge("ana", internal, into)).rule, "R1.1");
    assert!(matches!(merge("ana", from, from), Err(Denied::Invalid(_))));
    assert!(matches!(merge("ana", from, ConversationId(99)), Err(Denied::NotFound(_))));
    assert!(matches!(desk.desk.undo_merge(&desk.agent("ana"), from), Err(Denied::Invalid(_))));
    assert_eq!(refusal(merge("dev", from, into)).rule, "R5.2");
    assert_eq!(desk.contents(), before);
    for locked in [from, into] {
        desk.does("ana", locked, Command::Close);
        desk.does("ana", locked, Command::Lock);
        assert_eq!(refusal(merge("olga", from, into)).kind, RefusalKind::Locked);
        desk.does("ana", locked, Command::Unlock);
    }
    desk.does("ana", from, Command::Reopen);
    merge("ana", from, into).unwrap();
    assert_eq!(desk.row(into).state, State::Open, "what was open is not put away by merging");
    desk.does("ana", into, add_customer("kim@example.com", true));
    assert_eq!(refusal(desk.desk.undo_merge(&desk.agent("ana"), from)).rule, "R5.4");
}

#[test]
fn merging_internal_conversations_names_everybody_who_reads_more_of_either() {
    let desk = TestDesk::with_privacy();
    let one = desk.start("ana", with_agents(&["ben"]), "Between ana and ben").conversation;
    let other = desk.start("ana", with_agents(&["cleo", "adam"]), "Between ana, cleo and adam").conversation;
    let before = contents(&desk);
    let asked = refusal(desk.desk.merge(&desk.agent("ana"), one, other, false));
    assert_eq!(why(&asked), (RefusalKind::Confirm, "R5.4"));
    // An administrator who takes part in one of them reads the other by that alone (R6.11).
    assert_eq!((asked.readers.clone(), asked.adds.len()), (vec!["adam".into(), "ben".into(), "cleo".into()], 0));
    for words in [
        format!("2 more agents can read what stands in #{one}."),
        format!("1 more agent can read what stands in #{other}."),
    ] {
        assert!(asked.text.contains(&words), "{}", asked.text);
    }
    assert_eq!(contents(&desk), before, "nothing is done before it is confirmed");
    desk.desk.merge(&desk.agent("ana"), one, other, true).unwrap();
    for handle in ["ana", "ben", "cleo", "adam"] {
        let texts = desk.texts(handle, other);
        assert!(texts.contains(&"Between ana and ben".to_owned()), "{handle}: {texts:?}");
    }
    desk.does("ben", other, reply("So do I"));
    let undone = refusal(desk.desk.undo_merge(&desk.agent("ana"), one));
    assert!(undone.text.contains("Something was added"), "{}", undone.text);
}

#[test]
fn undone_nobody_reads_more_of_either_internal_conversation() {
    let desk = TestDesk::new();
    let one = desk.start("ana", with_agents(&["ben"]), "Between ana and ben").conversation;
    let other = desk.start("ana", with_agents(&["cleo"]), "Between ana and cleo").conversation;
    let before = contents(&desk);
    desk.later(1);
    desk.desk.merge(&desk.agent("ana"), one, other, true).unwrap();
    desk.desk.undo_merge(&desk.agent("ana"), one).unwrap();
    same_rows(&before, &contents(&desk));
    assert_eq!(desk.texts("ben", one), ["Between ana and ben"]);
    let opens = |handle: &str, id: ConversationId| matches!(desk.open(handle, id), Opened::Thread(_));
    assert!(!opens("ben", other) && !opens("cleo", one));
    // The same people in both: nobody reads more, so nobody is asked.
    let third = desk.start("cleo", with_agents(&["ana"]), "Between cleo and ana").conversation;
    desk.desk.merge(&desk.agent("ana"), third, other, false).unwrap();
}
