//! Roles, groups and settings that change while somebody works: open sessions follow at once.

use crate::{
    desks::{TestDesk, assign, make, reply},
    seat::Seat,
};
use deskline::{
    desk::AgentChange,
    domain::{
        conversation::Privacy,
        people::{FromCustomers, Role},
        section::Section,
        setting::SettingKey,
    },
    tui::{ask::Effect, model::Area},
};

fn role(desk: &TestDesk, handle: &str, role: Role) {
    desk.change(handle, &AgentChange { role: Some(role), ..AgentChange::default() });
}

fn scope(desk: &TestDesk, handle: &str, scope: FromCustomers) {
    desk.change(handle, &AgentChange { from_customers: Some(scope), ..AgentChange::default() });
}

/// R5.6: an administrator who is one no more loses administration with everything that lies over it, wherever it stood.
#[test]
fn r5_6_who_is_demoted_leaves_administration_at_once() {
    let places =
        ["A", "A Enter Down Space", "A 2", "A 2 Enter", "A 3", "A 3 Enter", "A 4", "A 4 Down Enter", "A 5", "A 2 +"];
    for keys in places {
        let desk = TestDesk::new();
        desk.arrival();
        let mut adam = Seat::new(&desk, "adam");
        adam.keys(keys);
        assert!(!adam.session.model().layers.is_empty(), "{keys}");
        role(&desk, "adam", Role::Agent);
        let shown = adam.shown();
        assert!(adam.session.model().layers.is_empty(), "{keys}:\n{shown}");
        assert!(shown.contains("You do not administer this desk any more."), "{keys}:\n{shown}");
        for gone in ["Company profile", "Audit log", "ALL CONVERSATIONS", "Needs reassignment"] {
            assert!(!shown.contains(gone), "{keys}: {gone}\n{shown}");
        }
        let page = &adam.session.model().page;
        assert!(page.settings.is_none() && page.audit.is_none() && page.customers.is_none(), "{keys}");
        adam.keys("A");
        assert!(adam.foot().contains("Administration is for the owner and admins."), "{}", adam.foot());
        role(&desk, "adam", Role::Admin);
        adam.rang();
        adam.keys("A");
        assert!(adam.shown().contains("Company profile"), "promoted again: {}", adam.shown());
    }
}

/// R3.4: sections that come and go with the role.
#[test]
fn r3_4_the_sections_of_administrators_come_and_go_with_the_role() {
    let desk = TestDesk::with_privacy();
    let id = desk.private_of("ana");
    let mut adam = Seat::new(&desk, "adam");
    adam.keys("g A Enter");
    assert_eq!(adam.opened(), id);
    role(&desk, "adam", Role::Agent);
    let shown = adam.shown();
    assert_eq!(adam.session.model().section, Section::Unassigned);
    assert!(!shown.contains("All conversations") && !shown.contains("declined"), "{shown}");
    assert!(adam.foot().contains("This list is for the owner and admins."), "{}", adam.foot());
    role(&desk, "adam", Role::Admin);
    adam.rang();
    adam.keys("g A Enter");
    assert!(adam.shown().contains("My card is declined"), "{}", adam.shown());
}

/// R3.5: From Customers is switched off under somebody who stands in it and writes.
#[test]
fn r3_5_from_customers_off_keeps_what_was_being_written() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut dev = Seat::new(&desk, "dev");
    desk.does("olga", id, crate::desks::add_agent("dev", true));
    dev.rang();
    dev.keys("r").text("half a sentence");
    scope(&desk, "dev", FromCustomers::Off);
    let shown = dev.shown();
    assert!(!shown.contains("FROM CUSTOMERS") && !shown.contains("half a sentence"), "{shown}");
    assert!(dev.foot().contains("From Customers is switched off for you."), "{}", dev.foot());
    assert_eq!(desk.count("SELECT count(*) FROM draft WHERE text = 'half a sentence'"), 1);
    // It is scope, not access: what dev follows is still there under My Conversations.
    dev.keys("g r Enter");
    assert!(dev.shown().contains("draft: half a sentence"), "{}", dev.shown());
    // And what is open there stays open when the scope changes once more.
    dev.keys("r").text("!");
    for next in [FromCustomers::All, FromCustomers::Followed, FromCustomers::Projects, FromCustomers::Off] {
        scope(&desk, "dev", next);
        dev.rang();
        assert_eq!((dev.opened(), dev.session.model().area), (id, Area::Composer));
        assert_eq!(dev.shown().contains("FROM CUSTOMERS"), next != FromCustomers::Off);
    }
}

/// R3.5: the palette, the search and the numbers follow too.
#[test]
fn r3_5_what_is_open_over_the_screen_follows_the_scope() {
    let desk = TestDesk::new();
    desk.arrival();
    let mut dev = Seat::new(&desk, "dev");
    dev.keys("/ d e c l i n e d");
    assert_eq!(dev.session.model().page.search.as_ref().unwrap().hits.len(), 1);
    scope(&desk, "dev", FromCustomers::Off);
    dev.rang();
    assert_eq!(dev.session.model().page.search.as_ref().unwrap().hits.len(), 0, "{}", dev.shown());
    dev.keys("Esc : u n a n s w e r e d");
    assert!(!dev.shown().contains("Unanswered items"), "{}", dev.shown());
    scope(&desk, "dev", FromCustomers::All);
    assert!(dev.shown().contains("Unanswered items"), "{}", dev.shown());
}

