//! Which characters act, hide or need their neighbours; Unicode facts alone.

use unicode_width::UnicodeWidthChar as _;

/// What cleaning has to do with a character that is no control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Stays.
    Visible,
    /// Is dropped wherever it stands.
    Hidden,
    /// ZERO WIDTH SPACE: dropped; ordinary spelling in South-East Asia.
    WordSpace,
    /// ZERO WIDTH JOINER or NON-JOINER: stays between the right neighbours.
    Joiner,
    /// A variation selector: stays after the right neighbour.
    Selector,
    /// Stands for nothing in any text.
    Noncharacter,
}

pub(super) const NON_JOINER: char = '\u{200C}';
pub(super) const JOINER: char = '\u{200D}';
pub(super) const KEYCAP: char = '\u{20E3}';
pub(super) const BLACK_FLAG: char = '\u{1F3F4}';

/// The tag sequences that Unicode recommends, as they follow [`BLACK_FLAG`]: England, Scotland and Wales.
///
/// Other tag sequences draw nothing anywhere and would only carry hidden text.
pub(super) const FLAG_TAGS: [&str; 3] = [
    "\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    "\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
    "\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}",
];

/// Hidden are the default-ignorable characters, assigned or not, and the format characters that draw nothing.
///
/// The format characters that draw something (the Arabic and Kaithi number signs) are visible.
pub(super) fn kind(character: char) -> Kind {
    match character {
        '\0'..='\u{AC}' => Kind::Visible,
        NON_JOINER | JOINER => Kind::Joiner,
        '\u{180B}'..='\u{180D}' | '\u{180F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' => Kind::Selector,
        '\u{200B}' => Kind::WordSpace,
        '\u{AD}' // soft hyphen
        | '\u{034F}' // combining grapheme joiner
        | '\u{061C}' // Arabic letter mark
        | '\u{115F}'..='\u{1160}' // Hangul fillers
        | '\u{17B4}'..='\u{17B5}' // Khmer inherent vowels
        | '\u{180E}' // Mongolian vowel separator
        | '\u{200E}'..='\u{200F}' // direction marks
        | '\u{202A}'..='\u{202E}' // embeddings and overrides
        | '\u{2060}'..='\u{206F}' // word joiner, invisible operators, isolates, deprecated formats
        | '\u{3164}' // Hangul filler
        | '\u{FEFF}' // byte order mark
        | '\u{FFA0}' // halfwidth Hangul filler
        | '\u{FFF0}'..='\u{FFFB}' // reserved, interlinear annotation
        | '\u{13430}'..='\u{1343F}' // Egyptian layout controls
        | '\u{1BCA0}'..='\u{1BCA3}' // shorthand formats
        | '\u{1D173}'..='\u{1D17A}' // musical formats
        | '\u{E0000}'..='\u{E0FFF}' // tags and reserved
        => Kind::Hidden,
        '\u{FDD0}'..='\u{FDEF}' => Kind::Noncharacter,
        _ if u32::from(character) & 0xFFFE == 0xFFFE => Kind::Noncharacter,
        _ => Kind::Visible,
    }
}

/// Whether the character can neither act on a terminal nor hide in it, whatever its neighbours.
pub(super) fn is_inert(character: char) -> bool {
    match character {
        ' '..='~' => true,
        '\u{2028}' | '\u{2029}' => false,
        _ if character.is_control() => false,
        _ => kind(character) == Kind::Visible,
    }
}

/// Whether the character takes no cell of its own: a combining mark, a Hangul vowel or final, a prefixed sign.
pub(super) fn is_zero_width(character: char) -> bool {
    !character.is_ascii() && character.width() == Some(0)
}

/// Whether a zero-width character makes its own drawing with nothing before it.
pub(super) fn stands_alone(character: char) -> bool {
    matches!(
        character,
        '\u{0600}'..='\u{0605}' // number signs, which stand before their digits
        | '\u{070F}'
        | '\u{0890}'..='\u{0891}'
        | '\u{08E2}'
        | '\u{1160}'..='\u{11FF}' // Hangul vowels and finals
        | '\u{D7B0}'..='\u{D7FF}'
    )
}

/// Whether a joiner in `previous`, joiner, `next` belongs to the spelling.
///
/// After a letter it needs a letter of such a script behind it. At the end of a word it stands after a virama or another
/// mark (Malayalam finals, Bengali), and a joiner also after an Arabic letter, to show its initial form ("ه‍").
pub(super) fn joiner_belongs(previous: char, joiner: char, next: Option<char>) -> bool {
    uses_joiners(previous)
        && (is_zero_width(previous)
            || next.is_some_and(uses_joiners)
            || joiner == JOINER && matches!(previous, '\u{0600}'..='\u{08FF}'))
}

