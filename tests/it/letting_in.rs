//! Keys and invites: who may let whom in, that a code lets one key in once, and that a revoked key opens nothing any more.

use crate::{
    desks::{TestDesk, inbound, make, reply, starting, with_agents},
    mail::letters::{letter, mail},
    seat::Seat,
};
use chrono::Duration;
use deskline::{
    desk::{
        AgentChange, CustomerChange, Desk, ImportOptions, ItemChange, NewAgent, NewItem,
        page::{Denied, DraftPlace, KeyRow, Mode, Viewer, Wants},
    },
    domain::{
        command::Command,
        conversation::Privacy,
        envelope::{Channel, Inbound},
        id::{ConversationId, EntrySeq},
        item::ItemKind,
        key::{InviteCode, PublicKey},
        letter::{Correspondent, Letter},
        mail::InMail,
        people::{Party, Role, Routing},
        setting::SettingKey,
    },
    tui::dialog::Layer,
};
use std::sync::{Arc, Barrier, Mutex};

/// A key as a door hands it in; every number is another one.
pub fn key(number: u32) -> PublicKey {
    PublicKey {
        algorithm: "ssh-ed25519".into(),
        blob: format!("AAAA{number}"),
        fingerprint: format!("SHA256:{number:0>12}{}", "k".repeat(31)),
        comment: format!("key {number}"),
    }
}

/// A code; every number is another one.
pub fn code(number: u8) -> InviteCode {
    InviteCode::drawn([number; 20])
}

fn fingerprints(rows: &[KeyRow]) -> Vec<(String, String, bool)> {
    rows.iter().map(|row| (row.handle.clone(), row.fingerprint.clone(), row.revoked.is_none())).collect()
}

