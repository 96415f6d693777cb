//! Section 7 of the rules: followers, notices, presence.

use crate::desks::{
    TestDesk, add_agent, add_customer, assign, link, make, note, refusal, reply, seen, text, why, with_agents,
    with_customers,
};
use deskline::{
    desk::{
        AgentChange,
        page::{Denied, DraftPlace, Mode, NoticeKind, Wants},
    },
    domain::{
        command::{Command, Writing},
        conversation::{Audience, EntryKind, Privacy},
        id::ConversationId,
        people::{FromCustomers, Notify, Party},
        refusal::RefusalKind,
        section::Section,
    },
};

fn prefer(desk: &TestDesk, handle: &str, customers: Notify, internal: Notify) {
    let change =
        AgentChange { notify_customers: Some(customers), notify_internal: Some(internal), ..AgentChange::default() };
    desk.change(handle, &change);
}

/// What an agent was told of one conversation, oldest first.
fn told(desk: &TestDesk, handle: &str, id: ConversationId) -> Vec<&'static str> {
    let notices = desk.notices(handle).into_iter().filter(|notice| notice.conversation == Some(id));
    let mut kinds: Vec<_> = notices.map(|notice| notice.kind.word()).collect();
    kinds.reverse();
    kinds
}

/// R7.1: followers are sent what is written; whether an agent is notified is its preference, for customers and internal apart.
#[test]
fn r7_1_preferences_decide_who_is_notified() {
    use Notify::{All, Mine, None};
    let desk = TestDesk::new();
    let ticket = desk.ticket();
    let id = desk.arrival();
    let internal = desk.start_on("ana", ticket, Audience::Internal, "What now?");
    for (preference, follows, is_told) in
        [(All, false, true), (All, true, true), (Mine, false, false), (Mine, true, true), (None, true, false)]
    {
        desk.does("dev", id, if follows { Command::Follow } else { Command::Unfollow });
        desk.does("dev", internal, if follows { Command::Follow } else { Command::Unfollow });
        for (here, customers, internally) in [(id, preference, None), (internal, None, preference)] {
            desk.desk.clear_notices(&desk.agent("dev")).unwrap();
            let before = told(&desk, "dev", here).len();
            prefer(&desk, "dev", customers, internally);
            desk.does("ana", here, reply("News"));
            let rung = told(&desk, "dev", here).len() > before;
            assert_eq!(rung, is_told, "{preference}, follows: {follows}, #{here}");
        }
    }
    assert_eq!(told(&desk, "ana", id), ["new-conversation"], "nobody is told of what they wrote themselves");
    assert!(told(&desk, "ana", internal).is_empty());
}

/// R7.1: "none" is none: no mention, no assignment, no addition rings; the bell itself is a switch of its own.
#[test]
fn r7_1_none_is_none() {
    let desk = TestDesk::new();
    prefer(&desk, "ben", Notify::None, Notify::None);
    let id = desk.arrival();
    desk.does("ana", id, note("@ben look"));
    desk.does("ana", id, add_agent("ben", true));
    desk.does("ana", id, assign("ben"));
    desk.write_in("mara@example.com", Some(id), "Hello?");
    let direct = desk.start("ana", with_agents(&["ben"]), "@ben?").conversation;
    assert!(told(&desk, "ben", id).is_empty() && told(&desk, "ben", direct).is_empty());
    assert_eq!(desk.listed("ben", Section::CustomerReplies), [id], "he follows all the same");
    assert!(desk.page("ben", &Wants::default()).me.bell);
    let silent = AgentChange { bell: Some(false), ..AgentChange::default() };
    desk.desk.set_agent(&desk.agent("ben"), "ben", &silent).unwrap();
    assert!(!desk.page("ben", &Wants::default()).me.bell);
}

/// R7.1: every kind of notice says what it is about.
#[test]
fn r7_1_what_notices_say() {
    let desk = TestDesk::new();
    prefer(&desk, "dev", Notify::All, Notify::All);
    let id = desk.arrival();
    desk.does("ana", id, reply("Hello"));
    desk.does("ana", id, note("For us"));
    desk.does("ana", id, note("@dev, for you"));
    desk.does("ana", id, add_agent("dev", true));
    desk.does("olga", id, assign("dev"));
    desk.start_on("ana", desk.ticket(), Audience::Internal, "Us");
    let texts: Vec<_> = desk.notices("dev").into_iter().rev().map(|notice| notice.text.unwrap()).collect();
    assert_eq!(
        texts,
        [
            "mara wrote: My card is declined",
            "Ana Ruiz replied: My card is declined",
            "New note: My card is declined",
            "You were mentioned: My card is declined",
            "You were added: My card is declined",
            "Assigned to you: My card is declined",
            "Internal message: Some ticket",
        ]
    );
    assert_eq!(desk.notices("ana")[0].kind, NoticeKind::NewConversation);
    assert_eq!(desk.desk.clear_notices(&desk.agent("dev")).unwrap(), 7);
    assert_eq!(desk.bell("dev"), 0);
    assert!(desk.notices("dev").iter().all(|notice| notice.read));
}

