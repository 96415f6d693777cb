//! Open, closed, locked: whatever anybody asks for in whatever order, and from two programs at once, nothing jumps a step
//! and nobody writes into a locked conversation (R2.2 to R2.9).

use crate::{
    desks::{TestDesk, add_agent, add_customer, assign, inbound, make, note, reply, text},
    histories::count,
};
use deskline::{
    demo::random::Random,
    desk::{
        Desk, NewItem,
        page::{Denied, DraftPlace, Entry, Mode, Opened, ThreadStart, ThreadWants, Wants},
    },
    domain::{
        command::{Command, Writing},
        conversation::{EntryKind, Privacy, State},
        id::{ConversationId, EntrySeq, ItemId},
        item::{ItemKey, ItemKind},
        people::Party,
        refusal::RefusalKind,
    },
};
use proptest::prelude::*;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

const TICKET: ItemKey = ItemKey { kind: ItemKind::Ticket, id: ItemId(1) };

/// One thing somebody asks for.
#[derive(Debug, Clone)]
enum Asked {
    /// An agent, by place in [`AGENTS`], asks for this.
    Agent(usize, Command),
    /// The customer writes.
    Customer,
}

const AGENTS: &[&str] = &["ana", "ben", "olga"];

fn asked() -> impl Strategy<Value = Asked> {
    let often = prop_oneof![
        Just(Command::Close),
        Just(Command::Reopen),
        Just(Command::Lock),
        Just(Command::Lock),
        Just(Command::Unlock),
        Just(reply("an answer")),
        Just(note("a note")),
    ];
    let seldom = prop_oneof![
        Just(Command::Follow),
        Just(add_agent("dev", true)),
        Just(add_customer("kim@acme.example", true)),
        Just(Command::Remove(Party::Agent("dev".into()))),
        Just(Command::Link { item: TICKET, confirmed: true }),
        Just(Command::Unlink),
        Just(Command::CreateItem { kind: ItemKind::Task, title: Some("a task".into()) }),
        Just(assign("ben")),
        Just(Command::Release { confirmed: true }),
        Just(Command::Forward { group: "Support".into(), confirmed: true }),
        Just(make(Privacy::Private, true)),
        Just(make(Privacy::Public, true)),
        Just(Command::MarkRead(None)),
        Just(Command::MarkUnread),
    ];
    let command = prop_oneof![4 => often, 1 => seldom];
    prop_oneof![6 => (0..AGENTS.len(), command).prop_map(|(who, command)| Asked::Agent(who, command)), 1 => Just(Asked::Customer)]
}

/// R2.2, R2.3, R2.5: the state after a command, and whether it is refused; `None` for the state: as it was.
fn rule(state: State, command: &Command) -> Result<State, &'static str> {
    use State::{Closed, Locked, Open};
    match (command, state) {
        (Command::Close, Open) | (Command::Unlock, Locked) => Ok(Closed),
        (Command::Close | Command::Reopen, Locked) | (Command::Lock, Open) => Err("R2.2"),
        (Command::Lock, Closed) => Ok(Locked),
        (Command::Reopen, Closed) => Ok(Open),
        (Command::Reply(_) | Command::Note(_), Locked) => Err("R2.4"),
        (Command::Reply(_), Closed) => Ok(Open),
        (_, state) => Ok(state),
    }
}

/// What owner and admins may still do while it is locked, which leaves a line; nothing else does but unlocking.
fn speaks_while_locked(command: &Command) -> bool {
    matches!(
        command,
        Command::Unlock
            | Command::Assign(_)
            | Command::Release { .. }
            | Command::Forward { .. }
            | Command::SetPrivacy { .. }
    )
}

/// Every entry, however many windows they fill.
fn entries(desk: &TestDesk, id: ConversationId) -> Vec<Entry> {
    let mut all: Vec<Entry> = Vec::new();
    loop {
        let start = ThreadStart::From(EntrySeq(all.last().map_or(1, |entry| entry.seq.0 + 1)));
        let wants = ThreadWants { conversation: id, start, entries: 500 };
        let opened = desk.page("olga", &Wants { thread: Some(wants), ..Wants::default() }).opened;
        let Some(Opened::Thread(thread)) = opened else { panic!("{opened:?}") };
        all.extend(thread.entries);
        if !thread.later {
            return all;
        }
    }
}

