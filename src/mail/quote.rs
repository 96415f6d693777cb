//! Quoted history and signatures in a text, as folds. What is folded is never lost, so where it is unclear what belongs to
//! whom, less is folded: a word of the writer's own that is hidden costs more than a quoted one that shows.

mod attribution;
mod headers;
mod phrases;
mod signature;

use crate::domain::letter::{Fold, FoldKind};
pub(super) use headers::passes_on_by_subject;

/// What is known of a text besides its words.
#[derive(Debug, Clone, Copy, Default)]
pub struct Known<'a> {
    /// The writer's name, for signatures that begin with it.
    pub writer: &'a str,
    /// Whether the subject says that it passes another mail on, which then is what it has to say.
    pub passed_on: bool,
    /// The bytes at which its HTML says that earlier mail begins.
    pub quoted_from: &'a [usize],
}

/// The most lines of a text in which folds are looked for.
const MOST_LINES: usize = 100_000;
/// A quote between answers that is no longer than this is shown, since the answers mean little without it.
const INLINE_LINES: usize = 15;

/// A quote that no program introduced, with an answer below it, was picked by hand; up to this length it is shown.
const PICKED_LINES: usize = 4;

/// A line of the text.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    from: usize,
    to: usize,
    /// Without the blanks around it.
    text: &'a str,
}

impl Line<'_> {
    fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether it stands behind a quoting mark; ">>> x" with nothing quoted around it does too, which folds too little.
    fn is_quoted(&self) -> bool {
        self.text.starts_with('>')
    }
}

/// Lines of a quote.
#[derive(Debug, Clone, Copy)]
struct Block {
    /// The line that it begins with, its introduction ("On Monday Ana wrote:") included.
    start: usize,
    /// The first line behind a mark.
    quote: usize,
    /// The line behind it.
    end: usize,
}

