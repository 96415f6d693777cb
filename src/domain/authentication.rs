//! What the mail server that took a mail says of its sender (Authentication-Results, RFC 8601), as far as it stands on top.

/// The name of a server that keeps its own to itself.
const UNNAMED: &str = "unnamed";

/// Columns of a server's name that are told.
const NAME: usize = 40;

/// Results that speak against a mail. `none` and `neutral` say nothing, and errors of the network neither.
const FAILED: [&str; 4] = ["fail", "softfail", "permerror", "policy"];

/// What DMARC came to: whether the domain of the From address owns up to the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dmarc {
    /// It does.
    Pass,
    /// It disowns it.
    Fail,
    /// The domain says nothing about that, or it could not be asked.
    Other,
}

/// The word of the topmost server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// The server's name, in lower case; `unnamed` where it does not give one, empty where no server says anything.
    pub by: String,
    /// What it says of the sender's domain; `None` where it says nothing of that.
    pub dmarc: Option<Dmarc>,
    /// Of which domain it says so, in lower case, where it names that.
    pub domain: Option<String>,
    /// What failed and is not made good by what passed, in the field's own words: `dmarc=fail`. DMARC is about the very
    /// address in From and outweighs the others; without it one of the others has to pass.
    against: Vec<String>,
}

/// What is told to people of a mail whose sender the server could not confirm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// The server that says so, by the name that it gives itself; letters, digits, dots and hyphens alone.
    pub by: String,
    /// What speaks against it: `dmarc=fail`, `spf=fail, dkim=fail`, `dmarc=pass for other.example`.
    pub what: String,
}

impl Checked {
    /// The values that [`Checked::of`] hears, as one text: a line each.
    pub fn heard(values: &[String]) -> String {
        let name = values.first().map(|first| server(&bare(first)));
        let same = values.iter().take_while(|value| Some(server(&bare(value))) == name);
        same.map(|value| value.replace(['\r', '\n'], " ")).collect::<Vec<_>>().join("\n")
    }

    /// Out of a text that [`Checked::heard`] made, or of the topmost value alone.
    pub fn read(heard: &str) -> Self {
        Self::of(&heard.split('\n').filter(|_| !heard.is_empty()).map(str::to_owned).collect::<Vec<_>>())
    }

    /// Out of the values of Authentication-Results, topmost first. Those that follow on the topmost one count while they
    /// name the same server: some write one for each check. What stands further down anybody may have written.
    pub fn of(values: &[String]) -> Self {
        let mut checked = Self::default();
        let mut others: Vec<Found> = Vec::new();
        for (at, value) in values.iter().enumerate() {
            let bare = bare(value);
            let name = server(&bare);
            if at == 0 {
                checked.by = name;
            } else if name != checked.by {
                break;
            }
            let found: Vec<Found> = bare.split(';').map(str::trim).filter_map(found).collect();
            if let Some(dmarc) = found.iter().find(|found| found.method == "dmarc") {
                checked.dmarc = Some(match dmarc.result.as_str() {
                    "pass" => Dmarc::Pass,
                    "fail" => Dmarc::Fail,
                    _ => Dmarc::Other,
                });
                checked.domain.clone_from(&dmarc.domain);
                checked.against.extend(dmarc.failed());
            }
            others.extend(found.into_iter().filter(|found| found.method != "dmarc"));
            if checked.dmarc.is_some() {
                break;
            }
        }
        let made_good = checked.dmarc == Some(Dmarc::Pass) || others.iter().any(|found| found.result == "pass");
        if checked.against.is_empty() && !made_good {
            let failed = |method| others.iter().filter(move |found| found.method == method).find_map(Found::failed);
            checked.against.extend(["dkim", "spf"].into_iter().filter_map(failed));
        }
        checked
    }

    /// What speaks against a mail of this address; `None` where it passed, or where nothing was said that can be told from
    /// silence.
    pub fn doubt(&self, sender: &str) -> Option<Doubt> {
        let plain = |words: &str| -> String {
            let known = words.chars().filter(|letter| letter.is_ascii_alphanumeric() || ".-".contains(*letter));
            known.take(NAME).collect()
        };
        let what = match &self.domain {
            Some(domain) if self.dmarc == Some(Dmarc::Pass) && !self.is_about(sender) => {
                format!("dmarc=pass for {}", plain(domain))
            }
            Some(_) | None => self.against.join(", "),
        };
        (!what.is_empty()).then(|| Doubt { by: plain(&self.by), what })
    }

