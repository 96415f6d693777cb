//! What keys do: the screen before, keys, the screen after.

use crate::{
    pages::{self, entry, person},
    screen::Screen,
};
use chrono::Duration;
use deskline::{
    desk::page::{Denied, Draft, DraftPlace, From, Mode, Opened, ThreadStart},
    domain::{
        command::{Command, Writing},
        conversation::{EntryKind, Privacy, State},
        id::{ConversationId, EntrySeq},
        refusal::{Refusal, RefusalKind},
        section::Section,
    },
    tui::{
        ask::{Ask, Effect, Msg},
        composer::Part,
        dialog::Layer,
        keymap::{KeyCode, KeyPress, Keymap, Modifiers},
        model::{Area, RowKey},
    },
};
use std::{collections::HashMap, sync::Arc};

fn run(conversation: i64, command: Command) -> Ask {
    Ask::Run { conversation: ConversationId(conversation), command }
}

fn selected(screen: &Screen) -> i64 {
    match screen.model.list.selected {
        Some(RowKey::Conversation(id)) => id.0,
        other => panic!("no conversation is selected: {other:?}"),
    }
}

fn shown(screen: &Screen) -> i64 {
    screen.model.thread.as_ref().unwrap().conversation.0
}

/// So many rows, unread as told, and nothing special about them.
fn long(count: i64, unread: impl Fn(i64) -> bool) -> Vec<deskline::desk::page::ConversationRow> {
    let row = |number: i64| {
        let mut row = pages::row(number, &format!("Customer {number}"), &format!("Subject {number}"), "words", number);
        row.unread = unread(number);
        row
    };
    (1..=count).map(row).collect()
}

fn over_rows(rows: Vec<deskline::desk::page::ConversationRow>) -> Screen {
    Screen::over(pages::picture(), rows, HashMap::new(), 120, 40)
}

/// A conversation of so many entries by its customer.
fn tall(count: i64) -> Opened {
    let row = pages::rows().remove(0);
    let entries = (1..=count)
        .map(|seq| {
            entry(
                seq,
                EntryKind::Reply,
                From::Customer(person("Mara Lindt", "mara@acme.example")),
                500 - seq,
                &format!("Message {seq}.\nIts second line."),
            )
        })
        .collect();
    Opened::Thread(Box::new(pages::thread(row, entries)))
}

#[test]
fn the_selected_conversation_is_shown_and_passed_ones_are_not() {
    let mut screen = Screen::new(120, 40);
    assert_eq!((selected(&screen), shown(&screen)), (4821, 4821));
    screen.wait(1000).keys("j");
    assert_eq!((selected(&screen), shown(&screen)), (4819, 4819), "a single move shows at once");
    screen.keys("j j");
    assert_eq!((selected(&screen), shown(&screen)), (4807, 4819), "while rows are passed what is shown stays");
    screen.wait(200);
    assert_eq!(shown(&screen), 4807);
}

#[test]
fn a_long_list_is_read_in_windows_and_walked_from_end_to_end() {
    let mut screen = over_rows(long(500, |_| false));
    let read = |screen: &Screen| screen.model.rows().len();
    assert!(read(&screen) <= 30, "only some screens are read");
    for number in 2..=500 {
        screen.wait(200).keys("j");
        assert_eq!(selected(&screen), number);
        assert!(read(&screen) <= 30);
        assert!(screen.shown().contains(&format!("#{number} ")), "{number} is on the screen:\n{}", screen.shown());
    }
    for number in (1..500).rev() {
        screen.wait(200).keys("k");
        assert_eq!(selected(&screen), number);
    }
    screen.keys("G");
    assert_eq!(selected(&screen), 500);
    screen.keys("k");
    assert_eq!(selected(&screen), 499);
    screen.keys("g g");
    assert_eq!(selected(&screen), 1);
    screen.keys("Ctrl-D");
    assert_eq!(selected(&screen), 5);
    screen.keys("Ctrl-U");
    assert_eq!(selected(&screen), 1);
}

#[test]
fn next_unread_is_found_beyond_the_window() {
    let mut screen = over_rows(long(500, |number| number == 3 || number == 420));
    screen.keys("]");
    assert_eq!(selected(&screen), 3);
    screen.keys("]");
    assert_eq!(selected(&screen), 420);
    screen.keys("]");
    assert_eq!(selected(&screen), 3, "from the top again");
    let mut none = over_rows(long(500, |_| false));
    none.keys("]");
    assert!(none.foot().contains("Nothing else is unread"), "{}", none.foot());
}

#[test]
fn r3_8_a_new_message_moves_neither_the_selection_nor_the_conversation_that_is_read() {
    let mut screen = over_rows(long(500, |_| false));
    screen.wait(500);
    for _ in 0..20 {
        screen.wait(200).keys("j");
    }
    let line = |screen: &Screen, words: &str| screen.shown().lines().position(|line| line.contains(words)).unwrap();
    let before = line(&screen, "#21 ");
    screen.rows.insert(0, pages::row(900, "Somebody new", "New", "words", 0));
    let moved = screen.rows.remove(400);
    screen.rows.insert(0, moved);
    screen.read();
    assert_eq!(selected(&screen), 21);
    assert_eq!(line(&screen, "#21 "), before, "the selected row stays where it is on the screen");
    assert_eq!(shown(&screen), 21);
}

