//! Leaks: whatever is hidden from a viewer changes no byte of anything that viewer gets, and no word of it is in there.
//!
//! Two desks live through the same visible things at the same times; on one of them hidden things happen in between.

use crate::{
    desks::{TestDesk, add_agent, add_customer, assign, inbound, make, note, reply, starting, text},
    histories::count,
    mail::letters::{letter, mail, person},
};
use deskline::{
    demo::random::Random,
    desk::{
        AgentChange, ImportOptions, NewAgent, NewItem,
        page::{
            DraftPlace, ListStart, ListWants, Listed, Mode, Opened, SearchWants, ThreadStart, ThreadWants, Viewer,
            Wants,
        },
    },
    domain::{
        command::{Command, StartWith, Writing},
        conversation::{Audience, Privacy},
        envelope::Inbound,
        history::{PastAuthor, PastConversation, PastKind, PastMessage, PastPerson, PastState},
        id::{ConversationId, EntrySeq, ItemId},
        item::{ItemKey, ItemKind, ItemStatus},
        letter::Letter,
        mail::InMail,
        people::{FromCustomers, Notify, Party, Role, Routing},
        section::Section,
        setting::SettingKey,
    },
    store::{Store, outbox},
};

/// Stands in every hidden text, subject, name and address, and nowhere else.
const CANARY: &str = "canary";

/// Who must notice nothing.
const OUTSIDERS: &[&str] = &["ana", "dev", "eve", "finn"];

const TICKET: ItemKey = ItemKey { kind: ItemKind::Ticket, id: ItemId(1) };
const TASK: ItemKey = ItemKey { kind: ItemKind::Task, id: ItemId(2) };
const PROJECT: ItemKey = ItemKey { kind: ItemKind::Project, id: ItemId(3) };

/// Conversations of the common past: a private one, one the outsiders never heard of, two public ones, one internal.
const PRIVATE: ConversationId = ConversationId(1);
const UNHEARD: ConversationId = ConversationId(2);
const PUBLIC: ConversationId = ConversationId(3);
const BILLING: ConversationId = ConversationId(4);
const INTERNAL: ConversationId = ConversationId(5);
const OWN: ConversationId = ConversationId(6);
const NEWEST: i64 = 6;

/// The past that both desks share.
fn beginning() -> TestDesk {
    let desk = TestDesk::with_privacy();
    let olga = desk.agent("olga");
    desk.desk.set_group(&olga, "Support", Routing::Polite).expect("a group");
    for (handle, groups) in [("eve", vec!["Support", "Billing"]), ("finn", vec![])] {
        let groups = groups.into_iter().map(str::to_owned).collect();
        let new = NewAgent { handle: handle.into(), name: handle.to_uppercase(), role: Role::Agent, groups };
        desk.desk.add_agent(&olga, &new).expect("an agent");
    }
    for (handle, scope, notify) in [
        ("ana", FromCustomers::All, Notify::All),
        ("dev", FromCustomers::Off, Notify::All),
        ("eve", FromCustomers::Followed, Notify::Mine),
        ("finn", FromCustomers::Projects, Notify::All),
    ] {
        let (notify_customers, notify_internal) = (Some(notify), Some(notify));
        let change =
            AgentChange { from_customers: Some(scope), notify_customers, notify_internal, ..AgentChange::default() };
        desk.change(handle, &change);
    }
    for (kind, requester) in
        [(ItemKind::Ticket, Some("mara@example.com")), (ItemKind::Task, None), (ItemKind::Project, None)]
    {
        let requester = requester.map(str::to_owned);
        let new = NewItem { kind, title: "A thing to do".into(), requester, project: None, description: String::new() };
        desk.desk.add_item(&olga, &new).expect("an item");
    }
    for handle in ["ana", "finn"] {
        for item in [TASK, PROJECT] {
            desk.desk.follow_item(&desk.agent(handle), item, true).expect("followed");
        }
    }
    // Support was told of it before it was ben's alone.
    desk.set(SettingKey::NewConversationsPrivate, "on");
    desk.write_in("mara@example.com", None, "Something between us");
    desk.does("olga", PRIVATE, assign("ben"));
    let unheard = Inbound { group: None, ..inbound("canary.one@example.com", None, "canary first words") };
    assert_eq!(desk.desk.receive(&unheard).expect("received").conversation, UNHEARD);
    desk.does("olga", UNHEARD, assign("ben"));
    desk.set(SettingKey::NewConversationsPrivate, "off");
    desk.write_in("mara@example.com", None, "A common question");
    let billing = Inbound { group: Some("Billing".into()), ..inbound("jo@example.com", None, "A common invoice") };
    desk.desk.receive(&billing).expect("received");
    let on_task = StartWith::Item { item: TASK, audience: Some(Audience::Internal), customers: vec![], agents: vec![] };
    desk.start("ben", on_task, "common, between us");
    desk.start("ana", StartWith::Agents(vec!["dev".into()]), "common, the two of us");
    desk.does("olga", PUBLIC, add_agent("finn", true));
    desk
}

