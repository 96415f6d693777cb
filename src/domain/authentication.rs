//! What the mail server that took a mail says of its sender (Authentication-Results, RFC 8601), as far as it stands on top.

/// The name of a server that keeps its own to itself.
const UNNAMED: &str = "unnamed";

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
}

impl Checked {
    /// Out of the values of Authentication-Results, topmost first. Those that follow on the topmost one count while they
    /// name the same server: some write one for each check. What stands further down anybody may have written.
    pub fn of(values: &[String]) -> Self {
        let mut checked = Self::default();
        for (at, value) in values.iter().enumerate() {
            let bare = bare(value);
            let mut parts = bare.split(';').map(str::trim).peekable();
            let name = parts.next_if(|first| !first.contains('=')).and_then(|first| first.split_whitespace().next());
            let name = name.unwrap_or(UNNAMED);
            if at == 0 {
                name.clone_into(&mut checked.by);
            } else if name != checked.by {
                break;
            }
            if let Some((dmarc, domain)) = parts.find_map(dmarc) {
                (checked.dmarc, checked.domain) = (Some(dmarc), domain);
                break;
            }
        }
        checked
    }

    /// Whether the server speaks of the domain of this address, or of the one above it. Where it names another one, the mail
    /// names two writers in a way that servers read differently: it is vouched for the one, and shown as the other's.
    pub fn is_about(&self, sender: &str) -> bool {
        let Some(domain) = &self.domain else { return true };
        let host = sender.rsplit_once('@').map_or("", |(_, host)| host).to_lowercase();
        let above = host.strip_suffix(domain.as_str()).is_some_and(|sub| sub.ends_with('.'));
        // The name of another script has a second spelling.
        host == *domain || above || !host.is_ascii()
    }

    /// Whether the server says that the domain of this address owns up to the mail.
    pub fn vouches_for(&self, sender: &str) -> bool {
        self.dmarc == Some(Dmarc::Pass) && self.is_about(sender)
    }
}

/// "dmarc=pass header.from=example.com", "dmarc/1 = fail"; with the domain that it is about.
fn dmarc(part: &str) -> Option<(Dmarc, Option<String>)> {
    let (method, result) = part.split_once('=')?;
    let method = method.split('/').next().unwrap_or_default().trim();
    if method != "dmarc" {
        return None;
    }
    let word: String = result.trim_start().chars().take_while(char::is_ascii_alphanumeric).collect();
    let domain = result.split_whitespace().find_map(|word| word.strip_prefix("header.from="));
    let dmarc = match word.as_str() {
        "pass" => Dmarc::Pass,
        "fail" => Dmarc::Fail,
        _ => Dmarc::Other,
    };
    Some((dmarc, domain.map(|domain| domain.rsplit('@').next().unwrap_or_default().to_owned())))
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

    fn of(values: &[&str]) -> (String, Option<Dmarc>) {
        let checked = Checked::of(&values.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>());
        (checked.by, checked.dmarc)
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