    /// Whether the server speaks of the domain of this address, or of the one above it. Where it names another one, the mail
    /// names two writers in a way that servers read differently: it is vouched for the one, and shown as the other's.
    pub fn is_about(&self, sender: &str) -> bool {
        let Some(domain) = &self.domain else { return true };
        let host = sender.rsplit_once('@').map_or("", |(_, host)| host).to_lowercase();
        let (mut its, mut named) = (host.rsplit('.'), domain.rsplit('.'));
        named.all(|named| its.next().is_some_and(|its| is_label(its, named)))
    }

    /// Whether the server says that the domain of this address owns up to the mail.
    pub fn vouches_for(&self, sender: &str) -> bool {
        self.dmarc == Some(Dmarc::Pass) && self.is_about(sender)
    }
}

/// Whether a part of a domain's name is the one that is named. That of another script has a second spelling, in ASCII, which
/// is taken for what it says.
fn is_label(label: &str, named: &str) -> bool {
    label == named || !label.is_ascii() && named.starts_with("xn--")
}

/// The name of the server that a bare value begins with.
fn server(bare: &str) -> String {
    let first = bare.split(';').next().filter(|first| !first.contains('='));
    first.and_then(|first| first.split_whitespace().next()).unwrap_or(UNNAMED).to_owned()
}

/// One result: "dmarc=pass header.from=example.com", "dkim/1 = fail".
struct Found {
    /// `dmarc`, `dkim` or `spf`.
    method: &'static str,
    result: String,
    /// The domain that DMARC is about.
    domain: Option<String>,
}

impl Found {
    fn failed(&self) -> Option<String> {
        FAILED.contains(&self.result.as_str()).then(|| format!("{}={}", self.method, self.result))
    }
}

fn found(part: &str) -> Option<Found> {
    let (method, result) = part.split_once('=')?;
    // A version may stand behind the method.
    let method = method.split('/').next().unwrap_or_default().trim();
    let method = ["dmarc", "dkim", "spf"].into_iter().find(|known| *known == method)?;
    let domain = result.split_whitespace().find_map(|word| word.strip_prefix("header.from="));
    Some(Found {
        method,
        result: result.trim_start().chars().take_while(char::is_ascii_alphanumeric).collect(),
        domain: domain.map(|domain| domain.rsplit('@').next().unwrap_or_default().to_owned()),
    })
}

