//! Bytes as text, whatever charset they name, rightly, wrongly or not at all.

mod guess;

use mail_parser::decoders::charsets::map::charset_decoder;

/// Bytes as Windows-1252, which has a letter for nearly every byte: the guess for text that names no charset.
pub fn windows_1252(bytes: &[u8]) -> String {
    charset_decoder(b"windows-1252").map_or_else(|| String::from_utf8_lossy(bytes).into_owned(), |decode| decode(bytes))
}

/// The text of these bytes.
///
/// Mails lie about their charset, so what the bytes are counts for more than what they are said to be: a byte order mark
/// first, then UTF-8 where they are UTF-8 (other text hardly ever is by chance), then the charset named, and where that
/// is unknown or cannot be it, Windows-1252.
pub(super) fn decoded(bytes: &[u8], named: Option<&str>) -> String {
    let named = named.map(|name| name.trim().trim_matches(['"', '\'']).to_ascii_lowercase()).unwrap_or_default();
    for (mark, charset) in MARKS {
        if bytes.starts_with(mark) {
            return read_as(charset, &bytes[mark.len()..]).unwrap_or_else(|| lossy(bytes));
        }
    }
    if bytes.is_ascii() && !in_ascii_disguise(&named) {
        return lossy(bytes);
    }
    let read = if is_utf8(&named) { None } else { read_as(&named, bytes) };
    if !bytes.is_ascii()
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        // Two letters of a double-byte charset can look like UTF-8; whole texts do not, and then they decode cleanly.
        return match read {
            Some(read) if is_wide(&named) && !is_broken(&read) && text.chars().count() < 16 => read,
            Some(_) | None => text.to_owned(),
        };
    }
    match read {
        Some(read) if !is_single(&named) && is_broken(&read) => mended(bytes, &read),
        Some(read) => read,
        None if mostly_utf8(bytes) => lossy(bytes),
        None => {
            guess::guessed(bytes).and_then(|charset| read_as(charset, bytes)).unwrap_or_else(|| windows_1252(bytes))
        }
    }
}

/// The charset that a header's Content-Type names.
pub(super) fn named_in_header(header: &[u8]) -> Option<String> {
    const NAME: &[u8] = b"content-type:";
    let mut from = 0;
    for line in header.split_inclusive(|byte| *byte == b'\n') {
        if line.get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME)) {
            // The parameter may stand on one of the next lines.
            return named_in_html(&header[from..header.len().min(from + 500)]);
        }
        from += line.len();
    }
    None
}

/// The charset that an HTML text names in itself.
pub(super) fn named_in_html(bytes: &[u8]) -> Option<String> {
    let start = &bytes[..bytes.len().min(2048)];
    let start = String::from_utf8_lossy(start).to_ascii_lowercase();
    let named = &start[start.find("charset")? + "charset".len()..];
    let named = named.trim_start().strip_prefix('=')?.trim_start_matches([' ', '"', '\'']);
    let end = named.find(|letter: char| !letter.is_ascii_alphanumeric() && !"-_:.".contains(letter));
    let named = &named[..end.unwrap_or(named.len())];
    (!named.is_empty()).then(|| named.to_owned())
}