/// Whether the selector right after `previous` is one that Unicode gives to it; a keycap's is told by what follows it.
pub(super) fn selector_belongs(previous: char, selector: char) -> bool {
    match selector {
        '\u{FE0E}' | '\u{FE0F}' => is_pictographic(previous),
        '\u{FE00}' => is_ideograph(previous) || matches!(previous, '\u{1000}'..='\u{109F}' | '\u{AA60}'..='\u{AA7F}'),
        '\u{FE01}' | '\u{FE02}' | '\u{E0100}'..='\u{E01EF}' => is_ideograph(previous),
        '\u{180B}'..='\u{180D}' | '\u{180F}' => {
            matches!(previous, '\u{1807}' | '\u{180A}' | '\u{1820}'..='\u{18AA}')
        }
        _ => false,
    }
}

/// Whether the character makes a keycap together with U+FE0F U+20E3.
pub(super) fn is_keycap_base(character: char) -> bool {
    matches!(character, '0'..='9' | '#' | '*')
}

/// One of the five skin tones.
pub(super) fn is_skin_tone(character: char) -> bool {
    matches!(character, '\u{1F3FB}'..='\u{1F3FF}')
}

/// Whether the script parts words with ZERO WIDTH SPACE or nothing: Thai, Lao, Tibetan, Burmese, Khmer, Tai and kin.
pub(super) fn parts_words_invisibly(character: char) -> bool {
    matches!(
        character,
        '\u{0E00}'..='\u{0FFF}'
        | '\u{1000}'..='\u{109F}'
        | '\u{1780}'..='\u{17FF}'
        | '\u{1950}'..='\u{1AAF}'
        | '\u{1B00}'..='\u{1B7F}'
        | '\u{A980}'..='\u{A9FF}'
        | '\u{AA60}'..='\u{AADF}'
    )
}

fn is_ideograph(character: char) -> bool {
    matches!(
        character,
        '\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFD}'
    )
}

/// The scripts that are spelled with joiners: the cursive ones and those with conjuncts.
fn uses_joiners(character: char) -> bool {
    matches!(
        character,
        '\u{0600}'..='\u{08FF}' // Arabic, Syriac, Thaana, N'Ko, Samaritan, Mandaic
        | '\u{0900}'..='\u{0DFF}' // Devanagari to Sinhala
        | '\u{1000}'..='\u{109F}' // Myanmar
        | '\u{1780}'..='\u{17FF}' // Khmer
        | '\u{1800}'..='\u{18AF}' // Mongolian
        | '\u{1A00}'..='\u{1AAF}' // Buginese, Tai Tham
        | '\u{1B00}'..='\u{1C4F}' // Balinese, Sundanese, Batak, Lepcha
        | '\u{1CD0}'..='\u{1CFF}' // Vedic
        | '\u{2D30}'..='\u{2D7F}' // Tifinagh
        | '\u{A800}'..='\u{A8FF}' // Syloti Nagri, Phags-pa, Saurashtra, Devanagari
        | '\u{A930}'..='\u{AAFF}' // Rejang, Javanese, Myanmar, Cham, Tai Viet, Meetei Mayek
        | '\u{ABC0}'..='\u{ABFF}' // Meetei Mayek
        | '\u{FB50}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}' // Arabic forms
        | '\u{10A00}'..='\u{10A5F}' // Kharoshthi
        | '\u{10AC0}'..='\u{10AFF}' // Manichaean
        | '\u{10B80}'..='\u{10BAF}' // Psalter Pahlavi
        | '\u{10C00}'..='\u{10C4F}' // Old Turkic
        | '\u{10D00}'..='\u{10D3F}' // Hanifi Rohingya
        | '\u{10F30}'..='\u{10FDF}' // Sogdian, Old Uyghur, Chorasmian
        | '\u{11000}'..='\u{11DAF}' // Brahmi to Gunjala Gondi
        | '\u{1E900}'..='\u{1E95F}' // Adlam
    )
}

