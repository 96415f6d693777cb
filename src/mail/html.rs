//! Text from mails that are written in HTML only.

mod tags;

use mail_parser::decoders::html::add_html_token;
use tags::{Tag, Token, Tokens};

/// The words of an HTML text as lines; scripts, styles, comments and everything else that is no text is left out. What is
/// quoted stands behind `> `, and a link whose address its words do not show is followed by it.
pub fn text_of_html(html: &str) -> String {
    written(html).0
}

/// As [`text_of_html`], and the bytes at which marks that mail programs leave say that earlier mail begins.
pub(super) fn written(html: &str) -> (String, Vec<usize>) {
    let mut page = Page::default();
    for token in Tokens::new(html) {
        match token {
            Token::Text(text) => page.text(text),
            Token::Tag(tag) => page.tag(&tag),
        }
    }
    page.finish()
}

/// Elements that stand on lines of their own.
const BLOCKS: [&str; 27] = [
    "address", "article", "aside", "center", "dd", "div", "dl", "dt", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "main", "nav", "ol", "pre", "section", "table", "tr", "ul", "fieldset",
];
/// Elements with an empty line before and behind them.
const PARAGRAPHS: [&str; 8] = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"];
/// Names and classes of elements in which mail programs put the mail that is answered. (That of a mail passed on has the
/// same names; the words around it tell the difference.)
const QUOTING: [&str; 10] = [
    "divrplyfwdmsg",
    "olk_src_body_section",
    "gmail_quote",
    "yahoo_quoted",
    "zmail_extra",
    "protonmail_quote",
    "moz-cite-prefix",
    "appendonsend",
    "mail-editor-reference-message-container",
    "tutanota_quote",
];
/// The lines that Outlook draws above the mail that is answered.
const LINES: [&str; 4] =
    ["border-top:solid#b5c4df", "border-top:solid#e1e1e1", "border-top:#b5c4df1ptsolid", "border-top:1pxsolid#b5c4df"];
/// The deepest quote that is told apart.
const DEEPEST_QUOTE: usize = 20;

/// The text while it is being written.
#[derive(Debug, Default)]
struct Page {
    whole: String,
    line: String,
    depth: usize,
    /// The depth of the last line written.
    before: usize,
    /// Levels of `pre`.
    kept_as_is: usize,
    /// An empty line is due.
    gap: bool,
    blank: bool,
    link: Option<(String, usize)>,
    quoted_from: Vec<usize>,
    quote_begins: bool,
}

impl Page {
    fn text(&mut self, text: &str) {
        let text = unescaped(text);
        if self.kept_as_is > 0 {
            for (number, line) in text.replace("\r\n", "\n").split(['\n', '\r']).enumerate() {
                if number > 0 {
                    self.end_line();
                }
                self.line.push_str(line);
            }
            return;
        }
        for letter in text.chars() {
            if letter.is_ascii_whitespace() || letter == '\u{a0}' {
                self.blank = true;
            } else {
                self.space();
                self.line.push(letter);
            }
        }
    }

    /// Writes the blank that is due, unless the line begins with it.
    fn space(&mut self) {
        if std::mem::take(&mut self.blank) && !self.line.is_empty() {
            self.line.push(' ');
        }
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        let name = tag.name.as_str();
        if tag.opens && self.marks_a_quote(tag) {
            self.fresh_line();
            self.quote_begins = true;
        }
        match name {
            "br" => self.end_line(),
            "hr" => {
                self.fresh_line();
                self.line.push_str("________________________________");
                self.end_line();
            }
            "li" if tag.opens => {
                self.fresh_line();
                self.line.push_str("- ");
            }
            "td" | "th" => self.blank = true,
            "pre" => {
                self.fresh_line();
                self.kept_as_is = if tag.opens { self.kept_as_is + 1 } else { self.kept_as_is.saturating_sub(1) };
            }
            "blockquote" => {
                self.paragraph();
                self.depth = if tag.opens { self.depth + 1 } else { self.depth.saturating_sub(1) };
            }
            "img" => {
                if let Some(words) = tag.attribute("alt").filter(|words| !words.trim().is_empty()) {
                    self.text(&format!(" [{}] ", words.trim()));
                }
            }
            "a" => self.anchor(tag),
            name if PARAGRAPHS.contains(&name) => self.paragraph(),
            name if BLOCKS.contains(&name) => self.fresh_line(),
            _ => {}
        }
    }

    fn marks_a_quote(&self, tag: &Tag<'_>) -> bool {
        if self.depth > 0 || !matches!(tag.name.as_str(), "div" | "span" | "blockquote" | "table") {
            return false;
        }
        let named = ["id", "class", "name"].iter().filter_map(|name| tag.attribute(name)).any(|value| {
            let value = value.to_ascii_lowercase();
            QUOTING.iter().any(|mark| value.contains(mark))
        });
        named
            || tag.attribute("style").is_some_and(|style| {
                let style: String = style.to_ascii_lowercase().split_whitespace().collect();
                LINES.iter().any(|line| style.contains(line))
            })
    }

    /// A link: its address is written behind its words where they do not show it.
    fn anchor(&mut self, tag: &Tag<'_>) {
        if let Some((address, from)) = self.link.take() {
            let bare = |text: &str| {
                text.trim().trim_end_matches('/').replace("https://", "").replace("http://", "").to_lowercase()
            };
            let words = self.line.get(from..).unwrap_or_default();
            if !words.trim().is_empty() && bare(words) != bare(&address) {
                self.line.push_str(" <");
                self.line.push_str(&address);
                self.line.push('>');
            }
        }
        if tag.opens
            && let Some(address) = tag.attribute("href").map(|address| unescaped(address.trim()))
            && (address.starts_with("http://") || address.starts_with("https://"))
            && !address.contains(char::is_whitespace)
        {
            self.space();
            self.link = Some((address, self.line.len()));
        }
    }