#[test]
fn a_row_that_goes_leaves_its_neighbour_selected_and_what_is_read_in_place() {
    let mut screen = Screen::new(120, 40);
    screen.keys("Enter");
    screen.rows.remove(0);
    screen.read();
    assert_eq!(selected(&screen), 4819);
    assert_eq!(shown(&screen), 4821, "the conversation that is read stays");
    assert_eq!(screen.model.area, Area::Thread);
}

#[test]
fn ones_own_act_in_the_list_goes_on_to_the_next_row() {
    let mut screen = Screen::new(120, 40);
    screen.keys("e");
    screen.rows.remove(0);
    screen.read();
    assert_eq!((selected(&screen), shown(&screen)), (4819, 4819));
    screen.rows.remove(0);
    screen.read();
    assert_eq!((selected(&screen), shown(&screen)), (4812, 4812), "what the keys act on is what is shown");
}

#[test]
fn once_the_list_has_the_keys_they_act_on_the_marked_row_and_it_is_shown() {
    let mut screen = Screen::new(120, 40);
    screen.keys("Enter t");
    screen.rows.remove(0);
    screen.read();
    assert_eq!((selected(&screen), shown(&screen)), (4819, 4821), "what is read stays");
    screen.keys("Esc");
    assert_eq!((selected(&screen), shown(&screen)), (4819, 4819));
    screen.keys("e");
    assert_eq!(screen.asked.last(), Some(&run(4819, Command::Close)));
    screen.keys("c t");
    assert!(screen.shown().contains("#4819"), "{}", screen.shown());
}

#[test]
fn while_rows_are_passed_the_keys_act_on_the_marked_one() {
    for (key, ask) in [("e", Command::Close), ("t", Command::Assign("ana".to_owned())), ("u", Command::MarkUnread)] {
        let mut screen = Screen::new(120, 40);
        screen.wait(1000).keys("j j j");
        assert_eq!((selected(&screen), shown(&screen)), (4807, 4819));
        screen.keys(key);
        assert_eq!(screen.asked.last(), Some(&run(4807, ask)));
    }
}

#[test]
fn what_is_taken_from_a_list_stays_and_the_next_key_is_for_it() {
    for (columns, lines) in [(120, 40), (80, 24), (60, 20)] {
        let mut screen = Screen::new(columns, lines);
        screen.keys("j t");
        assert!(screen.foot().contains("Assigned #4819 to @ana. z undo"), "{}", screen.foot());
        // It leaves Unassigned.
        screen.opened.insert(4819, Opened::Thread(Box::new(pages::thread(screen.rows[1].clone(), Vec::new()))));
        screen.rows.remove(1);
        screen.read();
        assert_eq!((screen.model.area, shown(&screen)), (Area::Thread, 4819), "{}", screen.shown());
        screen.keys("r").text("Mine now").keys("Ctrl-S");
        let sent = screen.asked.iter().rfind(|ask| matches!(ask, Ask::Run { command: Command::Reply(_), .. }));
        assert!(matches!(sent, Some(Ask::Run { conversation: ConversationId(4819), .. })), "{sent:?}");
        screen.keys("Esc");
        assert_eq!((selected(&screen), screen.model.area), (4812, Area::List));
    }
}

#[test]
fn what_is_not_taken_or_not_alone_is_not_opened() {
    let mut screen = Screen::new(120, 40);
    screen.answers.push_back(Denied::Refused(Refusal::new(RefusalKind::Denied, "R5.4", "Ben has it.")));
    screen.keys("t");
    assert_eq!((screen.model.area, selected(&screen)), (Area::List, 4821));
    screen.keys("x x t");
    assert!(screen.foot().contains("Assigned 2 conversations."), "{}", screen.foot());
    assert_eq!(screen.model.area, Area::List);
    // Giving one back and taking that back is no taking.
    screen.keys("z");
    assert_eq!(screen.model.area, Area::List);
}

#[test]
fn what_an_act_is_about_is_what_stands_beside_the_list() {
    let mut screen = Screen::new(120, 40);
    screen.wait(1000).keys("j j j");
    assert_eq!((selected(&screen), shown(&screen)), (4807, 4819), "rows are passed");
    screen.keys("e");
    assert_eq!(screen.asked.last(), Some(&run(4807, Command::Close)));
    assert_eq!((selected(&screen), shown(&screen)), (4807, 4807));
    screen.rows.retain(|row| row.id != ConversationId(4807));
    screen.read();
    assert_eq!(selected(&screen), shown(&screen), "the neighbour in its place");
    assert_ne!(shown(&screen), 4807);
    let next = shown(&screen);
    screen.keys("r");
    assert!(
        screen.model.composer.as_ref().is_some_and(|composer| composer.conversation() == Some(ConversationId(next)))
    );
}

#[test]
fn a_list_that_fills_again_leaves_what_is_read() {
    let mut screen = Screen::new(120, 40);
    screen.keys("Enter");
    let kept = std::mem::take(&mut screen.rows);
    screen.opened.insert(4821, Opened::Thread(Box::new(pages::mara())));
    screen.read();
    assert_eq!(shown(&screen), 4821);
    screen.rows = kept.into_iter().skip(1).collect();
    screen.read();
    assert_eq!((selected(&screen), shown(&screen)), (4819, 4821));
}