/// "yes", the rule of a refusal, or the kind of another answer.
fn told<T>(outcome: Result<T, Denied>) -> String {
    match outcome {
        Ok(_) => "yes".into(),
        Err(Denied::Refused(refusal)) => refusal.rule.into(),
        Err(Denied::NotFound(_)) => "not found".into(),
        Err(Denied::Invalid(_)) => "invalid".into(),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn r5_6_who_may_let_whom_in_and_shut_whom_out() {
    let desk = TestDesk::new();
    let new = |handle: &str, role| NewAgent { handle: handle.into(), name: handle.into(), role, groups: Vec::new() };
    desk.desk.add_agent(&desk.agent("olga"), &new("otto", Role::Owner)).unwrap();
    desk.desk.add_agent(&desk.agent("olga"), &new("alma", Role::Admin)).unwrap();
    desk.switch_off("cleo");
    let mut table = String::from("actor  whose          add        add again  revoke     invite\n");
    let mut number = 100;
    for actor in ["olga", "adam", "ana"] {
        for (whose, label) in [
            (actor, "own"),
            ("otto", "an owner's"),
            ("alma", "an admin's"),
            ("ben", "an agent's"),
            ("cleo", "switched off"),
            ("nobody", "nobody's"),
        ] {
            number += 1;
            let who = desk.agent(actor);
            let before = desk.contents();
            let add = told(desk.desk.add_key(&who, whose, &key(number)));
            assert_eq!(desk.contents() == before, add != "yes", "{actor} {label}");
            if add != "yes" && whose != "nobody" {
                desk.desk.add_key(&desk.agent("olga"), whose, &key(number)).unwrap();
            }
            let before = desk.contents();
            let again = told(desk.desk.add_key(&who, whose, &key(number)));
            assert_eq!(desk.contents(), before, "added twice: {actor} {label}");
            let revoke = told(desk.desk.revoke_key(&who, &key(number).fingerprint));
            assert_eq!(desk.contents() == before, revoke != "yes", "{actor} {label}");
            let before = desk.contents();
            let invite = told(desk.desk.invite(&who, whose, &code(u8::try_from(number).unwrap())));
            assert_eq!(desk.contents() == before, invite != "yes", "{actor} {label}");
            table.push_str(&format!("{actor:<6} {label:<14} {add:<10} {again:<10} {revoke:<10} {invite}\n"));
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn owner_and_admins_see_every_key_and_an_agent_its_own() {
    let desk = TestDesk::new();
    let olga = desk.agent("olga");
    for (handle, number) in [("ana", 1), ("ana", 2), ("ben", 3), ("olga", 4)] {
        desk.desk.add_key(&olga, handle, &key(number)).unwrap();
        desk.later(1);
    }
    desk.desk.revoke_key(&desk.agent("ana"), "000000000002").unwrap();
    let all = [("ana", 1, true), ("ana", 2, false), ("ben", 3, true), ("olga", 4, true)];
    let expected = |of: &[(&str, u32, bool)]| {
        of.iter()
            .map(|(handle, number, live)| ((*handle).to_owned(), key(*number).fingerprint, *live))
            .collect::<Vec<_>>()
    };
    for handle in ["olga", "adam"] {
        assert_eq!(fingerprints(&desk.desk.keys(&desk.agent(handle)).unwrap()), expected(&all));
    }
    assert_eq!(fingerprints(&desk.desk.keys(&desk.agent("ana")).unwrap()), expected(&all[..2]));
    assert_eq!(fingerprints(&desk.desk.keys(&desk.agent("dev")).unwrap()), expected(&[]));
    let row = desk.desk.keys(&desk.agent("ben")).unwrap().remove(0);
    let beginning = crate::desks::beginning();
    assert_eq!(
        (row.algorithm.as_str(), row.comment.as_str(), row.added, row.used),
        ("ssh-ed25519", "key 3", beginning + Duration::minutes(2), None)
    );
    let of_others = desk.desk.revoke_key(&desk.agent("ana"), &key(3).fingerprint).unwrap_err();
    let of_nobody = desk.desk.revoke_key(&desk.agent("ana"), &key(9).fingerprint).unwrap_err();
    let same = |denied: &Denied| denied.to_string().replace("000000000009", "000000000003");
    assert_eq!(same(&of_others), same(&of_nobody), "as for a key that never was");
}

#[test]
fn a_key_is_named_by_enough_of_its_fingerprint() {
    let desk = TestDesk::new();
    let olga = desk.agent("olga");
    let twin = |end: char| PublicKey { fingerprint: format!("SHA256:{}{end}", "t".repeat(42)), ..key(1) };
    for key in [twin('a'), twin('b'), key(7)] {
        desk.desk.add_key(&olga, "ana", &key).unwrap();
    }
    let several = desk.desk.revoke_key(&olga, &"t".repeat(42)).unwrap_err();
    assert!(several.to_string().contains("Several keys"), "{several}");
    assert!(matches!(desk.desk.revoke_key(&olga, "00000000000"), Err(Denied::Invalid(_))), "eleven letters");
    assert!(matches!(desk.desk.revoke_key(&olga, ""), Err(Denied::Invalid(_))));
    assert!(matches!(desk.desk.revoke_key(&olga, "%%%%%%%%%%%%%%"), Err(Denied::Invalid(_))));
    assert_eq!(desk.desk.revoke_key(&olga, "SHA256:000000000007").unwrap().fingerprint, key(7).fingerprint);
    assert_eq!(desk.desk.revoke_key(&olga, &twin('b').fingerprint).unwrap().fingerprint, twin('b').fingerprint);
    let before = desk.contents();
    let again = desk.desk.revoke_key(&olga, "000000000007").unwrap();
    assert!(again.revoked.is_some());
    assert_eq!(desk.contents(), before, "what is revoked already was written again");
}

#[test]
fn a_key_lets_in_one_agent_while_that_agent_is_active() {
    let desk = TestDesk::new();
    let olga = desk.agent("olga");
    desk.desk.add_key(&olga, "ana", &key(1)).unwrap();
    let taken = desk.desk.add_key(&desk.agent("adam"), "ben", &key(1)).unwrap_err();
    assert!(taken.to_string().contains("@ana"), "who administers may know whose it is: {taken}");
    let ana = desk.desk.admit_key(&key(1).fingerprint).unwrap().unwrap();
    assert_eq!((ana.handle.as_str(), ana.id), ("ana", desk.agent("ana").id));
    assert!(ana.key.is_some());
    assert_eq!(desk.desk.admit_key(&key(2).fingerprint).unwrap(), None);
    assert_eq!(desk.desk.admit_key("").unwrap(), None);
    assert_eq!(desk.desk.admit_key(&key(1).fingerprint.to_lowercase()).unwrap(), None, "base64 has two cases");
    desk.switch_off("ana");
    assert_eq!(desk.desk.admit_key(&key(1).fingerprint).unwrap(), None);
    assert!(desk.desk.read(&ana, &Wants::default()).is_err());
    desk.change("ana", &AgentChange { active: Some(true), ..AgentChange::default() });
    assert_eq!(desk.desk.admit_key(&key(1).fingerprint).unwrap(), Some(ana));
}

#[test]
fn a_key_without_blob_or_whole_fingerprint_is_refused_and_a_long_comment_cut() {
    let desk = TestDesk::new();
    let olga = desk.agent("olga");
    for broken in [
        PublicKey { blob: String::new(), ..key(1) },
        PublicKey { fingerprint: String::new(), ..key(1) },
        PublicKey { fingerprint: "SHA256:short".into(), ..key(1) },
        PublicKey { fingerprint: format!("SHA256:{}", "%".repeat(43)), ..key(1) },
    ] {
        assert!(matches!(desk.desk.add_key(&olga, "ana", &broken), Err(Denied::Invalid(_))), "{broken:?}");
    }
    let long = PublicKey { comment: "é".repeat(5_000), ..key(1) };
    assert_eq!(desk.desk.add_key(&olga, "ana", &long).unwrap().comment, "é".repeat(200));
}

#[test]
fn a_revoked_key_can_be_added_again_and_opens_nothing_that_it_had_opened() {
    let desk = TestDesk::new();
    let olga = desk.agent("olga");
    desk.desk.add_key(&olga, "ana", &key(1)).unwrap();
    let old = desk.desk.admit_key(&key(1).fingerprint).unwrap().unwrap();
    desk.desk.revoke_key(&olga, &key(1).fingerprint).unwrap();
    assert_eq!(desk.desk.admit_key(&key(1).fingerprint).unwrap(), None);
    desk.desk.add_key(&olga, "ben", &key(1)).unwrap();
    let new = desk.desk.admit_key(&key(1).fingerprint).unwrap().unwrap();
    assert_eq!(new.handle, "ben");
    assert!(desk.desk.read(&new, &Wants::default()).is_ok());
    assert!(desk.desk.read(&old, &Wants::default()).is_err(), "revoked once, revoked for what it had opened");
    let crossed = Viewer { key: new.key, ..desk.agent("ana") };
    assert!(desk.desk.read(&crossed, &Wants::default()).is_err(), "ben's key is nobody else's");
    desk.desk.revoke_key(&olga, &key(1).fingerprint).unwrap();
    let kept = fingerprints(&desk.desk.keys(&olga).unwrap());
    assert_eq!(
        kept.iter().map(|(handle, _, live)| (handle.as_str(), *live)).collect::<Vec<_>>(),
        [("ana", false), ("ben", false)]
    );
}

/// Every call of the desk that takes a viewer, by name.
fn every_call(
    desk: &Desk,
    who: &Viewer,
    one: ConversationId,
    offered: [ConversationId; 2],
    (mailed, replies): (ConversationId, [EntrySeq; 3]),
) -> Vec<(&'static str, Result<(), Denied>)> {
    let item = desk.list_items(&desk.admit(Some("olga")).unwrap(), None, 1).unwrap()[0].item.key;
    let agent = NewAgent { handle: "new".into(), name: "New".into(), role: Role::Agent, groups: Vec::new() };
    let new_item =
        NewItem { kind: ItemKind::Task, title: "T".into(), requester: None, project: None, description: String::new() };
    let own = AgentChange { ready: Some(false), ..AgentChange::default() };
    let to = desk.file().with_file_name("copy.db");
    let olga = desk.admit(Some("olga")).unwrap();
    let waiting: Vec<_> = desk.held(&olga).unwrap().into_iter().map(|mail| mail.mail).collect();
    let named = desk.why_mail(&olga, "named@x").unwrap()[0].conversation.unwrap();
    vec![
        ("offers", desk.offers(who).map(drop)),
        ("accept", desk.accept(who, offered[0]).map(drop)),
        ("reject", desk.reject(who, offered[1]).map(drop)),
        ("read", desk.read(who, &Wants::default()).map(drop)),
        ("read_on", desk.read_on(who, &Wants::default(), None).map(drop)),
        ("list_items", desk.list_items(who, None, 1).map(drop)),
        ("list_customers", desk.list_customers(who, "", 1).map(drop)),
        ("run", desk.run(who, one, reply("Hello")).map(drop)),
        ("start", desk.start(who, &starting(with_agents(&["ben"]), "Hello")).map(drop)),
        ("save_draft", desk.save_draft(who, &DraftPlace::Conversation(one), Mode::Reply, "Hel")),
        ("save_draft_with", desk.save_draft_with(who, &DraftPlace::Conversation(one), Mode::Reply, "Hel", &[])),
        ("clear_notices", desk.clear_notices(who).map(drop)),
        ("open_direct", desk.open_direct(who, one).map(drop)),
        ("add_item", desk.add_item(who, &new_item).map(drop)),
        (
            "set_item",
            desk.set_item(who, item, &ItemChange { title: Some("U".into()), ..ItemChange::default() }).map(drop),
        ),
        ("follow_item", desk.follow_item(who, item, true)),
        ("add_item_follower", desk.add_item_follower(who, item, &Party::Agent("ben".into()))),
        ("add_agent", desk.add_agent(who, &agent).map(drop)),
        ("set_agent", desk.set_agent(who, "adam", &own).map(drop)),
        ("add_group", desk.add_group(who, "New", Routing::Democracy).map(drop)),
        ("set_group", desk.set_group(who, "Support", Routing::Democracy).map(drop)),
        ("join_group", desk.join_group(who, "Support", "dev").map(drop)),
        ("leave_group", desk.leave_group(who, "Support", "ben").map(drop)),
        ("add_customer", desk.add_customer(who, "new@example.com", None, None).map(drop)),
        ("set_customer", desk.set_customer(who, "mara@example.com", &CustomerChange::default()).map(drop)),
        ("save_settings", desk.save_settings(who, &[(SettingKey::TeamName, "New".into())]).map(drop)),
        ("settings", desk.settings(who).map(drop)),
        ("customer_view", desk.customer_view(who, "mara@example.com", None).map(drop)),
        ("audit", desk.audit(who, None, 1).map(drop)),
        ("import", desk.import(who, &[], &ImportOptions::default()).map(drop)),
        ("export", desk.export(who, &mut |_, _, _| true).map(drop)),
        ("backup", desk.backup(who, &to, &mut |_, _| true)),
        ("add_key", desk.add_key(who, "ana", &key(50)).map(drop)),
        ("keys", desk.keys(who).map(drop)),
        ("revoke_key", desk.revoke_key(who, &key(3).fingerprint).map(drop)),
        ("invite", desk.invite(who, "ana", &code(50)).map(drop)),
        ("mark_key_used", desk.mark_key_used(who)),
        ("set_signature", desk.set_signature(who, "Support", "Acme").map(drop)),
        ("cancel_mail", desk.cancel_mail(who, mailed, replies[0])),
        ("retry_mail", desk.retry_mail(who, mailed, replies[0])),
        ("held_replies", desk.held_replies(who).map(drop)),
        ("release_reply", desk.release_reply(who, mailed, replies[1])),
        ("discard_reply", desk.discard_reply(who, mailed, replies[2])),
        ("mailboxes", desk.mailboxes(who).map(drop)),
        ("held", desk.held(who).map(drop)),
        ("held_mail", desk.held_mail(who, waiting[0]).map(drop)),
        (
            "release_held",
            desk.release_held(who, waiting[0], &|_| Ok(letter("mara@example.com", "", "Hello")), false).map(drop),
        ),
        ("discard_held", desk.discard_held(who, waiting[1])),
        ("why", desk.why(who, one, EntrySeq(1)).map(drop)),
        ("why_mail", desk.why_mail(who, "named@x").map(drop)),
        ("see_held", desk.see_held(who)),
        ("dismiss_suggestion", desk.dismiss_suggestion(who, named, "kim@example.com")),
        ("raw_mail", desk.raw_mail(who, one, EntrySeq(1)).map(drop)),
        ("mail_head", desk.mail_head(who, one, EntrySeq(1)).map(drop)),
        ("attachment", desk.attachment(who, one, EntrySeq(1), 1).map(drop)),
        ("likenesses", desk.likenesses(who, one).map(drop)),
        ("mergeable", desk.mergeable(who, one).map(drop)),
        ("suggested_people", desk.suggested_people(who, one).map(drop)),
        ("merge", desk.merge(who, offered[1], mailed, true).map(drop)),
        ("undo_merge", desk.undo_merge(who, offered[1]).map(drop)),
    ]
}

/// The names of all functions of the desk that take a viewer, out of its source.
fn names_of_calls() -> Vec<String> {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/desk")];
    let mut names = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                names_in(&std::fs::read_to_string(path).unwrap(), &mut names);
            }
        }
    }
    names.sort();
    names
}

fn names_in(text: &str, names: &mut Vec<String>) {
    for function in text.split("\n    pub fn ").skip(1) {
        let (name, rest) = function.split_once(['(', '<']).unwrap();
        let parameters = rest.split(") ->").next().unwrap_or_default();
        // What gives nothing back has nothing to refuse, and shows nothing.
        let gives = rest.split(" {").next().unwrap_or_default().contains("-> Outcome");
        if parameters.contains("&self") && parameters.contains("who: &Viewer") && gives {
            names.push(name.to_owned());
        }
    }
}

#[test]
fn who_came_in_with_a_revoked_key_is_refused_everything() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    desk.ticket();
    let olga = desk.agent("olga");
    desk.desk.add_group(&olga, "Polite", Routing::Polite).unwrap();
    desk.desk.join_group(&olga, "Polite", "adam").unwrap();
    let offered = ["One", "Other"].map(|text| {
        let inbound = Inbound { group: Some("Polite".into()), ..inbound("jo@example.com", None, text) };
        desk.desk.receive(&inbound).unwrap().conversation
    });
    let by_mail = Inbound { channel: Channel::Email, ..inbound("jo@example.com", None, "By mail") };
    let by_mail = desk.desk.receive(&by_mail).unwrap().conversation;
    let replies = ["First", "Second", "Third"].map(|text| desk.does("ana", by_mail, reply(text)).message.unwrap());
    let file = rusqlite::Connection::open(desk.file()).unwrap();
    file.execute("UPDATE outbox SET state = 'held', due = NULL WHERE id > (SELECT min(id) FROM outbox)", []).unwrap();
    let mailed = (by_mail, replies);
    for _ in 0..2 {
        let unreadable = InMail { letter: Err("It cannot be read.".into()), ..mail(letter("x", "", "")) };
        desk.desk.receive_mail(&unreadable).unwrap();
    }
    let cc = vec![Correspondent { name: "Kim".into(), address: "kim@example.com".into() }];
    let named = Letter { message_id: Some("named@x".into()), cc, ..letter("mara@example.com", "Named", "With Kim") };
    desk.desk.receive_mail(&mail(named)).unwrap();
    for number in [1, 2] {
        desk.desk.add_key(&olga, "adam", &key(number)).unwrap();
    }
    desk.desk.add_key(&olga, "ben", &key(3)).unwrap();
    let adam = desk.desk.admit_key(&key(1).fingerprint).unwrap().unwrap();
    let other = desk.desk.admit_key(&key(2).fingerprint).unwrap().unwrap();
    desk.desk.revoke_key(&olga, &key(1).fingerprint).unwrap();
    let before = desk.contents();
    let calls = every_call(&desk.desk, &adam, id, offered, mailed);
    let mut names: Vec<&str> = calls.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    assert_eq!(names, names_of_calls(), "calls that this test does not make, or that are gone");
    for (name, outcome) in calls {
        let said = outcome.map_err(|denied| denied.to_string());
        assert_eq!(said, Err("The key that you came in with was revoked. Ask an administrator.".into()), "{name}");
    }
    assert_eq!(desk.contents(), before);
    assert!(!desk.file().with_file_name("copy.db").exists());
    assert!(desk.desk.read(&other, &Wants::default()).is_ok(), "another key of the same agent stays");
    for (name, outcome) in every_call(&desk.desk, &other, id, offered, mailed) {
        assert!(outcome.is_ok(), "{name} can succeed: {outcome:?}");
    }
}

#[test]
fn revoking_shuts_the_open_screen_at_once() {
    let desk = TestDesk::new();
    desk.arrival();
    let olga = desk.agent("olga");
    desk.desk.add_key(&olga, "ana", &key(1)).unwrap();
    let ana = desk.desk.admit_key(&key(1).fingerprint).unwrap().unwrap();
    let mut with_key = Seat::of(&desk, ana, (120, 40));
    let mut without = Seat::new(&desk, "ana");
    assert!(with_key.keys("g u Enter").shown().contains("My card is declined"));
    with_key.keys("r").text("half a sent");
    desk.desk.revoke_key(&olga, &key(1).fingerprint).unwrap();
    let shown = with_key.shown();
    assert!(shown.contains("The key that you came in with was revoked."), "{shown}");
    assert!(!shown.contains("declined") && !shown.contains("half a sent"), "{shown}");
    assert!(without.shown().contains("My card is declined"), "who is there without that key stays");
}

#[test]
fn an_invite_lets_one_key_in_once() {
    let desk = TestDesk::new();
    let adam = desk.agent("adam");
    let invite = desk.desk.invite(&adam, "@Ana", &code(1)).unwrap();
    assert_eq!((invite.handle.as_str(), &invite.code), ("ana", &code(1).to_string()));
    assert_eq!(invite.expires, desk.desk.now() + Duration::hours(24));
    let ana = desk.desk.redeem(&invite.code.to_lowercase().replace('-', " "), &key(1)).unwrap();
    assert_eq!(desk.desk.admit_key(&key(1).fingerprint).unwrap(), Some(ana.clone()));
    assert_eq!(ana.id, desk.agent("ana").id);
    assert!(desk.desk.read(&ana, &Wants::default()).is_ok());
    let row = desk.desk.keys(&ana).unwrap().remove(0);
    assert_eq!(row.used, Some(row.added), "it let its agent in at once");
    let log: Vec<_> = desk
        .desk
        .audit(&adam, None, 3)
        .unwrap()
        .into_iter()
        .map(|row| (row.agent.unwrap(), row.action, row.detail))
        .collect();
    let detail = format!("ana {}", key(1).fingerprint);
    let line = |agent: &str, action: &str, detail: &str| (agent.to_owned(), action.to_owned(), detail.to_owned());
    assert_eq!(
        log,
        [line("ana", "key-added", &detail), line("ana", "invite-used", &detail), line("adam", "invite-made", "ana")]
    );
    assert!(desk.desk.redeem(&invite.code, &key(2)).is_err());
    assert_eq!(row.comment, "key 1");
    let again = desk.desk.invite(&adam, "ana", &code(2)).unwrap();
    let bare = PublicKey { comment: String::new(), ..key(2) };
    desk.desk.redeem(&again.code, &bare).unwrap();
    let mut rows = desk.desk.keys(&ana).unwrap();
    rows.retain(|row| row.fingerprint == bare.fingerprint);
    assert_eq!(rows[0].comment, "joined 2026-05-03", "a key that came without a comment is told from the others");
}

#[test]
fn a_code_is_nowhere_but_with_who_made_it() {
    let desk = TestDesk::new();
    let invite = desk.desk.invite(&desk.agent("olga"), "ana", &code(7)).unwrap();
    assert!(!format!("{invite:?}").contains(&invite.code));
    for secret in [invite.code.clone(), invite.code.replace('-', "")] {
        for entry in std::fs::read_dir(desk.folder.path()).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "the code is in the file");
        }
    }
}

