//! Two agents at one conversation: they see each other, and only one of them gets it.

use super::house::House;
use crate::{
    desks::make,
    pty::{Terminal, until},
};
use deskline::domain::{conversation::Privacy, id::ConversationId};

const CTRL_S: &str = "\x13";
const ESC: &str = "\x1b";

/// Somebody's messenger with the conversation of these words opened.
fn opened(house: &House, handle: &str, words: &str) -> Terminal {
    let mut messenger = house.messenger(handle);
    messenger.shows(words);
    messenger.keys("\r").shows("Esc back");
    messenger
}

/// With half a reply in the composer.
fn writing(house: &House, handle: &str) -> Terminal {
    let mut messenger = opened(house, handle, "My card is declined");
    messenger.keys("r").shows("Ctrl-S send");
    let words = words(handle);
    messenger.keys(&words).shows(&words);
    messenger
}

fn words(handle: &str) -> String {
    format!("An answer from {handle}.")
}

#[test]
fn r7_5_who_looks_and_who_writes_is_seen_by_the_others() {
    let house = House::new();
    let id = house.desk.arrival();
    let ben = opened(&house, "ben", "My card is declined");
    assert!(!ben.text().contains("is looking"), "{}", ben.text());
    let mut ana = opened(&house, "ana", "My card is declined");
    ben.shows("Ana is looking");
    ana.shows("Ben is looking");
    ana.keys("r").shows("Ctrl-S send");
    ana.keys("half a sentence").shows("half a sentence");
    ben.shows("Ana is writing");
    assert!(!ben.text().contains("half a sentence"), "what is written is nobody else's yet:\n{}", ben.text());
    ana.keys(ESC);
    ben.shows("Ana is looking");
    // Gone by quitting, and gone with the client.
    ana.keys("q");
    ben.no_longer_shows("Ana is");
    let ana = opened(&house, "ana", "My card is declined");
    ben.shows("Ana is looking");
    ana.signal("KILL");
    ben.no_longer_shows("Ana is");
    // Whoever lost it is not there any more, and sees nobody there.
    let cleo = opened(&house, "cleo", "My card is declined");
    ben.shows("Cleo is looking");
    house.desk.does("olga", id, crate::desks::assign("ben"));
    house.desk.does("olga", id, make(Privacy::Private, true));
    cleo.shows("Restricted access.");
    assert!(!cleo.text().contains("Ben"), "{}", cleo.text());
    ben.no_longer_shows("Cleo is");
}

/// How many messages of agents there are.
fn answers(house: &House, id: ConversationId) -> i64 {
    house.desk.count(&format!(
        "SELECT count(*) FROM message WHERE kind = 'reply' AND agent_id IS NOT NULL AND conversation_id = {id}"
    ))
}

#[test]
fn r5_3_of_two_who_answer_at_once_one_gets_it_and_the_other_is_held() {
    for round in 0..6 {
        let house = House::new();
        let id = house.desk.arrival();
        let mut pair = [writing(&house, "ana"), writing(&house, "ben")];
        let (first, second) = pair.split_at_mut(1);
        let (first, second) =
            if round % 2 == 0 { (&mut first[0], &mut second[0]) } else { (&mut second[0], &mut first[0]) };
        first.keys(CTRL_S);
        second.keys(CTRL_S);
        until("one of them is sent", || answers(&house, id) > 0);
        let assignee = house.desk.row(id).assignee.expect("taken by answering").address;
        let (winner, loser) = if assignee == "ana" { (0, 1) } else { (1, 0) };
        let names = ["ana", "ben"];
        pair[winner].no_longer_shows("Ctrl-S send");
        // Held, with what was new, even where the other's answer was painted a moment before the key came.
        pair[loser].shows("Not sent yet");
        pair[loser].shows(&words(names[winner]));
        let taken = "SELECT count(*) FROM event WHERE kind = 'assigned'";
        assert_eq!(house.desk.count(taken), 1, "round {round}: {:?}", house.desk.texts("olga", id));
        assert_eq!(answers(&house, id), 1, "round {round}: {:?}", house.desk.texts("olga", id));
        let draft = format!("SELECT count(*) FROM draft WHERE text = '{}'", words(names[loser]));
        until("the draft is kept", || house.desk.count(&draft) == 1);
        // And then it can be sent, without taking anything.
        pair[loser].keys("\x1b[B\r");
        until("both are sent", || answers(&house, id) == 2);
        assert_eq!(house.desk.row(id).assignee.unwrap().address, assignee);
    }
}

#[test]
fn r5_3_where_it_is_private_the_other_keeps_the_draft_and_learns_nothing() {
    for round in 0..6 {
        let house = House::new();
        let id = house.desk.arrival();
        house.desk.does("olga", id, make(Privacy::Private, true));
        let mut pair = [writing(&house, "ana"), writing(&house, "ben")];
        let (first, second) = pair.split_at_mut(1);
        let (first, second) =
            if round % 2 == 0 { (&mut first[0], &mut second[0]) } else { (&mut second[0], &mut first[0]) };
        first.keys(CTRL_S);
        second.keys(CTRL_S);
        until("one of them is sent", || answers(&house, id) > 0);
        let assignee = house.desk.row(id).assignee.expect("taken by answering").address;
        let (winner, loser) = if assignee == "ana" { (0, 1) } else { (1, 0) };
        let (names, full) = (["ana", "ben"], ["Ana", "Ben"]);
        pair[loser].shows("Restricted access.");
        let text = pair[loser].text();
        for word in [full[winner], "mara", "declined", &words(names[winner])] {
            let allowed = text.matches(word).count();
            assert_eq!(allowed, 0, "{word} in round {round}:\n{text}");
        }
        assert_eq!(answers(&house, id), 1);
        let draft = format!("SELECT count(*) FROM draft WHERE text = '{}'", words(names[loser]));
        until("the draft is kept", || house.desk.count(&draft) == 1);
        // What is typed on goes nowhere, and no key acts on what is not seen.
        let before = house.desk.contents().lines().filter(|line| !line.starts_with("draft")).count();
        pair[loser].keys("eLtPw\x13");
        pair[loser].keys("\x0c");
        pair[winner].no_longer_shows("Ctrl-S send");
        assert_eq!(answers(&house, id), 1);
        assert_eq!(house.desk.row(id).state, deskline::domain::conversation::State::Open);
        let after = house.desk.contents().lines().filter(|line| !line.starts_with("draft")).count();
        assert!(after <= before + 1, "a reading mark at most");
        // With the access it comes back.
        house.desk.does("olga", id, make(Privacy::Public, true));
        pair[loser].shows(&words(names[loser]));
    }
}
