//! The words of an entry as lines: what it repeats and signs with is folded away.

use super::{Flow, LineKind, Voice};
use crate::domain::{
    letter::{Fold, FoldKind},
    text::SafeText,
};

/// Lines of one entry that are shown where it is not shown as raw text.
const LONGEST: usize = 200;
/// Bytes of one entry that are looked at for them.
const LARGEST: usize = 65_536;
/// Repeated lines in a row that are shown.
const QUOTED: usize = 2;
/// Folded lines that are shown all the same: the word about them would take as much room.
const UNFOLDED: usize = 2;

/// Whether a text may be too long to be shown whole, however wide the screen is.
pub fn is_long(text: &str) -> bool {
    text.len() > LARGEST / 16 || text.lines().count() > LONGEST / 4
}

impl Flow {
    /// An entry's words; `raw`: the key that shows all of them.
    pub fn words(&mut self, text: &str, folds: &[Fold], (open, raw): (bool, &str), (voice, width): (Voice, usize)) {
        let text = text.trim_end();
        let cut = (0..=LARGEST.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let first = self.lines.len();
        let mut left = text[cut..].lines().count();
        for (piece, kind) in pieces(&text[..cut], folds) {
            let safe = SafeText::block(piece.strip_suffix('\n').unwrap_or(piece));
            let lines: Vec<&str> = safe.as_str().split('\n').collect();
            let room = LONGEST.saturating_sub(self.lines.len() - first);
            left += match kind {
                _ if room == 0 => lines.len(),
                Some(kind) => self.folded(&lines, kind, open, (voice, width, room)),
                None => self.plain(&lines, open, (voice, width, room)),
            };
        }
        if left > 0 {
            let lines = if left == 1 { "line" } else { "lines" };
            self.push(LineKind::Aside(voice), format!("⋯ {left} more {lines}: {raw} shows them"));
        }
        if let Some(warning) = SafeText::block(&text[..cut]).warning() {
            self.push(LineKind::Warning(voice), warning);
        }
    }

    /// Lines that are folded away, or shown under a word about them; gives how many there was no room for.
    fn folded(
        &mut self,
        lines: &[&str],
        kind: FoldKind,
        open: bool,
        (voice, width, room): (Voice, usize, usize),
    ) -> usize {
        let count = lines.len();
        if count > UNFOLDED {
            let mark = if open { "▾" } else { "▸" };
            let words = match kind {
                FoldKind::Quoted => format!("{mark} {count} quoted lines"),
                FoldKind::Signature => format!("{mark} signature, {count} lines"),
            };
            self.push(LineKind::Fold(voice), words);
            if !open {
                return 0;
            }
        }
        let begun = self.lines.len();
        for (at, line) in lines.iter().enumerate() {
            if self.lines.len() - begun >= room {
                return count - at;
            }
            for piece in SafeText::line(line).wrap(width) {
                self.push(LineKind::Aside(voice), piece);
            }
        }
        0
    }

    /// Lines as they were written, of long runs of quoted ones the first few; gives how many there was no room for.
    fn plain(&mut self, lines: &[&str], open: bool, (voice, width, room): (Voice, usize, usize)) -> usize {
        let begun = self.lines.len();
        let mut at = 0;
        while at < lines.len() && self.lines.len() - begun < room {
            let quoted = lines[at..].iter().take_while(|line| line.starts_with('>')).count();
            // A short quotation is shown whole: the word about it would take as much room.
            let whole = if quoted > QUOTED + 1 && !open { QUOTED - 1 } else { quoted.clamp(1, room) };
            for line in &lines[at..at + whole] {
                for piece in SafeText::line(line).wrap(width) {
                    self.push(if quoted > 0 { LineKind::Aside(voice) } else { LineKind::Text(voice) }, piece);
                }
            }
            if quoted > whole && !open {
                self.push(LineKind::Fold(voice), format!("⋯ {} more quoted lines", quoted - whole));
            }
            at += if open { whole } else { whole.max(quoted) };
        }
        lines.len() - at
    }
}

/// A text in its folded and unfolded parts, in order, without what is empty. Folds that are not of this text are left out.
fn pieces<'a>(text: &'a str, folds: &[Fold]) -> Vec<(&'a str, Option<FoldKind>)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for fold in folds {
        let to = fold.to.min(text.len());
        if fold.from < at || fold.from >= to || !text.is_char_boundary(fold.from) || !text.is_char_boundary(to) {
            continue;
        }
        pieces.push((text[at..fold.from].trim_end(), None));
        pieces.push((&text[fold.from..to], Some(fold.kind)));
        at = to;
    }
    pieces.push((&text[at..], None));
    if pieces.len() > 1 {
        pieces.retain(|(piece, _)| !piece.trim().is_empty());
    }
    pieces
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let mut flow = Flow::default();
        flow.words(text, &[], (false, "v"), (Voice::Customer, 20));
        flow.lines.into_iter().map(|line| line.text).collect()
    }

    fn folded(text: &str, folds: &[(usize, usize, FoldKind)], open: bool) -> Vec<String> {
        let folds: Vec<Fold> =
            folds.iter().map(|(from, to, kind)| Fold { from: *from, to: *to, kind: *kind }).collect();
        let mut flow = Flow::default();
        flow.words(text, &folds, (open, "v"), (Voice::Customer, 20));
        flow.lines.into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn what_a_mail_repeats_is_folded_and_opened() {
        let text = "yes\n\n> 1\n> 2\n> 3\n\n-- \nMara\nACME\n";
        let folds = [(5, 17, FoldKind::Quoted), (18, 31, FoldKind::Signature)];
        assert_eq!(folded(text, &folds, false), ["yes", "▸ 3 quoted lines", "▸ signature, 3 lines"]);
        let open = folded(text, &folds, true);
        assert_eq!(open[..4], ["yes", "▾ 3 quoted lines", "> 1", "> 2"]);
        assert!(open.contains(&"ACME".to_owned()), "{open:?}");
        assert_eq!(folded("a\nb\n", &[(2, 4, FoldKind::Quoted)], false), ["a", "b"], "one line is shown");
        assert_eq!(folded("é", &[(1, 2, FoldKind::Quoted), (0, 90, FoldKind::Quoted)], false), ["é"]);
        let long = folded(&"line\n".repeat(1000), &[(0, 5000, FoldKind::Quoted)], true);
        assert!(long.len() < LONGEST + 3, "{}", long.len());
    }

    #[test]
    fn a_long_quotation_is_folded_and_a_short_one_is_not() {
        assert_eq!(shown("yes\n> one\n> two\n> three"), ["yes", "> one", "> two", "> three"]);
        assert_eq!(shown("> 1\n> 2\n> 3\n> 4\nno\n"), ["> 1", "⋯ 3 more quoted lines", "no"]);
    }

    #[test]
    fn a_message_without_end_is_shown_as_far_as_anybody_scrolls() {
        let many = shown(&"line\n".repeat(1000));
        assert_eq!(many.len(), LONGEST + 1);
        assert_eq!(many.last().unwrap(), "⋯ 800 more lines: v shows them");
        let wide = shown(&"日本語".repeat(1_000_000));
        assert!(wide.len() < LARGEST, "{} lines", wide.len());
        assert_eq!(wide.last().unwrap(), "⋯ 1 more line: v shows them");
        let quoted = shown(&"> quoted\n".repeat(100_000));
        assert!(quoted.len() < 5, "{quoted:?}");
    }
}
