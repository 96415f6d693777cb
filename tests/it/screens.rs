//! What the screen looks like, over made-up pages, at four sizes.

use crate::{
    pages::{self, entry, person},
    screen::{Screen, text},
};
use deskline::{
    desk::page::{Denied, From, ListPage, Listed, Opened, Page, SectionRow},
    domain::{
        conversation::{Audience, EntryKind, Privacy, State},
        id::ConversationId,
        refusal::{Refusal, RefusalKind},
        section::Section,
    },
    tui::{ask::Msg, update::update},
};
use std::collections::HashMap;

/// Small, usual, large, huge.
const SIZES: [(u16, u16); 4] = [(60, 20), (80, 24), (120, 40), (200, 50)];

/// Draws something at every size and compares it with what was looked at before.
fn look(name: &str, screen: impl Fn(u16, u16) -> Screen) {
    for (columns, rows) in SIZES {
        let screen = screen(columns, rows);
        insta::assert_snapshot!(format!("{name}_{columns}x{rows}"), screen.shown());
    }
}

/// The made-up desk with another first conversation.
fn with_first(columns: u16, rows: u16, opened: Opened) -> Screen {
    let mut listed = pages::rows();
    if let Opened::Thread(thread) = &opened {
        listed[0] = thread.row.clone();
    }
    Screen::over(pages::picture(), listed, HashMap::from([(4821, opened)]), columns, rows)
}

#[test]
fn picture() {
    look("picture", |columns, rows| {
        let mut screen = Screen::new(columns, rows);
        if columns < 70 {
            screen.keys("Enter");
        }
        screen
    });
}

#[test]
fn list_alone() {
    let screen = Screen::new(60, 20);
    insta::assert_snapshot!(screen.shown());
}

#[test]
fn sections_alone() {
    let mut screen = Screen::new(60, 20);
    screen.keys("Shift-Tab");
    insta::assert_snapshot!(screen.shown());
}

#[test]
fn writing_a_reply() {
    look("reply", |columns, rows| {
        let mut screen = Screen::new(columns, rows);
        screen
            .keys("r")
            .text("Hello Mara, we have found it: 你好")
            .keys("Enter Enter")
            .text("The bank has changed a field.");
        screen
    });
}

#[test]
fn writing_a_note_with_a_mention() {
    look("note", |columns, rows| {
        let mut screen = Screen::new(columns, rows);
        screen.keys("n").text("please look, @");
        screen
    });
}

#[test]
fn send_has_the_focus() {
    look("send", |columns, rows| {
        let mut screen = Screen::new(columns, rows);
        screen.keys("r").text("Done.").keys("Tab");
        screen
    });
}

#[test]
fn r2_4_locked() {
    look("locked", |columns, rows| {
        let mut locked = pages::mara();
        locked.row.state = State::Locked;
        locked.row.privacy = Privacy::Private;
        locked.may.reply = pages::no("Locked by Ana on 3 May. Unlock to reply.", "R2.4");
        let mut screen = with_first(columns, rows, Opened::Thread(Box::new(locked)));
        screen.keys("r").text("kept for later").keys("Esc Enter");
        screen
    });
}

#[test]
fn internal() {
    look("internal", |columns, rows| {
        let mut row = pages::rows().remove(0);
        row.audience = Audience::Internal;
        row.requester = None;
        row.assignee = None;
        row.item = None;
        row.subject = "Lunch".to_owned();
        row.participants = vec![person("Ana Ruiz", "ana"), person("Ben Okafor", "ben")];
        let from = |name: &str, handle: &str| From::Agent(person(name, handle));
        let entries = vec![
            entry(1, EntryKind::Reply, from("Ben Okafor", "ben"), 1500, "At one?"),
            entry(2, EntryKind::Reply, from("Ana Ruiz", "ana"), 20, "At one."),
        ];
        let mut thread = pages::thread(row, entries);
        thread.may.note = pages::no("Internal conversations have no notes.", "R1.4");
        thread.reply_to = deskline::desk::page::Readers { agents: 1, ..Default::default() };
        let mut screen = with_first(columns, rows, Opened::Thread(Box::new(thread)));
        screen.keys("Enter");
        screen
    });
}

#[test]
fn r6_6_restricted() {
    look("restricted", |columns, rows| {
        let mut screen = with_first(columns, rows, Opened::Restricted(ConversationId(4821)));
        screen.base.item = None;
        screen.keys("Enter");
        screen
    });
}

#[test]
fn not_found() {
    look("not_found", |columns, rows| {
        let mut screen = with_first(columns, rows, Opened::NotFound(ConversationId(4821)));
        screen.base.item = None;
        screen.keys("Enter");
        screen
    });
}

#[test]
fn empty_sections() {
    look("empty", |columns, rows| {
        let mut screen = Screen::over(Page { item: None, ..pages::page() }, Vec::new(), HashMap::new(), columns, rows);
        screen.keys("g l");
        screen
    });
}

