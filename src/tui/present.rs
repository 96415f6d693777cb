//! Who else is there, in words (R7.5).

use crate::{desk::page::Present, domain::text::SafeText};

/// Columns that one name takes at most.
const NAME: usize = 16;

/// "Ben is writing … · Cleo is looking", or as much of it as so many columns hold; `None` where nobody else is there.
pub fn words(present: &[Present], columns: usize) -> Option<String> {
    let (writing, looking): (Vec<_>, Vec<_>) = present.iter().partition(|present| present.writing);
    let name = |one: &Present| called(one, present);
    let write = |who: Option<String>| Some(format!("{} writing …", who?));
    let look = |who: Option<String>| Some(format!("{} looking", who?));
    let (writers, lookers) = (write(are(&writing, &name)), look(are(&looking, &name)));
    let both = |one: &Option<String>, other: &Option<String>| match (one, other) {
        (Some(one), Some(other)) => Some(format!("{one} · {other}")),
        (one, other) => one.clone().or_else(|| other.clone()),
    };
    let others = match (writing.is_empty(), looking.len()) {
        (true, _) | (false, 0) => None,
        (false, 1) => Some("1 other is looking".to_owned()),
        (false, count) => Some(format!("{count} others are looking")),
    };
    let counted = |count: usize| (count > 0).then(|| format!("{count} {}", verb(count)));
    let shorter = [
        both(&writers, &lookers),
        both(&writers, &others),
        writers.clone(),
        lookers.clone().filter(|_| writing.is_empty()),
        write(counted(writing.len())).or_else(|| look(counted(looking.len()))),
    ];
    shorter.into_iter().flatten().find(|words| SafeText::line(words).width() <= columns)
}

fn verb(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

/// "Ben is", "Ben and Cleo are", "Ben and 2 others are".
fn are(who: &[&Present], name: &dyn Fn(&Present) -> String) -> Option<String> {
    Some(match who {
        [] => return None,
        [one] => format!("{} is", name(one)),
        [one, other] => format!("{} and {} are", name(one), name(other)),
        [one, rest @ ..] => format!("{} and {} others are", name(one), rest.len()),
    })
}

/// The first name; the whole one where others have the same first name.
fn called(one: &Present, all: &[Present]) -> String {
    fn first(present: &Present) -> &str {
        present.name.split(' ').next().unwrap_or(&present.name)
    }
    let alone = all.iter().filter(|other| first(other) == first(one)).count() == 1;
    SafeText::line(if alone { first(one) } else { &one.name }).fit(NAME)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn present(names: &[(&str, bool)]) -> Vec<Present> {
        names.iter().map(|(name, writing)| Present { name: (*name).to_owned(), writing: *writing }).collect()
    }

    fn said(names: &[(&str, bool)], columns: usize) -> Option<String> {
        words(&present(names), columns)
    }

    #[test]
    fn everybody_is_named_while_they_are_few() {
        for (names, sentence) in [
            (&[("Ben Okafor", false)][..], "Ben is looking"),
            (&[("Ben Okafor", true)], "Ben is writing …"),
            (&[("Ben Okafor", false), ("Cleo Marsh", false)], "Ben and Cleo are looking"),
            (&[("Ben Okafor", false), ("Cleo Marsh", false), ("Dev Patel", false)], "Ben and 2 others are looking"),
            (&[("Ben Okafor", true), ("Cleo Marsh", false)], "Ben is writing … · Cleo is looking"),
            (&[("Ben Okafor", true), ("Ana Ruiz", true)], "Ben and Ana are writing …"),
            (&[("Ben Okafor", true), ("Ben Stone", false)], "Ben Okafor is writing … · Ben Stone is looking"),
        ] {
            assert_eq!(said(names, 80).as_deref(), Some(sentence));
        }
        assert_eq!(said(&[], 80), None);
    }

    #[test]
    fn what_does_not_fit_is_said_shorter_and_who_writes_last_of_all() {
        let names = [("Bartholomew", true), ("Cleo Marsh", false), ("Dev Patel", false)];
        for (columns, sentence) in [
            (80, "Bartholomew is writing … · Cleo and Dev are looking"),
            (50, "Bartholomew is writing … · 2 others are looking"),
            (40, "Bartholomew is writing …"),
            (14, "1 is writing …"),
        ] {
            assert_eq!(said(&names, columns).as_deref(), Some(sentence));
        }
        assert_eq!(said(&names, 5), None);
    }

    #[test]
    fn a_name_cannot_act_on_the_terminal_or_fill_the_line() {
        let words = said(&[("\u{1b}[2J\u{202e}evil", false)], 80).unwrap_or_default();
        assert!(!words.contains('\u{1b}') && !words.contains('\u{202e}'), "{words:?}");
        let long = said(&[(&"x".repeat(300), true)], 80).unwrap_or_default();
        assert!(SafeText::line(&long).width() < 40, "{long}");
    }
}