fn prepared() -> (TestDesk, ConversationId) {
    let desk = TestDesk::with_privacy();
    let new = NewItem {
        kind: ItemKind::Ticket,
        title: "A ticket".into(),
        requester: None,
        project: None,
        description: String::new(),
    };
    desk.desk.add_item(&desk.agent("olga"), &new).expect("an item");
    let id = desk.arrival();
    (desk, id)
}

fn play(history: &[Asked]) {
    let (desk, id) = prepared();
    let (mut state, mut last, mut written) = (State::Open, entries(&desk, id), 1);
    for asked in history {
        match asked {
            Asked::Customer => {
                let received = desk.write_in("mara@example.com", Some(id), "once more");
                if state == State::Locked {
                    assert_ne!(received.conversation, id, "R2.7");
                    assert_eq!(received.follow_up_to, Some(id));
                } else {
                    assert_eq!((received.conversation, received.follow_up_to), (id, None));
                    (state, written) = (State::Open, written + 1);
                }
            }
            Asked::Agent(who, command) => {
                let outcome = desk.run(AGENTS[*who], id, command.clone());
                match (rule(state, command), outcome) {
                    (Ok(next), Ok(done)) => {
                        assert!(next == state || done.changed);
                        let says = matches!(command, Command::Reply(_) | Command::Note(_));
                        (state, written) = (next, written + usize::from(says));
                    }
                    (Err(rule), Err(Denied::Refused(refusal))) => {
                        let hidden = refusal.kind == RefusalKind::Restricted;
                        assert!(refusal.rule == rule || hidden, "{command:?} while {state}: {refusal:?}");
                    }
                    // Rights and access refuse more; they never let pass what the state forbids.
                    (Ok(_), Err(Denied::Refused(_) | Denied::NotFound(_))) | (Err(_), Err(Denied::NotFound(_))) => {}
                    (expected, got) => panic!("{command:?} while {state}: {expected:?} was due, but {got:?}"),
                }
            }
        }
        let now = entries(&desk, id);
        assert_eq!(now[..last.len()], last[..], "what was said stays");
        let before = desk.thread("olga", id).row.state;
        assert_eq!(before, state, "after {asked:?}");
        if let Asked::Agent(_, command) = asked
            && state == State::Locked
            && !matches!(command, Command::Lock)
            && !speaks_while_locked(command)
        {
            assert_eq!(now.len(), last.len(), "{command:?} wrote into a locked conversation (R2.4)");
        }
        last = now;
    }
    assert_eq!(last.iter().filter(|entry| entry.kind != EntryKind::System).count(), written);
    replay(&last);
    assert_eq!(desk.desk.check(&mut |_, _| true).expect("checked"), Vec::<String>::new());
}

/// The thread tells its own story: read from its beginning, no step is jumped and no word stands behind a lock.
fn replay(entries: &[Entry]) -> State {
    let mut state = State::Open;
    let mut entries = entries.iter().peekable();
    while let Some(entry) = entries.next() {
        let line = entry.text.as_str();
        state = match entry.kind {
            EntryKind::Reply if state == State::Closed => {
                let next = entries.next().expect("a reply re-opens in its own transaction (R2.3)");
                assert!(next.text.contains("e-opened"), "{entry:?} and then {next:?}");
                State::Open
            }
            EntryKind::Reply | EntryKind::Note => {
                assert_ne!(state, State::Locked, "{entry:?} was written into a locked conversation");
                state
            }
            EntryKind::System if line.ends_with("unlocked this conversation.") => {
                step(state, State::Locked, State::Closed, line)
            }
            EntryKind::System if line.ends_with("locked this conversation.") => {
                step(state, State::Closed, State::Locked, line)
            }
            EntryKind::System if line.ends_with("closed this conversation.") => {
                step(state, State::Open, State::Closed, line)
            }
            EntryKind::System if line.ends_with("re-opened this conversation.") => {
                step(state, State::Closed, State::Open, line)
            }
            EntryKind::System => state,
        };
    }
    state
}

fn step(state: State, from: State, to: State, line: &str) -> State {
    assert_eq!(state, from, "{line} (R2.2)");
    to
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: u32::try_from(count("DESKLINE_CASES", 24)).unwrap_or(24),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// R2.1 to R2.5, R2.7: any commands of three agents and a customer in any order.
    #[test]
    fn nothing_jumps_a_step_and_nobody_writes_into_a_locked_conversation(history in prop::collection::vec(asked(), 1..40)) {
        play(&history);
    }
}

