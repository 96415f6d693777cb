//! The demo desk: its script is played without a refusal and leaves what it says.

use chrono::{DateTime, Duration, TimeZone as _, Utc};
use deskline::{
    demo::{
        build::{self, DemoDesk},
        cues::{NoticeKind as Told, When},
        fill,
        large::LargeDesk,
        live::Live,
        people,
        script::{self, Script},
        thread::{ScriptedConversation, Who},
        write_back,
    },
    desk::{
        Clock, Desk,
        page::{
            ConversationRow, Denied, ListStart, ListWants, Listed, NoticeKind, Opened, Page, Thread, ThreadStart,
            ThreadWants, Wants,
        },
    },
    domain::{
        command::{Command, Writing},
        conversation::{Audience, State},
        history::PastConversation,
        id::ConversationId,
        section::{Part, Section},
    },
};
use std::{
    sync::{Arc, Mutex, PoisonError, Weak, mpsc::channel},
    time::Instant,
};

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 5, 4, 9, 30, 0).single().expect("a real time")
}

struct Played {
    script: Script,
    demo: DemoDesk,
    _folder: tempfile::TempDir,
}

/// One played desk for all tests that only look at it, for as long as one of them runs.
fn played() -> Arc<Played> {
    static SHARED: Mutex<Weak<Played>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    let played = shared.upgrade().unwrap_or_else(|| Arc::new(play()));
    *shared = Arc::downgrade(&played);
    played
}

fn play() -> Played {
    let folder = tempfile::tempdir().expect("a folder for the desk");
    let clock: Clock = Arc::new(now);
    let script = script::built_in();
    let demo = build::build(&folder.path().join("demo.db"), &script, &clock).expect("no refusal");
    Played { script, demo, _folder: folder }
}

impl Played {
    fn page(&self, handle: &str, wants: &Wants) -> Page {
        let viewer = self.demo.desk.admit(Some(handle)).expect("an active agent");
        self.demo.desk.read(&viewer, wants).expect("a page")
    }

    fn open(&self, handle: &str, name: &str) -> Opened {
        let thread = ThreadWants { conversation: self.demo.numbers[name], start: ThreadStart::End, entries: 1_000 };
        self.page(handle, &Wants { thread: Some(thread), ..Wants::default() }).opened.expect("an answer")
    }

    /// The conversation as somebody sees it who always can: the owner, or the starter of a direct one.
    fn thread(&self, scripted: &ScriptedConversation) -> Thread {
        let handle = match (&scripted.messages[0].from, scripted.audience) {
            (Who::Agent(handle), Audience::Internal) => handle.as_str(),
            _ => "olga",
        };
        match self.open(handle, &scripted.name) {
            Opened::Thread(thread) => *thread,
            other => panic!("{}: {other:?}", scripted.name),
        }
    }

    fn rows(&self, handle: &str, section: Section) -> Vec<ConversationRow> {
        let list = ListWants { section, start: ListStart::Top, rows: 1_000 };
        match self.page(handle, &Wants { list: Some(list), ..Wants::default() }).list.expect("a list").rows {
            Listed::Conversations(rows) => rows,
            Listed::Items(_) => panic!("{section} lists items"),
        }
    }
}

#[test]
fn the_script_is_played_without_a_refusal_and_ends_as_it_says() {
    let played = played();
    for scripted in &played.script.conversations {
        let thread = played.thread(scripted);
        let row = &thread.row;
        let name = &scripted.name;
        assert_eq!(row.audience, scripted.audience, "{name}");
        assert_eq!(row.privacy, scripted.privacy, "{name}");
        assert_eq!(row.state, scripted.state, "{name}");
        assert_eq!(row.group, scripted.group, "{name}");
        assert_eq!(row.assignee.as_ref().map(|person| &person.address), scripted.assignee.as_ref(), "{name}");
        let item = scripted.item.as_ref().map(|item| played.script.item(item).expect("an item"));
        let linked = row.item.as_ref().map(|item| (item.key.kind, item.title.as_str()));
        assert_eq!(linked, item.map(|item| (item.kind, item.title.as_str())), "{name}");
        let followed = scripted.follow_up_to.as_ref().map(|name| played.demo.numbers[name]);
        assert_eq!(row.follow_up_to, followed, "{name}");
        let requester = scripted.requester.as_ref().map(|id| &played.script.customer(id).expect("a customer").name);
        assert_eq!(row.requester.as_ref().map(|person| &person.name), requester, "{name}");
        let words: Vec<&str> =
            scripted.messages.iter().map(|entry| entry.text.trim()).filter(|it| !it.is_empty()).collect();
        let said: Vec<&str> = thread
            .entries
            .iter()
            .filter(|entry| entry.kind != deskline::domain::conversation::EntryKind::System)
            .map(|entry| entry.text.trim())
            .collect();
        assert_eq!(said, words, "{name}");
        let minutes = (now() - row.at).num_minutes();
        let last = scripted.messages.iter().rfind(|entry| !entry.text.is_empty()).expect("words").at;
        assert_eq!(-minutes, last, "{name}");
    }
    let numbers: Vec<_> = played.script.conversations.iter().map(|one| played.demo.numbers[&one.name]).collect();
    assert!(numbers.is_sorted(), "numbers grow with time: {numbers:?}");
    assert_eq!(played.demo.desk.check(&mut |_, _| true).expect("a look"), Vec::<String>::new());
}

