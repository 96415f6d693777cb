//! What is typed before the screen has followed, as over a slow line, does the same as typed one key after the other.

use crate::{desks::TestDesk, seat::Seat};
use deskline::{demo::random::Random, domain::id::ConversationId};

/// A desk with three customers in the queue.
fn desk() -> TestDesk {
    let desk = TestDesk::new();
    for (name, words) in
        [("mara", "The lamp flickers."), ("kim", "My card is declined."), ("jo", "Where is my parcel?")]
    {
        desk.write_in(&format!("{name}@example.com"), None, words);
    }
    desk
}

fn ends_alike(keys: &str) {
    let (one, other) = (desk(), desk());
    let (mut slow, mut fast) = (Seat::sized(&one, "ana", (80, 24)), Seat::sized(&other, "ana", (80, 24)));
    slow.keys(keys);
    fast.keys_at_once(keys);
    assert_eq!(came_to(&other, &mut fast), came_to(&one, &mut slow), "{keys}");
}

/// Where somebody is, and what was done. What is passed at once was never on the screen, and does not count as read: marks of
/// reading are left out.
fn came_to(desk: &TestDesk, seat: &mut Seat) -> Vec<String> {
    let shown = seat.shown();
    let model = seat.session.model();
    let mut said = vec![
        format!("{} {:?} {:?}", model.section, model.area, model.list.selected),
        format!("{:?} {:?}", model.list.chosen, model.thread.as_ref().map(|view| view.conversation)),
        format!("{:?}", model.composer.as_ref().map(|composer| (composer.conversation(), composer.editor.text()))),
        format!("{:?}", model.layers).replace("unread: true", "unread: false"),
        shown.lines().last().unwrap_or_default().to_owned(),
    ];
    said.extend((1..=3).map(|id| {
        let thread = desk.thread("olga", ConversationId(id));
        format!("{:?} {:?} {:?}", thread.row.state, thread.row.assignee, desk.texts("olga", ConversationId(id)))
    }));
    said
}

#[test]
fn a_list_a_conversation_and_what_is_found_are_there_for_the_next_key() {
    for keys in [
        "g u Enter",
        "g u e e e",
        "g u x j x e j t",
        "g u Enter r",
        "g o G Enter t",
        "g u j Enter e",
        "/ l a m p Enter Enter",
        "Ctrl-P o p e n Enter Enter",
        "g u Enter m j j Enter",
        "g u Enter =",
        "+ Esc g u G k Enter u",
        "Enter p Esc Esc g c Enter",
    ] {
        ends_alike(keys);
    }
}

#[test]
fn any_keys_do_the_same_at_once_as_one_after_the_other() {
    let keys = [
        "j",
        "k",
        "G",
        "g g",
        "g u",
        "g o",
        "g c",
        "g i",
        "g r",
        "Enter",
        "Esc",
        "t",
        "e",
        "u",
        "w",
        "m",
        "p",
        "Tab",
        "Shift-Tab",
        "Down",
        "Up",
        "Ctrl-D",
        "/",
        "a",
        "r",
        "n",
        "i",
        "x",
        "z",
        "Space",
        "PageDown",
        "Home",
        "End",
    ];
    let mut random = Random::of(21, 0, 0);
    for _ in 0..100 {
        let typed: Vec<&str> = (0..12).map(|_| keys[random.index(keys.len())]).collect();
        ends_alike(&typed.join(" "));
    }
}
