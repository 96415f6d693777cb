//! Text from outside made safe for a terminal: the type every stored string passes through on its way out.

mod characters;
mod cleaning;
mod escapes;
mod first_words;
mod fitting;

use std::fmt::{self, Display, Formatter, Write as _};

pub use first_words::first_words;
pub use fitting::width;

use cleaning::{Breaks, clean};

/// Text that can do nothing to a terminal but be read.
///
/// Escape sequences and control characters have become visible marks; invisible, bidi and tag characters are gone
/// and counted. Joiners and variation selectors stay inside emoji and in the scripts that are spelled with them.
/// At most eight combining marks stand on one character. Making it costs time linear in the text, whatever it holds.
/// Cleaning clean text changes nothing.
///
/// The exact text stays in the store; JSON output keeps it too, through [`json_escape`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SafeText {
    text: String,
    hidden: usize,
}

impl SafeText {
    /// Makes one line of it: every line break becomes a mark set apart by single spaces ("one ⏎ two"), a tab one space.
    ///
    /// Line breaks are LF, CR, CR LF (one break), VT, FF, U+0085, U+2028 and U+2029.
    pub fn line(raw: &str) -> SafeText {
        SafeText::cleaned(raw, Breaks::Marked)
    }

    /// Keeps the line breaks, each as `\n`, and expands tabs to the next multiple of four columns.
    ///
    /// Line breaks are LF, CR, CR LF (one break), U+0085, U+2028 and U+2029.
    pub fn block(raw: &str) -> SafeText {
        SafeText::cleaned(raw, Breaks::Kept)
    }

    fn cleaned(raw: &str, breaks: Breaks) -> SafeText {
        let (text, hidden) = clean(raw, breaks);
        SafeText { text, hidden }
    }

    /// The safe text itself; the only control character it can hold is `\n`, and that only from [`SafeText::block`].
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The safe text, taken out.
    pub fn into_string(self) -> String {
        self.text
    }

    /// Whether nothing is left to show.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// How many invisible, bidi and tag characters were dropped.
    ///
    /// Not counted: combining marks over the limit, and a single zero-width space after a letter of Thai, Lao, Khmer,
    /// Burmese or a sister script, which is how those part words.
    pub fn hidden(&self) -> usize {
        self.hidden
    }

    /// What to say beside the text where something was dropped: "⚠ 3 hidden characters"; `None` where nothing was.
    pub fn warning(&self) -> Option<String> {
        match self.hidden {
            0 => None,
            1 => Some("⚠ 1 hidden character".to_owned()),
            many => Some(format!("⚠ {many} hidden characters")),
        }
    }

    /// Display cells; for several lines, those of the widest.
    pub fn width(&self) -> usize {
        self.text.split('\n').map(width).max().unwrap_or(0)
    }

    /// The first line, cut between graphemes to at most `columns` cells.
    ///
    /// Ends with "…" where something was cut (further lines count as cut), unless there is no column for it.
    pub fn fit(&self, columns: usize) -> String {
        fitting::fit(&self.text, columns)
    }

    /// The text in lines of at most `columns` cells (0 counts as 1), always at least one line.
    ///
    /// Breaks at spaces, on both sides of Chinese, Japanese, Korean and emoji (but not before closing and after opening
    /// punctuation), and inside a word only where the word alone is too long. Loses nothing but the spaces at which it
    /// breaks and those at the end of a line. A line exceeds `columns` only where one column has to take a wide character.
    pub fn wrap(&self, columns: usize) -> Vec<String> {
        fitting::wrap(&self.text, columns)
    }
}

impl Display for SafeText {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.text)
    }
}