#[test]
fn closing_is_said_and_taken_back() {
    let mut screen = Screen::new(120, 40);
    screen.keys("e");
    assert_eq!(screen.asked.last(), Some(&run(4821, Command::Close)));
    assert!(screen.foot().contains("Closed #4821. z undo"), "{}", screen.foot());
    screen.keys("z");
    assert_eq!(screen.asked.last(), Some(&run(4821, Command::Reopen)));
    screen.keys("z");
    assert!(screen.foot().contains("nothing to take back") || screen.asked.last() == Some(&run(4821, Command::Close)));
}

#[test]
fn keys_ask_for_what_the_state_allows() {
    let mut screen = Screen::new(120, 40);
    for (key, command) in [
        ("t", Command::Assign("ana".to_owned())),
        ("L", Command::Lock),
        ("P", Command::SetPrivacy { privacy: Privacy::Private, confirmed: false }),
        ("w", Command::Unfollow),
        ("u", Command::MarkUnread),
    ] {
        screen.keys(key);
        assert_eq!(screen.asked.last(), Some(&run(4821, command)));
    }
    screen.rows[0].state = State::Locked;
    screen.opened.clear();
    screen.read();
    screen.keys("L");
    assert_eq!(screen.asked.last(), Some(&run(4821, Command::Unlock)));
    screen.rows[0].state = State::Closed;
    screen.read();
    screen.keys("e");
    assert_eq!(screen.asked.last(), Some(&run(4821, Command::Reopen)));
}

/// R1.5: who receives it can be changed while it is being written, and the text stays.
#[test]
fn recipients_are_changed_before_sending() {
    let mut screen = Screen::new(120, 40);
    screen.keys("Enter r").text("Half an answer").keys("Tab");
    assert!(screen.foot().contains("p recipients"), "{}", screen.foot());
    screen.keys("p");
    assert!(matches!(screen.model.layers.as_slice(), [Layer::People(_)]), "{}", screen.shown());
    screen.keys("Esc");
    let composer = screen.model.composer.as_ref().unwrap();
    assert_eq!((composer.editor.text(), composer.part), ("Half an answer", Part::Send));
    assert!(screen.model.layers.is_empty() && !screen.asked.iter().any(|ask| matches!(ask, Ask::Run { .. })));
}

#[test]
fn while_a_sequence_is_begun_the_last_line_says_what_can_follow() {
    let mut screen = Screen::new(200, 50);
    screen.keys("g");
    let foot = screen.foot();
    assert!(foot.starts_with(" g  u Unassigned · l Live · o Open · i Unanswered items · c Closed · "), "{foot}");
    assert!(foot.ends_with("a All Closed · g first row"), "{foot}");
    assert!(!foot.contains("Needs reassignment"), "what the viewer has not is not offered: {foot}");
    screen.keys("l");
    assert!(!screen.foot().contains("Unassigned"), "{}", screen.foot());
    let mut narrow = Screen::new(80, 24);
    narrow.keys("g");
    assert!(narrow.foot().starts_with(" g  u Unassigned") && narrow.foot().ends_with(" · …"), "{}", narrow.foot());
    narrow.keys("Esc");
    assert!(narrow.foot().contains("Enter open"), "{}", narrow.foot());
    // A keymap of one's own shows too.
    let own = "[[row]]\naction = \"go-to-live\"\nkeys = [\"Ctrl-T v\"]\n";
    narrow.model.keymap = Arc::new(Keymap::with_user_file(own).unwrap());
    narrow.keys("Ctrl-T");
    assert_eq!(narrow.foot(), " Ctrl-T  v Live");
}

#[test]
fn where_the_sidebar_is_not_on_the_screen_the_list_says_how_to_get_there() {
    let mut screen = Screen::new(80, 24);
    assert!(screen.foot().contains("Shift-Tab sidebar"), "{}", screen.foot());
    screen.keys("Shift-Tab");
    assert_eq!(screen.model.area, Area::Sidebar);
    assert!(screen.shown().contains("FROM CUSTOMERS") && !screen.foot().contains("sidebar"), "{}", screen.shown());
    assert!(!Screen::new(120, 40).foot().contains("sidebar"));
}

#[test]
fn several_chosen_ones_are_acted_on_together() {
    let mut screen = Screen::new(120, 40);
    screen.keys("x x x");
    assert_eq!(screen.model.list.chosen.len(), 3);
    screen.keys("e");
    let closed: Vec<&Ask> =
        screen.asked.iter().filter(|ask| matches!(ask, Ask::Run { command: Command::Close, .. })).collect();
    assert_eq!(closed.len(), 3);
    assert!(screen.foot().contains("Closed 3 conversations. z undo"), "{}", screen.foot());
    assert!(screen.model.list.chosen.is_empty());
    screen.keys("z");
    assert!(screen.foot().contains("Re-opened 3 conversations."), "{}", screen.foot());
}

#[test]
fn how_many_are_chosen_never_runs_into_how_many_are_listed() {
    for columns in [60, 70, 80, 100, 120] {
        let mut screen = Screen::new(columns, 24);
        screen.keys("x x");
        let title = if columns < 70 { screen.line(2) } else { screen.line(1) };
        let before = title.split(" chosen").nth(1).and_then(|rest| rest.chars().next());
        assert!(title.contains(" · 2 chosen") && before == Some(' '), "{columns}: {title}");
    }
}

