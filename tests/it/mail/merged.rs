//! What merging must not do besides: show more than was confirmed, unanswer an item, part a thread, lose a draft.

use super::letters::{arrives, letter};
use crate::desks::{TestDesk, add_customer, make, note, refusal, reply, why, with_agents};
use deskline::{
    demo::random::Random,
    desk::page::{DraftPlace, Mode},
    domain::{
        command::Command,
        conversation::{Audience, Privacy},
        id::ConversationId,
        item::ItemKind,
        letter::Letter,
        refusal::RefusalKind,
        setting::SettingKey,
    },
};

fn begun(desk: &TestDesk, from: &str, text: &str) -> ConversationId {
    arrives(desk, letter(from, "Card declined", text)).conversation.unwrap()
}

#[test]
fn who_joined_the_one_late_and_reads_all_of_the_other_is_named() {
    let desk = TestDesk::new();
    let from = begun(&desk, "mara@example.com", "Before jo");
    desk.does("ana", from, reply("Still before jo"));
    desk.does("ana", from, add_customer("jo@example.com", true));
    let into = begun(&desk, "mara@example.com", "With jo");
    desk.does("ana", into, add_customer("jo@example.com", true));
    let asked = refusal(desk.desk.merge(&desk.agent("ana"), from, into, false));
    assert_eq!(why(&asked), (RefusalKind::Confirm, "R5.4"));
    assert!(asked.adds.iter().any(|it| it.contains("jo@example.com")), "{:?}", asked.adds);
    assert!(!asked.adds.iter().any(|it| it.contains("mara")), "{:?}", asked.adds);
}

#[test]
fn colleagues_of_the_requester_who_read_along_are_named() {
    let desk = TestDesk::with_privacy();
    for (address, organization) in [("mara@acme.example", "ACME"), ("jo@other.example", "Other")] {
        desk.desk.add_customer(&desk.agent("olga"), address, None, Some(organization)).unwrap();
    }
    desk.set(SettingKey::OrganizationSharing, "on");
    let from = begun(&desk, "jo@other.example", "Of another organization");
    let into = begun(&desk, "mara@acme.example", "Hers");
    let asked = refusal(desk.desk.merge(&desk.agent("ana"), from, into, false));
    assert!(asked.adds.contains(&"everybody of ACME".to_owned()), "{:?}", asked.adds);
    // Of one organization: its people read either already.
    let second = begun(&desk, "mara@acme.example", "Hers again");
    assert!(desk.desk.merge(&desk.agent("ana"), second, into, false).is_ok());
}

#[test]
fn an_answered_item_stays_answered_when_its_conversation_is_merged_away() {
    let desk = TestDesk::new();
    let (from, into) = (begun(&desk, "mara@example.com", "One"), begun(&desk, "mara@example.com", "Two"));
    let item = desk.item(ItemKind::Ticket, Some("mara@example.com"), None);
    desk.does("olga", from, Command::Link { item, confirmed: true });
    desk.does("ana", from, reply("Answered"));
    assert_eq!(desk.waiting("ana"), []);
    desk.desk.merge(&desk.agent("ana"), from, into, false).unwrap();
    assert_eq!(desk.waiting("ana"), [], "R3.3: the first reply took it off the list");
    desk.agrees();
    desk.desk.undo_merge(&desk.agent("ana"), from).unwrap();
    assert_eq!(desk.waiting("ana"), []);
}

#[test]
fn nobody_writes_where_everything_was_taken_from() {
    let desk = TestDesk::new();
    let (from, into) = (begun(&desk, "mara@example.com", "One"), begun(&desk, "mara@example.com", "Two"));
    desk.desk.merge(&desk.agent("ana"), from, into, false).unwrap();
    for command in [reply("To nobody"), note("To nobody")] {
        let refused = desk.refused("ana", from, command);
        assert_eq!(refused.kind, RefusalKind::Denied);
        assert!(refused.text.contains("merged into another"), "{}", refused.text);
    }
    let may = desk.thread("ana", from).may;
    assert!(!may.reply.allowed && !may.note.allowed, "greyed out, as it is refused");
    desk.desk.undo_merge(&desk.agent("ana"), from).unwrap();
    desk.does("ana", from, reply("By itself again"));
}

