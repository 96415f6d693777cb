//! An HTML text as tags and what stands between them; whatever it is made of, each byte is looked at once or twice.

/// Elements whose content is no text, up to their end.
const SILENT: [&str; 8] = ["head", "script", "style", "template", "noscript", "object", "svg", "select"];
/// The longest tag that is looked at, in bytes; images in addresses make them long.
const LONGEST_TAG: usize = 1024 * 1024;

/// A tag or the text up to the next one.
#[derive(Debug)]
pub(super) enum Token<'a> {
    Text(&'a str),
    Tag(Tag<'a>),
}

/// A tag.
#[derive(Debug)]
pub(super) struct Tag<'a> {
    /// Its name in lower case.
    pub(super) name: String,
    /// Whether it opens something.
    pub(super) opens: bool,
    attributes: &'a str,
}

impl<'a> Tag<'a> {
    /// The value of an attribute, as it is written.
    pub(super) fn attribute(&self, name: &str) -> Option<&'a str> {
        let mut rest = self.attributes;
        loop {
            rest = rest.trim_start_matches(|letter: char| letter.is_ascii_whitespace() || letter == '/');
            if rest.is_empty() {
                return None;
            }
            let end = rest.find(|letter: char| letter.is_ascii_whitespace() || letter == '=').unwrap_or(rest.len());
            let its = &rest[..end];
            rest = rest[end..].trim_start();
            let mut value = "";
            if let Some(behind) = rest.strip_prefix('=') {
                (value, rest) = valued(behind.trim_start());
            } else if its.is_empty() {
                return None;
            }
            if its.eq_ignore_ascii_case(name) {
                return Some(value);
            }
        }
    }
}

/// An attribute's value, and what follows it.
fn valued(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            return inside.split_once(quote).unwrap_or((inside, ""));
        }
    }
    let end = text.find(|letter: char| letter.is_ascii_whitespace()).unwrap_or(text.len());
    text.split_at(end)
}

/// Goes through an HTML text.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    rest: &'a str,
    /// Ends that were looked for and are nowhere in the rest.
    never: Vec<String>,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(html: &'a str) -> Self {
        Self { rest: html, never: Vec::new() }
    }

    /// Passes over everything up to the end of a silent element; a head that is never closed ends where the body begins.
    fn pass_over(&mut self, name: &str) {
        let end = if name == "head" { self.find(&["</head", "<body"]) } else { self.find(&[&format!("</{name}")]) };
        match end {
            Some(end) => self.rest = &self.rest[end..],
            // Never closed: a script or style swallows what follows in a browser too, anything else is broken and is text.
            None if matches!(name, "script" | "style") => self.rest = "",
            None => {}
        }
    }

    /// Where the first of these stands next, in capitals or not. Looked for in vain once, they are not looked for again.
    fn find(&mut self, wanted: &[&str]) -> Option<usize> {
        if self.never.iter().any(|it| it == wanted[0]) {
            return None;
        }
        let bytes = self.rest.as_bytes();
        let stands = |at: usize, wanted: &str| {
            bytes.get(at..at + wanted.len()).is_some_and(|found| found.eq_ignore_ascii_case(wanted.as_bytes()))
        };
        let mut opens = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'<').map(|(at, _)| at);
        let found = opens.find(|at| wanted.iter().any(|wanted| stands(*at, wanted)));
        if found.is_none() {
            self.never.push(wanted[0].to_owned());
        }
        found
    }

    /// The next tag; the rest begins with `<`. `None` where it was a comment or the like.
    fn tag(&mut self) -> Option<Tag<'a>> {
        let inside = &self.rest[1..];
        if let Some(comment) = inside.strip_prefix("!--") {
            self.rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            return None;
        }
        let end = end_of(inside);
        let whole = &inside[..end];
        self.rest = inside.get(end + 1..).unwrap_or_default();
        let opens = !whole.starts_with('/');
        let whole = whole.trim_start_matches('/');
        let name = whole.find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(whole.len());
        let tag = Tag { name: whole[..name].to_ascii_lowercase(), opens, attributes: &whole[name..] };
        if opens && !whole.ends_with('/') && SILENT.contains(&tag.name.as_str()) {
            self.pass_over(&tag.name);
        }
        (!tag.name.is_empty()).then_some(tag)
    }
}

/// Where a tag ends: at the first `>` outside quotes; where a quote is never closed, at the first one.
fn end_of(inside: &str) -> usize {
    let mut quote = None;
    let mut first = None;
    let mut after_equals = false;
    for (at, byte) in inside.bytes().enumerate().take(LONGEST_TAG) {
        match (quote, byte) {
            (Some(open), byte) if open == byte => quote = None,
            (None, b'>') => return at,
            (None, b'"' | b'\'') if after_equals => quote = Some(byte),
            (Some(_), b'>') => first = first.or(Some(at)),
            // Not in any address or sentence: the quote was never closed.
            (Some(_), b'<') if first.is_some() => break,
            (Some(_) | None, _) => {}
        }
        if !byte.is_ascii_whitespace() {
            after_equals = byte == b'=';
        }
    }
    first.unwrap_or(inside.len())
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            // Only what can begin a tag does; "5 < 6" is text.
            let begins = |at: usize| {
                let next = self.rest.as_bytes().get(at + 1);
                next.is_some_and(|next| next.is_ascii_alphabetic() || matches!(next, b'/' | b'!' | b'?'))
            };
            let open = self.rest.match_indices('<').map(|(at, _)| at).find(|at| begins(*at)).unwrap_or(self.rest.len());
            if open > 0 {
                let (text, rest) = self.rest.split_at(open);
                self.rest = rest;
                return Some(Token::Text(text));
            }
            if let Some(tag) = self.tag() {
                return Some(Token::Tag(tag));
            }
        }
    }
}
