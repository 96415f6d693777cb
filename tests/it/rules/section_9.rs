//! Section 9 of the rules: the predicate.

use crate::desks::{TestDesk, add_agent, add_customer, assign, make, reply, with_agents, with_customers};
use deskline::{
    domain::{
        conversation::{Audience, Privacy},
        id::ConversationId,
        item::ItemKind,
        people::{Agent, FromCustomers},
        setting::SettingKey,
    },
    policy::access::Access,
    store::{conversations, people, predicate},
};
use proptest::prelude::*;

/// Every agent of the desk, switched off ones too.
fn team(file: &rusqlite::Connection) -> Vec<Agent> {
    people::agents(file).unwrap()
}

/// Who may access a conversation, by handle: the Rust of it, which has to be the SQL of it.
fn accessible_to(desk: &TestDesk, id: ConversationId) -> Vec<String> {
    let file = rusqlite::Connection::open(desk.file()).unwrap();
    let facts = conversations::load_facts(&file, id).unwrap().unwrap();
    let mut may = Vec::new();
    for agent in team(&file) {
        let access = Access::of(&agent);
        let sql = |condition: String| -> bool {
            let sql = format!("SELECT EXISTS (SELECT 1 FROM conversation c WHERE c.id = {id} AND {condition})");
            file.query_row(&sql, [], |row| row.get(0)).unwrap()
        };
        assert_eq!(access.holds(&facts), sql(predicate::readable(&access)), "{} #{id}", agent.handle);
        let openly = access.holds(&facts) && !access.withheld(&facts);
        assert_eq!(openly, sql(predicate::openly_readable(&access)), "{} #{id} openly", agent.handle);
        if access.holds(&facts) {
            may.push(agent.handle);
        }
    }
    may
}

/// §9, access(agent a, c), clause by clause.
#[test]
fn r9_access_of_agents() {
    let desk = TestDesk::with_privacy();
    let everybody = ["adam", "ana", "ben", "cleo", "dev", "olga"];
    let public = desk.arrival();
    let private = desk.arrival();
    desk.does("olga", private, make(Privacy::Private, true));
    let assigned = desk.private_of("dev");
    let no_group = desk.start("olga", with_customers(&["mara@example.com"]), "Hello").conversation;
    desk.does("olga", no_group, make(Privacy::Private, true));
    let ticket = desk.ticket();
    let internal = desk.start_on("ana", ticket, Audience::Internal, "Us");
    let named = desk.start_on("ana", ticket, Audience::Internal, "Us, privately");
    desk.does("olga", named, make(Privacy::Private, true));
    desk.does("ana", named, add_agent("dev", true));
    let direct = desk.start("ana", with_agents(&["ben"]), "Lunch?").conversation;
    let table = [
        (public, &everybody[..]),
        (private, &["adam", "ana", "ben", "cleo", "olga"]),
        (assigned, &["adam", "dev", "olga"]),
        (no_group, &["adam", "olga"]),
        (internal, &everybody),
        (named, &["adam", "ana", "dev", "olga"]),
        (direct, &["adam", "ana", "ben", "olga"]),
    ];
    for (id, may) in table {
        assert_eq!(accessible_to(&desk, id), may, "#{id}");
    }
    desk.switch_off("ana");
    desk.switch_off("dev");
    for (id, may) in table {
        let still: Vec<_> = may.iter().copied().filter(|handle| !["ana", "dev"].contains(handle)).collect();
        assert_eq!(accessible_to(&desk, id), still, "#{id} without who is switched off");
    }
}

/// §9, access(customer k, c): the requester from the beginning, a follower from joining on, an organization where it is set.
#[test]
fn r9_access_of_customers() {
    let desk = TestDesk::with_privacy();
    for (address, organization) in [
        ("mara@example.com", Some("ACME")),
        ("colleague@example.com", Some("acme")),
        ("follower@example.com", Some("ACME")),
        ("other@example.com", Some("Umbrella")),
        ("loner@example.com", None),
    ] {
        desk.desk.add_customer(&desk.agent("olga"), address, None, organization).unwrap();
    }
    let id = desk.arrival();
    desk.does("ana", id, reply("Before"));
    desk.does("ana", id, add_customer("follower@example.com", true));
    desk.does("ana", id, reply("After"));
    let internal = desk.start_on("ana", desk.ticket(), Audience::Internal, "Us");
    let read = |name: &str, id: ConversationId| {
        let address = format!("{name}@example.com");
        let listed = desk.desk.customer_view(&desk.agent("olga"), &address, None).unwrap().conversations;
        let view = desk.desk.customer_view(&desk.agent("olga"), &address, Some(id)).ok();
        assert_eq!(listed.iter().any(|it| it.id == id), view.is_some(), "{name}");
        view.map(|view| view.conversations[0].messages.len())
    };
    let everybody = ["mara", "colleague", "follower", "other", "loner"];
    let all = |id| everybody.map(|name| read(name, id));
    assert_eq!(all(id), [Some(3), None, Some(1), None, None]);
    desk.set(SettingKey::OrganizationSharing, "on");
    assert_eq!(all(id), [Some(3), Some(3), Some(3), None, None], "following takes nothing from what is shared");
    assert_eq!(all(internal), [None; 5]);
    desk.does("olga", id, make(Privacy::Private, true));
    assert_eq!(all(id), [Some(3), None, Some(1), None, None], "what is private is not shared");
    // Shared is to be read: who writes to it starts a conversation of its own (R2.9).
    desk.does("olga", id, make(Privacy::Public, true));
    assert_ne!(desk.write_in("colleague@example.com", Some(id), "Me too").conversation, id);
}