#[test]
fn two_keys_race_for_one_code_and_one_wins() {
    let desk = TestDesk::new();
    for round in 0..20 {
        let code = code(round);
        desk.desk.invite(&desk.agent("olga"), "ana", &code).unwrap();
        let barrier = Arc::new(Barrier::new(2));
        let racers: Vec<_> = (0..2)
            .map(|racer| {
                let (desk, barrier, code) = (desk.desk.clone(), Arc::clone(&barrier), code.to_string());
                // Every other round with the same key on both sides.
                let key = key(u32::from(round) * 2 + if round % 2 == 0 { racer } else { 0 });
                std::thread::spawn(move || {
                    barrier.wait();
                    desk.redeem(&code, &key).map(|viewer| viewer.key)
                })
            })
            .collect();
        let outcomes: Vec<_> = racers.into_iter().map(|racer| racer.join().unwrap()).collect();
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
    }
    assert_eq!(desk.count("SELECT count(*) FROM agent_key"), 20);
    assert_eq!(desk.count("SELECT count(*) FROM event WHERE kind = 'invite-used'"), 20);
}

#[test]
fn every_code_that_lets_nobody_in_is_answered_the_same_and_writes_nothing() {
    let desk = TestDesk::new();
    let olga = desk.agent("olga");
    let answers = Mutex::new(Vec::new());
    let fails = |why: &'static str, code: &str, key: &PublicKey| {
        let before = desk.contents();
        answers.lock().unwrap().push((why, desk.desk.redeem(code, key).unwrap_err()));
        assert_eq!(desk.contents(), before, "{why}");
    };
    let invite = |number: u8, handle: &str| {
        let code = code(number);
        desk.desk.invite(&olga, handle, &code).unwrap();
        code.to_string()
    };
    for nonsense in ["", "-", "nonsense", "0000", &"A".repeat(100_000), "\0\u{1b}[2J", "ana", "%", "' OR 1=1 --"] {
        fails("not a code", nonsense, &key(1));
    }
    fails("never was", &code(9).to_string(), &key(1));

    let first = invite(1, "ana");
    let second = invite(2, "ana");
    fails("replaced", &first, &key(1));
    desk.desk.redeem(&second, &key(1)).unwrap();
    fails("used", &second, &key(2));

    let late = invite(3, "ben");
    desk.later(24 * 60);
    fails("expired", &late, &key(2));
    let in_time = invite(4, "ben");
    desk.later(24 * 60 - 1);
    desk.desk.redeem(&in_time, &key(3)).unwrap();

    let inactive = invite(5, "cleo");
    desk.switch_off("cleo");
    fails("switched off", &inactive, &key(4));
    desk.change("cleo", &AgentChange { active: Some(true), ..AgentChange::default() });
    fails("a key that lets somebody in", &inactive, &key(1));
    desk.desk.revoke_key(&olga, &key(1).fingerprint).unwrap();
    fails("a key that was revoked", &inactive, &key(1));
    fails("no key", &inactive, &PublicKey { blob: String::new(), ..key(5) });
    desk.desk.redeem(&inactive, &key(4)).unwrap();

    let role = |handle: &str, role| desk.change(handle, &AgentChange { role: Some(role), ..AgentChange::default() });
    let by_adam = code(6);
    desk.desk.invite(&desk.agent("adam"), "dev", &by_adam).unwrap();
    role("dev", Role::Owner);
    fails("made an owner since, invited by an admin", &by_adam.to_string(), &key(6));
    role("dev", Role::Agent);
    role("adam", Role::Agent);
    fails("the inviter is no admin any more", &by_adam.to_string(), &key(6));
    role("adam", Role::Admin);
    desk.switch_off("adam");
    fails("the inviter is switched off", &by_adam.to_string(), &key(6));
    desk.change("adam", &AgentChange { active: Some(true), ..AgentChange::default() });
    desk.desk.redeem(&by_adam.to_string(), &key(6)).unwrap();

    let answers = answers.into_inner().unwrap();
    for (why, answer) in &answers {
        assert_eq!(answer, &answers[0].1, "{why}");
    }
    insta::assert_snapshot!(answers[0].1.to_string(), @"This code does not let this key in. Look whether it was copied whole, or ask an administrator for a new one: a code works once and for a day, with a key that is new to the desk.");
}

