//! Text from mails that are written in HTML only.

use mail_parser::decoders::html::html_to_text;

/// Elements that stand on lines of their own.
const BLOCKS: [&str; 26] = [
    "address",
    "article",
    "blockquote",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "ol",
    "pre",
    "section",
    "table",
    "tr",
    "ul",
    "title",
];

/// The words of an HTML text as lines; scripts, styles, comments and everything else that is not shown is left out.
///
/// The decoder below knows of `<br>` and `</p>` only and runs the lines of other blocks into one another, so line breaks are put
/// in before it, and doubled ones taken out after it.
pub fn text_of_html(html: &str) -> String {
    let mut broken = String::with_capacity(html.len() + html.len() / 8);
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        broken.push_str(&rest[..open]);
        let inside = &rest[open + 1..];
        let closing = inside.starts_with('/');
        let name_at = usize::from(closing);
        let end =
            inside[name_at..].find(|letter: char| !letter.is_ascii_alphanumeric()).unwrap_or(inside.len() - name_at);
        let name = inside[name_at..name_at + end].to_ascii_lowercase();
        match name.as_str() {
            // A head that is never closed would swallow the whole text.
            "body" if !closing => broken.push_str("</head>"),
            "li" if !closing => broken.push_str("<br>- "),
            "td" | "th" if closing => broken.push(' '),
            "p" if !closing => broken.push_str("<br>"),
            name if BLOCKS.contains(&name) => broken.push_str("<br>"),
            _ => {}
        }
        // Only what can begin a tag does; "5 < 6" is text.
        let tag = inside.starts_with(|next: char| next.is_ascii_alphabetic() || matches!(next, '/' | '!' | '?'));
        broken.push_str(if tag { "<" } else { "&lt;" });
        rest = inside;
    }
    broken.push_str(rest);
    tidied(&html_to_text(&broken))
}

/// Lines without spaces at their ends, and never more than one empty line in a row.
fn tidied(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut empty = true;
    for line in text.lines() {
        let line = line.trim_matches([' ', '\t', '\r', '\u{a0}']);
        if line.is_empty() {
            if !empty {
                kept.push('\n');
            }
            empty = true;
        } else {
            kept.push_str(line);
            kept.push('\n');
            empty = false;
        }
    }
    kept.truncate(kept.trim_end().len());
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_become_lines() {
        let html = "<html><head><title>x</title><style>p{color:red}</style></head><body><div>Hello,</div><div><br></div>\
                    <div>my card is <b>declined</b>.</div><p>Thanks</p><ul><li>one</li><li>two</li></ul>\
                    <table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table></body></html>";
        assert_eq!(text_of_html(html), "Hello,\n\nmy card is declined.\n\nThanks\n\n- one\n- two\n\na b\n\nc");
    }

    #[test]
    fn what_is_not_shown_is_left_out() {
        let html = "<script>alert('<b>no</b>')</script><!-- <p>no</p> --><p>caf&eacute; &amp; bar &#x263A;</p><style>.a{}</style>";
        assert_eq!(text_of_html(html), "café & bar ☺");
        assert_eq!(text_of_html("<html><head><meta x><body>kept"), "kept");
        assert_eq!(text_of_html(""), "");
        assert_eq!(text_of_html("5 < 6 & 7 > 6"), "5 < 6 & 7 > 6");
    }
}