/// `Extended_Pictographic` of Unicode 15.0: what can be an emoji, today or later.
pub(super) fn is_pictographic(character: char) -> bool {
    match character {
        '\0'..='\u{203B}' => matches!(character, '\u{A9}' | '\u{AE}'),
        '\u{1FFFE}'.. => false,
        _ => PICTOGRAPHIC
            .binary_search_by(|(first, last)| {
                if *last < character {
                    std::cmp::Ordering::Less
                } else if *first > character {
                    std::cmp::Ordering::Greater
                } else {
                    std::cmp::Ordering::Equal
                }
            })
            .is_ok(),
    }
}

#[rustfmt::skip]
const PICTOGRAPHIC: [(char, char); 76] = [
    ('\u{203C}', '\u{203C}'), ('\u{2049}', '\u{2049}'), ('\u{2122}', '\u{2122}'),
    ('\u{2139}', '\u{2139}'), ('\u{2194}', '\u{2199}'), ('\u{21A9}', '\u{21AA}'),
    ('\u{231A}', '\u{231B}'), ('\u{2328}', '\u{2328}'), ('\u{2388}', '\u{2388}'),
    ('\u{23CF}', '\u{23CF}'), ('\u{23E9}', '\u{23F3}'), ('\u{23F8}', '\u{23FA}'),
    ('\u{24C2}', '\u{24C2}'), ('\u{25AA}', '\u{25AB}'), ('\u{25B6}', '\u{25B6}'),
    ('\u{25C0}', '\u{25C0}'), ('\u{25FB}', '\u{25FE}'), ('\u{2600}', '\u{2605}'),
    ('\u{2607}', '\u{2612}'), ('\u{2614}', '\u{2685}'), ('\u{2690}', '\u{2705}'),
    ('\u{2708}', '\u{2712}'), ('\u{2714}', '\u{2714}'), ('\u{2716}', '\u{2716}'),
    ('\u{271D}', '\u{271D}'), ('\u{2721}', '\u{2721}'), ('\u{2728}', '\u{2728}'),
    ('\u{2733}', '\u{2734}'), ('\u{2744}', '\u{2744}'), ('\u{2747}', '\u{2747}'),
    ('\u{274C}', '\u{274C}'), ('\u{274E}', '\u{274E}'), ('\u{2753}', '\u{2755}'),
    ('\u{2757}', '\u{2757}'), ('\u{2763}', '\u{2767}'), ('\u{2795}', '\u{2797}'),
    ('\u{27A1}', '\u{27A1}'), ('\u{27B0}', '\u{27B0}'), ('\u{27BF}', '\u{27BF}'),
    ('\u{2934}', '\u{2935}'), ('\u{2B05}', '\u{2B07}'), ('\u{2B1B}', '\u{2B1C}'),
    ('\u{2B50}', '\u{2B50}'), ('\u{2B55}', '\u{2B55}'), ('\u{3030}', '\u{3030}'),
    ('\u{303D}', '\u{303D}'), ('\u{3297}', '\u{3297}'), ('\u{3299}', '\u{3299}'),
    ('\u{1F000}', '\u{1F0FF}'), ('\u{1F10D}', '\u{1F10F}'), ('\u{1F12F}', '\u{1F12F}'),
    ('\u{1F16C}', '\u{1F171}'), ('\u{1F17E}', '\u{1F17F}'), ('\u{1F18E}', '\u{1F18E}'),
    ('\u{1F191}', '\u{1F19A}'), ('\u{1F1AD}', '\u{1F1E5}'), ('\u{1F201}', '\u{1F20F}'),
    ('\u{1F21A}', '\u{1F21A}'), ('\u{1F22F}', '\u{1F22F}'), ('\u{1F232}', '\u{1F23A}'),
    ('\u{1F23C}', '\u{1F23F}'), ('\u{1F249}', '\u{1F3FA}'), ('\u{1F400}', '\u{1F53D}'),
    ('\u{1F546}', '\u{1F64F}'), ('\u{1F680}', '\u{1F6FF}'), ('\u{1F774}', '\u{1F77F}'),
    ('\u{1F7D5}', '\u{1F7FF}'), ('\u{1F80C}', '\u{1F80F}'), ('\u{1F848}', '\u{1F84F}'),
    ('\u{1F85A}', '\u{1F85F}'), ('\u{1F888}', '\u{1F88F}'), ('\u{1F8AE}', '\u{1F8FF}'),
    ('\u{1F90C}', '\u{1F93A}'), ('\u{1F93C}', '\u{1F945}'), ('\u{1F947}', '\u{1FAFF}'),
    ('\u{1FC00}', '\u{1FFFD}'),
];