#[test]
fn a_draft_goes_along_and_comes_back_and_none_is_written_over() {
    let desk = TestDesk::new();
    let (from, into) = (begun(&desk, "mara@example.com", "One"), begun(&desk, "mara@example.com", "Two"));
    let keeps = |handle: &str, id: ConversationId, mode: Mode, text: &str| {
        desk.desk.save_draft(&desk.agent(handle), &DraftPlace::Conversation(id), mode, text).unwrap();
    };
    let drafts = |handle: &str, id: ConversationId| {
        let drafts = desk.thread(handle, id).drafts.into_iter();
        drafts.map(|draft| (draft.mode, draft.text)).collect::<Vec<_>>()
    };
    keeps("ana", from, Mode::Reply, "half a reply");
    keeps("ben", from, Mode::Note, "half a note");
    keeps("ben", into, Mode::Note, "another note");
    desk.desk.merge(&desk.agent("olga"), from, into, false).unwrap();
    assert_eq!(drafts("ana", into), [(Mode::Reply, "half a reply".to_owned())]);
    assert_eq!(drafts("ben", into), [(Mode::Note, "another note".to_owned())]);
    assert_eq!(drafts("ben", from), [(Mode::Note, "half a note".to_owned())], "kept where it was");
    desk.desk.undo_merge(&desk.agent("olga"), from).unwrap();
    assert_eq!(drafts("ana", from), [(Mode::Reply, "half a reply".to_owned())]);
    assert_eq!((drafts("ana", into).len(), drafts("ben", into).len()), (0, 1));
}

#[test]
fn a_direct_conversation_does_not_become_everybodys_by_merging() {
    let desk = TestDesk::with_privacy();
    let direct = desk.start("ana", with_agents(&["ben"]), "Between us").conversation;
    let item = desk.ticket();
    let open = desk.start_on("ana", item, Audience::Internal, "For all who see the item");
    let denied = refusal(desk.desk.merge(&desk.agent("ana"), direct, open, true));
    assert_eq!(why(&denied), (RefusalKind::Denied, "R6.5"), "as R4.5: it would have to become private");
    let mine = desk.start("olga", with_agents(&["ben"]), "Between olga and ben").conversation;
    desk.desk.merge(&desk.agent("olga"), mine, open, true).unwrap();
    assert_eq!(desk.row(open).privacy, Privacy::Private);
    assert!(desk.desk.why(&desk.agent("cleo"), open, deskline::domain::id::EntrySeq(1)).is_err());
    desk.desk.undo_merge(&desk.agent("olga"), mine).unwrap();
    assert_eq!(desk.row(open).privacy, Privacy::Public);
}

#[test]
fn what_left_while_they_were_one_is_answered_where_its_message_is_now() {
    let desk = TestDesk::new();
    let from = begun(&desk, "jo@example.com", "Of jo");
    let into = begun(&desk, "mara@example.com", "Of mara");
    desk.does("ana", from, reply("To jo"));
    desk.desk.merge(&desk.agent("ana"), from, into, true).unwrap();
    let left = desk.leaves();
    let to_jo = left.iter().find(|mail| mail.to.address == "jo@example.com").unwrap();
    let (sent, token) = (to_jo.message_id.clone(), to_jo.reply_token.clone().unwrap());
    desk.desk.undo_merge(&desk.agent("ana"), from).unwrap();
    let to = vec![TestDesk::tagged(&token)];
    let answer = Letter { to, in_reply_to: vec![sent], ..letter("jo@example.com", "Re: Card", "Thank you") };
    assert_eq!(arrives(&desk, answer).conversation, Some(from));
    assert_eq!(desk.texts("ana", into).iter().filter(|text| *text == "Thank you").count(), 0);
}

