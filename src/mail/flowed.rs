//! Text whose lines may be joined again (`format=flowed`, RFC 3676).

/// The paragraphs of a flowed text as lines, quoted ones with a `> ` for each level. `delsp`: the space that marks a line as
/// flowed was added for that and goes.
pub(super) fn unflowed(text: &str, delsp: bool) -> String {
    let mut lines: Vec<String> = Vec::new();
    // The level of the paragraph that the next line goes on.
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let level = line.bytes().take_while(|byte| *byte == b'>').count();
        let said = &line[level..];
        let said = said.strip_prefix(' ').unwrap_or(said);
        let separator = said == "-- ";
        let flows = said.ends_with(' ') && !separator;
        let kept = if flows && delsp { &said[..said.len() - 1] } else { said };
        match lines.last_mut() {
            Some(last) if open == Some(level) && !separator => last.push_str(kept),
            Some(_) | None if level == 0 => lines.push(kept.to_owned()),
            Some(_) | None => lines.push(format!("{}{kept}", "> ".repeat(level.min(MOST_LEVELS)))),
        }
        open = flows.then_some(level);
    }
    lines.join("\n")
}

/// The most levels of quotes that are told apart.
const MOST_LEVELS: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_flow_into_paragraphs_of_their_own_level() {
        let text = "Dear Ana, \nit is \nbroken.\n\n> since \n> when? \n>> long \nBest \n-- \nMara \nACME";
        assert_eq!(
            unflowed(text, false),
            "Dear Ana, it is broken.\n\n> since when? \n> > long \nBest \n-- \nMara ACME"
        );
    }

    #[test]
    fn stuffed_spaces_and_marking_spaces_go() {
        assert_eq!(unflowed(" From here\n  two\n >no quote", false), "From here\n two\n>no quote");
        assert_eq!(unflowed("日本 \n語", true), "日本語");
        assert_eq!(unflowed("", true), "");
        assert_eq!(unflowed("\n\na\n", false), "\n\na");
    }
}
