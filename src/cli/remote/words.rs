//! One line as the words of a command, as a POSIX shell splits them; nothing is expanded, and no shell runs.

use crate::cli::failure::Failure;
use std::str::Chars;

/// The most bytes of a line; a longer text belongs on standard input.
const LIMIT: usize = 64 * 1024;

/// Splits a line at spaces and tabs; quotes and backslashes mean what they mean to a shell.
///
/// Refused is what a shell would do something with (an unquoted `;`, `|`, `&`, `<`, `>` or end of line, and `$` or a backtick
/// wherever a shell would act on them, which is inside double quotes too): what was meant to be run must not be sent to a
/// customer as words. Everything else stands for itself: `*`, `~` and also `#`, since numbers may carry it.
///
/// # Errors
/// One sentence: what a shell would act on, an open quote, control characters, text that is not UTF-8, or too long a line.
pub fn split(line: &str) -> Result<Vec<String>, Failure> {
    if line.len() > LIMIT {
        return Err(Failure::usage("The command is longer than 64 KiB. Give long text on standard input."));
    }
    // Whoever turned bytes into text put U+FFFD where they were none; such words would not be those that were typed.
    if line.contains(char::REPLACEMENT_CHARACTER) {
        return Err(Failure::usage("The command is not valid UTF-8. Give such text on standard input."));
    }
    if line.chars().any(|letter| letter.is_control() && !matches!(letter, '\t' | '\n')) {
        return Err(Failure::usage("The command holds control characters. Give such text on standard input."));
    }
    let mut letters = line.chars();
    let (mut words, mut word) = (Vec::new(), None::<String>);
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\t' => words.extend(word.take()),
            '\'' => single_quoted(&mut letters, word.get_or_insert_default())?,
            '"' => double_quoted(&mut letters, word.get_or_insert_default())?,
            '\\' => match letters.next() {
                None => return Err(unfinished("a backslash")),
                // A line that goes on.
                Some('\n') => {}
                Some(escaped) => word.get_or_insert_default().push(escaped),
            },
            '\n' => return Err(Failure::usage("Give one command in one line; a text's own line ends need quotes.")),
            ';' | '|' | '&' | '<' | '>' | '$' | '`' => return Err(needs_a_shell(letter)),
            plain => word.get_or_insert_default().push(plain),
        }
    }
    words.extend(word);
    Ok(words)
}

fn single_quoted(letters: &mut Chars<'_>, word: &mut String) -> Result<(), Failure> {
    for letter in letters.by_ref() {
        if letter == '\'' {
            return Ok(());
        }
        word.push(letter);
    }
    Err(unfinished("an open '"))
}

fn double_quoted(letters: &mut Chars<'_>, word: &mut String) -> Result<(), Failure> {
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return Ok(()),
            '$' | '`' => return Err(needs_a_shell(letter)),
            '\\' => match letters.next() {
                None => break,
                Some('\n') => {}
                Some(escaped @ ('$' | '`' | '"' | '\\')) => word.push(escaped),
                Some(plain) => word.extend(['\\', plain]),
            },
            plain => word.push(plain),
        }
    }
    Err(unfinished("an open \""))
}

fn unfinished(what: &str) -> Failure {
    Failure::usage(format!("The command ends with {what}. Close what was opened."))
}

fn needs_a_shell(letter: char) -> Failure {
    Failure::usage(format!(
        "No shell runs here, and “{letter}” would need one. Put it in single quotes to send it as text, or give the text on standard input."
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn is(line: &str, words: &[&str]) {
        assert_eq!(split(line).unwrap(), words, "{line}");
    }

    fn refused(line: &str, because: &str) {
        let Err(Failure::Denied(denied)) = split(line) else { panic!("accepted: {line}") };
        assert!(denied.to_string().contains(because), "{line}: {denied}");
    }

    #[test]
    fn words_are_split_as_a_shell_splits_them() {
        is("", &[]);
        is(" \t ", &[]);
        is("conversation  show\t#12 ", &["conversation", "show", "#12"]);
        is("a'b c'd \"e f\"g", &["ab cd", "e fg"]);
        is("'' \"\" x''", &["", "", "x"]);
        is(r#"'\n' "\n" \n"#, &[r"\n", r"\n", "n"]);
        is(r#""\"\\\$\`\'" \"\'\\\ \;"#, &[r#""\$`\'"#, r#""'\ ;"#]);
        is("'one\ntwo' \"three\n\tfour\"", &["one\ntwo", "three\n\tfour"]);
        is("on\\\ne \"t\\\nwo\" \\\n", &["one", "two"]);
        is("'a;b|c&d<e>f$g`h' \"a;b|c&d<e>f\"", &["a;b|c&d<e>f$g`h", "a;b|c&d<e>f"]);
        is(
            "* ~ {a,b} [x] ? ! (a) a=b -- ünïcode 退货",
            &["*", "~", "{a,b}", "[x]", "?", "!", "(a)", "a=b", "--", "ünïcode", "退货"],
        );
    }

    #[test]
    fn what_needs_a_shell_is_refused() {
        for line in ["a;b", "a|b", "a & b", "a <b", "a > b", "$HOME", "`id`", "\"$(id)\"", "\"`id`\"", "a\\\\;b"] {
            refused(line, "No shell runs here");
        }
        refused("a\nb", "one command in one line");
    }

    #[test]
    fn what_is_not_whole_or_no_text_is_refused() {
        refused("a 'b", "open '");
        refused("a \"b", "open \"");
        refused("a \"b\\", "open \"");
        refused("a \\", "backslash");
        for line in ["a\0b", "'a\u{1b}[31mb'", "a\rb", "\u{7f}", "\u{9b}2J"] {
            refused(line, "control characters");
        }
        refused("caf\u{fffd}", "UTF-8");
        refused(&"a".repeat(LIMIT + 1), "64 KiB");
        assert_eq!(split(&"a".repeat(LIMIT)).unwrap().len(), 1);
    }

    /// The words that `sh` makes of a line; only of one that `split` takes, or it would run it.
    fn by_a_shell(line: &str) -> Vec<String> {
        let script = format!("printf '%s\\0' . {line}");
        let folder = tempfile::tempdir().unwrap();
        let output = std::process::Command::new("sh").args(["-c", &script]).current_dir(&folder).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        printed.split_terminator('\0').skip(1).map(str::to_owned).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// Only letters that neither glob nor comment, so that the shell changes nothing but quotes.
        #[test]
        fn a_real_shell_makes_the_same_words(line in prop_oneof![
            "[ab \t'\"\\\\]{0,12}",
            "[ab '\"\\\\;|&<>$`\n]{0,12}",
            "([ab]|'[ab;|&<>$`\\\\ \"\n]{0,4}'|\"([ab;|&<>' \n]|\\\\[$`\"\\\\ab\n]){0,4}\"|\\\\[ab$`;&| '\"\n]| ){0,12}",
        ]) {
            if let Ok(words) = split(&line) {
                prop_assert_eq!(words, by_a_shell(&line));
            }
        }

        #[test]
        fn any_line_is_split_or_refused(line in any::<String>()) {
            let _ = split(&line);
        }
    }
}