#[test]
fn an_invite_for_who_is_switched_off_is_refused_to_who_makes_it() {
    let desk = TestDesk::new();
    desk.switch_off("cleo");
    let denied = desk.desk.invite(&desk.agent("adam"), "cleo", &code(1)).unwrap_err();
    assert!(denied.to_string().contains("switched off"), "{denied}");
}

#[test]
fn the_last_use_of_a_key_is_written_once_a_minute() {
    let desk = TestDesk::new();
    desk.desk.add_key(&desk.agent("olga"), "ana", &key(1)).unwrap();
    let ana = desk.desk.admit_key(&key(1).fingerprint).unwrap().unwrap();
    let used = || desk.desk.keys(&ana).unwrap()[0].used;
    assert_eq!(used(), None, "offering it is no use");
    desk.desk.mark_key_used(&ana).unwrap();
    let first = desk.desk.now();
    assert_eq!(used(), Some(first));
    let before = desk.contents();
    desk.desk.mark_key_used(&ana).unwrap();
    desk.desk.mark_key_used(&desk.agent("ana")).unwrap();
    assert_eq!(desk.contents(), before);
    desk.later(1);
    desk.desk.mark_key_used(&ana).unwrap();
    assert_eq!(used(), Some(first + Duration::minutes(1)));
}