/// Something that everybody may notice, the same on both desks. Gives what the outsider who did it was told.
fn visible(desk: &TestDesk, random: &mut Random) -> String {
    if random.percent(70) {
        desk.later(1);
    }
    let who = random.pick(OUTSIDERS);
    let public = random.pick(&[PUBLIC, BILLING, INTERNAL, OWN]);
    let number = random.below(1_000);
    let outcome = match random.below(18) {
        17 => {
            let mut letter = letter_of(number, "common");
            letter.to = vec![TestDesk::tagged(&desk.token(PUBLIC, "mara@example.com"))];
            letter.cc = vec![person("Kim", "kim@acme.example")];
            // It says it answers a mail that only some desks ever had.
            letter.references = vec![format!("common{number}@x"), "hidden@x".into()];
            let taken =
                desk.desk.receive_mail(&InMail { raw: format!("common {number}").into_bytes(), ..mail(letter) });
            let taken = taken.expect("taken in");
            return format!("{:?}", (taken.verdict, taken.conversation, taken.message, taken.again));
        }
        14 => desk.desk.accept(&desk.agent(who), public),
        15 => desk.desk.reject(&desk.agent(who), public),
        16 => desk.desk.run(&desk.agent("olga"), public, Command::Release { confirmed: true }),
        0..=2 => desk.desk.run(&desk.agent(who), public, reply(&format!("common answer {number}"))),
        3 => desk.desk.run(&desk.agent(who), public, note(&format!("common note {number} @finn"))),
        4 => desk.desk.run(&desk.agent("ben"), public, reply(&format!("common colleague {number} @ana"))),
        5 => desk.desk.run(&desk.agent(who), public, Command::Close),
        6 => desk.desk.run(&desk.agent("olga"), public, assign(who)),
        7 => desk.desk.run(&desk.agent(who), public, Command::MarkRead(None)),
        8 => desk.desk.run(&desk.agent(who), public, Command::MarkUnread),
        9 => desk.desk.run(&desk.agent(who), public, Command::Follow),
        10 => desk.desk.run(&desk.agent(who), public, add_customer("kim@acme.example", random.percent(70))),
        _ => {
            let words = format!("common words {number}");
            let from = if public == BILLING { "jo@example.com" } else { "mara@example.com" };
            let named = if public == BILLING { BILLING } else { PUBLIC };
            return format!("{:?}", desk.desk.receive(&inbound(from, Some(named), &words)));
        }
    };
    format!("{outcome:?}")
}

/// A mail of mara's, the same for the same number.
fn letter_of(number: u64, words: &str) -> Letter {
    let text = format!("{words} mail {number}");
    Letter { message_id: Some(format!("common{number}@x")), ..letter("mara@example.com", words, &text) }
}

