//! Administration, drawn.

use super::{
    form,
    lines::{self, Line, Look},
};
use crate::{
    desk::page::{AgentRow, AuditRow},
    domain::{
        mail::MailboxHealth,
        people::FromCustomers,
        text::{SafeText, width},
    },
    tui::{
        dialog::{
            Administration, Layer,
            administration::{Leaf, Waiting, Waits},
            candidates::customer_words,
        },
        draw::{piece::Row, screen::counted},
        model::Model,
        time,
    },
};
use ratatui::{Frame, layout::Rect};

/// Lines of what is wrong with one mailbox.
const TROUBLE: usize = 3;

pub(super) fn draw(administration: &Administration, model: &Model, frame: &mut Frame) {
    let theme = model.theme;
    let area = super::open_page(frame, theme, "Administration");
    let mut row = Row::new(frame.buffer_mut(), area, 0);
    let short = |leaf: Leaf| leaf.title().split(' ').next().unwrap_or_default();
    let all: usize = Leaf::ALL.into_iter().map(|leaf| width(short(leaf)) + 5).sum();
    for (number, leaf) in (1..).zip(Leaf::ALL) {
        let here = leaf == administration.leaf;
        let style = match (here, administration.inside) {
            (true, false) => theme.selected(),
            (true, true) => theme.strong(),
            (false, _) => theme.quiet(),
        };
        let mark = if here { "▸" } else { " " };
        let title = match (model.size.0 < 76, all <= usize::from(area.width) + 2) {
            (false, _) => leaf.title(),
            (true, true) => short(leaf),
            (true, false) if here => short(leaf),
            (true, false) => "",
        };
        row.own(&format!("{mark}{number} {title}"), style).skip(2);
    }
    let rest = Rect { y: area.y + area.height.min(2), height: area.height.saturating_sub(2), ..area };
    match administration.leaf {
        Leaf::Profile => profile(administration, model, frame, rest),
        Leaf::Agents | Leaf::Groups | Leaf::Audit | Leaf::Mail => list(administration, model, frame, rest),
        Leaf::Customers => {
            let typing = administration.inside && administration.finding;
            super::field(frame, theme, rest, 0, &administration.customers.field, 5, typing);
            let below = Rect { y: rest.y + rest.height.min(2), height: rest.height.saturating_sub(2), ..rest };
            list(administration, model, frame, below);
        }
    }
}

fn profile(administration: &Administration, model: &Model, frame: &mut Frame, area: Rect) {
    let theme = model.theme;
    let profile = &administration.profile;
    if profile.saved.is_none() {
        lines::paragraph(frame.buffer_mut(), theme, area, "Reading …");
        return;
    }
    let form = &profile.form;
    let words = if administration.saved {
        "Saved. It holds for what happens from now on; conversations that exist keep their privacy."
    } else if form.changed {
        "Not saved yet. Nothing takes effect before it is saved."
    } else {
        "Changes take effect when saved, and for the future only."
    };
    let quiet = form.leaving || form.problem.is_some() || !form.asked.is_empty();
    let rest = if quiet { area } else { lines::note(frame.buffer_mut(), theme, area, words, false) };
    if administration.inside {
        form::draw(form, model, frame, rest);
    } else {
        // Without the keys no control has the focus.
        let unfocused = crate::tui::dialog::form::Form { focus: usize::MAX, ..form.clone() };
        form::draw(&unfocused, model, frame, rest);
    }
}