/// Merging, parting and everything else in any order: every number is what is listed, no entry is lost, and what is parted
/// has exactly its own entries again.
#[test]
fn any_order_of_merging_and_parting_keeps_every_number_and_every_entry() {
    for seed in 0..6 {
        let desk = TestDesk::with_privacy();
        let mut random = Random::of(20_260_504, seed, 0);
        let writers = ["mara@example.com", "jo@example.com"];
        let mut ids: Vec<ConversationId> =
            (0..4).map(|number| begun(&desk, writers[number % 2], &format!("Begun {number}"))).collect();
        let (mut words, mut done) = (4, 0);
        for step in 0..60 {
            let handle = random.pick(&["ana", "ben", "olga"]);
            let one = ids[random.below(ids.len() as u64) as usize];
            let other = ids[random.below(ids.len() as u64) as usize];
            let ok = match random.below(14) {
                0 => {
                    ids.push(begun(&desk, writers[step % 2], &format!("Begun at {step}")));
                    words += 1;
                    true
                }
                1 | 2 => {
                    let said = desk.run(handle, one, reply(&format!("Reply {step}"))).is_ok();
                    words += i64::from(said);
                    said
                }
                3 => {
                    let said = desk.run(handle, one, note(&format!("Note {step}"))).is_ok();
                    words += i64::from(said);
                    said
                }
                4 => desk.run(handle, one, Command::Close).is_ok(),
                5 => desk.run(handle, one, Command::MarkRead(None)).is_ok(),
                6 => desk
                    .run("olga", one, make(if step % 3 == 0 { Privacy::Private } else { Privacy::Public }, true))
                    .is_ok(),
                7 => desk.run(handle, one, add_customer(writers[step % 2], true)).is_ok(),
                8 => !desk.leaves().is_empty(),
                9..=11 => desk.desk.merge(&desk.agent(handle), one, other, true).is_ok(),
                _ => desk.desk.undo_merge(&desk.agent(handle), one).is_ok(),
            };
            done += i32::from(ok);
            assert_eq!(desk.count("SELECT count(*) FROM message WHERE kind <> 'system'"), words, "{seed} {step}");
            let strays = desk.count(
                "SELECT count(*) FROM message m JOIN outbox o ON o.message_id = m.id WHERE o.conversation_id <> m.conversation_id",
            );
            let headers = desk.count(
                "SELECT count(*) FROM message m JOIN header_id h ON h.message_id = m.id WHERE h.conversation_id <> m.conversation_id",
            );
            assert_eq!((strays, headers), (0, 0), "{seed} {step}");
            if step % 5 == 4 {
                desk.agrees();
            }
        }
        assert!(done > 20, "{seed}: {done}");
    }
}

#[test]
fn files_without_a_text_go_along_too() {
    use deskline::desk::page::{DraftFile, FileFrom};
    let desk = TestDesk::new();
    let (from, into) = (begun(&desk, "mara@example.com", "One"), begun(&desk, "mara@example.com", "Two"));
    let bill = |name: &str| vec![DraftFile { from: FileFrom::Disk(format!("/home/x/{name}")), size: 3 }];
    let keeps = |who: &str, id, text: &str, name: &str| {
        let place = DraftPlace::Conversation(id);
        desk.desk.save_draft_with(&desk.agent(who), &place, Mode::Reply, text, &bill(name)).unwrap();
    };
    let drafts = |handle: &str, id: ConversationId| {
        let drafts = desk.thread(handle, id).drafts.into_iter();
        drafts
            .map(|draft| (draft.text, draft.files.iter().map(|file| file.name()).collect::<Vec<_>>()))
            .collect::<Vec<_>>()
    };
    keeps("ana", from, "", "one.pdf");
    keeps("ben", from, "for the first", "first.pdf");
    keeps("ben", into, "", "second.pdf");
    desk.desk.merge(&desk.agent("olga"), from, into, false).unwrap();
    assert_eq!(drafts("ana", into), [(String::new(), vec!["one.pdf".to_owned()])]);
    assert_ne!(drafts("ben", into), [("for the first".to_owned(), vec!["second.pdf".to_owned()])]);
}