/// Something that no outsider may notice. The clock stands still.
fn hidden(desk: &TestDesk, random: &mut Random) {
    let words = format!("canary {} common", random.below(1_000));
    let insider = random.pick(&["ben", "olga", "adam"]);
    let place = random.pick(&[PRIVATE, PRIVATE, UNHEARD]);
    let run = |handle: &str, id: ConversationId, command: Command| {
        let _ = desk.desk.run(&desk.agent(handle), id, command);
    };
    match random.below(22) {
        18 => {
            let mut letter = letter_of(random.below(1_000), &words);
            letter.message_id = Some("hidden@x".into());
            letter.cc = vec![person("canary", "canary.three@example.com")];
            letter.to = vec![TestDesk::tagged(&desk.token(PRIVATE, "mara@example.com"))];
            desk.desk.receive_mail(&mail(letter)).expect("taken in");
        }
        19 => {
            let unreadable = InMail { letter: Err(words), ..mail(letter_of(1, "canary")) };
            desk.desk.receive_mail(&unreadable).expect("taken in");
        }
        20 => {
            let _ = desk.desk.merge(&desk.agent("olga"), UNHEARD, PRIVATE, true);
            if random.percent(60) {
                let _ = desk.desk.undo_merge(&desk.agent("olga"), UNHEARD);
            }
        }
        0..=1 => run(insider, place, reply(&words)),
        2..=3 => run(insider, place, note(&format!("{words} @ana @dev @eve @finn"))),
        4 => run("olga", place, assign(random.pick(&["ben", "cleo"]))),
        5 => run(insider, place, Command::Close),
        6 => run(insider, place, Command::Lock),
        7 => run(insider, place, Command::Unlock),
        8 => run(insider, place, add_agent(random.pick(OUTSIDERS), true)),
        9 => run("olga", place, Command::Add { party: Party::Group("Billing".into()), confirmed: true }),
        10 => run("olga", place, add_customer("canary.two@example.com", true)),
        11 => run("olga", place, Command::Link { item: random.pick(&[TASK]), confirmed: true }),
        12 => run(insider, place, Command::MarkRead(None)),
        13 => {
            let _ = desk.desk.receive(&inbound("mara@example.com", Some(PRIVATE), &words));
        }
        14 => {
            desk.set(SettingKey::NewConversationsPrivate, "on");
            let number = random.below(5);
            let from = format!("canary.{number}@canary.example");
            let subject = Some("canary subject".to_owned());
            let new = Inbound { group: None, subject, ..inbound(&from, None, &words) };
            let received = desk.desk.receive(&new).expect("received");
            desk.set(SettingKey::NewConversationsPrivate, "off");
            run("olga", received.conversation, assign(random.pick(&["ben", "cleo", "adam"])));
            run("olga", received.conversation, Command::Link { item: TASK, confirmed: true });
        }
        15 => {
            let with = StartWith::Agents(vec!["cleo".into(), "adam".into()]);
            let _ = desk.desk.start(&desk.agent("ben"), &starting(with, &words));
        }
        16 => {
            // Who sees a private customer conversation on the item starts a private one there (R6.9).
            run("olga", PRIVATE, Command::Link { item: TASK, confirmed: true });
            let with = StartWith::Item {
                item: TASK,
                audience: Some(Audience::Internal),
                customers: vec![],
                agents: vec!["cleo".into()],
            };
            let _ = desk.desk.start(&desk.agent("olga"), &starting(with, &words));
        }
        17 => {
            let place = DraftPlace::Conversation(PUBLIC);
            desk.desk.save_draft(&desk.agent(insider), &place, Mode::Reply, &words).expect("kept");
        }
        _ => {
            let past = hidden_past(random.below(4), &words);
            desk.desk.import(&desk.agent("olga"), &[past], &ImportOptions::default()).expect("imported");
        }
    }
}

fn hidden_past(number: u64, words: &str) -> PastConversation {
    let person = |address: &str| PastPerson { address: address.into(), name: "Canary".to_lowercase() };
    PastConversation {
        key: format!("canary:{number}"),
        subject: "canary past".into(),
        internal: false,
        private: true,
        state: PastState::Open,
        requester: Some(person("canary.past@example.com")),
        customers: Vec::new(),
        agents: Vec::new(),
        assignee: Some("cleo".into()),
        group: Some("Support".into()),
        item: None,
        channel: "email".into(),
        messages: vec![PastMessage {
            key: "1".into(),
            kind: PastKind::Reply,
            author: PastAuthor::Customer(person("canary.past@example.com")),
            at: crate::desks::beginning(),
            text: words.into(),
            attachments: Vec::new(),
        }],
    }
}