fn list(administration: &Administration, model: &Model, frame: &mut Frame, area: Rect) {
    let theme = model.theme;
    let page = &model.page;
    let (drawn, note): (Vec<Line>, &str) = match administration.leaf {
        Leaf::Agents => (
            Administration::agents(page).iter().map(agent).collect(),
            "Enter changes the picked one, + adds an agent, s shows its SSH keys.",
        ),
        Leaf::Groups => {
            let group = |row: &crate::desk::page::GroupRow| {
                Line::row(
                    format!("{:<24} {:<10} ", SafeText::line(&row.name).fit(24), row.routing),
                    row.members.join(", "),
                )
            };
            (
                Administration::groups(page).iter().map(group).collect(),
                "Enter changes routing and members, + adds a group.",
            )
        }
        Leaf::Customers => {
            let customer = |row: &crate::desk::page::CustomerRow| {
                let look = if row.blocked { Look::Disabled } else { Look::Plain };
                Line::row("", customer_words(row)).look(look)
            };
            let drawn = Administration::customers(page).iter().map(customer).collect();
            (drawn, "Enter changes or blocks the picked one, + adds a customer, / finds.")
        }
        Leaf::Audit => {
            let rows = page.audit.as_deref().unwrap_or_default();
            (
                rows.iter().map(|row| audit(row, model)).collect(),
                "Newest first. What happens to conversations stands in them.",
            )
        }
        Leaf::Mail => {
            let words = match (&administration.waiting.problem, administration.waiting.chosen.len()) {
                (Some(problem), _) => problem.as_str(),
                (None, 0) => "Enter looks at the picked one, to let it go its way or not. x selects several.",
                (None, _) => "r lets what is selected go its way, d discards it. x selects more, Esc none.",
            };
            (mail(model, &administration.waiting, area), words)
        }
        Leaf::Profile => (Vec::new(), ""),
    };
    // Under a form only the form's own keys are named; the line keeps its place.
    let on_top = matches!(model.layers.last(), Some(Layer::Administration(_)));
    let trouble = administration.leaf == Leaf::Mail && administration.waiting.problem.is_some();
    let rest = lines::note(frame.buffer_mut(), theme, area, if on_top { note } else { " " }, trouble && on_top);
    if drawn.is_empty() {
        let words = match administration.leaf {
            Leaf::Customers => "No customer fits. + adds one, / finds another.",
            Leaf::Groups => "No groups yet. + adds one.",
            Leaf::Agents | Leaf::Audit | Leaf::Mail | Leaf::Profile => "Nothing yet.",
        };
        lines::paragraph(frame.buffer_mut(), theme, rest, words);
    }
    let focused = administration.inside && !administration.finding;
    lines::draw(frame.buffer_mut(), theme, rest, &drawn, administration.list, focused);
}

fn agent(row: &AgentRow) -> Line {
    let agent = &row.agent;
    let mut marks = Vec::new();
    if !agent.active {
        marks.push("switched off".to_owned());
    }
    if !agent.reply_to_customers {
        marks.push("may not reply".to_owned());
    }
    match agent.from_customers {
        FromCustomers::All => {}
        FromCustomers::Off | FromCustomers::Projects | FromCustomers::Followed => {
            marks.push(format!("From Customers {}", agent.from_customers));
        }
    }
    marks.push(if agent.ready { "● ready" } else { "○ not ready" }.to_owned());
    let look = if agent.active { Look::Plain } else { Look::Disabled };
    let groups = if row.groups.is_empty() { String::new() } else { format!(" · {}", row.groups.join(", ")) };
    Line::row(
        format!("@{:<12} {:<6} ", SafeText::line(&agent.handle).fit(12), agent.role),
        format!("{}{groups}", agent.name),
    )
    .right(marks.join(" · "))
    .look(look)
}

