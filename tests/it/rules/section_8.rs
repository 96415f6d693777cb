//! Section 8 of the rules: R8.1's democracy. Offers, dictators and readiness come with routing.

use crate::desks::{TestDesk, assign, reply};
use deskline::{
    desk::AgentChange,
    domain::{people::Routing, section::Section},
};

/// R8.1: in a democracy a conversation waits in Unassigned until a member takes it; R8.2: by hand also who is not ready.
#[test]
fn r8_1_in_a_democracy_it_waits_until_a_member_takes_it() {
    let desk = TestDesk::new();
    desk.desk.set_group(&desk.agent("olga"), "Support", Routing::Democracy).unwrap();
    desk.change("ben", &AgentChange { ready: Some(false), ..AgentChange::default() });
    let (by_hand, by_reply) = (desk.arrival(), desk.arrival());
    for handle in ["ana", "ben", "cleo"] {
        assert_eq!(desk.listed(handle, Section::Unassigned), [by_reply, by_hand]);
        assert!(desk.listed(handle, Section::Live).is_empty(), "nobody is chosen");
    }
    assert!(desk.listed("dev", Section::Unassigned).is_empty());
    assert_eq!(desk.count("SELECT count(*) FROM offer"), 0);
    desk.does("ben", by_hand, assign("ben"));
    desk.does("cleo", by_reply, reply("Mine"));
    assert_eq!(desk.listed("ben", Section::Live), [by_hand]);
    assert_eq!(desk.listed("cleo", Section::Live), [by_reply]);
    assert!(desk.listed("ana", Section::Unassigned).is_empty());
}