/// Everything that one viewer can get without changing anything, labelled, as bytes.
pub fn everything(desk: &TestDesk, handle: &str) -> Vec<(String, String)> {
    let who = desk.agent(handle);
    let mut all = Vec::new();
    let mut say = |label: String, value: String| all.push((label, value));
    let page = |wants: &Wants| format!("{:?}", desk.desk.read(&who, wants));
    let rest = Wants {
        team: true,
        customers: Some(String::new()),
        items: Some(String::new()),
        keys: true,
        settings: true,
        audit: Some(1_000),
        notices: Some(1_000),
        draft: Some(DraftPlace::NewWithCustomer),
        ..Wants::default()
    };
    say("the page".into(), page(&rest));
    for text in [CANARY, "mara", "example"] {
        let customers = Wants { customers: Some(text.into()), items: Some(text.into()), ..Wants::default() };
        say(format!("customers and items like {text}"), page(&customers));
    }
    for section in Section::ALL {
        for (start, rows) in [(ListStart::Top, 1), (ListStart::Top, 2), (ListStart::Top, 1_000), (ListStart::Bottom, 2)]
        {
            let list = Some(ListWants { section: *section, start: start.clone(), rows });
            say(format!("{section} {start:?} {rows}"), page(&Wants { list, ..Wants::default() }));
        }
    }
    for id in (1..=NEWEST + 30).map(ConversationId) {
        for start in [ThreadStart::End, ThreadStart::From(EntrySeq(1)), ThreadStart::Before(EntrySeq(3))] {
            let thread = Some(ThreadWants { conversation: id, start, entries: 50 });
            say(format!("#{id} {start:?}"), page(&Wants { thread, ..Wants::default() }));
        }
    }
    for item in 1..=6 {
        say(format!("item {item}"), page(&Wants { item: Some(ItemId(item)), ..Wants::default() }));
    }
    searches(desk, &who, &mut say);
    let mut exported = Vec::new();
    let count = desk.desk.export(&who, &mut |past, done, total| {
        exported.push(format!("{done}/{total} {past:?}"));
        true
    });
    say("the export".into(), format!("{count:?} {exported:?}"));
    say("offers".into(), format!("{:?}", desk.desk.offers(&who)));
    if !["olga", "adam"].contains(&handle) {
        for id in [PUBLIC, BILLING, INTERNAL, OWN] {
            mails(desk, &who, id, &mut say);
        }
        say("held".into(), format!("{:?} {:?}", desk.desk.held(&who), desk.desk.mailboxes(&who)));
    }
    say("customers".into(), format!("{:?}", desk.desk.list_customers(&who, "", 1_000)));
    say("items".into(), format!("{:?}", desk.desk.list_items(&who, None, 1_000)));
    if !["olga", "adam"].contains(&handle) {
        refusals(desk, &who, &mut say);
    }
    all
}

fn searches(desk: &TestDesk, who: &Viewer, say: &mut dyn FnMut(String, String)) {
    let mut queries: Vec<String> = [
        "common",
        "canary",
        "cana*",
        "canary common",
        "\"canary past\"",
        "before:2100-01-01",
        "after:2000-01-01 common",
        "is:unread",
        "is:private",
        "is:internal",
        "is:open",
        "is:closed",
        "is:locked common",
        "from:ben",
        "from:canary",
        "from:mara",
        "to:canary",
        "to:mara",
        "assignee:ben",
        "assignee:cleo",
        "assignee:none",
        "group:Support",
        "group:Billing",
        "item:TS-2",
        "item:TK-1 common",
        "has:attachment",
        "colleague",
    ]
    .map(str::to_owned)
    .to_vec();
    queries.extend((1..=NEWEST + 12).map(|id| format!("#{id}")));
    for query in queries {
        for hits in [1, 2, 1_000] {
            let mut after = None;
            for number in 1..200 {
                let search = Some(SearchWants { query: query.clone(), after, hits });
                let page = desk.desk.read(who, &Wants { search, ..Wants::default() }).expect("a page");
                let found = page.search.expect("a search");
                say(format!("search {query} by {hits}, page {number}"), format!("{found:?}"));
                after = found.older;
                if after.is_none() {
                    break;
                }
            }
        }
    }
}

