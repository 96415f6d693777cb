//! Safe text and the screen agree on how many cells a text takes.

use deskline::domain::text::{SafeText, width};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// What is measured in one way and drawn in another garbles the line behind it.
#[track_caller]
fn assert_drawn_as_measured(raw: &str) {
    let safe = SafeText::line(raw);
    // One column more than the widest line, so that nothing is left out.
    for line in safe.wrap(1_000) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 1_001, 1));
        let (end, _) = buffer.set_stringn(0, 0, &line, usize::MAX, Style::default());
        assert_eq!(usize::from(end), width(&line), "{}", line.escape_unicode());
    }
}

#[test]
fn every_character_is_drawn_as_wide_as_it_is_measured() {
    // Planes 4 to 13 hold nothing.
    for character in ('\0'..='\u{3FFFF}').chain('\u{E0000}'..='\u{E1000}') {
        assert_drawn_as_measured(&String::from(character));
    }
}

#[test]
fn sequences_are_drawn_as_wide_as_they_are_measured() {
    for text in [
        "Hello, my card is declined.",
        "日本語とひらがな、한국어와 中文",
        "لا إله",
        "می‌خواهم",
        "ශ්‍රී ලංකා",
        "क्षत्रिय",
        "👩🏻‍❤️‍💋‍👨🏿 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🇩🇪 1️⃣ ☎︎",
        "ｶﾞｷﾞ",
        "각",
        "a\u{1B}[31mb\u{7}c\u{202E}d\ne",
    ] {
        assert_drawn_as_measured(text);
    }
}

proptest! {
    #[test]
    fn any_text_is_drawn_as_wide_as_it_is_measured(text in proptest::collection::vec(any::<char>(), 0..40)) {
        assert_drawn_as_measured(&text.into_iter().collect::<String>());
    }
}