/// R2.6: two programs on one file, one closing, locking and unlocking, the other replying and noting as fast as they can.
#[test]
fn a_reply_that_races_a_lock_is_written_before_it_or_refused() {
    let (desk, id) = prepared();
    let file = desk.file();
    // Who writes goes on until it met a lock often enough, however the machine shares its time between the two.
    let met = Arc::new(AtomicBool::new(false));
    let racing = |handle: &'static str, seed: u64, commands: Vec<Command>| {
        let (file, met) = (file.clone(), Arc::clone(&met));
        std::thread::spawn(move || {
            let writes = !commands.contains(&Command::Unlock);
            let desk = Desk::open(&file, Arc::new(chrono::Utc::now)).expect("the desk");
            let who = desk.admit(Some(handle)).expect("an agent");
            let mut random = Random::of(seed, 5, 0);
            let (mut done, mut locked) = (0, 0);
            for number in 0..20_000 {
                if writes && number >= count("DESKLINE_RACES", 150) && done > 20 && locked > 5 {
                    met.store(true, Ordering::Relaxed);
                }
                if met.load(Ordering::Relaxed) && done > 20 {
                    break;
                }
                let command = match &commands[random.index(commands.len())] {
                    Command::Reply(writing) => {
                        Command::Reply(Writing { text: format!("{} {number}", writing.text), ..Writing::default() })
                    }
                    other => other.clone(),
                };
                match desk.run(&who, id, command) {
                    Ok(_) => done += 1,
                    Err(Denied::Refused(refusal)) if refusal.kind == RefusalKind::Locked => locked += 1,
                    Err(Denied::Refused(refusal)) if refusal.rule == "R2.2" => {}
                    Err(other) => panic!("{other}"),
                }
                if number % 10 == 0 {
                    let _ = desk.receive(&inbound("mara@example.com", Some(id), &format!("customer {number}")));
                }
            }
            // Whoever is still writing then is not refused for ever.
            if !writes {
                desk.run(&who, id, Command::Unlock).expect("unlocked");
            }
            (done, locked)
        })
    };
    let states = racing("ana", 1, vec![Command::Close, Command::Lock, Command::Unlock, Command::Unlock]);
    let words = racing("ben", 2, vec![reply("answer"), note("note")]);
    let ((done, _), (written, locked)) = (states.join().expect("no panic"), words.join().expect("no panic"));
    assert!(done > 20 && written > 20 && locked > 5, "no race: {done} {written} {locked}");
    let all = entries(&desk, id);
    assert_eq!(replay(&all), desk.thread("olga", id).row.state);
    let told: Vec<&Entry> =
        all.iter().filter(|entry| entry.text.starts_with("answer") || entry.text.starts_with("note")).collect();
    assert_eq!(told.len(), written, "what was acknowledged is there, what was refused is not");
    assert_eq!(desk.desk.check(&mut |_, _| true).expect("checked"), Vec::<String>::new());
}

/// R2.4, R2.6: what was refused because of a lock stays a draft, and can be kept while it is locked.
#[test]
fn a_draft_outlives_the_lock_that_refused_it() {
    let (desk, id) = prepared();
    let place = DraftPlace::Conversation(id);
    let ana = desk.agent("ana");
    desk.desk.save_draft(&ana, &place, Mode::Reply, "nearly sent").expect("kept");
    desk.does("ben", id, Command::Close);
    desk.does("ben", id, Command::Lock);
    let seen = Writing { seen: Some(EntrySeq(1)), ..text("nearly sent") };
    assert_eq!(desk.refused("ana", id, Command::Reply(seen)).kind, RefusalKind::Locked);
    desk.desk.save_draft(&ana, &place, Mode::Note, "and a note").expect("kept while locked");
    let drafts = desk.thread("ana", id).drafts;
    let texts: Vec<(Mode, &str)> = drafts.iter().map(|draft| (draft.mode, draft.text.as_str())).collect();
    assert_eq!(texts, [(Mode::Note, "and a note"), (Mode::Reply, "nearly sent")]);
    desk.does("ben", id, Command::Unlock);
    desk.does("ana", id, reply("nearly sent"));
    assert_eq!(desk.thread("ana", id).drafts.len(), 1, "the one that was sent is gone");
}