/// In lower case, without comments and without what stands in quotes: both repeat what the sender chose.
fn bare(value: &str) -> String {
    let (mut kept, mut depth, mut quoted, mut escaped) = (String::new(), 0_u32, false, false);
    for letter in value.chars() {
        if escaped {
            escaped = false;
            continue;
        }
        match letter {
            '\\' => escaped = true,
            '"' if depth == 0 => quoted = !quoted,
            _ if quoted => {}
            '(' => depth += 1,
            ')' => {
                depth = depth.saturating_sub(1);
                kept.push(' ');
            }
            _ if depth > 0 => {}
            _ => kept.extend(letter.to_lowercase()),
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(values: &[&str]) -> (String, Option<Dmarc>) {
        let checked = Checked::of(&values.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>());
        (checked.by, checked.dmarc)
    }

    fn said(value: &str) -> Option<String> {
        let doubt = Checked::of(&[value.to_owned()]).doubt("mara@bank.example");
        doubt.map(|doubt| format!("{}: {}", doubt.by, doubt.what))
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
            ("mx.acme.example; dmarc=pass header.from=bank.example", None),
            // Another writer is vouched for than the one who is shown.
            ("mx.acme.example; dmarc=pass header.from=evil.example", Some("dmarc=pass for evil.example")),
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
        assert_eq!(said("\u{1b}[2Jmx\u{202e}.example; dmarc=fail").as_deref(), Some("2jmx.example: dmarc=fail"));
    }

    #[test]
    fn results_in_fields_of_their_own_are_heard_together() {
        let doubt = |values: [&str; 2]| Checked::of(&values.map(str::to_owned)).doubt("mara@bank.example");
        assert_eq!(doubt(["mx; dkim=pass", "mx; spf=fail"]), None);
        assert_eq!(doubt(["mx; dkim=none", "mx; spf=fail"]).unwrap().what, "spf=fail");
        // What another server says below it is nobody's word here.
        assert_eq!(doubt(["mx; spf=fail", "evil.example; dkim=pass; dmarc=pass"]).unwrap().what, "spf=fail");
    }

    proptest! {
        /// What is kept of a mail says the same as the mail.
        #[test]
        fn what_was_heard_is_read_as_it_was(values in prop::collection::vec(
            "(mx|evil.example)?(; ?(dkim|spf|dmarc)=(pass|fail|none)|\\(|\"|\n){0,3}", 0..4)
        ) {
            let (whole, kept) = (Checked::of(&values), Checked::read(&Checked::heard(&values)));
            prop_assert_eq!(kept.doubt("mara@bank.example"), whole.doubt("mara@bank.example"));
            prop_assert_eq!(kept.dmarc, whole.dmarc);
        }

        #[test]
        fn nothing_that_a_header_holds_is_too_much(value in "(.|dmarc=fail|dmarc=pass header.from=|;|\\(|\"|\\\\){0,60}") {
            if let Some(doubt) = Checked::of(&[value]).doubt("mara@bank.example") {
                prop_assert!(doubt.by.len() <= NAME && doubt.by.is_ascii());
                prop_assert!(doubt.what.len() <= NAME + 20 && doubt.what.is_ascii());
            }
        }
    }

    #[test]
    fn a_word_counts_for_the_domain_that_it_names() {
        let vouches = |value: &str| Checked::of(&[value.to_owned()]).vouches_for("mara@mail.Example.com");
        for yes in [
            "mx; dmarc=pass",
            "mx; dmarc=pass (p=none) header.from=EXAMPLE.com",
            "mx; dmarc=pass header.from=x@example.com",
        ] {
            assert!(vouches(yes), "{yes}");
        }
        for no in [
            "mx; dmarc=pass header.from=evil.example",
            "mx; dmarc=pass header.from=il.example.com",
            "mx; dmarc=fail header.from=example.com",
            "mx; spf=pass",
            "",
        ] {
            assert!(!vouches(no), "{no}");
        }
    }

    #[test]
    fn a_domain_of_another_script_is_the_one_that_is_named_in_ascii_and_no_other() {
        let about = |domain: &str| {
            let value = format!("mx; dmarc=pass header.from={domain}");
            Checked::of(&[value]).is_about("mara@post.Bücher.example")
        };
        for yes in ["bücher.example", "xn--bcher-kva.example", "post.xn--bcher-kva.example", "BÜCHER.example"] {
            assert!(about(yes), "{yes}");
        }
        for no in [
            "evil.example",
            "evil.org",
            "xn--bcher-kva.evil.example",
            "xn--bcher-kva.org",
            "evil.xn--bcher-kva.example",
            "",
        ] {
            assert!(!about(no), "{no}");
        }
    }

    #[test]
    fn the_topmost_server_is_heard_and_nobody_below_it() {
        let mx = |dmarc| ("mx.acme.example".to_owned(), dmarc);
        for (values, expected) in [
            (
                &["mx.acme.example; spf=fail smtp.mailfrom=x; DMARC=fail (p=reject) header.from=x"][..],
                Some(Dmarc::Fail),
            ),
            (&["MX.acme.example 1; dmarc/1 = pass"], Some(Dmarc::Pass)),
            (&["mx.acme.example (it; dmarc=pass); dmarc=fail"], Some(Dmarc::Fail)),
            (&["mx.acme.example; spf=pass smtp.mailfrom=\"a;dmarc=pass\"@evil.example"], None),
            (&["mx.acme.example; spf=pass (a \\) b; dmarc=pass) x"], None),
            (&["mx.acme.example; dkim=pass", "mx.acme.example; dmarc=fail"], Some(Dmarc::Fail)),
            (&["mx.acme.example; dkim=pass", "evil.example; dmarc=pass"], None),
            (&["mx.acme.example; dkim=pass", "evil.example; x=y", "mx.acme.example; dmarc=pass"], None),
            (&["mx.acme.example; dmarc=none", "mx.acme.example; dmarc=pass"], Some(Dmarc::Other)),
            (&["mx.acme.example; dmarc=passed"], Some(Dmarc::Other)),
            (&["mx.acme.example; x-dmarc=pass"], None),
            (&["mx.acme.example; none"], None),
        ] {
            assert_eq!(of(values), mx(expected), "{values:?}");
        }
        assert_eq!(of(&[]), (String::new(), None));
        assert_eq!(of(&["spf=pass (x) smtp.mailfrom=y; dmarc=pass action=none"]), (UNNAMED.into(), Some(Dmarc::Pass)));
        assert_eq!(of(&["dmarc=fail action=quarantine"]), (UNNAMED.into(), Some(Dmarc::Fail)));
        for strange in ["", ";;;", "\"", "((((", "\\", "=", ";dmarc="] {
            assert!(of(&[strange]).1.is_none_or(|dmarc| dmarc == Dmarc::Other), "{strange}");
        }
    }
}
