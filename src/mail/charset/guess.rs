//! The charset of text that names none and is no UTF-8, by what its bytes look like.

/// The most bytes that are looked at.
const MOST: usize = 16 * 1024;

/// The charset that these bytes are most likely in; `None` where nothing speaks against Windows-1252.
///
/// Only writings in which hardly any letter is ASCII are told apart, since there the wrong guess leaves nothing to read, and
/// the right one shows in every pair of bytes.
pub(super) fn guessed(bytes: &[u8]) -> Option<&'static str> {
    let bytes = &bytes[..bytes.len().min(MOST)];
    let letters = bytes.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    let high = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    if high < 6 || high < letters * 2 {
        return shift_jis(bytes, high).then_some("shift_jis");
    }
    let pairs = pairs(bytes);
    if let Some(pairs) = pairs {
        let share =
            |from: u8, to: u8| pairs.iter().filter(|(lead, _)| (from..=to).contains(lead)).count() * 100 / pairs.len();
        if share(0xa4, 0xa5) >= 20 && share(0xa1, 0xf4) == 100 {
            return Some("euc-jp");
        }
        if share(0xb0, 0xc8) >= 95 {
            return Some("euc-kr");
        }
        // Two thirds of what is written in Chinese are the characters of the first level.
        if share(0xb0, 0xd7) >= 60 && share(0xa1, 0xf7) == 100 && !is_cyrillic(bytes) {
            return Some("gb18030");
        }
    }
    if shift_jis(bytes, high) {
        return Some("shift_jis");
    }
    cyrillic(bytes)
}

/// The bytes beyond ASCII two by two, where they come in twos, as in the EUC charsets.
fn pairs(bytes: &[u8]) -> Option<Vec<(u8, u8)>> {
    let mut pairs = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii() {
            at += 1;
            continue;
        }
        match (bytes[at], bytes.get(at + 1)) {
            (lead @ 0xa1..=0xfe, Some(trail @ 0xa1..=0xfe)) => pairs.push((lead, *trail)),
            // Cut off in the middle.
            (_, None) => break,
            (_, Some(_)) => return None,
        }
        at += 2;
    }
    (pairs.len() >= 3).then_some(pairs)
}

/// Whether most of it is kana of Shift JIS, whose second bytes may be ASCII letters.
fn shift_jis(bytes: &[u8], high: usize) -> bool {
    let kana = bytes.windows(2).filter(|pair| matches!(pair, [0x82, 0x9f..=0xf1] | [0x83, 0x40..=0x96])).count();
    kana >= 4 && kana * 3 >= high
}

fn is_cyrillic(bytes: &[u8]) -> bool {
    // Words with blanks between them, mostly in small letters, which stand at one end of the range in both charsets.
    let blanks = bytes.iter().filter(|byte| byte.is_ascii_whitespace()).count();
    blanks * 12 >= bytes.len() && cyrillic(bytes).is_some()
}

/// Russian and its neighbours: small letters are most of every text, and stand above the capitals in Windows-1251 and below them in
/// KOI8-R.
fn cyrillic(bytes: &[u8]) -> Option<&'static str> {
    let count = |from: u8, to: u8| bytes.iter().filter(|byte| (from..=to).contains(byte)).count();
    let (lower, upper) = (count(0xc0, 0xdf), count(0xe0, 0xff));
    let letters = lower + upper;
    let high = bytes.iter().filter(|byte| !byte.is_ascii()).count();
    if letters * 100 < high * 95 {
        return None;
    }
    match (upper * 100 / letters.max(1), lower * 100 / letters.max(1)) {
        (75.., _) => Some("windows-1251"),
        (_, 75..) => Some("koi8-r"),
        _ => None,
    }
}
