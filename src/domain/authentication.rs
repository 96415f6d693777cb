//! What a mail server found out about who sent a mail (Authentication-Results, RFC 8601), as far as it is bad.

/// Columns of a server's name that are told.
const NAME: usize = 40;

/// A server could not confirm that a mail comes from whom it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The server that says so, by the name that it gives itself; letters, digits, dots and hyphens alone.
    pub by: String,
    /// What failed, in the field's own words: `dmarc=fail`.
    pub what: String,
}

/// What of a verdict speaks against the mail; `None` where it passed, or where nothing was said that can be told from
/// silence. DMARC is about the very address in From and outweighs the others; without it one of the others has to pass.
///
/// `value` is the topmost Authentication-Results of a mail: what stands below it was there before the own server's.
pub fn doubt(value: &str) -> Option<Doubt> {
    let bare = without_comments(value);
    let mut parts = bare.split(';');
    let by = parts.next()?.split_whitespace().next().unwrap_or_default();
    let results: Vec<(String, String)> = parts.filter_map(result).collect();
    let passed = |method: &str| results.iter().any(|(known, result)| known == method && result == "pass");
    let failed = |method: &str| {
        let fails = |(known, result): &&(String, String)| known == method && FAILED.contains(&result.as_str());
        results.iter().find(fails).map(|(_, result)| format!("{method}={result}"))
    };
    if passed("dmarc") {
        return None;
    }
    let what = match failed("dmarc") {
        Some(dmarc) => vec![dmarc],
        None if passed("dkim") || passed("spf") => return None,
        None => ["dkim", "spf"].into_iter().filter_map(failed).collect(),
    };
    let by: String = by.chars().filter(|letter| letter.is_ascii_alphanumeric() || ".-".contains(*letter)).collect();
    (!what.is_empty()).then(|| Doubt { by: by.chars().take(NAME).collect(), what: what.join(", ") })
}

/// Results that speak against a mail. `none` and `neutral` say nothing, and errors of the network neither.
const FAILED: [&str; 4] = ["fail", "softfail", "permerror", "policy"];

/// `dkim=fail reason="…" header.d=…` as method and result, in lower case.
fn result(part: &str) -> Option<(String, String)> {
    let (method, rest) = part.split_once('=')?;
    // A version may stand behind the method: "dkim/1=pass".
    let method = method.split('/').next().unwrap_or_default().trim().to_ascii_lowercase();
    let result = rest.split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let known = ["dmarc", "dkim", "spf"].contains(&method.as_str());
    known.then_some((method, result))
}

/// Without comments in round brackets and texts in quotes: a sender's words stand in both.
fn without_comments(value: &str) -> String {
    let (mut bare, mut depth, mut quoted, mut escaped) = (String::new(), 0_usize, false, false);
    for letter in value.chars() {
        let literal = std::mem::take(&mut escaped);
        match letter {
            _ if literal => {}
            '\\' if quoted || depth > 0 => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth > 0 => depth -= 1,
            _ if quoted || depth > 0 => {}
            _ => bare.push(letter),
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(value: &str) -> Option<String> {
        doubt(value).map(|doubt| format!("{}: {}", doubt.by, doubt.what))
    }

    #[test]
    fn only_what_speaks_against_a_mail_is_told() {
        for (value, told) in [
            ("", None),
            ("mx.acme.example", None),
            ("mx.acme.example; none", None),
            ("mx.acme.example; spf=pass smtp.mailfrom=a@b.c; dkim=pass header.d=b.c; dmarc=pass", None),
            (
                "mx.acme.example; spf=fail; dkim=none; dmarc=fail (p=reject) header.from=bank.example",
                Some("dmarc=fail"),
            ),
            // Forwarded: the path does not fit, the signature does.
            ("mx.acme.example; spf=fail; dkim=pass; dmarc=pass", None),
            ("mx.acme.example; spf=softfail; dkim=pass; dmarc=none", None),
            ("mx.acme.example; spf=softfail; dkim=none; dmarc=none", Some("spf=softfail")),
            ("mx.acme.example; DKIM/1 = FAIL; Spf=Fail", Some("dkim=fail, spf=fail")),
            ("mx.acme.example 1; dkim=fail; dkim=pass", None),
            ("mx.acme.example; dmarc=temperror; spf=neutral", None),
            ("mx.acme.example; dmarc=permerror; spf=pass", Some("dmarc=permerror")),
            ("mx.acme.example; auth=pass smtp.auth=mara", None),
        ] {
            assert_eq!(said(value), told.map(|told| format!("mx.acme.example: {told}")), "{value}");
        }
    }

    /// What the sender chose, an address or a comment, neither passes nor fails anything.
    #[test]
    fn the_senders_words_in_a_verdict_count_for_nothing() {
        let against = "mx.example; dmarc=fail (\\) dmarc=pass; dmarc=pass) header.from=\"x; dmarc=pass;\"";
        assert_eq!(said(against).as_deref(), Some("mx.example: dmarc=fail"));
        assert_eq!(said("mx.example; spf=pass (a; dmarc=fail) smtp.mailfrom=\"b; dmarc=fail\"@c.d"), None);
        assert_eq!(said("\u{1b}[2Jmx\u{202e}.example; dmarc=fail").as_deref(), Some("2Jmx.example: dmarc=fail"));
    }

    proptest! {
        #[test]
        fn nothing_that_a_header_holds_is_too_much(value in "(.|dmarc=fail|;|\\(|\"|\\\\){0,60}") {
            if let Some(doubt) = doubt(&value) {
                prop_assert!(doubt.by.len() <= NAME && doubt.by.is_ascii() && doubt.what.is_ascii());
            }
        }
    }
}
