//! The same calls at the desk's machine and from elsewhere: the same bytes, the same exit codes, the same desk afterwards.

use super::reading;
use crate::cli::{
    Place, Ran,
    verbs::{CONVERSATIONS, PEOPLE},
};
use chrono::{DateTime, TimeDelta, Utc};
use deskline::desk::Desk;
use std::{
    io,
    sync::{Arc, Mutex},
};

/// Verbs that work at the machine of the desk alone; there they make what the others then show.
const LOCAL: &[&str] = &["init", "receive", "backup", "config"];

/// Refused in every state a desk can be in, or wrong.
const WRONG: &str = "
    conversation show 99
    conversation close twelve
    conversation list --section inbox
    conversation reply 1 --seen 1 --body 'Too late.'
    conversation reply 1 --body ''
    agent add 'an a' --name Ana
    agent set ana
    customer show nobody@example.com
    item show TK-99
    search is:nonsense
    search
    setting set team-name ''
    audit list --conversation 1
    export -
    completions bash
    keys
";

/// Two places with the same desk: one called at its machine, one from elsewhere.
struct Both {
    here: Place,
    there: Place,
    desk: Desk,
    /// What the time is there; each call has a moment of its own, as here, where a call takes longer than that.
    time: Arc<Mutex<DateTime<Utc>>>,
}

impl Both {
    fn new(here: Place) -> Self {
        let there = Place::empty();
        std::fs::copy(here.desk(), there.desk()).expect("a copy of the desk");
        let time = Arc::new(Mutex::new(Utc::now()));
        let clock = Arc::clone(&time);
        let desk = Desk::open(&there.desk(), Arc::new(move || *clock.lock().unwrap())).expect("the copy opens");
        Self { here, there, desk, time }
    }

    /// Runs a line as somebody at both; gives what differs, with times and cursors left out.
    fn differs(&self, who: &str, line: &str) -> Option<String> {
        let verb = line.split(' ').find(|word| !word.starts_with("--")).unwrap_or_default();
        let here = self.here.run(&format!("--as {who} {line}"));
        let there = if LOCAL.contains(&verb) {
            self.there.run(&format!("--as {who} {line}"))
        } else {
            let mut time = self.time.lock().unwrap();
            *time = Utc::now().max(*time + TimeDelta::milliseconds(1));
            drop(time);
            let viewer = self.desk.admit(Some(who)).expect("an active agent");
            reading(&self.desk, &viewer, line, io::empty())
        };
        let both = [(here, &self.here), (there, &self.there)];
        let [here, there] = both.map(|(Ran { code, out, errors }, place)| {
            let shown = format!("exit {code}\n{out}\n{errors}");
            steady(&shown.replace(&place.path().display().to_string(), "[folder]"))
        });
        (here != there).then(|| format!("{who}: {line}\n--- here\n{here}\n--- there\n{there}\n"))
    }

    /// The two files hold the same, times left out. The search index is packed by time; what is found was compared.
    fn hold_the_same(&self) {
        let rows = |place: &Place| {
            let everything = without_milliseconds(&place.everything());
            everything.lines().filter(|row| !row.starts_with("message_search")).map(str::to_owned).collect::<Vec<_>>()
        };
        let (here, there) = (rows(&self.here), rows(&self.there));
        let different = here.iter().zip(&there).filter(|(here, there)| here != there).collect::<Vec<_>>();
        assert!(different.is_empty(), "{different:#?}");
        assert_eq!(here.len(), there.len());
        assert!(here.iter().filter(|row| row.starts_with("event:")).count() > 12, "{here:#?}");
    }
}