#[test]
fn every_section_lists_something_for_owner_and_agent() {
    let played = played();
    for handle in ["olga", "ana"] {
        let page = played.page(handle, &Wants::default());
        for row in &page.sections {
            assert!(row.total > 0, "{} is empty for {handle}", row.section);
        }
        assert!(page.badge > 0 && page.bell > 0, "{handle}");
        for section in [Section::Open, Section::CustomerReplies] {
            let rows = played.rows(handle, section);
            assert!(rows.iter().any(|row| row.unread) && rows.iter().any(|row| !row.unread), "{handle} {section}");
        }
    }
    let of = |handle: &str| {
        played.page(handle, &Wants::default()).sections.iter().map(|row| row.section).collect::<Vec<_>>()
    };
    assert_eq!(of("olga").len(), 11);
    assert_eq!(of("ana").len(), 9);
    assert!(!of("dev").contains(&Section::Open), "R3.5: From Customers is off");
}

#[test]
fn the_bells_of_the_script_have_rung() {
    let played = played();
    let mut bells = Vec::new();
    for notice in &played.script.notices {
        let page = played.page(&notice.agent, &Wants { notices: Some(1_000), ..Wants::default() });
        let number = played.demo.numbers[&notice.conversation];
        let kinds: &[NoticeKind] = match notice.kind {
            Told::Arrived => &[NoticeKind::NewConversation],
            Told::Replied => {
                &[NoticeKind::CustomerMessage, NoticeKind::AgentReply, NoticeKind::Note, NoticeKind::InternalMessage]
            }
            Told::Mentioned => &[NoticeKind::Mention],
            Told::Assigned => &[NoticeKind::Assigned],
        };
        let found = page.notices.expect("notices").into_iter().find(|row| {
            row.conversation == Some(number)
                && kinds.contains(&row.kind)
                && row.at.is_none_or(|at| (at - now()).num_minutes() == notice.at)
        });
        if found.is_none() {
            bells.push(format!("{} {} {:?} {}", notice.agent, notice.conversation, notice.kind, notice.at));
        }
    }
    assert_eq!(bells, Vec::<String>::new());
}

#[test]
fn who_was_told_and_lost_access_gets_the_restricted_screen() {
    let played = played();
    for handle in ["ana", "ben", "cleo"] {
        let notices =
            played.page(handle, &Wants { notices: Some(1_000), ..Wants::default() }).notices.expect("notices");
        let restricted = notices.iter().find(|row| row.text.is_none() && !row.read);
        let row = restricted.unwrap_or_else(|| panic!("{handle} has no restricted notice"));
        let conversation = row.conversation.expect("a conversation");
        let thread = ThreadWants { conversation, start: ThreadStart::End, entries: 9 };
        let opened = played.page(handle, &Wants { thread: Some(thread), ..Wants::default() }).opened;
        assert_eq!(opened, Some(Opened::Restricted(conversation)), "R6.6");
    }
}

