//! Who takes part in a conversation or follows it, drawn.

use super::lines::{self, Line, Look};
use crate::{
    desk::page::{Follower, FollowerKind},
    tui::{
        dialog::{People, allowed::thread_of},
        model::Model,
    },
};
use ratatui::{Frame, layout::Rect};

pub(super) fn draw(people: &People, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let area = super::open_box(frame, theme, &format!("People in #{}", people.conversation), 72, 17);
    super::field(frame, theme, area, 0, &people.filtered.field, 4, people.adding);
    let below = Rect { y: area.y + area.height.min(2), height: area.height.saturating_sub(2), ..area };
    let (note, trouble) =
        people.problem.as_ref().map_or((people_note(people), false), |problem| (problem.as_str(), true));
    let rest = lines::note(frame.buffer_mut(), theme, below, note, trouble);
    let buffer = frame.buffer_mut();
    if people.adding {
        let candidates = people.candidates(&model.page);
        let found: Vec<Line> = candidates.iter().map(|(_, candidate)| Line::row("", &candidate.words)).collect();
        if found.is_empty() {
            lines::paragraph(buffer, theme, rest, "Nobody fits. Ctrl-U empties the field, Tab goes to the list.");
        }
        lines::draw(buffer, theme, rest, &found, people.filtered.list, true);
        return;
    }
    let followers: Vec<Line> = people.followers(&model.page).iter().map(follower).collect();
    if followers.is_empty() {
        let words = match thread_of(&model.page, people.conversation) {
            Some(_) => "Nobody takes part or follows. + adds somebody.",
            None => "Reading …",
        };
        lines::paragraph(buffer, theme, rest, words);
    }
    lines::draw(buffer, theme, rest, &followers, people.list, true);
}

const fn people_note(people: &People) -> &'static str {
    if people.adding {
        "Who is added by name may read it, and reply. Who can read it then is shown before anything happens."
    } else {
        "+ adds somebody, x removes the picked one."
    }
}

fn follower(follower: &Follower) -> Line {
    let mut marks = Vec::new();
    if follower.requester {
        marks.push("requester");
    }
    if follower.added {
        marks.push("added by name");
    }
    if follower.via_item {
        marks.push("through the item");
    }
    if follower.dormant {
        marks.push("cannot see it, is sent nothing");
    }
    let (kind, who) = match follower.kind {
        FollowerKind::Agent => ("agent    ", format!("{} @{}", follower.person.name, follower.person.address)),
        FollowerKind::Customer => ("customer ", format!("{} {}", follower.person.name, follower.person.address)),
        FollowerKind::Group => ("group    ", follower.person.name.clone()),
    };
    let look = if follower.dormant { Look::Disabled } else { Look::Plain };
    Line::row(kind, who).right(marks.join(" · ")).look(look)
}
