//! Whatever is pressed, pasted or arrives, in whatever order and at whatever size: the screen draws and nothing breaks.

use crate::{pages, screen::Screen};
use deskline::{
    desk::page::{Denied, Opened},
    domain::id::ConversationId,
    tui::{
        ask::Msg,
        keymap::{KeyCode, KeyPress, Modifiers},
        model::Area,
    },
};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Step {
    Press(KeyPress),
    Paste(String),
    Resize(u16, u16),
    Click(u16, u16),
    Wheel(u16, u16, i16),
    Wait(i64),
    /// A row goes from the list.
    Gone(usize),
    /// A row comes to the top of the list.
    Came(i64),
    /// The opened conversation is taken away, or was never there.
    Taken(bool),
    /// The next act is refused.
    Refused,
    Focus(bool),
    Shut,
}

fn press() -> impl Strategy<Value = KeyPress> {
    let code = prop_oneof![
        12 => prop::sample::select("jkgGJK]xrnatfeLPwc#ipuymzvqRbA,+/:?123456789uolicrnsA@ ".chars().collect::<Vec<_>>())
            .prop_map(KeyCode::Char),
        2 => prop::sample::select("adeuknpstwyoclz_".chars().collect::<Vec<_>>()).prop_map(KeyCode::Char),
        6 => prop::sample::select(vec![
            KeyCode::Enter, KeyCode::Esc, KeyCode::Tab, KeyCode::Backspace, KeyCode::Delete, KeyCode::Up, KeyCode::Down,
            KeyCode::Left, KeyCode::Right, KeyCode::Home, KeyCode::End, KeyCode::PageUp, KeyCode::PageDown,
            KeyCode::Function(2), KeyCode::Insert,
        ]),
        1 => any::<char>().prop_map(KeyCode::Char),
    ];
    (code, prop::bool::weighted(0.1), prop::bool::weighted(0.05), prop::bool::weighted(0.05)).prop_map(
        |(code, control, alt, shift)| KeyPress { code, modifiers: Modifiers { control, alt, shift } }.normalized(),
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        20 => press().prop_map(Step::Press),
        1 => ".{0,40}".prop_map(Step::Paste),
        1 => (1u16..220, 1u16..60).prop_map(|(columns, rows)| Step::Resize(columns, rows)),
        1 => (0u16..220, 0u16..60).prop_map(|(x, y)| Step::Click(x, y)),
        1 => (0u16..220, 0u16..60, -3i16..3).prop_map(|(x, y, turn)| Step::Wheel(x, y, turn)),
        1 => (0i64..3000).prop_map(Step::Wait),
        1 => (0usize..60).prop_map(Step::Gone),
        1 => (5000i64..6000).prop_map(Step::Came),
        1 => any::<bool>().prop_map(Step::Taken),
        1 => Just(Step::Refused),
        1 => any::<bool>().prop_map(Step::Focus),
        1 => Just(Step::Shut),
    ]
}

fn take(screen: &mut Screen, step: Step) {
    match step {
        Step::Press(press) => screen.press(press),
        Step::Paste(text) => screen.take(Msg::Paste(text)),
        Step::Resize(columns, rows) => screen.take(Msg::Resize(columns, rows)),
        Step::Click(x, y) => screen.take(Msg::Click(x, y)),
        Step::Wheel(x, y, turn) => screen.take(Msg::Wheel(x, y, turn)),
        Step::Wait(milliseconds) => {
            screen.wait(milliseconds);
        }
        Step::Gone(at) => {
            if !screen.rows.is_empty() {
                let at = at % screen.rows.len();
                screen.rows.remove(at);
            }
        }
        Step::Came(number) => screen.rows.insert(0, pages::row(number, "Somebody", "Something", "words", 0)),
        Step::Taken(known) => {
            if let Some(id) = screen.model.thread.as_ref().map(|view| view.conversation.0) {
                let id = ConversationId(id);
                let gone = if known { Opened::Restricted(id) } else { Opened::NotFound(id) };
                screen.opened.insert(id.0, gone);
            }
        }
        Step::Refused => screen.answers.push_back(Denied::Invalid("No.".to_owned())),
        Step::Focus(focus) => screen.take(Msg::Focus(focus)),
        Step::Shut => screen.take(Msg::Shut("Closed.".to_owned())),
    }
    screen.read();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_breaks(size in (1u16..210, 1u16..60), steps in prop::collection::vec(step(), 1..60)) {
        let mut screen = Screen::new(size.0, size.1);
        for step in steps {
            take(&mut screen, step);
            let shown = screen.shown();
            prop_assert_eq!(shown.lines().count(), usize::from(screen.model.size.1));
            let model = &screen.model;
            if let Some(view) = &model.thread {
                let taken = !matches!(screen.opened.get(&view.conversation.0), Some(Opened::Thread(_)) | None);
                if taken && model.shut.is_none() {
                    prop_assert!(model.opened().is_none(), "what was taken away is still shown");
                }
            }
            prop_assert!(model.area != Area::Composer || model.composer.is_some() || model.shut.is_some());
        }
    }
}
