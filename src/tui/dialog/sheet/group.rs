//! Adding a group, and changing one.

use super::{
    super::{
        Field,
        chooser::{Chooser, Source},
        form::{Choice, Control, Form},
    },
    agent::place,
    needed,
};
use crate::{desk::page::GroupRow, domain::people::Routing, tui::ask::Ask};

const ROUTINGS: &[&str] = &["polite", "democracy", "dictator"];

pub(super) fn add_controls() -> Vec<Control> {
    vec![
        Control::Line(Field::new("Name")),
        Choice::of("Routing", ROUTINGS, place(Routing::ALL, Routing::Democracy)),
        Control::Chooser(Chooser::many("Members", Source::Agents)),
        Control::Button("Add"),
    ]
}

pub(super) fn add(form: &Form) -> Result<Vec<Ask>, String> {
    let name = needed(form.line(0), "The name")?;
    let mut asks = vec![Ask::AddGroup(name.clone(), Routing::ALL[form.value(1)])];
    asks.extend(form.chosen(2).into_iter().map(|handle| Ask::JoinGroup(name.clone(), handle)));
    Ok(asks)
}

pub(super) fn change_controls(row: &GroupRow) -> Vec<Control> {
    vec![
        Choice::of("Routing", ROUTINGS, place(Routing::ALL, row.routing)),
        Control::Chooser(Chooser::many("Members", Source::Agents).with(row.members.iter().cloned())),
        Control::Button("Save"),
    ]
}

pub(super) fn change(row: &GroupRow, form: &Form) -> Vec<Ask> {
    let routing = Routing::ALL[form.value(0)];
    let members = form.chosen(1);
    let mut asks = Vec::new();
    if routing != row.routing {
        asks.push(Ask::SetGroup(row.name.clone(), routing));
    }
    let joined = members.iter().filter(|handle| !row.members.contains(handle));
    asks.extend(joined.map(|handle| Ask::JoinGroup(row.name.clone(), handle.clone())));
    let left = row.members.iter().filter(|handle| !members.contains(handle));
    asks.extend(left.map(|handle| Ask::LeaveGroup(row.name.clone(), handle.clone())));
    asks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_choices_are_those_of_the_values() {
        assert_eq!(ROUTINGS, Routing::ALL.iter().map(|routing| routing.word()).collect::<Vec<_>>());
    }
}
