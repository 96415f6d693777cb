//! Header fields as they stand in a mail, in a returned mail or in a report.

/// The fields of a header: names in lower case, values unfolded, from the top.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields {
    all: Vec<(String, String)>,
}

/// The most fields that are kept; no header that is read has more.
const MOST: usize = super::MOST_HEADERS;
/// The longest value that is kept, in bytes.
const LONGEST: usize = 64 * 1024;

impl Fields {
    /// The fields of a header, up to the first empty line; what is no field is passed over.
    pub(super) fn of(header: &str) -> Self {
        let mut all: Vec<(String, String)> = Vec::new();
        let mut open = false;
        for line in header.split('\n') {
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.is_empty() {
                if all.is_empty() {
                    continue;
                }
                break;
            }
            if line.starts_with([' ', '\t']) {
                if let Some((_, value)) = all.last_mut().filter(|_| open)
                    && value.len() + line.len() < LONGEST
                {
                    value.push(' ');
                    value.push_str(line.trim());
                }
                continue;
            }
            open = false;
            if let Some((name, value)) = line.split_once(':') {
                let name = name.trim_end();
                if is_name(name) && all.len() < MOST && value.len() < LONGEST {
                    all.push((name.to_ascii_lowercase(), value.trim().to_owned()));
                    open = true;
                }
            }
        }
        Self { all }
    }

    /// The topmost field of that name (in lower case).
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all.iter().find(|(its, _)| its == name).map(|(_, value)| value.as_str())
    }

    /// All fields of that name (in lower case), topmost first.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.all.iter().filter(move |(its, _)| its == name).map(|(_, value)| value.as_str())
    }

    /// Whether there is a field of that name (in lower case).
    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// All names, in lower case.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|(name, _)| name.as_str())
    }

    /// Whether there is no field at all.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

/// The number of fields in a header.
pub(super) fn count(header: &[u8]) -> usize {
    header
        .split(|byte| *byte == b'\n')
        .filter(|line| line.first().is_some_and(|first| !matches!(first, b' ' | b'\t' | b'\r')) && line.contains(&b':'))
        .count()
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 128 && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':')
}

/// The Message-ID in a value: what stands in its first angle brackets, else its first word.
pub(super) fn message_id(value: &str) -> Option<String> {
    let id = match value.split_once('<') {
        Some((_, rest)) => rest.split('>').next().unwrap_or_default(),
        None => value.split_whitespace().next().unwrap_or_default(),
    };
    let id: String = id.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect();
    (!id.is_empty() && id.len() <= LONGEST_ID).then_some(id)
}

/// The longest Message-ID that is kept, in bytes: a whole header line (RFC 5322).
pub(super) const LONGEST_ID: usize = 998;

/// The address in a value that holds one: in angle brackets, behind `rfc822;`, or bare.
pub(super) fn address(value: &str) -> Option<String> {
    let value = match value.split_once(';') {
        Some((kind, rest)) if kind.trim().len() <= 12 && !kind.contains(['@', '<']) => rest,
        Some(_) | None => value,
    };
    let inside = value.rsplit_once('<').map_or(value, |(_, rest)| rest.split('>').next().unwrap_or_default());
    let inside = inside.split(['(', ',']).next().unwrap_or_default();
    let word = inside.split_whitespace().find(|word| word.contains('@'))?;
    tidy(word)
}

/// An address as it is kept: no blanks, no control characters, nothing around it, its domain in lower case. `None` where
/// nothing of an address is left.
pub(super) fn tidy(address: &str) -> Option<String> {
    let kept: String = address.chars().filter(|letter| !letter.is_whitespace() && !letter.is_control()).collect();
    let kept = kept.trim_matches(['<', '>', '"', '\'', ',', ';', ':', '[', ']', '(', ')']);
    let kept =
        kept.strip_prefix("mailto:").or_else(|| kept.strip_prefix("smtp:")).unwrap_or(kept).trim_end_matches('.');
    match kept.rsplit_once('@') {
        Some((local, domain)) => Some(format!("{local}@{}", domain.to_lowercase())),
        None => (!kept.is_empty()).then(|| kept.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_unfolded_and_the_topmost_comes_first() {
        let fields = Fields::of("\nSubject: a\r\n b\r\n\tc\nX-Two: 1\nno field\n goes nowhere\nx-two: 2\n\nBody: x\n");
        assert_eq!(fields.get("subject"), Some("a b c"));
        assert_eq!(fields.all("x-two").collect::<Vec<_>>(), ["1", "2"]);
        assert!(!fields.has("body"));
        assert_eq!(count(b"Subject: a\n b: c\nX: y\n"), 2);
    }

    #[test]
    fn addresses_and_ids_are_found_in_what_surrounds_them() {
        for (value, found) in [
            ("rfc822; Kijitora@Example.ORG", Some("Kijitora@example.org")),
            ("RFC822;<a@example.org> (a comment)", Some("a@example.org")),
            ("\"A, B\" <a@example.org>", Some("a@example.org")),
            ("a@example.org", Some("a@example.org")),
            ("nobody", None),
        ] {
            assert_eq!(address(value).as_deref(), found, "{value}");
        }
        assert_eq!(message_id(" <a@b> (x)").as_deref(), Some("a@b"));
        assert_eq!(message_id("a@b x").as_deref(), Some("a@b"));
        assert_eq!(message_id("<>"), None);
    }
}