/// One change of a desk, for generated histories.
#[derive(Debug, Clone)]
enum Step {
    Arrive,
    Start(usize, bool),
    Run(usize, usize, usize),
    Group(usize, bool),
    Active(usize, bool),
    Scope(usize, usize),
    Write(usize),
}

const TEAM: [&str; 6] = ["olga", "adam", "ana", "ben", "cleo", "dev"];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => Just(Step::Arrive),
        1 => (2..6_usize, any::<bool>()).prop_map(|(who, direct)| Step::Start(who, direct)),
        8 => (0..6_usize, 0..8_usize, 0..22_usize).prop_map(|(who, which, what)| Step::Run(who, which, what)),
        1 => (2..6_usize, any::<bool>()).prop_map(|(who, joins)| Step::Group(who, joins)),
        1 => (2..6_usize, any::<bool>()).prop_map(|(who, active)| Step::Active(who, active)),
        1 => (1..6_usize, 0..4_usize).prop_map(|(who, scope)| Step::Scope(who, scope)),
        2 => (0..8_usize).prop_map(Step::Write),
    ];
    proptest::collection::vec(step, 1..40)
}

fn command(what: usize, item: deskline::domain::item::ItemKey) -> deskline::domain::command::Command {
    use deskline::domain::{command::Command, people::Party};
    match what {
        0 => reply("Words, @dev"),
        1 => crate::desks::note("Words, @cleo"),
        2 => Command::Close,
        3 => Command::Reopen,
        4 => Command::Lock,
        5 => Command::Unlock,
        6 => assign("ana"),
        7 => assign("dev"),
        8 => Command::Release { confirmed: true },
        9 => Command::Forward { group: "Billing".into(), confirmed: true },
        10 => Command::Follow,
        11 => Command::Unfollow,
        12 => add_agent("cleo", true),
        13 => Command::Remove(Party::Agent("cleo".into())),
        14 => crate::desks::link(item),
        15 => Command::Unlink,
        16 => make(Privacy::Private, true),
        17 => make(Privacy::Public, true),
        18 => Command::MarkRead(None),
        19 => Command::MarkUnread,
        20 => crate::desks::add_group("Support"),
        _ => assign("ben"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 200, ..ProptestConfig::default() })]

    /// §9 exists once: after any history its SQL and its Rust agree, every number is what its list lists (R3.6), and what
    /// cannot be accessed answers "restricted" or "not found" (R6.6).
    #[test]
    fn r9_rust_and_sql_agree_after_any_history(steps in steps()) {
        let desk = TestDesk::with_privacy();
        let project = desk.item(ItemKind::Project, None, None);
        desk.desk.follow_item(&desk.agent("dev"), project, true).unwrap();
        let item = desk.item(ItemKind::Ticket, None, Some(project));
        desk.desk.follow_item(&desk.agent("dev"), item, true).unwrap();
        let mut ids = vec![desk.arrival()];
        for step in steps {
            match step {
                Step::Arrive => ids.push(desk.arrival()),
                Step::Start(who, direct) => {
                    let Ok(viewer) = desk.desk.admit(Some(TEAM[who])) else { continue };
                    let with = if direct {
                        with_agents(&["olga", "ana"])
                    } else {
                        deskline::domain::command::StartWith::Item {
                            item,
                            audience: Some(Audience::Internal),
                            customers: vec![],
                            agents: vec![],
                        }
                    };
                    if let Ok(done) = desk.desk.start(&viewer, &crate::desks::starting(with, "Words")) {
                        ids.push(done.conversation);
                    }
                }
                Step::Run(who, which, what) => {
                    let Ok(viewer) = desk.desk.admit(Some(TEAM[who])) else { continue };
                    desk.later(1);
                    let before = desk.contents();
                    if desk.desk.run(&viewer, ids[which % ids.len()], command(what, item)).is_err() {
                        prop_assert_eq!(desk.contents(), before);
                    }
                }
                Step::Scope(who, scope) => {
                    let from_customers = Some(FromCustomers::ALL[scope]);
                    desk.change(TEAM[who], &deskline::desk::AgentChange { from_customers, ..Default::default() });
                }
                Step::Write(which) => {
                    let received = desk.write_in("mara@example.com", Some(ids[which % ids.len()]), "Words");
                    if !ids.contains(&received.conversation) {
                        ids.push(received.conversation);
                    }
                }
                Step::Group(who, true) => drop(desk.desk.join_group(&desk.agent("olga"), "Support", TEAM[who])),
                Step::Group(who, false) => drop(desk.desk.leave_group(&desk.agent("olga"), "Support", TEAM[who])),
                Step::Active(who, active) => {
                    let change = deskline::desk::AgentChange { active: Some(active), ..Default::default() };
                    desk.change(TEAM[who], &change);
                }
            }
        }
        for id in ids {
            let may = accessible_to(&desk, id);
            for handle in TEAM.into_iter().filter(|handle| desk.desk.admit(Some(handle)).is_ok()) {
                use deskline::desk::page::Opened;
                match desk.open(handle, id) {
                    Opened::Thread(_) => prop_assert!(may.iter().any(|it| it == handle)),
                    Opened::Restricted(_) => prop_assert!(!may.iter().any(|it| it == handle)),
                    Opened::NotFound(_) => {
                        let withheld = ["olga", "adam"].contains(&handle);
                        prop_assert!(withheld || !may.iter().any(|it| it == handle));
                    }
                }
            }
        }
    }
}