/// Leaves out what two calls one after the other cannot share: times, how wide they are, and what is made of them.
fn steady(text: &str) -> String {
    let mut kept = without_milliseconds(text);
    for name in ["\"at\":\"", "\"cursor\":\""] {
        kept = kept
            .split(name)
            .enumerate()
            .map(|(place, part)| if place == 0 { part } else { part.split_once('"').map_or("", |(_, rest)| rest) })
            .collect::<Vec<_>>()
            .join(name);
    }
    let words = kept.lines().map(|line| line.split(' ').filter(|word| !word.is_empty()).map(without_clock));
    words.map(|words| words.collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("\n")
}

/// A day, or an hour with its minute and, from elsewhere, its zone.
fn without_clock(word: &str) -> &str {
    let shape = word.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect::<String>();
    if matches!(shape.as_str(), "0000-00-00" | "00:00" | "00:00Z") { "[time]" } else { word }
}

/// Leaves out the numbers that can only be milliseconds since 1970.
fn without_milliseconds(text: &str) -> String {
    let (mut kept, mut number) = (String::new(), String::new());
    for letter in text.chars().chain(['\n']) {
        if letter.is_ascii_digit() {
            number.push(letter);
            continue;
        }
        kept += if number.len() >= 13 { "[time]" } else { &number };
        number.clear();
        kept.push(letter);
    }
    kept
}

/// A desk on which every verb has something to show or to refuse.
fn prepared() -> Place {
    let place = Place::staffed();
    place.does("--as olga setting set private-conversations on");
    place
}

/// The lines of a transcript with who acts in them.
fn acts(lines: &str) -> impl Iterator<Item = (&str, &str)> {
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| {
        let named = line.strip_prefix("--as ").and_then(|rest| rest.split_once(' '));
        named.unwrap_or(("olga", line))
    })
}

fn compared(actor: Option<&str>) {
    for option in ["", " --json"] {
        let both = Both::new(prepared());
        let mut different = Vec::new();
        for (named, line) in acts(PEOPLE).chain(acts(CONVERSATIONS)).chain(acts(WRONG)) {
            let line = format!("{line}{option}");
            let who = actor.unwrap_or(named);
            if !only_for_administrators(who, &line) {
                different.extend(both.differs(who, &line));
            }
        }
        assert!(different.is_empty(), "{}", different.concat());
        both.hold_the_same();
    }
}

/// The one verb that asks for nobody at the machine of the desk; from elsewhere it is for owner and admins.
fn only_for_administrators(who: &str, line: &str) -> bool {
    line.starts_with("check") && !["olga", "adam"].contains(&who)
}

#[test]
fn every_verb_by_whoever_has_cause_for_it() {
    compared(None);
}

#[test]
fn every_verb_by_an_owner() {
    compared(Some("olga"));
}

#[test]
fn every_verb_by_an_admin() {
    compared(Some("adam"));
}

#[test]
fn every_verb_by_an_agent() {
    compared(Some("ana"));
}

#[test]
fn every_verb_by_an_agent_of_another_group() {
    compared(Some("dev"));
}

/// On one and the same desk nothing needs to be left out.
#[test]
fn what_is_read_is_the_same_to_the_byte() {
    let place = prepared();
    for (who, line) in acts(CONVERSATIONS) {
        place.run(&format!("--as {who} {line}"));
    }
    let desk = Desk::open(&place.desk(), Arc::new(Utc::now)).expect("the desk opens");
    let lines = [
        "section list",
        "conversation list --section open",
        "conversation list --section closed --limit 1",
        "conversation list --section all",
        "conversation list --section internal-inbox",
        "conversation list --section unanswered",
        "conversation show 1",
        "conversation show 2",
        "item list",
        "item show TK-1",
        "agent list",
        "group list",
        "customer list",
        "customer view mara@example.com 1",
        "setting list",
        "notice list",
        "search card",
        "audit list --limit 20",
        "export -",
        "keys",
        "completions fish",
    ];
    for who in ["olga", "adam", "ana", "ben", "dev"] {
        let viewer = desk.admit(Some(who)).expect("an active agent");
        for line in lines {
            let line = format!("--json {line}");
            // The deliberate opening of others' direct conversations is itself in the audit log (R6.11).
            let there = reading(&desk, &viewer, &line, io::empty());
            let here = place.run(&format!("--as {who} {line}"));
            assert_eq!((here.code, &here.out, &here.errors), (there.code, &there.out, &there.errors), "{who}: {line}");
        }
    }
}