/// Mailboxes in trouble, since nothing comes by them; what waits; then those that are well.
fn mail(model: &Model, selected: &Waiting, area: Rect) -> Vec<Line> {
    let page = &model.page;
    let (Some(mails), Some(replies)) = (&page.held_mails, &page.held_replies) else { return Vec::new() };
    let columns = usize::from(area.width).saturating_sub(13).max(10);
    let mut drawn = Vec::new();
    let named = |mailbox: &MailboxHealth, state: &str| {
        let since = time::age(model.now, mailbox.since, model.zone);
        let name = format!("{} <{}>", mailbox.name, mailbox.address);
        format!("  {state:<8} {} · {since}", SafeText::line(&name).fit(44))
    };
    let troubled: Vec<_> = page.mailboxes.iter().filter_map(|it| Some((it, it.trouble.as_deref()?))).collect();
    // What waits has room below them.
    let room = usize::from(area.height) / 2 / troubled.len().max(1);
    let tells_next = room > 1 + TROUBLE;
    let most = room.saturating_sub(1).clamp(1, TROUBLE);
    for (mailbox, trouble) in troubled {
        drawn.push(Line::trouble(named(mailbox, "trouble")));
        drawn.extend(wrapped(trouble, columns, most));
        if !tells_next {
            continue;
        }
        let again = match mailbox.next.filter(|next| *next > model.now) {
            Some(next) => format!("Next try at {}; “deskline mail sync” tries at once.", time::clock(next, model.zone)),
            None => "“deskline mail sync” tries at once.".to_owned(),
        };
        drawn.extend(wrapped(&again, columns, 1));
    }
    let waiting = mails.len() + replies.len();
    let all = usize::try_from(page.held).unwrap_or(usize::MAX).max(waiting);
    let held = match (waiting, all) {
        (0, _) => "Nothing is held.".to_owned(),
        (count, all) if all > count => format!("Held: the newest {count} of {}", counted(page.held)),
        (count, _) => format!("Held: {count}"),
    };
    drawn.push(Line::heading(match selected.chosen.len() {
        0 => held,
        count => format!("{held} · {count} selected"),
    }));
    let mark = |waits: Waits| match (selected.chosen.is_empty(), selected.chosen.contains(&waits)) {
        (true, _) => "",
        (false, true) => "✓ ",
        (false, false) => "  ",
    };
    for mail in mails {
        let kind = if mail.quarantined { "quarantine" } else { "held" };
        let from = if mail.name.is_empty() { &mail.from } else { &mail.name };
        let from = if from.is_empty() { "nobody" } else { from };
        let mark = mark(Waits::mail(mail));
        let own = format!("{mark}{kind:<10} {} ", in_columns(from, 20));
        let subject = if mail.subject.is_empty() { "(no subject)" } else { &mail.subject };
        drawn.push(Line::row(own, subject).right(time::age(model.now, mail.at, model.zone)));
        drawn.push(Line::heading(format!("             {}", SafeText::line(mail.sentence()).fit(columns))));
    }
    for reply in replies {
        let mark = mark(Waits::reply(reply));
        let own = format!("{mark}{:<10} {} ", "reply", in_columns(&reply.from, 20));
        let words = format!("#{} to {}: {}", reply.conversation, reply.to.join(", "), reply.text);
        drawn.push(Line::row(own, words).right(time::age(model.now, reply.at, model.zone)));
    }
    if page.mailboxes.is_empty() {
        drawn.push(Line::heading("No mailbox is connected."));
    }
    let well = page.mailboxes.iter().filter(|mailbox| mailbox.trouble.is_none());
    drawn.extend(well.map(|mailbox| Line::heading(named(mailbox, "well"))));
    drawn
}

/// Foreign text in exactly so many columns.
fn in_columns(text: &str, columns: usize) -> String {
    let fitted = SafeText::line(text).fit(columns);
    let left = columns.saturating_sub(width(&fitted));
    format!("{fitted}{:left$}", "")
}

/// What is wrong with a mailbox, in at most so many lines.
fn wrapped(trouble: &str, columns: usize, most: usize) -> Vec<Line> {
    let mut lines = SafeText::line(trouble).wrap(columns);
    if lines.len() > most {
        lines.truncate(most);
        let last = lines.pop().unwrap_or_default();
        lines.push(SafeText::line(&format!("{last} …")).fit(columns));
    }
    lines.into_iter().map(|line| Line::heading(format!("           {line}"))).collect()
}

fn audit(row: &AuditRow, model: &Model) -> Line {
    let who = row
        .agent
        .as_ref()
        .map_or_else(|| "deskline".to_owned(), |handle| format!("@{}", SafeText::line(handle).fit(14)));
    let place = row.conversation.map_or_else(String::new, |id| format!("#{id} "));
    Line::row(
        format!("{:<1$} {who:<15} ", time::stamp(row.at, model.zone), time::STAMP),
        format!("{} {place}{}", row.action, row.detail),
    )
}