#[test]
fn r1_5_a_note_that_nobody_is_sent_says_whom_it_is_for() {
    let mut screen = Screen::new(120, 40);
    let mut thread = pages::mara();
    thread.note_to = deskline::desk::page::Readers::default();
    screen.opened.insert(4821, Opened::Thread(Box::new(thread)));
    screen.read();
    screen.keys("n");
    assert!(screen.shown().contains(" for agents, none follows yet "), "{}", screen.shown());
    assert!(!screen.shown().contains("0 agents"));
    // A reply that reaches nobody does not pass for one.
    let mut thread = pages::mara();
    thread.reply_to = deskline::desk::page::Readers::default();
    screen.opened.insert(4821, Opened::Thread(Box::new(thread)));
    screen.keys("Esc");
    screen.read();
    screen.keys("r");
    assert!(screen.shown().contains("┌ Reply ── to nobody "), "{}", screen.shown());
}

#[test]
fn r5_4_what_lets_more_people_read_is_asked_first_and_no_is_the_default() {
    let publish = |confirmed| Command::SetPrivacy { privacy: Privacy::Public, confirmed };
    let mut screen = Screen::new(120, 40);
    screen.rows[0].privacy = Privacy::Private;
    screen.opened.clear();
    screen.read();
    let mut refusal = Refusal::new(RefusalKind::Confirm, "R6.5", "3 messages and 1 note become readable by 2 agents.");
    refusal.readers = vec!["cleo".to_owned(), "dev".to_owned()];
    for (answer, asks) in [("Enter", 1), ("y", 2)] {
        screen.asked.clear();
        screen.answers.push_back(Denied::Refused(refusal.clone()));
        screen.keys("P");
        assert_eq!(screen.asked.last(), Some(&run(4821, publish(false))));
        assert!(screen.shown().contains("3 messages and 1 note become readable by 2 agents."), "{}", screen.shown());
        assert!(screen.shown().contains("@cleo, @dev"));
        screen.keys(answer);
        assert_eq!(screen.asked.len(), asks);
        assert!(screen.model.layers.is_empty());
    }
    assert_eq!(screen.asked.last(), Some(&run(4821, publish(true))));
}

#[test]
fn r5_4_several_are_asked_about_one_by_one_and_each_yes_is_for_one() {
    let mut screen = Screen::new(120, 40);
    for row in &mut screen.rows {
        row.privacy = Privacy::Private;
    }
    screen.opened.clear();
    screen.read();
    let refusal = |count: u8| {
        let text = format!("{count} messages become readable by 2 agents.");
        Denied::Refused(Refusal::new(RefusalKind::Confirm, "R6.5", text))
    };
    screen.keys("x x x");
    screen.answers.extend([refusal(1), refusal(2), refusal(3)]);
    screen.keys("P");
    assert_eq!(screen.asked.len(), 3);
    assert!(screen.shown().contains("1 messages") && screen.shown().contains("#4821"), "{}", screen.shown());
    screen.keys("y");
    assert!(screen.shown().contains("2 messages") && screen.shown().contains("#4819"), "{}", screen.shown());
    screen.keys("n y");
    let agreed: Vec<&Ask> = screen
        .asked
        .iter()
        .filter(|ask| matches!(ask, Ask::Run { command: Command::SetPrivacy { confirmed: true, .. }, .. }))
        .collect();
    let publish = Command::SetPrivacy { privacy: Privacy::Public, confirmed: true };
    assert_eq!(agreed, [&run(4821, publish.clone()), &run(4812, publish)]);
    assert!(screen.model.layers.is_empty());
}

#[test]
fn a_reply_is_written_and_sent_with_what_was_seen() {
    let mut screen = Screen::new(120, 40);
    screen.keys("r").text("Hello Mara,").keys("Enter").text("try now");
    assert!(screen.shown().contains("┌ Reply ── to Mara Lindt, 2 agents"), "{}", screen.shown());
    assert!(screen.shown().contains("Tab ▸ [ Send Message ]"), "{}", screen.shown());
    screen.keys("Tab Enter");
    let Some(Ask::Run { command: Command::Reply(Writing { text, seen, client_id, .. }), .. }) =
        screen.asked.iter().find(|ask| matches!(ask, Ask::Run { command: Command::Reply(_), .. }))
    else {
        panic!("nothing was sent: {:?}", screen.asked)
    };
    assert_eq!(text, "Hello Mara,\ntry now");
    assert_eq!(*seen, Some(EntrySeq(5)));
    assert!(client_id.is_some());
    assert_eq!(screen.model.area, Area::Thread, "after sending, the keys go back to the conversation");
    assert!(screen.foot().contains("Sent."), "{}", screen.foot());
}

