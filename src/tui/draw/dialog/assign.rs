//! The agents to whom a conversation can be assigned, drawn.

use super::lines::{Line, Picker, picker};
use crate::{
    desk::page::AgentRow,
    domain::text::SafeText,
    tui::{
        dialog::{Assign, allowed::about},
        model::Model,
    },
};
use ratatui::Frame;

pub(super) fn draw(assign: &Assign, model: &Model, frame: &mut Frame) {
    let choice = assign.choice(model);
    let mut lines = Vec::new();
    if let Some(group) = assign.group.as_ref().filter(|_| !choice.members.is_empty()) {
        lines.push(Line::heading(SafeText::line(group).fit(40)));
    }
    lines.extend(choice.members.iter().map(|row| line(row, model)));
    if !choice.others.is_empty() {
        lines.push(Line::heading(if assign.group.is_some() { "Not in the group" } else { "Everybody" }));
    }
    lines.extend(choice.others.iter().map(|row| line(row, model)));
    let empty = if model.page.agents.is_none() {
        "Reading the team …"
    } else if assign.filtered.field.text().is_empty() {
        "Nobody else is in this group. Esc, then f forwards the conversation to another group."
    } else {
        "Nobody fits. Ctrl-U empties the field."
    };
    picker(
        &Picker {
            title: &format!("Assign {}", about(model, assign.conversation)),
            field: (&assign.filtered.field, true),
            lines: &lines,
            list: assign.filtered.list,
            empty,
            note: "",
            trouble: false,
        },
        model,
        frame,
    );
}

fn line(row: &AgentRow, model: &Model) -> Line {
    let agent = &row.agent;
    let mut marks = Vec::new();
    if agent.id == model.page.me.id {
        marks.push("you");
    }
    if !agent.reply_to_customers {
        marks.push("may not reply");
    }
    marks.push(if agent.ready { "● ready" } else { "○ not ready" });
    Line::row(format!("@{:<14} ", SafeText::line(&agent.handle).fit(14)), &agent.name).right(marks.join(" · "))
}
