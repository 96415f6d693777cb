//! What is folded away in a message opens and closes where it stands on the screen.

use super::letters::{arrives, letter};
use crate::{desks::TestDesk, seat::Seat};
use deskline::domain::{
    id::ConversationId,
    letter::{Fold, FoldKind, Letter},
};

const SIZES: [(u16, u16); 4] = [(60, 20), (80, 24), (120, 40), (200, 50)];

/// Sixty quoted lines and a signature, behind and before words of its own.
fn quoting(marked: bool) -> Letter {
    let mark = if marked { "> " } else { "" };
    let quoted: String = (1..=60).map(|line| format!("{mark}quoted line {line}\n")).collect();
    let text = format!("First words.\n\n{quoted}\nLast words.\n\n-- \nMara Lindt\nACME\nHigh Street\n");
    let at = |words: &str| text.find(words).expect("words");
    let fold = |from: usize, to: usize, kind: FoldKind| Fold { from, to, kind };
    let folds = match marked {
        // As of a mail whose quotation was not found as such.
        true => Vec::new(),
        false => vec![
            fold(at("quoted line 1\n"), at("\nLast"), FoldKind::Quoted),
            fold(at("-- \n"), text.len(), FoldKind::Signature),
        ],
    };
    Letter { folds, ..letter("mara@example.com", "Card", &text) }
}

/// `before` and `behind`: how many messages there are around it.
fn desk(mail: Letter, before: usize, behind: usize) -> (TestDesk, ConversationId) {
    let desk = TestDesk::new();
    let id = desk.write_in("mara@example.com", None, "The first of all").conversation;
    for number in 0..before {
        desk.write_in("mara@example.com", Some(id), &format!("Before {number}"));
    }
    let token = desk.token(id, "mara@example.com");
    let mail = Letter { to: vec![TestDesk::tagged(&token)], ..mail };
    assert_eq!(arrives(&desk, mail).conversation, Some(id));
    for number in 0..behind {
        desk.write_in("mara@example.com", Some(id), &format!("Behind {number}"));
    }
    (desk, id)
}

/// On which row of the screen some words stand.
fn row(seat: &mut Seat, words: &str) -> usize {
    let shown = seat.shown();
    shown.lines().position(|line| line.contains(words)).unwrap_or_else(|| panic!("no {words}:\n{shown}"))
}

#[test]
fn a_quotation_opens_and_closes_where_its_fold_stands() {
    for size in SIZES {
        for (before, behind) in [(0, 0), (30, 0), (0, 30), (30, 2), (30, 30)] {
            let (desk, _) = desk(quoting(false), before, behind);
            let mut ana = Seat::sized(&desk, "ana", size);
            ana.keys("g o Enter End");
            for _ in 0..behind {
                ana.keys("k");
            }
            let about = format!("{size:?} {before} {behind}");
            let closed = row(&mut ana, "▸ 60 quoted lines");
            ana.keys("Enter");
            let open = row(&mut ana, "▾ 60 quoted lines");
            // Near the lower edge it moves up, for some of what it hid to be seen.
            let upper = closed < usize::from(size.1) / 2;
            assert!(if upper { open == closed } else { open <= closed }, "{about}\n{}", ana.shown());
            assert_eq!(row(&mut ana, "quoted line 4"), open + 4, "{about}\n{}", ana.shown());
            ana.keys("Enter");
            let again = row(&mut ana, "▸ 60 quoted lines");
            assert!(again == open || behind < 30 && again >= open, "{about}\n{}", ana.shown());
        }
    }
}

#[test]
fn where_its_beginning_is_above_the_screen_it_closes_at_the_top() {
    for size in SIZES {
        let (desk, _) = desk(quoting(false), 0, 40);
        let mut ana = Seat::sized(&desk, "ana", size);
        ana.keys("g o Enter Home j Enter PgDn");
        assert!(!ana.shown().contains("▾ 60 quoted") && ana.shown().contains("quoted line"), "{}", ana.shown());
        ana.keys("Enter");
        let shown = ana.shown();
        assert!(shown.contains("▸ 60 quoted lines") && shown.contains("Last words."), "{size:?}\n{shown}");
        let fold = row(&mut ana, "▸ 60 quoted lines");
        assert!(fold <= 5, "{size:?}: in row {fold}\n{shown}");
    }
}

#[test]
fn a_run_of_quoted_lines_goes_on_where_the_word_about_it_stood() {
    for size in SIZES {
        for behind in [0, 30] {
            let (desk, _) = desk(quoting(true), 20, behind);
            let mut ana = Seat::sized(&desk, "ana", size);
            ana.keys("g o Enter End");
            for _ in 0..behind {
                ana.keys("k");
            }
            let closed = row(&mut ana, "⋯ 59 more quoted lines");
            ana.keys("Enter");
            let open = row(&mut ana, "> quoted line 2");
            assert!(
                open <= closed && row(&mut ana, "> quoted line 5") == open + 3,
                "{size:?} {behind}\n{}",
                ana.shown()
            );
            ana.keys("Enter");
            assert!(ana.shown().contains("⋯ 59 more quoted lines"), "{size:?} {behind}\n{}", ana.shown());
        }
    }
}

#[test]
fn what_is_not_folded_moves_nothing() {
    let (desk, _) = desk(letter("mara@example.com", "Card", "Plain words"), 30, 1);
    let mut ana = Seat::sized(&desk, "ana", (80, 24));
    ana.keys("g o Enter End");
    let before = ana.shown();
    ana.keys("Enter");
    assert!(ana.foot().contains("Nothing of this message is folded away."), "{}", ana.foot());
    let body = |shown: &str| shown.lines().take(20).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(body(&ana.shown()), body(&before));
}