#[test]
fn r1_5_the_mode_shows_by_word_colour_and_border() {
    let mut screen = Screen::new(120, 40);
    screen.keys("n").text("for us");
    assert!(screen.shown().contains("┌ Note "), "{}", screen.shown());
    assert!(screen.shown().contains("╌╌ to 3 agents"), "{}", screen.shown());
    screen.keys("Ctrl-S");
    assert!(screen.asked.iter().any(|ask| matches!(ask, Ask::Run { command: Command::Note(_), .. })));
    let mut internal = Screen::new(120, 40);
    let mut opened = pages::mara();
    opened.row.audience = deskline::domain::conversation::Audience::Internal;
    internal.rows[0] = opened.row.clone();
    internal.opened.insert(4821, Opened::Thread(Box::new(opened)));
    internal.read();
    internal.keys("n");
    assert!(internal.foot().contains("no notes"), "{}", internal.foot());
    internal.keys("r");
    assert!(internal.shown().contains("╔ Internal ══ to "), "{}", internal.shown());
}

#[test]
fn r2_4_a_locked_conversation_takes_a_draft_and_says_why_nothing_is_sent() {
    for size in [(60, 20), (80, 24), (120, 40)] {
        let mut screen = Screen::new(size.0, size.1);
        let mut locked = pages::mara();
        locked.row.state = State::Locked;
        locked.may.reply = pages::no("Locked by Ana on 3 May. Unlock to reply.", "R2.4");
        screen.opened.insert(4821, Opened::Thread(Box::new(locked)));
        screen.read();
        screen.keys("Enter");
        let before = screen.shown();
        assert!(before.contains("[ Send Message ]"), "{before}");
        assert!(before.contains("Locked by Ana on 3 May. Unlock to reply."), "{before}");
        screen.keys("r");
        let open = screen.shown();
        assert!(open.contains("┌ Reply · draft only ── to "), "{open}");
        assert!(open.contains("Locked by Ana on 3 May. Unlock to reply."), "{open}");
        assert!(!screen.foot().contains("send"), "{}", screen.foot());
        screen.text("kept for later").keys("Ctrl-S");
        assert!(!screen.asked.iter().any(|ask| matches!(ask, Ask::Run { command: Command::Reply(_), .. })));
        let whole = "! Locked by Ana on 3 May. Unlock to reply. The draft is kept.";
        assert!(screen.said().ends_with(whole), "{}", screen.said());
        screen.keys("Esc");
        let kept = Ask::SaveDraft {
            place: DraftPlace::Conversation(ConversationId(4821)),
            mode: Mode::Reply,
            text: "kept for later".to_owned(),
            files: Vec::new(),
        };
        assert!(screen.asked.contains(&kept));
        assert!(screen.shown().contains("draft: kept for later"), "{}", screen.shown());
    }
}

#[test]
fn a_paste_that_does_not_fit_says_how_many_lines_there_are() {
    for (size, pasted, shown) in
        [((60, 20), 12, true), ((80, 24), 12, true), ((120, 40), 40, true), ((120, 40), 2, false)]
    {
        let mut screen = Screen::new(size.0, size.1);
        screen.keys("Enter r").take(Msg::Paste("a line\n".repeat(pasted)));
        let words = format!(" {} lines ┐", pasted + 1);
        assert_eq!(screen.shown().contains(&words), shown, "{words}\n{}", screen.shown());
    }
}

#[test]
fn that_more_lies_below_hides_no_word() {
    for (size, words) in [((80, 24), "↓ more ┐"), ((200, 30), "↓ more · End ┐")] {
        let mut screen = Screen::new(size.0, size.1);
        let mut long = pages::mara();
        long.entries[0].text = "word ".repeat(2000);
        screen.opened.insert(4821, Opened::Thread(Box::new(long)));
        screen.read();
        screen.keys("Enter Home");
        let shown = screen.shown();
        let line = |what: &str| shown.lines().position(|line| line.contains(what)).expect(&shown);
        assert_eq!(line(words), line("┌ Reply ── to Mara Lindt, 2 agents "), "{shown}");
    }
}

#[test]
fn a_screen_too_small_says_so_in_words_that_fit() {
    for (size, words) in [((39, 10), "deskline needs 40 × 10"), ((20, 4), "needs 40×10"), ((8, 2), "40×10")] {
        let screen = Screen::new(size.0, size.1);
        assert!(screen.shown().lines().any(|line| line == words), "{words}\n{}", screen.shown());
    }
}

#[test]
fn r2_7_a_follow_up_shows_its_subject_first() {
    for (size, mark) in [(80, ""), (120, "↳ #7"), (200, "follow-up to #7")] {
        let mut screen = Screen::new(size, 30);
        let mut after = pages::mara();
        after.row.follow_up_to = Some(ConversationId(7));
        screen.opened.insert(4821, Opened::Thread(Box::new(after)));
        screen.read();
        let shown = screen.shown();
        let line = shown.lines().find(|line| line.contains("#4821  Card declined at")).expect(&shown);
        assert!(line.contains(mark), "{line}");
    }
}