/// R7.2: posting and being assigned make a follower; assignment's follow ends with it unless also chosen; one can unfollow.
#[test]
fn r7_2_posting_and_assignment_make_followers() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let follows = |handle: &str| desk.thread(handle, id).following;
    desk.does("ana", id, assign("ben"));
    assert!(follows("ben") && !follows("ana"));
    desk.does("ben", id, assign("cleo"));
    assert!(!follows("ben") && follows("cleo"), "it ends with the assignment");
    desk.does("cleo", id, Command::Follow);
    desk.does_nothing("cleo", id, Command::Follow);
    desk.does("cleo", id, Command::Release { confirmed: false });
    assert!(follows("cleo"), "unless also chosen");
    desk.does("ana", id, note("Posted"));
    assert!(follows("ana"));
    for handle in ["ana", "cleo"] {
        desk.does(handle, id, Command::Unfollow);
        desk.does_nothing(handle, id, Command::Unfollow);
        assert!(!follows(handle));
    }
    let rung = desk.notices("ana").len();
    desk.write_in("mara@example.com", Some(id), "Hello?");
    assert_eq!(desk.notices("ana").len(), rung);
    desk.does("ana", id, reply("Again"));
    assert!(follows("ana"));
    desk.does("ana", id, Command::Unfollow);
    assert!(desk.listed("ana", Section::Live).contains(&id), "unfollowing is not releasing");
}

/// R7.3: a mention notifies an agent who has access, who follows then; it grants nothing, and the author is told of the others.
#[test]
fn r7_3_a_mention_grants_nothing() {
    let desk = TestDesk::with_privacy();
    let id = desk.arrival();
    let done = desk.does("ana", id, note("@dev @Ben, and @ana, @nobody, mail me at x@cleo.example"));
    assert!(done.not_notified.is_empty());
    assert_eq!(told(&desk, "dev", id), ["mention"]);
    assert!(told(&desk, "ben", id).contains(&"mention") && !told(&desk, "ana", id).contains(&"mention"));
    assert!(!told(&desk, "cleo", id).contains(&"mention"));
    assert!(desk.thread("dev", id).following);
    assert!(!desk.thread("dev", id).may.reply.allowed, "it grants nothing");

    let private = desk.private_of("ben");
    desk.switch_off("cleo");
    let done = desk.does("ben", private, reply("@dev @ana @cleo @adam"));
    assert_eq!(done.not_notified, ["dev", "ana", "cleo"]);
    assert!(told(&desk, "dev", private).is_empty() && told(&desk, "adam", private).contains(&"mention"));
    assert!(
        !desk.thread("ben", private).followers.iter().any(|it| ["dev", "ana"].contains(&it.person.address.as_str()))
    );
    desk.does("olga", private, make(Privacy::Public, true));
    assert!(!desk.thread("dev", private).following);
    let started = desk.start("ana", with_agents(&["ben"]), "@dev is not here");
    assert_eq!(started.not_notified, ["dev"]);
}

/// R7.4: a new customer conversation rings its group's members, owner and admins; not who wants none, not the starter.
#[test]
fn r7_4_a_new_customer_conversation_rings_its_group() {
    let desk = TestDesk::with_privacy();
    prefer(&desk, "cleo", Notify::None, Notify::Mine);
    let rung = |id: ConversationId| {
        let team = ["olga", "adam", "ana", "ben", "cleo", "dev"].into_iter();
        team.filter(|handle| told(&desk, handle, id).contains(&"new-conversation")).collect::<Vec<_>>()
    };
    assert_eq!(rung(desk.arrival()), ["olga", "adam", "ana", "ben"]);
    let started = desk.start("ana", with_customers(&["mara@example.com"]), "Hello").conversation;
    assert_eq!(rung(started), ["olga", "adam", "ben"]);
    let off = AgentChange { from_customers: Some(FromCustomers::Off), ..AgentChange::default() };
    desk.change("ana", &off);
    let queued = desk.arrival();
    assert_eq!(rung(queued), ["olga", "adam", "ana", "ben"], "off leaves the bell of one's own queue");
    let others = desk.start("ben", with_customers(&["mara@example.com"]), "Hello").conversation;
    assert_eq!(rung(others), ["olga", "adam"], "and of what one follows: neither is this");
    desk.does("ana", others, Command::Follow);
    desk.write_in("mara@example.com", Some(others), "Hello?");
    assert_eq!(told(&desk, "ana", others), ["customer-message"]);
    desk.set(deskline::domain::setting::SettingKey::NewConversationsPrivate, "on");
    let private = desk.start("ben", with_customers(&["mara@example.com"]), "Hello").conversation;
    assert_eq!(rung(private), ["olga", "adam"]);
    let nowhere = desk.start("olga", with_customers(&["mara@example.com"]), "Hello").conversation;
    assert_eq!(rung(nowhere), ["adam"]);
}