/// What is known of the mails behind a conversation.
fn mails(desk: &TestDesk, who: &Viewer, id: ConversationId, say: &mut dyn FnMut(String, String)) {
    for seq in (1..40).map(EntrySeq) {
        say(format!("why #{id} {seq}"), format!("{:?}", desk.desk.why(who, id, seq)));
        say(format!("the mail of #{id} {seq}"), format!("{:?}", desk.desk.mail_head(who, id, seq)));
        // The same mail is the same on both desks but for its token, of which only the length is shown.
        say(format!("the bytes of #{id} {seq}"), format!("{:?}", desk.desk.raw_mail(who, id, seq)));
        say(format!("an attachment of #{id} {seq}"), format!("{:?}", desk.desk.attachment(who, id, seq, 1)));
    }
    say(format!("what #{id} looks like"), format!("{:?}", desk.desk.likenesses(who, id)));
    say(format!("what else #{id} may be merged into"), format!("{:?}", desk.desk.mergeable(who, id)));
    say(format!("whom #{id} names"), format!("{:?}", desk.desk.suggested_people(who, id)));
}

/// Every command on what the viewer cannot see, as on a number that never was.
fn refusals(desk: &TestDesk, who: &Viewer, say: &mut dyn FnMut(String, String)) {
    let commands = [
        reply("hello"),
        note("hello"),
        Command::Reply(Writing { seen: Some(EntrySeq(1)), client_id: Some("x".into()), ..text("hello") }),
        Command::Close,
        Command::Reopen,
        Command::Lock,
        Command::Unlock,
        assign(&who.handle),
        Command::Release { confirmed: false },
        Command::Forward { group: "Billing".into(), confirmed: false },
        Command::Follow,
        Command::Unfollow,
        add_agent("ana", false),
        Command::Remove(Party::Agent("ana".into())),
        Command::Link { item: TICKET, confirmed: false },
        Command::Unlink,
        Command::CreateItem { kind: ItemKind::Task, title: None },
        make(Privacy::Public, false),
        make(Privacy::Private, true),
        Command::MarkRead(None),
        Command::MarkUnread,
    ];
    let unseen = [PRIVATE, UNHEARD].into_iter().chain((NEWEST + 1..NEWEST + 20).map(ConversationId));
    for id in unseen {
        for command in &commands {
            let outcome = desk.desk.run(who, id, command.clone());
            assert!(outcome.is_err(), "{} could {command:?} in #{id}", who.handle);
            say(format!("{command:?} in #{id}"), format!("{outcome:?}"));
        }
        mails(desk, who, id, say);
        say(format!("merging #{id}"), format!("{:?}", desk.desk.merge(who, id, PUBLIC, true)));
        say(format!("merging into #{id}"), format!("{:?}", desk.desk.merge(who, OWN, id, true)));
        say(format!("undoing #{id}"), format!("{:?}", desk.desk.undo_merge(who, id)));
        say(format!("accepting #{id}"), format!("{:?}", desk.desk.accept(who, id)));
        say(format!("rejecting #{id}"), format!("{:?}", desk.desk.reject(who, id)));
        say(
            format!("opening #{id} deliberately"),
            format!("{:?}", desk.desk.open_direct(who, id).map(|opened| opened.is_some())),
        );
        say(format!("the audit of #{id}"), format!("{:?}", desk.desk.audit(who, Some(id), 10)));
        say(
            format!("a customer's view of #{id}"),
            format!("{:?}", desk.desk.customer_view(who, "mara@example.com", Some(id))),
        );
    }
    say("settings".into(), format!("{:?}", desk.desk.settings(who)));
    let with = StartWith::Agents(vec!["nobody".into()]);
    say("starting with nobody".into(), format!("{:?}", desk.desk.start(who, &starting(with, "x"))));
}

fn compare(with: &[(String, String)], without: &[(String, String)], about: &str) {
    for ((label, one), (_, other)) in with.iter().zip(without) {
        if one != other {
            let place = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
            let cut = |text: &str| text.chars().skip(place.saturating_sub(200)).take(500).collect::<String>();
            panic!(
                "{about}: {label} differs\nwith what is hidden:    {}\nwithout what is hidden: {}",
                cut(one),
                cut(other)
            );
        }
    }
    assert_eq!(with.len(), without.len(), "{about}: more answers");
}