#[test]
fn unanswered_items() {
    for (columns, rows) in SIZES {
        let items =
            vec![pages::item_row(102, "Card declined", Some("Mara Lindt")), pages::item_row(99, "请问 Export", None)];
        let list =
            ListPage { section: Section::Unanswered, rows: Listed::Items(items), total: 2, newer: false, older: false };
        let page = Page { list: Some(list), item: Some(pages::item()), ..pages::page() };
        let mut model = pages::model(pages::page(), columns, rows);
        for key in ["g", "i"] {
            update(&mut model, Msg::Press(key.parse().unwrap()));
        }
        update(&mut model, Msg::Page(Box::new(page.clone())));
        insta::assert_snapshot!(format!("unanswered_{columns}x{rows}"), text(&model));
        update(&mut model, Msg::Press("Enter".parse().unwrap()));
        insta::assert_snapshot!(format!("unanswered_item_{columns}x{rows}"), text(&model));
    }
}

#[test]
fn item_panel() {
    look("item", |columns, rows| {
        let mut screen = Screen::new(columns, rows);
        screen.keys("Enter i");
        if !screen.model.panel_beside() {
            screen.keys("i");
        }
        screen.keys("j r").text("About the ticket");
        screen
    });
}

#[test]
fn text_from_outside_in_every_script() {
    look("scripts", |columns, rows| {
        let row = pages::rows().remove(0);
        let customer = |name: &str| From::Customer(person(name, "x@example.org"));
        let entries = vec![
            entry(
                1,
                EntryKind::Reply,
                customer("王小明"),
                50,
                "请问可以取消昨天的订单吗?我昨天下午三点左右在你们网站上买了一张去北京的火车票,现在想要退票。",
            ),
            entry(2, EntryKind::Reply, customer("ليلى حداد"), 40, "مشكلة في الدفع 123 منذ أمس، هل يمكنكم المساعدة؟"),
            entry(
                3,
                EntryKind::Reply,
                customer("Zoë 👩‍👩‍👧"),
                30,
                "It works 🎉🎉 but the flag 🇸🇪 is wrong ❤️ e\u{301}\u{301}\u{301}",
            ),
            entry(
                4,
                EntryKind::Reply,
                customer("Eve\u{202e}lived"),
                20,
                "\u{1b}]0;owned\u{7}\u{1b}[31mred\u{1b}[0m\u{200b}\u{e0041}\u{202e}evil\r\n\ttab\u{9b}5A\n",
            ),
            entry(5, EntryKind::Reply, customer("สมชาย"), 10, "สวัสดีครับ ผมต้องการความช่วยเหลือ"),
        ];
        let mut screen = with_first(columns, rows, Opened::Thread(Box::new(pages::thread(row, entries))));
        screen.keys("Enter");
        screen
    });
    let mut screen = Screen::new(120, 40);
    screen.keys("Enter v");
    insta::assert_snapshot!("raw_120x40", screen.shown());
}

#[test]
fn r7_6_held() {
    look("held", |columns, rows| {
        let mut screen = Screen::new(columns, rows);
        screen.keys("r").text("Try this.");
        let customer = From::Customer(person("Mara Lindt", "mara@acme.example"));
        let unseen = vec![
            entry(6, EntryKind::Reply, customer, 0, "It works now, thank you!"),
            entry(7, EntryKind::System, From::System, 0, "Ben Okafor closed this conversation."),
        ];
        screen.answers.push_back(Denied::Stale { unseen });
        screen.keys("Ctrl-S");
        screen
    });
}

#[test]
fn r6_5_a_question() {
    look("question", |columns, rows| {
        let mut screen = Screen::new(columns, rows);
        let mut refusal = Refusal::new(
            RefusalKind::Confirm,
            "R6.5",
            "3 messages and 1 note become readable by 2 agents. Make it public?",
        );
        refusal.readers = vec!["cleo".to_owned(), "dev".to_owned()];
        refusal.adds = vec!["Y of ACME".to_owned()];
        screen.answers.push_back(Denied::Refused(refusal));
        screen.keys("P");
        screen
    });
}

#[test]
fn too_small_and_shut() {
    let mut screen = Screen::new(39, 9);
    insta::assert_snapshot!("too_small", screen.shown());
    screen = Screen::new(80, 24);
    screen.take(Msg::Shut("You are switched off at this desk. Ask an administrator.".to_owned()));
    insta::assert_snapshot!("shut", screen.shown());
}

#[test]
fn numbers_of_the_sidebar_stand_apart_from_its_titles() {
    let rows = [(Section::All, 116), (Section::NeedsReassignment, 1000), (Section::Open, 7)];
    let sections = rows.map(|(section, unread)| SectionRow { section, unread, total: 2000 });
    let base = Page { sections: sections.to_vec(), ..pages::picture() };
    let shown = Screen::over(base, pages::rows(), HashMap::new(), 120, 40).shown();
    for line in ["All conversatio… 116 │", "Needs reassign… 999+ │", "Open               7 │"] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
}
