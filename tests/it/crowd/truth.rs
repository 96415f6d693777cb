//! What the desk says at the end, beside what was sent and what the screens show.

use super::typist::Left;
use deskline::{
    desk::{
        Desk,
        page::{ListStart, ListWants, Listed, Opened, ThreadStart, ThreadWants, Viewer, Wants},
    },
    domain::id::ConversationId,
};
use std::collections::HashMap;

/// More than any list was gone down.
const DEEP: usize = 500;

/// More than anybody wrote in one conversation.
const LONG: usize = 2000;

/// The messages that are not on the desk exactly once. One that was perhaps not sent may be missing.
pub fn lost(
    desk: &Desk,
    owner: &Viewer,
    places: impl Iterator<Item = ConversationId>,
    sent: &[&String],
    doubtful: &[&String],
) -> Vec<String> {
    let mut times: HashMap<String, usize> = HashMap::new();
    for conversation in places {
        let thread = ThreadWants { conversation, start: ThreadStart::End, entries: LONG };
        let wants = Wants { thread: Some(thread), without_numbers: true, ..Wants::default() };
        let Some(Opened::Thread(thread)) = desk.read(owner, &wants).expect("a page").opened else {
            panic!("{conversation:?} is not there");
        };
        for entry in thread.entries {
            *times.entry(entry.text).or_default() += 1;
        }
    }
    let wrong = sent.iter().filter_map(|token| match times.get(*token) {
        Some(1) => None,
        None if doubtful.contains(token) => None,
        None => Some(format!("{token} is not on the desk")),
        Some(more) => Some(format!("{token} is on the desk {more} times")),
    });
    wrong.collect()
}

/// How a screen's list differs from what the desk gives the same viewer.
pub fn untrue(desk: &Desk, left: &Left) -> Option<String> {
    let list = ListWants { section: left.section, start: ListStart::Top, rows: DEEP };
    let wants = Wants { list: Some(list), without_numbers: true, ..Wants::default() };
    let page = desk.read(&left.person.viewer, &wants).expect("a page");
    let Some(Listed::Conversations(truth)) = page.list.map(|list| list.rows) else { panic!("no conversations") };
    if left.rows.is_empty() && truth.is_empty() {
        return None;
    }
    let first = left.rows.first().and_then(|row| truth.iter().position(|true_row| true_row.id.0 == row.0));
    let told = |why: &str| {
        let handle = &left.person.handle;
        let rows: Vec<_> =
            truth.iter().take(12).map(|row| (row.id.0, row.last.as_ref().map(|last| &last.text))).collect();
        Some(format!("{handle} in {}: {why}\n{rows:?}\n{}", left.section.title(), left.text))
    };
    let Some(first) = first else {
        let empty = truth.is_empty() && left.rows.is_empty();
        return if empty { None } else { told("shows nothing of the list") };
    };
    for (shown, row) in left.rows.iter().zip(&truth[first..]) {
        if shown.0 != row.id.0 {
            return told(&format!("#{} stands where #{} is", shown.0, row.id.0));
        }
        let words = row.last.as_ref().map_or("", |last| last.text.as_str());
        if words.starts_with("zq") && shown.1 != words {
            return told(&format!("#{} says “{}” for “{words}”", shown.0, shown.1));
        }
    }
    None
}