const MARKS: [(&[u8], &str); 3] = [(b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16le"), (b"\xfe\xff", "utf-16be")];

fn read_as(charset: &str, bytes: &[u8]) -> Option<String> {
    if is_utf8(charset) {
        return Some(lossy(bytes));
    }
    // What says it is ASCII and is not says nothing.
    if charset.is_empty() || charset.contains("ascii") || charset.starts_with("ansi_x3") {
        return None;
    }
    // The newer forms of these contain the older ones, and are what is really sent under their names.
    let charset = match charset {
        "gb2312" | "gb_2312-80" | "gbk" | "x-gbk" | "cp936" | "windows-936" => "gb18030",
        "iso-8859-1" | "iso8859-1" | "latin1" => "windows-1252",
        "iso-8859-9" => "windows-1254",
        "ks_c_5601-1987" | "ks_c_5601" | "euc-kr" => "windows-949",
        charset => charset,
    };
    let charset =
        charset.strip_prefix("x-").filter(|_| charset_decoder(charset.as_bytes()).is_none()).unwrap_or(charset);
    charset_decoder(charset.as_bytes()).map(|decode| decode(bytes))
}

fn is_utf8(charset: &str) -> bool {
    matches!(charset, "utf-8" | "utf8" | "unicode-1-1-utf-8" | "x-utf-8" | "utf-8n" | "utf8mb4")
}

/// Charsets whose text is made of ASCII bytes and still is not ASCII.
fn in_ascii_disguise(charset: &str) -> bool {
    [
        "iso-2022",
        "csiso2022",
        "utf-7",
        "utf7",
        "unicode-1-1-utf-7",
        "csunicode11utf7",
        "hz-gb",
        "utf-16",
        "utf-32",
        "ucs-",
    ]
    .iter()
    .any(|name| charset.starts_with(name))
}

/// Charsets in which two bytes make a letter.
fn is_wide(charset: &str) -> bool {
    [
        "gb",
        "big5",
        "cn-",
        "euc-",
        "shift",
        "sjis",
        "x-sjis",
        "ks_c",
        "ksc",
        "cp932",
        "cp936",
        "cp949",
        "cp950",
        "windows-9",
    ]
    .iter()
    .any(|name| charset.starts_with(name))
}

/// Charsets in which every byte is a letter, so that a letter that is none tells nothing.
fn is_single(charset: &str) -> bool {
    ["iso-8859", "iso8859", "windows-12", "cp125", "koi8", "mac", "latin"].iter().any(|name| charset.starts_with(name))
}

/// Whether more than one letter in fifty is none.
fn is_broken(text: &str) -> bool {
    let (mut letters, mut broken) = (0usize, 0usize);
    for letter in text.chars().filter(|letter| !letter.is_ascii()) {
        letters += 1;
        broken += usize::from(letter == '\u{fffd}');
    }
    broken * 50 > letters
}

/// Text that is not in the charset it names: the reading with fewer letters that are none.
fn mended(bytes: &[u8], read: &str) -> String {
    let broken = |text: &str| text.matches('\u{fffd}').count();
    let utf8 = lossy(bytes);
    if mostly_utf8(bytes) && broken(&utf8) < broken(read) {
        return utf8;
    }
    let good = read.chars().filter(|letter| !letter.is_ascii() && *letter != '\u{fffd}').count();
    if broken(read) <= good {
        return read.to_owned();
    }
    guess::guessed(bytes).and_then(|charset| read_as(charset, bytes)).unwrap_or_else(|| windows_1252(bytes))
}

/// Whether more letters beyond ASCII are good UTF-8 than are not.
fn mostly_utf8(bytes: &[u8]) -> bool {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    good > bad
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn text_that_names_its_charset_rightly_is_read() {
        for (bytes, named, text) in [
            (&b"caf\xe9"[..], "iso-8859-1", "café"),
            (b"\xcf\xf0\xe8\xe2\xe5\xf2", "windows-1251", "Привет"),
            (b"\xf0\xd2\xc9\xd7\xc5\xd4", "KOI8-R", "Привет"),
            (b"\x93\xfa\x96\x7b\x8c\xea", "Shift_JIS", "日本語"),
            (b"\x1b$BF|K\\8l\x1b(B", "iso-2022-jp", "日本語"),
            (b"\xc4\xe3\xba\xc3", "gb2312", "你好"),
            (b"\xc7\xd1\xb1\xdb", "ks_c_5601-1987", "한글"),
            ("日本語".as_bytes(), "\"UTF-8\"", "日本語"),
            (b"+ZeVnLIqe-", "utf-7", "日本語"),
            (b"\xff\xfe\xe5\x65", "utf-16", "日"),
        ] {
            assert_eq!(decoded(bytes, Some(named)), text, "{named}");
        }
    }

    #[test]
    fn charsets_that_lie_are_not_believed() {
        for (bytes, named, text) in [
            ("grüße".as_bytes(), "us-ascii", "grüße"),
            ("grüße".as_bytes(), "iso-8859-1", "grüße"),
            ("Привет, мир".as_bytes(), "windows-1251", "Привет, мир"),
            (b"gr\xfc\xdfe", "us-ascii", "grüße"),
            (b"gr\xfc\xdfe", "utf-8", "grüße"),
            (b"gr\xfc\xdfe", "x-unknown", "grüße"),
            (b"\x80 5 \x96 6", "iso-8859-1", "€ 5 – 6"),
            (b"\xef\xbb\xbfx", "us-ascii", "x"),
            (b"plain", "no-such-thing", "plain"),
        ] {
            assert_eq!(decoded(bytes, Some(named)), text, "{named}");
        }
        assert_eq!(decoded(b"gr\xfc\xdfe", None), "grüße");
        // Cut in the middle of a letter, it is still UTF-8.
        assert_eq!(
            decoded("Привет, ми\u{440}".as_bytes().split_last().unwrap().1, Some("utf-8")),
            "Привет, ми\u{fffd}"
        );
    }

    #[test]
    fn text_that_names_no_charset_is_guessed_by_its_bytes() {
        for (bytes, text) in [
            (&b"\xa5\xab\xa1\xbc\xa5\xc9\xa4\xac\xbb\xc8\xa4\xa8\xa4\xde\xa4\xbb\xa4\xf3"[..], "カードが使えません"),
            (b"\x83J\x81[\x83h\x82\xaa\x8eg\x82\xa6\x82\xdc\x82\xb9\x82\xf1", "カードが使えません"),
            (
                b"\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xf0\xf2\xe0 \xed\xe5 \xf0\xe0\xe1\xee\xf2\xe0\xe5\xf2",
                "Привет, карта не работает",
            ),
            (
                b"\xf0\xd2\xc9\xd7\xc5\xd4, \xcb\xc1\xd2\xd4\xc1 \xce\xc5 \xd2\xc1\xc2\xcf\xd4\xc1\xc5\xd4",
                "Привет, карта не работает",
            ),
            (
                b"\xc4\xfa\xba\xc3\xa3\xac\xce\xd2\xb5\xc4\xd2\xf8\xd0\xd0\xbf\xa8\xb1\xbb\xbe\xdc\xbe\xf8\xc1\xcb",
                "您好，我的银行卡被拒绝了",
            ),
            (
                b"\xc4\xab\xb5\xe5\xb0\xa1 \xb0\xc5\xc0\xfd\xb5\xc7\xbe\xfa\xbd\xc0\xb4\xcf\xb4\xd9",
                "카드가 거절되었습니다",
            ),
            (b"Gr\xfc\xdfe aus K\xf6ln", "Grüße aus Köln"),
            (b"\xe9t\xe9 \xe0 No\xebl, d\xe9j\xe0", "été à Noël, déjà"),
            (b"\xd6ver \xc5lands \xd6ar", "Över Ålands Öar"),
        ] {
            assert_eq!(decoded(bytes, None), text);
        }
    }

    #[test]
    fn html_names_its_charset_in_itself() {
        assert_eq!(named_in_html(b"<meta charset='KOI8-R'>").as_deref(), Some("koi8-r"));
        let old = b"<META http-equiv=Content-Type content=\"text/html; charset=big5\">";
        assert_eq!(named_in_html(old).as_deref(), Some("big5"));
        assert_eq!(named_in_html(b"<p>charset</p>"), None);
    }
}