/// R7.5: presence is not stored: who opens a conversation, pages in it and waits for news leaves no trace in the file, and
/// there is no table that could hold one. (Showing it comes with `serve`, which alone has several screens in one process.)
#[test]
fn r7_5_looking_leaves_no_trace() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let before = desk.contents();
    for handle in ["olga", "ana", "dev"] {
        desk.thread(handle, id);
        desk.notices(handle);
        desk.found(handle, "card", 10);
        desk.rows(handle, Section::Open);
    }
    desk.desk.listen(Box::new(|_| true));
    assert_eq!(desk.contents(), before);
    assert_eq!(desk.count("SELECT count(*) FROM sqlite_master WHERE name LIKE '%presence%' OR sql LIKE '%typing%'"), 0);
}

/// R7.6: what was added since, by others, holds a reply: replies, notes, state and assignment; the draft is kept.
#[test]
fn r7_6_what_was_not_shown_holds_the_reply() {
    let table: [(&str, &str, Command, EntryKind); 6] = [
        ("a reply", "ben", reply("News"), EntryKind::Reply),
        ("a note", "ben", note("News"), EntryKind::Note),
        ("state", "ben", Command::Close, EntryKind::System),
        ("assignment", "ben", assign("ben"), EntryKind::System),
        ("privacy", "olga", make(Privacy::Private, true), EntryKind::System),
        ("people", "ben", add_customer("yves@example.com", true), EntryKind::System),
    ];
    for (what, who, command, kind) in table {
        let desk = TestDesk::with_privacy();
        let id = desk.arrival();
        let shown = desk.thread("olga", id).last_seq;
        let place = DraftPlace::Conversation(id);
        desk.desk.save_draft(&desk.agent("olga"), &place, Mode::Reply, "My answer").unwrap();
        let who = if who == "olga" { "adam" } else { who };
        desk.does(who, id, command);
        let before = desk.contents();
        let Err(Denied::Stale { unseen }) = desk.run("olga", id, seen("My answer", shown)) else {
            panic!("{what} holds the reply");
        };
        assert_eq!(unseen[0].kind, kind, "{what}: what is new is shown");
        assert_eq!(desk.contents(), before);
        let thread = desk.thread("olga", id);
        assert_eq!(thread.drafts[0].text, "My answer");
        desk.does("olga", id, seen("My answer", thread.last_seq));
        assert!(desk.thread("olga", id).drafts.is_empty());
    }
}

/// R7.6: a customer's message holds it too; one's own entries do not; without saying what was seen nothing is held.
#[test]
fn r7_6_ones_own_words_hold_nothing() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let shown = desk.thread("ana", id).last_seq;
    desk.does("ana", id, note("By myself"));
    desk.does("ana", id, assign("ana"));
    desk.does("ana", id, seen("Held by nothing", shown));
    let shown = desk.thread("ana", id).last_seq;
    desk.write_in("mara@example.com", Some(id), "One more thing");
    let held_note = Command::Note(Writing { seen: Some(shown), ..text("Also held") });
    for command in [seen("Held", shown), held_note] {
        assert!(matches!(desk.run("ana", id, command), Err(Denied::Stale { unseen }) if unseen.len() == 1));
    }
    desk.does("ana", id, reply("Without asking"));
    assert!(desk.thread("ana", id).row.unread, "who was not shown it has not read it");
    let closed = desk.arrival();
    let shown = desk.thread("ben", closed).last_seq;
    desk.does("ana", closed, Command::Close);
    desk.does("ana", closed, Command::Lock);
    let refused = desk.refused("ben", closed, seen("Too late", shown));
    assert_eq!(why(&refused), (RefusalKind::Locked, "R2.4"), "a refusal comes before what is new");
}

/// R7.2, R4.5: a group follows with all its members, those who join later too.
#[test]
fn r7_2_a_group_follows_with_its_members() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    desk.does("ana", id, Command::Add { party: Party::Group("Billing".into()), confirmed: false });
    assert!(desk.thread("dev", id).following);
    desk.desk.join_group(&desk.agent("olga"), "Billing", "cleo").unwrap();
    assert!(desk.thread("cleo", id).following);
    desk.desk.leave_group(&desk.agent("olga"), "Billing", "cleo").unwrap();
    assert!(!desk.thread("cleo", id).following);
    desk.does("ana", id, Command::Remove(Party::Group("Billing".into())));
    assert!(!desk.thread("dev", id).following);
    desk.does("ana", id, link(desk.ticket()));
    let asked = desk.desk.clear_notices(&desk.agent("dev"));
    assert_eq!(asked.unwrap(), 0, "following through a group said nothing yet");
    let own = AgentChange { active: Some(false), ..AgentChange::default() };
    assert_eq!(refusal(desk.desk.set_agent(&desk.agent("dev"), "dev", &own)).rule, "R5.6");
}