/// R6.1, R6.10: the switch is followed by what can be done, and publishes nothing.
#[test]
fn r6_1_private_conversations_are_switched_on_and_off() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut adam = Seat::new(&desk, "adam");
    let mut dev = Seat::new(&desk, "dev");
    dev.keys("Enter");
    adam.keys("Enter P");
    assert_eq!(desk.row(id).privacy, Privacy::Public, "{}", adam.foot());
    desk.set(SettingKey::PrivateConversations, "on");
    adam.rang();
    adam.keys("P");
    assert_eq!(desk.row(id).privacy, Privacy::Private, "{}", adam.foot());
    desk.set(SettingKey::PrivateConversations, "off");
    assert!(!dev.shown().contains("declined"), "switching off publishes nothing:\n{}", dev.shown());
    adam.rang();
    adam.keys("P");
    assert!(adam.shown().contains("become readable by"), "it can still be published (R6.10): {}", adam.shown());
    adam.keys("y P");
    assert_eq!(desk.row(id).privacy, Privacy::Public, "and not made private again: {}", adam.foot());
}

/// R5.2, R3.4: joining and leaving a group.
#[test]
fn r5_2_joining_and_leaving_a_group_is_followed_at_once() {
    let desk = TestDesk::with_privacy();
    let id = desk.arrival();
    desk.does("olga", id, make(Privacy::Private, true));
    let mut dev = Seat::new(&desk, "dev");
    dev.keys("g u");
    assert!(!dev.shown().contains("declined"));
    let olga = desk.agent("olga");
    desk.desk.join_group(&olga, "Support", "dev").unwrap();
    assert!(dev.shown().contains("My card is declined"), "{}", dev.shown());
    dev.keys("Enter a");
    assert!(dev.shown().contains("Ana Ruiz"), "{}", dev.shown());
    desk.desk.leave_group(&olga, "Support", "dev").unwrap();
    let shown = dev.shown();
    assert!(!shown.contains("declined") && dev.session.model().layers.is_empty(), "{shown}");
    assert!(shown.contains(&format!("You cannot see #{id} any more. What was open about it is closed.")), "{shown}");
}

/// A member who joins is offered where somebody is being picked.
#[test]
fn r5_4_who_can_be_picked_follows_the_group() {
    let desk = TestDesk::new();
    desk.arrival();
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("a");
    assert!(!ana.shown().contains("Dev Patel"), "{}", ana.shown());
    desk.desk.join_group(&desk.agent("olga"), "Support", "dev").unwrap();
    assert!(ana.shown().contains("Dev Patel"));
    desk.switch_off("dev");
    assert!(!ana.shown().contains("Dev Patel"));
}

/// A new name is everywhere at once.
#[test]
fn names_change_on_open_screens() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    desk.does("olga", id, assign("ben"));
    let (mut ana, mut ben) = (Seat::new(&desk, "ana"), Seat::new(&desk, "ben"));
    ben.keys("Enter");
    ana.keys("Enter");
    assert!(ana.shown().contains("→ Ben") && ana.shown().contains("Ben is looking"), "{}", ana.shown());
    desk.change("ben", &AgentChange { name: Some("Benjamin Okafor".into()), ..AgentChange::default() });
    let shown = ana.shown();
    assert!(shown.contains("→ Benjamin") && shown.contains("Benjamin is looking"), "{shown}");
    assert!(ben.shown().contains("Benjamin Okafor, agent"), "{}", ben.shown());
    desk.set(SettingKey::TeamName, "Acme Care");
    assert!(ana.shown().contains("deskline · Acme Care"), "{}", ana.shown());
}

/// R5.6: who is switched off is told why, sees nothing, and nothing is taken from that screen any more; it comes back
/// with the agent.
#[test]
fn r5_6_switched_off_and_on_again() {
    for keys in ["", "Enter", "r", "m", "A 2", "/ d e c l i n e d"] {
        let desk = TestDesk::new();
        let id = desk.arrival();
        let mut adam = Seat::new(&desk, "adam");
        adam.keys(keys);
        desk.switch_off("adam");
        let shown = adam.shown();
        assert!(shown.contains("You are switched off at this desk. Ask an administrator."), "{keys}:\n{shown}");
        for gone in ["declined", "mara", "QUEUE", "Support"] {
            assert!(!shown.contains(gone), "{keys}: {gone}\n{shown}");
        }
        assert!(!adam.session.frame().unwrap().contains("(1) deskline"), "the window's title counts nothing any more");
        let before = desk.contents();
        adam.keys("e t r").text("Hello").keys("Ctrl-S Enter y");
        assert_eq!(desk.contents(), before, "{keys}: nothing is taken");
        desk.does("ana", id, reply("Hello"));
        assert!(!adam.shown().contains("Hello"), "{keys}");
        desk.change("adam", &AgentChange { active: Some(true), ..AgentChange::default() });
        let shown = adam.shown();
        assert!(shown.contains("My card is declined") && shown.contains("QUEUE"), "{keys}:\n{shown}");
        adam.keys("Esc Esc Esc q");
        assert!(adam.outside.contains(&Effect::Quit), "{keys}");
    }
}