#[test]
fn drafts_wait_even_before_a_lock() {
    let played = played();
    for draft in &played.script.drafts {
        match played.open(&draft.agent, &draft.conversation) {
            Opened::Thread(thread) => {
                let kept: Vec<&str> = thread.drafts.iter().map(|draft| draft.text.as_str()).collect();
                assert_eq!(kept, [draft.text.as_str()], "{}", draft.conversation);
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn people_are_as_the_script_says() {
    let played = played();
    let page = played.page("olga", &Wants { team: true, ..Wants::default() });
    for scripted in &played.script.agents {
        let agents = page.agents.as_ref().expect("agents");
        let row = agents.iter().find(|row| row.agent.handle == scripted.handle).expect("the agent");
        assert_eq!((row.agent.role, row.agent.active), (scripted.role, scripted.active));
        assert_eq!(row.agent.from_customers, scripted.from_customers);
        assert_eq!(row.groups, scripted.groups);
    }
    let olga = played.demo.desk.admit(Some("olga")).expect("the owner");
    let customers = played.demo.desk.list_customers(&olga, "", 1_000).expect("customers");
    for scripted in &played.script.customers {
        let row = customers.iter().find(|row| row.person.address == scripted.address);
        let row = row.unwrap_or_else(|| panic!("{} never turned up", scripted.id));
        assert_eq!(row.person.name, scripted.name);
        assert_eq!(row.organization, scripted.organization);
        assert_eq!(row.blocked, scripted.blocked);
    }
    let items = played.demo.desk.list_items(&olga, None, 1_000).expect("items");
    for scripted in &played.script.items {
        let row = items.iter().find(|row| row.item.title == scripted.title).expect("the item");
        assert_eq!((row.item.key.kind, row.status), (scripted.kind, scripted.status), "{}", scripted.name);
        assert_eq!(row.assignee.as_ref().map(|person| &person.address), scripted.assignee.as_ref());
        let project = scripted.project.as_ref().map(|name| &played.script.item(name).expect("a project").title);
        assert_eq!(row.project.as_ref().map(|item| &item.title), project);
    }
}

#[test]
fn customers_write_back_to_a_reply_and_to_a_close_until_nobody_watches() {
    let folder = tempfile::tempdir().expect("a folder for the desk");
    let time = Arc::new(Mutex::new(now()));
    let clock: Clock = {
        let time = Arc::clone(&time);
        Arc::new(move || *time.lock().expect("the clock"))
    };
    let later = |seconds| *time.lock().expect("the clock") += Duration::seconds(seconds);
    let mut script = script::built_in();
    script.arrivals.clear();
    let demo = build::build(&folder.path().join("demo.db"), &script, &clock).expect("no refusal");
    let live = Live::new(&script, &demo.numbers, now());
    let watching = write_back::begin(&demo.desk, live, "olga").expect("an owner");
    let ana = demo.desk.admit(Some("ana")).expect("ana");
    let conversation = demo.numbers["dana-refund"];
    let thread = || {
        let thread = ThreadWants { conversation, start: ThreadStart::End, entries: 1 };
        let page = demo.desk.read(&ana, &Wants { thread: Some(thread), ..Wants::default() }).expect("a page");
        match page.opened {
            Some(Opened::Thread(thread)) => *thread,
            other => panic!("{other:?}"),
        }
    };
    let words_for = |when| {
        &script.answers.iter().find(|it| it.conversation == "dana-refund" && it.when == when).expect("an answer").text
    };
    // Every commit rings; so does the customer's own message.
    let (bell, rung) = channel();
    demo.desk.listen(Box::new(move |_| bell.send(()).is_ok()));
    let written = |wanted: &str| {
        let deadline = Instant::now() + std::time::Duration::from_secs(20);
        while thread().row.last.is_none_or(|last| last.text != wanted.trim()) {
            assert!(Instant::now() < deadline, "nobody wrote “{wanted}”");
            // The clock stands still, so something has to wake the customers once it was moved.
            demo.desk.run(&ana, conversation, Command::Unfollow).expect("unfollowed");
            demo.desk.run(&ana, conversation, Command::Follow).expect("followed");
            let _ = rung.recv_timeout(std::time::Duration::from_millis(20));
        }
    };
    let reply = Command::Reply(Writing { text: "It hides behind the dots.".into(), ..Writing::default() });
    demo.desk.run(&ana, conversation, reply).expect("a reply");
    later(60);
    written(words_for(When::Reply));
    demo.desk.run(&ana, conversation, Command::Close).expect("closed");
    later(60);
    written(words_for(When::Close));
    assert_eq!(thread().row.state, State::Open, "R2.3: a customer's message re-opens it");
    drop(watching);
    let reply = Command::Reply(Writing { text: "Thank you.".into(), ..Writing::default() });
    demo.desk.run(&ana, conversation, reply).expect("a reply");
    later(600);
    demo.desk.run(&ana, conversation, Command::MarkUnread).expect("a write that rings");
    assert_eq!(thread().row.last.map(|last| last.text).as_deref(), Some("Thank you."));
}

#[test]
fn one_can_be_everybody_who_works_there() {
    let people = people::people(&script::built_in());
    let handles: Vec<&str> = people.iter().map(|one| one.handle.as_str()).collect();
    assert_eq!(handles, ["olga", "adam", "ana", "ben", "cleo", "dev"]);
    assert!(people.iter().all(|one| one.shows.ends_with('.') && !one.name.is_empty()));
}

fn filled(folder: &tempfile::TempDir, name: &str, seed: u64) -> Desk {
    fill::build(&folder.path().join(name), 2_000, seed, &mut |_, _| true).expect("a filled desk")
}

fn exported(desk: &Desk) -> Vec<PastConversation> {
    let owner = desk.admit(Some("olga")).expect("the owner");
    let mut all = Vec::new();
    desk.export(&owner, &mut |one, _, _| {
        all.push(one);
        true
    })
    .expect("an export");
    all
}

#[test]
fn the_same_seed_fills_the_same_desk() {
    let folder = tempfile::tempdir().expect("a folder for the desks");
    let (first, again, other) =
        (filled(&folder, "first.db", 1), filled(&folder, "again.db", 1), filled(&folder, "other.db", 2));
    let all = exported(&first);
    assert_eq!(all, exported(&again));
    assert_ne!(all, exported(&other));
    assert_eq!(first.check(&mut |_, _| true).expect("a look"), Vec::<String>::new());
    let seen = |desk: &Desk, handle: &str| {
        let viewer = desk.admit(Some(handle)).expect("an active agent");
        let page = desk.read(&viewer, &Wants { team: true, ..Wants::default() }).expect("a page");
        (
            page.badge,
            page.bell,
            page.sections,
            page.agents,
            desk.list_customers(&viewer, "", 10_000),
            desk.list_items(&viewer, None, 10_000),
        )
    };
    for handle in ["olga", "ana", "dev"] {
        assert_eq!(seen(&first, handle), seen(&again, handle), "{handle}");
    }
}

#[test]
fn a_filled_desk_is_what_was_planned() {
    let folder = tempfile::tempdir().expect("a folder for the desk");
    let desk = filled(&folder, "desk.db", 1);
    let plan = LargeDesk::new(2_000, 1);
    let olga = desk.admit(Some("olga")).expect("the owner");
    let ana = desk.admit(Some("ana")).expect("an agent");
    let items = desk.list_items(&olga, None, 10_000).expect("items");
    let planned: Vec<_> = plan.items().collect();
    assert_eq!(items.len(), planned.len());
    for (row, item) in items.iter().rev().zip(&planned) {
        assert_eq!((row.item.key.kind, row.status), (item.kind, item.status));
        let project = item.project.map(|place| planned[place as usize].title.as_str());
        assert_eq!(row.project.as_ref().map(|project| project.title.as_str()), project);
        assert_eq!(row.requester.is_some(), item.requester.is_some());
        assert_eq!(row.assignee.is_some(), item.assignee.is_some());
    }
    let (mut messages, mut unread, mut read) = (0, 0, 0);
    for (conversation, number) in plan.conversations().zip(1..) {
        messages += conversation.messages.len();
        if conversation.audience == Audience::Internal && conversation.item.is_none() {
            continue;
        }
        let thread = ThreadWants { conversation: ConversationId(number), start: ThreadStart::End, entries: 100 };
        let page = desk.read(&olga, &Wants { thread: Some(thread.clone()), ..Wants::default() }).expect("a page");
        let Some(Opened::Thread(thread_page)) = page.opened else { panic!("#{number} is not there") };
        let row = thread_page.row;
        assert_eq!(row.subject, conversation.subject.trim(), "#{number}");
        assert_eq!(
            (row.audience, row.privacy, row.state),
            (conversation.audience, conversation.privacy, conversation.state)
        );
        assert_eq!(row.assignee.is_some(), conversation.assignee.is_some());
        assert_eq!(row.group.is_some(), conversation.group.is_some());
        let item = conversation.item.map(|place| planned[place as usize].title.as_str());
        assert_eq!(row.item.as_ref().map(|item| item.title.as_str()), item, "#{number}");
        assert_eq!(thread_page.entries.len(), conversation.messages.len());
        if conversation.state == State::Open {
            let page = desk.read(&ana, &Wants { thread: Some(thread), ..Wants::default() }).expect("a page");
            if let Some(Opened::Thread(thread)) = page.opened {
                *(if thread.row.unread { &mut unread } else { &mut read }) += 1;
            }
        }
    }
    assert_eq!(messages, 2_000);
    assert!(read > 0 && read < unread, "{read} read, {unread} unread");
    for row in desk.read(&ana, &Wants::default()).expect("a page").sections {
        // Of internal ones there are six in a hundred, not for everybody.
        let certain = row.section.part() != Part::MyConversations || row.section == Section::CustomerReplies;
        assert!(row.total > 0 || !certain, "{} is empty", row.section);
    }
}

#[test]
fn filling_can_be_interrupted_and_takes_no_file_that_is_there() {
    let folder = tempfile::tempdir().expect("a folder for the desk");
    let file = folder.path().join("desk.db");
    let outcome = fill::build(&file, 6_000, 1, &mut |done, total| {
        assert_eq!(total, 6_000);
        done > 4_000
    });
    assert!(matches!(outcome, Err(Denied::Failed(text)) if text.starts_with("Interrupted")));
    let before = std::fs::read(&file).expect("the unfinished file");
    assert!(fill::build(&file, 10, 1, &mut |_, _| true).is_err());
    assert_eq!(std::fs::read(&file).expect("the same file"), before);
}