#[test]
fn adding_and_revoking_is_in_the_audit_log_with_the_fingerprint() {
    let desk = TestDesk::new();
    let adam = desk.agent("adam");
    desk.desk.add_key(&adam, "ana", &key(1)).unwrap();
    desk.desk.revoke_key(&desk.agent("ana"), &key(1).fingerprint).unwrap();
    let log = desk.desk.audit(&adam, None, 2).unwrap();
    let detail = format!("ana {}", key(1).fingerprint);
    let lines: Vec<_> =
        log.iter().map(|row| (row.agent.as_deref().unwrap(), row.action.as_str(), row.detail.as_str())).collect();
    assert_eq!(lines, [("ana", "key-revoked", detail.as_str()), ("adam", "key-added", detail.as_str())]);
}

#[test]
fn who_administers_lets_in_and_shuts_out_on_the_screen() {
    let desk = TestDesk::new();
    let mut adam = Seat::new(&desk, "adam");
    adam.keys("A 2 j s i");
    let code = match adam.session.model().layers.last() {
        Some(Layer::Keys(keys)) => keys.invite.as_ref().map(|invite| invite.code.clone()).unwrap(),
        other => panic!("not the keys: {other:?}"),
    };
    let shown = adam.shown();
    assert!(shown.contains("Keys of @ana") && shown.contains(&code), "{shown}");
    let ana = desk.desk.redeem(&code, &key(1)).unwrap();
    assert_eq!(ana.handle, "ana");
    let mut at_work = Seat::of(&desk, ana, (120, 40));
    assert!(adam.shown().contains("SHA256:000000000001"), "the new key is on the screen at once");
    adam.keys("x y");
    assert!(adam.shown().contains("revoked now"), "{}", adam.shown());
    assert!(at_work.shown().contains("The key that you came in with was revoked."));
    adam.keys("Esc G s i");
    let shown = adam.shown();
    assert!(shown.contains("Keys of @olga") && shown.contains("Keys and invites of owners are for owners."), "{shown}");
}