/// What of a text is folded away: ranges of whole lines, in order, without overlap, never all that there is to read.
pub fn folds(text: &str, known: Known<'_>) -> Vec<Fold> {
    let lines = lines(text);
    if lines.len() > MOST_LINES || lines.is_empty() {
        return Vec::new();
    }
    let mut kinds: Vec<Option<FoldKind>> = vec![None; lines.len()];
    if !known.passed_on {
        mark_quotes(&lines, known.quoted_from, &mut kinds);
    }
    mark_signatures(&lines, known.writer, &mut kinds);
    folded(&lines, &kinds)
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut to = 0;
    let whole = text.split_inclusive('\n').take(MOST_LINES + 1);
    whole
        .map(|line| {
            let from = to;
            to += line.len();
            Line { from, to, text: line.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{200b}') }
        })
        .collect()
}

fn mark_quotes(lines: &[Line<'_>], quoted_from: &[usize], kinds: &mut [Option<FoldKind>]) {
    let (blocks, tail) = quotes(lines, quoted_from);
    let mut own: Vec<bool> = lines.iter().map(|line| !line.is_empty()).collect();
    for at in blocks.iter().flat_map(|block| block.start..block.end).chain(tail..lines.len()) {
        own[at] = false;
    }
    // What stands under every mail of its writer answers nothing.
    let below = blocks.last().map_or(0, |block| block.end);
    if let Some(start) = signature::start(&lines[below..tail.max(below)], "") {
        own[below + start..tail.max(below)].fill(false);
    }
    let Some(last) = own.iter().rposition(|own| *own) else { return };
    let answered = blocks.iter().filter(|block| block.end <= last).count();
    for block in &blocks {
        let length = lines[block.quote..block.end].iter().filter(|line| !line.is_empty()).count();
        let between = answered >= 2 && length <= INLINE_LINES;
        let picked = block.start == block.quote && length <= PICKED_LINES;
        if block.end <= last && (between || picked) {
            continue;
        }
        kinds[block.start..block.end].fill(Some(FoldKind::Quoted));
    }
    kinds[tail..].fill(Some(FoldKind::Quoted));
}

/// The quotes behind marks, and the line from which everything is quoted without marks.
fn quotes(lines: &[Line<'_>], quoted_from: &[usize]) -> (Vec<Block>, usize) {
    let mut blocks: Vec<Block> = Vec::new();
    let mut said_anything = false;
    let mut at = 0;
    while at < lines.len() {
        if lines[at].is_empty() {
            at += 1;
            continue;
        }
        if headers::passes_on(lines, at) {
            break;
        }
        if lines[at].is_quoted() {
            let end = end_of_quote(lines, at);
            blocks.push(Block { start: at, quote: at, end });
            at = end;
            continue;
        }
        let introduction = attribution::length(lines, at).or_else(|| hinted(lines, at, quoted_from));
        if let Some(length) = introduction {
            let next = following(lines, at + length);
            if next < lines.len() && lines[next].is_quoted() {
                let end = end_of_quote(lines, next);
                blocks.push(Block { start: at, quote: next, end });
                at = end;
                continue;
            }
            if said_anything {
                return (blocks, at);
            }
        } else if said_anything && (headers::begins_quote(lines, at) || is_hinted(lines, at, quoted_from)) {
            return (blocks, at);
        }
        said_anything = true;
        at += 1;
    }
    (blocks, lines.len())
}

/// The line behind a quote that begins at a marked line: marked lines, empty ones between them, and single lines that a mail
/// program broke off a marked one.
fn end_of_quote(lines: &[Line<'_>], start: usize) -> usize {
    let mut end = start + 1;
    while end < lines.len() {
        if lines[end].is_quoted() {
            end += 1;
            continue;
        }
        let next = following(lines, end);
        if lines[end].is_empty() && next < lines.len() && lines[next].is_quoted() {
            end = next;
            continue;
        }
        let broken_off = !lines[end].is_empty()
            && !lines[end - 1].is_empty()
            && lines[end - 1].text.len() > 60
            && lines.get(end + 1).is_some_and(Line::is_quoted);
        if !broken_off {
            break;
        }
        end += 1;
    }
    end
}

/// The next line that is not empty.
fn following(lines: &[Line<'_>], from: usize) -> usize {
    (from..lines.len()).find(|at| !lines[*at].is_empty()).unwrap_or(lines.len())
}

/// Whether the HTML says that earlier mail begins at this line, and the words do not say that it is passed on.
fn is_hinted(lines: &[Line<'_>], at: usize, quoted_from: &[usize]) -> bool {
    quoted_from.contains(&lines[at].from) && !(at..lines.len().min(at + 4)).any(|near| headers::passes_on(lines, near))
}

/// The lines between where the HTML says that earlier mail begins and its first mark: an introduction in words that are not
/// known.
fn hinted(lines: &[Line<'_>], at: usize, quoted_from: &[usize]) -> Option<usize> {
    if !is_hinted(lines, at, quoted_from) {
        return None;
    }
    (1..=3).find(|length| {
        let next = following(lines, at + length);
        next < lines.len() && lines[next].is_quoted() && (at..at + length).all(|it| !lines[it].is_empty())
    })
}

fn mark_signatures(lines: &[Line<'_>], writer: &str, kinds: &mut [Option<FoldKind>]) {
    let mut at = 0;
    while at < lines.len() {
        if kinds[at].is_some() {
            at += 1;
            continue;
        }
        let end = (at..lines.len()).find(|it| kinds[*it].is_some()).unwrap_or(lines.len());
        if let Some(start) = signature::start(&lines[at..end], writer) {
            let said = (0..at + start).any(|it| !lines[it].is_empty() && kinds[it].is_none());
            if said {
                kinds[at + start..end].fill(Some(FoldKind::Signature));
            }
        }
        at = end;
    }
}

/// Runs of lines of one kind as folds, without empty lines at their ends.
fn folded(lines: &[Line<'_>], kinds: &[Option<FoldKind>]) -> Vec<Fold> {
    let mut folds: Vec<Fold> = Vec::new();
    let mut open = None;
    for (line, kind) in lines.iter().zip(kinds).filter(|(line, _)| !line.is_empty()) {
        match (*kind, folds.last_mut()) {
            (Some(kind), Some(fold)) if open == Some(kind) => fold.to = line.to,
            (Some(kind), _) => folds.push(Fold { from: line.from, to: line.to, kind }),
            (None, _) => {}
        }
        open = *kind;
    }
    folds
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with its folds closed: `[quoted]`, `[signature]`.
    fn closed(text: &str, known: Known<'_>) -> String {
        let mut shown = String::new();
        let mut from = 0;
        for fold in folds(text, known) {
            assert!(fold.from >= from && fold.to > fold.from, "in order and not empty");
            assert!(fold.from == 0 || text.as_bytes()[fold.from - 1] == b'\n', "whole lines");
            assert!(fold.to == text.len() || text.as_bytes()[fold.to - 1] == b'\n', "whole lines");
            shown.push_str(&text[from..fold.from]);
            shown.push_str(match fold.kind {
                FoldKind::Quoted => "[quoted]\n",
                FoldKind::Signature => "[signature]\n",
            });
            from = fold.to;
        }
        shown + &text[from..]
    }

    fn shown(text: &str) -> String {
        closed(text, Known::default())
    }

    #[test]
    fn introductions_of_many_languages_begin_what_is_quoted() {
        for introduction in [
            "On Mon, 3 May 2021 at 12:30, Ana Lima <support@acme.example> wrote:",
            "On Mon, 3 May 2021 at 12:30, Ana Lima from the Acme Support Team <\nsupport@acme.example> wrote:",
            "Am 03.05.2021 um 12:30 schrieb Ana Lima:",
            "Am Mo., 3. Mai 2021 um 12:30 Uhr schrieb Ana Lima <\nsupport@acme.example>:",
            "Le lun. 3 mai 2021 à 12:30, Ana Lima <support@acme.example> a écrit :",
            "El lun, 3 may 2021 a las 12:30, Ana Lima (<support@acme.example>) escribió:",
            "Em seg., 3 de mai. de 2021 às 12:30, Ana Lima <support@acme.example> escreveu:",
            "Il giorno lun 3 mag 2021 alle ore 12:30 Ana Lima <support@acme.example> ha scritto:",
            "Op ma 3 mei 2021 om 12:30 schreef Ana Lima <support@acme.example>:",
            "Den mån 3 maj 2021 kl 12:30 skrev Ana Lima <support@acme.example>:",
            "man. 3. maj 2021 kl. 12.30 skrev Ana Lima <support@acme.example>:",
            "ma 3. toukok. 2021 klo 12.30 Ana Lima (support@acme.example) kirjoitti:",
            "pon., 3 maj 2021 o 12:30 Ana Lima <support@acme.example> napisał(a):",
            "po 3. 5. 2021 v 12:30 odesílatel Ana Lima <support@acme.example> napsal:",
            "пн, 3 мая 2021 г. в 12:30, Ana Lima <support@acme.example>:",
            "3.5.2021 12:30, Ana Lima пишет:",
            "Ana Lima <support@acme.example>, 3 May 2021 Pzt, 12:30 tarihinde şunu yazdı:",
            "Ana Lima <support@acme.example> ezt írta (időpont: 2021. máj. 3., H, 12:30):",
            "2021年5月3日(月) 12:30 Ana Lima <support@acme.example>:",
            "Ana Lima <support@acme.example> 于2021年5月3日周一 12:30写道：",
            "2021년 5월 3일 (월) 오후 12:30, Ana Lima <support@acme.example>님이 작성:",
            "-----Original Message-----",
            "\u{2010}\u{2010}\u{2010}\u{2010} Original Message \u{2010}\u{2010}\u{2010}\u{2010}",
            "------------------ 原始邮件 ------------------",
            "Gesendet: Montag, 03. Mai 2021 um 12:30 Uhr\nVon: \"Ana Lima\" <support@acme.example>\nAn: Mara\nBetreff: Card",
            "From:\tAna Lima/ACME\nTo:\tmara@example.org\nDate:\t03.05.2021 12:30\nSubject:\tCard",
            "##- Please type your reply above this line -##",
            "-------- Ursprüngliche Nachricht --------",
            "________________________________\nFrom: Ana Lima <support@acme.example>\nSent: Monday, May 3, 2021 12:30 PM\nTo: Mara\nSubject: Re: Card",
            "*Von:* Ana Lima <support@acme.example>\n*Gesendet:* Montag, 3. Mai 2021 12:30\n*An:* Mara\n*Betreff:* Card",
            "发件人: Ana Lima <support@acme.example>\n发送时间: 2021年5月3日 12:30\n收件人: Mara\n主题: Card",
            "差出人: Ana Lima <support@acme.example>\n日時: 2021年5月3日 12:30\n件名: Card",
        ] {
            let text = format!("It works now.\n\n{introduction}\n\nPlease try again.\n\nAna\n");
            assert_eq!(shown(&text), "It works now.\n\n[quoted]\n", "{introduction}");
            let marked = format!("It works now.\n\n{introduction}\n> Please try again.\n>\n> Ana\n\nGreat!\n");
            if introduction.ends_with([':', '：']) {
                assert_eq!(shown(&marked), "It works now.\n\n[quoted]\n\nGreat!\n", "{introduction}");
            }
        }
    }

    #[test]
    fn the_writers_own_words_stay() {
        for text in [
            "On Monday I wrote to you: nothing came.\nOn Tuesday, 4 May 2021, I called.\n",
            "Name: Mara\nFrom: mara@example.org\nSubject: Card\nMessage: it is declined\n",
            "Hello,\n\nFrom: Berlin\nTo: Paris\n\nis my ticket valid on 3 May 2021?\n",
            "Dear all,\n-- first point\n-- second point\nwhat now?\n",
            "It says:\n\n----------\nError 17\n----------\n\nand stops. Thanks\n",
            "Thanks,\nMara\n",
            "Is this sent from my account?\n",
            "> only a quote\n> and nothing else\n",
            "FYI\n\n---------- Forwarded message ---------\nFrom: Jo <jo@example.org>\nDate: 3 May 2021\nSubject: Card\n\nIt is declined.\n",
            "FYI\n\nBegin forwarded message:\n\nFrom: Jo <jo@example.org>\nDate: 3 May 2021\nTo: Mara\n\nIt is declined.\n",
            "",
            "\n\n",
        ] {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn answers_between_quotes_keep_what_they_answer() {
        let between = "On 3 May 2021, Ana wrote:\n> Which card?\n\nThe blue one.\n\n> Since when?\n\nMonday.\n\n> Thanks\n> Ana\n";
        assert_eq!(
            shown(between),
            "On 3 May 2021, Ana wrote:\n> Which card?\n\nThe blue one.\n\n> Since when?\n\nMonday.\n\n[quoted]\n"
        );
        assert_eq!(shown("> Which card?\n\nThe blue one.\n"), "> Which card?\n\nThe blue one.\n");
        let below = "On 3 May 2021, Ana wrote:\n> Which card?\n\nThe blue one.\n";
        assert_eq!(shown(below), "[quoted]\n\nThe blue one.\n");
    }

    #[test]
    fn signatures_are_folded_wherever_they_stand() {
        assert_eq!(shown("Hello.\n\n-- \nMara\nACME\n"), "Hello.\n\n[signature]\n");
        assert_eq!(
            shown("Hello.\n\nSent from my iPhone\n\n> On 3 May 2021, at 12:30, Ana wrote:\n> x\n"),
            "Hello.\n\n[signature]\n\n[quoted]\n"
        );
        assert_eq!(
            shown("Hello.\n\nMit freundlichen Grüßen\nMara Holt\nHolt GmbH\nTel. 1\n"),
            "Hello.\n\n[signature]\n"
        );
        assert_eq!(shown("Hello.\n______________\nTalk mailing list\nhttp://x.example\n"), "Hello.\n[signature]\n");
        let known = Known { writer: "Mara Holt", ..Known::default() };
        assert_eq!(closed("Hello.\n\nMara Holt\n+49 30 1234567\n", known), "Hello.\n\n[signature]\n");
        assert_eq!(shown("-- \nMara\n"), "-- \nMara\n", "all there is stays");
    }

    #[test]
    fn what_is_passed_on_is_what_the_mail_has_to_say() {
        let text = "See below.\n\nFrom: Jo <jo@example.org>\nSent: 3 May 2021\nTo: Mara\nSubject: Card\n\nDeclined.\n";
        assert_eq!(closed(text, Known { passed_on: true, ..Known::default() }), text);
        assert_eq!(shown(text), "See below.\n\n[quoted]\n");
        assert!(
            passes_on_by_subject(" Fwd: Card") && passes_on_by_subject("WG: Card") && !passes_on_by_subject("Re: Card")
        );
    }
}
