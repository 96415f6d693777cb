//! What holds of every letter, whatever its bytes were: asked by the tests with changed mails, and by the fuzz targets.

use deskline::{
    domain::letter::{Fold, Letter, Nature},
    mail::{MOST_DECODED, MOST_PARTS},
};

/// What holds of the folds of every text.
pub fn check_folds(text: &str, folds: &[Fold]) {
    let mut before = 0;
    for fold in folds {
        assert!(fold.from >= before && fold.to > fold.from && fold.to <= text.len(), "in order, not empty, inside");
        assert!(fold.from == 0 || text.as_bytes()[fold.from - 1] == b'\n', "begins a line");
        assert!(fold.to == text.len() || text.as_bytes()[fold.to - 1] == b'\n', "ends a line");
        before = fold.to;
    }
    let hidden: usize = folds.iter().map(|fold| text[fold.from..fold.to].split_whitespace().count()).sum();
    assert!(folds.is_empty() || hidden < text.split_whitespace().count(), "something shows");
}

/// What holds of every letter.
pub fn check(letter: &Letter) {
    check_folds(&letter.text, &letter.folds);
    assert!(!letter.text.contains(['\0', '\r']));
    assert!(letter.message_id.as_ref().is_none_or(|id| !id.is_empty() && id.len() <= 998));
    let people = letter.from.iter().chain(&letter.sender).chain(&letter.reply_to).chain(&letter.to).chain(&letter.cc);
    for person in people {
        assert!(
            !person.address.is_empty() && !person.address.contains(|it: char| it.is_whitespace() || it.is_control())
        );
        assert!(!person.name.contains(char::is_control), "{:?}", person.name);
    }
    assert!(!letter.subject.contains(char::is_control), "{:?}", letter.subject);
    assert!(letter.attachments.len() <= MOST_PARTS);
    for attached in &letter.attachments {
        let name = &attached.name;
        assert!(!name.is_empty() && name.len() <= 200 && !name.starts_with('.') && !name.ends_with('.'), "{name:?}");
        assert!(!name.contains(|it: char| it.is_control() || matches!(it, '/' | '\\' | '\u{202e}')), "{name:?}");
        assert!(
            !attached.media_type.contains(|it: char| it.is_control() || it.is_whitespace()),
            "{:?}",
            attached.media_type
        );
    }
    let attached: usize = letter.attachments.iter().map(|it| it.content.len()).sum();
    assert!(letter.text.len() + attached <= MOST_DECODED);
    match &letter.nature {
        Nature::Person => {}
        Nature::Automatic => assert!(!letter.answer_automatically),
        Nature::Report(report) => {
            assert!(!letter.answer_automatically);
            for it in &report.recipients {
                assert!(!it.address.is_empty() && it.words.chars().count() <= 500 && !it.words.contains('\n'));
            }
        }
    }
}