/// Over SSH an export goes out as slowly as its reader reads: what was taken away meanwhile does not go out any more.
#[test]
fn an_export_stops_with_the_key_and_leaves_out_what_was_lost_meanwhile() {
    let desk = TestDesk::with_privacy();
    let olga = desk.agent("olga");
    let [first, second, third] = [(); 3].map(|()| desk.arrival());
    desk.desk.add_key(&olga, "adam", &key(1)).unwrap();
    let adam = desk.desk.admit_key(&key(1).fingerprint).unwrap().unwrap();
    for id in [second, third] {
        desk.does("olga", id, make(Privacy::Private, true));
    }
    desk.does("olga", third, Command::Assign("ben".into()));
    let exported = |meanwhile: &dyn Fn()| {
        let mut count = 0;
        let outcome = desk.desk.export(&adam, &mut |_, _, _| {
            count += 1;
            meanwhile();
            true
        });
        (count, told(outcome))
    };
    assert_eq!(exported(&|| ()), (3, "yes".into()), "{first} {second} {third}");
    let role = |role| AgentChange { role: Some(role), ..AgentChange::default() };
    let demote = || drop(desk.desk.set_agent(&olga, "adam", &role(Role::Agent)).unwrap());
    assert_eq!(exported(&demote), (1, "yes".into()), "the private ones are not adam's any more");
    desk.desk.set_agent(&olga, "adam", &role(Role::Admin)).unwrap();
    let revoke = || drop(desk.desk.revoke_key(&olga, &key(1).fingerprint).unwrap());
    assert_eq!(exported(&revoke), (1, "R5.6".into()));
}
