//! Encoded words (RFC 2047) that cut a letter in two.

/// The header with encoded words that follow one another, in one charset and encoding, put together: some programs cut a
/// text into words by bytes, so that a letter of several bytes begins in one word and ends in the next.
pub(super) fn joined(header: &str) -> String {
    let mut whole = String::with_capacity(header.len());
    let mut rest = header;
    while let Some(start) = rest.find("=?") {
        whole.push_str(&rest[..start]);
        rest = &rest[start..];
        let Some(mut word) = Word::at(rest) else {
            whole.push_str("=?");
            rest = &rest[2..];
            continue;
        };
        let mut said = word.text.to_owned();
        rest = &rest[word.length..];
        loop {
            let gap = rest.len() - rest.trim_start().len();
            let next = Word::at(&rest[gap..]).filter(|next| next.continues(&word, &said));
            let Some(next) = next else { break };
            said.push_str(next.text);
            rest = &rest[gap + next.length..];
            word = next;
        }
        for piece in ["=?", word.charset, "?", word.encoding, "?", &said, "?="] {
            whole.push_str(piece);
        }
    }
    whole.push_str(rest);
    whole
}

/// An encoded word.
#[derive(Debug, Clone, Copy)]
struct Word<'a> {
    charset: &'a str,
    encoding: &'a str,
    text: &'a str,
    length: usize,
}

impl<'a> Word<'a> {
    /// The longest that is looked at, in bytes; the standard allows 75.
    const LONGEST: usize = 2_000;

    /// The word that begins here.
    fn at(text: &'a str) -> Option<Self> {
        let inside = text.strip_prefix("=?")?;
        let end = inside
            .bytes()
            .take(Self::LONGEST)
            .position(|byte| byte.is_ascii_whitespace())
            .unwrap_or(inside.len().min(Self::LONGEST));
        let inside = inside.get(..end)?;
        let (charset, behind) = inside.split_once('?')?;
        let (encoding, behind) = behind.split_once('?')?;
        let (text, _) = behind.split_once("?=")?;
        let length = 2 + charset.len() + 1 + encoding.len() + 1 + text.len() + 2;
        (!charset.is_empty() && encoding.len() == 1).then_some(Self { charset, encoding, text, length })
    }

    /// Whether this goes on where that ended, after `said`.
    fn continues(&self, before: &Self, said: &str) -> bool {
        let whole = !self.encoding.eq_ignore_ascii_case("b") || said.len().is_multiple_of(4) && !said.ends_with('=');
        self.charset.eq_ignore_ascii_case(before.charset)
            && self.encoding.eq_ignore_ascii_case(before.encoding)
            && whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_cut_a_letter_are_put_together() {
        assert_eq!(joined("a =?utf-8?Q?=E6=97?=\n =?UTF-8?q?=A5?= b"), "a =?UTF-8?q?=E6=97=A5?= b");
        assert_eq!(joined("=?utf-8?B?5pel?= =?utf-8?B?5pys?="), "=?utf-8?B?5pel5pys?=");
        assert_eq!(
            joined("=?utf-8?B?5g==?= =?utf-8?B?5pys?="),
            "=?utf-8?B?5g==?==?utf-8?B?5pys?=".replace("?==?", "?= =?")
        );
        assert_eq!(joined("=?a =? =?=?x?Q?y?="), "=?a =? =?=?x?Q?y?=");
        assert_eq!(joined(""), "");
    }
}