/// Turns every character of JSON text that could act on a terminal or hide in it into `\uXXXX`.
///
/// Takes valid JSON, in which such characters stand only inside strings; parsing the result gives exactly what parsing
/// the argument gives. More is escaped than [`SafeText`] drops: joiners and variation selectors always.
/// Combining marks are from the ninth on.
pub fn json_escape(serialized: &str) -> String {
    let mut escaped = String::with_capacity(serialized.len());
    let mut copied = 0;
    let mut marks = 0;
    for (at, character) in serialized.char_indices() {
        marks = if characters::is_zero_width(character) { marks + 1 } else { 0 };
        let harmless = characters::is_inert(character) || matches!(character, '\n' | '\r' | '\t');
        if harmless && marks <= cleaning::MARKS {
            continue;
        }
        escaped.push_str(&serialized[copied..at]);
        copied = at + character.len_utf8();
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a String cannot fail.
            let _ = write!(escaped, "\\u{unit:04x}");
        }
    }
    escaped.push_str(&serialized[copied..]);
    escaped
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::time::{Duration, Instant};

    use proptest::prelude::*;
    use unicode_segmentation::UnicodeSegmentation as _;

    use super::*;

    fn line(raw: &str) -> String {
        SafeText::line(raw).into_string()
    }

    fn block(raw: &str) -> String {
        SafeText::block(raw).into_string()
    }

    fn unchanged(raw: &str) {
        let safe = SafeText::line(raw);
        assert_eq!((safe.as_str(), safe.hidden()), (raw, 0), "{}", raw.escape_unicode());
    }

    fn becomes(raw: &str, text: &str, hidden: usize) {
        let safe = SafeText::line(raw);
        assert_eq!((safe.as_str(), safe.hidden()), (text, hidden), "{}", raw.escape_unicode());
    }

    /// Written apart from the code under test: what must never reach a terminal, whatever stands beside it.
    fn is_forbidden(character: char) -> bool {
        let code = u32::from(character);
        character.is_control()
            || matches!(
                code,
                0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180E | 0x200B | 0x200E | 0x200F
                | 0x2028..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFDD0..=0xFDEF | 0xFEFF | 0xFFA0 | 0xFFF0..=0xFFFB
                | 0x13430..=0x1343F | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE001F | 0xE0080..=0xE00FF
                | 0xE01F0..=0xE0FFF
            )
            || code % 0x10000 >= 0xFFFE
    }

    fn assert_safe(raw: &str, text: &str) {
        let shown = text.escape_unicode();
        assert!(!text.contains(is_forbidden), "{} came out as {shown}", raw.escape_unicode());
        let characters: Vec<char> = text.chars().collect();
        for (at, &character) in characters.iter().enumerate() {
            let before = at.checked_sub(1).map_or(' ', |index| characters[index]);
            match u32::from(character) {
                0x200C | 0x200D | 0x180B..=0x180F | 0xFE00..=0xFE0E | 0xE0100..=0xE01EF => {
                    assert!(!before.is_ascii() && !('\u{2000}'..='\u{200F}').contains(&before), "{shown}");
                }
                0xFE0F => assert!(!before.is_ascii() || characters.get(at + 1) == Some(&'\u{20E3}'), "{shown}"),
                0xE0020..=0xE007F => {
                    let start = text.char_indices().nth(at).unwrap().0;
                    let flag = text[..start].rfind('\u{1F3F4}').unwrap();
                    let sequence = text[flag + 4..].split_inclusive('\u{E007F}').next().unwrap();
                    assert!(characters::FLAG_TAGS.contains(&sequence), "{shown}");
                }
                _ => {}
            }
        }
        for grapheme in text.graphemes(true) {
            assert!(grapheme.chars().count() <= 33, "{shown}");
        }
    }

    #[test]
    fn plain_text_stays_as_it_is() {
        for text in [
            "",
            "Hello, my card is declined.",
            "naïve café — “quoted” … 5 €",
            "日本語とひらがな、한국어와 中文",
            "Привет!",
        ] {
            unchanged(text);
            assert_eq!(block(text), text);
        }
        assert_eq!(block("one\ntwo\n"), "one\ntwo\n");
    }

    #[test]
    fn a_whole_escape_sequence_becomes_one_mark() {
        becomes("\u{1B}[31mred\u{1B}[0m", "␛red␛", 0);
        becomes("a\u{1B}]0;title\u{7}b", "a␛b", 0);
        becomes("a\u{1B}]8;;https://example.net/\u{1B}\\link\u{1B}]8;;\u{1B}\\b", "a␛link␛b", 0);
        becomes("a\u{1B}]52;c;cm0gLXJmIC8=\u{1B}\\b", "a␛b", 0);
        becomes("a\u{1B}Pq#0;2;0;0;0\u{1B}\\b", "a␛b", 0);
        becomes("a\u{1B}_apc\u{1B}\\b\u{1B}^pm\u{1B}\\c\u{1B}Xsos\u{1B}\\d", "a␛b␛c␛d", 0);
        becomes("a\u{9B}1;31mb\u{9D}0;t\u{9C}c\u{90}q\u{9C}d\u{9C}e", "a␛b␛c␛d␛e", 0);
        becomes("a\u{1B}(Bb\u{1B}#8c\u{1B}cd\u{1B}=e", "a␛b␛c␛d␛e", 0);
        becomes("a\u{1B}OPb\u{8E}xc", "a␛b␛c", 0);
        becomes("\u{1B}", "␛", 0);
        becomes("\u{1B}\u{1B}[1mx", "␛␛x", 0);
        becomes("\u{1B}é", "␛é", 0);
    }

    #[test]
    fn a_cancelled_or_endless_sequence_hides_nothing_that_follows() {
        becomes("\u{1B}[12\u{18}shown", "␛shown", 0);
        becomes("\u{1B}P1;2|data\u{18}shown", "␛shown", 0);
        becomes("\u{1B}]0;never ended, and still to be read", "␛0;never ended, and still to be read", 0);
        becomes("\u{1B}Pabc\u{1B}[1mdef", "␛abc␛def", 0);
        becomes("\u{1B}[12\nshown", "␛ ⏎ shown", 0);
        becomes("\u{1B}[", "␛", 0);
        becomes("\u{9D}\u{9D}x", "␛␛x", 0);
        becomes("\u{1B}]0;bell ends only an OSC\u{7}\u{1B}Pa\u{7}b", "␛␛a␇b", 0);
    }

    #[test]
    fn other_controls_become_pictures() {
        becomes("a\0b\u{7}c\u{8}d\u{E}e\u{7F}f", "a␀b␇c␈d␎e␡f", 0);
        becomes("a\u{80}\u{92}b", "a\u{FFFD}\u{FFFD}b", 0);
        becomes("a\u{FDD0}\u{FFFF}\u{10FFFE}b", "a\u{FFFD}\u{FFFD}\u{FFFD}b", 0);
    }

    #[test]
    fn every_line_break_of_a_line_becomes_one_mark() {
        for mark in ["\n", "\r\n", "\r", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}"] {
            assert_eq!(line(&format!("one{mark}two")), "one ⏎ two", "{mark:?}");
        }
        assert_eq!(line("\none\n\ntwo \n three\n"), "⏎ one ⏎ ⏎ two ⏎ three ⏎");
        assert_eq!(line("é\né"), "é ⏎ é");
        assert_eq!(line("a\tb\n\tc"), "a b ⏎ c");
    }

    #[test]
    fn a_block_keeps_line_breaks_and_expands_tabs() {
        assert_eq!(block("a\r\nb\rc\u{2028}d\u{2029}e\u{85}f\n"), "a\nb\nc\nd\ne\nf\n");
        assert_eq!(block("\tx\nab\tx\nabcd\tx\n日本\tx\té\tx"), "    x\nab  x\nabcd    x\n日本    x   é   x");
        assert_eq!(block("a\u{B}b\u{C}c"), "a␋b␌c");
    }

    #[test]
    fn bidi_invisible_and_tag_characters_are_dropped_and_counted() {
        becomes("user\u{202E}gnp.exe\u{202C}", "usergnp.exe", 2);
        becomes("\u{FEFF}pay\u{200B}pal\u{AD}\u{2060}\u{180E}\u{3164}\u{FFA0}\u{115F}\u{34F}", "paypal", 9);
        becomes("\u{61C}\u{200E}\u{200F}\u{2066}\u{2067}\u{2068}\u{2069}", "", 7);
        becomes("a\u{E0001}\u{E0069}\u{E0067}\u{E006E}\u{E007F}b", "ab", 5);
        becomes("a\u{FFF9}b\u{FFFA}c\u{FFFB}", "abc", 3);
        assert_eq!(SafeText::line("clean").warning(), None);
        assert_eq!(SafeText::line("\u{200B}").warning().unwrap(), "⚠ 1 hidden character");
        assert_eq!(SafeText::block("\u{200B}a\u{200B}\n\u{2060}").warning().unwrap(), "⚠ 3 hidden characters");
    }

    #[test]
    fn joiners_and_selectors_stay_only_where_they_belong() {
        unchanged("می‌خواهم"); // Persian
        unchanged("ক্‌ষ ক্‍ষ"); // Bengali
        unchanged("ശ്രീലങ്കയില്‍ ."); // Malayalam, a final at the end of a word
        unchanged("ශ්‍රී ලංකා"); // Sinhala
        unchanged("١٤٤٥ ه‍"); // Arabic, the initial form alone
        unchanged("ᠬᠠᠭᠠᠨ᠋ "); // Mongolian
        unchanged("葛\u{E0100}飾区");
        unchanged("1\u{FE0F}\u{20E3} ©\u{FE0F} ☎\u{FE0E}");
        becomes("a\u{200D}b\u{200C}c\u{FE0F}d\u{E0101}", "abcd", 4);
        becomes("1\u{FE0F}2\u{FE0F}", "12", 2);
        becomes("می‌\u{200C}\u{200C}خواهم\u{200C}", "می‌خواهم", 3);
        becomes("😀\u{FE0F}\u{FE0F}\u{E0148}\u{E0165}", "😀\u{FE0F}", 3);
        becomes("😀\u{200D} x", "😀 x", 1);
        becomes("\u{200D}😀", "😀", 1);
        becomes("😀\u{200D}\u{202E}", "😀", 2);
    }

    #[test]
    fn a_word_space_is_spelling_in_south_east_asia_only() {
        becomes("ភាសា\u{200B}ខ្មែរ", "ភាសាខ្មែរ", 0);
        becomes("ภาษา\u{200B}\u{200B}ไทย", "ภาษาไทย", 1);
        becomes("pay\u{200B}pal", "paypal", 1);
    }

    #[test]
    fn emoji_sequences_stay_whole() {
        for emoji in ["👩🏻‍❤️‍💋‍👨🏿", "👨‍👩‍👧‍👦", "🏳️‍🌈", "👁️‍🗨️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁷󠁬󠁳󠁿 x", "🇩🇪🇫🇷", "🧍🏽‍♀️‍➡️"]
        {
            unchanged(emoji);
        }
        becomes("🏴\u{E0075}\u{E0073}\u{E0074}\u{E0078}\u{E007F}", "🏴", 5);
        let chain = vec!["👨"; 20].join("\u{200D}");
        assert_eq!(SafeText::line(&chain).hidden(), 3, "chains of six at most");
    }

    #[test]
    fn marks_are_capped_and_never_ride_on_what_is_to_the_left() {
        let zalgo = format!("Z{}a{}", "\u{0315}".repeat(50), "\u{0316}".repeat(8));
        becomes(&zalgo, &format!("Z{}a{}", "\u{0315}".repeat(8), "\u{0316}".repeat(8)), 0);
        becomes("\u{0338}x", "◌\u{0338}x", 0);
        assert_eq!(block("a\n\u{0338}x"), "a\n◌\u{0338}x");
        becomes("\u{200B}\u{0338}", "◌\u{0338}", 1);
    }

    #[test]
    fn an_endless_grapheme_is_cut() {
        for piece in ["\u{1100}", "क्", "\u{0600}", "\u{1F3FB}", "\u{1F468}\u{200D}", "\u{0D4E}", "\u{1F3FB}\u{0301}"]
        {
            let safe = line(&format!("x{}y", piece.repeat(5_000)));
            assert_safe(piece, &safe);
            assert_eq!(line(&safe), safe);
        }
    }

    #[test]
    fn cleaning_is_linear() {
        let started = Instant::now();
        for piece in [
            "\u{1B}[",
            "\u{1B}]",
            "\u{9D}",
            "\u{1B}P\u{C2}",
            "\u{1B}",
            "\u{1B}]0;x\u{1B}",
            "\u{200D}",
            "\t",
            "é\t",
            "\n",
            "\u{301}",
            "\u{202E}",
            "👨\u{200D}",
            "🏴\u{E0067}",
            "क्",
            "\u{1100}",
            " ",
            "a",
        ] {
            let raw = piece.repeat((1 << 19) / piece.len());
            let safe = SafeText::block(&raw);
            assert!(SafeText::line(&raw).width() <= 2 * raw.len());
            assert!(!safe.wrap(40).is_empty());
            assert!(width(&safe.fit(40)) <= 40);
        }
        // Quadratic work on any of them takes minutes; linear work, a few seconds.
        assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    }

    #[test]
    fn width_counts_cells_by_grapheme() {
        for (text, cells) in
            [("", 0), ("abc", 3), ("日本", 4), ("é", 1), ("👨‍👩‍👧", 2), ("🇩🇪", 2), ("لا", 2), ("ｶﾞ", 3), ("⏎␛", 2), ("1️⃣", 2)]
        {
            assert_eq!(width(text), cells, "{text}");
        }
        assert_eq!(SafeText::block("ab\n日本\nc").width(), 4);
    }

    #[test]
    fn fit_cuts_between_graphemes() {
        let safe = SafeText::line("日本語 abc");
        let cuts: Vec<String> = (0..=10).map(|columns| safe.fit(columns)).collect();
        assert_eq!(
            cuts,
            ["", "…", "…", "日…", "日…", "日本…", "日本…", "日本語…", "日本語 …", "日本語 a…", "日本語 abc"]
        );
        assert_eq!(SafeText::line("👨‍👩‍👧x").fit(2), "…");
        assert_eq!(SafeText::block("one\ntwo").fit(10), "one…");
        assert_eq!(SafeText::block("one\ntwo").fit(3), "on…");
    }

    #[test]
    fn wrap_breaks_at_words_and_around_ideographs() {
        let wrap = |text: &str, columns| SafeText::block(text).wrap(columns);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("one\n\ntwo\n", 7), ["one", "", "two", ""]);
        assert_eq!(wrap("  indented line", 10), ["  indented", "line"]);
        assert_eq!(wrap("a   b", 3), ["a", "b"]);
        assert_eq!(wrap("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrap("see abcdefgh", 5), ["see", "abcde", "fgh"]);
        assert_eq!(wrap("我的银行卡无法使用。", 8), ["我的银行", "卡无法使", "用。"]);
        assert_eq!(wrap("我的银行卡无法使。", 8), ["我的银行", "卡无法", "使。"]);
        assert_eq!(wrap("カード（新しい）です", 8), ["カード", "（新し", "い）です"]);
        assert_eq!(wrap("👩‍🚀👩‍🚀👩‍🚀", 5), ["👩‍🚀👩‍🚀", "👩‍🚀"]);
        assert_eq!(wrap("日本", 1), ["日", "本"]);
        assert_eq!(wrap("x y", 0), ["x", "y"]);
        assert_eq!(wrap(&"क्".repeat(30), 7).iter().map(|line| width(line)).max(), Some(7));
    }

    #[test]
    fn json_keeps_the_exact_text_and_shows_nothing_of_it() {
        let text = "a\u{7F}\u{9B}\u{202E}\u{200B}\u{200D}\u{FE0F}\u{E0067}\u{2028}\u{FEFF}\u{FFFF}é日😀";
        let escaped = json_escape(&serde_json::to_string(text).unwrap());
        assert_eq!(escaped, r#""a\u007f\u009b\u202e\u200b\u200d\ufe0f\udb40\udc67\u2028\ufeff\uffffé日😀""#);
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
        assert_eq!(json_escape("{\n\t\"a\": 1\r\n}"), "{\n\t\"a\": 1\r\n}");
    }

    fn hostile() -> impl Strategy<Value = String> {
        const PIECES: &[&str] = &[
            "\u{1B}",
            "\u{1B}[",
            "\u{1B}]",
            "\u{1B}P",
            "\u{1B}\\",
            "\u{7}",
            "\u{18}",
            "\u{9B}",
            "\u{9D}",
            "\u{9C}",
            "31m",
            "0;t",
            "\r",
            "\n",
            "\t",
            "\u{85}",
            "\u{2028}",
            "\u{200B}",
            "\u{200C}",
            "\u{200D}",
            "\u{FE0E}",
            "\u{FE0F}",
            "\u{FE00}",
            "\u{E0100}",
            "\u{180B}",
            "\u{20E3}",
            "\u{202E}",
            "\u{AD}",
            "\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
            "\u{E0067}",
            "\u{E007F}",
            "\u{1F3F4}",
            "\u{1F468}",
            "❤",
            "\u{1F3FB}",
            "\u{1F1E9}",
            "©",
            "1",
            "#",
            "a",
            " ",
            "word ",
            "م",
            "ی",
            "\u{64E}",
            "क",
            "\u{94D}",
            "ക",
            "ශ",
            "ភ",
            "\u{17D2}",
            "ᠠ",
            "葛",
            "日",
            "。",
            "（",
            "\u{1100}",
            "\u{1161}",
            "\u{11A8}",
            "\u{0600}",
            "\u{0605}",
            "\u{0D4E}",
            "\u{0301}",
            "\u{0301}\u{0302}\u{0303}\u{0304}\u{0305}",
            "\u{FF76}",
            "\u{FF9E}",
            "\u{FFFF}",
            "\u{E000}",
            "\u{3000}",
            "\u{A0}",
            "◌",
            "⏎",
        ];
        let piece = prop_oneof![
            8 => proptest::sample::select(PIECES).prop_map(str::to_owned),
            2 => any::<char>().prop_map(String::from),
            1 => (proptest::sample::select(PIECES), 2_usize..40).prop_map(|(piece, times)| piece.repeat(times)),
        ];
        proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn whatever_comes_in_safe_text_comes_out(raw in hostile()) {
            assert_safe(&raw, &line(&raw));
            for kept in block(&raw).split('\n') {
                assert_safe(&raw, kept);
            }
        }

        #[test]
        fn cleaning_again_changes_nothing(raw in hostile()) {
            for safe in [SafeText::line(&raw), SafeText::block(&raw)] {
                let again = SafeText::block(safe.as_str());
                prop_assert_eq!(again.as_str(), safe.as_str());
                prop_assert_eq!(again.hidden(), 0);
            }
            let safe = line(&raw);
            prop_assert_eq!(line(&safe), safe);
        }

        #[test]
        fn fit_never_exceeds(raw in hostile(), columns in 0_usize..50) {
            let safe = SafeText::line(&raw);
            let fitted = safe.fit(columns);
            prop_assert!(width(&fitted) <= columns);
            prop_assert_eq!(safe.width() <= columns, fitted == safe.as_str());
        }

        #[test]
        fn wrap_loses_nothing_but_spaces(raw in hostile(), columns in 0_usize..30) {
            let safe = SafeText::block(&raw);
            let lines = safe.wrap(columns);
            for line in &lines {
                prop_assert!(width(line) <= columns.max(2), "{:?}", line);
                prop_assert!(!line.contains('\n'));
            }
            let without_spaces = |text: &str| -> String {
                let is_space = |character| {
                    matches!(u32::from(character), 0x0A | 0x20 | 0x1680 | 0x2000..=0x2006 | 0x2008..=0x200A | 0x205F | 0x3000)
                };
                text.chars().filter(|character| !is_space(*character)).collect()
            };
            prop_assert_eq!(without_spaces(&lines.concat()), without_spaces(safe.as_str()));
        }

        #[test]
        fn json_escape_keeps_meaning(raw in hostile()) {
            let escaped = json_escape(&serde_json::to_string(&raw).unwrap());
            prop_assert!(escaped.chars().all(characters::is_inert));
            prop_assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), raw);
        }
    }

    /// Tests over the large corpora: path by `DESKLINE_CORPORA`, `../shared/data` where that is not set.
    #[cfg(feature = "corpora")]
    mod corpora {
        use std::path::PathBuf;

        use super::*;

        fn folder(name: &str) -> PathBuf {
            let root =
                std::env::var_os("DESKLINE_CORPORA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
            let folder = root.join(name);
            assert!(
                folder.is_dir(),
                "The corpus {} is missing. Set DESKLINE_CORPORA to the folder of the corpora.",
                folder.display()
            );
            folder
        }

        fn read(folder_name: &str, file: &str) -> String {
            let path = folder(folder_name).join(file);
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
        }

        fn assert_safe_everywhere(raw: &str) {
            let safe = SafeText::line(raw);
            assert_safe(raw, safe.as_str());
            assert_eq!(line(safe.as_str()), safe.as_str());
            for kept in block(raw).split('\n') {
                assert_safe(raw, kept);
            }
            for columns in [1, 2, 7, 80] {
                assert!(width(&safe.fit(columns)) <= columns);
                assert!(safe.wrap(columns).iter().all(|line| width(line) <= columns.max(2)));
            }
            let escaped = json_escape(&serde_json::to_string(raw).unwrap());
            assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), raw);
        }

        #[test]
        fn naughty_strings_do_nothing() {
            let strings: Vec<String> = serde_json::from_str(&read("naughty-strings", "blns.json")).unwrap();
            assert!(strings.len() > 500, "{}", strings.len());
            for raw in &strings {
                assert_safe_everywhere(raw);
            }
        }

        #[test]
        fn terminal_escapes_do_nothing() {
            let rows = read("terminal-escapes", "derived-escapes.jsonl");
            let mut marked = 0;
            for row in rows.lines() {
                let row: serde_json::Value = serde_json::from_str(row).unwrap();
                let raw = row["seq"].as_str().unwrap();
                assert_safe_everywhere(raw);
                marked += usize::from(line(raw).contains('␛'));
            }
            assert!(marked > 60, "{marked} of {}", rows.lines().count());
        }

        #[test]
        fn languages_read_right() {
            let mut languages = 0;
            for entry in std::fs::read_dir(folder("udhr-languages")).unwrap() {
                let path = entry.unwrap().path();
                if path.extension().is_none_or(|extension| extension != "txt") {
                    continue;
                }
                let raw = std::fs::read_to_string(&path).unwrap().replace('\t', " ");
                let safe = SafeText::block(&raw);
                assert_eq!(safe.hidden(), 0, "{}", path.display());
                assert!(safe.as_str() == raw.replace("\r\n", "\n"), "{} was changed", path.display());
                raw.lines().for_each(assert_safe_everywhere);
                languages += 1;
            }
            assert!(languages > 50, "{languages}");
        }

        #[test]
        fn every_emoji_stays_whole() {
            let mut emoji = 0;
            for row in read("unicode-15.0", "emoji-test.txt").lines() {
                let Some((codes, status)) = row.split_once(';').filter(|_| !row.starts_with('#')) else {
                    continue;
                };
                let sequence: String = codes
                    .split_whitespace()
                    .map(|code| char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap())
                    .collect();
                assert_safe_everywhere(&sequence);
                let safe = SafeText::line(&sequence);
                assert_eq!((safe.as_str(), safe.hidden()), (sequence.as_str(), 0), "{row}");
                if status.trim_start().starts_with("fully-qualified") {
                    assert_eq!(safe.width(), 2, "{row}");
                }
                emoji += 1;
            }
            assert!(emoji > 4_000, "{emoji}");
        }
    }
}