#[test]
fn drafts_are_kept_within_a_second_and_come_back() {
    let mut screen = Screen::new(120, 40);
    let place = DraftPlace::Conversation(ConversationId(4821));
    let saved = |screen: &Screen| screen.asked.iter().filter(|ask| matches!(ask, Ask::SaveDraft { .. })).count();
    screen.keys("r").text("half a sen");
    assert_eq!(saved(&screen), 0);
    screen.wait(1000);
    assert!(screen.asked.contains(&Ask::SaveDraft {
        place: place.clone(),
        mode: Mode::Reply,
        text: "half a sen".to_owned(),
        files: Vec::new(),
    }));
    screen.wait(10_000);
    assert_eq!(saved(&screen), 1, "kept once");
    screen.text("tence").keys("Esc n");
    assert_eq!(saved(&screen), 2, "kept when left");
    assert!(screen.model.composer.as_ref().unwrap().editor.text().is_empty(), "reply and note are kept apart");
    screen.text("a note").keys("Esc r");
    assert_eq!(screen.model.composer.as_ref().unwrap().editor.text(), "half a sentence");
    screen.keys("Esc j k r");
    assert_eq!(screen.model.composer.as_ref().unwrap().editor.text(), "half a sentence");
    let count = saved(&screen);
    screen.text("!").keys("Esc q");
    assert_eq!(saved(&screen), count + 1);
    assert_eq!(screen.effects.last(), Some(&Effect::Quit));
    let mut again = Screen::new(120, 40);
    let mut opened = pages::mara();
    opened.drafts = vec![Draft { place, mode: Mode::Reply, text: "from the desk".to_owned(), files: Vec::new() }];
    again.opened.insert(4821, Opened::Thread(Box::new(opened)));
    again.read();
    again.keys("r");
    assert_eq!(again.model.composer.as_ref().unwrap().editor.text(), "from the desk");
}

#[test]
fn r7_6_a_message_is_held_where_something_was_added() {
    let mut screen = Screen::new(120, 40);
    let added = entry(
        6,
        EntryKind::Reply,
        From::Customer(person("Mara Lindt", "mara@acme.example")),
        0,
        "It works now, thank you!",
    );
    screen.keys("r").text("Try this.");
    screen.answers.push_back(Denied::Stale { unseen: vec![added.clone()] });
    screen.keys("Ctrl-S");
    assert!(screen.shown().contains("It works now, thank you!"), "{}", screen.shown());
    screen.keys("Enter");
    assert_eq!(screen.model.area, Area::Composer, "editing is the first choice");
    assert_eq!(screen.model.composer.as_ref().unwrap().editor.text(), "Try this.");
    screen.answers.push_back(Denied::Stale { unseen: vec![added.clone()] });
    screen.keys("Ctrl-S Down Enter");
    let Some(Ask::Run { command: Command::Reply(writing), .. }) =
        screen.asked.iter().rfind(|ask| matches!(ask, Ask::Run { command: Command::Reply(_), .. }))
    else {
        panic!("not sent")
    };
    assert_eq!(writing.seen, Some(EntrySeq(6)), "sent although it was added");
    assert!(screen.foot().contains("Sent."));
    screen.keys("r").text("More.");
    screen.answers.push_back(Denied::Stale { unseen: vec![added] });
    screen.keys("Ctrl-S Down Down Enter");
    assert_eq!(screen.model.area, Area::Thread, "the draft is kept");
    assert!(screen.asked.iter().any(|ask| matches!(ask, Ask::SaveDraft { text, .. } if text == "More.")));
}

#[test]
fn r6_6_a_conversation_that_was_taken_away_is_gone_at_once() {
    for gone in [Opened::Restricted(ConversationId(4821)), Opened::NotFound(ConversationId(4821))] {
        let mut screen = Screen::new(120, 40);
        screen.keys("r").text("unfinished");
        let restricted = matches!(gone, Opened::Restricted(_));
        screen.rows.remove(0);
        screen.opened.insert(4821, gone);
        screen.base.item = None;
        screen.read();
        let shown = screen.shown();
        for secret in ["Mara", "Card", "declined", "unfinished", "Same bank"] {
            assert!(!shown.contains(secret), "{secret} is still there:\n{shown}");
        }
        if restricted {
            let words = "Restricted access. This conversation is private. Ask an administrator.";
            let line: Vec<&str> =
                shown.lines().filter_map(|line| line.rsplit('│').next()).flat_map(str::split_whitespace).collect();
            assert!(line.join(" ").contains(words), "{shown}");
        }
    }
}

#[test]
fn r3_7_what_was_on_the_screen_for_a_second_is_read() {
    let mut screen = Screen::new(120, 40);
    screen.wait(5000);
    assert!(screen.asked.is_empty(), "before the first key nobody has read anything");
    screen.keys("l");
    screen.wait(1000);
    assert_eq!(screen.asked, vec![run(4821, Command::MarkRead(Some(EntrySeq(5))))]);
    screen.wait(10_000);
    assert_eq!(screen.asked.len(), 1, "once");
    let mut away = Screen::new(120, 40);
    away.keys("l");
    away.take(Msg::Focus(false));
    away.wait(5000);
    assert!(away.asked.is_empty(), "nobody looks at a terminal without the focus");
    let mut opened = Screen::new(60, 20);
    opened.keys("j k");
    opened.wait(5000);
    assert!(opened.asked.is_empty(), "a list alone reads nothing");
    opened.keys("Enter").wait(0);
    assert!(opened.asked.contains(&run(4821, Command::MarkRead(Some(EntrySeq(5))))), "{:?}", opened.asked);
    let mut unread = Screen::new(120, 40);
    unread.keys("u").wait(5000);
    assert!(
        !unread.asked.iter().any(|ask| matches!(ask, Ask::Run { command: Command::MarkRead(_), .. })),
        "marked unread it stays unread"
    );
}