/// R5.5, R6.2, R6.3, R6.4, R6.6, R6.7, R6.9, R6.11: hidden things change no byte. DESKLINE_CASES: how many pairs of desks.
#[test]
fn what_is_hidden_from_an_agent_changes_no_byte_that_agent_gets() {
    for seed in 1..=count("DESKLINE_CASES", 3) {
        let (with, without) = (beginning(), beginning());
        let (mut secrets, mut told) = (Random::of(seed, 1, 0), [Random::of(seed, 2, 0), Random::of(seed, 2, 0)]);
        for step in 0..25 {
            for _ in 0..secrets.below(4) {
                hidden(&with, &mut secrets);
            }
            let one = visible(&with, &mut told[0]);
            let other = visible(&without, &mut told[1]);
            assert_eq!(one, other, "seed {seed}, step {step}");
        }
        for handle in OUTSIDERS {
            let about = format!("seed {seed}, {handle}");
            let (one, other) = (everything(&with, handle), everything(&without, handle));
            for (label, bytes) in &one {
                let asked = label.contains(CANARY);
                assert!(asked || !bytes.contains(CANARY), "{about}: {label} holds a hidden word: {bytes}");
            }
            compare(&one, &other, &about);
        }
        // The proof reaches what it speaks of.
        let (one, other) = (everything(&with, "olga"), everything(&without, "olga"));
        assert!(one.iter().zip(&other).any(|(one, other)| one != other && one.1.contains(CANARY)));
    }
}

/// R6.11: a direct conversation of others shows owner and admins no word anywhere until it is opened deliberately.
#[test]
fn direct_conversations_of_others_say_nothing_to_administrators() {
    let desk = beginning();
    let done = desk.start("ben", StartWith::Agents(vec!["cleo".into()]), "canary words");
    desk.does("cleo", done.conversation, reply("canary answer @adam"));
    let before = desk.page("adam", &Wants::default());
    for (label, bytes) in everything(&desk, "adam") {
        let known = label.contains(CANARY) || bytes.contains("canary.one@example.com");
        assert!(known || !bytes.contains(CANARY), "{label} holds a word of a direct conversation: {bytes}");
    }
    let found = |query: &str| {
        let search = Some(SearchWants { query: query.into(), after: None, hits: 100 });
        desk.page("adam", &Wants { search, ..Wants::default() }).search.expect("a search").hits
    };
    assert!(found("canary").iter().all(|hit| hit.conversation.id != done.conversation));
    assert!(found(&format!("#{}", done.conversation)).is_empty());
    assert_eq!(desk.open("adam", done.conversation), Opened::NotFound(done.conversation));
    desk.does("ben", done.conversation, reply("canary once more"));
    let after = desk.page("adam", &Wants::default());
    assert_eq!(before.badge, after.badge);
    assert_eq!(before.sections, after.sections);
    let _opening = desk.desk.open_direct(&desk.agent("adam"), done.conversation).expect("opened");
    assert!(matches!(desk.open("adam", done.conversation), Opened::Thread(_)));
}

/// Who was never told of a private conversation is told of none, however it got a place there (R6.3, R6.6).
#[test]
fn a_dormant_follower_who_was_never_told_gets_not_found() {
    let desk = beginning();
    desk.does("olga", UNHEARD, Command::Link { item: TASK, confirmed: true });
    desk.does("olga", UNHEARD, add_agent("dev", true));
    desk.does("olga", UNHEARD, Command::Add { party: Party::Group("Support".into()), confirmed: true });
    for handle in ["ana", "dev", "finn", "cleo", "eve"] {
        assert_eq!(desk.open(handle, UNHEARD), Opened::NotFound(UNHEARD), "{handle}");
    }
    assert_eq!(desk.open("ana", PRIVATE), Opened::Restricted(PRIVATE), "ana's bell rang for it");
}