    fn fresh_line(&mut self) {
        self.blank = false;
        if !self.line.trim().is_empty() {
            self.end_line();
        }
    }

    fn paragraph(&mut self) {
        self.fresh_line();
        self.gap = true;
    }

    fn end_line(&mut self) {
        self.blank = false;
        if let Some((_, from)) = &mut self.link {
            *from = 0;
        }
        let line = std::mem::take(&mut self.line);
        let line = line.trim_end_matches([' ', '\t', '\r', '\u{a0}']);
        if line.is_empty() {
            self.gap = true;
            return;
        }
        let mark = "> ".repeat(self.depth.min(DEEPEST_QUOTE));
        if std::mem::take(&mut self.gap) && !self.whole.is_empty() {
            self.whole.push_str("> ".repeat(self.depth.min(self.before).min(DEEPEST_QUOTE)).trim_end());
            self.whole.push('\n');
        }
        if std::mem::take(&mut self.quote_begins) {
            self.quoted_from.push(self.whole.len());
        }
        self.before = self.depth;
        self.whole.push_str(&mark);
        self.whole.push_str(line);
        self.whole.push('\n');
    }

    fn finish(mut self) -> (String, Vec<usize>) {
        self.end_line();
        let end = self.whole.trim_end().len();
        self.whole.truncate(end);
        self.quoted_from.retain(|at| *at < end);
        (self.whole, self.quoted_from)
    }
}

/// Text with its entities as the characters they stand for, without NUL.
fn unescaped(text: &str) -> String {
    if !text.contains(['&', '\0']) {
        return text.to_owned();
    }
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        whole.push_str(&rest[..at]);
        rest = &rest[at..];
        let named = rest[1..].bytes().take(32).take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'#').count();
        let token = rest.get(..named + 2).filter(|token| named > 0 && token.ends_with(';'));
        let bare = ["&nbsp", "&amp", "&lt", "&gt", "&quot"].into_iter().find(|bare| rest.starts_with(bare));
        if let Some(token) = token {
            add_html_token(&mut whole, windows_number(token).as_bytes(), false);
            rest = &rest[token.len()..];
        } else if let Some(bare) = bare {
            add_html_token(&mut whole, format!("{bare};").as_bytes(), false);
            rest = &rest[bare.len()..];
        } else {
            whole.push('&');
            rest = &rest[1..];
        }
    }
    whole.push_str(rest);
    if whole.contains('\0') { whole.replace('\0', "") } else { whole }
}

/// Numbers 128 to 159 mean the letters of Windows-1252.
fn windows_number(token: &str) -> String {
    let number =
        token.strip_prefix("&#").and_then(|rest| rest.strip_suffix(';')).and_then(|digits| digits.parse::<u8>().ok());
    match number {
        Some(number @ 128..=159) => super::windows_1252(&[number]),
        Some(_) | None => token.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_become_lines() {
        let html = "<html><head><title>x</title><style>p{color:red}</style></head><body><div>Hello,</div><div><br></div>\
                    <div>my card is <b>declined</b>.</div><p>Thanks</p><ul><li>one</li><li>two</li></ul>\
                    <table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table></body></html>";
        assert_eq!(text_of_html(html), "Hello,\n\nmy card is declined.\n\nThanks\n\n- one\n- two\na b\nc");
    }

    #[test]
    fn what_is_not_shown_is_left_out() {
        let html = "<script>alert('<b>no</b>')</script><!-- <p>no</p> --><p>caf&eacute; &amp; bar &#x263A;</p><style>.a{}</style>";
        assert_eq!(text_of_html(html), "café & bar ☺");
        assert_eq!(text_of_html("<html><head><meta x><body>kept"), "kept");
        assert_eq!(text_of_html(""), "");
        assert_eq!(text_of_html("5 < 6 & 7 > 6"), "5 < 6 & 7 > 6");
        assert_eq!(text_of_html("a<!-- never closed"), "a");
        assert_eq!(text_of_html("a<script>never closed"), "a");
        assert_eq!(text_of_html("a&nbsp;&nbspb &#150; &#0;c &bogus; &"), "a b – c &bogus; &");
        assert_eq!(text_of_html("<p title=\"a > b\">c</p><p title=\"open>d</p>"), "c\n\nd");
    }

    #[test]
    fn what_is_quoted_stands_behind_marks() {
        let html = "<p>Yes.</p><div class=gmail_quote>On Monday Ana wrote:<br><blockquote>Is it <i>on</i>?\
                    <blockquote><p>It is off.</p></blockquote></blockquote></div><div>Mara</div>";
        let (text, marks) = written(html);
        assert_eq!(text, "Yes.\n\nOn Monday Ana wrote:\n\n> Is it on?\n>\n> > It is off.\n\nMara");
        assert_eq!(marks.iter().map(|at| &text[*at..*at + 9]).collect::<Vec<_>>(), ["On Monday"]);
    }

    #[test]
    fn links_show_where_they_lead() {
        let html = "See <a href='https://a.example/x?b=1&amp;c=2'>here</a>, <a href=https://b.example/>b.example</a> \
                    or <a href='mailto:a@b.example'>mail</a>.<img alt='A cat' src=x>";
        assert_eq!(text_of_html(html), "See here <https://a.example/x?b=1&c=2>, b.example or mail. [A cat]");
    }

    #[test]
    fn what_is_set_as_it_is_stays_so() {
        assert_eq!(text_of_html("<pre>a\n  b\n\nc</pre>d"), "a\n  b\n\nc\nd");
        assert_eq!(text_of_html("<pre>a\r\nb\rc&#13;d</pre>"), "a\nb\nc\nd");
    }
}