#[test]
fn r3_7_what_lies_under_a_dialog_is_not_read() {
    let read =
        |screen: &Screen| screen.asked.iter().any(|ask| matches!(ask, Ask::Run { command: Command::MarkRead(_), .. }));
    for key in ["?", "b", "m", "/"] {
        let mut screen = Screen::new(120, 40);
        screen.keys(key).wait(5000);
        assert!(!read(&screen), "{key} lies over it");
        screen.keys("Esc").wait(900);
        assert!(!read(&screen), "{key}: it is on the screen for a second only from now on");
        screen.wait(100);
        assert!(read(&screen), "{key}");
    }
    let mut opened = Screen::new(120, 40);
    opened.keys(": # 4 8 2 1").keys("Enter").wait(0);
    assert!(opened.model.layers.is_empty() && read(&opened), "opened from the palette it is read at once");
}

#[test]
fn r3_7_going_to_a_section_reads_nothing_before_a_second() {
    let read =
        |screen: &Screen| screen.asked.iter().any(|ask| matches!(ask, Ask::Run { command: Command::MarkRead(_), .. }));
    let mut screen = Screen::new(120, 40);
    screen.keys("g").wait(5000);
    assert!(!screen.asked.is_empty() && read(&screen), "what stayed was read");
    screen.asked.clear();
    screen.keys("u").wait(900);
    assert!(!read(&screen));
    screen.wait(100);
    assert!(read(&screen));
}

#[test]
fn a_long_conversation_is_read_in_windows_from_end_to_end() {
    let mut screen = Screen::over(pages::picture(), pages::rows(), HashMap::from([(4821, tall(400))]), 120, 24);
    assert!(screen.shown().contains("Message 400."), "{}", screen.shown());
    assert!(screen.model.opened().unwrap().entries.len() < 60, "only some screens are read");
    let mut pages = 0;
    while !screen.shown().contains("Message 1.") {
        screen.keys("PageUp");
        pages += 1;
        assert!(pages < 200, "{}", screen.shown());
    }
    while !screen.shown().contains("Message 400.") {
        screen.keys("PageDown");
        pages += 1;
        assert!(pages < 400, "{}", screen.shown());
    }
    screen.keys("Home");
    assert!(screen.shown().contains("Message 1."), "{}", screen.shown());
    screen.keys("End");
    assert!(screen.shown().contains("Message 400."), "{}", screen.shown());
    screen.keys("Enter");
    for number in (1..400).rev() {
        screen.keys("k");
        assert_eq!(screen.model.thread.as_ref().unwrap().cursor, Some(EntrySeq(number)));
        assert!(screen.shown().contains(&format!("Message {number}.")), "{number}:\n{}", screen.shown());
    }
    assert_ne!(screen.model.thread.as_ref().unwrap().start, ThreadStart::End);
}

#[test]
fn a_conversation_of_single_lines_finds_its_window() {
    let row = pages::rows().remove(0);
    let entries = (1..=500).map(|seq| entry(seq, EntryKind::System, From::System, 600 - seq, &format!("Line {seq}.")));
    let lines = Opened::Thread(Box::new(pages::thread(row, entries.collect())));
    for size in [(60, 20), (120, 60), (200, 24)] {
        let mut screen =
            Screen::over(pages::picture(), pages::rows(), HashMap::from([(4821, lines.clone())]), size.0, size.1);
        screen.keys("Enter");
        for _ in 0..60 {
            screen.keys("PageUp");
        }
        assert!(screen.shown().contains("Line 1."), "{}", screen.shown());
        for _ in 0..60 {
            screen.keys("PageDown");
        }
        assert!(screen.shown().contains("Line 500."), "{}", screen.shown());
    }
}