/// What agents do among themselves.
fn internal(desk: &TestDesk, random: &mut Random) {
    let words = format!("canary {}", random.below(1_000));
    let run = |handle: &str, command: Command| {
        let _ = desk.desk.run(&desk.agent(handle), PUBLIC, command);
    };
    match random.below(11) {
        0..=2 => run("ana", note(&words)),
        3 => run("olga", assign(random.pick(&["ana", "ben"]))),
        4 => {
            run("ana", Command::Close);
            run("ana", Command::Reopen);
        }
        5 => {
            run("olga", make(Privacy::Private, true));
            run("olga", make(Privacy::Public, true));
        }
        6 => run("olga", add_agent("dev", true)),
        7 => run("olga", Command::Link { item: TICKET, confirmed: true }),
        8 => run("ana", Command::MarkRead(None)),
        9 => {
            let with =
                StartWith::Item { item: TICKET, audience: Some(Audience::Internal), customers: vec![], agents: vec![] };
            let _ = desk.desk.start(&desk.agent("ana"), &starting(with, &words));
        }
        _ => {
            let change = deskline::desk::ItemChange { status: Some(ItemStatus::Done), ..Default::default() };
            desk.desk.set_item(&desk.agent("ana"), TICKET, &change).expect("changed");
        }
    }
}

/// What customers see and are sent of a desk.
fn customers_bytes(desk: &TestDesk) -> String {
    let olga = desk.agent("olga");
    let mut bytes = String::new();
    for customer in ["mara@example.com", "jo@example.com", "kim@acme.example", "lee@acme.example"] {
        bytes += &format!("{customer} {:?}\n", desk.desk.customer_view(&olga, customer, None));
        for id in (1..=NEWEST + 20).map(ConversationId) {
            bytes += &format!("{customer} #{id} {:?}\n", desk.desk.customer_view(&olga, customer, Some(id)));
        }
    }
    let store = Store::open(&desk.file()).expect("the desk's file");
    let reader = store.reader().expect("a reader");
    bytes + &format!("{:?}", outbox::queued(&reader).expect("what is queued"))
}

/// R1.2, R1.4: notes, system lines and internal messages change no byte that a customer sees or is sent.
#[test]
fn what_is_internal_changes_no_byte_that_customers_get() {
    for seed in 1..=count("DESKLINE_CASES", 6) {
        let (with, without) = (beginning(), beginning());
        for desk in [&with, &without] {
            let olga = desk.agent("olga");
            desk.set(SettingKey::OrganizationSharing, "on");
            for address in ["kim@acme.example", "lee@acme.example"] {
                desk.desk.add_customer(&olga, address, None, Some("ACME")).expect("a customer");
            }
        }
        let mut secrets = Random::of(seed, 3, 0);
        for step in 0..12 {
            for _ in 0..secrets.below(4) {
                internal(&with, &mut secrets);
            }
            for desk in [&with, &without] {
                desk.later(1);
                match step % 4 {
                    0 => drop(desk.does("olga", PUBLIC, reply(&format!("Answer {step}")))),
                    1 => {
                        drop(desk.desk.receive(&inbound("mara@example.com", Some(PUBLIC), &format!("Question {step}"))))
                    }
                    2 if step == 2 => drop(desk.does("olga", PUBLIC, add_customer("kim@acme.example", true))),
                    _ => drop(desk.does("olga", BILLING, reply(&format!("Invoice {step}")))),
                }
            }
        }
        let (one, other) = (customers_bytes(&with), customers_bytes(&without));
        assert!(!one.contains(CANARY));
        assert!(one.contains("Answer 8"));
        let both = one.lines().zip(other.lines()).map(|(one, other)| (one.to_owned(), other.to_owned()));
        for (one, other) in both {
            assert_eq!(one, other, "seed {seed}");
        }
    }
}

/// The rows of a list carry nothing of what is not in it: the proof above would notice.
#[test]
fn a_leak_would_be_noticed() {
    let (with, without) = (beginning(), beginning());
    with.does("ben", PUBLIC, note("a public note"));
    let (one, other) = (everything(&with, "ana"), everything(&without, "ana"));
    assert!(one.iter().zip(&other).any(|(one, other)| one != other));
    let Listed::Conversations(rows) = with
        .page(
            "ana",
            &Wants {
                list: Some(ListWants { section: Section::Open, start: ListStart::Top, rows: 10 }),
                ..Wants::default()
            },
        )
        .list
        .expect("a list")
        .rows
    else {
        panic!("conversations")
    };
    assert!(rows.iter().all(|row| row.id != PRIVATE && row.id != UNHEARD));
}
