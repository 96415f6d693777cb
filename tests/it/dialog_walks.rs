//! The dialogs of real sessions on a real desk.

use crate::{desks::TestDesk, seat::Seat};
use deskline::{
    desk::page::{DraftPlace, Opened, Wants},
    domain::{
        conversation::{Audience, Privacy},
        id::ConversationId,
        people::{FromCustomers, Notify},
    },
};

#[test]
fn r6_1_the_company_profile_is_saved_from_the_screen() {
    let desk = TestDesk::new();
    let mut olga = Seat::new(&desk, "olga");
    olga.keys("A Enter Down Space Down Space");
    assert!(!desk.desk.settings(&desk.agent("olga")).unwrap().private_conversations, "not before it is saved");
    olga.keys("Ctrl-S");
    assert!(olga.shown().contains("Saved."), "{}", olga.shown());
    assert!(desk.desk.settings(&desk.agent("olga")).unwrap().starts_private());
    let row = desk.arrival();
    let page = desk.desk.read(&desk.agent("ana"), &thread_of(row)).unwrap();
    let Some(Opened::Thread(thread)) = page.opened else { panic!("{row} is ana's group's") };
    assert_eq!(thread.row.privacy, Privacy::Private);
}

fn thread_of(conversation: ConversationId) -> Wants {
    let thread =
        deskline::desk::page::ThreadWants { conversation, start: deskline::desk::page::ThreadStart::End, entries: 10 };
    Wants { thread: Some(thread), ..Wants::default() }
}

#[test]
fn conversations_are_started_from_the_add_menu_and_drafts_come_back() {
    let desk = TestDesk::new();
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("+ c").text("new@example.org").keys("Tab").text("Invoice").keys("Tab").text("Hello").keys("Esc");
    let wants = Wants { draft: Some(DraftPlace::NewWithCustomer), ..Wants::default() };
    let draft = desk.desk.read(&desk.agent("ana"), &wants).unwrap().draft;
    assert_eq!(draft.unwrap().text, "To: new@example.org\nSubject: Invoice\nGroup: \n\nHello");
    let mut again = Seat::new(&desk, "ana");
    again.keys("+ c");
    assert!(again.shown().contains("new@example.org") && again.shown().contains("Hello"), "{}", again.shown());
    again.keys("Ctrl-S");
    let page = desk.desk.read(&desk.agent("ana"), &thread_of(again.opened())).unwrap();
    let Some(Opened::Thread(thread)) = page.opened else { panic!("ana's own") };
    assert_eq!((thread.row.subject.as_str(), thread.row.audience), ("Invoice", Audience::Customer));
    assert_eq!(thread.row.requester.unwrap().address, "new@example.org");
    assert_eq!(desk.desk.read(&desk.agent("ana"), &wants).unwrap().draft, None, "the draft is gone");
    again.keys("+ u b e n Enter Tab Tab").text("Lunch?").keys("Ctrl-S");
    let page = desk.desk.read(&desk.agent("ben"), &thread_of(again.opened())).unwrap();
    let Some(Opened::Thread(thread)) = page.opened else { panic!("ben is named in it") };
    assert_eq!(thread.row.audience, Audience::Internal);
}

#[test]
fn people_items_groups_and_assignment_are_changed_from_the_screen() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut olga = Seat::new(&desk, "olga");
    olga.keys("Enter a").text("ben").keys("Enter p +").text("dev").keys("Enter");
    olga.keys("Esc");
    assert!(olga.shown().contains("Dev Patel @dev"), "{}", olga.shown());
    olga.keys("Esc c t");
    olga.keys("Ctrl-U").text("Declined cards").keys("Enter");
    let page = desk.desk.read(&desk.agent("olga"), &thread_of(id)).unwrap();
    let Some(Opened::Thread(thread)) = page.opened else { panic!("{id} is there") };
    assert_eq!(thread.row.assignee.unwrap().address, "ben");
    assert_eq!(thread.row.item.unwrap().title, "Declined cards");
    assert!(thread.followers.iter().any(|follower| follower.person.address == "dev" && follower.added));
    olga.keys("f").text("bill").keys("Enter y");
    let page = desk.desk.read(&desk.agent("olga"), &thread_of(id)).unwrap();
    let Some(Opened::Thread(thread)) = page.opened else { panic!("{id} is there") };
    assert_eq!(thread.row.group.as_deref(), Some("Billing"));
}

#[test]
fn r5_6_agents_groups_and_customers_are_administered_from_the_screen() {
    let desk = TestDesk::new();
    desk.arrival();
    let mut olga = Seat::new(&desk, "olga");
    olga.keys("A 2 +").text("zoe").keys("Tab").text("Zoe Lang").keys("Tab Tab").text("support").keys("Enter Ctrl-S");
    assert!(olga.shown().contains("@zoe"), "{}", olga.shown());
    olga.keys("3 +").text("Sales").keys("Tab Tab").text("zoe").keys("Enter Ctrl-S");
    assert!(olga.shown().contains("Sales"), "{}", olga.shown());
    olga.keys("4 +").text("kim@example.net").keys("Ctrl-S");
    assert!(olga.shown().contains("kim@example.net"), "{}", olga.shown());
    olga.keys("5");
    assert!(olga.session.model().page.audit.is_some());
    let page = desk.desk.read(&desk.agent("olga"), &Wants { team: true, ..Wants::default() }).unwrap();
    let zoe = page.agents.unwrap().into_iter().find(|row| row.agent.handle == "zoe").unwrap();
    assert_eq!(zoe.groups, ["Sales", "Support"]);
    assert_eq!(zoe.agent.from_customers, FromCustomers::All);
}

#[test]
fn r7_1_notifications_are_set_and_the_bell_is_read_and_cleared() {
    let desk = TestDesk::new();
    let mut ana = Seat::new(&desk, "ana");
    ana.keys(", Right Ctrl-S");
    assert_ne!(ana.session.model().page.me.notify_customers, Notify::All);
    let id = desk.arrival();
    let mut ben = Seat::new(&desk, "ben");
    ben.keys("b");
    assert!(ben.shown().contains(&format!("#{id}")), "{}", ben.shown());
    ben.keys("c");
    assert!(ben.shown().contains("No notices.") || !ben.shown().contains("●  "), "{}", ben.shown());
    assert_eq!(ben.session.model().page.bell, 0);
}

#[test]
fn a_search_finds_as_it_is_typed_and_opens() {
    let desk = TestDesk::new();
    let id = desk.arrival();
    let mut ana = Seat::new(&desk, "ana");
    ana.keys("/").text("declined");
    assert!(ana.shown().contains("My card is declined"), "{}", ana.shown());
    ana.keys("Enter");
    assert_eq!(ana.opened(), id);
    ana.keys("/").text("is:purple");
    assert!(ana.shown().contains("! "), "{}", ana.shown());
}