#[test]
fn an_answer_at_the_end_is_followed_and_higher_up_nothing_moves() {
    let mut screen = Screen::over(pages::picture(), pages::rows(), HashMap::from([(4821, tall(60))]), 120, 24);
    let add = |screen: &mut Screen, seq| {
        let Some(Opened::Thread(thread)) = screen.opened.get_mut(&4821) else { panic!() };
        thread.entries.push(entry(
            seq,
            EntryKind::Reply,
            From::Customer(person("Mara Lindt", "m@example.org")),
            0,
            &format!("Message {seq}."),
        ));
        thread.last_seq = EntrySeq(seq);
        screen.read();
    };
    add(&mut screen, 61);
    assert!(screen.shown().contains("Message 61."), "{}", screen.shown());
    screen.keys("PageUp PageUp");
    let before = screen.shown();
    add(&mut screen, 62);
    let words = |text: &str| {
        text.lines().take(20).map(|line| line.rsplit('│').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(words(&screen.shown())[3..18], words(&before)[3..18], "nothing moves");
    assert!(screen.shown().contains("new below"), "{}", screen.shown());
}

#[test]
fn escape_goes_one_level_back_and_alt_is_escape_and_the_key() {
    let mut screen = Screen::new(120, 40);
    screen.keys("Enter");
    assert_eq!(screen.model.area, Area::Thread);
    screen.keys("r Esc");
    assert_eq!(screen.model.area, Area::Thread);
    screen.keys("Esc");
    assert_eq!(screen.model.area, Area::List);
    screen.keys("Enter");
    screen.press(KeyPress { code: KeyCode::Char('j'), modifiers: Modifiers { alt: true, ..Modifiers::default() } });
    assert_eq!((screen.model.area, selected(&screen)), (Area::List, 4819));
}

#[test]
fn tab_goes_round_the_areas_at_every_width() {
    for (width, areas) in [
        (120, vec![Area::List, Area::Thread, Area::Sidebar, Area::List]),
        (200, vec![Area::List, Area::Thread, Area::Item, Area::Sidebar, Area::List]),
        (80, vec![Area::List, Area::Thread, Area::Sidebar, Area::List]),
        (60, vec![Area::List, Area::Thread, Area::Sidebar, Area::List]),
    ] {
        let mut screen = Screen::new(width, 40);
        for (at, area) in areas.iter().enumerate() {
            if at > 0 {
                screen.keys("Tab");
            }
            assert_eq!(screen.model.area, *area, "at {width} columns, step {at}");
        }
        for area in areas.iter().rev().skip(1) {
            screen.keys("Shift-Tab");
            assert_eq!(screen.model.area, *area, "back, at {width} columns");
        }
    }
}

#[test]
fn sections_are_reached_by_letters_numbers_and_the_sidebar() {
    let mut screen = Screen::new(120, 40);
    screen.keys("g r");
    assert_eq!(screen.model.section, Section::CustomerReplies);
    screen.keys("1");
    assert_eq!(screen.model.section, Section::Unassigned);
    screen.keys("J");
    assert_eq!(screen.model.section, Section::Live);
    screen.keys("K");
    assert_eq!(screen.model.section, Section::Unassigned);
    screen.keys("Shift-Tab j");
    assert_eq!((screen.model.section, screen.model.area), (Section::Live, Area::Sidebar));
    screen.keys("Enter");
    assert_eq!(screen.model.area, Area::List);
    screen.keys("g x");
    assert!(screen.foot().contains("no section"), "{}", screen.foot());
}

#[test]
fn the_number_is_copied_and_then_with_the_title() {
    let mut screen = Screen::new(120, 40);
    screen.keys("y");
    assert_eq!(screen.effects.last(), Some(&Effect::Copy("#4821".to_owned())));
    screen.keys("y");
    assert_eq!(screen.effects.last(), Some(&Effect::Copy("#4821 Card declined at checkout".to_owned())));
}

#[test]
fn a_paste_is_one_block_and_never_sends() {
    let mut screen = Screen::new(120, 40);
    screen.take(Msg::Paste("e\ne\n".to_owned()));
    assert!(screen.asked.is_empty(), "pasted letters are no keys");
    screen.keys("r");
    screen.take(Msg::Paste("one\r\ntwo\u{13}\u{1b}[31m\n".to_owned()));
    assert!(!screen.asked.iter().any(|ask| matches!(ask, Ask::Run { .. })));
    assert_eq!(screen.model.composer.as_ref().unwrap().editor.text(), "one\ntwo[31m\n");
}

#[test]
fn a_mention_is_picked_from_the_team() {
    let mut screen = Screen::new(120, 40);
    screen.keys("n").text("ask @cl");
    assert!(screen.shown().contains("@cleo"), "{}", screen.shown());
    screen.keys("Enter");
    assert_eq!(screen.model.composer.as_ref().unwrap().editor.text(), "ask @cleo ");
    screen.text("and me@acme").keys("Enter");
    assert_eq!(
        screen.model.composer.as_ref().unwrap().editor.text(),
        "ask @cleo and me@acme\n",
        "an address is no mention"
    );
}

#[test]
fn the_item_panel_opens_its_conversations() {
    for width in [60, 80, 120, 200] {
        let mut screen = Screen::new(width, 40);
        screen.keys("Enter");
        if screen.model.panel_beside() {
            screen.keys("Tab");
        } else {
            screen.keys("i");
        }
        assert_eq!(screen.model.area, Area::Item, "at {width}");
        assert!(screen.shown().contains("Conversations 3"), "at {width}:\n{}", screen.shown());
        screen.keys("j Enter");
        assert_eq!(shown(&screen), 4819, "at {width}");
    }
}

#[test]
fn the_items_composer_starts_a_conversation_on_it() {
    let mut screen = Screen::new(120, 40);
    screen.keys("i r").text("About this ticket").keys("Ctrl-S");
    let Some(Ask::Start(start)) = screen.asked.iter().find(|ask| matches!(ask, Ask::Start(_))) else {
        panic!("{:?}", screen.asked)
    };
    assert_eq!(start.text, "About this ticket");
    assert_eq!(shown(&screen), 5000, "what was started is shown");
}

#[test]
fn nothing_that_nobody_did_changes_the_screen() {
    let mut screen = Screen::new(120, 40);
    let before = screen.shown();
    screen.read();
    screen.take(Msg::Tick(pages::now() + Duration::seconds(30)));
    assert_eq!(screen.shown(), before);
}

#[test]
fn moving_in_a_list_reads_a_window_now_and_then_only() {
    let mut screen = over_rows(long(58, |_| false));
    let before = screen.reads;
    for _ in 0..40 {
        screen.keys("j");
    }
    let down = screen.reads - before;
    for _ in 0..40 {
        screen.keys("k");
    }
    let up = screen.reads - before - down;
    assert!(down <= 8 && up <= 8, "{down} down, {up} up");
}
